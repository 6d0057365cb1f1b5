"""
Put together what belongs side by side: a box, the refusals beside it, and a side question that comes straight back.

Sideways is a stop or a short detour, downwards is onwards: that is how the chart is read. A compound is placed as one
thing, so nothing can come between a question and the refusal of its answer.

Lengths are pixels; inside a compound `x` is 0 in the middle of its main box and `y` is 0 in the middle of that box's
head, and `y` grows downwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from notifyrules.diagram.boxes import Lettering, SizedBox, label, size_box, size_end
from notifyrules.diagram.model import BoxShape, Diagram, DrawnArrow, DrawnBox

Point: TypeAlias = tuple[float, float]
Rectangle: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""

HEAD: Final = 9
"""The length of an arrow head."""
TAIL: Final = 8
"""Line that is seen before a label and behind it."""
_STACKED: Final = 6
"""Room between refusals of one box."""
_LANE: Final = 12
"""Room between the lines that leave the rows of a table."""
_ROW_STUB: Final = 22
"""The length of an arrow from a row of a table to its refusal."""


_Ways: TypeAlias = Mapping[str, Sequence[DrawnArrow]]
"""The arrows that leave each box."""


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box and its place: in its compound, and at last in the picture."""

    sized: SizedBox
    x: float
    """Its middle."""
    top: float

    @property
    def outline(self) -> Rectangle:
        """The place it takes."""
        half = self.sized.width / 2
        return self.x - half, self.top, self.x + half, self.top + self.sized.height

    def moved(self, x: float, y: float) -> PlacedBox:
        """Move it to the right and down."""
        return PlacedBox(self.sized, self.x + x, self.top + y)


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow and its way: inside of its compound, and at last in the picture."""

    arrow: DrawnArrow
    points: tuple[Point, ...]
    label: Lettering | None
    middle: Point
    """Where the label stands."""
    clustered: bool = False
    """Whether the label stands in a cluster."""

    def moved(self, x: float, y: float) -> PlacedArrow:
        """Move it to the right and down."""
        points = tuple((at + x, down + y) for at, down in self.points)
        return replace(self, points=points, middle=(self.middle[0] + x, self.middle[1] + y))


@dataclass(frozen=True, slots=True)
class LeavingArrow:
    """The beginning of an arrow that leaves a compound."""

    arrow: DrawnArrow
    points: tuple[Point, ...]
    """The last one is where it leaves, downwards."""

    @property
    def x(self) -> float:
        """Where it leaves."""
        return self.points[-1][0]


@dataclass(frozen=True, slots=True)
class Compound:
    """What is placed as one thing."""

    box: DrawnBox
    """The main box: the one that arrows from elsewhere end at."""
    parts: tuple[PlacedBox, ...]
    wires: tuple[PlacedArrow, ...]
    """The arrows that begin and end inside of it."""
    exits: tuple[LeavingArrow, ...]
    left: float
    """How far it reaches to the left of the main box's middle; not negative."""
    right: float
    up: float
    """How far it reaches above the middle of the main box's head; not negative."""
    down: float


def compounds(diagram: Diagram, *, sides: bool = True) -> tuple[Compound, ...]:
    """
    Put together the boxes of a picture, in reading order; every box is part of one compound.

    With *sides*, a question that is asked in passing stands beside the one that leads to it, which takes width.
    """
    boxes = {box.key: box for box in diagram.boxes}
    leaving: dict[str, list[DrawnArrow]] = {key: [] for key in boxes}
    for arrow in diagram.arrows:
        leaving[arrow.source].append(arrow)
    entered = Counter(arrow.target for arrow in diagram.arrows)
    passing = _side_questions(boxes, leaving, entered) if sides else {}
    beside = _ends_beside(boxes, leaving, entered, {*passing, *passing.values()})
    taken = {*beside, *passing.values()}
    found: list[Compound] = []
    for key, box in boxes.items():
        if key in taken:
            continue
        if key in passing:
            found.append(_with_side(box, boxes[passing[key]], boxes, leaving))
        else:
            put_together = _table if box.shape is BoxShape.TABLE else _plain
            found.append(put_together(box, boxes, leaving[key], beside))
    return tuple(found)


