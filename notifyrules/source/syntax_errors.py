"""Word what the YAML library could not read: what YAML made of the text, where, and how to write what was meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifyrules.source.lines import colon_problem, misplaced_line, typed_line
from notifyrules.source.problems import LONG_SCHEDULE, YamlProblem
from notifyrules.source.text import Source, Span
from notifyrules.source.unquoted import in_flow, quoted_form

_TOKEN = re.compile(r"[^\s,{}\[\]]+|[{}\[\],]")
_COMMENT = re.compile(r"(?<=[ \t])#.*")
_SCHEDULE = re.compile(r"\bschedule(?: *\| *null)? *= *\[")
_BARE_KEY = re.compile(r" *(?=[A-Za-z_][\w.]* +\{)")
_INSIDE = "inside `{...}` and `[...]`, quote a text that contains a comma, a colon, a quote, a bracket or a brace"


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
