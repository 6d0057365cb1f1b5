"""Hold the laws of evaluators: walked, compiled, lazy, by some facts, specialized, everybody decides the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from notifyrules import UNKNOWN, Decision, FactsError, Rules
from notifyrules.evaluation.walk import Passage, Step, passed, walk
from notifyrules.language.values import Value
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_chart_laws import loaded, seeds, situations

pytestmark = pytest.mark.slow

NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


class Word(StrEnum):
    RED = "red"
    DM = "dm"


class Text(str):
    __slots__ = ()


ODD: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 2.0, float("nan"), 2**53, 2**60, "", "red", "low", "x\ud800", "x" * 70_000, b"x"),
    *(
        [],
        ["push"],
        ["a", "b"],
        [1],
        (),
        ("a",),
        {"a"},
        {},
        {"a": 1},
        [["a"]],
        Text("red"),
        Word.RED,
        Word.DM,
        object(),
    ),
    *(NIGHT, NIGHT.replace(tzinfo=None), NIGHT.replace(year=2400), NIGHT.replace(year=1900)),
    *(
        NIGHT.astimezone(timezone(timedelta(hours=1))),
        "2026-11-23T22:00:00Z",
        "22:00",
        time(22),
        timedelta(hours=1),
        "1h",
    ),
    *(timedelta(days=9_999), ZoneInfo("UTC"), "Europe/Berlin", "Europe/Berlinn", [{"days": ["mon"]}], UNKNOWN, bool),
)
"""What callers may give by mistake, and what they may give in another form."""


def nested(facts: Mapping[str, object]) -> dict[str, object]:
    """Write dotted facts as dicts in dicts."""
    whole: dict[str, object] = {}
    for name, value in facts.items():
        *path, last = name.split(".")
        group = whole
        for part in path:
            inner = group.setdefault(part, {})
            assert isinstance(inner, dict)
            group = inner
        group[last] = value
    return whole


def same(decision: Decision, passage: Passage) -> None:
    """Fail unless a decision is what the reference walk found."""
    assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)
    # Asked before the steps, which settle it.
    assert decision.because == passage.because
    assert decision.passage == passage


def read_by(steps: tuple[Step, ...]) -> set[str]:
    """Name the facts that questions read."""
    return {name for step in passed(steps) for name in step.facts}


def judged(decide: Callable[[object], object], given: object) -> object:
    """Give the facts that something was decided by, or the problems."""
    try:
        facts = decide(given)
    except FactsError as error:
        return error.problems
    return facts


class TestAccepting:
    @settings(max_examples=60)
    @given(rule_files(), seeds)
    def test_never_disagrees_with_validating(self, file: RuleFile, seed: int) -> None:
        """Whatever is given, deciding takes the same facts as validating, or tells the same problems."""
        rules = loaded(file)
        chance = random.Random(seed)  # noqa: S311 - no secret
        for facts in situations(file, seed):
            given: dict[str, object] = dict(facts)
            for name in facts:
                if chance.random() < 0.2:
                    given[name] = chance.choice(ODD)
                elif chance.random() < 0.1:
                    del given[name]
            for form in (given, nested(given)):
                read = judged(lambda form: rules.facts(form).known(), form)
                decided = judged(lambda form: _facts_of(rules, form), form)
                assert _shown(read) == _shown(decided)


def _facts_of(rules: Rules, given: object) -> dict[str, Value]:
    """Decide, and give the facts that were known; what is unknown may keep it from deciding."""
    try:
        return rules.decide(given).facts.known()
    except FactsError as error:
        if "is not known yet" not in str(error):
            raise
        return rules.facts(given).known()


def _shown(found: object) -> object:
    """Tell true from 1, and a text from its subclass."""
    return [(name, type(value), value) for name, value in found.items()] if isinstance(found, dict) else found


class TestLazy:
    @settings(max_examples=60)
    @given(rule_files(), seeds)
    def test_asks_once_for_what_is_read(self, file: RuleFile, seed: int) -> None:
        """Facts that are callables decide the same; only those are asked that a question reads, each once."""
        rules = loaded(file)
        chance = random.Random(seed)  # noqa: S311 - no secret
        for facts in situations(file, seed, 10):
            passage = walk(rules.graph, rules.facts(facts))
            asked: Counter[str] = Counter()

            def way(name: str, value: object, asked: Counter[str] = asked) -> Callable[[], object]:
                def ask() -> object:
                    asked[name] += 1
                    return value

                return ask

            given = {name: way(name, one) if chance.random() < 0.7 else one for name, one in facts.items()}
            decision = rules.should_notify(given)

            assert set(asked) <= read_by(passage.steps)
            same(decision, passage)
            assert set(asked.values()) <= {1}


class TestNeeds:
    @settings(max_examples=50)
    @given(rule_files(), seeds)
    def test_what_is_needed_is_enough(self, file: RuleFile, seed: int) -> None:
        """Whoever gets only the first fact that is needed, again and again, ends at the same decision."""
        rules = loaded(file)
        for facts in situations(file, seed, 6):
            passage = walk(rules.graph, rules.facts(facts))
            known: dict[str, Value] = {}
            while names := rules.needs(known):
                assert not set(names) & set(known)
                known[names[0]] = facts[names[0]]
            decision = rules.should_notify(rules.facts(known, absent="unknown"))
            assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)

            while names := rules.needs(known, until="explanation"):
                known[names[0]] = facts[names[0]]
            decision = rules.should_notify(rules.facts(known, absent="unknown"))
            whole = rules.should_notify(facts)
            assert [step.arrow for step in decision.steps] == [step.arrow for step in passage.steps]
            assert (decision.because, decision.data, decision.recheck_at) == (
                whole.because,
                whole.data,
                whole.recheck_at,
            )

    @settings(max_examples=50)
    @given(rule_files(), seeds)
    def test_unknown_is_never_taken_for_a_value(self, file: RuleFile, seed: int) -> None:
        """Some of the facts decide like all of them, or refuse to and name what they need."""
        rules = loaded(file)
        chance = random.Random(seed)  # noqa: S311 - no secret
        for facts in situations(file, seed):
            known = {name: value for name, value in facts.items() if chance.random() < 0.6}
            unknown = {name: facts[name] if name in known else UNKNOWN for name in facts}
            needed = rules.needs(known)
            if needed:
                with pytest.raises(FactsError) as refused:
                    rules.should_notify(unknown)
                assert {problem.path for problem in refused.value.problems} == set(needed)
            else:
                assert rules.should_notify(unknown).reason == rules.should_notify(facts).reason


class TestSpecialized:
    @settings(max_examples=60)
    @given(rule_files(), seeds)
    def test_is_no_different(self, file: RuleFile, seed: int) -> None:
        """Whatever is known before, and in how many goes, the decision and its steps are the same."""
        rules = loaded(file)
        chance = random.Random(seed)  # noqa: S311 - no secret
        for facts in situations(file, seed, 6):
            passage = walk(rules.graph, rules.facts(facts))
            names = list(facts)
            chance.shuffle(names)
            first, second = sorted(chance.randint(0, len(names)) for _ in range(2))
            smaller = rules.specialize({name: facts[name] for name in names[:first]})
            smallest = smaller.specialize({name: facts[name] for name in names[first:second]})
            for one, left in ((smaller, names[first:]), (smallest, names[second:])):
                rest = {name: facts[name] for name in left}
                for form in (rest, nested(rest), one.facts(rest)):
                    decision = one.should_notify(form)
                    same(decision, passage)
                    assert dict(decision.facts) == dict(rules.facts(facts))

    @settings(max_examples=10)
    @given(rule_files(nodes=40), seeds)
    def test_large_charts_are_no_different(self, file: RuleFile, seed: int) -> None:
        """What is left of a chart that is too large to be written out at every arrow decides the same."""
        rules = loaded(file)
        chance = random.Random(seed)  # noqa: S311 - no secret
        for facts in situations(file, seed, 6):
            known = {name: value for name, value in facts.items() if chance.random() < 0.4}
            rest = {name: value for name, value in facts.items() if name not in known}
            same(rules.specialize(known).should_notify(rest), walk(rules.graph, rules.facts(facts)))
