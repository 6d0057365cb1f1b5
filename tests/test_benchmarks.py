"""Hold the functions that benchmarks measure against to the rules: a baseline with other answers would be none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cliffs import JSON_VALUES, PLAIN, VALUES
from benchmarks.forms import forms
from benchmarks.formula import NOTIFIES, WAITS, Every, Is, Not, Some, Term
from benchmarks.growing import write_chart
from benchmarks.large import write_rich_chart, write_row, write_switch
from benchmarks.subjects import Subject, nest, subjects
from tests.charts import rules_of

CORPUS = Path(__file__).parent / "corpora" / "slack.jsonl"
SUBJECTS = subjects()


def holds(term: Term, facts: dict[str, object]) -> bool:
    """Evaluate a condition of the formula that other engines are given."""
    match term:
        case str():
            return facts[term] is True
        case Is(fact, value):
            return facts[fact] == value
        case Not(part):
            return not holds(part, facts)
        case Every(parts):
            return all(holds(part, facts) for part in parts)
        case Some(parts):
            return any(holds(part, facts) for part in parts)


class TestBaselines:
    @pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
    def test_decide_as_the_rules_do(self, subject: Subject) -> None:
        """Over random facts, both functions give the outcome of the chart, and all outcomes are met."""
        outcomes = set()
        for facts in subject.rows(3_000, seed=5):
            outcome = subject.rules.should_notify(facts).outcome
            outcomes.add(outcome)
            assert subject.decide_object(subject.hold(facts)) == outcome, facts
            assert subject.decide_dict(nest(facts)) == outcome, facts
        assert outcomes == set(subject.rules.graph.outcomes)

    def test_decide_as_was_recorded(self) -> None:
        """Over the recorded decisions of Slack's chart, too."""
        slack = next(subject for subject in SUBJECTS if subject.name == "slack")
        lines = CORPUS.read_text("utf-8").splitlines()
        for line in lines:
            row = json.loads(line)
            facts = dict(slack.rules.facts(row["facts"]))
            assert slack.decide_object(slack.hold(facts)) == row["expect"]["outcome"]
            assert slack.decide_dict(nest(facts)) == row["expect"]["outcome"]
        assert len(lines) > 1

    def test_formula(self) -> None:
        """What other engines are given is the same chart."""
        slack = next(subject for subject in SUBJECTS if subject.name == "slack")
        for facts in slack.rows(3_000, seed=6):
            told = ("hold" if holds(WAITS, facts) else "yes") if holds(NOTIFIES, facts) else "no"
            assert told == slack.rules.should_notify(facts).outcome, facts


class TestCharts:
    def test_of_any_size_have_no_errors(self) -> None:
        """The charts that are measured by their size can be loaded."""
        assert len(rules_of(write_chart(120)).graph.nodes) >= 120

    @pytest.mark.parametrize(
        ("chart", "nodes"),
        [(write_rich_chart(64), 64), (write_switch(150), 31), (write_row(260), 260)],
        ids=["rich", "switch", "row"],
    )
    def test_that_are_large_have_no_errors(self, chart: str, nodes: int) -> None:
        """The charts that are proved and drawn can be loaded, and are as large as is said."""
        assert len(rules_of(chart).graph.nodes) == nodes


class TestForms:
    @pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
    def test_say_the_same(self, subject: Subject) -> None:
        """What is measured in other forms is the same facts."""
        for row in subject.rows(3, seed=8):
            expected = subject.rules.facts(row)
            for name, make in forms(subject.rules).items():
                assert subject.rules.facts(make(row)) == expected, name

    def test_unusual_values_are_valid(self) -> None:
        """What the watch for cliffs gives is decided, and the values are of every basic type but bools and ints."""
        quiet = next(subject for subject in SUBJECTS if subject.name == "quiet")
        for fact, others in (*VALUES.items(), *JSON_VALUES.items()):
            for value in others.values():
                assert quiet.rules.facts({**PLAIN, fact: value})
