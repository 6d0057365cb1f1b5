"""
Write a picture as PNG, for places that show no SVG.

What is painted is the SVG, element by element; only frames of clusters and arrows are asked for in a way of their own.
The program that paints has the letters of Latin, Greek, Cyrillic and Hebrew only; every other character becomes a
square, as wide as it may be, and :func:`png_caveats` tells which. So SVG is the better choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagnostics.phrases import named
from notifyrules.diagram.boxes import LEADING
from notifyrules.diagram.compounds import HEAD, Point
from notifyrules.diagram.dot import FONT, escaped
from notifyrules.diagram.layout import POINTS, run_layout
from notifyrules.diagram.lettering import JOINED, drawable, leftward, width
from notifyrules.diagram.model import Diagram
from notifyrules.diagram.palette import LIGHT, line_on
from notifyrules.diagram.panel import Panel, lay_panel
from notifyrules.diagram.paths import lanes
from notifyrules.diagram.routing import PlacedCluster, route
from notifyrules.diagram.strokes import DASHED, Stroke, bends, breadth_of, strokes, toward
from notifyrules.diagram.svg import BASELINE, write_panel
from notifyrules.errors import UsageError

LARGEST: Final = 16_000_000
"""The area that a picture may have as PNG, in pixels of the SVG: about 150 boxes, painted in two seconds."""
LONGEST: Final = 12_000
"""The height and the width that a picture may have as PNG, in pixels of the SVG."""
SCALE: Final = 2
"""Pixels of the PNG for one of the SVG, so that it is sharp on fine screens."""

_UNPAINTED: Final = re.compile(
    "[^\\x20-\\x7e\\xa0-\\u052f\\u0591-\\u05f4\\u1d00-\\u1df5\\u1dfb-\\u20be\\u20f0-\\u214f\\u2153\\u2154\\u215b-\\u215e"
    "\\u2190-\\u2195\\u21a8\\u2202\\u2206\\u220f\\u2211\\u2212\\u2215\\u2219\\u221a\\u221e\\u221f\\u2229\\u222b\\u2248\\u2260\\u2261"
    "\\u2264\\u2265\\u25a0\\u25a1\\u25aa-\\u25ac\\u25b2\\u25ba\\u25bc\\u25c4\\u25ca-\\u25cc\\u25cf\\u263a-\\u263c\\u2640\\u2642\\u2660"
    "\\u2663\\u2665\\u2666\\u266a\\u266b\\u2c60-\\u2c7f\\ua717-\\ua7ae\\ufb01-\\ufb04\\ufb1d-\\ufb4f\\ufe0e\\ufe0f\\ufffd]"
)
"""A character outside the letters of the program that paints: Latin, Greek, Cyrillic, Hebrew, and signs."""

_SQUARE: Final = "\u25a1"
_APART: Final = ("nr-panel", "nr-cluster")
"""The classes of elements of the SVG that are no marks."""
_RULE: Final = re.compile(r"M(?P<x>\S+) (?P<y>\S+)(?P<way>[HV])(?P<end>\S+)")


def to_png(diagram: Diagram) -> bytes:
    """Write a picture as PNG, on its light panel; UsageError beyond :data:`LARGEST` or :data:`LONGEST`."""
    panel = lay_panel(diagram, route(diagram))
    if panel.width * panel.height > LARGEST or max(panel.width, panel.height) > LONGEST:
        size = f"{panel.width:,.0f} by {panel.height:,.0f}"
        advice = "ask for SVG, which stays sharp at any size"
        raise UsageError(f"a picture of {size} pixels is too large for PNG", advice)
    return run_layout(
        "\n".join(_request(panel, write_panel(diagram, panel), len(diagram.paths))), "-Kneato", "-n2", "-Tpng"
    )


def png_caveats(diagram: Diagram) -> Iterator[str]:
    """Name the characters that PNG shows as squares."""
    missing = dict.fromkeys(character for text in _texts(diagram) for character in _UNPAINTED.findall(drawable(text)))
    if missing:
        yield f"PNG has no letters for {named(missing)} and shows squares instead; write SVG, which shows every script"


def _texts(diagram: Diagram) -> Iterator[str]:
    yield diagram.words
    yield from (*map(": ".join, diagram.paths), *(name for name, _ in (*diagram.legend, *diagram.meanings)))
    yield from (cluster.title for cluster in diagram.clusters)
    for box in (*diagram.boxes, *diagram.ends_apart):
        yield from (box.text, box.caption, *box.mark.notes)
        yield from (words for row in box.rows for words in (row.text, *row.mark.notes))
    for arrow in diagram.arrows:
        yield from (arrow.label, *arrow.mark.notes)


def _request(panel: Panel, root: ET.Element, paths: int) -> Iterator[str]:
    yield f'digraph {{ bgcolor="{LIGHT.panel}" dpi={POINTS * SCALE} outputorder=edgesfirst pad=0 margin=0'
    yield f'node [shape=box margin=0 fixedsize=true label="" fontname="{FONT}"]'
    yield f"edge [arrowsize={HEAD / 10}]"
    # The corners of the panel; every line runs between them in name, and by its own way in the picture.
    yield f'first [style=invis width=0 height=0 pos="{_at((0, 0), (0, 0))}"]'
    yield f'last [style=invis width=0 height=0 pos="{_at((panel.width, panel.height), (0, 0))}"]'
    for number, one in enumerate(panel.drawing.clusters):
        yield _cluster(f"cluster_{number}", one, panel.chart)
    drawn = strokes(panel.drawing.arrows)
    for stroke in drawn:
        yield from _line(stroke, panel.chart)
    for lane in lanes((stroke.drawn for stroke in drawn), paths):
        for piece in lane.pieces():
            yield _run(piece, panel.chart, f'color="{lane.look.colour}" penwidth={lane.breadth:g}')
        base = lane.way[-1]
        yield _run((base, base), panel.chart, f'color="{lane.look.colour}"', (base, lane.tip))
    marks = (mark for part in root for mark in _marks(part, panel.chart if "transform" in part.attrib else (0, 0)))
    for number, mark in enumerate(marks):
        yield f"m{number} [{mark}]"
    yield "}"


def _marks(element: ET.Element, by: Point) -> Iterator[str]:
    """Paint the rectangles, rules and words of an element of the SVG, in its order."""
    if element.get("class") in _APART:
        return
    paint = {"rect": _rectangle, "circle": _dot, "path": _rule, "text": _words}.get(element.tag)
    if paint is not None and (mark := paint(element, by)):
        yield mark
    for inner in element:
        yield from _marks(inner, by)


def _rectangle(element: ET.Element, by: Point) -> str:
    x, y, wide, high = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    corners = ",rounded" if "rx" in element.attrib else ""
    dashes = ",dashed" if "stroke-dasharray" in element.attrib else ""
    edge = f'color="{element.get("stroke")}" penwidth={element.get("stroke-width", "0")}'
    look = f'style="filled{corners}{dashes}" fillcolor="{element.get("fill")}" {edge}'
    return _mark((x + wide / 2, y + high / 2), by, wide, high, look)


def _dot(element: ET.Element, by: Point) -> str:
    x, y, radius = (float(element.attrib[name]) for name in ("cx", "cy", "r"))
    look = f'shape=circle style=filled fillcolor="{element.get("fill")}" penwidth=0'
    return _mark((x, y), by, 2 * radius, 2 * radius, look)


def _rule(element: ET.Element, by: Point) -> str:
    """Paint a line of a box that runs sideways or down; arrows are painted in a way of their own."""
    if (found := _RULE.fullmatch(element.attrib["d"])) is None:
        return ""
    x, y, end = float(found["x"]), float(found["y"]), float(found["end"])
    breadth = float(element.attrib["stroke-width"])
    look = f'style=filled fillcolor="{element.get("stroke")}" penwidth=0'
    if found["way"] == "H":
        return _mark(((x + end) / 2, y), by, end - x, breadth, look)
    return _mark((x, (y + end) / 2), by, breadth, end - y, look)


def _words(element: ET.Element, by: Point) -> str:
    text, size, bold = element.text or "", int(element.attrib["font-size"]), "font-weight" in element.attrib
    wide, high = width(text, size, bold=bold), size * LEADING
    text = _UNPAINTED.sub(lambda found: _SQUARE if width(found[0], size) else "", JOINED.sub("", text))
    x, y = float(element.attrib["x"]), float(element.attrib["y"]) - size * BASELINE
    turned = element.get("direction") == "rtl"
    # The program that paints counts the marks of direction as letters.
    wide += 2 * size if turned else 0
    # The side of its place that it stands at; it starts at the right one where it runs from right to left.
    side = {None: "n", "start": "r" if turned else "l", "end": "l" if turned else "r"}[element.get("text-anchor")]
    font = FONT + ("-Bold" if bold else "-Oblique" if "font-style" in element.attrib else "")
    quoted = f"{escaped([leftward(text) if turned else text])}{chr(92)}{side}".replace('"', '\\"')
    ink = f'fontsize={size} fontname="{font}" fontcolor="{element.get("fill")}"'
    look = f'style="" penwidth=0 color="#ffffff00" {ink} label="{quoted}"'
    return _mark((x + {"l": wide / 2, "n": 0, "r": -wide / 2}[side], y), by, wide, high, look)


def _mark(middle: Point, by: Point, wide: float, high: float, look: str) -> str:
    return f'{look} width={wide / POINTS:.4f} height={high / POINTS:.4f} pos="{_at(middle, by)}"'


def _cluster(name: str, drawn: PlacedCluster, by: Point) -> str:
    x, y = by
    bounds = f"{drawn.left + x:.1f},{-drawn.bottom - y:.1f},{drawn.right + x:.1f},{-drawn.top - y:.1f}"
    look = f'bb="{bounds}" style="rounded,filled" fillcolor="{LIGHT.cluster}" color="{LIGHT.fence}"'
    inner = f'{name}_inner [style=invis width=0 height=0 pos="{_at((drawn.left + 1, drawn.top + 1), by)}"]'
    return f"subgraph {name} {{ graph [{look}] {inner} }}"


def _line(stroke: Stroke, by: Point) -> Iterator[str]:
    """Paint an arrow, piece by piece, the head on the last one; below paths only the ground that sets them off."""
    mark = stroke.drawn.arrow.mark
    if mark.traces:
        ground = LIGHT.cluster if stroke.drawn.clustered else LIGHT.panel
        for piece in stroke.pieces:
            yield _run(piece, by, f'color="{ground}" penwidth={breadth_of(mark) + 2:g}')
        return
    style = "dashed" if mark.emphasis in DASHED else "solid"
    look = f'color="{line_on(LIGHT, mark.emphasis)}" penwidth={breadth_of(mark):g} style={style}'
    for piece in stroke.pieces:
        head = stroke.head if piece is stroke.pieces[-1] else None
        # The head is painted from the end of the line to its tip.
        points = (*piece[:-1], toward(head[1], head[0], HEAD)) if head else piece
        yield _run(points, by, look, head)


def _run(points: Sequence[Point], by: Point, look: str, head: tuple[Point, Point] | None = None) -> str:
    """Paint a line with round corners, and its head."""
    way = [points[0]]
    for entry, corner, leave in bends(points):
        way += [way[-1], entry, entry, corner, corner, leave]
    way += [way[-1], points[-1], points[-1]]
    places = " ".join(_at(point, by) for point in way)
    tip = f"e,{_at(head[1], by)} " if head else ""
    return f'first -> last [{look} arrowhead={"normal" if head else "none"} pos="{tip}{places}"]'


def _at(point: Point, by: Point) -> str:
    """Write a point, moved by another one; the layout program counts upwards."""
    return f"{point[0] + by[0]:.2f},{-point[1] - by[1]:.2f}"
