"""Hold what was decided, and tell why when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from notifyrules.compiled.arrow_words import OnTheWay, Teller, plain_words
from notifyrules.compiled.asks import asks_of
from notifyrules.compiled.facts_object import Facts, LazyFacts, Unchanging
from notifyrules.evaluation.record import Record, record_of
from notifyrules.evaluation.walk import Passage, Step, data_of, fill, no_asks, recheck_of, stand_in, walk
from notifyrules.graph.model import Graph, Message, Notify
from notifyrules.language.terms import Term
from notifyrules.language.values import Value

if TYPE_CHECKING:
    from notifyrules.explanation.readers import Reader


_TELLERS: Final = 64
"""What finds words is kept for so many charts."""


class Verdict:
    """An outcome as one arrow reached it: a constant of the compiled rules, shared by all decisions that end there."""

    __slots__ = ("data", "graph", "kind", "notify", "outcome", "reason", "stand_in", "teller", "words", "yes")

    words: str | Message | OnTheWay | None
    """What is said there, written out where nothing is filled in; like the next three, found when it is first read."""
    data: Mapping[str, Value] | None
    """What is carried, where that is the same for all facts; else None."""
    stand_in: Passage | None
    """Stands for the way there where it does not matter to when to ask again; else None."""
    teller: Teller
    """Finds words that are said on the way."""

    def __init__(self, outcome: str, reason: str, notify: Notify, graph: Graph, kind: type[Facts]) -> None:
        """Settle an outcome, whose *reason* is the id of the arrow that entered it, for rules with facts of a kind."""
        self.outcome = outcome
        self.reason = reason
        self.notify = notify
        self.yes = notify is Notify.YES
        self.graph = graph
        self.kind = kind

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - one of four
        """Find what is not asked for of every decision."""
        match name:
            case "words":
                self.words = plain_words(self.graph, self.reason)
            case "data":
                data = self.graph.outcomes[self.outcome].data
                plain = {name: value for name, value in data.items() if not isinstance(value, Term)}
                self.data = plain if len(plain) == len(data) else None
            case "stand_in":
                self.stand_in = stand_in(self.graph, self.reason)
            case "teller":
                self.teller = _teller(self.graph, self.kind, self.notify)
            case _:
                raise AttributeError(name)
        return getattr(self, name)


@lru_cache(_TELLERS)
def _teller(graph: Graph, kind: type[Facts], end: Notify) -> Teller:
    return Teller(graph, kind, end)


class Decision(Unchanging):
    """
    What was decided for one set of facts.

    True when the person is to be notified now. The steps, texts and data are made when they are asked for, by the
    reference walk over the decision's own facts.
    """

    # Set by compiled code, without a constructor: this object is made at every call.
    __slots__ = ("_facts", "_passage", "_verdict")

    _facts: Facts | Iterable[Value]
    """The facts; bare values in the order of the slots where they were accepted by sight."""
    _verdict: Verdict
    _passage: Passage

    def __bool__(self) -> bool:
        """Tell whether to notify now."""
        return self._verdict.yes

    @property
    def notify(self) -> bool:
        """Whether to notify now; False for `later`."""
        return self._verdict.yes

    @property
    def later(self) -> bool:
        """Whether to hold the notification and ask again."""
        return self._verdict.notify is Notify.LATER

    @property
    def outcome(self) -> str:
        """The name of the outcome reached."""
        return self._verdict.outcome

    @property
    def reason(self) -> str:
        """The stable id of the arrow that settled it, such as `muted.then`."""
        return self._verdict.reason

    @property
    def facts(self) -> Facts:
        """The facts it was decided for, defaults filled in; of those given as callables, reading one asks for it."""
        facts = self._facts
        # To look whether something is a mapping takes longer than anything else here.
        if facts.__class__ is not self._verdict.kind and not isinstance(facts, Facts):
            facts = self._facts = self._verdict.kind.of(facts)
        return facts

    @property
    def passage(self) -> Passage:
        """The way through the chart, made by the reference walk."""
        return self._passed(None)

    def _passed(self, plain: Mapping[str, Value] | None) -> Passage:
        """Give the way; *plain* are the facts in a dict, where they are at hand."""
        passage: Passage | None = getattr(self, "_passage", None)
        if passage is None:
            graph, facts = self._verdict.graph, self._plain() if plain is None else plain
            asks = asks_of if facts.__class__ is dict else no_asks
            # Two threads may both walk; they find the same.
            passage = self._passage = walk(graph, facts, self.facts.evaluate, asks=asks)
        return passage

    @property
    def steps(self) -> tuple[Step, ...]:
        """The nodes passed, first one first, with the answers given there."""
        return self.passage.steps

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason, and those of the called charts that it comes from, the outermost first."""
        return self.passage.reasons

    @property
    def because(self) -> str | None:
        """Why, in words for a person; None where the rules say nothing."""
        verdict, facts = self._verdict, self._facts
        if facts.__class__ is not verdict.kind and facts.__class__ is not tuple and isinstance(facts, LazyFacts):
            # Who reads the words of facts that are not known yet asks for what the whole way says.
            return self.passage.because
        words = verdict.words
        if words is None or isinstance(words, str):
            return words
        return fill(words, self.facts) if isinstance(words, Message) else verdict.teller.words(self.facts)

    @property
    def data(self) -> Mapping[str, Value]:
        """What the outcome carries, by the names that rules declare under `data`, in a new dict; lists are tuples."""
        if (data := self._verdict.data) is not None:
            return dict(data)
        return data_of(self._verdict.graph.outcomes[self.outcome], self.facts)

    @property
    def recheck_at(self) -> datetime | None:
        """The instant at which to ask again, in UTC; None where there is nothing to say."""
        return recheck_of(self._verdict.graph, self._verdict.stand_in or self.passage, self.facts)

    def record(self) -> Record:
        """Gather everything about the decision as one value."""
        facts = self._plain()
        record = record_of(self._verdict.graph, facts, self._passed(facts))
        # Last, when all that the rest needs has been asked for.
        return replace(record, facts=self.facts.known()) if isinstance(record.facts, Facts) else record

    def _plain(self) -> Mapping[str, Value]:
        """Give the facts in a dict, which is read faster, unless some are yet to be asked for."""
        facts = self.facts
        return facts.known() if facts.__class__ is self._verdict.kind else facts

    def to_dict(self) -> dict[str, Any]:
        """
        Give the decision as plain data, as a log keeps it.

        Returns:
            What JSON can hold: the rules' name and digest, facts, outcome, notify (true, false or `later`), reason,
            reasons, because, data, recheck_at and steps.
        """
        return self.record().to_dict()

    def receipt(
        self,
        id: str | None = None,  # noqa: A002 - the key that it gets
        *,
        at: str | datetime | None = None,
        subject: str | None = None,
        key: str | bytes | None = None,
    ) -> dict[str, Any]:
        """
        Give what a log keeps of the decision: little, from which :func:`notifyrules.explain` makes every word again.

        Args:
            id: What names the decision.
            at: When it was made, as RFC 3339 has it, or an aware datetime.
            subject: Whom it is about.
            key: What hashes of private facts are keyed with; without it, nothing is kept of them.

        Returns:
            What JSON can hold: those that are given, the rules (what their digest begins with, and three characters for
            how they were loaded), outcome, notify (left out where it is false), reason, and the facts off their
            defaults. Facts that were not known are named in `unknown` and `unasked`; of private ones, `private` has
            their hashes, and `way` the answers of the nodes that read them.

        Raises:
            UsageError: What is given as *at* is no instant.
        """
        import json  # noqa: PLC0415 - only those who ask pay for it

        from notifyrules.compiled.receipts import line_of  # noqa: PLC0415

        found: dict[str, Any] = json.loads(line_of(self, id, at, subject, key))
        return found

    def explain(self, reader: Reader = "support") -> str:
        """
        Tell why, in sentences.

        Args:
            reader: `user` for the person concerned, `support` for whoever answers their ticket, `engineer` for
                whoever mends the rules.
        """
        from notifyrules.explanation import explain, not_asked  # noqa: PLC0415 - only those who ask pay for it

        return explain(self.record(), reader=reader, not_asked=not_asked(self._verdict.graph, self.passage))

    def _repr_svg_(self) -> str | None:
        """Draw the chart with the way of the decision lit, for a notebook; None where it cannot be drawn."""
        from notifyrules.diagram import notebook_svg  # noqa: PLC0415 - drawing is heavy

        return notebook_svg(self._verdict.graph, lambda: self.passage)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Refuse to be pickled: a decision belongs to its loaded rules."""
        raise TypeError("a decision cannot be pickled; send `decision.record()` or `decision.to_dict()`")

    def __repr__(self) -> str:
        return f"<Decision {self.outcome!r} by {self.reason}>"
