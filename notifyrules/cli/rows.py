"""Read the rows that the command line names, show how far that has come, and keep what is set aside."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from notifyrules.cli.files import save
from notifyrules.cli.output import show_progress, tell
from notifyrules.errors import UsageError

if TYPE_CHECKING:
    from notifyrules.answers.rows import Aside
    from notifyrules.rows.traffic import Broken

BrokenFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--broken", metavar="FILE", help="Where rows go that nothing can be decided for, and why, as JSON Lines."
    ),
]
"""The option `--broken`."""


def require_frames() -> None:
    """Refuse what needs frames where these are not installed."""
    # Polars' allocator is as fast with one arena here, and keeps half the memory; it reads this when it is imported.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1")
    try:
        import narwhals  # noqa: F401, PLC0415 - an extra
        import polars  # noqa: F401, ICN001, PLC0415
    except ModuleNotFoundError as error:
        advice = "install it with `pip install 'notifyrules[frames]'`"
        raise UsageError(f"rows are decided with `{error.name}`", advice) from None


@contextmanager
def reading(
    places: list[str], broken: str | None
) -> Iterator[tuple[list[Path], Callable[[int], None], Callable[[Broken], None]]]:
    """Give the files that are named, what is told of bytes that were read, and what keeps broken rows."""
    require_frames()
    from notifyrules.rows.traffic import files_of  # noqa: PLC0415 - frames are an extra

    files = files_of(places)
    with show_progress("deciding", sum(file.stat().st_size for file in files)) as advance:
        if broken is None:
            yield files, advance, lambda _: None
            return
        save(Path(broken), b"")
        with Path(broken).open("w", encoding="ascii") as opened:
            yield files, advance, lambda row: print(json.dumps(row.to_dict(), default=str), file=opened)


def tell_aside(aside: Aside) -> None:
    """Tell the person what was set aside."""
    for line in aside.tell():
        tell(line)
