"""Parse conditions, declarations and case keys, each to located syntax, bottom up and with a bounded depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.language import syntax as s
from notifyrules.language.grammar import Lexeme, ParseNode, Start, StrayCharacterError, StrayTokenError, parse
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.syntax import Declaration, ListWord, Word
from notifyrules.language.syntax_errors import (
    DATE,
    DATED,
    TOKEN_SHOWN,
    NotAllowed,
    clipped,
    wrong_character,
    wrong_token,
)
from notifyrules.language.types import BOOL, DURATION, INT, LANGUAGE_WORDS, NULL, TYPE_WORDS, Basic, Enumeration, Type
from notifyrules.language.values import conform
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

MAX_LENGTH = 10_000
"""Code points in one condition."""

MAX_DEPTH = 40
"""Expressions inside expressions; `and`, `or`, comparisons and lists count once, however many items they join."""
_LITERALS = frozenset({"true", "false", "null", "name", *TYPE_WORDS})
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[(\[)\]]', re.DOTALL)


def parse_condition(scalar: Scalar, findings: Findings, start: int = 0, end: int | None = None) -> s.Syntax | None:
    """Parse the condition in a scalar, or in its stretch from *start* to *end*; None after a finding."""
    try:
        tree = _run("condition", scalar[start : len(scalar) if end is None else end])
        return _Shaper(scalar, start).expression(tree.children[0], 0)[0]
    except NotAllowed as refused:
        _report(refused, scalar, start, findings)
        return None


def parse_declaration(scalar: Scalar, findings: Findings) -> Declaration | None:
    """Parse `type = default`."""
    try:
        return _shape_declaration(_run("declaration", scalar), scalar)
    except NotAllowed as refused:
        _report(refused, scalar, 0, findings)
        return None


def parse_case_key(scalar: Scalar, findings: Findings) -> tuple[Word, ...] | None:
    """Parse `a | b | null`; a key that YAML quotes whole and that holds no bar is one text."""
    if scalar.quoted and "|" not in scalar:
        return (Word(scalar.span, str(scalar), quoted=True),)
    try:
        values = _run("case_key", scalar).children
        for value in values:
            if value.data == "number":
                _check_digits(value.children[0])
        return tuple(_word(value, scalar) for value in values)
    except NotAllowed as refused:
        _report(refused, scalar, 0, findings)
        return None


def _report(refused: NotAllowed, scalar: Scalar, offset: int, findings: Findings) -> None:
    span = scalar.part(offset + refused.start, offset + max(refused.end, refused.start + 1))
    findings.add(refused.code, span, refused.message, help=refused.advice)


def _run(rule: Start, text: str) -> ParseNode:
    """Run the grammar from a beginning of it; NotAllowed where it is not met, or by more than anybody could follow."""
    _check_limits(text)
    try:
        return parse(text, rule)
    except StrayCharacterError as stray:
        raise wrong_character(text, stray.at, rule) from None
    except StrayTokenError as stray:
        raise wrong_token(text, stray.start, stray.end, stray.accepted, rule) from None


def _check_limits(text: str) -> None:
    """Refuse what would cost more than any reader would spend."""
    if len(text) > MAX_LENGTH:
        message = f"this has {len(text):,} characters, more than {MAX_LENGTH:,}"
        raise NotAllowed(Code.LIMIT, 0, 1, message, "name parts of it with `let:`")
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found.group() in ("(", "["):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(found.start())
        elif found.group() in (")", "]"):
            depth -= 1


# ---- Conditions ----


def _too_deep(at: int) -> NotAllowed:
    message = f"this nests more than {MAX_DEPTH} expressions inside each other"
    return NotAllowed(Code.LIMIT, at, at + 1, message, "name parts of it with `let:`")


def _unescape(token: Lexeme) -> str:
    """Take the quotes and escapes off a text."""

    def plain(found: re.Match[str]) -> str:
        if found[1] in _ESCAPES:
            return _ESCAPES[found[1]]
        at = token.start_pos + 1 + found.start()
        advice = "write `\\\\` for a backslash; the others are `\\n`, `\\t`, `\\\"` and `\\'`"
        raise NotAllowed(Code.SYNTAX, at, at + 2, f"`\\{found[1]}` is not an escape", advice)

    return re.sub(r"\\(.)", plain, str(token)[1:-1], flags=re.DOTALL)


def _check_digits(token: Lexeme, advice: str = "") -> None:
    """Refuse a number with a zero in front, which not all readers take for the same."""
    digits = str(token).lstrip("-")
    if len(digits) > 1 and digits.startswith("0"):
        plain = str(token).replace(digits, digits.lstrip("0") or "0")[:TOKEN_SHOWN]
        message = f"`{clipped(token)}` begins with a zero, which some readers take for octal"
        raise NotAllowed(Code.SYNTAX, token.start_pos, token.end_pos, message, advice or f"write `{plain}`")


@dataclass(frozen=True, slots=True)
class _Shaper:
    scalar: Scalar
    offset: int
    """Where in the scalar's value the parsed text begins."""

    def expression(self, tree: ParseNode, depth: int) -> tuple[s.Syntax, int, int]:
        """Shape an expression by the rule that made it, with its first and last offset in the parsed text."""
        tokens = [child for child in tree.children if not isinstance(child, ParseNode)]
        if depth > MAX_DEPTH:
            raise _too_deep(_first_offset(tree))
        if tree.data in _LITERALS:
            token = tokens[0]
            return self._literal(tree.data, token), token.start_pos, token.end_pos
        parts = [self.expression(child, depth + 1) for child in tree.children if isinstance(child, ParseNode)]
        edges = [*((first, last) for _, first, last in parts), *((token.start_pos, token.end_pos) for token in tokens)]
        first, last = min(edge[0] for edge in edges), max(edge[1] for edge in edges)
        made = self._compound(tree.data, tuple(part[0] for part in parts), tokens, self._span(first, last))
        return made, first, last

    def _compound(self, rule: str, parts: tuple[s.Syntax, ...], tokens: list[Lexeme], span: Span) -> s.Syntax:
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
                return s.ComparisonSyntax(span, parts, tuple(str(token) for token in tokens))
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

    def _literal(self, rule: str, token: Lexeme) -> s.Syntax:
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
                value = _unescape(token)
                return s.Literal(span, value, Type(Enumeration((value,))))
            case "int":
                _check_digits(token, DATED if DATE.search(self.scalar) else "")
                return _valued(span, INT, int(token[:30]), token)
            case _:
                return _valued(span, Type(Basic(rule)), str(token), token)

    def _span(self, start: int, end: int) -> Span:
        """Find the stretch of the file behind a stretch of the parsed text."""
        return self.scalar.part(self.offset + start, self.offset + end)


