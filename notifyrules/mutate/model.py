"""Hold the mistakes that people make in rules, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from notifyrules.evaluation.record import Record
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value
from notifyrules.source.text import Span


class Mistake(Enum):
    """A way in which people get rules wrong."""

    CLAUSE = "dropped-clause"
    JUNCTION = "and-for-or"
    BOUND = "bound"
    NOT = "dropped-not"
    WINDOW = "window"
    ARROWS = "swapped-arrows"
    ROWS = "swapped-rows"
    OUTCOME = "wrong-outcome"
    DEFAULT = "default"
    BINDING = "dropped-binding"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A chart with one mistake in it."""

    mistake: Mistake
    span: Span
    """Where it is made."""
    said: str
    """What is wrong, as in `not` left out."""
    graph: Graph
    touched: frozenset[str]
    """The nodes and outcomes that are otherwise, or that read the fact whose default is."""
    fact: str | None = None
    """The fact whose default is another."""


class Fate(Enum):
    """What became of a mutant."""

    NOTICED = "noticed"
    """A case fails."""
    EQUAL = "equal"
    """Proved: it decides the same; that it tells it in other words was not found."""
    WORDS = "words"
    """Proved: it decides the same; only words or reasons are others, which no case notices."""
    SURVIVED = "survived"
    """No case notices that it decides otherwise."""
    UNDECIDED = "undecided"
    """No case notices it, and whether it decides otherwise was not found out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Facts for which a mutant is another chart than the one it was made from."""

    facts: Mapping[str, Value]
    """Without those that are to be left out, so that the default decides."""
    right: Record
    """What the chart decides."""
    wrong: Record
    """What the mutant decides."""


@dataclass(frozen=True, slots=True)
class JudgedMutant:
    """A mutant, and what became of it."""

    mutant: Mutant
    fate: Fate
    shown: Shown | None = None
    """For one that decides or tells otherwise and that no case notices."""
