"""Claims about days: one rule file asks for them in every way, and each engine gives the same answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifyrules import Decision, Rules, RulesError
from notifyrules.evaluation.walk import walk
from tests.charts import OUTCOMES, rules_of
from tests.cli import run

RULES = """\
notifyrules: 1
facts:
  now: instant
  zone: timezone = Europe/Berlin
  day: date = 2026-12-24
  until: date | null
  holidays: list of date = [2026-12-25, 2026-12-26]
data: {next: text = ""}
let: {today: 'local_date(now, zone)'}
flow:
  away:
    if: until is not null and today <= until
    then: {to: "no", because: "away until {until ?? day}, {(until ?? day) - today} days"}
    else: closed
  closed: {if: today in holidays, then: "no", else: early}
  early: {if: 'now < instant_at(day - 1, 09:00, zone)', then: later, else: eve}
  eve: {if: 'month_of(today) == 12 and day_of(today) == 24 and weekday(day) == "thu"', then: "yes", else: "no"}
outcomes:
  "yes": {notify: true, because: "it is {today}", data: {next: {expr: '"after" if day + 1 in holidays else "never"'}}}
  "no": {notify: false, because: "not on {today}"}
  later: {notify: later, because: "wait for {day - 1}", recheck: "instant_at(day - 1, 09:00, zone)"}
"""
MORNING = "2026-12-24T08:00:00+01:00"
CASES = [
    ({"now": MORNING, "until": None}, "yes", "it is 2026-12-24"),
    ({"now": MORNING, "until": "2026-12-27"}, "no", "away until 2026-12-27, 3 days"),
    ({"now": "2026-12-24T23:30:00Z", "until": "2026-12-24"}, "no", "not on 2026-12-25"),
    ({"now": MORNING, "until": None, "day": date(2026, 12, 31)}, "later", "wait for 2026-12-30"),
    ({"now": MORNING, "until": None, "holidays": [date(2026, 12, 24)]}, "no", "not on 2026-12-24"),
]


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load the rules."""
    return rules_of(RULES)


def specialized(rules: Rules, facts: dict[str, object]) -> Decision:
    """Decide what is left when some facts are known before."""
    known = {name: value for name, value in facts.items() if name != "now"}
    return rules.specialize(known).should_notify(facts)


def asked(rules: Rules, facts: dict[str, object]) -> Decision:
    """Decide by facts that are asked for."""
    return rules.should_notify({name: lambda value=value: value for name, value in facts.items()})


class TestDecisions:
    @pytest.mark.parametrize(("facts", "outcome", "because"), CASES)
    @pytest.mark.parametrize(
        "decide",
        [
            lambda rules, facts: rules.should_notify(facts),
            lambda rules, facts: rules.should_notify(rules.facts(facts)),
            specialized,
            asked,
        ],
        ids=["dict", "validated", "specialized", "asked"],
    )
    def test_every_engine_gives_the_same(
        self,
        rules: Rules,
        decide: Callable[[Rules, dict[str, object]], Decision],
        facts: dict[str, object],
        outcome: str,
        because: str,
    ) -> None:
        """Whether facts are read from a dict, validated before, asked for, or known in part."""
        decision = decide(rules, facts)

        assert (decision.outcome, decision.because) == (outcome, because)
        assert walk(rules.graph, rules.facts(facts)).outcome == outcome

    def test_recheck(self, rules: Rules) -> None:
        """An instant of a day and a time is one to ask again at."""
        decision = rules.should_notify({"now": MORNING, "until": None, "day": "2026-12-31"})

        assert decision.recheck_at == datetime(2026, 12, 30, 9, tzinfo=ZoneInfo("Europe/Berlin"))

    def test_a_record_is_plain_and_read_back(self, rules: Rules) -> None:
        """Dates are text in a record, with their type beside them."""
        record = rules.should_notify({"now": MORNING, "until": "2026-12-24"}).to_dict()

        assert json.loads(json.dumps(record)) == record
        assert record["facts"]["until"] == "2026-12-24"
        assert record["facts_types"]["until"] == "date"

    def test_on_the_command_line(self, tmp_path: Path) -> None:
        """`--set` takes a day as it is written."""
        (tmp_path / "days.yaml").write_text(RULES, "utf-8")
        (tmp_path / "days.cases.yaml").write_text(
            "notifyrules-cases: 1\nrules: days.yaml\ncases:\n"
            f"  - {{name: away, given: {{now: '{MORNING}', until: 2026-12-27}}, expect: 'no'}}\n",
            "utf-8",
        )
        decided = run("decide", str(tmp_path / "days.yaml"), "--set", f"now={MORNING}", "--set", "until=2026-12-27")

        assert "away until 2026-12-27, 3 days" in decided.out
        assert run("test", str(tmp_path / "days.yaml")).code == 0


class TestDeclarations:
    @pytest.mark.parametrize("default", ["2026-02-30", "2026-1-5", "1969-12-30"])
    def test_a_default_is_a_day(self, default: str) -> None:
        """A default that is no day is told where it stands."""
        with pytest.raises(RulesError) as refused:
            rules_of(RULES.replace("date = 2026-12-24", f"date = {default}"))

        assert default in str(refused.value)

    @pytest.mark.parametrize(
        ("asked", "day", "outcome"),
        [
            ("day + 1 > 2026-12-24", "2026-12-24", "yes"),
            ("2026-12-24 <= day - 1", "2026-12-24", "no"),
            ("day - 2026-12-24 < 7", "2026-12-30", "yes"),
            ("day + 9007199254740991 > 2199-12-31", "1969-12-31", "yes"),
        ],
    )
    def test_sums_beside_literals(self, asked: str, day: str, outcome: str) -> None:
        """A sum is compared with a day, or with a number of days, as the walk compares it."""
        flow = f'flow: {{q: {{if: "{asked}", then: "yes", else: "no"}}}}'
        rules = rules_of(f"notifyrules: 1\nfacts: {{day: date}}\n{flow}\n{OUTCOMES}")

        assert rules.should_notify({"day": day}).outcome == outcome
