"""Report coverage to people and to programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notifyrules.coverage.figures import KINDS, Figure, FileCoverage, Gap, add
from notifyrules.diagnostics.visible import visible, visible_name


def format_coverage(files: Sequence[FileCoverage]) -> str:
    """
    Print the figures as a table, then what is not covered, with its places.

    Returns:
        Lines that end in a line end.
    """
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


def kind_figures(files: Sequence[FileCoverage]) -> Mapping[str, Figure]:
    """Add the figures of all files up, kind by kind."""
    return {kind: add(file.figures[kind] for file in files) for kind in KINDS}


def coverage_data(files: Sequence[FileCoverage]) -> dict[str, object]:
    """
    Give coverage as data for JSON.

    Returns:
        For each file and for all together, covered and total of each kind; for each file what is not covered.
    """
    return {
        "files": [
            {"file": file.file, **_data(file.figures), "uncovered": [_gap(gap) for gap in file.gaps]} for file in files
        ],
        "total": _data(kind_figures(files)),
    }


def _row(name: str, figures: Mapping[str, Figure]) -> tuple[str, ...]:
    """Write one row of the table."""
    total = add(figures.values())
    counts = (f"{figures[kind].covered} of {figures[kind].total}" if figures[kind].total else "-" for kind in KINDS)
    return (name, *counts, f"{total.covered} of {total.total}  {total.percent:>5}")


def _data(figures: Mapping[str, Figure]) -> dict[str, object]:
    """Give the figures of one file, or of all, as data."""
    total = add(figures.values())
    counted = {kind: {"covered": figure.covered, "total": figure.total} for kind, figure in figures.items()}
    return {**counted, "covered": total.covered, "total": total.total, "percent": total.tenths / 10}


def _gap(gap: Gap) -> dict[str, object]:
    """Give something that is not covered as data."""
    return {
        "kind": gap.kind,
        "name": gap.name,
        "missing": gap.missing,
        "file": gap.span.source.name,
        "line": gap.span.line,
        "column": gap.span.column,
    }
