"""
Hold checked conditions: every name resolved, every type known, nothing left that can fail.

Terms are made only by :mod:`notifyrules.language.checker`. The reference walk evaluates them, the compiler turns
them into Python, and both read nothing else. A term equals itself alone, so what is known of it can be kept by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from notifyrules.language.functions import Function
from notifyrules.language.types import Type
from notifyrules.language.values import Value
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """What every term has."""

    span: Span
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Typed):
    """A value written out."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class FactRead(Typed):
    """The value of a fact; its type is without null where the place has ruled null out."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class LetUse(Typed):
    """The value of a let."""

    name: str
    term: Term
    shared: bool
    """Whether every use holds this very term; a let with parameters is inlined anew at each use."""


@dataclass(frozen=True, slots=True, eq=False)
class ListTerm(Typed):
    """A list of computed items."""

    items: tuple[Term, ...]


class Sum(Enum):
    """What an addition or subtraction adds up; the range of the result's type holds it."""

    INT = "int"
    DURATION = "duration"
    INSTANT = "instant"
    """An instant and a duration, on either side of `+`, or a duration behind `-`."""
    BETWEEN = "between"
    """The duration from one instant to another."""
    DATE = "date"
    """A date and an int of days, on either side of `+`, or an int behind `-`."""
    DAYS = "days"
    """The days from one date to another, as an int."""
    LIST = "list"
    """The items of two lists, one list behind the other."""
    SCHEDULE = "schedule"
    """The windows of two schedules."""


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Typed):
    """`left + right` or `left - right`, held to the range of the result."""

    kind: Sum
    minus: bool
    left: Term
    right: Term


@dataclass(frozen=True, slots=True, eq=False)
class Coalesce(Typed):
    """The first item that is not null, else the last."""

    items: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Typed):
    """One comparison of two values."""

    operator: str
    """One of `== != < <= > >=`."""
    left: Term
    right: Term
    order: tuple[str, ...] | None
    """The values of an ordered enumeration, lowest first, where `<` and the like follow them."""


@dataclass(frozen=True, slots=True, eq=False)
class Contains(Typed):
    """`item in collection`."""

    item: Term
    collection: Term


@dataclass(frozen=True, slots=True, eq=False)
class IsNull(Typed):
    """`operand is null`."""

    operand: Term


@dataclass(frozen=True, slots=True, eq=False)
class Not(Typed):
    """`not operand`, and the negative forms of the tests."""

    operand: Term


@dataclass(frozen=True, slots=True, eq=False)
class Junction(Typed):
    """`and` (every item is true) or `or` (one of them is), left to right and no further than needed."""

    every: bool
    items: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice(Typed):
    """`then if condition else otherwise`."""

    condition: Term
    then: Term
    otherwise: Term


@dataclass(frozen=True, slots=True, eq=False)
class FunctionCall(Typed):
    """A function of the language applied to its arguments."""

    function: Function
    arguments: tuple[Term, ...]


_Computed: TypeAlias = Constant | FactRead | LetUse | ListTerm | Arithmetic | Coalesce | Choice | FunctionCall
Term: TypeAlias = _Computed | Comparison | Contains | IsNull | Not | Junction


def parts(term: Term) -> tuple[Term, ...]:
    """List the terms that a term is made of, in the order they are evaluated."""
    match term:
        case Constant() | FactRead():
            return ()
        case LetUse(term=inner):
            return (inner,)
        case ListTerm(items=items) | Coalesce(items=items) | Junction(items=items):
            return items
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Contains(item=item, collection=collection):
            return (item, collection)
        case IsNull(operand=operand) | Not(operand=operand):
            return (operand,)
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case FunctionCall(arguments=arguments):
            return arguments


def with_parts(term: Term, made_of: tuple[Term, ...]) -> Term:
    """Make a term anew of other parts, given in the order of :func:`parts`."""
    match term:
        case Constant() | FactRead():
            return term
        case LetUse():
            return replace(term, term=made_of[0])
        case ListTerm() | Coalesce() | Junction():
            return replace(term, items=made_of)
        case Arithmetic() | Comparison():
            return replace(term, left=made_of[0], right=made_of[1])
        case Contains():
            return replace(term, item=made_of[0], collection=made_of[1])
        case IsNull() | Not():
            return replace(term, operand=made_of[0])
        case Choice():
            return replace(term, condition=made_of[0], then=made_of[1], otherwise=made_of[2])
        case FunctionCall():
            return replace(term, arguments=made_of)


def walk(term: Term) -> Iterator[Term]:
    """Give a term and all that it is made of, each shared let once."""
    seen: set[Term] = set()
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one
        waiting.extend(reversed(parts(one)))


def facts_read(term: Term) -> frozenset[str]:
    """Name the facts whose values a term may read."""
    found: set[str] = set()
    seen: set[Term] = set()
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if isinstance(one, FactRead):
            found.add(one.name)
        elif one not in seen:
            seen.add(one)
            waiting.extend(parts(one))
    return frozenset(found)
