"""Hold cases that are ready to be run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from notifyrules.cases.ways import Ways
from notifyrules.compiled.assumptions import compile_assumptions
from notifyrules.compiled.compiler import Program, compile_graph
from notifyrules.compiled.facts_reader import Facts, FactsReader
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A rule file that cases are about, ready to be asked."""

    graph: Graph
    program: Program
    reader: FactsReader
    ways: Ways
    """Where its arrows lead."""
    assumed: Callable[[Facts], bool]
    """Tells whether facts keep to everything that the rules assume."""

    @classmethod
    def of(cls, graph: Graph) -> Chart:
        """Make a graph ready to be asked."""
        program = compile_graph(graph)
        return cls(graph, program, program.reader, Ways(graph), compile_assumptions(graph))


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
    outcomes: frozenset[str]
    """The outcomes that fit; all of the chart's where the expectation names neither outcome, notify nor reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """One situation with the answer expected: written out, one combination of an `each`, or one row."""

    name: str
    """The claim, with what tells this one from its siblings in brackets; on one line."""
    chart: Chart = field(repr=False)
    facts: Facts
    expect: Expectation
    span: Span
    """The name as it stands in the cases file, or the whole row."""
    tags: tuple[str, ...] = ()
    skip: str | None = None
    """Why the case is not run."""
    source: str | None = None
    """Where a recorded decision comes from, in the words of its row."""
