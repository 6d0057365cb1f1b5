"""
Write a picture as SVG.

The file needs nothing from outside: it carries its own ground, its own dark colours for a dark page, its words for
screen readers, and what is known of each box as tooltip and data attributes. Colours stand on the elements themselves,
so that programs which read no style sheets draw the light picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagram.compounds import HEAD, Point
from notifyrules.diagram.figures import LARGE, LEADING, SMALL, TEXT, Figure, Lettering, label, letter_title
from notifyrules.diagram.lettering import printable, width, wrap
from notifyrules.diagram.model import Box, Diagram, Emphasis, Shape
from notifyrules.diagram.palette import DARK, LIGHT, ink_on
from notifyrules.diagram.placement import place
from notifyrules.diagram.routing import MARGIN, RADIUS, DrawnArrow, DrawnBox, DrawnCluster, Drawing, route

_FONTS: Final = "Helvetica, Arial, 'Liberation Sans', Arimo, sans-serif"
_STROKE: Final = {Emphasis.PLAIN: 1.4, Emphasis.FADED: 1.2, Emphasis.TRIED: 2.0, Emphasis.LIT: 3.2}
_LINE: Final = {
    Emphasis.PLAIN: LIGHT.line,
    Emphasis.FADED: LIGHT.faint,
    Emphasis.TRIED: LIGHT.tried,
    Emphasis.LIT: LIGHT.lit,
}
_DASHES: Final = "6 4"
_SWATCH: Final = 14
_LEGEND_LINE: Final = 22
_KINDS: Final = {
    Shape.QUESTION: "if",
    Shape.SWITCH: "switch",
    Shape.FIRST: "first",
    Shape.FAN_OUT: "any",
    Shape.CALL: "call",
}


def to_svg(diagram: Diagram) -> str:
    """
    Write a picture as SVG.

    Args:
        diagram: The picture.

    Returns:
        A whole file, the same for the same picture.

    Raises:
        UsageError: There is no layout program, or it failed; DOT and Mermaid need none.
    """
    drawing = route(diagram, place(diagram))
    root = _write(diagram, drawing)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _write(diagram: Diagram, drawing: Drawing) -> ET.Element:
    """
    Write the panel and everything on it.
    """
    words = wrap(diagram.words, TEXT, limit=max(drawing.width, 360), lines=4) if diagram.words else ()
    legend_wide, legend_high = _legend_size(diagram)
    corner = _free_corner(drawing, legend_wide, legend_high)
    inner = max([drawing.width, legend_wide, *(width(line, TEXT, bold=True) for line in words)])
    above = len(words) * TEXT * LEADING + (16 if words else 0)
    below = 0 if corner is not None else legend_high + MARGIN
    wide, high = inner + 2 * MARGIN, drawing.height + above + below + 2 * MARGIN
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": _n(wide),
            "height": _n(high),
            "viewBox": f"0 0 {_n(wide)} {_n(high)}",
            "role": "img",
            "aria-labelledby": f"{diagram.name}-title {diagram.name}-desc",
            "font-family": _FONTS,
            "text-anchor": "middle",
        },
    )
    ET.SubElement(root, "title", {"id": f"{diagram.name}-title"}).text = printable(diagram.title)
    ET.SubElement(root, "desc", {"id": f"{diagram.name}-desc"}).text = printable(diagram.description)
    ET.SubElement(root, "style").text = _style()
    panel = {"x": "0.5", "y": "0.5", "width": _n(wide - 1), "height": _n(high - 1), "rx": "12"}
    ET.SubElement(root, "rect", {"class": "nr-panel", **panel, "fill": LIGHT.panel, "stroke": LIGHT.frame})
    for number, line in enumerate(words):
        at = {"x": _n(wide / 2), "y": _n(MARGIN + TEXT * (LEADING * number + 0.85)), "font-weight": "bold"}
        ET.SubElement(root, "text", {"class": "nr-text", **at, "font-size": str(TEXT), "fill": LIGHT.text}).text = line
    left, top = MARGIN + (inner - drawing.width) / 2, MARGIN + above
    chart = ET.SubElement(root, "g", {"transform": f"translate({_n(left)} {_n(top)})"})
    _write_chart(chart, diagram, drawing)
    if diagram.legend:
        x, y = (left + corner, top) if corner is not None else (MARGIN, top + drawing.height + MARGIN)
        _write_legend(root, diagram, x, y)
    return root


def _style() -> str:
    """
    Write the colours for a dark page, which replace those of the elements on the panel.
    """
    rules = [
        f".nr-panel{{fill:{DARK.panel};stroke:{DARK.frame}}}",
        f".nr-ground{{fill:{DARK.panel}}}",
        f".nr-cluster{{fill:{DARK.cluster};stroke:{DARK.frame}}}",
        f".nr-text{{fill:{DARK.text}}}",
        f".nr-quiet{{fill:{DARK.quiet}}}",
    ]
    for emphasis, colour in _dark_lines().items():
        rules.append(f".nr-line.nr-{emphasis.value}{{stroke:{colour}}}")
        rules.append(f".nr-head.nr-{emphasis.value}{{fill:{colour}}}")
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


def _dark_lines() -> dict[Emphasis, str]:
    """
    List the colours of lines on a dark page.
    """
    return {
        Emphasis.PLAIN: DARK.line,
        Emphasis.FADED: DARK.faint,
        Emphasis.TRIED: DARK.tried,
        Emphasis.LIT: DARK.lit,
    }


def _write_chart(chart: ET.Element, diagram: Diagram, drawing: Drawing) -> None:
    """
    Write clusters, arrows, boxes and labels: what stands later lies on top.
    """
    strength = list(Emphasis)
    arrows = sorted(drawing.arrows, key=lambda one: strength.index(one.arrow.mark.emphasis))
    for cluster in drawing.clusters:
        _write_cluster(chart, cluster)
    for one in arrows:
        _write_arrow(chart, one)
    for box in drawing.boxes:
        _write_box(chart, diagram, box)
    for one in arrows:
        if one.label is not None:
            _write_label(chart, one, one.label)


def _write_cluster(chart: ET.Element, drawn: DrawnCluster) -> None:
    """
    Write the frame and the title of an opened sub-chart.
    """
    cluster = drawn.cluster
    place = {"x": _n(drawn.left), "y": _n(drawn.top), "width": _n(drawn.right - drawn.left), "height": _n(drawn.bottom - drawn.top)}
    data = {"data-id": cluster.key, "data-question": printable(cluster.title), "data-source": cluster.place}
    group = ET.SubElement(chart, "g", {"class": "nr-cluster-box", **data})
    ET.SubElement(group, "title").text = _lines(f"{cluster.key}: {cluster.title}", cluster.about, cluster.place)
    ET.SubElement(group, "rect", {"class": "nr-cluster", **place, "rx": "10", "fill": LIGHT.cluster, "stroke": LIGHT.frame})
    title = letter_title(cluster.title)
    at = {"x": _n(drawn.left + 10), "y": _n(drawn.top + 17), "text-anchor": "start", "font-weight": "bold"}
    holder = _linked(group, cluster.href)
    ET.SubElement(holder, "text", {"class": "nr-quiet", **at, "font-size": str(SMALL), "fill": LIGHT.quiet}).text = " ".join(title.lines)


def _linked(parent: ET.Element, href: str | None) -> ET.Element:
    """
    Open a link where there is one.
    """
    return parent if href is None else ET.SubElement(parent, "a", {"href": href})


def _write_arrow(chart: ET.Element, drawn: DrawnArrow) -> None:
    """
    Write one arrow with its head.
    """
    arrow = drawn.arrow
    emphasis = arrow.mark.emphasis
    group = ET.SubElement(chart, "g", {"class": "nr-arrow", "data-arrow": " ".join(map(printable, arrow.ids)), "data-from": arrow.source, "data-to": arrow.target})
    if arrow.because:
        group.set("data-because", printable(arrow.because))
    if arrow.ids:
        ET.SubElement(group, "title").text = _lines(", ".join(arrow.ids), arrow.label, arrow.because)
    line = {"class": f"nr-line nr-{emphasis.value}", "d": _path(drawn.points), "fill": "none", "stroke": _LINE[emphasis], "stroke-width": _n(_STROKE[emphasis])}
    if emphasis is Emphasis.TRIED:
        line["stroke-dasharray"] = _DASHES
    ET.SubElement(group, "path", line)
    head = {"class": f"nr-head nr-{emphasis.value}", "d": _head(drawn.points, emphasis), "fill": _LINE[emphasis]}
    ET.SubElement(group, "path", head)


def _path(points: Sequence[Point]) -> str:
    """
    Run a line through points with round corners, and stop it within the arrow head.
    """
    way = _simplified(points)
    (x1, y1), (x2, y2) = way[-2], way[-1]
    length = max(abs(x2 - x1) + abs(y2 - y1), 1)
    way[-1] = (x2 - (x2 - x1) / length * (HEAD - 3), y2 - (y2 - y1) / length * (HEAD - 3))
    parts = [f"M{_p(way[0])}"]
    for before, corner, after in zip(way, way[1:], way[2:], strict=False):
        radius = min(RADIUS, _distance(before, corner) / 2, _distance(corner, after) / 2)
        parts.append(f"L{_p(_toward(corner, before, radius))}Q{_p(corner)} {_p(_toward(corner, after, radius))}")
    return "".join([*parts, f"L{_p(way[-1])}"])


def _simplified(points: Sequence[Point]) -> list[Point]:
    """
    Leave out points at which the line does not turn.
    """
    way: list[Point] = []
    for point in points:
        if way and _distance(way[-1], point) < 0.05:
            continue
        if len(way) > 1 and _turn(way[-2], way[-1], point) == 0:
            way.pop()
        way.append(point)
    return way


def _turn(one: Point, two: Point, three: Point) -> float:
    """
    Measure how far a line turns at its second point.
    """
    turn = (two[0] - one[0]) * (three[1] - two[1]) - (two[1] - one[1]) * (three[0] - two[0])
    return 0 if abs(turn) < 0.05 else turn


def _distance(one: Point, other: Point) -> float:
    """
    Measure a line that runs level or straight down.
    """
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _toward(start: Point, end: Point, length: float) -> Point:
    """
    Go some way from one point toward another.
    """
    share = length / max(_distance(start, end), 0.01)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _head(points: Sequence[Point], emphasis: Emphasis) -> str:
    """
    Draw the head of an arrow.
    """
    way = _simplified(points)
    (x1, y1), (x2, y2) = way[-2], way[-1]
    along = ((x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1))
    half = 5.5 if emphasis is Emphasis.LIT else 4
    back = (x2 - along[0] * HEAD, y2 - along[1] * HEAD)
    one = (back[0] - along[1] * half, back[1] - along[0] * half)
    two = (back[0] + along[1] * half, back[1] + along[0] * half)
    return f"M{_p((x2, y2))}L{_p(one)}L{_p(two)}Z"


def _write_label(chart: ET.Element, drawn: DrawnArrow, words: Lettering) -> None:
    """
    Write the words on an arrow, on a ground of their own.
    """
    x, y = drawn.middle
    emphasis = drawn.arrow.mark.emphasis
    place = {"x": _n(x - words.width / 2), "y": _n(y - words.height / 2), "width": _n(words.width), "height": _n(words.height)}
    ET.SubElement(chart, "rect", {"class": "nr-ground", **place, "fill": LIGHT.panel})
    quiet = emphasis is Emphasis.FADED
    style = {"class": "nr-quiet" if quiet else "nr-text", "fill": LIGHT.quiet if quiet else LIGHT.text}
    if emphasis is Emphasis.LIT:
        style["font-weight"] = "bold"
    _write_lines(chart, words.lines, x, y - len(words.lines) * SMALL * LEADING / 2, SMALL, style)


def _write_lines(parent: ET.Element, lines: Iterable[str], x: float, top: float, size: int, style: dict[str, str]) -> None:
    """
    Write lines of text one below the other.
    """
    text = ET.SubElement(parent, "text", {"font-size": str(size), **style})
    for number, line in enumerate(lines):
        y = top + size * (LEADING * (number + 0.5) + 0.35)
        ET.SubElement(text, "tspan", {"x": _n(x), "y": _n(y)}).text = line


def _write_box(chart: ET.Element, diagram: Diagram, drawn: DrawnBox) -> None:
    """
    Write one box with all that is known of it.
    """
    box = drawn.figure.box
    group = ET.SubElement(chart, "g", _data(box))
    if box.shape is not Shape.REFUSAL and box.shape is not Shape.START:
        group.set("id", f"{diagram.name}-{box.key}")
    ET.SubElement(group, "title").text = _tooltip(box)
    holder = _linked(group, box.href)
    _write_outline(holder, drawn)
    _write_text(holder, drawn)
    if box.rows:
        _write_rows(holder, drawn)


def _data(box: Box) -> dict[str, str]:
    """
    List what is known of a box as data attributes.
    """
    kind = _KINDS.get(box.shape, box.shape.value)
    if box.shape is Shape.TABLE:
        kind = "first" if box.condition is None else "switch"
    known = {
        "data-id": "" if box.shape is Shape.START else box.key.rpartition(":")[2],
        "data-kind": kind,
        "data-question": box.text,
        "data-condition": box.condition,
        "data-class": box.klass,
        "data-about": box.about,
        "data-source": box.place,
        "data-notify": box.notify.value if box.notify else None,
    }
    return {"class": "nr-box", **{name: printable(value) for name, value in known.items() if value}}


def _tooltip(box: Box) -> str:
    """
    Write what a reader sees when the pointer rests on a box.
    """
    name = "" if box.shape is Shape.START else box.key.rpartition(":")[2] + ": "
    return _lines(name + box.text, box.condition, box.about, box.place)


def _lines(*parts: str | None) -> str:
    """
    Put what there is on lines of its own.
    """
    return "\n".join(printable(part) for part in parts if part)


def _write_outline(parent: ET.Element, drawn: DrawnBox) -> None:
    """
    Write the outline of a box as its kind and its emphasis ask for.
    """
    figure, box = drawn.figure, drawn.figure.box
    emphasis = box.mark.emphasis
    left, wide, high = drawn.x - figure.width / 2, figure.width, figure.height
    faded = emphasis is Emphasis.FADED
    style = {"fill": LIGHT.panel if faded else box.colour.fill, "stroke": box.colour.border, "stroke-width": "1.3"}
    classes = "nr-ground" if faded else ""
    if emphasis is not Emphasis.PLAIN:
        classes += f" nr-line nr-{emphasis.value}"
        style |= {"stroke": _LINE[emphasis], "stroke-width": _n(_STROKE[emphasis])}
    if emphasis is Emphasis.TRIED or box.shape is Shape.EXIT:
        style["stroke-dasharray"] = _DASHES if emphasis is Emphasis.TRIED else "3 2"
    if classes:
        style["class"] = classes.strip()
    stadium = box.shape in (Shape.START, Shape.END, Shape.REFUSAL, Shape.EXIT)
    radius = min(high / 2, 24) if stadium else 8
    if box.shape is Shape.FAN_OUT:
        for offset in (6, 3):
            _rect(parent, left + offset, drawn.top + offset, wide, high, radius, style)
    _rect(parent, left, drawn.top, wide, high, radius, style)
    if box.shape is Shape.CALL:
        for x in (left + 8, left + wide - 8):
            bar = {"d": f"M{_p((x, drawn.top))}V{_n(drawn.top + high)}", **style, "fill": "none"}
            ET.SubElement(parent, "path", bar)


def _rect(parent: ET.Element, x: float, y: float, wide: float, high: float, radius: float, style: dict[str, str]) -> None:  # noqa: PLR0913 - the measures of a rectangle
    """
    Write a rectangle with round corners.
    """
    place = {"x": _n(x), "y": _n(y), "width": _n(wide), "height": _n(high), "rx": _n(radius)}
    ET.SubElement(parent, "rect", {**place, **style})


def _ink(box: Box) -> dict[str, str]:
    """
    Choose the ink of the words in a box.
    """
    if box.mark.emphasis is Emphasis.FADED:
        return {"class": "nr-quiet", "fill": LIGHT.quiet}
    return {"fill": ink_on(box.colour.fill)}


def _write_text(parent: ET.Element, drawn: DrawnBox) -> None:
    """
    Write the question of a box, its caption and its notes.
    """
    figure, box = drawn.figure, drawn.figure.box
    blocks = [figure.text, figure.caption, figure.notes]
    size = {Shape.START: LARGE, Shape.END: LARGE, Shape.EXIT: SMALL, Shape.REFUSAL: SMALL}.get(box.shape, TEXT)
    bold = {"font-weight": "bold"} if size != TEXT else {}
    gap = 7 if figure.notes else 0
    y = drawn.top + (figure.head - sum(block.height for block in blocks if block) - gap) / 2
    _write_lines(parent, figure.text.lines, drawn.x, y, size, {**_ink(box), **bold})
    y += figure.text.height
    if figure.caption:
        _write_lines(parent, figure.caption.lines, drawn.x, y, SMALL, {**_ink(box), "font-style": "italic"})
        y += figure.caption.height
    if figure.notes:
        rule = {"d": f"M{_p((drawn.x - figure.width / 2 + 8, y + 3.5))}H{_n(drawn.x + figure.width / 2 - 8)}"}
        ET.SubElement(parent, "path", {**rule, "stroke": box.colour.border, "stroke-width": "1", "stroke-opacity": "0.6"})
        _write_lines(parent, figure.notes.lines, drawn.x, y + gap, SMALL, {**_ink(box), "font-weight": "bold"})


def _write_rows(parent: ET.Element, drawn: DrawnBox) -> None:
    """
    Write the rows of a table.
    """
    figure, box = drawn.figure, drawn.figure.box
    y = drawn.top + figure.head
    left, right = drawn.x - figure.width / 2, drawn.x + figure.width / 2
    for number, (row, words, high) in enumerate(zip(box.rows, figure.rows, figure.row_heights, strict=True), 1):
        group = ET.SubElement(parent, "g", {"class": "nr-row"})
        if row.condition:
            group.set("data-condition", printable(row.condition))
            ET.SubElement(group, "title").text = _lines(row.text, row.condition)
        ET.SubElement(group, "path", {"d": f"M{_p((left, y))}H{_n(right)}", "stroke": box.colour.border, "stroke-width": "1"})
        _write_lines(group, words.lines, left + 10, y + (high - words.height) / 2, SMALL, {**_ink(box), "text-anchor": "start"})
        del number
        y += high


def _legend_size(diagram: Diagram) -> tuple[float, float]:
    """
    Find the size of the legend.
    """
    if not diagram.legend:
        return 0, 0
    widest = max(width(name, SMALL) for name, _ in diagram.legend)
    return _SWATCH + 8 + widest, _LEGEND_LINE * len(diagram.legend)


def _free_corner(drawing: Drawing, wide: float, high: float) -> float | None:
    """
    Find an upper corner of the chart that has room for the legend.

    Returns:
        The left edge of the legend, or None where neither corner is free.
    """
    for left in (0.0, drawing.width - wide):
        if left >= 0 and not any(_touches(left - 16, left + wide + 16, high + 16, drawing)):
            return left
    return None


def _touches(left: float, right: float, bottom: float, drawing: Drawing) -> Iterable[bool]:
    """
    Tell for everything that is drawn whether it reaches into a stretch at the top of the chart.
    """
    for box in drawing.boxes:
        half = box.figure.width / 2
        yield box.x - half < right and left < box.x + half and box.top < bottom
    for one in drawing.clusters:
        yield one.left < right and left < one.right and one.top < bottom
    for arrow in drawing.arrows:
        for x, y in arrow.points:
            yield left < x < right and y < bottom


def _write_legend(root: ET.Element, diagram: Diagram, x: float, y: float) -> None:
    """
    Write the classes with their colours.
    """
    group = ET.SubElement(root, "g", {"class": "nr-legend"})
    for name, colour in diagram.legend:
        style = {"fill": colour.fill, "stroke": colour.border, "stroke-width": "1.3"}
        _rect(group, x, y + (_LEGEND_LINE - _SWATCH) / 2, _SWATCH, _SWATCH, 4, style)
        text = {"class": "nr-text", "fill": LIGHT.text, "text-anchor": "start"}
        top = y + (_LEGEND_LINE - SMALL * LEADING) / 2
        _write_lines(group, [printable(name)], x + _SWATCH + 8, top, SMALL, text)
        y += _LEGEND_LINE


def _p(point: Point) -> str:
    """
    Write a point.
    """
    return f"{_n(point[0])} {_n(point[1])}"


def _n(number: float) -> str:
    """
    Write a number as short as it can be, to a tenth of a pixel.
    """
    return f"{round(number, 1) + 0:g}" if abs(number) < 100_000 else f"{number:.1f}"
