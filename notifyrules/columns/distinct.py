"""Ask the reference once for each distinct combination of the facts that a term reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import polars as pl

from notifyrules.columns.algebra import Distinct
from notifyrules.columns.reading import Readable, as_held, plain_dtype
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import Value

Where: TypeAlias = "Callable[[], pl.Series] | None"
"""Gives the rows that count; None for all."""
_OFTEN: Final = 20
"""A term is asked for the rows that count alone, where it has more combinations than one in so many rows."""
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
        self.height = height
        """How many rows there are."""
        self._keys: dict[str, tuple[pl.Series, int]] = {}
        self._numbered: dict[tuple[str, ...], Numbered] = {}
        self._results: dict[Distinct, tuple[list[object], pl.Series]] = {}

    def count(self, names: tuple[str, ...]) -> int:
        """Count the combinations of some facts."""
        return len(self.numbered(names).rows)

    def numbered(self, names: tuple[str, ...]) -> Numbered:
        """Number the combinations of some facts."""
        if not names:
            zeros = pl.zeros(self.height, dtype=pl.UInt32, eager=True)
            return Numbered(zeros, zeros.head(1))
        if names not in self._numbered:
            key, size = self._key(names[0])
            for name in names[1:]:
                more, by = self._key(name)
                if size * by > max(_SPARSE * self.height, _SMALL):
                    found = _numbered(key, size)
                    key, size = found.numbers, len(found.rows)
                key, size = key.cast(pl.Int64) * by + more, size * by
            self._numbered[names] = number(key, size, self.height)
        return self._numbered[names]

    def computed(self, made: Distinct, where: Where) -> pl.Series:
        """Give what a term is in each row; where it does not count, it may be null."""
        numbered = self.numbered(made.facts)
        if made not in self._results:
            self._results[made] = [None] * len(numbered.rows), pl.repeat(value=True, n=len(numbered.rows), eager=True)
        results, unasked = self._results[made]
        wanted = unasked.arg_true()
        if where is not None and len(wanted) * _OFTEN > self.height:
            there = numbered.numbers.filter(where()).unique()
            wanted = there.filter(unasked[there])
        if len(wanted):
            rows = numbered.rows[wanted]
            values = {name: self._decoded(name, rows) for name in made.facts}
            for at, value in zip(wanted, _computed(made.term, values, len(rows)), strict=True):
                results[at] = as_held(made.type, value)
            self._results[made] = results, unasked.scatter(wanted, values=False)
        return pl.Series(results, dtype=plain_dtype(made.type))[numbered.numbers]

    def asked(self, made: Distinct) -> int:
        """Count for how many combinations a term was computed."""
        if made not in self._results:
            return 0
        results, unasked = self._results[made]
        return len(results) - int(unasked.sum())

    def facts_at(self, names: Sequence[str], rows: pl.Series | None = None) -> Iterator[Mapping[str, Value]]:
        """Give some facts in some rows, or in all."""
        if not names:
            return iter([{}] * (self.height if rows is None else len(rows)))
        columns = [self._decoded(name, rows) for name in names]
        return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

    def _decoded(self, name: str, rows: pl.Series | None) -> Sequence[Value]:
        decode, column = self._facts.decode[name], self._facts.frame.get_column(name)
        held = column if rows is None else column[rows]
        return [None if one is None else decode(one) for one in held.to_list()]

    def _key(self, name: str) -> tuple[pl.Series, int]:
        """Number the values of a fact; some numbers may be of none."""
        if name not in self._keys:
            column = self._facts.frame.get_column(name)
            if column.dtype == pl.Boolean:
                column = column.cast(pl.UInt8)
            if column.dtype.is_unsigned_integer():
                size = 0 if (highest := column.max()) is None else int(highest) + 1  # type: ignore[arg-type]
                key = column.cast(pl.UInt32)
                self._keys[name] = (key.fill_null(size), size + 1) if key.null_count() else (key, size)
            else:
                self._keys[name] = _coded(column)
        return self._keys[name]


def number(key: pl.Series, size: int, height: int) -> Numbered:
    """Number the keys that are there, of so many that there may be."""
    if size > max(_SPARSE * height, _SMALL):
        key, size = _coded(key)
    return _numbered(key, size)


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
    return Numbered(numbers[key], found[there])


def _computed(term: t.Term, facts: Mapping[str, Sequence[Value]], height: int) -> list[Value]:
    """Compute a term for facts in columns."""

    def evaluated(*row: Value) -> Value:
        return evaluate(term, dict(zip(facts, row, strict=True)), {})

    compute: Callable[..., Value] = evaluated
    columns: list[Sequence[Value]] = list(facts.values())
    if isinstance(term, t.FunctionCall):
        # Most are a function of facts, which is asked without a detour.
        arguments = [_argument(one, facts, height) for one in term.arguments]
        if None not in arguments:
            compute, columns = term.function.compute, [one for one in arguments if one is not None]
    return [_guarded(compute, row) for row in zip(*columns, strict=True)]


def _argument(term: t.Term, facts: Mapping[str, Sequence[Value]], height: int) -> Sequence[Value] | None:
    match term:
        case t.FactRead(name=name):
            return facts[name]
        case t.Constant(value=value):
            return [value] * height
        case _:
            return None


def _guarded(compute: Callable[..., Value], row: tuple[Value, ...]) -> Value:
    """Compute; null where a null is met that a guard outside of the term rules out, and nobody asks."""
    try:
        return compute(*row)
    except (AttributeError, TypeError):
        # INVARIANT (total): it can fail only by such a null.
        assert None in row
        return None
