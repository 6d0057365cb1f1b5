"""
Hold what was decided, and tell why when asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from notifyrules.conditions.values import Value
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.step import Passage, Step
from notifyrules.evaluation.walk import data_of, recheck_of, walk
from notifyrules.graph.model import Graph, Notify

if TYPE_CHECKING:
    from notifyrules.program.facts import Facts


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """
    An outcome as one arrow reached it: a constant of the compiled rules, shared by all decisions that end there.
    """

    outcome: str
    reason: str
    """The id of the arrow that entered the outcome."""
    notify: Notify
    graph: Graph


class Decision:
    """
    What was decided for one set of facts.

    True when the person is to be notified now. The steps, texts and data are made when they are asked for, by the
    reference walk over the decision's own facts.
    """

    # Set by compiled code, without a constructor: this object is made at every call.
    __slots__ = ("_facts", "_passage", "_verdict")

    _facts: Facts
    _verdict: Verdict
    _passage: Passage

    def __bool__(self) -> bool:
        """
        Tell whether to notify now.
        """
        return self._verdict.notify is Notify.YES

    @property
    def notify(self) -> bool:
        """
        Whether to notify now; False for `later`.
        """
        return self._verdict.notify is Notify.YES

    @property
    def later(self) -> bool:
        """
        Whether to hold the notification and ask again.
        """
        return self._verdict.notify is Notify.LATER

    @property
    def outcome(self) -> str:
        """
        The name of the outcome reached.
        """
        return self._verdict.outcome

    @property
    def reason(self) -> str:
        """
        The stable id of the arrow that settled it, such as `muted.then`.
        """
        return self._verdict.reason

    @property
    def facts(self) -> Mapping[str, Value]:
        """
        The facts it was decided for, defaults filled in.
        """
        return self._facts

    @property
    def passage(self) -> Passage:
        """
        The way through the chart, made by the reference walk.
        """
        try:
            return self._passage
        except AttributeError:
            # Two threads may both walk; they find the same.
            self._passage = walk(self._verdict.graph, self._facts)
            return self._passage

    @property
    def steps(self) -> tuple[Step, ...]:
        """
        The nodes passed, first one first, with the answers given there.
        """
        return self.passage.steps

    @property
    def because(self) -> str | None:
        """
        Why, in words for a person; None where the rules say nothing.
        """
        return self.passage.because

    @property
    def data(self) -> Mapping[str, Value]:
        """
        What the outcome carries, by the names that the rules declare under `data`; lists are tuples.
        """
        return MappingProxyType(data_of(self._verdict.graph.outcomes[self.outcome], self._facts))

    @property
    def recheck_at(self) -> datetime | None:
        """
        The instant at which to ask again, in UTC; None where there is nothing to say.
        """
        return recheck_of(self._verdict.graph, self.passage, self._facts)

    def record(self) -> Record:
        """
        Gather everything about the decision as one value.
        """
        graph = self._verdict.graph
        return Record(
            rules=graph.name,
            title=graph.title,
            path=graph.path,
            digest=graph.digest,
            facts=dict(self._facts),
            notify=self._verdict.notify,
            reason=self.reason,
            passage=self.passage,
            data=dict(self.data),
            recheck_at=self.recheck_at,
        )

    def to_dict(self) -> dict[str, Any]:
        """
        Give the decision as plain data, as a log keeps it.

        Returns:
            What JSON can hold: the rules' name and digest, facts, outcome, notify (true, false or `later`), reason,
            because, data, recheck_at and steps.
        """
        return self.record().to_dict()

    def explain(self, reader: str = "support") -> str:
        """
        Tell why, in sentences.

        Args:
            reader: `user` for the person concerned, `support` for whoever answers their ticket, `engineer` for
                whoever mends the rules.
        """
        from notifyrules.explanation import explain, not_asked  # noqa: PLC0415 - only those who ask pay for it

        return explain(self.record(), reader=reader, not_asked=not_asked(self._verdict.graph, self.passage))

    def __repr__(self) -> str:
        """
        Show the outcome and its reason.
        """
        return f"<Decision {self.outcome!r} by {self.reason}>"
