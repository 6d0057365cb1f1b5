"""
Choose the best of several arrangements, each with its lines drawn straight.

The layout program finds one good order of each row, and another one when it begins from elsewhere. Asking a few times
and counting what the eye stumbles over costs milliseconds.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Final

from notifyrules.diagram.channels import Channel, channels
from notifyrules.diagram.model import BoxShape, Diagram, DrawnArrow, Mark
from notifyrules.diagram.placement import Item, Placement, RowPlan, place, plan_rows
from notifyrules.diagram.straightening import apart, sideways, straighten, weigh

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
    if _width(best) > READABLE_WIDTH:
        best = min(best, _best(plan_rows(bare, sides=False)), key=_cost)
    if noted:
        plan = plan_rows(diagram, sides=best.plan.sides)
        alike = plan.rank == best.plan.rank and not diagram.clusters
        best = _spread(best, plan) if alike else _best(plan)
    polished = straighten(best, columns=len(best.plan.items) <= _POLISHED)
    return Arrangement(polished, channels(polished))


def split(diagram: Diagram) -> tuple[Diagram, tuple[DrawnArrow, ...]]:
    """
    Take out of a picture what the file does not write, where it can stand beside the chart without moving it.

    Returns:
        The rest, and the arrows that were taken out, each of which leads to a refusal of its own. Nothing is taken out
        where notes make boxes grow anyway, or where an arrow leads on.
    """
    loose = tuple(arrow for arrow in diagram.arrows if not arrow.written)
    boxes = {box.key: box for box in diagram.boxes}
    if _noted(diagram) or any(boxes[arrow.target].shape is not BoxShape.REFUSAL for arrow in loose):
        return diagram, ()
    gone = {arrow.target for arrow in loose}
    kept = (
        replace(box, rows=tuple(row for row in box.rows if row.written)) for box in diagram.boxes if box.key not in gone
    )
    arrows = tuple(arrow for arrow in diagram.arrows if arrow.written)
    return replace(diagram, boxes=tuple(kept), arrows=arrows), loose


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
    """Choose the best of several placements."""
    tries = max(1, min(_TRIES, _EFFORT // len(plan.items)))
    return min((straighten(place(plan, seed), columns=False) for seed in range(tries)), key=_cost)


def _cost(placement: Placement) -> float:
    """Weigh what the eye stumbles over: crossings, bends, long ways, ways out not in the order written, and width."""
    crossings = sum(channel.crossings for channel in channels(placement))
    runs = sum(weigh(sideways(link, placement.x)) for link in placement.plan.links)
    width = _width(placement)
    beyond = _BEYOND * max(0, width - READABLE_WIDTH)
    return crossings * _CROSSING + runs + _INVERSION * _inversions(placement) + _WIDTH * width + beyond


def _width(placement: Placement) -> float:
    """Measure the whole width of a placement."""
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
        behind.append(behind[-1] + apart(left, right))
    for want, offset in zip(wanted, behind, strict=True):
        block = (want - offset, 1)
        while blocks and blocks[-1][0] >= block[0]:
            start, count = blocks.pop()
            total = count + block[1]
            block = ((start * count + block[0] * block[1]) / total, total)
        blocks.append(block)
    starts = [round(start) for start, count in blocks for _ in range(count)]
    return [(item.key, start + offset) for item, start, offset in zip(row, starts, behind, strict=True)]
