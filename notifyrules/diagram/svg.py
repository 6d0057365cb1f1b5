"""
Write a picture as SVG.

The file needs nothing from outside: it carries its own ground, its own dark colours for a dark page, its words for
screen readers, and what is known of each box as tooltip and data attributes. Colours stand on the elements themselves,
so that programs which read no style sheets draw the light picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagram.boxes import LEADING, SMALL, Lettering
from notifyrules.diagram.drawing import draw
from notifyrules.diagram.lettering import drawable, set_apart
from notifyrules.diagram.model import Diagram, Emphasis
from notifyrules.diagram.palette import DARK, LIGHT, Scheme, line_on, night
from notifyrules.diagram.panel import LEGEND_LINE, SWATCH, SWATCH_GAP, Entry, Panel, lay_panel
from notifyrules.diagram.routing import Drawing, PlacedArrow, PlacedCluster, route
from notifyrules.diagram.strokes import (
    DASHED,
    DASHES,
    DOT,
    NEAR_REACH,
    REACH,
    Stroke,
    breadth_of,
    pointed,
    rounded,
    short,
    spot,
    strokes,
)
from notifyrules.diagram.svg_boxes import (
    coloured,
    identifier,
    known,
    linked,
    rectangle,
    write_box,
    write_lines,
    written,
)
from notifyrules.evaluation.walk import Passage
from notifyrules.graph.model import Graph

_FONTS: Final = "Helvetica, Arial, 'Liberation Sans', Arimo, sans-serif"


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
    root = write_panel(diagram, lay_panel(diagram, route(diagram)))
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def notebook_svg(graph: Graph, find_passage: Callable[[], Passage] | None = None) -> str | None:
    """
    Draw a chart where somebody only looks, and nothing may be raised.

    Args:
        graph: The chart.
        find_passage: Finds the way of a decision, which may ask the host for facts.

    Returns:
        SVG, or None where there is no layout program, the chart is too large for it, or the host fails.
    """
    try:
        return to_svg(draw(graph, passage=find_passage and find_passage()))
    except Exception:  # noqa: BLE001 - the host may raise anything, and a notebook shows the text instead
        return None


def write_panel(diagram: Diagram, panel: Panel) -> ET.Element:
    """Write the panel and everything on it."""
    wide, high = short(panel.width), short(panel.height)
    title, description = identifier(f"{diagram.name}-title"), identifier(f"{diagram.name}-desc")
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": wide,
            "height": high,
            "viewBox": f"0 0 {wide} {high}",
            "class": "nr-chart",
            "role": "graphics-document document",
            "aria-roledescription": "flowchart",
            "aria-labelledby": f"{title} {description}",
            "font-family": _FONTS,
            "text-anchor": "middle",
        },
    )
    ET.SubElement(root, "title", {"id": title}).text = drawable(diagram.title)
    ET.SubElement(root, "desc", {"id": description}).text = drawable(diagram.description)
    ET.SubElement(root, "style").text = _style(diagram)
    ground = {"class": "nr-panel", "fill": LIGHT.panel, "stroke": LIGHT.frame}
    rectangle(root, (0.5, 0.5), (panel.width - 1, panel.height - 1), 12, ground)
    if panel.words.lines:
        group = ET.SubElement(root, "g", {"class": "nr-words"})
        ET.SubElement(group, "title").text = drawable(diagram.words)
        style = {"class": "nr-text", "font-weight": "bold", "fill": LIGHT.text}
        top = (panel.chart[1] - panel.words.height) / 2
        write_lines(group, panel.words.lines, (panel.width / 2, top), panel.words_size, style)
    chart = ET.SubElement(root, "g", {"transform": f"translate({spot(panel.chart)})"})
    _write_chart(chart, diagram, panel.drawing)
    if panel.legend:
        _write_legend(ET.SubElement(root, "g", {"class": "nr-legend"}), panel.legend)
    return root


def _style(diagram: Diagram) -> str:
    """Write the colours for a dark page, which replace those of the elements."""
    used = {
        colour.fill: night(colour)
        for colour in (*(box.colour for box in diagram.boxes), *dict(diagram.legend).values())
    }
    rules = [
        f".nr-panel{{fill:{DARK.panel};stroke:{DARK.frame}}}",
        f".nr-ground{{fill:{DARK.panel}}}",
        f".nr-cluster{{fill:{DARK.cluster};stroke:{DARK.fence}}}",
        f".nr-inside{{fill:{DARK.cluster}}}",
        f".nr-text{{fill:{DARK.text}}}",
        f".nr-quiet{{fill:{DARK.quiet}}}",
        *(f".nr-{fill[1:]}{{fill:{dark.fill};stroke:{dark.border}}}" for fill, dark in used.items()),
    ]
    for emphasis in Emphasis:
        colour = line_on(DARK, emphasis)
        rules.append(f".nr-line.nr-{emphasis.value}{{stroke:{colour}}}")
        rules.append(f".nr-head.nr-{emphasis.value}{{fill:{colour}}}")
    # Paper is white: the dark colours, and the dark window around a picture that is opened alone, are for screens.
    return (
        "@media screen{.nr-chart{color-scheme:light dark}}"
        f".nr-box:focus,.nr-box a:focus{{outline:none}}{_focus(LIGHT)}"
        f"@media screen and (prefers-color-scheme:dark){{{''.join(rules)}{_focus(DARK)}}}"
    )


def _focus(scheme: Scheme) -> str:
    """Write how the box is shown that the keyboard has reached."""
    return f".nr-box:focus-visible>rect,.nr-box a:focus-visible>rect{{stroke:{scheme.text};stroke-width:4}}"


def _write_chart(chart: ET.Element, diagram: Diagram, drawing: Drawing) -> None:
    """Write clusters, arrows and boxes: what stands later lies on top, and is read later."""
    for cluster in drawing.clusters:
        _write_cluster(chart, cluster)
    for stroke in strokes(drawing.arrows):
        _write_arrow(chart, stroke)
    onward = _ways_on(diagram)
    values = {one.box: one for one in drawing.values}
    for box in drawing.boxes:
        key = box.sized.box.key
        write_box(chart, diagram.name, box, onward.get(key, ()), values=values.get(key))
    for cluster in drawing.clusters:
        _write_title(chart, cluster)


def _ways_on(diagram: Diagram) -> dict[str, list[str]]:
    """Put the arrows that leave each box in words, for those who cannot see where they lead."""
    boxes = {box.key: box for box in diagram.boxes}
    found: dict[str, list[str]] = {}
    for arrow in diagram.arrows:
        words = arrow.label if arrow.row is None else boxes[arrow.source].rows[arrow.row].text
        because = f" ({arrow.because})" if arrow.because else ""
        on = f"“{boxes[arrow.target].text}”{because}"
        found.setdefault(arrow.source, []).append(f"{words}: {on}" if words else on)
    return found


def _write_cluster(chart: ET.Element, drawn: PlacedCluster) -> None:
    """Write the frame of an opened sub-chart."""
    cluster = drawn.cluster
    data = {"data-id": cluster.key, "data-question": cluster.title, "data-source": cluster.place}
    group = ET.SubElement(chart, "g", {"class": "nr-sub-chart", **known(data)})
    ET.SubElement(group, "title").text = written(
        f"{cluster.key}: {set_apart(cluster.title)}", cluster.about, cluster.place
    )
    frame = {"class": "nr-cluster", "fill": LIGHT.cluster, "stroke": LIGHT.fence}
    size = (drawn.right - drawn.left, drawn.bottom - drawn.top)
    rectangle(group, (drawn.left, drawn.top), size, 10, frame)


def _write_title(chart: ET.Element, drawn: PlacedCluster) -> None:
    """Write the title of an opened sub-chart, on a ground of its own."""
    left, top = drawn.title_at
    ground = {"class": "nr-inside", "fill": LIGHT.cluster}
    rectangle(chart, (left - 2, top), (drawn.title.width + 4, drawn.title.height), 0, ground)
    style = {"class": "nr-quiet", "fill": LIGHT.quiet, "font-weight": "bold", "text-anchor": "start"}
    write_lines(linked(chart, drawn.cluster.href), drawn.title.lines, (left, top), SMALL, style)


def _write_arrow(chart: ET.Element, stroke: Stroke) -> None:
    """Write one arrow with its head, its words, and the room in which the pointer finds it."""
    arrow = stroke.drawn.arrow
    emphasis, breadth = arrow.mark.emphasis, breadth_of(arrow.mark)
    data = {
        "data-arrow": " ".join(arrow.ids),
        "data-from": arrow.source,
        "data-to": arrow.target,
        "data-because": arrow.because,
    }
    # What it says stands in the words of the box it leaves.
    group = ET.SubElement(chart, "g", {"class": "nr-arrow", **known(data), "aria-hidden": "true"})
    ET.SubElement(group, "title").text = written(", ".join(arrow.ids) or "start", arrow.label, arrow.because)
    colour = line_on(LIGHT, emphasis)
    style = {"stroke": colour, "stroke-width": short(breadth), "pointer-events": "none"}
    if emphasis in DASHED:
        style["stroke-dasharray"] = DASHES
    line = {"class": f"nr-line nr-{emphasis.value}", "d": rounded(stroke.pieces), "fill": "none"}
    ET.SubElement(group, "path", {**line, **style})
    mark = {"class": f"nr-head nr-{emphasis.value}", "fill": colour}
    if stroke.head is not None:
        ET.SubElement(group, "path", {**mark, "d": pointed(*stroke.head, breadth)})
    if stroke.joint is not None:
        x, y = map(short, stroke.joint)
        dot = {"cx": x, "cy": y, "r": short(DOT + breadth / 2), "pointer-events": "none"}
        ET.SubElement(group, "circle", {**mark, **dot})
    if stroke.drawn.label is not None:
        _write_label(group, stroke.drawn, stroke.drawn.label)
    for pieces, reach in ((stroke.wide, REACH), (stroke.near, NEAR_REACH)):
        if pieces:
            unseen = {"d": rounded(pieces), "fill": "none", "stroke": "transparent", "stroke-width": str(reach)}
            ET.SubElement(group, "path", {**unseen, "pointer-events": "stroke"})


def _write_label(group: ET.Element, drawn: PlacedArrow, words: Lettering) -> None:
    """Write the words on an arrow, on a ground of their own."""
    x, y = drawn.middle
    kind, colour = ("nr-inside", LIGHT.cluster) if drawn.clustered else ("nr-ground", LIGHT.panel)
    ground = {"class": kind, "fill": colour}
    rectangle(group, (x - words.width / 2, y - words.height / 2), (words.width, words.height), 0, ground)
    style = {"class": "nr-text", "fill": LIGHT.text}
    match drawn.arrow.mark.emphasis:
        case Emphasis.FADED:
            style = {"class": "nr-quiet", "fill": LIGHT.quiet}
        case Emphasis.LIT:
            style["font-weight"] = "bold"
    write_lines(group, words.lines, (x, y - len(words.lines) * SMALL * LEADING / 2), SMALL, style)


def _write_legend(group: ET.Element, legend: Iterable[Entry]) -> None:
    """Write the classes with their colours."""
    for entry in legend:
        style = {**coloured(entry.colour), "stroke-width": "1.3"}
        rectangle(group, (entry.x, entry.y + (LEGEND_LINE - SWATCH) / 2), (SWATCH, SWATCH), 4, style)
        text = {"class": "nr-text", "fill": LIGHT.text, "text-anchor": "start"}
        top = entry.y + (LEGEND_LINE - SMALL * LEADING) / 2
        write_lines(group, [entry.name], (entry.x + SWATCH + SWATCH_GAP, top), SMALL, text)
