"""Measure what a row of a frame costs, beside a copy of its bytes and a loop over its rows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import duckdb
import polars as pl

from benchmarks.table import Table, duration, multiple
from notifyrules import Rules, load
from notifyrules.columns.chart import plan
from notifyrules.language.types import Basic, Enumeration, Type

CHARTS: Final = ("slack", "zulip", "mattermost_push")
_TEXTS: Final = ("a", "deploy now", "é")
_LOOPED: Final = 5_000


def measure(*, rows: int, rounds: int) -> Iterator[Table]:
    """Measure charts of bools, enumerations and ints, by processor time."""
    about = [f"{rows:,} rows; processor time for each row, the least of {rounds} rounds; planning for each node."]
    header = ("chart", "enumerations", "texts", "DuckDB", "copy", "row by row", "loop / enumerations", "planning")
    yield Table("What a row of a frame costs", about, header, [_chart(name, rows, rounds) for name in CHARTS])


def _chart(name: str, rows: int, rounds: int) -> Sequence[str]:
    rules = load(name)
    texts = _frame(rules, rows)
    kinds = {fact.name: fact.type.base for fact in rules.graph.facts.values()}
    cast = {name: pl.Enum(base.values) for name, base in kinds.items() if isinstance(base, Enumeration)}
    enums = texts.cast(cast)  # type: ignore[arg-type]
    relation = duckdb.from_arrow(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))
    looped = texts.head(_LOOPED).to_dicts()
    fast = _least_ns(lambda: rules.decide_frame(enums), rounds) / rows
    loop = _least_ns(lambda: [rules.decide(row).reason for row in looped], rounds) / len(looped)
    costs = (
        fast,
        _least_ns(lambda: rules.decide_frame(texts), rounds) / rows,
        _least_ns(lambda: rules.decide_frame(relation), 1) / rows,
        _least_ns(lambda: enums.select(pl.all().reverse()), rounds) / rows,
        loop,
    )
    planned = _least_ns(lambda: plan(rules.graph, {}), rounds) / len(rules.graph.nodes)
    return (f"`{name}`", *map(duration, costs), multiple(loop / fast), duration(planned))


def _frame(rules: Rules, rows: int) -> pl.DataFrame:
    """Draw facts, each for itself."""
    chance = random.Random(1)
    columns = {}
    for fact in rules.graph.facts.values():
        dtype, values = _pool(fact.type)
        drawn = pl.Series(chance.choices(range(len(values)), k=rows), dtype=pl.UInt32)
        columns[fact.name] = pl.Series(values, dtype=dtype).gather(drawn)
    return pl.DataFrame(columns)


def _pool(kind: Type) -> tuple[pl.DataType, Sequence[object]]:
    null = (None,) if kind.nullable else ()
    if kind.base is Basic.BOOL:
        return pl.Boolean(), (True, False, *null)
    if kind.base is Basic.INT:
        return pl.Int64(), (*range(10), *null)
    values = kind.base.values if isinstance(kind.base, Enumeration) else _TEXTS
    return pl.String(), (*values, *null)


def _least_ns(call: Callable[[], object], rounds: int) -> float:
    """Measure the processor time of a call, by the round that took least."""
    least = float("inf")
    for _ in range(rounds):
        begun = time.process_time_ns()
        call()
        least = min(least, time.process_time_ns() - begun)
    return least
