"""Read texts for people: words with conditions in braces."""

from __future__ import annotations

from notifyrules.diagnostics.codes import Code
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Message
from notifyrules.language.terms import Constant, Term
from notifyrules.language.types import Basic, Enumeration, ListOf, Type, quote
from notifyrules.source.located import Scalar

MAX_LENGTH = 2_000
"""Code points in one text."""

_OTHERS = {Basic.BOOL: "false", Basic.INT: "0", Basic.TEXT: '"..."', Basic.DURATION: "0s", Basic.TIME: "00:00"}
"""What may be written where a value is null."""


def read_message(scalar: Scalar, draft: Draft) -> Message | None:
    """
    Read a `because`.

    `{...}` holds a condition whose value is written in its input form; `{{` and `}}` are braces.

    Returns:
        The message, or None after a finding.
    """
    if len(scalar) > MAX_LENGTH:
        draft.findings.add(
            Code.LIMIT,
            scalar.part(0, 1),
            f"this text has {len(scalar):,} characters, more than {MAX_LENGTH:,}",
            help="a reason for a person is a sentence or two",
        )
        return None
    pieces: list[str | Term] = []
    words: list[str] = []
    clean = True
    at = 0
    while at < len(scalar):
        character = scalar[at]
        if scalar[at : at + 2] in ("{{", "}}"):
            words.append(character)
            at += 2
        elif character == "{":
            end = _closing(scalar, at + 1)
            if end is None:
                draft.findings.add(
                    Code.SYNTAX,
                    scalar.part(at, at + 1),
                    "the `{` is never closed",
                    help="close it with `}`, or write `{{` for a brace",
                )
                return None
            term = _placeholder(scalar, at + 1, end, draft)
            if term is None:
                clean = False
            else:
                if words:
                    pieces.append("".join(words))
                    words = []
                pieces.append(term)
            at = end + 1
        elif character == "}":
            draft.findings.add(
                Code.SYNTAX, scalar.part(at, at + 1), "this `}` closes nothing", help="write `}}` for a brace"
            )
            return None
        else:
            words.append(character)
            at += 1
    if words:
        pieces.append("".join(words))
    return Message(scalar.span, tuple(pieces)) if clean else None


def _closing(text: str, at: int) -> int | None:
    """Find the brace that closes a placeholder, stepping over quoted text."""
    quote = ""
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character == "}":
            return at
        at += 1
    return None


def _placeholder(scalar: Scalar, start: int, end: int, draft: Draft) -> Term | None:
    """Check the condition in a pair of braces: any value but a list or a schedule, and never null."""
    if not scalar[start:end].strip():
        advice = "write a condition between the braces, or `{{` and `}}` for the braces themselves"
        draft.findings.add(Code.SYNTAX, scalar.part(start - 1, end + 1), "nothing stands in these braces", help=advice)
        return None
    term = draft.condition(scalar, start=start, end=end)
    if term is None:
        return None
    span = scalar.part(start, end)
    if term.type.nullable:
        draft.findings.add(
            Code.UNGUARDED_NULL,
            span,
            f"`{span.text.strip()}` may be null here, and null has no words",
            help=_instead_of_null(span.text.strip(), term.type),
        )
        return None
    if isinstance(term.type.base, ListOf):
        draft.findings.add(
            Code.TYPE_MISMATCH, span, "a list cannot stand in a text", help="write its number of items with `len(...)`"
        )
        return None
    if term.type.base is Basic.SCHEDULE:
        draft.findings.add(
            Code.TYPE_MISMATCH,
            span,
            "a schedule cannot stand in a text",
            help="write when it closes, with `window_end(...)` and `local_time(...)`",
        )
        return None
    if isinstance(term, Constant):
        draft.findings.add(Code.CONSTANT_CONDITION, span, "this is always the same", help="write it into the text")
    return term


def _instead_of_null(written: str, kind: Type) -> str:
    """Say how words are found for null."""
    match kind.base:
        case Enumeration(values):
            other = quote(values[0])
        case Basic() as basic if basic in _OTHERS:
            other = _OTHERS[basic]
        case _:
            return "ask whether it is null, and give that answer other words"
    return f"say what to write instead: `{written} ?? {other}`"
