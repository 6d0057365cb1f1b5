"""Say what values a fact or a condition can have, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TypeAlias

MAX_INT = 2**53
"""Integers lie within plus and minus this: what JSON readers and columns keep exactly."""
MAX_TEXT = 65_536
"""Code points in a text."""
MAX_ITEMS = 10_000
"""Items in a list."""
MIN_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
MAX_INSTANT = datetime(2200, 1, 1, tzinfo=UTC)
MIN_DATE = date(1969, 12, 31)
MAX_DATE = date(2200, 1, 1)
"""Somewhere on earth it is one of these days at every instant."""
MAX_DURATION = timedelta(days=3653)
"""Ten years with their leap days, in either direction."""


class Basic(Enum):
    """The types that have a name; the value is the name."""

    BOOL = "bool"
    INT = "int"
    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    TIME = "time"
    DURATION = "duration"
    TIMEZONE = "timezone"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A closed set of texts."""

    values: tuple[str, ...]
    """In the order declared, without repetition."""
    order: tuple[str, ...] | None = None
    """The declaration that `<` and `>` follow, lowest first; None where there is none. It holds all of `values`."""
    quoted: frozenset[str] = field(default=frozenset(), compare=False)
    """The values that are the names of types in their file, where they are quoted therefore."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items are never null."""

    item: Base | None
    """The type of every item; None for the list without items, which fits every list."""


Base: TypeAlias = Basic | Enumeration | ListOf


LIST_OF = "list of "


@dataclass(frozen=True, slots=True)
class Type:
    """What values something can have."""

    base: Base | None
    """The type when it is not null; None for the literal `null`, which is nothing else."""
    nullable: bool = False
    """Whether null is one of the values."""
    name: str | None = field(default=None, compare=False)
    """How its file writes it by the name of a type, without null: `level`, `list of level` or `level | global`."""

    def __str__(self) -> str:
        """Spell the type as a rule file does."""
        if self.base is None:
            return "null"
        return (self.name or spell(self.base)) + (" | null" if self.nullable else "")

    @property
    def required(self) -> Type:
        """The same type without null."""
        return Type(self.base, name=self.name)

    @property
    def type_name(self) -> str:
        """The named type that it is apart from null, or that it is a list of; empty where it is neither."""
        word = (self.name or "").removeprefix(LIST_OF)
        return word if word.isidentifier() else ""

    @property
    def item(self) -> Type:
        """The type of the items of a list that may have some."""
        assert isinstance(self.base, ListOf)
        _, _, name = (self.name or "").partition(LIST_OF)
        return Type(self.base.item, name=name.strip("()") or None)

    @property
    def unnamed(self) -> Type:
        """The same type by no name, which is spelt by its values."""
        return Type(self.base, self.nullable)


BOOL = Type(Basic.BOOL)
INT = Type(Basic.INT)
TEXT = Type(Basic.TEXT)
DATE = Type(Basic.DATE)
INSTANT = Type(Basic.INSTANT)
TIME = Type(Basic.TIME)
DURATION = Type(Basic.DURATION)
TIMEZONE = Type(Basic.TIMEZONE)
SCHEDULE = Type(Basic.SCHEDULE)
NULL = Type(None, nullable=True)


def spell(base: Base) -> str:
    """Spell a type without null as a rule file does where it has no name."""
    match base:
        case Basic():
            return base.value
        case Enumeration(values, _, quoted):
            return " | ".join(quote(value) if value in quoted else spell_value(value) for value in values)
        case ListOf(None):
            return "list"
        case ListOf(Enumeration() as item):
            return f"{LIST_OF}({spell(item)})"
        case ListOf(item):
            assert item is not None
            return f"{LIST_OF}{spell(item)}"


LANGUAGE_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "true", "false", "null"})
"""The words that conditions are made of; no fact, let or parameter may begin with one."""


def is_bare(text: str) -> bool:
    """Tell whether a value needs no quotes: `[A-Za-z_][A-Za-z0-9_-]*`."""
    return (
        text.isascii() and text[:1].replace("_", "a").isalpha() and text.replace("_", "a").replace("-", "a").isalnum()
    )


def spell_value(text: str) -> str:
    """Spell a text as the value of an enumeration: bare where it can be, quoted where it must be."""
    if is_bare(text) and text not in LANGUAGE_WORDS and text not in TYPE_WORDS:
        return text
    return quote(text)


def quote(text: str) -> str:
    """Quote a text the way JSON does, keeping letters of every script."""
    import json  # noqa: PLC0415 - only messages and ids need it

    return json.dumps(text, ensure_ascii=False)


TYPE_WORDS = frozenset(basic.value for basic in Basic)
"""The bare words that name a type."""


def fits(actual: Type, wanted: Type) -> bool:
    """Tell whether every value of *actual* is one of *wanted*."""
    if actual.nullable and not wanted.nullable:
        return False
    return actual.base is None or (wanted.base is not None and _base_fits(actual.base, wanted.base))


def _base_fits(actual: Base, wanted: Base) -> bool:
    """Tell whether *actual* without null is part of *wanted*: an enumeration is part of a larger one and of `text`."""
    match actual, wanted:
        case Enumeration(values), Enumeration(allowed):
            return set(values) <= set(allowed)
        case Enumeration(), Basic.TEXT:
            return True
        case ListOf(None), ListOf():
            return True
        case ListOf(item), ListOf(allowed_item):
            assert item is not None
            return allowed_item is not None and _base_fits(item, allowed_item)
        case _:
            return actual == wanted


def join(left: Type, right: Type) -> Type | None:
    """Find the type that holds the values of both; None where one value cannot be of both kinds."""
    nullable = left.nullable or right.nullable
    if left.base is None or right.base is None:
        known = right if left.base is None else left
        return Type(known.base, nullable, known.name)
    base = _join_bases(left.base, right.base)
    names = {side.name for side in (left, right) if side.base == base}
    return None if base is None else Type(base, nullable, names.pop() if len(names) == 1 else None)


def _join_bases(left: Base, right: Base) -> Base | None:
    match left, right:
        case Enumeration(values), Enumeration(others):
            joined = tuple(dict.fromkeys(values + others))
            order = left.order or right.order
            rival = right.order or left.order
            agreed = order if order == rival and order is not None and set(joined) <= set(order) else None
            return Enumeration(joined, agreed)
        case (Enumeration(), Basic.TEXT) | (Basic.TEXT, Enumeration()):
            return Basic.TEXT
        case ListOf(None), ListOf():
            return right
        case ListOf(), ListOf(None):
            return left
        case ListOf(item), ListOf(other):
            assert item is not None
            assert other is not None
            joined_item = _join_bases(item, other)
            return None if joined_item is None else ListOf(joined_item)
        case _:
            return left if left == right else None


def share_values(left: Base, right: Base) -> bool:
    """Tell whether two types of one kind have a value in common, so that comparing them can be true."""
    match left, right:
        case Enumeration(values), Enumeration(others):
            return not set(values).isdisjoint(others)
        case _:
            return True
