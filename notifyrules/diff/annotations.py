"""Print a comparison as workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from notifyrules.diagnostics.formats import annotate
from notifyrules.diff.gate import Gate
from notifyrules.diff.model import Comparison, Region
from notifyrules.diff.rows import Counted
from notifyrules.diff.telling import REGIONS, caveats, decision, facts_shown, headline, kind_of, remaining
from notifyrules.explanation.words import assignments
from notifyrules.source.text import Span


def format_github(comparison: Comparison, gate: Gate, rows: Counted | None) -> str:
    """
    Print one annotation a region, of the first of each change: an error where it is not allowed, else a notice.

    Returns:
        Lines that end in a line end.
    """
    return "".join(f"{line}\n" for line in _lines(comparison, gate, rows))


def _lines(comparison: Comparison, gate: Gate, rows: Counted | None) -> Iterator[str]:
    """Print the annotations, those about the whole file last."""
    for change in comparison.changes:
        regions = [region for region in comparison.regions if region.change == change]
        command = "notice" if gate.passes(change) else "error"
        for region in regions[:REGIONS]:
            title = f"decisions change: {change}{kind_of(comparison, change)}"
            yield annotate(command, title, _place(comparison, region), _told(comparison, region))
    whole = comparison.new.nodes[comparison.new.start].span
    summary = [headline(comparison), *(one for told in comparison.lost.values() for one in told), *comparison.inputs]
    if rows is not None:
        summary.append(f"of {rows.total:,} recorded decisions {rows.changed:,} change")
    if way_out := gate.way_out(comparison):
        summary.append(f"what is not allowed passes, where it is meant, with {way_out}")
    untold = {*comparison.open, *comparison.lost} & {*gate.refused(comparison)}
    yield annotate("error" if untold else "notice", "notifyrules diff", Span(whole.source, 0, 0), summary)


def _place(comparison: Comparison, region: Region) -> Span:
    """Find the arrow that settles the decision now."""
    step = region.after.passage.steps[-1]
    arrows = {arrow.id: arrow.span for arrow in comparison.new.nodes[step.node].arrows}
    return arrows[step.arrow]


def _told(comparison: Comparison, region: Region) -> Iterator[str]:
    """Say who is concerned, with an example."""
    conditions = [*comparison.within, *remaining(comparison, region)]
    yield f"where {' and '.join(conditions)}" if conditions else "for all facts"
    yield from caveats(comparison, region)
    yield f"for example: {', '.join(assignments(facts_shown(comparison, region))) or 'all facts at their defaults'}"
    yield f"before: {decision(region.before)}"
    yield f"after: {decision(region.after)}"
