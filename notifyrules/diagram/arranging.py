"""
Choose the best of several arrangements, each with its lines drawn straight.

The layout program finds one good order of each row, and another one when it begins from elsewhere. Asking a few times
and counting what the eye stumbles over costs milliseconds. Then things move sideways within the room they have, so that
fewer lines bend.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from notifyrules.diagram.channels import Channel, channels
from notifyrules.diagram.model import BoxShape, Diagram, DrawnArrow, Mark
from notifyrules.diagram.placement import (
    BOX_GAP,
    SMALL_GAP,
    Item,
    Link,
    Placement,
    RowPlan,
    cluster_path,
    place,
    plan_rows,
)

READABLE_WIDTH: Final = 900
"""A wider chart is made smaller where it stands in a page, and its letters with it."""

_TRIES: Final = 24
"""Arrangements tried for a small chart."""
_EFFORT: Final = 1_500
"""Items that are placed in all; a large chart gets fewer tries."""
_POLISHED: Final = 400
"""Items up to which whole columns are moved to make a line straight."""
_CROSSING: Final = 250
"""What a crossing costs, in pixels of sideways way."""
_INVERSION: Final = 50
"""What it costs when a later way out stands to the left of an earlier one."""
_WIDTH: Final = 1.5
"""What a pixel of the whole width costs."""
_BEYOND: Final = 6
"""What it costs beyond :data:`READABLE_WIDTH`."""

_BEND: Final = 30
"""What a bend costs, in pixels of sideways way."""
_ROUNDS: Final = 8
_MOVES: Final = 8_000
"""Items that are tried to be moved in all; a large chart gets fewer rounds."""
_GROUPED: Final = 4_000
"""Items up to which whole columns are moved; in a larger chart everything moves alone."""
_PUSHED: Final = 30
"""Things that may be pushed aside to straighten a line."""
_SHIFTS: Final = 12
"""Places that are tried for one thing."""
_LEAST_GAIN: Final = 0.5
_AT_ONCE: Final = 4
"""Arrangements that are asked for at once."""
_STRAIGHT: Final = 0.1
"""Pixels by which a line that is called straight may lean."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A placement with what runs between its rows."""

    placement: Placement
    channels: tuple[Channel, ...]


def arrange(diagram: Diagram) -> Arrangement:
    """
    Find the place of everything in the rows of a picture.

    A picture with something shown on it is arranged like the bare chart, so that one knows it again; where nothing is
    written into boxes and on arrows, everything stands in the very same place.

    Raises:
        UsageError: There is no layout program, or it failed.
    """
    noted = _noted(diagram) or not all(arrow.written for arrow in diagram.arrows)
    bare = _bare(diagram) if noted else diagram
    best = _best(plan_rows(bare))
    # Where nothing stands beside a question, there is no other way.
    if _width(best) > READABLE_WIDTH and replace(below := plan_rows(bare, sides=False), sides=True) != best.plan:
        best = min(best, _best(below), key=_cost)
    if noted:
        plan = plan_rows(diagram, sides=best.plan.sides)
        alike = plan.rank == best.plan.rank and not diagram.clusters
        best = _spread(best, plan) if alike else _best(plan)
    polished = _straighten(best, columns=len(best.plan.items) <= _POLISHED)
    return Arrangement(polished, channels(polished))


def split(diagram: Diagram) -> tuple[Diagram, tuple[DrawnArrow, ...]]:
    """
    Take out of a picture what the file does not write, where it can stand beside the chart without moving it.

    Returns:
        The rest, and the arrows that were taken out, each of which leads to a refusal of its own. Nothing is taken out
        where notes make boxes grow anyway, or where an arrow leads on.
    """
    loose = tuple(arrow for arrow in diagram.arrows if not arrow.written)
    shapes = {box.key: box.shape for box in diagram.boxes}
    if _noted(diagram) or any(shapes[arrow.target] is not BoxShape.REFUSAL for arrow in loose):
        return diagram, ()
    gone = {arrow.target for arrow in loose}
    left = (box for box in diagram.boxes if box.key not in gone)
    boxes = tuple(replace(box, rows=tuple(row for row in box.rows if row.written)) for box in left)
    return replace(diagram, boxes=boxes, arrows=tuple(arrow for arrow in diagram.arrows if arrow.written)), loose


