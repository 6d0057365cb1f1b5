"""Choose cases and run them: decide for the facts of each, and compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from notifyrules.cases.model import Case, Expectation
from notifyrules.cases.rows import BadRow
from notifyrules.compiled.decision import Decision
from notifyrules.evaluation.walk import Step
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value


class Decided(Protocol):
    """What a decision is compared by."""

    @property
    def outcome(self) -> str:
        """The name of the outcome reached."""

    @property
    def reason(self) -> str:
        """The id of the arrow that settled it."""

    @property
    def because(self) -> str | None:
        """Why, in words for a person."""

    @property
    def data(self) -> Mapping[str, Value]:
        """What it carries."""

    @property
    def recheck_at(self) -> datetime | None:
        """When to ask again."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The way there."""


class Status(Enum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a decision is not as expected."""

    what: str
    """`outcome`, `notify`, `reason`, `because`, `through`, `recheck`, or `data.` and a name."""
    expected: Value
    actual: Value


@dataclass(frozen=True, slots=True)
class Failure:
    """A decision that is not what its case expects."""

    differences: tuple[Difference, ...]
    """At least one, in the order of :class:`notifyrules.cases.model.Expectation`."""
    decision: Decision


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case, or of one row that could not be read."""

    case: Case | BadRow
    status: Status
    failure: Failure | None = None
    """How the decision differs; None for a case that did not fail, and for a row that could not be read."""


def run(case: Case | BadRow) -> Result:
    """Run one case: tell whether the decision is as expected, and if not how it differs."""
    if isinstance(case, BadRow):
        return Result(case, Status.FAILED)
    if case.skip is not None:
        return Result(case, Status.SKIPPED)
    decision = case.chart.program.decide(case.facts)
    found = tuple(differences(case.expect, decision, case.chart.graph))
    if not found:
        return Result(case, Status.PASSED)
    return Result(case, Status.FAILED, Failure(found, decision))


def differences(expect: Expectation, decision: Decided, graph: Graph) -> Iterator[Difference]:
    """Compare what is expected with what was decided; what is not expected is not even looked at."""
    if expect.outcome not in (None, decision.outcome):
        yield Difference("outcome", expect.outcome, decision.outcome)
    if expect.notify is not None:
        notify = graph.outcomes[decision.outcome].notify
        if notify is not expect.notify:
            yield Difference("notify", expect.notify.written, notify.written)
    if expect.reason not in (None, decision.reason):
        yield Difference("reason", expect.reason, decision.reason)
    if expect.because is not None and expect.because != decision.because:
        yield Difference("because", expect.because, decision.because)
    if expect.data:
        actual = decision.data
        for name, value in expect.data.items():
            if actual[name] != value:
                yield Difference(f"data.{name}", value, actual[name])
    if expect.through and missing_node(expect.through, decision) is not None:
        yield Difference("through", expect.through, tuple(step.node for step in decision.steps))
    if expect.recheck is not None and expect.recheck != (decision.recheck_at,):
        yield Difference("recheck", *expect.recheck, decision.recheck_at)


def missing_node(through: Iterable[str], decision: Decided) -> int | None:
    """Give the place of the first node that the path does not pass where it should; None where it passes all."""
    path = iter(step.node for step in decision.steps)
    for number, name in enumerate(through):
        # What is left of the iterator is the path behind the node found.
        if name not in path:
            return number
    return None


# ---- Which cases to run ----


@dataclass(frozen=True, slots=True)
class Selection:
    """What a case must have to be run; what is empty asks for nothing."""

    words: tuple[str, ...] = ()
    """Each stands somewhere in the name, whatever the case."""
    tags: tuple[str, ...] = ()
    """The case has one of them."""
    outcomes: tuple[str, ...] = ()
    """What the case expects leaves one of them open, and not every outcome of the chart."""

    def takes(self, case: Case | BadRow) -> bool:
        """Tell whether a case is to be run; what a row that cannot be read expects is not known, so it is."""
        name = case.name.casefold()
        if not all(word.casefold() in name for word in self.words):
            return False
        if self.tags and not set(self.tags) & set(case.tags):
            return False
        return not self.outcomes or isinstance(case, BadRow) or self._takes_outcome(case)

    def _takes_outcome(self, case: Case) -> bool:
        expect = case.expect
        says_nothing = expect.outcome is None and expect.notify is None and expect.reason is None
        return not says_nothing and bool(expect.outcomes & set(self.outcomes))
