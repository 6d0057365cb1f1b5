"""Hold conditions, types, defaults and case keys as they were written, before their names and types are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from notifyrules.language.types import Type
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Written:
    """What every expression has."""

    span: Span


@dataclass(frozen=True, slots=True)
class Literal(Written):
    """A value written out."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class ListSyntax(Written):
    """`[a, b]`."""

    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Name(Written):
    """A fact, a let or a parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class CallSyntax(Written):
    """`name(arguments)`: a function of the language or a let with parameters."""

    name: str
    name_span: Span
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Minus(Written):
    """`-operand`."""

    operand: Syntax


@dataclass(frozen=True, slots=True)
class Negated(Written):
    """`not operand`."""

    operand: Syntax


@dataclass(frozen=True, slots=True)
class ArithmeticSyntax(Written):
    """`left + right` or `left - right`."""

    operator: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Coalesced(Written):
    """`a ?? b ?? c`: the first that is not null."""

    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class ComparisonSyntax(Written):
    """`a < b <= c`: every neighbouring pair compared."""

    operands: tuple[Syntax, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership(Written):
    """`item in collection` and `item not in collection`."""

    item: Syntax
    collection: Syntax
    negated: bool


@dataclass(frozen=True, slots=True)
class NullTest(Written):
    """`operand is null` and `operand is not null`."""

    operand: Syntax
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic(Written):
    """`a and b and c`, or the same with `or`."""

    operator: str
    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class ChoiceSyntax(Written):
    """`then if condition else otherwise`."""

    condition: Syntax
    then: Syntax
    otherwise: Syntax


@dataclass(frozen=True, slots=True)
class Group(Written):
    """`(inner)`: kept, because a reader's parentheses silence the warning about mixed `and` and `or`."""

    inner: Syntax


_Compound: TypeAlias = ListSyntax | CallSyntax | Minus | ArithmeticSyntax | Coalesced | ChoiceSyntax | Group
Syntax: TypeAlias = Literal | Name | _Compound | Negated | ComparisonSyntax | Membership | NullTest | Logic


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
