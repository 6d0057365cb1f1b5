"""
Hold weekly schedules, and read clocks: what an instant is called in a time zone, and whether a window is open then.

A window is turned into instants first, in the zone: a wall time that the clock skips acts at the jump, one that it
shows twice acts at its first occurrence for `from` and at its last for `until`. From then on only instants are
compared, so that nothing here depends on the clock being even.

The zones' rules are read from the packaged data, whatever the system has, so that every machine decides the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.language.types import MAX_INSTANT, MIN_INSTANT

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week as the language calls them, in the order of `date.weekday`."""
MAX_WINDOWS = 100
"""Windows in a schedule."""

_RUN = 3
"""Days in a row from which on only the first and the last are written."""

Opening: TypeAlias = tuple[datetime, datetime]
"""The first instant inside and the first one behind, in UTC."""

_DAY = timedelta(days=1)
_WEEK_S = 7 * 86_400
_AROUND = range(-2, 2)
"""
The local days whose windows may touch a day of UTC, counted from it: a window ends before the second midnight behind
the day on which it starts, and since 1970 clocks have been between 12 hours behind UTC and 14 hours ahead.
"""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that comes back every week."""

    days: tuple[str, ...]
    """The days on which it starts, in the order of the week, without repetition and never empty."""
    from_: time
    """The wall time at which it begins, inside of it."""
    until: time
    """The wall time at which it ends, outside of it; of the next day where it is not later than `from_`."""

    def __str__(self) -> str:
        """Write the window for a reader, such as `mon-fri 22:00-07:00`."""
        days = "every day" if self.days == WEEKDAYS else " ".join(_runs(self.days))
        return f"{days} {write_time(self.from_)}-{write_time(self.until)}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a list of weekly windows covers."""

    windows: tuple[Window, ...]
    """In the order given; they may overlap."""
    _hash: int = field(init=False, repr=False, compare=False)
    """Computed once: what a schedule means on a day is looked up by it at every decision."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.windows))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Schedule], tuple[tuple[Window, ...]]]:
        """Pickle the windows alone: hashes differ from process to process."""
        return Schedule, (self.windows,)

    def __str__(self) -> str:
        """Write the schedule for a reader, such as `[mon-fri 22:00-07:00, sat sun 21:00-09:00]`."""
        return f"[{', '.join(map(str, self.windows))}]"


def write_time(moment: time) -> str:
    """Write a wall time in its input form, with seconds only where it has some."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _runs(days: tuple[str, ...]) -> Iterator[str]:
    """Write days, long runs by their ends: `mon-fri`, `sat sun`."""
    places = [WEEKDAYS.index(day) for day in days]
    first = 0
    for at, place in enumerate(places):
        if at + 1 < len(places) and places[at + 1] == place + 1:
            continue
        run = days[first : at + 1]
        yield f"{run[0]}-{run[-1]}" if len(run) >= _RUN else " ".join(run)
        first = at + 1


# ---- Clocks ----


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Give the day and the wall time of an instant in a zone."""
    return instant.astimezone(_packaged(zone.key))


def local_time(instant: datetime, zone: ZoneInfo) -> time:
    """Give the wall time of an instant in a zone; what is finer than a second is cut off."""
    shown = local(instant, zone)
    if not shown.microsecond and not shown.fold:
        return shown.time()
    return time(shown.hour, shown.minute, shown.second)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Give the day that it is at an instant in a zone."""
    return local(instant, zone).date()


def instant_at(day: date, moment: time, zone: ZoneInfo) -> datetime:
    """Find when a clock first shows a time on a day; for a time that it skips, the jump."""
    first, _ = _occurrences(datetime.combine(day, moment), _packaged(zone.key))
    return max(MIN_INSTANT, min(MAX_INSTANT, first))


def weekday_of(day: date) -> str:
    """Give the day of the week of a date."""
    return WEEKDAYS[day.weekday()]


def weekday(instant: datetime, zone: ZoneInfo) -> str:
    """Give the day of the week of an instant in a zone."""
    return weekday_of(local(instant, zone))


def within(instant: datetime, zone: ZoneInfo, schedule: Schedule) -> bool:
    """Tell whether some window of a schedule is open at an instant."""
    return bool(schedule.windows) and _closing(instant, zone, schedule) is not None


def window_end(instant: datetime, zone: ZoneInfo, schedule: Schedule) -> datetime | None:
    """
    Find when a schedule closes.

    Returns:
        The first instant behind *instant* that lies in no window, or the end of the range of instants where none does;
        None where no window is open.
    """
    if (end := _closing(instant, zone, schedule)) is None:
        return None
    if _never_closes(schedule):
        return MAX_INSTANT
    # Ends within weeks: some stretch of every week lies in no window.
    while end < MAX_INSTANT and (later := _closing(end, zone, schedule)) is not None:
        end = later
    return min(end, MAX_INSTANT)


