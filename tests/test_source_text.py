"""Claims about places in a file."""

from __future__ import annotations

import pytest

from notifyrules.source.text import Source, Span


class TestSource:
    @pytest.mark.parametrize(
        ("text", "offset", "expected"),
        [
            ("ab\ncd", 0, (1, 1)),
            ("ab\ncd", 2, (1, 3)),
            ("ab\ncd", 3, (2, 1)),
            ("ab\r\ncd", 4, (2, 1)),
            ("ab\rcd", 3, (2, 1)),
            ("é😀x", 2, (1, 3)),
            ("ab", 99, (1, 3)),
            ("", 0, (1, 1)),
            ("ab\n", 3, (2, 1)),
        ],
    )
    def test_position(self, text: str, offset: int, expected: tuple[int, int]) -> None:
        """An offset is a line and a column, both counted from 1 in code points; behind the end means the end."""
        assert expected == Source("x", text).position(offset)

    @pytest.mark.parametrize(("number", "expected"), [(1, "ab"), (2, "cd"), (3, "ef"), (4, ""), (0, ""), (5, "")])
    def test_line(self, number: int, expected: str) -> None:
        """A line comes without its line end, whichever that is; one that does not exist is empty."""
        assert expected == Source("x", "ab\r\ncd\ref\n").line(number)

    def test_identity(self) -> None:
        """Two sources of the same text are two sources."""
        assert Source("x", "ab") != Source("x", "ab")


class TestSpan:
    def test_words(self) -> None:
        """A span knows its words, its line and its column."""
        span = Span(Source("chart.yaml", "ab\ncd ef"), 6, 8)

        assert (span.text, span.line, span.column) == ("ef", 2, 4)
        assert str(span) == "chart.yaml:2:4"
        assert span.place == "chart.yaml:2"
