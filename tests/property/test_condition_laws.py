"""Hold conditions to a second reading: whatever is written means what the words say, and never fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.language.checker import check_condition
from notifyrules.language.evaluator import evaluate
from notifyrules.language.parsing import parse_condition
from notifyrules.language.scope import LetSyntax, Scope
from notifyrules.language.terms import Term
from notifyrules.language.types import BOOL, INSTANT, SCHEDULE, TIMEZONE, Type
from notifyrules.language.values import Value
from notifyrules.source.located import Scalar
from notifyrules.source.text import Source, Span
from tests.property.expressions import BASES, Draw, Expression, Let, Maker, pool

FACTS: Mapping[str, Type] = {
    **{f"sure.f{number}": Type(base) for number, base in enumerate(BASES)},
    **{f"maybe.f{number}": Type(base, nullable=True) for number, base in enumerate(BASES)},
}


def term_of(text: str, lets: tuple[Let, ...] = ()) -> tuple[Term | None, Findings]:
    """Parse and check a condition."""
    findings = Findings()
    syntax = parse_condition(scalar(text), findings)
    declared = {}
    for let in lets:
        parameters = None if let.parameters is None else tuple(name for name, _ in let.parameters)
        body = scalar(let.body.text)
        declared[let.name] = LetSyntax(let.name, body.span, parameters, parse_condition(body, findings))
    return (None if syntax is None else check_condition(syntax, Scope(FACTS, declared, findings))), findings


def scalar(text: str) -> Scalar:
    """Make a scalar that is a whole file."""
    return Scalar(text, Span(Source("x.yaml", text), 0, len(text)))


@st.composite
def lets(draw: Draw) -> tuple[Let, ...]:
    """Make a few lets, each of which may use those before it."""
    found: list[Let] = []
    for number in range(draw(st.integers(0, 3))):
        wanted = Type(draw(st.sampled_from(BASES)))
        if wanted in (INSTANT, TIMEZONE, SCHEDULE):
            wanted = BOOL
        kinds = [Type(base) for base in draw(st.lists(st.sampled_from(BASES), max_size=2))]
        parameters = tuple((f"p{number}_{place}", kind) for place, kind in enumerate(kinds))
        maker = Maker(draw, {**FACTS, **dict(parameters)}, tuple(found), depth=2)
        found.append(Let(f"let{number}", parameters or None, wanted, maker.of(wanted)))
    return tuple(found)


@st.composite
def conditions(draw: Draw) -> tuple[Expression, tuple[Let, ...]]:
    """Make a condition with the lets that it may use."""
    declared = draw(lets())
    wanted = Type(draw(st.sampled_from(BASES)))
    return Maker(draw, FACTS, declared).of(wanted), declared


@st.composite
def facts(draw: Draw) -> dict[str, Value]:
    """Give every fact a value."""
    return {name: draw(st.sampled_from(pool(kind))) for name, kind in FACTS.items()}


class TestConditions:
    @settings(max_examples=200)
    @given(conditions(), st.lists(facts(), min_size=1, max_size=3))
    @pytest.mark.slow
    def test_mean_what_they_say(
        self, made: tuple[Expression, tuple[Let, ...]], given_facts: list[dict[str, Value]]
    ) -> None:
        """A condition written by the rules of the language has no mistakes, and its value is the one it says."""
        expression, declared = made
        term, findings = term_of(expression.text, declared)

        assert [str(one.message) for one in findings if one.is_error] == []
        assert term is not None
        for given_ones in given_facts:
            expected: Any = expression.value(given_ones)
            actual = evaluate(term, given_ones, {})
            assert actual == (tuple(expected) if isinstance(expected, list) else expected)
            assert type(actual) is type(expected) or isinstance(actual, str)
