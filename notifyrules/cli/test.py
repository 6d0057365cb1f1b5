"""
The command `test`: run the cases that stand beside rules.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Self, TypeAlias

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, is_ours, save_text, yaml_files
from notifyrules.cli.output import palette_for, tell_error, with_progress, write, write_json
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import CASES_ENDINGS
from notifyrules.errors import UsageError
from notifyrules.shipped import shipped_path

if TYPE_CHECKING:
    from rich.progress import Progress

    from notifyrules.cases.report import Ran
    from notifyrules.cases.runner import Result
    from notifyrules.cases.selection import Selection
    from notifyrules.cases.suite import Suite

SUMMARY: Final = "Run the cases that stand beside rules."
HELP: Final = """
Run the cases that stand beside rules, and compare outcome, reason, words, data and path with what they expect.

PATHS are files of cases, rule files (whose cases stand beside them, as NAME.cases.yaml) and folders, of which every
file of cases is run; the current folder unless given. A run that finds no case fails.
"""
EXAMPLE: Final = "notifyrules test rules/ --coverage --fail-under 100"

_Root: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        help="The folder that rules and rows named by cases stay inside; the working directory unless given.",
        show_default=False,
    ),
]
_TEXT: Final = "text"
_FORMATS: Final = (_TEXT, "json", "github")
_LONG_RUN: Final = 2_000
"""Cases from which on a person wants to see how far the run has come."""
_STEP: Final = 100
"""Cases by which the bar moves on; moving it takes longer than a case."""
_WHERE_CASES_STAND: Final = "the cases of `name.yaml` stand beside it in `name.cases.yaml`"


def test(  # noqa: PLR0913 - the options of a command
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATHS", hidden=True)] = None,
    *,
    words: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            "-k",
            metavar="WORDS",
            help="Run the cases whose name contains WORDS; may be repeated.",
            show_default=False,
        ),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Run the cases with TAG; may be repeated.", show_default=False),
    ] = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="Run the cases that expect this outcome; may be repeated.",
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
    root: _Root = None,
) -> int:
    """
    Run cases and print what became of them.

    Returns:
        Whether one failed, or none was found.
    """
    from notifyrules.cases.report import format_case_annotations, format_junit, results_data, summary  # noqa: PLC0415
    from notifyrules.cases.selection import Selection  # noqa: PLC0415 - `--help` answers without them

    check_choice("format", output_format, _FORMATS)
    suites = _read(_gather(paths or ["."]), root)
    selection = Selection(tuple(words or ()), tuple(tags or ()), tuple(outcomes or ()))
    with _Progress(sum(map(len, suites))) as progress:
        printer = _Printer(progress) if output_format == _TEXT else None
        ran = tuple(_run(suites, selection, progress, printer, first=first))
    if junit is not None:
        save_text(Path(junit), format_junit(ran))
    if output_format == "json":
        write_json(results_data(ran))
    elif output_format == "github":
        write(format_case_annotations(ran))
    if output_format != "json":
        write(f"{summary(ran)}\n")
    if any(one.failed for one in ran):
        return FOUND
    if not any(one.results for one in ran):
        tell_error("no case was found that is asked for")
        return FOUND
    return CLEAN


# ---- What to run ----


def _gather(paths: Sequence[str]) -> list[str]:
    """
    List the files of cases: those named, those of the folders named, and those beside the rule files named.
    """
    files: list[str] = []
    for path in paths:
        if Path(path).is_dir():
            found = [file for file in yaml_files(Path(path)) if file.name.endswith(CASES_ENDINGS) and is_ours(file)]
            if not found:
                raise UsageError(f"the folder `{path}` holds no cases", _WHERE_CASES_STAND)
            files.extend(map(str, found))
        elif path.endswith(CASES_ENDINGS):
            files.append(path)
        else:
            files.append(_beside(path))
    return list(dict.fromkeys(files))


def _beside(path: str) -> str:
    """
    Find the cases of a rule file, or of one that comes with the package.
    """
    shipped = None if Path(path).exists() else shipped_path(path)
    rules = Path(path) if shipped is None else shipped
    if not rules.exists():
        raise UsageError(f"`{path}` does not exist", "give a file of cases, a rule file or a folder")
    for ending in CASES_ENDINGS:
        cases = rules.with_name(rules.name.removesuffix(rules.suffix) + ending)
        if cases.exists():
            return str(cases)
    raise UsageError(f"no cases stand beside `{path}`", _WHERE_CASES_STAND)


def _read(files: Sequence[str], root: str | None) -> list[Suite]:
    """
    Read files of cases, and the rules that they are about.
    """
    from notifyrules.rules import new_charts, read_cases  # noqa: PLC0415 - `--help` answers without it

    charts = new_charts()
    return [read_cases(file, root=root, charts=charts) for file in with_progress(files, "reading cases")]


# ---- Running ----


def _run(
    suites: Sequence[Suite],
    selection: Selection,
    progress: _Progress,
    printer: _Printer | None,
    *,
    first: bool,
) -> Iterator[Ran]:
    """
    Run the cases that are chosen, file by file; none after the first failure where *first* says so.
    """
    from notifyrules.cases.report import Ran  # noqa: PLC0415 - `--help` answers without it
    from notifyrules.cases.runner import Status, run  # noqa: PLC0415

    for suite in suites:
        results: list[Result] = []
        for case in suite:
            progress.advance()
            if selection.takes(case):
                results.append(run(case))
                if printer is not None:
                    printer.result(results[-1])
                if first and results[-1].status is Status.FAILED:
                    break
        ran = Ran(suite.file, suite.findings, results)
        if printer is not None:
            printer.file(ran)
        yield ran
        if first and ran.failed:
            return


class _Progress:
    """
    Show on the terminal how far a long run has come; nothing for a short one, and where there is no terminal.
    """

    def __init__(self, total: int) -> None:
        """
        Begin a run of *total* cases.
        """
        self._bar: Progress | None = None
        self._waiting = 0
        if total >= _LONG_RUN and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - only long runs need it
            from rich.progress import Progress  # noqa: PLC0415

            self._bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=False)
            self._bar.add_task("running cases", total=total)

    def __enter__(self) -> Self:
        """
        Show the bar.
        """
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """
        Take the bar away.
        """
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """
        Count one case.
        """
        self._waiting += 1
        if self._bar is not None and self._waiting == _STEP:
            self._bar.advance(self._bar.task_ids[0], _STEP)
            self._waiting = 0

    def aside(self, text: str) -> None:
        """
        Print what was asked for, without the bar in between.
        """
        self.__exit__()
        write(text)
        self.__enter__()


class _Printer:
    """
    Print results for a person, as they come.
    """

    def __init__(self, progress: _Progress) -> None:
        """
        Print beside the bar of *progress*.
        """
        self._progress = progress
        self._palette = palette_for(sys.stdout)

    def result(self, result: Result) -> None:
        """
        Print why a case failed, or why it was skipped.
        """
        from notifyrules.cases.failure import describe_failure, describe_skip  # noqa: PLC0415 - rarely needed
        from notifyrules.cases.runner import Status  # noqa: PLC0415

        if result.status is Status.FAILED:
            self._progress.aside(f"{describe_failure(result, palette=self._palette)}\n\n")
        elif result.status is Status.SKIPPED:
            self._progress.aside(f"{describe_skip(result)}\n")

    def file(self, ran: Ran) -> None:
        """
        Print what was found in a file of cases, and how many of its cases passed.
        """
        from notifyrules.cases.report import summary  # noqa: PLC0415

        if ran.findings:
            self._progress.aside(format_human(ran.findings, palette=self._palette) + "\n")
        if ran.results:
            self._progress.aside(f"{visible(ran.file)}: {summary([ran])}\n")
