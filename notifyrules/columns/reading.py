"""
Validate the columns of a frame, each as a whole, and bring them into the one form that expressions compute with.

What an engine holds as the type does is checked by its dtype and its range; anything else (instants as text, lists,
schedules, time zones) goes through the one reading of values, once for each distinct value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Final, TypeAlias

import polars as pl

from notifyrules.columns.algebra import CellValue
from notifyrules.columns.numbering import number_values
from notifyrules.columns.writing import as_plain, is_opaque, is_texts, scale_of
from notifyrules.compiled.facts_reader import Extras
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.errors import FactProblem, FactsError
from notifyrules.graph.model import Fact, Graph
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import MAX_TEXT, Basic, Enumeration, Type
from notifyrules.language.values import Value, conform, write_literal

Decode: TypeAlias = Callable[[Any], Value]
"""Gives the value of what a column holds, which is not null."""
EPOCH: Final = 719_163
"""The ordinal of the first day of 1970."""
_FEW: Final = 8
"""So many short texts are compared faster than looked up."""
_SHORT: Final = 12
"""Bytes of a short text."""
_BYTE: Final = 256
_SLOTS: Final = pl.UInt32
"""Places of values that only the reference reads."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """The facts of a frame, valid."""

    frame: pl.DataFrame
    """A column a fact, by its name; facts that have none take their default."""
    decode: Mapping[str, Decode]


def fact_columns(frame: pl.DataFrame, graph: Graph) -> Mapping[str, pl.Series]:
    """Find the columns of facts, by their dotted names or inside of structs; others as they are called."""
    found: dict[str, pl.Series] = {}
    problems: list[FactProblem] = []

    waiting = [(name, frame.get_column(name)) for name in reversed(frame.columns)]
    while waiting:
        path, column = waiting.pop()
        if path in graph.groups and path not in graph.facts and isinstance(column.dtype, pl.Struct):
            parts = [field.name for field in reversed(column.dtype.fields)]
            waiting.extend((f"{path}.{name}", column.struct.field(name)) for name in parts)
            continue
        if path in found:
            problems.append(FactProblem(path, "given by two columns", "give it once, dotted or in a struct"))
        found[path] = column
    if problems:
        raise FactsError(problems)
    return found


def read_frame(
    frame: pl.DataFrame, graph: Graph, fixed: Mapping[str, Value], extras: Extras, first: int
) -> ColumnFacts:
    """
    Validate the columns of a frame.

    Args:
        frame: The frame.
        graph: The chart.
        fixed: The facts that are the same for all rows, in specialized rules.
        extras: Whether columns that are no facts are an error.
        first: The number of the first row, for messages; 0 where nobody knows it.

    Raises:
        FactsError: With every problem of every column at once.
    """
    columns = fact_columns(frame, graph)
    problems: list[FactProblem] = []
    series: dict[str, pl.Series] = {}
    decode: dict[str, Decode] = {}
    for fact in graph.facts.values():
        if fact.name not in columns:
            if not fact.has_default and fact.name not in fixed:
                message, advice = "has no column and no default", "give it a column"
                problems.append(FactProblem(fact.name, message, advice, fact.about or ""))
            continue
        read = _Column(fact, columns[fact.name].alias(fact.name), first)
        if fact.name in fixed:
            problems.extend(_differing(read, fixed[fact.name]))
        else:
            series[fact.name], decode[fact.name] = read.series, read.decode
        problems.extend(read.problems())
    if extras == "forbid":
        for name in columns:
            if name not in graph.facts:
                advice = did_you_mean(name, graph.facts, 'leave the column out, or say `extras="ignore"`')
                problems.append(FactProblem(name, "is a column, and not a fact of these rules", advice))
    if problems:
        raise FactsError(problems)
    return ColumnFacts(pl.DataFrame(list(series.values())), decode)


def unfit_rows(frame: pl.DataFrame, graph: Graph) -> Mapping[int, FactProblem]:
    """Say by their places which rows of a frame do not fit, and why: of several facts, the first declared."""
    columns = fact_columns(frame, graph)
    found: dict[int, FactProblem] = {}
    for fact in graph.facts.values():
        if fact.name in columns:
            read = _Column(fact, columns[fact.name].alias(fact.name), 1)
            found |= {row: read.problem(row) for row in read.unfit() if row not in found}
    return found


def _differing(read: _Column, wanted: Value) -> Iterable[FactProblem]:
    """Report a column of a fact that is fixed to another value."""
    held = read.series.unique().to_list()
    if any((None if one is None else read.decode(one)) != wanted for one in held):
        message = f"is {write_literal(wanted)} in these specialized rules, and another value in some row"
        yield FactProblem(read.fact.name, message, "ask the whole rules, or specialize them for this value")


class _Column:
    """Read one column."""

    def __init__(self, fact: Fact, given: pl.Series, first: int) -> None:
        self.fact = fact
        self.decode: Decode = as_it_is
        self._given = given
        self._first = first
        self._unfit: list[pl.Series] = []
        self.series = self._read()
        """The column in its form; null also where a value does not fit."""
        if self.series.null_count() > (given.null_count() if fact.type.nullable else 0):
            # What became null in the reading did not fit.
            lost = self.series.is_null()
            self._unfit.append(lost & given.is_not_null() if fact.type.nullable else lost)
        if isinstance(base := fact.type.base, Enumeration) and self.series.null_count():
            wide = pl.UInt8 if len(base.values) < _BYTE else pl.UInt16
            self.series = self.series.cast(wide).fill_null(len(base.values))

    def unfit(self) -> Sequence[int]:
        """List the places of what does not fit."""
        if not self._unfit:
            return ()
        return reduce(or_, [one.fill_null(value=False) for one in self._unfit]).arg_true().to_list()

    def problem(self, place: int, where: str = "") -> FactProblem:
        """Say why a value does not fit, and *where* that is."""
        expected, found, advice = "a value no finer than the type holds", "one that is", ""
        try:
            conform(self.fact.type, _python(self._given, place))
        except Mismatch as mismatch:
            expected, found, advice = mismatch.expected, mismatch.found, mismatch.help
        return FactProblem(self.fact.name, f"expected {expected}, found {found}{where}", advice, self.fact.about or "")

    def problems(self) -> Iterable[FactProblem]:
        """Report what does not fit: how much of it, and the first."""
        if rows := self.unfit():
            others = f", and in {len(rows) - 1:,} more" if len(rows) > 1 else ""
            row = f"{rows[0] + self._first:,}" if self._first else f"{rows[0] + 1:,} of a block"
            yield self.problem(rows[0], f" in row {row}{others}")

    def _read(self) -> pl.Series:
        given, base = self._given, self.fact.type.base
        if isinstance(base, Enumeration):
            return self._places(base.values)
        kind = given.dtype
        if kind == pl.Null:
            return given.cast(plain_dtype(self.fact.type))
        if base is Basic.BOOL and kind == pl.Boolean:
            return given
        if base is Basic.TEXT and (kind == pl.String or isinstance(kind, (pl.Categorical, pl.Enum))):
            texts = given.cast(pl.String)
            if (texts.str.len_bytes().max() or 0) > MAX_TEXT:  # type: ignore[operator]
                self._unfit.append(texts.str.len_chars() > MAX_TEXT)
            return texts
        numbers = self._numbers()
        return self._by_values() if numbers is None else self._in_range(numbers)

    def _places(self, values: tuple[str, ...]) -> pl.Series:
        """Read an enumeration as the places of its values, null behind them."""
        given, kind, wanted = self._given, self._given.dtype, _enumeration(values)
        self.decode = (*values, None).__getitem__
        if kind == pl.Null:
            return given.cast(pl.UInt8)
        if kind == wanted:
            return given.to_physical()
        if isinstance(kind, pl.Enum):
            places = kind.categories.cast(wanted, strict=False).to_physical()
            return places[given.to_physical()].alias(given.name)
        if isinstance(kind, pl.Categorical):
            given, kind = given.cast(pl.String), pl.String()
        if kind != pl.String:
            return self._by_values().cast(wanted, strict=False).to_physical()
        if len(values) > _FEW or any(len(value.encode()) > _SHORT for value in values):
            return given.cast(wanted, strict=False).to_physical()
        found = pl.Series(given.name, [None], dtype=pl.UInt8)
        for place, value in enumerate(values):
            found = pl.Series(given.name, [place], dtype=pl.UInt8).zip_with(given == value, found)
        return found

    def _numbers(self) -> pl.Series | None:
        """Read what the engine holds as numbers; None where it does not."""
        given, kind = self._given, self._given.dtype
        match self.fact.type.base:
            case Basic.INT if kind.is_integer():
                return given.cast(pl.Int64, strict=False)
            case Basic.DATE if kind == pl.Date:
                return given.to_physical().cast(pl.Int64) + EPOCH
            case Basic.TIME if kind == pl.Time:
                return self._coarser(given.to_physical(), 1_000_000_000)
            case Basic.INSTANT if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
                return self._microseconds(kind.time_unit)
            case Basic.DURATION if isinstance(kind, pl.Duration):
                return self._microseconds(kind.time_unit)
            case _:
                return None

    def _microseconds(self, unit: str) -> pl.Series:
        numbers = self._given.to_physical()
        if unit == "ns":
            return self._coarser(numbers, 1_000)
        return numbers * 1_000 if unit == "ms" else numbers

    def _coarser(self, numbers: pl.Series, by: int) -> pl.Series:
        self._refuse(numbers % by != 0)
        return numbers // by

    def _in_range(self, numbers: pl.Series) -> pl.Series:
        scale = scale_of(self.fact.type)
        assert scale is not None
        self.decode = scale.value_of
        least, most = numbers.min(), numbers.max()
        if least is not None and (least < scale.lowest or most > scale.highest):  # type: ignore[operator]
            self._refuse((numbers < scale.lowest) | (numbers > scale.highest))
        return numbers

    def _refuse(self, unfit: pl.Series) -> None:
        if unfit.any():
            self._unfit.append(unfit)

    def _by_values(self) -> pl.Series:
        """Read each distinct value once."""
        found = number_values(self._given)
        distinct = self._given[found.rows]
        values: list[Value] = []
        for at in range(len(distinct)):
            given = _python(distinct, at)
            try:
                values.append(None if given is None else conform(self.fact.type, given))
            except Mismatch:
                values.append(None)
        held: list[CellValue]
        if is_opaque(self.fact.type):
            self.decode = values.__getitem__
            held = [None if value is None else at for at, value in enumerate(values)]
        else:
            held = [as_plain(value) for value in values]
            if (scale := scale_of(self.fact.type)) is not None:
                self.decode = scale.value_of
        return pl.Series(self.fact.name, held, dtype=plain_dtype(self.fact.type))[found.numbers]


@lru_cache(maxsize=1_024)
def _enumeration(values: tuple[str, ...]) -> pl.Enum:
    return pl.Enum(values)


def plain_dtype(kind: Type) -> pl.DataType:
    """Give the dtype of a column of values of a type."""
    if is_opaque(kind):
        return _SLOTS()
    if kind.base is Basic.BOOL:
        return pl.Boolean()
    return pl.String() if is_texts(kind) else pl.Int64()


def _python(series: pl.Series, at: int) -> object:
    """Give a value as Python has it, lists as lists, and structs as mappings from what is not null in them."""
    return without_null(series.slice(at, 1).to_list()[0])


def without_null(given: object) -> object:
    """Leave out null parts of structs: a column of them cannot leave out a key, such as the `days` of a window."""
    if isinstance(given, list):
        return [without_null(one) for one in given]
    return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


def as_it_is(value: Value) -> Value:
    """Decode what columns hold as it is."""
    return value