def _valued(span: Span, wanted: Type, given: object, token: Lexeme) -> s.Literal:
    """Make a literal of a type that has limits."""
    try:
        return s.Literal(span, conform(wanted, given), wanted)
    except Mismatch as mismatch:
        advice = mismatch.help or ("units stand largest first: w d h m s ms" if wanted == DURATION else "")
        message = f"`{clipped(token)}` is not {mismatch.expected}"
        raise NotAllowed(Code.SYNTAX, token.start_pos, token.end_pos, message, advice) from None


def _check_name(token: Lexeme) -> None:
    """Refuse a word of the language that stands in the place of a value."""
    word = str(token).partition(".")[0]
    if word in LANGUAGE_WORDS:
        end = token.start_pos + len(word)
        raise NotAllowed(Code.SYNTAX, token.start_pos, end, f"found `{word}` where a value is expected")


def _first_offset(tree: ParseNode) -> int:
    """Find where a tree begins, without recursion."""
    first: ParseNode | Lexeme = tree
    while isinstance(first, ParseNode):
        first = first.children[0]
    return first.start_pos


# ---- Declarations and case keys ----


def _shape_declaration(tree: ParseNode, scalar: Scalar) -> Declaration:
    alternatives = tuple(
        _list_of(child, scalar) if child.data == "list_of" else _word(child, scalar)
        for child in tree.children[0].children
    )
    if len(tree.children) == 1:
        return Declaration(alternatives, None, None)
    default = tree.children[1]
    tokens = default.tokens()
    span = scalar.part(tokens[0].start_pos, tokens[-1].end_pos)
    return Declaration(alternatives, _default(default, scalar), span)


def _word(tree: ParseNode, scalar: Scalar) -> Word:
    token = tree.children[0]
    span = scalar.part(token.start_pos, token.end_pos)
    if token.type == "TEXT":
        return Word(span, _unescape(token), quoted=True)
    return Word(span, str(token), quoted=False)


def _list_of(tree: ParseNode, scalar: Scalar) -> ListWord:
    start, item = tree.children
    words = tuple(_items(item, scalar))
    first = scalar.part(start.start_pos, start.end_pos)
    return ListWord(Span(first.source, first.start, words[-1].span.end), words, item.data == "group_item")


def _items(tree: ParseNode, scalar: Scalar) -> Iterator[Word]:
    for child in tree.children:
        if isinstance(child, ParseNode):
            yield _word(child, scalar)
        elif child.type == "WORD":
            yield Word(scalar.part(child.start_pos, child.end_pos), str(child), quoted=False)


def _default(tree: ParseNode, scalar: Scalar) -> Word | tuple[Word, ...]:
    """Make a default: a word, or the words of a list."""
    if tree.data != "list_default":
        return _word(tree, scalar)
    items: list[Word] = []
    for child in tree.children:
        if isinstance(child, ParseNode):
            if child.data == "list_default":
                token = child.children[0]
                raise NotAllowed(Code.BAD_TYPE, token.start_pos, token.end_pos, "a list cannot hold lists")
            items.append(_word(child, scalar))
    return tuple(items)
