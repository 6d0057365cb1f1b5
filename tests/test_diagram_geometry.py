"""Put everything in its place: nothing lies on anything else, and no arrow runs through a box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise, product
from pathlib import Path
from random import Random

import pytest

from notifyrules import load
from notifyrules.diagram import draw
from notifyrules.diagram.arranging import READABLE_WIDTH
from notifyrules.diagram.compounds import PlacedArrow, PlacedBox, Point, compounds
from notifyrules.diagram.model import BoxShape, Diagram
from notifyrules.diagram.panel import lay_panel, stand_beside
from notifyrules.diagram.routing import Drawing, route
from notifyrules.errors import UsageError
from notifyrules.graph.checks import MAX_NESTING
from notifyrules.shipped import shipped_names
from tests.diagrams import CALLER, TABLES, drawn, lit

pytestmark = pytest.mark.slow

SLACK = "slack"
Rectangle = tuple[float, float, float, float]


def meets(one: Rectangle, other: Rectangle, by: float = 0.5) -> bool:
    """Tell whether two rectangles (left, top, right, bottom) lie on each other."""
    return one[0] < other[2] - by and other[0] < one[2] - by and one[1] < other[3] - by and other[1] < one[3] - by


def outline(box: PlacedBox) -> Rectangle:
    """Give the rectangle of a box."""
    half = box.sized.width / 2
    return (box.x - half, box.top, box.x + half, box.top + box.sized.height)


def words(arrow: PlacedArrow) -> Rectangle:
    """Give the rectangle of a label."""
    assert arrow.label is not None
    (x, y), wide, high = arrow.middle, arrow.label.width / 2, arrow.label.height / 2
    return (x - wide, y - high, x + wide, y + high)


def stretches(arrow: PlacedArrow) -> Iterator[Rectangle]:
    """Give the straight stretches of an arrow."""
    for (x, y), (to, under) in pairwise(arrow.points):
        yield (min(x, to), min(y, under), max(x, to) + 1, max(y, under) + 1)


def faults(drawing: Drawing) -> Iterator[str]:
    """Find what lies on what."""
    boxes = {box.sized.box.key: outline(box) for box in drawing.boxes}
    labels = {arrow.arrow.key: words(arrow) for arrow in drawing.arrows if arrow.label is not None}
    yield from (f"{one} lies on {other}" for one, other in combinations(boxes, 2) if meets(boxes[one], boxes[other]))
    yield from (f"{one} on {other}" for one, other in combinations(labels, 2) if meets(labels[one], labels[other]))
    yield from (f"{one} on {other}" for one, other in product(labels, boxes) if meets(labels[one], boxes[other]))
    for arrow in drawing.arrows:
        key, ends = arrow.arrow.key, (arrow.arrow.source, arrow.arrow.target)
        for stretch in stretches(arrow):
            yield from (f"{key} through {box}" for box in boxes if box not in ends and meets(stretch, boxes[box]))
            yield from (f"{key} over {other}" for other in labels if other != key and meets(stretch, labels[other]))
    values = {
        f"values of {one.box}": (one.left, one.top, one.left + one.words.width, one.top + one.words.height)
        for one in drawing.values
    }
    yield from (f"{one} on {key}" for one, key in product(values, boxes) if meets(values[one], boxes[key]))
    yield from (f"{one} on {key}" for one, key in product(values, labels) if meets(values[one], labels[key]))
    for one, arrow in product(values, drawing.arrows):
        yield from (f"{one} on {arrow.arrow.key}" for way in stretches(arrow) if meets(values[one], way))
    yield from _run_together(drawing)
    for cluster in drawing.clusters:
        frame = (cluster.left, cluster.top, cluster.right, cluster.bottom)
        for box in drawing.boxes:
            inside = (box.sized.box.cluster + "/").startswith(cluster.cluster.key + "/")
            left, top, right, bottom = outline(box)
            within = left >= frame[0] and top >= frame[1] and right <= frame[2] and bottom <= frame[3]
            # The refusal of an exit stands beside it, inside of the frame.
            if inside != within and not (box.sized.box.shape is BoxShape.REFUSAL and within):
                yield f"{box.sized.box.key} and the frame of {cluster.cluster.key}"


def _run_together(drawing: Drawing) -> Iterator[str]:
    """Find arrows that share a line though they share neither the box they leave nor the one they enter."""
    lines: dict[tuple[bool, float], list[tuple[float, float, PlacedArrow]]] = {}
    for arrow in drawing.arrows:
        for start, end in pairwise(arrow.points):
            level = abs(start[1] - end[1]) < 0.05
            axis = 0 if level else 1
            low, high = sorted((start[axis], end[axis]))
            lines.setdefault((level, round(start[1 - axis], 1)), []).append((low, high, arrow))
    for found in lines.values():
        for (low, high, one), (other_low, other_high, other) in combinations(found, 2):
            apart = one.arrow.source != other.arrow.source and one.arrow.target != other.arrow.target
            if apart and min(high, other_high) - max(low, other_low) > 1:
                yield f"{one.arrow.key} and {other.arrow.key} run over each other"


def random_chart(seed: int) -> str:
    """Make a chart with every kind of node and arrows of every length; no fan-outs stand too deep in it."""
    random = Random(seed)  # noqa: S311 - a picture
    count = random.randint(4, 40)
    reached = {0}
    fan_outs = 0
    lines: list[str] = []

    def target(at: int) -> str:
        ahead = at + random.randint(1, 6)
        if ahead >= count or random.random() < 0.4:
            return f'"{random.choice(["yes", "badge", "later", "no", "no", "no"])}"'
        reached.add(ahead)
        return f"n{ahead}"

    def onward(at: int) -> str:
        reached.add(at + 1)
        return f"n{at + 1}" if at + 1 < count else '"yes"'

    for at in range(count):
        if at not in reached:
            continue
        ask = " ".join(random.choices(["muted", "thread", "非常に長い質問", "🔔", "preference", "of this user"], k=4))
        kind = random.randint(0, 5)
        if kind <= 1 or at + 1 == count:
            body = f"if: b, then: {onward(at)}, else: {target(at)}"
        elif kind == 2:
            body = f"switch: e, cases: {{p: {target(at)}, q: {onward(at)}, r: {target(at)}, s: {target(at)}}}"
        elif kind == 3:
            rows = ", ".join(f"{{if: i == {row}, to: {target(at)}}}" for row in range(random.randint(1, 7)))
            body = f"first: [{rows}], else: {onward(at)}"
        elif kind == 4 and fan_outs < MAX_NESTING:
            fan_outs += 1
            branches = [at + 1, *sorted(set(random.choices(range(at + 2, at + 6), k=2)))]
            reached.update(branch for branch in branches if branch < count)
            body = f'any: [{", ".join(f"n{branch}" for branch in branches if branch < count)}], else: "no"'
        else:
            reached.add(at + 1)
            body = f"call: quiet.yaml, cases: {{awake: {onward(at)}, quiet: {target(at)}}}"
        lines.append(f'  n{at}: {{ask: "{ask}?", {body}}}')
    return (
        "notifyrules: 1\nname: random\ntitle: A chart\n"
        "facts: {b: bool, e: p | q | r | s, i: int, user.asleep: bool = false, message.urgent: bool = false}\n"
        "flow:\n" + "\n".join(lines) + "\noutcomes:\n"
        '  {"yes": {notify: true}, badge: {notify: true}, later: {notify: later}, "no": {notify: false}}\n'
    )


class TestNothingLiesOnAnything:
    @pytest.mark.parametrize("name", shipped_names())
    @pytest.mark.parametrize("expand", [False, True], ids=["folded", "opened"])
    def test_shipped_charts(self, name: str, expand: bool) -> None:  # noqa: FBT001 - a column of the table
        """Every shipped chart is clear, its sub-charts folded or opened."""
        assert list(faults(route(draw(load(name).graph, expand=expand)))) == []

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("expand", [False, True], ids=["folded", "opened"])
    def test_any_chart(self, tmp_path: Path, seed: int, expand: bool) -> None:  # noqa: FBT001 - a column of the table
        """So are charts that nobody would write."""
        assert list(faults(route(drawn(tmp_path, random_chart(seed), expand=expand)))) == []

    @pytest.mark.soak
    @pytest.mark.parametrize("seed", range(100, 160))
    def test_many_charts(self, tmp_path: Path, seed: int) -> None:
        """And many more of them."""
        for expand in (False, True):
            assert list(faults(route(drawn(tmp_path, random_chart(seed), expand=expand)))) == []

    def test_tables(self, tmp_path: Path) -> None:
        """Lines that leave the rows of tables keep clear of the ends beside other rows."""
        assert list(faults(route(drawn(tmp_path, TABLES)))) == []

    @pytest.mark.parametrize("seed", range(4))
    def test_with_a_decision_on_it(self, tmp_path: Path, seed: int) -> None:
        """What is shown beside the chart keeps clear of it, but for ends that hang at a corner of their box."""
        diagram = lit(tmp_path, {"b": True, "e": "q", "i": 3}, random_chart(seed))
        drawing = lay_panel(diagram, route(diagram)).drawing
        hung = {arrow.arrow.target for arrow in drawing.arrows if not arrow.arrow.written and arrow.label is None}

        assert [fault for fault in faults(drawing) if not any(key in fault for key in hung)] == []

    def test_the_check_sees_what_is_wrong(self, tmp_path: Path) -> None:
        """A picture in which all boxes stand in one place has many faults."""
        drawing = route(drawn(tmp_path))
        heap = tuple(PlacedBox(box.sized, 0, 0) for box in drawing.boxes)
        broken = Drawing(drawing.width, drawing.height, heap, drawing.arrows, drawing.clusters)

        assert len(list(faults(broken))) > len(heap)


class TestReading:
    def find(self, diagram: Diagram) -> dict[str, PlacedBox]:
        """Place a picture."""
        return {box.sized.box.key: box for box in route(diagram).boxes}

    def test_a_refusal_stands_beside_its_question(self, tmp_path: Path) -> None:
        """It stands at the height of the box that refuses, not below it."""
        boxes = self.find(drawn(tmp_path))
        question, refusal = boxes["dnd"], boxes["dnd.then:no"]

        assert question.top < refusal.top < question.top + question.sized.height

    def test_what_a_row_alone_leads_to_stands_beside_it(self, tmp_path: Path) -> None:
        """A table is read from left to right: the condition, and what follows from it."""
        boxes = self.find(drawn(tmp_path, TABLES))
        table, end = boxes["size"], boxes["later"]

        assert end.x > table.x
        assert table.top < end.top < table.top + table.sized.height

    def test_a_side_question_stands_beside_the_one_it_comes_back_to(self, tmp_path: Path) -> None:
        """A question that refuses or goes on like the one that led to it is a detour, to the left."""
        boxes = self.find(drawn(tmp_path))

        assert boxes["followed"].x < boxes["muted"].x
        assert abs(boxes["followed"].top - boxes["muted"].top) < boxes["followed"].sized.height

    def test_the_way_on_is_straight_down(self, tmp_path: Path) -> None:
        """The longest way through the chart is its spine."""
        boxes = self.find(drawn(tmp_path))

        assert boxes["(start)"].x == boxes["muted"].x == boxes["dnd"].x == boxes["preference"].x

    @pytest.mark.parametrize(
        ("rows", "left", "right"),
        [
            (("onward",) * 5, 0, 1),
            (("onward", "onward", "loud", "onward", "loud"), 1, 1),
            (("loud", "loud", "onward", "onward", "silent"), 0, 2),
            (("loud", "soft", "loud", "soft", "loud"), 0, 3),
        ],
        ids=["one way on", "an end below", "an end above", "an exit that goes on"],
    )
    def test_a_chart_goes_on_below_the_middle_of_a_table(
        self, tmp_path: Path, rows: tuple[str, ...], left: int, right: int
    ) -> None:
        """The line that goes on comes back to the middle; others run down where they cross none, left or right."""
        table = "\n".join(f"      - {{if: n < {number}, to: {to}}}" for number, to in enumerate(rows))
        text = f"""\
