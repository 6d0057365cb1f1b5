"""Find the cases that the command line names, run them, and show how far the run has come."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from notifyrules.cases.model import Case
from notifyrules.cases.reading import Suite
from notifyrules.cases.report import Ran, describe_failure, describe_skip, gather_alike, likeness, summary, tell_rest
from notifyrules.cases.runner import Result, Selection, Status, run
from notifyrules.cli.files import is_folder, is_there, make_folder, our_files, require_file, root_for, save_text
from notifyrules.cli.output import is_terminal, palette_for, with_progress, write
from notifyrules.coverage.figures import FileCoverage
from notifyrules.coverage.recorder import Recorder
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.visible import visible_name
from notifyrules.document.files import CASES_ENDINGS
from notifyrules.errors import UsageError
from notifyrules.rules import examine, new_charts, read_cases
from notifyrules.shipped import shipped_path

if TYPE_CHECKING:
    from rich.progress import Progress

_LONG_RUN: Final = 2_000
"""Cases from which on a person wants to see how far the run has come."""
_STEP: Final = 100
"""Cases by which the bar moves on; moving it takes longer than a case."""
_WHERE_CASES_STAND: Final = "the cases of `name.yaml` stand beside it in `name.cases.yaml`"


# ---- What to run ----


def gather(paths: Sequence[str], root: str | None) -> dict[str, Path | None]:
    """
    List the files of cases: those named, those of the folders named, and those beside the rule files named.

    Returns:
        For each file its root; None for its own folder.

    Raises:
        UsageError: One of the paths leads to no cases.
    """
    files: dict[str, Path | None] = {}
    for path in paths:
        if is_folder(path):
            found = [file for file in our_files(Path(path)) if file.name.endswith(CASES_ENDINGS)]
            if not found:
                raise UsageError(f"the folder `{path}` holds no cases", _WHERE_CASES_STAND)
            for file in found:
                files.setdefault(str(file), root_for(file, root, Path(path)))
        else:
            require_file(path)
            named = path if path.endswith(CASES_ENDINGS) else _beside(path)
            files.setdefault(named, root_for(named, root))
    return files


def _beside(path: str) -> str:
    """Find the cases of a rule file, or of one that comes with the package."""
    shipped = None if is_there(path) else shipped_path(path)
    rules = Path(path) if shipped is None else shipped
    for ending in CASES_ENDINGS:
        cases = rules.with_name(rules.name.removesuffix(rules.suffix) + ending)
        if is_there(cases):
            return str(cases)
    raise UsageError(f"no cases stand beside `{path}`", _WHERE_CASES_STAND)


def read_all(files: Mapping[str, Path | None]) -> list[Suite]:
    """Read files of cases, each with its root, and the rules that they are about."""
    charts = new_charts()
    return [read_cases(file, root=files[file], charts=charts) for file in with_progress(list(files), "reading cases")]


def record(paths: Sequence[str], root: str | None, suites: Sequence[Suite]) -> Recorder:
    """Begin to record coverage: rule files of the folders named count even where they have no cases that are run."""
    recorder = Recorder()
    for suite in suites:
        if suite.chart is not None:
            recorder.learn(suite.chart.graph)
    for path in paths:
        for file in our_files(Path(path)) if is_folder(path) else ():
            if not file.name.endswith(CASES_ENDINGS):
                # One with errors decides nothing; `check` tells of it.
                graph = examine(file, root=root_for(file, root, Path(path))).graph
                if graph is not None:
                    recorder.learn(graph)
    return recorder


def draw_coverage(folder: Path, recorder: Recorder, covered: Sequence[FileCoverage]) -> None:
    """Draw what is covered on each chart, below a folder: `rules/slack.yaml` in `FOLDER/rules/slack.svg`."""
    from notifyrules.coverage.overlay import overlay  # noqa: PLC0415 - drawing is heavy
    from notifyrules.diagram import to_svg  # noqa: PLC0415
    from notifyrules.diagram.drawing import draw_overlaid  # noqa: PLC0415

    for file in with_progress(covered, "drawing"):
        tally = recorder.tallies[file.file]
        if tally.graph is None:
            continue
        path = Path(file.file.rpartition(":")[2])
        below = Path(path.name) if path.is_absolute() or ".." in path.parts else path
        target = folder / below.with_suffix(".svg")
        svg = to_svg(draw_overlaid(tally.graph, overlay(file, tally, tally.graph)))
        make_folder(target.parent)
        save_text(target, svg)


# ---- Running ----


def run_all(
    suites: Sequence[Suite], selection: Selection, recorder: Recorder | None, *, first: bool, printing: bool
) -> tuple[Ran, ...]:
    """
    Run the cases that are chosen.

    Args:
        suites: The files of cases.
        selection: Which cases to run.
        recorder: Walks every case that is run; None where coverage is not asked for.
        first: Whether to stop at the first failure.
        printing: Whether to print what becomes of the cases as they are run.

    Returns:
        What became of each file, as far as the run came.
    """
    with _Progress(sum(map(len, suites))) as progress:
        printer = _Printer(progress, several=len(suites) > 1) if printing else None
        return tuple(_run(suites, selection, _Watch(progress, printer, recorder), first=first))


@dataclass(frozen=True, slots=True)
class _Watch:
    """Whatever follows a run."""

    progress: _Progress
    printer: _Printer | None
    recorder: Recorder | None

    def result(self, result: Result, file: str) -> None:
        """Print a result of a file of cases, and walk the case that has it."""
        if self.printer is not None:
            self.printer.result(result, file)
        if self.recorder is not None and isinstance(result.case, Case) and result.status is not Status.SKIPPED:
            self.recorder.walk(result.case.chart.graph, result.case.facts)


def _run(suites: Sequence[Suite], selection: Selection, watch: _Watch, *, first: bool) -> Iterator[Ran]:
    """Run file by file."""
    for suite in suites:
        results: list[Result] = []
        for case in suite:
            watch.progress.advance()
            if selection.takes(case):
                results.append(run(case))
                watch.result(results[-1], suite.file)
                if first and results[-1].status is Status.FAILED:
                    break
        ran = Ran(suite.file, suite.findings, results)
        if watch.printer is not None:
            watch.printer.file(ran)
        yield ran
        if first and ran.failed:
            return


class _Progress:
    """Show on the terminal how far a long run has come; nothing for a short one, and where there is no terminal."""

    def __init__(self, total: int) -> None:
        """Begin a run of *total* cases."""
        self._bar: Progress | None = None
        self._waiting = 0
        if total >= _LONG_RUN and is_terminal(sys.stderr):
            from rich.console import Console  # noqa: PLC0415 - only long runs need it
            from rich.progress import Progress  # noqa: PLC0415

            # What was asked for stays on standard output.
            self._bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=False)
            self._bar.add_task("running cases", total=total)

    def __enter__(self) -> Self:
        """Show the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """Count one case."""
        self._waiting += 1
        if self._bar is not None and self._waiting == _STEP:
            self._bar.advance(self._bar.task_ids[0], _STEP)
            self._waiting = 0

    def aside(self, text: str) -> None:
        """Print what was asked for, without the bar in between."""
        self.__exit__()
        write(text)
        self.__enter__()


