"""Find the line that is to blame where YAML stumbled over a later one: a missing colon, a line set in wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifyrules.source.problems import YamlProblem
from notifyrules.source.text import Source, Span

_LINE = re.compile(r"(?P<blanks> *)(?P<dashes>(?:- +)*)(?P<words>[^\s#].*)")
_KEY = re.compile(r"(?P<key>\"[^\"]*\"|'[^']*'|[^\s\"'{}\[\]:,#][^:#]*?) *:(?:\s+(?P<value>.*))?")
_NO_COLON = re.compile(r"(?P<key>[A-Za-z_][\w.]*)(?P<sign>:|\s*=\s*|\s+|$)(?P<value>.*)")
_TWO_COLONS = re.compile(r" *(?P<key>[\w.]+): +(?P<type>[A-Za-z]+): *(?P<value>[^#]*[^\s#])(?:\s+#.*)?")
_COMMENT = re.compile(r"(?://|--+) *(?P<text>.*)")
_BEHIND = re.compile(r"\s+#.*")
_TYPED = ("facts", "data")
"""Sections in which a name has a type."""
_ONE_LINE = ("notifyrules", "name", "title", "source", "about", "otherwise", "media", "rules")
"""Keys of a whole file, below which nothing stands."""
_SHOWN = 60
_READ = 1_000
"""Code points of a line that are looked at: keys are shorter, and some patterns take the square of a run of blanks."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that is neither empty nor a comment."""

    number: int
    """1-based."""
    dash: int | None
    """Column of the dash that makes it an item of a list, 0-based; None without one."""
    column: int
    """Column at which its words begin, 0-based, behind any dash."""
    words: str

    @property
    def key(self) -> str | None:
        """The key that the line begins with."""
        found = _KEY.fullmatch(self.words)
        return None if found is None else found["key"]

    @property
    def opens(self) -> bool:
        """Whether what belongs to its key stands below."""
        found = _KEY.fullmatch(self.words)
        return found is not None and not _BEHIND.sub("", " " + (found["value"] or "")).strip()

    def span(self, source: Source, words: str | None = None) -> Span:
        """Underline its words, or as many as *words* has."""
        start = source.line_starts[self.number - 1] + self.column
        return Span(source, start, start + len((_BEHIND.sub("", self.words) if words is None else words).rstrip()))


def misplaced_line(source: Source, at: int) -> YamlProblem | None:
    """
    Find the line that is set in wrongly, or has no colon, where a line further down could not be read.

    Args:
        source: The file.
        at: An offset in the line that could not be read.

    Returns:
        The finding, or None where that line begins with no key, or nothing above it explains it.
    """
    number, column = source.position(at)
    here = _line(source, number)
    before = None if here is None else next(_above(source, number), None)
    if here is None or here.key is None or before is None or column - 2 > here.column + len(here.key):
        return None
    if before.key is None and before.column <= here.column:
        return _without_colon(source, before)
    levels = _levels(source, before.number)
    if here.dash is None and (item := levels.get(here.column)) is not None and item.dash == here.column:
        return _listed(source, item, here)
    if before.column < here.column:
        if before.opens:
            return None
        earlier = _levels(source, before.number - 1).get(here.column)
        if earlier is not None and not (before.column == 0 and before.key in _ONE_LINE):
            # The line above closed what this one goes on with.
            deeper = next(one for one in _above(source, before.number) if one.key is not None)
            return _set_in(source, before, [deeper])
        return _set_in(source, here, [before])
    known = [line for level, line in sorted(levels.items(), reverse=True) if line.column == level != here.column]
    return _set_in(source, here, known)


def _without_colon(source: Source, line: _Line) -> YamlProblem | None:
    """Word the first line without a colon above a key; None where it is part of a text that goes on."""
    first = line
    for above in _above(source, line.number):
        if above.key is not None:
            return colon_problem(source, source.line_starts[first.number - 1] + first.column) if above.opens else None
        first = above
    return None


