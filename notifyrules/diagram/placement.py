"""
Give every box its row and its place from left to right.

The layout program is asked twice, each time with numbers only: first for the row of every box, then for the order and
the place of everything that stands in a row. In between, whatever passes a row on its way down is made a thing of its
own: the label of an arrow in the row below its box, and one lane for all the arrows that lead to the same box. So labels
have room of their own, and arrows to the same place run together as a pencil would draw them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import Final

from notifyrules.diagram.compounds import Compound, Exit, arrow_label, compounds
from notifyrules.diagram.figures import Lettering, letter_title
from notifyrules.diagram.layout import run_layout
from notifyrules.diagram.model import START, Diagram, Shape

_BOX_GAP: Final = 26
"""Room between compounds."""
_LABEL_GAP: Final = 12
_LANE_GAP: Final = 16
_POINTS: Final = 72
"""Points in an inch; a point of the layout is a pixel of ours."""


@dataclass(frozen=True, slots=True)
class Item:
    """
    One thing in a row: a compound, the label of an arrow, or a lane.
    """

    key: str
    compound: Compound | None = None
    label: Lettering | None = None
    cluster: str = ""
    """The cluster it stands in; empty for none."""

    @property
    def left(self) -> float:
        """
        How far it reaches to the left of where it stands.
        """
        return self.compound.left if self.compound else self.label.width / 2 if self.label else 0

    @property
    def right(self) -> float:
        """
        How far it reaches to the right of where it stands.
        """
        return self.compound.right if self.compound else self.label.width / 2 if self.label else 0


@dataclass(frozen=True, slots=True)
class Route:
    """
    The way of one arrow between compounds.
    """

    exit: Exit
    source: str
    """The key of the compound it leaves."""
    stops: tuple[str, ...]
    """The items it passes, one a row, and the compound it ends at."""


@dataclass(frozen=True, slots=True)
class Placement:
    """
    The rows of a picture, and who stands where in them.
    """

    rows: tuple[tuple[Item, ...], ...]
    """From the top, each from left to right."""
    x: Mapping[str, float]
    """Where each item stands: the middle of a label, of a lane, of a compound's main box."""
    routes: tuple[Route, ...]
    extents: Mapping[str, tuple[float, float]]
    """The left and right edge of each cluster."""


def place(diagram: Diagram) -> Placement:
    """
    Find the place of everything in the rows of a picture.

    Raises:
        UsageError: There is no layout program, or it failed.
    """
    plan = _Plan(diagram, {compound.box.key: compound for compound in compounds(diagram)})
    _rank(plan)
    _lay_routes(plan)
    placed = json.loads(run_layout(_second_request(plan), "-Tjson0"))
    names = {f"i{number}": item for number, item in enumerate(plan.items.values())}
    x = {}
    extents = {}
    clusters = {f"cluster_{number}": cluster.key for number, cluster in enumerate(diagram.clusters)}
    for found in placed["objects"]:
        if found["name"] in clusters:
            left, _, right, _ = map(float, found["bb"].split(","))
            extents[clusters[found["name"]]] = (left, right)
        elif found["name"] in names:
            item = names[found["name"]]
            middle = float(found["pos"].split(",")[0])
            x[item.key] = round(middle - _reach(item.right) / 2 + _reach(item.left) / 2, 1)
    rows: list[list[Item]] = [[] for _ in range(max(plan.rank.values()) + 1)]
    for item in sorted(plan.items.values(), key=lambda item: x[item.key]):
        rows[plan.rank[item.key]].append(item)
    return Placement(tuple(map(tuple, rows)), x, tuple(plan.routes), extents)


