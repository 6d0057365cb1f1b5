"""Say how a value differs from what its type holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from typing import assert_never
from zoneinfo import ZoneInfo

from notifyrules.language.schedules import Schedule
from notifyrules.language.types import quote

MOST_TOLD = 5
"""Items of a list, or windows of a schedule, that one message tells of."""
MAX_DIGITS = 18
"""Digits of a number beyond which it is not written out."""
_LONGEST = 60
"""Code points of a text that a message can carry, and beyond which none is guessed at."""
_NAME_SHOWN = 100
"""Characters of the name of a type that a message shows, the last ones."""


class Mismatch(ValueError):  # noqa: N818 - a finding about one value, worded by its fields
    """A value that its type does not hold."""

    def __init__(self, found: str, expected: str = "", help: str = "") -> None:  # noqa: A002 - the word that messages print
        """Say what was found, what is expected if it is not all that the type holds, and perhaps what to do."""
        super().__init__(f"expected {expected}, found {found}")
        self.found = found
        self.expected = expected
        self.help = help


def join_mismatches(unfit: Sequence[Mismatch]) -> Mismatch:
    """Tell what is wrong with several parts of a value as one; the first few are told, and that there are more."""
    told = unfit[:MOST_TOLD]
    expected = list(dict.fromkeys(one.expected for one in told))
    first, *others = (", ".join(one.found for one in told if one.expected == each) for each in expected)
    rest = "".join(f"; expected {each}, found {found}" for each, found in zip(expected[1:], others, strict=True))
    more = ", and more" if len(unfit) > MOST_TOLD else ""
    *helps, last = dict.fromkeys(one.help for one in told if one.help) or [""]
    return Mismatch(f"{first}{rest}{more}", expected[0], ", ".join([*(one.removesuffix("?") for one in helps), last]))


def describe(given: object) -> str:
    """Say what a given value is: in words where it is of a kind that everybody knows, otherwise by its type."""
    if is_blank(given):
        return f"a missing value{_typed(given)}"
    match given:
        case None:
            return "null"
        case bool():
            return "true" if given else "false"
        case Enum() if not isinstance(given, (str, int)):
            return f"the member {given.name} of the class `{_name(type(given))}`"
        case int():
            number = f"the number {int.__repr__(given)}" if abs(given) < 10**MAX_DIGITS else "a number of many digits"
            return number + _typed(given)
        case float():
            return f"the number {float(given)}{_typed(given)}"
        case str():
            return f"the text {shortened(given)}"
        case date() | time() | timedelta() | tzinfo() | Schedule():
            return _describe_time(given)
        case Mapping():
            return "a mapping"
        case list():
            return f"a list{_typed(given)}"
        case tuple():
            return f"a tuple{_typed(given)}"
        case set() | frozenset():
            return "a set, which has no order"
        case bytes() | bytearray():
            return "bytes"
        case type():
            return f"the class `{_name(given)}`"
        case _:
            return f"an object{_typed(given)}"


def describe_failing(given: object, error: Exception) -> str:
    """Say what a given value is that fails when it is looked at."""
    return f"an object of the type `{_name(type(given))}` that cannot be read ({type(error).__name__})"


def is_blank(given: object) -> bool:
    """Tell whether a value is what pandas has where there is none; one of them passes for a date and time."""
    return type(given).__name__ in ("NAType", "NaTType")


def _typed(given: object) -> str:
    """Name the type of a value that is of none of Python's own plain types."""
    return "" if type(given) in (int, float, list, tuple, date, datetime) else f" of the type `{_name(type(given))}`"


def _name(kind: type) -> str:
    """Name a class as one would import it."""
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return name[-_NAME_SHOWN:]


def _describe_time(given: date | time | timedelta | tzinfo | Schedule) -> str:
    match given:
        case datetime():
            return f"a date and time{_typed(given)}" + ("" if given.tzinfo else " without an offset")
        case date():
            return f"a day{_typed(given)}"
        case time():
            return "a time of day"
        case timedelta():
            return "a duration"
        case timezone():
            return "a fixed offset from UTC"
        case ZoneInfo():
            return "a time zone" if given.key else "a time zone without a key"
        case tzinfo():
            return f"a time zone{_typed(given)}"
        case Schedule():
            return "a schedule"
        case _:
            assert_never(given)


def shortened(text: str) -> str:
    """Quote a text, shortened to what a message can carry."""
    shown = str.__str__(text) if len(text) <= _LONGEST else str.__str__(text)[:_LONGEST] + "…"
    return quote(shown.encode("utf-8", "backslashreplace").decode("utf-8"))


def short(given: object) -> str:
    """Give a text of which may be guessed what it means; empty for any other value."""
    return given if isinstance(given, str) and len(given) <= _LONGEST else ""