def _ends_beside(
    boxes: Mapping[str, DrawnBox], leaving: _Ways, entered: Mapping[str, int], apart: Collection[str]
) -> frozenset[str]:
    """
    Find the ends that stand beside the arrow that leads to them.

    They are the refusals, and ends that only one arrow leads to: from the row of a table, or from a box that also goes
    on to another, which then stands below it; but beside *apart* others stand.
    """
    found = {key for key, box in boxes.items() if box.shape is BoxShape.REFUSAL}
    for key, ways in leaving.items():
        ends = {way.target for way in ways if boxes[way.target].shape is BoxShape.END}
        goes_on = any(boxes[way.target].shape not in (BoxShape.END, BoxShape.REFUSAL) for way in ways)
        if key not in apart and (goes_on or boxes[key].shape is BoxShape.TABLE):
            found |= {end for end in ends if entered[end] == 1}
    return frozenset(found)


def _side_questions(boxes: Mapping[str, DrawnBox], leaving: _Ways, entered: Mapping[str, int]) -> dict[str, str]:
    """
    Find the questions that are asked in passing.

    A side question is reached from one question only, and either ends in a refusal or comes back to where that question
    would have gone on: `Muted?` / yes / `Followed thread?` / yes / and on as if not muted.

    Returns:
        For each question that has one, its side question.
    """
    found: dict[str, str] = {}
    for key, box in boxes.items():
        ways = leaving[key]
        if box.shape is not BoxShape.QUESTION or len(ways) != 2 or key in found.values():  # noqa: PLR2004 - a two-way question
            continue
        for side, onward in (ways, ways[::-1]):
            asked = boxes[side.target]
            back = [way.target for way in leaving[asked.key] if boxes[way.target].shape is not BoxShape.REFUSAL]
            passing = asked.shape is BoxShape.QUESTION and entered[asked.key] == 1 and asked.cluster == box.cluster
            if passing and back == [onward.target]:
                found[key] = asked.key
                break
    return found


def _plain(
    box: DrawnBox, boxes: Mapping[str, DrawnBox], ways: Sequence[DrawnArrow], beside: Collection[str]
) -> Compound:
    """Put a box together with the ends to its right; its other arrows leave from the middle of its lower edge."""
    stack = _Stack.of([way for way in ways if way.target in beside], boxes)
    main = size_box(box, least=stack.height)
    half = main.width / 2
    parts, wires, reach = stack.beside(half, side=1)
    tall = main.head / 2
    exits = tuple(LeavingArrow(way, ((0, tall),)) for way in ways if way.target not in beside)
    return Compound(box, (PlacedBox(main, 0, -tall), *parts), wires, exits, half, half + reach, tall, tall)


@dataclass(frozen=True, slots=True)
class _Stack:
    """The refusals of one box, one below the other."""

    rows: tuple[tuple[DrawnArrow, SizedBox, Lettering | None, float], ...]
    """The arrow to each, the end, the label of the arrow, and the height of both."""

    @classmethod
    def of(cls, arrows: Iterable[DrawnArrow], boxes: Mapping[str, DrawnBox]) -> _Stack:
        parts = ((arrow, size_end(boxes[arrow.target]), arrow_label(arrow)) for arrow in arrows)
        return cls(tuple((*part, max(part[1].height, part[2].height if part[2] else 0)) for part in parts))

    @property
    def height(self) -> float:
        return max(0, sum(tall + _STACKED for *_, tall in self.rows) - _STACKED)

    def beside(self, edge: float, *, side: int) -> tuple[tuple[PlacedBox, ...], tuple[PlacedArrow, ...], float]:
        """
        Stand the refusals beside the edge of a box, the right one if *side* is 1, the left one if it is -1.

        Returns:
            The ends, their arrows, and how far they reach beyond the edge.
        """
        gap = max((_gap(words) for _, _, words, _ in self.rows), default=0)
        parts: list[PlacedBox] = []
        wires: list[PlacedArrow] = []
        y = -self.height / 2
        for arrow, end, words, tall in self.rows:
            row = y + tall / 2
            at = edge + side * (gap + end.width / 2)
            parts.append(PlacedBox(end, at, row - end.height / 2))
            stop = (edge + side * gap, row)
            wires.append(PlacedArrow(arrow, ((edge, row), stop), words, (edge + side * (gap - HEAD) / 2, row)))
            y += tall + _STACKED
        return tuple(parts), tuple(wires), gap + max((end.width for _, end, _, _ in self.rows), default=0)


def _gap(words: Lettering | None) -> float:
    """Find the length of an arrow that runs sideways and carries a label."""
    return (words.width if words else TAIL) + 2 * TAIL + HEAD


def arrow_label(arrow: DrawnArrow) -> Lettering | None:
    """Set the words on an arrow; None where there are none, and where a row has them."""
    return label(arrow.label, arrow.mark.notes) if arrow.row is None and (arrow.label or arrow.mark.notes) else None


