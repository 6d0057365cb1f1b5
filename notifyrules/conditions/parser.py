"""
Parse conditions, declarations and case keys, each to located syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from notifyrules.conditions import syntax as s
from notifyrules.conditions.types import BOOL, DURATION, INT, NULL, TIME, Enumeration, Type
from notifyrules.conditions.values import Mismatch, conform
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

if TYPE_CHECKING:
    from lark import Lark

MAX_LENGTH = 10_000
"""Code points in one condition."""
MAX_DEPTH = 40
"""Expressions inside expressions; chains of one operator count once."""


@dataclass(frozen=True, slots=True)
class Word:
    """
    One value or type name of a declaration or a case key.
    """

    span: Span
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class ListWord:
    """
    `list of item`.
    """

    span: Span
    items: tuple[Word, ...]
    grouped: bool
    """Whether the item is an enumeration in parentheses."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    A type as written, with its default.
    """

    alternatives: tuple[Word | ListWord, ...]
    default: Word | tuple[Word, ...] | None
    default_span: Span | None


class _Refused(Exception):  # noqa: N818 - carries a finding out of the parser
    """
    Refuse what the grammar lets through but the language does not.
    """

    def __init__(self, code: Code, start: int, end: int, message: str, advice: str = "") -> None:
        """
        Refuse the stretch from *start* to *end*.
        """
        super().__init__(message)
        self.code, self.start, self.end, self.message, self.advice = code, start, end, message, advice


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
    parsed: s.Syntax | None = _parse("condition", scalar, findings, start, len(scalar) if end is None else end)
    return parsed


def parse_declaration(scalar: Scalar, findings: Findings) -> Declaration | None:
    """
    Parse `type = default`.
    """
    parsed: Declaration | None = _parse("declaration", scalar, findings, 0, len(scalar))
    return parsed


def parse_case_key(scalar: Scalar, findings: Findings) -> tuple[Word, ...] | None:
    """
    Parse `a | b | null`; a key that YAML quotes whole and that holds no bar is one text.
    """
    if scalar.quoted and "|" not in scalar:
        return (Word(scalar.span, str(scalar), quoted=True),)
    parsed: tuple[Word, ...] | None = _parse("case_key", scalar, findings, 0, len(scalar))
    return parsed


def _parse(start_rule: str, scalar: Scalar, findings: Findings, start: int, end: int) -> Any:  # noqa: ANN401 - the type follows the rule
    """
    Run the grammar from one of its beginnings, turning every failure into one finding.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken  # noqa: PLC0415 - 40 ms

    text = scalar[start:end]
    try:
        _check_limits(text)
        tree = _grammar().parse(text, start=start_rule)
        return _Shaper(scalar, start).shape(tree)
    except _Refused as refused:
        code, first, last, message, advice = refused.code, refused.start, refused.end, refused.message, refused.advice
    except UnexpectedCharacters as error:
        code, first = Code.SYNTAX, _offset_of(error)
        message, advice = _unexpected_characters(text, first, start_rule)
        last = first + max(len(_odd_operator(text, first)), 1)
    except UnexpectedToken as error:
        code = Code.SYNTAX
        if error.token.type == "$END":
            first, last = max(len(text.rstrip()) - 1, 0), len(text.rstrip())
            message = (
                f"the {_RULES[start_rule]} ends where {_expectation(error)} is expected"
                if text.strip()
                else f"expected a {_RULES[start_rule]}, found nothing"
            )
            advice = ""
        else:
            first, last = error.token.start_pos or 0, error.token.end_pos or 0
            if start_rule == "condition" and error.token.type == "BARE":
                # The lexer fell back on a word of declarations: a character, then, that no condition holds.
                last = first + max(len(_odd_operator(text, first)), 1)
            message, advice = _unexpected_token(text[first:last], text, last, _expectation(error), start_rule)
    findings.add(code, scalar.part(start + first, start + max(last, first + 1)), message, help=advice)
    return None


def _offset_of(error: Any) -> int:  # noqa: ANN401 - an exception of lark, whose own annotation says None
    """
    Tell where lark stopped.
    """
    return int(error.pos_in_stream)


_RULES = {"condition": "condition", "declaration": "type", "case_key": "case"}


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    """
    Build the parser from the grammar file, once.
    """
    from importlib.resources import files  # noqa: PLC0415

    from lark import Lark  # noqa: PLC0415 - 40 ms, and only loading needs it

    text = files("notifyrules.conditions").joinpath("grammar.lark").read_text("utf-8")
    return Lark(text, parser="lalr", start=["condition", "declaration", "case_key"], maybe_placeholders=False)


def _check_limits(text: str) -> None:
    """
    Refuse what would cost more than any reader would spend.
    """
    if len(text) > MAX_LENGTH:
        raise _Refused(
            Code.LIMIT,
            0,
            1,
            f"this has {len(text):,} characters, more than {MAX_LENGTH:,}",
            "name parts of it with `let:`",
        )
    depth = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[(\[)\]]', text):
        if found.group() in ("(", "["):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(found.start())
        elif found.group() in (")", "]"):
            depth -= 1


