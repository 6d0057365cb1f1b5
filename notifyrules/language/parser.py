"""Parse conditions, declarations and case keys, each to located syntax."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.language import syntax as s
from notifyrules.language.shaping import MAX_DEPTH, shape_condition, too_deep
from notifyrules.language.shaping_types import shape_case_key, shape_declaration
from notifyrules.language.syntax_errors import wrong_character, wrong_token
from notifyrules.language.written_terms import Declaration, Refused, Word
from notifyrules.source.located import Scalar

if TYPE_CHECKING:
    from lark import Lark

MAX_LENGTH = 10_000
"""Code points in one condition."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[(\[)\]]', re.DOTALL)


def parse_condition(scalar: Scalar, findings: Findings, start: int = 0, end: int | None = None) -> s.Syntax | None:
    """
    Parse the condition that a scalar, or a stretch of it, holds.

    Args:
        scalar: Where the condition stands.
        findings: Takes what is wrong with it.
        start: Offset into the value at which the condition begins.
        end: Offset behind it; None for the end of the value.

    Returns:
        The syntax, or None after a finding.
    """
    try:
        tree = _run("condition", scalar[start : len(scalar) if end is None else end])
        return shape_condition(tree, scalar, start)
    except Refused as refused:
        _report(refused, scalar, start, findings)
        return None


def parse_declaration(scalar: Scalar, findings: Findings) -> Declaration | None:
    """Parse `type = default`."""
    try:
        return shape_declaration(_run("declaration", scalar), scalar)
    except Refused as refused:
        _report(refused, scalar, 0, findings)
        return None


def parse_case_key(scalar: Scalar, findings: Findings) -> tuple[Word, ...] | None:
    """Parse `a | b | null`; a key that YAML quotes whole and that holds no bar is one text."""
    if scalar.quoted and "|" not in scalar:
        return (Word(scalar.span, str(scalar), quoted=True),)
    try:
        return shape_case_key(_run("case_key", scalar), scalar)
    except Refused as refused:
        _report(refused, scalar, 0, findings)
        return None


def _report(refused: Refused, scalar: Scalar, offset: int, findings: Findings) -> None:
    """Make a finding of what was refused."""
    end = max(refused.end, refused.start + 1)
    span = scalar.part(offset + refused.start, offset + end)
    findings.add(refused.code, span, refused.message, help=refused.advice)


def _run(rule: Literal["condition", "declaration", "case_key"], text: str) -> Any:  # noqa: ANN401 - lark's trees are untyped
    """
    Run the grammar from one of its beginnings.

    Raises:
        Refused: The text is not of the language, or is longer or deeper than anybody could follow.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken  # noqa: PLC0415 - 40 ms

    _check_limits(text)
    try:
        return _grammar().parse(text, start=rule)
    except UnexpectedCharacters as error:
        # Read by name: lark's own annotation says None.
        at: Any = error.pos_in_stream
        raise wrong_character(text, int(at), rule) from None
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        at, end = (len(text), len(text)) if ended else (error.token.start_pos or 0, error.token.end_pos or 0)
        raise wrong_token(text, at, end, frozenset(error.accepts or error.expected or ()), rule) from None


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    """Build the parser from the grammar file, once."""
    from importlib.resources import files  # noqa: PLC0415

    from lark import Lark  # noqa: PLC0415 - 40 ms, and only loading needs it

    text = files("notifyrules.language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(text, parser="lalr", start=["condition", "declaration", "case_key"], maybe_placeholders=False)


def _check_limits(text: str) -> None:
    """Refuse what would cost more than any reader would spend."""
    if len(text) > MAX_LENGTH:
        message = f"this has {len(text):,} characters, more than {MAX_LENGTH:,}"
        raise Refused(Code.LIMIT, 0, 1, message, "name parts of it with `let:`")
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found.group() in ("(", "["):
            depth += 1
            if depth > MAX_DEPTH:
                raise too_deep(found.start())
        elif found.group() in (")", "]"):
            depth -= 1
