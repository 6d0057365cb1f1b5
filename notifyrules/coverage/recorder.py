"""Record what cases walk: every node, arrow, outcome and atom, file by file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import assert_never

from notifyrules.evaluation.told_from import tell
from notifyrules.evaluation.walk import Passage, Step, walk
from notifyrules.graph.model import Call, Graph, Node, conditions
from notifyrules.language import terms as t
from notifyrules.language.evaluator import watched
from notifyrules.language.terms import Term
from notifyrules.language.types import Basic
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(slots=True)
class AtomCount:
    """How often an atom turned out to be what."""

    span: Span
    true: int = 0
    false: int = 0


@dataclass(slots=True)
class WalkTally:
    """What was walked of one file, and how often."""

    graph: Graph | None = None
    """The chart; None for a file made to be included, which has only atoms."""
    nodes: Counter[str] = field(default_factory=Counter)
    arrows: Counter[str] = field(default_factory=Counter)
    """Arrows taken, by their ids; branches of fan-outs that won."""
    tried: Counter[str] = field(default_factory=Counter)
    """Branches of fan-outs that were tried in vain, by their ids."""
    outcomes: Counter[str] = field(default_factory=Counter)
    atoms: dict[Atom, AtomCount] = field(default_factory=dict)


class Recorder:
    """
    Watch walks over charts, and count what they pass.

    A chart that is called counts in its own file, and so does a let that is included.
    """

    def __init__(self) -> None:
        self._tallies: defaultdict[str, WalkTally] = defaultdict(WalkTally)
        self._learnt: set[Graph] = set()
        self._sights: dict[Term, AtomCount] = {}
        self._evaluate = watched(self._see)

    @property
    def tallies(self) -> Mapping[str, WalkTally]:
        """What was walked, by file, in the order of their names."""
        return dict(sorted(self._tallies.items()))

    def learn(self, graph: Graph) -> None:
        """Take a chart, and those it calls, into the count before anything of them is walked."""
        if graph in self._learnt:
            return
        self._learnt.add(graph)
        tally = self._tallies[graph.path]
        tally.graph = tally.graph or graph
        for term in find_atoms(graph):
            atom = atom_at(term.span)
            self._sights[term] = self._tallies[atom.file].atoms.setdefault(atom, AtomCount(term.span))
        for node in graph.nodes.values():
            if isinstance(node, Call):
                self.learn(node.callee)

    def walk(self, graph: Graph, facts: Mapping[str, Value]) -> None:
        """Walk a chart for one set of facts, and count everything on the way."""
        self.learn(graph)
        passage = walk(graph, facts, self._evaluate)
        self._pass(graph, passage)
        # What it says and carries is computed apart from the walk.
        tell(graph, facts, passage, self._evaluate)

    def _see(self, term: Term, value: Value) -> None:
        """Count what an atom turned out to be; one that is null is neither true nor false."""
        if (sight := self._sights.get(term)) is not None:
            sight.true += value is True
            sight.false += value is False

    def _pass(self, graph: Graph, passage: Passage) -> None:
        self._tallies[graph.path].outcomes[passage.outcome] += 1
        self._steps(graph, passage.steps)

    def _steps(self, graph: Graph, steps: Iterable[Step]) -> None:
        tally = self._tallies[graph.path]
        for step in steps:
            tally.nodes[step.node] += 1
            tally.arrows[step.arrow] += 1
            for branch in step.tried:
                tally.tried[branch.arrow] += 1
                self._steps(graph, branch.steps)
            node = graph.nodes[step.node]
            if step.inner is not None and isinstance(node, Call):
                self._pass(node.callee, step.inner)


# ---- The atoms of a chart ----


@dataclass(frozen=True, slots=True)
class Atom:
    """
    A condition without conditions inside it, by its place.

    That is a bool fact, a comparison (`==`, `<`, `in`, `is null` and the like; a chain is one) or a call of a function
    that gives a bool, as it is written. One in a let stands once, where the let is declared, however often it is used.
    A bool fact that is compared, or passed to a function, is part of that atom. The conditions of questions, switches,
    rows and `with` have atoms, and those of texts, data and rechecks; assumptions and guarantees have none.
    """

    file: str
    start: int
    """Offset of its first code point."""
    end: int


def atom_at(span: Span) -> Atom:
    """Identify the atom that stands at a place."""
    return Atom(span.source.name, span.start, span.end)


def find_atoms(graph: Graph) -> Iterator[t.Term]:
    """Give the terms of a chart that are atoms; the same atom as often as lets bring it in."""
    for node in graph.nodes.values():
        yield from _within(written_conditions(node), decides=True)
    ends = graph.outcomes.values()
    for because in (*(arrow.because for arrow in graph.arrows.values()), *(end.because for end in ends)):
        for message in () if because is None else because.messages:
            yield from _within((one for one in message.pieces if isinstance(one, Term)), decides=True)
    for end in ends:
        yield from _within((one for one in (*end.data.values(), end.recheck) if isinstance(one, Term)), decides=True)


def atoms_of(condition: t.Term) -> Iterator[t.Term]:
    """Give the atoms of one condition."""
    return _atoms(condition, decides=True)


def written_conditions(node: Node) -> tuple[t.Term, ...]:
    """List the conditions by which a node decides; a fact that a callee takes by its name is written nowhere."""
    if not isinstance(node, Call):
        return conditions(node)
    # The place of such a fact is that of the file's name.
    return tuple(term for term in conditions(node) if term.span.text.strip("\"'") != node.reference)


def _atoms(term: t.Term, *, decides: bool) -> Iterator[t.Term]:
    """Give the atoms of a term that *decides*: as a condition, and no operand of a comparison or argument."""
    if _is_test(term):
        # Also `x not in y` and `x is not null`, which are one test each and seen as they are written.
        yield term
        parts = t.parts(term)
        operands = [one for part in parts for one in t.parts(part)] if isinstance(term, t.Not | t.Junction) else parts
        yield from _within(operands, decides=False)
        return
    match term:
        case t.FactRead() if decides and term.type.base is Basic.BOOL:
            yield term
        case t.Not() | t.Junction():
            yield from _within(t.parts(term), decides=True)
        case t.LetUse() | t.Coalesce():
            yield from _within(t.parts(term), decides=decides)
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            yield from _atoms(condition, decides=True)
            yield from _within((then, otherwise), decides=decides)
        case (
            t.Constant()
            | t.FactRead()
            | t.ListTerm()
            | t.Arithmetic()
            | t.Comparison()
            | t.Contains()
            | t.IsNull()
            | t.FunctionCall()
        ):
            yield from _within(t.parts(term), decides=False)
        case _:
            assert_never(term)


def _is_test(term: t.Term) -> bool:
    """Tell whether a term is written as one comparison or one call that gives a bool."""
    match term:
        case t.Comparison() | t.Contains() | t.IsNull():
            return True
        case t.FunctionCall():
            return term.type.base is Basic.BOOL
        case t.Not(operand=t.Contains() | t.IsNull() as test):
            return test.span == term.span
        case t.Junction():
            return is_chain(term)
        case _:
            return False


def _within(terms: Iterable[t.Term], *, decides: bool) -> Iterator[t.Term]:
    """Give the atoms of several terms, all of which are conditions or none."""
    for term in terms:
        yield from _atoms(term, decides=decides)


def is_chain(term: t.Junction) -> bool:
    """Tell whether comparisons are joined by their shared operands, as in `1 < x < 5`, and not by `and`."""
    pairs = [item for item in term.items if isinstance(item, t.Comparison)]
    linked = all(left.right is right.left for left, right in pairwise(pairs))
    return term.every and len(pairs) == len(term.items) and linked
