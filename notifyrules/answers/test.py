"""Run cases, and say what became of them and what they cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from notifyrules.cases.model import Case
from notifyrules.cases.reading import Suite
from notifyrules.cases.report import Ran, format_case_annotations, format_junit, results_data, summary
from notifyrules.cases.runner import Result, Selection, Status, run
from notifyrules.coverage.figures import FileCoverage, coverage_data, format_coverage, measure, total_figures
from notifyrules.coverage.recorder import Recorder, WalkTally
from notifyrules.document.files import Place
from notifyrules.graph.model import Graph
from notifyrules.rules import new_charts, read_cases


class Follower:
    """Is told how far a run has come; this one does nothing about it."""

    def advance(self) -> None:
        """Count one case, which may not be chosen."""

    def result(self, result: Result, file: str) -> None:
        """Take what became of a case of a file."""

    def file(self, ran: Ran) -> None:
        """Take what became of a whole file."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of cases."""

    ran: tuple[Ran, ...]
    """What became of each file, as far as the run came."""
    covered: tuple[FileCoverage, ...] | None
    """What the cases cover; None where it is not asked for."""
    tallies: Mapping[str, WalkTally]
    """What they walked of each file."""

    @property
    def failed(self) -> bool:
        """Whether a case failed, or a file cannot be run."""
        return any(one.failed for one in self.ran)

    def problems(self, least: Fraction | None) -> Iterator[str]:
        """Say why the run fails although no case does; *least* is the percentage that is to be covered."""
        if not any(one.results or one.failed for one in self.ran):
            yield "no case was found that is asked for"
        if self.covered is not None and least is not None and (total := total_figures(self.covered)).is_under(least):
            yield f"{total.percent} is covered, less than {float(least):g}%"

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {**results_data(self.ran), **({} if self.covered is None else {"coverage": coverage_data(self.covered)})}

    def to_junit(self) -> str:
        """Give it as JUnit XML."""
        return format_junit(self.ran)

    def tell(self, *, annotated: bool) -> str:
        """Tell it in a few lines, below annotations of GitHub where they are wanted."""
        annotations = format_case_annotations(self.ran) if annotated else ""
        coverage = "" if self.covered is None else f"\n{format_coverage(self.covered)}"
        return f"{annotations}{summary(self.ran)}\n{coverage}"

    def draw_coverage(self, file: FileCoverage) -> str | None:
        """Draw what is covered of a file on its chart, as SVG; None for a file that has no chart."""
        from notifyrules.coverage.overlay import overlay  # noqa: PLC0415 - drawing is heavy
        from notifyrules.diagram import to_svg  # noqa: PLC0415
        from notifyrules.diagram.drawing import draw_overlaid  # noqa: PLC0415

        tally = self.tallies[file.file]
        return None if tally.graph is None else to_svg(draw_overlaid(tally.graph, overlay(file, tally, tally.graph)))


def read_all(files: Iterable[Place]) -> tuple[Suite, ...]:
    """Read files of cases, and the rules that they are about."""
    charts = new_charts()
    return tuple(read_cases(file, charts=charts) for file in files)


def record(suites: Iterable[Suite], graphs: Iterable[Graph]) -> Recorder:
    """Begin to record what is covered of the charts of some cases, and of others."""
    recorder = Recorder()
    for graph in (*(suite.chart.graph for suite in suites if suite.chart is not None), *graphs):
        recorder.learn(graph)
    return recorder


def test(
    suites: Sequence[Suite],
    selection: Selection,
    recorder: Recorder | None = None,
    *,
    follower: Follower | None = None,
    first: bool = False,
) -> Tested:
    """Run the cases that are chosen, perhaps only to the *first* failure; a *recorder* walks each one that is run."""
    ran = tuple(_run(suites, selection, recorder, follower or Follower(), first=first))
    tallies = {} if recorder is None else recorder.tallies
    return Tested(ran, None if recorder is None else measure(tallies), tallies)


def _run(
    suites: Sequence[Suite], selection: Selection, recorder: Recorder | None, follower: Follower, *, first: bool
) -> Iterator[Ran]:
    for suite in suites:
        results: list[Result] = []
        for case in suite:
            follower.advance()
            if not selection.takes(case):
                continue
            result = run(case)
            results.append(result)
            follower.result(result, suite.file)
            if recorder is not None and isinstance(case, Case) and result.status is not Status.SKIPPED:
                recorder.walk(case.chart.graph, case.facts)
            if first and result.status is Status.FAILED:
                break
        ran = Ran(suite.file, suite.findings, results)
        follower.file(ran)
        yield ran
        if first and ran.failed:
            return
