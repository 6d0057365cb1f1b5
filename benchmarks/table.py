"""Write what was measured as Markdown, for the terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
"""The page that shows what was measured."""
_BEGIN: Final = "<!-- measured -->\n"
_END: Final = "<!-- /measured -->\n"


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its heading and what there is to say about it."""

    title: str
    about: Sequence[str]
    """Sentences, each on a line of its own."""
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        """Write the table; all columns but the first hold numbers."""
        lines = [f"### {self.title}", "", *self.about, "", _row(self.header)]
        lines.append("|---|" + "---:|" * (len(self.header) - 1))
        return "\n".join([*lines, *map(_row, self.rows)]) + "\n"


def _row(cells: Sequence[str]) -> str:
    """Write one row."""
    return f"| {' | '.join(cells)} |"


def duration(ns: float) -> str:
    """Write nanoseconds in the unit that suits them."""
    for limit, unit, scale in ((1e3, "ns", 1.0), (1e6, "µs", 1e3), (1e9, "ms", 1e6)):
        if ns < limit:
            value = ns / scale
            return f"{value:.0f} {unit}" if unit == "ns" or value >= 100 else f"{value:.1f} {unit}"
    return f"{ns / 1e9:.1f} s"


def multiple(ratio: float) -> str:
    """Write a ratio with the digits that it can bear."""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def write_page(machine: str, tables: Sequence[Table]) -> None:
    """Put what was measured between the marks of the page: each table in the place of the one with its title."""
    before, begin, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    measured, end, after = rest.partition(_END)
    assert begin
    assert end
    _, *sections = f"\n{measured}".split("\n### ")
    written = {section.partition("\n")[0]: f"### {section.strip()}\n" for section in sections}
    written |= {table.title: str(table) for table in tables}
    text = "\n".join([machine, *written.values()])
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
