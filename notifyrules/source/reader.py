"""
Read YAML into located values, refusing what hides a file's meaning and what costs too much to read.

The file is walked as ruamel.yaml's parse events: nothing is constructed, aliases are never expanded, depth and size are
counted as it goes, and a scalar means what the core schema of YAML 1.2 says, whatever the file claims.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notifyrules.source.located import Kind, Located, Map, Scalar, Seq, Style
from notifyrules.source.text import Source, Span

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

MAX_BYTES = 1024 * 1024
"""Files beyond this many bytes are refused unread: rules for people are a hundred times smaller."""
MAX_DEPTH = 50
"""Collections inside collections; the format itself needs eight."""
MAX_EVENTS = 60_000
"""YAML parse events, about one and a half per key or value: room for some 4,000 nodes."""

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_OCTAL = re.compile(r"[-+]?0[0-9]+")
_UNDERSCORED = re.compile(r"[-+]?[0-9]+(_[0-9]+)+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """
    Something that keeps a file from being read as YAML, as the layer above reports it.
    """

    what: str
    """`syntax`, `feature`, `duplicate` or `limit`."""
    message: str
    span: Span
    help: str = ""
    rival: Span | None = None
    """Where the first of two equal keys stands."""


class _Stop(Exception):  # noqa: N818 - no error: the reading ends here
    """
    End the reading at a problem behind which nothing can be trusted.
    """

    def __init__(self, problem: YamlProblem) -> None:
        """
        Stop because of *problem*.
        """
        super().__init__(problem.message)
        self.problem = problem


def kind_of(text: str) -> Kind:
    """
    Tell what a plain scalar is by the core schema of YAML 1.2.

    Source:
        YAML 1.2.2, section 10.3.2.
    """
    if _NULL.fullmatch(text):
        return Kind.NULL
    if _BOOL.fullmatch(text):
        return Kind.BOOL
    if _INT.fullmatch(text):
        return Kind.INT
    if _FLOAT.fullmatch(text):
        return Kind.FLOAT
    return Kind.TEXT


def read_yaml(source: Source) -> tuple[Located | None, tuple[YamlProblem, ...]]:
    """
    Read a file as one located YAML value.

    Args:
        source: At most :data:`MAX_BYTES` bytes of text; the caller has refused more.

    Returns:
        The value, or None where the file is empty or cannot be read on, and what was wrong with it. A value beside
        problems is whole but for what they name.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - 21 ms, and only loading needs it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    builder = _Builder(source)
    try:
        for event in YAML(typ="safe", pure=True).parse(source.text):
            builder.take(event)
    except _Stop as stop:
        builder.problems.append(stop.problem)
        return None, tuple(builder.problems)
    except MarkedYAMLError as error:
        builder.problems.append(_syntax_problem(source, error))
        return None, tuple(builder.problems)
    except YAMLError as error:
        at = min(getattr(error, "position", 0), max(len(source.text) - 1, 0))
        found = f"U+{ord(source.text[at]):04X}" if source.text else "nothing"
        message = f"the character {found} may not stand in a YAML file"
        builder.problems.append(
            YamlProblem(
                "syntax", message, Span(source, at, at + 1), "remove it or write it as an escape in double quotes"
            )
        )
        return None, tuple(builder.problems)
    return builder.root, tuple(builder.problems)


def _syntax_problem(source: Source, error: object) -> YamlProblem:
    """
    Word an error of ruamel.yaml's scanner or parser, at the narrowest place it knows.
    """
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "context", None) or "not YAML")
    at = min(mark.index, len(source.text)) if mark is not None else 0
    context = getattr(error, "context", None)
    context_mark = getattr(error, "context_mark", None)
    opened = source.line(context_mark.line + 1) if context_mark is not None else ""
    message = f"this is not YAML: {problem[:1].lower()}{problem[1:]}" + (
        f" {context}" if context and context not in problem else ""
    )
    return YamlProblem(
        "syntax", message, Span(source, at, min(at + 1, len(source.text))), _syntax_help(source, at, problem, opened)
    )


