"""
Find what the arrows of a chart lead to, whatever its conditions say.

A decision can be at a node in two ways: deciding, or trying a branch of a fan-out, where a refusal is no decision. So a
refusal that only branches lead to is never the reason of a decision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from notifyrules.graph.model import Arrow, FanOut, Graph, Notify


class Stand(NamedTuple):
    """
    A place that a decision can have come to.
    """

    node: str
    trying: bool
    """Whether it is inside a branch of a fan-out."""


class Ways:
    """
    The ways through one chart.
    """

    def __init__(self, graph: Graph) -> None:
        """
        Look at the arrows of *graph*.
        """
        self._graph = graph
        self.start = Stand(graph.start, trying=False)
        self.ends: Mapping[str, Arrow] = self.ends_from([self.start])
        """Every arrow by which a decision can end, by its id."""

    def after(self, stand: Stand, arrow: Arrow) -> Stand | None:
        """
        Tell where an arrow leads to from a place; None where it ends, be it a decision or only the branch.
        """
        if arrow.target not in self._graph.nodes:
            return None
        node = self._graph.nodes[stand.node]
        return Stand(arrow.target, stand.trying or (isinstance(node, FanOut) and arrow is not node.otherwise))

    def reached(self, stands: Iterable[Stand]) -> Collection[Stand]:
        """
        Give every place that can be come to from some places, themselves included.
        """
        seen = dict.fromkeys(stands)
        waiting = list(seen)
        while waiting:
            stand = waiting.pop()
            for arrow in self._graph.nodes[stand.node].arrows:
                following = self.after(stand, arrow)
                if following is not None and following not in seen:
                    seen[following] = None
                    waiting.append(following)
        return seen

    def ends_from(self, stands: Iterable[Stand]) -> Mapping[str, Arrow]:
        """
        Give the arrows by which a decision can end that has come to one of some places.
        """
        return {arrow.id: arrow for stand in self.reached(stands) for arrow in self._ends(stand)}

    def _ends(self, stand: Stand) -> Iterator[Arrow]:
        """
        Give the arrows of a node that end a decision.
        """
        for arrow in self._graph.nodes[stand.node].arrows:
            outcome = self._graph.outcomes.get(arrow.target)
            if outcome is not None and not (stand.trying and outcome.notify is Notify.NO):
                yield arrow

    def passing(self, stands: Iterable[Stand], node: str) -> tuple[Stand, ...]:
        """
        Give the places at a node that can be come to from some places.
        """
        return tuple(stand for stand in self.reached(stands) if stand.node == node)
