"""Spell what many messages say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from notifyrules.diagnostics.nearest import nearest

_LISTED: Final = 20
"""Words that a line of help can carry."""


def did_you_mean(word: object, known: Iterable[str], otherwise: str = "") -> str:
    """Ask whether the known word was meant that a misspelt one is closest to; say something else where none is near."""
    near = nearest(word, known) if isinstance(word, str) else None
    return otherwise if near is None else f"did you mean `{near}`?"


def named(words: Iterable[str]) -> str:
    """List words of the user, as many as a line of help can carry."""
    return listed(f"`{word}`" for word in words)


def listed(words: Iterable[str]) -> str:
    """List words as they are, as many as a line of help can carry."""
    waiting = iter(words)
    shown = ", ".join(islice(waiting, _LISTED))
    return shown if next(waiting, None) is None else f"{shown}, …"


def either(words: Sequence[str]) -> str:
    """Join words of which one is meant, as a sentence does."""
    *early, last = words
    return f"{', '.join(early)} or {last}" if early else last


def operand(path: str) -> str:
    """Spell a path so that no command takes it for an option."""
    return f"./{path}" if path.startswith("-") else path


def why(error: OSError | ValueError) -> str:
    """Say why the system refused something about a file, in its words."""
    return (getattr(error, "strerror", None) or "the name is not valid").lower()


def count(number: int, noun: str) -> str:
    """Count a noun."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
