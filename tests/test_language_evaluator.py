"""Claims about what conditions mean where it is not obvious: ends of ranges, null, what is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from notifyrules.language.evaluator import evaluate
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.types import MAX_DATE, MAX_DURATION, MAX_INSTANT, MAX_INT, MIN_DATE, MIN_INSTANT
from notifyrules.language.values import Value
from tests.conditions import check, value_of
from tests.schedules import schedule


class TestSums:
    @pytest.mark.parametrize(
        ("text", "facts", "expected"),
        [
            ("i + 1", {"i": MAX_INT}, MAX_INT),
            ("i - 1", {"i": -MAX_INT}, -MAX_INT),
            ("i + i - i", {"i": MAX_INT}, 0),
            ("i - i + i", {"i": MAX_INT}, MAX_INT),
            ("-i", {"i": -MAX_INT}, MAX_INT),
            ("wait + wait", {"wait": MAX_DURATION}, MAX_DURATION),
            ("-wait - 1d", {"wait": MAX_DURATION}, -MAX_DURATION),
            ("at + wait", {"at": MAX_INSTANT, "wait": MAX_DURATION}, MAX_INSTANT),
            ("wait + at", {"at": MIN_INSTANT, "wait": -MAX_DURATION}, MIN_INSTANT),
            ("at - wait", {"at": MIN_INSTANT, "wait": MAX_DURATION}, MIN_INSTANT),
            ("at - now", {"at": MAX_INSTANT, "now": MIN_INSTANT}, MAX_DURATION),
            ("at - now", {"at": MIN_INSTANT, "now": MAX_INSTANT}, -MAX_DURATION),
            ("day + 1", {"day": date(2028, 2, 28)}, date(2028, 2, 29)),
            ("1 + day - 2", {"day": date(2028, 3, 1)}, date(2028, 2, 29)),
            ("day + 1", {"day": MAX_DATE}, MAX_DATE),
            ("day - 1", {"day": MIN_DATE}, MIN_DATE),
            ("day + i", {"day": MIN_DATE, "i": MAX_INT}, MAX_DATE),
            ("day - i", {"day": MAX_DATE, "i": MAX_INT}, MIN_DATE),
            ("day - i", {"day": MIN_DATE, "i": -MAX_INT}, MAX_DATE),
            ("day + i - i", {"day": date(2028, 3, 1), "i": MAX_INT}, MIN_DATE),
            ("2026-12-24 - day", {"day": date(2026, 11, 28)}, 26),
            ("2026-12-24-1", {}, date(2026, 12, 23)),
            ("[1, 2] + [2] + []", {}, (1, 2, 2)),
            ("texts + texts", {"texts": ("a",) * 9_999}, ("a",) * 10_000),
            ("hours + hours", {"hours": schedule("mon 22:00-07:00")}, schedule("mon 22:00-07:00")),
            ("2026 - 12 - 24", {}, 1990),
            ("day - 2200-01-01", {"day": MIN_DATE}, -84_007),
            ("at + 1m - at", {"at": MIN_INSTANT}, timedelta(minutes=1)),
        ],
    )
    def test_held_to_the_range(self, text: str, facts: Mapping[str, Value], expected: Value) -> None:
        """Every sum is held to the range of its type, step by step from left to right."""
        assert expected == value_of(text, facts)


class TestNull:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("maybe_i == null", True),
            ("maybe_i != null", False),
            ("maybe_i == 3", False),
            ("maybe_i != 3", True),
            ("maybe_i in [3]", False),
            ("maybe_i not in [3]", True),
            ("maybe_i in ints", False),
            ("maybe_i ?? 3", 3),
            ("maybe_i ?? maybe_i", None),
            ("maybe_i is null", True),
            ("maybe_i == maybe_i", True),
        ],
    )
    def test_null(self, text: str, expected: Value) -> None:
        """Null equals null alone, and is in no list."""
        assert expected == value_of(text, {"maybe_i": None, "ints": (1, 2)})


class TestOrder:
    def test_enumerations(self) -> None:
        """An ordered enumeration is ordered as declared, not by its letters."""
        assert [value_of('level < "high"', {"level": one}) for one in ("low", "mid", "high")] == [True, True, False]

    @pytest.mark.parametrize(
        ("text", "expected"), [("1 < i <= 3", [False, True, True, False]), ("3 > i < 2", [True, False, False, False])]
    )
    def test_chains(self, text: str, expected: list[bool]) -> None:
        """A chain holds when every pair of neighbours does."""
        assert expected == [value_of(text, {"i": one}) for one in (1, 2, 3, 4)]


class TestReading:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("b and i > 3", ["b"]),
            ("not b and i > 3", ["b", "i"]),
            ("i > 3 or b", ["i", "b"]),
            ("maybe_i ?? i", ["maybe_i", "i"]),
            ("i if b else i + i", ["b", "i"]),
            ("t if not b else kind", ["b", "t"]),
        ],
    )
    def test_only_what_is_needed(self, text: str, expected: list[str]) -> None:
        """Facts are read from left to right, and no further than needed."""
        term = check(text)[0]
        assert term is not None
        read: dict[str, Value] = {}
        evaluate(term, {"b": False, "i": 3, "maybe_i": None, "t": "x", "kind": "dm"}, read)

        assert expected == list(read)


class TestFunctions:
    @pytest.mark.parametrize("name", [one for one, function in FUNCTIONS.items() if "now" not in function.example])
    def test_examples(self, name: str) -> None:
        """The example of a function is a condition that is true."""
        assert value_of(FUNCTIONS[name].example) is True

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('len("é😀")', 2),
            ('len("")', 0),
            ("len([1, 1])", 2),
            ('lower("İ")', "i̇"),
            ('before("a@b@c", "@")', "a"),
            ('before("abc", "@")', "abc"),
            ('after("a@b@c", "@")', "b@c"),
            ('after("abc", "@")', ""),
            ('before("abc", "")', ""),
            ('after("abc", "")', "abc"),
            ('starts_with("abc", "")', True),
            ('contains("", "")', True),
            ('contains("ABC", "b")', False),
            ("overlaps([], [1])", False),
            ("contains_all([], [])", True),
            ("contains_all([1], [1, 1])", True),
        ],
    )
    def test_edges(self, text: str, expected: Value) -> None:
        """Empty texts and lists, missing separators and letters of more than one code point have answers too."""
        assert expected == value_of(text)
