"""
Read clocks and schedules at the instants that home-made systems get wrong.

The instants and what the clocks show are written out here; `property/test_time_laws.py` counts minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import notifyrules
from notifyrules.language.schedules import Schedule, local_time, weekday, window_end, window_start, within
from notifyrules.language.types import MAX_INSTANT, MIN_INSTANT
from notifyrules.language.values import write
from tests.schedules import schedule

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    """Read an instant, with the offset that the zone's clock has then."""
    return datetime.fromisoformat(text).astimezone(UTC)


def closes(text: str, zone: str, plan: Schedule) -> str | None:
    """Find when a schedule closes, written in UTC."""
    end = window_end(at(text), ZoneInfo(zone), plan)
    return None if end is None else write(end)


def opens(text: str, zone: str, plan: Schedule) -> str | None:
    """Find when a schedule next opens, written in UTC."""
    start = window_start(at(text), ZoneInfo(zone), plan)
    return None if start is None else write(start)


class TestWindows:
    @pytest.mark.parametrize(
        ("instant", "expected"),
        [
            ("2026-11-23T21:59:59.999999+01:00", False),
            ("2026-11-23T22:00:00+01:00", True),
            ("2026-11-24T06:59:59.999999+01:00", True),
            ("2026-11-24T07:00:00+01:00", False),
        ],
    )
    def test_the_beginning_is_inside_and_the_end_outside(self, instant: str, expected: object) -> None:
        """The instant of `from` is inside, that of `until` outside."""
        assert within(at(instant), ZoneInfo(BERLIN), schedule("22:00-07:00")) is expected

    @pytest.mark.parametrize(
        ("instant", "expected"),
        [
            ("2026-11-20T23:00:00+01:00", True),
            ("2026-11-21T06:00:00+01:00", True),
            ("2026-11-21T23:00:00+01:00", False),
            ("2026-11-23T06:00:00+01:00", False),
            ("2026-11-23T23:00:00+01:00", True),
        ],
    )
    def test_a_window_past_midnight_belongs_to_the_day_on_which_it_starts(self, instant: str, expected: object) -> None:
        """On Saturday morning Friday's window is open; on Monday morning, which follows a Sunday, none is."""
        plan = schedule("mon tue wed thu fri 22:00-07:00")

        assert within(at(instant), ZoneInfo(BERLIN), plan) is expected

    def test_the_same_time_twice_is_24_hours(self) -> None:
        """On the wall, "`until` equal to `from` is 24 hours" is the same time of the next day."""
        plan = schedule("sat 12:00-12:00")

        assert closes("2026-11-21T12:00:00+01:00", BERLIN, plan) == "2026-11-22T11:00:00Z"
        assert closes("2026-03-28T12:00:00+01:00", BERLIN, plan) == "2026-03-29T10:00:00Z"
        assert closes("2026-10-24T12:00:00+02:00", BERLIN, plan) == "2026-10-25T11:00:00Z"

    def test_the_year_turns_inside_a_window(self) -> None:
        """A window of New Year's Eve reaches into the new year."""
        assert closes("2026-12-31T23:59:59+01:00", BERLIN, schedule("thu 22:00-07:00")) == "2027-01-01T06:00:00Z"

    def test_an_empty_schedule_is_never_open(self) -> None:
        """Without windows nothing is within."""
        assert not within(at("2026-11-23T23:00:00+01:00"), ZoneInfo(BERLIN), schedule())
        assert closes("2026-11-23T23:00:00+01:00", BERLIN, schedule()) is None


