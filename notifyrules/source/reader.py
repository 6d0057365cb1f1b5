"""
Read YAML into located values, refusing what hides a file's meaning and what costs too much to read.

The file is walked as ruamel.yaml's parse events: nothing is constructed, aliases are never expanded, depth and size are
counted as it goes, and a scalar means what the core schema of YAML 1.2 says, whatever the file claims.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from notifyrules.source.located import Kind, Located, Map, Scalar, Seq, Style
from notifyrules.source.quoting import quoted_form
from notifyrules.source.text import Source, Span
from notifyrules.source.yaml_errors import YamlProblem, character_problem, colon_problem, syntax_problem

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.events import Event

MAX_EVENTS = 40_000
"""YAML parse events of one chart, about one and a half per key or value: room for some 3,000 nodes."""
MAX_CONDITIONS = 250_000
"""Code points of all conditions of one chart."""
MAX_CHART_BYTES = 2 * 1024 * 1024
"""Bytes of all files that one chart is made of."""
MAX_BYTES = 1024 * 1024
"""Files beyond this many bytes are refused unread: rules for people are a hundred times smaller."""
MAX_DEPTH = 50
"""Collections inside collections; the format itself needs eight."""

_FORMS = {
    Kind.NULL: re.compile(r"|~|null|Null|NULL"),
    Kind.BOOL: re.compile(r"true|True|TRUE|false|False|FALSE"),
    Kind.INT: re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    Kind.FLOAT: re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
}
"""What plain scalars are, in the order in which it is asked; any other is text."""
_OCTAL = re.compile(r"[-+]?0[0-9]+")
_UNDERSCORED = re.compile(r"[-+]?[0-9]+(_[0-9]+)+")
_LONG_ESCAPE = re.compile(r"\\U(?P<digits>[0-9A-Fa-f]{8})")
_LAST_CODE_POINT = 0x10FFFF
_SURROGATE = re.compile("[\ud800-\udfff]")
_GAP = re.compile(r"(?:\s|#.*)*")
_SIGN = re.compile(r"[!&*][^\s,{}\[\]]*")
_DIRECTIVE = re.compile(r"^%.*", re.MULTILINE)


@dataclass(slots=True)
class Budget:
    """What may still be spent on one chart, with everything that it includes and calls."""

    events: int = MAX_EVENTS
    """YAML parse events."""
    conditions: int = MAX_CONDITIONS
    """Code points of conditions."""
    bytes: int = MAX_CHART_BYTES
    """Bytes of files."""


class _Stop(Exception):  # noqa: N818 - no error: the reading ends here
    """End the reading at a problem behind which nothing can be trusted."""

    def __init__(self, problem: YamlProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _stop(what: str, message: str, span: Span, advice: str, rival: Span | None = None) -> NoReturn:
    raise _Stop(YamlProblem(what, message, span, advice, rival))


def kind_of(text: str) -> Kind:
    """Tell what a plain scalar is by the core schema (YAML 1.2.2, section 10.3.2)."""
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(text)), Kind.TEXT)


def read_yaml(source: Source, budget: Budget | None = None) -> tuple[Located | None, tuple[YamlProblem, ...]]:
    """
    Read a file as one located YAML value.

    Args:
        source: At most :data:`MAX_BYTES` bytes of text; the caller has refused more.
        budget: What may still be spent; one of its own unless given.

    Returns:
        The value, or None where the file is empty or cannot be read on, and what was wrong with it. A value beside
        problems is whole but for what they name.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - 21 ms, and only loading needs it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    builder = _Builder(source, Budget() if budget is None else budget)
    try:
        for event in YAML(typ="safe", pure=True).parse(source.text):
            builder.take(event)
    except _Stop as stop:
        problem = stop.problem
    except MarkedYAMLError as error:
        problem = _unclosed(builder.last, error) or syntax_problem(source, error)
    except YAMLError as error:
        problem = character_problem(source, getattr(error, "position", 0))
    except (OverflowError, ValueError):
        # The library does not expect an escape beyond the last code point.
        problem = _beyond_unicode(source, builder.read_to)
    else:
        return builder.whole(), tuple(builder.problems)
    return None, (*builder.problems, problem)


def _unclosed(last: Scalar | None, error: MarkedYAMLError) -> YamlProblem | None:
    """Word a quote that is closed lines further down, by the quote that opens another text there."""
    mark = getattr(error, "problem_mark", None)
    if last is None or not last.quoted or mark is None or "expected <block end>" not in str(error.problem):
        return None
    source = last.span.source
    if last.span.line == source.position(last.span.end)[0] or last.span.end < mark.index - 1:
        return None
    sign = source.sign(last.span.start)
    message = f"the text that begins with {sign.text} does not end in its line, and goes on to line {mark.line + 1}"
    return YamlProblem("syntax", message, sign, f"close it with another {sign.text}")


