"""Word what the grammar or the language does not let through: what was found, what is expected, how it is written."""

from __future__ import annotations

import re

from notifyrules.diagnostics.codes import Code
from notifyrules.language.foreign_words import COMPUTE, NO_REGEX, meant_function, meant_literal, meant_type, meant_word
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import LANGUAGE_WORDS, Basic, quote
from notifyrules.source.yaml_errors import LONG_SCHEDULE

TOKEN_SHOWN = 40
"""Code points of a token that a message can carry."""
DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]\s*[0-9]")
"""What people write for a point in time."""
DATED = KINDS[Basic.INSTANT].unwritable

_RULES = {"condition": "condition", "declaration": "type", "case_key": "case"}

_OPERATORS = {
    "===": "write `==`",
    "!==": "write `!=`",
    "=~": NO_REGEX,
    "=>": "write `>=`",
    "=<": "write `<=`",
    "**": COMPUTE,
    "//": COMPUTE,
    "?.": "write `.`: a fact is never absent, and a group of facts is no value",
    "&&": "write `and`",
    "||": "write `or`",
    "<>": "write `!=`",
    "!": "write `not`",
    "=": "write `==` to compare",
    "&": "write `and`",
    "|": "write `or`, or `in [...]` for several values",
    "*": COMPUTE,
    "/": COMPUTE,
    "%": COMPUTE,
    "{": "a condition in a rule file has no braces; they belong around conditions in texts",
    ".": "a name is words joined by single dots, such as `channel.muted`",
    "?": "write `a if condition else b`, or `a ?? b` for a default",
    "~": NO_REGEX,
    "[": "no item can be taken out of a list; test the list with `in` or `overlaps`, or pass the item as a fact",
    ";": "remove it",
    "$": "a name stands as it is declared, without `$`",
    "`": "a name stands without quotes",
    **dict.fromkeys("\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb", 'write straight quotes, such as `"text"`'),
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
_NUMBER_BEFORE = re.compile(r"(?<![\w.])[0-9][0-9a-z_]*\s*$")
_IS_BEFORE = re.compile(r"([\w.]+)\s+is\s+(not\s+)?$")
_ITEMS_BEFORE = re.compile(r"\bin\s*[({][^(){}]*$|\bin\s*\{$")
_RUN = re.compile(r"[\w.]+")
_QUOTED = r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """
_BRACKETS = re.compile(rf"{_QUOTED} | [()\[\]]", re.DOTALL | re.VERBOSE)
_LAST = re.compile(r"\w+$|[^\w\s()\[\]]+$|[(\[]$")
_NAME_BEFORE = re.compile(r"[\w.]+$")
_FIRST_INSIDE = re.compile(rf"\s*({_QUOTED} | [\w.]+ | \S)", re.DOTALL | re.VERBOSE)


class NotAllowed(Exception):  # noqa: N818 - carries a finding out of the parser
    """Refuse what the grammar lets through but the language does not."""

    def __init__(self, code: Code, start: int, end: int, message: str, advice: str = "") -> None:
        """Refuse the stretch from *start* to *end* of the parsed text."""
        super().__init__(message)
        self.code, self.start, self.end, self.message, self.advice = code, start, end, message, advice


def clipped(token: object, most: int = TOKEN_SHOWN) -> str:
    """Shorten a token or a name to what a message can carry."""
    text = str(token)
    return text if len(text) <= most else text[:most] + "…"


def wrong_character(text: str, at: int, rule: str) -> NotAllowed:
    """Word a character that begins no word of the language."""
    found = _operator(text, at) or text[at]
    if found in "\"'":
        message = f"the text that begins with {found} does not end"
        return NotAllowed(Code.SYNTAX, at, at + 1, message, f"close it with another {found}")
    advice = _advice(text, at, at + len(found), expected="", rule=rule)
    return NotAllowed(Code.SYNTAX, at, at + len(found), f"`{found}` is not part of a {_RULES[rule]}", advice)


def wrong_token(text: str, at: int, end: int, accepted: frozenset[str], rule: str) -> NotAllowed:
    """Word a word where only *accepted* tokens could stand, or the end of the text, which begins at its length."""
    expected = next((meaning for tokens, meaning in _EXPECTED_WORDS if tokens <= accepted), "the end")
    misread = re.search(r"\b(\w+)\s*$", text[:at])
    # Behind a name, and only there, a parenthesis could stand.
    if (
        rule == "condition"
        and misread is not None
        and {"NAME", "LPAR"} & accepted == {"LPAR"}
        and (misread[1] in _MISREAD or misread[1] in ("NOT", "Not"))
    ):
        # The lexer took a word of the language for a name, because no other word could stand there.
        at, end = misread.span(1)
        expected = "a value"
    elif at == len(text):
        last = len(text.rstrip())
        if not last:
            return NotAllowed(Code.SYNTAX, 0, len(text), f"expected a {_RULES[rule]}, found nothing", "")
        message = f"the {_RULES[rule]} ends where {expected} is expected"
        return NotAllowed(Code.SYNTAX, last - 1, last, message, _end_advice(text[:last], expected))
    elif rule == "condition":
        # The lexer may have fallen back on the long words of declarations: no more than the operator is meant.
        if text[at] == "=" and text[at - 2 : at] in ("==", "!="):
            at -= 2
        operator = _operator(text, at)
        word = _WORD.match(text, at)
        end = at + len(operator) if operator else (min(end, word.end()) if word is not None else min(end, at + 1))
        if text[at] in "\"'":
            end = _text_end(text, at)
    found = text[at:end]
    advice = _advice(text, at, end, expected=expected, rule=rule)
    return NotAllowed(Code.SYNTAX, at, end, f"found `{clipped(found)}` where {expected} is expected", advice)


def _end_advice(text: str, expected: str) -> str:
    """Say how a condition goes on that ends too early."""
    if DATE.search(text):
        return DATED
    if expected == "`else`":
        return "say what it is otherwise: `a if condition else b`"
    last = _LAST.search(text)
    if expected == "a value" and last is not None and last[0] not in "([":
        return f"say what stands behind `{last[0]}`, or remove it"
    opened: list[int] = []
    for bracket in _BRACKETS.finditer(text):
        if bracket[0] in "([":
            opened.append(bracket.start())
        elif bracket[0] in ")]" and opened:
            opened.pop()
    if not opened:
        return ""
    at = opened[-1]
    name, inner = _NAME_BEFORE.search(text, 0, at), _FIRST_INSIDE.match(text, at + 1)
    place = f" behind `{name[0]}`" if name is not None else f" before `{inner[1]}`" if inner is not None else ""
    return f"close the `{text[at]}`{place} with `{')' if text[at] == '(' else ']'}`"


_MISREAD = LANGUAGE_WORDS - {"true", "false", "null"}


def _text_end(text: str, at: int) -> int:
    """Find the end of a text in quotes, or of the line's rest where it has none."""
    found = re.compile(_QUOTED, re.DOTALL | re.VERBOSE).match(text, at)
    return at + 1 if found is None else found.end()


def _operator(text: str, at: int) -> str:
    """Find the operator of another language that begins at *at*."""
    return next((operator for operator in _OPERATORS if text.startswith(operator, at)), "")


def _advice(text: str, at: int, end: int, *, expected: str, rule: str) -> str:
    found = text[at:end]
    if rule == "condition":
        return _condition_advice(text, at, end, expected)
    head, _, default = text.partition("=")
    run = _RUN.match(text, at)
    advice = ""
    if rule == "declaration" and at <= len(head) and (meant := meant_type(text)):
        advice = f"write `{meant}`"
    elif rule == "declaration" and at > len(head):
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
    found = text[at:end]
    number = _NUMBER_BEFORE.search(text, 0, at)
    if DATE.search(text):
        return DATED
    if number is not None and (advice := _number_advice(number, text[at:])):
        return advice
    match found, expected:
        case ("in", "`null` or `not null`") if text[:at].rstrip().endswith("not"):
            return "write `not in`"
        case _, "`null` or `not null`":
            return _is_advice(text[:at], found)
        case "null", "`in`":
            return "write `is not null`"
        case _, "`in`":
            return "write `not in [...]`, or `!=`"
        case "if", "a value":
            return "leave it out, or write `a if condition else b`"
        case "not", _:
            return "put parentheses around it: `(not ...)`"
        case ((")" | "]"), _):
            return "" if expected == "a value" else f"this `{found}` closes nothing"
        case ">", _ if text[:at].endswith("<"):
            return _OPERATORS["<>"]
        case (("in" | "is" | "==" | "!=" | "<" | ">" | "<=" | ">="), ("an operator or the end" | "the end")):
            return "put one of the two tests in parentheses, or join them with `and`"
        case (",", "`)`") | ("{", "a value") if _ITEMS_BEFORE.search(text, 0, at + 1) is not None:
            return "a list stands in brackets, such as `in [a, b]`"
        case ",", _:
            return "join conditions with `and` or `or`" if text[end:].strip() else "remove it"
        case _ if text[at : at + 1] in ('"', "'") and text[:at].endswith(("f", "r", "b", "u")):
            return f"a text has no letter in front of it: write `{text[at:end]}`"
        case _:
            return _OPERATORS.get(found, "") or _word_advice(text, at, end)


def _is_advice(before: str, found: str) -> str:
    """Say how to write a test with `is` for something else than null."""
    if (test := _IS_BEFORE.search(before)) is None:
        return "`is` tests for null only; compare with `==`"
    name, negated = test[1], test[2] is not None
    match meant_literal(found):
        case "null":
            return f"write `{name} is {'not ' if negated else ''}null`"
        case "true" | "false" as literal:
            return f"`is` tests for null only; write `{'not ' if negated == (literal == 'true') else ''}{name}`"
        case _:
            return f"`is` tests for null only; compare with `{'!=' if negated else '=='}`"


def _word_advice(text: str, at: int, end: int) -> str:
    """Say what to write for a word that is an operator in other languages, such as `text contains "a"`."""
    word = text[at:end]
    if word[:1].isalnum() and text[at - 1 : at] in ("'", '"'):
        return f"the text before it ends at its {text[at - 1]}: is a quote missing, or one too many?"
    if meant := meant_word(word):
        return meant
    function = word.lower() if word.lower() in FUNCTIONS else meant_function(word)
    if function and len(FUNCTIONS[function].parameters) > 1:
        operands = re.search(r"([\w.]+)\s*$", text[:at]), re.match(r"\s*(\"[^\"]*\"|'[^']*'|[\w.]+)", text[end:])
        left, right = (one[1] if one is not None else "..." for one in operands)
        return f"write `{function}({left}, {right})`"
    return ""


def _number_advice(number: re.Match[str], rest: str) -> str:
    """Say how a number is written that something odd follows."""
    separated = re.match(r"[_,'][0-9][0-9_,']*(?![a-z])", rest)
    if separated is not None and re.fullmatch(r"[0-9_]+", number[0]):
        digits = re.sub(r"\D", "", number[0] + separated[0])
        return f"write `{digits}`: numbers have no separators"
    if rest.startswith("."):
        return "numbers are whole: the language has no decimals"
    amount = re.match(r"\s*(?:[a-z]+|[0-9]+[a-z]*)(?:\s*[0-9]+\s*[a-z]+)*", rest, re.IGNORECASE)
    if amount is not None:
        units = "" if number[0].endswith(" ") else "a duration has the units w d h m s ms, such as `15m`"
        return KINDS[Basic.DURATION].slip(number[0] + amount[0]) or units
    return _OPERATORS.get(rest[:2], "") or _OPERATORS.get(rest[:1], "")