def colon_problem(source: Source, at: int) -> YamlProblem | None:
    """
    Word a line that is no key for want of a colon, or of the blank behind it.

    Args:
        source: The file.
        at: Where its words begin.
    """
    line = _line(source, source.position(at)[0])
    if line is None:
        return None
    words = _BEHIND.sub("", line.words).rstrip()
    comment = _COMMENT.fullmatch(words)
    if comment is not None:
        advice = f"a comment begins with `#`: `# {comment['text'][:_SHOWN]}`"
        return YamlProblem("syntax", "this line is no comment and no key", line.span(source), advice)
    found = _NO_COLON.fullmatch(words)
    message = "this line is neither a key with its `:` nor part of the text above"
    if found is None:
        advice = "write `key: value`; a text that goes on in the next line is indented deeper than its key"
        return YamlProblem("syntax", message, line.span(source), advice)
    key, value = found["key"], found["value"] if len(words) <= _SHOWN else "..."
    rest = ""
    if found["sign"] == ":":
        message = f"a blank is missing behind the `:` of `{key}`, which is no key without it"
    elif "=" in found["sign"] and _section(source, line.number) in _TYPED:
        value = _typed(value)
        message = f"`{key}` has no type: it stands between the name and the default, behind a `:`"
    else:
        message = f"`{key}` has no `:` behind it, so this line is no key"
        rest = "; a text that goes on in the next line is indented deeper than its key" if value else ""
    return YamlProblem("syntax", message, line.span(source), f"write `{f'{key}: {value}'.rstrip()}`{rest}")


def typed_line(source: Source, at: int) -> str:
    """Write the declaration of a fact as it was meant where a colon stands behind its type; empty for any other."""
    number, column = source.position(at)
    found = _TWO_COLONS.fullmatch(source.line(number)[:_READ])
    if found is None or found.end("type") != column - 1 or _section(source, number) not in _TYPED:
        return ""
    value = found["value"]
    return f"{found['key']}: {value}" if "|" in value else f"{found['key']}: {found['type']} = {value}"


def _typed(default: str) -> str:
    """Put the type of a default in front of it, where it can be told."""
    kinds = {"bool": "true|false", "int": r"-?[0-9]+", "duration": r"(?:[0-9]+[wdhms])+", "text": "[\"'].*"}
    kind = next((kind for kind, form in kinds.items() if re.fullmatch(form, default)), "type")
    return f"{kind} = {default}"


def _set_in(source: Source, line: _Line, fitting: list[_Line]) -> YamlProblem | None:
    """Word a line that is indented unlike the lines that it could belong to, which are given innermost first."""
    if not fitting:
        return None
    first = line.words if line.key is None else line.key
    ways = [f"by {_blanks(one.column)}, like `{(one.key or one.words)[:_SHOWN]}`" for one in fitting[:2]]
    message = f"`{first[:_SHOWN]}` is indented by {_blanks(line.column)}, unlike the keys that it can belong to"
    return YamlProblem("syntax", message, line.span(source, first), f"indent it {', or '.join(ways)}")


def _blanks(number: int) -> str:
    """Count blanks."""
    return f"{number or 'no'} blank" + ("" if number == 1 else "s")


def _listed(source: Source, item: _Line, here: _Line) -> YamlProblem:
    """Word a mapping that begins like a list."""
    start = source.line_starts[item.number - 1] + (item.dash or 0)
    message = f"this `-` begins a list, but line {here.number} goes on with the key `{here.key}`"
    return YamlProblem("syntax", message, Span(source, start, start + 1), "remove the `-`: names need none")


def _line(source: Source, number: int) -> _Line | None:
    """Take a line apart; None for one that is empty or a comment."""
    found = _LINE.fullmatch(source.line(number)[:_READ])
    if found is None:
        return None
    dash = found.start("dashes") if found["dashes"] else None
    return _Line(number, dash, found.start("words"), found["words"])


def _above(source: Source, number: int) -> Iterator[_Line]:
    """Give the lines above another, from the nearest."""
    lines = (_line(source, one) for one in range(number - 1, 0, -1))
    return (line for line in lines if line is not None)


def _levels(source: Source, number: int) -> dict[int, _Line]:
    """Give the nearest line at every indentation that a line further down may go back to."""
    levels: dict[int, _Line] = {}
    least = len(source.text) + 1
    for line in _above(source, number + 1):
        if line.key is None and line.dash is None:
            continue
        for column in {line.column, line.column if line.dash is None else line.dash}:
            if column < least:
                levels.setdefault(column, line)
        least = min(least, line.column if line.dash is None else line.dash)
        if not least:
            break
    return levels


def _section(source: Source, number: int) -> str:
    """Name the section of the file around a line."""
    return next((line.key or "" for line in _above(source, number) if not line.column and line.dash is None), "")
