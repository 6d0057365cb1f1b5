"""
Write a comparison as Markdown, for the text of a pull request.

Whatever stands in a file is written as code, in which nothing is a link or a picture, and nobody is called; only words
that could not be taken for anything else stand as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notifyrules.diff.gate import Gate
from notifyrules.diff.model import Comparison, Region
from notifyrules.diff.rows import Counted
from notifyrules.diff.spelling import prose, ticked
from notifyrules.diff.telling import (
    REGIONS,
    carried,
    caveats,
    chart_changes,
    counted,
    facts_shown,
    headline,
    kind_of,
    meaning,
    others,
    paths,
    remaining,
)
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import assignments

_BAR = r"\|"
_MOST = 60_000
"""Code points that are written; GitHub takes no comment of more than 65,536."""


def format_markdown(comparison: Comparison, gate: Gate, rows: Counted | None) -> str:
    """
    Write a comparison as Markdown.

    Returns:
        Lines that end in a line end.
    """
    kept: list[str] = []
    left = _MOST
    for line in _lines(comparison, gate, rows):
        left -= len(line) + 1
        if left < 0:
            kept += ["", "_The rest does not fit into a comment: `--format json` tells it._"]
            break
        kept.append(line)
    return "".join(f"{line}\n" for line in kept)


def _lines(comparison: Comparison, gate: Gate, rows: Counted | None) -> Iterator[str]:
    """Write the parts, each under its heading."""
    yield f"### {prose(comparison.new.title)}"
    yield ""
    yield f"{ticked(comparison.old.path)} → {ticked(comparison.new.path)}: {headline(comparison)}."
    if comparison.within:
        yield ""
        yield "All of it is within:"
        yield ""
        yield from (f"- {ticked(condition)}" for condition in comparison.within)
    for change in comparison.changes:
        yield from _change(comparison, change, gate)
    for change, told in comparison.lost.items():
        title = f"{ticked(change)}{'' if gate.passes(change) else ' — not allowed'}"
        yield from _section(title, told)
    if way_out := gate.way_out(comparison):
        yield ""
        yield f"What is not allowed passes, where it is meant, with {ticked(way_out)}."
    yield from _section("Facts, data and promises", comparison.inputs)
    yield from _section("The chart", [f"{kind}: {what}" for kind, what in chart_changes(comparison.structure)])
    if rows is not None:
        lines = [
            f"{number:,} {ticked(change)}, such as {', '.join(map(ticked, rows.examples[change]))}"
            for change, number in counted(rows.changes)
        ]
        lines += [f"{len(rows.passed_over):,} rows could not be decided by both"] if rows.passed_over else []
        yield from _section(f"Recorded decisions: {rows.changed:,} of {rows.total:,} change", lines or ["none"])
    if not comparison.complete:
        yield ""
        yield "_The time limit was reached: conditions may be shorter than told, and reasons more._"


def _change(comparison: Comparison, change: str, gate: Gate) -> Iterator[str]:
    """Write one change, with its regions."""
    regions = [region for region in comparison.regions if region.change == change]
    yield ""
    kind = kind_of(comparison, change)
    yield f"#### {ticked(change)}{kind}{'' if gate.passes(change) else ' — not allowed'}"
    if change in comparison.open:
        yield ""
        yield "Some of it could neither be shown nor excluded."
    for region in regions[:REGIONS]:
        yield ""
        yield from _region(comparison, region)
    if len(regions) > REGIONS:
        yield ""
        yield f"And {len(regions) - REGIONS} more regions."


def _region(comparison: Comparison, region: Region) -> Iterator[str]:
    """Write one region: who, an example, and a table of before and after."""
    rest = remaining(comparison, region)
    words = " and ".join(ticked(condition) for condition in rest)
    whole = "Everybody there" if comparison.within else "Everybody"
    yield f"**{'Where' if rest else whole}**{' ' + words if rest else ''}"
    for caveat in caveats(comparison, region):
        yield f"_({caveat})_"
    yield ""
    example = ", ".join(map(ticked, assignments(facts_shown(comparison, region)))) or "all facts as they are by default"
    yield f"For example: {example}"
    yield ""
    yield "| | decision | reason | path |"
    yield "|---|---|---|---|"
    before, after = paths(comparison, region)
    yield _row("before", region.before, before, region.reasons_before)
    yield _row("after", region.after, after, region.reasons_after)
    for name, was, now in carried(region):
        yield ""
        yield f"{ticked(name)} was {ticked(was)} and is {ticked(now)}."


def _row(title: str, decided: Record, path: Sequence[str], reasons: Sequence[str]) -> str:
    """Write what one version decides as a row of a table."""
    because = f" {prose(decided.because)}" if decided.because else ""
    more = f" (elsewhere {ticked(others(reasons))})" if len(reasons) > 1 else ""
    way = " → ".join(arrow if arrow.startswith("(") else ticked(arrow) for arrow in path)
    cells = (title, f"{ticked(decided.outcome)}, {meaning(decided)}", f"{ticked(decided.reason)}{because}{more}", way)
    # Only a table needs the backslash, and it does inside of code as well; elsewhere it would be shown.
    return f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Write a list under a heading, if there is something in it."""
    if lines:
        yield ""
        yield f"#### {title}"
        yield ""
        yield from (f"- {line}" for line in lines)
