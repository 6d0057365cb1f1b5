"""Claims about compiled charts where charts are shaped in a way that is hard to compile."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pytest

from notifyrules.evaluation.walk import walk
from notifyrules.graph.checks import MAX_NESTING
from notifyrules.language.types import MAX_INT
from notifyrules.language.values import Value
from notifyrules.rules import Rules
from tests.charts import HEAD, OUTCOMES, asks, rules_of

FACTS = "facts:\n" + "".join(f"  b{number}: bool = false\n" for number in range(8)) + "  i: int = 0\n"


def loaded(flow: list[str]) -> Rules:
    """Load a chart from its nodes."""
    return rules_of(HEAD + FACTS + "flow:\n" + "".join(f"  {line}\n" for line in flow) + OUTCOMES)


def situations() -> Iterator[dict[str, Value]]:
    """Give every value of the eight bools."""
    for bits in itertools.product((False, True), repeat=8):
        yield {f"b{number}": bit for number, bit in enumerate(bits)}


def agree(rules: Rules, facts: Mapping[str, Value]) -> str:
    """
    Fail unless the compiled chart decides like the reference walk.

    Returns:
        The reason.
    """
    decision = rules.should_notify(facts)
    passage = walk(rules.graph, rules.facts(facts))
    assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)
    return decision.reason


def chain(length: int) -> list[str]:
    """Ask one question after the other, each shared with all before it."""
    return [f"n{at}: {{if: b{at % 8}, then: n{at + 1}, else: n{at + 2}}}" for at in range(length)] + [
        f'n{length}: {{if: "i > {length}", then: "yes", else: "no"}}',
        f'n{length + 1}: {{if: "i > {length + 1}", then: hold, else: "no"}}',
    ]


def fan_outs(depth: int, *, shared: bool) -> list[str]:
    """Put fan-outs on the branches of fan-outs, each with a question beside it that may lead to the next one too."""
    flow = []
    for at in range(depth):
        after = f"f{at + 1}" if shared else '"no"'
        flow.append(f'f{at}: {{any: [q{at}, f{at + 1}], else: "no"}}')
        flow.append(f'q{at}: {{if: b{at % 8}, then: {after}, else: "no"}}')
    return [*flow, f'f{depth}: {{if: "b0 and b1", then: "yes", else: last}}', 'last: {if: b7, then: hold, else: "no"}']


@pytest.mark.slow
class TestShapes:
    @pytest.mark.parametrize(
        "flow",
        [
            pytest.param(chain(10), id="a few shared nodes"),
            pytest.param(chain(40), id="too many ways to write out"),
            pytest.param(fan_outs(3, shared=False), id="fan-outs in fan-outs"),
            pytest.param(fan_outs(3, shared=True), id="fan-outs met again"),
            pytest.param(fan_outs(MAX_NESTING, shared=False), id="as many fan-outs as allowed"),
            pytest.param(fan_outs(MAX_NESTING, shared=True), id="as many as allowed, met again"),
            pytest.param([*chain(40), *fan_outs(9, shared=True)][::-1][::-1], id="both, of which one is unreachable"),
            pytest.param(['n0: {any: [f0, n1], else: "no"}', *fan_outs(5, shared=True), *chain(30)[1:]], id="both"),
        ],
    )
    def test_every_way(self, flow: list[str]) -> None:
        """However a chart is woven, it decides like the reference walk for every value of its facts."""
        rules = loaded(flow)
        reasons = {agree(rules, {**facts, "i": i}) for facts in situations() for i in (0, 1_000)}

        assert len(reasons) > 1

    def test_long(self) -> None:
        """A chart of a thousand questions in a row has no stack to run out of."""
        flow = [f'n{at}: {{if: "i > {at}", then: n{at + 1}, else: "no"}}' for at in range(1_000)]
        rules = loaded([*flow, 'n1000: {if: b0, then: "yes", else: "no"}'])

        assert [agree(rules, {"i": i}) for i in (0, 500, 5_000)] == ["n0.else", "n500.else", "n1000.else"]

    def test_wide(self) -> None:
        """A switch of a thousand cases and a table of a thousand rows find theirs."""
        cases = ", ".join(f"{value}: {'hold' if value % 2 else chr(34) + 'yes' + chr(34)}" for value in range(1_000))
        rows = ", ".join(f'{{if: "i == {value}", to: "yes"}}' for value in range(1_000, 2_000))
        rules = loaded([f"n0: {{switch: i, cases: {{{cases}}}, else: n1}}", f'n1: {{first: [{rows}], else: "no"}}'])

        found = [agree(rules, {"i": i}) for i in (0, 999, 1_000, 1_999, 2_000, -1, MAX_INT)]
        assert found == ["n0.0", "n0.999", "n1.1", "n1.1000", "n1.else", "n1.else", "n1.else"]


class TestConditions:
    @pytest.mark.parametrize(
        "condition",
        [
            pytest.param("(" * 38 + "b" + ")" * 38, id="parentheses"),
            pytest.param("not " * 38 + "b", id="not"),
            pytest.param("b if b else " * 36 + "c", id="choices"),
            pytest.param(" and ".join(["b"] * 1_000), id="and"),
            pytest.param("(" + "maybe_b ?? " * 90 + "b)", id="defaults"),
            pytest.param("i" + " + i" * 36 + " > 3", id="sums"),
            pytest.param("lower(" * 36 + "t" + ")" * 36 + ' == ""', id="calls"),
            pytest.param(" < ".join(["i"] * 500), id="comparisons"),
        ],
    )
    def test_as_deep_as_allowed(self, condition: str) -> None:
        """A condition that may be written compiles."""
        rules = rules_of(asks(condition))

        for facts in ({}, {"b": True}, {"b": True, "maybe_b": False, "i": 3}):
            agree(rules, facts)

    @pytest.mark.parametrize("body", ["{before} or b", "not {before}", "{before} if c else b", "maybe_b ?? {before}"])
    def test_lets_as_deep_as_allowed(self, body: str) -> None:
        """Lets that use each other as deep as allowed compile."""
        lets = [("l0", "b"), *((f"l{at}", body.replace("{before}", f"l{at - 1}")) for at in range(1, 25))]
        rules = rules_of(asks("l24", top="let:\n" + "".join(f"  {name}: {text}\n" for name, text in lets)))

        for b, c in itertools.product((False, True), repeat=2):
            agree(rules, {"b": b, "c": c})

    @pytest.mark.parametrize(
        "value", ["');import os#", '"""', "\\", "{0}%s", "\n", "\u2028", "😀", "é", "__class__", ""]
    )
    def test_texts_are_never_code(self, value: str) -> None:
        """Whatever a text of the file is, compiled code compares with it and does nothing else."""
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        rules = rules_of(asks(f't == "{escaped}"'))

        assert [agree(rules, {"t": value}), agree(rules, {"t": value + "x"})] == ["q.then", "q.else"]
