"""
Bundle what runs between two rows, and decide what runs above what.

Between two rows lies a channel. All arrows that leave one place, or enter one box, cross it on one level line, so that
they fork and join; lines that would run over each other get levels of their own, in the order that makes the fewest
crossings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import inf
from typing import Final

from notifyrules.diagram.placement import Link, Placement

LEVEL: Final = 11
"""Room between the levels of a channel."""

_SAME_PLACE: Final = 5
"""Lines nearer to each other than this look like one."""
_OVERLAP: Final = 1_000
"""What it costs when two lines run over each other, in crossings."""
_STRAIGHT: Final = 0.1
_ROUNDS: Final = 3
_BREAKS: Final = 40
_MOST_NETS: Final = 120
"""Nets of one channel up to which the best order is looked for; beyond, nobody could follow the lines anyway."""


@dataclass(slots=True, eq=False)
class Net:
    """Lines that fork from one place or join at one box between two rows."""

    tops: set[float] = field(default_factory=set)
    """Where they come from above."""
    bottoms: set[float] = field(default_factory=set)
    """Where they go on below."""
    level: int | None = None
    """The level on which they run sideways, from 0 at the top; None where they run straight down."""
    below: Net | None = None
    """Where they go on, on another level, when two nets that change places would run over each other."""
    low: float = inf
    """The left end of the level line."""
    high: float = -inf
    """The right end of the level line."""

    def measure(self) -> None:
        """Find the ends of the level line."""
        self.low, self.high = min(self.tops | self.bottoms), max(self.tops | self.bottoms)

    def add(self, top: float, bottom: float) -> None:
        """Take in one more line."""
        self.tops.add(top)
        self.bottoms.add(bottom)
        self.low, self.high = min(self.low, top, bottom), max(self.high, top, bottom)

    @property
    def is_straight(self) -> bool:
        """Whether nothing runs sideways."""
        return self.high - self.low < _STRAIGHT

    def meets(self, other: Net) -> bool:
        """Tell whether two nets cannot share a level."""
        return self.low < other.high + LEVEL and other.low < self.high + LEVEL


@dataclass(frozen=True, slots=True)
class Channel:
    """What runs between one row and the next."""

    nets: Mapping[Link, Net]
    """For each link the net it is part of."""
    levels: int
    crossings: int


def channels(placement: Placement) -> tuple[Channel, ...]:
    """Bundle the links between the rows to nets with levels: one channel below each row but the last."""
    plan = placement.plan
    between: list[list[Link]] = [[] for _ in placement.rows]
    for link in plan.links:
        between[plan.rank[link.upper]].append(link)
    return tuple(_channel(links, placement.x) for links in between[:-1])


def _channel(links: Iterable[Link], x: Mapping[str, float]) -> Channel:
    nets: dict[Link, Net] = {}
    above: dict[tuple[str, float], Net] = {}
    below: dict[str, Net] = {}
    for link in links:
        forking, joining = above.get((link.upper, link.offset)), below.get(link.lower)
        # A place that forks has a label on each arrow, and nothing else joins at a label: no net does both.
        assert forking is None or joining is None or forking is joining
        top, bottom = x[link.upper] + link.offset, x[link.lower]
        net = forking or joining or Net()
        above[link.upper, link.offset] = below[link.lower] = nets[link] = net
        net.add(top, bottom)
    distinct = list(dict.fromkeys(nets.values()))
    order = _disentangled([net for net in distinct if not net.is_straight])
    straight = [net for net in distinct if net.is_straight]
    crossings = 0
    if len(distinct) <= _MOST_NETS:
        crossings = sum(_crossings(upper, lower) for upper, lower in combinations(order, 2))
        crossings += sum(net.low < one.low < net.high for net in order for one in straight)
    return Channel(nets, max((1 + (net.level or 0) for net in order), default=0), crossings)


def _disentangled(nets: list[Net]) -> list[Net]:
    """Order nets from the top, and break the lines of those that would run over each other whatever is above."""
    order = _set_levels(nets)
    for _ in nets if len(nets) <= _MOST_NETS else ():
        upper = next((upper for upper, lower in combinations(order, 2) if _overlaps(upper, lower)), None)
        place = None if upper is None else _break(upper, nets)
        if upper is None or place is None:
            break
        lower = Net({place}, upper.bottoms, below=upper.below)
        upper.below, upper.bottoms = lower, {place}
        upper.measure()
        lower.measure()
        nets.append(lower)
        order = _set_levels(nets)
    return order


def _break(net: Net, nets: Iterable[Net]) -> float | None:
    """Find where a net can go down from one level to another: near its middle, and not where any other line goes."""
    taken = [x for other in nets for x in other.tops | other.bottoms]
    middle = (net.low + net.high) / 2
    for step in range(_BREAKS):
        for place in (middle + step * _SAME_PLACE / 2, middle - step * _SAME_PLACE / 2):
            if all(abs(place - x) >= _SAME_PLACE for x in taken):
                return place
    return None


def _set_levels(nets: list[Net]) -> list[Net]:
    """Give each net that runs sideways its level, and order them from the top."""
    order = sorted(nets, key=lambda net: (net.low, net.high))
    for _ in range(_ROUNDS if len(nets) <= _MOST_NETS else 0):
        for net in list(order):
            order.remove(net)
            order.insert(_best_place(net, order), net)
    for place, net in enumerate(order):
        net.level = max((1 + (upper.level or 0) for upper in order[:place] if upper.meets(net)), default=0)
    return order


def _best_place(net: Net, order: Sequence[Net]) -> int:
    """Find the place in an order of nets, from the top, at which a further one makes the fewest crossings."""
    cost = sum(_crossings(net, other) for other in order)
    best, place = cost, 0
    for number, other in enumerate(order, 1):
        cost += _crossings(other, net) - _crossings(net, other)
        if cost < best:
            best, place = cost, number
    return place


def _crossings(upper: Net, lower: Net) -> int:
    """Count what it costs to run one net above another: crossings, and lines that run over each other."""
    if not upper.meets(lower):
        return 0
    if lower.below is upper:
        return _OVERLAP
    down = sum(lower.low < x < lower.high for x in upper.bottoms)
    return down + sum(upper.low < x < upper.high for x in lower.tops) + _OVERLAP * _overlaps(upper, lower)


def _overlaps(upper: Net, lower: Net) -> int:
    """Count the lines that run over each other when one net runs above another."""
    if upper.below is lower:
        return 0
    return sum(abs(x - other) < _SAME_PLACE for x in upper.bottoms for other in lower.tops)
