"""Write receipts: never in the way, whole lines, nothing lost but by force, nothing private."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifyrules.errors import UsageError
from notifyrules.receipts import asking
from notifyrules.receipts.finding import Finder
from notifyrules.receipts.replay import explain
from notifyrules.receipts.writer import ReceiptWriter
from notifyrules.rules import load
from tests.test_evaluation_withholding import CALLED, CHART, NAME

MUTED = {"channel.muted": True, "channel.name": "#random"}
WORKER = """
import os, sys, time
from notifyrules import ReceiptWriter, load
slack, writer, name, most = load("slack"), ReceiptWriter(sys.argv[1]), sys.argv[2], int(sys.argv[3])
facts = {"channel.muted": True, "channel.name": "#random" * 20}
for number in range(most):
    writer.write(slack.should_notify(facts), f"{name}/{number}", subject=name)
    if number % 100 == 0:
        time.sleep(0.001)
        print(number, flush=True)
"""


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    """Read all receipts of a folder."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            yield json.loads(line)


def until(done: Callable[[], bool]) -> None:
    """Wait for something, half a minute at most."""
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def start(folder: Path, name: str, most: int) -> subprocess.Popen[str]:
    """Start a process that writes."""
    command = [sys.executable, "-c", WORKER, str(folder), name, str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


class TestLines:
    def test_a_line_a_decision(self, tmp_path: Path) -> None:
        """Each is the receipt, with the time of writing unless one is given, and is told by what is kept beside it."""
        decision = load("slack").should_notify(MUTED)
        with ReceiptWriter(tmp_path, clock=lambda: 1_790_000_000.25) as writer:
            assert writer.write(decision, "m1", subject='u"1\ud800')
            assert writer.write(decision, at="2026-11-29T10:00:00Z")

        first, second = lines(tmp_path)
        assert first == decision.receipt("m1", at="2026-09-21T14:13:20.250Z", subject='u"1\ud800')
        assert first["subject"] == 'u"1\ufffd'
        assert second == decision.receipt(at="2026-11-29T10:00:00Z")
        assert [file.stem for file in (tmp_path / "rules").iterdir()] == [first["rules"]]
        assert explain(first, places=Finder([tmp_path])).explain() == decision.explain()

    def test_a_new_file_each_hour(self, tmp_path: Path) -> None:
        """A file holds what was written in one hour."""
        now = [0.0]
        decision = load("slack").should_notify(MUTED)
        with ReceiptWriter(tmp_path, clock=lambda: now[0]) as writer:
            for number in range(4):
                now[0] = number * 1_800.0
                writer.write(decision, str(number))
                writer.flush()

        files = sorted(tmp_path.glob("*.jsonl"))
        written = [[json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()] for file in files]
        assert written == [["0", "1"], ["2", "3"]]

    @pytest.mark.slow
    def test_closed_files_are_packed(self, tmp_path: Path) -> None:
        """Once an hour, also those of a process that is no more; what is written is not touched."""
        now, left = [7_200.0], tmp_path / "receipts.host.1.19700101T00.jsonl"
        decision = load("slack").should_notify(MUTED)
        left.write_text(json.dumps(decision.receipt("left")) + "\n", "utf-8")
        with ReceiptWriter(tmp_path, clock=lambda: now[0], packs=True) as writer:
            for number in range(3):
                now[0] += 3_600.0
                writer.write(decision, str(number))
                writer.flush()

            def all_packed() -> bool:
                now[0] += 3_600.0
                return not [*tmp_path.glob("*.jsonl")]

            until(all_packed)

        found = asking.find(asking.files_of([str(tmp_path)]), asking.WantedReceipts(), 10).rows
        assert sorted(one["id"] for one in found) == ["0", "1", "2", "left"]
        assert {file.suffix for file in tmp_path.iterdir() if file.is_file()} == {".parquet"}

    def test_what_is_packed_is_not_written_to(self, tmp_path: Path) -> None:
        """Where the clock was set back, another file is begun."""
        decision = load("slack").should_notify(MUTED)
        for number in range(2):
            with ReceiptWriter(tmp_path, clock=lambda: 0.0) as writer:
                writer.write(decision, str(number))
            [file] = tmp_path.glob("*.jsonl")
            asking.pack(file)

        found = asking.find(asking.files_of([str(tmp_path)]), asking.WantedReceipts(), 10).rows
        assert [one["id"] for one in found] == ["1", "0"]

    def test_packing_needs_what_packs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever asks for it learns at once."""
        monkeypatch.setattr("notifyrules.receipts.writer.find_spec", lambda _: None)
        with pytest.raises(UsageError, match=r"notifyrules\[log\]"):
            ReceiptWriter(tmp_path, packs=True)

    def test_several_charts(self, tmp_path: Path) -> None:
        """Receipts of several charts stand in one file, and the sources of each are kept."""
        with ReceiptWriter(tmp_path) as writer:
            for name in ("slack", "campfire"):
                rules = load(name)
                writer.write(rules.should_notify({}), name)

        assert len({line["rules"] for line in lines(tmp_path)}) == 2
        assert len(list((tmp_path / "rules").iterdir())) == 2

    @pytest.mark.parametrize(
        ("at", "written"),
        [
            ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
            ("2026-01-05T10:00:00.25Z", "2026-01-05T10:00:00.25Z"),
            ("2026-01-05T10:00:00+01:00", "2026-01-05T09:00:00Z"),
            (datetime(2026, 1, 5, 10, tzinfo=ZoneInfo("Europe/Berlin")), "2026-01-05T09:00:00Z"),
        ],
        ids=["utc", "fraction", "offset", "datetime"],
    )
    def test_when_it_was_made(self, tmp_path: Path, at: str | datetime, written: str) -> None:
        """Always told in UTC, so that the log finds it by time."""
        decision = load("slack").should_notify(MUTED)
        with ReceiptWriter(tmp_path) as writer:
            writer.write(decision, at=at)

        assert [line["at"] for line in lines(tmp_path)] == [written]
        assert decision.receipt(at=at)["at"] == written

    @pytest.mark.parametrize("at", ["yesterday", "2026-01-05", "1767607200", datetime(2026, 1, 5)], ids=str)  # noqa: DTZ001
    def test_what_is_no_time(self, tmp_path: Path, at: str | datetime) -> None:
        """A line of which nobody could say when is not written."""
        decision = load("slack").should_notify(MUTED)
        with ReceiptWriter(tmp_path) as writer, pytest.raises(UsageError, match="`at` is"):
            writer.write(decision, at=at)
        with pytest.raises(UsageError, match="`at` is"):
            decision.receipt(at=at)


class TestRefused:
    def test_a_full_queue(self, tmp_path: Path) -> None:
        """What finds the queue full is refused and counted, and the call does not wait."""
        decision = load("slack").should_notify(MUTED)
        writer = ReceiptWriter(tmp_path, most_waiting=3)
        with writer._lock:  # noqa: SLF001 - as while a disk hangs
            taken = [writer.write(decision) for _ in range(5)]
        writer.close()

        assert taken == [True, True, True, False, False]
        assert writer.refused == 2
        assert len(list(lines(tmp_path))) == 3

    def test_after_it_was_closed(self, tmp_path: Path) -> None:
        """A closed one refuses."""
        writer = ReceiptWriter(tmp_path)
        writer.close()

        assert not writer.write(load("slack").should_notify(MUTED))

    def test_a_folder_that_cannot_be(self, tmp_path: Path) -> None:
        """Where no folder can be made, it says so at once."""
        (tmp_path / "file").write_text("", "utf-8")
        with pytest.raises(UsageError, match="receipts cannot be kept in"):
            ReceiptWriter(tmp_path / "file" / "receipts")

    def test_a_disk_that_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What cannot be written is counted, and raises nothing."""

        def fail(*_: object) -> int:
            raise OSError(28, "No space left on device")

        writer = ReceiptWriter(tmp_path)
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", fail)
            writer.write(load("slack").should_notify(MUTED))
            writer.flush()
        writer.close()

        assert writer.lost == 1


class TestPrivate:
    @pytest.mark.parametrize("key", [None, "sixteen letters!"])
    def test_nowhere_on_disk(self, tmp_path: Path, key: str | None) -> None:
        """No file below the folder holds a private text."""
        (tmp_path / "called.yaml").write_text(CALLED, "utf-8")
        (tmp_path / "chart.yaml").write_text(CHART, "utf-8")
        rules, kept = load(tmp_path / "chart.yaml"), tmp_path / "receipts"
        with ReceiptWriter(kept, key=key) as writer:
            for name in (NAME, "Ada"):
                writer.write(rules.decide({"user.name": name}))

        written = b"".join(file.read_bytes() for file in kept.rglob("*") if file.is_file())
        assert b"user.name" in written
        assert b"Lovelace" not in written
        assert b"Ada" not in written


@pytest.mark.slow
class TestProcesses:
    def test_four_at_once(self, tmp_path: Path) -> None:
        """Four processes lose nothing and mix nothing."""
        workers = [start(tmp_path, name, 2_000) for name in "abcd"]
        for worker in workers:
            worker.communicate(timeout=120)

        assert [worker.returncode for worker in workers] == [0] * 4
        found = sorted(line["id"] for line in lines(tmp_path))
        assert found == sorted(f"{name}/{number}" for name in "abcd" for number in range(2_000))

    def test_killed(self, tmp_path: Path) -> None:
        """After `kill -9`, what was written is whole but for the last line, and it ends where the queue began."""
        worker = start(tmp_path, "a", 1_000_000)
        assert worker.stdout is not None
        while int(worker.stdout.readline()) < 3_000:
            pass
        time.sleep(0.5)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()

        [file] = tmp_path.glob("*.jsonl")
        whole = file.read_bytes().split(b"\n")[:-1]
        numbers = [int(json.loads(line)["id"].partition("/")[2]) for line in whole]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) >= 3_000

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    def test_forked(self, tmp_path: Path) -> None:
        """A process that was forked writes its own file, and nothing that its parent had waiting."""
        code = WORKER.replace("for number", "pid = os.fork()\nname += str(pid == 0)\nfor number") + "if pid: os.wait()"
        subprocess.run([sys.executable, "-c", code, str(tmp_path), "a", "300"], check=True, capture_output=True)

        assert len(list(tmp_path.glob("*.jsonl"))) == 2
        assert sorted(line["id"] for line in lines(tmp_path)) == sorted(
            f"a{one}/{number}" for one in (True, False) for number in range(300)
        )
