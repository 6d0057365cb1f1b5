"""Read texts in double quotes as YAML does, keeping where every code point of the value comes from."""

from __future__ import annotations

import re

_END = r"(?:\r\n|[\n\r\x85\u2028\u2029])"
_ESCAPE = r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)"
# Every run of blanks is taken whole and never given back, so that the time is linear.
_PIECE = re.compile(
    # A line end that is escaped, empty lines behind it, and the indentation of the line that goes on.
    rf"(?P<joined>[ \t]*+\\{_END}(?:[ \t]*+{_END})*+[ \t]*+)"
    rf"|(?P<folded>[ \t]*+{_END}(?:[ \t]*+{_END})*+[ \t]*+)"
    r"|(?P<blanks>[ \t]++)"
    rf"|{_ESCAPE}"
    r"|.",
    re.DOTALL,
)
_LINE_END = re.compile(_END)
_WRITTEN = re.compile(rf"{_ESCAPE}|.", re.DOTALL)


def offsets_in_double_quotes(source: str, start: int, end: int) -> tuple[int, ...]:
    """
    Find where each code point of a double-quoted value comes from.

    Args:
        source: The text of the file.
        start: Offset behind the opening quote.
        end: Offset of the closing quote.

    Returns:
        One offset a code point of the value.

    Source:
        YAML 1.2.2, section 7.3.1: an escaped line end joins two lines, one line end becomes a blank, and each further
        one a line end.
    """
    found: list[int] = []
    for piece in _PIECE.finditer(source, start, end):
        match piece.lastgroup:
            case "joined":
                # Blanks in front of the escaped line end belong to the value.
                backslash = source.index("\\", piece.start())
                found.extend(range(piece.start(), backslash))
                found.extend([backslash] * (len(_LINE_END.findall(piece.group())) - 1))
            case "folded":
                found.extend([piece.start()] * max(len(_LINE_END.findall(piece.group())) - 1, 1))
            case "blanks":
                found.extend(range(piece.start(), piece.end()))
            case _:
                found.append(piece.start())
    return tuple(found)


def written_width(source: str, at: int) -> int:
    """Tell how many code points of the file the one of a value that begins at *at* takes: more than one if escaped."""
    written = _WRITTEN.match(source, at)
    return 1 if written is None else len(written.group())
