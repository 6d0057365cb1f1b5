"""Draw lines that can be followed and pointed at: where they meet is a dot, where they cross one is broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from notifyrules import load
from notifyrules.diagram import draw
from notifyrules.diagram.compounds import PlacedArrow, Point
from notifyrules.diagram.drawing import draw_overlaid
from notifyrules.diagram.model import DrawnArrow, Emphasis, Mark, Overlay
from notifyrules.diagram.routing import route
from notifyrules.diagram.strokes import NEAR_REACH, REACH, Stroke, strokes
from notifyrules.shipped import shipped_names
from tests.diagrams import drawn, lit
from tests.test_diagram_geometry import random_chart

pytestmark = pytest.mark.slow

Line = tuple[Point, Point]
BESIDE = 3
"""How far beside a line, in pixels, the pointer must still find it."""


def line(*points: Point, key: str = "a", emphasis: Emphasis = Emphasis.PLAIN) -> PlacedArrow:
    """Draw an arrow by hand."""
    return PlacedArrow(DrawnArrow((f"{key}.then",), key, "end", "", Mark(emphasis)), points, None, points[-1])


def lines(pieces: Iterable[Sequence[Point]]) -> list[Line]:
    """List the straight stretches of some lines."""
    return [stretch for piece in pieces for stretch in pairwise(piece)]


def away(point: Point, stretches: Iterable[Line]) -> float:
    """Measure how far a point is beside the nearest of some stretches; what is beyond their ends is infinitely far."""
    found = [float("inf")]
    for (x, y), (to, under) in stretches:
        inside = min(x, to) <= point[0] <= max(x, to) if y == under else min(y, under) <= point[1] <= max(y, under)
        if inside:
            found.append(abs(point[1] - y) if y == under else abs(point[0] - x))
    return min(found)


def answers(point: Point, found: Sequence[Stroke]) -> Stroke | None:
    """Tell which arrow the pointer finds: the last one that reaches so far."""
    for one in reversed(found):
        words, (x, y) = one.drawn.label, one.drawn.middle
        labelled = words and abs(x - point[0]) <= words.width / 2 and abs(y - point[1]) <= words.height / 2
        wide, near = away(point, lines(one.wide)) <= REACH / 2, away(point, lines(one.near)) <= NEAR_REACH / 2
        if labelled or wide or near:
            return one
    return None


def middles(one: Stroke) -> Iterator[Point]:
    """Give the middle of an arrow, and the places beside it."""
    rest = sum(abs(x - to) + abs(y - under) for (x, y), (to, under) in lines(one.pieces)) / 2
    for (x, y), (to, under) in lines(one.pieces):
        length = abs(x - to) + abs(y - under)
        if rest <= length:
            at = x + (to - x) * rest / length, y + (under - y) * rest / length
            yield at
            for side in (BESIDE, -BESIDE):
                yield (at[0], at[1] + side) if y == under else (at[0] + side, at[1])
            return
        rest -= length


def crossings(found: Sequence[Stroke]) -> Iterator[str]:
    """Name the lines that cross without one of them being broken."""
    for one, other in combinations(found, 2):
        for (a, b), (c, d) in ((p, q) for p in lines(one.pieces) for q in lines(other.pieces)):
            level, upright = ((a, b), (c, d)) if a[1] == b[1] else ((c, d), (a, b))
            if level[0][1] != level[1][1] or upright[0][0] != upright[1][0]:
                continue
            x, y = upright[0][0], level[0][1]
            across = min(level[0][0], level[1][0]) + 1 < x < max(level[0][0], level[1][0]) - 1
            if across and min(upright[0][1], upright[1][1]) + 1 < y < max(upright[0][1], upright[1][1]) - 1:
                yield f"{one.drawn.arrow.key} crosses {other.drawn.arrow.key} at {x}, {y}"


def faults(found: Sequence[Stroke]) -> Iterator[str]:
    """Find lines that cannot be followed or pointed at."""
    yield from crossings(found)
    yield from (f"{one.drawn.arrow.key} just ends" for one in found if one.head is None and one.joint is None)
    for one in found:
        if any(answers(point, found) is not one for point in middles(one)):
            yield f"{one.drawn.arrow.key} is not found in its middle"


class TestEveryLine:
    @pytest.mark.parametrize("name", shipped_names())
    @pytest.mark.parametrize("expand", [False, True], ids=["folded", "opened"])
    def test_of_shipped_charts(self, name: str, expand: bool) -> None:  # noqa: FBT001 - a column of the table
        """Every line ends in a head or a dot, none crosses another unbroken, and the pointer finds it in its middle."""
        assert list(faults(strokes(route(draw(load(name).graph, expand=expand)).arrows))) == []

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_of_any_chart(self, tmp_path: Path, seed: int) -> None:
        """So it is in charts that nobody would write."""
        assert list(crossings(strokes(route(drawn(tmp_path, random_chart(seed))).arrows))) == []

    def test_of_a_decision(self, tmp_path: Path) -> None:
        """And with a path lit among faint lines."""
        assert list(faults(strokes(route(lit(tmp_path, {"message.in_thread": True})).arrows))) == []

    def test_of_a_decision_that_tried_much(self) -> None:
        """And with dashed lines that faint ones run into."""
        rules = load("slack")
        passage = rules.should_notify({"preferences.channel": "mentions"}).passage

        assert list(faults(strokes(route(draw(rules.graph, passage=passage)).arrows))) == []

    def test_lines_of_all_breadths(self) -> None:
        """And where each arrow has a breadth of its own, as in a picture of coverage."""
        graph = load("slack").graph
        arrows = [arrow.id for node in graph.nodes.values() for arrow in node.arrows if arrow.written]
        marks = {id_: Mark(breadth=1.4 + number % 7 / 2) for number, id_ in enumerate(arrows)}

        assert list(faults(strokes(route(draw_overlaid(graph, Overlay(marks))).arrows))) == []

    def test_the_check_sees_what_is_wrong(self) -> None:
        """Two lines that are drawn across each other as they are have a fault."""
        ways = (((0, 50), (100, 50)), ((50, 0), (50, 100)))
        broken = [Stroke(line(*way), (way,), None, None, (way,), ()) for way in ways]

        assert [fault.split()[1] for fault in faults(broken)] == ["crosses", "just", "just", "is"]


class TestCrossings:
    LEVEL = line((0, 50), (100, 50))
    UPRIGHT = line((50, 0), (50, 100), key="b")

    def test_of_two_alike_the_level_one_is_broken(self) -> None:
        """Upright lines lead from row to row."""
        level, upright = strokes([self.LEVEL, self.UPRIGHT])

        assert (len(level.pieces), len(upright.pieces)) == (2, 1)
        assert level.pieces[0][-1][0] < 50 < level.pieces[1][0][0]

    def test_the_stronger_one_runs_on(self) -> None:
        """The path of a decision has no gaps."""
        lit = line((0, 50), (100, 50), emphasis=Emphasis.LIT)
        upright, level = strokes([lit, self.UPRIGHT])

        assert (len(level.pieces), len(upright.pieces)) == (1, 2)

    def test_where_they_cross_the_pointer_finds_the_one_that_runs_on(self) -> None:
        """And right beside the gap the broken one."""
        found = strokes([self.LEVEL, self.UPRIGHT])

        assert answers((50, 50), found) is found[1]
        assert answers((44, 50), found) is found[0]


class TestJoints:
    def test_a_line_that_runs_into_another_one_has_a_dot(self) -> None:
        """The first one keeps its head."""
        first, second = strokes([line((50, 0), (50, 100)), line((0, 0), (0, 60), (50, 60), (50, 100), key="b")])

        assert (first.joint, first.head) == (None, ((50, 0), (50, 100)))
        assert (second.joint, second.head) == ((50, 63.5), None)

    def test_a_faint_line_that_runs_into_a_lit_one_has_one_too(self) -> None:
        """It is not drawn below the lit one, whose head stands for both."""
        bright = line((50, 0), (50, 100), emphasis=Emphasis.LIT)
        faint = line((0, 0), (0, 60), (50, 60), (50, 100), key="b", emphasis=Emphasis.FADED)
        below, above = strokes([bright, faint])

        assert (below.head, below.joint) == (None, (50, 63.5))
        assert above.head is not None

    def test_what_was_missed_leaves_a_shared_line_to_what_was_not(self) -> None:
        """A line that some case walked is never dashed, whatever else runs into it."""
        missed = line((50, 0), (50, 100), emphasis=Emphasis.MISSED)
        walked = line((0, 0), (0, 60), (50, 60), (50, 100), key="b")
        below, above = strokes([missed, walked])

        assert (below.drawn, below.head is not None, below.joint) == (walked, True, None)
        assert (above.drawn, above.head, above.joint) == (missed, None, (50, 63.5))
