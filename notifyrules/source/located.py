"""
Hold YAML in which every key and value knows where it stands.

The three classes are a `str`, a `dict` and a `tuple` that carry a span, so that the document model reads them like any
plain value and nothing a user typed is ever handled without its place.
"""

from __future__ import annotations

from enum import Enum
from typing import Self, TypeAlias

from notifyrules.source.quoting import offsets_in_double_quotes, written_width
from notifyrules.source.text import Span


class Kind(Enum):
    """What a scalar is by the core schema of YAML 1.2 (section 10.3.2)."""

    TEXT = "text"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    NULL = "null"


class Style(Enum):
    """How a scalar is written; the values are the indicator characters of YAML."""

    PLAIN = ""
    SINGLE = "'"
    DOUBLE = '"'
    LITERAL = "|"
    FOLDED = ">"


class Scalar(str):
    """A scalar: the text YAML made of it, and where that text comes from."""

    __slots__ = ("_offsets", "kind", "span", "style")

    span: Span
    """The whole scalar, quotes included."""
    kind: Kind
    """What YAML takes it for; anything quoted is text."""
    style: Style
    """How it is written."""
    _offsets: tuple[int, ...] | None

    def __new__(cls, text: str, span: Span, kind: Kind = Kind.TEXT, style: Style = Style.PLAIN) -> Self:
        """Make a scalar whose value is *text*."""
        scalar = super().__new__(cls, text)
        scalar.span = span
        scalar.kind = kind
        scalar.style = style
        scalar._offsets = None
        return scalar

    @property
    def quoted(self) -> bool:
        """Whether it stands in single or double quotes."""
        return self.style in (Style.SINGLE, Style.DOUBLE)

    def part(self, start: int, end: int) -> Span:
        """Find the stretch of the file that a stretch of the value comes from, offsets counted from 0."""
        if self._offsets is None:
            self._offsets = _offsets(self)
        offsets = self._offsets
        first = offsets[min(start, len(offsets) - 1)]
        if end <= start:
            return Span(self.span.source, first, first)
        last = offsets[min(end, len(offsets)) - 1]
        width = written_width(self.span.source.text, last) if self.style is Style.DOUBLE else 1
        return Span(self.span.source, first, min(max(first + 1, last + width), max(self.span.end, first + 1)))

    def plain(self) -> object:
        """Give the value as plain data: text, bool, int, float or None."""
        match self.kind:
            case Kind.BOOL:
                return self.lower() == "true"
            case Kind.INT:
                # One of thousands of digits is any number far out of range.
                return int(self[:40], 0) if self[:2] in ("0o", "0x") else int(self[:40])
            case Kind.FLOAT:
                return float(self.lower().replace(".inf", "inf").replace(".nan", "nan"))
            case Kind.NULL:
                return None
            case Kind.TEXT:
                return str(self)


class Map(dict[Scalar, "Located"]):
    """A mapping, in the order written."""

    __slots__ = ("span",)

    span: Span
    """From the first key (or brace) to the end of the last value."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span

    def key(self, name: str) -> Scalar | None:
        """Find the key as it was written."""
        return next((key for key in self if key == name), None)

    def plain(self) -> object:
        """Give the value as plain data."""
        return {str(key): value.plain() for key, value in self.items()}


class Seq(list["Located"]):
    """A sequence."""

    __slots__ = ("span",)

    span: Span
    """From the first dash (or bracket) to the end of the last item."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span

    def plain(self) -> object:
        """Give the value as plain data."""
        return [item.plain() for item in self]


Located: TypeAlias = Scalar | Map | Seq
"""Any YAML value with its place."""


def words_of(scalar: Scalar | None) -> str | None:
    """Give the bare words of a scalar that may be absent, for what outlives the file: to be compared, sent and kept."""
    return None if scalar is None else str(scalar)


def _offsets(scalar: Scalar) -> tuple[int, ...]:
    """Map each code point of a scalar's value to its offset in the file."""
    source, at, end = scalar.span.source.text, scalar.span.start, scalar.span.end
    if scalar.style is Style.DOUBLE:
        exact = offsets_in_double_quotes(source, at + 1, end - 1)
        if len(exact) == len(scalar) > 0:
            return exact
    if scalar.quoted:
        at, end = at + 1, end - 1
    elif scalar.style in (Style.LITERAL, Style.FOLDED):
        at = scalar.span.source.line_starts[min(scalar.span.line, len(scalar.span.source.line_starts) - 1)]
    return _walk_both(scalar, source, at, end) or (min(at, max(end - 1, scalar.span.start)),)


def _walk_both(scalar: Scalar, source: str, at: int, end: int) -> tuple[int, ...]:
    """
    Walk a value and its source together.

    Both hold the same non-blank characters in the same order; blanks are folded, chomped and indented, and quotes are
    doubled. So the blanks are left to fall where they may.
    """
    found: list[int] = []
    for character in scalar:
        if character.isspace():
            found.append(min(at, max(end - 1, 0)))
            if at < end and source[at] == character:
                at += 1
            continue
        while at < end and source[at].isspace():
            at += 1
        found.append(min(at, max(end - 1, 0)))
        at += 2 if scalar.style is Style.SINGLE and source[at : at + 2] == "''" else 1
    return tuple(found)
