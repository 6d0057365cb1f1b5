"""
Measure a chart before it is compiled: how large it grows when written out, and what must be shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from notifyrules.graph.model import FanOut, Graph

_BUDGET = 2_000
"""Nodes that a chart may grow to when every shared node is written out at each arrow."""
_SMALL = 3
"""Nodes up to which a shared node is written out even in a large chart."""


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What the compiler needs to know about a chart as a whole.
    """

    sizes: Mapping[str, int]
    """Nodes that each node grows to, itself included."""
    functions: frozenset[str]
    """Nodes that become functions of their own."""
    reentrant: frozenset[str]
    """Fan-outs that several branches of another fan-out lead to."""

    def size(self, target: str) -> int:
        """
        Give the size of a target; an outcome has none.
        """
        return self.sizes.get(target, 0)

    @property
    def memory(self) -> bool:
        """
        Whether a decision must remember which fan-outs it has entered.
        """
        return bool(self.reentrant)


def measure(graph: Graph) -> Shape:
    """
    Measure a chart.
    """
    reentrant = _reentrant(graph)
    whole = _sizes(graph, reentrant)
    if whole[graph.start] <= _BUDGET:
        return Shape(whole, frozenset(), reentrant)
    arrivals = Counter(
        target for name in graph.order for target in dict.fromkeys(arrow.target for arrow in graph.nodes[name].arrows)
    )
    functions: set[str] = {graph.start}
    sizes: dict[str, int] = {}
    for name in reversed(graph.order):
        sizes[name] = _grown(graph, name, sizes, functions, reentrant)
        if name in functions or (arrivals[name] > 1 and sizes[name] > _SMALL) or sizes[name] > _BUDGET:
            functions.add(name)
    return Shape(sizes, frozenset(functions), reentrant)


def _sizes(graph: Graph, reentrant: frozenset[str]) -> dict[str, int]:
    """
    Measure every node when none is a function.
    """
    sizes: dict[str, int] = {}
    for name in reversed(graph.order):
        sizes[name] = _grown(graph, name, sizes, set(), reentrant)
    return sizes


def _grown(graph: Graph, name: str, sizes: Mapping[str, int], functions: set[str], reentrant: frozenset[str]) -> int:
    """
    Add up what a node grows to; a function counts as one node where it is called.
    """
    node = graph.nodes[name]
    total = 1
    for arrow in node.arrows:
        called = arrow.target in functions or (isinstance(node, FanOut) and arrow.target in reentrant)
        total += 1 if called else sizes.get(arrow.target, 0)
    return total


def _reentrant(graph: Graph) -> frozenset[str]:
    """
    Find the fan-outs that at least two branches of one fan-out lead to.
    """
    fan_outs = [name for name in graph.order if isinstance(graph.nodes[name], FanOut)]
    # Each set of fan-outs is a number whose bits are their places in the list.
    place = {name: 1 << number for number, name in enumerate(fan_outs)}
    reached: dict[str, int] = {}
    shared = 0
    for name in reversed(graph.order):
        node = graph.nodes[name]
        bits = place.get(name, 0)
        for arrow in node.arrows:
            bits |= reached.get(arrow.target, 0)
        reached[name] = bits
        if isinstance(node, FanOut):
            seen = 0
            for branch in node.branches:
                below = reached.get(branch.target, 0)
                shared |= seen & below
                seen |= below
    return frozenset(name for name in fan_outs if place[name] & shared)
