"""Ask the reference once for each distinct combination of the facts that a term reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from notifyrules.columns.algebra import Distinct
from notifyrules.columns.reading import Readable, as_held, plain_dtype
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import Value

_SPARSE: Final = 4
"""So many places for a row a table may have before its keys are numbered."""
_SMALL: Final = 65_536


@dataclass(frozen=True, slots=True)
class Numbered:
    """What is in each row, by a number, and a row for each number."""

    numbers: pl.Series
    rows: pl.Series


class Combinations:
    """The distinct combinations of facts that are in a frame; the values of each fact are numbered once."""

    def __init__(self, facts: Readable, height: int) -> None:
        self._facts = facts
        self._height = height
        self._keys: dict[str, tuple[pl.Series, int]] = {}
        self._numbered: dict[tuple[str, ...], Numbered] = {}
        self._given: dict[tuple[str, ...], list[Mapping[str, Value]]] = {}

    def count(self, names: tuple[str, ...]) -> int:
        """Count the combinations of some facts."""
        return len(self.numbered(names).rows)

    def numbered(self, names: tuple[str, ...]) -> Numbered:
        """Number the combinations of some facts."""
        if names not in self._numbered:
            key, size = self._key(names[0])
            for name in names[1:]:
                more, by = self._key(name)
                if size * by > max(_SPARSE * self._height, _SMALL):
                    found = _numbered(key, size)
                    key, size = found.numbers, len(found.rows)
                key, size = key.cast(pl.Int64) * by + more, size * by
            if size > max(_SPARSE * self._height, _SMALL):
                key, size = _coded(key)
            self._numbered[names] = _numbered(key, size)
        return self._numbered[names]

    def given(self, names: tuple[str, ...]) -> Sequence[Mapping[str, Value]]:
        """Give the combinations of some facts, by their numbers."""
        if names not in self._given:
            rows = self.numbered(names).rows
            columns = [self._values(name, rows) for name in names]
            self._given[names] = [dict(zip(names, one, strict=True)) for one in zip(*columns, strict=True)]
        return self._given[names]

    def computed(self, made: Distinct) -> pl.Series:
        """Give what a term is in each row."""
        results = [as_held(made.type, _value(made, facts)) for facts in self.given(made.facts)]
        return pl.Series(results, dtype=plain_dtype(made.type)).gather(self.numbered(made.facts).numbers)

    def _values(self, name: str, rows: pl.Series) -> list[Value]:
        decode = self._facts.decode[name]
        held = self._facts.frame.get_column(name).gather(rows).to_list()
        return [None if one is None else decode(one) for one in held]

    def _key(self, name: str) -> tuple[pl.Series, int]:
        """Number the values of a fact; some numbers may be of none."""
        if name not in self._keys:
            column = self._facts.frame.get_column(name)
            if column.dtype == pl.Boolean:
                column = column.cast(pl.UInt8)
            if column.dtype.is_unsigned_integer():
                highest = -1 if (found := column.max()) is None else int(found)  # type: ignore[arg-type]
                self._keys[name] = column.fill_null(highest + 1).cast(pl.UInt32), highest + 2
            else:
                self._keys[name] = _coded(column)
        return self._keys[name]


def _coded(column: pl.Series) -> tuple[pl.Series, int]:
    """Number values of any kind."""
    distinct = column.unique()
    table = pl.DataFrame({"": distinct}).with_row_index("~")
    joined = column.alias("").to_frame().join(table, on="", how="left", nulls_equal=True, maintain_order="left")
    return joined.get_column("~"), len(distinct)


def _numbered(key: pl.Series, size: int) -> Numbered:
    """Number the keys that are there."""
    rows = pl.int_range(len(key), dtype=pl.UInt32, eager=True)
    found = pl.repeat(len(key), size, dtype=pl.UInt32, eager=True).scatter(key, rows)
    there = (found < len(key)).arg_true()
    if len(there) == size:
        return Numbered(key, found)
    counted = pl.int_range(len(there), dtype=pl.UInt32, eager=True)
    numbers = pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(there, counted)
    return Numbered(numbers.gather(key), found.gather(there))


def _value(made: Distinct, facts: Mapping[str, Value]) -> Value:
    """Compute a term; null where a null is met that a guard outside of the term rules out, and nobody asks."""
    try:
        return evaluate(made.term, facts, {})
    except (AttributeError, TypeError):
        # INVARIANT (total): it can fail only by such a null.
        assert None in facts.values()
        return None
