"""Write the same rows in each format that rows are read in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from notifyrules import ReceiptWriter, Rules
from notifyrules.language.values import to_plain
from notifyrules.receipts.asking import pack
from tests.frames import frame_of

FORMATS = ("parquet", "csv", "jsonl", "receipts", "packed")


def written(rules: Rules, rows: Sequence[Mapping[str, object]], form: str, folder: Path) -> Path:
    """Write rows of whole, plain facts into a folder, in one form."""
    folder.mkdir(exist_ok=True)
    file = folder / f"rows.{form}"
    match form:
        case "parquet":
            frame_of(rules, [dict(rules.facts(row)) for row in rows]).write_parquet(file, row_group_size=100)
        case "csv":
            lines = [
                ",".join(rules.graph.facts),
                *(",".join(_cell(row[one]) for one in rules.graph.facts) for row in rows),
            ]
            file.write_text("".join(f"{line}\r\n" for line in lines), "utf-8", newline="")
        case "jsonl":
            file.write_text("".join(f"{json.dumps({'facts': row})}\n" for row in rows), "utf-8")
        case _:
            with ReceiptWriter(folder) as writer_:
                for row in rows:
                    writer_.write(rules.decide(row))
            for one in list(folder.glob("*.jsonl")) if form == "packed" else ():
                pack(one)
            return folder
    return file


def _cell(value: object) -> str:
    """Write a cell: nothing for null, and texts in quotes."""
    if value is None or isinstance(value, (bool, int)):
        return "" if value is None else json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return '"' + text.replace('"', '""') + '"'


def plain(rules: Rules, rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Give rows with every fact, as JSON holds them."""
    return [{name: to_plain(value) for name, value in rules.facts(row).items()} for row in rows]


def reasons(file: Path) -> list[str]:
    """Give the reasons of decided rows, in any of the formats that they are written in."""
    match file.suffix:
        case ".parquet":
            return pl.read_parquet(file)["reason"].to_list()
        case ".csv":
            return pl.read_csv(file)["reason"].to_list()
        case _:
            return [json.loads(line)["reason"] for line in file.read_text("utf-8").splitlines()]
