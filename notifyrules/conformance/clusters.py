"""
Make differences small, and put those together that have one cause.

A difference is made smaller as long as both sides answer as they did, so that one cause does not turn into another.
What then tells causes apart are the facts that are left, each with the side that minds it: without it the chart answers
otherwise, or the old function does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from notifyrules.conformance.answers import OldAnswer
from notifyrules.conformance.variations import few_values
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value, write_literal

MOST: Final = 12
"""Clusters; what is left beyond them is put together."""
_LEAST: Final = 0.02
"""What a fact weighs at least that all facts with that answer have."""
LEFT_OUT: Final = "left out"
"""What stands for the value of a fact that the old function was not given."""
_LONGEST: Final = 40
"""Items and words up to which each is left out by itself."""

Minds: TypeAlias = tuple[str, str, str]
"""A fact, its value where it has few, and the side that minds it: `chart`, `old` or `both`."""


@dataclass(frozen=True, slots=True, eq=False)
class OtherAnswer:
    """Facts for which both sides answer otherwise."""

    facts: FactValues
    outcome: str
    """What the chart decides."""
    reason: str
    old: OldAnswer
    without: frozenset[str] = frozenset()
    """The facts that were left out when the old function was asked; the chart has their defaults."""

    differs: bool = True
    """Whether both sides differ, in a way that is not expected."""

    @property
    def answers(self) -> tuple[str, str]:
        """Both answers, as far as they tell a difference from another."""
        return self.outcome, self.old.said


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """A difference that cannot be made smaller by one fact."""

    difference: OtherAnswer
    minds: tuple[Minds, ...]
    """The facts that are other than usual."""
    weight: int
    """How many of them might have been left at their default."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Differences that have one cause, as far as can be seen."""

    cause: Minds | None
    """What all of them have; None where they have nothing in common."""
    count: int
    witnesses: tuple[Shrunk, ...]
    """Those of different shape, the smallest first."""
    remembers: bool = False
    """Whether the old function answers otherwise when it is asked alone."""


AskBoth: TypeAlias = Callable[[FactValues, frozenset[str]], "OtherAnswer | None"]
"""Asks both sides, whether they differ or not; None where the facts break `assume`, or what differs is expected."""


Rate: TypeAlias = Callable[[Minds, OtherAnswer], float]
"""Says what part of all facts with the answer of a difference, on the side that minds a fact, have its value too."""


