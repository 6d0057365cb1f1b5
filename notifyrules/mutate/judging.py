"""Find the mistakes that no case notices, and say of each whether there is anything to notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from notifyrules.cases.model import Case
from notifyrules.cases.runner import differences
from notifyrules.evaluation.walk import Passage, Step, data_of, keeps, passed, recheck_of, walk
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value
from notifyrules.mutate.model import Mutant


@dataclass(frozen=True)
class _Walked:
    """A decision of a mutant, of which a case looks at no more than it expects."""

    graph: Graph
    facts: FactValues
    passage: Passage

    @property
    def outcome(self) -> str:
        return self.passage.outcome

    @property
    def reason(self) -> str:
        return self.passage.steps[-1].arrow

    @property
    def because(self) -> str | None:
        return self.passage.because

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.passage.steps

    @cached_property
    def data(self) -> dict[str, Value]:
        return data_of(self.graph.outcomes[self.outcome], self.facts)

    @property
    def recheck_at(self) -> datetime | None:
        return recheck_of(self.graph, self.passage, self.facts)


@dataclass(slots=True)
class Audience:
    """The cases of a chart, by what their decisions pass."""

    cases: list[Case] = field(default_factory=list)
    passing: dict[str, list[int]] = field(default_factory=dict)
    """By node and outcome the numbers of the cases that pass it, be it in vain."""

    @classmethod
    def of(cls, graph: Graph, cases: Iterable[Case]) -> Audience:
        """Walk the chart for the facts of each case."""
        audience = cls()
        for number, case in enumerate(cases):
            audience.cases.append(case)
            passage = walk(graph, case.facts)
            for name in {passage.outcome, *(step.node for step in passed(passage.steps))}:
                audience.passing.setdefault(name, []).append(number)
        return audience

    def notices(self, mutant: Mutant) -> bool:
        """Tell whether a case fails for a mutant, or could not be read any more."""
        return any(_fails(case, mutant) for case in self._passing(mutant))

    def facts(self, mutant: Mutant) -> Iterator[FactValues]:
        """Give the facts of cases that may show a mutant."""
        return (case.facts for case in self._passing(mutant) if mutant.fact not in case.written)

    def _passing(self, mutant: Mutant) -> Iterator[Case]:
        numbers = sorted({number for name in mutant.touched for number in self.passing.get(name, ())})
        return map(self.cases.__getitem__, numbers)


def _fails(case: Case, mutant: Mutant) -> bool:
    facts: FactValues = case.facts
    graph = mutant.graph
    if mutant.fact is not None:
        if mutant.fact in case.written:
            return False
        facts = {**facts, mutant.fact: graph.facts[mutant.fact].default}
        if not keeps(graph, facts):
            return True
    decision = _Walked(graph, facts, walk(graph, facts))
    return next(differences(case.expect, decision, graph), None) is not None
