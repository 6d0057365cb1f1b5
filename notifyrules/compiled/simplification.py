"""Find simpler ways to compute what a term means."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from notifyrules.language import terms as t
from notifyrules.language.evaluator import compare
from notifyrules.language.types import MAX_DURATION, MAX_INSTANT, MAX_INT, MIN_INSTANT, ListOf, Type
from notifyrules.language.values import Value


def listed_comparison(term: t.Comparison) -> t.Contains | None:
    """Make a comparison of an ordered enumeration with one of its values a list of those for which it holds."""
    if term.order is None or term.operator in ("==", "!="):
        return None
    match term.left, term.right:
        case (item, t.Constant(value=value)):
            values = [one for one in term.order if compare(term.operator, one, value, term.order)]
        case (t.Constant(value=value), item):
            values = [one for one in term.order if compare(term.operator, value, one, term.order)]
        case _:
            return None
    constants = tuple(t.Constant(term.span, item.type.required, one) for one in values)
    return t.Contains(term.span, term.type, item, t.ListTerm(term.span, Type(ListOf(item.type.base)), constants))


def is_inside(value: Value) -> bool:
    """Tell whether a value lies within its type's range, and not at its ends."""
    match value:
        case int():
            return -MAX_INT < value < MAX_INT
        case timedelta():
            return -MAX_DURATION < value < MAX_DURATION
        case datetime():
            return MIN_INSTANT < value < MAX_INSTANT
        case _:
            return False


def repeated_lets(term: t.Term) -> frozenset[t.Term]:
    """Find what the shared lets stand for that are used more than once in a term and whose value is dear to compute."""
    uses: Counter[t.Term] = Counter()
    dear: dict[t.Term, bool] = {}
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if isinstance(one, t.LetUse) and one.shared:
            uses[one.term] += 1
            if one.term not in dear:
                dear[one.term] = any(isinstance(part, t.FunctionCall | t.Arithmetic) for part in t.walk(one.term))
            elif dear[one.term]:
                # Its value is kept, so what it is made of is not computed again.
                continue
        waiting.extend(t.parts(one))
    return frozenset(inner for inner, count in uses.items() if count > 1 and dear[inner])
