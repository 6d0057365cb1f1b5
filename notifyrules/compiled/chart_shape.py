"""
Find out how a chart can be written as nested statements: what is written out again, what stands behind what.

A chart is a directed acyclic graph, and Python has no `goto`. A node to which several arrows lead stands behind the one
that all ways to it come through (its dominator), where they arrive by running off the end of a block or by `break`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from notifyrules.compiled.limits import CodeLimits
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Notify, Question, Switch

REFUSED: Final = "(refused)"
"""The place behind a branch, where a refusal goes on."""
DONE: Final = "(done)"
"""The place behind a called chart, where each of its outcomes goes on."""

_LARGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Ends:
    """What becomes of the outcomes in a stretch of code."""

    trying: bool = False
    """Whether it is a branch of a fan-out: a refusal leaves the branch instead of deciding."""
    labelled: bool = False
    """Whether a refusal goes to :data:`REFUSED`, and not out of a function."""
    done: bool = False
    """Whether every outcome goes to :data:`DONE`."""

    def label(self, notify: Notify) -> str | None:
        """Give the place that an outcome leads to; None where it leaves the function."""
        if self.done:
            return DONE
        return REFUSED if self.labelled and notify is Notify.NO else None


DECIDING: Final = Ends()
BRANCH: Final = Ends(trying=True, labelled=True)
BRANCH_FUNCTION: Final = Ends(trying=True)
CALLED: Final = Ends(done=True)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of code: what is written between an entry and the places that it leads to."""

    entry: str
    ends: Ends
    behind: Mapping[str, tuple[str, ...]]
    """For each node, the nodes that stand behind it, in order."""
    merges: frozenset[str]
    """All nodes that stand behind another."""
    leads: dict[str, frozenset[str]]
    """For each node with all that stands inside and behind it, the places outside that it leads to."""
    own: dict[str, frozenset[str]]
    """The same for the node without what stands behind it."""
    nesting: dict[str, int]
    """Levels of indentation that a node needs at most, with all that stands behind it."""
    own_nesting: dict[str, int]
    """The same for the node without what stands behind it."""
    runs: dict[str, int]
    """Nodes in a row from each node on, as they are written inside and behind each other."""
    cuts: set[str]
    """Nodes that end a row that is too long, and must be functions."""

    def outside(self, name: str, later: tuple[str, ...]) -> frozenset[str]:
        """Give the places that a node with some of those behind it leads to, outside of them."""
        return self.own[name].union(*(self.leads[one] for one in later)) - set(later)

    def levels(self, name: str, later: tuple[str, ...]) -> int:
        """Give the levels that a node with some of those behind it needs."""
        return max([self.own_nesting[name], *(self.nesting[one] for one in later)])


