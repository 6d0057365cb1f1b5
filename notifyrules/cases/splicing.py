"""Change a cases file where it is to change, and nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifyrules.cases.runner import Difference
from notifyrules.cases.writing import flow_case, write_case, write_value
from notifyrules.language.values import Value
from notifyrules.source.located import Located, Map, Scalar, Seq, Style
from notifyrules.source.text import Source

_LINE_END = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[^\r\n]*")
_BLANK_LINES = re.compile(r"[^\r\n]*(?:(?:\r\n|\r|\n)[ \t]*(?=[\r\n]|\Z))*")


@dataclass(frozen=True, slots=True)
class Splice:
    """A stretch of a file, and what is to stand there instead."""

    start: int
    """Offset of the first code point."""
    end: int
    """Offset behind the last code point; equal to `start` where something is put in."""
    text: str


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that is to be written."""

    name: str
    given: Mapping[str, Value]
    expect: Mapping[str, Value]


def apply(source: Source, edits: Iterable[Splice]) -> Source:
    """Make changes that do not overlap."""
    text = source.text
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return Source(source.name, text)


def put_in(source: Source, tree: Map, cases: Sequence[NewCase]) -> Splice:
    """Put cases behind those that a file has, in the form that its list has; the file may have no list yet."""
    text, key = source.text, tree.key("cases")
    listed = None if key is None else tree[key]
    is_flow = text[tree.span.start : tree.span.start + 1] == "{"
    flow = ", ".join(flow_case(one.name, one.given, one.expect) for one in cases)
    if key is None or listed is None:
        if is_flow:
            end = end_of(list(tree.values())[-1])
            return Splice(end, end, f", cases: [{flow}]")
        end = _line_end(text, tree)
        return Splice(end, end, _lines(source, end, ["cases:", *_block(cases, _column(source, tree) + 2)]))
    if isinstance(listed, Seq) and listed:
        if text[listed.span.start] == "[":
            end = end_of(listed[-1])
            return Splice(end, end, f", {flow}")
        end = _line_end(text, listed)
        return Splice(end, end, _lines(source, end, _block(cases, _column(source, listed))))
    # What stands there for no cases, which may be nothing.
    end = listed.span.end
    start = end if listed.span.text == ":" else listed.span.start
    if is_flow:
        return Splice(start, end, f" [{flow}]")
    return Splice(start, end, _lines(source, start, _block(cases, _column(source, tree) + 2)))


def rewrite(expect: Located, difference: Difference) -> Splice | None:
    """Expect what was decided; None where it cannot be written, as that there are no words."""
    if difference.actual is None and difference.what in ("because", "notify"):
        return None
    text = write_value(difference.actual)
    if not isinstance(expect, Map):
        return Splice(expect.span.start, expect.span.end, text)
    what, _, name = difference.what.partition(".")
    key, at = entry(expect, what)
    if name:
        key, at = entry(at, name)
    if at.span.text == ":":
        return Splice(at.span.end, at.span.end, f" {text}")
    if isinstance(at, Scalar) or at.span.text[:1] in ("[", "{"):
        return Splice(at.span.start, at.span.end, text)
    return Splice(key.span.source.text.index(":", key.span.end) + 1, end_of(at), f" {text}")


def entry(of: Located, name: str) -> tuple[Scalar, Located]:
    """Find a key that a mapping has, and what stands there."""
    assert isinstance(of, Map)
    key = of.key(name)
    assert key is not None
    return key, of[key]


def _column(source: Source, of: Located) -> int:
    """Tell how far a mapping or list is indented."""
    return source.position(of.span.start)[1] - 1


def end_of(value: Located) -> int:
    """Find where a value ends: a collection without brackets ends with what it ends in, not with a comment behind."""
    if isinstance(value, Scalar) or value.span.text[:1] in ("[", "{"):
        return value.span.end
    return end_of(list(value.values())[-1] if isinstance(value, Map) else value[-1])


def _line_end(text: str, value: Located) -> int:
    """Find the end of the last line of a value; behind a text in lines of its own, blank lines may be part of it."""
    last: Located = value
    while not isinstance(last, Scalar) and text[last.span.start] not in "[{":
        last = list(last.values())[-1] if isinstance(last, Map) else last[-1]
    in_lines = isinstance(last, Scalar) and last.style in (Style.LITERAL, Style.FOLDED)
    found = (_BLANK_LINES if in_lines else _REST).match(text, last.span.end)
    assert found is not None
    return found.end()


def _block(cases: Iterable[NewCase], column: int) -> list[str]:
    lines = [line for one in cases for line in write_case(one.name, one.given, one.expect).splitlines()]
    return [" " * column + line[2:] for line in lines]


def _lines(source: Source, at: int, lines: Iterable[str]) -> str:
    """Give lines, each behind a line end as the file has them."""
    before = _LINE_END.findall(source.text, 0, at)[-1:] or _LINE_END.findall(source.text)[:1]
    line_end = before[0] if before else "\n"
    return "".join(f"{line_end}{line}" for line in lines)
