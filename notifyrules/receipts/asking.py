"""Ask files of receipts: what is written still, JSON Lines, and what is closed, perhaps packed as Parquet."""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from notifyrules.errors import UsageError
from notifyrules.language.moments import write_instant
from notifyrules.receipts.writer import ENDING, PACKED

DRAFT: Final = ".tmp"
"""What the name of a file ends with that is being packed."""
TORN: Final = ".torn"
"""What the name of a file ends with that holds the lines that nobody could read when theirs was packed."""
_COLUMNS: Final = {
    **dict.fromkeys(("id", "subject", "rules", "outcome", "reason", "notify"), "VARCHAR"),
    "at": "TIMESTAMP",
    **dict.fromkeys(("facts", "private", "way", "unknown", "unasked"), "JSON"),
}
"""The keys of receipts, and what DuckDB takes them for; it writes them in quotes, because `at` is a word of its SQL."""
GROUPS: Final = {
    "outcome": "outcome",
    "reason": "reason",
    "notify": "coalesce(notify, 'false')",
    "rules": "rules",
    "subject": "subject",
    "hour": """date_trunc('hour', "at")""",
}
"""What receipts can be counted by."""
_TESTS: Final = (
    *((key, key, f"{key} = ${key}") for key in ("outcome", "reason", "subject", "id")),
    ("notify", "notify", "coalesce(notify, 'false') = $notify"),
    ("rules", "rules", "starts_with(rules, $rules)"),
    ("since", "at", '"at" >= $since'),
    ("until", "at", '"at" < $until'),
)
"""By what is wanted the column that is looked at, and how."""
_HOUR: Final = re.compile(r"\.(\d{8}T\d{2})\.")


