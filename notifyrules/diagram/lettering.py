"""
Measure and wrap text without asking any font.

Layout engines measure with the fonts of their own machine, and readers see the picture with those of theirs. So widths
are taken from one table, erring on the wide side, and every box is made as wide as its words: a picture has the same
bytes everywhere, and no script runs out of its box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from notifyrules.diagnostics.visible import visible

_SLACK: Final = 1.04
"""Fonts that stand in for Helvetica are up to this much wider."""
_WIDE: Final = 1000
_EMOJI: Final = 1350
"""Emoji fonts draw on a square that is larger than the letters beside it."""
_CAPITAL: Final = 780
_LETTER: Final = 640
_SIGN: Final = 1000
_ELLIPSIS: Final = "…"
_JOINER: Final = "\u200d"
JOINED: Final = re.compile(f"{_JOINER}.")
"""What is drawn as one with the character before it."""
_LATIN: Final = dict(
    zip(
        map(chr, range(0x20, 0x7F)),
        [
            *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
            *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
            *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
            *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
            *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
            *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
        ],
        strict=True,
    )
)
"""
Advance widths of the printable ASCII characters, in thousandths of the font size.

Source:
    Adobe Font Metrics of Helvetica; Arial, Arimo and Liberation Sans are made to the same widths.
"""
_BOLD: Final = 1.1
"""Bold letters are wider by this much at the most, as a line of text goes."""
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_EMOJI_BLOCKS: Final = range(0x1F000, 0x1FB00)
_NO_CHARACTERS: Final = re.compile("[\ufffe\uffff]")
_BETWEEN_MARKS: Final = re.compile(r"[^/._,;:&|)-]*[/._,;:&|)-]*")
"""The parts of a word that is too long for a line, each with the marks behind it."""
_PIECES: Final = re.compile(r"\s+")
_LEFTWARDS, _RIGHTWARDS, _ENDED = "\u2067", "\u2066", "\u2069"
"""Set a stretch of text apart from the direction of the text around it: right to left, left to right, until here."""
_APART: Final = re.compile(f"([{_LEFTWARDS}{_RIGHTWARDS}][^\u2066-\u2069]*{_ENDED})")


def drawable(text: str) -> str:
    """Make one line for XML, DOT and Mermaid of any text: what nobody would see spelt out, cut at 1,000 code points."""
    pieces = _APART.split(_PIECES.sub(" ", text).strip())
    # Every other piece is set apart, and the marks around it reorder nothing outside of them.
    shown = (
        piece[0] + visible(piece[1:-1]) + piece[-1] if number % 2 and _has_leftward(piece) else visible(piece)
        for number, piece in enumerate(pieces)
    )
    return _NO_CHARACTERS.sub("\ufffd", "".join(shown))


def is_leftward(text: str) -> bool:
    """
    Tell whether a text is to be read from right to left: its first letter with a direction decides.

    Source:
        Unicode Standard Annex 9, rules P2 and P3.
    """
    directions = map(unicodedata.bidirectional, _APART.sub("", text))
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


def set_apart(text: str) -> str:
    """Keep a text from mixing with the sentence around it: unseen marks set off one with letters from right to left."""
    if not _has_leftward(text):
        return text
    return (_LEFTWARDS if is_leftward(text) else _RIGHTWARDS) + visible(_PIECES.sub(" ", text).strip()) + _ENDED


def leftward(line: str) -> str:
    """Mark a line as one that runs from right to left, for formats that know no other way to say so."""
    return f"{_LEFTWARDS}{line}{_ENDED}"


def directed(lines: Iterable[str]) -> list[str]:
    """Mark the lines of one text where it runs from right to left."""
    kept = list(lines)
    return list(map(leftward, kept)) if is_leftward(" ".join(kept)) else kept


def _has_leftward(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Measure how many pixels a :func:`drawable` line takes at the most in the fonts of common machines."""
    return sum(map(_advance, JOINED.sub("", text))) * size / 1000 * _SLACK * (_BOLD if bold else 1)


