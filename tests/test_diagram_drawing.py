"""Decide what is drawn of a chart, and as what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifyrules.diagram.drawing import LONGEST_FIRST, WIDEST_SWITCH, draw_overlaid
from notifyrules.diagram.model import START, BoxShape, Emphasis, Mark, Overlay
from notifyrules.diagram.palette import ENDS, UNCLASSED
from notifyrules.graph.colours import COLOURS, colour_of
from notifyrules.graph.model import Notify
from tests.diagrams import CALLER, arrow, box, chart, drawn, lit


def rows(count: int) -> str:
    """Make a chart with one ordered table."""
    lines = ", ".join(f'{{if: n == {number}, to: "yes", label: Row {number}}}' for number in range(count))
    return (
        "notifyrules: 1\nname: rows\ntitle: T\nfacts: {n: int = 0}\nflow:\n"
        f'  pick: {{ask: Which?, first: [{lines}], else: "no"}}\n'
        'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
    )


ENDED = """\
notifyrules: 1
facts: {n: int = 0}
otherwise: "no"
flow:
  pick: {ask: Which?, first: [{if: n == 1, to: "yes"}, {if: n == 2, because: it is two}], else: {because: it is more}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


def values(count: int) -> str:
    """Make a chart with one switch."""
    names = [f"v{number}" for number in range(count)]
    cases = ", ".join(f'{name}: "{"yes" if number else "no"}"' for number, name in enumerate(names))
    return (
        f"notifyrules: 1\nname: values\ntitle: T\nfacts: {{kind: {' | '.join(names)} = v0}}\nflow:\n"
        f"  pick: {{ask: Which?, switch: kind, cases: {{{cases}}}}}\n"
        'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
    )


class TestBoxes:
    def test_the_picture_begins_with_the_title(self, tmp_path: Path) -> None:
        """The first box holds the title of the chart, and an arrow leads from it to the first node."""
        diagram = drawn(tmp_path)

        assert (diagram.boxes[0].key, diagram.boxes[0].text) == (START, "Should we send a notification?")
        assert (diagram.arrows[0].source, diagram.arrows[0].target) == (START, "muted")

    @pytest.mark.parametrize(
        ("key", "shape"),
        [
            ("muted", BoxShape.QUESTION),
            ("preference", BoxShape.SWITCH),
            ("worth_it", BoxShape.FAN_OUT),
            ("size", BoxShape.FIRST),
            ("yes", BoxShape.END),
        ],
    )
    def test_each_kind_has_its_outline(self, tmp_path: Path, key: str, shape: BoxShape) -> None:
        """The outline of a box tells what kind of node it is."""
        assert box(drawn(tmp_path), key).shape is shape

    def test_the_class_gives_the_colour(self, tmp_path: Path) -> None:
        """A box has the colour that the legend gives its class, by name or as a number."""
        diagram = drawn(tmp_path)

        assert box(diagram, "muted").colour == COLOURS["blue"]
        assert box(diagram, "personal").colour == colour_of("#ffe6cc")

    def test_a_box_without_a_class_is_white(self, tmp_path: Path) -> None:
        """A node without a class has the colour of none."""
        assert box(drawn(tmp_path), "size").colour == UNCLASSED

    def test_a_box_knows_where_it_comes_from(self, tmp_path: Path) -> None:
        """The place of a box is its file without folders, and its line; so the picture is the same on every machine."""
        assert box(drawn(tmp_path), "dnd").place == "chart.yaml:28"

    def test_a_box_knows_its_condition_as_written(self, tmp_path: Path) -> None:
        """The condition of a question and the subject of a switch are those of the file."""
        diagram = drawn(tmp_path)

        assert box(diagram, "personal").condition == 'message.kind == "dm" or message.mentions_user'
        assert box(diagram, "preference").condition == "preferences.channel"

    def test_the_legend_lists_the_classes_that_are_used(self, tmp_path: Path) -> None:
        """A class that no box has explains nothing and is left out."""
        assert [name for name, _ in drawn(tmp_path).legend] == ["pref", "state", "parsing"]


class TestEnds:
    def test_each_refusing_arrow_has_an_end_of_its_own(self, tmp_path: Path) -> None:
        """Three written arrows refuse, so there are three small ends."""
        refusals = [box for box in drawn(tmp_path).boxes if box.shape is BoxShape.REFUSAL]

        assert [box.key for box in refusals] == ["followed.else:no", "dnd.then:no", "preference.nothing:no"]
        assert {(box.text, box.notify) for box in refusals} == {("NO", Notify.NO)}

    def test_other_ends_are_shared(self, tmp_path: Path) -> None:
        """An outcome that notifies, now or later, is drawn once, with its label."""
        ends = [(box.key, box.text) for box in drawn(tmp_path).boxes if box.shape is BoxShape.END]

        assert ends == [("yes", "YES"), ("badge", "Badge"), ("later", "later")]

    @pytest.mark.parametrize("notify", list(Notify))
    def test_every_meaning_has_a_colour(self, notify: Notify) -> None:
        """No outcome is without a colour."""
        assert notify in ENDS


class TestArrows:
    @pytest.mark.parametrize(
        ("key", "label"),
        [
            ("muted.then", "Yes"),
            ("muted.else", "No"),
            ("preference.nothing", "Nothing"),
            ("preference.everything", "everything"),
            ("preference.mentions", "mentions, default"),
            ("worth_it.personal", "1"),
            ("worth_it.thread", "2"),
            ("size.1", "1 · Small"),
            ("size.2", "2 · message.size < 100"),
        ],
    )
    def test_the_label_is_the_answer_or_the_authors_words(self, tmp_path: Path, key: str, label: str) -> None:
        """Yes and No, the value, the author's label; what is tried in order is numbered."""
        assert arrow(drawn(tmp_path), key).label == label

    def test_values_of_one_case_share_an_arrow(self, tmp_path: Path) -> None:
        """A case for two values is one line, which stands for both arrows."""
        assert arrow(drawn(tmp_path), "preference.default").ids == ("preference.mentions", "preference.default")

    def test_an_exit_that_is_not_written_is_not_drawn(self, tmp_path: Path) -> None:
        """What `otherwise` ends stays out of the picture."""
        assert all("personal.else" not in arrow.ids for arrow in drawn(tmp_path).arrows)

    def test_the_words_for_a_person_are_kept_as_written(self, tmp_path: Path) -> None:
        """An arrow knows its `because`, conditions in braces."""
        assert arrow(drawn(tmp_path), "followed.else").because == "you muted {channel.name}"


class TestTables:
    @pytest.mark.parametrize(("count", "shape"), [(LONGEST_FIRST, BoxShape.FIRST), (LONGEST_FIRST + 1, BoxShape.TABLE)])
    def test_a_long_ordered_table_is_drawn_as_one(self, tmp_path: Path, count: int, shape: BoxShape) -> None:
        """Up to three rows are arrows of a box; more are rows of a table."""
        assert box(drawn(tmp_path, rows(count)), "pick").shape is shape

    @pytest.mark.parametrize(
        ("count", "shape"), [(WIDEST_SWITCH, BoxShape.SWITCH), (WIDEST_SWITCH + 1, BoxShape.TABLE)]
    )
    def test_a_wide_switch_is_drawn_as_one(self, tmp_path: Path, count: int, shape: BoxShape) -> None:
        """Up to six ways out are arrows of a box; more are rows of a table."""
        assert box(drawn(tmp_path, values(count)), "pick").shape is shape

    def test_what_only_a_decision_shows_makes_no_table(self, tmp_path: Path) -> None:
        """A way out that the file does not write is not counted, so that the box keeps its shape."""
        text = re.sub(r"kind: .*}", "kind: text = v0}", values(WIDEST_SWITCH), count=1)
        diagram = lit(tmp_path, {"kind": "more"}, text.replace("flow:", 'otherwise: "no"\nflow:'))

        assert arrow(diagram, "pick.else").written is False
        assert box(diagram, "pick").shape is BoxShape.SWITCH

    def test_each_row_holds_its_words_and_its_arrow_has_none(self, tmp_path: Path) -> None:
        """What a row says is not said again on its arrow."""
        diagram = drawn(tmp_path, rows(5))

        assert [row.text for row in box(diagram, "pick").rows] == [
            *(f"Row {n}" for n in range(5)),
            "none of these",
        ]
        assert (arrow(diagram, "pick.2").row, arrow(diagram, "pick.2").label) == (1, "")

    def test_a_row_without_an_arrow_is_drawn_in_a_table(self, tmp_path: Path) -> None:
        """What `otherwise` ends has no arrow; a row that the file writes is seen all the same."""
        diagram = drawn(tmp_path, ENDED)

        assert box(diagram, "pick").shape is BoxShape.TABLE
        assert [row.text for row in box(diagram, "pick").rows] == ["n == 1", "it is two", "none of these"]
        assert [one.ids for one in diagram.arrows if one.source == "pick"] == [("pick.1",)]

    def test_its_arrow_is_drawn_where_it_is_marked(self, tmp_path: Path) -> None:
        """A decision that ends there shows it, and the box keeps its rows."""
        diagram = lit(tmp_path, {"n": 2}, ENDED)

        assert (arrow(diagram, "pick.2").row, arrow(diagram, "pick.2").written) == (1, False)
        assert [row.text for row in box(diagram, "pick").rows] == ["n == 1", "it is two", "none of these"]

    def test_a_value_without_an_arrow_is_a_row_of_a_table(self, tmp_path: Path) -> None:
        """A switch that is drawn as a table shows the values that end at once."""
        text = (
            values(WIDEST_SWITCH + 1)
            .replace('v1: "yes"', "v1: {because: enough}")
            .replace("flow:", 'otherwise: "no"\nflow:')
        )

        assert [row.text for row in box(drawn(tmp_path, text), "pick").rows][:3] == ["v0", "v1", "v2"]
        assert all("pick.v1" not in one.ids for one in drawn(tmp_path, text).arrows)


class TestCalls:
    def test_a_called_chart_is_one_box_with_a_link_to_its_picture(self, tmp_path: Path) -> None:
        """The link leads to the picture of that name beside this one."""
        gate = box(drawn(tmp_path, CALLER), "gate")

        assert (gate.shape, gate.href, gate.caption) == (BoxShape.CALL, "quiet.svg", "see quiet")

    def test_an_opened_chart_is_a_cluster(self, tmp_path: Path) -> None:
        """Opened, its boxes stand in a cluster that has the question of the call as its title."""
        diagram = drawn(tmp_path, CALLER, expand=True)

        assert [(one.key, one.title, one.href) for one in diagram.clusters] == [("gate", "Is it quiet?", "quiet.svg")]
        assert [box.key for box in diagram.boxes if box.cluster == "gate"][:2] == ["gate/asleep", "gate/urgent"]

    def test_arrows_enter_an_opened_chart_at_its_first_box(self, tmp_path: Path) -> None:
        """What leads to the call leads to the first question inside."""
        assert arrow(drawn(tmp_path, CALLER, expand=True), "away.then").target == "gate/asleep"

    def test_the_caller_goes_on_from_the_exits(self, tmp_path: Path) -> None:
        """Each outcome of the called chart is an exit, from which the caller's own arrow leads on."""
        diagram = drawn(tmp_path, CALLER, expand=True)
        onward = arrow(diagram, "gate.awake")

        assert box(diagram, "gate/awake").shape is BoxShape.EXIT
        assert (onward.source, onward.target, onward.label) == ("gate/awake", "yes", "")
        assert arrow(diagram, "gate.quiet").label == "hush"

    def test_an_exit_that_otherwise_ends_leads_nowhere(self, tmp_path: Path) -> None:
        """An outcome of an opened chart with words alone is an exit without an arrow, unless a decision takes it."""
        text = CALLER.replace('{to: "no", label: hush}', "{because: hush}").replace("flow:", 'otherwise: "no"\nflow:')
        facts: dict[str, object] = {"user.away": True, "user.asleep": True, "message.urgent": False}

        assert box(drawn(tmp_path, text, expand=True), "gate/quiet").shape is BoxShape.EXIT
        assert all("gate.quiet" not in one.ids for one in drawn(tmp_path, text, expand=True).arrows)
        assert arrow(lit(tmp_path, facts, text, expand=True), "gate.quiet").target == "gate.quiet:no"

    def test_the_callers_classes_come_first_in_the_legend(self, tmp_path: Path) -> None:
        """A class of the same name and another colour is told apart by its chart."""
        assert drawn(tmp_path, CALLER, expand=True).legend == (
            ("state", COLOURS["blue"]),
            ("state (quiet)", COLOURS["yellow"]),
            ("time", COLOURS["teal"]),
        )


class TestOverlays:
    def test_anything_can_be_shown_on_the_chart(self, tmp_path: Path) -> None:
        """An overlay marks boxes and arrows by their keys, with notes; the rest is as it says for the rest."""
        marks = {"muted.then": Mark(Emphasis.TRIED, ("12 %",)), "dnd": Mark(Emphasis.LIT)}
        diagram = draw_overlaid(chart(tmp_path), Overlay(marks, words="last week"))

        assert arrow(diagram, "muted.then").mark.notes == ("12 %",)
        assert box(diagram, "dnd").mark.emphasis is Emphasis.LIT
        assert box(diagram, "muted").mark == Mark()
        assert diagram.words == "last week"

    def test_an_arrow_for_several_values_has_the_strongest_of_their_marks(self, tmp_path: Path) -> None:
        """One line stands for both values, so it is lit when one of them is."""
        marks = {"preference.mentions": Mark(notes=("a",)), "preference.default": Mark(Emphasis.LIT, ("b",))}
        diagram = draw_overlaid(chart(tmp_path), Overlay(marks))

        assert arrow(diagram, "preference.mentions").mark == Mark(Emphasis.LIT, ("a", "b"))

    def test_an_exit_that_is_not_written_is_drawn_where_it_is_marked(self, tmp_path: Path) -> None:
        """A picture that speaks of it must show it."""
        diagram = draw_overlaid(chart(tmp_path), Overlay({"personal.else": Mark(Emphasis.LIT)}))

        assert not arrow(diagram, "personal.else").written
        assert box(diagram, "personal.else:no").mark.emphasis is Emphasis.LIT