@dataclass(frozen=True, slots=True)
class Shrinker:
    """Make differences smaller."""

    graph: Graph
    base: FactValues
    ask: AskBoth

    def shrink(self, found: OtherAnswer) -> Shrunk:
        """Set facts back to what is usual, then take texts and lists apart, while both answers stay."""
        kept = self._kept(found, found.facts)
        if kept is None:
            # The function remembers, or it answers at random.
            return self.told(found)
        order = sorted(self.base, key=lambda name: not self.graph.facts[name].has_default)
        for _ in range(2):
            for name in order:
                if kept.facts[name] != self.base[name]:
                    kept = self._kept(kept, {**kept.facts, name: self.base[name]}) or kept
        for name in order:
            value = kept.facts[name]
            if isinstance(value, (tuple, str)) and value != self.base[name] and self.graph.facts[name].type.base:
                kept = self._cut(kept, name)
        for name in sorted(kept.without):
            kept = self._kept(replace(kept, without=kept.without - {name}), kept.facts) or kept
        return self.told(kept)

    def _kept(self, found: OtherAnswer, facts: FactValues) -> OtherAnswer | None:
        asked = self.ask(facts, found.without)
        if asked is None or not asked.differs or (asked.outcome, asked.old) != (found.outcome, found.old):
            return None
        return asked

    def _cut(self, kept: OtherAnswer, name: str) -> OtherAnswer:
        """Leave out items of a list and words of a text, half of them at a time first."""
        size = _length(kept.facts[name])
        step = max(size // 2, 1)
        while step:
            at = 0
            while at < (size := _length(kept.facts[name])) and size > 1:
                smaller = self._kept(kept, {**kept.facts, name: _without(kept.facts[name], at, step)})
                kept, at = (kept, at + step) if smaller is None else (smaller, at)
            step = step // 2 if step > 1 and size <= _LONGEST * step else 0
        return kept

    def told(self, kept: OtherAnswer) -> Shrunk:
        """Say which facts of a difference are other than usual, and who minds them."""
        changed = self.changed(kept.facts)
        minds = [(name, value, self._side(kept, name)) for name, value in changed]
        minds += [(name, LEFT_OUT, "old") for name in sorted(kept.without)]
        weight = sum(self.graph.facts[name].has_default for name, _ in changed)
        return Shrunk(kept, tuple(minds), weight)

    def _side(self, kept: OtherAnswer, name: str) -> str:
        asked = self.ask({**kept.facts, name: self.base[name]}, kept.without)
        chart = asked is None or asked.outcome != kept.outcome
        old = asked is None or asked.old != kept.old
        return "both" if chart and old else "chart" if chart else "old"

    def changed(self, facts: FactValues) -> list[tuple[str, str]]:
        """Name the facts that are other than usual, with what is told of their values."""
        return [(name, self._told(name, value)) for name, value in facts.items() if value != self.base[name]]

    def _told(self, name: str, value: Value) -> str:
        """Give a value where there are few, else nothing: texts and instants differ from one to another."""
        return write_literal(value) if value is None or few_values(self.graph.facts[name]) else ""


def _length(value: Value) -> int:
    return len(value.split(" ")) if isinstance(value, str) else len(value) if isinstance(value, tuple) else 0


def _without(value: Value, at: int, count: int) -> Value:
    if isinstance(value, str):
        words = value.split(" ")
        return " ".join(words[:at] + words[at + count :])
    assert isinstance(value, tuple)
    return value[:at] + value[at + count :]


# ---- Clusters ----


def cluster(shrunk: Sequence[Shrunk], rate: Rate) -> list[Cluster]:
    """
    Put differences together by what most of those that are left have in common, large clusters first.

    What only one side minds is what parts the sides; what both mind is the way there, and so is what nearly all facts
    with that answer have, as *rate* says. A difference with few facts of its own says more of its cause than one with
    many. What is raised at one place has one cause, whatever the facts.
    """
    minded = [frozenset(one for one in each.minds if one[2] != "both") or frozenset(each.minds) for each in shrunk]
    weights = [
        {one: max(1 - rate(one, each.difference), _LEAST) / len(of) ** 2 for one in of}
        for each, of in zip(shrunk, minded, strict=True)
    ]
    raised: dict[tuple[str, str], list[int]] = {}
    for number, each in enumerate(shrunk):
        if (old := each.difference.old).place:
            raised.setdefault((old.said, old.place), []).append(number)
    found: list[tuple[Minds | None, list[int]]] = [(None, numbers) for numbers in raised.values()]
    left = [number for number, each in enumerate(shrunk) if not each.difference.old.place]
    while left:
        shares: dict[Minds, float] = {}
        for number in left:
            for one, weight in weights[number].items():
                shares[one] = shares.get(one, 0) + weight
        cause = min(shares, key=lambda one: (-shares[one], one), default=None)
        found.append((cause, [number for number in left if cause is None or cause in minded[number]]))
        left = [] if cause is None else [number for number in left if cause not in minded[number]]
    rest = [number for _, numbers in found[MOST - 1 :] for number in numbers]
    told = found if len(found) <= MOST else [*found[: MOST - 1], (None, rest)]
    return [_clustered(cause, [shrunk[number] for number in numbers]) for cause, numbers in told]


def _clustered(cause: Minds | None, found: Sequence[Shrunk]) -> Cluster:
    """Order the witnesses: small ones first, of which none has all of another's facts, nor the same answers."""
    shown: dict[object, Shrunk] = {}
    for one in sorted(found, key=lambda one: (one.weight, len(one.minds), one.difference.answers)):
        shown.setdefault((one.minds, one.difference.answers), one)
    chosen: list[Shrunk] = []
    for strict in (True, False):
        for one in shown.values():
            of_another = any(set(other.minds) <= set(one.minds) for other in chosen)
            alike = strict and any(other.difference.answers == one.difference.answers for other in chosen)
            if not of_another and not alike:
                chosen.append(one)
    return Cluster(cause, len(found), tuple(dict.fromkeys((*chosen, *shown.values()))))
