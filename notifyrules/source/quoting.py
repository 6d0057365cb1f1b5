"""Read what stands in quotes, code point by code point, and quote what an author meant to stand in them."""

from __future__ import annotations

import re

from notifyrules.source.text import Source

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
_QUOTED_NAME = re.compile(
    r"""(?P<mark>["'])(?P<name>[a-z]\w*(?:\.\w+)+)(?P=mark)(?= *(?:[=!<>]=|[<>]|(?:in|not|is|and|or)\b))"""
)
_CLOSING = {"{": "}", "[": "]"}
_SHOWN = 60


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


def quoted_form(source: Source, at: int) -> str:
    """Show the value around an offset as it would stand in quotes; empty where it is not known or too long."""
    line, column = source.position(at)
    text = source.line(line)
    start = _value_start(text, column - 1)
    end = _value_end(text, column - 1) if _opened(text[:start]) else len(text)
    value = text[start:end].strip()
    if len(value) > 1 and value[0] in "\"'" and value[0] == value[-1] and text[column - 2 : column].strip()[1:]:
        # The text holds the quotes that it stands in: they are meant, but of the other kind.
        value = value[1:-1]
    # What is quoted in front of an operator is the name of a fact, which would be a text in there.
    value = _QUOTED_NAME.sub(r"\g<name>", value)
    return quote_yaml(value) if 0 < len(value) <= _SHOWN else ""


def quote_yaml(value: str) -> str:
    """Put a text into the quotes that need the fewest changes."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def in_flow(source: Source, at: int) -> bool:
    """Tell whether a bracket or brace stands open in the line before an offset."""
    line, column = source.position(at)
    return bool(_opened(source.line(line)[: column - 1]))


def _opened(text: str) -> str:
    """List the brackets and braces that are still open at the end of a stretch of a line, quoted ones left out."""
    opened = ""
    quote_mark = ""
    before = " "
    for character in text:
        if quote_mark:
            quote_mark = "" if character == quote_mark else quote_mark
        elif character in "\"'" and before in " \t{[,:(":
            quote_mark = character
        elif character in _CLOSING:
            opened += character
        elif character in "}]":
            opened = opened[:-1]
        before = character
    return opened


def _value_start(text: str, at: int) -> int:
    """Step back to where the value around *at* begins: behind a key, a dash, or what separates it inside brackets."""
    flow = bool(_opened(text[:at]))
    depth = 0
    start = min(at, len(text))
    while start > 0:
        before = text[start - 1]
        if before in "}]":
            depth += 1
        elif before in "{[":
            if depth == 0:
                # A bracket that opens the value itself, as in `t in ["a"]`, belongs to it.
                if not flow or _begins_collection(text, start - 1):
                    break
            else:
                depth -= 1
        elif depth == 0 and before in " \t" and start > 1:
            if text[start - 2] == ":" and (start < 3 or text[start - 3] not in " \t"):  # noqa: PLR2004 - a key before it
                break
            if text[start - 2] == "," and flow and not _in_call(text[: start - 2]):
                break
            if text[start - 2] == "-" and not text[: start - 2].strip():
                break
        start -= 1
    return start


def _in_call(text: str) -> bool:
    """Tell whether a parenthesis is open at the end of a value: a comma in there parts what a function is given."""
    value = text.rpartition(": ")[2]
    return value.count("(") > value.count(")")


def _begins_collection(text: str, at: int) -> bool:
    """Tell whether a bracket stands where YAML takes it for the beginning of a collection."""
    before = text[:at].rstrip()
    return not before or before[-1] in ":,[{-"


def _value_end(text: str, at: int) -> int:
    """Step on to where the value around *at* ends inside of brackets."""
    depth = 0
    for end in range(at, len(text)):
        if text[end] in "{[":
            depth += 1
        elif text[end] in "}]":
            if depth == 0:
                return end
            depth -= 1
        elif depth == 0 and text[end] == ",":
            rest = text[end + 1 :].lstrip()
            # A comma in front of the next key ends the value; any other is part of what was meant.
            if rest.partition(":")[0].replace("_", "a").isalnum() and ":" in rest:
                return end
    return len(text)
