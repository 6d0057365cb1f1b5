"""Tell what a format cannot show of a picture, so that nobody finds out from a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from notifyrules.diagnostics.phrases import named
from notifyrules.diagram.lettering import drawable
from notifyrules.diagram.model import Diagram

MERMAID_ARROWS: Final = 500
"""Arrows at which viewers of Mermaid stop, unless they are told `maxEdges`."""
MERMAID_TEXT: Final = 50_000
"""UTF-16 code units of one Mermaid chart that viewers read, unless they are told `maxTextSize`."""

# What the letters cover that are built into the program that paints: Latin, Greek, Cyrillic, Hebrew, and signs.
UNPAINTED: Final = re.compile(
    "[^\\x20-\\x7e\\xa0-\\u052f\\u0591-\\u05f4\\u1d00-\\u1df5\\u1dfb-\\u20be\\u20f0-\\u214f\\u2153\\u2154\\u215b-\\u215e"
    "\\u2190-\\u2195\\u21a8\\u2202\\u2206\\u220f\\u2211\\u2212\\u2215\\u2219\\u221a\\u221e\\u221f\\u2229\\u222b\\u2248\\u2260\\u2261"
    "\\u2264\\u2265\\u25a0\\u25a1\\u25aa-\\u25ac\\u25b2\\u25ba\\u25bc\\u25c4\\u25ca-\\u25cc\\u25cf\\u263a-\\u263c\\u2640\\u2642\\u2660"
    "\\u2663\\u2665\\u2666\\u266a\\u266b\\u2c60-\\u2c7f\\ua717-\\ua7ae\\ufb01-\\ufb04\\ufb1d-\\ufb4f\\ufe0e\\ufe0f\\ufffd]"
)
"""A character that PNG has no letter for."""


def png_caveats(diagram: Diagram) -> Iterator[str]:
    """Name the characters that PNG shows as squares."""
    missing = dict.fromkeys(character for text in _words(diagram) for character in UNPAINTED.findall(drawable(text)))
    if missing:
        yield f"PNG has no letters for {named(missing)} and shows squares instead; write SVG, which shows every script"


def mermaid_caveats(diagram: Diagram, text: str) -> Iterator[str]:
    """Tell of a chart that viewers of Mermaid refuse to draw."""
    units = len(text.encode("utf-16-le")) // 2
    advice = "write SVG, or tell your own viewer"
    if len(diagram.arrows) >= MERMAID_ARROWS:
        found = f"viewers of Mermaid stop at {MERMAID_ARROWS} arrows, and this chart has {len(diagram.arrows):,}"
        yield f"{found}; {advice} `maxEdges: {len(diagram.arrows) + 1}`"
    if units > MERMAID_TEXT:
        found = f"viewers of Mermaid read {MERMAID_TEXT:,} characters, and this chart has {units:,}"
        yield f"{found}; {advice} `maxTextSize: {units}`"


def _words(diagram: Diagram) -> Iterator[str]:
    """List all that is written on a picture."""
    yield diagram.words
    yield from (name for name, _ in diagram.legend)
    yield from (cluster.title for cluster in diagram.clusters)
    for box in diagram.boxes:
        yield from (box.text, box.caption, *box.mark.notes, *(row.text for row in box.rows))
    for arrow in diagram.arrows:
        yield from (arrow.label, *arrow.mark.notes)