notifyrules: 1
facts: {{n: int = 0}}
flow:
  table:
    first:
{table}
    else: silent
  onward: {{if: n == 7, then: loud, else: soft}}
outcomes: {{loud: {{notify: true}}, soft: {{notify: later}}, silent: {{notify: false}}}}
"""
        diagram = drawn(tmp_path, text if "onward" in rows else text.replace("else: silent\n", "else: onward\n", 1))
        (table_box,) = (one for one in compounds(diagram) if one.box.key == "table")
        on = {leaving.x for leaving in table_box.exits if leaving.arrow.target == "onward"}
        boxes = self.find(diagram)

        assert on == {0}
        assert boxes["onward"].x == boxes["table"].x
        assert len({one.points[1][0] for one in table_box.exits if one.points[1][0] < 0}) == left
        assert len({one.points[1][0] for one in table_box.exits if one.points[1][0] > 0}) == right

    def test_an_end_of_one_arrow_stands_beside_a_question_that_goes_on(self, tmp_path: Path) -> None:
        """What goes on is below; an end that others lead to as well is at the bottom."""
        text = """\
notifyrules: 1
facts: {n: int = 0}
flow:
  one: {ask: One?, if: n == 1, then: loud, else: two}
  two: {ask: Two?, if: n == 2, then: soft, else: three}
  three: {ask: Three?, if: n == 3, then: soft, else: last}
