"""Tell a comparison to a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notifyrules.diff.gate import Gate
from notifyrules.diff.model import Comparison, Region
from notifyrules.diff.rows import Counted
from notifyrules.diff.spelling import unticked
from notifyrules.diff.telling import (
    REGIONS,
    carried,
    caveats,
    chart_changes,
    counted,
    decision,
    facts_shown,
    headline,
    kind_of,
    meaning,
    others,
    paths,
    remaining,
)
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import assignments, paragraph, printable


def format_text(comparison: Comparison, gate: Gate, rows: Counted | None) -> str:
    """
    Write a comparison for a person.

    Returns:
        Lines that end in a line end.
    """
    return "".join(f"{line}\n" for line in _lines(comparison, gate, rows))


def _lines(comparison: Comparison, gate: Gate, rows: Counted | None) -> Iterator[str]:
    """Write the parts, each under its title."""
    yield f"{comparison.old.path} -> {comparison.new.path}"
    yield from paragraph(unticked(headline(comparison)))
    if comparison.within:
        yield ""
        yield from _conditions("all of it is within", comparison.within)
    for change in comparison.changes:
        regions = [region for region in comparison.regions if region.change == change]
        yield ""
        allowed = "" if gate.passes(change) else "  (not allowed)"
        yield f"{printable(f'{change}{kind_of(comparison, change)}')}{allowed}"
        if change in comparison.open:
            yield "  some of it could neither be shown nor excluded"
        for number, region in enumerate(regions[:REGIONS]):
            yield from [""] if number else []
            yield from _region(comparison, region)
        if len(regions) > REGIONS:
            yield f"  and {len(regions) - REGIONS} more regions, which --format json tells"
    for change, told in comparison.lost.items():
        title = f"{change}{'' if gate.passes(change) else '  (not allowed)'}"
        yield from _listed(title, [unticked(note) for note in told])
    if way_out := gate.way_out(comparison):
        # On one line however long it is, so that it can be copied.
        yield from ("", "what is not allowed passes, where it is meant, with", f"  {way_out}")
    yield from _listed("facts, data and promises", [unticked(note) for note in comparison.inputs])
    structure = [f"{kind}: {unticked(what)}" for kind, what in chart_changes(comparison.structure)]
    yield from _listed("the chart", structure)
    if rows is not None:
        yield from _rows(rows)
    if not comparison.complete:
        yield from _listed("the time limit was reached", ["conditions may be shorter than told, and reasons more"])


def _conditions(title: str, conditions: Sequence[str], indent: int = 0) -> Iterator[str]:
    """Write conditions below each other."""
    for number, condition in enumerate(conditions or ("true",)):
        start = f"{title} " if number == 0 else f"{'and':>{len(title)}} "
        yield from paragraph(printable(condition), indent, bullet=start, hanging=2)


def _region(comparison: Comparison, region: Region) -> Iterator[str]:
    """Write one region."""
    rest = remaining(comparison, region)
    if rest:
        yield from _conditions("where", rest, 2)
    elif not comparison.within:
        yield "  for all facts"
    for caveat in caveats(comparison, region):
        yield f"  ({unticked(caveat)})"
    example = ", ".join(assignments(facts_shown(comparison, region))) or "all facts as they are by default"
    yield from paragraph(example, 2, bullet="example  ")
    before, after = paths(comparison, region)
    yield from _decided("before", region.before, before, region.reasons_before)
    yield from _decided("after", region.after, after, region.reasons_after)
    for name, was, now in carried(region):
        yield from paragraph(printable(f"{name} was {was}, is {now}"), 2, bullet="carries  ")


def _decided(title: str, decided: Record, path: Sequence[str], reasons: Sequence[str]) -> Iterator[str]:
    """Write what one version decides, and the way there."""
    yield from paragraph(f"{decision(decided)} ({meaning(decided)})", 2, bullet=f"{title:8} ")
    yield from paragraph(" > ".join(path), 11)
    if len(reasons) > 1:
        yield from paragraph(f"elsewhere in it by {others(reasons)}", 11)


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Write a list under a title, if there is something in it."""
    if lines:
        yield ""
        yield title
        for line in lines:
            yield from paragraph(printable(line), 2, hanging=2)


def _rows(rows: Counted) -> Iterator[str]:
    """Write what becomes of recorded decisions."""
    yield ""
    yield f"recorded decisions: {rows.changed:,} of {rows.total:,} change"
    for change, number in counted(rows.changes):
        examples = ", ".join(map(printable, rows.examples[change]))
        yield from paragraph(f"{number:,} {change}, such as {examples}", 2, hanging=2)
    for problem in rows.passed_over[:REGIONS]:
        yield from paragraph(printable(f"passed over: {problem}"), 2, hanging=2)
    if len(rows.passed_over) > REGIONS:
        yield f"  and {len(rows.passed_over) - REGIONS:,} more passed over"
