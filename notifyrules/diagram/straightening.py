"""Move things sideways within the room they have, so that fewer lines bend."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from notifyrules.diagram.placement import BOX_GAP, SMALL_GAP, Item, Link, Placement, cluster_path

_BEND: Final = 30
"""What a bend costs, in pixels of sideways way."""
_ROUNDS: Final = 8
_EFFORT: Final = 8_000
"""Items that are tried to be moved in all; a large chart gets fewer rounds."""
_GROUPED: Final = 4_000
"""Items up to which whole columns are moved; in a larger chart everything moves alone."""
_PUSHED: Final = 30
"""Things that may be pushed aside to straighten a line."""
_SHIFTS: Final = 12
"""Places that are tried for one thing."""
_LEAST_GAIN: Final = 0.5
_STRAIGHT: Final = 0.1
"""Pixels by which a line that is called straight may lean."""


def straighten(placement: Placement, *, columns: bool) -> Placement:
    """
    Move things sideways so that fewer lines bend; nothing changes its order in its row or leaves its cluster.

    Args:
        placement: Where everything stands.
        columns: Whether what is in the way is also pushed aside as a whole column, which takes longer.
    """
    state = _state(placement)
    for _ in range(max(1, min(_ROUNDS, _EFFORT // len(state.items)))):
        if not _sweep(state, (False, True) if columns else (False,)):
            break
    return replace(placement, x=state.x)


def weigh(run: float) -> float:
    """Weigh a stretch of an arrow by how far it runs sideways."""
    return 0 if abs(run) < _STRAIGHT else _BEND + abs(run)


def sideways(link: Link, x: Mapping[str, float]) -> float:
    """Measure how far a link runs sideways, to the right."""
    return x[link.lower] - x[link.upper] - link.offset


def apart(left: Item, right: Item) -> float:
    """Find how far apart two neighbours must stand."""
    boxes = sum(item.compound is not None for item in (left, right))
    return left.right + (SMALL_GAP, (BOX_GAP + SMALL_GAP) / 2, BOX_GAP)[boxes] + right.left


@dataclass(frozen=True, slots=True)
class _State:
    """Where everything stands now."""

    x: dict[str, float]
    """The one thing that changes."""
    items: Mapping[str, Item]
    pull: Mapping[Link, float]
    """How much each link wants to be straight."""
    touching: Mapping[str, list[Link]]
    """The links of each item."""
    before: Mapping[str, Item]
    """The left neighbour of each item that has one."""
    after: Mapping[str, Item]
    bounds: Mapping[str, tuple[float, float]]
    """How far to the left and right each item may stand, because of clusters."""


def _state(placement: Placement) -> _State:
    """Begin with the places of a placement."""
    plan = placement.plan
    touching: dict[str, list[Link]] = {key: [] for key in plan.items}
    for link in plan.links:
        touching[link.upper].append(link)
        touching[link.lower].append(link)
    return _State(
        dict(placement.x),
        plan.items,
        {link: 1 + weight / 4 for link, weight in plan.links.items()},
        touching,
        {item.key: left for row in placement.rows for left, item in itertools.pairwise(row)},
        {item.key: right for row in placement.rows for item, right in itertools.pairwise(row)},
        _bounds(placement),
    )


def _bounds(placement: Placement) -> dict[str, tuple[float, float]]:
    """Keep what stands in a cluster inside of it, and everything else out."""
    rank = placement.plan.rank
    rows: dict[str, list[int]] = {cluster: [] for cluster in placement.extents}
    for item in placement.plan.items.values():
        for cluster in cluster_path(item.cluster):
            rows[cluster].append(rank[item.key])
    bounds: dict[str, tuple[float, float]] = {}
    for key, item in placement.plan.items.items() if rows else ():
        low, high = float("-inf"), float("inf")
        for cluster, (left, right) in placement.extents.items():
            if cluster in cluster_path(item.cluster):
                low, high = max(low, left + SMALL_GAP + item.left), min(high, right - SMALL_GAP - item.right)
            elif min(rows[cluster]) <= rank[key] <= max(rows[cluster]):
                if placement.x[key] < (left + right) / 2:
                    high = min(high, left - SMALL_GAP - item.right)
                else:
                    low = max(low, right + SMALL_GAP + item.left)
        bounds[key] = (low, high)
    return bounds


def _sweep(state: _State, manners: tuple[bool, ...]) -> bool:
    """
    Try to move every item once, alone and with all that hangs straight above and below it.

    Returns:
        Whether any line became straighter.
    """
    moved = False
    tried: set[frozenset[str]] = set()
    for key in state.items:
        for group in (frozenset([key]), _hanging(state, key) if len(state.items) <= _GROUPED else frozenset([key])):
            if group not in tried:
                tried.add(group)
                moved |= _improve(state, group, manners)
    return moved


def _hanging(state: _State, key: str) -> frozenset[str]:
    """Find all that is linked to an item by straight lines."""
    found = {key}
    waiting = [key]
    while waiting:
        for link in state.touching[waiting.pop()]:
            if abs(sideways(link, state.x)) < _STRAIGHT:
                fresh = {link.upper, link.lower} - found
                found |= fresh
                waiting.extend(sorted(fresh))
    return frozenset(found)


def _improve(state: _State, group: frozenset[str], manners: tuple[bool, ...]) -> bool:
    """Move a group to where lines bend least, and push aside what stands in its way."""
    shifts: dict[float, None] = {}
    for key in sorted(group):
        for link in state.touching[key]:
            run = sideways(link, state.x)
            if run and (link.upper in group) != (link.lower in group):
                shifts[run if link.upper in group else -run] = None
    best, chosen = -_LEAST_GAIN, None
    for shift in sorted(shifts, key=abs)[:_SHIFTS]:
        for columns in manners:
            moved = _pushed(state, group, shift, columns=columns)
            loss = 0.0 if moved is None else _loss(state, moved)
            if loss < best:
                best, chosen = loss, moved
    if chosen is not None:
        state.x.update(chosen)
    return chosen is not None


def _pushed(state: _State, group: frozenset[str], shift: float, *, columns: bool) -> dict[str, float] | None:
    """
    Find where everything stands when a group is moved and its neighbours make room.

    Args:
        state: Where everything stands now.
        group: What is moved.
        shift: How far, to the right.
        columns: Whether what is pushed takes along all that hangs straight above and below it.

    Returns:
        The new places of what moves, or None where it cannot, or too much would have to.
    """
    moved = {key: state.x[key] + shift for key in group}
    waiting = sorted(group)
    while waiting:
        key = waiting.pop()
        low, high = state.bounds.get(key, (moved[key], moved[key]))
        if not low <= moved[key] <= high:
            return None
        neighbour = (state.after if shift > 0 else state.before).get(key)
        if neighbour is None:
            continue
        item = state.items[key]
        least = moved[key] + (apart(item, neighbour) if shift > 0 else -apart(neighbour, item))
        now = moved.get(neighbour.key, state.x[neighbour.key])
        if now == least or (now < least) != (shift > 0):
            continue
        pushed = _hanging(state, neighbour.key) if columns else frozenset([neighbour.key])
        if not group.isdisjoint(pushed) or len(moved) > len(group) + _PUSHED:
            return None
        for other in sorted(pushed):
            place = state.x[other] + least - state.x[neighbour.key]
            if other not in moved or (moved[other] < place) == (shift > 0):
                moved[other] = place
                waiting.append(other)
    return moved


def _loss(state: _State, moved: Mapping[str, float]) -> float:
    """Weigh the lines of some items as they would run against how they run now; less than 0 is better."""
    loss = 0.0
    x = state.x
    for link in {link: None for key in moved for link in state.touching[key]}:
        upper, lower = moved.get(link.upper, x[link.upper]), moved.get(link.lower, x[link.lower])
        loss += (weigh(lower - upper - link.offset) - weigh(sideways(link, x))) * state.pull[link]
    return loss
