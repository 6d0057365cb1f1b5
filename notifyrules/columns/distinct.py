"""Ask the reference once for each distinct combination of the facts that a term reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import polars as pl

from notifyrules.columns.algebra import Distinct
from notifyrules.columns.numbering import Numbered, most_keys, number, number_values
from notifyrules.columns.reading import ColumnFacts, as_it_is, plain_dtype
from notifyrules.columns.writing import scale_of
from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.limits import LIMITS
from notifyrules.compiled.names import Names, compiled, run
from notifyrules.language.values import Value

Where: TypeAlias = "Callable[[], pl.Series] | None"
"""Gives the rows that count; None for all."""
_OFTEN: Final = 20
"""A term is asked for the rows that count alone, where it has more combinations than one in so many rows."""
_NULL_MET: Final = (AttributeError, KeyError, TypeError)
"""What computing raises where it meets a null that it does not expect."""


class Combinations:
    """The distinct combinations of facts that are in a frame; the values of each fact are numbered once."""

    def __init__(self, facts: ColumnFacts, height: int) -> None:
        self._facts = facts
        self.height = height
        """How many rows there are."""
        self._keys: dict[str, tuple[pl.Series, int]] = {}
        self._numbered: dict[tuple[str, ...], Numbered] = {}
        self._results: dict[Distinct, tuple[pl.Series, pl.Series]] = {}
        self._columns: dict[Distinct, pl.Series] = {}
        """Those of terms that are asked of no more combinations."""

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
                if size * by > most_keys(self.height):
                    found = number(key, size)
                    key, size = found.numbers, len(found.rows)
                key, size = key.cast(pl.Int64) * by + more, size * by
            self._numbered[names] = number(key, size)
        return self._numbered[names]

    def computed(self, made: Distinct, where: Where) -> pl.Series:
        """Give what a term is in each row; where it does not count, it may be null."""
        if made in self._columns:
            return self._columns[made]
        numbered = self.numbered(made.facts)
        size = len(numbered.rows)
        if made not in self._results:
            values = pl.Series([None], dtype=plain_dtype(made.term.type)).new_from_index(0, size)
            self._results[made] = values, pl.repeat(value=True, n=size, eager=True)
        results, unasked = self._results[made]
        wanted = unasked.arg_true()
        if where is not None and len(wanted) * _OFTEN > self.height:
            there = pl.repeat(value=False, n=size, eager=True).scatter(numbered.numbers.filter(where()), values=True)
            wanted = (there & unasked).arg_true()
        if len(wanted):
            rows = numbered.rows[wanted]
            found = _computed(made, [self._decoded(name, rows) for name in made.facts])
            results = results.scatter(wanted, pl.Series(found, dtype=results.dtype))
            self._results[made] = results, unasked.scatter(wanted, values=False)
        column = results[numbered.numbers]
        if not self._results[made][1].any():
            self._columns[made] = column
        return column

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
        held = (column if rows is None else column[rows]).to_list()
        return held if decode is as_it_is else [None if one is None else decode(one) for one in held]

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
                found = number_values(column)
                self._keys[name] = found.numbers, len(found.rows)
        return self._keys[name]


def _computed(made: Distinct, columns: Sequence[Sequence[Value]]) -> list[object]:
    """Compute a term for facts in columns, and give it as a column holds it."""
    compute = _compiled(made)
    try:
        values = compute(*columns)
    except _NULL_MET:
        values = [_guarded(compute, row) for row in zip(*columns, strict=True)]
    scale = scale_of(made.term.type)
    return list(values) if scale is None else [None if one is None else scale.number_of(one) for one in values]


@lru_cache(maxsize=1_024)
def _compiled(made: Distinct) -> Callable[..., list[Value]]:
    """Compile a term into a function of the columns of its facts."""
    names = Names()
    variables = [names.new("fact") for _ in made.facts]
    facts = {name: Spelling(one, (one,)) for name, one in zip(made.facts, variables, strict=True)}
    expressions = Expressions(facts, names, LIMITS)
    expressions.count(made.term)
    written = expressions.write(made.term)
    columns = names.new("columns")
    row = "".join(f"{one}, " for one in variables)
    computed = f"def computed(*{columns}):\n    return [{written} for {row}in {names.thing('zip', zip)}(*{columns})]"
    source = "\n".join([*expressions.functions, computed])
    function: Callable[..., list[Value]] = run(compiled(source, "<a term>"), names.table)["computed"]
    return function


def _guarded(compute: Callable[..., list[Value]], row: Sequence[Value]) -> Value:
    """Compute; null where a null is met that a guard outside of the term rules out, and nobody asks."""
    try:
        return compute(*((one,) for one in row))[0]
    except _NULL_MET:
        # INVARIANT (total): it can fail only by such a null.
        assert None in row
        return None
