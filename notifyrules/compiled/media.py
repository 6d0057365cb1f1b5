"""
Decide for every medium of a chart: what no medium changes is validated and decided once.

Facts in plain dicts are accepted by generated code (:mod:`notifyrules.compiled.compiler`), which hands the values to
one function for each medium; whatever is not as usual is read here.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from datetime import datetime
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, Protocol

from notifyrules.compiled.decision import Decision, Verdict
from notifyrules.compiled.facts_object import Facts, LazyFacts, Unchanging
from notifyrules.compiled.facts_reader import Extras, FactsReader, Later, is_mapping
from notifyrules.compiled.partial import UNKNOWN
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import FactProblem, FactsError
from notifyrules.graph.model import FanOut, Graph, Media, Notify, conditions
from notifyrules.language import terms as t
from notifyrules.language.mismatch import describe
from notifyrules.language.values import Value, to_plain

if TYPE_CHECKING:
    from notifyrules.evaluation.walk import Passage
    from notifyrules.explanation.readers import Reader

_UNASKED: Final = object()


class Decisions(Unchanging, Mapping[str, Decision]):
    """
    What was decided for each medium of one message: a read-only mapping from medium to decision, in the order declared.

    True when the person is to be notified now by any of them.
    """

    # Set by compiled code, without a constructor, like those of a decision.
    __slots__ = ("_made", "_make", "_own", "_shared", "_verdicts", "media")

    media: Media
    """The media, and what may differ between them."""
    _verdicts: tuple[Verdict, ...]
    _shared: tuple[Value, ...]
    """The values that are the same for all media."""
    _own: tuple[tuple[Value, ...], ...]
    """By medium the values that may differ."""
    _make: Callable[..., dict[str, Decision]]
    """Makes the decisions of these three."""
    _made: dict[str, Decision] | None
    """The decisions, once somebody has asked for one: most only ask what became of the media."""

    def _every(self) -> dict[str, Decision]:
        made = self._made
        if made is None:
            # Two threads may both make them; they make the same.
            made = self._made = self._make(self._shared, self._own, self._verdicts)
        return made

    def __getitem__(self, medium: str) -> Decision:
        return self._every()[medium]

    def values(self) -> ValuesView[Decision]:
        """Give the decisions in the order of the media."""
        return self._every().values()

    def items(self) -> ItemsView[str, Decision]:
        """Give each medium with its decision."""
        return self._every().items()

    def __iter__(self) -> Iterator[str]:
        """Name the media in the order declared."""
        return iter(self.media.names)

    def __len__(self) -> int:
        return len(self._verdicts)

    def __bool__(self) -> bool:
        """Tell whether any medium notifies now."""
        return any(one.notify is Notify.YES for one in self._verdicts)

    @property
    def notified(self) -> tuple[str, ...]:
        """The media that notify now."""
        return self._with(Notify.YES)

    @property
    def held(self) -> tuple[str, ...]:
        """The media that hold the notification, to ask again."""
        return self._with(Notify.LATER)

    @property
    def refused(self) -> tuple[str, ...]:
        """The media that refuse."""
        return self._with(Notify.NO)

    def _with(self, notify: Notify) -> tuple[str, ...]:
        return tuple(
            medium for medium, one in zip(self.media.names, self._verdicts, strict=True) if one.notify is notify
        )

    @property
    def recheck_at(self) -> datetime | None:
        """The earliest instant at which to ask again for any medium, in UTC; None where there is nothing to say."""
        return min((at for one in self.values() if (at := one.recheck_at) is not None), default=None)

    @property
    def passages(self) -> Mapping[str, Passage]:
        """The way through the chart of each medium."""
        return {medium: decision.passage for medium, decision in self.items()}

    def explain(self, reader: Reader = "support") -> str:
        """
        Tell why: the steps that all media share, then a paragraph for each; those that go the same way share one.

        Args:
            reader: As for :meth:`Decision.explain <notifyrules.Decision.explain>`.
        """
        from notifyrules.explanation import explain_each, not_asked  # noqa: PLC0415 - only those who ask pay for it

        records = {medium: decision.record() for medium, decision in self.items()}
        graph = self._verdicts[0].graph
        return explain_each(records, self.media.fact, reader=reader, not_asked=partial(not_asked, graph))

    def to_dict(self) -> dict[str, Any]:
        """
        Give the decisions as plain data, as a log keeps them.

        Returns:
            What JSON can hold: the fact whose values the media are, those notified, held and refused, recheck_at, and
            each decision under its medium.
        """
        at = self.recheck_at
        return {
            "media": self.media.fact,
            "notified": list(self.notified),
            "held": list(self.held),
            "refused": list(self.refused),
            "recheck_at": None if at is None else str(to_plain(at)),
            "decisions": {medium: decision.to_dict() for medium, decision in self.items()},
        }

    def receipt(
        self,
        id: str | None = None,  # noqa: A002 - the key that it gets
        *,
        at: str | datetime | None = None,
        subject: str | None = None,
        key: str | bytes | None = None,
    ) -> dict[str, dict[str, Any]]:
        """Give the receipt of each decision under its medium, as :meth:`Decision.receipt` does."""
        return {medium: one.receipt(id, at=at, subject=subject, key=key) for medium, one in self.items()}

    def _repr_svg_(self) -> str | None:
        """Draw the chart with the way of each medium lit, for a notebook; None where it cannot be drawn."""
        from notifyrules.diagram import notebook_svg  # noqa: PLC0415 - drawing is heavy

        return notebook_svg(self._verdicts[0].graph, lambda: self.passages)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Refuse to be pickled: decisions belong to their loaded rules."""
        raise TypeError("decisions cannot be pickled; send `decisions.to_dict()`")

    def __repr__(self) -> str:
        shown = ", ".join(f"{medium}: {decision.outcome!r}" for medium, decision in self.items())
        return f"<Decisions {shown}>"


