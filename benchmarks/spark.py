"""Measure what a row costs on Spark, beside the same rows that are only read, or only handed to Python and back."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.columns import frame_of
from benchmarks.table import Table, duration
from benchmarks.traffic import BILLION_H
from notifyrules import load

_CHART: Final = "slack"
_PARTITIONS: Final = 8
_BLOCK: Final = 250_000
"""Rows that are drawn; the other partitions hold them again."""
_CORES: Final = 2
_TICK_NS: Final = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def measure(*, rounds: int) -> Iterator[Table]:
    """Measure by the processor time of Spark and of its Python workers together, in a local session."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only this part needs it

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local[{_CORES}]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    rules = load(_CHART)
    with tempfile.TemporaryDirectory() as folder:
        block = frame_of(rules, _BLOCK, _BLOCK)
        for place in range(_PARTITIONS):
            block.write_parquet(Path(folder) / f"{place}.parquet")
        names = [f"_{place}" for place in range(len(block.columns))]
        frame = session.read.parquet(folder)
        bare = frame.toDF(*names)
        decided = rules.decide_frame(frame)
        both = rules.decide_frame(
            decided.withColumnsRenamed({"notify": "notified", "outcome": "was", "reason": "by"}), extras="ignore"
        )
        acts: dict[str, Callable[[], object]] = {
            "reading Parquet": lambda: _run(frame),
            "handing the rows to Python and back": lambda: _run(bare.mapInArrow(_same, bare.schema)),
            "deciding": lambda: _run(decided),
            "deciding twice, for a backtest": lambda: _run(both),
        }
        taken = {title: min(_taken_ns(act) for _ in range(rounds)) for title, act in acts.items()}
    session.stop()
    rows = _PARTITIONS * _BLOCK
    made = [(title, duration(ns / rows), f"{ns / rows * BILLION_H:.1f} h") for title, ns in taken.items()]
    about = [
        f"{rows:,} rows of `{_CHART}` in {_PARTITIONS} partitions of Parquet; the least of {rounds} rounds.",
        "Processor time for each row of Spark and its Python workers together, reading included; hours of one core.",
    ]
    yield Table("What a row of Spark costs", about, ("what is done", "a row", "a billion rows"), made)


def _same(batches: Iterator[Any]) -> Iterator[Any]:
    yield from batches


def _run(frame: Any) -> None:
    """Compute every row, and keep none."""
    frame.write.format("noop").mode("overwrite").save()


def _taken_ns(act: Callable[[], object]) -> int:
    begun = _spent_ns()
    act()
    return _spent_ns() - begun


def _spent_ns() -> int:
    """Give the processor time of all processes that this one has begun, and of those they have."""
    parents, ticks = {}, {}
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                words = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(place.name)] = int(words[1])
            ticks[int(place.name)] = sum(map(int, words[11:15]))
    found = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return sum(ticks[one] for one in found) * _TICK_NS
