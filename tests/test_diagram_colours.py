"""Choose colours that can be told apart and words that can be read on them."""

from __future__ import annotations

from dataclasses import fields
from itertools import combinations, product
from math import dist
from operator import mul

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
    night,
)
from notifyrules.graph.colours import COLOURS, Colour, colour_of, is_colour
from notifyrules.graph.model import Notify

HEX = st.from_regex(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", fullmatch=True)

MISSING = {
    "red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
"""
What a screen looks like to those who miss one kind of cone: matrices over linear red, green and blue.

Source:
    G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, 2009, severity 1.0.
"""


def linear(colour: str) -> list[float]:
    """Give the linear channels of a colour."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]


def seen(colour: str, missing: str) -> str:
    """Show a colour as it is seen by those to whom something is missing."""
    bounded = (min(1.0, max(0.0, sum(map(mul, row, linear(colour))))) for row in MISSING[missing])
    shown = (12.92 * one if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055 for one in bounded)
    return "#" + "".join(f"{round(255 * one):02x}" for one in shown)


def lab(colour: str) -> tuple[float, float, float]:
    """Give a colour in CIELAB, under daylight (D65)."""
    red, green, blue = linear(colour)
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.072175 * blue
    z = (0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (one ** (1 / 3) if one > 216 / 24389 else (24389 / 27 * one + 16) / 116 for one in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str) -> float:
    """Measure how different two colours look: their distance in CIELAB; 2 is just seen where they touch."""
    return dist(lab(one), lab(other))


class TestLegend:
    @pytest.mark.parametrize("text", [*COLOURS, "#abc", "#ABC", "#a1B2c3"])
    def test_names_and_numbers_are_colours(self, text: str) -> None:
        """A name of the palette, three hexadecimal digits or six."""
        assert is_colour(text)

    @pytest.mark.parametrize(
        "text", ["", "Blue", "#", "#12", "#1234", "#12345g", "#123456;", "red; x", "url(x)", "rgb(0,0,0)", "#abc\n"]
    )
    def test_nothing_else_is(self, text: str) -> None:
        """What is no colour is not passed on to anything that draws."""
        assert not is_colour(text)

    @pytest.mark.parametrize(
        ("text", "fill", "border"), [("#abc", "#aabbcc", "#5d6670"), ("#336699", "#336699", "#1c3854")]
    )
    def test_a_colour_of_the_authors_own_gets_a_darker_edge(self, text: str, fill: str, border: str) -> None:
        """The edge is of the same hue."""
        assert colour_of(text) == Colour(fill, border)

    @pytest.mark.parametrize(("one", "other"), list(combinations(COLOURS, 2)))
    @pytest.mark.parametrize("by", ["day", "night"])
    def test_every_two_colours_are_told_apart(self, one: str, other: str, by: str) -> None:
        """By everybody, also by those to whom the red, the green or the blue of a screen is missing."""
        fills = [(night(COLOURS[name]) if by == "night" else COLOURS[name]).fill for name in (one, other)]

        assert difference(*fills) >= 18
        for kind in MISSING:
            assert difference(*(seen(fill, kind) for fill in fills)) >= 8

    def test_the_difference_sees_what_is_too_near(self) -> None:
        """The yellow and the orange of Slack's own chart are 8 apart."""
        assert difference("#fff2cc", "#ffe6cc") == pytest.approx(8, abs=0.1)


class TestNight:
    ALL = (*COLOURS.values(), *ENDS.values(), START, UNCLASSED)

    @pytest.mark.parametrize("colour", ALL, ids=[colour.fill for colour in ALL])
    def test_edges_are_seen_by_day_and_by_night(self, colour: Colour) -> None:
        """On the panel and inside of clusters."""
        for scheme, shown in ((LIGHT, colour), (DARK, night(colour))):
            for ground in (scheme.panel, scheme.cluster):
                assert contrast(shown.border, ground) >= DISCERNIBLE
                assert contrast(scheme.fence, ground) >= DISCERNIBLE

    @pytest.mark.parametrize("colour", ALL, ids=[colour.fill for colour in ALL])
    def test_no_box_glares_by_night(self, colour: Colour) -> None:
        """Its words can be read, and it stands out of the dark no more than it must."""
        dark = night(colour).fill

        assert READABLE <= contrast(DARK.text, dark) < 13
        assert contrast(dark, DARK.panel) < 5

    @given(text=HEX)
    def test_so_it_is_with_any_colour_of_an_author(self, text: str) -> None:
        """Whatever somebody chose by day."""
        colour = colour_of(text)
        dark = night(colour)

        assert contrast(dark.border, DARK.cluster) >= DISCERNIBLE
        assert contrast(DARK.text, dark.fill) >= READABLE
        assert contrast(colour.border, LIGHT.cluster) >= DISCERNIBLE


class TestContrast:
    @pytest.mark.parametrize(("one", "other", "expected"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
    def test_it_is_measured_as_the_guidelines_say(self, one: str, other: str, expected: float) -> None:
        """Black on white is 21, and the well-known grey falls just short."""
        assert contrast(one, other) == pytest.approx(expected, abs=0.01)
        assert contrast(one, other) == contrast(other, one)

    @pytest.mark.parametrize("colour", [*COLOURS.values(), *ENDS.values(), START, UNCLASSED])
    def test_words_in_boxes_can_be_read(self, colour: Colour) -> None:
        """On every fill of the palette."""
        assert contrast(ink_on(colour.fill), colour.fill) >= READABLE

    @given(text=HEX)
    def test_words_can_be_read_on_any_colour_of_an_author(self, text: str) -> None:
        """Dark or light ink, whichever can be read."""
        fill = colour_of(text).fill

        assert contrast(ink_on(fill), fill) >= READABLE

    @pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
    @pytest.mark.parametrize("words", ["text", "quiet", "lit", "tried"])
    def test_words_on_the_panel_can_be_read(self, scheme: Scheme, words: str) -> None:
        """On the panel and inside of clusters, by day and by night."""
        for ground in (scheme.panel, scheme.cluster):
            assert contrast(getattr(scheme, words), ground) >= READABLE

    @pytest.mark.parametrize(
        ("scheme", "emphasis"), list(product([LIGHT, DARK], [Emphasis.PLAIN, Emphasis.TRIED, Emphasis.LIT]))
    )
    def test_arrows_can_be_seen(self, scheme: Scheme, emphasis: Emphasis) -> None:
        """Except for those that a decision did not touch, which are meant to step back."""
        for ground in (scheme.panel, scheme.cluster):
            assert contrast(line_on(scheme, emphasis), ground) >= DISCERNIBLE

    def test_what_a_decision_did_not_touch_steps_back(self) -> None:
        """Its lines are much fainter than those of the path."""
        for scheme in (LIGHT, DARK):
            assert contrast(scheme.faint, scheme.panel) < contrast(scheme.lit, scheme.panel) / 3

    def test_the_lit_row_of_a_table_can_be_read(self) -> None:
        """Its words are dark on white, whatever the colour of the table."""
        assert contrast(INK, WHITE) >= READABLE

    def test_ends_are_told_apart(self) -> None:
        """No two meanings have the same colour."""
        assert len({ENDS[notify].fill for notify in Notify}) == len(Notify)

    def test_every_colour_of_a_scheme_is_written_in_six_digits(self) -> None:
        """What measures contrast reads no other form."""
        for scheme, field in product([LIGHT, DARK], fields(Scheme)):
            value = getattr(scheme, field.name)

            assert is_colour(value)
            assert len(value) == len("#rrggbb")
