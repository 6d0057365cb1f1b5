"""Measure files of rows: how fast they are decided and backtested, and in how much memory, each in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.columns import frame_of
from benchmarks.table import Table, duration
from notifyrules import load

_CHART: Final = "slack"
_EDIT: Final = ("if: message.overrides_dnd\n", "if: message.overrides_dnd or message.is_dm\n")
_BLOCK: Final = 1_000_000
"""Rows that are drawn; a longer file holds them again and again."""
_SLOW: Final = 20
"""By so much files of rows are shorter than files of columns."""
_REST_S: Final = 0.002
_STATUS: Final = Path("/proc/self/status")
BILLION_H: Final = 1e9 / 3.6e12
"""Hours that a nanosecond a row makes of a billion rows."""


def measure(*, rows: int) -> Iterator[Table]:
    """Measure by processor time, with the memory that is taken beyond what the imports and the rules take."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _write(folder, rows)
        made = [
            _row("deciding", "decide", files["parquet"], rows),
            _row("deciding into Parquet", "save", files["parquet"], rows),
            _row("a backtest, 3 % of it changed", "backtest", files["parquet"], rows),
            _row("deciding, from CSV", "decide", files["csv"], rows // _SLOW),
            _row("deciding, from JSON Lines", "decide", files["jsonl"], rows // _SLOW),
            _row("a backtest, from JSON Lines", "backtest", files["jsonl"], rows // _SLOW),
        ]
    about = [
        f"{rows:,} rows of `{_CHART}` from one file of Parquet; {rows // _SLOW:,} from files of rows.",
        "Processor time for each row, reading included; memory beyond the imports; hours of one core for 10^9 rows.",
    ]
    yield Table("What a row of a file costs", about, ("what is done", "a row", "memory", "a billion rows"), made)


def _write(folder: Path, rows: int) -> dict[str, Path]:
    rules = load(_CHART)
    text = rules.graph.files[rules.graph.path].text
    (folder / "new.yaml").write_text(text.replace(*_EDIT), "utf-8")
    block = frame_of(rules, min(rows, _BLOCK), min(rows, _BLOCK))
    files = {ending: folder / f"rows.{ending}" for ending in ("parquet", "csv", "jsonl")}
    pl.concat([block] * (rows // block.height)).write_parquet(files["parquet"])
    block.head(rows // _SLOW).write_csv(files["csv"])
    block.head(rows // _SLOW).write_ndjson(files["jsonl"])
    return files


def _row(title: str, what: str, file: Path, rows: int) -> Sequence[str]:
    command = [sys.executable, "-m", "benchmarks.traffic", what, str(file)]
    # As the command line has it; Polars, which is imported here, has changed what this process says.
    alike = {**os.environ, "_RJEM_MALLOC_CONF": "narenas:1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alike)  # noqa: S603 - this module
    found = json.loads(done.stdout)
    each = found["cpu_ns"] / rows
    return title, duration(each), f"{found['bytes'] / 1024**2:.0f} MiB", f"{each * BILLION_H:.1f} h"


def _alone(what: str, file: Path) -> dict[str, float]:
    """Do one thing in this process, and say what it took."""
    from notifyrules.answers.backtest import backtest  # noqa: PLC0415 - what is measured is imported before
    from notifyrules.answers.rows import decide_rows  # noqa: PLC0415

    rules, new = load(_CHART), load(file.with_name("new.yaml"))
    acts: dict[str, Callable[[], object]] = {
        "decide": lambda: decide_rows(rules, [file]),
        "save": lambda: decide_rows(rules, [file], target=file.with_name("decided.parquet")),
        "backtest": lambda: backtest(new, file, against=rules),
    }
    before, most, done = _memory(), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(_REST_S):
            most = max(most, _memory())

    thread = threading.Thread(target=watch)
    thread.start()
    begun = time.process_time_ns()
    acts[what]()
    taken = time.process_time_ns() - begun
    done.set()
    thread.join()
    return {"cpu_ns": taken, "bytes": max(most - before, 0)}


def _memory() -> int:
    """Give the bytes that this process holds itself; 0 where the system does not say so."""
    if not _STATUS.exists():
        return 0
    held = (line.split() for line in _STATUS.read_text().splitlines() if line.startswith("RssAnon"))
    return sum(int(words[1]) * 1024 for words in held)


if __name__ == "__main__":
    print(json.dumps(_alone(sys.argv[1], Path(sys.argv[2]))))
