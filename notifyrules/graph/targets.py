"""Resolve the ways out of nodes, and the words that they and outcomes give as a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.document.ends import ends_in
from notifyrules.document.leaves import describe_node
from notifyrules.document.model import LongTarget, RowPart
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import ENDS, Arrow, Because, Message, Notify
from notifyrules.language.kinds import KINDS
from notifyrules.language.null_narrowing import Narrowed, known
from notifyrules.language.terms import Constant, Term
from notifyrules.language.types import LANGUAGE_WORDS, Basic, Enumeration, ListOf, Type, is_bare, quote
from notifyrules.language.values import Value, write_literal
from notifyrules.source.located import Kind, Located, Map, Scalar, words_of
from notifyrules.source.text import Span

NOTHING: Narrowed = frozenset()
"""No values are known not to be null."""
MAX_LENGTH = 2_000
"""Code points in one text."""
_INSIDE = r"""(?:[^"'}]|"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')*+"""
_PIECE = re.compile(rf"[^{{}}]+|\{{\{{|\}}\}}|\{{(?P<inside>{_INSIDE})\}}|(?P<odd>[{{}}])", re.DOTALL)
"""Plain words, a brace written twice, a condition in braces (quoted text in it may hold braces), or a brace alone."""
_ODD_BRACES = {
    "{": ("the `{` is never closed", "close it with `}`, or write `{{` for a brace"),
    "}": ("this `}` closes nothing", "write `}}` for a brace"),
}


def answered(condition: Term | None, *, truth: bool) -> Narrowed | None:
    """Name what is not null where a condition has turned out to be *truth*; None where it could not be read."""
    return None if condition is None else known(condition, truth=truth)


def together(one: Narrowed | None, other: Narrowed | None) -> Narrowed | None:
    """Put together what two things that both hold have given; None where one of them is not known."""
    return None if one is None or other is None else one | other


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node before its arrow has an id."""

    target: str
    label: str | None
    because: Because | None
    written: bool
    span: Span

    def arrow(self, node: Scalar, ending: str, answer: str) -> Arrow:
        """Make the arrow `node.ending`."""
        name = str(node)
        return Arrow(f"{name}.{ending}", name, answer, self.label, self.target, self.because, self.written, self.span)


def value_id(value: Value) -> str:
    """Spell a value as the end of an arrow's id: bare where it can be, quoted where it must be."""
    if isinstance(value, str):
        return value if is_bare(value) and value not in LANGUAGE_WORDS else quote(value)
    return write_literal(value)


def read_exit(
    written: Scalar | LongTarget | None, node: Scalar, ending: str, draft: Draft, given: Narrowed | None = NOTHING
) -> Exit | None:
    """Resolve a target that may be left out where the file has an `otherwise`; None after a finding."""
    if written is not None:
        return read_target(written, draft, given)
    if draft.is_broken("flow", node):
        # The exit may be what was reported.
        return None
    end = _unwritten_end(node.span, f"`{node}` has no `{ending}`", ending, draft)
    return None if end is None else Exit(end, None, None, written=False, span=node.span)


def _unwritten_end(span: Span, what: str, ending: str, draft: Draft) -> str | None:
    """Name the outcome at which an exit ends that leads nowhere by itself; None after a finding."""
    otherwise = draft.document.otherwise
    if otherwise is None:
        draft.loose = True
        message = f"{what}, and the file has no `otherwise`"
        advice = f"write where it goes on, `{ending}: target`, or end every unwritten exit with `otherwise: outcome`"
        draft.findings.add(Code.MISSING_EXIT, span, message, help=advice)
    return str(otherwise) if otherwise in draft.document.outcomes else None


def read_target(
    written: Scalar | LongTarget, draft: Draft, given: Narrowed | None = NOTHING, *, nodes_only: bool = False
) -> Exit | None:
    """Resolve a target that is written, where the answer of its node has *given* something; None after a finding."""
    if isinstance(written, Scalar):
        known = _check_target(written, draft, nodes_only=nodes_only)
        return Exit(str(written), None, None, written=True, span=written.span) if known else None
    because = None if written.because is None else read_because(written.because, draft, given)
    to: str | None = written.to
    if written.to is None:
        to = _end_of_words(written, draft, nodes_only=nodes_only)
    elif not _check_target(written.to, draft, nodes_only=nodes_only):
        to = None
    if to is None or (because is None and written.because is not None):
        return None
    span = written.span.first_line if written.to is None else written.to.span
    return Exit(str(to), words_of(written.label), because, written=written.to is not None, span=span)


def _end_of_words(written: LongTarget, draft: Draft, *, nodes_only: bool) -> str | None:
    """Name the outcome at which a way out ends that has words or a condition, and no `to`; None after a finding."""
    span = written.span.first_line
    if written.has_unknown_keys:
        # One of them may be meant for it.
        draft.loose = True
    elif nodes_only:
        draft.loose = True
        message = "the branches of `any` are nodes, and this one names none"
        draft.findings.add(Code.MISSING_KEY, span, message, help="write `to: node`")
    elif written.because is None and written.label is None and not isinstance(written, RowPart):
        draft.loose = True
        advice = "write `to: target`, or, where `otherwise` ends it, a `because` or a `label`"
        draft.findings.add(Code.MISSING_KEY, span, "this way out says nothing", help=advice)
    else:
        what = "the row has no `to`" if isinstance(written, RowPart) else "this way out has no `to`"
        return _unwritten_end(span, what, "to", draft)
    return None


def _check_target(name: Scalar, draft: Draft, *, nodes_only: bool = False) -> bool:
    """Report a target that is neither node nor outcome."""
    nodes, outcomes = draft.document.flow, draft.document.outcomes
    if name in nodes:
        return True
    if name in outcomes:
        if nodes_only:
            message = f"`{name}` is an outcome; the branches of `any` are nodes"
            draft.findings.add(Code.UNKNOWN_TARGET, name.span, message, help="ask a question that leads to it")
        return not nodes_only
    if draft.is_broken("flow", name) or draft.is_broken("outcomes", name):
        return True
    known = [*nodes, *(() if nodes_only else outcomes)]
    near = nearest(name, known)
    if near is None:
        draft.loose = True
    else:
        draft.meant.add(near)
    advice = f"the nodes are {named(nodes)}" if nodes_only else f"the outcomes are {named(outcomes)}"
    what = "a node of this file" if nodes_only else "a node or an outcome of this file"
    draft.unknown(Code.UNKNOWN_TARGET, name, what, known, advice)
    return False


def read_because(written: Located, draft: Draft, given: Narrowed | None = NOTHING) -> Because | None:
    """Read a `because`: a text for every end, or texts by the kind of end; None after a finding."""
    if isinstance(written, Scalar):
        message = read_message(written, draft, given)
        return None if message is None else Because(written.span, dict.fromkeys(Notify, message))
    assert isinstance(written, Map)
    texts: dict[Notify, Message] = {}
    clean = True
    for key, text in written.items():
        ends = [ENDS[name] for name in ends_in(key) if name in ENDS]
        problem = _wrong_end(key, text, [end for end in ends if end in texts])
        message = read_message(text, draft, given) if problem is None and isinstance(text, Scalar) else None
        if problem is not None:
            draft.findings.add(*problem[:3], help=problem[3])
        if message is None:
            clean = False
        else:
            texts.update(dict.fromkeys(ends, message))
    return Because(written.span.first_line, texts) if clean else None


def _wrong_end(key: Scalar, text: Located, taken: list[Notify]) -> tuple[Code, Span, str, str] | None:
    """Say what is wrong with one entry of a reason that depends on the end."""
    names = ends_in(key)
    unknown = next((name for name in names if name not in ENDS), None)
    if unknown is not None:
        advice = did_you_mean(unknown, ENDS, f"the ends are {named(ENDS)}, joined by `|` where they share a text")
        return Code.UNKNOWN_KEY, key.span, f"`{unknown}` is no kind of end", advice
    if taken or len(set(names)) < len(names):
        twice = next(name for name in names if ENDS[name] in taken or names.count(name) > 1)
        return Code.DUPLICATE_KEY, key.span, f"`{twice}` has a text already", "write one text for each kind of end"
    if not isinstance(text, Scalar) or text.kind is not Kind.TEXT:
        found = f"expected text as `{key}`, found {describe_node(text)}"
        return Code.WRONG_SHAPE, text.span.first_line, found, "put it into quotes"
    return None


def read_message(scalar: Scalar, draft: Draft, given: Narrowed | None = NOTHING) -> Message | None:
    """
    Read one text of a `because`.

    `{...}` holds a condition whose value is written in its input form; `{{` and `}}` are braces.

    Args:
        scalar: The text as written.
        draft: The chart.
        given: The values that are known not to be null where it is said: its arrow is taken only then. None where that
            is not known, because the node has findings of its own.

    Returns:
        The message, or None after a finding.
    """
    if len(scalar) > MAX_LENGTH:
        message = f"this text has {len(scalar):,} characters, more than {MAX_LENGTH:,}"
        draft.findings.add(Code.LIMIT, scalar.part(0, 1), message, help="a reason for a person is a sentence or two")
        return None
    pieces: list[str | Term] = []
    words = ""
    clean = True
    for found in _PIECE.finditer(scalar):
        if found["odd"]:
            message, advice = _ODD_BRACES[found[0]]
            draft.findings.add(Code.SYNTAX, scalar.part(*found.span()), message, help=advice)
            return None
        if found["inside"] is None:
            words += found[0][:1] if found[0] in ("{{", "}}") else found[0]
            continue
        term = _placeholder(scalar, *found.span("inside"), draft, given)
        if term is None:
            clean = False
        else:
            pieces += [words, term] if words else [term]
            words = ""
    if words:
        pieces.append(words)
    return Message(scalar.span, tuple(pieces)) if clean else None


def _placeholder(scalar: Scalar, start: int, end: int, draft: Draft, given: Narrowed | None) -> Term | None:
    """Check the condition in a pair of braces: any value but a list or a schedule, and never null."""
    if not scalar[start:end].strip():
        advice = "write a condition between the braces, or `{{` and `}}` for the braces themselves"
        draft.findings.add(Code.SYNTAX, scalar.part(start - 1, end + 1), "nothing stands in these braces", help=advice)
        return None
    before = len(draft.findings)
    term = draft.filled(scalar, start, end, given or NOTHING)
    if given is None:
        draft.findings.drop([one for one in [*draft.findings][before:] if one.code is Code.UNGUARDED_NULL])
    if term is None or (given is None and term.type.nullable):
        return None
    span = scalar.part(start, end)
    if term.type.nullable:
        message = f"`{span.text.strip()}` may be null here, and null has no words"
        draft.findings.add(Code.UNGUARDED_NULL, span, message, help=_instead_of_null(span.text.strip(), term.type))
        return None
    if isinstance(term.type.base, ListOf):
        advice = "write its number of items with `len(...)`"
        draft.findings.add(Code.TYPE_MISMATCH, span, "a list cannot stand in a text", help=advice)
        return None
    if term.type.base is Basic.SCHEDULE:
        advice = "write when it closes, with `window_end(...)` and `local_time(...)`"
        draft.findings.add(Code.TYPE_MISMATCH, span, "a schedule cannot stand in a text", help=advice)
        return None
    if isinstance(term, Constant):
        draft.findings.add(Code.CONSTANT_CONDITION, span, "this is always the same", help="write it into the text")
    return term


def _instead_of_null(written: str, kind: Type) -> str:
    """Say how words are found for null."""
    match kind.base:
        case Enumeration(values):
            other = quote(values[0])
        case Basic() as basic if KINDS[basic].fallback:
            other = KINDS[basic].fallback
        case _:
            return "ask whether it is null, and give that answer other words"
    return f"say what to write instead: `{written} ?? {other}`"
