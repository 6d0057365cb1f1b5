"""Number what is in columns, so that each value is looked at once however many rows have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

_SPARSE: Final = 4
"""So many places for a row a table may have before its keys are numbered."""
_SMALL: Final = 65_536
_SLOTS: Final = 1_024
"""Places for hashes, at least."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """What is in each row, by a number, and a row for each number."""

    numbers: pl.Series
    rows: pl.Series


def most_keys(height: int) -> int:
    """Tell how many keys there may be, so that a table of them is worth its places."""
    return max(_SPARSE * height, _SMALL)


def number(key: pl.Series, size: int) -> Numbered:
    """Number the keys that are there, of so many that there may be."""
    if size > most_keys(len(key)):
        return number_values(key)
    rows = pl.int_range(len(key), dtype=pl.UInt32, eager=True)
    found = pl.repeat(len(key), size, dtype=pl.UInt32, eager=True).scatter(key, rows)
    there = (found < len(key)).arg_true()
    if len(there) == size:
        return Numbered(key, found)
    counted = pl.int_range(len(there), dtype=pl.UInt32, eager=True)
    numbers = pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(there, counted)
    return Numbered(numbers[key], found[there])


def number_values(column: pl.Series) -> Numbered:
    """Number values of any kind: by a row that has their hash, and those that this row does not hold apart."""
    size, height = _SLOTS, len(column)
    inner = column.dtype.inner if isinstance(column.dtype, pl.List) else column.dtype
    if not height or inner.is_nested() or inner.is_object():
        return number(*_joined(column))
    while size < height:
        size *= 2
    key = (column.hash() & (size - 1)).cast(pl.UInt32)
    rows = pl.int_range(height, dtype=pl.UInt32, eager=True)
    first = pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(key, rows)[key]
    held = column[first]
    nested = isinstance(column.dtype, pl.List)
    if nested and not _same_lists(column, held):
        return number(*_joined(column))
    # INVARIANT (first rows): each of them has itself as the first.
    there = (first == rows).arg_true()
    counted = pl.int_range(len(there), dtype=pl.UInt32, eager=True)
    numbers = pl.zeros(height, dtype=pl.UInt32, eager=True).scatter(there, counted)[first]
    if nested or not len(others := column.ne_missing(held).arg_true()):
        return Numbered(numbers, there)
    more = number(*_joined(column[others]))
    return Numbered(numbers.scatter(others, more.numbers + len(there)), there.append(others[more.rows]))


def _same_lists(one: pl.Series, other: pl.Series) -> bool:
    """Tell whether lists are the same in all rows: far quicker than asking for each."""
    lengths = one.list.len().eq_missing(other.list.len()).all()
    return lengths and one.explode().eq_missing(other.explode()).all()


def _joined(column: pl.Series) -> tuple[pl.Series, int]:
    """Number values of any kind, however their hashes fall."""
    distinct = column.unique()
    table = pl.DataFrame({"": distinct}).with_row_index("~")
    joined = column.alias("").to_frame().join(table, on="", how="left", nulls_equal=True, maintain_order="left")
    return joined.get_column("~"), len(distinct)
