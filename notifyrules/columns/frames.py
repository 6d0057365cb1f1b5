"""Decide for the rows of a frame of any kind, and give the same kind back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import narwhals as nw
import polars as pl

from notifyrules.columns.chart import asked_facts
from notifyrules.columns.engine import Engine, engine_for
from notifyrules.columns.reading import read_frame, unfit_rows
from notifyrules.columns.row_words import RowWords
from notifyrules.columns.spark import on_spark
from notifyrules.compiled.facts_reader import Extras
from notifyrules.compiled.program import Program
from notifyrules.diagnostics.phrases import named
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.graph.model import Graph
from notifyrules.language.mismatch import describe
from notifyrules.language.values import Value

Frame = TypeVar("Frame")
_ROWS: Final = 122_880
"""Rows that are brought over from an engine at a time."""
_DAY: Final = 86_400_000_000
"""Microseconds of a day."""
_NO_LENGTH: Final = 2**62
"""Microseconds that no duration has."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted beside `notify`, `outcome` and `reason`."""

    because: bool = False
    data: bool = False
    recheck_at: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are made."""
        more = {"because": self.because, "data": self.data, "recheck_at": self.recheck_at}
        return ("notify", "outcome", "reason", *(name for name, wanted in more.items() if wanted))


class FrameRules:
    """Decide for frames by the rules of one program; plans are kept by the facts that have columns."""

    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph = graph
        """The whole chart."""
        self._program = program
        self.fixed: Mapping[str, Value] = {} if program.fixed is None else dict(program.fixed)
        """The facts that are the same in all rows, in specialized rules."""
        self._words = RowWords(graph, program, self.fixed)
        self._asked = asked_facts(graph)

    def decide(self, frame: Frame, wanted: Wanted, extras: Extras) -> Frame:
        """Decide for a frame of any kind."""
        try:
            given: Any = nw.from_native(frame)
        except TypeError:
            advice = "frames are those of Polars, pandas, PyArrow, DuckDB and Spark"
            raise UsageError(f"expected a frame, found {describe(frame)}", advice) from None
        names = given.columns if isinstance(given, nw.DataFrame) else given.collect_schema().names()
        taken = [name for name in names if name in wanted.names]
        if taken:
            raise UsageError(f"the frame has a column named {named(taken)} already", "give it another name first")
        result: Any = self._decided(given, frame, wanted, extras)
        return result  # type: ignore[no-any-return]

    def _decided(self, given: Any, frame: Any, wanted: Wanted, extras: Extras) -> object:  # noqa: ANN401 - any kind
        kind = given.implementation
        if kind.is_polars():
            if isinstance(frame, pl.DataFrame):
                return frame.hstack(self.columns(frame, wanted, extras))
            return self._lazy(frame, wanted, extras)
        if kind.is_duckdb():
            return self._duckdb(frame, wanted, extras)
        if kind.is_spark_like() and hasattr(frame, "mapInArrow"):
            return on_spark(frame, self, wanted, extras)
        if isinstance(given, nw.LazyFrame):
            raise UsageError(f"frames of {kind.name.lower()} are not known", "collect it first")
        rows = pl.DataFrame(pl.from_arrow(_without_intervals(frame))) if kind.is_pyarrow() else given.to_polars()
        made = self.columns(rows, wanted, extras)
        if kind.is_pyarrow():
            for column in made:
                frame = frame.append_column(column.name, column.to_arrow())
            return frame
        native: Any = made.to_pandas()
        native.index = frame.index
        return frame.assign(**{name: native[name] for name in native.columns})

    def columns(self, frame: pl.DataFrame, wanted: Wanted, extras: Extras, first: int = 1) -> pl.DataFrame:
        """Give the columns that are decided, a row for each row of a frame of Polars."""
        facts = read_frame(frame, self.graph, self.fixed, extras, first)
        engine = self._engine(facts.frame.columns)
        reasons = engine.reasons(facts, frame.height, lambda one: self._program.decide({**one, **self.fixed}).reason)
        notify, outcome = engine.told(reasons)
        made = [notify.alias("notify"), outcome.alias("outcome"), reasons.alias("reason")]
        return pl.DataFrame(made + self._words.columns(facts, reasons, engine.arrows, wanted.names[3:]))

    def sifted(
        self, frame: pl.DataFrame, wanted: Wanted, extras: Extras
    ) -> tuple[pl.DataFrame, Mapping[int, FactProblem]]:
        """Give the columns that are decided, null in rows that do not fit; of these say why, by their places."""
        try:
            return self.columns(frame, wanted, extras), {}
        except FactsError:
            broken = unfit_rows(frame, self.graph)
            if not broken:
                raise
        fit = pl.Series([place not in broken for place in range(frame.height)], dtype=pl.Boolean)
        made = self.columns(frame.filter(fit), wanted, extras)
        places = pl.select(pl.when(fit).then(fit.cum_sum() - 1)).to_series()
        return made.select(pl.all().gather(places)), broken

    def _engine(self, columns: Collection[str]) -> Engine:
        """Give the engine for facts in columns; those that are only told make no difference."""
        absent = {fact.name: fact.default for fact in self.graph.facts.values() if fact.name not in columns}
        known = {**absent, **self.fixed}
        return engine_for(self.graph, tuple((name, known[name]) for name in self._asked if name in known))

    def schema(self, wanted: Wanted) -> Mapping[str, pl.DataType]:
        """Give the dtypes of the columns that are decided; those of names as text."""
        own = {"notify": pl.Boolean(), "outcome": pl.String(), "reason": pl.String()}
        return {name: {**own, **self._words.schema}[name] for name in wanted.names}

    def _lazy(self, frame: pl.LazyFrame, wanted: Wanted, extras: Extras) -> pl.LazyFrame:
        """Decide block by block as the engine comes by."""
        schema = frame.collect_schema()
        empty = pl.DataFrame(schema=schema)
        # What can be known of the columns without a row is said now.
        read_frame(empty, self.graph, self.fixed, extras, 1)
        made = self.schema(wanted)

        def block(rows: pl.DataFrame) -> pl.DataFrame:
            # Where among all rows a block stands nobody knows.
            return rows.hstack(self.columns(rows, wanted, extras, 0).cast(dict(made)))  # type: ignore[arg-type]

        return frame.map_batches(block, schema={**schema, **made}, streamable=True)

    def batch(self, batch: Any, wanted: Wanted, extras: Extras, first: int, *, written: bool = True) -> Any:  # noqa: ANN401 - of PyArrow
        """Decide for some rows of PyArrow, and give them as a table with what was decided, names perhaps as codes."""
        import pyarrow as pa  # noqa: PLC0415 - what carries the rows

        table = pa.table(batch)
        rows = pl.DataFrame(pl.from_arrow(_without_intervals(table)))
        made = self.columns(rows, wanted, extras, first)
        for column in made.cast(dict(self.schema(wanted))) if written else made:  # type: ignore[arg-type]
            values = column.to_arrow(compat_level=pl.CompatLevel.oldest())
            table = table.append_column(column.name, values.cast(_small(values.type)))
        return table

    def _duckdb(self, frame: Any, wanted: Wanted, extras: Extras) -> Any:  # noqa: ANN401 - of DuckDB
        """Bring the rows over block by block, and give a relation over what was decided."""
        import duckdb  # noqa: PLC0415 - whoever gives a relation has it
        import pyarrow as pa  # noqa: PLC0415 - what carries the rows

        reader, tables, first = frame.to_arrow_reader(_ROWS), [], 1
        for batch in reader:
            # DuckDB takes names as codes, and has them as text.
            tables.append(self.batch(batch, wanted, extras, first, written=False))
            first += batch.num_rows
        if not tables:
            tables.append(self.batch(reader.schema.empty_table(), wanted, extras, first, written=False))
        whole = pa.concat_tables(tables)
        return duckdb.from_arrow(whole)


def _without_intervals(table: Any) -> Any:  # noqa: ANN401 - of PyArrow
    """Give a table with durations for the intervals that DuckDB has instead, and that Polars does not take."""
    import pyarrow as pa  # noqa: PLC0415 - what carries the rows

    for place, (name, kind) in enumerate(zip(table.schema.names, table.schema.types, strict=True)):
        if (plain := _plain_kind(kind)) != kind:
            values = pa.array(_plain_value(table.column(place).to_pylist()), plain)
            table = table.set_column(place, name, values)
    return table


def _plain_kind(kind: Any) -> Any:  # noqa: ANN401 - of PyArrow
    import pyarrow as pa  # noqa: PLC0415 - what carries the rows

    if kind == pa.month_day_nano_interval():
        return pa.duration("us")
    if pa.types.is_list(kind):
        return pa.list_(_plain_kind(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain_kind(field.type)) for field in kind])
    return kind


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - of PyArrow, in Python
    if isinstance(value, list):
        return [_plain_value(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain_value(one) for name, one in value.items()}
    if hasattr(value, "nanoseconds") and hasattr(value, "months"):
        length = value.days * _DAY + value.nanoseconds // 1_000
        # How long a month is nobody knows.
        return _NO_LENGTH if value.months or abs(length) > _NO_LENGTH else length
    return value


def _small(kind: Any) -> Any:  # noqa: ANN401 - of PyArrow
    """Give a type with the texts and lists that every engine knows."""
    import pyarrow as pa  # noqa: PLC0415 - what carries the rows

    if pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_large_list(kind):
        return pa.list_(_small(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _small(field.type)) for field in kind])
    return kind
