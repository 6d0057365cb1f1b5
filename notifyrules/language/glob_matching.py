r"""
Find globs in texts exactly as Matrix's evaluator of push rules does, in time that no pattern can blow up.

Both sides are put in lower case. A glob with `*` or `?` is then compared by simple case folding, code point for code
point, and neither sign stands for a line end; a glob without them must first stand in the text as it is. Letters of
words are those of UTS 18: alphabetic characters, marks, decimal digits, connectors and joiners, `\w` of :mod:`regex`.

Source:
    Synapse 1.157, `rust/src/push/utils.rs`, and the crate `regex` that it compiles globs with.
    R. Baeza-Yates and G. Gonnet, "A new approach to text searching", 1992 (Shift-And).
"""

from __future__ import annotations

import re
from functools import lru_cache

_SIGNS = re.compile(r"[*?]+")
_SMALL = (
    "\u00b5\u017f\u0345\u03c2\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5"
    "\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88\u1e9b\u1fbe"
)
"""Letters that stay as they are in lower case, and are the same as another one whatever the case."""
_VARIANTS = {letter: letter.casefold().lower() for letter in _SMALL}
_VARIANTS |= {"\ufb05": "\ufb06", "\u1fd3": "\u0390", "\u1fe3": "\u03b0"}
_VARIANT = re.compile(f"[{''.join(_VARIANTS)}]")
_LONG = 64
"""Code points of a glob above which a regular expression would take too long on a text made for it."""
_KEPT = 4096
"""Masks that are kept while a long glob is looked for."""
_FEW = 20
"""Bits up to which a number is quicker made one by one."""


def matches(text: str, glob: str) -> bool:
    """Tell whether a glob covers the whole text, whatever the case."""
    text = text.lower()
    if not _SIGNS.search(glob):
        return text == glob.lower()
    text = _same_variants(text)
    if len(glob) <= _LONG or len(glob := normal_glob(glob)) <= _LONG:
        return _whole(glob).match(text) is not None
    return _covers(text, glob, within=False)


def has_glob_word(text: str, glob: str) -> bool:
    """Tell whether a stretch of the text that a glob covers begins and ends inside of no word, whatever the case."""
    text = text.lower()
    if not _SIGNS.search(glob):
        glob = glob.lower()
        if not glob or glob not in text:
            return False
    text = _same_variants(text)
    if len(glob) <= _LONG or len(glob := normal_glob(glob)) <= _LONG:
        part, pattern = _anywhere(glob, plain=text.isascii())
        return part in text and pattern.search(text) is not None
    return _covers(text, glob, within=True)


def normal_glob(glob: str) -> str:
    """Write a glob so that no letter of it has another form whatever the case, and its signs in one order."""
    if not _SIGNS.search(glob):
        return _same_variants(glob.lower())
    # A letter that is two in lower case is found nowhere, because texts are searched in lower case.
    small = "".join(letter if letter == "İ" else letter.lower() for letter in glob)
    return _SIGNS.sub(lambda found: "?" * found[0].count("?") + "*" * ("*" in found[0]), _same_variants(small))


def _same_variants(text: str) -> str:
    """Replace letters in lower case by those that they are the same as, one for one."""
    return text if text.isascii() else _VARIANT.sub(lambda found: _VARIANTS[found[0]], text)


@lru_cache(maxsize=512)
def _whole(glob: str) -> re.Pattern[str]:
    """Compile a short glob that covers a whole text."""
    first, *rest = _chunks(normal_glob(glob))
    return re.compile(first + r"\Z" if not rest else f"{first}{_leftmost(rest[:-1])}[^\n]*?{rest[-1]}\\Z")


