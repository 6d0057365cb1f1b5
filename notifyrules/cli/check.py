"""
The command `check`: find every mistake in rule files, files made to be included, and files of cases.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, is_ours, yaml_files
from notifyrules.cli.options import Root
from notifyrules.cli.output import palette_for, tell, with_progress, write
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.formats import FORMATS
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError

SUMMARY: Final = "Find every mistake in rule files and files of cases."
HELP: Final = """
Find every mistake in rule files and files of cases.

PATHS are files and folders; the current folder unless given. Of a folder, every YAML file with the header
`notifyrules:` or `notifyrules-cases:` is checked. All findings are printed, each with its place and the way out.
"""
EXAMPLE: Final = "notifyrules check rules/"

_HUMAN: Final = "human"


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATHS", hidden=True),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How findings are printed.")
    ] = _HUMAN,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    root: Root = None,
) -> int:
    """
    Check files and print what is found.

    Returns:
        Whether something was found that fails the check.
    """
    from notifyrules.rules import check as check_file  # noqa: PLC0415 - `--help` answers without it

    check_choice("format", output_format, FORMATS)
    files = _gather(paths or ["."])
    findings = Findings()
    for file in with_progress(files, "checking"):
        findings.extend(check_file(file, root=root))
    found = findings.sorted()
    if output_format == _HUMAN:
        _write_for_people(found, files)
    else:
        write(FORMATS[output_format](found))
    return FOUND if any(one.is_error or strict for one in found) else CLEAN


def _write_for_people(found: Sequence[Diagnostic], files: Sequence[str]) -> None:
    """
    Print findings in colour where the terminal wants it; also say when there are none.
    """
    if found:
        write(format_human(found, palette=palette_for(sys.stdout)))
    else:
        write(f"no findings in {files[0] if len(files) == 1 else f'{len(files)} files'}\n")


def _gather(paths: Sequence[str]) -> list[str]:
    """
    List the files to check: those named, and those of the folders named.
    """
    files: list[str] = []
    for path in paths:
        if not Path(path).is_dir():
            files.append(path)
            continue
        candidates = yaml_files(Path(path))
        ours = [file for file in candidates if is_ours(file)]
        if not ours:
            raise UsageError(
                f"the folder `{path}` holds no rule files", "a rule file is YAML and begins with `notifyrules: 1`"
            )
        if others := len(candidates) - len(ours):
            first = next(file for file in candidates if file not in ours)
            more = f" and {others - 1} more" if others > 1 else ""
            tell(f"passed over, without a `notifyrules:` header: {visible(str(first))}{more}")
        files.extend(map(str, ours))
    return list(dict.fromkeys(files))
