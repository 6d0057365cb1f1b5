"""
Draw the arrows: straight down, sideways only between the rows, and never through a box.

Between two rows lies a channel. All arrows that leave one place, or enter one box, cross it on one level line, so that
they fork and join; lines that would run over each other get levels of their own, in the order that makes the fewest
crossings. The height of a channel follows from the levels it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Final

from notifyrules.diagram.compounds import HEAD, Exit, Part, Point, Wire
from notifyrules.diagram.figures import Figure, Lettering, even, letter_title
from notifyrules.diagram.model import Arrow, Cluster, Diagram
from notifyrules.diagram.placement import Item, Placement, Route

MARGIN: Final = 24
"""Room between the edge of the panel and the chart."""
RADIUS: Final = 7
"""Of the corners of arrows."""

_LEVEL: Final = 11
"""Room between the levels of a channel."""
_ABOVE: Final = 12
"""Room between the upper row and the first level."""
_BELOW: Final = 11
"""Room between the last level and the lower row, without arrow heads."""
_STRAIGHT: Final = 8
"""The height of a channel that nothing crosses sideways, without arrow heads."""
_TITLE_ROOM: Final = 26
_CLUSTER_ROOM: Final = 12
_SAME_PLACE: Final = 5
"""Lines nearer to each other than this look like one."""
_OVERLAP: Final = 1_000
"""What it costs when two lines run over each other, in crossings."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """
    A box and its place.
    """

    figure: Figure
    x: float
    """Its middle."""
    top: float


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """
    An arrow and its way.
    """

    arrow: Arrow
    points: tuple[Point, ...]
    label: Lettering | None
    middle: Point
    """Where the label stands."""


@dataclass(frozen=True, slots=True)
class DrawnCluster:
    """
    A cluster and its place.
    """

    cluster: Cluster
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    A picture in which everything has its place; the chart begins at 0, 0.
    """

    width: float
    height: float
    boxes: tuple[DrawnBox, ...]
    arrows: tuple[DrawnArrow, ...]
    clusters: tuple[DrawnCluster, ...]


def route(diagram: Diagram, placement: Placement) -> Drawing:
    """
    Give everything its height, and arrows their way.

    Args:
        diagram: The picture.
        placement: Its rows, and the places in them.

    Returns:
        The picture with every box, arrow and cluster in its place; its upper left corner is at 0, 0.
    """
    channels = _channels(placement)
    grid = _grid(diagram, placement, channels)
    boxes: list[DrawnBox] = []
    arrows: list[DrawnArrow] = []
    for number, row in enumerate(placement.rows):
        for item in row:
            if item.compound is not None:
                x, y = placement.x[item.key], grid.axes[number]
                boxes.extend(DrawnBox(part.figure, x + part.x, y + part.top) for part in item.compound.parts)
                arrows.extend(_wired(wire, x, y) for wire in item.compound.wires)
    arrows.extend(_routed(one, placement, channels, grid) for one in placement.routes)
    clusters = [_cluster(cluster, placement, grid) for cluster in diagram.clusters]
    return _cornered(boxes, arrows, clusters)


@dataclass(slots=True)
class _Net:
    """
    Lines that fork from one place or join at one box between two rows.
    """

    tops: set[float] = field(default_factory=set)
    """Where they come from above."""
    bottoms: set[float] = field(default_factory=set)
    """Where they go on below."""
    level: int | None = None
    """The level on which they run sideways, from 0 at the top; None where they run straight down."""

    @property
    def low(self) -> float:
        """
        The left end of the level line.
        """
        return min(self.tops | self.bottoms)

    @property
    def high(self) -> float:
        """
        The right end of the level line.
        """
        return max(self.tops | self.bottoms)

    def meets(self, other: _Net) -> bool:
        """
        Tell whether two nets cannot share a level.
        """
        return self.low < other.high + _LEVEL and other.low < self.high + _LEVEL


@dataclass(frozen=True, slots=True)
class _Channel:
    """
    What runs between one row and the next.
    """

    nets: Mapping[tuple[str, float, str], _Net]
    """For a link (from an item, at an offset from where it stands, to an item below), the net it is part of."""
    levels: int


def _channels(placement: Placement) -> tuple[_Channel, ...]:
    """
    Bundle the links between the rows to nets, and give the nets their levels.
    """
    row_of = {item.key: number for number, row in enumerate(placement.rows) for item in row}
    links: list[dict[tuple[str, float, str], None]] = [{} for _ in placement.rows]
    for one in placement.routes:
        for link in _links(one):
            links[row_of[link[0]]][link] = None
    return tuple(_channel(list(found), placement.x) for found in links[:-1])


