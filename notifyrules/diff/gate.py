"""
Hold a change to what was allowed: `no->hold` lets the outcome `no` become `hold`, and nothing else.

What callers lose has words of its own, such as `facts:refused`, which no pair of outcomes stands for.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notifyrules.diagnostics.phrases import nearest
from notifyrules.diff.model import LOSSES, VersionComparison, meaning_of
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph

ANY = "*"
"""Stands for every outcome, and for nothing else."""


@dataclass(frozen=True, slots=True)
class AllowedChanges:
    """The changes that are allowed."""

    pairs: tuple[tuple[str, str], ...]
    """Outcomes before and after."""
    losses: frozenset[str] = frozenset()
    """Which of :data:`LOSSES`."""

    def passes(self, change: str) -> bool:
        """Tell whether a change, such as `no->hold`, is allowed."""
        was, arrow, now = change.partition("->")
        if not arrow:
            return change in self.losses
        return any(one in (was, ANY) and other in (now, ANY) for one, other in self.pairs)

    def refused(self, comparison: VersionComparison) -> tuple[str, ...]:
        """Name the changes of a comparison that are not allowed."""
        return tuple(change for change in (*comparison.changes, *comparison.lost) if not self.passes(change))

    def way_out(self, comparison: VersionComparison) -> str:
        """Write the options that let pass what is not allowed, as a shell takes them; nothing where all is."""
        return " ".join(f"--allow {shlex.quote(change)}" for change in self.refused(comparison))


def read_gate(words: Sequence[str], old: Graph, new: Graph) -> AllowedChanges:
    """Read what is allowed: changes such as `no->hold`, losses such as `facts:refused`; UsageError for others."""
    pairs = []
    losses = set()
    for word in map(str.strip, words):
        if word in LOSSES:
            losses.add(word)
            continue
        was, arrow, now = (part.strip() for part in word.partition("->"))
        if not arrow:
            advice = f"write the outcomes before and after, such as `no->hold`, or {_listed(LOSSES)}"
            raise UsageError(f"`{word}` is no change", advice)
        for name, graph in ((was, old), (now, new)):
            with_meanings = [meaning_of(outcome.name, outcome.notify) for outcome in graph.outcomes.values()]
            if name not in (ANY, *graph.outcomes, *with_meanings):
                near = nearest(name, graph.outcomes)
                advice = f"did you mean `{near}`?" if near else f"the outcomes are {_listed(graph.outcomes)}"
                others = f"what else can be allowed is {_listed(LOSSES)}"
                raise UsageError(f"`{name}` is not an outcome of `{graph.path}`", f"{advice}; {others}")
        pairs.append((was, now))
    return AllowedChanges(tuple(pairs), frozenset(losses))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)
