"""Hold compiled assumptions to what they mean."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given

from notifyrules import strategies
from notifyrules.compiled.compiler import compile_assumptions
from notifyrules.graph.model import Fact
from notifyrules.language.evaluator import evaluate
from notifyrules.language.terms import facts_read
from notifyrules.language.types import MAX_INSTANT, MIN_INSTANT, Basic, Enumeration
from notifyrules.language.values import Value
from notifyrules.rules import load
from notifyrules.shipped import shipped_names


def some_values(fact: Fact) -> tuple[Value, ...]:
    """List values of a fact that assumptions tell apart."""
    base = fact.type.base
    found: tuple[Value, ...] = (fact.default,)
    if base is Basic.BOOL:
        found = (False, True)
    elif isinstance(base, Enumeration):
        found = base.values
    elif base is Basic.INT:
        found = (-1, 0, 1)
    elif base is Basic.TEXT:
        found = ("", "a")
    elif base is Basic.INSTANT:
        found = (MIN_INSTANT, MAX_INSTANT)
    return (*found, None) if fact.type.nullable and None not in found else found


def combinations(facts: list[Fact]) -> Iterator[dict[str, Value]]:
    """Give combinations of values, the same at every run."""
    chance = random.Random(1)  # noqa: S311 - no secret
    for _ in range(3_000):
        yield {fact.name: chance.choice(some_values(fact)) for fact in facts}


@pytest.mark.parametrize("name", shipped_names())
def test_compiled_assumptions_hold_where_all_of_them_hold(name: str) -> None:
    """The answer is that of the reference for facts that keep to them and for facts that do not."""
    rules = load(name)
    read = {fact for term in rules.graph.assume for fact in facts_read(term)}
    base = {fact.name: some_values(fact)[0] for fact in rules.graph.facts.values()}
    holds = compile_assumptions(rules.graph)
    answers = set()
    for changed in combinations([fact for fact in rules.graph.facts.values() if fact.name in read]):
        facts = rules.facts({**base, **changed})
        expected = all(evaluate(term, facts, {}) is True for term in rules.graph.assume)
        answers.add(expected)

        assert holds(facts) is expected
    assert (False in answers) is bool(rules.graph.assume)


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.slow
def test_they_hold_for_facts_that_keep_to_them(name: str) -> None:
    """Whatever a strategy gives keeps to what is assumed."""
    rules = load(name)
    holds = compile_assumptions(rules.graph)

    @given(strategies.facts(rules))
    def law(facts: dict[str, object]) -> None:
        assert holds(rules.facts(facts))

    law()
