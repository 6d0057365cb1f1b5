"""Hold the forms in which engines have values to those of the language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from notifyrules import FactsError
from tests.charts import asks, chart, rules_of
from tests.frames import by_columns

AT = datetime(2026, 11, 23, 22, tzinfo=UTC)
KINDS = ["dm", "group", None, "dm"]


def notified(condition: str, frame: Any, *, facts: str = "") -> list[bool]:  # noqa: ANN401 - of any engine
    """Decide a frame by one condition."""
    quoted = condition.replace("'", "''")
    text = chart(f'q: {{if: \'{quoted}\', then: "yes", else: "no"}}', facts=facts) if facts else asks(condition)
    with by_columns():
        decided = rules_of(text).decide_frame(frame)
    if isinstance(decided, duckdb.DuckDBPyRelation):
        return [bool(one) for (one,) in decided.select("notify").fetchall()]
    return [
        bool(one) for one in (decided["notify"].to_pylist() if isinstance(decided, pa.Table) else decided["notify"])
    ]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_instants(unit: Any, zone: str) -> None:  # noqa: ANN401 - a unit of Polars
    """An instant is the same in any unit and in any zone."""
    column = pl.Series("now", [AT, AT + timedelta(hours=1)]).dt.convert_time_zone(zone).dt.cast_time_unit(unit)

    assert notified("now > at", column.to_frame().with_columns(at=pl.lit(AT))) == [False, True]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_durations(unit: Any) -> None:  # noqa: ANN401 - a unit of Polars
    """A duration is the same in any unit."""
    column = pl.Series("d", [timedelta(minutes=1), timedelta(hours=1)]).dt.cast_time_unit(unit)

    assert notified("d > 2m", column.to_frame(), facts="facts: {d: duration}\n") == [False, True]


@pytest.mark.parametrize("kind", ["duckdb", "pyarrow"])
def test_intervals(kind: str) -> None:
    """A duration may be an interval, in lists too; one of months has no length, and matters only where it is a fact."""
    facts = "facts:\n  d: duration | null\n  l: list of duration = []\n"
    interval = duckdb.sql("select unnest([interval 90 minute, interval 2 day, null, interval (-1) hour]) as d")
    listed = duckdb.sql("select interval 1 hour as d, [interval 1 hour, interval 2 minute] as l")
    months = duckdb.sql("select interval 1 month as d")

    def given(relation: Any) -> Any:  # noqa: ANN401 - of any engine
        return relation if kind == "duckdb" else relation.to_arrow_table()

    assert notified("d is not null and d > 1h", given(interval), facts=facts) == [True, True, False, False]
    assert notified("d in l and 2m in l", given(listed), facts=facts) == [True]
    with pytest.raises(FactsError, match="d: expected a duration within ten years"):
        notified("d is null", given(months), facts=facts)


def test_texts_of_moments() -> None:
    """Instants, dates, durations and zones may be text, each in its input form."""
    facts = "facts: {at: instant, day: date, d: duration, zone: timezone}\n"
    frame = pl.DataFrame(
        {
            "at": ["2026-11-23T23:30:00Z", "2026-11-23T23:30:00+01:00"],
            "day": ["2026-11-24", "2026-11-24"],
            "d": ["90m", "1h30m"],
            "zone": ["Europe/Berlin", "Europe/Berlin"],
        }
    )

    assert notified("local_date(at, zone) == day and d == 90m", frame, facts=facts) == [True, False]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt16, pl.Int32, pl.Int64, pl.UInt64])
def test_ints(dtype: Any) -> None:  # noqa: ANN401 - a type of Polars
    """An int is the same in any width."""
    assert notified("i + 1 > 100", pl.DataFrame({"i": pl.Series([99, 100], dtype=dtype)})) == [False, True]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"maybe_kind": pd.Categorical(KINDS)}),
        pa.table({"maybe_kind": pa.array(KINDS).dictionary_encode()}),
        duckdb.sql("select unnest(['dm', 'group', null, 'dm'])::enum('group', 'dm') as maybe_kind"),
        pl.DataFrame({"maybe_kind": pl.Series(KINDS, dtype=pl.Categorical)}),
        pl.DataFrame({"maybe_kind": pl.Series(KINDS, dtype=pl.Enum(["group", "other", "dm"]))}),
    ],
    ids=["pandas", "pyarrow", "duckdb", "category", "enumeration"],
)
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('maybe_kind == "dm"', [True, False, False, True]),
        ('(maybe_kind ?? "group") == "group"', [False, True, True, False]),
        ('maybe_kind is null or maybe_kind == "group"', [False, True, True, False]),
        ('maybe_kind == "dm" or maybe_kind is null', [True, False, True, True]),
    ],
)
def test_categories(frame: Any, condition: str, expected: list[bool]) -> None:  # noqa: ANN401 - of any engine
    """An enumeration may be what each engine has of the kind, nulls among it."""
    assert notified(condition, frame) == expected


def test_many_values() -> None:
    """An enumeration may have more values than a byte counts, in text and as it is."""
    values = [f"v{number}" for number in range(300)]
    facts = f"facts: {{k: {{type: {' | '.join(values)} | null}}}}\n"
    column = pl.Series("k", ["v0", "v255", "v256", "v299", None])
    for dtype in (pl.String, pl.Enum(values)):
        frame = column.cast(dtype).to_frame()

        assert notified('k == "v256" or k == "v299"', frame, facts=facts) == [False, False, True, True, False]
        assert notified("k is null", frame, facts=facts) == [False] * 4 + [True]


def test_only_nulls() -> None:
    """A column of nothing but nulls has no type, and is one of every type that has null."""
    columns = ("maybe_b", "maybe_t", "maybe_kind", "maybe_at")
    frame = pl.DataFrame({name: [None, None] for name in columns})

    assert notified(" and ".join(f"{name} is null" for name in columns), frame) == [True, True]


def test_only_nulls_alone() -> None:
    """So it is where each row is decided alone, and what it says."""
    rules = rules_of(asks('has_word(t, "word") and maybe_kind is null'))
    frame = pl.DataFrame({"t": ["word", "other"], "maybe_kind": [None, None]})

    assert rules.decide_frame(frame, because=True)["notify"].to_list() == [True, False]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows(rows: int) -> None:
    """A frame may have no row, or one."""
    frame = pl.DataFrame({"t": ["word"] * rows, "b": [True] * rows}, schema={"t": pl.String, "b": pl.Boolean})

    assert notified('b and has_word(t, "word")', frame) == [True] * rows


def test_twice() -> None:
    """A fact that stands in a struct and in a column of its name is given once too often."""
    facts = "facts: {m.b: bool, m.c: bool = false}\n"
    frame = pl.DataFrame({"m": [{"b": True}], "m.b": [True]})

    with pytest.raises(FactsError, match="given by two columns"):
        notified("m.b", frame, facts=facts)


def test_null_structs() -> None:
    """A struct that is null has nulls, which fit only where the type has null."""
    facts = "facts: {m.b: bool | null}\n"
    frame = pl.DataFrame({"m": [{"b": True}, None]})

    assert notified("m.b is null", frame, facts=facts) == [False, True]


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(2200, 1, 1)])
def test_ends_of_dates(day: date) -> None:
    """The first and the last date are dates; the ones beyond are not."""
    facts = "facts: {day: date}\n"
    beyond = day + timedelta(days=1 if day.year > 2000 else -1)

    assert notified("day == day", pl.DataFrame({"day": [day]}), facts=facts) == [True]
    with pytest.raises(FactsError, match="day: expected"):
        notified("day == day", pl.DataFrame({"day": [beyond]}), facts=facts)
