"""Tell which facts a decision needs, as long as some are not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, get_args

from notifyrules.compiled.partial import OPEN, evaluate_settled
from notifyrules.compiled.residual import Front
from notifyrules.compiled.unknown import NotKnown
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import data_of, recheck_of, walk
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value

Until = Literal["decision", "explanation"]
"""What the facts are needed for: the outcome and its reason, or the texts, `data` and `recheck` as well."""

_CHOICES: Final[tuple[str, ...]] = get_args(Until)


def needed(graph: Graph, known: Mapping[str, Value], until: Until) -> tuple[str, ...]:
    """
    Name the facts that are needed next.

    Args:
        graph: The chart.
        known: Valid values of the facts that are known.
        until: What they are needed for.

    Returns:
        The facts that the first open question reads, cheapest first, then in the order declared; none when all that is
        needed is known.

    Raises:
        UsageError: They cannot be needed for that.
    """
    if until not in _CHOICES:
        advice = did_you_mean(until, _CHOICES, f"the choices are {named(_CHOICES)}")
        raise UsageError(f"facts cannot be needed until `{visible(str(until))}`", advice)
    front = Front(graph, lambda name: known.get(name, OPEN))
    reached = front.reach()
    if isinstance(reached, str):
        names = front.needed(reached) - known.keys()
    else:
        names = frozenset() if until == "decision" else _told(graph, known)
    order = list(graph.facts)
    return tuple(sorted(names, key=lambda name: (graph.facts[name].cost, order.index(name))))


def _told(graph: Graph, known: Mapping[str, Value]) -> frozenset[str]:
    """Name the fact that keeps a decision from being told in full."""
    facts = _Known(known)
    try:
        passage = walk(graph, facts, evaluate_settled)
        data_of(graph.outcomes[passage.outcome], facts)
        recheck_of(graph, passage, facts)
    except NotKnown as unknown:
        return frozenset(problem.path for problem in unknown.problems)
    return frozenset()


class _Known(Mapping[str, Value]):
    """Facts some of which are not known, and cannot be asked for."""

    def __init__(self, known: Mapping[str, Value]) -> None:
        """Hold the *known* facts."""
        self._known = known

    def __getitem__(self, name: str) -> Value:
        """Give the value of a fact."""
        if name not in self._known:
            raise NotKnown(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        """Name the known facts."""
        return iter(self._known)

    def __len__(self) -> int:
        """Count the known facts."""
        return len(self._known)