class ChartShape:
    """What holds for a chart as a whole."""

    def __init__(self, graph: Graph, limits: CodeLimits, say: Callable[[Arrow], Sequence[str]] | None) -> None:
        self.graph = graph
        self.limits = limits
        self._say = say
        self.reentrant = _reentrant(graph)
        """Fan-outs that a decision may come to again, after they have refused."""
        self.sizes = _sizes(graph)
        """Nodes that each node grows to when everything behind it is written out at every arrow."""
        self.place = {name: number for number, name in enumerate(graph.order)}

    def is_small(self, name: str) -> bool:
        """Tell whether a node is written out at every arrow that leads to it."""
        return self.sizes[name] <= self.limits.small

    def ways(self, node: Node) -> Iterator[tuple[Arrow, ...]]:
        """
        Give the ways that the code of a node goes on: arrows to one node that are taken together count once.

        The branches of a fan-out are stretches of their own.
        """
        if isinstance(node, FanOut):
            yield (node.otherwise,)
            return
        if isinstance(node, First):
            # Rows are asked in order, so only neighbours can be taken together.
            for _, neighbours in groupby(node.arrows, key=self._goal):
                yield tuple(neighbours)
            return
        together: dict[str, list[Arrow]] = {}
        for arrow in node.arrows:
            together.setdefault(self._goal(arrow), []).append(arrow)
        yield from map(tuple, together.values())

    def _goal(self, arrow: Arrow) -> str:
        """Name what arrows taken together have in common: node and words; no outcome, which tells its arrows apart."""
        if arrow.target not in self.graph.nodes:
            return arrow.id
        return arrow.target if self._say is None else "\n".join([arrow.target, *self._say(arrow)])

    def stretch(self, entry: str, ends: Ends, functions: Collection[str]) -> Stretch:
        """Arrange a stretch of code from its entry on; nodes that are functions are called, not written there."""
        order = self._reached(entry, functions)
        above = _dominators(order, self._next, self.place)
        arrivals: dict[str, int] = {}
        for name in order:
            for target in self._next(name):
                arrivals[target] = arrivals.get(target, 0) + 1
        merges = frozenset(name for name in order if arrivals.get(name, 0) > 1 and not self.is_small(name))
        behind: dict[str, tuple[str, ...]] = {}
        for name in order:
            if name in merges:
                behind[above[name]] = (*behind.get(above[name], ()), name)
        stretch = Stretch(entry, ends, behind, merges, {}, {}, {}, {}, {}, set())
        for name in reversed(order):
            self._measure(name, stretch, functions)
        stretch.cuts.discard(entry)
        return stretch

    def _measure(self, name: str, stretch: Stretch, functions: Collection[str]) -> None:
        """Find where a node leads and what it needs; those below it are known already."""
        ways: list[tuple[frozenset[str], int]] = []
        run = 0
        for arrow, *_ in self.ways(self.graph.nodes[name]):
            inside = arrow.target in stretch.leads and arrow.target not in stretch.merges
            labels = stretch.leads[arrow.target] if inside else self._labels(arrow, stretch, functions)
            ways.append((labels, stretch.nesting[arrow.target] if inside else 0))
            run = max(run, stretch.runs[arrow.target] if inside else 0)
        later = stretch.behind.get(name, ())
        stretch.own[name] = frozenset().union(*(labels for labels, _ in ways))
        stretch.leads[name] = stretch.outside(name, later)
        stretch.own_nesting[name] = _levels(self.graph.nodes[name], ways)
        stretch.nesting[name] = stretch.levels(name, later)
        stretch.runs[name] = 1 + max([run, *(stretch.runs[one] for one in later)])
        if stretch.runs[name] >= self.limits.run:
            stretch.cuts.add(name)
            stretch.runs[name] = 0

    def _next(self, name: str) -> Iterator[str]:
        """Give the nodes that a node goes on to in its own stretch."""
        for way in self.ways(self.graph.nodes[name]):
            if way[0].target in self.graph.nodes:
                yield way[0].target

    def _reached(self, entry: str, functions: Collection[str]) -> list[str]:
        """List the nodes of a stretch, each before those it leads to."""
        found = {entry}
        waiting = [entry]
        while waiting:
            for target in self._next(waiting.pop()):
                if target not in found and target not in functions:
                    found.add(target)
                    waiting.append(target)
        return sorted(found, key=self.place.__getitem__)

    def _labels(self, arrow: Arrow, stretch: Stretch, functions: Collection[str]) -> frozenset[str]:
        """Give the place that an arrow leads to when its target is not written at it."""
        label: str | None
        if arrow.target in self.graph.outcomes:
            label = stretch.ends.label(self.graph.outcomes[arrow.target].notify)
        elif arrow.target in functions:
            label = REFUSED if stretch.ends.labelled else None
        else:
            label = arrow.target
        return frozenset() if label is None else frozenset({label})


def _levels(node: Node, ways: list[tuple[frozenset[str], int]]) -> int:
    """Bound the levels that a node needs: all its ways but the last are indented, and all if more than one stays."""
    staying = [level for labels, level in ways if labels]
    leaving = sorted(level for labels, level in ways if not labels)
    free = isinstance(node, (Question, FanOut)) or (isinstance(node, Switch) and node.otherwise is None)
    if len(staying) > 1 or (staying and not free):
        return max(level for _, level in ways) + 1
    last = staying or leaving[-1:]
    inside = leaving if staying else leaving[:-1]
    return max([*(level + 1 for level in inside), *last])


def _sizes(graph: Graph) -> dict[str, int]:
    """Measure every node when nothing is shared, up to a size at which it no longer matters."""
    sizes: dict[str, int] = {}
    for name in reversed(graph.order):
        node = graph.nodes[name]
        inside = len(node.callee.nodes) if isinstance(node, Call) else 0
        below = sum(sizes[arrow.target] for arrow in node.arrows if arrow.target in graph.nodes)
        sizes[name] = min(1 + inside + below, _LARGE)
    return sizes


def _dominators(
    order: Iterable[str], following: Callable[[str], Iterator[str]], place: Mapping[str, int]
) -> dict[str, str]:
    """
    Find for each node the last one that all ways to it come through.

    Source:
        K. Cooper, T. Harvey and K. Kennedy, "A simple, fast dominance algorithm", 2001; without circles once is enough.
    """
    above: dict[str, str] = {}
    for name in order:
        for target in following(name):
            one, other = above.get(target, name), name
            while one != other:
                if place[one] > place[other]:
                    one = above[one]
                else:
                    other = above[other]
            above[target] = one
    return above


def _reentrant(graph: Graph) -> frozenset[str]:
    """Find the fan-outs that at least two arrows of one fan-out lead to."""
    fan_outs = [name for name in graph.order if isinstance(graph.nodes[name], FanOut)]
    # Each set of fan-outs is a number whose bits are their places in the list.
    place = {name: 1 << number for number, name in enumerate(fan_outs)}
    reached: dict[str, int] = {}
    shared = 0
    for name in reversed(graph.order):
        node = graph.nodes[name]
        below = [reached.get(arrow.target, 0) for arrow in node.arrows]
        reached[name] = place.get(name, 0)
        seen = 0
        for bits in below:
            reached[name] |= bits
            shared |= seen & bits if isinstance(node, FanOut) else 0
            seen |= bits
    return frozenset(name for name in fan_outs if place[name] & shared)
