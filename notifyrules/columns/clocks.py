"""
Read clocks and schedules for whole columns: by the days of UTC, zones and schedules that are there, not by instants.

During one day of UTC what a schedule says changes only where it opens or closes, and a zone changes its offset once at
most: so what the functions of the language say at those instants, and the order of instants, is all that is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from notifyrules.columns.algebra import Clock
from notifyrules.columns.distinct import Combinations
from notifyrules.columns.numbering import Numbered, number
from notifyrules.columns.reading import EPOCH, plain_dtype
from notifyrules.columns.writing import as_plain
from notifyrules.language import schedules
from notifyrules.language.evaluator import evaluate
from notifyrules.language.functions import Function
from notifyrules.language.types import MIN_INSTANT, Basic, Type
from notifyrules.language.values import Value

_DAY: Final = timedelta(days=1)
_DAY_US: Final = 86_400_000_000
_WEEK: Final = 7
"""Days that keep what is counted from being negative, as it is at the beginning of 1970 in the west."""
_WORTH: Final = 8
"""A day is looked at as a whole where it has so many rows on average."""


def read_clock(clock: Clock, instants: pl.Series, combinations: Combinations) -> pl.Series:
    """
    Give what a clock or a schedule says in each row.

    Args:
        clock: What is asked.
        instants: Microseconds since 1970, perhaps null.
        combinations: Those of the facts.
    """
    found = combinations.numbered(clock.facts)
    rows = combinations.facts_at(clock.facts, found.rows)
    others = [tuple(evaluate(one, facts, {}) for one in clock.others) for facts in rows]
    days = instants // _DAY_US
    first, last = _whole(days.min()), _whole(days.max())
    span = last - first + 2
    # What has no instant is behind all days.
    key = found.numbers.cast(pl.Int64) * span + (days - first).fill_null(span - 1)
    there = number(key, len(others) * span)
    if len(there.rows) * _WORTH > len(instants):
        return _by_instant(clock, instants, found, others)
    shifts = clock.function.name in _BY_OFFSET
    at = [None if day is None else MIN_INSTANT + day * _DAY for day in days[there.rows].to_list()]
    asked = zip(at, (others[one] for one in found.numbers[there.rows].to_list()), strict=True)
    looked = _offsets if shifts else _calendar
    stretches = [
        () if day is None or None in given else tuple(looked(clock.function, day, *given)) for day, given in asked
    ]
    kind = Type(Basic.DURATION) if shifts else clock.type
    said = _said(stretches, kind, instants, there.numbers)
    return _BY_OFFSET[clock.function.name](instants + said + _WEEK * _DAY_US) if shifts else said


def _said(
    stretches: Sequence[Sequence[tuple[datetime, Value]]], kind: Type, instants: pl.Series, numbers: pl.Series
) -> pl.Series:
    """Give in each row what is said behind the last change before its instant."""
    said = pl.Series([None], dtype=plain_dtype(kind))
    for at in range(max(map(len, stretches), default=0)):
        here = [one[at] if at < len(one) else (None, None) for one in stretches]
        values = pl.Series([as_plain(value) for _, value in here], dtype=plain_dtype(kind))[numbers]
        starts = pl.Series([as_plain(start) for start, _ in here], dtype=pl.Int64)[numbers]
        said = values.zip_with(instants >= starts, said)
    return said if len(said) == len(instants) else said.new_from_index(0, len(instants))


def _calendar(function: Function, day: datetime, zone: Any, schedule: Any) -> Iterator[tuple[datetime, Value]]:  # noqa: ANN401 - values
    """List the instants of a day of UTC at which a schedule opens or closes, with what is said from there on."""
    at: datetime | None = day
    while at is not None and at < day + _DAY:
        yield at, function.compute(at, zone, schedule)
        change = schedules.window_end(at, zone, schedule) or schedules.window_start(at, zone, schedule)
        at = change if change is not None and change > at else None


def _offsets(_: Function, day: datetime, zone: Any) -> Iterator[tuple[datetime, timedelta]]:  # noqa: ANN401 - a value
    """List the instants of a day of UTC at which the offset of a zone changes, with the offset from there on."""

    def offset(second: int) -> timedelta:
        found = schedules.local(day + timedelta(seconds=second), zone).utcoffset()
        assert found is not None
        return found

    yield day, offset(0)
    # INVARIANT (one change): no zone changes its offset twice within a day of UTC.
    old, new = 0, 86_399
    if offset(old) != offset(new):
        while new - old > 1:
            middle = (old + new) // 2
            old, new = (middle, new) if offset(middle) == offset(old) else (old, middle)
        yield day + timedelta(seconds=new), offset(new)


_BY_OFFSET: Final[Mapping[str, Callable[[pl.Series], pl.Series]]] = MappingProxyType(
    {
        "local_time": lambda shown: shown // 1_000_000 % 86_400,
        "local_date": lambda shown: shown // _DAY_US - _WEEK + EPOCH,
        "weekday": lambda shown: pl.Series(schedules.WEEKDAYS)[((shown // _DAY_US + EPOCH - 1) % 7).cast(pl.UInt32)],
    }
)
"""What clocks show, of the microseconds since a week before 1970 that the wall has."""


def _by_instant(clock: Clock, instants: pl.Series, found: Numbered, others: list[tuple[Value, ...]]) -> pl.Series:
    """Ask the function for each row."""
    said: list[object] = []
    for at, which in zip(instants.to_list(), found.numbers.to_list(), strict=True):
        value = None
        if at is not None and None not in others[which]:
            value = clock.function.compute(MIN_INSTANT + timedelta(microseconds=at), *others[which])
        said.append(as_plain(value))
    return pl.Series(said, dtype=plain_dtype(clock.type))


def _whole(found: object) -> int:
    return found if isinstance(found, int) else 0
