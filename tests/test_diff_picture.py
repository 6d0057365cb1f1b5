"""What the picture of two versions shows: old and new words, what is gone, and which decisions move."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from notifyrules.diagram.compounds import PlacedArrow
from notifyrules.diagram.dot import to_dot
from notifyrules.diagram.mermaid import to_mermaid
from notifyrules.diagram.model import BoxShape, Diagram, Emphasis
from notifyrules.diagram.moves import with_moves
from notifyrules.diagram.png import to_png
from notifyrules.diagram.routing import route
from notifyrules.diagram.svg import to_svg
from notifyrules.diff.picture import draw_comparison
from tests.charts import chart
from tests.versions import asking, compared, edited

FLOW = """
muted: {ask: Muted?, if: b, then: 'no', else: kind}
kind: {ask: Which?, switch: kind, cases: {dm: 'yes', group: hold, channel: late}}
late: {ask: Late?, first: [{if: i > 5, to: hold}, {if: i > 3, to: 'yes'}], else: {to: 'no'}}
"""
TABLE = """
size:
  ask: How large?
  first:
    - {name: huge, if: i > 9, to: 'no', label: Huge}
    - {name: large, if: i > 5, to: hold, label: Large, because: it is large}
    - {name: some, if: i > 3, to: 'yes', label: Some}
    - {name: few, if: i > 1, to: 'yes', label: Few}
    - {name: one, if: i == 1, to: hold, label: One}
  else: {to: 'no'}
