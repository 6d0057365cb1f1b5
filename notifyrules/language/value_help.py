"""Guess what was meant by a value that its type does not hold, and say how that is written."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from notifyrules.language.mismatch import Mismatch, is_blank
from notifyrules.language.types import INSTANT, MAX_DURATION, MAX_INSTANT, Base, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import conform, to_plain, zone_keys

_BOOLS: Final = frozenset({"yes", "no", "on", "off", "true", "false"})
_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT: Final = re.compile(r"\s*([0-9]{1,9})(\.[0-9]{1,6})?\s*([a-z]+),?\s*")
_UNITS: Final = {
    name: timedelta(**{unit: 1})
    for unit, names in {
        "weeks": ("w", "wk", "wks", "week", "weeks"),
        "days": ("d", "day", "days"),
        "hours": ("h", "hr", "hrs", "hour", "hours"),
        "minutes": ("m", "min", "mins", "minute", "minutes"),
        "seconds": ("s", "sec", "secs", "second", "seconds"),
        "milliseconds": ("ms", "millisecond", "milliseconds"),
        "microseconds": ("us", "microsecond", "microseconds"),
    }.items()
    for name in names
}
_LONGEST: Final = 60
"""Code points beyond which no text is guessed at."""


def slip(base: Base, given: object) -> str:
    """Name the usual reason for a value that is not of the type *base*, and the way out; empty where none is."""
    if advice := to_await(given):
        return advice
    if isinstance(given, Enum):
        return _member(base, given)
    if is_blank(given) or (isinstance(given, (float, Decimal)) and str(given).lower().endswith("nan")):
        return "leave the fact out where there is no value, or give null where the type has it"
    if hasattr(type(given), "dtype"):
        return _array(base, given)
    if isinstance(given, (bytes, bytearray)):
        return "decode it first, as `.decode()` does"
    return _list(given) if isinstance(base, ListOf) else _usual(base, given)


def _usual(base: Base, given: object) -> str:
    """Help with a value of a usual class that is not what the type holds."""
    text = given if isinstance(given, str) and len(given) <= _LONGEST else None
    match base:
        case Basic.BOOL:
            return _bool(given, text)
        case Basic.INT if text is not None and re.fullmatch(r"[-+]?[0-9]+", text):
            return "write the number without quotes"
        case Basic.INT if hasattr(type(given), "as_integer_ratio") and type(given) not in (bool, float):
            return "give `int(...)` of it, if it is meant to be whole"
        case Basic.INT if isinstance(given, float) or (text is not None and re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", text)):
            return "numbers are whole: count in a smaller unit, such as cents or percent"
        case Basic.INSTANT:
            return _instant(given) if text is None else _instant_text(text)
        case Basic.TIME if text is not None and re.fullmatch(r"[0-9]:[0-9]{2}", text):
            return "write two digits for the hour, such as `09:00`"
        case Basic.TIME if isinstance(given, datetime):
            return "give its `.time()`"
        case Basic.DURATION:
            return _duration(given) if text is None else _duration_text(text)
        case Basic.TIMEZONE:
            return _timezone(given) if isinstance(given, tzinfo) else ""
        case Basic.SCHEDULE if isinstance(given, Mapping):
            return "put it into a list"
        case _:
            return ""


def to_await(given: object) -> str:
    """Help with what is still to be awaited; empty for anything else."""
    if inspect.iscoroutine(given):
        # It is told here, so nobody needs to be warned that it was never awaited.
        given.close()
    if inspect.isawaitable(given):
        return "await it before the facts are given; `needs` tells which facts a decision needs"
    return ""


def _member(base: Base, given: Enum) -> str:
    """Help with a member of an enumeration class: say what of it is the value, if anything is."""
    values = base.values if isinstance(base, Enumeration) else ()
    name = str(given.name)
    if given.value not in values:
        for way, found in ((".name", name), (".name.lower()", name.lower())):
            if found in values:
                return f"give its `{way}`"
    return "" if isinstance(given, (str, int)) else "give its `.value`, or derive the class from `StrEnum`"


def _array(base: Base, given: Any) -> str:  # noqa: ANN401 - of libraries that this one does not know
    """Help with what arrays and columns hold, and with whole ones."""
    if getattr(given, "shape", ()):
        way = next((name for name in ("tolist", "to_list") if hasattr(given, name)), "")
        return f"give `.{way}()` of it" if way and isinstance(base, ListOf) else ""
    if (kind := getattr(given.dtype, "kind", "")) in ("M", "m"):
        # Of nanoseconds, `.item()` would be a bare number.
        plain = f'.astype("{"datetime" if kind == "M" else "timedelta"}64[us]").item()'
        return f"give `{plain}` of it" + (" with a `tzinfo`, such as `datetime.UTC`" if kind == "M" else "")
    try:
        item = given.item()
        conform(Type(base), item)
    except Mismatch:
        return "" if item is given else slip(base, item)
    except (AttributeError, TypeError, ValueError):
        return ""
    return "give `.item()` of it"


def _list(given: object) -> str:
    """Help with what is no list."""
    if isinstance(given, (set, frozenset)):
        return "give a list, such as `sorted(...)` makes of it"
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, bytearray, Mapping)):
        return "give a list, such as `list(...)` makes of it"
    return "put it into a list" if isinstance(given, str) else ""


def _bool(given: object, text: str | None) -> str:
    """Help with what is neither true nor false."""
    if text is not None and text.lower() in _BOOLS:
        return "write true or false, without quotes"
    return "write true or false" if (isinstance(given, int) and given in (0, 1)) or text in ("0", "1") else ""


def _instant(given: object) -> str:
    """Help with a date and time that has no offset, and with a Unix time."""
    if isinstance(given, datetime):
        return "give it a `tzinfo`, such as `datetime.UTC`"
    if isinstance(given, date):
        return 'say when on that day and where: `datetime.combine(day, time(9), tzinfo=ZoneInfo("Europe/Berlin"))`'
    if isinstance(given, bool) or not isinstance(given, (int, float, Decimal)):
        return ""
    end = int(MAX_INSTANT.timestamp())
    for unit, size in (("seconds", 1), ("milliseconds", 1000)):
        # What could be either is read as seconds: as milliseconds it would be in the first weeks of 1970.
        if 0 < given < end * size:
            moment = datetime.fromtimestamp(int(given // size), UTC)
            return f"if it is a Unix time in {unit}, write `{to_plain(moment)}`"
    return ""


def _instant_text(text: str) -> str:
    """Help with a text that is almost RFC 3339."""
    if re.fullmatch(r"[0-9]{9,13}", text):
        return _instant(int(text))
    if _DATE.fullmatch(text):
        return "add the time and its offset from UTC, such as `T22:00:00+01:00`"
    found = _INSTANT.fullmatch(text)
    if found is None:
        return ""
    day, minute, second, offset = found.groups()
    whole = f"{day}T{minute}{second or ':00'}"
    if offset is not None and offset not in "Zz" and ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:] or '00'}"
    try:
        conform(INSTANT, meant := f"{whole}{offset or 'Z'}")
    except Mismatch:
        return ""
    return f"write `{meant}`" if offset is not None else f"add the offset from UTC: `{meant}` or `{whole}+01:00`"


def _duration(given: object) -> str:
    """Help with a bare number."""
    number = isinstance(given, (int, float, Decimal)) and not isinstance(given, bool)
    return "say in which unit, such as `15m` or `15s`" if number else ""


def _duration_text(text: str) -> str:
    """Help with a text that a person understands as a duration: `1.5h`, `1 hour`."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return _duration(0)
    lowered, length, at = text.lower(), timedelta(), 0
    while at < len(lowered):
        found = _AMOUNT.match(lowered, at)
        if found is None or found[3] not in _UNITS:
            return ""
        size = _UNITS[found[3]]
        if int(found[1]) > MAX_DURATION / size:
            return ""
        length += int(found[1]) * size + float(found[2] or 0) * size
        at = found.end()
    return f"write `{to_plain(length)}`" if timedelta() < length <= MAX_DURATION else ""


def _timezone(given: tzinfo) -> str:
    """Help with an object that stands for a zone but does not name it."""
    if given == UTC and isinstance(given, timezone):
        return 'give `ZoneInfo("UTC")` or the text `UTC`'
    if str(given) in zone_keys():
        return f"give `str(...)` of it, which is `{given}`"
    return 'name the zone, such as `ZoneInfo("Europe/Berlin")`'
