"""Laws of mistakes: what is said of one in a small chart is what trying all facts finds, and all of them would load."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.cases.model import Case
from notifyrules.cases.writing import flow_case
from notifyrules.diff.model import decide, differ
from notifyrules.evaluation.walk import keeps
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.mutate.equivalence import judge
from notifyrules.mutate.judging import Audience
from notifyrules.mutate.mistakes import mutants
from notifyrules.mutate.model import Fate, JudgedMutant, Mutant
from notifyrules.mutate.well_typed import WellTyped
from notifyrules.rules import load, read_cases
from notifyrules.solver import FactVariables, World
from notifyrules.solver.samples import draw, pools
from tests.property.small_charts import EXACT, all_facts, dice
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_proof_laws import drawn_by, loaded

pytestmark = pytest.mark.slow

SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 200))]


class Tried:
    """What trying all facts finds of a mistake."""

    def __init__(self, graph: Graph, mutant: Mutant, everything: list[dict[str, Value]]) -> None:
        """Decide with and without the mistake for everything."""
        self.otherwise: list[FactValues] = []
        self.told_otherwise = False
        for facts in everything:
            # A default that is another counts where the fact is left out.
            if mutant.fact is not None and facts[mutant.fact] != graph.facts[mutant.fact].default:
                continue
            sides = [
                (one, {**facts, mutant.fact: one.facts[mutant.fact].default} if mutant.fact else facts)
                for one in (graph, mutant.graph)
            ]
            if all(keeps(*side) for side in sides):
                right, wrong = (decide(*side) for side in sides)
                self.told_otherwise |= (right.reason, right.because) != (wrong.reason, wrong.because)
                if differ(right, wrong):
                    self.otherwise.append(facts)

    def fewest(self, base: FactValues) -> int:
        """Count the facts that must change at least to show it."""
        return min(sum(value != base[name] for name, value in facts.items()) for facts in self.otherwise)


def judged(seed: int, folder: Path) -> Iterator[tuple[JudgedMutant, Tried, FactValues]]:
    """Judge every mistake in a chart that was drawn at random, beside what trying all facts finds."""
    chance = dice(seed)
    drawn = drawn_by(chance, EXACT)
    graph = loaded(drawn, folder)
    everything = list(all_facts(graph, drawn.facts))
    for mutant in mutants(graph):
        base = dict(chance.choice(everything))
        if mutant.fact is not None:
            base[mutant.fact] = graph.facts[mutant.fact].default
        yield judge(graph, mutant, base, frozenset(), (), Limit(60)), Tried(graph, mutant, everything), base


@pytest.mark.parametrize("seed", SEEDS)
def test_told_as_trying_all_facts_tells(seed: int, tmp_path: Path) -> None:
    """A mistake survives exactly where some facts are decided otherwise, and is shown by the fewest that change."""
    for found, tried, base in judged(seed, tmp_path):
        if tried.otherwise:
            assert found.fate is Fate.SURVIVED, found.mutant.said
            assert found.shown is not None
            changed = sum(value != base[name] for name, value in found.shown.facts.items())
            assert changed == tried.fewest(base), found.mutant.said
        else:
            assert found.fate is (Fate.WORDS if tried.told_otherwise else Fate.EQUAL), found.mutant.said


@pytest.mark.parametrize("seed", SEEDS)
def test_noticed_as_whole_walks_notice(seed: int, tmp_path: Path) -> None:
    """A case notices a mistake exactly where it fails on a walk of the whole chart, whatever was not looked at."""
    chance = dice(seed)
    drawn = drawn_by(chance, EXACT)
    graph = loaded(drawn, tmp_path)
    everything = list(all_facts(graph, drawn.facts))
    if not everything:
        return
    cases = ", ".join(
        flow_case(f"case {number}", _written(graph, facts, chance), _expected(graph, facts, chance))
        for number, facts in enumerate(chance.sample(everything, min(6, len(everything))))
    )
    (tmp_path / "it.cases.yaml").write_text(
        f"notifyrules-cases: 1\nrules: {Path(graph.path).name}\ncases: [{cases}]\n", "utf-8"
    )
    suite = read_cases(str(tmp_path / "it.cases.yaml"))
    assert not [str(found) for found in suite.findings if found.is_error]
    listed = [case for case in suite if isinstance(case, Case)]
    audience = Audience.of(graph, listed)
    for mutant in mutants(graph):
        assert audience.notices(mutant) is any(_fails(case, mutant) for case in listed), mutant.said


def _written(graph: Graph, facts: FactValues, chance: random.Random) -> dict[str, Value]:
    """Leave out some facts that are at their defaults."""
    usual = {name for name, one in graph.facts.items() if one.has_default and one.default == facts[name]}
    return {name: value for name, value in facts.items() if name not in usual or chance.random() < 0.5}


def _expected(graph: Graph, facts: FactValues, chance: random.Random) -> dict[str, Value]:
    """Expect what is decided, or some of it."""
    record = decide(graph, facts)
    expected: dict[str, Value] = {"outcome": record.outcome, "reason": record.reason}
    if record.because is not None:
        expected["because"] = record.because
    expected["recheck"] = record.recheck_at
    return {name: expected[name] for name in expected if name == "outcome" or chance.random() < 0.5}


def _fails(case: Case, mutant: Mutant) -> bool:
    if mutant.fact in case.written:
        return False
    default = {} if mutant.fact is None else {mutant.fact: mutant.graph.facts[mutant.fact].default}
    facts = {**case.facts, **default}
    if not keeps(mutant.graph, facts):
        return True
    expect, record = case.expect, decide(mutant.graph, facts)
    pairs = [(expect.outcome, record.outcome), (expect.reason, record.reason), (expect.because, record.because)]
    rechecked = expect.recheck is not None and expect.recheck != (record.recheck_at,)
    return rechecked or any(wanted not in (None, decided) for wanted, decided in pairs)


@given(drawn=rule_files(), seed=st.integers(0, 2**32))
def test_charts_with_mistakes_decide(tmp_path_factory: pytest.TempPathFactory, drawn: RuleFile, seed: int) -> None:
    """A chart that loads is well typed, and one with a mistake that counts decides whatever the facts."""
    graph = load(drawn.save(tmp_path_factory.mktemp("drawn"))).graph
    chance = random.Random(seed)  # noqa: S311 - no secret
    assert WellTyped(graph.facts).holds(graph, frozenset((*graph.nodes, *graph.outcomes)))
    for mutant in mutants(graph):
        decide(mutant.graph, drawn.values(chance))


@pytest.mark.parametrize("name", ["team_chat", "zulip", "matrix"])
def test_shipped_charts_with_mistakes_decide(name: str) -> None:
    """Charts that test for null do so too: what leaves such a test out is no mistake that counts."""
    graph = load(name).graph
    inputs = FactVariables.declare(World(), graph.facts)
    drawn = list(draw(inputs, pools(inputs), 40))
    for mutant in mutants(graph):
        for facts in drawn:
            decide(mutant.graph, facts)
