"""The command `log`: ask files of receipts who was notified or not, how many, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.answers.render import format_of
from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import check_choice, load_named, save
from notifyrules.cli.options import AsJson, Root
from notifyrules.cli.output import tell, write_json, write_line
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.explanation import READERS
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.moments import read_duration, read_instant

if TYPE_CHECKING:
    from notifyrules.receipts.asking import WantedReceipts

SUMMARY: Final = "Ask receipts: who was not notified, how many, and why."
HELP: Final = """
Ask files of receipts: who was notified or not, how many, and why.

PLACE is a folder of receipts, or a file of them: JSON Lines as they are written, or Parquet. All options that choose
receipts hold together. Unless something else is asked for, they are counted by outcome and reason.

Lines that are no receipts, such as the last one of a process that was killed, are counted and passed over.
"""
EXAMPLE: Final = "notifyrules log receipts/ --reason quiet.then --since 1h --list"

_NOTIFY: Final = {"yes": "true", "no": "false", "later": "later"}


def log(  # noqa: PLR0913, PLR0917 - the options of the command
    places: Annotated[list[str], typer.Argument(metavar="PLACE", hidden=True)],
    by: Annotated[
        str, typer.Option(metavar="KEYS", help="Count by outcome, reason, notify, rules, subject, hour.")
    ] = "outcome,reason",
    outcome: Annotated[str | None, typer.Option(metavar="NAME", help="Only what ended so.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="ARROW", help="Only what this arrow settled.")] = None,
    notify: Annotated[
        str | None, typer.Option(metavar="|".join(_NOTIFY), help="Only what notified, refused, or held.")
    ] = None,
    subject: Annotated[str | None, typer.Option(metavar="WHO", help="Only what was decided about somebody.")] = None,
    id: Annotated[str | None, typer.Option(metavar="ID", help="Only the decision of this name.")] = None,  # noqa: A002
    rules: Annotated[str | None, typer.Option(metavar="DIGEST", help="Only by rules whose digest begins so.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="From then on: an instant, or how long ago, such as 1h.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Before then.")] = None,
    most: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=999_999, help="How many are listed or explained.")
    ] = 100,
    explain: Annotated[
        str | None, typer.Option(metavar="|".join(READERS), help="Explain each, by the rules of then.")
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option("--picture", metavar="FILE", help="Draw the chart of --of, its arrows as broad as their traffic."),
    ] = None,
    of: Annotated[str | None, typer.Option(metavar="RULES", help="The rules that are drawn.")] = None,
    *,
    as_list: Annotated[bool, typer.Option("--list", help="List them, the newest first.")] = False,
    pack: Annotated[
        bool, typer.Option("--pack", help="Write the files of past hours as Parquet, in their place.")
    ] = False,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Answer one question about receipts."""
    from notifyrules.answers import log as answers  # noqa: PLC0415 - `--help` answers without it
    from notifyrules.receipts import asking  # noqa: PLC0415
    from notifyrules.receipts.finding import Finder  # noqa: PLC0415

    keys = [key.strip() for key in by.split(",") if key.strip()]
    for given, what, known in (
        *((key, "key to count by", asking.GROUPS) for key in keys),
        (notify, "answer", _NOTIFY),
        (explain, "reader", READERS),
    ):
        if given is not None:
            check_choice(what, given, known)
    files, now = asking.files_of(places), datetime.now(UTC)
    if pack:
        if not (closed := asking.closed(files, now)):
            tell("nothing to pack: no file is of a past hour and not packed yet")
        for file in closed:
            torn = asking.pack(file)
            write_line(
                f"packed: {visible(str(file))}" + (f", {torn} lines that are no receipts kept aside" if torn else "")
            )
        return CLEAN
    told = None if notify is None else _NOTIFY[notify]
    times = [None if one is None else _when(one, now) for one in (since, until)]
    wanted = asking.WantedReceipts(outcome, reason, told, subject, id, rules, *times)
    if picture is not None:
        _draw(picture, of, root, files, wanted)
        return CLEAN
    found = asking.find(files, wanted, most) if as_list or explain else asking.count(files, wanted, keys)
    if found.unread:
        tell(f"passed over: {found.unread} lines that are no receipts")
    if as_json:
        write_json({"receipts" if as_list or explain else "counts": [*found.rows], "torn": found.unread})
    elif explain is not None:
        folders = dict.fromkeys(str(place if place.is_dir() else place.parent) for place in map(Path, places))
        write_line(answers.told(found.rows, Finder((*folders, ".")), explain) or "no receipts")  # type: ignore[arg-type]
    else:
        write_line(answers.listed(found.rows) if as_list else answers.table(found.rows))
    return CLEAN


def _draw(picture: str, of: str | None, root: str | None, files: list[Path], wanted: WantedReceipts) -> None:
    from notifyrules.answers import log as answers  # noqa: PLC0415 - `--help` answers without it

    if of is None:
        raise UsageError("no rules are named that are drawn", "name them with `--of`")
    chosen = format_of(Path(picture).suffix)
    if chosen is None:
        raise UsageError(f"`{visible(picture)}` does not tell its format", "end it in .svg, .png, .dot or .mmd")
    save(Path(picture), answers.draw(load_named(of, root).graph, files, wanted, chosen).content)


def _when(written: str, now: datetime) -> datetime:
    """Read an instant, or how long it is ago."""
    try:
        if re.fullmatch(r"([0-9]+(ms|[wdhms]))+", written):
            ago = read_duration(written)
            assert isinstance(ago, timedelta)
            return now - ago
        found = read_instant(written)
    except Mismatch:
        found = None
    if found is None:
        raise UsageError(f"`{visible(written)}` is no time", "write 1h30m, or an instant such as 2026-11-29T10:00:00Z")
    return found
