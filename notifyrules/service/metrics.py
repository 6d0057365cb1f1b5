"""Count what is decided and refused, and tell Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector


class Cell:
    """A count that is kept at hand, since looking it up would cost as much as deciding."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        """Begin at nothing."""
        self.count = 0


class Tally(Collector):
    """
    What this process has counted since it began.

    All is counted on the one thread of the loop, so that no lock is needed.
    """

    def __init__(self, others: Callable[[], Iterable[Metric]] = tuple) -> None:
        """Count; *others* gives what is not counted here, such as the age of the rules."""
        self._decided: dict[tuple[str, str, str], Cell] = {}
        self.refused: Counter[tuple[str, str]] = Counter()
        """Problems by their status and kind."""
        self.unlogged = Cell()
        """Decisions that could not be logged."""
        self._others = others
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def cell(self, rules: str, outcome: str, reason: str) -> Cell:
        """Give where decisions are counted that end so."""
        return self._decided.setdefault((rules, outcome, reason), Cell())

    def page(self) -> bytes:
        """Write what Prometheus reads."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Give every metric."""
        decided = CounterMetricFamily("notifyrules_decisions", "Decisions.", labels=("rules", "outcome", "reason"))
        for labels, cell in self._decided.items():
            decided.add_metric(labels, cell.count)
        refused = CounterMetricFamily("notifyrules_refusals", "Calls refused.", labels=("status", "problem"))
        for kind, count in self.refused.items():
            refused.add_metric(kind, count)
        unlogged = CounterMetricFamily("notifyrules_unlogged", "Decisions that could not be logged.")
        unlogged.add_metric((), self.unlogged.count)
        yield from (decided, refused, unlogged, *self._others())
