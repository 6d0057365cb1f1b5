"""Answer the events of a broker: take, decide, publish until it is confirmed, and only then say that it is done."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Final

import uvicorn
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from notifyrules.service.access import Caller
from notifyrules.service.events import POSTED, RETRY, Reply, Told, answer, refuse
from notifyrules.service.lines import Line, Received, begin, end, end_by_signal, in_hand, tell
from notifyrules.service.log import log_of
from notifyrules.service.metrics import Tally
from notifyrules.service.problems import Problem
from notifyrules.service.protocol import Protocol
from notifyrules.service.settings import Limits, Settings
from notifyrules.service.versions import Versions

TRIES: Final = 3
"""An event that was in hand so often while its process died is taken for the cause."""
_AT_ONCE: Final = 500
"""Answers that are published together."""
_LOOK_S: Final = 1.0
"""How often it is looked for events to be taken one at a time, and how long the broker may take to answer."""
_log = logging.getLogger("notifyrules.events")


class _Server(uvicorn.Server):
    """Leaves signals alone: uvicorn raises them again when it has ended, before what is in hand is answered."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class Worker:
    """
    Answers events.

    An event that is met for the third time may have killed whoever had it in hand, or have been in hand beside one that
    did. Unlooked at it goes to a lane of its own, and from there it is taken alone: nothing else is decided meanwhile,
    so that what dies there is the cause.
    """

    def __init__(self, line: Line, settings: Settings, versions: Versions) -> None:
        """Answer what comes on a line, by the rules in force."""
        self._line, self._versions, self._wait_s = line, versions, settings.worker.redeliver_s
        self.tally = Tally(self._metrics)
        self._results: Counter[str] = Counter()
        self._deciding = asyncio.Lock()
        self._log = log_of(settings.log, self.tally.unlogged)
        line.subscribe(POSTED, self._take)

    @asynccontextmanager
    async def working(self, url: str) -> AsyncIterator[None]:
        """Answer what comes from the broker at a URL until the end of the block; what is in hand then is answered."""
        await begin(self._line, url)
        lane = asyncio.create_task(self._take_alone())
        try:
            yield
        finally:
            lane.cancel()
            with suppress(asyncio.CancelledError):
                await lane
            await end(self._line)
            if self._log is not None:
                self._log.close()

    # ---- The two lanes ----

    async def _take(self, batch: Sequence[Received]) -> None:
        """Answer events, and move those that were met too often to the other lane."""
        async with in_hand(batch, self._wait_s):
            done: list[tuple[Received, tuple[Reply, ...]]] = []
            waiting = 0
            for one in batch:
                if one.times < TRIES:
                    async with self._deciding:
                        answers = self._answer(one.body)
                    done.append((one, answers))
                    waiting += len(answers)
                else:
                    await tell(self._line, [Told(RETRY, "", one.body)], self._count_failure)
                    self._results["moved"] += 1
                    await one.ack()
                if waiting >= _AT_ONCE:
                    await self._tell(done)
                    done, waiting = [], 0
            await self._tell(done)

    async def _take_alone(self) -> None:
        """Answer events one at a time, and refuse those that keep killing the process."""
        while True:
            try:
                async with self._deciding:
                    one = await self._line.get()
                    if one is not None:
                        async with in_hand([one], self._wait_s):
                            await self._tell([(one, self._answer_or_refuse(one))])
            except (Exception, asyncio.CancelledError):
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                _log.warning("the lane of events that are taken one at a time waits", exc_info=True)
                one = None
            if one is None:
                await asyncio.sleep(_LOOK_S)

    def _answer_or_refuse(self, one: Received) -> tuple[Reply, ...]:
        if one.times <= TRIES:
            return self._answer(one.body)
        detail = f"{TRIES} processes died while they had nothing but this event in hand"
        return (self._counted(refuse(one.body, Problem(422, "kills", detail))),)

    # ---- One event ----

    def _answer(self, body: bytes) -> tuple[Reply, ...]:
        """Answer an event, and count and log the decisions."""
        try:
            answers = answer(body, self._versions)
        except Exception:  # noqa: BLE001 - whatever is left is a bug of ours, and must not stop the others
            _log.exception("an event cannot be answered: this is a bug in notifyrules")
            answers = (refuse(body, Problem(500, "bug", "this is a bug in notifyrules; the worker's log has more")),)
        for one in answers:
            self._counted(one)
        return answers

    def _counted(self, one: Reply) -> Reply:
        if one.decision is None or one.rules is None:
            self.tally.refused["event", one.problem] += 1
        else:
            self.tally.cell(one.rules.name, one.decision.outcome, one.decision.reason).count += 1
            if self._log is not None:
                self._log.keep(one.rules, one.decision, Caller(one.asker, frozenset()), one.subject)
            if self._versions.compares:
                self._versions.compare(one.rules, dict(one.decision.facts), one.decision)
        return one

    async def _tell(self, done: Sequence[tuple[Received, tuple[Reply, ...]]]) -> None:
        """Publish answers, and then say that their events are done."""
        telling = [one for _, answers in done for one in answers]
        for first in range(0, len(telling), _AT_ONCE):
            await tell(self._line, telling[first : first + _AT_ONCE], self._count_failure)
        self._results["answered"] += len(done)
        for received, _ in done:
            await received.ack()

    def _count_failure(self) -> None:
        self._results["publish_failed"] += 1

    # ---- What is told of it ----

    async def run(self, url: str, host: str, port: int, say: Callable[[str], object]) -> None:
        """Answer until a signal, and tell of it over HTTP; *say* is given the address."""
        config = uvicorn.Config(
            self._tell_of_it,
            http=partial(Protocol, Limits()),  # type: ignore[arg-type] # it is called, and no more
            host=host,
            port=port,
            log_level="warning",
            ws="none",
            lifespan="off",
            interface="asgi3",
        )
        server = _Server(config)
        end_by_signal(partial(setattr, server, "should_exit", True))  # noqa: FBT003 - a value
        async with self.working(url):
            serving = asyncio.create_task(server.serve())
            while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            if server.started:
                told = server.servers[0].sockets[0].getsockname()
                say(f"answering; http://{told[0]}:{told[1]} has /livez, /readyz and /metrics")
            await serving

    async def _tell_of_it(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what an orchestrator and Prometheus ask."""
        match scope.get("path"):
            case "/livez":
                response = Response("alive\n")
            case "/readyz":
                told = [*self._versions.troubles()]
                reached = await self.reached()
                body = to_json({"status": "ready" if reached else "no broker", "refused_changes": told})
                response = Response(body, 200 if reached else 503, media_type="application/json")
            case "/metrics":
                response = Response(self.tally.page(), media_type="text/plain; version=1.0.0")
            case _:
                response = Response("there are /livez, /readyz and /metrics\n", 404)
        await response(scope, receive, send)

    async def reached(self) -> bool:
        """Tell whether the broker answers within a second."""
        with suppress(Exception):
            async with asyncio.timeout(_LOOK_S):
                await self._line.ask()
                return True
        return False

    def _metrics(self) -> Iterable[Metric]:
        counted = CounterMetricFamily("notifyrules_events", "Events, by what became of them.", labels=("result",))
        for result, count in self._results.items():
            counted.add_metric((result,), count)
        yield counted
        yield from self._versions.metrics()
