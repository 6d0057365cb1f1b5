"""Read dates, instants, times, durations and time zones from what people and programs give, and write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.language.mismatch import MAX_DIGITS, Mismatch, describe, is_blank, short
from notifyrules.language.types import MAX_DATE, MAX_DURATION, MAX_INSTANT, MIN_DATE, MIN_INSTANT

MICROSECOND: Final = timedelta(microseconds=1)
_TEXTS_KEPT: Final = 1_024
_NONE: Final = timedelta()
_INSTANT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_ALMOST_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ALMOST_DATE: Final = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ].*"
)
_NUMBERS: Final = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{8}")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_SIZES: Final = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": MICROSECOND,
}
"""The units of durations, largest first."""
_DURATION: Final = re.compile("(-?)(?=[0-9])" + "".join(f"(?:([0-9]+){unit})?" for unit in _SIZES))
_TEN_YEARS: Final = "a duration within ten years, which are 3,653 days"
_AMOUNT: Final = re.compile(r"\s*([0-9]{1,9})(\.[0-9]{1,6})?\s*([a-z]+),?\s*")
_UNIT_NAMES: Final = {
    name: _SIZES[unit]
    for unit, names in {
        "w": "w wk wks week weeks",
        "d": "d day days",
        "h": "h hr hrs hour hours",
        "m": "m min mins minute minutes",
        "s": "s sec secs second seconds",
        "ms": "ms millisecond milliseconds",
        "us": "us microsecond microseconds",
    }.items()
    for name in names.split()
}

# As patterns of JSON Schema.
_MINUTE: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_CLOCK: Final = f"[Tt ]{_MINUTE}:[0-5][0-9](\\.[0-9]{{1,6}}0*)?"
_DAYS: Final = "(19[7-9]|2[01][0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
INSTANT_PATTERN: Final = (
    f"^({_DAYS}{_CLOCK}([Zz]|[+-]{_MINUTE})|1969-12-31{_CLOCK}-{_MINUTE}"
    f"|2200-01-01({_CLOCK}\\+{_MINUTE}|[Tt ]00:00:00(\\.0+)?([Zz]|-00:00)))$"
)
"""
Instants from 1970 to the beginning of 2200. On the days at either end an offset may lead out of the range, which a
pattern cannot tell: it takes these.
"""
DATE_PATTERN: Final = f"^({_DAYS}|1969-12-31|2200-01-01)$"
TIME_PATTERN: Final = f"^{_MINUTE}(:[0-5][0-9])?$"


def duration_pattern() -> str:
    """Write the pattern of durations within their range."""
    amounts = "".join(f"({_up_to(MAX_DURATION // size)}{unit})?" for unit, size in _SIZES.items())
    return f"^-?(?=[0-9]){amounts}$"


def _up_to(most: int) -> str:
    """Write a pattern of the whole numbers up to one of them; zeros may stand before."""
    digits = str(most)
    size = len(digits)
    less = [f"{digits[:at]}[0-{int(one) - 1}][0-9]{{{size - at - 1}}}" for at, one in enumerate(digits) if one != "0"]
    return f"0*([0-9]{{1,{size - 1}}}|{'|'.join(less)}|{digits})"


# ---- Dates ----


def read_date(given: object) -> date | None:
    """Read a day: `YYYY-MM-DD`, or a date that is no date and time."""
    if isinstance(given, str):
        if _DATE.fullmatch(given) is None:
            return None
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise Mismatch(describe(given), "a day that the calendar has") from None
    elif isinstance(given, date) and not isinstance(given, datetime):
        day = date(given.year, given.month, given.day)
    else:
        return None
    if not MIN_DATE <= day <= MAX_DATE:
        raise Mismatch(describe(given), f"a day from {MIN_DATE} to {MAX_DATE}")
    return day


def date_slip(given: object) -> str:
    """Help with a date and time, and with a text that is almost a day."""
    if isinstance(given, datetime):
        return "give its `.date()`, in the time zone that is meant"
    if (found := _ALMOST_DATE.fullmatch(short(given))) is None:
        return "write year, month and day, such as `2026-11-28`" if _NUMBERS.fullmatch(short(given)) else ""
    if found["day"] is not None:
        return f"write the day alone, such as `{found['day']}`"
    year, month, day = found.groups()[:3]
    return f"write two digits for month and day: `{year}-{month:0>2}-{day:0>2}`"


# ---- Instants ----


def read_instant(given: object) -> datetime | None:
    """Read an instant: RFC 3339 text with its offset, or an aware datetime."""
    moment = _instant_from_text(given) if isinstance(given, str) else given
    if not isinstance(moment, datetime) or is_blank(moment):
        return None
    try:
        if moment.utcoffset() is None:
            return None
        moment = _plain(moment.astimezone(UTC))
    except OverflowError:
        moment = datetime.max.replace(tzinfo=UTC)
    except Exception:  # noqa: BLE001 - the time zone is an object of the caller's, which may answer anything
        raise Mismatch("a date and time whose time zone gives no valid offset") from None
    if getattr(given, "nanosecond", 0):
        raise Mismatch("an instant finer than a microsecond", help="round it to microseconds")
    if not MIN_INSTANT <= moment <= MAX_INSTANT:
        raise Mismatch("an instant outside of 1970 to 2200", "an instant within 1970 to 2200")
    return moment


def _plain(moment: datetime) -> datetime:
    """Give an instant in UTC as Python's own, whatever class a caller derived from it."""
    clock = time(moment.hour, moment.minute, moment.second, moment.microsecond)
    return datetime.combine(date(moment.year, moment.month, moment.day), clock, UTC)