class DecideEach(Protocol):
    """Decide for each medium whether to notify."""

    def __call__(
        self, facts: object, per_medium: Mapping[str, object] | None = None, extras: Extras = "forbid"
    ) -> Decisions:
        """
        Decide for each medium whether to notify.

        Args:
            facts: What :class:`~notifyrules.compiled.program.Decide` takes, without the fact whose values the media
                are; of an object it is not read. A callable is asked at most once for all media.
            per_medium: For some media the facts that differ there: those that `per_medium` names in the file. For
                others, what *facts* say counts.
            extras: Whether facts that the rules do not declare are an error (`forbid`) or ignored (`ignore`).

        Returns:
            One decision a medium, each what `should_notify` gives for that medium.

        Raises:
            FactsError: The facts are not what the rules declare; a problem of one medium ends in its name.
            UsageError: The chart has no media, or the medium is fixed in specialized rules.
        """


def alike(graph: Graph, media: Media) -> frozenset[str]:
    """Name the arrows into outcomes that no way leads to on which a node reads what may differ between media."""
    differing: set[str] = set()
    below: dict[str, bool] = {}
    for name in reversed(graph.order):
        node = graph.nodes[name]
        reads = any(t.facts_read(term) & media.parting for term in conditions(node))
        below[name] = reads or any(below.get(arrow.target, False) for arrow in node.arrows)
        # What the branches of a fan-out read decides which of them wins.
        if reads or (isinstance(node, FanOut) and any(below.get(arrow.target, False) for arrow in node.branches)):
            differing.add(name)
    for name in graph.order:
        if name in differing:
            differing.update(arrow.target for arrow in graph.nodes[name].arrows)
    ends: dict[bool, set[str]] = {True: set(), False: set()}
    for name in graph.order:
        # Of smaller rules an arrow may leave another node than its own: the first that is not settled.
        found = (arrow.id for arrow in graph.nodes[name].arrows if arrow.target in graph.outcomes)
        ends[name in differing].update(found)
    return frozenset(ends[False] - ends[True])


def decide_slowly(
    media: Media, same: frozenset[str], facts: tuple[Facts, ...], decide: Callable[[object, Facts], Decision]
) -> Decisions:
    """Decide by validated facts for each medium; an arrow of the *same* settles it for all."""
    first = _decide(media, media.names[0], facts[0], decide)
    decided = {media.names[0]: first}
    for medium, one in zip(media.names[1:], facts[1:], strict=True):
        if first.reason in same:
            other = Decision()
            other._facts, other._verdict = one, first._verdict  # noqa: SLF001 - made here
        else:
            other = _decide(media, medium, one, decide)
        decided[medium] = other
    found = Decisions()
    found.media, found._made = media, decided  # noqa: SLF001
    found._verdicts = tuple(one._verdict for one in decided.values())  # noqa: SLF001
    return found


def _decide(media: Media, medium: str, facts: Facts, decide: Callable[[object, Facts], Decision]) -> Decision:
    """Decide for one medium; a problem with what was asked for it, or is not known, names it."""
    try:
        return decide(None, facts)
    except FactsError as error:
        given = facts.pending if isinstance(facts, LazyFacts) else {}
        apart = {name for name in media.per_medium if name in given and not isinstance(given[name], _Once)}
        raise FactsError(_at(one, medium) if one.path in apart else one for one in error.problems) from None


