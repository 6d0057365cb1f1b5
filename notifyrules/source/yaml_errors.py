"""
Word what keeps a file from being read as YAML: what YAML made of the text, where, and how to write what was meant.

The line to blame is often one above that at which YAML stumbled: one without a colon, or set in wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notifyrules.source.quoting import in_flow, quoted_form
from notifyrules.source.text import Source, Span

LONG_SCHEDULE: Final = (
    "a fact that is a schedule has its default in the long form: "
    '`{type: schedule, default: [{from: "22:00", until: "07:00"}]}`'
)
"""How to write what the short form of a fact has no room for."""
_TOKEN = re.compile(r"[^\s,{}\[\]]+|[{}\[\],]")
_COMMENT = re.compile(r"(?<=[ \t])#.*")
_SCHEDULE = re.compile(r"\bschedule(?: *\| *null)? *= *\[")
_BARE_KEY = re.compile(r" *(?=[A-Za-z_][\w.]* +\{)")
_INSIDE = "inside `{...}` and `[...]`, quote a text that contains a comma, a colon, a quote, a bracket or a brace"
_LINE = re.compile(r"(?P<blanks> *)(?P<dashes>(?:- +)*)(?P<words>[^\s#].*)")
_KEY = re.compile(r"(?P<key>\"[^\"]*\"|'[^']*'|[^\s\"'{}\[\]:,#][^:#]*?) *:(?:\s+(?P<value>.*))?")
_NO_COLON = re.compile(r"(?P<key>[A-Za-z_][\w.]*)(?P<sign>:|\s*=\s*|\s+|$)(?P<value>.*)")
_TWO_COLONS = re.compile(r" *(?P<key>[\w.]+): +(?P<type>[A-Za-z]+): *(?P<value>[^#]*[^\s#])(?:\s+#.*)?")
_FOREIGN_COMMENT = re.compile(r"(?://|--+) *(?P<text>.*)")
_BEHIND = re.compile(r"\s+#.*")
_NAMES = ("facts", "flow", "outcomes", "let", "data", "legend", "given", "each", "with")
"""Keys below which names stand, and no list."""
_TYPED = ("facts", "data")
"""Sections in which a name has a type."""
_ONE_LINE = ("notifyrules", "name", "title", "source", "about", "otherwise", "media", "rules")
"""Keys of a whole file, below which nothing stands."""
_SHOWN_KEY = 60
"""Code points of a key that a line of help can carry."""
_READ = 1_000
"""Code points of a line that are looked at: keys are shorter, and some patterns take the square of a run of blanks."""


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """Something that keeps a file from being read as YAML, as the layer above reports it."""

    what: str
    """`syntax`, `feature`, `duplicate` or `limit`."""
    message: str
    span: Span
    help: str = ""
    rival: Span | None = None
    """Where the first of two equal keys stands."""
    spoilt: Span | None = None
    """What cannot be judged because of it, where that is more than the span."""


@dataclass(frozen=True, slots=True)
class _Error:
    """An error of the library, taken apart."""

    source: Source
    problem: str
    """What the library says, such as `mapping values are not allowed here`."""
    context: str
    """What it was doing, such as `while parsing a flow mapping`."""
    at: int
    """Where it stopped."""
    opened: int | None
    """Where what it was reading began."""

    @property
    def token(self) -> str:
        """The word at which it stopped."""
        found = _TOKEN.match(self.source.text, self.at)
        return found.group()[:40] if found is not None else ""

    @property
    def span(self) -> Span:
        """The word at which it stopped; the last thing in the file where it stopped at the end."""
        if self.at < len(self.source.text) and (width := len(self.token)):
            return Span(self.source, self.at, self.at + width)
        return last_thing(self.source, self.at)

    def line_of(self, offset: int) -> str:
        """Give the line around an offset."""
        return self.source.line(self.source.position(offset)[0])

    def quoted(self, advice: str) -> str:
        """Complete an advice with the quoted form of the value, where that can be told and quotes are the way out."""
        if _SCHEDULE.search(self.line_of(self.at)[: self.source.position(self.at)[1]]):
            return LONG_SCHEDULE
        form = quoted_form(self.source, self.at)
        return f"{advice}: `{form}`" if form else advice


def last_thing(source: Source, at: int) -> Span:
    """Underline the last code point before an offset that is no blank."""
    end = len(source.text[:at].rstrip()) or min(1, len(source.text))
    return Span(source, max(end - 1, 0), end)


def syntax_problem(source: Source, error: object) -> YamlProblem:
    """Word an error of ruamel.yaml's scanner or parser."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    opened = getattr(error, "context_mark", None)
    return _worded(
        _Error(
            source,
            str(getattr(error, "problem", None) or "not YAML"),
            str(getattr(error, "context", None) or ""),
            min(mark.index, len(source.text)) if mark is not None else 0,
            min(opened.index, len(source.text)) if opened is not None else None,
        )
    )


