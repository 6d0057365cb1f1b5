"""
Parse by the grammar in `grammar.lark`, with the tables that are made of it ahead and kept in `grammar.tables`.

lark makes the tables (`tests/grammar_tables.py`), and what is read by them is held equal to what lark reads. Here they
are only followed, because importing lark takes longer than reading a whole rule file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

Start: TypeAlias = Literal["condition", "declaration", "case_key"]
"""Where the grammar begins."""
END: Final = "$END"
"""The type of the token behind the last one."""


class Lexeme(str):
    """A word of the text, with its type and its place: offsets of its first and behind its last character."""

    __slots__ = ("end_pos", "start_pos", "type")

    type: str
    start_pos: int
    end_pos: int


@dataclass(frozen=True, slots=True)
class ParseNode:
    """What a rule of the grammar made."""

    data: str
    """The name of the rule, or of its alternative."""
    children: list[Any]
    """Nodes and tokens."""

    def tokens(self) -> list[Lexeme]:
        """List the tokens below, in reading order."""
        return [token for one in self.children for token in (one.tokens() if isinstance(one, ParseNode) else [one])]


class StrayCharacterError(Exception):
    """A character that begins no word of the language."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class StrayTokenError(Exception):
    """A word, or the end of the text, where only others could stand."""

    def __init__(self, start: int, end: int, accepted: frozenset[str]) -> None:
        super().__init__(start, end)
        self.start, self.end, self.accepted = start, end, accepted


@dataclass(frozen=True, slots=True)
class _Rule:
    origin: str
    """What it makes, by which the next state is found."""
    name: str
    symbols: str
    """What becomes of each part: `k` is kept, `d` dropped, of `o` the children are taken."""
    lone: bool
    """Whether a single child stands for itself."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A kind of token."""

    name: str
    pattern: str
    within: tuple[str, ...]
    """The kinds that a keyword would be taken for, were they not told apart by its text; of others none."""
    text: str
    """Of a keyword or a sign."""


_Match: TypeAlias = tuple[str, Callable[[str, int], re.Match[str] | None], dict[str, str]]
"""A kind of token, what finds it, and the kinds that some of its texts are instead."""


@dataclass(frozen=True, slots=True)
class _Tables:
    states: list[dict[str, int]]
    """What to do in each state with a token, or with what a rule made: the next state, or a rule's number inverted."""
    rules: list[_Rule]
    words: list[_Word]
    """In the order in which they are tried."""
    ignored: str
    starts: dict[str, int]
    ends: dict[str, int]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    # By whatever loads this module, which may be an archive.
    loader: Any = __spec__.loader
    made = json.loads(loader.get_data(str(Path(__file__).with_name("grammar.tables"))))
    rules = [_Rule(*rule) for rule in made["rules"]]
    words = [_Word(name, pattern, tuple(within), text) for name, pattern, within, text in made["words"]]
    return _Tables(made["states"], rules, words, made["ignored"], made["starts"], made["ends"])


@cache
def _expected(state: int | None) -> tuple[_Match, ...]:
    """List what may come in a state, in the order in which it is tried; without a state, everything."""
    tables = _tables()
    wanted = [one for one in tables.words if state is None or one.name in tables.states[state]]
    names = {one.name for one in wanted}
    instead: dict[str, dict[str, str]] = {name: {} for name in names}
    alone = []
    for one in wanted:
        for other in names.intersection(one.within):
            instead[other][one.text] = one.name
        if names.isdisjoint(one.within):
            alone.append(one.name)
    return tuple(
        (one.name, re.compile(one.pattern).match, instead.get(one.name, {}))
        for one in tables.words
        if one.name in alone or one.name == tables.ignored
    )


def parse(text: str, start: Start) -> ParseNode:
    """
    Parse a text from one of the beginnings of the grammar.

    Raises:
        StrayCharacterError: A character begins no word of the language.
        StrayTokenError: A word stands where others are expected, or the text ends there.
    """
    tables = _tables()
    states, values = [tables.starts[start]], list[Any]()
    end = tables.ends[start]
    at = 0
    while True:
        token = _next(text, at, states)
        at = token.end_pos
        while (action := tables.states[states[-1]].get(token.type)) is not None and action < 0:
            rule = tables.rules[~action]
            taken = len(values) - len(rule.symbols)
            made = _made(rule, values[taken:])
            del values[taken:], states[taken + 1 :]
            states.append(tables.states[states[-1]][rule.origin])
            values.append(made)
            if token.type == END and states[-1] == end:
                assert isinstance(made, ParseNode)
                return made
        if action is None:
            raise StrayTokenError(token.start_pos, token.end_pos, _accepted(states))
        states.append(action)
        values.append(token)


def _next(text: str, at: int, states: list[int]) -> Lexeme:
    """Read the next token."""
    tables = _tables()
    while at < len(text):
        name, end = _match(text, at, states[-1])
        if not name:
            # A word that stands here by itself is out of place, rather than its first character.
            name, end = _match(text, at, None)
            if not name:
                raise StrayCharacterError(at)
            raise StrayTokenError(at, end, _accepted(states))
        if name != tables.ignored:
            return _placed(Lexeme(text[at:end]), name, at, end)
        at = end
    return _placed(Lexeme(), END, at, at)


def _placed(token: Lexeme, kind: str, start: int, end: int) -> Lexeme:
    token.type, token.start_pos, token.end_pos = kind, start, end
    return token


def _match(text: str, at: int, state: int | None) -> tuple[str, int]:
    """Find what kind of token begins at a place, and where it ends; no name where none does."""
    for name, match, instead in _expected(state):
        if (found := match(text, at)) is not None:
            return instead.get(found.group(), name), found.end()
    return "", at


def _made(rule: _Rule, values: list[Any]) -> Any:  # noqa: ANN401 - a node or a token
    """Make what a rule makes of its parts."""
    children: list[Any] = []
    for symbol, value in zip(rule.symbols, values, strict=True):
        match symbol:
            case "k":
                children.append(value)
            case "o":
                children.extend(value.children)
    return children[0] if rule.lone and len(children) == 1 else ParseNode(rule.name, children)


def _accepted(states: list[int]) -> frozenset[str]:
    """List the kinds of tokens with which the text could go on."""
    tables = _tables()

    def takes(name: str) -> bool:
        stack = list(states)
        while (action := tables.states[stack[-1]].get(name)) is not None and action < 0:
            rule = tables.rules[~action]
            del stack[len(stack) - len(rule.symbols) :]
            stack.append(tables.states[stack[-1]][rule.origin])
            if name == END and stack[-1] in tables.ends.values():
                return True
        return action is not None

    return frozenset(name for name in tables.states[states[-1]] if name.isupper() and takes(name))
