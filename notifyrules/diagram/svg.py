"""
Write a picture as SVG.

The file needs nothing from outside: it carries its own ground, its own dark colours for a dark page, its words for
screen readers, and what is known of each box as tooltip and data attributes. Colours stand on the elements themselves,
so that programs which read no style sheets draw the light picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagram.figures import LEADING, SMALL, TEXT, Lettering, letter_title
from notifyrules.diagram.lettering import printable, width, wrap
from notifyrules.diagram.model import Box, Diagram, Emphasis, Shape
from notifyrules.diagram.palette import DARK, LIGHT, ink_on
from notifyrules.diagram.routing import MARGIN, DrawnArrow, DrawnBox, DrawnCluster, Drawing, route
from notifyrules.diagram.strokes import Stroke, pointed, rounded, short, spot, strokes

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
    drawing = route(diagram)
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
            "width": short(wide),
            "height": short(high),
            "viewBox": f"0 0 {short(wide)} {short(high)}",
            "role": "img",
            "aria-labelledby": f"{diagram.name}-title {diagram.name}-desc",
            "font-family": _FONTS,
            "text-anchor": "middle",
        },
    )
    ET.SubElement(root, "title", {"id": f"{diagram.name}-title"}).text = printable(diagram.title)
    ET.SubElement(root, "desc", {"id": f"{diagram.name}-desc"}).text = printable(diagram.description)
    ET.SubElement(root, "style").text = _style()
    panel = {"x": "0.5", "y": "0.5", "width": short(wide - 1), "height": short(high - 1), "rx": "12"}
    ET.SubElement(root, "rect", {"class": "nr-panel", **panel, "fill": LIGHT.panel, "stroke": LIGHT.frame})
    for number, line in enumerate(words):
        at = {"x": short(wide / 2), "y": short(MARGIN + TEXT * (LEADING * number + 0.85)), "font-weight": "bold"}
        ET.SubElement(root, "text", {"class": "nr-text", **at, "font-size": str(TEXT), "fill": LIGHT.text}).text = line
    left, top = MARGIN + (inner - drawing.width) / 2, MARGIN + above
    chart = ET.SubElement(root, "g", {"transform": f"translate({short(left)} {short(top)})"})
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
    lines = strokes(drawing.arrows)
    for cluster in drawing.clusters:
        _write_cluster(chart, cluster)
    for stroke in lines:
        _write_arrow(chart, stroke)
    for box in drawing.boxes:
        _write_box(chart, diagram, box)
    for stroke in lines:
        if stroke.drawn.label is not None:
            _write_label(chart, stroke.drawn, stroke.drawn.label)


def _write_cluster(chart: ET.Element, drawn: DrawnCluster) -> None:
    """
    Write the frame and the title of an opened sub-chart.
    """
    cluster = drawn.cluster
    place = {"x": short(drawn.left), "y": short(drawn.top), "width": short(drawn.right - drawn.left), "height": short(drawn.bottom - drawn.top)}
    data = {"data-id": cluster.key, "data-question": printable(cluster.title), "data-source": cluster.place}
    group = ET.SubElement(chart, "g", {"class": "nr-cluster-box", **data})
    ET.SubElement(group, "title").text = _lines(f"{cluster.key}: {cluster.title}", cluster.about, cluster.place)
    ET.SubElement(group, "rect", {"class": "nr-cluster", **place, "rx": "10", "fill": LIGHT.cluster, "stroke": LIGHT.frame})
    title = letter_title(cluster.title)
    at = {"x": short(drawn.left + 10), "y": short(drawn.top + 17), "text-anchor": "start", "font-weight": "bold"}
    holder = _linked(group, cluster.href)
    ET.SubElement(holder, "text", {"class": "nr-quiet", **at, "font-size": str(SMALL), "fill": LIGHT.quiet}).text = " ".join(title.lines)


def _linked(parent: ET.Element, href: str | None) -> ET.Element:
    """
    Open a link where there is one.
    """
    return parent if href is None else ET.SubElement(parent, "a", {"href": href})


def _write_arrow(chart: ET.Element, stroke: Stroke) -> None:
    """
    Write one arrow with its head.
    """
    arrow = stroke.drawn.arrow
    emphasis = arrow.mark.emphasis
    names = " ".join(map(printable, arrow.ids))
    data = {"class": "nr-arrow", "data-arrow": names, "data-from": arrow.source, "data-to": arrow.target}
    group = ET.SubElement(chart, "g", {name: printable(value) for name, value in data.items() if value})
    if arrow.because:
        group.set("data-because", printable(arrow.because))
    if arrow.ids:
        ET.SubElement(group, "title").text = _lines(", ".join(arrow.ids), arrow.label, arrow.because)
    style = {"stroke": _LINE[emphasis], "stroke-width": short(_STROKE[emphasis])}
    if emphasis is Emphasis.TRIED:
        style["stroke-dasharray"] = _DASHES
    line = {"class": f"nr-line nr-{emphasis.value}", "d": rounded(stroke.points), "fill": "none", **style}
    ET.SubElement(group, "path", line)
    if stroke.head is not None:
        outline = pointed(*stroke.head, 5.5 if emphasis is Emphasis.LIT else 4)
        ET.SubElement(group, "path", {"class": f"nr-head nr-{emphasis.value}", "d": outline, "fill": _LINE[emphasis]})


def _write_label(chart: ET.Element, drawn: DrawnArrow, words: Lettering) -> None:
    """
    Write the words on an arrow, on a ground of their own.
    """
    x, y = drawn.middle
    emphasis = drawn.arrow.mark.emphasis
    place = {"x": short(x - words.width / 2), "y": short(y - words.height / 2), "width": short(words.width), "height": short(words.height)}
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
    for number, line in enumerate(lines):
        y = top + size * (LEADING * (number + 0.5) + 0.35)
        ET.SubElement(parent, "text", {"x": short(x), "y": short(y), "font-size": str(size), **style}).text = line


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
    stopped = emphasis is Emphasis.TRIED and box.shape is Shape.REFUSAL
    hollow = emphasis is Emphasis.FADED or stopped
    style = {"fill": LIGHT.panel if hollow else box.colour.fill, "stroke": box.colour.border, "stroke-width": "1.3"}
    classes = ["nr-ground"] if hollow else []
    if emphasis is not Emphasis.PLAIN:
        classes += ["nr-line", f"nr-{emphasis.value}"]
        style |= {"stroke": _LINE[emphasis], "stroke-width": short(_STROKE[emphasis])}
    if box.shape is Shape.EXIT or (emphasis is Emphasis.TRIED and not stopped):
        style["stroke-dasharray"] = "3 2" if box.shape is Shape.EXIT else _DASHES
    if classes:
        style["class"] = " ".join(classes)
    stadium = box.shape in (Shape.START, Shape.END, Shape.REFUSAL, Shape.EXIT)
    radius = min(high / 2, 24) if stadium else 8
    if box.shape is Shape.FAN_OUT:
        for offset in (6, 3):
            _rect(parent, left + offset, drawn.top + offset, wide, high, radius, style)
    _rect(parent, left, drawn.top, wide, high, radius, style)
    if box.shape is Shape.CALL:
        for x in (left + 8, left + wide - 8):
            bar = {"d": f"M{spot((x, drawn.top))}V{short(drawn.top + high)}", **style, "fill": "none"}
            ET.SubElement(parent, "path", bar)


def _rect(parent: ET.Element, x: float, y: float, wide: float, high: float, radius: float, style: dict[str, str]) -> None:  # noqa: PLR0913 - the measures of a rectangle
    """
    Write a rectangle with round corners.
    """
    place = {"x": short(x), "y": short(y), "width": short(wide), "height": short(high), "rx": short(radius)}
    ET.SubElement(parent, "rect", {**place, **style})


def _ink(box: Box) -> dict[str, str]:
    """
    Choose the ink of the words in a box.
    """
    if box.mark.emphasis is Emphasis.FADED:
        return {"class": "nr-quiet", "fill": LIGHT.quiet}
    if box.mark.emphasis is Emphasis.TRIED and box.shape is Shape.REFUSAL:
        return {"class": "nr-head nr-tried", "fill": LIGHT.tried}
    return {"fill": ink_on(box.colour.fill)}


def _write_text(parent: ET.Element, drawn: DrawnBox) -> None:
    """
    Write the question of a box, its caption and its notes.
    """
    figure, box = drawn.figure, drawn.figure.box
    blocks = [figure.text, figure.caption, figure.notes]
    bold = {"font-weight": "bold"} if figure.style.bold else {}
    gap = 7 if figure.notes else 0
    y = drawn.top + (figure.head - sum(block.height for block in blocks if block) - gap) / 2
    _write_lines(parent, figure.text.lines, drawn.x, y, figure.style.size, {**_ink(box), **bold})
    y += figure.text.height
    if figure.caption:
        _write_lines(parent, figure.caption.lines, drawn.x, y, SMALL, {**_ink(box), "font-style": "italic"})
        y += figure.caption.height
    if figure.notes:
        rule = {"d": f"M{spot((drawn.x - figure.width / 2 + 8, y + 3.5))}H{short(drawn.x + figure.width / 2 - 8)}"}
        ET.SubElement(parent, "path", {**rule, "stroke": box.colour.border, "stroke-width": "1", "stroke-opacity": "0.6"})
        _write_lines(parent, figure.notes.lines, drawn.x, y + gap, SMALL, _ink(box))


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
        ET.SubElement(group, "path", {"d": f"M{spot((left, y))}H{short(right)}", "stroke": box.colour.border, "stroke-width": "1"})
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
        _write_lines(group, [printable(name).replace("_", " ")], x + _SWATCH + 8, top, SMALL, text)
        y += _LEGEND_LINE
