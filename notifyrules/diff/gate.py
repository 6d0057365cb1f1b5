"""
Hold a change to what was allowed: `no->hold` lets the outcome `no` become `hold`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notifyrules.diagnostics.nearest import nearest
from notifyrules.diff.model import GONE, REFUSED, Comparison, meaning_of
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph

ANY = "*"
"""Stands for every outcome."""


@dataclass(frozen=True, slots=True)
class Gate:
    """
    The changes that are allowed.
    """

    allowed: tuple[tuple[str, str], ...]

    def passes(self, change: str) -> bool:
        """
        Tell whether a change, such as `no->hold`, is allowed.
        """
        was, _, now = change.partition("->")
        return any(one in (was, ANY) and other in (now, ANY) for one, other in self.allowed)

    def refused(self, comparison: Comparison) -> tuple[str, ...]:
        """
        Name the changes of a comparison that are not allowed.
        """
        changes = (*comparison.changes, *comparison.lost)
        return tuple(change for change in changes if not self.passes(change))


def read_gate(words: Sequence[str], old: Graph, new: Graph) -> Gate:
    """
    Read what is allowed.

    Args:
        words: Changes such as `no->hold`.
        old: The version before, whose outcomes stand on the left.
        new: The version after, whose outcomes stand on the right.

    Raises:
        UsageError: One of them is no change between these versions.
    """
    allowed = []
    for word in words:
        was, arrow, now = (part.strip() for part in word.partition("->"))
        if not arrow:
            raise UsageError(f"`{word}` is no change", "write the outcomes before and after, such as `no->hold`")
        for name, graph in ((was, old), (now, new)):
            if word in (REFUSED, GONE) or name == ANY:
                continue
            if name not in graph.outcomes and name not in _with_meanings(graph):
                near = nearest(name, graph.outcomes)
                listed = ", ".join(f"`{one}`" for one in graph.outcomes)
                advice = f"did you mean `{near}`?" if near else f"the outcomes are {listed}"
                raise UsageError(f"`{name}` is not an outcome of `{graph.path}`", advice)
        allowed.append((was, now))
    return Gate(tuple(allowed))


def _with_meanings(graph: Graph) -> frozenset[str]:
    """
    Name the outcomes with what they mean, as changes of a meaning do.
    """
    return frozenset(meaning_of(outcome.name, outcome.notify) for outcome in graph.outcomes.values())
