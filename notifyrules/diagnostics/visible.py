"""Show text that strangers wrote: every character visible, none obeyed by the terminal, and its width known."""

from __future__ import annotations

import unicodedata

LONGEST = 1_000
"""How many code points of one message are shown; a message can quote a name as long as the file."""

_TAB = "    "
_ZERO_WIDTH_JOINER = "\u200d"
_ZERO_WIDTH_NON_JOINER = "\u200c"
_EMOJI_STYLE = "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_HANGUL_VOWELS_AND_FINALS = range(0x1160, 0x1200)
# Control, format (which reorders or hides text), lone surrogate, line and paragraph separator.
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """
    Put *text* on one line on which every character can be seen.

    Args:
        text: Anything, also what a hostile file holds.

    Returns:
        The text, at most :data:`LONGEST` code points of it, with `<U+001B>` in place of a character that terminals
        obey or that nobody would see.
    """
    if len(text) <= LONGEST and text.isprintable():
        return text
    shown = "".join(_shown(character) for character in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}..."


def visible_name(name: str) -> str:
    """
    Put the name of a file at the beginning of a line, so that nobody takes the line for anything else.

    Source:
        GitHub Actions obeys lines of output that begin with `::`, blanks before it left out.
    """
    return visible(f"./{name}" if name.lstrip().startswith("::") else name)


def cells(line: str) -> tuple[tuple[str, int], ...]:
    """
    Lay out one line of a file for a terminal.

    Args:
        line: The text of the line; tabs are allowed.

    Returns:
        For each code point what to print for it, and how many columns that takes: 0, 1, 2 or more.

    Source:
        Unicode Standard Annex 11 (East Asian width); emoji sequences take two columns, as current terminals draw them.
    """
    laid: list[tuple[str, int]] = []
    before = ""
    for character in line:
        if character == "\t":
            laid.append((_TAB, len(_TAB)))
        elif character == _EMOJI_STYLE and laid and laid[-1][1] == 1:
            laid.append((character, 1))
        elif before == _ZERO_WIDTH_JOINER and _width(character) == 2:  # noqa: PLR2004 - columns of an emoji
            laid.append((character, 0))
        else:
            shown = _shown(character)
            laid.append((shown, len(shown) if shown != character else _width(character)))
        before = character
    return tuple(laid)


def _shown(character: str) -> str:
    if character.isprintable() or character in (_ZERO_WIDTH_JOINER, _ZERO_WIDTH_NON_JOINER):
        return character
    return f"<U+{ord(character):04X}>" if unicodedata.category(character) in _HIDDEN else character


def _width(character: str) -> int:
    """Count the columns of a code point that stands by itself."""
    point = ord(character)
    if point in _SKIN_TONES or point in _HANGUL_VOWELS_AND_FINALS:
        return 0
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