def _instant_from_text(given: str) -> datetime | None:
    """
    Read RFC 3339 text.

    Source:
        RFC 3339, section 5.6; leap seconds do not exist on the POSIX time line and are refused.
    """
    if (found := _INSTANT.fullmatch(given)) is None:
        return None
    *fields, fraction, offset = found.groups()
    fraction = fraction or ""
    if fraction[6:].strip("0"):
        raise Mismatch(describe(given), "an instant of at most microsecond precision")
    iso = "{}-{}-{}T{}:{}:{}".format(*fields) + f".{fraction[:6]:0<6}" + ("+00:00" if offset in "Zz" else offset)
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        raise Mismatch(describe(given), "an instant that the calendar and the clock have") from None


class _Days(dict[int, str]):
    """The dates of days since 1970, each written once."""

    def __missing__(self, days: int) -> str:
        self[days] = (EPOCH + timedelta(days)).date().isoformat()
        return self[days]


# Python takes a multiple of the time that looking things up does, and logs write many instants.
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_TEXTS: Final = _Days()
MINUTE_TEXTS: Final = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60)]
_SECOND_TEXTS: Final = [f"{second:02}" for second in range(60)]
LAST_TEXTS: Final = [f"{second}Z" for second in _SECOND_TEXTS]


def write_instant(moment: datetime) -> str:
    """Write an instant as RFC 3339 text in UTC."""
    past = moment - EPOCH
    seconds = past.seconds
    last = write_finer(past) if past.microseconds else LAST_TEXTS[seconds % 60]
    return f"{DAY_TEXTS[past.days]}{MINUTE_TEXTS[seconds // 60]}{last}"


def write_finer(past: timedelta) -> str:
    """Write how an instant ends that is no whole second, by what has passed since 1970."""
    return f"{_SECOND_TEXTS[past.seconds % 60]}.{past.microseconds:06}Z"