def character_problem(source: Source, at: int) -> YamlProblem:
    """Word a character that YAML does not allow."""
    at = min(at, max(len(source.text) - 1, 0))
    found = f"U+{ord(source.text[at]):04X}" if source.text else "nothing"
    message = f"the character {found} may not stand in a YAML file"
    return YamlProblem(
        "syntax", message, Span(source, at, at + 1), "remove it or write it as an escape in double quotes"
    )


def _worded(error: _Error) -> YamlProblem:
    """Find the words for one kind of error after the other."""
    for kind in _KINDS:
        found = kind(error)
        if found is not None:
            return found
    if "expected the node content" in error.problem:
        return _problem(error, f"found {_found(error)} where a value is expected", _INSIDE)
    said = f"{error.problem[:1].lower()}{error.problem[1:]} {error.context}".strip()
    return _problem(error, f"this is not YAML: {said}", "")


def _problem(error: _Error, message: str, advice: str, span: Span | None = None) -> YamlProblem:
    """Make a finding at the word where the library stopped, or at another place."""
    return YamlProblem("syntax", message, span or error.span, advice)


def _found(error: _Error) -> str:
    """Name the word at which the library stopped."""
    return f"`{error.token}`" if error.token else "the end of the file"


def _unclosed_quote(error: _Error) -> YamlProblem | None:
    """Word a quote without its partner."""
    if "quoted scalar" not in error.context or "unexpected" not in error.problem or error.opened is None:
        return None
    mark = error.source.text[error.opened : error.opened + 1]
    return _problem(
        error,
        f"the text that begins with {mark} does not end",
        f"close it with another {mark}",
        Span(error.source, error.opened, error.opened + 1),
    )


def _inside_brackets(error: _Error) -> YamlProblem | None:
    """Word what cannot stand inside of `{...}` or `[...]`, and brackets that are not closed."""
    if "',' or" not in error.problem or error.opened is None:
        return None
    source, opened = error.source, error.opened
    mark = source.text[opened]
    expected = "`,` or `}`" if mark == "{" else "`,` or `]`"
    line = error.line_of(opened)
    column = source.position(opened)[1]
    comment = _COMMENT.search(line, column)
    start = len(source.text) if comment is None else opened - (column - 1) + comment.start()
    if comment is not None and start < error.at:
        span = Span(source, start, start + len(comment.group().rstrip()))
        form = quoted_form(source, start)
        return _problem(
            error,
            "a `#` behind a blank begins a comment, which hides the rest of the line",
            "quote the text that contains it" + (f": `{form}`" if form else ""),
            span,
        )
    if source.position(error.at)[0] == source.position(opened)[0]:
        return _problem(error, f"found {_found(error)} where {expected} is expected", error.quoted(_INSIDE))
    indent = len(line) - len(line.lstrip())
    here = error.line_of(error.at)
    if len(here) - len(here.lstrip()) > indent:
        return _problem(error, f"found {_found(error)} where {expected} is expected", error.quoted(_INSIDE))
    return YamlProblem(
        "syntax",
        f"this `{mark}` is not closed",
        Span(source, opened, opened + 1),
        f"close it with `{'}' if mark == '{' else ']'}`; {_INSIDE}",
    )


def _no_colon(error: _Error) -> YamlProblem | None:
    """Word a line that has no colon, which YAML tells at the line behind it."""
    if "could not find expected ':'" not in error.problem:
        return None
    return colon_problem(error.source, error.at if error.opened is None else error.opened)


