"""
Word what keeps a file from being read as YAML: what YAML made of the text, where, and how to write what was meant.

The line to blame is often one above that at which YAML stumbled: one without a colon, or set in wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
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
_NAMES = ("types", "facts", "flow", "outcomes", "let", "data", "legend", "given", "each", "with")
"""Keys below which names stand, and no list."""
_TYPED = ("types", "facts", "data")
"""Sections in which a name has a type."""
_DEFAULTS = {"bool": "true|false", "int": r"-?[0-9]+", "duration": r"(?:[0-9]+[wdhms])+", "text": "[\"'].*"}
"""How a default is written whose type can be told."""
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
    def found(self) -> str:
        """The word at which it stopped, for a sentence."""
        return f"`{self.token}`" if self.token else "the end of the file"

    @property
    def before(self) -> str:
        """What stands in front of that word in its line."""
        return self.line_of(self.at)[: self.source.position(self.at)[1] - 1]

    def line_of(self, offset: int) -> str:
        return self.source.line(self.source.position(offset)[0])

    def worded(self, message: str, advice: str, span: Span | None = None) -> YamlProblem:
        """Report it at the word where it stopped, the last thing in the file for its end, or at another place."""
        if span is None and self.at < len(self.source.text) and self.token:
            span = Span(self.source, self.at, self.at + len(self.token))
        return YamlProblem("syntax", message, span or last_thing(self.source, self.at), advice)

    def quoted(self, advice: str) -> str:
        """Complete an advice with the quoted form of the value, where that can be told and quotes are the way out."""
        if _SCHEDULE.search(self.line_of(self.at)[: len(self.before) + 1]):
            return LONG_SCHEDULE
        return _with_form(advice, self.source, self.at)


def _with_form(advice: str, source: Source, at: int) -> str:
    """Complete an advice with the quoted form of the value around an offset, where that can be told."""
    form = quoted_form(source, at)
    return f"{advice}: `{form}`" if form else advice


def last_thing(source: Source, at: int) -> Span:
    """Underline the last code point before an offset that is no blank."""
    end = len(source.text[:at].rstrip()) or min(1, len(source.text))
    return Span(source, max(end - 1, 0), end)


def syntax_problem(source: Source, error: object) -> YamlProblem:
    """Word an error of ruamel.yaml's scanner or parser."""
    opened = getattr(error, "context_mark", None)
    mark = getattr(error, "problem_mark", None) or opened
    taken = _Error(
        source,
        str(getattr(error, "problem", None) or "not YAML"),
        str(getattr(error, "context", None) or ""),
        min(mark.index, len(source.text)) if mark is not None else 0,
        min(opened.index, len(source.text)) if opened is not None else None,
    )
    for kind in _KINDS:
        if (found := kind(taken)) is not None:
            return found
    if "expected the node content" in taken.problem:
        return taken.worded(f"found {taken.found} where a value is expected", _INSIDE)
    said = f"{taken.problem[:1].lower()}{taken.problem[1:]} {taken.context}".strip()
    return taken.worded(f"this is not YAML: {said}", "")


def character_problem(source: Source, at: int) -> YamlProblem:
    """Word a character that YAML does not allow."""
    at = min(at, max(len(source.text) - 1, 0))
    found = f"U+{ord(source.text[at]):04X}" if source.text else "nothing"
    message = f"the character {found} may not stand in a YAML file"
    return YamlProblem("syntax", message, source.sign(at), "remove it or write it as an escape in double quotes")


def _unclosed_quote(error: _Error) -> YamlProblem | None:
    if "quoted scalar" not in error.context or "unexpected" not in error.problem or error.opened is None:
        return None
    mark = error.source.sign(error.opened)
    message = f"the text that begins with {mark.text} does not end"
    return error.worded(message, f"close it with another {mark.text}", mark)