def window_start(instant: datetime, zone: ZoneInfo, schedule: Schedule) -> datetime | None:
    """
    Find when a schedule next opens.

    Returns:
        The first instant behind *instant* that lies in a window; None where a window is open, or where none opens
        any more within the range of instants.
    """
    if not schedule.windows or within(instant, zone, schedule):
        return None
    # Opens within weeks: no clock skips a window every week.
    for day in range(instant.toordinal(), MAX_INSTANT.toordinal() + 1):
        for start, end in _open_on(day, zone.key, schedule):
            if instant < start < end:
                return start if start <= MAX_INSTANT else None
    return None


def _closing(instant: datetime, zone: ZoneInfo, schedule: Schedule) -> datetime | None:
    """Find the end of the stretch of open windows in which an instant lies, as far as it is known on that day."""
    for start, end in _open_on(instant.toordinal(), zone.key, schedule):
        if start <= instant < end:
            return end
    return None


@lru_cache(maxsize=4096)
def _open_on(day: int, key: str, schedule: Schedule) -> tuple[Opening, ...]:
    """
    List when windows are open on one day of UTC, given by its ordinal.

    Returns:
        The stretches that touch the day, whole as far as windows of the days around it go; in order, and none touches
        another.
    """
    today = date.fromordinal(day)
    zone = _packaged(key)
    around = [today + number * _DAY for number in _AROUND]
    found = sorted(
        _stretch(window, local_day, zone)
        for local_day in around
        for window in schedule.windows
        if WEEKDAYS[local_day.weekday()] in window.days
    )
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return tuple((start, end) for start, end in _joined(found) if start < midnight + _DAY and end > midnight)


def _joined(stretches: list[Opening]) -> Iterator[Opening]:
    """Make one of stretches that overlap or adjoin, given in order."""
    held: Opening | None = None
    for start, end in stretches:
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _stretch(window: Window, day: date, zone: ZoneInfo) -> Opening:
    """Turn the window that starts on a local day into instants; one the clock skips whole begins and ends at once."""
    last_day = day if window.until > window.from_ else day + _DAY
    start, _ = _occurrences(datetime.combine(day, window.from_), zone)
    _, end = _occurrences(datetime.combine(last_day, window.until), zone)
    return start, end


def _occurrences(wall: datetime, zone: ZoneInfo) -> Opening:
    """
    Find the first and the last instant at which a clock shows *wall*; for a time that it skips, twice the jump.

    Source:
        PEP 495: `fold=0` reads a wall time with the offset before the change that concerns it, `fold=1` with the one
        behind; so the second reading is the earlier instant exactly where the time is skipped.
    """
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    behind = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if before <= behind:
        return before, behind
    # The jump lies after `behind`, where the clock still goes the old way, and not after `before`.
    old_s, new_s = 0, int((before - behind).total_seconds())
    offset = behind.astimezone(zone).utcoffset()
    while new_s - old_s > 1:
        middle_s = (old_s + new_s) // 2
        if (behind + timedelta(seconds=middle_s)).astimezone(zone).utcoffset() == offset:
            old_s = middle_s
        else:
            new_s = middle_s
    jump = behind + timedelta(seconds=new_s)
    return jump, jump


@lru_cache(maxsize=1024)
def _never_closes(schedule: Schedule) -> bool:
    """
    Tell whether the windows of a schedule cover the whole week.

    No clock can open a gap between windows that join on the wall, because `until` acts at the last occurrence of a
    wall time and `from` at the first; and none can close a gap of the wall in every week.
    """
    covered = []
    for window in schedule.windows:
        for day in window.days:
            first_s = WEEKDAYS.index(day) * 86_400 + _seconds(window.from_)
            length_s = (_seconds(window.until) - _seconds(window.from_)) % 86_400 or 86_400
            covered.append((first_s, first_s + length_s))
            # Sunday night reaches into the next week, which is the same week.
            covered.append((first_s - _WEEK_S, first_s + length_s - _WEEK_S))
    reached_s = 0
    for first_s, behind_s in sorted(covered):
        if first_s > reached_s:
            break
        reached_s = max(reached_s, behind_s)
    return reached_s >= _WEEK_S


def _seconds(moment: time) -> int:
    """Count the seconds from midnight on the wall."""
    return moment.hour * 3600 + moment.minute * 60 + moment.second


@cache
def _packaged(key: str) -> ZoneInfo:
    """Read the rules of a zone from the packaged IANA time zone database; there are as many as the package has."""
    from importlib.resources import files  # noqa: PLC0415 - only files with time zones need it

    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=key)
