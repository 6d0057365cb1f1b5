"""Hold conditions, types, defaults and case keys as they were written, before their names and types are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from notifyrules.language.types import Type
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out."""

    span: Span
    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class ListSyntax:
    """`[a, b]`."""

    span: Span
    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, a let or a parameter."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class CallSyntax:
    """`name(arguments)`: a function of the language or a let with parameters."""

    span: Span
    name: str
    name_span: Span
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """`-operand`."""

    span: Span
    operand: Syntax


@dataclass(frozen=True, slots=True)
class Negated:
    """`not operand`."""

    span: Span
    operand: Syntax


@dataclass(frozen=True, slots=True)
class ArithmeticSyntax:
    """`left + right` or `left - right`."""

    span: Span
    operator: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Coalesced:
    """`a ?? b ?? c`: the first that is not null."""

    span: Span
    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class ComparisonSyntax:
    """`a < b <= c`: every neighbouring pair compared."""

    span: Span
    operands: tuple[Syntax, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """`item in collection` and `item not in collection`."""

    span: Span
    item: Syntax
    collection: Syntax
    negated: bool


@dataclass(frozen=True, slots=True)
class NullTest:
    """`operand is null` and `operand is not null`."""

    span: Span
    operand: Syntax
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic:
    """`a and b and c`, or the same with `or`."""

    span: Span
    operator: str
    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class ChoiceSyntax:
    """`then if condition else otherwise`."""

    span: Span
    condition: Syntax
    then: Syntax
    otherwise: Syntax


@dataclass(frozen=True, slots=True)
class Group:
    """`(inner)`: kept, because a reader's parentheses silence the warning about mixed `and` and `or`."""

    span: Span
    inner: Syntax


Syntax: TypeAlias = (
    Literal
    | ListSyntax
    | Name
    | CallSyntax
    | Minus
    | Negated
    | ArithmeticSyntax
    | Coalesced
    | ComparisonSyntax
    | Membership
    | NullTest
    | Logic
    | ChoiceSyntax
    | Group
)


def children(syntax: Syntax) -> tuple[Syntax, ...]:
    """List the parts of an expression, left to right."""
    match syntax:
        case Literal() | Name():
            return ()
        case ListSyntax(_, items) | Coalesced(_, items) | Logic(_, _, items):
            return items
        case CallSyntax(arguments=arguments):
            return arguments
        case Minus(_, operand) | Negated(_, operand) | NullTest(_, operand):
            return (operand,)
        case ArithmeticSyntax(_, _, left, right):
            return (left, right)
        case ComparisonSyntax(_, operands):
            return operands
        case Membership(_, item, collection):
            return (item, collection)
        case ChoiceSyntax(_, condition, then, otherwise):
            return (then, condition, otherwise)
        case Group(_, inner):
            return (inner,)


def names_in(syntax: Syntax) -> set[str]:
    """Name everything an expression names: facts, lets, parameters and functions."""
    found: set[str] = set()
    waiting = [syntax]
    while waiting:
        one = waiting.pop()
        waiting.extend(children(one))
        if isinstance(one, (Name, CallSyntax)):
            found.add(one.name)
    return found


@dataclass(frozen=True, slots=True)
class Word:
    """One value or type name of a declaration or a case key."""

    span: Span
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class ListWord:
    """`list of item`."""

    span: Span
    items: tuple[Word, ...]
    grouped: bool
    """Whether the item is an enumeration in parentheses."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A type as written, with its default."""

    alternatives: tuple[Word | ListWord, ...]
    default: Word | tuple[Word, ...] | None
    default_span: Span | None