def _inside_brackets(error: _Error) -> YamlProblem | None:
    """Word what cannot stand inside of `{...}` or `[...]`, and brackets that are not closed."""
    if "',' or" not in error.problem or error.opened is None:
        return None
    source, opened = error.source, error.source.sign(error.opened)
    line, here = error.line_of(error.opened), error.line_of(error.at)
    closing = "}" if opened.text == "{" else "]"
    comment = _COMMENT.search(line, opened.column)
    start = len(source.text) if comment is None else opened.start - (opened.column - 1) + comment.start()
    if comment is not None and start < error.at:
        message = "a `#` behind a blank begins a comment, which hides the rest of the line"
        hidden = Span(source, start, start + len(comment.group().rstrip()))
        return error.worded(message, _with_form("quote the text that contains it", source, start), hidden)
    is_deeper = len(here) - len(here.lstrip()) > len(line) - len(line.lstrip())
    if is_deeper or source.position(error.at)[0] == opened.line:
        return error.worded(f"found {error.found} where `,` or `{closing}` is expected", error.quoted(_INSIDE))
    return error.worded(f"this `{opened.text}` is not closed", f"close it with `{closing}`; {_INSIDE}", opened)


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
        return error.worded(f"this `{error.token}` closes nothing", "remove it, or quote the text it belongs to")
    if error.before.strip():
        return error.worded(f"YAML ends the value before `{error.token}`", error.quoted("quote the whole value"))
    advice = "give all keys of one mapping, and all items of one list, the same indentation"
    unlike = error.worded("this line is indented unlike those it belongs to", advice)
    return misplaced_line(error.source, error.at) or unlike


def _odd_start(error: _Error) -> YamlProblem | None:
    """Word a text that starts with a character that means something to YAML."""
    starts = ("cannot start any token", "sequence entries are not allowed", "mapping keys are not allowed")
    if not any(start in error.problem for start in starts):
        return None
    sign, before = error.source.sign(error.at), error.before
    if sign.text == "\t" and before.strip():
        return error.worded("a tab stands here, which YAML does not take for a blank", "write a blank instead", sign)
    if sign.text == "\t" or "\t" in before[: len(before) - len(before.lstrip())]:
        return error.worded("a tab stands in the indentation", "indent with spaces", sign)
    name = "a backtick" if sign.text == "`" else f"`{sign.text}`"
    advice = error.quoted("quote a text that starts with it")
    return error.worded(f"YAML takes {name} for a sign of its own", advice, sign)


def _colon(error: _Error) -> YamlProblem | None:
    """Word a second `: ` in one line."""
    if "mapping values are not allowed" not in error.problem:
        return None
    if (misplaced := misplaced_line(error.source, error.at)) is not None:
        return misplaced
    before = error.before
    if (bare := _BARE_KEY.match(before)) is not None:
        return colon_problem(error.source, error.at - len(before) + bare.end())
    if meant := typed_line(error.source, error.at):
        return error.worded("YAML takes what stands before this `:` for a key", f"write `{meant}`")
    if " ? " in before:
        return error.worded("YAML takes this `:` for the end of a key", "write `a if condition else b`")
    advice = error.quoted("a text that contains `: ` stands in quotes")
    return error.worded("YAML takes what stands before this `:` for a key, which cannot stand here", advice)


def _escape(error: _Error) -> YamlProblem | None:
    """Word a backslash in double quotes that YAML does not know."""
    if "escape" not in error.problem:
        return None
    start = error.source.text.rfind("\\", 0, error.at + 1)
    span = Span(error.source, start, start + 2)
    if "unknown escape" in error.problem:
        advice = "write `\\\\` for a backslash, or put the text into single quotes"
        return error.worded(f"`{span.text}` is not an escape in double quotes", advice, span)
    return error.worded(f"`{span.text}` needs more hexadecimal digits", "such as `\\u00e9`", span)


def _block_text(error: _Error) -> YamlProblem | None:
    """Word a text that starts with `|` or `>`, which begin a text of several lines."""
    if "block scalar" not in error.context:
        return None
    if "indented" in error.problem or error.opened is None:
        advice = "the first line of a text of several lines sets its indentation"
        return error.worded("an empty line before this text is indented deeper than the text", advice)
    mark = error.source.sign(error.opened)
    value = error.opened + (1 if in_flow(error.source, error.opened) else 0)
    message = f"YAML takes `{mark.text}` for the beginning of a text of several lines"
    return error.worded(message, _with_form("quote a text that starts with it", error.source, value), mark)


