"""Hold the cases of the shipped charts: they notice every mistake that changes a decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.answers.mutate import mutate
from notifyrules.limit import Limit
from notifyrules.rules import read_cases

RULES = Path(__file__).parents[1] / "rules"
CASES = sorted(path.relative_to(RULES).as_posix() for path in RULES.rglob("*.cases.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_mistake_survives(name: str) -> None:
    """What no case notices is proved to decide the same."""
    found = mutate([read_cases(RULES / name, root=RULES)], Limit(300))

    assert found.problems == ()
    assert [one.mutant.said for file in found.files for one in file.survivors] == []