def _behind_a_value(error: _Error) -> YamlProblem | None:
    """Word what goes on behind a value that has ended, and lines that are indented wrongly."""
    if "<block end>" not in error.problem and "<document start>" not in error.problem:
        return None
    if error.token in ("}", "]"):
        return _problem(error, f"this `{error.token}` closes nothing", "remove it, or quote the text it belongs to")
    column = error.source.position(error.at)[1]
    before = error.line_of(error.at)[: column - 1]
    if before.strip():
        return _problem(error, f"YAML ends the value before `{error.token}`", error.quoted("quote the whole value"))
    return misplaced_line(error.source, error.at) or _problem(
        error,
        "this line is indented unlike those it belongs to",
        "give all keys of one mapping, and all items of one list, the same indentation",
    )


def _odd_start(error: _Error) -> YamlProblem | None:
    """Word a text that starts with a character that means something to YAML."""
    starts = ("cannot start any token", "sequence entries are not allowed", "mapping keys are not allowed")
    if not any(start in error.problem for start in starts):
        return None
    character = error.source.text[error.at : error.at + 1]
    span = Span(error.source, error.at, error.at + 1)
    before = error.line_of(error.at)[: error.source.position(error.at)[1] - 1]
    if character == "\t" and before.strip():
        return _problem(error, "a tab stands here, which YAML does not take for a blank", "write a blank instead", span)
    if character == "\t" or "\t" in before[: len(before) - len(before.lstrip())]:
        return _problem(error, "a tab stands in the indentation", "indent with spaces", span)
    name = "a backtick" if character == "`" else f"`{character}`"
    return _problem(
        error, f"YAML takes {name} for a sign of its own", error.quoted("quote a text that starts with it"), span
    )


def _colon(error: _Error) -> YamlProblem | None:
    """Word a second `: ` in one line."""
    if "mapping values are not allowed" not in error.problem:
        return None
    if (misplaced := misplaced_line(error.source, error.at)) is not None:
        return misplaced
    before = error.line_of(error.at)[: error.source.position(error.at)[1]]
    if (bare := _BARE_KEY.match(before)) is not None:
        return colon_problem(error.source, error.at - len(before) + bare.end() + 1)
    if meant := typed_line(error.source, error.at):
        return _problem(error, "YAML takes what stands before this `:` for a key", f"write `{meant}`")
    if " ? " in before:
        return _problem(error, "YAML takes this `:` for the end of a key", "write `a if condition else b`")
    advice = error.quoted("a text that contains `: ` stands in quotes")
    return _problem(error, "YAML takes what stands before this `:` for a key, which cannot stand here", advice)


def _escape(error: _Error) -> YamlProblem | None:
    """Word a backslash in double quotes that YAML does not know."""
    if "escape" not in error.problem:
        return None
    start = error.source.text.rfind("\\", 0, error.at + 1)
    span = Span(error.source, start, start + 2)
    if "unknown escape" in error.problem:
        return _problem(
            error,
            f"`{span.text}` is not an escape in double quotes",
            "write `\\\\` for a backslash, or put the text into single quotes",
            span,
        )
    return _problem(error, f"`{span.text}` needs more hexadecimal digits", "such as `\\u00e9`", span)


def _block_text(error: _Error) -> YamlProblem | None:
    """Word a text that starts with `|` or `>`, which begin a text of several lines."""
    if "block scalar" not in error.context:
        return None
    if "indented" in error.problem or error.opened is None:
        return _problem(
            error,
            "an empty line before this text is indented deeper than the text",
            "the first line of a text of several lines sets its indentation",
        )
    mark = error.source.text[error.opened : error.opened + 1]
    form = quoted_form(error.source, error.opened + (1 if in_flow(error.source, error.opened) else 0))
    return _problem(
        error,
        f"YAML takes `{mark}` for the beginning of a text of several lines",
        "quote a text that starts with it" + (f": `{form}`" if form else ""),
        Span(error.source, error.opened, error.opened + 1),
    )


