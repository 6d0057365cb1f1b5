"""Measure what a row of a frame costs, beside expressions by hand, a copy of its bytes and a loop over its rows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Final

import duckdb
import polars as pl

from benchmarks import slack_columns
from benchmarks.fanout import MESSAGE
from benchmarks.table import Table, duration, multiple
from notifyrules import Rules, load
from notifyrules.columns.chart import plan
from notifyrules.columns.row_words import dtype_of
from notifyrules.language.types import Basic, Enumeration, ListOf, Type

PLAIN: Final = ("slack", "zulip", "mattermost_push")
"""Charts of bools, enumerations and ints."""
DEAR: Final = ("team_chat", "matrix", "campfire")
"""Charts of words, lists and clocks."""
_WORDS: Final = (
    "the",
    "deploy",
    "of",
    "api",
    "went",
    "fine",
    "ada",
    "please",
    "look",
    "incident",
    "thanks",
    "all",
    "é",
)
_WINDOW: Final = {"from": "22:00", "until": "07:00"}
_SCHEDULES: Final[Sequence[object]] = ((), ({"days": ("mon", "tue"), **_WINDOW},), ({"days": None, **_WINDOW},))
_LOOPED: Final = 3_000


def measure(*, rows: int, rounds: int) -> Iterator[Table]:
    """Measure by processor time."""
    about = [f"{rows:,} rows; processor time for each row, the least of {rounds} rounds; planning for each node."]
    costs = ("enumerations", "texts", "DuckDB", "copy of the bytes", "row by row", "loop / enumerations")
    header = ("chart", *costs, "enumerations / copy", "planning")
    yield Table("What a row of a frame costs", about, header, [_plain(name, rows, rounds) for name in PLAIN])
    yield _by_hand(rows, rounds)
    about = [f"{rows // 5:,} rows; what texts, lists and clocks a row has is one of so many combinations."]
    dear_header = ("chart", "combinations", "frame", "row by row", "loop / frame")
    dear = [_dear(name, rows // 5, share) for name in DEAR for share in (10, 2, 1)]
    yield Table("What a row of a frame with words and clocks costs", about, dear_header, dear)
    yield _members(200_000, rounds * 5)


def _plain(name: str, rows: int, rounds: int) -> Sequence[str]:
    rules = load(name)
    texts = frame_of(rules, rows, rows)
    enums = _enumerations(rules, texts)
    relation = duckdb.from_arrow(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))
    rules.decide_frame(relation)
    fast = _least_ns(lambda: rules.decide_frame(enums), rounds) / rows
    buffers = [buffer for column in enums for buffer in column.to_arrow().buffers() if buffer is not None]
    copied = _least_ns(lambda: [bytes(buffer) for buffer in buffers], rounds) / rows
    loop = _looped(rules, texts)
    costs = (
        fast,
        _least_ns(lambda: rules.decide_frame(texts), rounds) / rows,
        _least_ns(lambda: rules.decide_frame(relation), 1) / rows,
        copied,
        loop,
    )
    planned = _least_ns(lambda: plan(rules.graph, {}), rounds) / len(rules.graph.nodes)
    return (f"`{name}`", *map(_short, costs), multiple(loop / fast), multiple(fast / copied), duration(planned))


def _by_hand(rows: int, rounds: int) -> Table:
    """Measure Slack's chart beside expressions that are written for Polars by hand."""
    rules = load("slack")
    frame = _enumerations(rules, frame_of(rules, rows, rows))
    written = {
        "notify, by hand": [(slack_columns.outcome() == "yes").alias("notify")],
        "the outcome, by hand": [slack_columns.outcome()],
        "the reason, by hand": [slack_columns.reason()],
        "notify, outcome and reason, by hand": [
            slack_columns.outcome(),
            slack_columns.reason(),
            (slack_columns.outcome() == "yes").alias("notify"),
        ],
    }
    decided = rules.decide_frame(frame)
    fast = _least_ns(lambda: rules.decide_frame(frame), rounds) / rows
    untold = frame.select(pl.exclude(pl.String))
    less = _least_ns(lambda: rules.decide_frame(untold), rounds) / rows
    lines = [("`decide_frame`", _short(fast), multiple(1.0))]
    lines += [("`decide_frame`, without the text that it only tells", _short(less), multiple(fast / less))]
    for title, columns in written.items():
        query = frame.lazy().select(columns)
        for name, column in query.collect().to_dict().items():
            assert decided[name].cast(pl.String).to_list() == column.cast(pl.String).to_list()
        cost = _least_ns(query.collect, rounds) / rows
        lines.append((title, _short(cost), multiple(fast / cost)))
    about = [f"{rows:,} rows with enumerations; `decide_frame` gives notify, outcome and reason, and validates."]
    return Table("A frame of Slack's chart, beside Polars by hand", about, ("", "a row", "`decide_frame` / it"), lines)


