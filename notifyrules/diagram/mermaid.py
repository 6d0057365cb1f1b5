"""Write a picture as a Mermaid flowchart, which GitHub, GitLab and many wikis draw inside of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from notifyrules.diagram.boxes import label, size_box
from notifyrules.diagram.lettering import directed, drawable
from notifyrules.diagram.model import BoxShape, Diagram, DrawnArrow, DrawnBox, Emphasis
from notifyrules.diagram.palette import LIGHT, ink_on
from notifyrules.diagram.paths import look_of

_OUTLINES: Final = {
    BoxShape.QUESTION: ("(", ")"),
    BoxShape.SWITCH: ("{{", "}}"),
    **dict.fromkeys((BoxShape.FIRST, BoxShape.TABLE), ("[", "]")),
    BoxShape.FAN_OUT: ("[/", "\\]"),
    BoxShape.CALL: ("[[", "]]"),
    **dict.fromkeys((BoxShape.START, BoxShape.EXIT, BoxShape.END, BoxShape.REFUSAL), ("([", "])")),
}
_LINKS: Final = {
    Emphasis.FADED: f"stroke:{LIGHT.faint}",
    Emphasis.TRIED: f"stroke:{LIGHT.tried},stroke-width:2px,stroke-dasharray:6 4",
    Emphasis.MOVED: f"stroke:{LIGHT.moved},stroke-width:2px",
    Emphasis.LIT: f"stroke:{LIGHT.lit},stroke-width:3px",
    Emphasis.MISSED: f"stroke:{LIGHT.missed},stroke-width:2px,stroke-dasharray:6 4",
}
_LOOKS: Final = {
    Emphasis.FADED: "faint",
    Emphasis.PLAIN: "plain",
    Emphasis.TRIED: "brown and dashed",
    Emphasis.MOVED: "violet",
    Emphasis.LIT: "blue and bold",
    Emphasis.MISSED: "pink and dashed",
}

MERMAID_ARROWS: Final = 500
"""Arrows at which viewers of Mermaid stop, unless they are told `maxEdges`."""
MERMAID_TEXT: Final = 50_000
"""UTF-16 code units of one Mermaid chart that viewers read, unless they are told `maxTextSize`."""

# Mermaid obeys some characters even between quotes: comments, directives, Markdown, HTML, entities.
_OBEYED: Final = re.compile(r"""["#$%&:;<>`\\*_~|{}\[\]]""")


def to_mermaid(diagram: Diagram) -> str:
    """Write a picture as a Mermaid flowchart: the text to stand in a Mermaid block, the same for the same picture."""
    names = {box.key: f"n{number}" for number, box in enumerate((*diagram.boxes, *diagram.ends_apart))}
    rows = {box.key: box.rows for box in diagram.boxes}
    lines = ["flowchart TD", *_cluster("", diagram, names)]
    for arrow in diagram.arrows:
        words = arrow.label if arrow.row is None else rows[arrow.source][arrow.row].text
        notes = (*arrow.mark.notes, *_named(arrow, diagram))
        shown = f"|{_quoted(directed(label(words, notes).lines))}|" if words or notes else ""
        lines.append(f"  {names[arrow.source]} -->{shown} {names[arrow.target]}")
    lines += [_box(box, names[box.key]) for box in diagram.ends_apart]
    lines += [f"  {names[was.key]} --> {names[now.key]}" for was, now in diagram.moves]
    looks = [*(arrow.mark.emphasis for arrow in diagram.arrows), *(Emphasis.MOVED for _ in diagram.moves)]
    for emphasis, style in _LINKS.items():
        if links := [str(number) for number, look in enumerate(looks) if look is emphasis]:
            lines.append(f"  linkStyle {','.join(links)} {style}")
    for number, arrow in enumerate(diagram.arrows):
        if len(traces := arrow.mark.traces) == 1:
            look = look_of(traces[0].path)
            dashes = f",stroke-dasharray:{' '.join(f'{dash:g}' for dash in look.dashes)}" if look.dashes else ""
            lines.append(f"  linkStyle {number} stroke:{look.colour},stroke-width:3px{dashes}")
        elif arrow.mark.breadth is not None:
            lines.append(f"  linkStyle {number} stroke-width:{arrow.mark.breadth:g}px")
    if told := [*map(": ".join, diagram.paths), *(f"{_LOOKS[look]}: {words}" for words, look in diagram.meanings)]:
        lines.append(f"  legend[{_quoted(directed(map(drawable, told)))}]")
    return "\n".join([*lines, *_classes(diagram, names)]) + "\n"


