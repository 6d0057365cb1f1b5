"""
Write a picture as DOT, for whoever has Graphviz and wants to go on from there.

Boxes have neutral names and every word is escaped: nothing that somebody wrote in a rule file is obeyed by the program
that reads the graph. Places are left to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Final

from notifyrules.diagram.boxes import SMALL, TEXT, SizedBox, label, size_box, size_end
from notifyrules.diagram.layout import POINTS
from notifyrules.diagram.lettering import directed, drawable
from notifyrules.diagram.model import BoxShape, Diagram, DrawnArrow, DrawnBox, Emphasis
from notifyrules.diagram.palette import LIGHT, ink_on
from notifyrules.diagram.paths import look_of

if TYPE_CHECKING:
    from graphviz import Digraph

FONT: Final = "Helvetica"

_LINES: Final = {
    Emphasis.PLAIN: {"color": LIGHT.line},
    Emphasis.FADED: {"color": LIGHT.faint},
    Emphasis.TRIED: {"color": LIGHT.tried, "style": "dashed", "penwidth": "2"},
    Emphasis.MOVED: {"color": LIGHT.moved, "penwidth": "2"},
    Emphasis.LIT: {"color": LIGHT.lit, "penwidth": "3"},
    Emphasis.MISSED: {"color": LIGHT.missed, "style": "dashed", "penwidth": "2"},
}
_SHAPES: Final = {
    BoxShape.CALL: {"peripheries": "2"},
    BoxShape.FAN_OUT: {"shape": "box3d", "style": "filled"},
    BoxShape.TABLE: {"shape": "plain", "style": ""},
    BoxShape.EXIT: {"style": "rounded,filled,dashed"},
}
_STYLES: Final = {0: "solid", 2: "dashed", 4: "dotted"}
"""What Graphviz has of dashes, by how many lengths a pattern has."""
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
"""Graphviz reads entities in every text."""


def to_dot(diagram: Diagram) -> str:
    """Write a picture as DOT: a whole file, the same for the same picture."""
    from graphviz import Digraph  # noqa: PLC0415 - slow to import, and only this format needs it

    graph = Digraph()
    spaces = {"newrank": "true", "nodesep": "0.3", "ranksep": "0.35"}
    graph.attr(bgcolor=LIGHT.panel, fontname=FONT, **spaces, tooltip=_text(diagram.title))
    node = {"shape": "box", "style": "rounded,filled", "fontname": FONT, "fontsize": str(TEXT), "margin": "0.16,0.1"}
    graph.attr("node", **node)
    graph.attr("edge", fontname=FONT, fontsize=str(SMALL), arrowsize="0.7")
    names = {box.key: f"n{number}" for number, box in enumerate((*diagram.boxes, *diagram.ends_apart))}
    _write_cluster("", diagram, names, graph)
    for arrow in diagram.arrows:
        _write_arrow(arrow, names, graph)
    for box in diagram.ends_apart:
        graph.node(names[box.key], **_attributes(box))
    for was, now in diagram.moves:
        graph.edge(names[was.key], names[now.key], **_LINES[Emphasis.MOVED], constraint="false")
    beside = {box.key for box in diagram.boxes if box.shape is BoxShape.REFUSAL}
    for arrow in diagram.arrows:
        if arrow.target in beside and arrow.row is None:
            graph.body.append(f"\t{{rank=same {names[arrow.source]} {names[arrow.target]}}}\n")
    if ends := [names[box.key] for box in diagram.boxes if box.shape is BoxShape.END]:
        graph.body.append(f"\t{{rank=sink {' '.join(ends)}}}\n")
    if diagram.legend or diagram.paths or diagram.meanings:
        graph.node("legend", label=_legend(diagram), shape="plain", style="", tooltip="legend")
    return str(graph.source)


def _write_cluster(key: str, diagram: Diagram, names: Mapping[str, str], graph: Digraph) -> None:
    for box in diagram.boxes:
        if box.cluster == key:
            graph.node(names[box.key], **_attributes(box))
    for number, cluster in enumerate(diagram.clusters):
        if cluster.parent == key:
            link = {"URL": cluster.href} if cluster.href else {}
            frame = {"style": "rounded,filled", "fillcolor": LIGHT.cluster, "color": LIGHT.fence, **link}
            words = {"label": _text(cluster.title), "tooltip": _text(cluster.about or cluster.title)}
            with graph.subgraph(name=f"cluster_{number}") as inner:
                inner.attr(**frame, **words, fontsize=str(SMALL))
                _write_cluster(cluster.key, diagram, names, inner)


def _attributes(box: DrawnBox) -> dict[str, str]:
    drawn = size_end(box) if box.shape is BoxShape.REFUSAL else size_box(box.spelt)
    faded = box.mark.emphasis is Emphasis.FADED
    ink = LIGHT.quiet if faded else ink_on(box.colour.fill)
    colours = {"fillcolor": LIGHT.panel if faded else box.colour.fill, "color": box.colour.border, "fontcolor": ink}
    found = {**colours, **_SHAPES.get(box.shape, {}), "tooltip": _text(box.about or box.text)}
    if box.mark.emphasis is not Emphasis.PLAIN:
        found |= {key: value for key, value in _LINES[box.mark.emphasis].items() if key != "style"}
    if box.shape is BoxShape.TABLE:
        return {**found, "label": _table(drawn, colours)}
    if drawn.style.bold:
        found |= {"fontsize": str(drawn.style.size), "fontname": f"{FONT}-Bold"}
    if box.href:
        found["URL"] = box.href
    lines = [line for part in (drawn.text, drawn.caption, drawn.notes) if part for line in directed(part.lines)]
    # Graphviz measures with its own fonts; ours is the width of the widest that readers have.
    size = {"width": f"{drawn.width / POINTS:.3f}", "height": f"{drawn.height / POINTS:.3f}"}
    return {**found, "label": escaped(lines), **size}


def _write_arrow(arrow: DrawnArrow, names: Mapping[str, str], graph: Digraph) -> None:
    source = names[arrow.source] if arrow.row is None else f"{names[arrow.source]}:r{arrow.row}:e"
    found = dict(_LINES[arrow.mark.emphasis])
    if traces := arrow.mark.traces:
        # Lines beside each other; dashes there are for one alone.
        style = _STYLES[len(look_of(traces[0].path).dashes)] if len(traces) == 1 else "solid"
        found = {"color": ":".join(look_of(trace.path).colour for trace in traces), "style": style, "penwidth": "2.5"}
    elif arrow.mark.breadth is not None:
        found["penwidth"] = f"{arrow.mark.breadth:g}"
    found["fontcolor"] = LIGHT.quiet if arrow.mark.emphasis is Emphasis.FADED else LIGHT.text
    if arrow.label or arrow.mark.notes:
        found["label"] = escaped(f" {line} " for line in directed(label(arrow.label, arrow.mark.notes).lines))
    graph.edge(source, names[arrow.target], tooltip=_text(", ".join(arrow.ids)), **found)


def _table(drawn: SizedBox, colours: Mapping[str, str]) -> str:
    small = f'<FONT POINT-SIZE="{SMALL}">'
    head = "<BR/>".join(map(escape, directed(drawn.text.lines)))
    if drawn.caption:
        head += f"<BR/>{small}<I>{escape(' '.join(drawn.caption.lines))}</I></FONT>"
    if drawn.notes:
        head += "".join(f"<BR/>{small}{escape(line)}</FONT>" for line in drawn.notes.lines)
    rows = [f'<TR><TD WIDTH="{drawn.width}">{head}</TD></TR>']
    for number, words in enumerate(drawn.rows):
        text = "".join(f'{escape(line)}<BR ALIGN="LEFT"/>' for line in directed(words.lines))
        rows.append(f'<TR><TD PORT="r{number}" ALIGN="LEFT">{small}{text}</FONT></TD></TR>')
    style = f'BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="6" BGCOLOR="{colours["fillcolor"]}"'
    return f'<<TABLE {style} COLOR="{colours["color"]}">{"".join(rows)}</TABLE>>'


def _legend(diagram: Diagram) -> str:
    lines = [
        *((look_of(path).colour, ": ".join(words)) for path, words in enumerate(diagram.paths)),
        *((_LINES[emphasis]["color"], words) for words, emphasis in diagram.meanings),
    ]
    paths = (
        f'<TR><TD BGCOLOR="{colour}" WIDTH="14" HEIGHT="4"></TD>'
        f'<TD ALIGN="LEFT"><FONT POINT-SIZE="{SMALL}">{escape(drawable(words))}</FONT></TD></TR>'
        for colour, words in lines
    )
    rows = (
        f'<TR><TD BGCOLOR="{colour.fill}" COLOR="{colour.border}" BORDER="1" WIDTH="14"></TD>'
        f'<TD ALIGN="LEFT"><FONT POINT-SIZE="{SMALL}">{escape(drawable(name).replace("_", " "))}</FONT></TD></TR>'
        for name, colour in diagram.legend
    )
    return f'<<TABLE BORDER="0" CELLSPACING="4">{"".join([*paths, *rows])}</TABLE>>'


def _text(text: str) -> str:
    """Escape one line of text."""
    return escaped(directed([drawable(text)]))


def escaped(lines: Iterable[str]) -> str:
    """Escape lines of text: no backslash is obeyed, and nothing is taken for an HTML-like label."""
    import graphviz  # noqa: PLC0415 - slow to import, and only this format needs it

    # The type of what `nohtml` returns is what keeps it from being read as HTML.
    found: str = graphviz.nohtml("\\n".join(graphviz.escape(_ENTITY.sub("&amp;", line)) for line in lines))
    return found
