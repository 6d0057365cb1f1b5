"""
Lay out the panel that a picture stands on: the chart, the sentence above it, the legend, what stands beside the chart.

A picture with a decision on it can be laid over the bare one. So the values that were read stand where there is room
beside their box, and are found in its tooltip in any case; and an end that the file does not write, which the bare
chart does not show, stands at the end of a short arrow, or hangs at a corner of its box where there is no room for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Final

from notifyrules.diagram.arranging import split
from notifyrules.diagram.boxes import LEADING, SMALL, TEXT, Lettering, SizedBox, letter_notes, size_end
from notifyrules.diagram.compounds import HEAD, TAIL, PlacedArrow, PlacedBox, Point, Rectangle, arrow_label
from notifyrules.diagram.lettering import drawable, width, wrap
from notifyrules.diagram.model import Diagram, DrawnArrow, Emphasis
from notifyrules.diagram.moves import with_moves
from notifyrules.diagram.routing import Drawing, PlacedValues
from notifyrules.graph.colours import Colour

MARGIN: Final = 24
"""Room between the edge of the panel and everything on it."""
SWATCH: Final = 14
"""The side of a colour in the legend."""
SWATCH_GAP: Final = 8
"""Room between a colour and its name."""
SAMPLE: Final = 44
"""The length of the line of a path in the legend."""
LEGEND_LINE: Final = 22
"""The height of an entry of the legend."""

_ENTRY_GAP: Final = 20
_LONGEST: Final = 420
"""The length of what the legend says of a path."""
_HEADER: Final = 44
"""
The height above the chart, for one line of words or two smaller ones.

It is there on every picture, so that those with and without words can be laid over each other.
"""
_HEADER_LINES: Final = 2
_EDGE: Final = 6
"""Room between the edge of the panel and what stands beside the chart."""
_LEGEND_ROOM: Final = 16
"""Room around the legend where it stands beside the chart."""

_CLEAR: Final = 4
"""Room around what stands beside the chart."""
_NEAR: Final = 5
"""Room between a box and the values beside it."""
_HANGS: Final = (9, 13)
"""How far an end that hangs at a corner lies on its box: below the words, or further up for lines that run under it."""
_OUT: Final = 4
"""How far it stands out sideways, where the way down from the middle of the box leaves it the room."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One class or path of the legend, in its place."""

    name: str
    colour: Colour | None
    """The colour of a class."""
    path: int
    """The number of a path; of a class, nothing."""
    look: Emphasis | None
    """How a line looks that means something."""
    x: float
    y: float

    @property
    def name_at(self) -> float:
        """The left end of the name."""
        return self.x + (SAMPLE if self.colour is None else SWATCH) + SWATCH_GAP


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
    drawing = with_moves(diagram, drawing)
    entries = [
        *(
            Entry(wrap(words, SMALL, limit=_LONGEST, lines=1)[0], None, path, None, 0, 0)
            for path, words in enumerate(map(": ".join, diagram.paths))
        ),
        *(Entry(drawable(name).replace("_", " "), colour, 0, None, 0, 0) for name, colour in diagram.legend),
        *(Entry(words, None, 0, look, 0, 0) for words, look in diagram.meanings),
    ]
    wide = [entry.name_at + width(entry.name, SMALL) for entry in entries]
    inner = max([drawing.width, *wide])
    chart = (MARGIN + (inner - drawing.width) / 2, float(_HEADER))
    if (corner := _free_corner(drawing, max(wide, default=0), LEGEND_LINE * len(wide))) is not None:
        places = [(chart[0] + corner, chart[1] + LEGEND_LINE * line) for line in range(len(wide))]
    else:
        places = [(MARGIN + x, chart[1] + drawing.height + MARGIN + y) for x, y in _side_by_side(wide, inner)]
    bottom = max([chart[1] + drawing.height, *(y + LEGEND_LINE - MARGIN / 2 for _, y in places)])
    legend = (replace(entry, x=x, y=y) for entry, (x, y) in zip(entries, places, strict=True))
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
    """Lay entries of the legend of some widths out side by side, and give the upper left corner of each."""
    found: list[Point] = []
    x = y = 0.0
    for wide in entries:
        if x and x + wide > limit:
            x, y = 0.0, y + LEGEND_LINE
        found.append((x, y))
        x += wide + _ENTRY_GAP
    return found


