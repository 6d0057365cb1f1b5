"""
Write a picture as PNG, for places that show no SVG.

The chart is that of the SVG, place by place. The program that paints it has the letters of Western scripts only and
shows others as empty squares, so SVG is the better choice wherever there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from notifyrules.diagram.compounds import HEAD, Point
from notifyrules.diagram.dot import escaped
from notifyrules.diagram.figures import LEADING, NOTE_GAP, ROW_SIDE, SMALL, TEXT
from notifyrules.diagram.layout import run_layout
from notifyrules.diagram.lettering import width
from notifyrules.diagram.model import Diagram, Emphasis, Shape
from notifyrules.diagram.palette import INK, LIGHT, WHITE, ink_on, line_on
from notifyrules.diagram.panel import LEGEND_LINE, MARGIN, SWATCH, SWATCH_GAP, Panel, lay_panel
from notifyrules.diagram.routing import Drawing, DrawnBox, DrawnCluster, route
from notifyrules.diagram.strokes import BREADTH, DASHED, Stroke, bends, breadth_of, strokes, toward
from notifyrules.errors import UsageError

LARGEST: Final = 16_000_000
"""The area that a picture may have as PNG, in pixels of the SVG: about 150 boxes, painted in two seconds."""
LONGEST: Final = 12_000
"""The height and the width that a picture may have as PNG, in pixels of the SVG."""
SCALE: Final = 2
"""Pixels of the PNG for one of the SVG, so that it is sharp on fine screens."""

_FONT: Final = "Helvetica"
_BOLD: Final = f"{_FONT}-Bold"
_POINTS: Final = 72
_OUTLINE: Final = 1.3


def to_png(diagram: Diagram) -> bytes:
    """
    Write a picture as PNG, on its light panel.

    Args:
        diagram: The picture.

    Returns:
        A whole file.

    Raises:
        UsageError: The picture is larger than :data:`LARGEST` or :data:`LONGEST`, or there is no layout program.
    """
    panel = lay_panel(diagram, route(diagram))
    if panel.width * panel.height > LARGEST or max(panel.width, panel.height) > LONGEST:
        size = f"{panel.width:,.0f} by {panel.height:,.0f}"
        raise UsageError(
            f"a picture of {size} pixels is too large for PNG", "ask for SVG, which stays sharp at any size"
        )
    return run_layout("\n".join(_request(panel)), "-Kneato", "-n2", "-Tpng")


@dataclass(frozen=True, slots=True)
class _Mark:
    """
    One thing to be painted: a rectangle, or lines of text.
    """

    middle: Point
    width: float
    height: float
    look: str
    """Attributes of DOT."""


def _request(panel: Panel) -> Iterator[str]:
    """
    Ask for a graph in which everything has its place already.
    """
    yield f'digraph {{ bgcolor="{LIGHT.panel}" dpi={_POINTS * SCALE} outputorder=edgesfirst pad=0 margin=0'
    yield f'node [shape=box margin=0 fixedsize=true label="" fontname="{_FONT}"]'
    yield f"edge [arrowsize={HEAD / 10}]"
    # The corners of the panel; every line runs between them in name, and by its own way in the picture.
    yield f'first [style=invis width=0 height=0 pos="{_at((0, 0))}"]'
    yield f'last [style=invis width=0 height=0 pos="{_at((panel.width, panel.height))}"]'
    for number, one in enumerate(panel.drawing.clusters):
        yield _cluster(f"cluster_{number}", one, panel.chart)
    for stroke in strokes(panel.drawing.arrows):
        yield _line(stroke, panel.chart)
    marks = [*_moved(_chart(panel.drawing), panel.chart), *_around(panel)]
    for number, mark in enumerate(marks):
        size = f"width={mark.width / _POINTS:.4f} height={mark.height / _POINTS:.4f}"
        yield f'm{number} [{mark.look} {size} pos="{_at(mark.middle)}"]'
    yield "}"


def _moved(marks: Iterable[_Mark], by: Point) -> Iterator[_Mark]:
    """
    Move marks to where the chart stands.
    """
    for mark in marks:
        yield replace(mark, middle=_shift(mark.middle, by))


def _chart(drawing: Drawing) -> Iterator[_Mark]:
    """
    Paint the boxes, the titles of clusters and the labels of arrows.
    """
    for box in drawing.boxes:
        yield from _box(box)
    for one in drawing.clusters:
        x, y = one.title_at
        wide, high = one.title.width, one.title.height
        yield _plate((x + wide / 2, y + high / 2), wide + 4, high, LIGHT.cluster)
        yield _text(one.title.lines, (x, y), wide, SMALL, LIGHT.quiet, font=_BOLD, left=True)
    for arrow in drawing.arrows:
        if arrow.label is not None:
            x, y = arrow.middle
            words = arrow.label
            ground = LIGHT.cluster if arrow.clustered else LIGHT.panel
            yield _plate((x, y), words.width, words.height, ground)
            emphasis = arrow.arrow.mark.emphasis
            ink = LIGHT.quiet if emphasis is Emphasis.FADED else LIGHT.text
            font = _BOLD if emphasis is Emphasis.LIT else _FONT
            top = y - len(words.lines) * SMALL * LEADING / 2
            yield _text(words.lines, (x - words.width / 2, top), words.width, SMALL, ink, font=font)


def _box(drawn: DrawnBox) -> Iterator[_Mark]:
    """
    Paint one box.
    """
    figure, box = drawn.figure, drawn.figure.box
    emphasis = box.mark.emphasis
    vain = emphasis is Emphasis.TRIED and box.shape is Shape.REFUSAL
    hollow = vain or emphasis is Emphasis.FADED
    fill = LIGHT.panel if hollow else box.colour.fill
    ink = LIGHT.quiet if emphasis is Emphasis.FADED else LIGHT.tried if vain else ink_on(fill)
    line, breadth = box.colour.border, _OUTLINE
    if emphasis is not Emphasis.PLAIN:
        line, breadth = line_on(LIGHT, emphasis), BREADTH[emphasis]
    dashed = ",dashed" if emphasis in DASHED and not vain else ""
    look = f'style="rounded,filled{dashed}" fillcolor="{fill}" color="{line}" penwidth={breadth}'
    middle = (drawn.x, drawn.top + figure.height / 2)
    for offset in (6, 3, 0) if box.shape is Shape.FAN_OUT else (0,):
        yield _Mark((middle[0] + offset, middle[1] + offset), figure.width, figure.height, look)
    if box.shape is Shape.CALL:
        for x in (drawn.x - figure.width / 2 + 8, drawn.x + figure.width / 2 - 8):
            yield _plate((x, middle[1]), breadth, figure.height, line)
    yield from _rows(drawn, ink)
    left = drawn.x - figure.width / 2
    gap = NOTE_GAP if figure.notes else 0
    blocks = [block for block in (figure.text, figure.caption, figure.notes) if block]
    y = drawn.top + (figure.head - sum(block.height for block in blocks) - gap) / 2
    font = _BOLD if figure.style.bold else _FONT
    yield _text(figure.text.lines, (left, y), figure.width, figure.style.size, ink, font=font)
    y += figure.text.height
    if figure.caption:
        yield _text(figure.caption.lines, (left, y), figure.width, SMALL, ink, font=f"{_FONT}-Oblique")
        y += figure.caption.height
    if figure.notes:
        yield _plate((drawn.x, y + gap / 2), figure.width - 16, 1, box.colour.border)
        yield _text(figure.notes.lines, (left, y + gap), figure.width, SMALL, ink)


def _rows(drawn: DrawnBox, ink: str) -> Iterator[_Mark]:
    """
    Paint the rows of a table.
    """
    figure, box = drawn.figure, drawn.figure.box
    left, y = drawn.x - figure.width / 2, drawn.top + figure.head
    for row, words, high in zip(box.rows, figure.rows, figure.row_heights, strict=True):
        lit = row.mark.emphasis is Emphasis.LIT
        if lit:
            yield _plate((drawn.x, y + high / 2), figure.width - BREADTH[Emphasis.LIT], high, WHITE)
        yield _plate((drawn.x, y), figure.width, 1, box.colour.border)
        at, wide = (left + ROW_SIDE, y + (high - words.height) / 2), figure.width - 2 * ROW_SIDE
        font = _BOLD if lit else _FONT
        yield _text(words.lines, at, wide, SMALL, INK if lit else ink, font=font, left=True)
        y += high


def _around(panel: Panel) -> Iterator[_Mark]:
    """
    Paint the sentence above the chart, and the legend.
    """
    if panel.words:
        yield _text(panel.words, (0, MARGIN), panel.width, TEXT, LIGHT.text, font=_BOLD)
    for entry in panel.legend:
        look = f'style="rounded,filled" fillcolor="{entry.colour.fill}" color="{entry.colour.border}"'
        yield _Mark((entry.x + SWATCH / 2, entry.y + LEGEND_LINE / 2), SWATCH, SWATCH, look)
        at = (entry.x + SWATCH + SWATCH_GAP, entry.y + (LEGEND_LINE - SMALL * LEADING) / 2)
        yield _text([entry.name], at, width(entry.name, SMALL), SMALL, LIGHT.text, left=True)


def _plate(middle: Point, wide: float, high: float, colour: str) -> _Mark:
    """
    Paint a rectangle without an edge.
    """
    return _Mark(middle, wide, high, f'style=filled fillcolor="{colour}" penwidth=0')


def _text(  # noqa: PLR0913 - the measures of a text
    lines: Iterable[str], at: Point, wide: float, size: int, ink: str, *, font: str = _FONT, left: bool = False
) -> _Mark:
    """
    Paint lines of text, in the middle of a stretch or at the left of it.
    """
    shown = [escaped([line]) for line in lines]
    height = len(shown) * size * LEADING
    words = "".join(f"{line}{chr(92)}{'l' if left else 'n'}" for line in shown)
    quoted = words.replace('"', '\\"')
    look = f'style="" penwidth=0 color="#ffffff00" fontsize={size} fontname="{font}" fontcolor="{ink}" label="{quoted}"'
    return _Mark((at[0] + wide / 2, at[1] + height / 2), wide, height, look)


def _cluster(name: str, drawn: DrawnCluster, by: Point) -> str:
    """
    Paint the frame of a cluster.
    """
    x, y = by
    bounds = f"{drawn.left + x:.1f},{-drawn.bottom - y:.1f},{drawn.right + x:.1f},{-drawn.top - y:.1f}"
    look = f'bb="{bounds}" style="rounded,filled" fillcolor="{LIGHT.cluster}" color="{LIGHT.frame}"'
    inner = f'{name}_inner [style=invis width=0 height=0 pos="{_at((drawn.left + x + 1, drawn.top + y + 1))}"]'
    return f"subgraph {name} {{ graph [{look}] {inner} }}"


def _line(stroke: Stroke, by: Point) -> str:
    """
    Paint an arrow.
    """
    points = list(stroke.points)
    head = ""
    if stroke.head is not None:
        # The head is painted from the end of the line to its tip.
        points[-1] = toward(stroke.head[1], stroke.head[0], HEAD)
        head = f"e,{_at(_shift(stroke.head[1], by))} "
    way = [points[0]]
    for entry, corner, leave in bends(points):
        way += [way[-1], entry, entry, corner, corner, leave]
    way += [way[-1], points[-1], points[-1]]
    mark = stroke.drawn.arrow.mark
    style = "dashed" if mark.emphasis in DASHED else "solid"
    arrow = "normal" if head else "none"
    look = f'color="{line_on(LIGHT, mark.emphasis)}" penwidth={breadth_of(mark):g} style={style} arrowhead={arrow}'
    return f'first -> last [{look} pos="{head}{" ".join(_at(_shift(point, by)) for point in way)}"]'


def _shift(point: Point, by: Point) -> Point:
    """
    Move a point.
    """
    return point[0] + by[0], point[1] + by[1]


def _at(point: Point) -> str:
    """
    Write a point; the layout program counts upwards.
    """
    return f"{point[0]:.2f},{-point[1]:.2f}"
