"""
The command `check`: find every mistake in rule files, files made to be included, and files of cases.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, is_ours, yaml_files
from notifyrules.cli.options import Root, Timeout
from notifyrules.cli.output import palette_for, show_work, tell, with_progress, write
from notifyrules.cli.pictures import Picture, make_folder
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.formats import FORMATS
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.prove.limit import LIMIT_S, Limit
from notifyrules.prove.model import Proofs

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
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]")


def check(  # noqa: PLR0913 - the options of the command
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATHS", hidden=True),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How findings are printed.")
    ] = _HUMAN,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    prove: Annotated[
        bool | None,
        typer.Option(
            "--prove/--no-prove", help="Prove guarantees; done where the solver is installed.", show_default=False
        ),
    ] = None,
    pictures: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Where to draw the paths that break guarantees."),
    ] = None,
    timeout: Timeout = LIMIT_S,
    root: Root = None,
) -> int:
    """
    Check files and print what is found.

    Returns:
        Whether something was found that fails the check.
    """
    check_choice("format", output_format, FORMATS)
    files = _gather(paths or ["."])
    checked = _check_all(files, root) if _leaves_out(prove) else _prove_all(files, root, timeout)
    findings = Findings()
    for one in checked:
        findings.extend(one.diagnostics)
    found = findings.sorted()
    if output_format == _HUMAN:
        _write_for_people(found, files, sum(one.proved for one in checked))
    else:
        write(FORMATS[output_format](found))
    if pictures is not None:
        _draw_broken(checked, Path(pictures))
    return FOUND if any(one.is_error or strict for one in found) else CLEAN


def _leaves_out(prove: bool | None) -> bool:  # noqa: FBT001 - an option of three states
    """
    Tell whether to check without proofs: where that is wanted, or where nothing is said and the solver is missing.
    """
    from notifyrules.rules import can_prove  # noqa: PLC0415 - `--help` answers without it

    return prove is False or (prove is None and not can_prove())


def _check_all(files: Sequence[str], root: str | None) -> list[Proofs]:
    """
    Check files without proofs.
    """
    from notifyrules.rules import check as check_file  # noqa: PLC0415 - `--help` answers without it

    return [Proofs(None, check_file(file, root=root)) for file in with_progress(files, "checking")]


def _prove_all(files: Sequence[str], root: str | None, timeout_s: float) -> list[Proofs]:
    """
    Check files with proofs, which share the time.
    """
    from notifyrules.rules import prove as prove_file  # noqa: PLC0415 - `--help` answers without it

    limit = Limit(timeout_s)
    checked = []
    with show_work("checking") as show:
        for file in files:

            def watch(now: str, file: str = file) -> None:
                show(f"{file}, {now}")

            checked.append(prove_file(file, root=root, limit=limit, watch=watch))
    return checked


def _write_for_people(found: Sequence[Diagnostic], files: Sequence[str], proved: int) -> None:
    """
    Print findings in colour where the terminal wants it; also say when there are none.
    """
    if found:
        write(format_human(found, palette=palette_for(sys.stdout)))
        return
    where = files[0] if len(files) == 1 else f"{len(files)} files"
    more = f"; {proved} guarantee{'s' if proved > 1 else ''} proved" if proved else ""
    write(f"no findings in {where}{more}\n")


def _draw_broken(checked: Sequence[Proofs], folder: Path) -> None:
    """
    Draw the paths of the facts that break guarantees, each into a file of its own.
    """
    from notifyrules import diagram  # noqa: PLC0415 - drawing is heavy

    counts: dict[str, int] = {}
    for proofs in checked:
        examples = [one.example for one in proofs.judged if one.example is not None]
        for passage in (one for example in examples for one in (example.passage, example.second)):
            if passage is None or proofs.graph is None:
                continue
            name = _UNSAFE.sub("_", proofs.graph.name)
            counts[name] = counts.get(name, 0) + 1
            content = diagram.to_svg(diagram.draw(proofs.graph, passage=passage)).encode()
            picture = Picture(folder / f"{name}.{counts[name]}.svg", content)
            make_folder(folder)
            picture.save()
            tell(f"drawn: {visible(str(picture.path))}")


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