def _named(arrow: DrawnArrow, diagram: Diagram) -> list[str]:
    """Name the media of an arrow that not all take: Mermaid has one line for each."""
    traces = arrow.mark.traces if len(arrow.mark.traces) < len(diagram.paths) else ()
    return [diagram.paths[trace.path][0] + (" (in vain)" if trace.in_vain else "") for trace in traces]


def mermaid_caveats(diagram: Diagram, text: str) -> Iterator[str]:
    """Tell of a chart that viewers of Mermaid refuse to draw."""
    units = len(text.encode("utf-16-le")) // 2
    advice = "write SVG, or tell your own viewer"
    if len(diagram.arrows) >= MERMAID_ARROWS:
        found = f"viewers of Mermaid stop at {MERMAID_ARROWS} arrows, and this chart has {len(diagram.arrows):,}"
        yield f"{found}; {advice} `maxEdges: {len(diagram.arrows) + 1}`"
    if units > MERMAID_TEXT:
        found = f"viewers of Mermaid read {MERMAID_TEXT:,} characters, and this chart has {units:,}"
        yield f"{found}; {advice} `maxTextSize: {units}`"


def _cluster(key: str, diagram: Diagram, names: Mapping[str, str]) -> Iterator[str]:
    for box in diagram.boxes:
        if box.cluster == key:
            yield _box(box, names[box.key])
    for number, cluster in enumerate(diagram.clusters):
        if cluster.parent == key:
            yield f"  subgraph s{number}[{_quoted(directed([drawable(cluster.title)]))}]"
            yield from _cluster(cluster.key, diagram, names)
            yield "  end"


def _box(box: DrawnBox, name: str) -> str:
    left, right = _OUTLINES[box.shape]
    drawn = size_box(box.spelt)
    # How a box chooses its way out is told by its outline.
    carried = drawn.caption if box.notify else None
    words = [line for part in (drawn.text, carried, drawn.notes) if part for line in directed(part.lines)]
    return f"  {name}{left}{_quoted(words)}{right}"


def _classes(diagram: Diagram, names: Mapping[str, str]) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for box in (*diagram.boxes, *diagram.ends_apart):
        found.setdefault(_style(box), []).append(names[box.key])
    for number, (style, members) in enumerate(found.items()):
        yield f"  classDef k{number} {style}"
        yield f"  class {','.join(members)} k{number}"


def _style(box: DrawnBox) -> str:
    emphasis = box.mark.emphasis
    if emphasis is Emphasis.FADED:
        return f"fill:{LIGHT.panel},stroke:{LIGHT.faint},color:{LIGHT.quiet}"
    line = _LINKS.get(emphasis, f"stroke:{box.colour.border}")
    return f"fill:{box.colour.fill},{line},color:{ink_on(box.colour.fill)}"


def _quoted(lines: Iterable[str]) -> str:
    """
    Quote lines of text so that Mermaid shows every character and obeys none.

    A text of blanks becomes a no-break space, because Mermaid has no empty boxes.
    """
    words = "<br/>".join(_OBEYED.sub(lambda found: f"#{ord(found[0])};", line) for line in lines)
    # Mermaid breaks the line at a backslash and an n, however they are spelt, unless something is between them.
    return f'"{words.replace("#92;n", "#92;#8203;n") or "#160;"}"'