def _free_corner(drawing: Drawing, wide: float, high: float) -> float | None:
    """Find the left edge that the legend has in an upper corner of the chart; None where neither is free."""
    room = _Room((-inf, -inf, inf, inf), list(_drawn(drawing)))
    for left in (0.0, drawing.width - wide):
        if left >= 0 and room.is_free((left - _LEGEND_ROOM, -inf, left + wide + _LEGEND_ROOM, high + _LEGEND_ROOM)):
            return left
    return None


def _drawn(drawing: Drawing) -> Iterator[Rectangle]:
    """List the places of everything on the chart; of a label from its middle on down."""
    yield from (box.outline for box in drawing.boxes)
    yield from ((one.left, one.top, one.right, one.bottom) for one in drawing.clusters)
    for arrow in drawing.arrows:
        if arrow.label:
            yield _around(arrow.middle, arrow.label.width, 0, 0)
        yield from (_spanned(*ends) for ends in pairwise(arrow.points))


def stand_beside(diagram: Diagram, drawing: Drawing, taken: Iterable[Rectangle], bounds: Rectangle) -> Drawing:
    """Add to a drawing what is shown without a place of its own, within some bounds and where nothing is *taken*."""
    _, loose = split(diagram)
    room = _Room(bounds, [*taken, *_occupied(drawing)])
    homes = {box.sized.box.key: box for box in drawing.boxes}
    ends = {box.key: size_end(box) for box in diagram.boxes if box.key in {arrow.target for arrow in loose}}
    boxes, arrows = list(drawing.boxes), list(drawing.arrows)
    for arrow in loose:
        box, drawn = _end(_spoken(arrow, diagram), homes[arrow.source], ends[arrow.target], room)
        boxes.append(box)
        arrows.append(drawn)
    values: list[PlacedValues] = []
    for box in drawing.boxes:
        if read := box.sized.box.mark.values:
            words = letter_notes(read)
            if found := room.take(_spots(box, words)):
                values.append(PlacedValues(box.sized.box.key, words, *found))
    return replace(drawing, boxes=tuple(boxes), arrows=tuple(arrows), values=tuple(values))


@dataclass(slots=True)
class _Room:
    bounds: Rectangle
    taken: list[Rectangle]

    def take(self, spots: Iterable[tuple[Rectangle, Point]]) -> Point | None:
        """Take the first place that is free, and give the point that it stands for."""
        for spot, point in spots:
            if self.is_free(spot):
                self.taken.append(spot)
                return point
        return None

    def is_free(self, spot: Rectangle) -> bool:
        left, top, right, bottom = spot
        first, highest, last, lowest = self.bounds
        inside = first <= left and highest <= top and right <= last and bottom <= lowest
        met = (one[0] < right and left < one[2] and one[1] < bottom and top < one[3] for one in self.taken)
        return inside and not any(met)


def _occupied(drawing: Drawing) -> Iterator[Rectangle]:
    """List the places where something stands already, with some room around."""
    for box in drawing.boxes:
        left, top, right, bottom = box.outline
        yield left - 1, top - 1, right + _CLEAR, bottom + _CLEAR
    for arrow in drawing.arrows:
        if arrow.label is not None:
            yield _around(arrow.middle, arrow.label.width, arrow.label.height, 2)
        # Several paths run beside each other.
        by = _CLEAR + (arrow.arrow.mark.breadth or 0) / 2 if arrow.arrow.mark.traces else _CLEAR
        for ends in pairwise(arrow.points):
            left, top, right, bottom = _spanned(*ends)
            yield left - by, top - by + 2, right + by, bottom + by - 2
    for one in drawing.clusters:
        yield _around(one.title_at, 2 * one.title.width, 2 * one.title.height, 2)
        for x in (one.left, one.right):
            yield x - 2, one.top, x + 2, one.bottom
        for y in (one.top, one.bottom):
            yield one.left, y - 2, one.right, y + 2