@lru_cache(maxsize=512)
def _anywhere(glob: str, *, plain: bool) -> tuple[str, re.Pattern[str]]:
    """
    Compile a short glob that stands anywhere, for texts in ASCII or for all.

    With a star in it, only the first place in each line that it can begin at is tried: a later one finds no more.

    Returns:
        A part that a text must hold, which is quickly told, and the regular expression.
    """
    glob = normal_glob(glob)
    first, *rest = _chunks(glob)
    begins, ends = (_cut(edge, plain=plain) for edge in (glob[0], glob[-1]))
    # What is spelt out stands first: that is what regular expressions look for quickly.
    pattern = f"{first}(?<={begins}{first}){ends}"
    if rest:
        pattern = f"(?m)^(?>[^\n]*?{begins}{first}){_leftmost(rest[:-1])}[^\n]*?{rest[-1]}{ends}"
    return max(_SIGNS.split(glob), key=len), _compile(pattern, plain=plain)


def _chunks(glob: str) -> list[str]:
    """Write what stands between the stars of a glob as regular expressions."""
    return [re.escape(chunk).replace(r"\?", "[^\n]") for chunk in glob.split("*")]


def _leftmost(chunks: list[str]) -> str:
    """Take each chunk where it first stands behind the one before it, for good: a later place finds no more."""
    return "".join(f"(?>[^\n]*?{chunk})" for chunk in chunks)


def _cut(edge: str, *, plain: bool) -> str:
    """Say what holds where a glob begins or ends with a character: that no word goes on there."""
    if edge in "*?":
        return r"(?:(?<!\w)|(?!\w))"
    return r"\b" if _compile(r"\w", plain=plain).match(edge) else ""


def _compile(pattern: str, *, plain: bool) -> re.Pattern[str]:
    """Compile a regular expression, with Unicode's properties only where a text needs them."""
    if plain:
        return re.compile(pattern)
    import regex  # noqa: PLC0415 - 20 ms, and only texts beyond ASCII need it

    compiled: re.Pattern[str] = regex.compile(pattern)
    return compiled


def _covers(text: str, glob: str, *, within: bool) -> bool:
    """
    Look for a long glob by the Shift-And method, where a star lets what has been found so far stand still.

    Args:
        text: In lower case, variants replaced.
        glob: Normal.
        within: Whether a stretch of the text is enough that begins and ends inside of no word.
    """
    *chunks, last = glob.split("*")
    positions: dict[str, list[int]] = {}
    for number, wanted in enumerate("".join((*chunks, last))):
        positions.setdefault(wanted, []).append(number)
    size, stars, at = sum(map(len, positions.values())), [], 0
    for chunk in chunks:
        at += len(chunk)
        stars.append(at)
    anything, waiting, final = _bits(positions.pop("?", [])), _bits(stars), 1 << size
    inside = _inside(text) if within else b"\0" + b"\1" * (len(text) - 1) + b"\0"
    masks: dict[str, int] = {}
    state = 0
    for place, found in enumerate(text):
        if not inside[place]:
            state |= 1
        if (mask := masks.get(found)) is None:
            if len(masks) >= _KEPT:
                masks.clear()
            mask = masks[found] = _bits(positions.get(found, [])) | (anything if found != "\n" else 0)
        state = (state & mask) << 1 | (state & waiting if found != "\n" else 0)
        if state & final and not inside[place + 1]:
            return True
    return False


def _bits(positions: list[int]) -> int:
    """Give a number whose bits at some positions, in rising order, are set."""
    if len(positions) < _FEW:
        return sum(1 << position for position in positions)
    bits = bytearray(positions[-1] // 8 + 1)
    for position in positions:
        bits[position // 8] |= 1 << (position % 8)
    return int.from_bytes(bits, "little")


def _inside(text: str) -> bytearray:
    """Mark the places of a text, its end included, that lie inside of a word."""
    inside = bytearray(len(text) + 1)
    for word in _compile(r"\w+", plain=text.isascii()).finditer(text):
        inside[word.start() + 1 : word.end()] = b"\1" * (word.end() - word.start() - 1)
    return inside
