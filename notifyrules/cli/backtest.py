"""The command `backtest`: say what a change of rules would have done to the traffic of before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.answers.render import format_of
from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, load_named, save
from notifyrules.cli.options import Root
from notifyrules.cli.output import tell_warning, write
from notifyrules.cli.pictures import tell_caveats
from notifyrules.cli.rows import BrokenFile, reading, tell_aside
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError

SUMMARY: Final = "Say what a change would have done to the traffic of before."
HELP: Final = """
Say what a change of rules would have done to the traffic of before.

NEW is a rule file, or the name of a shipped one; PLACE is a file of rows or a folder of them: Parquet, CSV, JSON Lines,
receipts. Every row is decided by both versions. Told is how many decisions change: from which outcome to which, by
which edit, and by the values of any column; with an example of each, explained by both.

Rows for which the old version decides nothing are set aside, counted and shown; those that only the new one refuses
change, by the name facts:refused.

The exit code is 1 when more decisions change than --max-change lets, and 0 otherwise.
"""
EXAMPLE: Final = "notifyrules backtest rules/slack.yaml --against HEAD~1:rules/slack.yaml traffic/ --by team"

_FORMATS: Final = ("text", "json", "markdown")
_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


def backtest(  # noqa: PLR0913, PLR0917 - the options of the command
    new: Annotated[str, typer.Argument(metavar="NEW", hidden=True)],
    places: Annotated[list[str], typer.Argument(metavar="PLACE", hidden=True)],
    against: Annotated[str, typer.Option(metavar="OLD", help="The version before; REV:path is a file of a revision.")],
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Count by the values of a column, too.")] = None,
    max_change: Annotated[
        str | None, typer.Option(metavar="PART", help="How many decisions may change, such as 1%.")
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the new chart, its arrows as broad as their traffic, changes marked."),
    ] = None,
    report_format: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), help="How it is told.")
    ] = "text",
    broken: BrokenFile = None,
    *,
    each: Annotated[bool, typer.Option("--each", help="Decide for each medium that the rules name.")] = False,
    root: Root = None,
) -> int:
    """Decide the rows by both versions, and tell what changes."""
    check_choice("format", report_format, _FORMATS)
    most = None if max_change is None else _part(max_change)
    chosen = None if picture is None else format_of(Path(picture).suffix)
    if picture is not None and chosen is None:
        raise UsageError(f"`{visible(picture)}` does not tell its format", "end it in .svg, .png, .dot or .mmd")
    before, after = (load_named(word, root) for word in (against, new))
    with reading(places, broken) as (files, advance, keep):
        from notifyrules.answers.backtest import backtest as compare  # noqa: PLC0415 - frames are an extra

        found = compare(
            after,
            files,
            against=before,
            by=by,
            max_change=most,
            each=each,
            keep=keep,
            advance=advance,
            warn=tell_warning,
        )
    write(found.tell(report_format))
    tell_aside(found.aside)
    if picture is not None and chosen is not None:
        drawn = found.render(chosen)
        tell_caveats(drawn, after.graph.path)
        save(Path(picture), drawn.content)
    return CLEAN if found.passes else FOUND


def _part(written: str) -> float:
    """Read which part of all decisions may change."""
    found = _PART.fullmatch(written.strip())
    if found is None or float(found[1]) > 100:  # noqa: PLR2004 - all of them
        raise UsageError(f"`{visible(written)}` is no part of all decisions", "write it as 1% or 0.05%")
    return float(found[1]) / 100
