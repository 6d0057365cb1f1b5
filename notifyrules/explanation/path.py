"""Put the head of a decision and the steps of its path into words that several readers share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from notifyrules.evaluation.record import Record
from notifyrules.evaluation.step import Step
from notifyrules.explanation.words import assignments, paragraph, printable
from notifyrules.language.value_writing import write_literal


def head(record: Record) -> Iterator[tuple[str, str]]:
    """Say what a decision tells and carries, each with its label."""
    if record.because is not None:
        yield "because", printable(record.because)
    yield "reason", printable(record.reason)
    for assignment in assignments(record.data):
        yield "data", assignment
    if record.recheck_at is not None:
        yield "recheck", write_literal(record.recheck_at)


def question_and_answer(step: Step) -> str:
    """Put a question and its answer on one line."""
    ask = printable(step.ask)
    return f"{ask}{' ' if ask.endswith('?') else ': '}{printable(step.answer)}"


def tell_steps(
    steps: Iterable[Step],
    indent: int,
    first: Callable[[Step], str],
    last: Callable[[Step], Iterable[str]] = lambda _: (),
) -> Iterator[str]:
    """
    Tell steps with their places and the values that they read; what happened inside of them stands further right.

    Args:
        steps: The steps, one below the other.
        indent: Blanks before the first line of each.
        first: What stands behind the place of a step and the name of its node.
        last: What is said below a step.
    """
    for step in steps:
        place = f"{printable(step.file)}:{step.line}: {printable(step.node)}"
        yield from paragraph(f"{place}{first(step)}", indent, hanging=4)
        for assignment in assignments(step.facts):
            yield from paragraph(assignment, indent + 4, hanging=2)
        if step.inner is not None:
            inner = f"the chart {printable(step.inner.chart)} decides {printable(step.inner.outcome)}:"
            yield from paragraph(inner, indent + 4, hanging=2)
            yield from tell_steps(step.inner.steps, indent + 8, first, last)
        for branch in step.tried:
            tried = f"tried in vain: {printable(branch.arrow)}, which ended in {printable(branch.outcome)}"
            yield from paragraph(tried, indent + 4, hanging=2)
            yield from tell_steps(branch.steps, indent + 8, first, last)
        for words in last(step):
            yield from paragraph(words, indent + 4, hanging=2)
