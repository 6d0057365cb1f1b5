"""
Read rows of facts from files, batch by batch: Parquet, CSV, JSON Lines, and receipts in both of their forms.

Parquet stays columns. The others are rows, because only rows can leave a fact out or hold anything at all.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import narwhals as nw
import polars as pl

from notifyrules.columns.reading import without_null
from notifyrules.columns.row_words import held
from notifyrules.columns.writing import is_opaque
from notifyrules.compiled.facts_reader import dotted
from notifyrules.compiled.partial import UNKNOWN
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest, why
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.withholding import private_facts
from notifyrules.graph.model import Fact, Graph, Media
from notifyrules.language.mismatch import describe
from notifyrules.language.moments import write_instant
from notifyrules.language.types import Basic, Type
from notifyrules.source.json_errors import STRICT, UnfitJsonError, find_json_error, read_integer

COLUMNS: Final = ".parquet"
_MARK: Final = b"PAR1"
_UNFIT: Final = "parquet: File out of specification: "
"""What Polars says first of a file that is not in order."""
CELLS: Final = ".csv"
LINES: Final = (".jsonl", ".ndjson")
ENDINGS: Final = (COLUMNS, CELLS, *LINES)
_FRAME: Final = 32_768
"""Rows of a frame that are read at once, so few that they take little memory."""
_ROWS: Final = 8_192
_LONGEST: Final = 16 * 1024 * 1024
"""Bytes of a line."""
_RECEIPT: Final = {"rules", "reason", "facts"}
_NOT_KEPT: Final = ("unknown", "unasked")
_CELL: Final = re.compile(r'(?:^|,)("(?:[^"]|"")*"[^,]*|[^,]*)')
_OTHER_MARK: Final = re.compile(r"[;\t|]")
"""What parts cells elsewhere."""
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_PACKED: Final = ("facts", "private", "way", *_NOT_KEPT)
"""The parts of a packed receipt that are JSON."""

PlainRow: TypeAlias = Mapping[str, Any]
"""What a row holds, as it stands."""


@dataclass(frozen=True, slots=True)
class TrafficRow:
    """One row that is no part of a frame."""

    number: int
    """Which row of its file it is, 1-based: the line, where there are lines."""
    whole: PlainRow
    facts: PlainRow
    as_text: bool = False
    """Whether values are written as text, which the declarations of facts say how to read."""

    @property
    def is_receipt(self) -> bool:
        """Whether it is the receipt of a decision."""
        return self.whole.keys() >= _RECEIPT


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that nothing can be decided for."""

    file: str
    number: int
    problem: str
    given: object
    """What stands there."""

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {"file": self.file, "row": self.number, "problem": self.problem, "given": self.given}


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one file."""

    file: Path
    size: int
    """The bytes of the file that they take, about."""
    frame: pl.DataFrame | None = None
    first: int = 1
    """The number of the first row of the frame."""
    whole: pl.LazyFrame | None = None
    """The same rows with all their columns, where the frame has only those that were asked for."""
    rows: Sequence[TrafficRow] = ()
    broken: Sequence[Broken] = ()
    """What is no row at all."""
    media: Sequence[str] = field(default=("",))
    """What each row stands here for, one medium after the other."""

    def __len__(self) -> int:
        return len(self.rows) if self.frame is None else self.frame.height

    @property
    def names(self) -> Iterable[str]:
        """The names of what it holds."""
        if self.frame is not None:
            return self.frame.columns
        return dict.fromkeys(name for row in self.rows for name in dotted(row.facts))

    def number(self, place: int) -> int:
        """Tell which row of the file stands at a place."""
        if self.frame is None:
            return self.rows[place].number
        return self.first + place % (self.frame.height // len(self.media))

    def given(self, places: Iterable[int]) -> Iterator[PlainRow]:
        """Give all that stands at some places."""
        whole = None if self.whole is None else self.whole.collect()
        for place in places:
            if self.frame is None:
                yield self.rows[place].whole
            else:
                rest = {} if whole is None else whole.row(place % whole.height, named=True)
                yield {**rest, **self.frame.row(place, named=True)}

    def facts(self, place: int, graph: Graph) -> Mapping[str, object]:
        """Give the facts that stand at a place, as deciding takes them."""
        if self.frame is None:
            return read_row(self.rows[place], graph)
        return {name: without_null(one) for name, one in self.frame.row(place, named=True).items()}

    def at(self, places: Sequence[int]) -> Batch:
        """Keep what stands at some places; their numbers are lost."""
        if self.frame is None:
            return replace(self, rows=[self.rows[place] for place in places], broken=())
        return replace(self, frame=self.frame[places], whole=None, media=("",))

    def column(self, name: str) -> pl.Series:
        """Give what stands under a name in each row, as text; null where nothing does."""
        if self.frame is None:
            found = [row.whole.get(name, dotted(row.facts).get(name)) for row in self.rows]
            texts = [one if one is None or isinstance(one, str) else json.dumps(one, default=str) for one in found]
            return pl.Series(texts, dtype=pl.String)
        first, *parts = [name] if name in self.frame.columns else name.split(".")
        if first not in self.frame.columns:
            held = self.names if self.whole is None else self.whole.collect_schema().names()
            message = f"`{visible(str(self.file))}` has no column `{visible(name)}`"
            raise UsageError(message, did_you_mean(name, held, "name one that it has"))
        column = pl.col(first)
        for part in parts:
            column = column.struct.field(part)
        return self.frame.select(column.cast(pl.String)).to_series()


def files_of(places: Iterable[str | Path]) -> list[Path]:
    """List the files of rows that are named, and those below the folders that are."""
    found: dict[Path, None] = {}
    for place in map(Path, places):
        if not place.exists():
            raise UsageError(f"`{visible(str(place))}` does not exist", "name a file of rows, or a folder of them")
        inside = [place]
        if place.is_dir():
            inside = [one for one in sorted(place.rglob("*")) if one.suffix in ENDINGS and not _is_hidden(one, place)]
        elif place.suffix not in ENDINGS:
            raise UsageError(f"`{visible(str(place))}` does not tell its format", f"end it in {named(ENDINGS)}")
        found |= dict.fromkeys(inside)
    if not found:
        raise UsageError("there are no files of rows", f"their names end in {named(ENDINGS)}")
    return list(found)


def _is_hidden(file: Path, folder: Path) -> bool:
    """Tell whether a file is no data, by the custom of Hadoop."""
    return file.is_dir() or any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)


def names_of(graphs: Sequence[Graph]) -> Collection[str]:
    """Name the facts of charts, in their order, and the groups of them."""
    groups = {name for graph in graphs for name in graph.groups}
    return dict.fromkeys([*(name for graph in graphs for name in graph.facts), *sorted(groups)])


def batches(files: Iterable[Path], names: Collection[str] | None = None) -> Iterator[Batch]:
    """Read files, batch by batch; of columns only those with some *names*, where these are given."""
    for file in files:
        try:
            if file.suffix == COLUMNS:
                yield from _columns(file, names)
            else:
                yield from _cells(file) if file.suffix == CELLS else _lines(file)
        except (OSError, pl.exceptions.PolarsError, csv.Error) as error:
            reason = why(error) if isinstance(error, OSError) else str(error).splitlines()[0].removeprefix(_UNFIT)
            raise UsageError(f"`{visible(str(file))}` cannot be read: {visible(reason)}") from None


def batches_of(frame: object) -> Iterator[Batch]:
    """Read a frame of Polars, pandas, PyArrow or DuckDB, batch by batch."""
    try:
        given: Any = nw.from_native(frame)
    except TypeError:
        message = f"expected files of rows or a frame, found {describe(frame)}"
        raise UsageError(message, "frames are those of Polars, pandas, PyArrow and DuckDB") from None
    if isinstance(given, nw.LazyFrame):
        given = given.collect("polars")
    whole = given.to_polars()
    for at in range(0, whole.height, _FRAME):
        yield Batch(Path("frame"), 0, whole.slice(at, _FRAME), at + 1)


def _columns(file: Path, names: Collection[str] | None) -> Iterator[Batch]:
    _check_whole(file)
    # What folders say of their files, `day=2026-11-29`, is a column as well.
    query = pl.scan_parquet(file, hive_partitioning="=" in str(file.parent), glob=False)
    schema, rows, size = query.collect_schema(), query.select(pl.len()).collect().item(), file.stat().st_size
    packed = schema.keys() >= _RECEIPT and schema["facts"] in (pl.String, pl.Binary)
    chosen = [name for name in schema if names is None or packed or name.partition("@")[0] in names] or [*schema]
    for at in range(0, rows, _FRAME):
        whole = query.slice(at, _FRAME)
        frame = whole.select(chosen).collect()
        read = size * frame.height // rows
        if packed:
            yield _batch(file, read, enumerate(frame.iter_rows(named=True), at + 1), _unpacked)
        else:
            yield Batch(file, read, frame, at + 1, None if len(chosen) == len(schema) else whole)


def _check_whole(file: Path) -> None:
    """Refuse what is no Parquet, or not all of a file: the same mark stands at both ends."""
    with file.open("rb") as opened:
        begins = opened.read(len(_MARK))
        opened.seek(max(file.stat().st_size, 2 * len(_MARK)) - len(_MARK))
        ends = opened.read()
    if begins != _MARK:
        raise UsageError(
            f"`{visible(str(file))}` is no Parquet, whatever its name says", "end its name as its format is"
        )
    if ends != _MARK:
        raise UsageError(
            f"`{visible(str(file))}` is cut off: it begins as Parquet, and does not end so", "copy it again"
        )


def _unpacked(row: PlainRow) -> PlainRow:
    """Read a packed receipt, whose parts are JSON."""
    whole = {key: _parsed(one) if key in _PACKED else one for key, one in row.items() if one is not None}
    if isinstance(at := whole.get("at"), datetime):
        whole["at"] = write_instant(at.replace(tzinfo=UTC))
    return whole


def _lines(file: Path) -> Iterator[Batch]:
    with file.open("rb") as opened:
        lines = enumerate(iter(lambda: opened.readline(_LONGEST + 1), b""), 1)
        while some := [(number, line) for number, line in islice(lines, _ROWS) if line.strip()]:
            if any(len(line) > _LONGEST for _, line in some):
                raise UsageError(f"`{visible(str(file))}` has a line larger than {_LONGEST // 1024**2} MiB")
            yield _batch(file, sum(len(line) for _, line in some), some, _parsed)


def _cells(file: Path) -> Iterator[Batch]:
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
        read: list[str] = []
        reader = csv.reader(_noted(opened, read))
        header = next(reader, [])
        if len(set(header)) < len(header) or not header:
            raise UsageError(f"`{visible(str(file))}` does not name its columns in its first row, each once")
        try:
            "".join(header).encode()
        except UnicodeError:
            raise UsageError(f"`{visible(str(file))}` is not UTF-8 text", "save it as UTF-8") from None
        named_cells = partial(_named_cells, header)

        def numbered() -> Iterator[tuple[int, tuple[list[str], str]]]:
            for cells in reader:
                written = "".join(read)
                read.clear()
                if cells:
                    yield reader.line_num, (cells, written)

        read.clear()
        rows = numbered()
        while some := list(islice(rows, _ROWS)):
            yield _batch(file, sum(len(written) for _, (_, written) in some), some, named_cells, as_text=True)


def _noted(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    """Keep the lines that are read."""
    for line in lines:
        read.append(line)
        yield line


def _named_cells(header: Sequence[str], given: tuple[list[str], str]) -> PlainRow:
    """Name the cells of a row; an empty one is nothing, unless it is written as an empty text: `""`."""
    cells, written = given
    if len(cells) != len(header):
        raise ValueError(f"expected {len(header)} cells, found {len(cells)}")
    if not written.isascii():
        written.encode()
    texts: Sequence[str | None] = cells
    if "" in cells:
        raw = [found[1] for found in _CELL.finditer(written.rstrip("\r\n"))] if '""' in written else cells
        texts = [cell if cell or one else None for cell, one in zip(cells, raw, strict=True)]
    return dict(zip(header, texts, strict=True))


def _batch(
    file: Path,
    size: int,
    numbered: Iterable[tuple[int, Any]],
    read: Callable[[Any], PlainRow],
    *,
    as_text: bool = False,
) -> Batch:
    """Read rows, and set aside what is none."""
    rows: list[TrafficRow] = []
    broken: list[Broken] = []
    for number, given in numbered:
        try:
            whole = read(given)
            if not isinstance(whole, Mapping):
                raise ValueError("a row is an object of facts, or has them under `facts`")  # noqa: TRY004, TRY301
        except UnicodeError:
            problem = "it is not UTF-8 text"
        except ValueError as error:
            problem = str(error)
        else:
            held = whole.get("facts")
            facts = held if isinstance(held, Mapping) else whole
            if as_text:
                facts = {name: cell for name, cell in facts.items() if cell is not None}
            rows.append(TrafficRow(number, whole, facts, as_text))
            continue
        shown = (
            given.decode("utf-8", "replace").rstrip() if isinstance(given, bytes) else given[0] if as_text else given
        )
        broken.append(Broken(str(file), number, problem, shown))
    return Batch(file, size, rows=rows, broken=broken)


def _parsed(text: str | bytes) -> Any:  # noqa: ANN401 - whatever stands there
    """Read JSON strictly; ValueError says what is wrong."""
    try:
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        return STRICT.decode(text)
    except json.JSONDecodeError:
        raise ValueError(f"this is not JSON: {find_json_error(str(text))[1]}") from None
    except UnfitJsonError as error:
        unfit = "stands twice" if error.twice else "is not JSON"
        raise ValueError(f"`{error.word}` {unfit}") from None
    except RecursionError:
        raise ValueError("the JSON nests too deeply") from None


# ---- What rows are for a chart ----


def read_row(row: TrafficRow, graph: Graph) -> Mapping[str, object]:
    """Give the facts of a row as deciding takes them; what a receipt does not keep is not known."""
    if row.as_text:
        facts = graph.facts
        return {name: _read_cell(facts[name].type, cell) if name in facts else cell for name, cell in row.facts.items()}
    if not row.is_receipt:
        return row.facts
    hidden = (private_facts(graph), row.whole.get("private", ()), *(row.whole.get(one, ()) for one in _NOT_KEPT))
    return {**row.facts, **{name: UNKNOWN for some in hidden for name in some}}


def _read_cell(kind: Type, cell: str) -> object:
    """Read a cell as the declared type says; what does not fit stays text, for the message."""
    if kind.base is Basic.BOOL:
        return {"true": True, "false": False}.get(cell, cell)
    if kind.base is Basic.INT:
        return read_integer(cell) if _INTEGER.fullmatch(cell) else cell
    if is_opaque(kind) and kind.base is not Basic.TIMEZONE:
        try:
            return _parsed(cell)
        except ValueError:
            return cell
    return cell


def for_media(batch: Batch, media: Media, facts: Mapping[str, Fact]) -> Batch:
    """Repeat what is read for each medium; `fact@medium` and a row's `per_medium` are facts of one medium."""
    if media.fact in batch.names:
        raise UsageError(f"`{visible(str(batch.file))}` gives `{media.fact}`, for all of which is decided")
    if batch.frame is not None:
        frames = [_for_medium(batch.frame, media, name, facts) for name in media.names]
        return replace(batch, frame=pl.concat(frames), media=media.names)
    rows = [replace(row, facts=_own(row, media, name)) for name in media.names for row in batch.rows]
    return replace(batch, rows=rows, media=media.names)


