"""Find the mistakes that no case notices, and say of each whether there is anything to notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from notifyrules.cases.model import Case
from notifyrules.cases.runner import differences
from notifyrules.evaluation.walk import Passage, Step, data_of, keeps, passed, recheck_of, walk
from notifyrules.graph.model import Arrow, Call, First, Graph, Node, Question, Switch
from notifyrules.language.evaluator import evaluate
from notifyrules.language.terms import Term, facts_read
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

    graph: Graph
    cases: list[Case] = field(default_factory=list)
    taken: list[dict[str, str]] = field(default_factory=list)
    """For each case the nodes that it passes, be it in vain, and the arrow that it takes there."""
    passing: dict[str, list[int]] = field(default_factory=dict)
    """By node and outcome the numbers of the cases that pass it."""
    reads: dict[int, frozenset[str]] = field(default_factory=dict)
    """The facts that the condition of a row reads, by its identity: the chart holds it."""

    @classmethod
    def of(cls, graph: Graph, cases: Iterable[Case]) -> Audience:
        """Walk the chart for the facts of each case."""
        audience = cls(graph)
        rows = (row for node in graph.nodes.values() if isinstance(node, (Question, First)) for row in node.rows)
        audience.reads = {id(row.condition): facts_read(row.condition) for row in rows}
        for number, case in enumerate(cases):
            passage = walk(graph, case.facts)
            taken = {step.node: step.arrow for step in passed(passage.steps)}
            audience.cases.append(case)
            audience.taken.append(taken)
            for name in (passage.outcome, *taken):
                audience.passing.setdefault(name, []).append(number)
        return audience

    def notices(self, mutant: Mutant) -> bool:
        """Tell whether a case fails for a mutant, or could not be read any more."""
        if mutant.fact is not None and any(mutant.fact in facts_read(term) for term in self.graph.assume):
            # Wherever the default decides, it may break what is assumed.
            return any(_fails(case, mutant) for case in self.cases)
        passing = (number for number in self._passing(mutant) if not self._is_alike(number, mutant))
        return any(_fails(self.cases[number], mutant) for number in passing)

    def facts(self, mutant: Mutant) -> Iterator[FactValues]:
        """Give the facts of cases that may show a mutant."""
        cases = map(self.cases.__getitem__, self._passing(mutant))
        return (case.facts for case in cases if mutant.fact not in case.written)

    def _passing(self, mutant: Mutant) -> Iterable[int]:
        return sorted({number for name in mutant.touched for number in self.passing.get(name, ())})

    def _is_alike(self, number: int, mutant: Mutant) -> bool:
        """Tell, by what was changed alone and sooner than by a walk, that a case is decided and told as it was."""
        taken = self.taken[number]
        facts: FactValues = self.cases[number].facts
        if mutant.fact is not None:
            if mutant.fact in self.cases[number].written:
                return True
            facts = {**facts, mutant.fact: mutant.graph.facts[mutant.fact].default}
        return all(
            name in taken and self._answers_alike(self.graph.nodes[name], mutant, taken[name], facts)
            for name in mutant.touched
            if name in taken or number in self.passing.get(name, ())
        )

    def _answers_alike(self, node: Node, mutant: Mutant, taken: str, facts: FactValues) -> bool:
        """Tell that a node takes the arrow that it took, to where it went, with words that are not others."""
        changed = mutant.graph.nodes[node.name]
        arrow = next(one for one in node.arrows if one.id == taken)
        match node, changed:
            case ((Question() | First()), (Question() | First())):
                known = {}
                for row in node.rows:
                    if mutant.fact is None or mutant.fact not in self.reads[id(row.condition)]:
                        known[id(row.condition)] = row.arrow is arrow
                    if row.arrow is arrow:
                        break
                now = next(
                    (row.arrow for row in changed.rows if _holds(row.condition, known, facts)), changed.otherwise
                )
            case Call(), Call() if mutant.fact is None and changed.bindings is node.bindings:
                now = next(one for one in changed.arrows if one.id == taken)
            case Switch(), Switch():
                now = changed.answer(evaluate(changed.subject, facts, {}))
            case _:
                return False
        reads = mutant.fact is not None and any(mutant.fact in facts_read(term) for term in _words(arrow))
        return not reads and (now.id, now.target) == (arrow.id, arrow.target) and now.because is arrow.because


def _holds(condition: Term, known: Mapping[int, bool], facts: FactValues) -> bool:
    found = known.get(id(condition))
    return evaluate(condition, facts, {}) is True if found is None else found


def _words(arrow: Arrow) -> Iterator[Term]:
    for message in () if arrow.because is None else arrow.because.messages:
        yield from (piece for piece in message.pieces if isinstance(piece, Term))


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