_KINDS = (_unclosed_quote, _inside_brackets, _no_colon, _behind_a_value, _odd_start, _colon, _escape, _block_text)
"""What words one kind of error each, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that is neither empty nor a comment."""

    source: Source
    number: int
    """1-based."""
    dash: int | None
    """Column of the dash that makes it an item of a list, 0-based; None without one."""
    column: int
    """Column at which its words begin, 0-based, behind any dash."""
    words: str

    @property
    def key(self) -> str | None:
        found = _KEY.fullmatch(self.words)
        return None if found is None else found["key"]

    @property
    def opens(self) -> bool:
        """Whether what belongs to its key stands below."""
        found = _KEY.fullmatch(self.words)
        return found is not None and not _BEHIND.sub("", " " + (found["value"] or "")).strip()

    @property
    def first(self) -> int:
        """Column at which it begins, 0-based, any dash included."""
        return self.column if self.dash is None else self.dash

    @property
    def shown(self) -> str:
        """Its key, or its words where it has none, as much as a line of help can carry."""
        return (self.key or self.words)[:_SHOWN_KEY]

    def offset(self, column: int) -> int:
        """Give the place of one of its columns in the file."""
        return self.source.line_starts[self.number - 1] + column

    def worded(self, message: str, advice: str, words: str | None = None) -> YamlProblem:
        """Report it at its words, or at as many as *words* has."""
        start = self.offset(self.column)
        width = len((_BEHIND.sub("", self.words) if words is None else words).rstrip())
        return YamlProblem("syntax", message, Span(self.source, start, start + width), advice)

    def above(self) -> Iterator[_Line]:
        """Give the lines above it, from the nearest."""
        lines = (_line(self.source, one) for one in range(self.number - 1, 0, -1))
        return (line for line in lines if line is not None)

    def section(self) -> str:
        return next((line.key or "" for line in self.above() if not line.column and line.dash is None), "")


def _line(source: Source, number: int) -> _Line | None:
    """Take a line apart; None for one that is empty or a comment."""
    if (found := _LINE.fullmatch(source.line(number)[:_READ])) is None:
        return None
    dash = found.start("dashes") if found["dashes"] else None
    return _Line(source, number, dash, found.start("words"), found["words"])


def misplaced_line(source: Source, at: int) -> YamlProblem | None:
    """Find the line that is set in wrongly, or has no colon, where the one around an offset could not be read."""
    number, column = source.position(at)
    here = _line(source, number)
    before = None if here is None else next(here.above(), None)
    if here is None or here.key is None or before is None or column - 2 > here.column + len(here.key):
        return None
    levels = _levels(before)
    if here.dash is not None and not before.opens and all(line.dash is None for line in levels.values()):
        advice = "write the key of the list into the line above, such as `cases:` or `first:`"
        unopened = "this `-` begins a list, but no key above it opens one"
        return _without_dash(here) or YamlProblem("syntax", unopened, source.sign(here.offset(here.dash)), advice)
    if before.key is None and before.column <= here.column:
        return _without_colon(before)
    if here.dash is None and (item := levels.get(here.column)) is not None and item.dash == here.column:
        holder = next((one.key for one in item.above() if one.dash is None and one.column <= here.column), None)
        if holder not in _NAMES:
            return _set_in(here, [item])
        message = f"this `-` begins a list, but line {here.number} goes on with the key `{here.key}`"
        return YamlProblem("syntax", message, source.sign(item.offset(item.dash)), "remove the `-`: names need none")
    if before.column < here.column:
        if before.opens:
            return None
        above = next(before.above(), None)
        earlier = None if above is None else _levels(above).get(here.column)
        if earlier is not None and not (before.column == 0 and before.key in _ONE_LINE):
            # The line above closed what this one goes on with.
            return _set_in(before, [next(one for one in before.above() if one.key is not None)])
        return _set_in(here, [before])
    known = [line for level, line in sorted(levels.items(), reverse=True) if line.column == level != here.column]
    return _set_in(here, known)