def _for_medium(frame: pl.DataFrame, media: Media, name: str, facts: Mapping[str, Fact]) -> pl.DataFrame:
    made = [pl.lit(name).alias(media.fact)]
    for fact in media.per_medium:
        own = [f"{fact}@{one}" for one in media.names if f"{fact}@{one}" in frame.columns]
        if f"{fact}@{name}" in own:
            made.append(pl.col(f"{fact}@{name}").alias(fact))
        elif own and fact not in frame.columns:
            made.append(pl.lit(held(facts[fact].default)).cast(frame.schema[own[0]]).alias(fact))
    return frame.with_columns(made)


def _own(row: TrafficRow, media: Media, name: str) -> PlainRow:
    facts, given = dotted(row.facts), row.whole.get("per_medium")
    own = {fact: facts[f"{fact}@{name}"] for fact in media.per_medium if f"{fact}@{name}" in facts}
    return {**facts, **own, **dotted(given.get(name) if isinstance(given, Mapping) else None), media.fact: name}


def of_facts(read: Iterable[Batch], graphs: Sequence[Graph], warn: Callable[[str], None]) -> Iterator[Batch]:
    """Give batches on; of each file that none of the facts are in it is an error, of the first what looks misspelt."""
    file: Path | None = None
    for batch in read:
        if batch.file != file:
            found = [*strangers(batch, graphs)]
            for name in found if file is None else ():
                warn(name)
            file = batch.file
        yield batch


def strangers(batch: Batch, graphs: Sequence[Graph]) -> Iterator[str]:
    """Say which names of a batch look like misspelt facts; UsageError where none is a fact."""
    known = names_of(graphs)
    given = batch.names if batch.whole is None else batch.whole.collect_schema().names()
    names = [name.partition("@")[0] for name in given]
    if names and known and not any(name in known for name in names):
        found = f"`{visible(str(batch.file))}` holds no fact of these rules; it holds {named(names)}"
        marks = batch.file.suffix == CELLS and len(names) == 1 and _OTHER_MARK.search(names[0])
        advice = "commas part the cells of CSV here" if marks else f"the facts are {named(known)}"
        raise UsageError(found, advice)
    for name in names:
        if name not in known and (near := nearest(name, known)):
            yield f"`{visible(name)}` in `{visible(str(batch.file))}` is no fact; did you mean `{near}`?"