def _syntax_help(source: Source, at: int, problem: str, opened: str) -> str:
    """
    Name the usual slip behind a syntax error in the collection that the line *opened* began.
    """
    line = source.line(source.position(at)[0])
    character = source.text[at : at + 1]
    if "mapping values are not allowed" in problem:
        return "a value that contains `: ` must stand in quotes"
    if character in ("@", "`") and "cannot start any token" in problem:
        return f'a value that starts with `{character}` must stand in quotes: "{character}..."'
    if character == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with a tab"
    if character == "%":
        return 'a value that starts with `%` must stand in quotes: "%..."'
    if re.search(r"[{\[].*\s#", opened) and ("','" in problem or "flow" in problem):
        return (
            "a `#` behind a blank begins a comment, which hides the rest of the line: quote the text that contains it"
        )
    if "flow mapping" in problem or "flow sequence" in problem or "','" in problem:
        return "inside `{...}` and `[...]`, quote a text that contains a comma, a colon, a quote, a bracket or a brace"
    if "block" in problem or "<block end>" in problem:
        return (
            "check the indentation, and quote a text that starts with a quote, bracket or brace and goes on behind it"
        )
    return ""


class _Builder:
    """
    Build the located value from parse events, one event at a time and without recursion.
    """

    def __init__(self, source: Source) -> None:
        """
        Begin at the first event of *source*.
        """
        self.source = source
        self.root: Located | None = None
        self.problems: list[YamlProblem] = []
        self._open: list[Map | Seq] = []
        self._keys: list[Scalar | None] = []
        self._events = 0
        self._documents = 0

    def take(self, event: Event) -> None:
        """
        Take the next event.

        Raises:
            _Stop: Nothing behind this event can be trusted.
        """
        self._events += 1
        if self._events > MAX_EVENTS:
            self._stop(
                "limit",
                f"the file has more than {MAX_EVENTS:,} YAML parts",
                event,
                "split it with `include:` and `call:`",
            )
        name = type(event).__name__
        match name:
            case "DocumentStartEvent":
                self._document(event)
            case "AliasEvent":
                anchor = str(getattr(event, "anchor", ""))
                self._stop(
                    "feature",
                    f"`*{anchor}` is a YAML alias; rule files say everything where it stands",
                    event,
                    'write the value out, use `let:`, or quote a text that starts with `*`: "*..."',
                )
            case "ScalarEvent":
                self._refuse_tag_and_anchor(event)
                scalar = self._scalar(event)
                self._refuse_ambiguous_number(scalar)
                self._add(scalar)
            case "MappingStartEvent" | "SequenceStartEvent":
                self._refuse_tag_and_anchor(event)
                span = self._span(event)
                value: Map | Seq = Map(span) if name == "MappingStartEvent" else Seq(span)
                if self._open and isinstance(self._open[-1], Map) and self._keys[-1] is None:
                    self._stop(
                        "feature",
                        "a key must be a text, not a list or a mapping",
                        event,
                        "quote a key that starts with a bracket or a brace",
                    )
                self._add(value)
                self._open.append(value)
                self._keys.append(None)
                if len(self._open) > MAX_DEPTH:
                    self._stop(
                        "limit",
                        f"the file nests more than {MAX_DEPTH} levels deep",
                        event,
                        "a rule file needs about eight",
                    )
            case "MappingEndEvent" | "SequenceEndEvent":
                self._close(event)
            case _:
                pass

    def _document(self, event: Event) -> None:
        """
        Refuse directives and further documents.
        """
        self._documents += 1
        if self._documents > 1:
            self._stop(
                "feature",
                "a rule file is one YAML document; a second one begins here",
                event,
                "remove the `---` or put the rest into a file of its own",
            )
        if getattr(event, "version", None) or getattr(event, "tags", None):
            span = Span(self.source, 0, len(self.source.line(1)))
            at = self.source.text.find("%")
            if at >= 0:
                line = self.source.position(at)[0]
                span = Span(self.source, at, at + len(self.source.line(line)) - self.source.position(at)[1] + 1)
            raise _Stop(
                YamlProblem(
                    "feature",
                    "YAML directives are not allowed; rule files are always YAML 1.2",
                    span,
                    "remove the line",
                )
            )

    def _refuse_tag_and_anchor(self, event: Event) -> None:
        """
        Refuse `!tag` and `&anchor` in front of a value.
        """
        if (anchor := getattr(event, "anchor", None)) is not None:
            self._stop(
                "feature",
                f"`&{anchor}` is a YAML anchor; rule files say everything where it stands",
                event,
                'remove it, or quote a text that starts with `&`: "&..."',
            )
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "None":
            self._stop(
                "feature",
                f"`{_written_tag(self.source, event, str(tag))}` is a YAML tag; the format has no use for tags",
                event,
                'remove it, or quote a text that starts with `!`: "!..."',
            )

    def _refuse_ambiguous_number(self, scalar: Scalar) -> None:
        """
        Refuse `010` and `1_000`, which YAML readers disagree on.
        """
        if scalar.style is not Style.PLAIN:
            return
        if _OCTAL.fullmatch(scalar):
            reading = f"{int(scalar[:20])} to YAML 1.2 and octal to older readers"
            plain = str(int(scalar[:20]))
        elif _UNDERSCORED.fullmatch(scalar):
            reading, plain = "text to YAML 1.2 and a number to older readers", scalar.replace("_", "")
        else:
            return
        self.problems.append(
            YamlProblem(
                "feature", f"`{scalar}` is {reading}", scalar.span, f'write `{plain}`, or `"{scalar}"` for the text'
            )
        )

    def _scalar(self, event: Event) -> Scalar:
        """
        Make a located scalar.
        """
        style = Style(getattr(event, "style", None) or "")
        text = str(getattr(event, "value", ""))
        kind = kind_of(text) if style is Style.PLAIN else Kind.TEXT
        return Scalar(text, self._span(event), kind, style)

    def _add(self, value: Located) -> None:
        """
        Put a value where it belongs: at the root, into a list, or as a key or the value of one.
        """
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if isinstance(parent, Seq):
            parent.append(value)
            return
        key = self._keys[-1]
        if key is None:
            # INVARIANT (scalar keys): take() has stopped at a collection that stands as a key.
            assert isinstance(value, Scalar)
            if value == "<<" and not value.quoted:
                raise _Stop(
                    YamlProblem(
                        "feature",
                        "`<<` is a YAML merge key; rule files say everything where it stands",
                        value.span,
                        "write the keys out, or use `include:`",
                    )
                )
            if value in parent:
                rival = parent.key(value)
                assert rival is not None
                message = f"the key `{value}` stands here twice"
                self.problems.append(
                    YamlProblem("duplicate", message, value.span, "remove one of the two, or rename it", rival.span)
                )
            self._keys[-1] = value
            return
        self._keys[-1] = None
        if key not in parent:
            parent[key] = value

    def _close(self, event: Event) -> None:
        """
        End the innermost collection, whose span is known only now.
        """
        closed = self._open.pop()
        self._keys.pop()
        end = event.end_mark.index
        if end == event.start_mark.index:
            # A block collection ends where the next token begins; its own text ends before the blanks in between.
            while end > closed.span.start and self.source.text[end - 1].isspace():
                end -= 1
        closed.span = Span(self.source, closed.span.start, max(end, closed.span.start))

    def _span(self, event: Event) -> Span:
        """
        Convert the marks of an event, leaving out the blanks that plain and block scalars end with.
        """
        start, end = event.start_mark.index, event.end_mark.index
        return Span(self.source, start, start + len(self.source.text[start:end].rstrip()))

    def _stop(self, what: str, message: str, event: Event, advice: str = "") -> None:
        """
        End the reading at *event*.
        """
        start = event.start_mark.index
        end = max(event.end_mark.index, start)
        line_end = start + len(self.source.text[start:end].splitlines()[0]) if start < end else start
        raise _Stop(
            YamlProblem(
                what, message, Span(self.source, start, max(line_end, min(start + 1, len(self.source.text)))), advice
            )
        )


def _written_tag(source: Source, event: Event, tag: str) -> str:
    """
    Give a tag as it is written, for the message.
    """
    written = re.match(r"!\S*", source.text[event.start_mark.index :])
    return written.group(0) if written else tag
