"""Laws of made cases: on a small chart they walk what trying all facts walks, and none has a fact too many."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pytest

from notifyrules.coverage.recorder import Recorder
from notifyrules.evaluation.walk import walk
from notifyrules.fill.new_cases import Unmade, make
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from tests.property.small_charts import EXACT, all_facts, dice
from tests.property.test_proof_laws import drawn_by, loaded

pytestmark = pytest.mark.slow

SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 200))]


@pytest.mark.parametrize("seed", SEEDS)
def test_made_as_trying_all_facts_makes(seed: int, tmp_path: Path) -> None:
    """A case is made exactly for what some facts walk, with the fewest that change; for the rest there is a reason."""
    chance = dice(seed)
    drawn = drawn_by(chance, EXACT)
    graph = loaded(drawn, tmp_path)
    everything = list(all_facts(graph, drawn.facts))
    if not everything:
        return
    given = dict(chance.choice(everything))
    walked = [(sum(facts[name] != given[name] for name in facts), _walked(graph, facts)) for facts in everything]
    recorder = Recorder()
    recorder.learn(graph)
    seen: set[_Key] = set()

    for one in make(graph, given, recorder, (), Limit(60)):
        if isinstance(one, Unmade):
            assert one.because, one.goal.said
            continue
        facts: dict[str, Value] = {**given, **one.given}
        passage = walk(graph, facts)
        assert one.expect == {"outcome": passage.outcome, "reason": passage.reasons[0]}
        fresh = _walked(graph, facts) - seen
        assert any(min(size for size, keys in walked if key in keys) == len(one.given) for key in fresh), one.name
        seen |= fresh
    assert seen >= {key for _, keys in walked for key in keys if key[0] != "passed"}


_Key: TypeAlias = tuple[str, object]


def _walked(graph: Graph, facts: FactValues) -> set[_Key]:
    """List what facts walk of a chart: arrows, branches in vain, the values of conditions, and the way itself."""
    recorder = Recorder()
    recorder.walk(graph, facts)
    tally = recorder.tallies[graph.path]
    atoms = [
        (value, atom) for atom, sight in tally.atoms.items() for value in ("true", "false") if getattr(sight, value)
    ]
    arrows = [*(("arrow", one) for one in +tally.arrows), *(("tried", one) for one in +tally.tried)]
    return {*atoms, *arrows, *(("passed", step.arrow) for step in walk(graph, facts).steps)}
