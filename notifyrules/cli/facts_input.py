"""Gather the facts of a decision from the command line: a file or standard input, and single settings over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from notifyrules.cli.facts_files import read_facts_file
from notifyrules.cli.settings import SETTING, read_settings
from notifyrules.errors import FactProblem, FactsError
from notifyrules.graph.model import Graph


@dataclass(frozen=True, slots=True)
class GivenFacts:
    """The facts of a decision as the caller gave them, not validated yet."""

    values: Mapping[str, object]
    """By dotted name."""
    places: Mapping[str, str]
    """Where each was given: `facts.yaml:3:18`, or `--set`."""

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Say of each problem with the facts where the fact was given."""
        try:
            yield
        except FactsError as error:
            raise FactsError(self._placed(problem) for problem in error.problems) from None

    def _placed(self, problem: FactProblem) -> FactProblem:
        """Put the place before the name of the fact."""
        place = self.places.get(problem.path)
        return replace(problem, path=f"{place}: {problem.path}") if place else problem


def read_facts(graph: Graph, settings: Sequence[str], files: Sequence[str]) -> GivenFacts:
    """
    Gather facts for a chart.

    Args:
        graph: The chart, whose declarations say how a setting is read.
        settings: `fact=value`, each.
        files: Files of facts; `-` is standard input.

    Returns:
        The facts; a later file wins over an earlier one, and what was set one by one wins over all.

    Raises:
        FactsError: A setting is not what the chart declares, or the file names a fact twice.
        UsageError: The file cannot be read, or a setting is none.
    """
    given: dict[str, tuple[object, str]] = {}
    for file in files:
        given |= read_facts_file(file)
    given |= {name: (value, SETTING) for name, value in read_settings(graph.facts, settings).items()}
    return GivenFacts(
        {name: value for name, (value, _) in given.items()}, {name: place for name, (_, place) in given.items()}
    )
