"""Write the boxes of a picture as SVG: their outlines, their words, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagram.boxes import LEADING, NOTE_GAP, ROW_SIDE, SMALL
from notifyrules.diagram.compounds import Point
from notifyrules.diagram.lettering import drawable, is_leftward, set_apart
from notifyrules.diagram.model import BoxShape, DrawnBox, Emphasis
from notifyrules.diagram.palette import INK, LIGHT, ink_on, line_on
from notifyrules.diagram.routing import PlacedBox, PlacedValues
from notifyrules.diagram.strokes import BREADTH, DASHED, DASHES, short, spot
from notifyrules.graph.colours import Colour

_ROUND: Final = (BoxShape.START, BoxShape.EXIT, BoxShape.END, BoxShape.REFUSAL)
_OUTLINE: Final = "1.3"
_BAR: Final = 8
"""From the edges of a call to its bars."""
_STACK: Final = (6, 3)
"""How far the sheets behind a fan-out stand out."""
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_./:-]")
BASELINE: Final = 0.35
"""From the middle of a line of text to its baseline, in font sizes."""


def write_box(
    chart: ET.Element, name: str, drawn: PlacedBox, onward: Iterable[str], *, values: PlacedValues | None
) -> None:
    """
    Write one box with all that is known of it.

    Args:
        chart: Where to.
        name: The name of the picture, which ids begin with.
        drawn: The box and its place.
        onward: Its ways out, in words.
        values: What was read in it, where there is room for that.
    """
    box = drawn.sized.box
    group = ET.SubElement(chart, "g", {"class": "nr-box", **_met(box)})
    if box.shape is not BoxShape.START and box.shape is not BoxShape.REFUSAL:
        group.set("id", identifier(f"{name}-{box.key}"))
    group.attrib |= known(_data(box))
    title = box.text if box.shape is BoxShape.START else f"{_id(box)}: {set_apart(box.text)}"
    ET.SubElement(group, "title").text = written(title, box.condition, *box.mark.values, box.about, box.place)
    if ways := written(*box.mark.values, *onward):
        ET.SubElement(group, "desc").text = ways
    holder = linked(group, box.href)
    _write_outline(holder, drawn)
    _write_rows(holder, drawn)
    _write_text(holder, drawn)
    if values is not None:
        emphasis = box.mark.emphasis
        ink = {"class": f"nr-head nr-{emphasis.value}", "fill": line_on(LIGHT, emphasis), "text-anchor": "start"}
        write_lines(holder, values.words.lines, (values.left, values.top), SMALL, ink)


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
    """List what is known of a box."""
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


def identifier(text: str) -> str:
    """Make an id: blanks would end it where others refer to it, and XML cannot hold every character."""
    return _UNSAFE.sub(lambda found: f"_{ord(found[0]):x}_", text)


def known(attributes: Mapping[str, str | None]) -> dict[str, str]:
    """Keep the attributes that say something, each in one printable line."""
    return {name: drawable(value) for name, value in attributes.items() if value}


def written(*parts: str | None) -> str:
    """Put what there is on lines of its own, as tooltips show it."""
    return "\n".join(drawable(part) for part in parts if part)


def linked(parent: ET.Element, href: str | None) -> ET.Element:
    """Open a link where there is one."""
    return parent if href is None else ET.SubElement(parent, "a", {"href": href})


def coloured(colour: Colour) -> dict[str, str]:
    """Fill and edge something in a colour, under the class that makes it dark on a dark page."""
    return {"class": f"nr-{colour.fill[1:]}", "fill": colour.fill, "stroke": colour.border}


def rectangle(parent: ET.Element, at: Point, size: Point, radius: float, style: Mapping[str, str]) -> None:
    """Write a rectangle, with round corners where *radius* is not 0."""
    place = {"x": short(at[0]), "y": short(at[1]), "width": short(size[0]), "height": short(size[1])}
    corners = {"rx": short(radius)} if radius else {}
    ET.SubElement(parent, "rect", {**place, **corners, **style})


def write_lines(parent: ET.Element, lines: Iterable[str], at: Point, size: int, style: Mapping[str, str]) -> None:
    """
    Write the lines of one text one below the other.

    Args:
        parent: Where to.
        lines: The lines.
        at: Where they are aligned sideways, and the top of the first.
        size: The font size.
        style: Further attributes; the anchor `start` is the left end of a line, and `end` the right one.
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
    """Write the outline of a box as its kind and its emphasis ask for."""
    sized, box = drawn.sized, drawn.sized.box
    left, size = drawn.x - sized.width / 2, (sized.width, sized.height)
    radius = min(sized.height / 2, 24) if box.shape in _ROUND else 8
    style = _outline_style(box)
    if box.shape is BoxShape.FAN_OUT:
        for offset in _STACK:
            rectangle(parent, (left + offset, drawn.top + offset), size, radius, style)
    rectangle(parent, (left, drawn.top), size, radius, style)
    if box.shape is BoxShape.CALL:
        for x in (left + _BAR, left + sized.width - _BAR):
            bar = f"M{spot((x, drawn.top))}V{short(drawn.top + sized.height)}"
            ET.SubElement(parent, "path", {"d": bar, **style})


