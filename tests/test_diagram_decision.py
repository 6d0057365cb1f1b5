"""Show one decision on the chart."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diagram.model import START, BoxShape, Emphasis
from tests.diagrams import CALLER, arrow, box, lit


class TestPath:
    def test_boxes_and_arrows_on_the_way_are_lit(self, tmp_path: Path) -> None:
        """From the start to the end that was reached."""
        diagram = lit(tmp_path, {"channel.muted": True})
        on_the_way = {START, "muted", "followed", "followed.else:no"}

        assert {box.key for box in diagram.boxes if box.mark.emphasis is Emphasis.LIT} == on_the_way
        assert [one.ids for one in diagram.arrows if one.mark.emphasis is Emphasis.LIT] == [
            (),
            ("muted.then",),
            ("followed.else",),
        ]

    def test_the_rest_is_faded(self, tmp_path: Path) -> None:
        """What the decision did not touch steps back."""
        diagram = lit(tmp_path, {"channel.muted": True})

        assert box(diagram, "dnd").mark.emphasis is Emphasis.FADED
        assert arrow(diagram, "muted.else").mark.emphasis is Emphasis.FADED
        assert box(diagram, "yes").mark.emphasis is Emphasis.FADED

    def test_a_shared_end_is_lit(self, tmp_path: Path) -> None:
        """A decision to notify ends in the green box that others share."""
        diagram = lit(tmp_path, {"message.mentions_user": True})

        assert box(diagram, "yes").mark.emphasis is Emphasis.LIT

    def test_one_arrow_for_several_values_is_lit_for_each(self, tmp_path: Path) -> None:
        """The line of two values is lit when the second of them was met."""
        diagram = lit(tmp_path, {"preferences.channel": "default"})

        assert arrow(diagram, "preference.mentions").mark.emphasis is Emphasis.LIT

    def test_the_sentence_above_the_chart_says_what_was_decided_and_why(self, tmp_path: Path) -> None:
        """The words are those of the decision."""
        diagram = lit(tmp_path, {"channel.muted": True, "channel.name": "#random"})

        assert diagram.words == "Decision: NO (you muted #random)"
        assert diagram.description.endswith("Decision: NO (you muted #random)")

    def test_without_words_for_a_person_only_the_outcome_is_said(self, tmp_path: Path) -> None:
        """Nothing is made up."""
        assert lit(tmp_path, {"message.mentions_user": True}).words == "Decision: YES"


class TestValues:
    def test_a_box_knows_the_values_that_were_read_in_it(self, tmp_path: Path) -> None:
        """Each as the facts file would hold it."""
        diagram = lit(tmp_path, {"message.mentions_user": True})

        assert box(diagram, "muted").mark.values == ("channel.muted = false",)
        assert box(diagram, "personal").mark.values == ("message.kind = channel", "message.mentions_user = true")

    def test_faded_boxes_have_none(self, tmp_path: Path) -> None:
        """What was not asked has no values to show."""
        assert box(lit(tmp_path, {"channel.muted": True}), "dnd").mark.values == ()

    def test_many_values_are_counted(self, tmp_path: Path) -> None:
        """Five values are shown, and how many more there are."""
        names = [f"f{number}" for number in range(9)]
        text = (
            f"notifyrules: 1\nname: many\ntitle: T\nfacts: {{{', '.join(f'{name}: bool = false' for name in names)}}}\n"
            f'flow: {{ask: {{if: {" or ".join(names)}, then: "yes", else: "no"}}}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
        )
        notes = box(lit(tmp_path, {}, text), "ask").mark.values

        assert notes[4:] == ("f4 = false", "and 4 more facts")

    def test_a_long_value_is_shortened(self, tmp_path: Path) -> None:
        """A text of any length can be shown."""
        text = (
            "notifyrules: 1\nname: long\ntitle: T\nfacts: {s: text}\n"
            'flow: {ask: {if: s == "a", then: "yes", else: "no"}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
        )
        (note,) = box(lit(tmp_path, {"s": "x" * 5_000}, text), "ask").mark.values

        assert len(note) < 80
        assert note.endswith("…")


class TestTried:
    def test_branches_that_refused_are_marked(self, tmp_path: Path) -> None:
        """The first branch did not match, the second one won."""
        diagram = lit(tmp_path, {"message.in_thread": True})

        assert box(diagram, "personal").mark.emphasis is Emphasis.TRIED
        assert arrow(diagram, "worth_it.personal").mark.emphasis is Emphasis.TRIED
        assert box(diagram, "thread").mark.emphasis is Emphasis.LIT

    def test_where_a_branch_ended_is_shown_though_it_is_not_written(self, tmp_path: Path) -> None:
        """The `no` of a branch ends by `otherwise`; this decision went there, so it is drawn."""
        diagram = lit(tmp_path, {"message.in_thread": True})
        end = box(diagram, "personal.else:no")

        assert (end.shape, end.mark.emphasis) == (BoxShape.REFUSAL, Emphasis.TRIED)

    def test_when_all_refuse_the_path_goes_on_from_the_fan_out(self, tmp_path: Path) -> None:
        """Both branches are marked as tried, and the way out behind them is lit."""
        diagram = lit(tmp_path, {})

        assert {box(diagram, name).mark.emphasis for name in ("personal", "thread")} == {Emphasis.TRIED}
        assert arrow(diagram, "worth_it.else").mark.emphasis is Emphasis.LIT

    def test_dashes_are_explained(self, tmp_path: Path) -> None:
        """Where something was tried in vain, the words above the chart say what its dashes are."""
        assert lit(tmp_path, {}).words.endswith("; dashed: tried in vain")


class TestCalledCharts:
    @pytest.mark.parametrize(
        ("facts", "exit_"), [({"message.urgent": True}, "awake"), ({"message.urgent": False}, "quiet")]
    )
    def test_the_way_goes_through_an_opened_chart(self, tmp_path: Path, facts: dict[str, object], exit_: str) -> None:
        """Boxes inside are lit, and so are the exit and the caller's arrow from it."""
        diagram = lit(tmp_path, {"user.away": True, "user.asleep": True, **facts}, CALLER, expand=True)
        inside = ("gate/asleep", "gate/urgent", f"gate/{exit_}")

        assert {box(diagram, key).mark.emphasis for key in inside} == {Emphasis.LIT}
        assert arrow(diagram, f"gate.{exit_}").mark.emphasis is Emphasis.LIT

    def test_a_folded_chart_shows_the_values_that_were_read_inside(self, tmp_path: Path) -> None:
        """One box stands for all of it."""
        diagram = lit(tmp_path, {"user.away": True, "user.asleep": True}, CALLER)

        assert box(diagram, "gate").mark.values == ("user.asleep = true", "message.urgent = false")
