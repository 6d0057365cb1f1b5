"""A message at 23:30, held and sent at 07:00 over events: `python -m docs.story.choreographed`."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from dbos import DBOS

from notifyrules.service.events import DECIDED, DUE, POSTED, Event, Told
from notifyrules.service.hold import Holder
from notifyrules.service.lines import Line, open_line, tell
from notifyrules.service.settings import Hold, Settings, WorkerSettings
from notifyrules.service.versions import Versions
from notifyrules.service.worker import Worker

from .memory import Memory

RULES = Path(__file__).with_name("quiet.yaml")


class Product:
    """Owns the facts: posts messages, posts them again when they are due, and sends."""

    def __init__(self, line: Line) -> None:
        """Take the events that concern it."""
        self.now, self.done = "2030-01-01T23:30:00Z", asyncio.Event()
        self._line, self._sent = line, set[str]()
        line.subscribe(DUE, self._post_again)
        line.subscribe(DECIDED, self._send)

    async def post(self, id_: str) -> None:
        """Post the message with the facts of now."""
        print(f"{self.now[11:16]}  the product posts `message.posted`")
        data = {"facts": {"now": self.now}}
        event = Event(id=id_, source="/story", type=POSTED, subject="Ada", data=data)
        await tell(self._line, [Told(POSTED, "", event.to_json())])

    async def move_the_clock(self) -> None:
        """Wait until the message is held, and let its time come; nobody else can do that."""
        while not (rows := await DBOS.list_workflows_async(status="DELAYED")):  # noqa: ASYNC110 - it has none
            await asyncio.sleep(0.1)
        assert rows[0].input is not None
        held = json.loads(rows[0].input["args"][0])
        print(f"{self.now[11:16]}  the worker answers `notification.held`, recheck_at {held['data']['recheck_at']}")
        self.now = held["data"]["recheck_at"]
        print(f"       ... the clock moves to {self.now[11:16]}")
        await DBOS.set_workflow_delay_async(held["id"], delay_seconds=0)

    async def _post_again(self, batch: Any) -> None:  # noqa: ANN401 - events
        print(f"{self.now[11:16]}  the holder says `notification.due`")
        await self.post(json.loads(batch[0].body)["id"])
        await batch[0].ack()

    async def _send(self, batch: Any) -> None:  # noqa: ANN401 - events
        for one in batch:
            event = json.loads(one.body)
            if event["id"] not in self._sent and event["data"]["notify"]:
                self._sent.add(event["id"])
                print(f"{self.now[11:16]}  the worker answers `notification.decided`, and Ada's phone rings")
            await one.ack()
        self.done.set()


async def play(url: str | None, folder: Path) -> None:
    """Play the story."""
    hold = Hold(database=f"sqlite:///{folder / 'holds.sqlite'}")
    settings = Settings(rules=[RULES], hold=hold, worker=WorkerSettings(prefix=f"story-{uuid.uuid4().hex[:8]}"))
    shared: Line = Memory()
    lines = [shared if url is None else open_line(url, settings.worker) for _ in range(3)]
    versions = Versions(settings.rules, settings.changes)
    worker, holder, product = Worker(lines[0], settings, versions), Holder(lines[1], settings), Product(lines[2])
    stop = asyncio.Event()
    async with worker.working(url or "memory"):
        holding = asyncio.create_task(holder.run(url or "memory", stop))
        await asyncio.sleep(2)
        await lines[2].start()
        await product.post("m71")
        await product.move_the_clock()
        await product.done.wait()
        stop.set()
        await holding
        await lines[2].stop()
    versions.close()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as created:
        asyncio.run(play(sys.argv[1] if len(sys.argv) > 1 else None, Path(created)))
