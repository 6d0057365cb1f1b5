"""
Say what is computed of columns, in words that no engine owns: what stands between a chart and the engine that runs it.

Bools are bools, texts texts; whatever has a scale (ints, dates, instants, times, durations) is its number. A fact that
is an enumeration is the place of its value, and its text where it meets others. Lists, schedules and time zones are
only read where the reference function is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from notifyrules.language import terms as t
from notifyrules.language.functions import Function
from notifyrules.language.types import Type

CellValue: TypeAlias = bool | int | str | None
"""A value as a column holds it."""


class Operation(Enum):
    """What is computed of the columns of one row, all of them proved equal to the reference by tests."""

    SAME = auto()
    """Equal, null being equal to null alone."""
    LESS = auto()
    NOT_MORE = auto()
    PLUS = auto()
    MINUS = auto()
    IS_NULL = auto()
    NOT = auto()
    ALL = auto()
    ANY = auto()
    FIRST_KNOWN = auto()
    LENGTH = auto()
    STARTS_WITH = auto()
    ENDS_WITH = auto()
    HOLDS = auto()


@dataclass(frozen=True, slots=True)
class SameInAll:
    """The same value in every row."""

    value: CellValue


@dataclass(frozen=True, slots=True)
class SmallCode:
    """A small number that stands for something else in every row: a called chart's arrow, or an enumeration's value."""

    value: int


@dataclass(frozen=True, slots=True)
class EndCode:
    """The code of an arrow that settles the chart itself: engines hold it by the arrow's id, and have the reason."""

    value: int


@dataclass(frozen=True, slots=True)
class Read:
    """A column that is there: a fact's, or an earlier stage's."""

    column: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on other columns."""

    operation: Operation
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Numbers, held to a range."""

    part: Expression
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Among:
    """Whether a value is one of some, none of them null; null is not."""

    part: Expression
    values: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """The values of an enumeration, by their places."""

    part: Expression
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The value behind the first condition that holds."""

    ways: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression


Expression: TypeAlias = SameInAll | SmallCode | EndCode | Read | Apply | Held | Among | Named | FirstOf


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """A term that the reference computes, once for each distinct combination of the facts that it reads."""

    term: t.Term
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """What a clock or a schedule says at an instant: days are looked at as a whole."""

    function: Function
    instant: Expression
    others: tuple[t.Term, ...]
    """The zone, and perhaps the schedule."""
    facts: tuple[str, ...]
    """Those that the others read."""
    type: Type


@dataclass(frozen=True, slots=True)
class Stage:
    """A column that is made for those behind it."""

    name: str
    made: Expression | Distinct | Clock


def reads(expression: Expression) -> frozenset[str]:
    """Name the columns that an expression reads."""
    found: set[str] = set()
    waiting = [expression]
    while waiting:
        match one := waiting.pop():
            case Read(column):
                found.add(column)
            case SameInAll() | SmallCode() | EndCode():
                pass
            case Apply(parts=parts):
                waiting.extend(parts)
            case Held() | Among() | Named():
                waiting.append(one.part)
            case FirstOf(ways, otherwise):
                waiting.append(otherwise)
                waiting.extend(part for way in ways for part in way)
    return frozenset(found)
