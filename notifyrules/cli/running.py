"""Find the cases that the command line names, and show how far a run of them has come."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from notifyrules.answers.test import Follower, Tested
from notifyrules.cases.reading import Suite
from notifyrules.cases.report import Ran, describe_failure, describe_skip, gather_alike, likeness, summary, tell_rest
from notifyrules.cases.runner import Result, Status
from notifyrules.cli.files import find_files, is_there, make_folder, our_files, save
from notifyrules.cli.output import is_terminal, palette_for, with_progress, write
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.visible import visible, visible_name
from notifyrules.document.files import CASES_ENDINGS, Place, is_folder, root_for
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph
from notifyrules.revisions import in_revision, is_revision
from notifyrules.rules import examine
from notifyrules.shipped import shipped_path

if TYPE_CHECKING:
    from rich.progress import Progress

_LONG_RUN: Final = 2_000
"""Cases from which on a person wants to see how far the run has come."""
_STEP: Final = 100
"""Cases by which the bar moves on; moving it takes longer than a case."""
_WHERE_CASES_STAND: Final = (
    "the cases of `name.yaml` stand beside it in `name.cases.yaml`, which begins with `notifyrules-cases: 1`,"
    ' `rules: name.yaml` and a case, such as `cases: [{name: by default, expect: "no"}]`'
)


# ---- What to run ----


@contextmanager
def gather(paths: Sequence[str], root: str | None, *, changing: bool = False) -> Iterator[dict[str, Place]]:
    """List the files of cases: those named, those of folders, and those beside rule files; perhaps to change them."""
    if changing and (past := next(filter(is_revision, paths), None)) is not None:
        raise UsageError(f"`{visible(past)}` is of a revision, which cannot be changed", "name the file of today")
    with find_files(paths, root, _cases_inside, _cases_of) as files:
        yield files


def _cases_inside(folder: str) -> list[Path]:
    found = [file for file in our_files(Path(folder)) if file.name.endswith(CASES_ENDINGS)]
    if not found:
        raise UsageError(f"the folder `{folder}` holds no cases", _WHERE_CASES_STAND)
    return found


def _cases_of(path: str) -> str:
    """Find the cases that stand beside a rule file, perhaps a shipped or past one; a file of cases is its own."""
    if path.endswith(CASES_ENDINGS):
        return path
    shipped = None if is_there(path) else shipped_path(path)
    rules = path if shipped is None else str(shipped)
    exists = in_revision if is_revision(path) else is_there
    for ending in CASES_ENDINGS:
        if exists(cases := os.path.splitext(rules)[0] + ending):  # noqa: PTH122 - a revision stands before it
            return cases
    raise UsageError(f"no cases stand beside `{path}`", _WHERE_CASES_STAND)


def charts_of(paths: Sequence[str], root: str | None) -> Iterator[Graph]:
    """Give the charts of the rule files in the folders named: they count even where they have no cases that are run."""
    for path in paths:
        for file in our_files(Path(path)) if is_folder(path) else ():
            if not file.name.endswith(CASES_ENDINGS):
                # One with errors decides nothing; `check` tells of it.
                graph = examine(file, root=root_for(file, root, Path(path))).graph
                if graph is not None:
                    yield graph


def save_coverage(folder: Path, tested: Tested) -> None:
    """Draw what is covered on each chart, below a folder: `rules/slack.yaml` in `FOLDER/rules/slack.svg`."""
    for file in with_progress(tested.covered or (), "drawing"):
        if (svg := tested.draw_coverage(file)) is not None:
            path = Path(file.file.rpartition(":")[2])
            below = Path(path.name) if path.is_absolute() or ".." in path.parts else path
            target = folder / below.with_suffix(".svg")
            make_folder(target.parent)
            save(target, svg.encode())


# ---- How far the run has come ----


class RunShown(Follower):
    """Show how far a run has come: a bar for a long one, where there is a terminal, and results as they come."""

    def __init__(self, suites: Sequence[Suite], *, printing: bool) -> None:
        """Begin to show a run of *suites*; *printing* what becomes of the cases for a person."""
        self._printing = printing
        self._several = len(suites) > 1
        self._printed: set[tuple[object, ...]] = set()
        self._palette = palette_for(sys.stdout)
        self._bar: Progress | None = None
        self._waiting = 0
        total = sum(map(len, suites))
        if total >= _LONG_RUN and is_terminal(sys.stderr):
            from rich.console import Console  # noqa: PLC0415 - only long runs need it
            from rich.progress import Progress  # noqa: PLC0415

            # What was asked for stays on standard output.
            self._bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=False)
            self._bar.add_task("running cases", total=total)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """Count one case."""
        self._waiting += 1
        if self._bar is not None and self._waiting == _STEP:
            self._bar.advance(self._bar.task_ids[0], _STEP)
            self._waiting = 0

    def result(self, result: Result, file: str) -> None:
        """Print why a case failed, unless one like it was printed before, or why it was skipped."""
        if not self._printing:
            return
        if result.status is Status.FAILED:
            alike = likeness(result, file)
            if alike not in self._printed:
                self._printed.add(alike)
                self._aside(f"{describe_failure(result, palette=self._palette)}\n\n")
        elif result.status is Status.SKIPPED:
            self._aside(f"{describe_skip(result)}\n")

    def file(self, ran: Ran) -> None:
        """Print what was found in a file of cases, which failures were counted only, and of several how many passed."""
        if not self._printing:
            return
        if counted := list(filter(None, map(tell_rest, gather_alike(ran.results, ran.file)))):
            self._aside("".join(f"{line}\n" for line in counted) + "\n")
        if ran.findings:
            self._aside(format_human(ran.findings, palette=self._palette) + "\n")
        if ran.results and self._several:
            self._aside(f"{visible_name(ran.file)}: {summary([ran])}\n")

    def _aside(self, text: str) -> None:
        """Print what was asked for, without the bar in between."""
        self.__exit__()
        write(text)
        self.__enter__()