def _dear(name: str, rows: int, share: int) -> Sequence[str]:
    rules = load(name)
    frame = frame_of(rules, rows, rows // share)
    fast = _least_ns(lambda: rules.decide_frame(frame), 2) / rows
    loop = _looped(rules, frame)
    return (f"`{name}`", f"1 in {share} rows", duration(fast), duration(loop), multiple(loop / fast))


def _members(members: int, rounds: int) -> Table:
    """Measure whom of many members one message notifies."""
    rules = load("slack")
    frame = _enumerations(rules, frame_of(rules, members, members)).drop(MESSAGE)
    frame = frame.with_columns(member=pl.int_range(members, dtype=pl.UInt32))

    def notified() -> pl.Series:
        decided = rules.specialize(MESSAGE).decide_frame(frame, extras="ignore")
        return decided["member"].filter(decided["notify"])

    assert len(notified())
    cost = _least_ns(notified, rounds)
    about = [f"One message of `slack` to {members:,} members with {frame.width - 1} columns; specializing included."]
    return Table(
        "Whom a message notifies", about, ("", "all members"), [("`specialize` and `decide_frame`", duration(cost))]
    )


def _looped(rules: Rules, frame: pl.DataFrame) -> float:
    """Measure a loop over rows; what it finds is what the frame finds."""
    head = frame.head(_LOOPED)

    def loop() -> list[str]:
        return [rules.decide(_without_null(row)).reason for row in head.iter_rows(named=True)]

    assert loop() == rules.decide_frame(head)["reason"].to_list()
    return _least_ns(loop, 2) / len(head)


def _without_null(row: dict[str, object]) -> dict[str, object]:
    """Leave the days out of windows of every day: a column of structs cannot."""
    return {
        name: [{key: one for key, one in window.items() if one is not None} for window in value]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for name, value in row.items()
    }


def _enumerations(rules: Rules, texts: pl.DataFrame) -> pl.DataFrame:
    kinds = {fact.name: fact.type.base for fact in rules.graph.facts.values()}
    return texts.cast({name: pl.Enum(base.values) for name, base in kinds.items() if isinstance(base, Enumeration)})


def frame_of(rules: Rules, rows: int, combinations: int) -> pl.DataFrame:
    """Draw facts, each for itself; of what is no bool, enumeration or int only so many combinations."""
    chance = random.Random(1)
    which = pl.Series([chance.randrange(combinations) for _ in range(rows)], dtype=pl.UInt32)
    columns = {}
    for fact in rules.graph.facts.values():
        values = _pool(fact.type, chance, combinations)
        pool = pl.Series([*values, *([None] if fact.type.nullable else [])], dtype=dtype_of(fact.type))
        dear = fact.type.base not in (Basic.BOOL, Basic.INT) and not isinstance(fact.type.base, Enumeration)
        drawn = pl.Series(chance.choices(range(len(pool)), k=combinations if dear else rows), dtype=pl.UInt32)
        columns[fact.name] = pool.gather(drawn.gather(which) if dear else drawn)
    return pl.DataFrame(columns)


def _pool(kind: Type, chance: random.Random, size: int) -> Sequence[object]:
    """Give values of a type to draw from."""
    match kind.base:
        case Basic.BOOL:
            return True, False
        case Basic.INT:
            return range(10)
        case Enumeration(values=values):
            return values
        case ListOf(Enumeration(values=values)):
            return [[], *([one] for one in values)]
        case ListOf():
            return [chance.sample(_WORDS, chance.randrange(4)) for _ in range(50)]
        case Basic.TIMEZONE:
            return "Europe/Berlin", "America/New_York", "Asia/Kolkata"
        case Basic.SCHEDULE:
            return _SCHEDULES
        case Basic.INSTANT:
            return [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(10**7)) for _ in range(size)]
        case Basic.TIME:
            return [clock(hour) for hour in range(24)]
        case Basic.DURATION:
            return [timedelta(minutes=minutes) for minutes in range(60)]
        case Basic.DATE:
            return [date(2026, 1, 1) + timedelta(days=days) for days in range(30)]
        case _:
            return [" ".join(chance.choices(_WORDS, k=8)) for _ in range(max(size, 1))]


def _short(ns: float) -> str:
    return f"{ns:.1f} ns" if ns < 100 else duration(ns)


def _least_ns(call: Callable[[], object], rounds: int) -> float:
    """Measure the processor time of a call, by the round that took least."""
    least = float("inf")
    for _ in range(rounds):
        begun = time.process_time_ns()
        call()
        least = min(least, time.process_time_ns() - begun)
    return least
