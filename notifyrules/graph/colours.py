"""
Name the colours that a legend may use.

Source:
    Fills and borders are those of Slack's published chart of 2017 (its legend, and its YES and NO); `teal`, `pink` and
    `brown` are this project's own, of the same lightness.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Colour:
    """
    The two shades in which a box is drawn.
    """

    fill: str
    """The inside, as `#rrggbb`."""
    border: str
    """The line around it, as `#rrggbb`."""


COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "blue": Colour("#dae8fc", "#6c8ebf"),
        "purple": Colour("#e1d5e7", "#9673a6"),
        "yellow": Colour("#fff2cc", "#d6b656"),
        "orange": Colour("#ffe6cc", "#d79b00"),
        "green": Colour("#d5e8d4", "#82b366"),
        "red": Colour("#f8cecc", "#b85450"),
        "grey": Colour("#f5f5f5", "#666666"),
        "teal": Colour("#d3f0ee", "#4d9c96"),
        "pink": Colour("#fbdcea", "#c26a92"),
        "brown": Colour("#ece0d4", "#94704c"),
    }
)
"""Every named colour."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}")


def is_colour(text: str) -> bool:
    """
    Tell whether a legend may use a colour: one of :data:`COLOURS`, `#rgb` or `#rrggbb`.
    """
    return text in COLOURS or _HEX.fullmatch(text) is not None


def colour_of(text: str) -> Colour:
    """
    Give the shades of a legend's colour: those of its name, or the shade itself within a darker border.

    Args:
        text: A colour for which :func:`is_colour` is true.
    """
    if text in COLOURS:
        return COLOURS[text]
    digits = text[1:] if len(text) > 4 else "".join(digit * 2 for digit in text[1:])  # noqa: PLR2004 - `#rgb`
    darker = "".join(f"{int(digits[at : at + 2], 16) * 11 // 20:02x}" for at in (0, 2, 4))
    return Colour(f"#{digits.lower()}", f"#{darker}")