"""


def drawn(folder: Path, flow: str, *changes: tuple[str, str]) -> Diagram:
    """Draw a chart and an edited one as one picture."""
    return both(folder, chart(flow), chart(edited(flow, *changes)))


def both(folder: Path, old: str, new: str) -> Diagram:
    """Draw two files as one picture."""
    return draw_comparison(compared(folder, old, new))


def marks(diagram: Diagram) -> dict[str, tuple[str, ...]]:
    """List the arrows that stand out, and how."""
    return {
        " ".join(arrow.ids): (arrow.mark.emphasis.name, *arrow.mark.notes)
        for arrow in diagram.arrows
        if arrow.mark.emphasis is not Emphasis.FADED
    }


def boxes(diagram: Diagram) -> dict[str, tuple[str, ...]]:
    """List the boxes that stand out, and how, but for ends."""
    return {
        box.key: (box.mark.emphasis.name, *box.mark.notes)
        for box in diagram.boxes
        if box.mark.emphasis is not Emphasis.FADED and box.notify is None
    }


def rows(diagram: Diagram) -> list[tuple[str, ...]]:
    """List the rows of the table, with what is noted of those that stand out."""
    [table] = (box for box in diagram.boxes if box.shape is BoxShape.TABLE)
    return [
        (row.text, *((row.mark.emphasis.name, *row.mark.notes) if row.mark.emphasis is not Emphasis.FADED else ()))
        for row in table.rows
    ]


class TestWhatStandsOut:
    @pytest.mark.parametrize(
        ("edits", "expected"),
        [
            ([], {}),
            ([("dm: 'yes'", "dm: late")], {"kind.dm": ("LIT",), "was:kind.dm": ("TRIED", "until now")}),
            (
                [("group: hold, ", ""), ("channel: late", "channel | group: late")],
                {"kind.channel kind.group": ("LIT",), "was:kind.group": ("TRIED", "until now")},
            ),
            (
                [("muted: {ask: Muted?, if: b, then: 'no', else: kind}\n", "")],
                {
                    "": ("LIT",),
                    "was:(start).then": ("TRIED",),
                    "was:muted.then": ("TRIED",),
                    "was:muted.else": ("TRIED",),
                },
            ),
            (
                [("{if: i > 3, to: 'yes'}", "{if: i > 3, to: hold}")],
                {"late.2": ("LIT",), "was:late.2": ("TRIED", "until now")},
            ),
            (
                [("{if: i > 3, to: 'yes'}", "{if: c, to: hold}, {if: i > 3, to: 'yes'}")],
                {"late.2": ("LIT",)},
            ),
            ([(", {if: i > 3, to: 'yes'}", "")], {"was:late.2": ("TRIED", "gone")}),
            (
                [("muted: {ask: Muted?, if: b", "mute: {ask: Is it muted?, if: b")],
                {},
            ),
        ],
        ids=["nothing", "re-routed", "a case", "a node gone", "a row moved", "a row added", "a row gone", "renamed"],
    )
    def test_arrows(self, tmp_path: Path, edits: list[tuple[str, str]], expected: dict[str, tuple[str, ...]]) -> None:
        """What is there now is lit, what was there is dashed, and everything else is faded."""
        picture = drawn(tmp_path, FLOW, *edits)
        keys = {box.key for box in picture.boxes}

        assert {end for arrow in picture.arrows for end in (arrow.source, arrow.target)} <= keys
        assert marks(picture) == expected

    @pytest.mark.parametrize(
        ("edit", "expected"),
        [
            (("if: b,", "if: not b,"), {"muted": ("LIT", "was: b", "now: not b")}),
            (("i > 3", "i > 4"), {"late": ("PLAIN", "was: i > 3", "now: i > 4")}),
            (("ask: Muted?", "ask: Is it muted?"), {"muted": ("LIT", "asked “Muted?”")}),
            (("then: 'no'", "then: {to: 'no', because: it is muted}"), {}),
        ],
        ids=["a question", "a row", "a question's words", "words of an arrow"],
    )
    def test_boxes(self, tmp_path: Path, edit: tuple[str, str], expected: dict[str, tuple[str, ...]]) -> None:
        """Old and new words stand in the box that was edited; where a row is an arrow, in the box that has it."""
        assert boxes(drawn(tmp_path, FLOW, edit)) == expected

    def test_words_of_an_arrow(self, tmp_path: Path) -> None:
        """Other words of an arrow stand on it."""
        said = edited(FLOW, ("then: 'no'", "then: {to: 'no', because: it is muted}"))
        picture = drawn(tmp_path, said, ("because: it is muted", "because: you muted it"))

        assert marks(picture) == {"muted.then": ("LIT", "said “it is muted”")}

    def test_boxes_that_are_gone_stay_visible(self, tmp_path: Path) -> None:
        """A node of the old chart alone is drawn dashed, and said to be gone."""
        new = edited(FLOW, ("channel: late", "channel: hold")).rsplit("late:", 1)[0]
        picture = both(tmp_path, chart(FLOW), chart(new))
        [gone] = [box for box in picture.boxes if box.key == "was:late"]

        assert (gone.mark.emphasis, gone.mark.notes) == (Emphasis.TRIED, ("gone",))

    def test_long_words_begin_where_they_differ(self, tmp_path: Path) -> None:
        """What both begin with is left out, so that the edit is seen."""
        long = " and ".join(f"i != {number}" for number in range(20))
        picture = drawn(tmp_path, edited(FLOW, ("if: b,", f"if: {long} and b,")), ("and b,", "and c,"))

        assert boxes(picture)["muted"][1:] == ("was: … i != 19 and b", "now: … i != 19 and c")

    def test_a_let_is_shown_where_it_is_asked(self, tmp_path: Path) -> None:
        """The box that asks it has its old and new words."""
        old = asking("i: int", "big", top="let: {big: i > 3}\n")
        picture = both(tmp_path, old, edited(old, ("i > 3", "i > 4")))

        assert boxes(picture) == {"q": ("LIT", "big was: i > 3", "big now: i > 4")}

    def test_an_outcome_that_carries_something_else(self, tmp_path: Path) -> None:
        """Its box says what."""
        old = asking("b: bool", "b", top="data: {sound: text = ping}\n")
        picture = both(tmp_path, old, old.replace("ping", "pong"))
        [end] = [box for box in picture.boxes if box.key == "yes"]

        assert end.mark.notes == ("was: sound: ping", "now: sound: pong")


@pytest.mark.slow
class TestTables:
    @pytest.mark.parametrize(
        ("edits", "expected"),
        [
            ([("i > 5", "i > 6")], {1: ("Large", "LIT", "was: i > 5", "now: i > 6")}),
            ([("label: Large", "label: Big")], {1: ("Big", "LIT", "was called “Large”")}),
            ([("it is large", "it is big")], {1: ("Large", "LIT", "said “it is large”")}),
            ([("    - {name: some, if: i > 3, to: 'yes', label: Some}\n", "")], {2: ("Some", "TRIED", "gone")}),
            (
                [("    - {name: few", "    - {name: two, if: i == 2, to: hold, label: Two}\n    - {name: few")],
                {3: ("Two", "LIT", "new: i == 2")},
            ),
            ([("else: {to: 'no'}", "else: {to: hold}")], {5: ("none of these", "LIT")}),
            (
                [
                    ("    - {name: few, if: i > 1, to: 'yes', label: Few}\n", ""),
                    ("    - {name: some", "    - {name: few, if: i > 1, to: 'yes', label: Few}\n    - {name: some"),
                ],
                {2: ("Few", "LIT", "the row few stands above some")},
            ),
        ],
        ids=["condition", "label", "words", "gone", "new", "led elsewhere", "order"],
    )
    def test_the_row_that_was_edited(
        self, tmp_path: Path, edits: list[tuple[str, str]], expected: dict[int, tuple[str, ...]]
    ) -> None:
        """The row itself is marked, with what it was and is; a row that is gone stands where it stood."""
        picture = drawn(tmp_path, TABLE, *edits)
        found = rows(picture)

        assert {at: row for at, row in enumerate(found) if len(row) > 1} == expected
        assert to_svg(picture)

    def test_arrows_leave_their_own_rows(self, tmp_path: Path) -> None:
        """Below a row that is gone, every arrow still leaves the row that it belongs to."""
        picture = drawn(tmp_path, TABLE, ("    - {name: some, if: i > 3, to: 'yes', label: Some}\n", ""))
        words = [row[0] for row in rows(picture)]
        leaving = {arrow.ids[0]: words[arrow.row] for arrow in picture.arrows if arrow.row is not None}

        assert leaving == {
            "size.huge": "Huge",
            "size.large": "Large",
            "was:size.some": "Some",
            "size.few": "Few",
            "size.one": "One",
            "size.else": "none of these",
        }

    def test_a_table_that_was_none(self, tmp_path: Path) -> None:
        """A row of a list that became a table is found in it, and the other way round."""
        huge, one = (f"    - {TABLE.split('    - ')[number].split('  else', maxsplit=1)[0]}" for number in (1, 5))
        short = edited(TABLE, (huge, ""), (one, ""))
        for old, new in ((TABLE, short), (short, TABLE)):
            moved = edited(new, ("i > 5, to: hold", "i > 5, to: 'no'"))
            picture = both(tmp_path, chart(old), chart(moved))

            assert to_svg(picture)
            assert marks(picture)["was:size.large"][0] == "TRIED"


def lines(diagram: Diagram) -> list[PlacedArrow]:
    """List the lines between ends, in their places."""
    return [one for one in with_moves(diagram, route(diagram)).arrows if one.arrow.mark.emphasis is Emphasis.MOVED]


@pytest.mark.slow
class TestMoves:
    def test_from_the_old_end_to_the_new(self, tmp_path: Path) -> None:
        """What moves runs from the end that it had to the one that it has, below everything else."""
        picture = drawn(tmp_path, FLOW, ("group: hold", "group: 'yes'"))
        bare = route(picture)
        placed = with_moves(picture, bare)
        [line] = lines(picture)
        homes = {box.sized.box.key: box for box in placed.boxes}

        assert (line.arrow.source, line.arrow.target) == ("hold", "yes")
        assert line.points[0] == (homes["hold"].x, homes["hold"].outline[3])
        assert line.points[-1] == (homes["yes"].x, homes["yes"].outline[3])
        assert min(y for _, y in line.points[1:-1]) > bare.height
        assert placed.height > max(y for _, y in line.points)

    def test_an_end_beside_its_question(self, tmp_path: Path) -> None:
        """Where an end does not stand at the bottom, there is a small one below the lines."""
        picture = drawn(tmp_path, FLOW, ("group: hold", "group: 'no'"))
        placed = with_moves(picture, route(picture))
        [line] = lines(picture)
        [small] = [box for box in placed.boxes if box.sized.box.key == "no (moved)"]

        assert line.points[-1] == (small.x, small.top)

    def test_what_comes_to_one_end_shares_a_line(self, tmp_path: Path) -> None:
        """Lines to one end run together, so that they can be followed."""
        picture = drawn(tmp_path, FLOW, ("if: b,", "if: true,"))

        assert {(line.arrow.source, line.arrow.target) for line in lines(picture)} == {("yes", "no"), ("hold", "no")}
        assert len({line.points[1][1] for line in lines(picture)}) == 1

    def test_both_ways(self, tmp_path: Path) -> None:
        """What comes and what goes stands at places of its own."""
        picture = drawn(tmp_path, FLOW, ("dm: 'yes', group: hold", "dm: hold, group: 'yes'"))
        ends = [(line.points[0], line.points[-1]) for line in lines(picture)]

        assert len({x for pair in ends for x, _ in pair}) == 4

    def test_an_outcome_that_is_gone(self, tmp_path: Path) -> None:
        """It is drawn dashed, and what left it goes on from it."""
        old = asking("b: bool", "b")
        new = edited(old, ("then: 'yes'", "then: sure"), ('"yes": {notify: true}', "sure: {notify: true}"))
        [(was, now)] = both(tmp_path, old, new).moves

        assert (was.key, was.mark.emphasis, now.key) == ("yes", Emphasis.TRIED, "sure")

    def test_the_legend_says_what_lines_mean(self, tmp_path: Path) -> None:
        """Only of what there is on the picture, in every format."""
        picture = drawn(tmp_path, FLOW, ("group: hold", "group: 'yes'"))
        quiet = drawn(tmp_path, FLOW, ("ask: Muted?", "ask: Is it muted?"))
        svg = ET.fromstring(to_svg(picture))  # noqa: S314 - our own
        texts = ["".join(one.itertext()) for one in svg.iter("{http://www.w3.org/2000/svg}text")]
        told = ["edited or new", "until now", "decisions that move, from the end that they had"]

        assert [words for words in texts if words in told] == told
        assert [words for words, _ in quiet.meanings] == told[:1]
        assert all(words in text for words in told for text in (to_dot(picture), to_mermaid(picture)))

    def test_other_formats(self, tmp_path: Path) -> None:
        """DOT and Mermaid have an arrow from end to end as well, PNG what SVG has."""
        picture = drawn(tmp_path, FLOW, ("group: hold", "group: 'yes'"))
        names = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}

        assert f'{names["hold"]} -> {names["yes"]} [color="#7b3fb8"' in to_dot(picture)
        assert f"  {names['hold']} --> {names['yes']}\n" in to_mermaid(picture)
        assert to_png(picture)

    def test_the_title_says_what_changes(self, tmp_path: Path) -> None:
        """The picture can be read alone."""
        assert "decisions change: hold->no" in drawn(tmp_path, FLOW, ("group: hold", "group: 'no'")).words
