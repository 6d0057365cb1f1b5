"""
Write a chart as one page that needs nothing beside it: the picture, facts as a form, cases as a list.

What comes from the chart is data: the page parses it as JSON and shows it as text, and its policy lets nothing run or
be fetched but the script and the style that stand in it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator
from string import Template
from typing import Final
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from notifyrules.cases.model import Case
from notifyrules.diagram import draw
from notifyrules.diagram.model import Diagram
from notifyrules.diagram.panel import lay_panel
from notifyrules.diagram.routing import Drawing, route
from notifyrules.diagram.strokes import rounded, simplified, strokes
from notifyrules.diagram.svg import write_panel
from notifyrules.graph.model import Graph, conditions
from notifyrules.language.types import Basic
from notifyrules.language.values import to_plain
from notifyrules.page.export import export_chart
from notifyrules.page.module import asset
from notifyrules.page.terms import Plain

ZONES: Final = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland")
"""The time zones that every page with a zone among its facts offers, beside those that its cases name."""
_TOLD: Final = ("data-about", "data-because", "data-condition", "data-source")
"""What the picture says of boxes and arrows, and the page knows already."""


def write_page(graph: Graph, cases: Iterable[Case] = (), *, expand: bool = False) -> str:
    """
    Write the page.

    Args:
        graph: A chart without errors.
        cases: What is listed on it.
        expand: Whether called charts are drawn opened.
    """
    listed = list(cases)
    zones = {value.key for case in listed for value in case.facts.values() if isinstance(value, ZoneInfo)}
    diagram = draw(graph, expand=expand)
    drawing = route(diagram)
    picture, own = _picture(diagram, drawing)
    style, script = f"{own}\n{asset('page.css')}", f"{asset('decide.js')}\n{asset('page.js')}"
    beside: dict[str, Plain] = {
        "nodes": {
            name: {"about": node.about, "conditions": [term.span.one_line for term in conditions(node)]}
            for name, node in graph.nodes.items()
        },
        "cases": [_case(case) for case in listed],
        "ways": dict(_shared_ways(drawing)),
    }
    return Template(asset("page.html")).substitute(
        policy="; ".join(
            (
                "default-src 'none'",
                f"style-src '{_hash(style)}'",
                f"script-src '{_hash(script)}'",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
        title=html.escape(graph.title),
        style=style,
        script=script,
        picture=picture,
        chart=_data(export_chart(graph, {*ZONES, *zones} if _has_zones(graph) else ["UTC"])),
        beside=_data(beside),
    )


def notebook_page(graph: Graph) -> str | None:
    """Write a page for a cell of a notebook; None, as nothing may be raised there, where it cannot be drawn."""
    try:
        page = write_page(graph)
    except Exception:  # noqa: BLE001 - a notebook shows the text instead
        return None
    # In a frame of its own, its script reaches nothing of the notebook, and its style is no other's.
    frame = f'<iframe sandbox="allow-scripts" width="100%" height="640" title="{html.escape(graph.title)}"'
    return f'{frame} srcdoc="{html.escape(page)}"></iframe>'


def _picture(diagram: Diagram, drawing: Drawing) -> tuple[str, str]:
    """Write the picture, and apart from it its style, which the policy of the page names with the page's own."""
    root = write_panel(diagram, lay_panel(diagram, drawing))
    style = root.find("style")
    assert style is not None
    root.remove(style)
    for one in root.iter():
        for name in _TOLD:
            one.attrib.pop(name, None)
    # A page has boxes to be pointed at, whose ways on it tells; where arrows are met would be a tenth of it.
    for group in root.iter("g"):
        for path in group.findall("path[@stroke='transparent']"):
            group.remove(path)
    return ET.tostring(root, encoding="unicode"), style.text or ""


def _shared_ways(drawing: Drawing) -> Iterator[tuple[str, Plain]]:
    """Give the whole line of each arrow of which the picture leaves to another one what they share."""
    for stroke in strokes(drawing.arrows):
        whole = rounded([simplified(stroke.drawn.points)])
        if stroke.drawn.arrow.ids and (stroke.joint is not None or stroke.pieces[0][0] != stroke.drawn.points[0]):
            yield " ".join(stroke.drawn.arrow.ids), whole


def _has_zones(graph: Graph) -> bool:
    return any(fact.type.base is Basic.TIMEZONE for fact in graph.facts.values())


def _case(case: Case) -> Plain:
    """Write a case: its facts, those at their default left out, and the outcomes that it expects."""
    facts = case.chart.graph.facts
    given: dict[str, Plain] = json.loads(
        json.dumps(
            {
                name: to_plain(value)
                for name, value in case.facts.items()
                if not facts[name].has_default or value != facts[name].default
            }
        )
    )
    outcomes: list[Plain] = [*sorted(case.expect.outcomes)]
    return {"name": case.name, "facts": given, "outcomes": outcomes}


def _data(value: Plain) -> str:
    """Write data for a script element, which nothing in it can end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    """Name a text for the policy of the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
