"""Write the pictures of a page: the chart, where it calls others once more with these opened, and their style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.diagram.model import Diagram
from notifyrules.diagram.panel import lay_panel
from notifyrules.diagram.routing import Drawing, route
from notifyrules.diagram.strokes import rounded, simplified, strokes
from notifyrules.diagram.svg import write_panel
from notifyrules.evaluation.record import Plain

_TOLD: Final = ("id", "data-about", "data-because", "data-condition", "data-question", "data-class", "data-source")
"""What the picture says of boxes and arrows, and the page knows already or does not need."""
_STYLED: Final = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "font-size",
    "font-weight",
    "text-anchor",
    "pointer-events",
)
"""How elements look that are many: a page says it once for all that look the same."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Some pictures of one chart, of which one is shown."""

    markup: str
    style: str
    ways: list[Plain]
    """For each picture the whole line of each arrow of which it leaves to another one what they share."""


def write_pictures(diagrams: Iterable[Diagram], shown: int) -> Pictures:
    """Write pictures; *shown* is the number of the one that is there at first."""
    looks: dict[str, str] = {}
    written, dark, ways = [], dict[str, None](), list[Plain]()
    for number, diagram in enumerate(map(_unlinked, diagrams)):
        drawing = route(diagram)
        root = write_panel(diagram, lay_panel(diagram, drawing))
        style = root.find("style")
        assert style is not None
        root.remove(style)
        dark[style.text or ""] = None
        _fit(root, diagram, looks)
        if number != shown:
            root.set("hidden", "")
        written.append(ET.tostring(root, encoding="unicode"))
        ways.append(dict(_shared_ways(drawing)))
    light = "".join(f".{name}{{{look}}}" for look, name in looks.items())
    return Pictures("".join(written), "\n".join([light, *dark]), ways)


def _unlinked(diagram: Diagram) -> Diagram:
    """Leave out the links to the pictures of called charts: a page opens these in their place."""
    boxes = (replace(box, href=None) for box in diagram.boxes)
    return replace(
        diagram, boxes=tuple(boxes), clusters=tuple(replace(cluster, href=None) for cluster in diagram.clusters)
    )


def _fit(root: ET.Element, diagram: Diagram, looks: dict[str, str]) -> None:
    """Make a picture part of a page, whose style says how things look."""
    del root.attrib["aria-labelledby"]
    root.set("aria-label", diagram.title)
    root.set("preserveAspectRatio", "xMidYMin")
    for one in root.iter():
        for name in _TOLD:
            one.attrib.pop(name, None)
        if one.get("class") == "nr-box":
            one.set("role", "button")
    # A page has boxes to be pointed at, whose ways on it tells; where arrows are met would be a tenth of it.
    for group in root.iter("g"):
        for path in group.findall("path[@stroke='transparent']"):
            group.remove(path)
    for one in root.iter():
        said = [f"{name}:{one.attrib.pop(name)}" for name in _STYLED if name in one.attrib]
        if look := ";".join(f"{part}px" if part.startswith("font-size") else part for part in said):
            name = looks.setdefault(look, f"s{len(looks)}")
            one.set("class", f"{name} {kind}" if (kind := one.get("class")) else name)


def _shared_ways(drawing: Drawing) -> Iterator[tuple[str, Plain]]:
    for stroke in strokes(drawing.arrows):
        whole = rounded([simplified(stroke.drawn.points)])
        if stroke.drawn.arrow.ids and (stroke.joint is not None or stroke.pieces[0][0] != stroke.drawn.points[0]):
            yield " ".join(stroke.drawn.arrow.ids), whole
