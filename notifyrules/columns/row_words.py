"""Tell what is said of the rows of a frame beside their reasons: words, data, and when to ask again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

import polars as pl

from notifyrules.columns.distinct import Combinations
from notifyrules.columns.reading import ColumnFacts
from notifyrules.compiled.arrow_words import plain_words
from notifyrules.compiled.program import Program
from notifyrules.evaluation.walk import data_of, rechecks
from notifyrules.graph.model import Arrow, Graph
from notifyrules.language.terms import Typed
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value, to_plain

_OPEN: Final = object()
"""Stands for what the facts of a row say."""


class RowWords:
    """Tell what an arrow always says, and ask for the rest once for each distinct combination of facts."""

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

    def columns(
        self, facts: ColumnFacts, reasons: pl.Series, arrows: Sequence[Arrow], names: Sequence[str]
    ) -> list[pl.Series]:
        """
        Give the columns that are asked for.

        Args:
            facts: The columns of facts.
            reasons: The arrow that settles each row, as an enumeration of all.
            arrows: The arrows, by their codes.
            names: What is to be told.
        """
        if not names:
            return []
        plain = [[self._plain(arrow, name) for name in names] for arrow in arrows]
        places = reasons.to_physical().cast(pl.UInt32)
        rows = pl.Series([_OPEN in one for one in plain], dtype=pl.Boolean)[places].arg_true()
        lines = [[None if one is _OPEN else one for one in line] for line in plain]
        if len(rows):
            asked = Combinations(replace(facts, frame=facts.frame[rows]), len(rows))
            numbered = asked.numbered(tuple(facts.decode))
            places = places.scatter(rows, numbered.numbers + len(lines))
            lines += [self._told(given, names) for given in asked.facts_at(tuple(facts.decode), numbered.rows)]
        columns = zip(names, zip(*lines, strict=True), strict=True)
        return [pl.Series(name, told, dtype=self.schema[name])[places].alias(name) for name, told in columns]

    def _plain(self, arrow: Arrow, name: str) -> object:
        """Give what is told wherever an arrow settles it, if that is the same for all facts."""
        outcome = self._graph.outcomes[arrow.target]
        match name:
            case "because":
                said = plain_words(self._graph, arrow.id)
                return said if said is None or isinstance(said, str) else _OPEN
            case "data":
                computed = any(isinstance(value, Typed) for value in outcome.data.values())
                return _OPEN if computed else held(data_of(outcome, {}))
            case _:
                return _OPEN if outcome.recheck is not None or rechecks(self._graph, outcome.notify) else None

    def _told(self, given: Mapping[str, Value], names: Sequence[str]) -> list[object]:
        decision = self._program.decide({**given, **self._fixed})
        return [held(getattr(decision, name)) for name in names]


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