def _spanned(one: Point, other: Point) -> Rectangle:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _around(middle: Point, wide: float, high: float, by: float) -> Rectangle:
    return middle[0] - wide / 2 - by, middle[1] - high / 2 - by, middle[0] + wide / 2 + by, middle[1] + high / 2 + by


def _spoken(arrow: DrawnArrow, diagram: Diagram) -> DrawnArrow:
    """Write on an arrow what a row of a table says that is not in the table."""
    if arrow.row is None:
        return arrow
    [rows] = (box.rows for box in diagram.boxes if box.key == arrow.source)
    return replace(arrow, label=rows[arrow.row].text, row=None)


def _end(arrow: DrawnArrow, home: PlacedBox, end: SizedBox, room: _Room) -> tuple[PlacedBox, PlacedArrow]:
    label = arrow_label(arrow)
    left, top, right, bottom = home.outline
    middle = top + home.sized.head / 2
    for shown in (label, None) if label else (None,):
        gap = (shown.width if shown else 0) + 2 * TAIL + HEAD
        tall = max(end.height, shown.height if shown else 0)
        heights = [y for y in (middle, bottom - tall / 2, top + tall / 2) if top < y < bottom]
        spots: list[tuple[Rectangle, Point]] = []
        for y in heights:
            near, far = y - tall / 2 - 2, y + tall / 2 + 2
            spots.append(((right + _CLEAR + 1, near, right + gap + end.width, far), (1, y)))
            spots.append(((left - gap - end.width, near, left - _CLEAR - 1, far), (-1, y)))
        if found := room.take(spots):
            side, y = found
            edge = right if side > 0 else left
            stop = edge + side * gap
            box = PlacedBox(end, stop + side * end.width / 2, y - end.height / 2)
            return box, PlacedArrow(arrow, ((edge, y), (stop, y)), shown, (edge + side * (gap - HEAD) / 2, y))
    return _hung(arrow, home, end, room)


def _hung(arrow: DrawnArrow, home: PlacedBox, end: SizedBox, room: _Room) -> tuple[PlacedBox, PlacedArrow]:
    """Hang an end at the lower right corner of its box, or at the lower left one; its arrow is hidden behind it."""
    _, _, right, bottom = home.outline
    half = end.width / 2
    reach = max(right - home.x + _OUT - half, half + 2 * _CLEAR)
    spots = [
        ((x - half, bottom + _CLEAR, x + half, bottom - hang + end.height), (x, bottom - hang))
        for hang in _HANGS
        for x in (home.x + reach, home.x - reach)
    ]
    x, top = room.take(spots) or spots[-2][1]
    box = PlacedBox(end, x, top)
    points = ((x, top + 2), (x, top + end.height - 2))
    return box, PlacedArrow(arrow, points, None, points[0])


def _spots(box: PlacedBox, words: Lettering) -> Iterator[tuple[Rectangle, Point]]:
    """List the places beside a box, the best first: right below it or above it beside its arrow, then to its sides."""
    left, top, right, bottom = box.outline
    wide, high = words.width, words.height
    middle = top + (box.sized.height - high) / 2
    columns = (box.x + 2 * _CLEAR, box.x - 2 * _CLEAR - wide, left, right - wide)
    places = [
        *((x, bottom + _NEAR) for x in columns),
        *((x, top - _NEAR - high) for x in columns),
        *((right + _NEAR + 1, y) for y in (middle, top, bottom - high)),
        *((left - _NEAR - wide, y) for y in (middle, top, bottom - high)),
    ]
    yield from (((x, y, x + wide, y + high), (x, y)) for x, y in places)
