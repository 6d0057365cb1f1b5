"""
Refuse what Python reads although it is no JSON; say where a text stops being JSON and what is expected there.

The words are our own: those of Python's reader, and the places that it names, change from version to version.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

MAX_DIGITS: Final = 40
"""Digits of a number that are looked at: no fact has so many, and Python refuses to convert thousands."""
SECOND_VALUE = "a second JSON value begins here"
"""What is told of a text that goes on behind its value."""
_BLANKS = re.compile(r"[ \t\n\r]*+")
_TEXT = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null|NaN|-?Infinity")
_WORD = re.compile(r"[\w.+-]{1,40}|.", re.DOTALL)
_MEANT = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_CLOSING = {"{": "}", "[": "]"}


class UnfitJsonError(Exception):
    """Say of something that Python would read that no JSON should hold it."""

    def __init__(self, word: str, *, twice: bool = False) -> None:
        """Carry the *word*: a key that stands twice in one object, or what is none of JSON's."""
        super().__init__(word)
        self.word = word
        self.twice = twice


def _unlike_keys(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Make an object whose keys are all different; UnfitJsonError where one stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
        raise UnfitJsonError(twice, twice=True)
    return found


def _refuse_constant(written: str) -> object:
    """Refuse `NaN` and the like, which Python reads although JSON does not have them."""
    raise UnfitJsonError(written)


def read_integer(written: str) -> int:
    """Read an integer; of one that no fact can hold only as many digits as tell so."""
    return int(written[:MAX_DIGITS])


STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_unlike_keys, parse_constant=_refuse_constant, parse_int=read_integer
)
"""Reads JSON and nothing else: JSONDecodeError, RecursionError or UnfitJsonError where it is none."""


def find_json_error(text: str) -> tuple[int, str]:
    """Find the offset where a text that Python does not read as JSON is none, and what was expected and found there."""
    # What is open around the place, and what may stand at it: a key, a colon, a value, or what goes on behind one.
    around: list[str] = []
    expected, is_first, at = "value", False, 0
    while True:
        blanks = _BLANKS.match(text, at)
        at = at if blanks is None else blanks.end()
        mark = text[at : at + 1]
        if is_first and mark == _CLOSING[around[-1]]:
            expected = "more"
        is_first = False
        if expected == "more":
            if not around:
                return at, SECOND_VALUE
            if mark == ",":
                expected, at = ("key" if around[-1] == "{" else "value"), at + 1
            elif mark == _CLOSING[around[-1]]:
                around.pop()
                at += 1
            else:
                return at, f"expected `,` or `{_CLOSING[around[-1]]}`, found {_found(text, at)}"
        elif expected == "colon":
            if mark != ":":
                return at, f"expected `:` behind the key, found {_found(text, at)}"
            expected, at = "value", at + 1
        elif expected == "value" and mark and mark in "{[":
            around.append(mark)
            expected, is_first, at = ("key" if mark == "{" else "value"), True, at + 1
        elif mark == '"':
            end = _end_of_text(text, at)
            if isinstance(end, tuple):
                return end
            expected, at = ("colon" if expected == "key" else "more"), end
        elif expected == "value" and (plain := _PLAIN.match(text, at)):
            expected, at = "more", plain.end()
        else:
            wanted = "a value" if expected == "value" else "a key in double quotes"
            return at, f"expected {wanted}, found {_found(text, at)}"


def _end_of_text(text: str, at: int) -> int | tuple[int, str]:
    """Find the end of a text in quotes, or what keeps it from having one."""
    found = _TEXT.match(text, at)
    end = at if found is None else found.end()
    match text[end : end + 1]:
        case '"':
            return end + 1
        case "":
            return at, "this text has no closing quote"
        case "\\":
            return end, f"`{text[end : end + 2]}` is no escape of JSON"
        case _:
            return end, "a control character such as a line end stands in a text, write it as an escape such as `\\n`"


def _found(text: str, at: int) -> str:
    if (word := _WORD.match(text, at)) is None:
        return "the end"
    if word[0] == "'":
        return "`'`: texts stand in double quotes"
    return f"`{word[0]}`" + (f", which JSON writes `{_MEANT[word[0]]}`" if word[0] in _MEANT else "")
