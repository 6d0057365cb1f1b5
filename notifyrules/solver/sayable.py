"""Name values that a reader can say: people, rooms and sentences, told by what a fact is called and by its `about`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import count

from notifyrules.graph.model import Fact
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import Basic, Enumeration, ListOf
from notifyrules.language.values import Value
from notifyrules.solver.symbols import plain

_PEOPLE = ("ada", "bob", "cleo", "dan", "eve", "fay", "gus")
_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("keyword|word", ("lunch", "release", "outage")),
    ("mail|address", ("ada@example.org", "bob@example.org", "cleo@example.org")),
    ("text|body|content|title|subject", ("Lunch at noon?", "The release is out", "See you tomorrow")),
    ("group|team|role|tag|label", ("designers", "editors", "support")),
    ("channel|room|conversation|topic|stream|thread", ("#releases", "#random", "#support")),
    ("id|user|person|people|sender|author|owner|recipient|name|vip|member|mention|by", _PEOPLE),
)
"""What a text is about, by the words that name it, and the texts to choose from; the first that fits counts."""
_EXAMPLE = re.compile(r"such as [\"“`]?([^\s\"“”`,;]+)")
_WORD = re.compile(r"[a-z]+")


def texts(fact: Fact) -> Iterator[str]:
    """Give texts that a fact may hold, without end: its example, then others of its kind."""
    if example := _EXAMPLE.search(fact.about or ""):
        yield example.group(1).rstrip(".")
    names = next((names for words in _said(fact) for kind, names in _NAMES if _tells(kind, words)), _PEOPLE)
    yield from names
    yield from (f"{names[-1]} {number}" for number in count(2))


def _said(fact: Fact) -> Iterator[frozenset[str]]:
    """Give the words that tell what a fact is: its last segment, those before it, then `about`."""
    *groups, last = fact.name.partition("@")[0].split(".")
    for said in (last, *reversed(groups), fact.about or ""):
        yield frozenset(word.removesuffix("s") for word in _WORD.findall(said.lower()))


def _tells(kind: str, words: Collection[str]) -> bool:
    return any(word in words for word in kind.split("|"))


def base_facts(facts: Mapping[str, Fact]) -> dict[str, Value]:
    """Give every fact its default, and one without a value that can be said, texts all different."""
    taken: set[str] = set()
    found: dict[str, Value] = {}
    for fact in facts.values():
        found[fact.name] = fact.default
        if not fact.has_default and not fact.type.nullable:
            found[fact.name] = plain(fact.type)
            if fact.type.base is Basic.TEXT:
                found[fact.name] = next(text for text in texts(fact) if text not in taken)
                taken.add(str(found[fact.name]))
    return found


def items(fact: Fact) -> Iterator[Value]:
    """Give items that a list may hold."""
    assert isinstance(fact.type.base, ListOf)
    match fact.type.base.item:
        case Enumeration(values):
            yield from values
        case Basic.TEXT:
            yield from (text for text, _ in zip(texts(fact), range(3), strict=False))
        case Basic() as basic:
            yield KINDS[basic].plainest
        case _:
            pass