@dataclass(slots=True)
class _Plan:
    """
    What is known of the picture so far.
    """

    diagram: Diagram
    compounds: Mapping[str, Compound]
    rank: dict[str, int] = field(default_factory=dict)
    """The row of each item, from the top."""
    items: dict[str, Item] = field(default_factory=dict)
    links: dict[tuple[str, float, str], int] = field(default_factory=dict)
    """From an item, at an offset from where it stands, to an item of the next row; with the weight of being straight."""
    routes: list[Route] = field(default_factory=list)

    def cluster_path(self, key: str) -> tuple[str, ...]:
        """
        List the clusters around a cluster, from the outermost to itself.
        """
        parts = key.split("/") if key else []
        return tuple("/".join(parts[:count]) for count in range(1, len(parts) + 1))

    def common_cluster(self, keys: Iterable[str]) -> str:
        """
        Find the innermost cluster that holds all of some clusters.
        """
        common = ""
        for level in zip(*map(self.cluster_path, keys), strict=False):
            if len(set(level)) > 1:
                break
            common = level[0]
        return common


def _rank(plan: _Plan) -> None:
    """
    Ask for the row of every compound; a labelled arrow takes a row between.
    """
    lines: list[str] = []
    names = {key: f"c{number}" for number, key in enumerate(plan.compounds)}
    ends = [names[key] for key, one in plan.compounds.items() if one.box.shape is Shape.END]
    for number, name in _numbered_clusters(plan.diagram):
        inside = [names[key] for key, one in plan.compounds.items() if name in plan.cluster_path(one.box.cluster)]
        lines.append(f"subgraph cluster_{number} {{ {' '.join(inside)} }}")
    for key, one in plan.compounds.items():
        for leaving in one.exits:
            rows = 2 if arrow_label(leaving.arrow) is not None else 1
            lines.append(f"{names[key]} -> {names[leaving.arrow.target]} [minlen={rows}]")
    if ends:
        lines.append(f"{{ rank=max {' '.join(ends)} }}")
    request = _graph(["phase=1", *names.values(), *lines])
    found = {one["name"]: int(one["rank"]) for one in json.loads(run_layout(request, "-Tjson0"))["objects"] if "rank" in one and one["name"] in names.values()}
    top = min(found.values())
    plan.rank.update((key, found[name] - top) for key, name in names.items())


def _numbered_clusters(diagram: Diagram) -> Iterator[tuple[int, str]]:
    """
    Number the clusters, so that no name reaches the layout program.
    """
    return enumerate(cluster.key for cluster in diagram.clusters)


def _lay_routes(plan: _Plan) -> None:
    """
    Make the labels and lanes that arrows pass, and link all of them from row to row.
    """
    homes: dict[str, str] = {}
    for key, one in plan.compounds.items():
        plan.items[key] = Item(key, compound=one, cluster=one.box.cluster)
        for leaving in one.exits:
            target = leaving.arrow.target
            homes[target] = plan.common_cluster([homes.get(target, one.box.cluster), one.box.cluster, plan.compounds[target].box.cluster])
    spine = _spine(plan)
    for key, one in plan.compounds.items():
        for leaving in one.exits:
            _lay_route(plan, key, leaving, homes[leaving.arrow.target], on_spine=leaving.arrow.key in spine)


def _lay_route(plan: _Plan, source: str, leaving: Exit, home: str, *, on_spine: bool) -> None:
    """
    Lay the way of one arrow, from row to row.
    """
    target = leaving.arrow.target
    words = arrow_label(leaving.arrow)
    cluster = plan.common_cluster([plan.items[source].cluster, plan.items[target].cluster])
    stops: list[str] = []
    row = plan.rank[source] + 1
    if words is not None:
        stops.append(f"label {leaving.arrow.key}")
        plan.items[stops[0]] = Item(stops[0], label=words, cluster=cluster)
        plan.rank[stops[0]] = row
        row += 1
    for passed in range(row, plan.rank[target]):
        lane = f"lane {passed} {target}"
        plan.items.setdefault(lane, Item(lane, cluster=home))
        plan.rank[lane] = passed
        stops.append(lane)
    stops.append(target)
    plan.routes.append(Route(leaving, source, tuple(stops)))
    for number, (upper, lower) in enumerate(pairwise([source, *stops])):
        lanes = sum(key.startswith("lane ") for key in (upper, lower))
        weight = (12 if on_spine else 1) * (1, 2, 8)[lanes] * (2 if words is not None and number == 0 else 1)
        link = (upper, leaving.x if number == 0 else 0.0, lower)
        plan.links[link] = max(plan.links.get(link, 0), weight)