def _noted(diagram: Diagram) -> bool:
    """Tell whether an overlay writes into boxes or on arrows."""
    return any(mark.notes for mark in (*(box.mark for box in diagram.boxes), *(one.mark for one in diagram.arrows)))


def _bare(diagram: Diagram) -> Diagram:
    """Leave out what an overlay put on a picture."""
    drawn = tuple(replace(arrow, mark=Mark()) for arrow in diagram.arrows if arrow.written)
    kept = {arrow.source for arrow in drawn} | {arrow.target for arrow in drawn}
    boxes = tuple(
        replace(box, mark=Mark(), rows=tuple(replace(row, mark=Mark()) for row in box.rows))
        for box in diagram.boxes
        if box.key in kept
    )
    clusters = tuple(replace(cluster, mark=Mark()) for cluster in diagram.clusters)
    return replace(diagram, boxes=boxes, arrows=drawn, clusters=clusters)


def _best(plan: RowPlan) -> Placement:
    tries = max(1, min(_TRIES, _EFFORT // len(plan.items)))
    with ThreadPoolExecutor(min(tries, _AT_ONCE)) as pool:
        # The layout program is waited for; the first of the best is the same in whatever order they end.
        placed = pool.map(partial(place, plan), range(tries))
        return min((_straighten(one, columns=False) for one in placed), key=_cost)


def _cost(placement: Placement) -> float:
    """Weigh what the eye stumbles over: crossings, bends, long ways, ways out not in the order written, and width."""
    crossings = sum(channel.crossings for channel in channels(placement))
    runs = sum(_weigh(_sideways(link, placement.x)) for link in placement.plan.links)
    width = _width(placement)
    beyond = _BEYOND * max(0, width - READABLE_WIDTH)
    return crossings * _CROSSING + runs + _INVERSION * _inversions(placement) + _WIDTH * width + beyond


def _width(placement: Placement) -> float:
    left = min(placement.x[item.key] - item.left for row in placement.rows for item in row)
    return max(placement.x[item.key] + item.right for row in placement.rows for item in row) - left


def _inversions(placement: Placement) -> int:
    """Count the ways out that stand to the left of an earlier one."""
    labels: dict[str, list[float]] = {}
    for route in placement.plan.routes:
        first = route.links[0]
        if placement.plan.items[first.lower].label is not None:
            labels.setdefault(first.upper, []).append(placement.x[first.lower])
    return sum(later < earlier for xs in labels.values() for at, earlier in enumerate(xs) for later in xs[at + 1 :])


def _spread(bare: Placement, plan: RowPlan) -> Placement:
    """Give a picture the arrangement of the bare chart: the same order, and as little moved as larger boxes allow."""
    rows = tuple(tuple(plan.items[item.key] for item in row) for row in bare.rows)
    x = {key: place for row in rows for key, place in _spread_row(row, [bare.x[item.key] for item in row])}
    return Placement(plan, rows, x, {})


def _spread_row(row: tuple[Item, ...], wanted: list[float]) -> list[tuple[str, float]]:
    """
    Move the items of a row apart, each as little as it can be.

    Neighbours that would overlap become a block, which stands where its items want to be on average; a block that meets
    another becomes one with it.
    """
    blocks: list[tuple[float, int]] = []
    behind = [0.0]
    for left, right in itertools.pairwise(row):
        behind.append(behind[-1] + _apart(left, right))
    for want, offset in zip(wanted, behind, strict=True):
        block = (want - offset, 1)
        while blocks and blocks[-1][0] >= block[0]:
            start, count = blocks.pop()
            total = count + block[1]
            block = ((start * count + block[0] * block[1]) / total, total)
        blocks.append(block)
    starts = [round(start) for start, count in blocks for _ in range(count)]
    return [(item.key, start + offset) for item, start, offset in zip(row, starts, behind, strict=True)]


def _straighten(placement: Placement, *, columns: bool) -> Placement:
    """
    Move things sideways so that fewer lines bend; nothing changes its order in its row or leaves its cluster.

    With *columns*, what is in the way is also pushed aside as a whole column, which takes longer.
    """
    state = _state(placement)
    for _ in range(max(1, min(_ROUNDS, _MOVES // len(state.items)))):
        if not _sweep(state, (False, True) if columns else (False,)):
            break
    return replace(placement, x=state.x)


def _weigh(run: float) -> float:
    """Weigh a stretch of an arrow by how far it runs sideways."""
    return 0 if abs(run) < _STRAIGHT else _BEND + abs(run)


def _sideways(link: Link, x: Mapping[str, float]) -> float:
    """Measure how far a link runs sideways, to the right."""
    return x[link.lower] - x[link.upper] - link.offset


def _apart(left: Item, right: Item) -> float:
    """Find how far apart two neighbours must stand."""
    boxes = sum(item.compound is not None for item in (left, right))
    return left.right + (SMALL_GAP, (BOX_GAP + SMALL_GAP) / 2, BOX_GAP)[boxes] + right.left


@dataclass(frozen=True, slots=True)
class _State:
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
    room: Mapping[str, float]
    """How far each item that has a right neighbour must stand from it."""
    bounds: Mapping[str, tuple[float, float]]
    """How far to the left and right each item may stand, because of clusters."""
    hanging: dict[str, frozenset[str]] = field(default_factory=dict)
    """What hangs together by straight lines, for each item of it, found since something moved last."""


def _state(placement: Placement) -> _State:
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
        {item.key: _apart(item, right) for row in placement.rows for item, right in itertools.pairwise(row)},
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
    """Try to move every item, alone and with what hangs straight above and below it; tell if a line got straighter."""
    moved = False
    tried: set[frozenset[str]] = set()
    for key in state.items:
        alone = frozenset([key])
        for group in (alone, _hanging(state, key)) if len(state.items) <= _GROUPED else (alone,):
            if group not in tried:
                tried.add(group)
                moved |= _improve(state, group, manners)
    return moved


def _hanging(state: _State, key: str) -> frozenset[str]:
    """Find all that is linked to an item by straight lines."""
    if (known := state.hanging.get(key)) is not None:
        return known
    found = {key}
    waiting = [key]
    while waiting:
        for link in state.touching[waiting.pop()]:
            if abs(_sideways(link, state.x)) < _STRAIGHT:
                fresh = {link.upper, link.lower} - found
                found |= fresh
                waiting.extend(fresh)
    together = frozenset(found)
    # Whatever it is asked of, it is the same.
    state.hanging.update(dict.fromkeys(together, together))
    return together


def _improve(state: _State, group: frozenset[str], manners: tuple[bool, ...]) -> bool:
    """Move a group to where lines bend least, and push aside what stands in its way."""
    shifts: dict[float, None] = {}
    for key in sorted(group):
        for link in state.touching[key]:
            run = _sideways(link, state.x)
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
        state.hanging.clear()
    return chosen is not None


def _pushed(state: _State, group: frozenset[str], shift: float, *, columns: bool) -> dict[str, float] | None:
    """
    Find where everything stands when a group is moved and its neighbours make room.

    With *columns*, what is pushed takes along all that hangs straight above and below it.

    Returns:
        The new places of what moves, or None where it cannot, or too much would have to.
    """
    x, bounds, rightwards, most = state.x, state.bounds, shift > 0, len(group) + _PUSHED
    beside = state.after if rightwards else state.before
    moved = {key: x[key] + shift for key in group}
    waiting = sorted(group)
    while waiting:
        key = waiting.pop()
        if key in bounds and not bounds[key][0] <= moved[key] <= bounds[key][1]:
            return None
        if key not in beside:
            continue
        neighbour = beside[key].key
        least = moved[key] + (state.room[key] if rightwards else -state.room[neighbour])
        now = moved.get(neighbour, x[neighbour])
        if now == least or (now < least) != rightwards:
            continue
        pushed = _hanging(state, neighbour) if columns else (neighbour,)
        if not group.isdisjoint(pushed) or len(moved) > most:
            return None
        for other in sorted(pushed):
            place = x[other] + least - x[neighbour]
            if other not in moved or (moved[other] < place) == rightwards:
                moved[other] = place
                waiting.append(other)
    return moved


def _loss(state: _State, moved: Mapping[str, float]) -> float:
    """Weigh the lines of some items as they would run against how they run now; less than 0 is better."""
    loss = 0.0
    x = state.x
    for link in {link: None for key in moved for link in state.touching[key]}:
        upper, lower = moved.get(link.upper, x[link.upper]), moved.get(link.lower, x[link.lower])
        loss += (_weigh(lower - upper - link.offset) - _weigh(_sideways(link, x))) * state.pull[link]
    return loss
