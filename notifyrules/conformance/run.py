"""Ask a chart and an old function for the same facts, and gather for whom they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice, zip_longest
from typing import Final, TypeAlias

from notifyrules.compiled.program import Program
from notifyrules.conformance.answers import NO_ANSWER
from notifyrules.conformance.clusters import Cluster, Minds, OtherAnswer, Rate, Shrinker, Shrunk, cluster
from notifyrules.conformance.expected import ExpectedDifference, ExpectedDifferences
from notifyrules.conformance.old import Old
from notifyrules.conformance.trial_facts import Maker
from notifyrules.evaluation.walk import keeps
from notifyrules.graph.model import Graph
from notifyrules.language.terms import facts_read
from notifyrules.language.values import FactValues
from notifyrules.limit import Limit

_KEPT: Final = 150
"""Differences of one kind that are kept; of more, those that have other facts than usual."""
_MOST: Final = 1_500
_SHARE: Final = 0.8
"""The part of the time in which facts are made; in the rest, what was found is made small."""
_LATE: Final = 3
"""Facts for which the old function gives no answer in time, after which no more are made: each takes seconds."""
_BATCH: Final = 200
"""Facts that both sides are asked for before the time is looked at."""
_SAMPLED: Final = 10
"""Of so many facts, one is asked for once more with facts left out."""
_SAMPLES: Final = 3_000
_WALKED: Final = 500
"""Facts beside the witnesses that are walked to say what was covered."""
_ALONE: Final = 6
"""Witnesses of a cluster that the old function is asked for alone."""

TellProgress: TypeAlias = Callable[[int, int], None]
"""Is told how many facts were asked so far, and how many differ."""


@dataclass(slots=True)
class BothSides:
    """Both sides, and what they were asked so far."""

    program: Program
    old: Old
    expected: ExpectedDifferences
    maker: Maker
    asked: int = 0
    made: int = 0
    """How many of the facts that were asked were made."""
    raised: Counter[str] = field(default_factory=Counter)
    """What the old function raised, and how often."""
    refused: str = ""
    """What it raised where facts were left out; empty where it takes that."""
    interrupted: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Differences by both answers, all of them."""
    covered: Counter[ExpectedDifference] = field(default_factory=Counter)
    kept: list[OtherAnswer] = field(default_factory=list)
    held: list[OtherAnswer] = field(default_factory=list)
    """Where the chart holds and the old function says false: the same, unless another answer says more."""
    _sampled: list[OtherAnswer] = field(default_factory=list)
    _kinds: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _shapes: set[object] = field(default_factory=set)

    @property
    def graph(self) -> Graph:
        """The chart."""
        return self.program.graph

    @property
    def differing(self) -> int:
        """Count the facts for which both sides differ and that is not expected."""
        return sum(self.counts.values())

    def run(self, given: Iterable[FactValues], limit: Limit, watch: TellProgress, skip: int = 0) -> None:
        """Ask both sides for facts that are *given*, then for those that are made, of which some are *skipped*."""
        try:
            for facts in given:
                self.look_at(facts)
            made, self.made = islice(self.maker.make(), skip, None), skip
            while batch := list(islice(made, _BATCH)):
                for facts in batch:
                    self.look_around(facts)
                    self.made += 1
                    if self.raised[NO_ANSWER] and self._is_over(limit):
                        break
                watch(self.asked, self.differing)
                if self._is_over(limit):
                    break
            self._leave_out(limit)
            if self.old.answers.says_more:
                for found in self.held:
                    self.keep(replace(found, differs=True))
                self.held.clear()
        except KeyboardInterrupt:
            self.interrupted = True

    def _is_over(self, limit: Limit) -> bool:
        return limit.left_s <= limit.seconds * (1 - _SHARE) or self.raised[NO_ANSWER] >= _LATE

    def _leave_out(self, limit: Limit) -> None:
        """Ask once more with facts left out that are at their default: all that it can do without, else one by one."""
        facts_, until_s = self.graph.facts, limit.seconds * (1 - _SHARE) / 2
        needed: set[str] = set()
        for facts in (*self.maker.witnesses, *(one.facts for one in self._sampled)):
            usual = {name for name, fact in facts_.items() if fact.has_default and facts[name] == fact.default}
            for without in (usual - needed, *({name} for name in sorted(usual - needed))):
                if limit.left_s <= until_s or self.raised[NO_ANSWER]:
                    return
                found = self.ask(facts, frozenset(without))
                if not found.old.is_trouble:
                    if found.differs and not self.ask(facts).differs:
                        self.keep(found)
                    if len(without) != 1:
                        break
                elif len(without) == 1:
                    needed |= without
                    self.refused = self.refused or found.old.said

    def ask(self, facts: FactValues, without: frozenset[str] = frozenset()) -> OtherAnswer:
        """Ask both sides for facts that keep to `assume`."""
        decision = self.program.decide(facts)
        old = self.old.ask(facts, without)
        agree = old.agrees(self.graph, decision.outcome, decision.reason)
        agree = agree or self.old.answers.is_not_now(old, decision.outcome)
        return OtherAnswer(facts, decision.outcome, decision.reason, old, without, not agree)

    def look_at(self, facts: FactValues) -> None:
        """Ask both sides, and keep the difference."""
        self.asked += 1
        found = self.ask(facts)
        if self.asked % _SAMPLED == 0 and len(self._sampled) < _SAMPLES:
            self._sampled.append(found)
        if found.old.is_trouble:
            self.raised[found.old.said] += 1
        if found.differs:
            self.keep(found)
        elif self.old.answers.is_not_now(found.old, found.outcome):
            self._hold(found)

    def _hold(self, found: OtherAnswer) -> None:
        """Keep what is a difference only for a function that says more, unless it is expected."""
        if (expected := self.expected.covering(found.facts, found.outcome, found.old.said)) is not None:
            self.covered[expected] += 1
        elif len(self.held) < _MOST:
            self.held.append(found)

    def look_around(self, facts: FactValues) -> None:
        """Ask both sides, also with another value of a fact where something expected applies: it may cover up more."""
        self.look_at(facts)
        listed = self.expected.listed
        turn, at = divmod(self.asked, max(len(listed), 1))
        for expected in listed[at : at + 1]:
            if names := sorted(facts_read(expected.condition)) if expected.applies(facts) else []:
                turn, at = divmod(turn, len(names))
                values = self.maker.values[names[at]]
                beside = {**facts, names[at]: values[turn % len(values)]}
                if not expected.applies(beside) and keeps(self.graph, beside):
                    self.look_at(beside)

    def keep(self, found: OtherAnswer) -> None:
        """Count a difference, and keep it unless there are many of its kind."""
        facts = found.facts
        if (expected := self.expected.covering(facts, found.outcome, found.old.said)) is not None:
            self.covered[expected] += 1
            return
        self.counts[found.answers] += 1
        kind = (found.reason, *found.answers, found.old.place)
        self._kinds[kind] += 1
        shape = (kind, frozenset(name for name, value in facts.items() if value != self.maker.base[name]))
        if self._kinds[kind] <= _KEPT or (self._kinds[kind] <= _MOST and shape not in self._shapes):
            self.kept.append(found)
        self._shapes.add(shape)

    # ---- What it comes to ----

    def clusters(self, limit: Limit) -> list[Cluster]:
        """Make what was found small, put together what has one cause, and ask for each once more alone."""
        shrinker = Shrinker(self.graph, self.maker.base, partial(self._ask_again, limit))
        for one in self._sampled[:_WALKED]:
            self.maker.recorder.walk(self.graph, one.facts)
        small: dict[object, Shrunk] = {}
        for found in self._one_of_each_kind():
            if small and limit.left_s <= 0:
                break
            shrunk = shrinker.shrink(found)
            key = (*shrunk.difference.facts.values(), shrunk.difference.without, shrunk.difference.answers)
            small.setdefault(hash(key), shrunk)
        return list(self._asked_alone(cluster(tuple(small.values()), self._rates(shrinker))))

    def _rates(self, shrinker: Shrinker) -> Rate:
        """Count what facts for which both sides agree have other than usual, by the answer of each side."""
        totals: Counter[tuple[str, str]] = Counter()
        counts: Counter[tuple[str, str, str, str]] = Counter()
        for one in (one for one in self._sampled if not one.differs):
            answers = tuple(zip(("chart", "old"), one.answers, strict=True))
            totals.update(answers)
            told = shrinker.changed(one.facts)
            counts.update((*answer, *each) for answer in answers for each in told)

        def rate(minds: Minds, found: OtherAnswer) -> float:
            name, value, side = minds
            answer = found.outcome if side == "chart" else found.old.said
            return counts[side, answer, name, value] / max(totals[side, answer], 1)

        return rate

    def _one_of_each_kind(self) -> Iterator[OtherAnswer]:
        """Give what was kept, the first of each kind, then the second: what comes late may not have its turn."""
        kinds: dict[tuple[str, ...], list[OtherAnswer]] = {}
        for found in self.kept:
            kinds.setdefault((found.reason, *found.answers, found.old.place), []).append(found)
        return (one for row in zip_longest(*kinds.values()) for one in row if one is not None)

    def _ask_again(self, limit: Limit, facts: FactValues, without: frozenset[str]) -> OtherAnswer | None:
        if limit.left_s <= 0 or not keeps(self.graph, facts):
            return None
        found = self.ask(facts, without)
        return None if found.differs and self.expected.covering(facts, found.outcome, found.old.said) else found

    def _asked_alone(self, found: Sequence[Cluster]) -> Iterator[Cluster]:
        """Keep the witnesses that hold for a function that was asked nothing before; put aside what has none."""
        remembered: list[Cluster] = []
        for one in found:
            most = 1 if one.witnesses[0].difference.old.said == NO_ANSWER else _ALONE
            held = [each for each in one.witnesses[:most] if self._holds(each.difference)]
            if held:
                yield replace(one, witnesses=tuple(held))
            else:
                remembered.append(one)
        if remembered:
            witnesses = tuple(each for one in remembered for each in one.witnesses[:1])
            yield Cluster(None, sum(one.count for one in remembered), witnesses, remembers=True)

    def _holds(self, found: OtherAnswer) -> bool:
        if self.old.fresh is None:
            return True
        alone = self.old.fresh(self.old.given(found.facts, found.without))
        return not alone.agrees(self.graph, found.outcome, found.reason)
