"""
Hold the values of the language: how they are read from what people and programs give, and how they are written back.

Every way in uses :func:`conform`: facts from callers, defaults, `data`, cases and the command line, so a value means
the same wherever it stands.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.language.mismatch import (
    MAX_DIGITS,
    MOST_TOLD,
    Mismatch,
    describe,
    held_by,
    is_blank,
    join_mismatches,
    misfit,
    shortened,
)
from notifyrules.language.schedules import MAX_WINDOWS, WEEKDAYS, Schedule, Window, write_time
from notifyrules.language.types import (
    MAX_DURATION,
    MAX_INSTANT,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    MIN_INSTANT,
    TIME,
    WINDOW,
    Base,
    Basic,
    Enumeration,
    ListOf,
    Type,
    spell_value,
)

Value: TypeAlias = "bool | int | str | datetime | time | timedelta | ZoneInfo | Schedule | tuple[Value, ...] | None"
"""One value of the language: instants in UTC, lists as tuples."""
FactValues: TypeAlias = Mapping[str, Value]
"""A value for every fact."""

_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DURATION = re.compile(
    r"(-?)(?=[0-9])(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?(?:([0-9]+)us)?"
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")


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
        raise Mismatch("null", held_by(wanted))
    assert wanted.base is not None
    return _conform_base(wanted.base, given, wanted)


def _conform_base(base: Base, given: object, wanted: Type) -> Value:
    """Read a value that is not null."""
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
            return _read_instant(given, wanted)
        case Basic.TIME:
            return _read_time(given, wanted)
        case Basic.DURATION:
            return _read_duration(given, wanted)
        case Basic.TIMEZONE:
            return _read_timezone(given, wanted)
        case Basic.SCHEDULE:
            return _read_schedule(given, wanted)
    raise misfit(given, wanted)


def _enumerated(values: tuple[str, ...], given: object, wanted: Type) -> str:
    """Read a value of an enumeration."""
    if isinstance(given, str):
        text = str.__str__(given) if not isinstance(given, Enum) else str(given.value)
        if text in values:
            # Interned, so that compiled comparisons of enumerations end at identity.
            return sys.intern(text)
        raise Mismatch(describe(text), held_by(wanted), did_you_mean(text, values))
    if isinstance(given, bool):
        raise Mismatch(describe(given), held_by(wanted), "write it in quotes")
    raise misfit(given, wanted)


def _list(item: Base | None, given: object, wanted: Type) -> tuple[Value, ...]:
    """Read a list; items that do not fit are named by their position."""
    if not isinstance(given, (list, tuple)):
        raise misfit(given, wanted)
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
            if len(unfit) > MOST_TOLD:
                break
    if unfit:
        raise join_mismatches(unfit)
    return tuple(found)


def _integer(given: int) -> int:
    """Hold an integer to its range."""
    if -MAX_INT <= given <= MAX_INT:
        return given
    raise Mismatch(describe(given), "an integer within plus or minus 2^53")


def _text(given: str) -> str:
    """Hold a text to its length and to Unicode."""
    if len(given) > MAX_TEXT:
        raise Mismatch(f"a text of {len(given):,} characters", f"text of at most {MAX_TEXT:,}")
    try:
        given.encode("utf-8")
    except UnicodeEncodeError:
        raise Mismatch("a text with half of a surrogate pair", "valid Unicode text") from None
    return given


# ---- Values that have to do with time ----


def _read_instant(given: object, wanted: Type) -> datetime:
    """Read an instant: RFC 3339 text with its offset, or an aware datetime."""
    moment = _instant_from_text(given, wanted) if isinstance(given, str) else given
    if not isinstance(moment, datetime) or is_blank(moment):
        raise misfit(given, wanted)
    try:
        naive = moment.utcoffset() is None
        moment = moment if naive else _plain(moment.astimezone(UTC))
    except OverflowError:
        naive, moment = False, datetime.max.replace(tzinfo=UTC)
    except (ValueError, TypeError, NotImplementedError):
        # The time zone is an object of the caller's, which may answer anything.
        raise Mismatch("a date and time whose time zone gives no valid offset", held_by(wanted)) from None
    if naive:
        raise misfit(given, wanted)
    if getattr(given, "nanosecond", 0):
        raise Mismatch("an instant finer than a microsecond", held_by(wanted), "round it to microseconds")
    if not MIN_INSTANT <= moment <= MAX_INSTANT:
        raise Mismatch("an instant outside of 1970 to 2200", "an instant within 1970 to 2200")
    return moment


def _plain(moment: datetime) -> datetime:
    """Give an instant in UTC as Python's own, whatever class a caller derived from it."""
    clock = time(moment.hour, moment.minute, moment.second, moment.microsecond)
    return datetime.combine(date(moment.year, moment.month, moment.day), clock, UTC)


