"""The log of decisions: a line a decision, nothing private in it, and all that an explanation needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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
