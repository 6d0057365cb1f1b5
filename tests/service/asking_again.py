"""A workflow in its own process: `python -m tests.service.asking_again RULES DATABASE EXECUTOR FOLDER WAIT KEY...`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from notifyrules.workflow import Ask, AskResult, Workflow


def note(file: Path, **told: Any) -> None:  # noqa: ANN401 - JSON
    """Add a line to a file, in one write."""
    with file.open("a", encoding="utf-8") as opened:
        opened.write(json.dumps({**told, "time": datetime.now(UTC).isoformat()}) + "\n")


def functions(folder: Path) -> tuple[Callable[[Ask], Any], Callable[[Ask, AskResult, str], None], Callable[..., None]]:
    """Make functions that write down how they are called; quiet hours are over when their time has come."""

    def gather(ask: Ask) -> dict[str, object]:
        note(folder / "gathered")
        over = datetime.fromisoformat(ask["until"]) <= datetime.now(UTC)
        return {"user": {"quiet_until": None if over else ask["until"]}}

    def send(ask: Ask, _told: AskResult, key: str) -> None:
        note(folder / "sent", key=key, until=ask["until"])
        time.sleep(0.05)

    def record(ask: Ask, told: AskResult) -> None:
        note(folder / "recorded", until=ask["until"], asked=told["asked"], outcome=told["outcome"])

    return gather, send, record


def main(rules: str, database: str, executor: str, folder: str, seconds: str, *keys: str) -> None:
    """Run the workflow until the end; ask first by some keys, whose quiet hours end some seconds later."""
    gather, send, record = functions(Path(folder))
    workflow = Workflow(rules, gather=gather, send=send, record=record)
    with workflow.running(database, executor):
        until = (datetime.now(UTC) + timedelta(seconds=float(seconds))).isoformat()
        for key in keys:
            workflow.ask(key, {"until": until})
        note(Path(folder) / "begun")
        time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
