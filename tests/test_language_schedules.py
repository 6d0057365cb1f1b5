"""Read, write and declare schedules."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from datetime import time
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import notifyrules
from notifyrules.compiled.quick_values import quick_reader
from notifyrules.compiled.schema import type_schema
from notifyrules.explanation.words import show
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.schedules import MAX_WINDOWS, WEEKDAYS, Schedule, Window
from notifyrules.language.types import SCHEDULE, Type
from notifyrules.language.values import conform, to_plain, write, write_literal
from tests.schedules import read, schedule

ROOT = Path(__file__).parents[1]
NIGHT = {"from": "22:00", "until": "07:00"}


class TestReading:
    def test_a_window_has_its_days_and_its_times(self) -> None:
        """A window is read from `{days, from, until}`."""
        assert read([{"days": ["mon", "fri"], "from": "22:00", "until": "07:30:15"}]) == Schedule(
            (Window(("mon", "fri"), time(22), time(7, 30, 15)),)
        )

    def test_days_may_be_left_out(self) -> None:
        """Without days a window opens every day."""
        assert read([NIGHT]) == read([{**NIGHT, "days": list(WEEKDAYS)}])

    def test_the_order_of_days_means_nothing(self) -> None:
        """Days are held in the order of the week."""
        assert read([{**NIGHT, "days": ["sun", "mon"]}]) == read([{**NIGHT, "days": ("mon", "sun")}])

    def test_the_order_of_windows_is_kept(self) -> None:
        """Windows are shown as they were given."""
        assert str(read([{"from": "20:00", "until": "21:00"}, {"from": "10:00", "until": "11:00"}])) == (
            "[every day 20:00-21:00, every day 10:00-11:00]"
        )

    def test_no_windows_are_a_schedule(self) -> None:
        """A schedule may be empty."""
        assert read([]) == Schedule(())

    def test_times_may_be_python_times(self) -> None:
        """A time of a window is given like any other time."""
        assert read([{"from": time(22), "until": time(7)}]) == read([NIGHT])

    def test_a_schedule_that_was_read_is_a_schedule(self) -> None:
        """A value of the language is read as itself."""
        plan = read([NIGHT])

        assert read(plan) is plan

    def test_a_schedule_is_a_value(self) -> None:
        """Equal schedules are one key of a dict."""
        assert {read([NIGHT]): "night"}[read([NIGHT])] == "night"
        assert read([NIGHT]) != read([{**NIGHT, "days": ["mon"]}])

    def test_a_schedule_of_another_process_is_the_same_value(self) -> None:
        """A schedule that was pickled where texts and times have other hashes is found here all the same."""
        script = (
            "import pickle, sys; from tests.schedules import schedule;"
            "sys.stdout.buffer.write(pickle.dumps(schedule('22:00-07:00')))"
        )
        made = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True).stdout

        assert {schedule("22:00-07:00"): "night"}[pickle.loads(made)] == "night"  # noqa: S301 - our own bytes

    @pytest.mark.parametrize(
        ("given", "message", "advice"),
        [
            (NIGHT, "found a mapping", "put it into a list"),
            ("22:00-07:00", 'found the text "22:00-07:00"', ""),
            (None, "found null", ""),
            (["22:00"], 'found the text "22:00" as window 1', ""),
            ([NIGHT, None], "found null as window 2", ""),
            ([NIGHT, {"from": "22:00"}], "found no `until` in window 2", ""),
            ([{"until": "22:00"}], "found no `from` in window 1", ""),
            ([{**NIGHT, "day": ["mon"]}], 'found the key "day" in window 1', "did you mean `days`?"),
            ([{**NIGHT, "zone": "UTC"}], 'found the key "zone" in window 1', "its keys are `days`, `from` and `until`"),
            ([{7: "UTC"}], 'found the key "7" in window 1', "its keys are `days`, `from` and `until`"),
            ([{**NIGHT, "until": "24:00"}], 'found the text "24:00" as `until` of window 1', "midnight is `00:00`"),
            ([{**NIGHT, "from": 2200}], "found the number 2200 as `from` of window 1", ""),
            ([{**NIGHT, "from": None}], "found null as `from` of window 1", ""),
            ([{**NIGHT, "days": []}], "found an empty list as `days` of window 1", "leave `days` out for every day"),
            ([{**NIGHT, "days": "mon"}], 'found the text "mon" as `days` of window 1', "put it into a list"),
            ([{**NIGHT, "days": "mon-fri"}], 'found the text "mon-fri" as `days` of window 1', ""),
            ([{**NIGHT, "days": ["Monday"]}], 'found the text "Monday" among the `days`', "did you mean `mon`?"),
            ([{**NIGHT, "days": ["mo"]}], 'found the text "mo" among the `days` of window 1', ""),
            ([{**NIGHT, "days": [1]}], "found the number 1 among the `days` of window 1", ""),
            ([{**NIGHT, "days": np.array(["mon", "tue"])}], "`numpy.ndarray` as `days` of window 1", ""),
            ([{**NIGHT, "days": ["mon", "mon"]}], "found `mon` twice as `days` of window 1", ""),
            ([NIGHT] * (MAX_WINDOWS + 1), "found a schedule of 101 windows", ""),
        ],
    )
    def test_what_does_not_fit_is_named_by_window_and_key(self, given: object, message: str, advice: str) -> None:
        """An error names the number of the window and the key, and the way out where there is one."""
        with pytest.raises(Mismatch) as caught:
            conform(SCHEDULE, given)

        assert message in str(caught.value)
        assert caught.value.help == advice

    def test_the_most_windows_are_read(self) -> None:
        """A schedule may have as many windows as the limit says."""
        assert len(read([NIGHT] * MAX_WINDOWS).windows) == MAX_WINDOWS


class TestKeeping:
    def test_only_what_is_short_is_kept(self) -> None:
        """One of usual size is read once; of many long ones none stays in memory."""
        quick = quick_reader(SCHEDULE)
        starts = [f"{number // 60:02}:{number % 60:02}" for number in range(99)]
        windows = [{"days": ["mon"], "from": start, "until": "23:59"} for start in starts]

        assert quick(windows[:14]) is quick(windows[:14])
        assert quick(windows) is not quick(windows)
        assert quick(windows) == quick(windows)


class TestWriting:
    @pytest.mark.parametrize(
        ("plan", "written"),
        [
            (schedule(), "[]"),
            (schedule("22:00-07:00"), "[every day 22:00-07:00]"),
            (schedule("mon tue wed thu fri 22:00-07:00"), "[mon-fri 22:00-07:00]"),
            (schedule("sat sun 21:00-09:00:30"), "[sat sun 21:00-09:00:30]"),
            (schedule("mon wed thu fri sun 01:00-01:00"), "[mon wed-fri sun 01:00-01:00]"),
            (schedule("mon 08:00-09:00", "12:00-13:00"), "[mon 08:00-09:00, every day 12:00-13:00]"),
        ],
        ids=str,
    )
    def test_a_reader_sees_days_and_times(self, plan: Schedule, written: str) -> None:
        """A schedule is shown by its windows, three days in a row and more by the first and the last."""
        assert (write(plan), write_literal(plan), show(plan)) == (written, written, written)

    def test_a_long_schedule_is_shortened_in_explanations(self) -> None:
        """Of many windows an explanation shows the first and their number."""
        shown = show(schedule(*["22:00-07:00"] * 40))

        assert shown.endswith("every day 22:00-07:00, …] (40 windows)")
        assert shown.count("22:00") == 12

    def test_plain_data_is_the_input_form(self) -> None:
        """What JSON holds is what a caller may give; every day needs no days."""
        plan = schedule("mon 22:00-07:00", "12:00-13:00:05")

        assert json.loads(json.dumps(to_plain(plan))) == [
            {"days": ["mon"], "from": "22:00", "until": "07:00"},
            {"from": "12:00", "until": "13:00:05"},
        ]


class TestJsonSchema:
    def valid(self, given: object) -> bool:
        """Tell whether the schema of facts accepts a schedule."""
        return jsonschema.Draft202012Validator(type_schema(Type(SCHEDULE.base, nullable=True))).is_valid(given)

    @pytest.mark.parametrize("given", [[], [NIGHT], [{**NIGHT, "days": ["mon", "sun"]}], None], ids=str)
    def test_accepts_the_input_form(self, given: object) -> None:
        """The schema accepts what is read."""
        assert self.valid(given)

    @pytest.mark.parametrize(
        "given",
        [
            NIGHT,
            [{"from": "22:00"}],
            [{**NIGHT, "until": "24:00"}],
            [{**NIGHT, "zone": "UTC"}],
            [{**NIGHT, "days": []}],
            [{**NIGHT, "days": ["monday"]}],
            [{**NIGHT, "days": ["mon", "mon"]}],
            [NIGHT] * (MAX_WINDOWS + 1),
        ],
        ids=str,
    )
    def test_refuses_the_rest(self, given: object) -> None:
        """The schema refuses what is not read."""
        assert not self.valid(given)


class TestDeclaring:
    def findings(self, folder: Path, fact: str, condition: str = "within(now, zone, hours)") -> list[str]:
        """Load a file with one declaration of `hours` and one condition, and give what is found."""
        path = folder / "rules.yaml"
        path.write_text(
            f"notifyrules: 1\nfacts:\n  now: instant\n  zone: timezone\n  hours: {fact}\n"
            f'flow:\n  one: {{if: \'{condition}\', then: "yes", else: "no"}}\n'
            'outcomes:\n  "yes": {notify: true}\n  "no": {notify: false}\n',
            "utf-8",
        )
        return [f"{one.code.value} {one.span.line}: {one.message}" for one in notifyrules.check(path)]

    @pytest.mark.parametrize(
        "fact",
        [
            "schedule",
            "schedule = []",
            "{type: schedule, default: [{from: 22:00, until: 07:00}]}",
            '{type: schedule, default: [{days: [sat], from: "22:00", until: "07:00"}], about: when to be quiet}',
        ],
    )
    def test_a_schedule_is_a_type(self, tmp_path: Path, fact: str) -> None:
        """A schedule is declared like any other fact; its windows as a default stand in the long form."""
        assert self.findings(tmp_path, fact) == []

    def test_a_default_that_does_not_fit_is_found(self, tmp_path: Path) -> None:
        """A default is read like a given fact."""
        assert self.findings(tmp_path, "{type: schedule, default: [{from: 22:00, until: 24:00}]}") == [
            (
                "bad-type 5: the default does not fit: expected a time from `00:00` to `23:59:59`, "
                'found the text "24:00" as `until` of window 1'
            )
        ]

    def test_a_schedule_has_no_words(self, tmp_path: Path) -> None:
        """A schedule cannot stand in a text for a person."""
        path = tmp_path / "rules.yaml"
        path.write_text(
            "notifyrules: 1\nfacts: {hours: schedule, on: bool}\n"
            'flow:\n  one: {if: "on", then: "yes", else: {to: "no", because: "quiet in {hours}"}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n',
            "utf-8",
        )

        assert [one.message for one in notifyrules.check(path)] == ["a schedule cannot stand in a text"]

    @pytest.mark.parametrize(
        ("condition", "message"),
        [
            ("within(now, zone, [])", "expected schedule as the schedule, found `list`"),
            ("within(zone, zone, hours)", "expected instant as the instant, found `timezone`"),
            ("hours < hours", "`<` needs values in an order, and `schedule` has none"),
            ('weekday(now, zone) == "monday"', '`weekday(now, zone)` is never `"monday"`'),
            ('weekday(now, zone) in ["sat", "so"]', '`weekday(now, zone)` is never `"so"`'),
            ("window_end(now, zone, hours) > now", "`window_end(now, zone, hours)` may be null here"),
        ],
    )
    def test_types_are_checked(self, tmp_path: Path, condition: str, message: str) -> None:
        """What could fail or never hold is refused."""
        (found,) = self.findings(tmp_path, "schedule", condition.replace("'", "''"))

        assert found.endswith(message)

    @pytest.mark.parametrize(
        "condition",
        [
            "window_end(now, zone, hours) is not null and window_end(now, zone, hours) > now",
            "(window_end(now, zone, hours) ?? now) > now",
            "window_end(now, zone, hours) - now > 8h if window_end(now, zone, hours) is not null else false",
            'within(now, zone, hours) and (weekday(now, zone) in ["sat", "sun"] or local_time(now, zone) < 08:00)',
        ],
    )
    def test_a_condition_that_holds_for_every_input_is_taken(self, tmp_path: Path, condition: str) -> None:
        """A window's end is an instant once null is ruled out; a weekday compares with days, a wall time with times."""
        assert self.findings(tmp_path, "schedule", condition) == []