def _too_deep(at: int) -> _Refused:
    """
    Refuse an expression that nests too deeply.
    """
    return _Refused(
        Code.LIMIT,
        at,
        at + 1,
        f"this nests more than {MAX_DEPTH} expressions inside each other",
        "name parts of it with `let:`",
    )


_OPERATORS = {
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`",
    "===": "write `==`",
    "=": "write `==` to compare",
    "&": "write `and`",
    "|": "write `or`, or `in [...]` for several values",
    "<>": "write `!=`",
    "*": "the language adds and subtracts only; compute it beforehand and pass it as a fact",
    "/": "the language adds and subtracts only; compute it beforehand and pass it as a fact",
    "%": "the language adds and subtracts only; compute it beforehand and pass it as a fact",
    "{": "a condition in a rule file has no braces; they belong around conditions in texts",
    ".": "a name is words joined by single dots, such as `channel.muted`",
    "?": "write `a if condition else b`, or `a ?? b` for a default",
}


def _odd_operator(text: str, at: int) -> str:
    """
    Find the operator of another language that begins at *at*.
    """
    return next((operator for operator in ("===", "&&", "||", "<>") if text.startswith(operator, at)), "")


def _unexpected_characters(text: str, at: int, rule: str) -> tuple[str, str]:
    """
    Word a character that begins no word of the language.
    """
    operator = _odd_operator(text, at) or text[at]
    if operator in "\"'":
        return f"the text that begins with {operator} does not end", f"close it with another {operator}"
    return f"`{operator}` is not part of a {_RULES[rule]}", _OPERATORS.get(operator, "") if rule == "condition" else ""


def _unexpected_token(token: str, text: str, end: int, expectation: str, rule: str) -> tuple[str, str]:
    """
    Word a word that stands in the wrong place.
    """
    advice = ""
    if rule == "condition":
        if token in (">", "=") and text[:end].endswith("<>"):
            advice = _OPERATORS["<>"]
        elif token == "not":
            advice = "put parentheses around it: `(not ...)`"
        elif token in _OPERATORS:
            advice = _OPERATORS[token]
        elif token in ("in", "is") or token in ("==", "!=", "<", ">", "<=", ">="):
            advice = "put one of the two tests in parentheses, or join them with `and`"
    elif token == "=":
        advice = "a default stands behind the whole type: `type = default`"
    return f"found `{token}` where {expectation} is expected", advice


_EXPECTED_WORDS = (
    ({"NAME", "INT", "TEXT"}, "a value"),
    ({"TEXT", "BARE"}, "a default"),
    ({"WORD", "TEXT"}, "a type or value"),
    ({"NULL"}, "`null` or `not null`"),
    ({"RPAR"}, "an operator or `)`"),
    ({"RSQB"}, "an operator or `]`"),
    ({"WORD"}, "a type"),
)


def _expectation(error: Any) -> str:  # noqa: ANN401 - an exception of lark, imported lazily
    """
    Say what could have stood there, in one or two words.
    """
    expected = set(error.accepts or error.expected or ())
    for words, meaning in _EXPECTED_WORDS:
        if words <= expected:
            return meaning
    return "an operator or the end" if "COMPARE" in expected else "the end"


_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}


class _Shaper:
    """
    Turn a parse tree into located syntax, bottom up and with a bounded depth.
    """

    def __init__(self, scalar: Scalar, offset: int) -> None:
        """
        Shape a tree whose offsets count from *offset* in *scalar*.
        """
        self._scalar = scalar
        self._offset = offset

    def shape(self, tree: Any) -> Any:  # noqa: ANN401 - lark's trees are untyped
        """
        Shape the tree of one beginning.
        """
        match tree.data:
            case "condition":
                return self._expression(tree.children[0], 0)[0]
            case "case_key":
                return tuple(self._word(child) for child in tree.children)
            case _:
                return self._declaration(tree)

    # Conditions. Each returns the syntax with its first and last offset in the parsed text.

    def _expression(self, tree: Any, depth: int) -> tuple[s.Syntax, int, int]:  # noqa: ANN401
        """
        Shape an expression by the rule that made it.
        """
        tokens = [child for child in tree.children if not hasattr(child, "data")]
        if depth > MAX_DEPTH:
            raise _too_deep(_first_offset(tree))
        if tree.data in _LITERALS:
            token = tokens[0]
            return self._literal(tree.data, token), token.start_pos, token.end_pos
        parts = [self._expression(child, depth + 1) for child in tree.children if hasattr(child, "data")]
        edges = [*((first, last) for _, first, last in parts), *((token.start_pos, token.end_pos) for token in tokens)]
        first, last = min(edge[0] for edge in edges), max(edge[1] for edge in edges)
        made = self._compound(tree.data, tuple(part[0] for part in parts), tokens, self._span(first, last))
        return made, first, last

    def _compound(self, rule: str, parts: tuple[s.Syntax, ...], tokens: list[Any], span: Span) -> s.Syntax:
        """
        Make the syntax of a rule from its shaped parts.
        """
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
                return s.CallSyntax(span, str(name), self._span(name.start_pos, name.end_pos), parts)
            case "list":
                return s.ListSyntax(span, parts)
            case "group":
                return s.Group(span, parts[0])
        raise AssertionError(rule)

    def _literal(self, rule: str, token: Any) -> s.Syntax:  # noqa: ANN401
        """
        Make a literal or a name from its token.
        """
        span = self._span(token.start_pos, token.end_pos)
        match rule:
            case "true" | "false":
                return s.Literal(span, rule == "true", BOOL)
            case "null":
                return s.Literal(span, None, NULL)
            case "name":
                return s.Name(span, str(token))
            case "text":
                value = self._text(token)
                return s.Literal(span, value, Type(Enumeration((value,))))
            case "int":
                return self._value_literal(span, INT, int(token[:30]), token)
            case "duration":
                return self._value_literal(span, DURATION, str(token), token)
            case _:
                return self._value_literal(span, TIME, str(token), token)

    def _value_literal(self, span: Span, wanted: Type, given: object, token: Any) -> s.Literal:  # noqa: ANN401
        """
        Make a literal of a type that has limits.
        """
        try:
            return s.Literal(span, conform(wanted, given), wanted)
        except Mismatch as mismatch:
            raise _Refused(
                Code.SYNTAX,
                token.start_pos,
                token.end_pos,
                f"`{_clipped(token)}` is not {mismatch.expected}",
                mismatch.help or "units stand largest first: w d h m s ms" if wanted is DURATION else mismatch.help,
            ) from None

    def _text(self, token: Any) -> str:  # noqa: ANN401
        """
        Take the quotes and escapes off a text.
        """

        def unescape(found: re.Match[str]) -> str:
            if found[1] in _ESCAPES:
                return _ESCAPES[found[1]]
            at = token.start_pos + 1 + found.start()
            raise _Refused(
                Code.SYNTAX,
                at,
                at + 2,
                f"`\\{found[1]}` is not an escape",
                "write `\\\\` for a backslash; the others are `\\n`, `\\t`, `\\\"` and `\\'`",
            )

        return re.sub(r"\\(.)", unescape, str(token)[1:-1], flags=re.DOTALL)

    # Declarations and case keys

    def _word(self, tree: Any) -> Word | ListWord:  # noqa: ANN401
        """
        Make a word of a type or a case key.
        """
        token = tree.children[0]
        span = self._span(token.start_pos, token.end_pos)
        if tree.data == "list_of":
            item = tree.children[1]
            grouped = item.data == "group_item"
            words = tuple(self._items(item))
            return ListWord(Span(span.source, span.start, words[-1].span.end), words, grouped)
        if token.type == "TEXT":
            return Word(span, self._text(token), quoted=True)
        return Word(span, str(token), quoted=False)

    def _items(self, tree: Any) -> Iterator[Word]:  # noqa: ANN401
        """
        Make the words behind `list of`.
        """
        for child in tree.children:
            if hasattr(child, "data"):
                word = self._word(child)
                assert isinstance(word, Word)
                yield word
            elif child.type == "WORD":
                yield Word(self._span(child.start_pos, child.end_pos), str(child), quoted=False)

    def _declaration(self, tree: Any) -> Declaration:  # noqa: ANN401
        """
        Make a declaration from its type and its default.
        """
        alternatives = tuple(self._word(child) for child in tree.children[0].children)
        if len(tree.children) == 1:
            return Declaration(alternatives, None, None)
        default = tree.children[1]
        tokens = list(default.scan_values(lambda _: True))
        span = self._span(tokens[0].start_pos, tokens[-1].end_pos)
        return Declaration(alternatives, self._default(default), span)

    def _default(self, tree: Any) -> Word | tuple[Word, ...]:  # noqa: ANN401
        """
        Make a default: a word, or the words of a list.
        """
        if tree.data != "list_default":
            word = self._word(tree)
            assert isinstance(word, Word)
            return word
        items: list[Word] = []
        for child in tree.children:
            if hasattr(child, "data"):
                word_or_list = self._default(child)
                if isinstance(word_or_list, tuple):
                    token = next(iter(child.scan_values(lambda _: True)))
                    raise _Refused(Code.BAD_TYPE, token.start_pos, token.end_pos, "a list cannot hold lists")
                items.append(word_or_list)
        return tuple(items)

    def _span(self, start: int, end: int) -> Span:
        """
        Find the stretch of the file behind a stretch of the parsed text.
        """
        return self._scalar.part(self._offset + start, self._offset + end)


def _first_offset(tree: Any) -> int:  # noqa: ANN401
    """
    Find where a tree begins, without recursion.
    """
    while hasattr(tree, "data"):
        tree = tree.children[0]
    return int(tree.start_pos)


_LITERALS = frozenset({"true", "false", "null", "int", "duration", "time", "text", "name"})


def _clipped(token: object) -> str:
    """
    Shorten a token to what a message can carry.
    """
    text = str(token)
    limit = 40
    return text if len(text) <= limit else text[:limit] + "…"
