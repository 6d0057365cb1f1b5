"""
Tell the paths of several decisions apart: by colour, by dash, and by their places beside each other.

A path keeps its place from beginning to end, so that a line that several of them take shows all of them, and paths that
meet run on side by side. Colour and dash each tell paths apart for whoever cannot see the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Final

from notifyrules.diagram.compounds import HEAD, PlacedArrow, Point
from notifyrules.diagram.strokes import HIDDEN, cut, length_of, simplified

_COLOURS: Final = (
    ("#b8480a", "#ff9f5e"),
    ("#00756b", "#3fd0bd"),
    ("#8431a8", "#d49bf2"),
    ("#1f2328", "#e6edf3"),
    ("#7d6400", "#e0c04b"),
)
"""By day and by night. With as many dashes as no common divisor goes into, every path has a look of its own."""
_DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (10, 5), (2.5, 3.5), (14, 4, 2.5, 4))
"""Dash and gap, in pixels; solid lines have none."""
_WIDEST: Final = 20
"""The breadth of all paths beside each other."""
_STEP: Final = 5.5
_INK: Final = 0.64
"""The part of its place that the line of a path fills."""
_IN_VAIN: Final = 0.4
"""The part of its breadth that a line has which was tried in vain."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one path is drawn."""

    colour: str
    dark: str
    """The colour on a dark page."""
    dashes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """The line of one path along one arrow."""

    path: int
    look: Look
    way: tuple[Point, ...]
    """To where the head begins."""
    tip: Point
    breadth: float

    def pieces(self) -> Iterator[tuple[Point, ...]]:
        """Give the dashes one by one, for what knows no patterns."""
        if not self.look.dashes:
            yield self.way
            return
        at, end = 0.0, length_of(self.way)
        for number, long in enumerate(cycle(self.look.dashes)):
            if at >= end:
                return
            if number % 2 == 0:
                yield cut(self.way, at, min(at + long, end))
            at += long


def look_of(path: int) -> Look:
    """Choose how a path is drawn, by its number."""
    colour, dark = _COLOURS[path % len(_COLOURS)]
    return Look(colour, dark, _DASHES[path % len(_DASHES)])


def bundle(count: int) -> float:
    """Tell how broad that many paths are beside each other."""
    return min(_STEP * count, _WIDEST)


def lanes(arrows: Iterable[PlacedArrow], count: int) -> Iterator[Lane]:
    """List the lines of the paths along arrows, *count* paths being on the picture."""
    step = bundle(count) / max(count, 1)
    for one in arrows:
        way = simplified(one.points)
        for trace in one.arrow.mark.traces:
            beside = _aside(way, ((count - 1) / 2 - trace.path) * step)
            breadth = step * _INK * (_IN_VAIN if trace.in_vain else 1)
            shown = cut(beside, 0, length_of(beside) - (HEAD - HIDDEN))
            yield Lane(trace.path, look_of(trace.path), shown, beside[-1], round(breadth, 1))


def _aside(way: Sequence[Point], by: float) -> tuple[Point, ...]:
    """Run beside a way of level and upright stretches, to the right of whoever goes along it."""
    shifts = [(-_sign(end[1] - start[1]) * by, _sign(end[0] - start[0]) * by) for start, end in pairwise(way)]
    # At a corner both stretches move it, each in its own direction.
    around = [shifts[0], *((one[0] + other[0], one[1] + other[1]) for one, other in pairwise(shifts)), shifts[-1]]
    return tuple((x + right, y + down) for (x, y), (right, down) in zip(way, around, strict=True))


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
