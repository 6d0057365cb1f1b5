"""
Hold the values of the language: their limits, and how they are read from what people and programs give.

Every way in uses :func:`conform`: facts from callers, defaults, `data`, cases and the command line, so a value means
the same wherever it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import Enum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.language.misfits import MOST_TOLD, Mismatch, describe, held_by, join_mismatches, misfit
from notifyrules.language.moments import read_duration, read_instant, read_schedule, read_time, read_timezone
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import Base, Basic, Enumeration, ListOf, Type

Value: TypeAlias = "bool | int | str | datetime | time | timedelta | ZoneInfo | Schedule | tuple[Value, ...] | None"
"""One value of the language: instants in UTC, lists as tuples."""
FactValues: TypeAlias = Mapping[str, Value]
"""A value for every fact."""

MAX_INT = 2**53
"""Integers lie within plus and minus this: what JSON readers and columns keep exactly."""
MAX_TEXT = 65_536
"""Code points in a text."""
MAX_ITEMS = 10_000
"""Items in a list."""


def conform(wanted: Type, given: object) -> Value:
    """
    Read a given value as a value of a type, strictly.

    Args:
        wanted: The type that the value must have.
        given: A Python value or plain data as JSON and YAML hold it; instants, times, durations and time zones also in
            their input forms as text.

    Returns:
        The value as the language holds it.

    Raises:
        Mismatch: The type does not hold the value.
    """
    if given is None:
        if wanted.nullable:
            return None
        raise Mismatch("null", held_by(wanted))
    assert wanted.base is not None
    return _conform_base(wanted.base, given, wanted)


def _conform_base(base: Base, given: object, wanted: Type) -> Value:
    """Read a value that is not null."""
    match base:
        case Enumeration(values):
            return _enumerated(values, given, wanted)
        case ListOf(item):
            return _list(item, given, wanted)
        case Basic.BOOL:
            if isinstance(given, bool):
                return given
        case Basic.INT:
            if isinstance(given, int) and not isinstance(given, bool):
                return _integer(int(given))
        case Basic.TEXT:
            if isinstance(given, str):
                return _text(str.__str__(given))
        case Basic.INSTANT:
            return read_instant(given, wanted)
        case Basic.TIME:
            return read_time(given, wanted)
        case Basic.DURATION:
            return read_duration(given, wanted)
        case Basic.TIMEZONE:
            return read_timezone(given, wanted)
        case Basic.SCHEDULE:
            return read_schedule(given, wanted)
    raise misfit(given, wanted)


def _enumerated(values: tuple[str, ...], given: object, wanted: Type) -> str:
    """Read a value of an enumeration."""
    if isinstance(given, str):
        text = str.__str__(given) if not isinstance(given, Enum) else str(given.value)
        if text in values:
            # Interned, so that compiled comparisons of enumerations end at identity.
            return sys.intern(text)
        raise Mismatch(describe(text), held_by(wanted), did_you_mean(text, values))
    if isinstance(given, bool):
        raise Mismatch(describe(given), held_by(wanted), "write it in quotes")
    raise misfit(given, wanted)


def _list(item: Base | None, given: object, wanted: Type) -> tuple[Value, ...]:
    """Read a list; items that do not fit are named by their position."""
    if not isinstance(given, (list, tuple)):
        raise misfit(given, wanted)
    if len(given) > MAX_ITEMS:
        raise Mismatch(f"a list of {len(given):,} items", f"at most {MAX_ITEMS:,}")
    assert item is not None
    kind = Type(item)
    found: list[Value] = []
    unfit: list[Mismatch] = []
    for number, one in enumerate(given, 1):
        try:
            found.append(conform(kind, one))
        except Mismatch as mismatch:
            unfit.append(Mismatch(f"{mismatch.found} as item {number}", mismatch.expected, mismatch.help))
            if len(unfit) > MOST_TOLD:
                break
    if unfit:
        raise join_mismatches(unfit)
    return tuple(found)


def _integer(given: int) -> int:
    """Hold an integer to its range."""
    if -MAX_INT <= given <= MAX_INT:
        return given
    raise Mismatch(describe(given), "an integer within plus or minus 2^53")


def _text(given: str) -> str:
    """Hold a text to its length and to Unicode."""
    if len(given) > MAX_TEXT:
        raise Mismatch(f"a text of {len(given):,} characters", f"text of at most {MAX_TEXT:,}")
    try:
        given.encode("utf-8")
    except UnicodeEncodeError:
        raise Mismatch("a text with half of a surrogate pair", "valid Unicode text") from None
    return given
