"""
Tell lines that cross from lines that meet: where two cross, one of them is broken.

The stronger line runs on; of two alike the one that runs upright does, as it leads from row to row.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from notifyrules.diagram.compounds import Point

_CLEAR: Final = 4
"""Room between a broken line and the edge of the line that it passes below."""
_AROUND: Final = 8
"""How far from a crossing the pointer may still mean the broken line."""
_INSIDE: Final = 1
"""A line that ends this near to another one meets it."""


@dataclass(slots=True)
class Course:
    """The drawn part of a line that runs level and upright, as distances from its beginning."""

    way: Sequence[Point]
    first: float
    last: float
    look: tuple[int, float]
    """How strong it is, and how broad."""
    under: list[tuple[float, float]] = field(default_factory=list)
    """Where it is broken."""
    over: list[tuple[float, float]] = field(default_factory=list)
    """Where it crosses a broken one."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One straight stretch of a line."""

    course: Course
    at: float
    """The distance at which the line has been where the stretch has its coordinate 0, or would have been."""
    sign: int
    """1 where its coordinates grow along the line, else -1."""
    place: float
    """The coordinate that stays: `x` of an upright stretch, `y` of a level one."""
    low: float
    high: float

    def distance(self, coordinate: float) -> float:
        """Find how far from the beginning of the line a place is."""
        return self.at + self.sign * coordinate


def cross(courses: Sequence[Course]) -> None:
    """Find where lines cross, and note it with both of them."""
    levels = [stretch for course in courses for stretch in _stretches(course, 0)]
    uprights = sorted((stretch for course in courses for stretch in _stretches(course, 1)), key=lambda one: one.place)
    places = [one.place for one in uprights]
    for level in levels:
        begin, end = bisect_right(places, level.low + _INSIDE), bisect_left(places, level.high - _INSIDE)
        for upright in uprights[begin:end]:
            if upright.low + _INSIDE < level.place < upright.high - _INSIDE:
                weaker, stronger = (upright, level) if level.course.look > upright.course.look else (level, upright)
                gap = _CLEAR + stronger.course.look[1] / 2
                _note(weaker, stronger.place, gap, weaker.course.under)
                _note(stronger, weaker.place, _AROUND, stronger.course.over)


def _note(stretch: _Stretch, place: float, half: float, noted: list[tuple[float, float]]) -> None:
    """Note what lies around one place of a line."""
    middle = stretch.distance(place)
    noted.append((middle - half, middle + half))


def _stretches(course: Course, axis: int) -> Iterator[_Stretch]:
    """List what is drawn of a line along one axis: 0 for level stretches, 1 for upright ones."""
    at = 0.0
    for start, end in pairwise(course.way):
        length = abs(start[0] - end[0]) + abs(start[1] - end[1])
        first, last = max(course.first - at, 0), min(course.last - at, length)
        if first < last and abs(start[axis] - end[axis]) > length / 2:
            sign = 1 if start[axis] < end[axis] else -1
            low, high = sorted((start[axis] + sign * first, start[axis] + sign * last))
            yield _Stretch(course, at - sign * start[axis], sign, start[1 - axis], low, high)
        at += length
