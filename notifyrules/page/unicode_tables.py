"""
Write what Python knows of letters, for an interpreter whose own Unicode may be another one.

A set is its ranges, a mapping its runs of letters that move by the same distance; both as numbers to the base 36, each
position counted from the end of the one before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Final

from notifyrules.evaluation.record import Plain
from notifyrules.language.glob_matching import normal_glob

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS: Final = r"[\p{L}\p{N}_]"
_MARKS: Final = r"[\p{M}\u200c\u200d]"
_UNPARTED: Final = r"[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]"
_SIGMA: Final = "\N{GREEK CAPITAL LETTER SIGMA}"
_FINAL: Final = "\N{GREEK SMALL LETTER FINAL SIGMA}"

NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "lower": ("lower",),
        "matches": ("lower", "variants"),
        "has_glob_word": ("lower", "variants", "word"),
        "has_word": ("fold", "letter", "mark", "unparted", "unassigned"),
    }
)
"""The tables that a function of the language looks into."""


@lru_cache(maxsize=16)
def table(name: str) -> Plain:
    """Write one table."""
    match name:
        case "lower":
            cased, ignorable = _sigma_neighbours()
            return {**_mapping(str.lower), "cased": cased, "ignorable": ignorable}
        case "fold":
            return _mapping(str.casefold)
        case "variants":
            small = (letter for letter in _every() if not letter.isascii() and letter.lower() == letter)
            return {letter: same for letter in small if (same := normal_glob(letter)) != letter}
        case "unassigned":
            return _ranges(map(ord, filter(lambda letter: unicodedata.category(letter) == "Cn", _every())))
        case _:
            return _found({"word": r"\w", "letter": _LETTERS, "mark": _MARKS, "unparted": _UNPARTED}[name])


@lru_cache(maxsize=1)
def _every() -> str:
    return "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))


def _found(pattern: str) -> str:
    """Write the characters that a regular expression finds."""
    import regex  # noqa: PLC0415 - only texts beyond ASCII need it

    return _ranges(ord(letter) for run in regex.findall(f"{pattern}+", _every()) for letter in run)


def _ranges(numbers: Iterator[int]) -> str:
    """Write rising numbers as pairs: how far behind the last range the next one begins, and how long it is."""
    written, end = [], 0
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        written += [_number(found[0] - end), _number(len(found))]
        end = found[-1] + 1
    return " ".join(written)


def _mapping(change: Callable[[str], str]) -> dict[str, Plain]:
    """Write how letters change: runs (gap, how many, how far apart, by how much), and letters that become several."""
    changed = [(ord(letter), new) for letter in _every() if (new := change(letter)) != letter]
    single = [(number, ord(new) - number) for number, new in changed if len(new) == 1]
    written, end, at = [], 0, 0
    while at < len(single):
        first, by = single[at]
        apart = 2 if at + 1 < len(single) and single[at + 1] == (first + 2, by) else 1
        count = 1
        while at + count < len(single) and single[at + count] == (first + apart * count, by):
            count += 1
        written += [_number(first - end), _number(count), _number(apart), _number(by)]
        end, at = first + apart * (count - 1) + 1, at + count
    return {"runs": " ".join(written), "several": {chr(number): new for number, new in changed if len(new) > 1}}


def _sigma_neighbours() -> tuple[str, str]:
    """
    Find the letters by which a capital sigma is known to end a word: cased ones, and those that are looked through.

    Source:
        Unicode, section 3.13, `Final_Sigma`, as `str.lower` applies it.
    """
    cased, ignorable = [], []
    for letter in _every():
        if (letter + _SIGMA).lower()[-1] == _FINAL:
            cased.append(ord(letter))
        elif ("A" + letter + _SIGMA).lower()[-1] == _FINAL:
            ignorable.append(ord(letter))
    return _ranges(iter(cased)), _ranges(iter(ignorable))


def _number(value: int) -> str:
    """Write a whole number to the base 36, as `parseInt` reads it."""
    digits, rest = "", abs(value)
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")
