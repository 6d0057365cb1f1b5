"""Claims about values: what is one, what is none, and that each is written the way it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import (
    BOOL,
    DATE,
    DURATION,
    INSTANT,
    INT,
    MAX_DURATION,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    TEXT,
    TIME,
    TIMEZONE,
    Basic,
    Enumeration,
    ListOf,
    Type,
    fits,
    join,
)
from notifyrules.language.values import Value, conform, to_plain, write, write_literal
from tests.property.expressions import BASES, pool

KIND = Type(Enumeration(("dm", "group")))
LATE = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


class Member(StrEnum):
    """A class of members that are texts."""

    DM = "dm"


class TestConform:
    @pytest.mark.parametrize(
        ("wanted", "given_value", "expected"),
        [
            (BOOL, True, True),
            (Type(Basic.BOOL, nullable=True), None, None),
            (INT, -MAX_INT, -MAX_INT),
            (INT, MAX_INT, MAX_INT),
            (TEXT, "é😀", "é😀"),
            (TEXT, "x" * MAX_TEXT, "x" * MAX_TEXT),
            (KIND, "dm", "dm"),
            (KIND, Member.DM, "dm"),
            (INSTANT, "2026-11-23T22:00:00+01:00", LATE),
            (INSTANT, "2026-11-23t21:00:00z", LATE),
            (INSTANT, "2026-11-23 21:00:00.000000Z", LATE),
            (INSTANT, "2026-11-23T21:00:00.0000000Z", LATE),
            (INSTANT, LATE.astimezone(timezone(timedelta(hours=5, minutes=45))), LATE),
            (INSTANT, "1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
            (DATE, "2026-11-28", date(2026, 11, 28)),
            (DATE, date(2028, 2, 29), date(2028, 2, 29)),
            (DATE, "1969-12-31", date(1969, 12, 31)),
            (DATE, "2200-01-01", date(2200, 1, 1)),
            (TIME, "22:00", time(22)),
            (TIME, "23:59:59", time(23, 59, 59)),
            (TIME, time(7, 30), time(7, 30)),
            (DURATION, "2h30m", timedelta(hours=2, minutes=30)),
            (DURATION, "-1w2d3h4m5s6ms7us", -timedelta(7 + 2, 5, 7, 6, 4, 3)),
            (DURATION, timedelta(days=1), timedelta(days=1)),
            (DURATION, MAX_DURATION, MAX_DURATION),
            (TIMEZONE, "Europe/Berlin", ZoneInfo("Europe/Berlin")),
            (TIMEZONE, ZoneInfo("UTC"), ZoneInfo("UTC")),
            (Type(ListOf(Basic.INT)), [1, 2], (1, 2)),
            (Type(ListOf(Basic.INT)), (), ()),
        ],
    )
    def test_taken(self, wanted: Type, given_value: object, expected: Value) -> None:
        """A value of the type is taken as the language holds it: instants in UTC, lists as tuples, members as texts."""
        found = conform(wanted, given_value)

        assert (expected, type(expected)) == (found, type(found))

    @pytest.mark.parametrize(
        ("wanted", "given_value"),
        [
            (BOOL, "no"),
            (BOOL, 0),
            (BOOL, None),
            (INT, True),
            (INT, "3"),
            (INT, 3.0),
            (INT, MAX_INT + 1),
            (TEXT, 5),
            (TEXT, b"x"),
            (TEXT, "\ud800"),
            (TEXT, "x" * (MAX_TEXT + 1)),
            (KIND, "DM"),
            (KIND, True),
            (INSTANT, "2026-11-23T21:00:00"),
            (INSTANT, "2026-11-23"),
            (INSTANT, "2026-02-30T00:00:00Z"),
            (INSTANT, "2026-11-23T24:00:00Z"),
            (INSTANT, "2026-11-23T21:00:60Z"),
            (INSTANT, "2026-11-23T21:00:00.0000001Z"),
            (INSTANT, "1969-12-31T23:59:59Z"),
            (INSTANT, "2200-01-01T00:00:01Z"),
            (INSTANT, LATE.replace(tzinfo=None)),
            (INSTANT, 1_700_000_000),
            (INSTANT, datetime.max.replace(tzinfo=timezone(timedelta(hours=-23)))),
            (INSTANT, datetime.min.replace(tzinfo=timezone(timedelta(hours=23)))),
            (DATE, "2026-11-31"),
            (DATE, "2026-11-3"),
            (DATE, "20261128"),
            (DATE, "1969-12-30"),
            (DATE, date(2200, 1, 2)),
            (DATE, LATE),
            (DATE, 20_261_128),
            (TIME, "24:00"),
            (TIME, "9:00"),
            (TIME, "22:00:00.5"),
            (TIME, time(22, tzinfo=UTC)),
            (TIME, time(22, microsecond=1)),
            (DURATION, 15),
            (DURATION, "15"),
            (DURATION, "1m1h"),
            (DURATION, "1.5h"),
            (DURATION, ""),
            (DURATION, "-"),
            (DURATION, "9" * 19 + "s"),
            (DURATION, MAX_DURATION + timedelta(microseconds=1)),
            (TIMEZONE, "Europe/Berln"),
            (TIMEZONE, "../etc/passwd"),
            (TIMEZONE, UTC),
            (Type(ListOf(Basic.INT)), "1"),
            (Type(ListOf(Basic.INT)), {1: 2}),
            (Type(ListOf(Basic.INT)), [1, None]),
            (Type(ListOf(Basic.INT)), [0] * (MAX_ITEMS + 1)),
        ],
    )
    def test_refused(self, wanted: Type, given_value: object) -> None:
        """Anything else is refused: nothing is guessed, rounded or cut."""
        with pytest.raises(Mismatch):
            conform(wanted, given_value)

    @settings(max_examples=100)
    @given(
        st.sampled_from(BASES).flatmap(lambda base: st.tuples(st.just(Type(base)), st.sampled_from(pool(Type(base)))))
    )
    def test_written_as_read(self, found: tuple[Type, Value]) -> None:
        """What a value is written to is read back to the same value."""
        wanted, value = found

        assert value == conform(wanted, to_plain(value))
        assert value == conform(wanted, value if not isinstance(value, tuple) else list(value))

    @pytest.mark.parametrize(
        ("value", "words", "literal"),
        [
            (True, "yes", "true"),
            (None, "null", "null"),
            (-3, "-3", "-3"),
            ("dm", "dm", "dm"),
            ("a b", "a b", '"a b"'),
            ("text", "text", '"text"'),
            ("", "", '""'),
            (LATE, "2026-11-23T21:00:00Z", "2026-11-23T21:00:00Z"),
            (date(2026, 11, 28), "2026-11-28", "2026-11-28"),
            (time(22), "22:00", "22:00"),
            (time(22, 0, 1), "22:00:01", "22:00:01"),
            (timedelta(days=9, minutes=1), "9d1m", "9d1m"),
            (-timedelta(seconds=1), "-1s", "-1s"),
            (timedelta(0), "0s", "0s"),
            (ZoneInfo("UTC"), "UTC", "UTC"),
            (("push", "a b"), '[push, "a b"]', '[push, "a b"]'),
        ],
    )
    def test_words(self, value: Value, words: str, literal: str) -> None:
        """For a person a value is written in its input form; for a file, texts are quoted where they must be."""
        assert (words, literal) == (write(value), write_literal(value))


class TestTypes:
    @pytest.mark.parametrize(
        ("actual", "wanted", "expected"),
        [
            ("dm", "dm | group", True),
            ("dm | sms", "dm | group", False),
            ("dm | group", "text", True),
            ("text", "dm | group", False),
            ("int", "int | null", True),
            ("int | null", "int", False),
            ("list of (dm)", "list of text", True),
            ("list of int", "list of text", False),
            ("bool", "int", False),
        ],
    )
    def test_fits(self, actual: str, wanted: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
        """A type fits a wider one: an enumeration a larger one and `text`, a value one that may be null."""
        assert expected is fits(_type(actual), _type(wanted))

    @pytest.mark.parametrize(
        ("left", "right", "expected"),
        [
            ("dm", "group", "dm | group"),
            ("dm | group", "group | sms | null", "dm | group | sms | null"),
            ("dm", "text", "text"),
            ("int", "null", "int | null"),
            ("list of (dm)", "list of (group)", "list of (dm | group)"),
            ("list of (dm)", "list of text", "list of text"),
            ("int", "text", "None"),
            ("list of int", "int", "None"),
        ],
    )
    def test_join(self, left: str, right: str, expected: str) -> None:
        """Two types join to one that holds the values of both, if there is one; the order does not matter."""
        assert expected == str(join(_type(left), _type(right)))
        reverse = join(_type(right), _type(left))
        assert fits(reverse, _type(expected)) if reverse is not None else expected == "None"


def _type(spelt: str) -> Type:
    """Make a type as these tables spell it; a single word that is no type is an enumeration."""
    base, nullable = spelt.removesuffix("null").removesuffix(" | "), spelt.endswith("null")
    if not base:
        return Type(None, nullable=True)
    named = {basic.value: basic for basic in Basic}
    if base.startswith("list of "):
        item = _type(base.removeprefix("list of ").strip("()")).base
        return Type(ListOf(item), nullable)
    return Type(named[base] if base in named else Enumeration(tuple(base.split(" | "))), nullable)
