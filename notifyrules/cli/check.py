"""The command `check`: find every mistake in rule files, files made to be included, and files of cases."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, is_folder, make_folder, require_file, root_for, yaml_files
from notifyrules.cli.options import Root, Timeout
from notifyrules.cli.output import palette_for, show_work, tell, with_progress, write
from notifyrules.cli.pictures import Picture
from notifyrules.cli.readers import changed_and_readers
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.formats import FORMATS
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import is_ours
from notifyrules.errors import UsageError
from notifyrules.prove.results import Proofs
from notifyrules.solver import LIMIT_S, Limit

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
    """
    Check files and print what is found.

    Returns:
        Whether something was found that fails the check.
    """
    check_choice("format", output_format, FORMATS)
    files = (changed_and_readers if changed else _gather)(paths or ["."], root)
    checked = _check_all(files) if _leaves_out(prove) else _prove_all(files, timeout)
    findings = Findings()
    for one in checked:
        findings.extend(one.diagnostics)
    found = findings.sorted()
    if output_format == _HUMAN:
        _write_for_people(found, list(files), sum(one.proved for one in checked))
    else:
        write(FORMATS[output_format](found))
    if pictures is not None:
        _draw_broken(checked, Path(pictures))
    if prove is None:
        _tell_of_unproved(checked)
    return FOUND if any(one.is_error or strict for one in found) else CLEAN


def _leaves_out(prove: bool | None) -> bool:  # noqa: FBT001 - an option of three states
    """Tell whether to check without proofs: where that is wanted, or nothing is said and the solver is missing."""
    from notifyrules.rules import can_prove  # noqa: PLC0415 - `--help` answers without it

    return prove is False or (prove is None and not can_prove())


def _check_all(files: Mapping[str, Path | None]) -> list[Proofs]:
    """Check files, each with its root, without proofs."""
    from notifyrules.rules import examine  # noqa: PLC0415 - `--help` answers without it

    return [examine(file, root=files[file]) for file in with_progress(list(files), "checking")]


def _tell_of_unproved(checked: Sequence[Proofs]) -> None:
    """Say what was left out because the solver is missing: a check that is clean without it promises less."""
    from notifyrules.rules import can_prove  # noqa: PLC0415 - `--help` answers without it

    left = 0 if can_prove() else sum(len(one.graph.guarantees) for one in checked if one.graph is not None)
    if left:
        tell(f"{left} guarantee{'s were' if left > 1 else ' was'} not proved, as the solver is not installed")
        tell("  help: install it with `pip install 'notifyrules[prove]'`, or leave proofs out with --no-prove")


def _prove_all(files: Mapping[str, Path | None], timeout_s: float) -> list[Proofs]:
    """Check files, each with its root, with proofs, which share the time."""
    from notifyrules.rules import prove as prove_file  # noqa: PLC0415 - `--help` answers without it

    limit = Limit(timeout_s)
    checked = []
    with show_work("checking") as show:
        for file, root in files.items():

            def watch(now: str, file: str = file) -> None:
                show(f"{file}, {now}")

            checked.append(prove_file(file, root=root, limit=limit, watch=watch))
    return checked


def _write_for_people(found: Sequence[Diagnostic], files: Sequence[str], proved: int) -> None:
    """Print findings in colour where the terminal wants it, or that there are none, and what was proved."""
    where = visible(files[0]) if len(files) == 1 else f"{len(files)} files"
    told = format_human(found, palette=palette_for(sys.stdout)) or f"no findings in {where}\n"
    more = f"; {count(proved, 'guarantee')} proved" if proved else ""
    write(f"{told.rstrip()}{more}\n")


def _draw_broken(checked: Sequence[Proofs], folder: Path) -> None:
    """Draw the paths of the facts that break guarantees, each into a file of its own."""
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


def _gather(paths: Sequence[str], root: str | None) -> dict[str, Path | None]:
    """
    List the files to check: those named, and those of the folders named.

    Returns:
        For each file its root; None for its own folder.
    """
    files: dict[str, Path | None] = {}
    for path in paths:
        if not is_folder(path):
            require_file(path)
            files.setdefault(path, root_for(path, root))
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
        for file in ours:
            files.setdefault(str(file), root_for(file, root, Path(path)))
    return files
