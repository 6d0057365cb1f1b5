"""Hold types, defaults and case keys as they were written, and what refuses to be read."""

from __future__ import annotations

from dataclasses import dataclass

from notifyrules.diagnostics.codes import Code
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Word:
    """One value or type name of a declaration or a case key."""

    span: Span
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class ListWord:
    """`list of item`."""

    span: Span
    items: tuple[Word, ...]
    grouped: bool
    """Whether the item is an enumeration in parentheses."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A type as written, with its default."""

    alternatives: tuple[Word | ListWord, ...]
    default: Word | tuple[Word, ...] | None
    default_span: Span | None


class Refused(Exception):  # noqa: N818 - carries a finding out of the parser
    """Refuse what the grammar lets through but the language does not."""

    def __init__(self, code: Code, start: int, end: int, message: str, advice: str = "") -> None:
        """Refuse the stretch from *start* to *end* of the parsed text."""
        super().__init__(message)
        self.code, self.start, self.end, self.message, self.advice = code, start, end, message, advice
