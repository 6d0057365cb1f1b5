"""
Choose the colours of everything on the chart that no legend speaks of, and ink that can be read on any of them.

Contrast is that of the Web Content Accessibility Guidelines 2.2: 4.5 for text, 3 for lines that carry meaning. The
light colours are those of the picture; the dark ones replace them when the reader's screen is dark. Boxes keep their
hues, so the chart is the same chart by night, and does not glare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from notifyrules.diagram.model import Emphasis
from notifyrules.graph.colours import COLOURS, NIGHT, Colour
from notifyrules.graph.model import Notify

READABLE: Final = 4.5
"""The contrast that text must have with what it stands on."""
DISCERNIBLE: Final = 3.0
"""The contrast that a line must have with what it crosses."""

INK: Final = "#1f2328"
"""Text inside of boxes."""
_DARKEST: Final = 0.04045
"""Below this sRGB is linear."""
WHITE: Final = "#ffffff"
BLACK: Final = "#000000"


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of the panel and of what stands on it, for one kind of page."""

    panel: str
    """The ground of the whole picture; text and lines below are read on it."""
    frame: str
    """The edge of the panel."""
    cluster: str
    """The ground of an opened sub-chart."""
    fence: str
    """The edge of an opened sub-chart."""
    line: str
    """Arrows."""
    text: str
    """What is written on arrows and beside them."""
    quiet: str
    """Words of lesser weight: captions, and everything that a decision did not touch."""
    faint: str
    """Lines that a decision did not touch."""
    lit: str
    """The path of a decision."""
    tried: str
    """What a decision tried in vain."""
    moved: str
    """What runs from an end to another."""
    missed: str
    """What should have been walked, and was not."""


LIGHT: Final = Scheme(
    panel=WHITE,
    frame="#d0d7de",
    cluster="#f6f8fa",
    fence="#848d97",
    line="#57606a",
    text=INK,
    quiet="#636c76",
    faint="#c8d0d9",
    lit="#0a53c1",
    tried="#9a5b00",
    moved="#7b3fb8",
    missed="#b3126e",
)
DARK: Final = Scheme(
    panel="#0d1117",
    frame="#30363d",
    cluster="#161b22",
    fence="#6e7681",
    line="#9aa4af",
    text="#e6edf3",
    quiet="#8f98a3",
    faint="#3d444d",
    lit="#6cb0ff",
    tried="#e3a13c",
    moved="#c297ff",
    missed="#ff7eb6",
)

START: Final = Colour("#f5f5f5", "#666666")
"""The start box."""
UNCLASSED: Final = Colour("#ffffff", "#848d97")
"""A box without a class."""
ENDS: Final = {
    Notify.YES: Colour("#00cc66", "#00994d"),
    Notify.LATER: Colour("#ffbf3f", "#a86f00"),
    Notify.NO: Colour("#e00000", "#a80000"),
    Notify.UNSAID: Colour("#e4e8ed", "#6e7781"),
}
"""
The ends by what they mean for the notification.

Source:
    Green and red are those of Slack's chart (see :data:`notifyrules.graph.colours.COLOURS`); its red `#ff0000` has a
    contrast of 4.0 with white words, so ours is a shade darker.
"""


_NIGHT: Final = {
    **{COLOURS[name].fill: fill for name, fill in NIGHT.items()},
    START.fill: "#2d333b",
    UNCLASSED.fill: "#21262d",
    ENDS[Notify.YES].fill: "#157a41",
    ENDS[Notify.LATER].fill: "#8a5a00",
    ENDS[Notify.NO].fill: "#b01e1e",
    ENDS[Notify.UNSAID].fill: "#444c56",
}
"""The fills of a dark page, by those of a light one."""


def night(colour: Colour) -> Colour:
    """
    Give the shades of a box on a dark page: as dark as the page lets it be seen, within an edge that is lighter.

    An author's own colour that is lighter by day is lighter by night.
    """
    channels = [int(colour.fill[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    own = _written(0.1 + 0.3 * channel**3 for channel in channels)
    return Colour(_NIGHT.get(colour.fill, own), _written(0.45 + 0.25 * channel**2 for channel in channels))


def _written(channels: Iterable[float]) -> str:
    """Write a colour, given its channels from 0 to 1."""
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)


def line_on(scheme: Scheme, emphasis: Emphasis) -> str:
    """Choose the colour of a line on the panel."""
    return {
        Emphasis.FADED: scheme.faint,
        Emphasis.PLAIN: scheme.line,
        Emphasis.TRIED: scheme.tried,
        Emphasis.MOVED: scheme.moved,
        Emphasis.LIT: scheme.lit,
        Emphasis.MISSED: scheme.missed,
    }[emphasis]


def ink_on(ground: str) -> str:
    """Choose the ink that can be read: the chart's, else black or white, one of which always has the contrast."""
    if contrast(INK, ground) >= READABLE:
        return INK
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


def contrast(one: str, other: str) -> float:
    """
    Measure the contrast of two colours: 1 for the same colour, up to 21 for black on white.

    Source:
        Web Content Accessibility Guidelines 2.2, definition of the contrast ratio.
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Measure how bright a colour is, from 0 for black to 1 for white."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    # Without the gamma of sRGB.
    red, green, blue = (one / 12.92 if one <= _DARKEST else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
