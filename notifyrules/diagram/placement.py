"""
Give every box its row and its place from left to right.

The layout program is asked in two stages, each time with numbers only: first for the row of every box, then for the
order and the place of everything that stands in a row. In between, whatever passes a row on its way down is made a
thing of its own: the label of an arrow in the row below its box, and one lane for all the arrows that lead to the same
box. So labels have room of their own, and arrows to the same place run together as a pencil would draw them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from math import ceil
from typing import Final, NamedTuple, TypeVar
from zlib import crc32

from notifyrules.diagram.boxes import Lettering, letter_title
from notifyrules.diagram.compounds import Compound, LeavingArrow, arrow_label, compounds
from notifyrules.diagram.layout import POINTS, run_layout
from notifyrules.diagram.model import START, BoxShape, Diagram
from notifyrules.errors import UsageError

_Line = TypeVar("_Line")

MOST_BOXES: Final = 2_000
"""Boxes, refusals not counted, of the largest chart that is placed; it takes some ten seconds."""
BOX_GAP: Final = 24
"""Room between compounds."""
SMALL_GAP: Final = 12
"""Room between labels and lanes, and beside them."""

_ORDERED: Final = 8
"""One in so many arrangements keeps the ways out of every box in the order written."""
_OWN_BRANCH: Final = 4
"""How much more an arrow pulls that is the only one to its box, so that the box stands close below."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a row: a compound, the label of an arrow, or a lane."""

    key: str
    compound: Compound | None = None
    label: Lettering | None = None
    cluster: str = ""
    """The cluster it stands in; empty for none."""
    left: float = 0
    """How far it reaches to the left of where it stands."""
    right: float = 0
    up: float = 0
    """How far it reaches above the middle of its row."""
    down: float = 0


class Link(NamedTuple):
    """A stretch of one or more arrows, from one row to the next."""

    upper: str
    """The item it leaves."""
    offset: float
    """Where it leaves, counted from where that item stands."""
    lower: str
    """The item it enters, where that item stands."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one arrow between compounds."""

    exit: LeavingArrow
    links: tuple[Link, ...]
    """From the compound it leaves to the one it enters, row by row."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The rows of a picture before anything in them has its place."""

    diagram: Diagram
    items: Mapping[str, Item]
    rank: Mapping[str, int]
    """The row of each item, from 0 at the top."""
    links: Mapping[Link, int]
    """All that runs between rows, with the weight of being straight."""
    routes: tuple[Route, ...]
    sides: bool
    """Whether questions that are asked in passing stand beside the one that leads to them."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The rows of a picture, and who stands where in them."""

    plan: RowPlan
    rows: tuple[tuple[Item, ...], ...]
    """From the top, each from left to right."""
    x: Mapping[str, float]
    """Where each item stands: the middle of a label, of a lane, of a compound's main box."""
    extents: Mapping[str, tuple[float, float]]
    """The left and right edge of each cluster."""


def plan_rows(diagram: Diagram, *, sides: bool = True) -> RowPlan:
    """
    Find the row of every box, and what passes the rows between; *sides* is as for :func:`compounds`.

    Raises:
        UsageError: The chart has more than :data:`MOST_BOXES`, or there is no layout program, or it failed.
    """
    found = {compound.box.key: compound for compound in compounds(diagram, sides=sides)}
    if len(found) > MOST_BOXES:
        advice = "split it with `call:`, or ask for DOT or Mermaid, which place nothing"
        raise UsageError(f"a chart of {len(found):,} boxes is too large to be placed", advice)
    draft = _PlanDraft(diagram, found, _rank(diagram, found))
    _lay_routes(draft)
    return RowPlan(diagram, draft.items, draft.rank, draft.links, tuple(draft.routes), sides)


def place(plan: RowPlan, seed: int) -> Placement:
    """Find the place of everything in its row: which of many good arrangements, the *seed* says."""
    placed = json.loads(run_layout(_request(plan, seed), "-Tjson0"))
    found = {one["name"]: one for one in placed["objects"]}
    x: dict[str, float] = {}
    for number, item in enumerate(plan.items.values()):
        middle = float(found[f"i{number}"]["pos"].split(",")[0])
        # Whole pixels, so that what is meant to stand in one line does.
        x[item.key] = round(middle - _reach(item.right) / 2 + _reach(item.left) / 2)
    extents: dict[str, tuple[float, float]] = {}
    for number, cluster in enumerate(plan.diagram.clusters):
        left, _, right, _ = map(float, found[f"cluster_{number}"]["bb"].split(","))
        extents[cluster.key] = (left, right)
    rows: list[list[Item]] = [[] for _ in range(max(plan.rank.values()) + 1)]
    for item in sorted(plan.items.values(), key=lambda item: x[item.key]):
        rows[plan.rank[item.key]].append(item)
    return Placement(plan, tuple(map(tuple, rows)), x, extents)


