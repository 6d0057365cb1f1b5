"""
Turn what was walked into figures and a list of what was not, and report them to people and to programs.

Each kind is counted as covered of total; the total is the sum of the kinds. A percentage is rounded down, so that it
never claims what is not so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from notifyrules.coverage.recorder import AtomCount, WalkTally
from notifyrules.diagnostics.visible import visible, visible_name
from notifyrules.graph.model import Arrow, FanOut, Graph, Notify
from notifyrules.source.text import Span

KINDS: Final = ("nodes", "arrows", "outcomes", "atoms")
"""What is counted, in the order of every report."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that no case has walked, or not in every way."""

    kind: str
    """One of :data:`KINDS`."""
    name: str
    """The name of a node or outcome, the id of an arrow, an atom as written."""
    missing: str
    """What never happened, such as `never taken`."""
    span: Span

    @property
    def sentence(self) -> str:
        """Tell it in one line."""
        return f"{self.kind.removesuffix('s')} `{self.name}` {self.missing}"


@dataclass(frozen=True, slots=True)
class CoverageFigure:
    """How much of something is covered."""

    covered: int
    total: int

    @property
    def tenths(self) -> int:
        """The share in tenths of a percent, rounded down; 1000 for nothing at all."""
        return self.covered * 1000 // self.total if self.total else 1000

    @property
    def percent(self) -> str:
        """The share in percent with one decimal, rounded down; `100%` only where everything is covered."""
        return "100%" if self.tenths == 1000 else f"{self.tenths // 10}.{self.tenths % 10}%"  # noqa: PLR2004 - all of it

    def is_under(self, percent: Fraction) -> bool:
        """Tell whether the share, not rounded, is less than a number of percent."""
        return Fraction(self.covered * 100) < percent * self.total


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """How much of one file is covered."""

    file: str
    figures: Mapping[str, CoverageFigure]
    """One for each of :data:`KINDS`."""
    gaps: tuple[Gap, ...]
    """What is not covered, in the order of the file."""

    @property
    def total(self) -> CoverageFigure:
        """The sum of the kinds."""
        return add(self.figures.values())


def add(figures: Iterable[CoverageFigure]) -> CoverageFigure:
    """Add the figures of several kinds or files."""
    kept = list(figures)
    return CoverageFigure(sum(one.covered for one in kept), sum(one.total for one in kept))


def total_figures(files: Iterable[FileCoverage]) -> CoverageFigure:
    """Add up the totals of all files."""
    return add(file.total for file in files)


def measure(tallies: Mapping[str, WalkTally]) -> tuple[FileCoverage, ...]:
    """Measure what was walked of each file, in the order given."""
    return tuple(_measure(file, tally) for file, tally in tallies.items())


def _measure(file: str, tally: WalkTally) -> FileCoverage:
    counts: dict[str, int] = {"atoms": len(tally.atoms)}
    gaps: list[Gap] = [gap for sight in tally.atoms.values() for gap in _atom_gap(sight)]
    if tally.graph is not None:
        graph = tally.graph
        counts |= {"nodes": len(graph.nodes), "arrows": len(graph.arrows), "outcomes": len(graph.outcomes)}
        unasked, unreached = graph.nodes.keys() - tally.nodes, graph.outcomes.keys() - tally.outcomes
        gaps += [Gap("nodes", name, "was never asked", graph.nodes[name].span) for name in unasked]
        gaps += [gap for arrow in graph.arrows.values() for gap in _arrow_gap(arrow, tally, graph)]
        gaps += [Gap("outcomes", name, "was never reached", graph.outcomes[name].span) for name in unreached]
    uncovered = {kind: sum(gap.kind == kind for gap in gaps) for kind in KINDS}
    figures = {kind: CoverageFigure(counts.get(kind, 0) - uncovered[kind], counts.get(kind, 0)) for kind in KINDS}
    gaps.sort(key=lambda gap: (gap.span.source.name, gap.span.start, KINDS.index(gap.kind), gap.name))
    return FileCoverage(file, figures, tuple(gaps))


