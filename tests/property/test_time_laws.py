"""
Hold the functions of time to a count of minutes, and to what DESIGN says of schedules.

The count knows nothing of offsets or folds: it lays out what the clock of a zone shows minute by minute, and paints the
windows onto it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.language.evaluator import join_schedules
from notifyrules.language.moments import zone_keys
from notifyrules.language.schedules import (
    WEEKDAYS,
    Schedule,
    Window,
    instant_at,
    local_date,
    local_time,
    weekday,
    weekday_of,
    window_end,
    window_start,
    within,
)
from notifyrules.language.types import MAX_DATE, MAX_INSTANT, MIN_DATE, MIN_INSTANT, SCHEDULE
from notifyrules.language.values import conform, to_plain
from tests.schedules import (
    DAY,
    MINUTE,
    Line,
    day_sets,
    jumps,
    line,
    minute_schedules,
    minutes,
    packaged,
    schedule,
    schedules,
    schedules_of,
)

pytestmark = pytest.mark.slow

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Australia/Eucla",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Antarctica/Casey",
    "Antarctica/Troll",
)
"""Whole, half and quarter hours; jumps at midnight, a minute past it, by half an hour, by two and by a whole day."""

instants = st.datetimes(MIN_INSTANT.replace(tzinfo=None), MAX_INSTANT.replace(tzinfo=None), timezones=st.just(UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)

days = st.one_of(
    st.dates(date(1972, 1, 8), date(2150, 1, 1)), st.integers(1973, 2150).map(lambda year: date(year - 1, 12, 31))
)
"""Any day, and the turns of years."""

JUMPS = tuple((key, jump) for key in ZONES for jump in jumps(key, 2005, 2019))


@st.composite
def jumps_with_schedules(draw: st.DrawFn) -> tuple[str, date, Schedule]:
    """Choose a day on which the clock of a zone jumps, and windows that begin and end near what it shows then."""
    key, jump = draw(st.sampled_from(JUMPS))
    zone = packaged(key)
    edges = [(jump + late * MINUTE).astimezone(zone) for late in (-60, -30, -1, 0, 30, 60)]
    between = edges[2].replace(tzinfo=None) + (edges[3].replace(tzinfo=None) - edges[2].replace(tzinfo=None)) / 2
    near = [edge.time() for edge in (*edges, between.replace(second=0, microsecond=0))]
    plan = draw(schedules_of(st.one_of(st.sampled_from(near), st.sampled_from(near), minutes), least=1))
    return key, jump.date(), plan


def assert_agree(key: str, laid: Line, plan: Schedule) -> None:
    """Hold every minute of a line to the count."""
    zone = ZoneInfo(key)
    painted = laid.open(plan)
    closings, openings = laid.closings(painted), laid.openings(painted)
    for number, instant in laid.instants():
        shown = laid.shown[number]
        end = window_end(instant, zone, plan)
        last = instant + MINUTE - timedelta.resolution
        start = window_start(instant, zone, plan)
        walls = (shown.time(), WEEKDAYS[shown.weekday()])
        expected = (painted[number], painted[number], *walls, closings[number], openings[number])
        if closings[number] == laid.end and end is not None and end > laid.end:
            end = laid.end
        found = (
            within(instant, zone, plan),
            within(last, zone, plan),
            local_time(last, zone).replace(second=0),
            weekday(last, zone),
            end,
            start if start is None or start < laid.end else None,
        )

        assert found == expected, f"{instant} is {shown} in {key}; {plan}"


class TestMinuteByMinute:
    """
    Hold every window to the instants it is turned into.

    "A wall time that is skipped acts at the jump; one that occurs twice acts at its first occurrence for `from` and its
    last for `until`."
    """

    @settings(max_examples=80)
    @given(drawn=jumps_with_schedules())
    def test_around_jumps(self, drawn: tuple[str, date, Schedule]) -> None:
        """The functions tell for every minute around a jump what counting tells."""
        key, day, plan = drawn

        assert_agree(key, line(key, day - DAY, 3), plan)

    @settings(max_examples=20)
    @given(key=st.sampled_from(ZONES), day=days, plan=minute_schedules)
    def test_any_day(self, key: str, day: date, plan: Schedule) -> None:
        """The functions tell for every minute of any two days what counting tells."""
        assert_agree(key, line(key, day, 2), plan)

    @pytest.mark.soak
    @pytest.mark.parametrize("year", [2005, 2011, 2018, 2024])
    @pytest.mark.parametrize("key", ZONES)
    def test_whole_years(self, key: str, year: int) -> None:
        """The functions tell for every minute of a year what counting tells."""
        laid = line(key, date(year, 1, 1), 366)
        for plan in (
            schedule("22:00-07:00"),
            schedule("mon tue wed thu fri 23:30-00:15", "sat sun 00:00-09:45", "sun 21:00-21:00"),
            schedule("01:30-02:15", "02:30-02:31", "fri 02:00-01:00", "00:00-00:01", "23:59-00:00"),
        ):
            assert_agree(key, laid, plan)

    @pytest.mark.soak
    def test_every_jump_of_every_zone(self) -> None:
        """Around every jump of every zone the functions tell what counting tells."""
        # Times from midnight to midnight every twenty minutes, each open for seven: every edge of every jump is met.
        plan = Schedule(
            tuple(
                Window(WEEKDAYS, begin.time(), (begin + timedelta(minutes=7)).time())
                for begin in (datetime(2000, 1, 1, tzinfo=UTC) + number * 20 * MINUTE for number in range(72))
            )
        )
        # Zones that jump together are alike around the jump.
        seen: set[tuple[datetime, datetime, datetime]] = set()
        for key in sorted(zone_keys()):
            for jump in jumps(key, 1973, 2038):
                before, behind = ((jump + late).astimezone(packaged(key)) for late in (-MINUTE, timedelta(0)))
                alike = (jump, before.replace(tzinfo=None), behind.replace(tzinfo=None))
                if alike not in seen:
                    seen.add(alike)
                    assert_agree(key, line(key, jump.date(), 1), plan)


class TestWindowEnd:
    @given(instant=instants, zone=zones, plan=schedules)
    def test_there_is_one_exactly_within(self, instant: datetime, zone: ZoneInfo, plan: Schedule) -> None:
        """`window_end` is null exactly where `within` is false."""
        assert (window_end(instant, zone, plan) is not None) is within(instant, zone, plan)

    @given(instant=instants, zone=zones, plan=schedules, part=st.floats(0, 1, exclude_max=True))
    def test_every_instant_before_it_is_within_and_it_is_not(
        self, instant: datetime, zone: ZoneInfo, plan: Schedule, part: float
    ) -> None:
        """Nothing before the end is outside, and the end is: "Adjoining and overlapping windows are one"."""
        end = window_end(instant, zone, plan)
        if end is None:
            return

        assert within(min(instant + (end - instant) * part, end - timedelta.resolution), zone, plan) or end == instant
        assert window_end(end, zone, plan) is None or end == MAX_INSTANT
        assert instant < end <= MAX_INSTANT or instant == MAX_INSTANT

    @given(instant=instants, zone=zones, cuts=st.lists(minutes, min_size=1, max_size=5, unique=True))
    def test_windows_that_join_without_end_give_the_end_of_the_range(
        self, instant: datetime, zone: ZoneInfo, cuts: list[time]
    ) -> None:
        """Windows that join without end give the end of the instant range."""
        times = sorted(cuts)
        plan = Schedule(
            tuple(Window(WEEKDAYS, begin, end) for begin, end in zip(times, [*times[1:], times[0]], strict=True))
        )

        assert window_end(instant, zone, plan) == MAX_INSTANT

    @given(instant=instants, zone=zones, plan=schedules, day=st.sampled_from(WEEKDAYS))
    def test_a_week_with_a_gap_ends(self, instant: datetime, zone: ZoneInfo, plan: Schedule, day: str) -> None:
        """A schedule with no window on some day and the night before it closes within a fortnight."""
        eve = WEEKDAYS[WEEKDAYS.index(day) - 1]
        days = tuple(one for one in WEEKDAYS if one not in (day, eve))
        kept = Schedule(tuple(Window(days, window.from_, window.until) for window in plan.windows))
        end = window_end(instant, zone, kept)

        assert end is None or end - instant < 14 * DAY


class TestWindowStart:
    @given(instant=instants, zone=zones, plan=schedules, part=st.floats(0, 1, exclude_max=True))
    def test_it_is_the_first_instant_within(
        self, instant: datetime, zone: ZoneInfo, plan: Schedule, part: float
    ) -> None:
        """A window is open at the start, and none before: "The instant at which the schedule next opens"."""
        start = window_start(instant, zone, plan)
        if start is None:
            return

        assert instant < start <= MAX_INSTANT
        assert within(start, zone, plan)
        assert not within(min(instant + (start - instant) * part, start - timedelta.resolution), zone, plan)

    @given(instant=instants, zone=zones, plan=schedules)
    def test_there_is_one_exactly_where_a_window_is_to_come(
        self, instant: datetime, zone: ZoneInfo, plan: Schedule
    ) -> None:
        """Null "where a window is open, or where none ever opens": none is skipped every week."""
        closed = bool(plan.windows) and not within(instant, zone, plan)

        assert (window_start(instant, zone, plan) is not None) is closed or MAX_INSTANT - instant < 14 * DAY


class TestWithin:
    @given(instant=instants, zone=zones, plan=schedules)
    def test_a_schedule_is_open_when_one_of_its_windows_is(
        self, instant: datetime, zone: ZoneInfo, plan: Schedule
    ) -> None:
        """Windows do not disturb each other, and their order means nothing."""
        alone = [within(instant, zone, Schedule((window,))) for window in plan.windows]

        assert within(instant, zone, plan) is any(alone)
        assert within(instant, zone, Schedule(plan.windows[::-1])) is any(alone)

    @given(instant=instants, zone=zones, plan=schedules, other=schedules)
    def test_a_sum_is_open_when_one_of_both_is(
        self, instant: datetime, zone: ZoneInfo, plan: Schedule, other: Schedule
    ) -> None:
        """Of two schedules joined by `+`, "a window of either is open"."""
        either = within(instant, zone, plan) or within(instant, zone, other)

        assert within(instant, zone, join_schedules(plan, other)) is either

    @given(instant=instants, zone=zones, days=day_sets, moment=minutes)
    def test_a_window_of_24_hours_and_its_two_halves_are_one(
        self, instant: datetime, zone: ZoneInfo, days: tuple[str, ...], moment: time
    ) -> None:
        """As long as to midnight and, on the next day, on from it: "`until` equal to `from` is 24 hours"."""
        midnight = time(0, 0)
        following = tuple(day for day in WEEKDAYS if WEEKDAYS[WEEKDAYS.index(day) - 1] in days)
        second = () if moment == midnight else (Window(following, midnight, moment),)
        whole = Schedule((Window(days, moment, moment),))
        halves = Schedule((Window(days, moment, midnight), *second))

        assert within(instant, zone, whole) is within(instant, zone, halves)


class TestDays:
    """
    Hold dates to what a clock shows minute by minute.

    "A skipped wall time is the jump, one that occurs twice its first occurrence."
    """

    @settings(max_examples=150)
    @given(drawn=st.sampled_from(JUMPS), late=st.integers(-300, 300))
    def test_around_jumps(self, drawn: tuple[str, datetime], late: int) -> None:
        """Near a jump, the instant of a wall time is the first minute that shows it, or that is past it for good."""
        key, jump = drawn
        laid = line(key, jump.date() - DAY, 4)
        wall = (jump.astimezone(packaged(key)).replace(tzinfo=None) + late * MINUTE).replace(second=0)
        at = [instant for number, instant in laid.instants() if laid.shown[number] == wall]
        past = [
            instant
            for number, instant in laid.instants()
            if number and laid.shown[number - 1] < wall < laid.shown[number]
        ]

        assert instant_at(wall.date(), wall.time(), ZoneInfo(key)) == (at or past)[0]

    @given(day=days, moment=minutes, zone=zones)
    def test_a_date_and_a_time_are_read_back(self, day: date, moment: time, zone: ZoneInfo) -> None:
        """The instant of a day and a time shows both, unless the clock skips them; then it shows a later time."""
        found = instant_at(day, moment, zone)
        shown = (local_date(found, zone), local_time(found, zone))

        assert shown >= (day, moment)
        assert shown == (day, moment) or found == instant_at(*shown, zone)

    @given(instant=instants, key=st.sampled_from(sorted(zone_keys())))
    def test_the_day_is_what_the_packaged_data_says(self, instant: datetime, key: str) -> None:
        """The day at an instant, its weekday included, is what a clock shows."""
        found = local_date(instant, ZoneInfo(key))

        assert found == instant.astimezone(packaged(key)).date()
        assert MIN_DATE <= found <= MAX_DATE
        assert weekday_of(found) == weekday(instant, ZoneInfo(key))

    @given(day=st.sampled_from([MIN_DATE, MAX_DATE]), moment=minutes, key=st.sampled_from(sorted(zone_keys())))
    def test_the_ends(self, day: date, moment: time, key: str) -> None:
        """No day and time lead out of the range of instants."""
        assert MIN_INSTANT <= instant_at(day, moment, ZoneInfo(key)) <= MAX_INSTANT


class TestTotality:
    @settings(max_examples=300)
    @given(
        instant=st.one_of(
            instants,
            st.integers(0, 2 * 86_400).map(lambda late: MIN_INSTANT + timedelta(seconds=late)),
            st.integers(0, 2 * 86_400).map(lambda early: MAX_INSTANT - timedelta(seconds=early)),
        ),
        key=st.sampled_from(sorted(zone_keys())),
        plan=schedules,
    )
    def test_no_instant_zone_or_schedule_fails(self, instant: datetime, key: str, plan: Schedule) -> None:
        """In every zone, up to both ends of the range, there is an answer within the range: "Evaluation is total"."""
        zone = ZoneInfo(key)
        end, start = window_end(instant, zone, plan), window_start(instant, zone, plan)

        assert within(instant, zone, plan) in (True, False)
        assert start is None or instant < start <= MAX_INSTANT
        assert end is None or instant <= end <= MAX_INSTANT
        assert weekday(instant, zone) in WEEKDAYS
        assert local_time(instant, zone).microsecond == 0

    @given(instant=instants, key=st.sampled_from(sorted(zone_keys())))
    def test_the_clock_shows_what_the_packaged_data_says(self, instant: datetime, key: str) -> None:
        """What a clock shows follows the packaged data, whatever the system has."""
        shown = instant.astimezone(packaged(key))

        assert local_time(instant, ZoneInfo(key)) == shown.time().replace(microsecond=0)
        assert weekday(instant, ZoneInfo(key)) == WEEKDAYS[shown.weekday()]


class TestSchedules:
    @given(plan=schedules)
    def test_the_input_form_is_read_back_as_the_same_value(self, plan: Schedule) -> None:
        """What is written of a schedule is the schedule."""
        assert conform(SCHEDULE, to_plain(plan)) == plan
        assert hash(conform(SCHEDULE, to_plain(plan))) == hash(plan)
