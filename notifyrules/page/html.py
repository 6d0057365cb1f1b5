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
from collections.abc import Iterable, Mapping
from string import Template
from typing import Final
from zoneinfo import ZoneInfo

from notifyrules.cases.model import Case
from notifyrules.compiled.receipts import stamp
from notifyrules.diagnostics.visible import visible
from notifyrules.diagram import draw
from notifyrules.evaluation.record import Plain
from notifyrules.graph.model import Call, Graph
from notifyrules.language.tables import tables
from notifyrules.language.types import Basic
from notifyrules.language.values import Value, to_plain
from notifyrules.page.export import export_chart
from notifyrules.page.layers import ChangedChart, Traffic
from notifyrules.page.module import asset
from notifyrules.page.pictures import write_pictures

ZONES: Final = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland")
"""The time zones that every page with a zone among its facts offers, beside those that its cases name."""
SCRIPTS: Final = ("decide.js", "picture.js", "by_hand.js", "cases.js", "page.js")
"""The script of a page, in this order."""
STYLES: Final = ("ground.css", "page.css")
"""The style of a page; the window of the studio stands on the first."""


def write_page(  # noqa: PLR0913 - what is shown, and how
    graph: Graph,
    cases: Iterable[Case] = (),
    *,
    expand: bool = False,
    traffic: Traffic | None = None,
    changes: ChangedChart | None = None,
    style: str = "",
    script: str = "",
) -> str:
    """
    Write the page.

    Args:
        graph: A chart without errors.
        cases: What is listed on it.
        expand: Whether called charts are shown opened at first.
        traffic: How often its arrows were taken, to be shown on it.
        changes: What is different from an old version, to be shown on it; called charts are not opened then.
        style: What comes behind the page's own style.
        script: What comes behind its script, and sees all of that.
    """
    listed = list(cases)
    named = [value for case in listed for value in case.facts.values()]
    named += [value for facts in (changes.examples if changes else {}).values() for value in facts.values()]
    zones = {
        "UTC",
        *(ZONES if _has_zones(graph) else ()),
        *(value.key for value in named if isinstance(value, ZoneInfo)),
    }
    if changes is not None:
        diagrams = [changes.both]
    else:
        calls = any(isinstance(node, Call) for node in graph.nodes.values())
        diagrams = [draw(graph, expand=opened) for opened in ((False, True) if calls else (False,))]
    pictures = write_pictures(diagrams, len(diagrams) - 1 if expand else 0)
    style = "".join([pictures.style, "\n", *map(asset, STYLES), style])
    script = "\n".join([*map(asset, SCRIPTS), script])
    beside: dict[str, Plain] = {
        "stamp": stamp(graph.digest, graph.path, tables()),
        "cases": [
            *_examples(graph, changes),
            *(_case(case.name, case.facts, case.expect.outcomes, graph) for case in listed),
        ],
        "ways": pictures.ways,
        "layers": _layers(traffic, changes, zones),
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
        title=html.escape(visible(graph.title)),
        style=style,
        script=script,
        pictures=pictures.markup,
        chart=_data(export_chart(graph, zones, told=True)),
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


def _has_zones(graph: Graph) -> bool:
    return any(fact.type.base is Basic.TIMEZONE for fact in graph.facts.values())


def _layers(traffic: Traffic | None, changes: ChangedChart | None, zones: Iterable[str]) -> dict[str, Plain]:
    """Write what can be shown on the chart, by the names that the page has for it."""
    found: dict[str, Plain] = {}
    if traffic is not None:
        found["traffic"] = {"taken": dict(traffic.taken), "total": traffic.total, "words": traffic.words}
    if changes is not None:
        marks: dict[str, Plain] = {
            key: ["is-gone" if key in changes.gone else "is-new", *notes] for key, notes in changes.marks.items()
        }
        found["changes"] = {"marks": marks, "words": changes.words, "old": export_chart(changes.old, zones)}
    return found


def _examples(graph: Graph, changes: ChangedChart | None) -> list[Plain]:
    """Write facts that are decided otherwise than by the old version like cases, which whatever comes of them fits."""
    examples = {} if changes is None else changes.examples
    return [_case(name, facts, graph.outcomes, graph) for name, facts in examples.items()]


def _case(name: str, facts: Mapping[str, Value], outcomes: Iterable[str], graph: Graph) -> Plain:
    """Write a case: its facts, those at their default left out, and the outcomes that it expects."""
    declared = graph.facts
    off = {
        key: value for key, value in facts.items() if not declared[key].has_default or value != declared[key].default
    }
    given: dict[str, Plain] = json.loads(json.dumps({key: to_plain(value) for key, value in off.items()}))
    expected: list[Plain] = [*sorted(outcomes)]
    return {"name": name, "facts": given, "outcomes": expected}


def _data(value: Plain) -> str:
    """Write data for a script element, which nothing in it can end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    """Name a text for the policy of the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
