"""Hold cases that are ready to be run, and where the arrows of the chart they are about lead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import NamedTuple

from notifyrules.compiled.compiler import compile_assumptions, compile_graph
from notifyrules.compiled.facts_object import Facts
from notifyrules.compiled.facts_reader import FactsReader
from notifyrules.compiled.program import Program
from notifyrules.graph.model import Arrow, FanOut, Graph, Notify
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True, eq=False)
class CasesChart:
    """A rule file that cases are about, ready to be asked."""

    graph: Graph
    program: Program
    reader: FactsReader
    ways: ArrowWays
    """Where its arrows lead."""
    assumed: Callable[[Facts], bool]
    """Tells whether facts keep to everything that the rules assume."""
    defaults: Mapping[str, Value] = field(init=False)
    """The facts that need not be given."""

    def __post_init__(self) -> None:
        found = {fact.name: fact.default for fact in self.graph.facts.values() if fact.has_default}
        object.__setattr__(self, "defaults", found)

    @classmethod
    def of(cls, graph: Graph) -> CasesChart:
        """Make a graph ready to be asked."""
        program = compile_graph(graph)
        return cls(graph, program, program.reader, ArrowWays(graph), compile_assumptions(graph))


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a decision must be; what is not named may be anything."""

    outcome: str | None
    notify: Notify | None
    reason: str | None
    because: str | None
    data: Mapping[str, Value]
    """The data that must be equal; a decision may carry more."""
    through: tuple[str, ...]
    """Nodes on the path, in this order; others may stand between them."""
    recheck: tuple[Value] | None
    """When to ask again, in a tuple, as null is to be expected too."""
    outcomes: frozenset[str]
    """The outcomes that fit; all of the chart's where the expectation names neither outcome, notify nor reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """One situation with the answer expected: written out, one combination of an `each`, or one row; on one medium."""

    name: str
    """The claim, with what tells this one from its siblings in brackets; on one line."""
    chart: CasesChart = field(repr=False)
    facts: Facts
    written: frozenset[str] = field(repr=False)
    """The facts that are given, be it by the file for all of its cases; the others are at their defaults."""
    expect: Expectation
    span: Span
    """The name as it stands in the cases file, the medium where something is expected of several, or the whole row."""
    medium: str | None = None
    """The medium that is decided for, where something is expected of several."""
    tags: tuple[str, ...] = ()
    skip: str | None = None
    """Why the case is not run."""
    source: str | None = None
    """Where a recorded decision comes from, in the words of its row."""


# ---- What the arrows of a chart lead to, whatever its conditions say ----


class Stand(NamedTuple):
    """
    A place that a decision can have come to.

    A decision can be at a node in two ways: deciding, or trying a branch of a fan-out, where a refusal is no decision.
    So a refusal that only branches lead to is never the reason of a decision.
    """

    node: str
    trying: bool
    """Whether it is inside a branch of a fan-out."""


class ArrowWays:
    """
    The ways through one chart.

    What can be come to from a place is one number, whose bits stand for places and for arrows that end a decision: so
    asking costs little, however large the chart and however many cases ask.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.start = Stand(graph.start, trying=False)
        self._bits: dict[Stand | str, int] = {}
        self._reached: dict[Stand, int] = {}
        for name in reversed(graph.order):
            for trying in (False, True):
                self._reach(Stand(name, trying))
        self.ends: Mapping[str, Arrow] = {
            name: arrow for name, arrow in graph.arrows.items() if self.leads_to([self.start], [name])
        }
        """Every arrow by which a decision can end, by its id."""
        self._ends_to: dict[str, dict[str, Arrow]] = {}
        for arrow in self.ends.values():
            self._ends_to.setdefault(arrow.target, {})[arrow.id] = arrow
        self._masks: dict[frozenset[str], int] = {}

    def _bit(self, of: Stand | str) -> int:
        return self._bits.setdefault(of, 1 << len(self._bits))

    def _reach(self, stand: Stand) -> None:
        """Note what can be come to from a place; what its arrows lead to has been noted before."""
        reached = self._bit(stand)
        for arrow in self._graph.nodes[stand.node].arrows:
            if (following := self.after(stand, arrow)) is not None:
                reached |= self._reached[following]
            elif not (stand.trying and self._graph.outcomes[arrow.target].notify is Notify.NO):
                reached |= self._bit(arrow.id)
        self._reached[stand] = reached

    def after(self, stand: Stand, arrow: Arrow) -> Stand | None:
        """Tell where an arrow leads to from a place; None where it ends, be it a decision or only the branch."""
        if arrow.target not in self._graph.nodes:
            return None
        node = self._graph.nodes[stand.node]
        return Stand(arrow.target, stand.trying or (isinstance(node, FanOut) and arrow is not node.otherwise))

    def _from(self, stands: Iterable[Stand]) -> int:
        """Give everything that can be come to from some places."""
        return reduce(or_, (self._reached.get(stand, 0) for stand in stands), 0)

    def passing(self, stands: Iterable[Stand], node: str) -> tuple[Stand, ...]:
        """Give the places at a node that can be come to from some places, themselves included."""
        reached = self._from(stands)
        places = (Stand(node, trying=False), Stand(node, trying=True))
        return tuple(place for place in places if reached & self._bits.get(place, 0))

    @property
    def outcomes(self) -> Collection[str]:
        """Name the outcomes in which a decision can end."""
        return self._ends_to.keys()

    def ends_to(self, outcomes: Iterable[str]) -> dict[str, Arrow]:
        """Give the arrows by which a decision can end in one of some outcomes."""
        return {end: arrow for outcome in outcomes for end, arrow in self._ends_to.get(outcome, {}).items()}

    def leads_to_outcome(self, stands: Iterable[Stand], outcomes: frozenset[str]) -> bool:
        """Tell whether a decision that has come to one of some places can end in one of some outcomes."""
        if outcomes not in self._masks:
            self._masks[outcomes] = sum(self._bits[end] for end in self.ends_to(outcomes))
        return bool(self._from(stands) & self._masks[outcomes])

    def leads_to(self, stands: Iterable[Stand], ends: Iterable[str]) -> bool:
        """Tell whether a decision that has come to one of some places can end by one of some arrows."""
        reached = self._from(stands)
        return any(reached & self._bits.get(end, 0) for end in ends)
