"""Say what was meant by a value that its type does not hold, as far as that is the same for all types."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from notifyrules.language.mismatch import Mismatch, describe, is_blank

T = TypeVar("T")
ReadValue: TypeAlias = Callable[[object], T | None]
"""
Reads a value that is not null; gives None for one that is not of the type.

It raises :class:`~notifyrules.language.mismatch.Mismatch` where there is more to say.
"""
Slip: TypeAlias = Callable[[object], str]
"""Names the usual reason for a value that is not of a type, and the way out; empty where none is."""


def fit(given: object, read: ReadValue[T], slip: Slip, values: Collection[str] = ()) -> T:
    """Read a value that is not null; *slip* helps where it does not fit, with the *values* of an enumeration."""
    if (found := read(given)) is None:
        raise Mismatch(describe(given), help=_help(given, read, slip, values))
    return found


def _help(given: object, read: ReadValue[T], slip: Slip, values: Collection[str]) -> str:
    """Name the usual reason for a value that is not of a type, and the way out; empty where none is."""
    if advice := to_await(given):
        return advice
    if isinstance(given, Enum):
        return _member(given, values)
    if is_blank(given) or (isinstance(given, (float, Decimal)) and str(given).lower().endswith("nan")):
        return "leave the fact out where there is no value, or give null where the type has it"
    if hasattr(type(given), "dtype"):
        return _array(given, read, slip, values)
    if isinstance(given, (bytes, bytearray)):
        return "decode it first, as `.decode()` does"
    return slip(given)


def to_await(given: object) -> str:
    """Help with what is still to be awaited; empty for anything else."""
    if inspect.iscoroutine(given):
        # It is told here, so nobody needs to be warned that it was never awaited.
        given.close()
    if inspect.isawaitable(given):
        return "await it before the facts are given; `needs` tells which facts a decision needs"
    return ""


def _member(given: Enum, values: Collection[str]) -> str:
    """Help with a member of an enumeration class: say what of it is the value, if anything is."""
    name = str(given.name)
    if given.value not in values:
        for way, found in ((".name", name), (".name.lower()", name.lower())):
            if found in values:
                return f"give its `{way}`"
    return "" if isinstance(given, (str, int)) else "give its `.value`, or derive the class from `StrEnum`"


def _array(given: Any, read: ReadValue[T], slip: Slip, values: Collection[str]) -> str:  # noqa: ANN401 - of any library
    """Help with what arrays and columns hold; whole ones are a matter of the type."""
    if getattr(given, "shape", ()):
        return slip(given)
    if (kind := getattr(given.dtype, "kind", "")) in ("M", "m"):
        # Of nanoseconds, `.item()` would be a bare number.
        plain = f'.astype("{"datetime" if kind == "M" else "timedelta"}64[us]").item()'
        return f"give `{plain}` of it" + (" with a `tzinfo`, such as `datetime.UTC`" if kind == "M" else "")
    try:
        item = given.item()
        fits = read(item) is not None
    except Mismatch:
        fits = False
    except (AttributeError, TypeError, ValueError):
        return ""
    if fits:
        return "give `.item()` of it"
    return "" if item is given else _help(item, read, slip, values)
