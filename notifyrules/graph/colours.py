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


_SHADES = {
    "blue": ("#c3d3fd", "#6e80b8", "#0864b2"),
    "purple": ("#baa1d9", "#8866b9", "#3d2470"),
    "yellow": ("#fff9a5", "#8a833a", "#7b662e"),
    "orange": ("#f7c185", "#b87035", "#753d00"),
    "green": ("#acebbc", "#4d905c", "#416347"),
    "red": ("#ef8178", "#e04138", "#640000"),
    "grey": ("#e6e8e7", "#808281", "#595c5d"),
    "teal": ("#56cbc2", "#1a9185", "#023d41"),
    "pink": ("#f99abc", "#d8537b", "#93517f"),
    "brown": ("#c5ab9c", "#98735f", "#49372d"),
}
"""Every named colour: its fill, its border, and its fill on a dark page."""
COLOURS: Mapping[str, Colour] = MappingProxyType({name: Colour(*shades[:2]) for name, shades in _SHADES.items()})
NIGHT: Mapping[str, str] = MappingProxyType({name: shades[2] for name, shades in _SHADES.items()})
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