class TestSkippedTimes:
    @pytest.mark.parametrize(
        ("zone", "plan", "opens", "shut"),
        [
            # 02:00 to 03:00 does not happen.
            (BERLIN, "02:30-04:00", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
            (BERLIN, "00:30-02:30", "2026-03-28T23:30:00Z", "2026-03-29T01:00:00Z"),
            (BERLIN, "22:00-02:15", "2026-03-28T21:00:00Z", "2026-03-29T01:00:00Z"),
            # Half an hour, from 02:00.
            ("Australia/Lord_Howe", "02:15-03:00", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"),
            # The hour from midnight.
            ("America/Sao_Paulo", "00:00-06:00", "2018-11-04T03:00:00Z", "2018-11-04T08:00:00Z"),
            ("Asia/Beirut", "22:00-00:30", "2026-03-28T20:00:00Z", "2026-03-28T22:00:00Z"),
            # The whole Friday of 2011-12-30.
            ("Pacific/Apia", "fri 22:00-07:00", "2011-12-30T10:00:00Z", "2011-12-30T17:00:00Z"),
            ("Pacific/Apia", "thu 22:00-07:00", "2011-12-30T08:00:00Z", "2011-12-30T10:00:00Z"),
        ],
    )
    def test_it_acts_at_the_jump(self, zone: str, plan: str, opens: str, shut: str) -> None:
        """A wall time that is skipped acts at the jump."""
        before, end = datetime.fromisoformat(opens) - datetime.resolution, datetime.fromisoformat(shut)

        assert not within(before, ZoneInfo(zone), schedule(plan))
        assert window_end(datetime.fromisoformat(opens), ZoneInfo(zone), schedule(plan)) == end
        assert not within(end, ZoneInfo(zone), schedule(plan))

    @pytest.mark.parametrize(
        ("zone", "plan", "instant"),
        [(BERLIN, "02:15-02:45", "2026-03-29T01:00:00Z"), ("Pacific/Apia", "fri 09:00-17:00", "2011-12-30T10:00:00Z")],
    )
    def test_a_window_that_is_skipped_whole_is_not_open(self, zone: str, plan: str, instant: str) -> None:
        """A window that begins and ends at the jump is never open on that day."""
        assert closes(instant, zone, schedule(plan)) is None


class TestTimesThatOccurTwice:
    @pytest.mark.parametrize(
        ("zone", "plan", "opens", "shut"),
        [
            # 02:00 to 03:00 happens twice.
            (BERLIN, "02:30-04:00", "2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"),
            (BERLIN, "01:00-02:30", "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"),
            (BERLIN, "02:15-02:45", "2026-10-25T00:15:00Z", "2026-10-25T01:45:00Z"),
            # Half an hour, from 01:30.
            ("Australia/Lord_Howe", "01:45-02:30", "2026-04-04T14:45:00Z", "2026-04-04T16:00:00Z"),
            # The hour before midnight.
            ("America/Sao_Paulo", "23:30-06:00", "2018-02-18T01:30:00Z", "2018-02-18T09:00:00Z"),
            # A minute past midnight the clock goes back to the day before.
            ("America/St_Johns", "sun 00:00-00:01", "2010-11-07T02:30:00Z", "2010-11-07T03:31:00Z"),
        ],
    )
    def test_the_first_begins_and_the_last_ends(self, zone: str, plan: str, opens: str, shut: str) -> None:
        """A wall time that occurs twice acts at its first occurrence for `from` and at its last for `until`."""
        before, end = datetime.fromisoformat(opens) - datetime.resolution, datetime.fromisoformat(shut)

        assert not within(before, ZoneInfo(zone), schedule(plan))
        assert window_end(datetime.fromisoformat(opens), ZoneInfo(zone), schedule(plan)) == end
        assert not within(end, ZoneInfo(zone), schedule(plan))


class TestWindowStart:
    @pytest.mark.parametrize(
        ("instant", "zone", "plan", "expected"),
        [
            ("2026-11-23T12:00:00+01:00", BERLIN, schedule("22:00-07:00"), "2026-11-23T21:00:00Z"),
            ("2026-11-23T21:59:59.999999+01:00", BERLIN, schedule("22:00-07:00"), "2026-11-23T21:00:00Z"),
            # Windows that adjoin open once, and Saturday's closing is Friday's next opening.
            (
                "2026-11-21T07:00:00+01:00",
                BERLIN,
                schedule("fri 22:00-00:00", "sat 00:00-07:00"),
                "2026-11-27T21:00:00Z",
            ),
            # Skipped: at the jump. Skipped whole: on the next day.
            ("2026-03-29T00:00:00Z", BERLIN, schedule("02:30-04:00"), "2026-03-29T01:00:00Z"),
            ("2026-03-29T00:00:00Z", BERLIN, schedule("02:15-02:45"), "2026-03-30T00:15:00Z"),
            ("2011-12-29T10:00:00Z", "Pacific/Apia", schedule("fri 09:00-17:00"), "2012-01-05T19:00:00Z"),
            # Shown twice: at the first occurrence, and then not again on that day.
            ("2026-10-25T00:00:00Z", BERLIN, schedule("02:30-02:45"), "2026-10-25T00:30:00Z"),
            ("2026-10-25T01:45:00Z", BERLIN, schedule("02:30-02:45"), "2026-10-26T01:30:00Z"),
        ],
    )
    def test_it_is_the_next_instant_of_from(self, instant: str, zone: str, plan: Schedule, expected: str) -> None:
        """A schedule opens when the clock first shows `from`, or jumps over it, unless the window is skipped whole."""
        assert opens(instant, zone, plan) == expected

    @pytest.mark.parametrize(
        ("instant", "plan"),
        [
            ("2026-11-23T22:00:00+01:00", schedule("22:00-07:00")),
            ("2026-11-23T22:00:00+01:00", schedule("00:00-00:00")),
            ("2026-11-23T12:00:00+01:00", Schedule(())),
            ("2199-12-31T12:00:00Z", schedule("09:00-12:00")),
            ("2200-01-01T00:00:00Z", schedule("09:00-12:00")),
        ],
    )
    def test_it_is_null_where_a_window_is_open_and_where_none_ever_opens(self, instant: str, plan: Schedule) -> None:
        """There is no start inside of a window, without windows, and beyond the range of instants."""
        assert opens(instant, BERLIN, plan) is None


class TestWindowEnd:
    def test_it_is_null_outside(self) -> None:
        """Outside of every window there is no end."""
        assert closes("2026-11-23T12:00:00+01:00", BERLIN, schedule("22:00-07:00")) is None

    @pytest.mark.parametrize(
        "plan",
        [
            schedule("fri 22:00-00:00", "sat 00:00-00:00", "sun 00:00-23:00"),
            schedule("fri 22:00-12:00", "sat 09:00-09:00", "sun 08:00-23:00"),
            schedule("sun 08:00-23:00", "fri 22:00-12:00", "sat 09:00-09:00", "sat 10:00-11:00"),
        ],
        ids=str,
    )
    def test_windows_that_adjoin_or_overlap_are_one(self, plan: Schedule) -> None:
        """The end is the end of all of them."""
        assert closes("2026-11-20T22:00:00+01:00", BERLIN, plan) == "2026-11-22T22:00:00Z"

    @pytest.mark.parametrize(
        "plan",
        [
            schedule("00:00-00:00"),
            schedule("07:00-22:00", "22:00-07:00"),
            schedule("mon tue wed thu fri 22:00-22:00", "sat 22:00-00:00", "sun 00:00-22:00", "sun 22:00-22:00"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("zone", ["UTC", BERLIN, "Pacific/Apia"])
    def test_windows_without_end_give_the_end_of_the_range(self, plan: Schedule, zone: str) -> None:
        """Windows that join without end give the end of the range of instants."""
        assert window_end(MIN_INSTANT, ZoneInfo(zone), plan) == MAX_INSTANT
        assert window_end(MAX_INSTANT, ZoneInfo(zone), plan) == MAX_INSTANT

    @pytest.mark.parametrize(
        ("plan", "expected"),
        [(schedule("22:00-07:00"), "2200-01-01T00:00:00Z"), (schedule("22:00-23:30"), "2199-12-31T23:30:00Z")],
        ids=str,
    )
    def test_no_end_lies_behind_the_range(self, plan: Schedule, expected: str) -> None:
        """A window that is open at the end of the range ends there."""
        assert closes("2199-12-31T23:00:00Z", "UTC", plan) == expected

    def test_one_second_a_week_is_a_gap(self) -> None:
        """A schedule that leaves one second of the week out closes then."""
        plan = schedule("mon tue wed thu fri sat 00:00-00:00", "sun 00:00-23:59:59")

        assert closes("2026-11-23T00:00:00Z", "UTC", plan) == "2026-11-29T23:59:59Z"

    def test_a_window_before_the_range_reaches_into_it(self) -> None:
        """At the first instant the window of the evening before is open."""
        assert closes("1970-01-01T00:00:00Z", "UTC", schedule("wed 22:00-07:00")) == "1970-01-01T07:00:00Z"


class TestClocks:
    @pytest.mark.parametrize(
        ("instant", "zone", "shown", "day"),
        [
            ("2026-11-23T22:59:59.999999Z", BERLIN, time(23, 59, 59), "mon"),
            ("2026-11-23T23:00:00Z", BERLIN, time(0, 0), "tue"),
            ("2026-11-23T20:14:00Z", "Asia/Kathmandu", time(1, 59), "tue"),
            ("2026-11-23T20:14:00Z", "Australia/Lord_Howe", time(7, 14), "tue"),
            ("2026-11-22T10:00:00Z", "Pacific/Kiritimati", time(0, 0), "mon"),
            ("2026-11-22T11:59:59Z", "Etc/GMT+12", time(23, 59, 59), "sat"),
            ("2011-12-30T09:59:59Z", "Pacific/Apia", time(23, 59, 59), "thu"),
            ("2011-12-30T10:00:00Z", "Pacific/Apia", time(0, 0), "sat"),
            # 44 minutes and 30 seconds behind UTC until 1972.
            ("1971-01-01T12:00:00Z", "Africa/Monrovia", time(11, 15, 30), "fri"),
            ("1970-01-01T00:00:00Z", "America/New_York", time(19, 0), "wed"),
            ("2200-01-01T00:00:00Z", "Pacific/Kiritimati", time(14, 0), "wed"),
        ],
    )
    def test_the_zone_says_what_its_clock_shows(self, instant: str, zone: str, shown: time, day: str) -> None:
        """The wall time is in whole seconds, and the day is the day there."""
        assert local_time(at(instant), ZoneInfo(zone)) == shown
        assert weekday(at(instant), ZoneInfo(zone)) == day

    def test_the_zone_data_is_the_packaged_one(self) -> None:
        """A zone that knows other rules than the package, as one of an old system may, decides nothing."""

        class Old(ZoneInfo):
            """A zone whose data is not the package's."""

            def fromutc(self, _dt: datetime) -> datetime:
                """Be asked by nobody."""
                raise AssertionError

        assert local_time(at("2026-11-23T12:00:00Z"), Old(BERLIN)) == time(13, 0)
        assert within(at("2026-11-23T12:00:00Z"), Old(BERLIN), schedule("12:30-13:30"))


class TestRules:
    @pytest.fixture
    def rules(self, tmp_path: Path) -> notifyrules.Rules:
        """Load rules that hold a notification until the quiet hours end."""
        path = tmp_path / "rules.yaml"
        path.write_text(
            """\
notifyrules: 1
facts:
  now: instant
  user.timezone: timezone = UTC
  user.quiet_hours:
    type: schedule
    default: [{days: [mon, tue, wed, thu, fri], from: "22:00", until: "07:00"}]
  user.snoozed_until: instant | null = null
let:
  quiet_until: window_end(now, user.timezone, user.quiet_hours)
flow:
  quiet: {ask: Quiet hours?, if: quiet_until is not null and quiet_until > now, then: hold, else: weekend}
  weekend: {ask: A weekend?, if: 'weekday(now, user.timezone) in ["sat", "sun"]', then: later, else: "yes"}
outcomes:
  "yes": {notify: true}
  hold:
    notify: later
    because: "quiet until {local_time(quiet_until ?? now, user.timezone)}"
    recheck: quiet_until
  later: {notify: later, recheck: user.snoozed_until}
""",
            "utf-8",
        )
        return notifyrules.load(path)

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ("2026-03-27T23:00:00+01:00", "2026-03-28T06:00:00Z"),
            ("2026-10-23T23:00:00+02:00", "2026-10-24T05:00:00Z"),
            ("2026-11-23T23:00:00+01:00", "2026-11-24T06:00:00Z"),
        ],
    )
    def test_a_decision_says_when_to_ask_again(self, rules: notifyrules.Rules, now: str, expected: str) -> None:
        """`recheck_at` is the end of the quiet hours, in UTC; the words give it in the person's zone."""
        decision = rules.should_notify({"now": now, "user.timezone": BERLIN})

        assert (decision.outcome, decision.because) == ("hold", "quiet until 07:00")
        assert decision.recheck_at == datetime.fromisoformat(expected)

    def test_a_null_says_nothing(self, rules: notifyrules.Rules) -> None:
        """A `recheck` that is null leaves it open when to ask again."""
        decision = rules.should_notify({"now": "2026-11-22T12:00:00Z"})

        assert (decision.outcome, decision.recheck_at) == ("later", None)

    def test_asking_again_then_is_not_held(self, rules: notifyrules.Rules) -> None:
        """At the instant to ask again the quiet hours are over."""
        facts = {"now": "2026-11-23T23:00:00+01:00", "user.timezone": BERLIN}
        again = rules.should_notify({**facts, "now": rules.should_notify(facts).recheck_at})

        assert again.outcome == "yes"

    def test_an_explanation_shows_the_windows(self, rules: notifyrules.Rules) -> None:
        """Support reads which windows were asked."""
        decision = rules.should_notify({"now": "2026-11-23T23:00:00Z"})

        assert "user.quiet_hours = [mon-fri 22:00-07:00]" in decision.explain(reader="support")
