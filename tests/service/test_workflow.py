"""Claims about the durable workflow: what is held is asked again with fresh facts, and sent under one key."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, DBOSClient

from notifyrules import UsageError
from notifyrules.workflow import Ask, AskResult, Workflow
from tests.service.asking_again import functions
from tests.service.deaths import database, databases, prefix, process
from tests.service.posting import write_chart

__all__ = ["database", "prefix"]
PROCESS = (sys.executable, "-m", "tests.service.asking_again")


def soon(seconds: float) -> str:
    """Give a time that comes soon."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def lines(file: Path) -> list[dict[str, Any]]:
    """Read what was written down."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


def until(done: Callable[[], bool], patience_s: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def workflow(tmp_path: Path) -> Iterator[Workflow]:
    """Run a workflow in this process."""
    gather, send, record = functions(tmp_path)
    made = Workflow(str(write_chart(tmp_path)), gather=gather, send=send, record=record, most=3)
    with made.running(f"sqlite:///{tmp_path / 'asks.sqlite'}"):
        yield made


class TestWorkflow:
    @pytest.mark.slow
    def test_sent(self, workflow: Workflow, tmp_path: Path) -> None:
        """What is decided now is sent now and recorded, once, however often it is asked."""
        workflow.ask("a", {"until": soon(-1)})
        workflow.ask("a", {"until": soon(-1)})
        until(lambda: lines(tmp_path / "recorded") != [])
        workflow.ask("a", {"until": soon(-1)})
        workflow.ask("b", {"until": soon(-1)})
        until(lambda: len(lines(tmp_path / "recorded")) == 2)

        assert [one["key"] for one in lines(tmp_path / "sent")] == ["a", "b"]

    @pytest.mark.slow
    def test_held(self, workflow: Workflow, tmp_path: Path) -> None:
        """What is held is asked again at its time with fresh facts, not before."""
        when = soon(1.5)
        workflow.ask("a", {"until": when})
        until(lambda: lines(tmp_path / "recorded") != [])

        [sent], [recorded] = lines(tmp_path / "sent"), lines(tmp_path / "recorded")
        assert datetime.fromisoformat(when) <= datetime.fromisoformat(sent["time"])
        assert (recorded["asked"], recorded["outcome"]) == (2, "ring")

    @pytest.mark.slow
    def test_cancelled(self, workflow: Workflow, tmp_path: Path) -> None:
        """What was read meanwhile is not sent."""
        workflow.ask("a", {"until": soon(2)})
        until(lambda: DBOS.get_workflow_status("a#2") is not None)
        workflow.cancel("a")
        workflow.ask("b", {"until": soon(2)})
        until(lambda: lines(tmp_path / "recorded") != [])

        assert [one["key"] for one in lines(tmp_path / "sent")] == ["b"]

    @pytest.mark.slow
    def test_most(self, tmp_path: Path) -> None:
        """What is held again and again is recorded in the end, and not sent."""
        recorded: list[AskResult] = []
        flaky = iter([True, False, True, True])

        def gather(_ask: Ask) -> dict[str, object]:
            if not next(flaky):
                raise ConnectionError
            return {"user": {"quiet_until": soon(0.2)}}

        def send(_ask: Ask, _told: AskResult, _key: str) -> None:
            raise AssertionError

        rules = str(write_chart(tmp_path))
        workflow = Workflow(rules, gather=gather, send=send, record=lambda _, told: recorded.append(told), most=3)
        with workflow.running(f"sqlite:///{tmp_path / 'asks.sqlite'}"):
            workflow.ask("a", {})
            until(lambda: recorded != [])

        assert [(one["asked"], one["outcome"], one["later"]) for one in recorded] == [(3, "hold", True)]

    def test_misuse(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """Keys that could be taken for another ask, and a database that is none, are told, without a traceback."""
        workflow = Workflow("slack", gather=dict, send=print, record=print)
        with pytest.raises(UsageError, match="is no key"):
            workflow.ask("a#2", {})
        with (
            pytest.raises(UsageError, match="cannot be used"),
            workflow.running(f"sqlite:///{tmp_path / 'no' / 'file'}"),
        ):
            pass

        assert "Traceback" not in capfd.readouterr().err


def held(database: str, count: int) -> None:
    """Wait until so many asks wait, and nothing runs: that would wait for the name of its process to come back."""
    client = DBOSClient(system_database_url=database)
    until(lambda: len(client.list_workflows(status="DELAYED", load_input=False)) == count)
    until(lambda: client.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False) == [])
    client.destroy()


@pytest.mark.slow
class TestDeaths:
    @databases
    def test_killed(self, database: str, tmp_path: Path) -> None:
        """Killed in the hold and amid sending: each key is sent, none before its time, and recorded."""
        rules, keys = str(write_chart(tmp_path)), [f"e{one}" for one in range(40)]
        with process(*PROCESS, rules, database, "one", str(tmp_path), "5", *keys) as start:
            first = start()
            until(lambda: lines(tmp_path / "begun") != [])
            held(database, 40)
            first.send_signal(signal.SIGKILL)
            second = start()
            until(lambda: len(lines(tmp_path / "sent")) > 5)
            second.send_signal(signal.SIGKILL)
            start()
            until(lambda: len({one["key"] for one in lines(tmp_path / "sent")}) == 40)
            until(lambda: len(lines(tmp_path / "recorded")) >= 40)

        assert [one for one in lines(tmp_path / "sent") if one["time"] < one["until"]] == []

    @databases
    def test_other_executor(self, database: str, tmp_path: Path) -> None:
        """A process of another name takes over what waits."""
        rules, keys = str(write_chart(tmp_path)), [f"e{one}" for one in range(20)]
        with process(*PROCESS, rules, database, "one", str(tmp_path), "5", *keys) as start:
            start()
            until(lambda: lines(tmp_path / "begun") != [])
            held(database, 20)
        assert lines(tmp_path / "sent") == []
        with process(*PROCESS, rules, database, "two", str(tmp_path), "5") as start:
            start()
            until(lambda: len({one["key"] for one in lines(tmp_path / "sent")}) == 20)

        assert len(lines(tmp_path / "sent")) == 20