def _without_colon(line: _Line) -> YamlProblem | None:
    """Word the first line without a colon above a key; None where it is part of a text that goes on."""
    first = line
    for above in line.above():
        if above.key is not None:
            return colon_problem(first.source, first.offset(first.column)) if above.opens else None
        first = above
    return None


def colon_problem(source: Source, at: int) -> YamlProblem | None:
    """Word the line around an offset, no key for want of a colon, or of the blank behind it."""
    if (line := _line(source, source.position(at)[0])) is None:
        return None
    words = _BEHIND.sub("", line.words).rstrip()
    if (comment := _FOREIGN_COMMENT.fullmatch(words)) is not None:
        advice = f"a comment begins with `#`: `# {comment['text'][:_SHOWN_KEY]}`"
        return line.worded("this line is no comment and no key", advice)
    goes_on = "a text that goes on in the next line is indented deeper than its key"
    if (found := _NO_COLON.fullmatch(words)) is None:
        advice = f"write `key: value`; {goes_on}"
        if words.startswith("{"):
            advice = "put a `-` in front of an item of a list: `- {...}`"
        return line.worded("this line is neither a key with its `:` nor part of the text above", advice)
    key, value = found["key"], found["value"] if len(words) <= _SHOWN_KEY else "..."
    rest = ""
    if found["sign"] == ":":
        message = f"a blank is missing behind the `:` of `{key}`, which is no key without it"
    elif "=" in found["sign"] and line.section() in _TYPED:
        kind = next((kind for kind, form in _DEFAULTS.items() if re.fullmatch(form, value)), "type")
        value = f"{kind} = {value}"
        message = f"`{key}` has no type: it stands between the name and the default, behind a `:`"
    else:
        message = f"`{key}` has no `:` behind it, so this line is no key"
        rest = f"; {goes_on}" if value else ""
    return line.worded(message, f"write `{f'{key}: {value}'.rstrip()}`{rest}")


def typed_line(source: Source, at: int) -> str:
    """Write the declaration of a fact as it was meant where a colon stands behind its type; empty for any other."""
    number, column = source.position(at)
    found, line = _TWO_COLONS.fullmatch(source.line(number)[:_READ]), _line(source, number)
    if found is None or line is None or found.end("type") != column - 1 or line.section() not in _TYPED:
        return ""
    value = found["value"]
    return f"{found['key']}: {value}" if "|" in value else f"{found['key']}: {found['type']} = {value}"


def _set_in(line: _Line, fitting: list[_Line]) -> YamlProblem | None:
    """Word a line that is indented unlike the lines that it could belong to, which are given innermost first."""
    if not fitting:
        return None
    ways = [f"by {_blanks(one.column)}, like `{one.shown}`" for one in fitting[:2]]
    message = f"`{line.shown}` is indented by {_blanks(line.column)}, unlike the keys that it can belong to"
    return line.worded(message, f"indent it {', or '.join(ways)}", line.key or line.words)


def _blanks(number: int) -> str:
    return f"{number or 'no'} blank" + ("" if number == 1 else "s")


def _without_dash(here: _Line) -> YamlProblem | None:
    """Word keys that stand where the first item of a list does, for want of its dash; None for any others."""
    first: _Line | None = None
    for above in here.above():
        if above.column < here.column or above.dash is not None:
            if first is None or not above.opens:
                return None
            written = first.words if len(first.words) <= _SHOWN_KEY else f"{first.words[:_SHOWN_KEY]}..."
            message = f"a `-` is missing in front of `{first.key or first.shown}`, where an item of a list begins"
            return first.worded(message, f"write `- {written}`", first.key or first.words)
        first = above if above.column == here.column else first
    return None


def _levels(line: _Line) -> dict[int, _Line]:
    """Give the nearest line, this one or one above it, at every indentation that a later line may go back to."""
    levels: dict[int, _Line] = {}
    least = len(line.source.text) + 1
    for one in chain((line,), line.above()):
        if one.key is None and one.dash is None:
            continue
        for column in {one.column, one.first}:
            if column < least:
                levels.setdefault(column, one)
        least = min(least, one.first)
        if not least:
            break
    return levels
