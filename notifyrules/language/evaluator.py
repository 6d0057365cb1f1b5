"""
Evaluate terms: the definition of what a condition means.

Compiled code is held equal to this by tests. Nothing here can raise for valid facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

from notifyrules.language import terms as t
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import MAX_DATE, MAX_DURATION, MAX_INSTANT, MAX_INT, MAX_ITEMS, MIN_DATE, MIN_INSTANT
from notifyrules.language.values import Value

_DAYS = MAX_DURATION.days
_FIRST_DAY, _LAST_DAY = MIN_DATE.toordinal(), MAX_DATE.toordinal()
_FIRST_YEAR, _LAST_YEAR = MIN_INSTANT.year, MAX_INSTANT.year
Ordered = TypeVar("Ordered", int, timedelta, datetime)


class Evaluate(Protocol):
    """Compute the value of a term, as :func:`evaluate` does."""

    def __call__(self, term: t.Term, facts: Mapping[str, Value], read: dict[str, Value], /) -> Value:
        """Compute it, and note the facts that are read."""


def evaluate(  # noqa: C901, PLR0912 - one way out a form
    term: t.Term, facts: Mapping[str, Value], read: dict[str, Value], parts: Evaluate | None = None
) -> Value:
    """Compute a checked term; *read* takes the facts that are read, in order, and *parts* computes its operands."""
    parts = parts or evaluate
    # The forms that are most frequent come first.
    match term:
        case t.FactRead(name=name):
            value = read[name] = facts[name]
            return value
        case t.Constant(value=value):
            return value
        case t.Comparison(operator=operator, left=left, right=right, order=order):
            return compare(operator, parts(left, facts, read), parts(right, facts, read), order)
        case t.Junction(every=every, items=items):
            for item in items:
                if parts(item, facts, read) is not every:
                    return not every
            return every
        case t.LetUse(term=inner):
            return parts(inner, facts, read)
        case t.Not(operand=operand):
            return not parts(operand, facts, read)
        case t.IsNull(operand=operand):
            return parts(operand, facts, read) is None
        case t.Contains(item=item, collection=collection):
            wanted = parts(item, facts, read)
            return wanted in cast("tuple[Value, ...]", parts(collection, facts, read))
        case t.FunctionCall(function=function, arguments=arguments):
            return function.compute(*[parts(argument, facts, read) for argument in arguments])
        case t.Coalesce(items=items):
            found: Value = None
            for item in items:
                if (found := parts(item, facts, read)) is not None:
                    break
            return found
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            return parts(then if parts(condition, facts, read) else otherwise, facts, read)
        case t.ListTerm(items=items):
            return tuple([parts(item, facts, read) for item in items])
        case t.Arithmetic(kind=kind, minus=minus, left=left, right=right):
            return SUMS[kind, minus](cast("Any", parts(left, facts, read)), cast("Any", parts(right, facts, read)))


def watched(seen: Callable[[t.Term, Value], None]) -> Evaluate:
    """Make an evaluator that gives *seen* every term that it evaluates with its value, parts before the whole."""

    def look(term: t.Term, facts: Mapping[str, Value], read: dict[str, Value], /) -> Value:
        value = evaluate(term, facts, read, look)
        seen(term, value)
        return value

    return look


def compare(operator: str, left: Any, right: Any, order: tuple[str, ...] | None) -> bool:  # noqa: ANN401 - values of one type
    """Compare two values, enumerations by their declared order where there is one."""
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if order is not None:
        left, right = order.index(left), order.index(right)
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


# Each holds its result to the range only where it leaves it: these are called at every decision that adds something.


def add_int(left: int, right: int) -> int:
    """Add two ints, held to their range."""
    total = left + right
    return total if -MAX_INT <= total <= MAX_INT else _held(total, -MAX_INT, MAX_INT)


def subtract_int(left: int, right: int) -> int:
    """Subtract two ints, held to their range."""
    total = left - right
    return total if -MAX_INT <= total <= MAX_INT else _held(total, -MAX_INT, MAX_INT)


def add_duration(left: timedelta, right: timedelta) -> timedelta:
    """Add two durations, held to their range."""
    total = left + right
    return total if -_DAYS <= total.days < _DAYS else _held(total, -MAX_DURATION, MAX_DURATION)


def subtract_duration(left: timedelta, right: timedelta) -> timedelta:
    """Subtract two durations, held to their range."""
    total = left - right
    return total if -_DAYS <= total.days < _DAYS else _held(total, -MAX_DURATION, MAX_DURATION)


def add_to_instant(left: datetime | timedelta, right: datetime | timedelta) -> datetime:
    """Move an instant by a duration, on whichever side it stands, held to the range of instants."""
    # Both lie in ranges whose sum the calendar of Python still has.
    moved: datetime = left + right  # type: ignore[assignment, operator]
    return moved if _FIRST_YEAR <= moved.year < _LAST_YEAR else _held(moved, MIN_INSTANT, MAX_INSTANT)


def subtract_from_instant(left: datetime, right: timedelta) -> datetime:
    """Move an instant back by a duration, held to the range of instants."""
    moved = left - right
    return moved if _FIRST_YEAR <= moved.year < _LAST_YEAR else _held(moved, MIN_INSTANT, MAX_INSTANT)


def between(left: datetime, right: datetime) -> timedelta:
    """Measure the duration from *right* to *left*, held to the range of durations."""
    length = left - right
    return length if -_DAYS <= length.days < _DAYS else _held(length, -MAX_DURATION, MAX_DURATION)


def add_days(left: date | int, right: date | int) -> date:
    """Move a date by days, on whichever side they stand, held to the range of dates."""
    day, number = (left, right) if isinstance(left, date) else (right, left)
    return date.fromordinal(_held(cast("date", day).toordinal() + cast("int", number), _FIRST_DAY, _LAST_DAY))


def subtract_days(left: date, right: int) -> date:
    """Move a date back by days, held to the range of dates."""
    return date.fromordinal(_held(left.toordinal() - right, _FIRST_DAY, _LAST_DAY))


def days_between(left: date, right: date) -> int:
    """Count the days from *right* to *left*."""
    return left.toordinal() - right.toordinal()


def join_lists(left: tuple[Value, ...], right: tuple[Value, ...]) -> tuple[Value, ...]:
    """Put one list behind the other, held to as many items as a list has."""
    return (left + right)[:MAX_ITEMS]


def join_schedules(left: Schedule, right: Schedule) -> Schedule:
    """Make the schedule that is open where one of two is; each window is kept once, so that sums stay small."""
    return Schedule(tuple(dict.fromkeys(left.windows + right.windows)))


def _held(value: Ordered, least: Ordered, most: Ordered) -> Ordered:
    return max(least, min(most, value))


SUMS: Mapping[tuple[t.Sum, bool], Callable[[Any, Any], Value]] = {
    (t.Sum.INT, False): add_int,
    (t.Sum.INT, True): subtract_int,
    (t.Sum.DURATION, False): add_duration,
    (t.Sum.DURATION, True): subtract_duration,
    (t.Sum.INSTANT, False): add_to_instant,
    (t.Sum.INSTANT, True): subtract_from_instant,
    (t.Sum.BETWEEN, True): between,
    (t.Sum.DATE, False): add_days,
    (t.Sum.DATE, True): subtract_days,
    (t.Sum.DAYS, True): days_between,
    (t.Sum.LIST, False): join_lists,
    (t.Sum.SCHEDULE, False): join_schedules,
}
"""The function behind every form of addition and subtraction."""
