"""
Give every box its size and its lines of text.

All lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Final

from notifyrules.diagram.lettering import width, wrap
from notifyrules.diagram.model import BoxShape, DrawnBox, DrawnRow

TEXT: Final = 14
"""The font size of questions."""
SMALL: Final = 12
"""The font size of labels, captions, notes and rows."""
LARGE: Final = 16
"""The font size of the shared ends and the title."""
LEADING: Final = 1.25
"""Lines stand this many font sizes apart."""

_SIDE: Final = 12
_TOP: Final = 9
_MOST_LINES: Final = 12
_LEAST: Final = 48
"""No box is narrower."""
_NARROW: Final = 140
_BROAD: Final = 300
_LONG: Final = 560
"""Text that would be longer than this on one line gets a broader box."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the text of a kind of box is set."""

    size: int
    narrow: float
    """How broad the text may become where it is short."""
    broad: float
    """How broad the text may become where it is long."""
    lines: int
    side: float
    """Room to the left and right of the text."""
    top: float
    """Room above and below the text."""
    bold: bool = False


_STYLES: Final = {
    BoxShape.START: TextStyle(LARGE, 260, 420, 6, 20, 10, bold=True),
    **dict.fromkeys(
        (BoxShape.QUESTION, BoxShape.SWITCH, BoxShape.FIRST, BoxShape.FAN_OUT),
        TextStyle(TEXT, _NARROW, _BROAD, _MOST_LINES, _SIDE, _TOP),
    ),
    BoxShape.CALL: TextStyle(TEXT, _NARROW, _BROAD, _MOST_LINES, _SIDE + 8, _TOP),
    BoxShape.TABLE: TextStyle(TEXT, 220, 300, _MOST_LINES, _SIDE, _TOP),
    BoxShape.EXIT: TextStyle(SMALL, 120, 200, 4, 12, 5, bold=True),
    BoxShape.END: TextStyle(LARGE, 180, 300, 6, 28, 12, bold=True),
    BoxShape.REFUSAL: TextStyle(SMALL, 130, 200, 4, 9, 4, bold=True),
}
ROW_SIDE: Final = 10
"""Room to the left of the words in a row."""

_ROW: Final = TextStyle(SMALL, 240, 300, 8, ROW_SIDE, 5)
_CAPTION: Final = TextStyle(SMALL, 240, 240, 3, 0, 0)
_LABEL: Final = TextStyle(SMALL, 110, 200, 4, 4, 1, bold=True)
_TITLE: Final = TextStyle(SMALL, 400, 400, 1, 0, 0, bold=True)
_NOTE_LIMIT: Final = 240
NOTE_GAP: Final = 7
"""Room between a question and its notes, with a rule in the middle."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A block of text, broken into lines."""

    lines: tuple[str, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class SizedBox:
    """A box with its size."""

    box: DrawnBox
    text: Lettering
    caption: Lettering | None
    notes: Lettering | None
    rows: tuple[Lettering, ...]
    width: int
    """Even, so that the middle is a whole pixel."""
    head: int
    """The height without the rows of a table; the height of any other box. Even."""
    row_heights: tuple[int, ...]
    style: TextStyle

    @property
    def height(self) -> int:
        """The whole height."""
        return self.head + sum(self.row_heights)

    def row_middle(self, row: int) -> float:
        """Find the middle of a row of a table, counted from the top of the box."""
        return self.head + sum(self.row_heights[:row]) + self.row_heights[row] / 2


def size_end(box: DrawnBox) -> SizedBox:
    """Set an end as one that stands beside the arrow that leads to it."""
    style = _STYLES[BoxShape.REFUSAL]
    text = letter(box.text, style)
    caption = letter(box.caption, _CAPTION) if box.caption else None
    wide = max(text.width, caption.width if caption else 0) + 2 * style.side
    high = text.height + (caption.height if caption else 0) + 2 * style.top
    return SizedBox(box, text, caption, None, (), even(wide), even(high), (), style)


def size_box(box: DrawnBox, *, least: float = 0, beside: Mapping[int, float] = MappingProxyType({})) -> SizedBox:
    """
    Set the text of a box and find its size.

    It is *least* high at the least, and rows of a table are as high as what stands *beside* them.
    """
    style = _STYLES[box.shape]
    text = letter(box.text, style)
    caption = letter(box.caption, _CAPTION) if box.caption else None
    notes = letter_notes(box.mark.notes) if box.mark.notes else None
    rows = tuple(_letter_row(row) for row in box.rows)
    parts = [part for part in (text, caption, notes) if part is not None]
    inside = max(part.width for part in parts) + 2 * style.side
    tall = max(least, sum(part.height for part in parts) + 2 * style.top + (NOTE_GAP if notes else 0))
    broad = max([inside, *(row.width + 2 * _ROW.side for row in rows)])
    heights = tuple(even(max(row.height + 2 * _ROW.top, beside.get(place, 0))) for place, row in enumerate(rows))
    return SizedBox(box, text, caption, notes, rows, even(max(broad, _LEAST)), even(tall), heights, style)


def _letter_row(row: DrawnRow) -> Lettering:
    """Set a row of a table, and below it what is noted of it."""
    blocks = [letter(row.text, _ROW), *([letter_notes(row.mark.notes)] if row.mark.notes else [])]
    lines = tuple(line for block in blocks for line in block.lines)
    return Lettering(lines, max(block.width for block in blocks), len(lines) * SMALL * LEADING)


def letter_notes(notes: tuple[str, ...]) -> Lettering:
    """Set the notes of a box, or the values beside it, each on as many lines as it takes."""
    lines = tuple(line for note in notes for line in wrap(note, SMALL, limit=_NOTE_LIMIT, lines=3))
    return Lettering(lines, max(width(line, SMALL) for line in lines), len(lines) * SMALL * LEADING)


def label(text: str, notes: tuple[str, ...] = ()) -> Lettering:
    """Set the words on an arrow, with the room that they need around them."""
    found = letter(": ".join(part for part in (text, ", ".join(notes)) if part), _LABEL)
    return Lettering(found.lines, even(found.width + 2 * _LABEL.side), even(found.height + 2 * _LABEL.top))


def letter_title(text: str) -> Lettering:
    """Set the title of a cluster."""
    return letter(text, _TITLE)


def letter(text: str, style: TextStyle) -> Lettering:
    """Break a text into lines as its style says; long text gets longer lines."""
    limit = style.narrow if width(text, style.size, bold=style.bold) <= _LONG else style.broad
    lines = wrap(text, style.size, limit=limit, lines=style.lines, bold=style.bold)
    broad = max(width(line, style.size, bold=style.bold) for line in lines)
    return Lettering(lines, broad, len(lines) * style.size * LEADING)


def even(length: float) -> int:
    """Round a length up to an even number of pixels."""
    return 2 * ceil(length / 2)
