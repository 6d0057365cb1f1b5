"""Write a chart as a module of JavaScript that decides by itself, its types, or its data alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from notifyrules.graph.model import Graph
from notifyrules.page.export import ALWAYS_CARRIED, export_chart


def asset(name: str, package: str = "notifyrules.page") -> str:
    """Read a file that comes with a package."""
    return files(package).joinpath(name).read_text("utf-8")


def write_module(graph: Graph, zones: Iterable[str] = ALWAYS_CARRIED) -> str:
    """Write an ES module: the interpreter, and `decide(facts)` for this chart, whose data it only parses."""
    # Twice written as JSON, it is a text to JavaScript: no key of it is ever code, `__proto__` included.
    data = json.dumps(write_data(graph, zones))
    return f"{asset('decide.js')}\nexport const chart = JSON.parse({data});\n\n{_DECIDE}"


def write_types(_graph: Graph, _zones: Iterable[str] = ALWAYS_CARRIED) -> str:
    """Write the types of such a module, which are those of every chart."""
    return asset("decide.d.ts")


def write_data(graph: Graph, zones: Iterable[str] = ALWAYS_CARRIED) -> str:
    """Write the chart as the interpreter reads it."""
    return json.dumps(export_chart(graph, zones), separators=(",", ":"))


EXPORTS: Final[Mapping[str, Callable[[Graph, Iterable[str]], str]]] = MappingProxyType(
    {"js": write_module, "types": write_types, "json": write_data}
)
"""What a chart can be exported to."""

_DECIDE: Final = """\
/** Decide by this chart. */
export const decide = (facts) => decideBy(chart, facts);
"""
