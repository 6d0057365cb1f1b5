"""Laws of proofs: what is proved of a small chart holds for all of its facts, and what is found, some facts show."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from notifyrules.evaluation.walk import Step, walk
from notifyrules.graph.model import Graph, Guarantee, Notify, Promise
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import Value
from notifyrules.limit import Limit
from notifyrules.prove.guarantees import judge
from notifyrules.prove.ineffective import find_ineffective, find_unobtainable
from notifyrules.prove.results import Judged, Standing
from notifyrules.prove.unreachable import reach
from notifyrules.rules import load
from notifyrules.solver import Proof
from tests.property.small_charts import (
    CALLED,
    EXACT,
    VALUES,
    Sketch,
    all_facts,
    begin_with_call,
    dice,
    guarantee,
    sketch,
)

pytestmark = pytest.mark.slow

RANKS = {Notify.NO: 0, Notify.LATER: 1, Notify.YES: 2}
CALLS = 0.4
"""The share of charts that begin with a call."""
SEEDS = [*range(24), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(24, 400))]


def loaded(drawn: Sketch, folder: Path) -> Graph:
    """Load a chart that was drawn at random."""
    path = folder / "small.yaml"
    path.write_text(drawn.text(), "utf-8")
    (folder / "called.yaml").write_text(CALLED, "utf-8")
    return load(path).graph


def taken(steps: Iterable[Step]) -> set[str]:
    """Name the arrows that a way takes, those tried in vain included."""
    found: set[str] = set()
    for step in steps:
        found |= {step.arrow, *(branch.arrow for branch in step.tried)}
        found |= {arrow for branch in step.tried for arrow in taken(branch.steps)}
    return found


def all_arrows(graph: Graph) -> set[str]:
    """Name the arrows that lead from nodes which are led to."""
    return {arrow.id for name in graph.order for arrow in graph.nodes[name].arrows}


def drawn_by(random: Random, kinds: tuple[str, ...] = tuple(VALUES)) -> Sketch:
    """Draw a chart, which may begin with a call."""
    drawn = sketch(random, kinds=kinds)
    if random.random() < CALLS:
        begin_with_call(random, drawn)
    return drawn


class Everything:
    """All that a chart decides, found by trying all facts."""

    def __init__(self, graph: Graph, drawn: Sketch) -> None:
        """Walk the chart for all facts that keep to `assume`."""
        self.facts = list(drawn.facts)
        self.kinds = drawn.facts
        self.passages = {tuple(facts.values()): walk(graph, facts) for facts in all_facts(graph, drawn.facts)}
        self.outcomes = {passage.outcome for passage in self.passages.values()}
        self.taken = {arrow for passage in self.passages.values() for arrow in taken(passage.steps)}
        self.told = {values: (one.outcome, one.because) for values, one in self.passages.items()}

    def changed(self, values: tuple[Value, ...], fact: str) -> Iterable[tuple[Value, ...]]:
        """Change one fact alone."""
        at = self.facts.index(fact)
        changed = ((*values[:at], value, *values[at + 1 :]) for value in VALUES[self.kinds[fact]])
        return [one for one in changed if one in self.passages]

    def named(self, values: tuple[Value, ...]) -> dict[str, Value]:
        """Give the facts by name."""
        return dict(zip(self.facts, values, strict=True))

    def matters(self, fact: str) -> bool:
        """Tell whether changing one fact alone changes outcome or words."""
        return any(self.told[one] != told for values, told in self.told.items() for one in self.changed(values, fact))

    def keeps(self, graph: Graph, promised: Guarantee) -> bool:
        """Tell whether a promise holds for all these facts."""
        about = {
            values: one.outcome
            for values, one in self.passages.items()
            if promised.condition is None
            or evaluate(promised.condition, dict(zip(self.facts, values, strict=True)), {})
        }
        match promised.promise:
            case Promise.NEVER:
                return not set(about.values()) & set(promised.subjects)
            case Promise.ALWAYS:
                return set(about.values()) <= set(promised.subjects)
            case Promise.REACHABLE:
                return promised.subjects[0] in about.values()
            case Promise.INDEPENDENT:
                return all(
                    about.get(one, outcome) == outcome
                    for values, outcome in about.items()
                    for one in self.changed(values, promised.subjects[0])
                )
            case Promise.MONOTONE:
                at = self.facts.index(promised.subjects[0])
                ranks = {values: RANKS[graph.outcomes[outcome].notify] for values, outcome in about.items()}
                return all(
                    ranks[one] >= rank
                    for values, rank in ranks.items()
                    for one in self.changed(values, promised.subjects[0])
                    if one in ranks and one[at] > values[at]  # type: ignore[operator]
                )
            case Promise.TOGETHER:
                raise AssertionError("tests/test_prove_media.py tries these")


@pytest.mark.parametrize("seed", SEEDS)
class TestReach:
    def test_dead_arrows_are_those_that_no_facts_take(self, seed: int, tmp_path: Path) -> None:
        """Where nothing is left open, an arrow is reported exactly when trying all facts never takes it."""
        drawn = drawn_by(dice(seed), EXACT)
        graph = loaded(drawn, tmp_path)
        everything = Everything(graph, drawn)
        dead = reach(Proof.begin(graph, Limit(60))).dead

        assert dead == all_arrows(graph) - everything.taken

    def test_nothing_is_called_dead_that_some_facts_take(self, seed: int, tmp_path: Path) -> None:
        """Texts and lists, of which much is left open, make nothing false."""
        drawn = drawn_by(dice(seed))
        graph = loaded(drawn, tmp_path)
        everything = Everything(graph, drawn)
        dead = reach(Proof.begin(graph, Limit(60))).dead

        assert not dead & everything.taken

    def test_nobody_gets_an_unobtainable_outcome(self, seed: int, tmp_path: Path) -> None:
        """An outcome that is reported is none that trying all facts gets."""
        drawn = drawn_by(dice(seed))
        graph = loaded(drawn, tmp_path)
        proof = Proof.begin(graph, Limit(60))
        reported = {found.span.text.strip('"') for found in find_unobtainable(proof, reach(proof))}

        assert not reported & Everything(graph, drawn).outcomes

    def test_an_ineffective_fact_changes_nothing(self, seed: int, tmp_path: Path) -> None:
        """A fact that is reported changes neither outcome nor words, whatever the other facts are."""
        drawn = drawn_by(dice(seed))
        graph = loaded(drawn, tmp_path)
        proof = Proof.begin(graph, Limit(60))
        everything = Everything(graph, drawn)
        reported = [fact.name for fact, found in find_ineffective(proof, reach(proof)) if found is not None]

        assert [fact for fact in reported if everything.matters(fact)] == []


def judged(graph: Graph) -> list[Judged]:
    """Judge all guarantees of a chart."""
    proof = Proof.begin(graph, Limit(60))
    return [judge(proof, number) for number in range(len(graph.guarantees))]


@pytest.mark.parametrize("seed", SEEDS)
class TestGuarantees:
    def test_proved_and_broken_are_what_trying_finds(self, seed: int, tmp_path: Path) -> None:
        """Where nothing is left open, every guarantee is decided, and as trying all facts decides it."""
        random = dice(seed)
        drawn = drawn_by(random, EXACT)
        drawn.guarantees = [{**guarantee(random, drawn), "name": f"promise {number}"} for number in range(5)]
        graph = loaded(drawn, tmp_path)
        everything = Everything(graph, drawn)
        expected = [everything.keeps(graph, one) for one in graph.guarantees]

        assert [one.standing is Standing.PROVED for one in judged(graph)] == expected

    def test_texts_and_lists_make_no_false_proof(self, seed: int, tmp_path: Path) -> None:
        """A guarantee that is proved holds for all facts that are tried; facts that are shown break theirs."""
        random = dice(seed)
        drawn = drawn_by(random)
        drawn.guarantees = [{**guarantee(random, drawn), "name": f"promise {number}"} for number in range(5)]
        graph = loaded(drawn, tmp_path)
        everything = Everything(graph, drawn)

        for one in judged(graph):
            if one.standing is Standing.PROVED and one.guarantee.promise is not Promise.REACHABLE:
                assert everything.keeps(graph, one.guarantee)
            if one.example is not None:
                assert one.example.passage == walk(graph, one.example.facts)
                assert all(evaluate(term, one.example.facts, {}) for term in graph.assume)
                assert breaks(graph, one)

    def test_names_of_types_change_no_proof(self, seed: int, tmp_path: Path) -> None:
        """What is proved of types that have names is proved of the same ones written out, by the same examples."""
        random = dice(seed)
        drawn = sketch(random)
        drawn.guarantees = [{**guarantee(random, drawn), "name": f"promise {number}"} for number in range(5)]
        plain = [(one.standing, one.example and one.example.facts) for one in judged(loaded(drawn, tmp_path))]
        drawn.named = True

        assert [(one.standing, one.example and one.example.facts) for one in judged(loaded(drawn, tmp_path))] == plain


def breaks(graph: Graph, one: Judged) -> bool:
    """Tell whether the facts of an example break the promise, by the reference walk."""
    assert one.example is not None
    outcome = one.example.passage.outcome
    match one.guarantee.promise:
        case Promise.NEVER:
            return outcome in one.guarantee.subjects
        case Promise.ALWAYS:
            return outcome not in one.guarantee.subjects
        case _:
            assert one.example.changed is not None
            assert one.example.second == walk(graph, one.example.changed)
            return one.example.second.outcome != outcome
