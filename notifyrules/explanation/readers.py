"""Explain a decision to each of its readers: the person it is about, whoever helps that person, and the engineer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import Branch, Passage, Step, passed
from notifyrules.explanation.words import (
    HEADLINES,
    SENTENCE_ENDS,
    assignments,
    enumerate_shortly,
    head,
    not_read,
    paragraph,
    printable,
    question_and_answer,
    tell_steps,
)
from notifyrules.graph.model import Box, Notify
from notifyrules.language.schedules import local
from notifyrules.language.values import write_literal

_OPENINGS: Final = {
    Notify.YES: "You were notified",
    Notify.NO: "You were not notified",
    Notify.LATER: "You were not notified yet",
}
_MOST_LISTED: Final = 10
"""Questions or facts that support is told were left out, before the others are counted."""


def explain_to_user(record: Record, _not_asked: Iterable[Box]) -> Iterator[str]:
    """Say in one or two sentences what happened and why."""
    opening = _OPENINGS.get(record.notify, f"The answer is “{printable(record.outcome)}”")
    because = printable(record.because or "")
    told = f"{opening}: {because}" if because else opening
    sentences = [told if told.endswith(SENTENCE_ENDS) else f"{told}."]
    if not because:
        last = record.passage.steps[-1]
        settled = f"“{printable(last.ask)}”, answered “{printable(last.answer)}”"
        sentences.append(f"It was settled by the question {settled}.")
    if record.recheck_at is not None and record.notify is not Notify.YES:
        sentences.append(f"This is looked at again at {_local(record.recheck_at, record)}.")
    yield " ".join(sentences)


def _local(moment: datetime, record: Record) -> str:
    """Write an instant as the person's clock shows it, where the facts name one time zone, else in UTC."""
    zones = {value.key: value for value in record.facts.values() if isinstance(value, ZoneInfo)}
    if len(zones) != 1:
        return f"{moment:%H:%M} UTC on {moment:%Y-%m-%d}"
    [zone] = zones.values()
    shown = local(moment, zone)
    return f"{shown:%H:%M} on {shown:%Y-%m-%d} ({zone.key})"


def explain_to_support(record: Record, not_asked: Sequence[Box]) -> Iterator[str]:
    """Tell the path in words: each question, its answer, and the facts that were read for it."""
    yield HEADLINES[record.notify]
    yield ""
    chart = f"{printable(record.title)} ({printable(record.rules)})"
    told = (row for row in head(record) if row[0] != "reason")
    for label, text in (("chart", chart), ("outcome", printable(record.outcome)), *told):
        yield from paragraph(text, 2, bullet=f"{label:9}  ")
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
    for number, step in enumerate(branch.steps):
        yield from _step(step, "  " if number else "- ", indent)
    yield from paragraph(f"refused: {printable(branch.outcome)}", indent, bullet="  " if branch.steps else "- ")


def _called(passage: Passage, indent: int) -> Iterator[str]:
    yield from paragraph(f"asked the chart {printable(passage.chart)}:", indent, hanging=2)
    for step in passage.steps:
        yield from _step(step, "- ", indent)
    because = f", because {printable(passage.because)}" if passage.because is not None else ""
    yield from paragraph(f"outcome: {printable(passage.outcome)}{because}", indent, bullet="  ")


def _left_out(label: str, items: Iterable[str], separator: str) -> Iterator[str]:
    if listed := enumerate_shortly(items, most=_MOST_LISTED, separator=separator):
        yield from paragraph(f"{label}: {listed}", hanging=2)


def explain_to_engineer(record: Record, not_asked: Sequence[Box]) -> Iterator[str]:
    """Tell the path by node and arrow ids, each node with its place in the rule file."""
    outcome = f"{printable(record.outcome)} (notify: {write_literal(record.notify.written)})"
    rules = f"{printable(record.rules)} ({printable(record.path)})"
    rows = (("outcome", outcome), *head(record), ("rules", rules), ("digest", printable(record.digest)))
    for label, text in rows:
        yield from paragraph(text, bullet=f"{label:8} ")
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


def _taken(step: Step) -> Iterator[str]:
    yield f"{printable(step.arrow)} -> {printable(step.to)}"
    if step.because is not None:
        yield f"because: {printable(step.because)}"


Reader: TypeAlias = Literal["user", "support", "engineer"]
"""The readers, by name."""

READERS: Mapping[str, Callable[[Record, Sequence[Box]], Iterator[str]]] = MappingProxyType(
    {"user": explain_to_user, "support": explain_to_support, "engineer": explain_to_engineer}
)
"""Whom a decision can be explained to: the person it is about, whoever helps that person, and the engineer."""


def explain(record: Record, *, reader: str = "support", not_asked: Sequence[Box] = ()) -> str:
    """
    Explain a decision.

    Args:
        record: The decision.
        reader: Whom to explain it to: one of :data:`READERS`.
        not_asked: The nodes of the chart that were not passed, where the chart is at hand.

    Returns:
        Lines of plain text, the last one without a line end; the same record gives the same bytes.

    Raises:
        UsageError: There is no such reader.
    """
    if reader not in READERS:
        advice = did_you_mean(reader, READERS, f"the readers are {named(READERS)}")
        raise UsageError(f"there is no reader `{visible(reader)}`", advice)
    return "\n".join(line.rstrip() for line in READERS[reader](record, not_asked))


def explain_each(told: Mapping[str, str]) -> str:
    """
    Put the explanations for several media together.

    Args:
        told: By medium what :func:`explain` gave.

    Returns:
        A paragraph for each, under its medium; media that have the same to tell share one, and where all do, none is
        named.
    """
    shared: dict[str, list[str]] = {}
    for medium, text in told.items():
        shared.setdefault(text, []).append(medium)
    if len(shared) == 1:
        return next(iter(shared))
    return "\n\n".join(f"{printable(', '.join(media))}:\n{text}" for text, media in shared.items())
