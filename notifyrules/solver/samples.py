"""
Walk a chart for facts drawn at random, so that the solver is asked only about what they do not show.

What such a walk shows is so, whatever the solver would say; what it does not show is still to be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from notifyrules.evaluation.walk import Passage, Step, data_of, keeps, recheck_of, walk
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value
from notifyrules.solver.fact_values import FactValues
from notifyrules.solver.inputs import Inputs
from notifyrules.solver.limit import Limit
from notifyrules.solver.random_facts import draw, pools

_DRAWN = 600
"""Facts that are drawn; of a chart that assumes much, few of them keep to it."""
_KEPT = 200
"""Facts that are walked."""
_CHANGED = 8
"""Facts for which the change of one of them is tried."""
_SHARE = 0.1
"""The part of the time that is left that may be spent on it."""


@dataclass(slots=True)
class Samples:
    """What was seen for some facts."""

    graph: Graph
    pools: dict[str, Sequence[Value]]
    """Values to draw from, for each fact."""
    facts: list[FactValues] = field(default_factory=list)
    """Facts that keep to `assume`."""
    arrows: set[str] = field(default_factory=set)
    """The arrows that were taken, those tried in vain included."""
    won: set[str] = field(default_factory=set)
    """The arrows that lay on the path of a decision."""
    outcomes: set[str] = field(default_factory=set)

    def look_at(self, facts: FactValues) -> None:
        """Walk for some facts, if they keep to `assume`."""
        if not keeps(self.graph, facts):
            return
        passage = walk(self.graph, facts)
        self.facts.append(facts)
        self.outcomes.add(passage.outcome)
        self.won |= {step.arrow for step in passage.steps}
        self.arrows |= set(_taken(passage.steps))

    def matters(self, fact: str) -> bool:
        """Tell whether changing one fact alone was seen to change what is decided, told or carried."""
        for facts in self.facts[:_CHANGED]:
            told = _told(self.graph, facts)
            for value in self.pools[fact]:
                changed = {**facts, fact: value}
                if value != facts[fact] and keeps(self.graph, changed) and _told(self.graph, changed) != told:
                    return True
        return False


def sample(graph: Graph, inputs: Inputs, limit: Limit) -> Samples:
    """Walk a chart for facts drawn at random, the same ones every time."""
    samples = Samples(graph, pools(inputs))
    until_s = limit.left_s * (1 - _SHARE)
    for facts in draw(inputs, samples.pools, _DRAWN):
        if len(samples.facts) >= _KEPT or limit.left_s < until_s:
            break
        samples.look_at(facts)
    return samples


def _told(graph: Graph, facts: FactValues) -> tuple[object, ...]:
    """Give all that a decision decides, tells and carries."""
    passage: Passage = walk(graph, facts)
    data = data_of(graph.outcomes[passage.outcome], facts)
    return passage.outcome, passage.because, tuple(data.items()), recheck_of(graph, passage, facts)


def _taken(steps: Iterable[Step]) -> Iterator[str]:
    """Name the arrows of a way, those tried in vain included."""
    for step in steps:
        yield step.arrow
        for branch in step.tried:
            yield branch.arrow
            yield from _taken(branch.steps)
