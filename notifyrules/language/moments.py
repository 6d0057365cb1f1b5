"""Read instants, times, durations, time zones and schedules from what people give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.language.misfits import (
    MAX_DIGITS,
    WINDOW,
    Mismatch,
    describe,
    held_by,
    is_blank,
    join_mismatches,
    misfit,
    shortened,
)
from notifyrules.language.schedules import MAX_WINDOWS, WEEKDAYS, Schedule, Window
from notifyrules.language.types import TIME, Type

MIN_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
MAX_INSTANT = datetime(2200, 1, 1, tzinfo=UTC)
MAX_DURATION = timedelta(days=3653)
"""Ten years with their leap days, in either direction."""

_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DURATION = re.compile(
    r"(-?)(?=[0-9])(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?(?:([0-9]+)us)?"
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")


def read_instant(given: object, wanted: Type) -> datetime:
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


def read_time(given: object, wanted: Type) -> time:
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


def read_duration(given: object, wanted: Type) -> timedelta:
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


def read_timezone(given: object, wanted: Type) -> ZoneInfo:
    """Read a time zone: an IANA key or a ZoneInfo made from one."""
    key = given.key if isinstance(given, ZoneInfo) else given
    if not isinstance(key, str):
        raise misfit(given, wanted)
    if key not in zone_keys():
        raise Mismatch(describe(key), held_by(wanted), did_you_mean(key, zone_keys()))
    return ZoneInfo(str.__str__(key))


def read_schedule(given: object, wanted: Type) -> Schedule:
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
            times.append(read_time(given[key], TIME))
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
