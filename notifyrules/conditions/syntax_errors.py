"""
Word what the grammar does not let through: what was found, what is expected, and how it is written here.
"""

from __future__ import annotations

import re

from notifyrules.conditions.shaping import DATE, DATED, clipped
from notifyrules.conditions.types import LANGUAGE_WORDS, quote
from notifyrules.conditions.written import Refused
from notifyrules.diagnostics.codes import Code
from notifyrules.source.problems import LONG_SCHEDULE

_RULES = {"condition": "condition", "declaration": "type", "case_key": "case"}

_COMPUTE = "the language adds and subtracts only; compute it beforehand and pass it as a fact"
_OPERATORS = {
    "===": "write `==`",
    "&&": "write `and`",
    "||": "write `or`",
    "<>": "write `!=`",
    "!": "write `not`",
    "=": "write `==` to compare",
    "&": "write `and`",
    "|": "write `or`, or `in [...]` for several values",
    "*": _COMPUTE,
    "/": _COMPUTE,
    "%": _COMPUTE,
    "{": "a condition in a rule file has no braces; they belong around conditions in texts",
    ".": "a name is words joined by single dots, such as `channel.muted`",
    "?": "write `a if condition else b`, or `a ?? b` for a default",
}
"""What other languages write, longest first."""

_EXPECTED_WORDS = (
    ({"NAME", "INT", "TEXT"}, "a value"),
    ({"TEXT", "BARE"}, "a default"),
    ({"WORD", "TEXT"}, "a type or value"),
    ({"NULL"}, "`null` or `not null`"),
    ({"RPAR", "COMPARE"}, "an operator or `)`"),
    ({"RSQB", "COMPARE"}, "an operator or `]`"),
    ({"COMPARE"}, "an operator or the end"),
    ({"ELSE"}, "`else`"),
    ({"IN"}, "`in`"),
    ({"RPAR"}, "`)`"),
    ({"RSQB"}, "`,` or `]`"),
    ({"WORD"}, "a type"),
)
"""What could stand somewhere, in one or two words: the first whose tokens are all accepted there."""

_WORD = re.compile(r"\w+")
_NUMBER_BEFORE = re.compile(r"[0-9][0-9_]*$")
_RUN = re.compile(r"[\w.]+")


def wrong_character(text: str, at: int, rule: str) -> Refused:
    """
    Word a character that begins no word of the language.
    """
    found = _operator(text, at) or text[at]
    if found in "\"'":
        message = f"the text that begins with {found} does not end"
        return Refused(Code.SYNTAX, at, at + 1, message, f"close it with another {found}")
    advice = _advice(text, at, at + len(found), expected="", rule=rule)
    return Refused(Code.SYNTAX, at, at + len(found), f"`{found}` is not part of a {_RULES[rule]}", advice)


def wrong_token(text: str, at: int, end: int, accepted: frozenset[str], rule: str) -> Refused:
    """
    Word a word that stands in the wrong place.

    Args:
        text: What was parsed.
        at: Where the word begins; the length of the text where it ended too early.
        end: Where it ends.
        accepted: The tokens that could have stood there.
        rule: The beginning from which it was parsed.
    """
    expected = next((meaning for tokens, meaning in _EXPECTED_WORDS if tokens <= accepted), "the end")
    misread = re.search(r"\b(\w+)\s*$", text[:at])
    # Behind a name, and only there, a parenthesis could stand.
    if (
        rule == "condition"
        and misread is not None
        and {"NAME", "LPAR"} & accepted == {"LPAR"}
        and misread[1] in _MISREAD
    ):
        # The lexer took a word of the language for a name, because no other word could stand there.
        at, end = misread.span(1)
        expected = "a value"
    elif at == len(text):
        last = len(text.rstrip())
        if not last:
            return Refused(Code.SYNTAX, 0, len(text), f"expected a {_RULES[rule]}, found nothing", "")
        message = f"the {_RULES[rule]} ends where {expected} is expected"
        return Refused(Code.SYNTAX, last - 1, last, message, DATED if DATE.search(text) else "")
    elif rule == "condition":
        # The lexer may have fallen back on the long words of declarations: no more than the operator is meant.
        operator = _operator(text, at)
        word = _WORD.match(text, at)
        end = at + len(operator) if operator else (min(end, word.end()) if word is not None else min(end, at + 1))
        if text[at] in "\"'":
            end = _text_end(text, at)
    found = text[at:end]
    advice = _advice(text, at, end, expected=expected, rule=rule)
    return Refused(Code.SYNTAX, at, end, f"found `{clipped(found)}` where {expected} is expected", advice)


