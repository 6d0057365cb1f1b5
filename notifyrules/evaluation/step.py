"""
Hold the way a decision took, step by step.

Explanations, highlighted pictures, coverage and failing cases all read these steps; nobody walks the graph a second
way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notifyrules.language.values import Value


@dataclass(frozen=True, slots=True)
class Step:
    """One node passed on the way, and the answer given there."""

    node: str
    """The node's name."""
    kind: str
    """`if`, `switch`, `first`, `any` or `call`: the key that makes the node what it is."""
    ask: str
    """The question."""
    answer: str
    """The answer in words."""
    arrow: str
    """The id of the arrow taken."""
    to: str
    """The node or outcome it leads to."""
    facts: Mapping[str, Value]
    """The fact values that were read to answer, in the order read."""
    because: str | None
    """The arrow's words for a person, filled in; None where it has none."""
    tried: tuple[Branch, ...]
    """The branches of a fan-out that refused before this arrow was taken."""
    inner: Passage | None
    """The way through the called chart; None for other nodes."""
    file: str
    line: int
    """Where the node stands, 1-based."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of a fan-out that was tried and refused."""

    arrow: str
    """The id of the branch's arrow."""
    steps: tuple[Step, ...]
    outcome: str
    """The refusal it ended in."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A way through a whole chart: what the reference walk finds."""

    chart: str
    """The chart's name."""
    outcome: str
    steps: tuple[Step, ...]
    because: str | None
    """The words in force: the last on the way, else the outcome's own."""


def passed(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Give every step of one chart: those on the way and those of branches tried in vain."""
    waiting = list(reversed(steps))
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(one for branch in step.tried for one in branch.steps)
