"""
Read values of the kinds that are usual in a short way.

Generated code calls these for values that it does not know at a glance. Each gives what
:func:`notifyrules.conditions.values.conform` would give, and asks it whenever a value is not as usual, so that nothing
else says what is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.conditions.types import (
    DURATION,
    INSTANT,
    INT,
    SCHEDULE,
    TEXT,
    TIME,
    TIMEZONE,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.conditions.values import MAX_INSTANT, MAX_INT, MAX_ITEMS, MAX_TEXT, MIN_INSTANT, Value, conform

Read: TypeAlias = Callable[[object], Value]
"""Reads a given value of one type, or raises :class:`~notifyrules.conditions.values.Mismatch`."""

ZONES: Final[set[ZoneInfo]] = set()
"""The time zones met so far, each as the one object that stands for it."""
_BY_KEY: Final[dict[str, ZoneInfo]] = {}
_TEXTS_KEPT: Final = 2_048
"""Texts of one type whose values are kept: an instant comes again with the decision for every recipient."""
_SCHEDULES_KEPT: Final = 4_096
_TEXTS: Final = Type(ListOf(Basic.TEXT))
_FIRST_YEAR, _LAST_YEAR = MIN_INSTANT.year, MAX_INSTANT.year
_WINDOW_KEYS: Final = 3
"""Keys of a window that names its days."""


def quick_reader(wanted: Type) -> Read:
    """
    Give what reads values of a type.

    Args:
        wanted: The type; that it may be null has been seen to.
    """
    if isinstance(wanted.base, Basic) and wanted.base in _READERS:
        return _READERS[wanted.base]
    match wanted.base:
        case ListOf(Basic.TEXT):
            return _read_texts
        case ListOf(Enumeration(values)):
            return partial(_read_members, {value: value for value in values}, wanted)
        case _:
            return partial(conform, wanted)


# Below, the type itself is asked for: what a subclass says of itself, such as what it equals, need not be true.


def _read_int(given: object) -> Value:
    """
    Read an int.
    """
    return given if type(given) is int and -MAX_INT <= given <= MAX_INT else conform(INT, given)


def _read_text(given: object) -> Value:
    """
    Read a text.
    """
    if type(given) is str and len(given) <= MAX_TEXT:
        try:
            given.encode()
        except UnicodeEncodeError:
            return conform(TEXT, given)
        return given
    return conform(TEXT, given)


_instant_of = lru_cache(_TEXTS_KEPT)(partial(conform, INSTANT))
_time_of = lru_cache(_TEXTS_KEPT)(partial(conform, TIME))
_duration_of = lru_cache(_TEXTS_KEPT)(partial(conform, DURATION))


def _read_instant(given: object) -> Value:
    """
    Read an instant: a text, or a datetime with any offset.
    """
    if type(given) is str:
        return _instant_of(given)
    # No offset leads from these years out of the range.
    if type(given) is datetime and _FIRST_YEAR < given.year < _LAST_YEAR - 1 and given.utcoffset() is not None:
        return given.astimezone(UTC)
    return conform(INSTANT, given)


def _read_time(given: object) -> Value:
    """
    Read a wall time.
    """
    return _time_of(given) if type(given) is str else conform(TIME, given)


def _read_duration(given: object) -> Value:
    """
    Read a duration.
    """
    return _duration_of(given) if type(given) is str else conform(DURATION, given)


def _read_zone(given: object) -> Value:
    """
    Read a time zone.
    """
    if type(given) is str and given in _BY_KEY:
        return _BY_KEY[given]
    zone = conform(TIMEZONE, given)
    assert isinstance(zone, ZoneInfo)
    ZONES.add(zone)
    _BY_KEY[zone.key] = zone
    return zone


def _read_schedule(given: object) -> Value:
    """
    Read a schedule; one that is written in plain dicts and texts is looked up.
    """
    if type(given) is not list:
        return conform(SCHEDULE, given)
    windows: list[tuple[str, str, str]] = []
    for window in given:
        if type(window) is not dict or len(window) != _WINDOW_KEYS:
            return conform(SCHEDULE, given)
        days, from_, until = window.get("days"), window.get("from"), window.get("until")
        if type(days) is not list or type(from_) is not str or type(until) is not str:
            return conform(SCHEDULE, given)
        joined = ",".join(days)
        if joined.count(",") != len(days) - 1:
            # A day with a comma is none, and must not look like two.
            return conform(SCHEDULE, given)
        windows.append((joined, from_, until))
    return _schedule_of(tuple(windows))


@lru_cache(_SCHEDULES_KEPT)
def _schedule_of(windows: tuple[tuple[str, str, str], ...]) -> Value:
    """
    Read a schedule by what its windows hold: days with commas between them, and two times.
    """
    plain = [{"days": days.split(","), "from": from_, "until": until} for days, from_, until in windows]
    return conform(SCHEDULE, plain)


def _read_texts(given: object) -> Value:
    """
    Read a list of texts.
    """
    if type(given) is list or type(given) is tuple:
        found = tuple(given)
        for one in found:
            if type(one) is not str or len(one) > MAX_TEXT or not one.isascii():
                return conform(_TEXTS, given)
        if len(found) <= MAX_ITEMS:
            return found
    return conform(_TEXTS, given)


def _read_members(known: Mapping[str, str], wanted: Type, given: object) -> Value:
    """
    Read a list of values of an enumeration.
    """
    if type(given) is not list and type(given) is not tuple:
        return conform(wanted, given)
    found: list[str] = []
    for one in given:
        if type(one) is not str or one not in known:
            return conform(wanted, given)
        found.append(known[one])
    return tuple(found) if len(found) <= MAX_ITEMS else conform(wanted, given)


_READERS: Final[Mapping[Basic, Read]] = {
    Basic.INT: _read_int,
    Basic.TEXT: _read_text,
    Basic.INSTANT: _read_instant,
    Basic.TIME: _read_time,
    Basic.DURATION: _read_duration,
    Basic.TIMEZONE: _read_zone,
    Basic.SCHEDULE: _read_schedule,
}