def _spine(plan: _Plan) -> set[str]:
    """
    Find the arrows that run straight down the middle: those of the longest way through the chart.

    Returns:
        The keys of the arrows.
    """
    length: dict[str, int] = {}
    onward: dict[str, Exit] = {}
    for key in sorted(plan.compounds, key=lambda key: -plan.rank[key]):
        length[key] = 0
        for leaving in plan.compounds[key].exits:
            if length[leaving.arrow.target] >= length[key]:
                length[key], onward[key] = length[leaving.arrow.target] + 1, leaving
    found: set[str] = set()
    at = START
    while at in onward:
        found.add(onward[at].arrow.key)
        at = onward[at].arrow.target
    return found


def _second_request(plan: _Plan) -> str:
    """
    Ask for the place of every item in its row.
    """
    names = {key: f"i{number}" for number, key in enumerate(plan.items)}
    ports: dict[str, set[float]] = {}
    for upper, offset, _ in plan.links:
        ports.setdefault(upper, set()).add(offset)
    lines = [f"{names[item.key]} {_shape(item, sorted(ports.get(item.key, set()) | {0.0}))}" for item in plan.items.values()]
    lines.extend(_cluster_lines(plan, names))
    for (upper, offset, lower), weight in plan.links.items():
        tail = f":p{sorted(ports[upper] | {0.0}).index(offset)}" if plan.items[upper].compound else ""
        head = f":p{sorted(ports.get(lower, set()) | {0.0}).index(0.0)}" if plan.items[lower].compound else ""
        lines.append(f"{names[upper]}{tail} -> {names[lower]}{head} [weight={weight}]")
    return _graph(lines)


def _graph(lines: Iterable[str]) -> str:
    """
    Write a request: a graph whose rows and places are wanted, not its curves.
    """
    settings = 'splines=none nodesep="0.02" ranksep="0.1" newrank=true; node [shape=none margin=0 label="" width=0 height=0 fixedsize=false]'
    return "\n".join([f"digraph {{ {settings}", *lines, "}"])


def _shape(item: Item, ports: list[float]) -> str:
    """
    Describe the room that an item takes, and where arrows leave and enter it.
    """
    if item.compound is None:
        gap = _LABEL_GAP if item.label else _LANE_GAP
        wide = (item.left + item.right + gap) / _POINTS
        return f"[shape=box fixedsize=true width={wide:.4f} height=0.1]"
    left, right = _reach(item.left), _reach(item.right)
    cells: list[str] = []
    at = -left
    for number, port in enumerate(ports):
        cells.append(_cell(round(port) - 1 - at))
        cells.append(_cell(2, f' PORT="p{number}"'))
        at = round(port) + 1
    cells.append(_cell(right - at))
    return f'[label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{"".join(cells)}</TR></TABLE>>]'


def _reach(length: float) -> int:
    """
    Find how far a compound reaches with the room it needs beside it.
    """
    return ceil(length) + _BOX_GAP // 2


def _cell(wide: int, port: str = "") -> str:
    """
    Write an empty cell.
    """
    return f'<TD{port} FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="10"></TD>' if wide > 0 else ""


def _cluster_lines(plan: _Plan, names: Mapping[str, str]) -> Iterator[str]:
    """
    Describe the clusters, each inside of the one it stands in, wide enough for its title.
    """
    numbers = {key: number for number, key in _numbered_clusters(plan.diagram)}
    for cluster in plan.diagram.clusters:
        inside = [names[item.key] for item in plan.items.values() if item.cluster == cluster.key]
        opened = "".join(f"subgraph cluster_{numbers[key]} {{ " for key in plan.cluster_path(cluster.key))
        wide = ceil(letter_title(cluster.title).width)
        title = f'label=<<TABLE BORDER="0" CELLSPACING="0"><TR>{_cell(wide)}</TR></TABLE>>' if wide else ""
        yield f"{opened} {title} {' '.join(inside)} {'}' * len(plan.cluster_path(cluster.key))}"
