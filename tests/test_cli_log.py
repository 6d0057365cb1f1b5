"""Ask files of receipts: what is counted, listed, told and drawn, whatever became of the files."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifyrules.receipts import asking
from notifyrules.receipts.writer import ReceiptWriter
from notifyrules.rules import load
from tests.cli import run

HOUR = datetime(2026, 11, 29, 9, tzinfo=UTC).timestamp()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write receipts of two people in two hours."""
    slack, now = load("slack"), [HOUR]
    with ReceiptWriter(tmp_path / "receipts", clock=lambda: now[0]) as writer:
        for number in range(6):
            now[0] = HOUR + number * 1_200
            facts = {"channel.muted": number % 2 == 0, "channel.name": "#random", "preferences.channel": "everything"}
            writer.write(slack.should_notify(facts), f"m{number}", subject=f"u{number % 3}")
            writer.flush()
    return tmp_path / "receipts"


def written(folder: Path) -> list[Path]:
    """List the files of lines."""
    return sorted(folder.glob("*.jsonl"))


class TestCounts:
    def test_by_outcome_and_reason(self, folder: Path) -> None:
        """Unless asked for something else, they are counted by outcome and reason."""
        assert run("log", folder).out.splitlines() == [
            "outcome  reason             count",
            "no       muted_thread.else      3",
            "yes      mobile.else            3",
        ]

    def test_by_others(self, folder: Path) -> None:
        """They are counted by version, hour, person and whether it notified."""
        found = run("log", folder, "--by", "rules,hour,notify", "--json").json

        digits = written(folder)[0].read_text("utf-8").partition('"rules":"')[2][:11]
        assert found["torn"] == 0
        assert {(one["rules"], one["hour"], one["notify"], one["count"]) for one in found["counts"]} == {
            (digits, "2026-11-29T09", "false", 2),
            (digits, "2026-11-29T09", "true", 1),
            (digits, "2026-11-29T10", "false", 1),
            (digits, "2026-11-29T10", "true", 2),
        }

    @pytest.mark.parametrize(
        ("chosen", "ids"),
        [
            (["--reason", "muted_thread.else"], "m4 m2 m0"),
            (["--notify", "no", "--since", "2026-11-29T09:30:00Z"], "m4 m2"),
            (["--notify", "yes", "--until", "2026-11-29T11:00:00+01:00"], "m1"),
            (["--subject", "u1"], "m4 m1"),
            (["--subject", "u1' OR true --"], ""),
            (["--id", "m5"], "m5"),
            (["--outcome", "yes", "--most", "1"], "m5"),
            (["--rules", "zzz"], ""),
            (["--since", "1h"], ""),
        ],
        ids=lambda one: " ".join(one) if isinstance(one, list) else None,
    )
    @pytest.mark.parametrize("packed", [False, True], ids=["lines", "parquet"])
    def test_which(self, folder: Path, chosen: list[str], ids: str, *, packed: bool) -> None:
        """Those that are wanted are listed, the newest first, also of packed files."""
        if packed:
            asking.pack(written(folder)[0])
        found = run("log", folder, *chosen, "--list", "--json").json

        assert [one["id"] for one in found["receipts"]] == ids.split()


class TestTold:
    def test_the_newest_first(self, folder: Path) -> None:
        """Of equal times by name, those that tell no time last; lines that are no receipts are counted beside."""
        [first, *_] = written(folder)
        lines = first.read_text("utf-8").splitlines()
        timeless = re.sub(r'"at":"[^"]*",', "", lines[0]).replace("m0", "m9")
        first.write_text("\n".join([lines[0].replace("m0", "m7"), timeless, *lines, '{"id":"torn']), "utf-8")
        files = asking.files_of([str(folder)])
        found = asking.find(files, asking.WantedReceipts(), 20)

        assert [one["id"] for one in found.rows] == ["m5", "m4", "m3", "m2", "m1", "m7", "m0", "m9"]
        assert found.unread == 1
        assert asking.find(files, asking.WantedReceipts(), 3).rows == found.rows[:3]
        assert asking.find(files, asking.WantedReceipts(id="nobody"), 3).rows == []

    def test_one_persons_day(self, folder: Path) -> None:
        """Each decision is told by the rules of then, the oldest first."""
        assert run("log", folder, "--subject", "u1", "--explain", "user").out == (
            "2026-11-29T09:20:00Z u1 m1\n"
            "  You were notified: you asked for every message in #random.\n\n"
            "2026-11-29T10:20:00Z u1 m4\n"
            "  You were not notified: you muted #random.\n"
        )

    @pytest.mark.parametrize("packed", [False, True], ids=["lines", "parquet"])
    def test_as_they_were_written(self, folder: Path, *, packed: bool) -> None:
        """Listed as JSON, a receipt is what was written."""
        lines = [json.loads(line) for file in written(folder) for line in file.read_text("utf-8").splitlines()]
        if packed:
            for file in written(folder):
                asking.pack(file)
        found = run("log", folder, "--list", "--json").json["receipts"]

        assert [{**one, "at": 0} for one in found] == [{**one, "at": 0} for one in reversed(lines)]

    @pytest.mark.slow
    def test_drawn(self, folder: Path) -> None:
        """The chart shows at its arrows how many took them."""
        picture = folder / "traffic.svg"
        run("log", folder, "--picture", picture, "--of", "slack")

        assert "50.0%" in picture.read_text("utf-8")

    @pytest.mark.slow
    def test_boxes_reached(self, folder: Path) -> None:
        """Boxes that decisions came to keep their colours, and the others are faded."""
        picture = folder / "traffic.svg"
        run("log", folder, "--picture", picture, "--of", "slack")
        boxes = dict(
            re.findall(
                r'<g class="nr-box".*?data-key="([^"]*)".*?<(?:rect|path)([^>]*)', picture.read_text("utf-8"), re.DOTALL
            )
        )

        assert {key: "nr-faded" in boxes[key] for key in ("(start)", "muted", "threads_everything")} == {
            "(start)": False,
            "muted": False,
            "threads_everything": True,
        }