def _with_side(box: DrawnBox, asked: DrawnBox, boxes: Mapping[str, DrawnBox], leaving: _Ways) -> Compound:
    """Put a question together with its side question on the left, and the refusals of that one further left."""
    main = size_box(box)
    [across] = (way for way in leaving[box.key] if way.target == asked.key)
    [onward] = (way for way in leaving[box.key] if way.target != asked.key)
    back = [way for way in leaving[asked.key] if boxes[way.target].shape is not BoxShape.REFUSAL]
    stack = _Stack.of((way for way in leaving[asked.key] if boxes[way.target].shape is BoxShape.REFUSAL), boxes)
    side = size_box(asked, least=stack.height)
    words = arrow_label(across)
    half, gap = main.width / 2, _gap(words)
    near = -half - gap
    x = near - side.width / 2
    parts, wires, reach = stack.beside(near - side.width, side=-1)
    wire = PlacedArrow(across, ((-half, 0), (near, 0)), words, (-half - (gap - HEAD) / 2, 0))
    tall = max(main.head, side.head) / 2
    return Compound(
        box,
        (PlacedBox(main, 0, -main.head / 2), PlacedBox(side, x, -side.head / 2), *parts),
        (wire, *wires),
        (LeavingArrow(onward, ((0, main.head / 2),)), *(LeavingArrow(way, ((x, side.head / 2),)) for way in back)),
        half + gap + side.width + reach,
        half,
        tall,
        tall,
    )


def _table(
    box: DrawnBox, boxes: Mapping[str, DrawnBox], ways: Sequence[DrawnArrow], beside: Collection[str]
) -> Compound:
    """Put a table together with what its rows lead to: small ends right beside them, lines downwards beyond those."""
    stops = {
        way.row: (way, size_end(boxes[way.target])) for way in ways if way.target in beside and way.row is not None
    }
    main = size_box(box, beside={row: end.height + _STACKED for row, (_, end) in stops.items()})
    edge, base = main.width / 2, -main.head / 2
    parts: list[PlacedBox] = []
    wires: list[PlacedArrow] = []
    for row, (way, end) in stops.items():
        y = base + main.row_middle(row)
        parts.append(PlacedBox(end, edge + _ROW_STUB + end.width / 2, y - end.height / 2))
        wires.append(PlacedArrow(way, ((edge, y), (edge + _ROW_STUB, y)), None, (edge, y)))
    reach = _ROW_STUB + max(end.width for _, end in stops.values()) if stops else _LANE
    onward = [way for way in ways if way.target not in beside]
    lanes = _lanes(onward, boxes, edge, edge + reach)
    bottom = base + main.height + (_LANE if lanes else 0)
    exits: list[LeavingArrow] = []
    for way in onward:
        assert way.row is not None
        x, y = lanes[way.target], base + main.row_middle(way.row)
        back = ((0, bottom),) if way.target == next(iter(lanes)) else ()
        exits.append(LeavingArrow(way, ((edge if x > 0 else -edge, y), (x, y), (x, bottom), *back)))
    left, right = max([edge, *(-x for x in lanes.values())]), max([edge + reach, *lanes.values()])
    return Compound(box, (PlacedBox(main, 0, base), *parts), tuple(wires), tuple(exits), left, right, -base, bottom)


def _lanes(ways: Sequence[DrawnArrow], boxes: Mapping[str, DrawnBox], left: float, right: float) -> dict[str, float]:
    """
    Find where the lines run down that leave the rows of a table.

    One of them comes back to the middle below the table, so that the chart does not step aside with every table: the
    one that goes on, which most rows lead to. The others run down on that side on which they cross none.

    Returns:
        For each box that they lead to where its line runs down, the one that comes back first: beyond the edges of the
        table, on the right also beyond what stands beside its rows.
    """
    rows: dict[str, list[int]] = {}
    for way in ways:
        rows.setdefault(way.target, []).append(way.row or 0)
    order = sorted(rows, key=lambda key: (boxes[key].shape is not BoxShape.END, len(rows[key]), max(rows[key])))
    if not order:
        return {}
    back = order[-1]
    others = [key for key in rows if key != back]
    # The first row takes the outermost line, so that the rows below it need not cross it.
    above = [key for key in reversed(others) if max(rows[key]) < min(rows[back])]
    below = [key for key in reversed(others) if key not in above]
    lanes = {key: right + _LANE * lane for lane, key in enumerate([back, *above], 1)}
    return lanes | {key: -left - _LANE * lane for lane, key in enumerate(below, 1)}
