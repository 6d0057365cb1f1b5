"""Work out which values a true or a false condition rules null out for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from notifyrules.language import terms as t

ValueKey: TypeAlias = tuple[object, ...]
"""What a term reads and computes, whatever it is spelt like: two terms with one key always have the same value."""

Narrowed: TypeAlias = frozenset[ValueKey]
"""The keys of values that are known not to be null."""

_Seen: TypeAlias = "dict[tuple[t.Term, bool], Narrowed | None]"

_NOTHING: Narrowed = frozenset()


def value_key(term: t.Term) -> ValueKey:
    """Identify a value, so that a test of it and a later use of it are known to be about the same."""
    match term:
        case t.FactRead(name=name):
            return ("fact", name)
        case t.LetUse(shared=True, term=t.FactRead() as fact):
            return value_key(fact)
        case t.LetUse(shared=True, name=name):
            return ("let", name)
        case t.LetUse(term=inner):
            return value_key(inner)
        case t.Constant(value=value):
            return ("constant", type(value), value)
        case t.FunctionCall(function=function, arguments=arguments):
            return ("call", function.name, *map(value_key, arguments))
        case t.Arithmetic(kind=kind, minus=minus):
            return ("arithmetic", kind, minus, *map(value_key, t.parts(term)))
        case t.Comparison(operator=operator):
            return ("comparison", operator, *map(value_key, t.parts(term)))
        case t.Junction(every=every):
            return ("junction", every, *map(value_key, t.parts(term)))
        case _:
            return (type(term), *map(value_key, t.parts(term)))


def known(term: t.Term, *, truth: bool) -> Narrowed:
    """Name the values that are not null when a condition has turned out to be *truth*."""
    found = _known(term, truth, {})
    return _NOTHING if found is None else found


def _known(term: t.Term, truth: bool, seen: _Seen) -> Narrowed | None:  # noqa: FBT001 - one way out a form
    """
    The same, with None for a condition that never turns out to be *truth*.

    What was found before is *seen*: parts are looked at for both truths, and would be looked at anew each time.
    """
    if (term, truth) not in seen:
        seen[term, truth] = _learned(term, truth, seen)
    return seen[term, truth]


def _learned(term: t.Term, truth: bool, seen: _Seen) -> Narrowed | None:  # noqa: FBT001
    match term:
        case t.Constant(value=value):
            return _NOTHING if value is truth else None
        case t.LetUse(term=inner):
            return _known(inner, truth, seen)
        case t.Not(operand=operand):
            return _known(operand, not truth, seen)
        case t.IsNull(operand=operand):
            return _NOTHING if truth else frozenset({value_key(operand)})
        case t.Contains(item=item):
            return frozenset({value_key(item)}) if truth else _NOTHING
        case t.Comparison():
            return _compared(term, truth)
        case t.Junction(every=every, items=items):
            return _all(items, truth, seen) if every is truth else _any(items, truth, seen)
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            return _one_of(
                [
                    _both(_known(condition, True, seen), _known(then, truth, seen)),  # noqa: FBT003
                    _both(_known(condition, False, seen), _known(otherwise, truth, seen)),  # noqa: FBT003
                ]
            )
        case t.Coalesce(items=items):
            return _one_of(_both(_known(item, truth, seen), frozenset({value_key(item)})) for item in items)
        case _:
            return _NOTHING


def _compared(term: t.Comparison, truth: bool) -> Narrowed:  # noqa: FBT001
    """Learn from `==` and `!=`: what equals a value that is not null is not null, nor is what differs from null."""
    if term.operator not in ("==", "!="):
        return _NOTHING
    equal = (term.operator == "==") is truth
    sides = ((term.left, term.right), (term.right, term.left))
    if equal:
        return frozenset(value_key(one) for one, other in sides if not other.type.nullable)
    return frozenset(value_key(one) for one, other in sides if isinstance(other, t.Constant) and other.value is None)


def _all(items: tuple[t.Term, ...], truth: bool, seen: _Seen) -> Narrowed | None:  # noqa: FBT001
    """Learn from items that have all turned out to be *truth*."""
    found: Narrowed | None = _NOTHING
    for item in items:
        found = _both(found, _known(item, truth, seen))
    return found


def _any(items: tuple[t.Term, ...], truth: bool, seen: _Seen) -> Narrowed | None:  # noqa: FBT001
    """Learn from items of which the first that turned out to be *truth* ended the search."""

    def ways() -> Iterator[Narrowed | None]:
        before: Narrowed | None = _NOTHING
        for item in items:
            yield _both(before, _known(item, truth, seen))
            before = _both(before, _known(item, not truth, seen))

    return _one_of(ways())


def _both(left: Narrowed | None, right: Narrowed | None) -> Narrowed | None:
    """Put together what two things that both hold tell."""
    return None if left is None or right is None else left | right


def _one_of(ways: Iterable[Narrowed | None]) -> Narrowed | None:
    """Keep what every possible way tells."""
    possible = [way for way in ways if way is not None]
    return frozenset.intersection(*possible) if possible else None