def _atom_gap(sight: AtomCount) -> Iterator[Gap]:
    if never := [f"never {value}" for value in ("true", "false") if not getattr(sight, value)]:
        yield Gap("atoms", sight.span.one_line, f"was {' and '.join(never)}", sight.span)


def _arrow_gap(arrow: Arrow, tally: WalkTally, graph: Graph) -> Iterator[Gap]:
    """
    Say what never happened to an arrow.

    A branch of a fan-out must have won and have been tried in vain, as far as its arrows can end in either.
    """
    node = graph.nodes[arrow.node]
    if not isinstance(node, FanOut) or arrow is node.otherwise:
        if not tally.arrows[arrow.id]:
            yield Gap("arrows", arrow.id, f"(to `{arrow.target}`) was never taken", arrow.span)
        return
    ends = ends_of(graph, arrow.target)
    missing = [
        *(["never won"] if ends - {Notify.NO} and not tally.arrows[arrow.id] else []),
        *(["was never tried in vain"] if Notify.NO in ends and not tally.tried[arrow.id] else []),
    ]
    if missing:
        yield Gap("arrows", arrow.id, f"(to `{arrow.target}`) {' and '.join(missing)}", arrow.span)


def ends_of(graph: Graph, start: str) -> set[Notify]:
    """Find what the outcomes mean to which arrows lead from a node."""
    seen, waiting = {start}, [start]
    while waiting:
        fresh = {arrow.target for arrow in graph.nodes[waiting.pop()].arrows} - seen
        seen |= fresh
        waiting.extend(fresh & graph.nodes.keys())
    return {graph.outcomes[name].notify for name in seen & graph.outcomes.keys()}


# ---- Reports ----


def format_coverage(files: Sequence[FileCoverage]) -> str:
    """Print the figures as a table, then what is not covered, with its places, in lines that end in a line end."""
    if not files:
        return "coverage: there is no chart to measure\n"
    rows = [("coverage", *KINDS, "total"), *(_row(visible_name(file.file), file.figures) for file in files)]
    if len(files) > 1:
        rows.append(_row("total", kind_figures(files)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            [f"{row[0]:{widths[0]}}", *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
    gaps = [f"  {visible_name(str(gap.span))}: {visible(gap.sentence)}" for file in files for gap in file.gaps]
    return "\n".join([*lines, *(["", "not covered:", *gaps] if gaps else [])]) + "\n"


def kind_figures(files: Sequence[FileCoverage]) -> Mapping[str, CoverageFigure]:
    """Add the figures of all files up, kind by kind."""
    return {kind: add(file.figures[kind] for file in files) for kind in KINDS}


def coverage_data(files: Sequence[FileCoverage]) -> dict[str, object]:
    """Give coverage as data for JSON: by file and for all, covered and total of each kind; by file what is missed."""
    return {
        "files": [
            {"file": file.file, **_data(file.figures), "uncovered": [_gap(gap) for gap in file.gaps]} for file in files
        ],
        "total": _data(kind_figures(files)),
    }


def _row(name: str, figures: Mapping[str, CoverageFigure]) -> tuple[str, ...]:
    total = add(figures.values())
    counts = (f"{figures[kind].covered} of {figures[kind].total}" if figures[kind].total else "-" for kind in KINDS)
    return (name, *counts, f"{total.covered} of {total.total}  {total.percent:>5}")


def _data(figures: Mapping[str, CoverageFigure]) -> dict[str, object]:
    """Give the figures of one file, or of all, as data."""
    total = add(figures.values())
    counted = {kind: {"covered": figure.covered, "total": figure.total} for kind, figure in figures.items()}
    return {**counted, "covered": total.covered, "total": total.total, "percent": total.tenths / 10}


def _gap(gap: Gap) -> dict[str, object]:
    return {
        "kind": gap.kind,
        "name": gap.name,
        "missing": gap.missing,
        "file": gap.span.source.name,
        "line": gap.span.line,
        "column": gap.span.column,
    }
