"""Explain a decision to each of its readers: the person it is about, whoever helps that person, and the engineer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import Branch, Passage, Step, passed
from notifyrules.explanation.words import (
    HEADLINES,
    SENTENCE_ENDS,
    assigned,
    enumerate_shortly,
    head,
    kept_paragraph,
    not_read,
    on_clock,
    paragraph,
    printable,
    question_and_answer,
    tell_steps,
    told_from,
)
from notifyrules.graph.model import Box, Notify
from notifyrules.language.values import write_literal

_OPENINGS: Final = {
    Notify.YES: "You were notified",
    Notify.NO: "You were not notified",
    Notify.LATER: "You were not notified yet",
}
_MOST_LISTED: Final = 10
"""Questions or facts that support is told were left out, before the others are counted."""

_KEPT: Final = 2_048
"""Lines that are kept: questions and lists of what was left out come again with every decision."""
_BELOW: Final = {"support": 7, "engineer": 4}
"""Blanks before what stands below a step, by reader."""


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
        sentences.append(f"This is looked at again at {on_clock(record.recheck_at, record.facts)}.")
    yield " ".join(sentences)


def explain_to_support(record: Record, not_asked: Sequence[Box]) -> list[str]:
    """Tell the path in words: each question, its answer, and the facts that were read for it."""
    return [
        *(HEADLINES[record.notify], ""),
        *_chart(record),
        *_outcome(record),
        *("", "How it was decided", ""),
        *_steps(record.passage.steps, 1),
        *told_from(record, _BELOW["support"]),
        *_rest([record], not_asked),
    ]


def _chart(record: Record) -> Sequence[str]:
    return kept_paragraph(f"{printable(record.title)} ({printable(record.rules)})", 2, bullet="chart      ")


def _outcome(record: Record) -> list[str]:
    lines = [*kept_paragraph(printable(record.outcome), 2, bullet="outcome    ")]
    for label, text in head(record):
        if label != "reason":
            lines += kept_paragraph(text, 2, bullet=f"{label:9}  ")
    return lines


def _steps(steps: Iterable[Step], first: int) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(steps, first):
        lines += _step(step, f"{number:3}. ", 0)
    return lines


def _rest(records: Sequence[Record], not_asked: Sequence[Box]) -> list[str]:
    """List what no decision asked or read."""
    asked = {step.ask for record in records for step in passed(record.passage.steps)}
    asks = dict.fromkeys([printable(node.ask) for node in not_asked if node.ask not in asked])
    left_out = [
        *_left_out("Questions not asked", tuple(asks), "; "),
        *_left_out("Facts not read", tuple(map(printable, _unread(records))), ", "),
    ]
    return ["", *left_out] if left_out else []


def _unread(records: Sequence[Record]) -> list[str]:
    names, *others = map(not_read, records)
    return [name for name in names if all(name in some for some in others)]


def _step(step: Step, bullet: str, indent: int) -> list[str]:
    """
    Tell one step, and inside of it the branches tried in vain or the chart that was called.

    Args:
        step: The step.
        bullet: What stands in front of the question: a number, a dash or blanks.
        indent: Blanks before the bullet.
    """
    below = indent + len(bullet) + 2
    # A list, because many generators inside of each other cost more than what they give.
    lines = [*_question(step.ask, step.answer, bullet, indent), *assigned(step.facts, below)]
    if step.inner is not None:
        lines += _called(step.inner, below)
    if step.tried:
        lines += paragraph("tried in vain:", below)
        for branch in step.tried:
            lines += _branch(branch, below)
    if step.because is not None:
        lines += kept_paragraph(f"because: {printable(step.because)}", below, hanging=2)
    return lines


@lru_cache(_KEPT)
def _question(ask: str, answer: str, bullet: str, indent: int) -> Sequence[str]:
    return paragraph(question_and_answer(ask, answer), indent, bullet=bullet)


def _branch(branch: Branch, indent: int) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(branch.steps):
        lines += _step(step, "  " if number else "- ", indent)
    refused = f"refused: {printable(branch.outcome)}"
    return [*lines, *kept_paragraph(refused, indent, bullet="  " if branch.steps else "- ")]


def _called(passage: Passage, indent: int) -> list[str]:
    lines = [*kept_paragraph(f"asked the chart {printable(passage.chart)}:", indent, hanging=2)]
    for step in passage.steps:
        lines += _step(step, "- ", indent)
    because = f", because {printable(passage.because)}" if passage.because is not None else ""
    return [*lines, *kept_paragraph(f"outcome: {printable(passage.outcome)}{because}", indent, bullet="  ")]


@lru_cache(_KEPT)
def _left_out(label: str, items: tuple[str, ...], separator: str) -> Sequence[str]:
    listed = enumerate_shortly(items, most=_MOST_LISTED, separator=separator)
    return paragraph(f"{label}: {listed}", hanging=2) if listed else ()


def explain_to_engineer(record: Record, not_asked: Sequence[Box]) -> Iterator[str]:
    """Tell the path by node and arrow ids, each node with its place in the rule file."""
    yield from _engineers_outcome(record)
    yield from _engineers_chart(record)
    yield ""
    yield from _engineers_steps(record.passage.steps, 1)
    yield from told_from(record, _BELOW["engineer"])
    yield from _engineers_rest([record], not_asked)


def _engineers_chart(record: Record) -> Iterator[str]:
    rules = f"{printable(record.rules)} ({printable(record.path)})"
    for label, text in (("rules", rules), ("digest", printable(record.digest))):
        yield from paragraph(text, bullet=f"{label:8} ")


def _engineers_outcome(record: Record) -> Iterator[str]:
    outcome = f"{printable(record.outcome)} (notify: {write_literal(record.notify.written)})"
    for label, text in (("outcome", outcome), *head(record)):
        yield from paragraph(text, bullet=f"{label:8} ")


def _engineers_steps(steps: Iterable[Step], _first: int) -> Iterator[str]:
    yield from tell_steps(steps, 0, lambda step: f" ({printable(step.kind)})", _taken)


def _engineers_rest(records: Sequence[Record], not_asked: Sequence[Box]) -> Iterator[str]:
    if not_asked:
        yield ""
        yield from paragraph(f"not asked: {', '.join(printable(node.name) for node in not_asked)}", hanging=2)
    unread = {name: records[0].facts[name] for name in _unread(records)}
    # Of what differs between media no one value is true.
    told = {name: value for name, value in unread.items() if all(one.facts[name] == value for one in records)}
    if told:
        yield ""
        yield "not read:"
        yield from assigned(told, 2)


def _taken(step: Step) -> Iterator[str]:
    yield f"{printable(step.arrow)} -> {printable(step.to)}"
    if step.because is not None:
        yield f"because: {printable(step.because)}"


Reader: TypeAlias = Literal["user", "support", "engineer"]
"""The readers, by name."""

READERS: Mapping[str, Callable[[Record, Sequence[Box]], Iterable[str]]] = MappingProxyType(
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
    return "\n".join([line.rstrip() for line in READERS[reader](record, not_asked)])


_PARTS: Final = {
    "support": (_chart, _outcome, _steps, _rest),
    "engineer": (_engineers_chart, _engineers_outcome, _engineers_steps, _engineers_rest),
}
"""What tells the chart, an outcome, some steps, and what was left out, for readers who are told of steps."""


def explain_each(
    records: Mapping[str, Record], fact: str, *, reader: str = "support", not_asked: Callable[[Passage], Sequence[Box]]
) -> str:
    """
    Explain the decisions for several media.

    Args:
        records: By medium the decision.
        fact: The fact whose values the media are.
        reader: As for :func:`explain`.
        not_asked: Gives the nodes of the chart that a way through it did not pass.

    Returns:
        The steps that all media share, then a paragraph for each from where they part; media that have the same to
        tell share one, and where all do, none is named.
    """
    groups: dict[str, list[str]] = {}
    bare: dict[str, Record] = {}
    for medium, record in records.items():
        facts = {name: value for name, value in record.facts.items() if name != fact}
        steps = _without(record.passage.steps, fact)
        one = replace(record, facts=facts, passage=replace(record.passage, steps=steps))
        text = explain(one, reader=reader, not_asked=not_asked(record.passage))
        groups.setdefault(text, []).append(medium)
        bare.setdefault(text, one)
    if len(groups) == 1:
        return next(iter(groups))
    if reader not in _PARTS:
        return "\n\n".join(f"{printable(', '.join(media))}:\n{text}" for text, media in groups.items())
    tell_chart, tell_outcome, tell_steps_of, tell_rest = _PARTS[reader]
    ways = [one.passage.steps for one in bare.values()]
    together = takewhile(lambda steps: all(step == steps[0] for step in steps), zip(*ways, strict=False))
    shared = len(list(together))
    first = next(iter(bare.values()))
    lines = [*tell_chart(first)]
    if shared:
        lines += ["", f"For all media ({printable(', '.join(records))})", "", *tell_steps_of(ways[0][:shared], 1)]
    for text, media in groups.items():
        one = bare[text] if len(media) > 1 else records[media[0]]
        lines += ["", f"{printable(', '.join(media))}: {HEADLINES[one.notify].lower()}", "", *tell_outcome(one), ""]
        lines += [*tell_steps_of(one.passage.steps[shared:], shared + 1), *told_from(one, _BELOW[reader])]
    unasked, *others = (not_asked(one.passage) for one in bare.values())
    nobody = [box for box in unasked if all(box in some for some in others)]
    return "\n".join(line.rstrip() for line in (*lines, *tell_rest(list(bare.values()), nobody)))


def _without(steps: Iterable[Step], fact: str) -> tuple[Step, ...]:
    """Leave out of what steps read the fact that tells media apart."""
    return tuple(
        replace(
            step,
            facts={name: value for name, value in step.facts.items() if name != fact},
            tried=tuple(replace(branch, steps=_without(branch.steps, fact)) for branch in step.tried),
        )
        for step in steps
    )
