"""Explain a decision to an engineer: ids, places in the rule file, and the facts read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from notifyrules.evaluation.record import Record
from notifyrules.evaluation.step import Step
from notifyrules.explanation.path import head, tell_steps
from notifyrules.explanation.unasked import not_read
from notifyrules.explanation.words import assignments, paragraph, printable
from notifyrules.graph.model import Box
from notifyrules.language.value_writing import write_literal

_LABEL: Final = 8


def explain_to_engineer(record: Record, not_asked: Sequence[Box]) -> Iterator[str]:
    """Tell the path by node and arrow ids, each node with its place in the rule file."""
    yield from _row("outcome", f"{printable(record.outcome)} (notify: {write_literal(record.notify.written)})")
    for label, text in head(record):
        yield from _row(label, text)
    yield from _row("rules", f"{printable(record.rules)} ({printable(record.path)})")
    yield from _row("digest", printable(record.digest))
    yield ""
    yield from tell_steps(record.passage.steps, 0, lambda step: f" ({printable(step.kind)})", _taken)
    if not_asked:
        yield ""
        yield from paragraph(f"not asked: {', '.join(printable(node.name) for node in not_asked)}", hanging=2)
    if unread := not_read(record):
        yield ""
        yield "not read:"
        for assignment in assignments({name: record.facts[name] for name in unread}):
            yield from paragraph(assignment, 2, hanging=2)


def _row(label: str, text: str) -> Iterator[str]:
    """Write one line of the summary."""
    yield from paragraph(text, bullet=f"{label:{_LABEL}} ")


def _taken(step: Step) -> Iterator[str]:
    """Name the arrow that was taken, and give its words."""
    yield f"{printable(step.arrow)} -> {printable(step.to)}"
    if step.because is not None:
        yield f"because: {printable(step.because)}"
