"""
Say where in a file something stands.

Offsets are 0-based code points into the text of a :class:`Source`; lines and columns are 1-based, for display.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file that was read, under the name that messages call it by."""

    name: str
    """What messages call the file: its path as the caller gave it, or `<text>`."""
    text: str
    """The decoded text, without a byte order mark."""
    line_starts: tuple[int, ...] = field(init=False, repr=False)
    """Offset at which each line begins, first line first."""

    def __post_init__(self) -> None:
        starts = (0, *(found.end() for found in _LINE_END.finditer(self.text)))
        object.__setattr__(self, "line_starts", starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Convert an offset, past the end taken for the end, to a line and a column, both 1-based."""
        offset = min(offset, len(self.text))
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Give a line, counted from 1, without its line end; one that does not exist is the empty text."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def sign(self, at: int) -> Span:
        """Underline one code point."""
        return Span(self, at, at + 1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: what a diagnostic underlines."""

    source: Source
    start: int
    """Offset of the first code point."""
    end: int
    """Offset behind the last code point; equal to `start` for a place without text, such as the end of a file."""

    @property
    def line(self) -> int:
        """The line on which the span begins, 1-based."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column at which the span begins, 1-based."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The words underlined, as they stand in the file."""
        return self.source.text[self.start : self.end]

    @property
    def first_line(self) -> Span:
        """The words underlined, as far as they stand on the first line."""
        lines = self.text.splitlines()
        return Span(self.source, self.start, self.start + len(lines[0].rstrip()) if lines else self.end)

    @property
    def one_line(self) -> str:
        """The words underlined, folded to one line."""
        return one_line(self.text)

    @property
    def place(self) -> str:
        """The place as `file:line`, for a person."""
        return f"{self.source.name}:{self.line}"

    def covers(self, other: Span) -> bool:
        """Tell whether another span lies in this one."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        """The place as `file:line:column`, which editors and terminals make a link of."""
        return f"{self.source.name}:{self.line}:{self.column}"


def one_line(text: str) -> str:
    """Fold a text to one line."""
    return " ".join(text.split())
