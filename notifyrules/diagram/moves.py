"""
Draw below a chart which decisions move: from the end that they had to the one that they have.

All that leaves one end, or all that comes to one, runs along one level line. Ends at the bottom of the chart are
reached from below; for others there is a small one below the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from notifyrules.diagram.boxes import size_end
from notifyrules.diagram.compounds import HEAD, PlacedArrow, PlacedBox
from notifyrules.diagram.model import BoxShape, Diagram, DrawnArrow, Emphasis, Mark
from notifyrules.diagram.routing import Drawing

_Move: TypeAlias = tuple[str, str]
"""The keys of the end before and of the one now."""
_SharedEnd: TypeAlias = tuple[int, str]
"""Which end of what moves is shared, 0 or 1, and its key."""

_ABOVE: Final = 22
"""Room between the chart and the first line."""
_LEVEL: Final = 13
"""Room between lines."""
_BELOW: Final = 10 + HEAD
"""Room between the last line and the ends below it."""
_PORT: Final = 14
"""Room between the lines at one end, where it is wide enough."""
_GAP: Final = 24


def with_moves(diagram: Diagram, drawing: Drawing) -> Drawing:
    """Add what moves to a drawing, below everything else."""
    if not diagram.moves:
        return drawing
    pairs = [(was.key, now.key) for was, now in diagram.moves]
    lines = _lines(pairs)
    levels = {line: drawing.height + _ABOVE + _LEVEL * at for at, line in enumerate(dict.fromkeys(lines.values()))}
    ends = {box.key: box for move in diagram.moves for box in move}
    standing = {key: box for key, box in _lowest(drawing).items() if key in ends}
    sizes = {key: size_end(box) for key, box in ends.items() if key not in standing}
    wide = sum(one.width + _GAP for one in sizes.values()) - _GAP
    at = max((drawing.width - wide) / 2, 0)
    top = max(levels.values()) + _BELOW
    added: list[PlacedBox] = []
    for key, sized in sizes.items():
        added.append(PlacedBox(replace(sized, box=replace(ends[key], key=f"{key} (moved)")), at + sized.width / 2, top))
        standing[key] = added[-1]
        at += sized.width + _GAP
    arrows = tuple(_drawn(lines, standing, levels, drawing.height))
    outlines = [box.outline for box in added]
    return replace(
        drawing,
        width=max([drawing.width, *(outline[2] for outline in outlines)]),
        height=max([top, *(outline[3] for outline in outlines)]),
        boxes=(*drawing.boxes, *added),
        arrows=(*drawing.arrows, *arrows),
    )


def _lowest(drawing: Drawing) -> dict[str, PlacedBox]:
    """Find the ends that nothing stands below."""
    found = {}
    for one in drawing.boxes:
        left, _, right, bottom = one.outline
        below = [(box.outline[0], box.outline[2]) for box in drawing.boxes if box.outline[1] >= bottom]
        below += [(x, x) for arrow in drawing.arrows for x, y in arrow.points if y > bottom]
        if one.sized.box.shape is BoxShape.END and not any(low <= right and left <= high for low, high in below):
            found[one.sized.box.key] = one
    return found


def _lines(pairs: Iterable[_Move]) -> dict[_Move, _SharedEnd]:
    """Say along which line each runs: few lines, so that they cross little."""
    left, found = list(dict.fromkeys(pairs)), dict[_Move, _SharedEnd]()
    while left:
        most = Counter((side, pair[side]) for pair in left for side in (0, 1)).most_common(1)[0][0]
        found |= {pair: most for pair in left if pair[most[0]] == most[1]}
        left = [pair for pair in left if pair not in found]
    return found


def _drawn(
    lines: Mapping[_Move, _SharedEnd],
    standing: Mapping[str, PlacedBox],
    levels: Mapping[_SharedEnd, float],
    bottom: float,
) -> Iterator[PlacedArrow]:
    """Draw what moves, each by the level of one of its ends."""
    places: dict[str, dict[_SharedEnd, None]] = {key: {} for key in standing}
    for pair, line in lines.items():
        for key in pair:
            places[key][line] = None

    def at(end: str, line: _SharedEnd) -> tuple[float, float]:
        box, all_here = standing[end], list(places[end])
        step = min(_PORT, box.sized.width / (len(all_here) + 1))
        x = box.x + (all_here.index(line) - (len(all_here) - 1) / 2) * step
        return x, box.outline[3] if box.top < bottom else box.top

    for (was, now), line in lines.items():
        (x, start), (to, end), level = at(was, line), at(now, line), levels[line]
        arrow = DrawnArrow((f"{was}->{now}",), was, now, "", Mark(Emphasis.MOVED))
        yield PlacedArrow(arrow, ((x, start), (x, level), (to, level), (to, end)), None, (to, end))