@dataclass(frozen=True, slots=True)
class WantedReceipts:
    """Which receipts are asked about; None stands for any."""

    outcome: str | None = None
    reason: str | None = None
    notify: str | None = None
    """`true`, `false` or `later`."""
    subject: str | None = None
    id: str | None = None
    rules: str | None = None
    """What the name of the rules begins with."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundReceipts:
    """What was found."""

    rows: Sequence[Mapping[str, Any]]
    unread: int
    """Lines that are no receipts: the last one of a file whose process was killed, or damage."""


def files_of(places: Iterable[str]) -> list[Path]:
    """List the files of receipts that are named, and those of the folders that are."""
    found: dict[Path, None] = {}
    for place in map(Path, places):
        if not place.exists():
            raise UsageError(f"`{place}` does not exist", "name files of receipts, or folders of them")
        inside = [one for ending in (ENDING, PACKED) for one in sorted(place.glob(f"*{ending}")) if one.is_file()]
        found |= dict.fromkeys(inside if place.is_dir() else [place])
    if not found:
        raise UsageError("there are no receipts", f"the files of receipts end in `{ENDING}` or `{PACKED}`")
    return list(found)


def count(files: Iterable[Path], wanted: WantedReceipts, by: Sequence[str]) -> FoundReceipts:
    """Count receipts by some of :data:`GROUPS`, the most frequent first."""
    shown = "".join(f"{GROUPS[one]} AS {one}, " for one in by)
    keys = {"at" if one == "hour" else one for one in by}
    order = "".join(f", {one}" for one in by)
    question = f'SELECT {shown}count(*) AS "count", reason IS NULL AS torn FROM found GROUP BY ALL'
    question += f' ORDER BY "count" DESC{order}'
    rows = _ask(files, wanted, keys, question)
    unread = sum(row["count"] for row in rows if row["torn"])
    whole = [{key: row[key] for key in (*by, "count")} for row in rows if not row["torn"]]
    for row in whole:
        if row.get("hour") is not None:
            row["hour"] = row["hour"].strftime("%Y-%m-%dT%H")
    return FoundReceipts(whole, unread)


def find(files: Iterable[Path], wanted: WantedReceipts, most: int) -> FoundReceipts:
    """Give whole receipts as they were written, the newest first."""
    # In one pass, which keeps no more than are wanted: a window over all would keep all of them.
    key = """{'at': coalesce("at", TIMESTAMP '-infinity'), 'id': coalesce(id, '')}"""
    question = f"SELECT max_by(found, {key}, {most}) FILTER (WHERE reason IS NOT NULL) AS newest"
    rows = _ask(files, wanted, set(_COLUMNS), f"{question}, count(*) FILTER (WHERE reason IS NULL) AS torn FROM found")
    return (
        FoundReceipts([_receipt(row) for row in rows[0]["newest"] or ()], rows[0]["torn"])
        if rows
        else FoundReceipts((), 0)
    )


def sample(files: Iterable[Path], wanted: WantedReceipts, most: int) -> FoundReceipts:
    """Give some receipts at random, the same every time."""
    question = "SELECT * FROM (FROM found WHERE reason IS NOT NULL)"
    rows = _ask(files, wanted, set(_COLUMNS), f"{question} USING SAMPLE reservoir({most} ROWS) REPEATABLE (1)")
    return FoundReceipts([_receipt(row) for row in rows], 0)


def pack(file: Path) -> int:
    """
    Write a closed file as Parquet in its place; lines that nobody can read are kept aside, and counted.

    Whoever is killed meanwhile, or packs the same file, leaves all receipts: as lines, or as Parquet that then counts.
    """
    connection, target, lines = _connect(), file.with_suffix(PACKED), {"lines": [str(file)]}
    draft, read, torn = file.with_suffix(f".{os.getpid()}{DRAFT}"), _read(_COLUMNS, packed=False), 0
    named = str(draft).replace("'", "''")
    if file.exists() and not target.exists():
        connection.execute(
            f"COPY (FROM ({read}) WHERE reason IS NOT NULL) TO '{named}' (FORMAT parquet, COMPRESSION zstd)", lines
        )
        [torn] = connection.execute(f"SELECT count(*) FROM ({read}) WHERE reason IS NULL", lines).fetchone()
        if torn:
            with file.open("rb") as whole:
                aside = [line for line in whole if not _is_whole(line)]
            # Where it is not clear which lines they are, all are kept.
            file.with_suffix(TORN).write_bytes(b"".join(aside) if len(aside) == torn else file.read_bytes())
        draft.replace(target)
    for left in file.parent.glob(f"{glob.escape(file.stem)}.*{DRAFT}"):
        left.unlink(missing_ok=True)
    file.unlink(missing_ok=True)
    return int(torn)


def closed(files: Iterable[Path], now: datetime) -> list[Path]:
    """List the files that no process writes to any more: those of a writer whose hour has been over for an hour."""
    hour = now.strftime("%Y%m%dT%H")
    found = ((file, _HOUR.search(file.name)) for file in files if file.suffix == ENDING)
    past = [(file, named[1]) for file, named in found if named is not None and named[1] < hour]
    return [file for file, written in past if (now - _hour(written)).total_seconds() >= 2 * 3_600]


def _hour(written: str) -> datetime:
    return datetime.strptime(written, "%Y%m%dT%H").replace(tzinfo=UTC)


def _is_whole(line: bytes) -> bool:
    try:
        read = json.loads(line)
    except ValueError:
        return False
    return isinstance(read, dict) and read.get("reason") is not None


def _ask(files: Iterable[Path], wanted: WantedReceipts, keys: set[str], question: str) -> list[dict[str, Any]]:
    """Ask a question of what was *found*: of the receipts that are wanted, and of lines that are none."""
    values: dict[str, object] = {}
    tests: list[str] = []
    for key, column, test in _TESTS:
        if (value := getattr(wanted, key)) is not None:
            values[key] = value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
            tests.append(test)
            keys = {*keys, column}
    chosen = [file for file in files if _may_hold(file, wanted) and not _is_packed(file)]
    sources = []
    for name, packed in (("lines", False), ("packed", True)):
        if named := [str(file) for file in chosen if (file.suffix == PACKED) is packed]:
            sources.append(_read([key for key in _COLUMNS if key in {*keys, "reason"}], packed=packed))
            values[name] = named
    if not sources:
        return []
    test = f"({' AND '.join(tests) or 'true'}) OR reason IS NULL"
    found = f"WITH found AS (SELECT * FROM ({' UNION ALL BY NAME '.join(sources)}) WHERE {test})"
    connection = _connect()
    with _damage_told():
        result = connection.execute(f"{found} {question}", values)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@contextmanager
def _damage_told() -> Iterator[None]:
    """Tell of a file that DuckDB cannot read as a whole; lines that are no receipts are passed over by themselves."""
    import duckdb  # noqa: PLC0415 - an extra, of which a connection is open by now

    try:
        yield
    except duckdb.Error as error:
        advice = "move a file that is damaged or holds something else out of the way, or name the others"
        raise UsageError(f"the receipts cannot be read: {str(error).splitlines()[0]}", advice) from None


def _is_packed(file: Path) -> bool:
    """Tell whether what a file holds counts as Parquet already: its packing was cut short at the very end."""
    return file.suffix == ENDING and file.with_suffix(PACKED).exists()


def _may_hold(file: Path, wanted: WantedReceipts) -> bool:
    """Tell whether a file may hold what is wanted, by the hour in its name."""
    named = _HOUR.search(file.name)
    if named is None or wanted.since is None:
        return True
    # What is decided is written then or later, so that nothing in a file is younger than its hour.
    return _hour(named[1]).timestamp() + 3_600 > wanted.since.timestamp()


def _read(keys: Iterable[str], *, packed: bool) -> str:
    """Write how columns are read; a line that cannot be read has null everywhere."""
    if packed:
        return f"SELECT {', '.join(map(_quote, keys))} FROM read_parquet($packed)"
    columns = ", ".join(f"{_quote(key)}: '{_COLUMNS[key]}'" for key in keys)
    form = "format = 'newline_delimited', ignore_errors = true, maximum_object_size = 33554432"
    return f"SELECT * FROM read_json($lines, {form}, columns = {{{columns}}})"


def _quote(key: str) -> str:
    return f'"{key}"'


def _receipt(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row of the table as the receipt that it was."""
    notify = {"true": True, "later": "later", None: None}.get(row["notify"], row["notify"])
    at = None if row["at"] is None else write_instant(row["at"].replace(tzinfo=UTC))
    read = {key: None if row[key] is None else json.loads(row[key]) for key, kind in _COLUMNS.items() if kind == "JSON"}
    whole = {"id": row["id"], "at": at, **{key: row[key] for key in ("subject", "rules", "outcome")}}
    whole |= {"notify": notify, "reason": row["reason"], **read}
    return {key: value for key, value in whole.items() if value is not None}


def _connect() -> Any:  # noqa: ANN401 - of a library that may be missing
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("receipts are asked with DuckDB", "install it with `pip install 'notifyrules[log]'`") from None
    return duckdb.connect(config={"autoinstall_known_extensions": False})
