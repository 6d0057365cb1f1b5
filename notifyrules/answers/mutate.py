"""Make the mistakes that people make in rules, and say which of them no case notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from notifyrules.cases.model import Case
from notifyrules.cases.reading import Suite
from notifyrules.cases.runner import Status, run
from notifyrules.diagnostics.visible import visible_name
from notifyrules.graph.model import Graph
from notifyrules.limit import Limit
from notifyrules.mutate.judging import Audience
from notifyrules.mutate.mistakes import mutants
from notifyrules.mutate.model import Mutant
from notifyrules.mutate.report import Mutated, format_github, format_text, mutated_data

_WRITERS = {"text": format_text, "github": format_github}


@dataclass(frozen=True, slots=True)
class Mutations:
    """What became of the mistakes in some charts."""

    files: tuple[Mutated, ...]
    problems: tuple[str, ...]
    """Why some charts were not looked at."""

    @property
    def survived(self) -> bool:
        """Whether a case is missing."""
        return any(one.survivors for one in self.files)

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return mutated_data(self.files)

    def tell(self, form: str) -> str:
        """Tell it as `text` or for `github`."""
        return _WRITERS[form](self.files)


def mutate(
    suites: Iterable[Suite],
    limit: Limit,
    track: Callable[[Sequence[Mutant], str], Iterable[Mutant]] = lambda mutants, _: mutants,
) -> Mutations:
    """Make mistakes in the charts that cases are about; *track* shows how far that is. The solver must be installed."""
    by_chart: dict[Graph, list[Suite]] = {}
    problems = []
    for suite in suites:
        failed = sum(run(case).status is Status.FAILED for case in suite)
        if suite.chart is None or failed or any(found.is_error for found in suite.findings):
            what = f"{failed} of its cases fail{'s' * (failed == 1)}" if failed else "it cannot be run"
            problems.append(f"`{visible_name(suite.file)}` notices nothing: {what}")
        else:
            by_chart.setdefault(suite.chart.graph, []).append(suite)
    return Mutations(tuple(_mutate(*one, limit, track) for one in by_chart.items()), tuple(problems))


def _mutate(
    graph: Graph, suites: Sequence[Suite], limit: Limit, track: Callable[[Sequence[Mutant], str], Iterable[Mutant]]
) -> Mutated:
    from notifyrules.mutate.equivalence import judge  # noqa: PLC0415 - the solver is an extra
    from notifyrules.solver import base_of  # noqa: PLC0415

    cases = (case for suite in suites for case in suite if isinstance(case, Case) and case.skip is None)
    audience, made = Audience.of(graph, cases), tuple(mutants(graph))
    left = [one for one in track(made, f"mistakes in {visible_name(graph.path)}") if not audience.notices(one)]
    left.sort(key=lambda one: (one.span.source.name != graph.path, one.span.source.name, one.span.start))
    base = base_of(graph, limit, suites[0].given)
    free = frozenset(fact.name for fact in graph.facts.values() if not fact.has_default) - suites[0].given.keys()
    judged = [judge(graph, one, base, free, audience.facts(one), limit) for one in track(left, "what no case notices")]
    return Mutated(graph, tuple(suites), len(made), tuple(judged))
