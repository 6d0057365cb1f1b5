"""How edits act on each other: independent, only together, cancelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diff.gate import AllowedChanges
from notifyrules.diff.model import Interplay
from notifyrules.diff.report import format_text
from tests.versions import asking, compared, edited

FACTS = "a: bool; b: bool; c: bool; d: bool"
OLD = asking(FACTS, "one and two and three and d", top="let: {one: a, two: b, three: c}\n")


def interplay(folder: Path, *changes: tuple[str, str]) -> tuple[Interplay, str]:
    """Compare a chart of three lets with an edited one."""
    told = compared(folder, OLD, edited(OLD, *changes))
    assert told.interplay is not None
    return told.interplay, " ".join(format_text(told, AllowedChanges(()), None).split())


@pytest.mark.slow
class TestInterplay:
    def test_independent(self, tmp_path: Path) -> None:
        """Whoever is moved is moved by one edit alone."""
        found, told = interplay(tmp_path, ("one: a", "one: a and b"), ("d'", "d and c'"))

        assert found.independent
        assert "2 edits, independent of each other: proved." in told

    def test_two_of_three(self, tmp_path: Path) -> None:
        """Of three edits those two are named that only together move somebody."""
        found, told = interplay(
            tmp_path, ("one: a", "one: a or d"), ("two: b", "two: b or d"), ("three: c", "three: c and d")
        )

        assert [which for which, _ in found.only_together] == [(1, 2)]
        assert (
            "- only together 1 and 2 move some: no->yes" in told or "only together 1 and 2 move some: no->yes" in told
        )

    def test_every_two_and_all(self, tmp_path: Path) -> None:
        """Each two that move somebody are named, and that it takes all for somebody else."""
        found, told = interplay(
            tmp_path, ("one: a", "one: a or d"), ("two: b", "two: b or d"), ("three: c", "three: c or d")
        )
        examples = {which: (one.facts["a"], one.facts["b"], one.facts["c"]) for which, one in found.only_together}

        assert found.proved
        assert examples == {
            (1, 2): (False, False, True),
            (1, 3): (False, True, False),
            (2, 3): (True, False, False),
            (1, 2, 3): (False, False, False),
        }
        assert "only together they move some: no->yes" in told

    def test_cancelled(self, tmp_path: Path) -> None:
        """An edit that another one takes back for somebody is said to be cancelled there."""
        found, told = interplay(tmp_path, ("one: a", "one: 'true'"), ("two: b", "two: b and a"))

        assert [number for number, _ in found.cancelled] == [1]
        assert "1 is cancelled for some" in told
