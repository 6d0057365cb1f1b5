"""Hold what is to be asked again: each held event is a row that waits, and at its time an event says that it is due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from dbos import DBOS
from pydantic import ValidationError

from notifyrules.service.durable import at, durable
from notifyrules.service.events import HELD, Event, due, refuse
from notifyrules.service.lines import Line, Received, begin, end, in_hand, persist, tell
from notifyrules.service.problems import Problem
from notifyrules.service.settings import Settings

QUEUE = "notifyrules-holds"
_PATIENCE_S = 10.0
"""How long the database may take to keep an event."""
_log = logging.getLogger("notifyrules.events")


class Holder:
    """Holds the events of a line."""

    def __init__(self, line: Line, settings: Settings) -> None:
        """Hold; the database and the name of this process stand in the settings."""
        self._line, self._settings = line, settings

        @DBOS.workflow(name="due", max_recovery_attempts=None)
        async def say(held: str) -> None:
            await tell(line, [due(Event.model_validate_json(held))])

        self._say = say
        line.subscribe(HELD, self._take)

    async def run(self, url: str, stop: asyncio.Event, say: Callable[[str], object] = lambda _: None) -> None:
        """Hold until it is to stop; *say* is told when it has begun."""
        with durable(QUEUE, self._settings.hold.database, self._settings.hold.executor):
            await begin(self._line, url)
            say("holding")
            await stop.wait()
            await end(self._line)

    async def _take(self, batch: Sequence[Received]) -> None:
        """Keep events, and then say that they are done."""
        async with in_hand(batch, self._settings.worker.redeliver_s):
            await asyncio.gather(*map(self._keep, batch))

    async def _keep(self, received: Received) -> None:
        try:
            event = Event.model_validate_json(received.body)
            due(event)
            when = None if (told := event.data["recheck_at"]) is None else datetime.fromisoformat(told)
        except (ValidationError, KeyError, TypeError, ValueError):
            await tell(self._line, [refuse(received.body, Problem(422, "not-held", f"this is no `{HELD}`"))])
        else:
            if when is None:
                _log.warning("`%s` names no time: the rules hold it and do not say until when", event.id)
            else:
                await persist("the database", lambda: self._enqueue(event, when))
        with suppress(Exception):
            # Where the broker went away it comes again, and is a row already.
            await received.ack()

    async def _enqueue(self, event: Event, when: datetime) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            with at(event.id, when):
                await DBOS.enqueue_workflow_async(QUEUE, self._say, event.to_json().decode())
