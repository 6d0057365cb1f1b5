"""
Write a comparison as Markdown, for the text of a pull request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from notifyrules.diagnostics.visible import visible
from notifyrules.diff.gate import Gate
from notifyrules.diff.model import Comparison, Region
from notifyrules.diff.rows import Counted
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
from notifyrules.explanation.words import assignments, printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@-])")


def format_markdown(comparison: Comparison, gate: Gate, rows: Counted | None) -> str:
    """
    Write a comparison as Markdown.

    Returns:
        Lines that end in a line end.
    """
    return "".join(f"{line}\n" for line in _lines(comparison, gate, rows))


def _lines(comparison: Comparison, gate: Gate, rows: Counted | None) -> Iterator[str]:
    """
    Write the parts, each under its heading.
    """
    yield f"### {_plain(comparison.new.title)}"
    yield ""
    yield f"{_code(comparison.old.path)} → {_code(comparison.new.path)}: {_prose(headline(comparison))}."
    if comparison.within:
        yield ""
        yield "All of it is within:"
        yield ""
        yield from (f"- {_code(condition)}" for condition in comparison.within)
    for change in comparison.changes:
        yield from _change(comparison, change, gate)
    for change, told in comparison.lost.items():
        title = f"{_code(change)}{'' if gate.passes(change) else ' — not allowed'}"
        yield from _section(title, list(map(_prose, told)))
    yield from _section("Facts, data and promises", list(map(_prose, comparison.inputs)))
    yield from _section("The chart", [f"{kind}: {_prose(what)}" for kind, what in chart_changes(comparison.structure)])
    if rows is not None:
        lines = [
            f"{number:,} {_code(change)}, such as {', '.join(map(_code, rows.examples[change]))}"
            for change, number in counted(rows.changes)
        ]
        lines += [f"{len(rows.passed_over):,} rows could not be decided by both"] if rows.passed_over else []
        yield from _section(f"Recorded decisions: {rows.changed:,} of {rows.total:,} change", lines or ["none"])
    if not comparison.complete:
        yield ""
        yield "_The time limit was reached: conditions may be shorter than told, and reasons more._"


def _change(comparison: Comparison, change: str, gate: Gate) -> Iterator[str]:
    """
    Write one change, with its regions.
    """
    regions = [region for region in comparison.regions if region.change == change]
    yield ""
    kind = _plain(kind_of(comparison, change))
    yield f"#### {_code(change)}{kind}{'' if gate.passes(change) else ' — not allowed'}"
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
    """
    Write one region: who, an example, and a table of before and after.
    """
    rest = remaining(comparison, region)
    words = " and ".join(_code(condition) for condition in rest)
    whole = "Everybody there" if comparison.within else "Everybody"
    yield f"**{'Where' if rest else whole}**{' ' + words if rest else ''}"
    for caveat in caveats(comparison, region):
        yield f"_({caveat})_"
    yield ""
    example = ", ".join(map(_code, assignments(facts_shown(comparison, region)))) or "all facts as they are by default"
    yield f"For example: {example}"
    yield ""
    yield "| | decision | reason | path |"
    yield "|---|---|---|---|"
    before, after = paths(comparison, region)
    yield _row("before", region.before, before, region.reasons_before)
    yield _row("after", region.after, after, region.reasons_after)
    for name, was, now in carried(region):
        yield ""
        yield f"{_code(name)} was {_code(was)} and is {_code(now)}."


def _row(title: str, decided: Record, path: Sequence[str], reasons: Sequence[str]) -> str:
    """
    Write what one version decides as a row of a table.
    """
    because = f" {_plain(printable(decided.because))}" if decided.because else ""
    more = f" (elsewhere {_code(others(reasons))})" if len(reasons) > 1 else ""
    way = " → ".join(arrow if arrow.startswith("(") else _code(arrow) for arrow in path)
    cells = (title, f"{_code(decided.outcome)}, {meaning(decided)}", f"{_code(decided.reason)}{because}{more}", way)
    return f"| {' | '.join(cells)} |"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    """
    Write a list under a heading, if there is something in it.
    """
    if lines:
        yield ""
        yield f"#### {title}"
        yield ""
        yield from (f"- {line}" for line in lines)


def _code(text: str) -> str:
    """
    Write something as code, whatever stands in it.
    """
    folded = printable(text).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", folded)), default=0) + 1)
    return f"{ticks} {folded} {ticks}" if "`" in folded else f"`{folded}`"


def _prose(text: str) -> str:
    """
    Write a sentence with words of the file in backticks.
    """
    parts = text.split("`")
    escaped = (_code(part) if number % 2 else _escaped(visible(part)) for number, part in enumerate(parts) if part)
    return "".join(escaped)


def _plain(text: str) -> str:
    """
    Write words of a file so that Markdown makes nothing of them.
    """
    return _escaped(printable(text))


def _escaped(text: str) -> str:
    """
    Put a backslash before every character that Markdown may take for more than itself.
    """
    return _SPECIAL.sub(r"\\\1", text)
