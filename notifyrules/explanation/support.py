"""Explain a decision to somebody who helps the person: the questions, their answers, and the values behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from notifyrules.evaluation.record import Record
from notifyrules.evaluation.step import Branch, Passage, Step, passed
from notifyrules.explanation.path import head, question_and_answer
from notifyrules.explanation.unasked import not_read
from notifyrules.explanation.words import HEADLINES, assignments, enumerate_shortly, paragraph, printable
from notifyrules.graph.model import Box

_MOST_LISTED: Final = 10
_LABEL: Final = 9


def explain_to_support(record: Record, not_asked: Sequence[Box]) -> Iterator[str]:
    """Tell the path in words: each question, its answer, and the facts that were read for it."""
    yield HEADLINES[record.notify]
    yield ""
    yield from _row("chart", f"{printable(record.title)} ({printable(record.rules)})")
    yield from _row("outcome", printable(record.outcome))
    for label, text in head(record):
        if label != "reason":
            yield from _row(label, text)
    yield ""
    yield "How it was decided"
    yield ""
    for number, step in enumerate(record.passage.steps, 1):
        yield from _step(step, f"{number:3}. ", 0)
    asked = {step.ask for step in passed(record.passage.steps)}
    asks = dict.fromkeys(printable(node.ask) for node in not_asked if node.ask not in asked)
    left_out = [
        *_left_out("Questions not asked", asks, "; "),
        *_left_out("Facts not read", map(printable, not_read(record)), ", "),
    ]
    if left_out:
        yield ""
        yield from left_out


def _row(label: str, text: str) -> Iterator[str]:
    """Write one line of the summary."""
    yield from paragraph(text, 2, bullet=f"{label:{_LABEL}}  ")


def _step(step: Step, bullet: str, indent: int) -> Iterator[str]:
    """
    Tell one step, and inside of it the branches tried in vain or the chart that was called.

    Args:
        step: The step.
        bullet: What stands in front of the question: a number, a dash or blanks.
        indent: Blanks before the bullet.
    """
    below = indent + len(bullet) + 2
    yield from paragraph(question_and_answer(step), indent, bullet=bullet)
    for assignment in assignments(step.facts):
        yield from paragraph(assignment, below, hanging=2)
    if step.inner is not None:
        yield from _called(step.inner, below)
    if step.tried:
        yield from paragraph("tried in vain:", below)
        for branch in step.tried:
            yield from _branch(branch, below)
    if step.because is not None:
        yield from paragraph(f"because: {printable(step.because)}", below, hanging=2)


def _branch(branch: Branch, indent: int) -> Iterator[str]:
    """Tell why a branch failed."""
    for number, step in enumerate(branch.steps):
        yield from _step(step, "  " if number else "- ", indent)
    yield from paragraph(f"refused: {printable(branch.outcome)}", indent, bullet="  " if branch.steps else "- ")


def _called(passage: Passage, indent: int) -> Iterator[str]:
    """Tell the way through a called chart."""
    yield from paragraph(f"asked the chart {printable(passage.chart)}:", indent, hanging=2)
    for step in passage.steps:
        yield from _step(step, "- ", indent)
    because = f", because {printable(passage.because)}" if passage.because is not None else ""
    yield from paragraph(f"outcome: {printable(passage.outcome)}{because}", indent, bullet="  ")


def _left_out(label: str, items: Iterable[str], separator: str) -> Iterator[str]:
    """List what was left out, if anything."""
    if listed := enumerate_shortly(items, most=_MOST_LISTED, separator=separator):
        yield from paragraph(f"{label}: {listed}", hanging=2)