_MISREAD = LANGUAGE_WORDS - {"true", "false", "null"}


def _text_end(text: str, at: int) -> int:
    """
    Find the end of a text in quotes, or of the line's rest where it has none.
    """
    found = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', re.DOTALL).match(text, at)
    return at + 1 if found is None else found.end()


def _operator(text: str, at: int) -> str:
    """
    Find the operator of another language that begins at *at*.
    """
    return next((operator for operator in _OPERATORS if text.startswith(operator, at)), "")


def _advice(text: str, at: int, end: int, *, expected: str, rule: str) -> str:
    """
    Say how to write what was probably meant by the stretch from *at* to *end*.
    """
    found = text[at:end]
    if rule == "condition":
        return _condition_advice(text, at, end, expected)
    head, _, default = text.partition("=")
    run = _RUN.match(text, at)
    advice = ""
    if rule == "declaration" and at > len(head):
        if head.split("|")[0].strip() == "schedule":
            return LONG_SCHEDULE
        several = f"quote a default of several words: `= {quote(default.strip())}`"
        advice = several if "|" not in default and "=" not in default else _TYPE_FIRST
    elif found == "of" and head[:at].endswith("list of list "):
        advice = "a list cannot hold lists"
    elif expected == "a type or value" and run is not None:
        advice = f"a value that is no word stands in quotes: `{quote(run.group())}`"
    elif rule == "case_key" and expected == "the end" and "|" not in text:
        advice = f"a value of several words stands in quotes: `{quote(text.strip())}`"
    return advice


_TYPE_FIRST = "the default stands behind the whole type: `a | b = a`"


def _condition_advice(text: str, at: int, end: int, expected: str) -> str:
    """
    Say how a condition is written that other languages write otherwise.
    """
    found = text[at:end]
    number = _NUMBER_BEFORE.search(text, 0, at)
    if DATE.search(text):
        return DATED
    if number is not None:
        return _number_advice(number.group(), found)
    match found, expected:
        case ("in", "`null` or `not null`") if text[:at].rstrip().endswith("not"):
            return "write `not in`"
        case _, "`null` or `not null`":
            return "`is` tests for null only; compare with `==`"
        case "null", "`in`":
            return "write `is not null`"
        case _, "`in`":
            return "write `not in [...]`, or `!=`"
        case "not", _:
            return "put parentheses around it: `(not ...)`"
        case ((")" | "]"), _):
            return "" if expected == "a value" else f"this `{found}` closes nothing"
        case ">", _ if text[:at].endswith("<"):
            return _OPERATORS["<>"]
        case (("in" | "is" | "==" | "!=" | "<" | ">" | "<=" | ">="), ("an operator or the end" | "the end")):
            return "put one of the two tests in parentheses, or join them with `and`"
        case _:
            return _OPERATORS.get(found, "")


def _number_advice(number: str, found: str) -> str:
    """
    Say how a number is written that something odd follows.
    """
    if re.fullmatch(r"[0-9_]+", found):
        return f"write `{(number + found).replace('_', '')}`: numbers have no separators"
    if found == ".":
        return "numbers are whole: the language has no decimals"
    return "a duration has the units w d h m s ms, such as `15m`" if found.isalpha() else _OPERATORS.get(found, "")
