"""Write decided rows as they come, in the formats that they are read in, and leave no half of a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from notifyrules.diagnostics.phrases import named, why
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.language.values import to_plain
from notifyrules.rows.deciding import BatchDecider, DecidedBatch
from notifyrules.rows.traffic import CELLS, COLUMNS, ENDINGS

_INSTANT: Final = "%Y-%m-%dT%H:%M:%S%.6f%:z"
_GROUP: Final = 32_768
"""Rows that Parquet keeps together: as many as are read at once."""


def save(file: Path, decider: BatchDecider, decided: Iterator[DecidedBatch]) -> None:
    """Write all that is decided into one file; UsageError where it cannot be."""
    if file.suffix not in ENDINGS:
        raise UsageError(f"`{visible(str(file))}` does not tell its format", f"end it in {named(ENDINGS)}")
    write = {COLUMNS: _save_columns, CELLS: _save_cells}.get(file.suffix, _save_lines)
    draft = file.with_name(f"{file.name}.tmp")
    try:
        write(draft, decider, decided)
        draft.replace(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = why(error) if isinstance(error, OSError) else str(error).splitlines()[0]
        raise UsageError(f"`{visible(str(file))}` cannot be written: {visible(reason)}") from None
    finally:
        draft.unlink(missing_ok=True)


def _save_columns(file: Path, decider: BatchDecider, decided: Iterator[DecidedBatch]) -> None:
    tables = _alike(decider, decided)
    first = next(tables, pl.DataFrame(schema=dict(decider.schema)))
    failed: list[Exception] = []

    def give(*_: object) -> Iterator[pl.DataFrame]:
        try:
            yield from chain([first], tables)
        except Exception as error:  # noqa: BLE001 - the engine would make words of its own of it
            failed.append(error)

    register_io_source(give, schema=first.schema).sink_parquet(file, row_group_size=_GROUP)
    if failed:
        raise failed[0]


def _save_cells(file: Path, decider: BatchDecider, decided: Iterator[DecidedBatch]) -> None:
    with file.open("wb") as opened:
        for number, table in enumerate(_alike(decider, decided)):
            if nested := [name for name, kind in table.schema.items() if kind.is_nested()]:
                raise UsageError(f"CSV holds no lists, as {named(nested)} are", "write Parquet or JSON Lines")
            durations = pl.selectors.duration().dt.to_string("iso")
            table.with_columns(durations).write_csv(opened, include_header=not number, datetime_format=_INSTANT)


def _alike(decider: BatchDecider, decided: Iterator[DecidedBatch]) -> Iterator[pl.DataFrame]:
    """Give tables that all have the same columns."""
    schema = None
    for one in decided:
        table = decider.table(one)
        if schema is not None and table.schema != schema:
            message = f"`{visible(str(one.batch.file))}` has other columns than the files before"
            raise UsageError(message, "decide for it alone, or write JSON Lines")
        schema = table.schema
        yield table


def _save_lines(file: Path, decider: BatchDecider, decided: Iterator[DecidedBatch]) -> None:
    with file.open("wb") as opened:
        for one in decided:
            if one.batch.frame is not None:
                decider.table(one).write_ndjson(opened)
                continue
            for row, made in zip(one.batch.rows, one.made.iter_rows(named=True), strict=True):
                if made["reason"] is not None:
                    medium = {name: row.facts[name] for name in decider.added}
                    line = json.dumps({**row.whole, **medium, **made}, ensure_ascii=False, default=to_plain)
                    opened.write(f"{line}\n".encode("utf-8", "surrogatepass"))
