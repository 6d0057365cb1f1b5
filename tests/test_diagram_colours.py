"""
Choose colours that can be told apart and words that can be read on them.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.diagram.model import Emphasis
from notifyrules.diagram.palette import (
    DARK,
    DISCERNIBLE,
    ENDS,
    INK,
    LIGHT,
    READABLE,
    START,
    UNCLASSED,
    WHITE,
    Scheme,
    contrast,
    ink_on,
    line_on,
)
from notifyrules.graph.colours import COLOURS, Colour, colour_of, is_colour
from notifyrules.graph.model import Notify

HEX = st.from_regex(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", fullmatch=True)


class TestLegend:
    @pytest.mark.parametrize("text", [*COLOURS, "#abc", "#ABC", "#a1B2c3"])
    def test_names_and_numbers_are_colours(self, text: str) -> None:
        """
        A name of the palette, three hexadecimal digits or six.
        """
        assert is_colour(text)

    @pytest.mark.parametrize(
        "text", ["", "Blue", "#", "#12", "#1234", "#12345g", "#123456;", "red; x", "url(x)", "rgb(0,0,0)", "#abc\n"]
    )
    def test_nothing_else_is(self, text: str) -> None:
        """
        What is no colour is not passed on to anything that draws.
        """
        assert not is_colour(text)

    @pytest.mark.parametrize(
        ("text", "fill", "border"), [("#abc", "#aabbcc", "#5d6670"), ("#336699", "#336699", "#1c3854")]
    )
    def test_a_colour_of_the_authors_own_gets_a_darker_edge(self, text: str, fill: str, border: str) -> None:
        """
        The edge is of the same hue.
        """
        assert colour_of(text) == Colour(fill, border)

    @pytest.mark.parametrize(
        ("name", "fill", "border"),
        [
            ("blue", "#dae8fc", "#6c8ebf"),
            ("purple", "#e1d5e7", "#9673a6"),
            ("yellow", "#fff2cc", "#d6b656"),
            ("orange", "#ffe6cc", "#d79b00"),
            ("grey", "#f5f5f5", "#666666"),
        ],
    )
    def test_the_colours_of_the_original_chart(self, name: str, fill: str, border: str) -> None:
        """
        Slack's chart of 2017 is recognised at once.
        """
        assert COLOURS[name] == Colour(fill, border)


class TestContrast:
    @pytest.mark.parametrize(("one", "other", "expected"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
    def test_it_is_measured_as_the_guidelines_say(self, one: str, other: str, expected: float) -> None:
        """
        Black on white is 21, and the well-known grey falls just short.
        """
        assert contrast(one, other) == pytest.approx(expected, abs=0.01)
        assert contrast(one, other) == contrast(other, one)

    @pytest.mark.parametrize("colour", [*COLOURS.values(), *ENDS.values(), START, UNCLASSED])
    def test_words_in_boxes_can_be_read(self, colour: Colour) -> None:
        """
        On every fill of the palette.
        """
        assert contrast(ink_on(colour.fill), colour.fill) >= READABLE

    @given(text=HEX)
    def test_words_can_be_read_on_any_colour_of_an_author(self, text: str) -> None:
        """
        Dark or light ink, whichever can be read.
        """
        fill = colour_of(text).fill

        assert contrast(ink_on(fill), fill) >= READABLE

    @pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
    @pytest.mark.parametrize("words", ["text", "quiet", "lit", "tried"])
    def test_words_on_the_panel_can_be_read(self, scheme: Scheme, words: str) -> None:
        """
        On the panel and inside of clusters, by day and by night.
        """
        for ground in (scheme.panel, scheme.cluster):
            assert contrast(getattr(scheme, words), ground) >= READABLE

    @pytest.mark.parametrize(
        ("scheme", "emphasis"), list(product([LIGHT, DARK], [Emphasis.PLAIN, Emphasis.TRIED, Emphasis.LIT]))
    )
    def test_arrows_can_be_seen(self, scheme: Scheme, emphasis: Emphasis) -> None:
        """
        Except for those that a decision did not touch, which are meant to step back.
        """
        for ground in (scheme.panel, scheme.cluster):
            assert contrast(line_on(scheme, emphasis), ground) >= DISCERNIBLE

    def test_what_a_decision_did_not_touch_steps_back(self) -> None:
        """
        Its lines are much fainter than those of the path.
        """
        for scheme in (LIGHT, DARK):
            assert contrast(scheme.faint, scheme.panel) < contrast(scheme.lit, scheme.panel) / 3

    def test_the_lit_row_of_a_table_can_be_read(self) -> None:
        """
        Its words are dark on white, whatever the colour of the table.
        """
        assert contrast(INK, WHITE) >= READABLE

    def test_ends_are_told_apart(self) -> None:
        """
        No two meanings have the same colour.
        """
        assert len({ENDS[notify].fill for notify in Notify}) == len(Notify)

    def test_every_colour_of_a_scheme_is_written_in_six_digits(self) -> None:
        """
        What measures contrast reads no other form.
        """
        for scheme, field in product([LIGHT, DARK], fields(Scheme)):
            value = getattr(scheme, field.name)

            assert is_colour(value)
            assert len(value) == len("#rrggbb")