def _instant_from_text(given: str, wanted: Type) -> datetime:
    """
    Read RFC 3339 text.

    Source:
        RFC 3339, section 5.6; leap seconds do not exist on the POSIX time line and are refused.
    """
    found = _INSTANT.fullmatch(given)
    if found is None:
        raise misfit(given, wanted)
    *fields, fraction, offset = found.groups()
    fraction = fraction or ""
    if fraction[6:].strip("0"):
        raise Mismatch(describe(given), "an instant of at most microsecond precision")
    iso = "{}-{}-{}T{}:{}:{}".format(*fields) + f".{fraction[:6]:0<6}" + ("+00:00" if offset in "Zz" else offset)
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        raise Mismatch(describe(given), "an instant that the calendar and the clock have") from None


def _read_time(given: object, wanted: Type) -> time:
    """Read a wall-clock time: `HH:MM[:SS]` or a naive time."""
    if isinstance(given, time):
        if given.tzinfo is not None:
            raise Mismatch("a time of day with a time zone", held_by(wanted), "give the zone as a fact of its own")
        if given.microsecond:
            raise Mismatch("a time finer than a second", held_by(wanted))
        return time(given.hour, given.minute, given.second)
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
    raise misfit(given, wanted)


def _read_duration(given: object, wanted: Type) -> timedelta:
    """Read a duration: `2h30m` (units w d h m s ms us, largest first) or a timedelta."""
    if isinstance(given, timedelta):
        if getattr(given, "nanoseconds", 0):
            raise Mismatch("a duration finer than a microsecond", held_by(wanted), "round it to microseconds")
        length = timedelta(given.days, given.seconds, given.microseconds)
    elif isinstance(given, str) and (found := _DURATION.fullmatch(given)) is not None:
        sign, *amounts = found.groups()
        if any(len(amount or "") > MAX_DIGITS for amount in amounts):
            raise Mismatch(describe(given), "a duration within ten years, which are 3,653 days")
        try:
            length = timedelta(**{unit: int(amount or 0) for unit, amount in zip(_UNITS, amounts, strict=True)})
        except OverflowError:
            raise Mismatch(describe(given), "a duration within ten years, which are 3,653 days") from None
        length = -length if sign else length
    else:
        raise misfit(given, wanted)
    if not -MAX_DURATION <= length <= MAX_DURATION:
        raise Mismatch(describe(given), "a duration within ten years, which are 3,653 days")
    return length


def _read_timezone(given: object, wanted: Type) -> ZoneInfo:
    """Read a time zone: an IANA key or a ZoneInfo made from one."""
    key = given.key if isinstance(given, ZoneInfo) else given
    if not isinstance(key, str):
        raise misfit(given, wanted)
    if key not in zone_keys():
        raise Mismatch(describe(key), held_by(wanted), did_you_mean(key, zone_keys()))
    return ZoneInfo(str.__str__(key))


def _read_schedule(given: object, wanted: Type) -> Schedule:
    """Read a schedule: a list of windows `{days: [mon, ..., fri], from: "22:00", until: "07:00"}`."""
    if isinstance(given, Schedule):
        return given
    if not isinstance(given, (list, tuple)):
        raise misfit(given, wanted)
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
        raise join_mismatches(unfit)
    return Schedule(tuple(windows))


def _window(given: object, number: int) -> Window:
    """Read one window of a schedule; what does not fit is named by the window's number and the key."""
    expected = f"a window such as {WINDOW}"
    if not isinstance(given, Mapping):
        raise Mismatch(f"{describe(given)} as window {number}", expected)
    for key in given:
        if key not in ("days", "from", "until"):
            meant = did_you_mean(key, ("days", "from", "until"), "its keys are `days`, `from` and `until`")
            raise Mismatch(f"the key {shortened(str(key))} in window {number}", expected, meant)
    times: list[time] = []
    for key in ("from", "until"):
        if key not in given:
            raise Mismatch(f"no `{key}` in window {number}", expected)
        try:
            times.append(_read_time(given[key], TIME))
        except Mismatch as mismatch:
            raise Mismatch(
                f"{mismatch.found} as `{key}` of window {number}", mismatch.expected, mismatch.help
            ) from None
    return Window(_days(given["days"], number) if "days" in given else WEEKDAYS, *times)


def _days(given: object, number: int) -> tuple[str, ...]:
    """Read the days of a window, and put them into the order of the week."""
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


# ---- Writing ----


def write(value: Value) -> str:
    """Write a value in its input form, as a person reads it: text without quotes, bools as yes and no."""
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
    """Write a value as a facts file or `--set` would hold it: bools as true and false, odd texts quoted."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return spell_value(value)
        case _:
            return write(value)


def to_plain(value: Value) -> object:
    """Convert a value to what JSON can hold; :func:`conform` reads it back to the same value."""
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
    """Convert a window to its input form, which needs no days where it means every day."""
    days = {} if window.days == WEEKDAYS else {"days": list(window.days)}
    return {**days, "from": write_time(window.from_), "until": write_time(window.until)}


def _write_duration(length: timedelta) -> str:
    """Write a duration in its largest units, days at the most."""
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