def _outline_style(box: DrawnBox) -> dict[str, str]:
    """Choose how an outline is drawn and filled."""
    emphasis = box.mark.emphasis
    hollow = emphasis is Emphasis.FADED or _is_vain_end(box)
    style = {**coloured(box.colour), "stroke-width": _OUTLINE}
    if hollow:
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
    """Choose the ink of the words in a box."""
    if box.mark.emphasis is Emphasis.FADED:
        return {"class": "nr-quiet", "fill": LIGHT.quiet}
    if _is_vain_end(box):
        return {"class": "nr-head nr-tried", "fill": LIGHT.tried}
    return {"class": "nr-text", "fill": ink_on(box.colour.fill)}


def _write_text(parent: ET.Element, drawn: PlacedBox) -> None:
    """Write the question of a box, its caption and its notes."""
    sized, box = drawn.sized, drawn.sized.box
    ink = _ink(box)
    blocks = [block for block in (sized.text, sized.caption, sized.notes) if block]
    gap = NOTE_GAP if sized.notes else 0
    y = drawn.top + (sized.head - sum(block.height for block in blocks) - gap) / 2
    bold = {"font-weight": "bold"} if sized.style.bold else {}
    write_lines(parent, sized.text.lines, (drawn.x, y), sized.style.size, {**ink, **bold})
    y += sized.text.height
    if sized.caption:
        write_lines(parent, sized.caption.lines, (drawn.x, y), SMALL, {**ink, "font-style": "italic"})
        y += sized.caption.height
    if sized.notes:
        half = sized.width / 2 - 8
        rule = f"M{spot((drawn.x - half, y + gap / 2))}H{short(drawn.x + half)}"
        ET.SubElement(parent, "path", {"d": rule, **coloured(box.colour), "stroke-width": "1"})
        write_lines(parent, sized.notes.lines, (drawn.x, y + gap), SMALL, ink)


def _write_rows(parent: ET.Element, drawn: PlacedBox) -> None:
    """Write the rows of a table."""
    sized, box = drawn.sized, drawn.sized.box
    y = drawn.top + sized.head
    left, right = drawn.x - sized.width / 2, drawn.x + sized.width / 2
    for row, words, high in zip(box.rows, sized.rows, sized.row_heights, strict=True):
        data = known({"data-condition": row.condition})
        group = ET.SubElement(parent, "g", {"class": "nr-row", **data})
        if row.condition:
            ET.SubElement(group, "title").text = written(row.text, row.condition)
        leftward = is_leftward(row.text)
        style = {**_ink(box), "text-anchor": "end" if leftward else "start"}
        if row.mark.emphasis is Emphasis.LIT:
            inside = (left + BREADTH[Emphasis.LIT] / 2, y), (sized.width - BREADTH[Emphasis.LIT], high)
            rectangle(group, *inside, 0, {"class": "nr-ground", "fill": LIGHT.panel})
            style |= {"fill": INK, "font-weight": "bold"}
        rule = {"d": f"M{spot((left, y))}H{short(right)}", **coloured(box.colour), "stroke-width": "1"}
        ET.SubElement(group, "path", rule)
        side = right - ROW_SIDE if leftward else left + ROW_SIDE
        write_lines(group, words.lines, (side, y + (high - words.height) / 2), SMALL, style)
        y += high