def _links(one: Route) -> list[tuple[str, float, str]]:
    """
    List the links of a route, one a channel.
    """
    pairs = enumerate(pairwise([one.source, *one.stops]))
    return [(upper, one.exit.x if number == 0 else 0.0, lower) for number, (upper, lower) in pairs]


def _channel(links: list[tuple[str, float, str]], x: Mapping[str, float]) -> _Channel:
    """
    Bundle the links of one channel.
    """
    nets: dict[tuple[str, float, str], _Net] = {}
    above: dict[tuple[str, float], _Net] = {}
    below: dict[str, _Net] = {}
    for upper, offset, lower in links:
        net = above.get((upper, offset)) or below.get(lower) or _Net()
        rival = below.get(lower)
        if rival is not None and rival is not net:
            net = _joined(net, rival, nets, above, below)
        above[upper, offset] = below[lower] = nets[upper, offset, lower] = net
        net.tops.add(x[upper] + offset)
        net.bottoms.add(x[lower])
    crossing = [net for net in {id(net): net for net in nets.values()}.values() if net.high - net.low >= 1]
    return _Channel(nets, _set_levels(crossing))


def _joined(one: _Net, other: _Net, *places: dict[..., _Net]) -> _Net:
    """
    Make one net of two.
    """
    one.tops |= other.tops
    one.bottoms |= other.bottoms
    for place in places:
        for key, net in place.items():
            if net is other:
                place[key] = one
    return one


def _set_levels(nets: list[_Net]) -> int:
    """
    Give each net that runs sideways its level.

    Returns:
        How many levels there are.
    """
    order = sorted(nets, key=lambda net: (net.low, net.high))
    for _ in range(3):
        for net in list(order):
            order.remove(net)
            order.insert(_best_place(net, order), net)
    for place, net in enumerate(order):
        net.level = max((1 + (upper.level or 0) for upper in order[:place] if upper.meets(net)), default=0)
    return max((1 + (net.level or 0) for net in order), default=0)


def _best_place(net: _Net, order: Sequence[_Net]) -> int:
    """
    Find the place in an order of nets, from the top, at which a further one makes the fewest crossings.
    """
    cost = sum(_crossings(net, other) for other in order)
    best, place = cost, 0
    for number, other in enumerate(order, 1):
        cost += _crossings(other, net) - _crossings(net, other)
        if cost < best:
            best, place = cost, number
    return place


def _crossings(upper: _Net, lower: _Net) -> int:
    """
    Count what it costs to run one net above another: crossings, and lines that run over each other.
    """
    if not upper.meets(lower):
        return 0
    down = sum(lower.low < x < lower.high for x in upper.bottoms)
    up = sum(upper.low < x < upper.high for x in lower.tops)
    over = sum(abs(x - other) < _SAME_PLACE for x in upper.bottoms for other in lower.tops)
    return down + up + _OVERLAP * over


@dataclass(frozen=True, slots=True)
class _Grid:
    """
    The heights of a picture.
    """

    axes: tuple[float, ...]
    """For each row, where the middle of its boxes and labels is."""
    tops: tuple[float, ...]
    bottoms: tuple[float, ...]
    levels: tuple[float, ...]
    """For each row, where the first level of the channel below it is."""


def _grid(diagram: Diagram, placement: Placement, channels: Sequence[_Channel]) -> _Grid:
    """
    Find the heights of rows and channels.
    """
    opened, closed = _cluster_rooms(diagram, placement)
    axes: list[float] = []
    tops: list[float] = []
    bottoms: list[float] = []
    levels: list[float] = []
    y = 0.0
    for number, row in enumerate(placement.rows):
        y += opened.get(number, 0)
        tops.append(y)
        axes.append(y + max(_up(item) for item in row))
        y = axes[-1] + max(_down(item) for item in row)
        bottoms.append(y)
        y += closed.get(number, 0)
        levels.append(y + _ABOVE)
        if number < len(channels):
            y += _room(channels[number].levels)
            y += HEAD if any(item.compound for item in placement.rows[number + 1]) else 0
    return _Grid(tuple(axes), tuple(tops), tuple(bottoms), tuple(levels))


def _room(levels: int) -> float:
    """
    Find the height of a channel without arrow heads.
    """
    return _ABOVE + _LEVEL * (levels - 1) + _BELOW if levels else _STRAIGHT


def _up(item: Item) -> float:
    """
    Find how far an item reaches above the middle of its row.
    """
    return item.compound.up if item.compound else item.label.height / 2 if item.label else 0


def _down(item: Item) -> float:
    """
    Find how far an item reaches below the middle of its row.
    """
    return item.compound.down if item.compound else item.label.height / 2 if item.label else 0


