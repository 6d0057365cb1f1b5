"""
Name the colours that a legend may use.

Source:
    The hues of the first five are those of Slack's published chart of 2017. Its pale fills are hard to tell apart: its
    yellow and orange are only 8 apart by CIEDE2000. Ours were searched for so that every two are 14 apart, and 8 as
    people see them to whom red, green or blue is missing, by day and by night.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Colour:
    """The two shades in which a box is drawn."""

    fill: str
    """The inside, as `#rrggbb`."""
    border: str
    """The line around it, as `#rrggbb`."""


COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "blue": Colour("#c3d3fd", "#6e80b8"),
        "purple": Colour("#baa1d9", "#8866b9"),
        "yellow": Colour("#fff9a5", "#8a833a"),
        "orange": Colour("#f7c185", "#b87035"),
        "green": Colour("#acebbc", "#4d905c"),
        "red": Colour("#ef8178", "#e04138"),
        "grey": Colour("#e6e8e7", "#808281"),
        "teal": Colour("#56cbc2", "#1a9185"),
        "pink": Colour("#f99abc", "#d8537b"),
        "brown": Colour("#c5ab9c", "#98735f"),
    }
)
"""Every named colour."""

NIGHT: Mapping[str, str] = MappingProxyType(
    {
        "blue": "#0864b2",
        "purple": "#3d2470",
        "yellow": "#7b662e",
        "orange": "#753d00",
        "green": "#416347",
        "red": "#640000",
        "grey": "#595c5d",
        "teal": "#023d41",
        "pink": "#93517f",
        "brown": "#49372d",
    }
)
"""The fill of each on a dark page."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}")


def is_colour(text: str) -> bool:
    """Tell whether a legend may use a colour: one of :data:`COLOURS`, `#rgb` or `#rrggbb`."""
    return text in COLOURS or _HEX.fullmatch(text) is not None


def colour_of(text: str) -> Colour:
    """Give the shades of a legend's colour: those of its name, or the shade itself within a darker border."""
    if text in COLOURS:
        return COLOURS[text]
    digits = text[1:] if len(text) > 4 else "".join(digit * 2 for digit in text[1:])  # noqa: PLR2004 - `#rgb`
    darker = "".join(f"{int(digits[at : at + 2], 16) * 11 // 20:02x}" for at in (0, 2, 4))
    return Colour(f"#{digits.lower()}", f"#{darker}")
