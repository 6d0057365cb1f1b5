"""
Find words and globs in texts, in time that no pattern can blow up.

Globs are cut at their stars into chunks, each of which is looked for once and leftmost; a chunk is found by `str.find`
or, where it holds `?` or is long, by the bit-parallel Shift-And method, so that the cost never depends on how a pattern
and a text conspire.

Source:
    R. Baeza-Yates and G. Gonnet, "A new approach to text searching", 1992 (Shift-And).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"\w")
_WORDS = re.compile(r"\w+")
_LONG = 64


def matches(text: str, glob: str) -> bool:
    """
    Tell whether a glob covers the whole text, both case-folded.
    """
    text, first, *rest = (text.casefold(), *glob.casefold().split("*"))
    if not rest:
        return len(text) == len(first) and _stands(text, first, 0)
    *middle, last = rest
    end = len(text) - len(last)
    if len(first) > end or not _stands(text, first, 0) or not _stands(text, last, end):
        return False
    at = len(first)
    for chunk in middle:
        found = next(_occurrences(text, chunk, at), None)
        if found is None:
            return False
        at = found + len(chunk)
    return at <= end


def has_word(text: str, words: str | tuple[str, ...]) -> bool:
    """
    Tell whether a word, or one of several, stands in the text on its own, both case-folded.
    """
    if not words:
        return False
    folded = text.casefold()
    if isinstance(words, str):
        return _has_chunk(folded, words.casefold())
    wanted = dict.fromkeys(word.casefold() for word in words)
    whole = [word for word in wanted if _WORDS.fullmatch(word)]
    if whole and not _words_of(folded).isdisjoint(whole):
        return True
    return any(_has_chunk(folded, word) for word in wanted if not _WORDS.fullmatch(word))


def has_glob_word(text: str, glob: str) -> bool:
    """
    Tell whether a stretch of the text that a glob covers stands on its own, both case-folded.
    """
    text, glob = text.casefold(), glob.casefold()
    if "*" not in glob:
        return _has_chunk(text, glob, wild="?" in glob)
    first, *middle, last = glob.split("*")
    start = next((at for at in _occurrences(text, first, 0) if _begins(text, at, first)), None)
    if start is None:
        return False
    at = start + len(first)
    for chunk in middle:
        found = next(_occurrences(text, chunk, at), None)
        if found is None:
            return False
        at = found + len(chunk)
    return any(_ends(text, found + len(last), last) for found in _occurrences(text, last, at))


def _has_chunk(text: str, word: str, *, wild: bool = False) -> bool:
    """
    Look for a pattern without stars, bounded on both sides; `?` is any code point only where *wild* says so.
    """
    if not word:
        return False
    if not wild and len(word) <= _LONG:
        return _bounded(word).search(text) is not None
    found = _occurrences(text, word, 0, wild=wild)
    return any(_begins(text, at, word) and _ends(text, at + len(word), word) for at in found)


@lru_cache(maxsize=512)
def _bounded(word: str) -> re.Pattern[str]:
    """
    Compile a short word with the boundaries that it needs.
    """
    before = r"(?<!\w)" if _is_word(word[0]) else ""
    after = r"(?!\w)" if _is_word(word[-1]) else ""
    return re.compile(before + re.escape(word) + after)


@lru_cache(maxsize=16)
def _words_of(text: str) -> frozenset[str]:
    """
    Cut a text into its words, once for a list of them that is looked for.
    """
    return frozenset(_WORDS.findall(text))


def _begins(text: str, at: int, pattern: str) -> bool:
    """
    Tell whether nothing of the same word stands before *at*, where the pattern begins with a word character.
    """
    return at == 0 or not _is_word(pattern[:1]) or not _is_word(text[at - 1])


def _ends(text: str, at: int, pattern: str) -> bool:
    """
    Tell whether nothing of the same word stands at *at*, where the pattern ends with a word character.
    """
    return at == len(text) or not _is_word(pattern[-1:]) or not _is_word(text[at])


def _is_word(character: str) -> bool:
    r"""
    Tell whether a character is one of a word: Python's `\w`.
    """
    return _WORD.match(character) is not None


def _stands(text: str, chunk: str, at: int) -> bool:
    """
    Tell whether a chunk covers the text from *at* on.
    """
    if "?" not in chunk:
        return text.startswith(chunk, at)
    return all(wanted in ("?", found) for wanted, found in zip(chunk, text[at : at + len(chunk)], strict=True))


def _occurrences(text: str, chunk: str, start: int, *, wild: bool = True) -> Iterator[int]:
    """
    Give every place at or behind *start* where a chunk stands, leftmost first.
    """
    wild = wild and "?" in chunk
    if not wild and len(chunk) <= _LONG:
        at = text.find(chunk, start)
        while at >= 0:
            yield at
            at = text.find(chunk, at + 1)
        return
    masks, anything = _masks(chunk, wild=wild)
    final = 1 << (len(chunk) - 1)
    state = 0
    for at in range(start, len(text)):
        state = ((state << 1) | 1) & masks.get(text[at], anything)
        if state & final:
            yield at - len(chunk) + 1


@lru_cache(maxsize=128)
def _masks(chunk: str, *, wild: bool) -> tuple[dict[str, int], int]:
    """
    Prepare the Shift-And method.

    Returns:
        For each character the positions of the chunk that accept it, as bits, and the positions that accept any.
    """
    positions: dict[str, bytearray] = {}
    width = len(chunk) // 8 + 1
    anything = bytearray(width)
    for number, character in enumerate(chunk):
        bits = anything if wild and character == "?" else positions.setdefault(character, bytearray(width))
        bits[number // 8] |= 1 << (number % 8)
    always = int.from_bytes(anything, "little")
    return {character: int.from_bytes(bits, "little") | always for character, bits in positions.items()}, always
