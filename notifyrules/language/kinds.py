"""
Say all that is to be said of each basic type, in one row.

What lies higher reads it from here: messages, schema, stubs, generated facts, the solver, the reading and the writing
of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.language import moments
from notifyrules.language.mismatch import Mismatch, describe, join_mismatches, short, shortened
from notifyrules.language.schedules import MAX_WINDOWS, WEEKDAYS, Schedule, Window, write_time
from notifyrules.language.types import (
    MAX_DATE,
    MAX_DURATION,
    MAX_INSTANT,
    MAX_INT,
    MAX_TEXT,
    MIN_DATE,
    MIN_INSTANT,
    Basic,
)
from notifyrules.language.value_help import ReadValue, Slip, fit

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""An instant to take where any will do: a Monday."""
ALWAYS: Final = Schedule((Window(WEEKDAYS, time(0), time(0)),))
"""A schedule that is always open."""
_WINDOW: Final = '`{days: [mon, tue], from: "22:00", until: "07:00"}`'
_ZONES: Final = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland")
_BOOLS: Final = frozenset({"yes", "no", "on", "off", "true", "false"})


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of a type are whole numbers, in their order; sums of values are sums of the numbers."""

    lowest: int
    highest: int
    number_of: Callable[[Any], int]
    value_of: Callable[[int], Any]
    usual: Sequence[int]
    """Those that people use, the simplest first."""


@dataclass(frozen=True, slots=True)
class BasicKind:
    """What is to be said of one basic type."""

    expected: str
    """What its values are, for a message."""
    holds: type
    """The class of its values."""
    read: ReadValue[Any]
    """Reads a value."""
    annotation: str
    """What Python code may give for a value, for a type checker."""
    schema: Mapping[str, Any]
    """The form of its values in JSON, as JSON Schema."""
    plainest: Any
    """A value to take where any will do."""
    slip: Slip = lambda _: ""
    """Helps with a value that it does not hold."""
    plain: Callable[[Any], object] | None = None
    """Writes a value as JSON can hold it, and the type reads it; None where JSON has it as it is."""
    words: Callable[[Any], str] | None = None
    """Writes a value for a person; None where that is its form in JSON."""
    scale: Scale | None = None
    """The numbers that its values are; they compare by them with `<`."""
    candidates: Sequence[Any] = ()
    """Some values that conditions are likely to tell apart."""
    strategy: Callable[[Any], Any] | None = None
    """Makes a strategy of its values from `hypothesis.strategies`; None where its numbers do."""
    test: str = ""
    """What makes a condition of a value, behind it; empty where it is one, or where a function asks it."""
    fallback: str = ""
    """A value to write where one is null; empty where none says so little."""
    unwritable: str = ""
    """Why no condition holds a value of it, and what to do instead; empty where one does."""


# ---- Truth, numbers and texts ----


def _bool_slip(given: object) -> str:
    text = short(given)
    if text.lower() in _BOOLS:
        return "write true or false, without quotes"
    return "write true or false" if (isinstance(given, int) and given in (0, 1)) or text in ("0", "1") else ""


def _read_int(given: object) -> int | None:
    if not isinstance(given, int) or isinstance(given, bool):
        return None
    if -MAX_INT <= given <= MAX_INT:
        return int(given)
    raise Mismatch(describe(int(given)), "an integer within plus or minus 2^53")


def _int_slip(given: object) -> str:
    """Help with a number in quotes, and with one that is not whole."""
    text = short(given)
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return "write the number without quotes"
    if hasattr(type(given), "as_integer_ratio") and type(given) not in (bool, float):
        return "give `int(...)` of it, if it is meant to be whole"
    if isinstance(given, float) or re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", text):
        return "numbers are whole: count in a smaller unit, such as cents or percent"
    return ""


def _read_text(given: object) -> str | None:
    """Read a text, held to its length and to Unicode."""
    if not isinstance(given, str):
        return None
    if len(given) > MAX_TEXT:
        raise Mismatch(f"a text of {len(given):,} characters", f"text of at most {MAX_TEXT:,}")
    text = str.__str__(given)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Mismatch("a text with half of a surrogate pair", "valid Unicode text") from None
    return text


# ---- Schedules ----


def _read_schedule(given: object) -> Schedule | None:
    """Read a schedule: a list of windows `{days: [mon, ..., fri], from: "22:00", until: "07:00"}`."""
    if isinstance(given, Schedule):
        return given
    if not isinstance(given, (list, tuple)):
        return None
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
    expected = f"a window such as {_WINDOW}"
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
            times.append(fit(given[key], moments.read_time, moments.time_slip))
        except Mismatch as mismatch:
            found = f"{mismatch.found} as `{key}` of window {number}"
            raise Mismatch(found, mismatch.expected or KINDS[Basic.TIME].expected, mismatch.help) from None
    return Window(_days(given["days"], number) if "days" in given else WEEKDAYS, *times)


def _days(given: object, number: int) -> tuple[str, ...]:
    """Read the days of a window, and put them into the order of the week."""
    place = f"as `days` of window {number}"
    expected = "days such as `[mon, tue]`"
    if not isinstance(given, (list, tuple)):
        raise Mismatch(f"{describe(given)} {place}", expected, "put it into a list" if short(given) in WEEKDAYS else "")
    if not given:
        raise Mismatch(f"an empty list {place}", expected, "leave `days` out for every day")
    for at, day in enumerate(given):
        if not isinstance(day, str) or day not in WEEKDAYS:
            near = next((one for one in WEEKDAYS if isinstance(day, str) and day.lower().startswith(one)), None)
            advice = f"did you mean `{near}`?" if near else ""
            raise Mismatch(
                f"{describe(day)} among the `days` of window {number}", f"one of {', '.join(WEEKDAYS)}", advice
            )
        if day in given[:at]:
            raise Mismatch(f"`{day}` twice {place}", "every day once at most")
    return tuple(day for day in WEEKDAYS if day in given)


def _plain_schedule(schedule: Schedule) -> list[dict[str, object]]:
    """Convert the windows to their input form, which needs no days where it means every day."""
    return [
        ({} if one.days == WEEKDAYS else {"days": list(one.days)})
        | {"from": write_time(one.from_), "until": write_time(one.until)}
        for one in schedule.windows
    ]


def _windows(st: Any) -> Any:  # noqa: ANN401 - of a library that is imported only where it is used
    clock = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from([0, 30]))
    days = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)
    return st.lists(st.fixed_dictionaries({"from": clock, "until": clock}, optional={"days": days}), max_size=3)


_TIME_SCHEMA: Final = {"type": "string", "pattern": moments.TIME_PATTERN}
_WINDOW_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "days": {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1, "uniqueItems": True},
        "from": _TIME_SCHEMA,
        "until": _TIME_SCHEMA,
    },
    "additionalProperties": False,
    "required": ["from", "until"],
}

# ---- The table ----

KINDS: Mapping[Basic, BasicKind] = MappingProxyType(
    {
        Basic.BOOL: BasicKind(
            expected="true or false",
            holds=bool,
            read=lambda given: given if isinstance(given, bool) else None,
            slip=_bool_slip,
            words=lambda value: "yes" if value else "no",
            annotation="bool",
            schema={"type": "boolean"},
            plainest=False,
            candidates=(False, True),
            strategy=lambda st: st.booleans(),
            fallback="false",
        ),
        Basic.INT: BasicKind(
            expected="an integer",
            holds=int,
            read=_read_int,
            slip=_int_slip,
            annotation="int",
            schema={"type": "integer", "minimum": -MAX_INT, "maximum": MAX_INT},
            scale=Scale(-MAX_INT, MAX_INT, int, int, range(101)),
            plainest=0,
            test="> 0",
            fallback="0",
        ),
        Basic.TEXT: BasicKind(
            expected="text",
            holds=str,
            read=_read_text,
            annotation="str",
            schema={"type": "string", "maxLength": MAX_TEXT},
            plainest="",
            strategy=lambda st: st.text(max_size=40),
            test='!= ""',
            fallback='"..."',
        ),
        Basic.DATE: BasicKind(
            expected="a date such as `2026-11-28`",
            holds=date,
            read=moments.read_date,
            slip=moments.date_slip,
            plain=date.isoformat,
            annotation="date | str",
            schema={"type": "string", "format": "date", "pattern": moments.DATE_PATTERN},
            scale=Scale(
                lowest=MIN_DATE.toordinal(),
                highest=MAX_DATE.toordinal(),
                number_of=date.toordinal,
                value_of=date.fromordinal,
                usual=range(date(2000, 1, 1).toordinal(), date(2040, 1, 1).toordinal()),
            ),
            plainest=NOON.date(),
            candidates=tuple(date(2028, 1, 1) + timedelta(days=number) for number in range(366)),
            test=">= 2026-11-28",
            fallback="2026-11-28",
        ),
        Basic.INSTANT: BasicKind(
            expected="an instant such as `2026-11-23T22:00:00+01:00`",
            holds=datetime,
            read=moments.read_instant,
            slip=moments.instant_slip,
            plain=moments.write_instant,
            annotation="datetime | str",
            schema={"type": "string", "format": "date-time", "pattern": moments.INSTANT_PATTERN},
            scale=Scale(
                lowest=0,
                highest=(MAX_INSTANT - MIN_INSTANT) // moments.MICROSECOND,
                number_of=lambda value: (value - MIN_INSTANT) // moments.MICROSECOND,
                value_of=lambda number: MIN_INSTANT + number * moments.MICROSECOND,
                usual=range(946_684_800_000_000, 1_893_456_000_000_000, 3_600_000_000),
            ),
            plainest=NOON,
            unwritable="a point in time cannot be written in a condition; declare a fact for it",
        ),
        Basic.TIME: BasicKind(
            expected="a time such as `22:00`",
            holds=time,
            read=moments.read_time,
            slip=moments.time_slip,
            plain=write_time,
            annotation="time | str",
            schema=_TIME_SCHEMA,
            scale=Scale(
                lowest=0,
                highest=86_399,
                number_of=lambda value: (value.hour * 60 + value.minute) * 60 + value.second,
                value_of=lambda number: time(number // 3600, number // 60 % 60, number % 60),
                usual=range(0, 86_400, 60),
            ),
            plainest=time(12),
            test=">= 09:00",
            fallback="00:00",
        ),
        Basic.DURATION: BasicKind(
            expected="a duration such as `2h30m`",
            holds=timedelta,
            read=moments.read_duration,
            slip=moments.duration_slip,
            plain=moments.write_duration,
            annotation="timedelta | str",
            schema={"type": "string", "pattern": moments.duration_pattern()},
            scale=Scale(
                lowest=-(MAX_DURATION // moments.MICROSECOND),
                highest=MAX_DURATION // moments.MICROSECOND,
                number_of=lambda value: value // moments.MICROSECOND,
                value_of=lambda number: timedelta(microseconds=number),
                usual=range(0, 36_000_000_001, 60_000_000),
            ),
            plainest=timedelta(),
            test="> 0s",
            fallback="0s",
        ),
        Basic.TIMEZONE: BasicKind(
            expected="a time zone such as `Europe/Berlin`",
            holds=ZoneInfo,
            read=moments.read_timezone,
            slip=moments.timezone_slip,
            plain=lambda value: value.key,
            annotation="ZoneInfo | str",
            schema={"type": "string", "examples": ["Europe/Berlin", "UTC"]},
            plainest=ZoneInfo("UTC"),
            candidates=tuple(map(ZoneInfo, _ZONES)),
            strategy=lambda st: st.sampled_from(sorted(moments.zone_keys(), key=lambda key: (key != "UTC", key))).map(
                ZoneInfo
            ),
            unwritable="a time zone cannot be written in a condition; declare a fact with it as its default",
        ),
        Basic.SCHEDULE: BasicKind(
            expected=f"a list of windows such as {_WINDOW}",
            holds=Schedule,
            read=_read_schedule,
            slip=lambda given: "put it into a list" if isinstance(given, Mapping) else "",
            plain=_plain_schedule,
            words=str,
            annotation="Sequence[Mapping[str, object]]",
            schema={"type": "array", "items": _WINDOW_SCHEMA, "maxItems": MAX_WINDOWS},
            plainest=Schedule(()),
            candidates=(
                ALWAYS,
                Schedule(()),
                Schedule((Window(WEEKDAYS[:5], time(9), time(17)),)),
                Schedule((Window(WEEKDAYS, time(22), time(7)),)),
            ),
            strategy=lambda st: _windows(st).map(_read_schedule),
            unwritable="ask a schedule with `within(...)`",
        ),
    }
)
"""Every basic type: a new one is one row here, besides its name and its literal."""

KIND_OF: Mapping[type, Basic] = MappingProxyType({kind.holds: basic for basic, kind in KINDS.items()})
"""The basic types by the classes of their values."""
