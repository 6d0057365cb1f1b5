"""
Draw the arrows: straight down, sideways only between the rows, and never through a box.

The height of a channel between two rows follows from the levels that it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from notifyrules.diagram.arranging import Arrangement, arrange, split
from notifyrules.diagram.boxes import Lettering, letter_title
from notifyrules.diagram.channels import LEVEL, Net
from notifyrules.diagram.compounds import HEAD, PlacedArrow, PlacedBox, Point
from notifyrules.diagram.model import Diagram, OpenedChart
from notifyrules.diagram.placement import Placement, Route

_ABOVE: Final = 12
"""Room between the upper row and the first level."""
_BELOW: Final = 11
"""Room between the last level and the lower row, without arrow heads."""
_STRAIGHT: Final = 8
"""The height of a channel that nothing crosses sideways, without arrow heads."""
_TITLE_ROOM: Final = 34
_TITLE_TOP: Final = 5
_TITLE_SIDE: Final = 10
_CLUSTER_ROOM: Final = 12


@dataclass(frozen=True, slots=True)
class PlacedCluster:
    """A cluster and its place."""

    cluster: OpenedChart
    left: float
    top: float
    right: float
    bottom: float
    title: Lettering
    """One line."""
    title_at: Point
    """The upper left corner of the title."""

    def moved(self, x: float) -> PlacedCluster:
        """Move it to the right."""
        return replace(
            self, left=self.left + x, right=self.right + x, title_at=(self.title_at[0] + x, self.title_at[1])
        )


@dataclass(frozen=True, slots=True)
class PlacedValues:
    """The values that were read in a box, and their place beside it."""

    box: str
    """The key of the box."""
    words: Lettering
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture in which everything has its place; the chart begins at 0, 0."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    clusters: tuple[PlacedCluster, ...]
    values: tuple[PlacedValues, ...] = ()


def route(diagram: Diagram) -> Drawing:
    """Give everything in a picture its place, from 0, 0 on, and arrows their way, but for what is drawn beside it."""
    diagram, _ = split(diagram)
    arrangement = arrange(diagram)
    placement, grid = arrangement.placement, _grid(arrangement)
    boxes: list[PlacedBox] = []
    arrows: list[PlacedArrow] = []
    for number, row in enumerate(placement.rows):
        for item in row:
            if item.compound is not None:
                by = placement.x[item.key], grid.axes[number]
                boxes.extend(part.moved(*by) for part in item.compound.parts)
                arrows.extend(replace(wire.moved(*by), clustered=item.cluster != "") for wire in item.compound.wires)
    arrows.extend(_routed(one, arrangement, grid) for one in placement.plan.routes)
    return _cornered(boxes, arrows, [_cluster(cluster, placement, grid, arrows) for cluster in diagram.clusters])


@dataclass(frozen=True, slots=True)
class _Grid:
    axes: list[float]
    """For each row, where the middle of its boxes and labels is."""
    tops: list[float]
    bottoms: list[float]
    levels: list[float]
    """For each row, where the first level of the channel below it is."""


def _grid(arrangement: Arrangement) -> _Grid:
    placement, channels = arrangement.placement, arrangement.channels
    opened, closed = _cluster_rooms(placement)
    grid = _Grid([], [], [], [])
    y = 0.0
    for number, row in enumerate(placement.rows):
        y += opened.get(number, 0)
        grid.tops.append(y)
        y += max(item.up for item in row)
        grid.axes.append(y)
        y += max(item.down for item in row)
        grid.bottoms.append(y)
        y += closed.get(number, 0)
        grid.levels.append(y + _ABOVE)
        if number < len(channels):
            crossed = channels[number].levels
            y += _ABOVE + LEVEL * (crossed - 1) + _BELOW if crossed else _STRAIGHT
            y += HEAD if any(item.compound for item in placement.rows[number + 1]) else 0
    return grid


def _routed(one: Route, arrangement: Arrangement, grid: _Grid) -> PlacedArrow:
    placement, plan = arrangement.placement, arrangement.placement.plan
    source = one.links[0].upper
    x, y = placement.x[source], grid.axes[plan.rank[source]]
    points = [(x + dx, y + dy) for dx, dy in one.exit.points]
    words, middle, clustered = None, points[-1], False
    for link in one.links:
        row = plan.rank[link.upper]
        net: Net | None = arrangement.channels[row].nets[link]
        while net is not None and net.level is not None:
            level = grid.levels[row] + LEVEL * net.level
            onward = placement.x[link.lower] if net.below is None else min(net.bottoms)
            points.extend([(points[-1][0], level), (onward, level)])
            net = net.below
        item = plan.items[link.lower]
        if item.label is not None:
            words, middle = item.label, (placement.x[link.lower], grid.axes[row + 1])
            clustered = item.cluster != ""
    target = plan.items[one.links[-1].lower]
    assert target.compound is not None
    # A compound is entered at the upper edge of its main box.
    points.append((points[-1][0], grid.axes[plan.rank[target.key]] + target.compound.parts[0].top))
    return PlacedArrow(one.exit.arrow, tuple(points), words, middle, clustered)


def _cluster_rooms(placement: Placement) -> tuple[dict[int, float], dict[int, float]]:
    """Find the room that clusters need above their first row, for their titles, and below their last one."""
    opened: dict[int, float] = {}
    closed: dict[int, float] = {}
    spans = {one.key: _cluster_rows(one.key, placement) for one in placement.plan.diagram.clusters}
    for key, span in spans.items():
        inside = [one for one in spans if (one + "/").startswith(key + "/")]
        for end, room, found in ((0, _TITLE_ROOM, opened), (1, _CLUSTER_ROOM, closed)):
            deepest = max(one.count("/") for one in inside if spans[one][end] == span[end])
            found[span[end]] = max(found.get(span[end], 0), (1 + deepest - key.count("/")) * room)
    return opened, closed


def _cluster_rows(key: str, placement: Placement) -> tuple[int, int]:
    plan = placement.plan
    rows = [plan.rank[item.key] for item in plan.items.values() if (item.cluster + "/").startswith(key + "/")]
    return min(rows), max(rows)


def _cluster(cluster: OpenedChart, placement: Placement, grid: _Grid, arrows: Sequence[PlacedArrow]) -> PlacedCluster:
    first, last = _cluster_rows(cluster.key, placement)
    left, right = placement.extents[cluster.key]
    top, bottom = grid.tops[first] - _TITLE_ROOM, grid.bottoms[last] + _CLUSTER_ROOM
    title = letter_title(cluster.title)
    entering = sorted(
        x
        for arrow in arrows
        for (x, y), (_, under) in pairwise(arrow.points)
        if left < x < right and y < top + _TITLE_TOP < under
    )
    at = (_title_place(left, right, title.width, entering), top + _TITLE_TOP)
    return PlacedCluster(cluster, left, top, right, bottom, title, at)


def _title_place(left: float, right: float, wide: float, entering: Sequence[float]) -> float:
    """Find where the title of a cluster begins: at its left edge, or where no arrow into it runs through the words."""
    first, last = left + _TITLE_SIDE, right - _TITLE_SIDE - wide
    for place in (first, *(x + _TITLE_SIDE for x in entering), last):
        if first <= place <= last and not any(place - _TITLE_SIDE < x < place + wide + _TITLE_SIDE for x in entering):
            return place
    return first


def _cornered(boxes: list[PlacedBox], arrows: list[PlacedArrow], clusters: list[PlacedCluster]) -> Drawing:
    """Move everything so that the picture begins at 0, 0."""
    outlines = [*(box.outline for box in boxes), *((one.left, one.top, one.right, one.bottom) for one in clusters)]
    xs = [x for outline in outlines for x in outline[::2]]
    for arrow in arrows:
        half = arrow.label.width / 2 if arrow.label else 0
        xs.extend([arrow.middle[0] - half, arrow.middle[0] + half, *(x for x, _ in arrow.points)])
    left = min(xs)
    return Drawing(
        max(xs) - left,
        max(outline[3] for outline in outlines),
        tuple(box.moved(-left, 0) for box in boxes),
        tuple(arrow.moved(-left, 0) for arrow in arrows),
        tuple(one.moved(-left) for one in clusters),
    )
