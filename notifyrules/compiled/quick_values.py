"""
Read values of the usual kinds quickly.

Each reader gives what :func:`notifyrules.language.values.conform` would give, and asks it whenever a value is not as
usual, so that nothing else says what is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from enum import Enum
from functools import cache, lru_cache, partial
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.compiled.remembered import Remembered
from notifyrules.language.types import (
    INSTANT,
    INT,
    MAX_INSTANT,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    MIN_INSTANT,
    SCHEDULE,
    TEXT,
    TIMEZONE,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.language.values import Value, conform

ReadQuickly: TypeAlias = Callable[[object], Value]
"""Reads a given value of one type, or raises :class:`~notifyrules.language.mismatch.Mismatch`."""
ZONES: Final[dict[str | ZoneInfo, ZoneInfo]] = {}
"""The time zones met so far, by their keys and by themselves: each is the one object that stands for it."""
_TEXTS_KEPT: Final = 2_048
"""Texts of one type whose values are kept."""
_INSTANTS: Final[dict[str, Value]] = {}
"""Instants read lately, by their texts: one comes again with the decision for every recipient, most never again."""
_INSTANTS_KEPT: Final = 256
_SCHEDULES: Final[dict[tuple[int | str | time, ...], Value]] = {}
"""The schedules read lately, by their windows: of each the number of its days, their names joined, and its times."""
_SCHEDULES_KEPT: Final = 4_096
_WINDOWS_KEPT: Final = 14
"""Windows of a schedule that is kept: who writes a hundred is not to fill the memory of all."""
_CLASSES_KEPT: Final = 64
_LISTS: Final = (list, tuple)
_TEXTS: Final = Type(ListOf(Basic.TEXT))
_SECONDS: Final = len("2026-11-23T22:00:00")
_SHAPES: Final[Mapping[int, str]] = {20: "--T::Z", 25: "--T::+:"}
"""The signs of the usual texts of instants, such as `2026-11-23T22:00:00Z` or `+01:00`, by their length."""
_FINEST: Final = 6
"""Digits of a second that an instant may have."""
_FIRST_YEAR, _LAST_YEAR = MIN_INSTANT.year, MAX_INSTANT.year - 1
"""No offset leads from the years between these out of the range."""
_DAYLESS: Final = 2
"""Keys of a window that does not name its days."""


def quick_reader(wanted: Type) -> ReadQuickly:
    """Give what reads values of a type; that it may be null has been seen to."""
    match wanted.base:
        case Basic() as basic:
            return _READERS.get(basic) or _remembering(basic)
        case ListOf(Basic.TEXT):
            return _read_texts
        case Enumeration(values):
            return partial(_read_member, {value: value for value in values}, wanted)
        case ListOf(Enumeration(values)):
            return partial(_read_members, {value: value for value in values}, wanted)
        case _:
            return partial(conform, wanted)


# Below, the type itself is asked for: what a subclass says of itself, such as what it equals, need not be true.


def _read_int(given: object) -> Value:
    return given if type(given) is int and -MAX_INT <= given <= MAX_INT else conform(INT, given)


def _read_text(given: object) -> Value:
    return given if type(given) is str and len(given) <= MAX_TEXT and _is_unicode(given) else conform(TEXT, given)


@cache
def _remembering(basic: Basic) -> ReadQuickly:
    """Give what reads values of a type that are texts over and over again."""
    wanted, known = Type(basic), KNOWN[basic]

    def read(given: object) -> Value:
        return known[given] if type(given) is str else conform(wanted, given)

    return read


def _read_instant(given: Any) -> Value:  # noqa: ANN401 - whatever a caller gives, here and below
    if given.__class__ is str:
        return _INSTANTS.get(given) or _instant_of(given)
    if given.__class__ is datetime and _FIRST_YEAR < given.year < _LAST_YEAR:
        try:
            if given.utcoffset() is not None:
                return given.astimezone(UTC)
        except Exception:  # noqa: BLE001 - whatever the time zone does is told there
            return conform(INSTANT, given)
    return conform(INSTANT, given)


def _instant_of(text: str) -> Value:
    """Read the text of an instant that was not met lately."""
    # Signs and digits take turns by threes from the year on.
    if text[4:23:3] == _SHAPES.get(len(text)) or _is_plain(text):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return conform(INSTANT, text)
        in_utc = found.tzinfo is UTC and _FIRST_YEAR < found.year < _LAST_YEAR
        moment = found if in_utc else _read_instant(found)
    else:
        moment = conform(INSTANT, text)
    if len(_INSTANTS) >= _INSTANTS_KEPT:
        _INSTANTS.clear()
    _INSTANTS[text] = moment
    return moment


def _is_plain(text: str) -> bool:
    """Tell whether a text has the form in which most instants are written, as far as Python would read others too."""
    size = len(text)
    end = size - 1 if text[-1:] == "Z" else size - 6
    if end < _SECONDS or text[4:17:3] != "--T::":
        return False
    if end < size - 1 and (text[end] not in "+-" or text[end + 3] != ":"):
        return False
    if end == _SECONDS:
        return True
    digits = text[_SECONDS + 1 : end]
    return text[_SECONDS] == "." and 0 < len(digits) <= _FINEST and digits.isdecimal() and text.isascii()


def _read_zone(given: object) -> Value:
    """Read a time zone that was not met before."""
    zone = conform(TIMEZONE, given)
    assert isinstance(zone, ZoneInfo)
    ZONES[zone] = ZONES[zone.key] = zone
    return zone


def _read_schedule(given: Any) -> Value:  # noqa: ANN401
    """Read a schedule; one that is written in plain dicts and texts is looked up by what it holds."""
    kind = given.__class__
    if (kind is not list and kind is not tuple) or len(given) > _WINDOWS_KEPT:
        return conform(SCHEDULE, given)
    key: tuple[int | str | time, ...] = ()
    for window in given:
        if window.__class__ is not dict:
            return conform(SCHEDULE, given)
        # A missing key raises `KeyError`, and a day that is no text `TypeError`: not as usual either.
        from_, until = window["from"], window["until"]
        if not (from_.__class__ is str or _is_plain_time(from_)) or not (
            until.__class__ is str or _is_plain_time(until)
        ):
            return conform(SCHEDULE, given)
        # INVARIANT (one key, one schedule): no day has a comma, so with their number others cannot look like them.
        if len(window) == _DAYLESS:
            key += (-1, from_, until)
        elif len(window) == _DAYLESS + 1 and (days := window["days"]).__class__ in _LISTS:
            key += (len(days), ",".join(days), from_, until)
        else:
            return conform(SCHEDULE, given)
    if (known := _SCHEDULES.get(key)) is not None:
        return known
    if len(_SCHEDULES) >= _SCHEDULES_KEPT:
        _SCHEDULES.clear()
    schedule = _SCHEDULES[key] = conform(SCHEDULE, given)
    return schedule


def _is_plain_time(given: Any) -> bool:  # noqa: ANN401
    return given.__class__ is str or (given.__class__ is time and given.tzinfo is None and not given.microsecond)


def _read_texts(given: Any) -> Value:  # noqa: ANN401
    if given.__class__ is not list and given.__class__ is not tuple:
        return conform(_TEXTS, given)
    found = tuple(given)
    for one in found:
        if one.__class__ is not str or len(one) > MAX_TEXT or not (one.isascii() or _is_unicode(one)):
            return conform(_TEXTS, given)
    return found if len(found) <= MAX_ITEMS else conform(_TEXTS, given)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_member(known: Mapping[str, str], wanted: Type, given: Any) -> Value:  # noqa: ANN401
    """Read a value of an enumeration that is given as a member of an enumeration class whose members are texts."""
    kind: Any = type(given)
    if _has_texts(kind):
        value = given._value_
        if value.__class__ is str and value in known:
            return known[value]
    return conform(wanted, given)


@lru_cache(_CLASSES_KEPT)
def _has_texts(kind: Any) -> bool:  # noqa: ANN401
    """Tell whether a class is an enumeration whose members are texts, and whose values are what they say."""
    own = next((vars(one)["value"] for one in kind.__mro__ if "value" in vars(one)), None)
    return issubclass(kind, str) and issubclass(kind, Enum) and own is vars(Enum)["value"]


def _read_members(known: Mapping[str, str], wanted: Type, given: Any) -> Value:  # noqa: ANN401
    if given.__class__ is not list and given.__class__ is not tuple:
        return conform(wanted, given)
    found: list[str] = []
    for one in given:
        if one.__class__ is not str or one not in known:
            return conform(wanted, given)
        found.append(known[one])
    return tuple(found) if len(found) <= MAX_ITEMS else conform(wanted, given)


_READERS: Final[Mapping[Basic, ReadQuickly]] = {
    Basic.INT: _read_int,
    Basic.TEXT: _read_text,
    Basic.INSTANT: _read_instant,
    Basic.TIMEZONE: _read_zone,
    Basic.SCHEDULE: _read_schedule,
}
KNOWN: Final[Mapping[Basic, Mapping[str, Value]]] = {
    basic: Remembered(_READERS.get(basic) or partial(conform, Type(basic)), _TEXTS_KEPT) for basic in Basic
}
"""By type the values that are texts over and over again."""
