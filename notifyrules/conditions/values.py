"""
Hold the values of the language: their limits, their input forms, and how they are written back.

Every way in uses :func:`conform`: facts from callers, defaults, `data`, cases and the command line, so a value means
the same wherever it stands.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from enum import Enum
from functools import lru_cache
from typing import TypeAlias, assert_never
from zoneinfo import ZoneInfo

from notifyrules.conditions.schedules import MAX_WINDOWS, WEEKDAYS, Schedule, Window, write_time
from notifyrules.conditions.types import TIME, Base, Basic, Enumeration, ListOf, Type, quote, spell, spell_value
from notifyrules.diagnostics.phrases import did_you_mean

Value: TypeAlias = "bool | int | str | datetime | time | timedelta | ZoneInfo | Schedule | tuple[Value, ...] | None"
"""One value of the language: instants in UTC, lists as tuples."""

MAX_INT = 2**53
"""Integers lie within plus and minus this: what JSON readers and columns keep exactly."""
MIN_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
MAX_INSTANT = datetime(2200, 1, 1, tzinfo=UTC)
MAX_DURATION = timedelta(days=3653)
"""Ten years with their leap days, in either direction."""
MAX_TEXT = 65_536
"""Code points in a text."""
MAX_ITEMS = 10_000
"""Items in a list."""

_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DURATION = re.compile(
    r"(-?)(?=[0-9])(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?(?:([0-9]+)us)?"
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
_MAX_DIGITS = 18
_MOST_TOLD = 5
"""Items of a list, or windows of a schedule, that one message tells of."""


class Mismatch(ValueError):  # noqa: N818 - a finding about one value, worded by its fields
    """
    A value that its type does not hold.
    """

    def __init__(self, found: str, expected: str, help: str = "") -> None:  # noqa: A002 - the word that messages print
        """
        Say what was found, what is expected, and perhaps what to do.
        """
        super().__init__(f"expected {expected}, found {found}")
        self.found = found
        self.expected = expected
        self.help = help


def conform(wanted: Type, given: object) -> Value:
    """
    Read a given value as a value of a type, strictly.

    Args:
        wanted: The type that the value must have.
        given: A Python value or plain data as JSON and YAML hold it; instants, times, durations and time zones also in
            their input forms as text.

    Returns:
        The value as the language holds it.

    Raises:
        Mismatch: The type does not hold the value.
    """
    if given is None:
        if wanted.nullable:
            return None
        raise Mismatch("null", _expected(wanted))
    assert wanted.base is not None
    return _conform_base(wanted.base, given, wanted)


def _conform_base(base: Base, given: object, wanted: Type) -> Value:
    """
    Read a value that is not null.
    """
    match base:
        case Enumeration(values):
            return _enumerated(values, given, wanted)
        case ListOf(item):
            return _list(item, given, wanted)
        case Basic.BOOL:
            if isinstance(given, bool):
                return given
        case Basic.INT:
            if isinstance(given, int) and not isinstance(given, bool):
                return _integer(int(given))
        case Basic.TEXT:
            if isinstance(given, str):
                return _text(str.__str__(given))
        case Basic.INSTANT:
            return _instant(given, wanted)
        case Basic.TIME:
            return _time(given, wanted)
        case Basic.DURATION:
            return _duration(given, wanted)
        case Basic.TIMEZONE:
            return _timezone(given, wanted)
        case Basic.SCHEDULE:
            return _schedule(given, wanted)
    raise _unfit(given, wanted)


def _unfit(given: object, wanted: Type) -> Mismatch:
    """
    Say that a value is not of a type, with the usual reason for it.
    """
    from notifyrules.conditions.slips import slip  # noqa: PLC0415 - only mistakes need it

    assert wanted.base is not None
    return Mismatch(describe(given), _expected(wanted), slip(wanted.base, given))


def _expected(wanted: Type) -> str:
    """
    Say what a type holds, for a message.
    """
    assert wanted.base is not None
    words = _EXPECTED[wanted.base] if isinstance(wanted.base, Basic) else ""
    if isinstance(wanted.base, Enumeration):
        words = "one of " + ", ".join(f"`{value}`" if value else '`""`' for value in wanted.base.values)
    elif isinstance(wanted.base, ListOf):
        words = "a " + spell(wanted.base)
    return words + (" or null" if wanted.nullable else "")


_WINDOW = '`{days: [mon, tue], from: "22:00", until: "07:00"}`'

_EXPECTED = {
    Basic.BOOL: "true or false",
    Basic.INT: "an integer",
    Basic.TEXT: "text",
    Basic.INSTANT: "an instant such as `2026-11-23T22:00:00+01:00`",
    Basic.TIME: "a time such as `22:00`",
    Basic.DURATION: "a duration such as `2h30m`",
    Basic.TIMEZONE: "a time zone such as `Europe/Berlin`",
    Basic.SCHEDULE: f"a list of windows such as {_WINDOW}",
}


def describe(given: object) -> str:
    """
    Say what a given value is, in words and without the name of a Python type.
    """
    match given:
        case None:
            return "null"
        case bool():
            return "true" if given else "false"
        case Enum() if not isinstance(given, (str, int)):
            return f"the member {given.name} of an enumeration class"
        case int():
            return f"the number {given}" if abs(given) < 10**_MAX_DIGITS else "a number of many digits"
        case float():
            return f"the number {given}"
        case str():
            return f"the text {_short(given)}"
        case datetime() | time() | timedelta() | timezone() | ZoneInfo() | Schedule():
            return _describe_time(given)
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case set() | frozenset():
            return "a set, which has no order"
        case bytes() | bytearray():
            return "bytes"
        case _:
            return "an object that is no value of the language"


def _describe_time(given: datetime | time | timedelta | timezone | ZoneInfo | Schedule) -> str:
    """
    Say what a given value is that has to do with time.
    """
    match given:
        case datetime():
            return "a date and time" + ("" if given.tzinfo else " without an offset")
        case time():
            return "a time of day"
        case timedelta():
            return "a duration"
        case timezone():
            return "a fixed offset from UTC"
        case ZoneInfo():
            return "a time zone" if given.key else "a time zone without a key"
        case Schedule():
            return "a schedule"
        case _:
            assert_never(given)


def _short(text: str) -> str:
    """
    Quote a text, shortened to what a message can carry.
    """
    limit = 60
    shown = str.__str__(text) if len(text) <= limit else str.__str__(text)[:limit] + "…"
    return quote(shown.encode("utf-8", "backslashreplace").decode("utf-8"))


def _enumerated(values: tuple[str, ...], given: object, wanted: Type) -> str:
    """
    Read a value of an enumeration.
    """
    if isinstance(given, str):
        text = str.__str__(given) if not isinstance(given, Enum) else str(given.value)
        if text in values:
            # Interned, so that compiled comparisons of enumerations end at identity.
            return sys.intern(text)
        raise Mismatch(describe(text), _expected(wanted), did_you_mean(text, values))
    if isinstance(given, bool):
        raise Mismatch(describe(given), _expected(wanted), "write it in quotes")
    raise _unfit(given, wanted)


def _list(item: Base | None, given: object, wanted: Type) -> tuple[Value, ...]:
    """
    Read a list; items that do not fit are named by their position.
    """
    if not isinstance(given, (list, tuple)):
        raise _unfit(given, wanted)
    if len(given) > MAX_ITEMS:
        raise Mismatch(f"a list of {len(given):,} items", f"at most {MAX_ITEMS:,}")
    assert item is not None
    kind = Type(item)
    found: list[Value] = []
    unfit: list[Mismatch] = []
    for number, one in enumerate(given, 1):
        try:
            found.append(conform(kind, one))
        except Mismatch as mismatch:
            unfit.append(Mismatch(f"{mismatch.found} as item {number}", mismatch.expected, mismatch.help))
            if len(unfit) > _MOST_TOLD:
                break
    if unfit:
        raise _join(unfit)
    return tuple(found)


def _join(unfit: Sequence[Mismatch]) -> Mismatch:
    """
    Tell what is wrong with several parts of a value as one; the first few of them are told, and that there are more.
    """
    told = unfit[:_MOST_TOLD]
    expected = list(dict.fromkeys(one.expected for one in told))
    first, *others = (", ".join(one.found for one in told if one.expected == each) for each in expected)
    rest = "".join(f"; expected {each}, found {found}" for each, found in zip(expected[1:], others, strict=True))
    more = ", and more" if len(unfit) > _MOST_TOLD else ""
    *helps, last = dict.fromkeys(one.help for one in told if one.help) or [""]
    return Mismatch(f"{first}{rest}{more}", expected[0], ", ".join([*(one.removesuffix("?") for one in helps), last]))


def _integer(given: int) -> int:
    """
    Hold an integer to its range.
    """
    if -MAX_INT <= given <= MAX_INT:
        return given
    raise Mismatch(describe(given), "an integer within plus or minus 2^53")


def _text(given: str) -> str:
    """
    Hold a text to its length and to Unicode.
    """
    if len(given) > MAX_TEXT:
        raise Mismatch(f"a text of {len(given):,} characters", f"text of at most {MAX_TEXT:,}")
    try:
        given.encode("utf-8")
    except UnicodeEncodeError:
        raise Mismatch("a text with half of a surrogate pair", "valid Unicode text") from None
    return given


def _instant(given: object, wanted: Type) -> datetime:
    """
    Read an instant: RFC 3339 text with its offset, or an aware datetime.
    """
    moment = _instant_from_text(given, wanted) if isinstance(given, str) else given
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise _unfit(given, wanted)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = datetime.max.replace(tzinfo=UTC)
    if not MIN_INSTANT <= moment <= MAX_INSTANT:
        raise Mismatch("an instant outside of 1970 to 2200", "an instant within 1970 to 2200")
    return moment.replace(fold=0)


def _instant_from_text(given: str, wanted: Type) -> datetime:
    """
    Read RFC 3339 text.

    Source:
        RFC 3339, section 5.6; leap seconds do not exist on the POSIX time line and are refused.
    """
    found = _INSTANT.fullmatch(given)
    if found is None:
        raise _unfit(given, wanted)
    *fields, fraction, offset = found.groups()
    fraction = fraction or ""
    if fraction[6:].strip("0"):
        raise Mismatch(describe(given), "an instant of at most microsecond precision")
    iso = "{}-{}-{}T{}:{}:{}".format(*fields) + f".{fraction[:6]:0<6}" + ("+00:00" if offset in "Zz" else offset)
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        raise Mismatch(describe(given), "an instant that the calendar and the clock have") from None


def _time(given: object, wanted: Type) -> time:
    """
    Read a wall-clock time: `HH:MM[:SS]` or a naive time.
    """
    if isinstance(given, time):
        if given.tzinfo is not None:
            raise Mismatch("a time of day with a time zone", _expected(wanted), "give the zone as a fact of its own")
        if given.microsecond:
            raise Mismatch("a time finer than a second", _expected(wanted))
        return given.replace(fold=0)
    if isinstance(given, str) and (found := _TIME.fullmatch(given)) is not None:
        try:
            hour, minute, second = (int(part or 0) for part in found.groups())
            return time(hour, minute, second)
        except ValueError:
            raise Mismatch(
                describe(given),
                "a time from `00:00` to `23:59:59`",
                "midnight is `00:00`" if given.startswith("24") else "",
            ) from None
    raise _unfit(given, wanted)


def _duration(given: object, wanted: Type) -> timedelta:
    """
    Read a duration: `2h30m` (units w d h m s ms us, largest first) or a timedelta.
    """
    if isinstance(given, timedelta):
        length = given
    elif isinstance(given, str) and (found := _DURATION.fullmatch(given)) is not None:
        sign, *amounts = found.groups()
        if any(len(amount or "") > _MAX_DIGITS for amount in amounts):
            raise Mismatch(describe(given), "a duration within ten years")
        try:
            length = timedelta(**{unit: int(amount or 0) for unit, amount in zip(_UNITS, amounts, strict=True)})
        except OverflowError:
            raise Mismatch(describe(given), "a duration within ten years") from None
        length = -length if sign else length
    else:
        raise _unfit(given, wanted)
    if not -MAX_DURATION <= length <= MAX_DURATION:
        raise Mismatch(describe(given), "a duration within ten years")
    return length


def _timezone(given: object, wanted: Type) -> ZoneInfo:
    """
    Read a time zone: an IANA key or a ZoneInfo made from one.
    """
    key = given.key if isinstance(given, ZoneInfo) else given
    if not isinstance(key, str):
        raise _unfit(given, wanted)
    if key not in zone_keys():
        raise Mismatch(describe(key), _expected(wanted), did_you_mean(key, zone_keys()))
    return ZoneInfo(str.__str__(key))


def _schedule(given: object, wanted: Type) -> Schedule:
    """
    Read a schedule: a list of windows `{days: [mon, ..., fri], from: "22:00", until: "07:00"}`.
    """
    if isinstance(given, Schedule):
        return given
    if not isinstance(given, (list, tuple)):
        raise _unfit(given, wanted)
    if len(given) > MAX_WINDOWS:
        raise Mismatch(f"a schedule of {len(given):,} windows", f"at most {MAX_WINDOWS:,}")
    windows: list[Window] = []
    unfit: list[Mismatch] = []
    for number, one in enumerate(given, 1):
        try:
            windows.append(_window(one, number))
        except Mismatch as mismatch:
            unfit.append(mismatch)
    if unfit:
        raise _join(unfit)
    return Schedule(tuple(windows))


def _window(given: object, number: int) -> Window:
    """
    Read one window of a schedule; what does not fit is named by the window's number and the key.
    """
    expected = f"a window such as {_WINDOW}"
    if not isinstance(given, Mapping):
        raise Mismatch(f"{describe(given)} as window {number}", expected)
    for key in given:
        if key not in ("days", "from", "until"):
            meant = did_you_mean(key, ("days", "from", "until"), "its keys are `days`, `from` and `until`")
            raise Mismatch(f"the key {_short(str(key))} in window {number}", expected, meant)
    times: list[time] = []
    for key in ("from", "until"):
        if key not in given:
            raise Mismatch(f"no `{key}` in window {number}", expected)
        try:
            times.append(_time(given[key], TIME))
        except Mismatch as mismatch:
            raise Mismatch(
                f"{mismatch.found} as `{key}` of window {number}", mismatch.expected, mismatch.help
            ) from None
    return Window(_days(given["days"], number) if "days" in given else WEEKDAYS, *times)


def _days(given: object, number: int) -> tuple[str, ...]:
    """
    Read the days of a window, and put them into the order of the week.
    """
    place = f"as `days` of window {number}"
    expected = "days such as `[mon, tue]`"
    if not isinstance(given, (list, tuple)):
        raise Mismatch(f"{describe(given)} {place}", expected, "put it into a list" if given in WEEKDAYS else "")
    if not given:
        raise Mismatch(f"an empty list {place}", expected, "leave `days` out for every day")
    for at, day in enumerate(given):
        if not isinstance(day, str) or day not in WEEKDAYS:
            near = next((one for one in WEEKDAYS if isinstance(day, str) and day.lower().startswith(one)), None)
            known = ", ".join(WEEKDAYS)
            raise Mismatch(
                f"{describe(day)} among the `days` of window {number}",
                f"one of {known}",
                f"did you mean `{near}`?" if near else "",
            )
        if day in given[:at]:
            raise Mismatch(f"`{day}` twice {place}", "every day once at most")
    return tuple(day for day in WEEKDAYS if day in given)


@lru_cache(maxsize=1)
def zone_keys() -> frozenset[str]:
    """
    List the keys of the time zones that are known.

    Source:
        The IANA time zone database as packaged in `tzdata`, so that every machine knows the same zones.
    """
    from importlib.resources import files  # noqa: PLC0415 - only files with time zones need it

    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def write(value: Value) -> str:
    """
    Write a value in its input form, as a person reads it: text without quotes, bools as yes and no.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case tuple():
            return "[" + ", ".join(write_literal(item) for item in value) + "]"
        case Schedule():
            return str(value)
        case _:
            return str(to_plain(value))


def write_literal(value: Value) -> str:
    """
    Write a value as a facts file or `--set` would hold it: bools as true and false, odd texts quoted.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return spell_value(value)
        case _:
            return write(value)


def to_plain(value: Value) -> object:
    """
    Convert a value to what JSON can hold; :func:`conform` reads it back to the same value.
    """
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case time():
            return write_time(value)
        case timedelta():
            return _write_duration(value)
        case ZoneInfo():
            return value.key
        case Schedule(windows):
            return [_plain_window(window) for window in windows]
        case tuple():
            return [to_plain(item) for item in value]
        case _:
            return value


def _plain_window(window: Window) -> dict[str, object]:
    """
    Convert a window to its input form, which needs no days where it means every day.
    """
    days = {} if window.days == WEEKDAYS else {"days": list(window.days)}
    return {**days, "from": write_time(window.from_), "until": write_time(window.until)}


def _write_duration(length: timedelta) -> str:
    """
    Write a duration in its largest units, days at the most.
    """
    rest = abs(length) // timedelta(microseconds=1)
    parts: list[str] = []
    for unit, size in (
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("m", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1_000),
        ("us", 1),
    ):
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return ("-" if length < timedelta(0) else "") + ("".join(parts) or "0s")
