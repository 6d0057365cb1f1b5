"""Laws of writing conditions out: what is written is read again as the same."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifyrules.language.evaluator import evaluate
from notifyrules.language.printing import negated, spell
from notifyrules.language.terms import Term
from notifyrules.language.types import Basic
from notifyrules.language.values import Value
from tests.property.expressions import Expression, Let
from tests.property.test_condition_laws import conditions, facts, term_of

Made = tuple[Expression, tuple[Let, ...]]


def read(text: str) -> Term:
    """Read a condition without mistakes."""
    term, findings = term_of(text)

    assert [str(one.message) for one in findings if one.is_error] == [], text
    assert term is not None
    return term


def check(made: Made, given_facts: list[dict[str, Value]]) -> None:
    """Hold one condition, and the opposite of one, to what is written of it."""
    expression, declared = made
    term, _ = term_of(expression.text, declared)
    assert term is not None
    again = read(spell(term))

    assert spell(again) == spell(term)
    for one in given_facts:
        assert evaluate(again, one, {}) == evaluate(term, one, {})
    if term.type.base is Basic.BOOL and not term.type.nullable:
        opposite = read(negated(term)[0])
        for one in given_facts:
            assert evaluate(opposite, one, {}) is not evaluate(term, one, {})


class TestPrinting:
    @settings(max_examples=150)
    @given(conditions(), st.lists(facts(), min_size=1, max_size=3))
    @pytest.mark.slow
    def test_means_the_same(self, made: Made, given_facts: list[dict[str, Value]]) -> None:
        """A condition written out, its lets filled in, gives the same for all facts; its opposite never does."""
        check(made, given_facts)

    @pytest.mark.soak
    @settings(max_examples=20_000, derandomize=False, suppress_health_check=list(HealthCheck))
    @given(conditions(), st.lists(facts(), min_size=1, max_size=3))
    def test_means_the_same_for_long(self, made: Made, given_facts: list[dict[str, Value]]) -> None:
        """The same over conditions that are new each time."""
        check(made, given_facts)