class TestTorn:
    def test_a_torn_line_is_counted(self, folder: Path) -> None:
        """The last line of a process that was killed is counted, and everything else is answered."""
        with written(folder)[0].open("a", encoding="utf-8") as file:
            file.write('{"id":"m9","at":"2026-11-')

        assert "passed over: 1 lines that are no receipts" in run("log", folder).err
        assert run("log", folder, "--list", "--json").json["torn"] == 1
        assert run("log", folder, "--json").json["torn"] == 1

    def test_packing_keeps_it_aside(self, folder: Path) -> None:
        """What nobody can read stays in a file of its own when the rest is packed."""
        [old, young] = written(folder)
        with old.open("a", encoding="utf-8") as file:
            file.write('{"id":"m9","at":"2026-11-')
        before = run("log", folder).out

        assert asking.closed([old, young], datetime(2026, 11, 29, 11, 30, tzinfo=UTC)) == [old]
        assert "1 lines that are no receipts kept aside" in run("log", folder, "--pack").out
        assert "nothing to pack" in run("log", folder, "--pack").err
        assert run("log", folder).out == before
        assert [file.suffix for file in sorted(folder.iterdir()) if file.is_file()] == [".parquet", ".torn", ".parquet"]
        assert old.with_suffix(".torn").read_text("utf-8") == '{"id":"m9","at":"2026-11-'

    def test_packing_that_was_cut_short(self, folder: Path) -> None:
        """Nothing is counted twice where lines stand beside what they were packed to, and the next one ends it."""
        before, [old, _] = run("log", folder).out, written(folder)
        lines = old.read_bytes()
        asking.pack(old)
        old.write_bytes(lines)
        old.with_suffix(".123.tmp").write_bytes(b"begun by a process that was killed")

        assert run("log", folder).out == before
        assert run("log", folder, "--pack").out.startswith("packed: ")
        assert run("log", folder).out == before
        assert not old.exists()
        assert not [*folder.glob("*.tmp")]

    @pytest.mark.parametrize("line", [b'{"a": 1}\n', b"[]\n", b'{"reason": "x", "id": "\\ud800"}\n', b"\xff\n"])
    def test_packing_loses_no_line(self, folder: Path, line: bytes) -> None:
        """Whatever somebody put there stays, in what is packed or beside it."""
        [old, _] = written(folder)
        count = len(old.read_bytes().splitlines())
        old.write_bytes(line + old.read_bytes())
        torn = asking.pack(old)
        kept = asking.count([old.with_suffix(".parquet")], asking.WantedReceipts(), []).rows[0]["count"]

        assert (torn, kept) == (1, count)
        assert line in old.with_suffix(".torn").read_bytes()

    def test_packed_by_two(self, folder: Path) -> None:
        """The second finds nothing left to do."""
        [old, _] = written(folder)
        asking.pack(old)

        assert asking.pack(old) == 0


class TestMisuse:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["nowhere"], "does not exist"),
            (["."], "there are no receipts"),
            (["FOLDER", "--by", "colour"], "there is no key to count by `colour`"),
            (["FOLDER", "--since", "soon"], "`soon` is no time"),
            (["FOLDER", "--picture", "x.svg"], "no rules are named that are drawn"),
            (["FOLDER", "--notify", "maybe"], "there is no answer `maybe`"),
        ],
        ids=lambda one: one[-1] if isinstance(one, list) else None,
    )
    def test_is_told(self, folder: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What cannot be asked is misuse."""
        monkeypatch.chdir(folder.parent)
        result = run("log", *(str(folder) if word == "FOLDER" else word for word in words))

        assert result.code == 2
        assert said in result.err

    def test_a_packed_file_that_is_damaged(self, folder: Path) -> None:
        """A packed file that nobody can read is named, with what to do."""
        (folder / "torn.parquet").write_bytes(b"nothing")
        result = run("log", folder)

        assert result.code == 2
        assert re.search(r"the receipts cannot be read: .*torn\.parquet.*\n  help: move a file", result.err)


class TestWhatIsNoFile:
    """In a folder of receipts, whatever only has the name of a file of them is passed over."""

    @pytest.mark.parametrize("made", ["folder", "link to nothing", "pipe"])
    def test_is_passed_over(self, folder: Path, made: str) -> None:
        """The others are counted as before."""
        before, odd = run("log", folder).out, folder / "odd.jsonl"
        match made:
            case "folder":
                odd.mkdir()
            case "pipe":
                os.mkfifo(odd)
            case _:
                odd.symlink_to("nowhere.jsonl")

        assert run("log", folder).out == before