@dataclass(slots=True)
class _PlanDraft:
    diagram: Diagram
    compounds: Mapping[str, Compound]
    rank: dict[str, int]
    items: dict[str, Item] = field(default_factory=dict)
    links: dict[Link, int] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)


def cluster_path(key: str) -> tuple[str, ...]:
    """List the clusters around a cluster, from the outermost to itself."""
    return tuple(accumulate(key.split("/"), "{}/{}".format)) if key else ()


def _common_cluster(*keys: str) -> str:
    common = ""
    for level in zip(*map(cluster_path, keys), strict=False):
        if len(set(level)) > 1:
            break
        common = level[0]
    return common


def _rank(diagram: Diagram, found: Mapping[str, Compound]) -> dict[str, int]:
    """Ask for the row of every compound; a labelled arrow takes a row between."""
    names = {key: f"c{number}" for number, key in enumerate(found)}
    entered = Counter(leaving.arrow.target for one in found.values() for leaving in one.exits)
    lines = ["phase=1", *names.values()]
    for number, cluster in enumerate(diagram.clusters):
        inside = [names[key] for key, one in found.items() if cluster.key in cluster_path(one.box.cluster)]
        lines.append(f"subgraph cluster_{number} {{ {' '.join(inside)} }}")
    for key, one in found.items():
        for leaving in one.exits:
            rows = 1 if arrow_label(leaving.arrow) is None else 2
            pull = _OWN_BRANCH if entered[leaving.arrow.target] == 1 else 1
            lines.append(f"{names[key]} -> {names[leaving.arrow.target]} [minlen={rows} weight={pull}]")
    if ends := [names[key] for key, one in found.items() if one.box.shape is BoxShape.END]:
        lines.append(f"{{ rank=max {' '.join(ends)} }}")
    answer = json.loads(run_layout(_graph(lines), "-Tjson0"))
    ranks = {one["name"]: int(one["rank"]) for one in answer["objects"] if one["name"][0] == "c" and "height" in one}
    top = min(ranks.values())
    return {key: ranks[name] - top for key, name in names.items()}


def _lay_routes(draft: _PlanDraft) -> None:
    """Make the labels and lanes that arrows pass, and link all of them from row to row."""
    homes: dict[str, str] = {}
    for key, one in draft.compounds.items():
        draft.items[key] = Item(key, one, None, one.box.cluster, one.left, one.right, one.up, one.down)
        for leaving in one.exits:
            target = leaving.arrow.target
            homes[target] = _common_cluster(homes.get(target, draft.compounds[target].box.cluster), one.box.cluster)
    spine = _spine(draft)
    for key, one in draft.compounds.items():
        for leaving in one.exits:
            _lay_route(draft, key, leaving, homes[leaving.arrow.target], pull=6 if leaving.arrow.key in spine else 1)


def _lay_route(draft: _PlanDraft, source: str, leaving: LeavingArrow, home: str, *, pull: int) -> None:
    target = leaving.arrow.target
    words = arrow_label(leaving.arrow)
    stops = [source]
    row = draft.rank[source] + 1
    if words is not None:
        cluster = _common_cluster(draft.items[source].cluster, draft.items[target].cluster)
        stops.append(f"label {leaving.arrow.key}")
        half, high = words.width / 2, words.height / 2
        draft.items[stops[-1]] = Item(stops[-1], None, words, cluster, half, half, high, high)
        draft.rank[stops[-1]] = row
        row += 1
    for passed in range(row, draft.rank[target]):
        lane = f"lane {passed} {target}"
        draft.items.setdefault(lane, Item(lane, cluster=home))
        draft.rank[lane] = passed
        stops.append(lane)
    links = []
    for number, (upper, lower) in enumerate(pairwise([*stops, target])):
        link = Link(upper, leaving.x if number == 0 else 0.0, lower)
        lanes = sum(key.startswith("lane ") for key in (upper, lower))
        weight = pull * (1, 2, 8)[lanes] * (2 if number == 0 else 1)
        draft.links[link] = max(draft.links.get(link, 0), weight)
        links.append(link)
    draft.routes.append(Route(leaving, tuple(links)))