outcomes: {loud: {notify: true}, soft: {notify: true}, last: {notify: later}}
"""
        boxes = self.find(drawn(tmp_path, text))

        assert boxes["loud"].x > boxes["one"].x
        assert boxes["one"].top <= boxes["loud"].top < boxes["one"].top + boxes["one"].sized.height
        assert boxes["two"].x == boxes["one"].x
        assert min(boxes["soft"].top, boxes["last"].top) > boxes["three"].top + boxes["three"].sized.height

    def test_a_chart_that_would_be_too_wide_asks_below_instead_of_beside(self, tmp_path: Path) -> None:
        """Questions that are asked in passing stand beside the others only as far as the letters stay readable."""
        ways = "".join(
            f"  q{at}: {{ask: Is it so with the number {at}?, if: n == {at}, then: yes{at}, else: p{at}}}\n"
            f"  p{at}: {{ask: And is it really so?, if: n == 9, then: yes{at}, else: silent}}\n"
            for at in range(3)
        )
        text = "notifyrules: 1\nfacts: {n: int = 0, kind: a | b | c = a}\nflow:\n  kind: {switch: kind, "
        text += f"cases: {{a: q0, b: q1, c: q2}}}}\n{ways}"
        ends = "".join(f"  yes{at}: {{notify: true}}\n" for at in range(3))
        diagram = drawn(tmp_path, f"{text}outcomes:\n{ends}  silent: {{notify: false}}\n")

        assert self.find(diagram)["p0"].top > self.find(diagram)["q0"].top
        assert route(diagram).width <= READABLE_WIDTH

    def test_arrows_lead_down_or_sideways(self, tmp_path: Path) -> None:
        """No arrow leads upwards."""
        for arrow in route(drawn(tmp_path)).arrows:
            assert all(under >= y for (_, y), (_, under) in pairwise(arrow.points))

    def test_shared_ends_stand_at_the_bottom(self, tmp_path: Path) -> None:
        """All of them in one row below everything else."""
        boxes = self.find(drawn(tmp_path))
        ends = {"yes", "badge", "later"}

        assert min(boxes[end].top for end in ends) > max(box.top for key, box in boxes.items() if key not in ends)

    def test_branches_stand_in_the_order_in_which_they_are_tried(self, tmp_path: Path) -> None:
        """From left to right."""
        numbers = {
            one.arrow.label: one.middle[0] for one in route(drawn(tmp_path)).arrows if one.arrow.source == "worth_it"
        }

        assert numbers["1"] < numbers["2"]

    def test_slack_fits_a_page(self) -> None:
        """The chart of Slack can be read without scrolling sideways in a README."""
        assert route(draw(load(SLACK).graph)).width < 830


class TestOneGeometry:
    SLACK_FACTS: tuple[dict[str, object], ...] = (
        {},
        {"channel.muted": True},
        {"message.in_thread": True},
        {"message.is_dm": True},
        {"preferences.global": "all"},
    )

    def places(self, diagram: Diagram) -> tuple[float, float, dict[str, Rectangle], dict[str, tuple[Point, ...]]]:
        """Place a picture on its panel: its size, its boxes, and the ways of its arrows."""
        panel = lay_panel(diagram, route(diagram))
        boxes = {box.sized.box.key: outline(box) for box in panel.drawing.boxes}
        return panel.width, panel.height, boxes, {arrow.arrow.key: arrow.points for arrow in panel.drawing.arrows}

    def faults(self, bare: Diagram, shown: Diagram) -> Iterator[str]:
        """Find what moved or grew."""
        before, after = self.places(bare), self.places(shown)
        if before[:2] != after[:2]:
            yield f"the size: {before[:2]} became {after[:2]}"
        for old, new in ((before[2], after[2]), (before[3], after[3])):
            yield from (key for key, place in old.items() if new[key] != place)

    @pytest.mark.parametrize("facts", SLACK_FACTS, ids=str)
    def test_a_decision_moves_nothing(self, facts: dict[str, object]) -> None:
        """A picture with a decision has the size of the bare one, and each box and arrow stands where it does there."""
        rules = load(SLACK)
        shown = draw(rules.graph, passage=rules.should_notify(facts).passage)

        assert list(self.faults(draw(rules.graph), shown)) == []

    @pytest.mark.parametrize("seed", range(4))
    def test_in_any_chart(self, tmp_path: Path, seed: int) -> None:
        """Also where the decision ends at an exit that is not written."""
        text = random_chart(seed).replace("flow:", 'otherwise: "no"\nflow:').replace(', else: "no"', "")
        shown = lit(tmp_path, {"b": False, "e": "q", "i": 3}, text)

        assert list(self.faults(drawn(tmp_path, text), shown)) == []

    def test_a_row_that_is_not_written_makes_no_table_longer(self, tmp_path: Path) -> None:
        """Its end stands beside the table, and its words on the arrow."""
        text = TABLES.replace('    else: "no"\n', "").replace("flow:", 'otherwise: "no"\nflow:', 1)
        shown = lit(tmp_path, {"size": 90}, text)
        panel = lay_panel(shown, route(shown))
        (aside,) = (arrow for arrow in panel.drawing.arrows if not arrow.arrow.written)

        assert list(self.faults(drawn(tmp_path, text), shown)) == []
        assert (aside.arrow.label, aside.arrow.row) == ("none of these", None)

    def test_values_stand_beside_their_box_where_there_is_room(self, tmp_path: Path) -> None:
        """And nowhere else."""
        shown = lit(tmp_path, {"channel.muted": True})
        panel = lay_panel(shown, route(shown))
        boxes = {box.sized.box.key: outline(box) for box in panel.drawing.boxes}

        assert [one.box for one in panel.drawing.values] == ["muted", "followed"]
        for one in panel.drawing.values:
            left, top, right, bottom = boxes[one.box]
            near = (left - 8, top - 8 - one.words.height, right + 8 + one.words.width, bottom + 8)
            assert meets((one.left, one.top, one.left + one.words.width, one.top + one.words.height), near)

    def test_an_end_that_finds_no_room_hangs_at_its_box(self, tmp_path: Path) -> None:
        """It is shown in any case."""
        shown = lit(tmp_path, {})
        drawing = route(shown)
        everything = (-1e4, -1e4, 1e4, 1e4)
        full = stand_beside(shown, drawing, [everything], everything)
        home = next(outline(box) for box in full.boxes if box.sized.box.key == "worth_it")
        end = next(outline(box) for box in full.boxes if box.sized.box.key == "worth_it.else:no")

        assert full.values == ()
        assert home[0] < end[0] < home[2] < end[2]
        assert home[1] < end[1] < home[3] < end[3]

    def test_an_end_hangs_clear_of_the_words_where_the_lines_below_leave_it_the_room(self, tmp_path: Path) -> None:
        """It lies over the rim of its box only: there is as much room around the words."""
        shown = lit(tmp_path, {})
        drawing = route(shown)
        home = next(outline(box) for box in drawing.boxes if box.sized.box.key == "worth_it")
        beside = [(-1e4, -1e4, 1e4, home[3] + 1), (-1e4, home[3] + 30, 1e4, 1e4)]
        hung = stand_beside(shown, replace(drawing, arrows=()), beside, (-1e4, -1e4, 1e4, 1e4))
        end = next(outline(box) for box in hung.boxes if box.sized.box.key == "worth_it.else:no")

        assert end[1] == home[3] - 9

    def test_words_above_the_chart_have_their_room_in_every_picture(self, tmp_path: Path) -> None:
        """What does not fit into two lines is cut, and is whole in the tooltip."""
        bare = drawn(tmp_path)
        panel = lay_panel(replace(bare, words="many words " * 80), route(bare))

        assert panel.chart == lay_panel(bare, route(bare)).chart
        assert len(panel.words.lines) == 2
        assert panel.words.height < panel.chart[1]


class TestLimits:
    def test_a_chart_that_is_too_large_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It says what to do instead."""
        monkeypatch.setattr("notifyrules.diagram.placement.MOST_BOXES", 5)
        with pytest.raises(UsageError) as caught:
            route(drawn(tmp_path))

        assert caught.value.message == "a chart of 11 boxes is too large to be placed"
        assert "DOT or Mermaid" in caught.value.help

    def test_a_call_is_opened_with_room_for_its_title(self, tmp_path: Path) -> None:
        """The title of a cluster stays inside of its frame."""
        (cluster,) = route(drawn(tmp_path, CALLER, expand=True)).clusters

        assert cluster.left < cluster.title_at[0]
        assert cluster.title_at[0] + cluster.title.width < cluster.right
