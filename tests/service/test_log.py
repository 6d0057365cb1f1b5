"""The log of decisions: a line a decision, nothing private in it, and all that an explanation needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from notifyrules.errors import UsageError
from notifyrules.service.settings import Log
from tests.cli import run
from tests.service.asking import TITLED, Asking, asking

NAMED = {**TITLED, "user": {"name": "Ada Lovelace"}, "preferences": {"level": "none"}}


def lines(service: Asking) -> list[dict[str, Any]]:
    """Read the log."""
    return [json.loads(line) for line in (service.folder / "log.jsonl").read_text("utf-8").splitlines()]


def log(folder: Path, **settings: Any) -> Log:  # noqa: ANN401 - settings
    """Log into a folder."""
    return Log(path=folder / "log.jsonl", **settings)


class TestLines:
    def test_one_a_decision(self, folder: Path) -> None:
        """Each decision has its line, of one, of many, and of each medium; what is refused has none."""
        with asking(folder, log=log(folder)) as service:
            service.decide({"facts": TITLED, "subject": "u1"})
            service.decide({"facts": [TITLED, {}, TITLED]})
            service.decide({"facts": TITLED, "each": True})
            service.decide({"facts": {}})

        found = lines(service)
        assert [line["decision"]["outcome"] for line in found] == ["ring"] * 5
        assert (found[0]["client"], found[0]["subject"]) == ("sender", "u1")
        assert [line["decision"]["facts"]["device.kind"] for line in found[3:]] == ["desktop", "mobile"]

    def test_a_retry_has_none(self, folder: Path) -> None:
        """What is answered again by its key was decided once."""
        with asking(folder, log=log(folder)) as service:
            for _ in range(3):
                service.decide({"facts": TITLED}, idempotency_key="k")

        assert len(lines(service)) == 1

    def test_explained(self, folder: Path) -> None:
        """A line is what `explain --record` reads."""
        with asking(folder, log=log(folder)) as service:
            service.decide({"facts": NAMED})
        (folder / "line.json").write_text(json.dumps(lines(service)[0]), "utf-8")

        told = run("explain", str(folder / "chart.yaml"), "--record", str(folder / "line.json"))

        assert (told.code, told.err) == (0, "")
        assert "Wants any?" in told.out
        assert "The rules have not changed since." in told.out


class TestPrivate:
    def test_left_out(self, folder: Path) -> None:
        """Private facts, and texts that quote them, are left out."""
        with asking(folder, log=log(folder)) as service:
            service.decide({"facts": NAMED})

        [line] = lines(service)
        assert "Lovelace" not in json.dumps(line)
        assert "user.name" not in line["decision"]["facts"]
        assert line["decision"]["withheld"] == ["user.name"]

    def test_hashed(self, folder: Path) -> None:
        """A hash is the same for the same value, another for another value and under another key."""
        hashes = []
        for key, name in (("a" * 16, "Ada"), ("a" * 16, "Ada"), ("a" * 16, "Bob"), ("b" * 16, "Ada")):
            with asking(folder, log=log(folder, private="hash", key=key)) as service:
                service.decide({"facts": {**TITLED, "user": {"name": name}}})
            hashes.append(lines(service)[-1]["decision"]["facts"]["user.name"])

        assert hashes[0] == hashes[1]
        assert len(set(hashes)) == 3
        assert all(one.startswith("hash:") for one in hashes)


class TestFiles:
    def test_rotated(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A log that was renamed is begun anew."""
        monkeypatch.setattr("notifyrules.service.log._LOOK_AGAIN_S", 0)
        with asking(folder, log=log(folder)) as service:
            service.decide({"facts": TITLED})
            (folder / "log.jsonl").rename(folder / "log.1")
            service.decide({"facts": TITLED})

        assert len(lines(service)) == 1
        assert len((folder / "log.1").read_text("utf-8").splitlines()) == 1

    def test_a_log_that_takes_nothing(self, folder: Path) -> None:
        """A decision that cannot be logged is given all the same, and counted."""
        with asking(folder, log=Log(path=Path("/dev/full"))) as service:
            assert service.decide({"facts": TITLED}).status_code == 200
            assert "notifyrules_unlogged_total 1.0" in service.get("/metrics").text


class TestReceipts:
    def test_the_log_is_asked(self, folder: Path) -> None:
        """Each decision of a service is counted and told by what stands in the folder alone."""
        with asking(folder, log=Log(receipts=folder / "receipts")) as service:
            service.decide({"facts": NAMED, "subject": "u1"})
            service.decide({"facts": [TITLED, TITLED]})
            service.decide({"facts": {}})
        (folder / "chart.yaml").unlink()
        counted = run("log", str(folder / "receipts"), "--by", "outcome", "--json").json
        told = run("log", str(folder / "receipts"), "--subject", "u1", "--explain", "support").out

        assert sum(one["count"] for one in counted["counts"]) == 3
        assert "Wants any?" in told

    @pytest.mark.parametrize("settings", [{}, {"private": "hash", "key": "a" * 16}], ids=["left out", "hashed"])
    def test_nothing_private(self, folder: Path, settings: dict[str, Any]) -> None:
        """As in the records."""
        with asking(folder, log=Log(receipts=folder / "receipts", **settings)) as service:
            service.decide({"facts": NAMED})

        [file] = (folder / "receipts").glob("*.jsonl")
        assert "Lovelace" not in file.read_text("utf-8")
        assert ("user.name" in json.loads(file.read_text("utf-8")).get("private", {})) is bool(settings)

    def test_beside_records(self, folder: Path) -> None:
        """Both may be kept."""
        with asking(folder, log=log(folder, receipts=folder / "receipts")) as service:
            service.decide({"facts": TITLED})

        assert len(lines(service)) == 1
        assert len([*(folder / "receipts").glob("*.jsonl")]) == 1

    def test_a_folder_that_cannot_be(self, folder: Path) -> None:
        """The service does not begin, and says why."""
        (folder / "receipts").write_text("a file")
        with (
            pytest.raises(UsageError, match="receipts cannot be kept in"),
            asking(folder, log=Log(receipts=folder / "receipts")),
        ):
            pass
