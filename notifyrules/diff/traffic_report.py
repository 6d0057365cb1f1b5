"""Tell what a change does to the traffic of before: to a person, as Markdown, and as data for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible
from notifyrules.diff.traffic import Backtest, ChangedDecision
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import assignments, ticked, unticked
from notifyrules.language.values import to_plain

_VALUES: Final = 20
"""Values of a column that are told, those first of which the greatest part changes."""
_LEAST: Final = 0.0001
"""The least part that is told as a number."""
_TOGETHER: Final = "only several edits together"


@dataclass(frozen=True, slots=True)
class _Table:
    """A part of what is told; its words are Markdown."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Example:
    title: str
    short: Sequence[str]
    """What it is, in a few lines."""
    whole: Sequence[str]
    """How both versions decide it, step by step."""


def headline(found: Backtest) -> str:
    """Say how many decisions change."""
    verb = "changes" if found.total == 1 else "change"
    return f"{found.changed:,} of {count(found.total, 'decision')} {verb}: {_share(found.changed, found.total)}"


def format_text(found: Backtest, verdict: str) -> str:
    """Tell it at a terminal, in lines that end in a line end."""
    lines = [unticked(f"{ticked(found.old.path)} -> {ticked(found.new.path)}"), headline(found)]
    for part in _parts(found):
        lines += ["", unticked(part.title)]
        if isinstance(part, _Table):
            cells = [list(part.header), *([unticked(cell) for cell in row] for row in part.rows)]
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            for row in cells:
                numbers = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
                lines.append("  ".join(("", row[0].ljust(widths[0]), *numbers)).rstrip())
        else:
            lines += [f"  {line}".rstrip() for line in part.short]
    return "".join(f"{line}\n" for line in [*lines, *(("", verdict) if verdict else ())])


def format_markdown(found: Backtest, verdict: str) -> str:
    """Tell it for the text of a pull request."""
    lines = [f"**{headline(found)}**", "", f"{ticked(found.old.path)} → {ticked(found.new.path)}"]
    for part in _parts(found):
        lines += [
            "",
            f"#### {part.title}" if isinstance(part, _Table) else f"<details><summary>{_plain(part)}</summary>",
            "",
        ]
        if isinstance(part, _Table):
            lines += ["| " + " | ".join(part.header) + " |", "|---" + "|---:" * (len(part.header) - 1) + "|"]
            lines += ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in part.rows]
        else:
            lines += [
                "```",
                *(line.replace("```", "'''") for line in (*part.short, *part.whole)),
                "```",
                "",
                "</details>",
            ]
    return "".join(f"{line}\n" for line in [*lines, *(("", f"**{verdict}**") if verdict else ())])


def _plain(part: _Example) -> str:
    return unticked(part.title).replace("&", "&amp;").replace("<", "&lt;")


def _parts(found: Backtest) -> Iterator[_Table | _Example]:
    """Give what is told, part by part."""
    if found.changed:
        changes = sorted(found.changes.items(), key=lambda one: (-one[1].number, one[0]))
        rows = [(ticked(name), f"{one.number:,}", _share(one.number, found.total)) for name, one in changes]
        yield _Table("by outcome", ("change", "decisions", "of all"), rows)
        yield from _by_edit(found)
    if found.by is not None:
        ranked = sorted(found.shares.items(), key=lambda one: (-one[1].changed / one[1].total, str(one[0])))
        told = [
            (ticked(value or "(none)"), f"{one.total:,}", f"{one.changed:,}", _share(one.changed, one.total))
            for value, one in ranked[:_VALUES]
        ]
        more = f", {len(ranked) - _VALUES:,} more" if len(ranked) > _VALUES else ""
        yield _Table(f"by {ticked(found.by)}{more}", (found.by, "decisions", "change", "of these"), told)
    for name, one in changes if found.changed else ():
        for example in one.examples[:1]:
            also = [f"{visible(other.file)}:{other.number}" for other in one.examples[1:]]
            such = f"; also {', '.join(also)}" if also else ""
            title = f"{ticked(name)}, such as {visible(example.file)}:{example.number}{such}"
            yield _Example(title, [*_in_short(found, example)], [*_in_full(example)])


def _by_edit(found: Backtest) -> Iterator[_Table]:
    if found.edits:
        numbers = [
            (f"{place}. {title}", sum(times for edits, times in found.moved_by.items() if place in edits))
            for place, title in enumerate(found.edits, 1)
        ]
        if together := found.moved_by[()]:
            numbers.append((_TOGETHER, together))
        rows = [(name, f"{number:,}", _share(number, found.total)) for name, number in numbers]
        yield _Table("by edit, each made alone", ("edit", "decisions", "of all"), rows)


def _in_short(found: Backtest, example: ChangedDecision) -> Iterator[str]:
    usual = {fact.name: fact.default for fact in found.old.facts.values() if fact.has_default}
    facts = {name: one for name, one in example.before.facts.items() if name not in usual or one != usual[name]}
    yield f"facts   {', '.join(assignments(facts)) or 'all as they are by default'}"
    for when, decision in (("before", example.before), ("now", example.after)):
        told = f"refused: {example.problem}" if decision is None else decision.explain("user")
        by = "" if decision is None else f" ({decision.reason})"
        yield f"{when:6}  {visible(' '.join(told.split()))}{by}"


def _in_full(example: ChangedDecision) -> Iterator[str]:
    """Explain an example by both versions."""
    for when, decision in (("before", example.before), ("now", example.after)):
        if decision is not None:
            yield ""
            yield f"---- {when} ----"
            yield from decision.explain("support").splitlines()


def _share(number: int, total: int) -> str:
    """Write a part of all; what is there is never nothing."""
    if not total:
        return "-"
    return f"{number / total:.2%}" if number / total >= _LEAST or not number else f"< {_LEAST:.2%}"


def data_of(found: Backtest) -> dict[str, object]:
    """Give it as data for JSON."""
    return {
        "old": {"path": found.old.path, "digest": found.old.digest},
        "new": {"path": found.new.path, "digest": found.new.digest},
        "decisions": found.total,
        "changed": found.changed,
        "changes": [
            {"change": name, "decisions": one.number, "examples": [_example(example) for example in one.examples]}
            for name, one in sorted(found.changes.items(), key=lambda one: (-one[1].number, one[0]))
        ],
        "edits": [
            {"edit": title, "decisions": sum(times for edits, times in found.moved_by.items() if place in edits)}
            for place, title in enumerate(found.edits, 1)
        ],
        "only_together": found.moved_by[()],
        "by": None
        if found.by is None
        else [
            {"value": value, "decisions": one.total, "changed": one.changed}
            for value, one in sorted(found.shares.items(), key=lambda one: str(one[0]))
        ],
    }


def _example(one: ChangedDecision) -> Mapping[str, object]:
    return {
        "file": one.file,
        "row": one.number,
        "edits": list(one.edits),
        "facts": {name: to_plain(value) for name, value in one.before.facts.items()},
        "before": _decision(one.before),
        "after": {"problem": one.problem} if one.after is None else _decision(one.after),
    }


def _decision(decision: Record) -> Mapping[str, object]:
    return {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "because": decision.because,
        "explanation": decision.explain("support"),
    }
