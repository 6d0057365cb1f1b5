"""
Hold the values of the language: how they are read from what people and programs give, and how they are written back.

Every way in uses :func:`conform`: facts from callers, defaults, `data`, cases and the command line, so a value means
the same wherever it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final, TypeAlias, cast
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.language.kinds import KINDS
from notifyrules.language.mismatch import MOST_TOLD, Mismatch, describe, describe_failing, join_mismatches
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import MAX_ITEMS, Base, Basic, Enumeration, ListOf, Type, quote, spell, spell_value
from notifyrules.language.value_help import fit

Value: TypeAlias = (
    "bool | int | str | date | datetime | time | timedelta | ZoneInfo | Schedule | tuple[Value, ...] | None"
)
"""One value of the language: instants in UTC, lists as tuples."""
FactValues: TypeAlias = Mapping[str, Value]
"""A value for every fact."""


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
        raise Mismatch("null", expected_of(wanted))
    assert wanted.base is not None
    try:
        return _read(wanted.base, given)
    except Mismatch as mismatch:
        if mismatch.expected:
            raise
        raise Mismatch(mismatch.found, expected_of(wanted), mismatch.help) from None
    except Exception as error:
        # What passes for a text or a list may be an object of the caller's, which can fail in any way.
        found = describe_failing(given, error)
        raise Mismatch(found, expected_of(wanted), "give what it stands for, as a plain value") from error


def expected_of(wanted: Type) -> str:
    """Say in words which values a type has."""
    match wanted.base:
        case Basic() as basic:
            words = KINDS[basic].expected
        case Enumeration(values):
            words = "one of " + ", ".join(f"`{value}`" if value else '`""`' for value in values)
        case base:
            assert base is not None
            words = "a " + spell(base)
    return words + (" or null" if wanted.nullable else "")


def _read(base: Base, given: object) -> Value:
    """Read a value that is not null."""
    match base:
        case Basic():
            kind = KINDS[base]
            return cast("Value", fit(given, kind.read, kind.slip))
        case Enumeration(values):
            return fit(given, lambda one: _enumerated(values, one), lambda _: "", values)
        case ListOf(item):
            assert item is not None
            return fit(given, lambda one: _list(item, one), _list_slip)


def _enumerated(values: tuple[str, ...], given: object) -> str | None:
    if isinstance(given, str):
        text = str.__str__(given) if not isinstance(given, Enum) else str(given.value)
        if text in values:
            # Interned, so that compiled comparisons of enumerations end at identity.
            return sys.intern(text)
        raise Mismatch(describe(text), help=did_you_mean(text, values))
    if isinstance(given, bool):
        raise Mismatch(describe(given), help="write it in quotes")
    return None


def _list(item: Base, given: object) -> tuple[Value, ...] | None:
    """Read a list; items that do not fit are named by their position."""
    if not isinstance(given, (list, tuple)):
        return None
    if len(given) > MAX_ITEMS:
        raise Mismatch(f"a list of {len(given):,} items", f"at most {MAX_ITEMS:,}")
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


def _list_slip(given: Any) -> str:  # noqa: ANN401 - of libraries that this one does not know
    if hasattr(type(given), "dtype"):
        way = next((name for name in ("tolist", "to_list") if hasattr(given, name)), "")
        return f"give `.{way}()` of it" if way else ""
    if isinstance(given, (set, frozenset)):
        return "give a list, such as `sorted(...)` makes of it"
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, bytearray, Mapping)):
        return "give a list, such as `list(...)` makes of it"
    return "put it into a list" if isinstance(given, str) else ""


# ---- Writing ----


def write(value: Value) -> str:
    """Write a value in its input form, as a person reads it: text without quotes, bools as yes and no."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, tuple):
        return f"[{', '.join(map(write_literal, value))}]"
    return str(_WORDS[type(value)](value))


def write_literal(value: Value) -> str:
    """Write a value as a facts file would hold it: bools as true and false, odd texts quoted."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return spell_value(value)
        case _:
            return write(value)


def write_setting(value: Value) -> str:
    """Write a value as `--set` takes it."""
    import json  # noqa: PLC0415 - only commands that are told need it

    plain = to_plain(value)
    if isinstance(plain, str) and plain not in ("null", "") and plain.isprintable():
        return plain if plain == plain.strip() and plain[0] not in "\"'" else quote(plain)
    written = json.dumps(plain, ensure_ascii=False)
    return written if written.isprintable() else json.dumps(plain)


def to_plain(value: Value) -> object:
    """Convert a value to what JSON can hold; :func:`conform` reads it back to the same value."""
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    plain = _PLAIN.get(type(value))
    return value if plain is None else plain(value)


_PLAIN: Final = {kind.holds: kind.plain for kind in KINDS.values()}
"""What writes values as JSON can hold them, by their classes."""
_WORDS: Final[Mapping[type, Callable[[Any], object]]] = {
    kind.holds: kind.words or kind.plain or str for kind in KINDS.values()
}
"""What writes them for a person."""