def wrap(text: str, size: float, *, limit: float, lines: int, bold: bool = False) -> tuple[str, ...]:
    """Break a text into one or more lines of about equal length and up to *limit* pixels; an ellipsis ends the last."""
    pieces = [part for word in _words(drawable(text)) for part in _cut(word, size, limit, bold=bold)]
    broken = _fill(pieces, limit)
    # As many lines as needed, each no longer than needed: a last line of one word looks like a mistake.
    low, high = limit / 2, limit
    while high - low > 1:
        middle = (low + high) / 2
        if len(_fill(pieces, middle)) <= len(broken):
            high = middle
        else:
            low = middle
    broken = _set_lines_apart(_fill(pieces, high))
    if len(broken) > lines:
        kept = broken[lines - 1]
        while kept and width(kept + _ELLIPSIS, size, bold=bold) > limit:
            kept = kept[:-1]
        broken = [*broken[: lines - 1], kept.rstrip() + _ELLIPSIS]
    return tuple(broken)


def _set_lines_apart(lines: list[str]) -> list[str]:
    """Begin again on the next line what is set apart and was broken."""
    found: list[str] = []
    mark = ""
    for line in lines:
        whole = mark + line
        opened = max(whole.rfind(_LEFTWARDS), whole.rfind(_RIGHTWARDS))
        mark = whole[opened] if opened > whole.rfind(_ENDED) else ""
        found.append(whole + (_ENDED if mark else ""))
    return found


def _fill(pieces: list[tuple[str, float]], limit: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece, taken in pieces:
        if line and used + taken > limit and (piece.strip() or used > limit):
            lines.append(line.rstrip())
            line, used = "", 0.0
        if line or piece.strip():
            line, used = line + piece, used + taken
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _cut(word: str, size: float, limit: float, *, bold: bool) -> Iterator[tuple[str, float]]:
    """Cut a word that is longer than a whole line: behind a mark inside of it, else where it must be."""
    whole = width(word, size, bold=bold)
    if whole <= limit:
        yield word, whole
        return
    for piece in _BETWEEN_MARKS.findall(word):
        part, used = "", 0.0
        for character in piece:
            taken = width(character, size, bold=bold)
            if part and used + taken > limit and taken and part[-1] != _JOINER:
                yield part, used
                part, used = "", 0.0
            part, used = part + character, used + taken
        yield part, used


def _words(line: str) -> Iterator[str]:
    """Split a line where it may be broken in any case; together the pieces are the line again."""
    piece = ""
    for character, after in pairwise(line + " "):
        piece += character
        ideographs = _ideographic(character) or _ideographic(after)
        if " " in (character, after) or (ideographs and _may_end(character) and _may_begin(after)):
            yield piece
            piece = ""


def _ideographic(character: str) -> bool:
    """Tell whether lines may be broken at a character as in Chinese and Japanese."""
    return unicodedata.east_asian_width(character) in ("W", "F")


def _may_begin(character: str) -> bool:
    """Tell whether a character may begin a line: closing marks, joiners and what is written above another may not."""
    return unicodedata.category(character) not in ("Pe", "Pf", "Po", "Mn", "Mc", "Me", "Cf", "Sk")


def _may_end(character: str) -> bool:
    """Tell whether a character may end a line: opening marks and joiners may not."""
    return unicodedata.category(character) not in ("Ps", "Pi", "Cf")


def _advance(character: str) -> int:
    """Look up how far a character moves the pen, in thousandths of the font size."""
    if (known := _LATIN.get(character)) is not None:
        return known
    point, category = ord(character), unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") or point in _SKIN_TONES:
        return 0
    if point in _EMOJI_BLOCKS:
        return _EMOJI
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return _EMOJI if category == "So" else _WIDE
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        return sum(map(_advance, parts))
    if category in ("Lu", "Lt"):
        return _CAPITAL
    if category == "So":
        return _EMOJI
    return _LETTER if category[0] in "LMN" else _SIGN
