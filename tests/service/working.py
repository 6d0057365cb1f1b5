"""A worker in a process of its own, which some events kill: `python -m tests.service.working URL PREFIX RULES`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from notifyrules.service import worker
from notifyrules.service.events import Reply, answer
from notifyrules.service.lines import open_line
from notifyrules.service.settings import ChangeSettings, Settings, WorkerSettings
from notifyrules.service.versions import Versions

FATAL = b"kills whoever decides on it"


def decide(body: bytes, versions: Versions) -> tuple[Reply, ...]:
    """Answer, but die of some events."""
    if FATAL in body:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(body, versions)


def main(url: str, prefix: str, rules: str) -> None:
    """Answer events until the end."""
    worker.answer = decide  # type: ignore[attr-defined] # whatever makes a process die
    settings = Settings(worker=WorkerSettings(prefix=prefix, redeliver_s=2))
    versions = Versions([rules], ChangeSettings())
    asyncio.run(worker.Worker(open_line(url, settings.worker), settings, versions).run(url, "127.0.0.1", 0, print))


if __name__ == "__main__":
    main(*sys.argv[1:])
