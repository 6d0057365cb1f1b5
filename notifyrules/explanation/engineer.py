"""
Explain a decision to an engineer: ids, places in the rule file, and the facts read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from notifyrules.conditions.values import write_literal
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.step import Branch, Step
from notifyrules.explanation.unasked import not_read
from notifyrules.explanation.words import assignments, paragraph, printable
from notifyrules.graph.model import Box

_LABEL: Final = 8


def explain_to_engineer(record: Record, not_asked: Sequence[Box]) -> Iterator[str]:
    """
    Tell the path by node and arrow ids, each node with its place in the rule file.
    """
    yield from _row("outcome", f"{printable(record.outcome)} (notify: {write_literal(record.notify.written)})")
    yield from _row("reason", printable(record.reason))
    if record.because is not None:
        yield from _row("because", printable(record.because))
    for assignment in assignments(record.data):
        yield from _row("data", assignment)
    if record.recheck_at is not None:
        yield from _row("recheck", write_literal(record.recheck_at))
    yield from _row("rules", f"{printable(record.rules)} ({printable(record.path)})")
    yield from _row("digest", printable(record.digest))
    yield ""
    for step in record.passage.steps:
        yield from _step(step, 0)
    if not_asked:
        yield ""
        yield from paragraph(f"not asked: {', '.join(printable(node.name) for node in not_asked)}", hanging=2)
    if unread := not_read(record):
        yield ""
        yield "read by no node:"
        for assignment in assignments({name: record.facts[name] for name in unread}):
            yield from paragraph(assignment, 2, hanging=2)


def _row(label: str, text: str) -> Iterator[str]:
    """
    Write one line of the summary.
    """
    yield from paragraph(text, bullet=f"{label:{_LABEL}} ")


def _step(step: Step, indent: int) -> Iterator[str]:
    """
    Tell one step; what happened inside of it stands further to the right.
    """
    yield from paragraph(
        f"{printable(step.file)}:{step.line}: {printable(step.node)} ({printable(step.kind)})", indent, hanging=4
    )
    for assignment in assignments(step.facts):
        yield from paragraph(assignment, indent + 4, hanging=2)
    if step.inner is not None:
        yield from paragraph(
            f"{printable(step.inner.chart)} decides {printable(step.inner.outcome)}:", indent + 4, hanging=2
        )
        for one in step.inner.steps:
            yield from _step(one, indent + 6)
    for branch in step.tried:
        yield from _branch(branch, indent + 4)
    yield from paragraph(f"{printable(step.arrow)} -> {printable(step.to)}", indent + 4, hanging=2)
    if step.because is not None:
        yield from paragraph(f"because: {printable(step.because)}", indent + 4, hanging=2)


def _branch(branch: Branch, indent: int) -> Iterator[str]:
    """
    Tell how a branch failed.
    """
    yield from paragraph(
        f"tried in vain: {printable(branch.arrow)}, ended in {printable(branch.outcome)}", indent, hanging=2
    )
    for step in branch.steps:
        yield from _step(step, indent + 2)
