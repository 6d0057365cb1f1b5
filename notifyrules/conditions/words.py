"""
Find people's words in texts, in time that no text can blow up.

A text is cut into pieces. A word is a run of letters, digits and `_` with their combining marks and joiners; of a
script that parts no words by blanks each character with its marks is a piece, and so is everything else. What is looked
for is found where it is whole pieces. Both sides are composed and case-folded, and a run of white space is one blank.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

_PLAIN = re.compile(r"\w+|\W")
_UNPARTED = "".join(rf"\p{{scx={name}}}" for name in ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"))
_LETTER, _MARK = r"\p{L}\p{N}_", r"\p{M}\u200c\u200d"
_PIECE = rf"(?s)(?:(?![{_UNPARTED}])[{_LETTER}][{_MARK}]*+)++|[{_LETTER}][{_MARK}]*+|."
_BETWEEN = "\ud800"
"""Stands between pieces; no text holds it."""
_LONG = 64
"""Code points of a word above which it is compared by pieces."""
_MANY = 16
"""Words of a list above which the pieces of the text are looked up."""
_MARKS = 1_000
"""Code points of a text above which its marks are sorted first: composing takes their number squared."""
_TWO = {ord(mark): unicodedata.normalize("NFD", mark) for mark in "\u0344\u0f73\u0f75\u0f81"}
"""Marks that are two when they are taken apart."""


def has_word(text: str, words: str | tuple[str, ...]) -> bool:
    """
    Tell whether a word, or one of several, stands in the text on its own, whatever the case.
    """
    if not words:
        return False
    text = _folded(text)
    wanted = [normal_word(word) for word in ((words,) if isinstance(words, str) else words)]
    if any(" " in word for word in wanted):
        text = " ".join(text.split())
    wanted = [word for word in wanted if word and word in text]
    if len(wanted) > _MANY and not _pieces_of(text).isdisjoint(wanted):
        return True
    return any(_stands(text, word) for word in wanted)


def normal_word(word: str) -> str:
    """
    Write a word so that it is equal to every word that is found wherever it is.
    """
    return " ".join(_folded(word).split())


def _stands(text: str, word: str) -> bool:
    """
    Tell whether a word that is in a text stands there on its own, both folded.
    """
    if text.isascii() and len(word) <= _LONG:
        return _bounded(word).search(text) is not None
    return _cut(word) in _cut(text)


@lru_cache(maxsize=512)
def _bounded(word: str) -> re.Pattern[str]:
    """
    Compile a short word in ASCII with the boundaries that it needs.
    """
    begins, ends = (r"\b" if re.match(r"\w", edge) else "" for edge in (word[0], word[-1]))
    return re.compile(begins + re.escape(word) + ends)


@lru_cache(maxsize=16)
def _cut(text: str) -> str:
    """
    Write a folded text with its pieces parted.
    """
    piece = _PLAIN if text.isascii() else _piece()
    return f"{_BETWEEN}{_BETWEEN.join(piece.findall(text))}{_BETWEEN}"


@lru_cache(maxsize=16)
def _pieces_of(text: str) -> frozenset[str]:
    """
    List the pieces of a folded text, once for many words that are looked for.
    """
    return frozenset(_cut(text).split(_BETWEEN))


@lru_cache(maxsize=1)
def _piece() -> re.Pattern[str]:
    """
    Compile what a piece of a text is.
    """
    import regex  # noqa: PLC0415 - 20 ms, and only texts beyond ASCII need it

    piece: re.Pattern[str] = regex.compile(_PIECE)
    return piece


def _folded(text: str) -> str:
    """
    Compose and case-fold a text; folding may part what was composed.
    """
    return text.lower() if text.isascii() else _composed(_composed(text).casefold())


def _composed(text: str) -> str:
    """
    Compose a text (NFC).
    """
    if len(text) > _MARKS:
        runs = groupby(text.translate(_TWO), lambda character: unicodedata.combining(character) > 0)
        text = "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)
    return unicodedata.normalize("NFC", text)
