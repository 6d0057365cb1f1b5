"""Lay out the panel that a picture stands on: the chart, the sentence above it, the legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from notifyrules.diagram.asides import stand_beside
from notifyrules.diagram.boxes import LEADING, SMALL, TEXT, Lettering
from notifyrules.diagram.compounds import Point
from notifyrules.diagram.lettering import drawable, width, wrap
from notifyrules.diagram.model import Diagram
from notifyrules.diagram.routing import Drawing
from notifyrules.graph.colours import Colour

MARGIN: Final = 24
"""Room between the edge of the panel and everything on it."""
SWATCH: Final = 14
"""The side of a colour in the legend."""
SWATCH_GAP: Final = 8
"""Room between a colour and its name."""
LEGEND_LINE: Final = 22
"""The height of an entry of the legend."""

_ENTRY_GAP: Final = 20
_HEADER: Final = 44
"""
The height above the chart, for one line of words or two smaller ones.

It is there on every picture, so that those with and without words can be laid over each other.
"""
_HEADER_LINES: Final = 2
_EDGE: Final = 6
"""Room between the edge of the panel and what stands beside the chart."""
_CLEAR: Final = 16
"""Room around the legend where it stands beside the chart."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One class of the legend, in its place."""

    name: str
    colour: Colour
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Panel:
    """A whole picture in its places, in pixels from the upper left corner of the panel."""

    drawing: Drawing
    width: float
    height: float
    words: Lettering
    """The lines above the chart, in bold."""
    words_size: int
    """Their font size."""
    chart: Point
    """The upper left corner of the chart."""
    legend: tuple[Entry, ...]


def lay_panel(diagram: Diagram, drawing: Drawing) -> Panel:
    """Put a chart on its panel: the legend into a corner that is free, else below the chart."""
    names = [drawable(name).replace("_", " ") for name, _ in diagram.legend]
    wide = [SWATCH + SWATCH_GAP + width(name, SMALL) for name in names]
    inner = max([drawing.width, *wide])
    chart = (MARGIN + (inner - drawing.width) / 2, float(_HEADER))
    corner = _free_corner(drawing, max(wide, default=0), LEGEND_LINE * len(wide))
    if corner is not None:
        places = [(chart[0] + corner, chart[1] + LEGEND_LINE * line) for line in range(len(wide))]
    else:
        places = [(MARGIN + x, chart[1] + drawing.height + MARGIN + y) for x, y in _side_by_side(wide, inner)]
    bottom = max([chart[1] + drawing.height, *(y + LEGEND_LINE - MARGIN / 2 for _, y in places)])
    legend = (
        Entry(name, colour, x, y) for name, (_, colour), (x, y) in zip(names, diagram.legend, places, strict=True)
    )
    taken = [(x - chart[0], y - chart[1], x - chart[0] + max(wide), y - chart[1] + LEGEND_LINE) for x, y in places]
    bounds = (_EDGE - chart[0], 0.0, inner + 2 * MARGIN - _EDGE - chart[0], drawing.height + MARGIN - _EDGE)
    whole = stand_beside(diagram, drawing, taken, bounds)
    words, size = _headline(diagram.words, inner)
    return Panel(whole, inner + 2 * MARGIN, bottom + MARGIN, words, size, chart, tuple(legend))


def _headline(text: str, limit: float) -> tuple[Lettering, int]:
    """Set the words above the chart in one line, or in two smaller ones; what does not fit is cut."""
    if not text:
        return Lettering((), 0, 0), TEXT
    size, lines = (TEXT, 1) if width(drawable(text), TEXT, bold=True) <= limit else (SMALL, _HEADER_LINES)
    found = wrap(text, size, limit=limit, lines=lines, bold=True)
    return Lettering(found, limit, len(found) * size * LEADING), size


def _side_by_side(entries: Sequence[float], limit: float) -> list[Point]:
    """
    Lay the entries of the legend out side by side.

    Args:
        entries: The width of each.
        limit: How wide a line of them may be.

    Returns:
        The upper left corner of each.
    """
    found: list[Point] = []
    x, y = 0.0, 0.0
    for wide in entries:
        if x and x + wide > limit:
            x, y = 0.0, y + LEGEND_LINE
        found.append((x, y))
        x += wide + _ENTRY_GAP
    return found


def _free_corner(drawing: Drawing, wide: float, high: float) -> float | None:
    """
    Find an upper corner of the chart that has room for the legend.

    Returns:
        The left edge of the legend, or None where neither corner is free.
    """
    for left in (0.0, drawing.width - wide):
        if left >= 0 and not any(_touches(left - _CLEAR, left + wide + _CLEAR, high + _CLEAR, drawing)):
            return left
    return None


def _touches(left: float, right: float, bottom: float, drawing: Drawing) -> Iterator[bool]:
    """Tell for everything that is drawn whether it reaches into a stretch at the top of the chart."""
    for box in drawing.boxes:
        half = box.sized.width / 2
        yield box.x - half < right and left < box.x + half and box.top < bottom
    for one in drawing.clusters:
        yield one.left < right and left < one.right and one.top < bottom
    for arrow in drawing.arrows:
        half = arrow.label.width / 2 if arrow.label else 0
        yield arrow.middle[0] - half < right and left < arrow.middle[0] + half and arrow.middle[1] < bottom
        for (x, y), (to, under) in zip(arrow.points, arrow.points[1:], strict=False):
            yield min(x, to) < right and left < max(x, to) and min(y, under) < bottom