_KINDS = (_unclosed_quote, _inside_brackets, _no_colon, _behind_a_value, _odd_start, _colon, _escape, _block_text)
"""What words one kind of error each, in the order in which they are asked."""


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
    """Find the line that is set in wrongly, or has no colon, where the one around an offset could not be read."""
    number, column = source.position(at)
    here = _line(source, number)
    before = None if here is None else next(_above(source, number), None)
    if here is None or here.key is None or before is None or column - 2 > here.column + len(here.key):
        return None
    levels = _levels(source, before.number)
    if here.dash is not None and not before.opens and all(line.dash is None for line in levels.values()):
        return _without_dash(source, here) or _without_list(source, here)
    if before.key is None and before.column <= here.column:
        return _without_colon(source, before)
    if here.dash is None and (item := levels.get(here.column)) is not None and item.dash == here.column:
        if _holder(source, item) in _NAMES:
            return _listed(source, item, here)
        return _set_in(source, here, [item])
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
    """Word the line around an offset, no key for want of a colon, or of the blank behind it."""
    line = _line(source, source.position(at)[0])
    if line is None:
        return None
    words = _BEHIND.sub("", line.words).rstrip()
    comment = _FOREIGN_COMMENT.fullmatch(words)
    if comment is not None:
        advice = f"a comment begins with `#`: `# {comment['text'][:_SHOWN_KEY]}`"
        return YamlProblem("syntax", "this line is no comment and no key", line.span(source), advice)
    found = _NO_COLON.fullmatch(words)
    message = "this line is neither a key with its `:` nor part of the text above"
    if found is None and words.startswith("{"):
        return YamlProblem("syntax", message, line.span(source), "put a `-` in front of an item of a list: `- {...}`")
    if found is None:
        advice = "write `key: value`; a text that goes on in the next line is indented deeper than its key"
        return YamlProblem("syntax", message, line.span(source), advice)
    key, value = found["key"], found["value"] if len(words) <= _SHOWN_KEY else "..."
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
    ways = [f"by {_blanks(one.column)}, like `{(one.key or one.words)[:_SHOWN_KEY]}`" for one in fitting[:2]]
    message = f"`{first[:_SHOWN_KEY]}` is indented by {_blanks(line.column)}, unlike the keys that it can belong to"
    return YamlProblem("syntax", message, line.span(source, first), f"indent it {', or '.join(ways)}")


def _blanks(number: int) -> str:
    """Count blanks."""
    return f"{number or 'no'} blank" + ("" if number == 1 else "s")


def _listed(source: Source, item: _Line, here: _Line) -> YamlProblem:
    """Word a mapping that begins like a list."""
    start = source.line_starts[item.number - 1] + (item.dash or 0)
    message = f"this `-` begins a list, but line {here.number} goes on with the key `{here.key}`"
    return YamlProblem("syntax", message, Span(source, start, start + 1), "remove the `-`: names need none")


def _holder(source: Source, item: _Line) -> str | None:
    """Find the key below which a list stands."""
    dash = item.column if item.dash is None else item.dash
    return next((line.key for line in _above(source, item.number) if line.dash is None and line.column <= dash), None)


def _without_dash(source: Source, here: _Line) -> YamlProblem | None:
    """Word keys that stand where the first item of a list does, for want of its dash; None for any others."""
    first: _Line | None = None
    for above in _above(source, here.number):
        if above.column < here.column or above.dash is not None:
            return None if first is None or not above.opens else _dash_problem(source, first)
        first = above if above.column == here.column else first
    return None


def _dash_problem(source: Source, line: _Line) -> YamlProblem:
    """Word a line that lacks the dash of an item."""
    shown = line.words if len(line.words) <= _SHOWN_KEY else f"{line.words[:_SHOWN_KEY]}..."
    message = f"a `-` is missing in front of `{line.key or line.words[:_SHOWN_KEY]}`, where an item of a list begins"
    return YamlProblem("syntax", message, line.span(source, line.key or line.words), f"write `- {shown}`")


def _without_list(source: Source, here: _Line) -> YamlProblem:
    """Word the first item of a list that no key opens."""
    assert here.dash is not None
    start = source.line_starts[here.number - 1] + here.dash
    message = "this `-` begins a list, but no key above it opens one"
    advice = "write the key of the list into the line above, such as `cases:` or `first:`"
    return YamlProblem("syntax", message, Span(source, start, start + 1), advice)


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
