"""
Write a picture as SVG.

The file needs nothing from outside: it carries its own ground, its own dark colours for a dark page, its words for
screen readers, and what is known of each box as tooltip and data attributes. Colours stand on the elements themselves,
so that programs which read no style sheets draw the light picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagram.boxes import LEADING, NOTE_GAP, ROW_SIDE, SMALL, Lettering
from notifyrules.diagram.compounds import PlacedArrow, PlacedBox, Point
from notifyrules.diagram.drawing import Lit, draw
from notifyrules.diagram.lettering import drawable, is_leftward, set_apart
from notifyrules.diagram.model import BoxShape, Diagram, DrawnBox, Emphasis
from notifyrules.diagram.palette import DARK, INK, LIGHT, Scheme, ink_on, line_on, night
from notifyrules.diagram.panel import LEGEND_LINE, SAMPLE, SWATCH, Entry, Panel, lay_panel
from notifyrules.diagram.paths import Lane, bundle, lanes, look_of
from notifyrules.diagram.routing import Drawing, PlacedCluster, PlacedValues, route
from notifyrules.diagram.strokes import (
    BREADTH,
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
from notifyrules.graph.colours import Colour
from notifyrules.graph.model import Graph

_FONTS: Final = "Helvetica, Arial, 'Liberation Sans', Arimo, sans-serif"

_ROUND: Final = (BoxShape.START, BoxShape.EXIT, BoxShape.END, BoxShape.REFUSAL)
_OUTLINE: Final = "1.3"
_BAR: Final = 8
"""From the edges of a call to its bars."""
_QUIET: Final = {"class": "nr-quiet", "fill": LIGHT.quiet}
_STACK: Final = (6, 3)
"""How far the sheets behind a fan-out stand out."""
_DASH, _DASH_GAP = map(int, DASHES.split())
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_./:-]")
BASELINE: Final = 0.35
"""From the middle of a line of text to its baseline, in font sizes."""


def to_svg(diagram: Diagram) -> str:
    """Write a picture as SVG: a whole file, the same for the same picture."""
    root = write_panel(diagram, lay_panel(diagram, route(diagram)))
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def notebook_svg(graph: Graph, find_passage: Callable[[], Lit] | None = None) -> str | None:
    """Draw a chart where nothing may be raised: None without a layout program, if it is too large, or facts fail."""
    try:
        return to_svg(draw(graph, passage=find_passage and find_passage()))
    except Exception:  # noqa: BLE001 - the host may raise anything, and a notebook shows the text instead
        return None


def write_panel(diagram: Diagram, panel: Panel) -> ET.Element:
    """Write the panel and everything on it."""
    wide, high = short(panel.width), short(panel.height)
    title, description = _identifier(f"{diagram.name}-title"), _identifier(f"{diagram.name}-desc")
    attributes = {
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
    }
    root = ET.Element("svg", attributes)
    ET.SubElement(root, "title", {"id": title}).text = drawable(diagram.title)
    ET.SubElement(root, "desc", {"id": description}).text = drawable(diagram.description)
    ET.SubElement(root, "style").text = _style(diagram)
    ground = {"class": "nr-panel", "fill": LIGHT.panel, "stroke": LIGHT.frame}
    _rectangle(root, (0.5, 0.5), (panel.width - 1, panel.height - 1), 12, ground)
    if panel.words.lines:
        group = ET.SubElement(root, "g", {"class": "nr-words"})
        ET.SubElement(group, "title").text = drawable(diagram.words)
        style = {"class": "nr-text", "font-weight": "bold", "fill": LIGHT.text}
        top = (panel.chart[1] - panel.words.height) / 2
        _write_lines(group, panel.words.lines, (panel.width / 2, top), panel.words_size, style)
    _write_chart(ET.SubElement(root, "g", {"transform": f"translate({spot(panel.chart)})"}), diagram, panel.drawing)
    if panel.legend:
        _write_legend(ET.SubElement(root, "g", {"class": "nr-legend"}), panel.legend)
    return root


def _style(diagram: Diagram) -> str:
    """Write the colours for a dark page, which replace those of the elements."""
    used = dict.fromkeys([*(box.colour for box in diagram.boxes), *dict(diagram.legend).values()])
    shades = {colour.fill: night(colour) for colour in used}
    rules = [
        f".nr-panel{{fill:{DARK.panel};stroke:{DARK.frame}}}",
        f".nr-ground{{fill:{DARK.panel}}}",
        f".nr-cluster{{fill:{DARK.cluster};stroke:{DARK.fence}}}",
        f".nr-inside{{fill:{DARK.cluster}}}",
        f".nr-text{{fill:{DARK.text}}}",
        f".nr-quiet{{fill:{DARK.quiet}}}",
        *(f".nr-{fill[1:]}{{fill:{dark.fill};stroke:{dark.border}}}" for fill, dark in shades.items()),
    ]
    for emphasis in (one for one in Emphasis if diagram.moves or one is not Emphasis.MOVED):
        colour = line_on(DARK, emphasis)
        rules.append(f".nr-line.nr-{emphasis.value}{{stroke:{colour}}}")
        rules.append(f".nr-head.nr-{emphasis.value}{{fill:{colour}}}")
    if diagram.paths:
        rules += [f".nr-case{{stroke:{DARK.panel}}}", f".nr-cased{{stroke:{DARK.cluster}}}"]
    for path in range(len(diagram.paths)):
        colour = look_of(path).dark
        rules.append(f".nr-line.nr-path-{path}{{stroke:{colour}}}")
        rules.append(f".nr-head.nr-path-{path}{{fill:{colour}}}")
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
    # Beside several paths no dot stands where lines meet.
    drawn = [replace(stroke, joint=None) if diagram.paths else stroke for stroke in strokes(drawing.arrows)]
    traced = [stroke for stroke in drawn if stroke.drawn.arrow.mark.traces]
    for stroke in drawn:
        if stroke not in traced:
            _write_arrow(chart, stroke)
    _write_paths(chart, traced, len(diagram.paths))
    for stroke in traced:
        _write_arrow(chart, stroke)
    onward, values = _ways_on(diagram), {one.box: one for one in drawing.values}
    for box in drawing.boxes:
        key = box.sized.box.key
        _write_box(chart, diagram.name, box, onward.get(key, ()), values=values.get(key))
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
    cluster = drawn.cluster
    data = {"data-id": cluster.key, "data-question": cluster.title, "data-source": cluster.place}
    group = ET.SubElement(chart, "g", {"class": "nr-sub-chart", **_known(data)})
    title = f"{cluster.key}: {set_apart(cluster.title)}"
    ET.SubElement(group, "title").text = _written(title, cluster.about, cluster.place)
    frame = {"class": "nr-cluster", "fill": LIGHT.cluster, "stroke": LIGHT.fence}
    _rectangle(group, (drawn.left, drawn.top), (drawn.right - drawn.left, drawn.bottom - drawn.top), 10, frame)


def _write_title(chart: ET.Element, drawn: PlacedCluster) -> None:
    left, top = drawn.title_at
    ground = {"class": "nr-inside", "fill": LIGHT.cluster}
    _rectangle(chart, (left - 2, top), (drawn.title.width + 4, drawn.title.height), 0, ground)
    style = {**_QUIET, "font-weight": "bold", "text-anchor": "start"}
    _write_lines(_linked(chart, drawn.cluster.href), drawn.title.lines, (left, top), SMALL, style)


def _write_arrow(chart: ET.Element, stroke: Stroke) -> None:
    arrow = stroke.drawn.arrow
    emphasis, breadth = arrow.mark.emphasis, breadth_of(arrow.mark)
    data = {
        "data-arrow": " ".join(arrow.ids),
        "data-from": arrow.source,
        "data-to": arrow.target,
        "data-because": arrow.because,
        "data-paths": " ".join(str(trace.path + 1) for trace in arrow.mark.traces),
    }
    # What it says stands in the words of the box it leaves.
    group = ET.SubElement(chart, "g", {"class": "nr-arrow", **_known(data), "aria-hidden": "true"})
    ET.SubElement(group, "title").text = _written(", ".join(arrow.ids) or "start", arrow.label, arrow.because)
    colour = line_on(LIGHT, emphasis)
    style = {"stroke": colour, "stroke-width": short(breadth), "pointer-events": "none"}
    if emphasis in DASHED:
        style["stroke-dasharray"] = DASHES
    if not arrow.mark.traces:
        line = {"class": f"nr-line nr-{emphasis.value}", "d": rounded(stroke.pieces), "fill": "none"}
        ET.SubElement(group, "path", {**line, **style})
    mark = {"class": f"nr-head nr-{emphasis.value}", "fill": colour}
    if stroke.head is not None and not arrow.mark.traces:
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


def _write_paths(chart: ET.Element, traced: Iterable[Stroke], count: int) -> None:
    """Write the paths that are told apart, on a ground that sets them off from the lines that they cross."""
    traced = list(traced)
    for stroke in traced:
        kind, colour = ("nr-cased", LIGHT.cluster) if stroke.drawn.clustered else ("nr-case", LIGHT.panel)
        line = {"class": kind, "d": rounded(stroke.pieces), "fill": "none", "stroke": colour}
        ET.SubElement(chart, "path", {**line, "stroke-width": short(bundle(count) + 2), "pointer-events": "none"})
    for lane in lanes((stroke.drawn for stroke in traced), count):
        line = {"class": f"nr-line nr-path-{lane.path}", "d": rounded([lane.way]), "fill": "none"}
        style = {"stroke": lane.look.colour, "stroke-width": short(lane.breadth), "pointer-events": "none"}
        if lane.look.dashes:
            style["stroke-dasharray"] = " ".join(map(short, lane.look.dashes))
        ET.SubElement(chart, "path", {**line, **style})
        head = {"class": f"nr-head nr-path-{lane.path}", "fill": lane.look.colour}
        # A narrow one, beside those of the other paths.
        ET.SubElement(chart, "path", {**head, "d": pointed(lane.way[-1], lane.tip, lane.breadth / 3)})


def _write_label(group: ET.Element, drawn: PlacedArrow, words: Lettering) -> None:
    x, y = drawn.middle
    kind, colour = ("nr-inside", LIGHT.cluster) if drawn.clustered else ("nr-ground", LIGHT.panel)
    ground = {"class": kind, "fill": colour}
    _rectangle(group, (x - words.width / 2, y - words.height / 2), (words.width, words.height), 0, ground)
    emphasis = drawn.arrow.mark.emphasis
    style = _QUIET if emphasis is Emphasis.FADED else {"class": "nr-text", "fill": LIGHT.text}
    style = {**style, **({"font-weight": "bold"} if emphasis is Emphasis.LIT else {})}
    _write_lines(group, words.lines, (x, y - len(words.lines) * SMALL * LEADING / 2), SMALL, style)


def _write_legend(group: ET.Element, legend: Iterable[Entry]) -> None:
    for entry in legend:
        middle = entry.y + LEGEND_LINE / 2
        if entry.look is not None:
            mark = {"class": f"nr-line nr-{entry.look.value}", "stroke": line_on(LIGHT, entry.look)}
            long = SAMPLE if entry.look not in DASHED else _DASH
            for left in range(0, SAMPLE, SAMPLE if entry.look not in DASHED else _DASH + _DASH_GAP):
                line = {"d": f"M{spot((entry.x + left, middle))}H{short(entry.x + min(left + long, SAMPLE))}", **mark}
                ET.SubElement(group, "path", {**line, "stroke-width": short(BREADTH[entry.look])})
        elif entry.colour is None:
            look, end = look_of(entry.path), (entry.x + SAMPLE, middle)
            for start, *_, stop in Lane(entry.path, look, ((entry.x, middle), end), end, 0).pieces():
                line = {"class": f"nr-line nr-path-{entry.path}", "d": f"M{spot(start)}H{short(stop[0])}"}
                ET.SubElement(group, "path", {**line, "stroke": look.colour, "stroke-width": "3.5"})
        else:
            style = {**_coloured(entry.colour), "stroke-width": _OUTLINE}
            _rectangle(group, (entry.x, middle - SWATCH / 2), (SWATCH, SWATCH), 4, style)
        text = {"class": "nr-text", "fill": LIGHT.text, "text-anchor": "start"}
        _write_lines(group, [entry.name], (entry.name_at, middle - SMALL * LEADING / 2), SMALL, text)


def _write_box(
    chart: ET.Element, name: str, drawn: PlacedBox, onward: Iterable[str], *, values: PlacedValues | None
) -> None:
    """Write one box with all that is known of it, the ways *onward* in words; its id begins with the *name*."""
    box = drawn.sized.box
    group = ET.SubElement(chart, "g", {"class": "nr-box", **_met(box)})
    if box.shape is not BoxShape.START and box.shape is not BoxShape.REFUSAL:
        group.set("id", _identifier(f"{name}-{box.key}"))
    group.attrib |= _known(_data(box))
    title = box.text if box.shape is BoxShape.START else f"{_id(box)}: {set_apart(box.text)}"
    ET.SubElement(group, "title").text = _written(
        title, box.condition, *box.computed, *box.mark.values, box.about, box.place
    )
    if ways := _written(*box.mark.values, *onward):
        ET.SubElement(group, "desc").text = ways
    holder = _linked(group, box.href)
    _write_outline(holder, drawn)
    _write_rows(holder, drawn)
    _write_text(holder, drawn)
    if values is not None:
        emphasis = box.mark.emphasis
        ink = {"class": f"nr-head nr-{emphasis.value}", "fill": line_on(LIGHT, emphasis), "text-anchor": "start"}
        _write_lines(holder, values.words.lines, (values.left, values.top), SMALL, ink)


def _met(box: DrawnBox) -> dict[str, str]:
    """Say how keyboard and screen reader meet a box: as one thing, by its question; where it links, by the link."""
    named = {"aria-label": drawable(box.text)}
    if box.href is not None:
        return {"role": "graphics-object group", **named}
    return {"tabindex": "0", "role": "graphics-symbol img", **named}


def _id(box: DrawnBox) -> str:
    """Give the name of the node or outcome, with the path of calls before it."""
    return box.key.rpartition(":")[2]


def _data(box: DrawnBox) -> dict[str, str | None]:
    return {
        "data-key": box.key,
        "data-id": None if box.shape is BoxShape.START else _id(box),
        "data-kind": box.kind or box.shape.value,
        "data-question": box.text,
        "data-condition": box.condition,
        "data-class": box.class_,
        "data-about": box.about,
        "data-source": box.place,
        "data-notify": box.notify.value if box.notify else None,
    }


def _identifier(text: str) -> str:
    """Make an id: blanks would end it where others refer to it, and XML cannot hold every character."""
    return _UNSAFE.sub(lambda found: f"_{ord(found[0]):x}_", text)


def _known(attributes: Mapping[str, str | None]) -> dict[str, str]:
    """Keep the attributes that say something, each in one printable line."""
    return {name: drawable(value) for name, value in attributes.items() if value}


def _written(*parts: str | None) -> str:
    """Put what there is on lines of its own, as tooltips show it."""
    return "\n".join(drawable(part) for part in parts if part)


def _linked(parent: ET.Element, href: str | None) -> ET.Element:
    return parent if href is None else ET.SubElement(parent, "a", {"href": href})


def _coloured(colour: Colour) -> dict[str, str]:
    """Fill and edge something in a colour, under the class that makes it dark on a dark page."""
    return {"class": f"nr-{colour.fill[1:]}", "fill": colour.fill, "stroke": colour.border}


def _rectangle(parent: ET.Element, at: Point, size: Point, radius: float, style: Mapping[str, str]) -> None:
    place = {"x": short(at[0]), "y": short(at[1]), "width": short(size[0]), "height": short(size[1])}
    corners = {"rx": short(radius)} if radius else {}
    ET.SubElement(parent, "rect", {**place, **corners, **style})


def _write_lines(parent: ET.Element, lines: Iterable[str], at: Point, size: int, style: Mapping[str, str]) -> None:
    """
    Write the lines of one text one below the other: *at* is where they are aligned sideways, and the top of the first.

    The anchor `start` in the style is the left end of a line, and `end` the right one, whichever way it runs.
    """
    lines = list(lines)
    if is_leftward(" ".join(lines)):
        # A line that runs from right to left starts at its right end.
        anchor = {"start": "end", "end": "start"}.get(style.get("text-anchor", ""))
        style = {**style, **({"text-anchor": anchor} if anchor else {}), "direction": "rtl", "unicode-bidi": "embed"}
    for number, line in enumerate(lines):
        place = {"x": short(at[0]), "y": short(at[1] + size * (LEADING * (number + 0.5) + BASELINE))}
        ET.SubElement(parent, "text", {**place, "font-size": str(size), **style}).text = line


def _write_outline(parent: ET.Element, drawn: PlacedBox) -> None:
    sized, box = drawn.sized, drawn.sized.box
    (left, top, right, bottom), size = drawn.outline, (sized.width, sized.height)
    radius = min(sized.height / 2, 24) if box.shape in _ROUND else 8
    style = _outline_style(box)
    if box.shape is BoxShape.FAN_OUT:
        for offset in _STACK:
            _rectangle(parent, (left + offset, top + offset), size, radius, style)
    _rectangle(parent, (left, top), size, radius, style)
    if box.shape is BoxShape.CALL:
        for x in (left + _BAR, right - _BAR):
            ET.SubElement(parent, "path", {"d": f"M{spot((x, top))}V{short(bottom)}", **style})


def _outline_style(box: DrawnBox) -> dict[str, str]:
    emphasis = box.mark.emphasis
    style = {**_coloured(box.colour), "stroke-width": _OUTLINE}
    if emphasis is Emphasis.FADED or _is_vain_end(box):
        style |= {"class": "nr-ground", "fill": LIGHT.panel}
    if emphasis is not Emphasis.PLAIN:
        style["class"] += f" nr-line nr-{emphasis.value}"
        style |= {"stroke": line_on(LIGHT, emphasis), "stroke-width": short(BREADTH[emphasis])}
    if box.shape is BoxShape.EXIT and emphasis is not Emphasis.LIT:
        style["stroke-dasharray"] = "3 2"
    elif emphasis in DASHED and not _is_vain_end(box):
        style["stroke-dasharray"] = DASHES
    return style


def _is_vain_end(box: DrawnBox) -> bool:
    """Tell whether a box is the end of a branch that was tried in vain: it is not the end of the decision."""
    return box.mark.emphasis is Emphasis.TRIED and box.shape is BoxShape.REFUSAL


def _ink(box: DrawnBox) -> dict[str, str]:
    if box.mark.emphasis is Emphasis.FADED:
        return _QUIET
    if _is_vain_end(box):
        return {"class": "nr-head nr-tried", "fill": LIGHT.tried}
    return {"class": "nr-text", "fill": ink_on(box.colour.fill)}


def _write_text(parent: ET.Element, drawn: PlacedBox) -> None:
    sized, box = drawn.sized, drawn.sized.box
    ink = _ink(box)
    gap = NOTE_GAP if sized.notes else 0
    high = sum(block.height for block in (sized.text, sized.caption, sized.notes) if block)
    y = drawn.top + (sized.head - high - gap) / 2
    bold = {"font-weight": "bold"} if sized.style.bold else {}
    _write_lines(parent, sized.text.lines, (drawn.x, y), sized.style.size, {**ink, **bold})
    y += sized.text.height
    if sized.caption:
        _write_lines(parent, sized.caption.lines, (drawn.x, y), SMALL, {**ink, "font-style": "italic"})
        y += sized.caption.height
    if sized.notes:
        half = sized.width / 2 - 8
        rule = f"M{spot((drawn.x - half, y + gap / 2))}H{short(drawn.x + half)}"
        ET.SubElement(parent, "path", {"d": rule, **_coloured(box.colour), "stroke-width": "1"})
        _write_lines(parent, sized.notes.lines, (drawn.x, y + gap), SMALL, ink)


def _write_rows(parent: ET.Element, drawn: PlacedBox) -> None:
    sized, box = drawn.sized, drawn.sized.box
    left, y, right, _ = drawn.outline
    y += sized.head
    for row, words, high in zip(box.rows, sized.rows, sized.row_heights, strict=True):
        group = ET.SubElement(parent, "g", {"class": "nr-row", **_known({"data-condition": row.condition})})
        if row.condition:
            ET.SubElement(group, "title").text = _written(row.text, row.condition)
        leftward = is_leftward(row.text)
        style = {**_ink(box), "text-anchor": "end" if leftward else "start"}
        if row.mark.emphasis is Emphasis.LIT:
            edge = BREADTH[Emphasis.LIT] / 2
            # The corners of the last row are those of the box.
            low, radius = (high - edge, 8 - edge) if row is box.rows[-1] else (high, 0)
            inside = (left + edge, y), (sized.width - 2 * edge, low)
            _rectangle(group, *inside, radius, {"class": "nr-ground", "fill": LIGHT.panel})
            style |= {"class": "nr-text", "fill": INK, "font-weight": "bold"}
        elif row.mark.emphasis is Emphasis.TRIED:
            _rectangle(group, (left + 1, y), (sized.width - 2, high), 0, {"class": "nr-ground", "fill": LIGHT.panel})
            style |= {"class": "nr-head nr-tried", "fill": LIGHT.tried}
        rule = {"d": f"M{spot((left, y))}H{short(right)}", **_coloured(box.colour), "stroke-width": "1"}
        ET.SubElement(group, "path", rule)
        side = right - ROW_SIDE if leftward else left + ROW_SIDE
        _write_lines(group, words.lines, (side, y + (high - words.height) / 2), SMALL, style)
        y += high
