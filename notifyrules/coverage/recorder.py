"""Record what cases walk: every node, arrow, outcome and atom, file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from notifyrules.coverage.atoms import Atom, atom_at, find_atoms
from notifyrules.evaluation.walk import Passage, Step, walk
from notifyrules.graph.model import Call, Graph
from notifyrules.language.evaluator import watched
from notifyrules.language.terms import Term
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(slots=True)
class Sight:
    """How often an atom turned out to be what."""

    span: Span
    true: int = 0
    false: int = 0


@dataclass(slots=True)
class Tally:
    """What was walked of one file, and how often."""

    graph: Graph | None = None
    """The chart; None for a file made to be included, which has only atoms."""
    nodes: Counter[str] = field(default_factory=Counter)
    arrows: Counter[str] = field(default_factory=Counter)
    """Arrows taken, by their ids; branches of fan-outs that won."""
    tried: Counter[str] = field(default_factory=Counter)
    """Branches of fan-outs that were tried in vain, by their ids."""
    outcomes: Counter[str] = field(default_factory=Counter)
    atoms: dict[Atom, Sight] = field(default_factory=dict)


class Recorder:
    """
    Watch walks over charts, and count what they pass.

    A chart that is called counts in its own file, and so does a let that is included.
    """

    def __init__(self) -> None:
        """Begin with nothing walked."""
        self._tallies: dict[str, Tally] = {}
        self._learnt: dict[int, Graph] = {}
        self._sights: dict[int, Sight] = {}
        self._evaluate = watched(self._see)

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """What was walked, by file, in the order of their names."""
        return dict(sorted(self._tallies.items()))

    def learn(self, graph: Graph) -> None:
        """Take a chart, and those it calls, into the count before anything of them is walked."""
        if id(graph) in self._learnt:
            return
        # Kept, so that no other chart and no other term ever has its place in memory.
        self._learnt[id(graph)] = graph
        tally = self._tally(graph.path)
        tally.graph = tally.graph or graph
        for term in find_atoms(graph):
            atom = atom_at(term.span)
            self._sights[id(term)] = self._tally(atom.file).atoms.setdefault(atom, Sight(term.span))
        for node in graph.nodes.values():
            if isinstance(node, Call):
                self.learn(node.callee)

    def walk(self, graph: Graph, facts: Mapping[str, Value]) -> None:
        """Walk a chart for one set of facts, and count everything on the way."""
        self.learn(graph)
        self._pass(graph, walk(graph, facts, self._evaluate))

    def _tally(self, file: str) -> Tally:
        """Give the tally of a file."""
        return self._tallies.setdefault(file, Tally())

    def _see(self, term: Term, value: Value) -> None:
        """Count what an atom turned out to be; one that is null is neither true nor false."""
        sight = self._sights.get(id(term))
        if sight is not None:
            sight.true += value is True
            sight.false += value is False

    def _pass(self, graph: Graph, passage: Passage) -> None:
        """Count a way through a whole chart."""
        self._tally(graph.path).outcomes[passage.outcome] += 1
        self._steps(graph, passage.steps)

    def _steps(self, graph: Graph, steps: Iterable[Step]) -> None:
        """Count steps, and what happened inside of them."""
        tally = self._tally(graph.path)
        for step in steps:
            tally.nodes[step.node] += 1
            tally.arrows[step.arrow] += 1
            for branch in step.tried:
                tally.tried[branch.arrow] += 1
                self._steps(graph, branch.steps)
            node = graph.nodes[step.node]
            if step.inner is not None and isinstance(node, Call):
                self._pass(node.callee, step.inner)
