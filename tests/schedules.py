"""Make schedules for tests, and say what they mean by counting minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from notifyrules.language.schedules import WEEKDAYS, Schedule, Window
from notifyrules.language.types import SCHEDULE
from notifyrules.language.values import conform

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MARGIN = 4
"""Days that a line of minutes has on either side beyond those asked for."""


def schedule(*windows: str) -> Schedule:
    """Make a schedule from windows such as `22:00-07:00` and `sat sun 21:00-09:00`."""
    return Schedule(tuple(_window(*window.split()) for window in windows))


def _window(*words: str) -> Window:
    """Make a window from its days, if any, and its times."""
    *days, times = words
    from_, until = map(time.fromisoformat, times.split("-"))
    return Window(tuple(days) or WEEKDAYS, from_, until)


# Any schedule. Round times are as likely as odd ones: clocks jump at them, and windows meet at them.

minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))
round_minutes = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 30, 45, 1]))
seconds = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
day_sets = st.one_of(
    st.just(WEEKDAYS),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(lambda days: tuple(day for day in WEEKDAYS if day in days)),
)


def schedules_of(times: st.SearchStrategy[time], *, least: int = 0) -> st.SearchStrategy[Schedule]:
    """Make schedules whose windows begin and end at some of *times*."""
    return st.lists(st.builds(Window, day_sets, times, times), min_size=least, max_size=4).map(tuple).map(Schedule)


minute_schedules = schedules_of(st.one_of(round_minutes, minutes))
schedules = schedules_of(st.one_of(round_minutes, seconds))


@cache
def packaged(key: str) -> ZoneInfo:
    """Read a zone from the packaged data, whatever the system has."""
    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=key)


@cache
def jumps(key: str, first: int, last: int) -> tuple[datetime, ...]:
    """Find the instants, exact to the minute, at which the clock of a zone jumps in the years *first* to *last*."""
    zone = packaged(key)

    def offset(instant: datetime) -> timedelta | None:
        return instant.astimezone(zone).utcoffset()

    found: list[datetime] = []
    day = datetime(first, 1, 1, tzinfo=UTC)
    while day.year <= last:
        if offset(day) != offset(day + DAY):
            low, high = 0, 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(day + middle * MINUTE) == offset(day) else (low, middle)
            found.append(day + high * MINUTE)
        day += DAY
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Line:
    """The minutes of a zone, one after the other, each with what the clock shows."""

    start: datetime
    """The first minute, in UTC."""
    shown: list[datetime]
    """What the clock shows at each."""

    @property
    def end(self) -> datetime:
        """The end of what is painted: for the days behind it not every window is known."""
        return self.start + (len(self.shown) - 3 * 24 * 60) * MINUTE

    def instants(self) -> Iterator[tuple[int, datetime]]:
        """Give the minutes that lie far enough from both ends for every window that touches them to be known."""
        edge = MARGIN * 24 * 60
        return ((number, self.start + number * MINUTE) for number in range(edge, len(self.shown) - edge))

    def closings(self, painted: list[bool]) -> list[datetime | None]:
        """Tell of every painted minute which is the next that is not, at most the end; of the others nothing."""
        found: list[datetime | None] = [None] * len(painted)
        closing = self.end
        for number in range(len(painted) - 3 * 24 * 60 - 1, -1, -1):
            if painted[number]:
                found[number] = closing
            else:
                closing = self.start + number * MINUTE
        return found

    def openings(self, painted: list[bool]) -> list[datetime | None]:
        """Tell of every minute that is not painted which is the next that is, if one is before the end."""
        found: list[datetime | None] = [None] * len(painted)
        opening: datetime | None = None
        for number in range(len(painted) - 3 * 24 * 60 - 1, -1, -1):
            if painted[number]:
                opening = self.start + number * MINUTE
            else:
                found[number] = opening
        return found

    def open(self, plan: Schedule) -> list[bool]:
        """
        Tell of every minute whether a window is open, by painting the windows one by one.

        A window is painted from the first minute that shows its beginning up to the last that shows its end; where no
        minute shows it, the first one that shows a later time behind one that shows an earlier time stands for it.
        """
        first: dict[datetime, int] = {}
        last: dict[datetime, int] = {}
        skipped: list[tuple[datetime, datetime, int]] = []
        for number, wall in enumerate(self.shown):
            first.setdefault(wall, number)
            last[wall] = number
            if number and wall > self.shown[number - 1] + MINUTE:
                skipped.append((self.shown[number - 1], wall, number))

        def place(wall: datetime, seen: dict[datetime, int]) -> int:
            if wall in seen:
                return seen[wall]
            (jump,) = [number for before, behind, number in skipped if before < wall < behind]
            return jump

        painted = [False] * len(self.shown)
        day, end = self.shown[0].date() + 2 * DAY, self.shown[-1].date() - 2 * DAY
        while day <= end:
            for window in plan.windows:
                if WEEKDAYS[day.weekday()] in window.days:
                    closing = day if window.from_ < window.until else day + DAY
                    start = place(datetime.combine(day, window.from_), first)
                    stop = place(datetime.combine(closing, window.until), last)
                    painted[start:stop] = [True] * (stop - start)
            day += DAY
        return painted


def line(key: str, first: date, days: int) -> Line:
    """Lay out the minutes of a zone for *days* days of UTC, and some more on either side."""
    zone = packaged(key)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - MARGIN * DAY
    moments = (start + number * MINUTE for number in range((days + 2 * MARGIN) * 24 * 60))
    return Line(start, [moment.astimezone(zone).replace(tzinfo=None, fold=0) for moment in moments])


def read(given: object) -> Schedule:
    """Read a schedule in its input form."""
    found = conform(SCHEDULE, given)
    assert isinstance(found, Schedule)
    return found