def _spine(draft: _PlanDraft) -> set[str]:
    """Find the keys of the arrows that run straight down the middle: those of the longest way through the chart."""
    length: dict[str, int] = {}
    onward: dict[str, LeavingArrow] = {}
    for key in sorted(draft.compounds, key=lambda key: -draft.rank[key]):
        length[key] = 0
        for leaving in draft.compounds[key].exits:
            if length[leaving.arrow.target] >= length[key]:
                length[key], onward[key] = length[leaving.arrow.target] + 1, leaving
    found: set[str] = set()
    at = START
    while at in onward:
        found.add(onward[at].arrow.key)
        at = onward[at].arrow.target
    return found


def _request(plan: RowPlan, seed: int) -> str:
    """Ask for the place of every item in its row."""
    names = {key: f"i{number}" for number, key in enumerate(plan.items)}
    ports: dict[str, list[float]] = {key: [0.0] for key, item in plan.items.items() if item.compound}
    for link in plan.links:
        if link.upper in ports and link.offset not in ports[link.upper]:
            ports[link.upper].append(link.offset)
    for offsets in ports.values():
        offsets.sort()
    shapes = [f"{names[key]} {_shape(item, ports.get(key, ()), seed)}" for key, item in plan.items.items()]
    links: dict[str, list[str]] = {}
    for link, weight in plan.links.items():
        tail = f":p{ports[link.upper].index(link.offset)}" if link.upper in ports else ""
        head = f":p{ports[link.lower].index(0.0)}" if link.lower in ports else ""
        line = f"{names[link.upper]}{tail} -> {names[link.lower]}{head} [weight={weight}]"
        links.setdefault(link.upper, []).append(line)
    ways = chain.from_iterable(_shuffled(list(links.values()), seed))
    return _graph([*_shuffled(shapes, seed), *_cluster_lines(plan, names), *ways])


def _shuffled(lines: Sequence[_Line], seed: int) -> Sequence[_Line]:
    """Put lines into one of many orders, always the same for a seed; the layout begins from the order written."""
    if seed == 0:
        return lines
    order = sorted(range(len(lines)), key=lambda number: crc32(f"{seed} {number}".encode()))
    return [lines[number] for number in order]


def _graph(lines: Iterable[str]) -> str:
    """Write a request: a graph whose rows and places are wanted, not its curves."""
    settings = 'splines=none nodesep="0.02" ranksep="0.1" newrank=true'
    return "\n".join([f'digraph {{ {settings}; node [shape=none margin=0 label="" width=0 height=0]', *lines, "}"])


def _shape(item: Item, ports: Sequence[float], seed: int) -> str:
    """
    Describe the room that an item takes, and where arrows leave and enter it.

    The ways out of a fan-out keep their order from left to right; in some arrangements those of all boxes do.
    """
    if item.compound is None:
        return f"[shape=box fixedsize=true width={(item.left + item.right + SMALL_GAP) / POINTS:.4f} height=0.1]"
    left, right = _reach(item.left), _reach(item.right)
    row, at = "", -left
    for number, port in enumerate(ports):
        row += _cell(round(port) - 1 - at) + _cell(2, f' PORT="p{number}"')
        at = round(port) + 1
    row += _cell(right - at)
    ordered = seed % _ORDERED == _ORDERED - 1 or item.compound.box.shape is BoxShape.FAN_OUT
    order = " ordering=out" if ordered else ""
    return f'[label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{row}</TR></TABLE>>{order}]'


def _reach(length: float) -> int:
    """Find how far a compound reaches with the room it needs beside it."""
    return ceil(length) + BOX_GAP // 2


def _cell(wide: int, port: str = "") -> str:
    return f'<TD{port} FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="10"></TD>' if wide > 0 else ""


def _cluster_lines(plan: RowPlan, names: Mapping[str, str]) -> Iterator[str]:
    """Describe the clusters, each inside of the one it stands in, wide enough for its title."""
    numbers = {cluster.key: number for number, cluster in enumerate(plan.diagram.clusters)}
    for cluster in plan.diagram.clusters:
        inside = " ".join(names[item.key] for item in plan.items.values() if item.cluster == cluster.key)
        path = cluster_path(cluster.key)
        opened = "".join(f"subgraph cluster_{numbers[key]} {{ " for key in path)
        title = _cell(ceil(letter_title(cluster.title).width))
        label = f'label=<<TABLE BORDER="0" CELLSPACING="0"><TR>{title}</TR></TABLE>>' if title else ""
        yield f"{opened} {label} {inside} {'}' * len(path)}"
