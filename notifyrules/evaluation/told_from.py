"""Find what the words, the data and the recheck of a decision read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, TypeAlias

from notifyrules.evaluation.walk import Passage, Step, bind, data_of, fill, passed, recheck_of, rechecks
from notifyrules.graph.model import Arrow, Because, Call, Graph, Notify, Outcome
from notifyrules.language.evaluator import Evaluate, evaluate
from notifyrules.language.terms import Choice, Coalesce, Junction, Term, facts_read, walk
from notifyrules.language.values import Value

_CHARTS: Final = 64
"""Charts of which it is kept what their words depend on."""
_TERMS: Final = 1_024
"""Terms of which it is kept what they read."""


def told_from(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> tuple[str, ...]:
    """Name the facts that words, data and recheck of a decision read, in the order declared, and ask for no other."""
    outcome = graph.outcomes[passage.outcome]
    read: set[str] = set()
    _told_from(graph, lambda: facts, passage, outcome.notify, read)
    if (carried := _carried(graph).get(passage.outcome)) is not None:
        read.update(carried.read(lambda: facts))
    if outcome.recheck is not None or rechecks(graph, outcome.notify):
        watched = _Watched(facts)
        recheck_of(graph, passage, watched)
        read |= watched.used
    return tuple(read) if len(read) <= 1 else tuple([name for name in graph.facts if name in read])


_KnownFacts: TypeAlias = Callable[[], Mapping[str, Value]]
"""Gives the facts of a chart."""


def _told_from(graph: Graph, facts: _KnownFacts, passage: Passage, end: Notify, read: set[str]) -> None:
    """Add to *read* the facts of a chart that the words on a way through it read."""
    said = _said(graph, end)
    _steps_told_from(graph, facts, passage.steps, end, read)
    if (words := said.get(passage.outcome)) is not None and _outcome_speaks(passage):
        read.update(words.read(facts))


def _steps_told_from(graph: Graph, facts: _KnownFacts, steps: tuple[Step, ...], end: Notify, read: set[str]) -> None:
    said = _said(graph, end)
    for step in steps:
        if (words := said.get(step.arrow)) is not None:
            read.update(words.read(facts))
        for branch in step.tried:
            _steps_told_from(graph, facts, branch.steps, end, read)
        if step.inner is not None and isinstance(node := graph.nodes[step.node], Call):
            inside: set[str] = set()
            _told_from(node.callee, partial(_bound, node, facts), step.inner, end, inside)
            for name in inside:
                read.update(_parts(node.arguments[name]).read(facts))


def _outcome_speaks(passage: Passage) -> bool:
    """Tell whether the words in force are the outcome's own, because no step has any."""
    spoken = (step.because is not None or (step.inner and step.inner.because is not None) for step in passage.steps)
    return passage.because is not None and not any(spoken)


def _bound(node: Call, facts: _KnownFacts) -> Mapping[str, Value]:
    return bind(node, facts())


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is filled into words, or carried."""

    always: frozenset[str]
    """The facts that are read in any case."""
    open: tuple[Term, ...]
    """What reads some facts or others."""

    def read(self, facts: Callable[[], Mapping[str, Value]]) -> Collection[str]:
        """Name the facts that are read."""
        if not self.open:
            return self.always
        known, read = facts(), dict[str, Value]()
        for term in self.open:
            evaluate(term, known, read)
        return self.always | read.keys()


@lru_cache(_TERMS)
def _parts(*terms: Term) -> _Parts:
    parting = tuple(one for one in terms if any(isinstance(part, Junction | Coalesce | Choice) for part in walk(one)))
    return _Parts(frozenset().union(*(facts_read(one) for one in terms if one not in parting)), parting)


@lru_cache(_CHARTS)
def _said(graph: Graph, end: Notify) -> Mapping[str, _Parts]:
    """Give what is filled into the words of arrows and outcomes, by their ids and names, for those that have some."""
    speaking: dict[str, Arrow | Outcome] = {**graph.arrows, **graph.outcomes}
    texts = {name: one.because.texts.get(end) for name, one in speaking.items() if one.because is not None}
    return {
        name: _parts(*(piece for piece in text.pieces if isinstance(piece, Term)))
        for name, text in texts.items()
        if text is not None and text.settled is None
    }


@lru_cache(_CHARTS)
def _carried(graph: Graph) -> Mapping[str, _Parts]:
    """Give the data that outcomes compute, for those that do."""
    computed = {
        name: [value for value in outcome.data.values() if isinstance(value, Term)]
        for name, outcome in graph.outcomes.items()
    }
    return {name: _parts(*terms) for name, terms in computed.items() if terms}


class _Watched(Mapping[str, Value]):
    """Facts, of which it is noted which are read."""

    __slots__ = ("_facts", "used")

    def __init__(self, facts: Mapping[str, Value]) -> None:
        self._facts = facts
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Value:
        self.used.add(name)
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def tell(graph: Graph, facts: Mapping[str, Value], passage: Passage, evaluate: Evaluate = evaluate) -> None:
    """Compute what a decision says and carries once more, to see what that reads."""
    outcome = graph.outcomes[passage.outcome]
    data_of(outcome, facts, evaluate)
    recheck_of(graph, passage, facts, evaluate)
    _tell(graph, facts, passage, outcome.notify, evaluate)


def _tell(graph: Graph, facts: Mapping[str, Value], passage: Passage, end: Notify, evaluate: Evaluate) -> None:
    """Fill every text of a way through a chart that speaks for an end, those of called charts included."""
    said: list[Because | None] = []
    for step in passed(passage.steps):
        node = graph.nodes[step.node]
        said.append(graph.arrows[step.arrow].because)
        if step.inner is not None and isinstance(node, Call):
            _tell(node.callee, bind(node, facts), step.inner, end, evaluate)
    if _outcome_speaks(passage):
        said.append(graph.outcomes[passage.outcome].because)
    for because in said:
        if because is not None and (message := because.texts.get(end)) is not None:
            fill(message, facts, evaluate)
