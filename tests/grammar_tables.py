"""Make the tables of the grammar with lark: what `notifyrules/language/grammar.tables` holds."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from importlib.resources import files
from typing import Any

from lark import Lark
from lark.lexer import PatternStr

GRAMMAR = files("notifyrules.language").joinpath("grammar.lark").read_text("utf-8")


def build() -> Lark:
    """Build lark's own parser of the grammar."""
    return Lark(GRAMMAR, parser="lalr", start=["condition", "declaration", "case_key"], maybe_placeholders=False)


def tables() -> str:
    """Write the tables: lines of JSON, of this grammar by its digest."""
    lark: Any = build()
    table = lark.parser.parser._parse_table  # noqa: SLF001 - lark gives its tables to nobody
    numbers = {state: number for number, state in enumerate(table.states)}
    rules = {rule: number for number, rule in enumerate(lark.rules)}
    states = [
        {name: numbers[to] if action.name == "Shift" else ~rules[to] for name, (action, to) in actions.items()}
        for actions in table.states.values()
    ]
    made = {
        "grammar": sha256(GRAMMAR.encode()).hexdigest(),
        "starts": {name: numbers[state] for name, state in table.start_states.items()},
        "ends": {name: numbers[state] for name, state in table.end_states.items()},
        "ignored": lark.ignore_tokens[0],
        "words": [_word(one, lark.terminals) for one in lark.parser.lexer.root_lexer.terminals],
        "rules": [_rule(one) for one in lark.rules],
        "states": states,
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in made.items()]
    return "{" + ",\n".join(lines) + "}\n"


def _word(one: Any, terminals: list[Any]) -> list[object]:  # noqa: ANN401 - lark's are untyped
    """Write a kind of token: what finds it, and which others would take its whole text for theirs."""
    text = one.pattern.value if isinstance(one.pattern, PatternStr) else ""
    within = [
        other.name
        for other in terminals
        if text
        and other.priority == one.priority
        and not isinstance(other.pattern, PatternStr)
        and (found := re.match(other.pattern.to_regexp(), text))
        and found[0] == text
    ]
    return [one.name, one.pattern.to_regexp(), within, text]


def _rule(one: Any) -> list[object]:  # noqa: ANN401
    """Write a rule: what it makes, its name, what becomes of each part, and whether a lone child stands for itself."""
    symbols = "".join(
        ("d" if symbol.filter_out else "k") if symbol.is_term else "o" if symbol.name.startswith("_") else "k"
        for symbol in one.expansion
    )
    return [one.origin.name, one.alias or one.origin.name, symbols, one.options.expand1 and not one.alias]