def write_milliseconds(since: int) -> str:
    """Write an instant that is given as milliseconds since 1970."""
    days, rest = divmod(since, 86_400_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{DAY_TEXTS[days]}{MINUTE_TEXTS[minutes]}{_SECOND_TEXTS[rest // 1_000]}.{rest % 1_000:03}Z"


def instant_slip(given: object) -> str:
    """Help with a date and time that has no offset, with a Unix time, and with a text that is almost RFC 3339."""
    if isinstance(given, str):
        return _instant_text_slip(short(given))
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
            return f"if it is a Unix time in {unit}, write `{write_instant(moment)}`"
    return ""


def _instant_text_slip(text: str) -> str:
    if re.fullmatch(r"[0-9]{9,13}", text):
        return instant_slip(int(text))
    if _DATE.fullmatch(text):
        return "add the time and its offset from UTC, such as `T22:00:00+01:00`"
    if (found := _ALMOST_INSTANT.fullmatch(text)) is None:
        return ""
    day, minute, second, offset = found.groups()
    whole = f"{day}T{minute}{second or ':00'}"
    if offset is not None and offset not in "Zz" and ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:] or '00'}"
    try:
        read_instant(meant := f"{whole}{offset or 'Z'}")
    except Mismatch:
        return ""
    return f"write `{meant}`" if offset is not None else f"add the offset from UTC: `{meant}` or `{whole}+01:00`"


# ---- Times ----


def read_time(given: object) -> time | None:
    """Read a wall-clock time: `HH:MM[:SS]` or a naive time."""
    if isinstance(given, time):
        if given.tzinfo is not None:
            raise Mismatch("a time of day with a time zone", help="give the zone as a fact of its own")
        if given.microsecond:
            raise Mismatch("a time finer than a second")
        return time(given.hour, given.minute, given.second)
    if not isinstance(given, str) or (found := _TIME.fullmatch(given)) is None:
        return None
    try:
        hour, minute, second = (int(part or 0) for part in found.groups())
        return time(hour, minute, second)
    except ValueError:
        advice = "midnight is `00:00`" if given.startswith("24") else ""
        raise Mismatch(describe(given), "a time from `00:00` to `23:59:59`", advice) from None


def time_slip(given: object) -> str:
    """Help with an hour of one digit, and with a date and time."""
    if re.fullmatch(r"[0-9]:[0-9]{2}", short(given)):
        return "write two digits for the hour, such as `09:00`"
    return "give its `.time()`" if isinstance(given, datetime) else ""


# ---- Durations ----


def read_duration(given: object) -> timedelta | None:
    """Read a duration: `2h30m` (units w d h m s ms us, largest first) or a timedelta."""
    if isinstance(given, timedelta):
        if getattr(given, "nanoseconds", 0):
            raise Mismatch("a duration finer than a microsecond", help="round it to microseconds")
        length = timedelta(given.days, given.seconds, given.microseconds)
    elif isinstance(given, str) and (found := _DURATION.fullmatch(given)) is not None:
        sign, *amounts = found.groups()
        if any(len(amount or "") > MAX_DIGITS for amount in amounts):
            raise Mismatch(describe(given), _TEN_YEARS)
        try:
            parts = (int(amount or 0) * size for amount, size in zip(amounts, _SIZES.values(), strict=True))
            length = sum(parts, _NONE)
        except OverflowError:
            raise Mismatch(describe(given), _TEN_YEARS) from None
        length = -length if sign else length
    else:
        return None
    if not -MAX_DURATION <= length <= MAX_DURATION:
        raise Mismatch(describe(given), _TEN_YEARS)
    return length


@lru_cache(_TEXTS_KEPT)
def write_duration(length: timedelta) -> str:
    """Write a duration in its largest units, days at the most."""
    rest, written = abs(length), ""
    for unit, size in [*_SIZES.items()][1:]:
        amount, rest = divmod(rest, size)
        written += f"{amount}{unit}" if amount else ""
    return ("-" if length < _NONE else "") + (written or "0s")


def duration_slip(given: object) -> str:
    """Help with a bare number, and with a text that a person understands as a duration: `1.5h`, `1 hour`."""
    text = short(given)
    number = isinstance(given, (int, float, Decimal)) and not isinstance(given, bool)
    if number or re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return "say in which unit, such as `15m` or `15s`"
    lowered, length, at = text.lower(), _NONE, 0
    while at < len(lowered):
        found = _AMOUNT.match(lowered, at)
        if found is None or found[3] not in _UNIT_NAMES:
            return ""
        size = _UNIT_NAMES[found[3]]
        if int(found[1]) > MAX_DURATION / size:
            return ""
        length += int(found[1]) * size + float(found[2] or 0) * size
        at = found.end()
    return f"write `{write_duration(length)}`" if _NONE < length <= MAX_DURATION else ""


# ---- Time zones ----


def read_timezone(given: object) -> ZoneInfo | None:
    """Read a time zone: an IANA key or a ZoneInfo made from one."""
    key = given.key if isinstance(given, ZoneInfo) else given
    if not isinstance(key, str):
        return None
    if key not in zone_keys():
        # Many forget the continent of their city.
        city = "/" + key.replace(" ", "_").lower()
        meant = next((f"write `{one}`" for one in sorted(zone_keys()) if one.lower().endswith(city)), "")
        raise Mismatch(describe(key), help=meant or did_you_mean(key, zone_keys()))
    return ZoneInfo(str.__str__(key))


@lru_cache(maxsize=1)
def zone_keys() -> frozenset[str]:
    """
    List the keys of the time zones that are known.

    Source:
        The IANA time zone database as packaged in `tzdata`, so that every machine knows the same zones.
    """
    from importlib.resources import files  # noqa: PLC0415 - only files with time zones need it

    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def timezone_slip(given: object) -> str:
    """Help with an object that stands for a zone but does not name it."""
    if not isinstance(given, tzinfo):
        return ""
    if given == UTC and isinstance(given, timezone):
        return 'give `ZoneInfo("UTC")` or the text `UTC`'
    if str(given) in zone_keys():
        return f"give `str(...)` of it, which is `{given}`"
    return 'name the zone, such as `ZoneInfo("Europe/Berlin")`'