def _routed(one: Route, placement: Placement, channels: Sequence[_Channel], grid: _Grid) -> DrawnArrow:
    """
    Draw an arrow from compound to compound.
    """
    rows = {item.key: number for number, row in enumerate(placement.rows) for item in row}
    items = {item.key: item for row in placement.rows for item in row}
    x, y = placement.x[one.source], grid.axes[rows[one.source]]
    points = [(x + dx, y + dy) for dx, dy in one.exit.points]
    words, middle = None, points[-1]
    for link in _links(one):
        upper, _, lower = link
        net = channels[rows[upper]].nets[link]
        if net.level is not None:
            level = grid.levels[rows[upper]] + _LEVEL * net.level
            points.extend([(points[-1][0], level), (placement.x[lower], level)])
        item = items[lower]
        if item.label is not None:
            words, middle = item.label, (placement.x[lower], grid.axes[rows[lower]])
    target = items[one.stops[-1]]
    points.append((points[-1][0], grid.axes[rows[target.key]] - _entered(target)))
    return DrawnArrow(one.exit.arrow, tuple(points), words, middle)


def _entered(item: Item) -> float:
    """
    Find how far above the middle of its row a compound is entered: at the upper edge of its main box.
    """
    assert item.compound is not None
    return -item.compound.parts[0].top


def _wired(wire: Wire, x: float, y: float) -> DrawnArrow:
    """
    Draw an arrow inside of a compound.
    """
    points = tuple((x + dx, y + dy) for dx, dy in wire.points)
    return DrawnArrow(wire.arrow, points, wire.label, (x + wire.middle[0], y + wire.middle[1]))


def _cluster_rooms(diagram: Diagram, placement: Placement) -> tuple[dict[int, float], dict[int, float]]:
    """
    Find the room that clusters need above their first row, for their titles, and below their last one.
    """
    opened: dict[int, float] = {}
    closed: dict[int, float] = {}
    for cluster in diagram.clusters:
        first, last = _cluster_rows(cluster.key, placement)
        inner = [one for one in diagram.clusters if one.key.startswith(cluster.key + "/")]
        above = 1 + max((one.key.count("/") - cluster.key.count("/") for one in inner if _cluster_rows(one.key, placement)[0] == first), default=0)
        below = 1 + max((one.key.count("/") - cluster.key.count("/") for one in inner if _cluster_rows(one.key, placement)[1] == last), default=0)
        opened[first] = max(opened.get(first, 0), above * _TITLE_ROOM)
        closed[last] = max(closed.get(last, 0), below * _CLUSTER_ROOM)
    return opened, closed


def _cluster_rows(key: str, placement: Placement) -> tuple[int, int]:
    """
    Find the first and the last row of a cluster.
    """
    rows = [
        number
        for number, row in enumerate(placement.rows)
        if any(item.cluster == key or item.cluster.startswith(key + "/") for item in row)
    ]
    return rows[0], rows[-1]


def _cluster(cluster: Cluster, placement: Placement, grid: _Grid) -> DrawnCluster:
    """
    Draw the frame of a cluster.
    """
    first, last = _cluster_rows(cluster.key, placement)
    left, right = placement.extents[cluster.key]
    return DrawnCluster(cluster, left, grid.tops[first] - _TITLE_ROOM, right, grid.bottoms[last] + _CLUSTER_ROOM)


def _cornered(boxes: list[DrawnBox], arrows: list[DrawnArrow], clusters: list[DrawnCluster]) -> Drawing:
    """
    Move everything so that the picture begins at 0, 0.
    """
    lefts = [*(box.x - box.figure.width / 2 for box in boxes), *(one.left for one in clusters)]
    rights = [*(box.x + box.figure.width / 2 for box in boxes), *(one.right for one in clusters)]
    for arrow in arrows:
        half = arrow.label.width / 2 if arrow.label else 0
        lefts.extend([arrow.middle[0] - half, *(x for x, _ in arrow.points)])
        rights.extend([arrow.middle[0] + half, *(x for x, _ in arrow.points)])
    left = min(lefts)
    bottom = max([*(box.top + box.figure.height for box in boxes), *(one.bottom for one in clusters)])
    return Drawing(
        max(rights) - left,
        bottom,
        tuple(DrawnBox(box.figure, box.x - left, box.top) for box in boxes),
        tuple(
            DrawnArrow(one.arrow, tuple((x - left, y) for x, y in one.points), one.label, (one.middle[0] - left, one.middle[1]))
            for one in arrows
        ),
        tuple(DrawnCluster(one.cluster, one.left - left, one.top, one.right - left, one.bottom) for one in clusters),
    )