def _beyond_unicode(source: Source, at: int) -> YamlProblem:
    escapes = _LONG_ESCAPE.finditer(source.text, at)
    beyond = (found.span() for found in escapes if int(found["digits"], 16) > _LAST_CODE_POINT)
    span = Span(source, *next(beyond, (at, min(at + 1, len(source.text)))))
    message = "this escape is beyond the last code point of Unicode, U+10FFFF"
    return YamlProblem("syntax", message, span, "write the character itself")


class _Builder:
    """Build the located value from parse events, one event at a time and without recursion."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self.source = source
        self._budget = budget
        self.root: Located | None = None
        self.problems: list[YamlProblem] = []
        self._open: list[Map | Seq] = []
        self._keys: list[Scalar | None] = []
        self._repeated: list[tuple[Map, Map]] = []
        self._documents = 0
        self.read_to = 0
        """Offset behind the last thing that was read."""
        self.last: Scalar | None = None
        """The last scalar that was read."""

    def whole(self) -> Located | None:
        """
        Give what was read.

        A section that stands twice was reported; what the second holds is kept, so that uses of it are not.
        """
        for earlier, later in self._repeated:
            for key, value in later.items():
                if key not in earlier:
                    earlier[key] = value
        return self.root

    def take(self, event: Event) -> None:
        """Take the next event; _Stop where nothing behind it can be trusted."""
        self._budget.events -= 1
        if self._budget.events < 0:
            message = f"the chart has more than {MAX_EVENTS:,} YAML parts"
            _stop("limit", message, self._first_line(event), "split it into charts of their own")
        name = type(event).__name__
        match name:
            case "DocumentStartEvent":
                self._document(event)
            case "AliasEvent":
                self._stop_at_sign(event, "is a YAML alias; rule files say everything where it stands")
            case "ScalarEvent":
                self._refuse_tag_and_anchor(event)
                self.last = scalar = self._scalar(event)
                self._refuse_ambiguous_number(scalar)
                self._add(scalar)
            case "MappingStartEvent" | "SequenceStartEvent":
                self._refuse_tag_and_anchor(event)
                span = self._span(event)
                value: Map | Seq = Map(span) if name == "MappingStartEvent" else Seq(span)
                if self._open and isinstance(self._open[-1], Map) and self._keys[-1] is None:
                    advice = "quote a key that starts with a bracket or a brace"
                    if name == "SequenceStartEvent":
                        advice = f"one target for several values is written `a | b: target`; or {advice}"
                    elif self._open[-1].span.text.startswith("{"):
                        advice = f"a condition stands without braces; {advice}"
                    message = "a key must be a text, not a list or a mapping"
                    _stop("feature", message, self._first_line(event), advice)
                self._add(value)
                self._open.append(value)
                self._keys.append(None)
                if len(self._open) > MAX_DEPTH:
                    message = f"the file nests more than {MAX_DEPTH} levels deep"
                    _stop("limit", message, self._first_line(event), "a rule file needs about eight")
            case "MappingEndEvent" | "SequenceEndEvent":
                self._close(event)
        if name.startswith(("Scalar", "Mapping", "Sequence")):
            self.read_to = max(self.read_to, event.end_mark.index)

    def _document(self, event: Event) -> None:
        self._documents += 1
        if self._documents > 1:
            message = "a rule file is one YAML document; a second one begins here"
            advice = "remove the `---` or put the rest into a file of its own"
            _stop("feature", message, self._first_line(event), advice)
        directive = _DIRECTIVE.search(self.source.text, 0, event.start_mark.index)
        if directive is not None:
            span = Span(self.source, directive.start(), directive.start() + len(directive.group().rstrip()))
            message = "YAML directives are not allowed; rule files are always YAML 1.2"
            _stop("feature", message, span, "remove the line")

    def _refuse_tag_and_anchor(self, event: Event) -> None:
        if getattr(event, "anchor", None) is not None:
            self._stop_at_sign(event, "is a YAML anchor; rule files say everything where it stands")
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "None":
            self._stop_at_sign(event, "is a YAML tag; the format has no use for tags")

    def _stop_at_sign(self, event: Event, meaning: str) -> NoReturn:
        """End the reading at a word that begins with `!`, `&` or `*`."""
        # A tag may stand before an anchor, or behind it.
        start = event.start_mark.index
        found = _SIGN.match(self.source.text, start)
        sign = found.group() if found is not None else self.source.text[start : start + 1]
        form = quoted_form(self.source, start)
        advice = ["write the value out" if sign.startswith("*") else "remove it"]
        if form:
            advice.append(f"or quote a text that starts with `{sign[:1]}`: `{form}`")
        if sign.startswith("!"):
            advice.append("in a condition, write `not`")
        span = Span(self.source, start, start + max(len(sign), 1))
        _stop("feature", f"`{sign[:40]}` {meaning}", span, "; ".join(advice))

    def _refuse_ambiguous_number(self, scalar: Scalar) -> None:
        """Refuse `010` and `1_000`, which YAML readers disagree on."""
        if scalar.style is not Style.PLAIN:
            return
        if _OCTAL.fullmatch(scalar):
            reading = f"{int(scalar[:20])} to YAML 1.2 and octal to older readers"
            plain = str(int(scalar[:20]))
        elif _UNDERSCORED.fullmatch(scalar):
            reading, plain = "text to YAML 1.2 and a number to older readers", scalar.replace("_", "")
        else:
            return
        advice = f'write `{plain}`, or `"{scalar}"` for the text'
        self.problems.append(YamlProblem("feature", f"`{scalar}` is {reading}", scalar.span, advice))

    def _scalar(self, event: Event) -> Scalar:
        style = Style(getattr(event, "style", None) or "")
        text = str(getattr(event, "value", ""))
        kind = kind_of(text) if style is Style.PLAIN else Kind.TEXT
        span = self._span(event)
        if _SURROGATE.search(text):
            text = _SURROGATE.sub("\ufffd", text)
            half = Scalar(text, span, kind, style).part(text.index("\ufffd"), text.index("\ufffd") + 1)
            message = f"`{half.text}` is half of a surrogate pair and no character"
            self.problems.append(YamlProblem("syntax", message, half, "write the character itself", spoilt=span))
        return Scalar(text, span, kind, style)

    def _add(self, value: Located) -> None:
        """Put a value where it belongs: at the root, into a list, or as a key or the value of one."""
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if isinstance(parent, Seq):
            parent.append(value)
            return
        if (key := self._keys[-1]) is None:
            # INVARIANT (scalar keys): take() has stopped at a collection that stands as a key.
            assert isinstance(value, Scalar)
            if value == "<<" and not value.quoted:
                message = "`<<` is a YAML merge key; rule files say everything where it stands"
                _stop("feature", message, value.span, "write the keys out, or use `include:`")
            bracket = value.style is Style.PLAIN and (" {" in value or " [" in value)
            # No name of the format has a bracket in it: the colon in front of it was forgotten.
            if bracket and (forgotten := colon_problem(self.source, value.span.start)) is not None:
                raise _Stop(forgotten)
            if value in parent:
                rival = parent.key(value)
                assert rival is not None
                self._report_duplicate(value, rival, parent)
            self._keys[-1] = value
            return
        self._keys[-1] = None
        if key not in parent:
            parent[key] = value
        elif len(self._open) == 1 and isinstance(value, Map) and isinstance(earlier := parent[key], Map):
            self._repeated.append((earlier, value))

    def _report_duplicate(self, value: Scalar, rival: Scalar, parent: Map) -> None:
        """Report a key that stands twice; nothing more is read where the next item of a list lacks its dash."""
        message, advice = f"the key `{value}` stands here twice", "remove one of the two, or rename it"
        in_list = len(self._open) > 1 and isinstance(self._open[-2], Seq) and self.source.text[parent.span.start] != "{"
        if in_list and rival is next(iter(parent)):
            advice = f"put a `-` in front, `- {value}: ...`, where the next item of the list begins, or remove one"
            _stop("duplicate", message, value.span, advice, rival.span)
        self.problems.append(YamlProblem("duplicate", message, value.span, advice, rival.span))

    def _close(self, event: Event) -> None:
        """End the innermost collection, whose span is known only now."""
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

        What is left out, as behind `key:`, has the place of the sign in front of it.
        """
        start, end = event.start_mark.index, event.end_mark.index
        if start == end and type(event).__name__ == "ScalarEvent":
            at = self.read_to
            while (gap := _GAP.match(self.source.text, at)) is not None and gap.end() < start:
                at = gap.end() + 1
            return Span(self.source, max(at - 1, 0), max(at, min(1, len(self.source.text))))
        return Span(self.source, start, start + len(self.source.text[start:end].rstrip()))

    def _first_line(self, event: Event) -> Span:
        """Underline the first line of an event, at least one code point of it."""
        start, end = event.start_mark.index, event.end_mark.index
        width = len(self.source.text[start:end].splitlines()[0]) if start < end else 0
        return Span(self.source, start, max(start + width, min(start + 1, len(self.source.text))))
