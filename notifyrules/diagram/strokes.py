"""
Draw each line once where several arrows run together, with round corners, one head, and a dot where they meet.

Lines drawn over each other look bolder than they are, because their soft edges add up. Lines that only cross are told
from lines that meet: one of them is broken. The stronger line runs on; of two alike the one that runs upright does, as
it leads from row to row.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from notifyrules.diagram.compounds import HEAD, PlacedArrow, Point
from notifyrules.diagram.model import Emphasis, Mark

RADIUS: Final = 7
"""Of the corners of arrows."""
BREADTH: Final = {
    Emphasis.FADED: 1.2,
    Emphasis.PLAIN: 1.4,
    Emphasis.TRIED: 2.0,
    Emphasis.MOVED: 2.0,
    Emphasis.LIT: 3.2,
    Emphasis.MISSED: 2.0,
}
"""How broad lines are that nothing else is said about."""
DASHED: Final = frozenset({Emphasis.TRIED, Emphasis.MISSED})
"""What is drawn with dashed lines."""
DASHES: Final = "6 4"
"""The pattern of dashed lines: dash and gap."""

REACH: Final = 14
"""How broad the stretch is, in pixels, in which the pointer finds a line."""
NEAR_REACH: Final = 8
"""How broad it is where another line crosses."""
DOT: Final = 2.5
"""The radius of the dot where a line runs into another one; it grows with the line."""

_LEAST: Final = 2
"""A shorter piece of a broken line is left out."""
_NEAR: Final = 0.05
"""Points nearer to each other than this are the same."""
HIDDEN: Final = 3
"""How far a line reaches into its head."""

_CLEAR: Final = 4
"""Room between a broken line and the edge of the line that it passes below."""
_AROUND: Final = 8
"""How far from a crossing the pointer may still mean the broken line."""
_INSIDE: Final = 1
"""A line that ends this near to another one meets it."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """What is drawn of an arrow."""

    drawn: PlacedArrow
    pieces: tuple[tuple[Point, ...], ...]
    """The line, without the stretch that it shares with an arrow drawn before, broken where it is crossed."""
    head: tuple[Point, Point] | None
    """Where the head begins and where it points; None where an arrow drawn before has it."""
    joint: Point | None
    """Where it runs into the line of another arrow."""
    wide: tuple[tuple[Point, ...], ...]
    """Where the pointer finds it within :data:`REACH`."""
    near: tuple[tuple[Point, ...], ...]
    """Where other lines are so near that the pointer finds it only within :data:`NEAR_REACH`."""


def strokes(arrows: Iterable[PlacedArrow]) -> tuple[Stroke, ...]:
    """
    Find what is drawn of each arrow of a picture.

    Returns:
        The strokes in drawing order: what is emphasised lies on top. A stretch that several arrows share is drawn as
        the strongest of them; what was missed leaves it to what was not.
    """
    looks: dict[tuple[int, float], list[PlacedArrow]] = {}
    for one in arrows:
        looks.setdefault((one.arrow.mark.emphasis.strength, breadth_of(one.arrow.mark)), []).append(one)
    ink = _Ink()
    layers: dict[tuple[int, float], list[_Course]] = {}
    for look in sorted(looks, key=lambda look: (look[0] != Emphasis.MISSED.strength, look), reverse=True):
        layers[look] = [_course(one, look, ink) for one in looks[look]]
    courses = [course for look in sorted(layers) for course in layers[look]]
    _cross(courses)
    return tuple(map(_stroke, courses))


@dataclass(slots=True)
class _Course:
    """What is drawn of an arrow, a line that runs level and upright, as distances from its beginning."""

    drawn: PlacedArrow
    way: Sequence[Point]
    look: tuple[int, float]
    """How strong it is, and how broad."""
    begun: float
    """Where the part begins that no other arrow has."""
    ended: float
    first: float
    """Where the line begins; it may reach into the bend of another arrow."""
    last: float
    under: list[tuple[float, float]] = field(default_factory=list)
    """Where it is broken."""
    over: list[tuple[float, float]] = field(default_factory=list)
    """Where it crosses a broken one."""


@dataclass(slots=True)
class _Ink:
    """The lines that are drawn already: for each level line and each upright, the stretches on it."""

    stretches: dict[tuple[str, float], list[tuple[float, float]]] = field(default_factory=dict)
    """None of those of one line touch."""

    def add(self, start: Point, end: Point) -> None:
        key, low, high = _on_line(start, end)
        apart: list[tuple[float, float]] = []
        for one, other in self.stretches.get(key, ()):
            if one > high + _NEAR or other < low - _NEAR:
                apart.append((one, other))
            else:
                low, high = min(low, one), max(high, other)
        self.stretches[key] = [*apart, (low, high)]

    def reach(self, start: Point, end: Point) -> float:
        """Find how much of a line is drawn already, from its start on and without a gap."""
        key, low, high = _on_line(start, end)
        forward = start[0] + start[1] <= end[0] + end[1]
        for one, other in self.stretches.get(key, ()):
            if forward and one <= low + _NEAR <= other:
                return min(other, high) - low
            if not forward and one <= high - _NEAR <= other:
                return high - max(one, low)
        return 0


def _on_line(start: Point, end: Point) -> tuple[tuple[str, float], float, float]:
    """Name the line that two points are on, and the stretch between them."""
    axis = 0 if abs(start[1] - end[1]) < _NEAR else 1
    low, high = sorted((start[axis], end[axis]))
    return ("level" if axis == 0 else "upright", round(start[1 - axis], 1)), low, high


def _course(one: PlacedArrow, look: tuple[int, float], ink: _Ink) -> _Course:
    """Leave out the beginning and the end of an arrow where they are drawn already."""
    way = simplified(one.points)
    total = length_of(way)
    begun, ended = _shared(way, ink), _shared(way[::-1], ink)
    for start, end in pairwise(way):
        ink.add(start, end)
    if begun + ended >= total:
        begun = ended = 0
    # A corner of the other arrow is round, so the line goes on until it is straight.
    first = max(begun - RADIUS, 0)
    last = min(total - ended + RADIUS, total) if ended else total - (HEAD - HIDDEN)
    return _Course(one, way, look, begun, total - ended, first, last)


def _stroke(course: _Course) -> Stroke:
    """Break a line where others cross it, and find where the pointer reaches it without taking from those."""
    way, under, begun, ended = course.way, course.under, course.begun, course.ended
    head = (way[-2], way[-1]) if course.last < ended else None
    # In the bend, clear of the head that may follow.
    joint = None if head else cut(way, 0, (ended + course.last) / 2)[-1]
    # Beside the line of another arrow the pointer means that one.
    margin = min(REACH / 2, (ended - begun) / 4)
    first = begun + margin if begun else 0
    last = ended if head else ended - margin
    return Stroke(
        course.drawn,
        _pieces(way, course.first, course.last, under),
        head,
        joint,
        _pieces(way, first, last, [*under, *course.over]),
        _pieces(way, first, last, under) if course.over else (),
    )


def _pieces(
    way: Sequence[Point], first: float, last: float, gaps: Iterable[tuple[float, float]]
) -> tuple[tuple[Point, ...], ...]:
    kept: list[tuple[Point, ...]] = []
    for low, high in sorted([*gaps, (last, last)]):
        if low - first > _LEAST:
            kept.append(cut(way, first, min(low, last)))
        first = max(first, high)
    return tuple(kept)


def _shared(way: Sequence[Point], ink: _Ink) -> float:
    """Measure how far the beginning of a way is drawn already."""
    done = 0.0
    for start, end in pairwise(way):
        length, reach = _distance(start, end), ink.reach(start, end)
        done += reach
        if reach < length - _NEAR:
            break
    return done


def cut(way: Sequence[Point], first: float, last: float) -> tuple[Point, ...]:
    """Take the stretch of a way between two distances from its beginning."""
    kept: list[Point] = []
    at = 0.0
    for start, end in pairwise(way):
        length = _distance(start, end)
        if at + length > first and at < last:
            if not kept:
                kept.append(toward(start, end, first - at))
            kept.append(toward(start, end, min(length, last - at)))
        at += length
    return tuple(kept)


def length_of(way: Sequence[Point]) -> float:
    """Measure a way that runs level and upright."""
    return sum(_distance(start, end) for start, end in pairwise(way))


def bends(points: Sequence[Point]) -> Iterator[tuple[Point, Point, Point]]:
    """Give each corner of a way with where its round begins and ends."""
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(RADIUS, _distance(before, corner) / 2, _distance(corner, after) / 2)
        yield toward(corner, before, radius), corner, toward(corner, after, radius)


def rounded(pieces: Iterable[Sequence[Point]]) -> str:
    """Run lines through points, with round corners: path data of SVG."""
    data = ""
    for points in pieces:
        corners = (f"L{spot(entry)}Q{spot(corner)} {spot(leave)}" for entry, corner, leave in bends(points))
        data += f"M{spot(points[0])}{''.join(corners)}L{spot(points[-1])}"
    return data


def breadth_of(mark: Mark) -> float:
    """Tell how broad the line of an arrow is."""
    return BREADTH[mark.emphasis] if mark.breadth is None else mark.breadth


def pointed(start: Point, end: Point, breadth: float) -> str:
    """Draw a head at the end of a line, *start* being any point before: path data of SVG."""
    half = 3 + breadth * 0.8
    back = toward(end, start, HEAD)
    across = (half, 0) if abs(start[0] - end[0]) < _NEAR else (0, half)
    one, other = (back[0] - across[0], back[1] - across[1]), (back[0] + across[0], back[1] + across[1])
    return f"M{spot(end)}L{spot(one)}L{spot(other)}Z"


def spot(point: Point) -> str:
    """Write a point."""
    return f"{short(point[0])} {short(point[1])}"


def short(number: float) -> str:
    """Write a number to a tenth of a pixel, as short as it can be."""
    # Adding zero makes zero of what rounding leaves of a small negative number.
    return f"{round(number, 1) + 0:.1f}".removesuffix(".0")


def simplified(points: Sequence[Point]) -> list[Point]:
    """Leave out points at which the line does not turn."""
    way: list[Point] = []
    for point in points:
        if way and _distance(way[-1], point) < _NEAR:
            continue
        if len(way) > 1 and _straight(way[-2], way[-1], point):
            way.pop()
        way.append(point)
    return way


def _straight(*points: Point) -> bool:
    """Tell whether points are on one level line, or one above the other."""
    return any(all(abs(one[axis] - other[axis]) < _NEAR for one, other in pairwise(points)) for axis in (0, 1))


def _distance(one: Point, other: Point) -> float:
    """Measure a line that runs level or upright."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def toward(start: Point, end: Point, length: float) -> Point:
    """Go *length* pixels from one point toward another that is level with it or upright above or below it."""
    share = length / max(_distance(start, end), _NEAR)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


@dataclass(frozen=True, slots=True)
class _Stretch:
    course: _Course
    at: float
    """The distance at which the line has been where the stretch has its coordinate 0, or would have been."""
    sign: int
    """1 where its coordinates grow along the line, else -1."""
    place: float
    """The coordinate that stays: `x` of an upright stretch, `y` of a level one."""
    low: float
    high: float


def _cross(courses: Sequence[_Course]) -> None:
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
    middle = stretch.at + stretch.sign * place
    noted.append((middle - half, middle + half))


def _stretches(course: _Course, axis: int) -> Iterator[_Stretch]:
    """List what is drawn of a line along one axis: 0 for level stretches, 1 for upright ones."""
    at = 0.0
    for start, end in pairwise(course.way):
        length = _distance(start, end)
        first, last = max(course.first - at, 0), min(course.last - at, length)
        if first < last and abs(start[axis] - end[axis]) > length / 2:
            sign = 1 if start[axis] < end[axis] else -1
            low, high = sorted((start[axis] + sign * first, start[axis] + sign * last))
            yield _Stretch(course, at - sign * start[axis], sign, start[1 - axis], low, high)
        at += length