class _Printer:
    """Print results for a person, as they come."""

    def __init__(self, progress: _Progress, *, several: bool) -> None:
        """Print beside the bar of *progress*; a line for each file where there are *several*."""
        self._progress = progress
        self._several = several
        self._printed: set[tuple[object, ...]] = set()
        self._palette = palette_for(sys.stdout)

    def result(self, result: Result, file: str) -> None:
        """Print why a case failed, unless one like it was printed before, or why it was skipped."""
        if result.status is Status.FAILED:
            alike = likeness(result, file)
            if alike in self._printed:
                return
            self._printed.add(alike)
            self._progress.aside(f"{describe_failure(result, palette=self._palette)}\n\n")
        elif result.status is Status.SKIPPED:
            self._progress.aside(f"{describe_skip(result)}\n")

    def file(self, ran: Ran) -> None:
        """Print what was found in a file of cases, which failures were counted only, and of several how many passed."""
        if counted := list(filter(None, map(tell_rest, gather_alike(ran.results, ran.file)))):
            self._progress.aside("".join(f"{line}\n" for line in counted) + "\n")
        if ran.findings:
            self._progress.aside(format_human(ran.findings, palette=self._palette) + "\n")
        if ran.results and self._several:
            self._progress.aside(f"{visible_name(ran.file)}: {summary([ran])}\n")
