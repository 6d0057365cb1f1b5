"""
Count how many recorded decisions a change alters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from notifyrules.diff.deciding import decide, differ
from notifyrules.errors import FactsError
from notifyrules.graph.model import Graph
from notifyrules.program.facts import FactsReader

_EXAMPLES = 3
"""Rows that are named for each change."""


@dataclass(slots=True)
class Counted:
    """
    What becomes of recorded decisions.
    """

    total: int = 0
    """The rows that both versions decide."""
    changes: dict[str, int] = field(default_factory=dict)
    """How many change, by the name of the change: `no->hold`."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The first rows of each change."""
    passed_over: list[str] = field(default_factory=list)
    """Why rows could not be decided, one sentence each."""

    @property
    def changed(self) -> int:
        """
        Count the rows that change.
        """
        return sum(self.changes.values())


def count_rows(old: Graph, new: Graph, rows: Iterable[tuple[str, Mapping[str, object]]]) -> Counted:
    """
    Decide recorded facts by both versions.

    Args:
        old: The version before.
        new: The version after.
        rows: The name of each row, and its facts. A fact that one of the versions does not declare is passed over.
    """
    readers = [(graph, FactsReader(graph.facts)) for graph in (old, new)]
    counted = Counted()
    for name, given in rows:
        try:
            decided = [decide(graph, reader.read(given, extras="ignore")) for graph, reader in readers]
        except FactsError as error:
            counted.passed_over.append(f"{name}: {error.problems[0]}")
            continue
        counted.total += 1
        before, after = decided
        if differ(before, after):
            change = f"{before.outcome}->{after.outcome}"
            counted.changes[change] = counted.changes.get(change, 0) + 1
            shown = counted.examples.setdefault(change, [])
            if len(shown) < _EXAMPLES:
                shown.append(name)
    return counted
