"""The command `test`: run the cases that stand beside rules."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, save
from notifyrules.cli.options import Root
from notifyrules.cli.output import tell, tell_error, with_progress, write, write_json
from notifyrules.errors import UsageError

if TYPE_CHECKING:
    from notifyrules.answers.fill import Changed

SUMMARY: Final = "Run the cases that stand beside rules."
HELP: Final = """
Run the cases that stand beside rules, and compare outcome, reason, words, data and path with what they expect.

PATHS are files of cases, rule files (whose cases stand beside them, as NAME.cases.yaml) and folders, of which every
file of cases is run; the current folder unless given. A run that finds no case fails.
"""
EXAMPLE: Final = "notifyrules test rules/ --coverage --fail-under 100"

_TEXT: Final = "text"
_FORMATS: Final = (_TEXT, "json", "github")


def test(  # noqa: PLR0913 - the options of a command
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATHS", hidden=True)] = None,
    *,
    words: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            "-k",
            metavar="WORDS",
            help="Run the cases whose name contains WORDS; of several, all.",
            show_default=False,
        ),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Run the cases with TAG; of several, any.", show_default=False),
    ] = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="Run the cases that expect this outcome; of several, any.",
            show_default=False,
        ),
    ] = None,
    first: Annotated[bool, typer.Option("-x", "--fail-first", help="Stop at the first failure.")] = False,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), help="How results are printed.")
    ] = _TEXT,
    junit: Annotated[
        str | None,
        typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML too.", show_default=False),
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Tell which nodes, arrows, outcomes and conditions no case has walked.")
    ] = False,
    fail_under: Annotated[
        str | None,
        typer.Option("--fail-under", metavar="PERCENT", help="Fail where less is covered.", show_default=False),
    ] = None,
    charts: Annotated[
        str | None,
        typer.Option(
            "--charts",
            metavar="FOLDER",
            help="Draw what is covered on each chart, as SVG below FOLDER.",
            show_default=False,
        ),
    ] = None,
    updates: Annotated[
        bool, typer.Option("--update", help="First expect what is decided now, in cases that fail.")
    ] = False,
    fills: Annotated[
        bool, typer.Option("--fill", help="First write cases for what no case has walked into their files.")
    ] = False,
    root: Root = None,
) -> int:
    """Run cases, print what became of them, and tell whether that fails the run."""
    # `--help` answers without all that these import.
    from notifyrules.answers import test as answer  # noqa: PLC0415
    from notifyrules.answers.fill import fill, update  # noqa: PLC0415
    from notifyrules.cases.runner import Selection  # noqa: PLC0415
    from notifyrules.cli.running import RunShown, charts_of, gather, save_coverage  # noqa: PLC0415
    from notifyrules.rules import require_solver  # noqa: PLC0415

    check_choice("format", output_format, _FORMATS)
    if fills:
        require_solver()
    least = None if fail_under is None else _percent(fail_under)
    places = paths or ["."]
    printing = output_format == _TEXT
    with gather(places, root, changing=updates or fills) as found:
        files = list(found.values())
        problems = _change(update(files), printing=printing) if updates else []
        problems += _change(fill(files, with_progress), printing=printing) if fills else []
        suites = answer.read_all(with_progress(files, "reading cases"))
    covers = coverage or least is not None or charts is not None
    recorder = answer.record(suites, charts_of(places, root)) if covers else None
    selection = Selection(tuple(words or ()), tuple(tags or ()), tuple(outcomes or ()))
    with RunShown(suites, printing=printing) as shown:
        tested = answer.test(suites, selection, recorder, follower=shown, first=first)
    if charts is not None:
        save_coverage(Path(charts), tested)
    if junit is not None:
        save(Path(junit), tested.to_junit().encode())
    if output_format == "json":
        write_json(tested.to_dict())
    else:
        write(tested.tell(annotated=output_format == "github"))
    problems += tested.problems(least)
    for problem in problems:
        tell_error(problem)
    return FOUND if problems or tested.failed else CLEAN


def _change(files: Iterable[Changed], *, printing: bool) -> list[str]:
    """Write files of cases that change, tell what was done and what was not, and give what could not be done."""
    problems = []
    for one in files:
        if one.text is not None:
            mark = codecs.BOM_UTF8 if one.path.read_bytes().startswith(codecs.BOM_UTF8) else b""
            save(one.path, mark + one.text.encode())
        for line in one.told:
            (write if printing else tell)(f"{line}\n" if printing else line)
        if one.problem is not None:
            problems.append(one.problem)
    return problems


def _percent(written: str) -> Fraction:
    try:
        percent = Fraction(written.removesuffix("%"))
    except (ValueError, ZeroDivisionError):
        percent = Fraction(-1)
    if not 0 <= percent <= 100:  # noqa: PLR2004 - percent
        raise UsageError(f"`--fail-under {written}` is no share", "give a number from 0 to 100")
    return percent
