"""What was found lately is looked up, and never takes more memory than it may."""

from __future__ import annotations

from itertools import count

from notifyrules.compiled.remembered import Remembered


def test_finds_once() -> None:
    """What was found for a key is not looked for again."""
    numbers = count()
    known = Remembered(lambda _: next(numbers), most=2)

    assert [known["a"], known["b"], known["a"]] == [0, 1, 0]


def test_holds_no_more_than_it_may() -> None:
    """Where too much would be held, all of it is forgotten."""
    known = Remembered(str, most=2)

    assert [known[key] for key in range(5)] == ["0", "1", "2", "3", "4"]
    assert known == {4: "4"}
