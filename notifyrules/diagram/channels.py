"""
Bundle what runs between two rows, and decide what runs above what.

Between two rows lies a channel. All arrows that leave one place, or enter one box, cross it on one level line, so that
they fork and join; lines that would run over each other get levels of their own, in the order that makes the fewest
crossings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from notifyrules.diagram.placement import Link, Placement

LEVEL: Final = 11
"""Room between the levels of a channel."""

_SAME_PLACE: Final = 5
"""Lines nearer to each other than this look like one."""
_OVERLAP: Final = 1_000
"""What it costs when two lines run over each other, in crossings."""
_ROUNDS: Final = 3


@dataclass(slots=True)
class Net:
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

    @property
    def is_straight(self) -> bool:
        """
        Whether nothing runs sideways.
        """
        return self.high - self.low < 1

    def meets(self, other: Net) -> bool:
        """
        Tell whether two nets cannot share a level.
        """
        return self.low < other.high + LEVEL and other.low < self.high + LEVEL


@dataclass(frozen=True, slots=True)
class Channel:
    """
    What runs between one row and the next.
    """

    nets: Mapping[Link, Net]
    """For each link the net it is part of."""
    levels: int
    crossings: int


def channels(placement: Placement) -> tuple[Channel, ...]:
    """
    Bundle the links between the rows to nets, and give the nets their levels.

    Returns:
        One channel below each row but the last.
    """
    plan = placement.plan
    between: list[list[Link]] = [[] for _ in placement.rows]
    for link in plan.links:
        between[plan.rank[link.upper]].append(link)
    return tuple(_channel(links, placement.x) for links in between[:-1])


def _channel(links: Iterable[Link], x: Mapping[str, float]) -> Channel:
    """
    Bundle the links of one channel.
    """
    nets: dict[Link, Net] = {}
    above: dict[tuple[str, float], Net] = {}
    below: dict[str, Net] = {}
    for link in links:
        forking, joining = above.get((link.upper, link.offset)), below.get(link.lower)
        # A place that forks has a label on each arrow, and nothing else joins at a label: no net does both.
        assert forking is None or joining is None or forking is joining
        net = forking or joining or Net()
        above[link.upper, link.offset] = below[link.lower] = nets[link] = net
        net.tops.add(x[link.upper] + link.offset)
        net.bottoms.add(x[link.lower])
    distinct = list({id(net): net for net in nets.values()}.values())
    order = _set_levels([net for net in distinct if not net.is_straight])
    straight = [net for net in distinct if net.is_straight]
    crossings = sum(_crossings(upper, lower) for place, upper in enumerate(order) for lower in order[place + 1 :])
    crossings += sum(net.low < one.low < net.high for net in order for one in straight)
    return Channel(nets, max((1 + (net.level or 0) for net in order), default=0), crossings)


def _set_levels(nets: list[Net]) -> list[Net]:
    """
    Give each net that runs sideways its level.

    Returns:
        The nets from the top.
    """
    order = sorted(nets, key=lambda net: (net.low, net.high))
    for _ in range(_ROUNDS):
        for net in list(order):
            order.remove(net)
            order.insert(_best_place(net, order), net)
    for place, net in enumerate(order):
        net.level = max((1 + (upper.level or 0) for upper in order[:place] if upper.meets(net)), default=0)
    return order


def _best_place(net: Net, order: Sequence[Net]) -> int:
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


def _crossings(upper: Net, lower: Net) -> int:
    """
    Count what it costs to run one net above another: crossings, and lines that run over each other.
    """
    if not upper.meets(lower):
        return 0
    down = sum(lower.low < x < lower.high for x in upper.bottoms)
    up = sum(upper.low < x < upper.high for x in lower.tops)
    over = sum(abs(x - other) < _SAME_PLACE for x in upper.bottoms for other in lower.tops)
    return down + up + _OVERLAP * over
