"""
Read the constants that the code of an old function names: a certain id, a channel's name, a limit.

They stand nowhere in the chart, so no facts made from it would show what they do. The code is looked at, never run.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from types import CodeType, FunctionType
from typing import Any, Final

from notifyrules.graph.model import Fact
from notifyrules.language.kinds import NOON
from notifyrules.language.types import Basic, ListOf
from notifyrules.language.values import Value

_MOST: Final = 300
_FUNCTIONS: Final = 200
"""Functions that are followed, those of the same package that a function calls."""
_LONGEST: Final = 80
_LARGEST: Final = 2**40
_HOURS: Final = 24


def constants_of(function: object, known: Iterable[str]) -> tuple[str | int, ...]:
    """List texts and numbers that a function and those of its package that it calls name, but for *known* ones."""
    found: dict[str | int, None] = {}
    waiting, seen, names = [_function(function)], set[FunctionType](), set(known)
    while waiting and len(seen) < _FUNCTIONS:
        one = waiting.pop()
        if one is None or one in seen:
            continue
        seen.add(one)
        package = (one.__module__ or "").partition(".")[0]
        for value in _named(one):
            if isinstance(other := inspect.unwrap(value) if callable(value) else None, FunctionType):
                waiting += [other] if (other.__module__ or "").partition(".")[0] == package else []
            elif value != one.__doc__:
                found.update(dict.fromkeys(_plain(value)))
    return tuple(value for value in found if value not in names)[:_MOST]


def _function(given: object) -> FunctionType | None:
    """Find the function behind what is called."""
    given = given.func if isinstance(given, partial) else given
    given = given if inspect.isroutine(given) else getattr(type(given), "__call__", None)  # noqa: B004 - its own code
    found = inspect.unwrap(getattr(given, "__func__", given)) if callable(given) else None
    return found if isinstance(found, FunctionType) else None


def _named(function: FunctionType) -> Iterator[Any]:
    """Give what the code of a function names: constants, what stands at the top of its module, what it closes over."""
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
        yield from (one for one in code.co_consts if not isinstance(one, CodeType))
        yield from (function.__globals__[name] for name in code.co_names if name in function.__globals__)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def _plain(value: object) -> Iterator[str | int]:
    """Give the texts and numbers in a constant."""
    if isinstance(value, (tuple, list, set, frozenset, dict)):
        items = [*value, *value.values()] if isinstance(value, dict) else sorted(value, key=repr)
        for one in items[:_MOST]:
            yield from _plain(one) if isinstance(one, (str, int, tuple)) else ()
    elif (isinstance(value, str) and len(value) <= _LONGEST) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST
    ):
        yield value


def values_of(fact: Fact, constants: Iterable[str | int]) -> Iterator[Value]:
    """Give the values of a fact that constants may stand for, both sides of a number."""
    for one in constants:
        match fact.type.base, one:
            case Basic.TEXT, str():
                yield from (one, f"{one} x")
            case ListOf(item=Basic.TEXT), str():
                yield (one,)
            case Basic.INT, int():
                yield from (one, one + 1, one - 1)
            case Basic.DURATION, int() if abs(one) < _LARGEST >> 12:
                yield from (timedelta(seconds=one + more) for more in (0, 1, -1))
                yield from (timedelta(minutes=one),) if one < _LARGEST >> 20 else ()
            case Basic.INSTANT, int() if 0 <= one < _HOURS:
                yield from (NOON.replace(hour=one), NOON.replace(hour=one) - timedelta(microseconds=1))
            case _:
                pass
