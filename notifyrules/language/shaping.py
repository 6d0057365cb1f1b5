"""Shape the parse trees of conditions into located syntax, bottom up and with a bounded depth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from notifyrules.diagnostics.codes import Code
from notifyrules.language import syntax as s
from notifyrules.language.misfits import Mismatch
from notifyrules.language.types import BOOL, DURATION, INT, LANGUAGE_WORDS, NULL, TIME, Enumeration, Type
from notifyrules.language.values import conform
from notifyrules.language.written_terms import Refused
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

MAX_DEPTH = 40
"""Expressions inside expressions; `and`, `or`, comparisons and lists count once, however many items they join."""

_LITERALS = frozenset({"true", "false", "null", "int", "duration", "time", "text", "name"})
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_TOKEN_SHOWN = 40

DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""What people write for a day, and the language reads as a subtraction."""
DATED = "a point in time cannot be written in a condition; declare a fact for it"


def shape_condition(tree: Any, scalar: Scalar, offset: int) -> s.Syntax:  # noqa: ANN401 - lark's trees are untyped
    """
    Shape the tree of a condition that begins *offset* code points into a scalar.

    Raises:
        Refused: Something that the grammar lets through is not of the language.
    """
    return _Shaper(scalar, offset).expression(tree.children[0], 0)[0]


def too_deep(at: int) -> Refused:
    """Refuse an expression that nests too deeply."""
    message = f"this nests more than {MAX_DEPTH} expressions inside each other"
    return Refused(Code.LIMIT, at, at + 1, message, "name parts of it with `let:`")


def unescape(token: Any) -> str:  # noqa: ANN401
    """Take the quotes and escapes off a text."""

    def plain(found: re.Match[str]) -> str:
        if found[1] in _ESCAPES:
            return _ESCAPES[found[1]]
        at = token.start_pos + 1 + found.start()
        advice = "write `\\\\` for a backslash; the others are `\\n`, `\\t`, `\\\"` and `\\'`"
        raise Refused(Code.SYNTAX, at, at + 2, f"`\\{found[1]}` is not an escape", advice)

    return re.sub(r"\\(.)", plain, str(token)[1:-1], flags=re.DOTALL)


def check_digits(token: Any, advice: str = "") -> None:  # noqa: ANN401
    """Refuse a number with a zero in front, which not all readers take for the same."""
    digits = str(token).lstrip("-")
    if len(digits) > 1 and digits.startswith("0"):
        plain = str(token).replace(digits, digits.lstrip("0") or "0")[:_TOKEN_SHOWN]
        message = f"`{clipped(token)}` begins with a zero, which some readers take for octal"
        raise Refused(Code.SYNTAX, token.start_pos, token.end_pos, message, advice or f"write `{plain}`")


def clipped(token: object) -> str:
    """Shorten a token to what a message can carry."""
    text = str(token)
    return text if len(text) <= _TOKEN_SHOWN else text[:_TOKEN_SHOWN] + "…"


@dataclass(frozen=True, slots=True)
class _Shaper:
    """Shape one condition."""

    scalar: Scalar
    offset: int
    """Where in the scalar's value the parsed text begins."""

    def expression(self, tree: Any, depth: int) -> tuple[s.Syntax, int, int]:  # noqa: ANN401
        """
        Shape an expression by the rule that made it.

        Returns:
            The syntax with its first and last offset in the parsed text.
        """
        tokens = [child for child in tree.children if not hasattr(child, "data")]
        if depth > MAX_DEPTH:
            raise too_deep(_first_offset(tree))
        if tree.data in _LITERALS:
            token = tokens[0]
            return self._literal(tree.data, token), token.start_pos, token.end_pos
        parts = [self.expression(child, depth + 1) for child in tree.children if hasattr(child, "data")]
        edges = [*((first, last) for _, first, last in parts), *((token.start_pos, token.end_pos) for token in tokens)]
        first, last = min(edge[0] for edge in edges), max(edge[1] for edge in edges)
        made = self._compound(tree.data, tuple(part[0] for part in parts), tokens, self._span(first, last))
        return made, first, last

    def _compound(self, rule: str, parts: tuple[s.Syntax, ...], tokens: list[Any], span: Span) -> s.Syntax:
        """Make the syntax of a rule from its shaped parts."""
        match rule:
            case "choice":
                return s.ChoiceSyntax(span, parts[1], parts[0], parts[2])
            case "disjunction":
                return s.Logic(span, "or", parts)
            case "conjunction":
                return s.Logic(span, "and", parts)
            case "negated":
                return s.Negated(span, parts[0])
            case "compared":
                return s.Compared(span, parts, tuple(str(token) for token in tokens))
            case "member" | "not_member":
                return s.Membership(span, parts[0], parts[1], rule == "not_member")
            case "is_null" | "is_not_null":
                return s.NullTest(span, parts[0], rule == "is_not_null")
            case "arithmetic":
                return s.ArithmeticSyntax(span, str(tokens[0]), *parts)
            case "minus":
                return s.Minus(span, parts[0])
            case "coalesced":
                return s.Coalesced(span, parts)
            case "call":
                name = tokens[0]
                _check_name(name)
                return s.CallSyntax(span, str(name), self._span(name.start_pos, name.end_pos), parts)
            case "list":
                return s.ListSyntax(span, parts)
            case "group":
                return s.Group(span, parts[0])
        raise AssertionError(rule)

    def _literal(self, rule: str, token: Any) -> s.Syntax:  # noqa: ANN401
        """Make a literal or a name from its token."""
        span = self._span(token.start_pos, token.end_pos)
        match rule:
            case "true" | "false":
                return s.Literal(span, rule == "true", BOOL)
            case "null":
                return s.Literal(span, None, NULL)
            case "name":
                _check_name(token)
                return s.Name(span, str(token))
            case "text":
                value = unescape(token)
                return s.Literal(span, value, Type(Enumeration((value,))))
            case "int":
                check_digits(token, DATED if DATE.search(self.scalar) else "")
                return _valued(span, INT, int(token[:30]), token)
            case "duration":
                return _valued(span, DURATION, str(token), token)
            case _:
                return _valued(span, TIME, str(token), token)

    def _span(self, start: int, end: int) -> Span:
        """Find the stretch of the file behind a stretch of the parsed text."""
        return self.scalar.part(self.offset + start, self.offset + end)


def _valued(span: Span, wanted: Type, given: object, token: Any) -> s.Literal:  # noqa: ANN401
    """Make a literal of a type that has limits."""
    try:
        return s.Literal(span, conform(wanted, given), wanted)
    except Mismatch as mismatch:
        advice = mismatch.help or ("units stand largest first: w d h m s ms" if wanted is DURATION else "")
        message = f"`{clipped(token)}` is not {mismatch.expected}"
        raise Refused(Code.SYNTAX, token.start_pos, token.end_pos, message, advice) from None


def _check_name(token: Any) -> None:  # noqa: ANN401
    """Refuse a word of the language that stands in the place of a value."""
    word = str(token).partition(".")[0]
    if word in LANGUAGE_WORDS:
        end = token.start_pos + len(word)
        raise Refused(Code.SYNTAX, token.start_pos, end, f"found `{word}` where a value is expected")


def _first_offset(tree: Any) -> int:  # noqa: ANN401
    """Find where a tree begins, without recursion."""
    while hasattr(tree, "data"):
        tree = tree.children[0]
    return int(tree.start_pos)
