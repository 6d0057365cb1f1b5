"""Find the facts from which the words, the data and the recheck of a decision were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from notifyrules.evaluation.step import Passage, passed
from notifyrules.evaluation.walk import bind, data_of, fill, recheck_of
from notifyrules.graph.model import Call, Graph
from notifyrules.language.values import Value


class _Watched(Mapping[str, Value]):
    """Facts that remember which of them were read."""

    __slots__ = ("_facts", "names_read")

    def __init__(self, facts: Mapping[str, Value]) -> None:
        """Watch *facts*."""
        self._facts = facts
        self.names_read: set[str] = set()

    def __getitem__(self, name: str) -> Value:
        """Give a value, and note that it was read."""
        self.names_read.add(name)
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        """Name the facts."""
        return iter(self._facts)

    def __len__(self) -> int:
        """Count the facts."""
        return len(self._facts)


def told_from(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> tuple[str, ...]:
    """
    Name the facts that texts, data and recheck of a decision read, in the order declared.

    Args:
        graph: The chart.
        facts: Those it was decided for; no other is read than for the decision itself.
        passage: How the walk went for them.
    """
    watched = _Watched(facts)
    data_of(graph.outcomes[passage.outcome], watched)
    recheck_of(graph, passage, watched)
    _tell(graph, watched, passage)
    return tuple(name for name in graph.facts if name in watched.names_read)


def _tell(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> None:
    """Fill every text of a way through a chart, those of called charts included."""
    for step in passed(passage.steps):
        because, node = graph.arrows[step.arrow].because, graph.nodes[step.node]
        if because is not None:
            fill(because, facts)
        if step.inner is not None and isinstance(node, Call):
            _tell(node.callee, bind(node, facts), step.inner)
    own = graph.outcomes[passage.outcome].because
    said = any(step.because is not None or (step.inner and step.inner.because) for step in passage.steps)
    if own is not None and not said:
        fill(own, facts)
