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
"""Words of a list above which they are looked up among the pieces of the text."""
_MARKS = 1_000
"""Code points of a text above which its marks are sorted first: composing takes their number squared."""
_TWO = {ord(mark): unicodedata.normalize("NFD", mark) for mark in "\u0344\u0f73\u0f75\u0f81"}
"""Marks that are two when they are taken apart."""


def has_word(text: str, words: str | tuple[str, ...]) -> bool:
    """Tell whether a word, or one of several, stands in the text on its own, whatever the case."""
    if not words:
        return False
    text = _folded(text)
    if isinstance(words, str):
        return _stands(text, normal_word(words))
    if len(words) > _MANY and not _pieces_of(text).isdisjoint(map(normal_word, words)):
        return True
    return any(_stands(text, normal_word(word)) for word in words)


def normal_word(word: str) -> str:
    """Write a word so that it is equal to every word that is found wherever it is."""
    return word.lower() if word.isascii() and word.isalnum() else " ".join(_folded(word).split())


def _stands(text: str, word: str) -> bool:
    """Tell whether a word stands in a text on its own, both folded."""
    if " " in word:
        text = _spaced(text)
    if not word or word not in text:
        return False
    if text.isascii() and len(word) <= _LONG:
        return _bounded(word).search(text) is not None
    return _cut(word) in _cut(text)


@lru_cache(maxsize=16)
def _spaced(text: str) -> str:
    """Write a text with one blank for each run of white space."""
    return " ".join(text.split())


@lru_cache(maxsize=512)
def _bounded(word: str) -> re.Pattern[str]:
    """Compile a short word in ASCII with the boundaries that it needs."""
    begins, ends = (r"\b" if re.match(r"\w", edge) else "" for edge in (word[0], word[-1]))
    # What is spelt out stands first: that is what regular expressions look for quickly.
    return re.compile(f"{re.escape(word)}(?<={begins}{re.escape(word)}){ends}")


@lru_cache(maxsize=16)
def _cut(text: str) -> str:
    """Write a folded text with its pieces parted."""
    return f"{_BETWEEN}{_BETWEEN.join(_pieces(text))}{_BETWEEN}"


@lru_cache(maxsize=16)
def _pieces_of(text: str) -> frozenset[str]:
    """List the pieces of a folded text, once for many words that are looked for."""
    return frozenset(_pieces(text))


def _pieces(text: str) -> list[str]:
    return (_PLAIN if text.isascii() else _piece()).findall(text)


@lru_cache(maxsize=1)
def _piece() -> re.Pattern[str]:
    import regex  # noqa: PLC0415 - 20 ms, and only texts beyond ASCII need it

    piece: re.Pattern[str] = regex.compile(_PIECE)
    return piece


def _folded(text: str) -> str:
    """Compose and case-fold a text; folding may part what was composed."""
    return text.lower() if text.isascii() else _composed(_composed(text).casefold())


def _composed(text: str) -> str:
    """Compose a text (NFC)."""
    if len(text) > _MARKS:
        runs = groupby(text.translate(_TWO), lambda character: unicodedata.combining(character) > 0)
        text = "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)
    return unicodedata.normalize("NFC", text)
