"""
Tell a comparison to a person: at a terminal, and as Markdown for the text of a pull request.

What is told, and in which order, is written once; the two skins say how each part of it looks. Sentences are Markdown,
which the terminal is spared. There, whatever stands in a file is written as code, in which nothing is a link or a
picture, and nobody is called; only words that could not be taken for anything else stand as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final, TypeAlias
from urllib.parse import quote

from notifyrules.diff.edit_words import Depth, ReportLine, carried, edits_told, facts_shown
from notifyrules.diff.gate import AllowedChanges
from notifyrules.diff.model import (
    BEGINNING,
    FEWER_MEDIA,
    GONE,
    Example,
    Finding,
    Structure,
    VersionComparison,
)
from notifyrules.diff.recorded import Counted
from notifyrules.diff.shared_facts import other_default
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import (
    HEADLINES,
    assignments,
    paragraph,
    printable,
    prose,
    ticked,
    unticked,
)

MANY: Final = 8
"""Problems of one kind that are told."""
_ALIKE: Final = 6
"""Arrows that both paths begin with and that are told one by one."""
_USUAL: Final = "all facts as they are by default"
_TOLD: Final = ("asked", "moved")
"""Changes of the chart that are edits."""
_BAR: Final = r"\|"
MOST: Final = 60_000
"""Code points of Markdown that are written; GitHub takes no comment of more than 65,536."""


def format_text(
    comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None, *, ways: bool = False
) -> str:
    """Write a comparison for a terminal, in lines that end in a line end; with *ways* also the paths."""
    return "".join(f"{line}\n" for line in _outline(comparison, gate, rows, _Text(), ways=ways))


def format_markdown(
    comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None, *, ways: bool = False
) -> str:
    """Write a comparison as Markdown, in lines that end in a line end; with *ways* also the paths."""
    kept: list[str] = []
    left = MOST
    for line in _outline(comparison, gate, rows, _Markdown(), ways=ways):
        left -= len(line) + 1
        if left < 0:
            kept += ["", "_The rest does not fit into a comment: `--format json` tells it._"]
            break
        kept.append(line)
    return "".join(f"{line}\n" for line in kept)


def picture_below(told: str, picture: str) -> str:
    """
    Show a picture below Markdown, folded, in lines that end in a line end.

    Args:
        told: What stands above; the text of a chart is left out where both are too long for a comment.
        picture: The text of a Mermaid chart, or where a picture is found.
    """
    shown = f"![both versions as one chart]({quote(picture, safe='/:?&=#%@+,;~')})"
    if "\n" in picture:
        shown = f"```mermaid\n{picture}```"
        if len(told) + len(shown) > MOST:
            return "\n_The picture does not fit into a comment: `--picture change.svg` draws it._\n"
    return f"\n<details>\n<summary>Both versions as one chart</summary>\n\n{shown}\n\n</details>\n"


# ---- What is told ----


_Side: TypeAlias = tuple[str, Record, list[str]]
"""What one version decides: its title, the decision, and the path there."""


def _outline(
    comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None, skin: _Text | _Markdown, *, ways: bool
) -> Iterator[str]:
    """Tell a comparison, part by part; each begins with the blank line that parts it from what stands before."""
    yield from skin.head(comparison)
    yield from skin.edits(edits_told(comparison))
    for change in comparison.changes if ways else comparison.open:
        yield from skin.part(skin.heading(change, kind_of(comparison, change), allowed=gate.passes(change)))
        if change in comparison.open:
            yield from skin.note("some of it could neither be shown nor excluded")
        for numbers, _, example in comparison.regions if ways else ():
            if example.change == change:
                yield from _way(comparison, numbers, example, skin)
    for change, lines in comparison.lost.items():
        yield from skin.listed(skin.heading(change, "", allowed=gate.passes(change)), lines)
    defaults = [one.what for edit in comparison.edits for one in edit.edited if one.kind == "default"]
    told = {other_default(comparison.old.facts[name], comparison.new.facts[name]) for name in defaults}
    if way_out := gate.way_out(comparison):
        yield from skin.way_out(way_out)
    yield from skin.listed("facts, data and promises", [one for one in comparison.inputs if one not in told])
    yield from skin.listed(
        "the chart", [f"{kind}: {what}" for kind, what in chart_changes(comparison.structure) if kind not in _TOLD]
    )
    if rows is not None:
        most_first = sorted(rows.changes.items(), key=lambda entry: (-entry[1], entry[0]))
        counted = [
            f"{number:,} {ticked(change)}, such as {', '.join(map(ticked, rows.examples[change]))}"
            for change, number in most_first
        ]
        title = f"recorded decisions: {rows.changed:,} of {rows.total:,} change"
        yield from skin.recorded(title, counted, rows.passed_over)
    if not comparison.complete:
        yield from skin.end("the time limit was reached", "conditions may be shorter than told, and reasons more")


def _way(
    comparison: VersionComparison, numbers: Sequence[int], example: Example, skin: _Text | _Markdown
) -> Iterator[str]:
    yield from skin.example(
        f"edit {numbers[0]}" if len(numbers) == 1 else f"edits {', '.join(map(str, numbers))}",
        list(assignments(facts_shown(comparison, example))),
    )
    before, after = paths(comparison, example)
    yield from skin.decided(("before", example.before, before), ("after", example.after, after))
    for name, was, now in carried(example):
        yield from skin.carries(name, was, now)


# ---- How it looks ----


class _Text:
    """For a terminal."""

    def head(self, comparison: VersionComparison) -> Iterator[str]:
        """Name the versions, and say in one sentence what changes."""
        yield f"{comparison.old.path} -> {comparison.new.path}"
        yield from paragraph(unticked(headline(comparison)))

    def edits(self, lines: Iterable[ReportLine]) -> Iterator[str]:
        """Write what edits do."""
        for depth, sentence in lines:
            if depth in (Depth.NOTE, Depth.TITLE):
                yield ""
            yield from paragraph(unticked(sentence), _INDENTS[depth], hanging=2)

    def heading(self, change: str, kind: str, *, allowed: bool) -> str:
        return f"{printable(f'{change}{kind}')}{'' if allowed else '  (not allowed)'}"

    def part(self, title: str) -> Iterator[str]:
        yield from ("", title)

    def note(self, sentence: str, aside: str = "") -> Iterator[str]:
        """Say something of a change as a whole."""
        yield f"  {sentence}{aside}"

    def example(self, edits: str, facts: Sequence[str]) -> Iterator[str]:
        """Give the facts that are not what they are by default, and which edits move them."""
        yield from paragraph(f"{', '.join(facts) or _USUAL} ({edits})", 2, bullet="example  ")

    def decided(self, *sides: _Side) -> Iterator[str]:
        """Say what each version decides, and the way there."""
        for title, record, path in sides:
            yield from paragraph(f"{decision(record)} ({meaning(record)})", 2, bullet=f"{title:8} ")
            yield from paragraph(" > ".join(path), 11)

    def carries(self, name: str, was: str, now: str) -> Iterator[str]:
        """Say what becomes of something that the decision carries."""
        yield from paragraph(printable(f"{name} was {was}, is {now}"), 2, bullet="carries  ")

    def listed(self, title: str, lines: Sequence[str]) -> Iterator[str]:
        return self._below(title, map(unticked, lines)) if lines else iter(())

    def way_out(self, options: str) -> Iterator[str]:
        """Say how to let pass what is not allowed, on one line however long it is, so that it can be copied."""
        yield from ("", "what is not allowed passes, where it is meant, with", f"  {options}")

    def recorded(self, title: str, counted: Sequence[str], passed_over: Sequence[str]) -> Iterator[str]:
        """Write what becomes of recorded decisions, and why some could not be looked at."""
        problems = [f"passed over: {problem}" for problem in passed_over[:MANY]]
        if len(passed_over) > MANY:
            problems.append(f"and {len(passed_over) - MANY:,} more passed over")
        return self._below(title, (*map(unticked, counted), *problems))

    def end(self, title: str, sentence: str) -> Iterator[str]:
        """Say how far the comparison came."""
        return self._below(title, [sentence])

    def _below(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        yield from ("", title)
        for line in lines:
            yield from paragraph(printable(line), 2, hanging=2)


class _Markdown:
    """For the text of a pull request."""

    def head(self, comparison: VersionComparison) -> Iterator[str]:
        yield from (f"### {prose(comparison.new.title)}", "")
        yield f"{ticked(comparison.old.path)} → {ticked(comparison.new.path)}: {headline(comparison)}."

    def edits(self, lines: Iterable[ReportLine]) -> Iterator[str]:
        before = None
        for depth, sentence in lines:
            if depth is not Depth.ITEM or before is not Depth.ITEM:
                yield ""
            before = depth
            yield f"{_MARKS[depth]}{sentence}"

    def heading(self, change: str, kind: str, *, allowed: bool) -> str:
        return f"{ticked(change)}{kind}{'' if allowed else ' — not allowed'}"

    def part(self, title: str) -> Iterator[str]:
        yield from ("", f"#### {title[0].upper()}{title[1:]}")

    def note(self, sentence: str, aside: str = "") -> Iterator[str]:  # noqa: ARG002 - no room for an aside
        yield from ("", f"{sentence[0].upper()}{sentence[1:]}.")

    def example(self, edits: str, facts: Sequence[str]) -> Iterator[str]:
        yield from ("", f"For example, of {edits}: {', '.join(map(ticked, facts)) or _USUAL}")

    def decided(self, *sides: _Side) -> Iterator[str]:
        yield from ("", "| | decision | reason | path |", "|---|---|---|---|")
        for title, record, path in sides:
            because = f" {prose(record.because)}" if record.because else ""
            way = " → ".join(arrow if arrow.startswith("(") else ticked(arrow) for arrow in path)
            cells = (title, f"{ticked(record.outcome)}, {meaning(record)}", f"{ticked(record.reason)}{because}", way)
            # Only a table needs the backslash, and it does inside of code as well; elsewhere it would be shown.
            yield f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |"

    def carries(self, name: str, was: str, now: str) -> Iterator[str]:
        yield from ("", f"{ticked(name)} was {ticked(was)} and is {ticked(now)}.")

    def listed(self, title: str, lines: Sequence[str]) -> Iterator[str]:
        if lines:
            yield from (*self.part(title), "", *(f"- {line}" for line in lines))

    def way_out(self, options: str) -> Iterator[str]:
        yield from ("", f"What is not allowed passes, where it is meant, with {ticked(options)}.")

    def recorded(self, title: str, counted: Sequence[str], passed_over: Sequence[str]) -> Iterator[str]:
        rest = [f"{len(passed_over):,} rows could not be decided by both"] if passed_over else []
        return self.listed(title, [*counted, *rest] or ["none"])

    def end(self, title: str, sentence: str) -> Iterator[str]:
        yield from ("", f"_{title[0].upper()}{title[1:]}: {sentence}._")


_MARKS = {Depth.NOTE: "", Depth.TITLE: "#### ", Depth.SENTENCE: "", Depth.ITEM: "- "}
_INDENTS = {Depth.NOTE: 0, Depth.TITLE: 0, Depth.SENTENCE: 3, Depth.ITEM: 5}


# ---- The words of its parts ----


_GONE = {GONE: "data that is gone", FEWER_MEDIA: "media that are gone"}


def headline(comparison: VersionComparison) -> str:
    """Say in one sentence what changes."""
    match comparison.finding:
        case Finding.EQUIVALENT:
            whom = "all facts" if comparison.same_inputs else "all facts that both versions take"
            gone = [words for loss, words in _GONE.items() if loss in comparison.lost]
            stays = "every decision stays as it is" + (f", but for {' and '.join(gone)}" if gone else "")
            return f"{stays}: proved for {whom}"
        case Finding.UNDECIDED:
            changes = ", ".join(f"`{change}`" for change in comparison.open)
            return f"no change of a decision was shown, and none excluded for {changes}"
        case Finding.CHANGED:
            shown = [change for change in comparison.changes if change not in comparison.open]
            changes = ", ".join(f"`{change}`{kind_of(comparison, change)}" for change in shown)
            rest = ", ".join(f"`{change}`" for change in comparison.open)
            return f"decisions change: {changes}" + (f"; neither shown nor excluded: {rest}" if rest else "")


def kind_of(comparison: VersionComparison, change: str) -> str:
    """Say what changes where an outcome stays."""
    shown = [one for one in comparison.examples if one.change == change]
    was, _, now = change.partition("->")
    if was != now or not shown:
        return ""
    names = dict.fromkeys(name for one in shown for name, _, _ in carried(one))
    return f" (other {', '.join(names)})"


def decision(decided: Record) -> str:
    """Say what is decided, by what, and in which words."""
    because = f": {printable(decided.because)}" if decided.because else ""
    return f"{printable(decided.outcome)} by {decided.reason}{because}"


def meaning(decided: Record) -> str:
    """Say what a decision means for the notification."""
    return HEADLINES[decided.notify].lower()


def paths(comparison: VersionComparison, example: Example) -> tuple[list[str], list[str]]:
    """Give the paths before and after, with what both begin with cut short where it is long."""
    before, after = (tuple(step.arrow for step in one.passage.steps) for one in (example.before, example.after))
    arrows = comparison.structure.arrows
    pairs = zip(before, after, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: arrows.get(pair[0]) == pair[1], pairs))
    if alike <= _ALIKE:
        return list(before), list(after)
    cut = f"({alike - 2} more that stay)"
    return [before[0], cut, *before[alike - 1 :]], [after[0], cut, *after[alike - 1 :]]


def chart_changes(structure: Structure) -> Iterator[tuple[str, str]]:
    """List what a reader of the picture sees: the kind of change, and what changed."""
    for was, now in structure.renamed.items():
        yield "renamed", f"{ticked(was)} is called {ticked(now)}"
    for kind, what, names in (
        ("added", "node", structure.added_nodes),
        ("removed", "node", structure.removed_nodes),
        ("added", "arrow", structure.added_arrows),
        ("removed", "arrow", structure.removed_arrows),
    ):
        yield from ((kind, f"{what} {ticked(name)}") for name in names)
    for moved in structure.moved:
        leads, led = f"{ticked(moved.after)} leads to", "led to"
        if moved.after == BEGINNING:
            leads, led = "the chart begins with", "began with"
        yield "moved", f"{leads} {ticked(moved.leads_to)}, where it {led} {ticked(moved.led_to)}"
    for asked in structure.asked_otherwise:
        yield "asked", f"{ticked(asked.what)} asks {ticked(asked.after)}, where it asked {ticked(asked.before)}"
    for words in structure.reworded:
        yield "reworded", f"{ticked(words.what)}: {_quoted(words.after)}, before {_quoted(words.before)}"


def _quoted(text: str) -> str:
    return prose(f"“{printable(text)}”") if text else "nothing"