class _Once:
    """A callable that is asked at most once for all media."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._found: object = _UNASKED
        self._lock = RLock()

    def __call__(self) -> object:
        with self._lock:
            if self._found is _UNASKED:
                self._found = self._ask()
        return self._found


class MediaReader:
    """Read given facts for all media of one chart."""

    def __init__(self, media: Media, reader: FactsReader) -> None:
        """Prepare to read facts whose fact of the *media* nobody gives."""
        self.media = media
        self._reader = reader
        self.own = {name: reader.declared[name] for name in media.per_medium if name in reader.declared}
        """The facts that may differ and are not fixed before."""
        self.shared = {name: fact for name, fact in reader.declared.items() if name not in media.parting}
        """Those that are the same for all media."""
        self._collector = reader.collector.leaving(media.fact)

    def read(self, given: object, per_medium: object, extras: Extras, fixed: Facts | None) -> tuple[Facts, ...]:
        """
        Validate what a caller gives.

        Args:
            given: What :meth:`~notifyrules.compiled.facts_reader.FactsReader.read` takes, without the medium.
            per_medium: For some media the facts that differ there; None for none.
            extras: As for :meth:`~notifyrules.compiled.facts_reader.FactsReader.read`.
            fixed: The facts that are fixed before, if any.

        Returns:
            The facts for each medium.

        Raises:
            FactsError: With every problem at once.
        """
        problems: list[FactProblem] = []
        found = self._reader.collect(_opened(given), extras, problems, fixed, self._collector)
        if found.pop(self.media.fact, UNKNOWN) is not UNKNOWN:
            problems.append(self._given())
        found = {name: _once(value) for name, value in found.items()}
        own = self._collect_own(per_medium, extras, problems, fixed)
        shared = self._reader.check(self.shared.values(), found, problems)
        # A fact that every medium has of its own may be missing here.
        common = [fact for fact in self.own.values() if fact.name in found or fact.has_default]
        shared |= self._reader.check(common, found, problems)
        every = [self._own_values(medium, own.get(medium, {}), shared, problems) for medium in self.media.names]
        if problems:
            order = {name: number for number, name in enumerate(self._reader.kind.names)}
            raise FactsError(sorted(problems, key=lambda one: order.get(one.path.partition("@")[0], len(order))))
        return tuple(
            self._reader.make(shared | values | {self.media.fact: medium}, fixed)
            for medium, values in zip(self.media.names, every, strict=True)
        )

    def _collect_own(
        self, per_medium: object, extras: Extras, problems: list[FactProblem], fixed: Facts | None
    ) -> dict[str, dict[str, object]]:
        if per_medium is None:
            return {}
        if not isinstance(per_medium, Mapping):
            message = f"expected a mapping from medium to facts, found {describe(per_medium)}"
            problems.append(FactProblem("(per_medium)", message, f"the media are {named(self.media.names)}"))
            return {}
        own: dict[str, dict[str, object]] = {}
        for medium, given in per_medium.items():
            if not isinstance(medium, str) or medium not in self.media.names:
                shown = medium if isinstance(medium, str) else describe(medium)
                advice = did_you_mean(shown, self.media.names, f"the media are {named(self.media.names)}")
                problems.append(FactProblem(shown[:200], f"is no medium: `{self.media.fact}` is never that", advice))
                continue
            local: list[FactProblem] = []
            try:
                read = self._reader.collect(given, extras, local, fixed, self._collector)
            except FactsError as error:
                local.extend(error.problems)
                read = {}
            own[str(medium)] = {name: value for name, value in read.items() if name in self.own}
            if is_mapping(given):
                local += [self._not_own(name) for name in read if name not in self.own]
            problems.extend(_at(problem, medium) for problem in local)
        return own

    def _given(self) -> FactProblem:
        """Say that the fact whose values are the media is given."""
        advice = "leave it out; for this medium alone, call `should_notify`, or leave out `--each`"
        return FactProblem(self.media.fact, "is given, and is to be each of its values", advice)

    def _not_own(self, name: str) -> FactProblem:
        """Say that a fact is the same for all media."""
        if name == self.media.fact:
            return self._given()
        which = named(self.own) if self.own else "none"
        return FactProblem(name, "is the same for all media", f"the facts that may differ are {which}")

    def _own_values(
        self, medium: str, own: Mapping[str, object], shared: Mapping[str, object], problems: list[FactProblem]
    ) -> dict[str, Value | Later]:
        local: list[FactProblem] = []
        # What is wrong for all media is said once.
        there = {*shared, *(problem.path for problem in problems)}
        asked = [one for name, one in self.own.items() if name in own or not (one.has_default or name in there)]
        values = self._reader.check(asked, own, local)
        problems.extend(_at(problem, medium) for problem in local)
        return values


def _opened(given: object) -> object:
    """Give facts that were read before without asking for those that are not known yet."""
    if not isinstance(given, LazyFacts):
        return given
    return given.known() | {
        name: value if value is UNKNOWN else (lambda name=name: given[name]) for name, value in given.pending.items()
    }


def _once(given: object) -> object:
    """Make what can be asked something that is asked at most once."""
    return _Once(given) if callable(given) and not isinstance(given, type) else given


def _at(problem: FactProblem, medium: str) -> FactProblem:
    return FactProblem(f"{problem.path}@{medium}", problem.message, problem.help, problem.about)
