"""A holder in a process of its own: `python -m tests.service.holding URL PREFIX DATABASE EXECUTOR`."""

from __future__ import annotations

import asyncio
import sys

from notifyrules.service.hold import Holder
from notifyrules.service.lines import open_line
from notifyrules.service.settings import Hold, Settings, WorkerSettings


async def main(url: str, prefix: str, database: str, executor: str) -> None:
    """Hold until the end."""
    worker = WorkerSettings(prefix=prefix, redeliver_s=2)
    settings = Settings(worker=worker, hold=Hold(database=database, executor=executor))
    await Holder(open_line(url, worker), settings).run(url, asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
