"""Show one decision on the chart: the path that it took, the values it read, and what it tried in vain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from notifyrules.diagram.lettering import set_apart
from notifyrules.diagram.model import START, Emphasis, Mark, Overlay
from notifyrules.diagram.words import NOT_SET
from notifyrules.evaluation.walk import Passage, Step
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value, write_literal

_VALUES_SHOWN: Final = 6
"""Fact values written into one box; the rest are counted."""
_LONGEST_VALUE: Final = 60


def light(graph: Graph, passage: Passage) -> Overlay:
    """
    Make an overlay of one decision.

    Args:
        graph: The chart that decided.
        passage: The way through it.

    Returns:
        The path lit, with the values of the facts that were read at its boxes; the branches that refused marked as
        tried; everything else faded.
    """
    marks: dict[str, Mark] = {START: Mark(Emphasis.LIT), f"{START}.then": Mark(Emphasis.LIT)}
    _light_passage(passage, "", Emphasis.LIT, marks)
    outcome = graph.outcomes[passage.outcome]
    words = f"Decision: {set_apart(outcome.label)}"
    because = f" ({set_apart(passage.because)})" if passage.because else ""
    return Overlay(marks, Mark(Emphasis.FADED), words + because)


def _light_passage(passage: Passage, prefix: str, emphasis: Emphasis, marks: dict[str, Mark]) -> None:
    """Mark the way through one chart, and the outcome it ends in."""
    _light_steps(passage.steps, prefix, emphasis, marks)
    _add(marks, prefix + passage.outcome, Mark(emphasis))


def _light_steps(steps: Iterable[Step], prefix: str, emphasis: Emphasis, marks: dict[str, Mark]) -> None:
    """Mark the steps of a way: their boxes, the arrows taken, the branches tried before, and the called charts."""
    for step in steps:
        _add(marks, prefix + step.node, Mark(emphasis, values=_values(step)))
        _add(marks, prefix + step.arrow, Mark(emphasis))
        for branch in step.tried:
            _add(marks, prefix + branch.arrow, Mark(Emphasis.TRIED))
            _light_steps(branch.steps, prefix, Emphasis.TRIED, marks)
        if step.inner is not None:
            _light_passage(step.inner, f"{prefix}{step.node}/", emphasis, marks)


def _add(marks: dict[str, Mark], key: str, mark: Mark) -> None:
    """Mark a box or arrow; one that was tried in vain and lies on the path all the same is on the path."""
    marks[key] = Overlay({"": marks[key], "new": mark}).mark("", "new") if key in marks else mark


def _values(step: Step) -> tuple[str, ...]:
    """Write the fact values that a step read, one a line."""
    lines = tuple(f"{name} = {_value(value)}" for name, value in step.facts.items())
    if len(lines) <= _VALUES_SHOWN:
        return lines
    return (*lines[: _VALUES_SHOWN - 1], f"and {len(lines) - _VALUES_SHOWN + 1} more facts")


def _value(value: Value) -> str:
    """Write one value, shortened to what a box can hold."""
    written = NOT_SET if value is None else write_literal(value)
    return set_apart(written if len(written) <= _LONGEST_VALUE else written[: _LONGEST_VALUE - 1] + "…")
