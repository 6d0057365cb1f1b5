"""The command `check`: find every mistake in rule files, files made to be included, and files of cases."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import changed_and_readers, check_choice, find_files, make_folder, yaml_files
from notifyrules.cli.options import Root, Timeout
from notifyrules.cli.output import palette_for, show_work, tell, with_progress, write
from notifyrules.cli.pictures import PictureFile
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.formats import FORMATS
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.phrases import count, named
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import is_ours
from notifyrules.errors import UsageError
from notifyrules.limit import LIMIT_S, Limit

SUMMARY: Final = "Find every mistake in rule files and files of cases."
HELP: Final = """
Find every mistake in rule files and files of cases.

PATHS are files and folders; the current folder unless given. Of a folder, every YAML file with the header
`notifyrules:` or `notifyrules-cases:` is checked. All findings are printed, each with its place and the way out.

Where the solver is installed (`pip install 'notifyrules[prove]'`), guarantees are proved, and what no facts reach or
what changes nothing is found too. A guarantee that some facts break is shown with these facts; with --pictures, their
path through the chart is drawn into a folder.
"""
EXAMPLE: Final = "notifyrules check rules/"

_HUMAN: Final = "human"


def check(  # noqa: PLR0913 - the options of the command
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATHS", hidden=True)] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How findings are printed.")
    ] = _HUMAN,
    *,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="PATHS are files that changed: check the rule files among them, and what reads any of them.",
        ),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    prove: Annotated[
        bool | None,
        typer.Option(
            "--prove/--no-prove", help="Prove guarantees; done where the solver is installed.", show_default=False
        ),
    ] = None,
    pictures: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where to draw the paths that break guarantees.")
    ] = None,
    timeout: Timeout = LIMIT_S,
    root: Root = None,
) -> int:
    """Check files, print what is found, and tell whether it fails the check."""
    # `--help` answers without all that these import.
    from notifyrules.answers.check import check as find  # noqa: PLC0415
    from notifyrules.rules import can_prove  # noqa: PLC0415

    check_choice("format", output_format, FORMATS)
    places = paths or ["."]
    with changed_and_readers(places, root) if changed else find_files(places, root, _ours_inside) as files:
        if prove is False or (prove is None and not can_prove()):
            checked = find(with_progress(list(files.values()), "checking"))
        else:
            with show_work("checking") as watch:
                checked = find(files.values(), Limit(timeout), watch)
    found = checked.findings
    if output_format == _HUMAN:
        _write_for_people(found, list(files), checked.proved)
        for path, unsaid in checked.half_said:
            verb = "says" if len(unsaid) == 1 else "say"
            tell(f"`{visible(path)}` is only for others to call, as {named(unsaid)} {verb} no `notify`")
            tell("  help: give every outcome a `notify` where the chart itself is to decide")
    else:
        write(FORMATS[output_format](found))
    if pictures is not None:
        for name, svg in checked.draw_broken():
            picture = PictureFile(Path(pictures, f"{name}.svg"), svg.encode())
            make_folder(picture.path.parent)
            picture.save()
            tell(f"drawn: {visible(str(picture.path))}")
    if prove is None and (left := checked.unproved):
        # A check that is clean without the solver promises less.
        tell(f"{left} guarantee{'s were' if left > 1 else ' was'} not proved, as the solver is not installed")
        tell("  help: install it with `pip install 'notifyrules[prove]'`, or leave proofs out with --no-prove")
    return FOUND if any(one.is_error or strict for one in found) else CLEAN


def _write_for_people(found: Sequence[Diagnostic], files: Sequence[str], proved: int) -> None:
    where = visible(files[0]) if len(files) == 1 else f"{len(files)} files"
    told = format_human(found, palette=palette_for(sys.stdout)) or f"no findings in {where}\n"
    more = f"; {count(proved, 'guarantee')} proved" if proved else ""
    write(f"{told.rstrip()}{more}\n")


def _ours_inside(folder: str) -> list[Path]:
    """List the files of a folder that are to be checked, and tell of the others."""
    ours: list[Path] = []
    others: list[Path] = []
    for file in yaml_files(Path(folder)):
        (ours if is_ours(file) else others).append(file)
    if not ours:
        message = f"the folder `{folder}` holds no rule files"
        raise UsageError(message, "a rule file is YAML and begins with `notifyrules: 1`")
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        tell(f"passed over, without a `notifyrules:` header: {visible(str(others[0]))}{more}")
    return ours
