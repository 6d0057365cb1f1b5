"""Tell what is said of the rows of a frame beside their reasons: words, data, and when to ask again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import polars as pl

from notifyrules.columns.reading import Readable
from notifyrules.compiled.compiler import Program
from notifyrules.graph.model import Graph
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value, to_plain


class Telling:
    """Ask the reference, once for each distinct combination of facts."""

    def __init__(self, graph: Graph, program: Program, fixed: Mapping[str, Value]) -> None:
        self._graph = graph
        self._program = program
        self._fixed = fixed

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The dtypes of what can be told."""
        fields = {one.name: dtype_of(one.type) for one in self._graph.data.values()}
        data = pl.Struct(fields) if fields else pl.Null()
        return {"because": pl.String(), "data": data, "recheck_at": pl.Datetime("us", "UTC")}

    def columns(self, facts: Readable, rows: int, names: Sequence[str]) -> list[pl.Series]:
        """Give the columns that are asked for."""
        if not names:
            return []
        if not facts.frame.width:
            told = self._told({}, names)
            return [pl.Series(name, [one] * rows, dtype=self.schema[name]) for name, one in told.items()]
        combinations = facts.frame.unique()
        found: dict[str, list[object]] = {name: [] for name in names}
        decode = list(facts.decode.items())
        for row in combinations.iter_rows():
            given = {
                name: None if held is None else read(held)
                for (name, read), held in zip(decode, row, strict=True)
            }  # fmt: skip
            for name, one in self._told(given, names).items():
                found[name].append(one)
        made = [pl.Series(f"~{name}", values, dtype=self.schema[name]) for name, values in found.items()]
        looked = combinations.with_columns(made)
        keys = facts.frame.columns
        joined = facts.frame.join(looked, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return [joined.get_column(f"~{name}").alias(name) for name in names]

    def _told(self, given: Mapping[str, Value], names: Sequence[str]) -> dict[str, object]:
        decision = self._program.decide({**given, **self._fixed})
        told: dict[str, object] = {}
        for name in names:
            told[name] = held(getattr(decision, name))
        return told


def held(value: Value | Mapping[str, Value]) -> object:
    """Give a value as a frame holds it; time zones and schedules in their plain form, no data as null."""
    if isinstance(value, Mapping):
        return {name: held(one) for name, one in value.items()} or None
    if isinstance(value, tuple):
        return [held(one) for one in value]
    return to_plain(value) if type(value).__name__ in ("ZoneInfo", "Schedule") else value


def dtype_of(kind: Type) -> pl.DataType:
    """Give the dtype in which a frame holds values of a type."""
    match kind.base:
        case None | Basic.TEXT | Basic.TIMEZONE | Enumeration():
            return pl.String()
        case Basic.BOOL:
            return pl.Boolean()
        case Basic.INT:
            return pl.Int64()
        case Basic.DATE:
            return pl.Date()
        case Basic.INSTANT:
            return pl.Datetime("us", "UTC")
        case Basic.TIME:
            return pl.Time()
        case Basic.DURATION:
            return pl.Duration("us")
        case Basic.SCHEDULE:
            return pl.List(pl.Struct({"days": pl.List(pl.String), "from": pl.String, "until": pl.String}))
        case ListOf(item):
            return pl.List(dtype_of(Type(item)))
        case _:
            assert_never(kind.base)
