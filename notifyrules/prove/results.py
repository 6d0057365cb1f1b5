"""Hold what proofs tell: plain values, which need no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.evaluation.walk import Passage
from notifyrules.graph.model import Graph, Guarantee
from notifyrules.language.values import FactValues


class Standing(Enum):
    """What became of a guarantee."""

    PROVED = "proved"
    BROKEN = "broken"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class CounterExample:
    """Facts that break a guarantee."""

    facts: FactValues
    """A value for every fact."""
    passage: Passage
    """What is decided for them: the reference walk."""
    changed: FactValues | None = None
    """The same facts with one changed, for a guarantee about a change."""
    second: Passage | None = None
    """What is decided then."""
    each: Mapping[str, tuple[FactValues, Passage]] = field(default_factory=dict)
    """For a promise about media: the facts and what is decided on each medium that it names, the first one included."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All that is decided."""
        if self.each:
            return tuple(passage for _, passage in self.each.values())
        return (self.passage,) if self.second is None else (self.passage, self.second)


@dataclass(frozen=True, slots=True)
class Judged:
    """A guarantee, and what became of it."""

    guarantee: Guarantee
    standing: Standing
    example: CounterExample | None = None
    """Confirmed facts that break it; None for others, and for an outcome that was to be reachable."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """What was proved about one file, and everything that was found in it."""

    graph: Graph | None
    """The chart; None for a file with errors and for one that holds none."""
    diagnostics: tuple[Diagnostic, ...]
    """In reading order; what the file allows is left out."""
    judged: tuple[Judged, ...] = ()
    """The guarantees that were looked at, in the order written."""

    @property
    def proved(self) -> int:
        """Count the guarantees that hold."""
        return sum(one.standing is Standing.PROVED for one in self.judged)
