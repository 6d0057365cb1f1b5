"""Hold what a page can show on its chart beside decisions: what was decided, and what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notifyrules.diagram.model import Diagram
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value


@dataclass(frozen=True, slots=True)
class Traffic:
    """How often the arrows of a chart were taken."""

    taken: Mapping[str, int]
    """By the ids of arrows; inside of a called chart behind the nodes that call: `quiet/hours.then`."""
    total: int
    """The decisions that were counted."""
    words: str


@dataclass(frozen=True, slots=True)
class ChangedChart:
    """What an old version of a chart has been changed to."""

    old: Graph
    both: Diagram
    """Both charts as one picture on which nothing is said: what is gone is drawn as tried in vain."""
    marks: Mapping[str, tuple[str, ...]]
    """By the keys of boxes and arrows what has changed there, a line each."""
    gone: frozenset[str]
    """The keys of those that only the old version has."""
    words: str
    examples: Mapping[str, Mapping[str, Value]]
    """By their names facts that are decided otherwise."""
