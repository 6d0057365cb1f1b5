"""Claims about the tables of the grammar that are made ahead: they are of this grammar, and read as lark does by it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.language import grammar
from notifyrules.language.grammar import Lexeme, ParseNode, Start, StrayCharacterError, StrayTokenError
from tests.grammar_tables import GRAMMAR, build, tables

TABLES = Path(grammar.__file__).with_name("grammar.tables")
BUILT = build()
TEXTS = [
    ("condition", "not a and b.c in [\"x\", 'y'] or f(1, 2d) if d is not null else 2026-12-24 < e ?? -3"),
    ("condition", "09:30 + 1h30m == (a - b)"),
    ("condition", "a and"),
    ("condition", "a b"),
    ("condition", "a $ b"),
    ("condition", ""),
    ("declaration", "list of (push | badge) | null = [push]"),
    ("declaration", "bool = "),
    ("declaration", "int = 5 6"),
    ("case_key", "mentions | -1 | 'all of it'"),
    ("case_key", "a |"),
]
WORDS = """\
a b.c not and or in is null true false if else == != <= > + - ( ) [ ] , ?? 12 09:30 1h30m 2026-12-24
list of | = bool -3 $ . \u00e9 or_b notx nota in_ 1d2 12:30:15 2026-12-245 '\\'' "y" 'un
"""


def lark_reads(rule: Start, text: str) -> object:
    """Give lark's tree with the places of its tokens, or what refused the text, where, and what could stand there."""
    try:
        return _shown(BUILT.parse(text, start=rule))
    except lark.UnexpectedToken as error:
        ended = error.token.type == "$END"
        place = (len(text),) * 2 if ended else (error.token.start_pos, error.token.end_pos)
        return (*place, frozenset(error.accepts))
    except lark.UnexpectedCharacters as error:
        return error.pos_in_stream


def tables_read(rule: Start, text: str) -> object:
    """Give the same of the tables."""
    try:
        return _shown(grammar.parse(text, rule))
    except StrayTokenError as stray:
        return stray.start, stray.end, stray.accepted
    except StrayCharacterError as stray:
        return stray.at


def _shown(one: Any) -> object:  # noqa: ANN401 - lark's are untyped
    if isinstance(one, ParseNode | lark.Tree):
        return str(one.data), [_shown(child) for child in one.children]
    return one.type, str(one), one.start_pos, one.end_pos


class TestTables:
    def test_of_this_grammar(self, request: pytest.FixtureRequest) -> None:
        """They name the text that they were made from by its digest: `pytest --update-golden` makes them anew."""
        if request.config.getoption("--update-golden"):
            TABLES.write_text(tables(), "utf-8")

        kept = json.loads(TABLES.read_text("utf-8"))["grammar"]

        assert kept == sha256(GRAMMAR.encode()).hexdigest(), "run `pytest --update-golden`"

    @pytest.mark.parametrize(("rule", "text"), TEXTS)
    def test_read_as_lark_does(self, rule: Start, text: str) -> None:
        """Trees, places and refusals are those of a parser that lark builds from the grammar."""
        assert tables_read(rule, text) == lark_reads(rule, text)

    @given(
        st.sampled_from(get_args(Start)),
        st.sampled_from(["", " ", "  "]),
        st.lists(st.sampled_from(WORDS.split()), max_size=10),
    )
    def test_read_anything_as_lark_does(self, rule: Start, between: str, words: list[str]) -> None:
        """So they are for whatever words stand beside each other."""
        text = between.join(words)

        assert tables_read(rule, text) == lark_reads(rule, text)

    def test_tokens_are_listed_in_reading_order(self) -> None:
        """What a node was made of is found again, wherever it was nested."""
        made = grammar.parse("a + (b - 1)", "condition")

        assert [(str(one), one.start_pos) for one in made.tokens()] == [
            ("a", 0),
            ("+", 2),
            ("(", 4),
            ("b", 5),
            ("-", 7),
            ("1", 9),
            (")", 10),
        ]
        assert all(isinstance(one, Lexeme) for one in made.tokens())
