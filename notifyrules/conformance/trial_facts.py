"""
Make the facts that both sides are asked for, the same ones every time.

First witnesses of all that the chart asks. Over them are laid tables of values for what an atom reads, what other
witnesses have, and other values of one fact; in between, and when all of that is done, facts are drawn. All keep to
`assume`, none comes twice, and none lies at the ends of the language's ranges, where every function differs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, cycle, islice, product
from random import Random
from typing import Final

from notifyrules.conformance.aims import Aim, ConditionKey, ConditionPlace, aims, find
from notifyrules.conformance.constants import values_of
from notifyrules.conformance.variations import OtherValues, TermTable, combined, few_lists, few_values
from notifyrules.coverage.recorder import Recorder
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.graph.model import Fact, Graph
from notifyrules.language import terms as t
from notifyrules.language.types import Basic, ListOf
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.solver import Neighbourhood, base_of, draw, pools

_SHARE: Final = 0.4
"""The part of the time that witnesses may be looked for."""
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_LONGEST: Final = timedelta(days=366)
_HOUR: Final = timedelta(hours=1)
_FAR: Final = 2**40
_DRAWN: Final = 100_000_000
_MIXED: Final = 2
"""Made facts for each that is drawn, as long as there are any."""
_VAIN: Final = 5_000
"""Facts in a row that came before, or break `assume`, after which there are no others to be had."""
_LAID: Final = 4
"""Witnesses of one atom that tables are laid over, and as many under which it decides how it ends."""
_CHANGED: Final = 0.25
"""How likely a fact of a witness is given another value."""


@dataclass(slots=True)
class Maker:
    """Make facts for one chart."""

    graph: Graph
    seconds: float
    seed: int = 0
    constants: Sequence[str | int] = ()
    """Texts and numbers that the code of the old function names."""
    known: FactValues = field(default_factory=dict)
    """Facts that stay as they are."""
    base: FactValues = field(init=False)
    """What is usual: defaults, and values that differ from one another where there is none."""
    values: Mapping[str, Sequence[Value]] = field(init=False)
    """A few values of each fact."""
    recorder: Recorder = field(default_factory=Recorder)
    """What the witnesses have walked."""
    _tried: list[tuple[Aim, FactValues | None]] = field(default_factory=list)
    _ends: Mapping[Hashable, FactValues] = field(default_factory=dict)
    """The smallest witness of each way to end."""
    _near: Neighbourhood = field(init=False)
    _pools: dict[str, Sequence[Value]] = field(default_factory=dict)
    _instants: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        limit = Limit(self.seconds * _SHARE)
        self.base = {**base_of(self.graph, limit), **self.known}
        free = {name for name, fact in self.graph.facts.items() if not fact.has_default}
        self._near = Neighbourhood.begin(self.graph, self.base, limit, held=self.known, free=free)
        self.recorder.learn(self.graph)
        self._instants = [name for name, fact in self.graph.facts.items() if fact.type.base is Basic.INSTANT]
        for name, values in pools(self._near.nearest.inputs).items():
            named = values_of(self.graph.facts[name], self.constants)
            real = (one for one in (*values, *named) if _is_real(one) or one == self.base[name])
            self._pools[name] = [self.known[name]] if name in self.known else list(dict.fromkeys(real))
        self.values = {name: self._values(fact) for name, fact in self.graph.facts.items()}

    @property
    def witnesses(self) -> list[FactValues]:
        """The facts that were found for what the chart asks."""
        return [facts for _, facts in self._tried if facts is not None]

    @property
    def missed(self) -> list[Aim]:
        """What no facts were found for."""
        return [aim for aim, facts in self._tried if facts is None]

    def make(self) -> Iterator[FactValues]:
        """Make facts until nobody wants any more, or there are no others."""
        seen: set[int] = set()
        vain = 0
        for facts in chain(self._aimed(), self._mixed(self._laid(), self._drawn())):
            key = hash(tuple(map(facts.__getitem__, self.graph.facts)))
            vain += 1
            if key not in seen and self._is_wanted(facts) and keeps(self.graph, facts):
                seen.add(key)
                vain = 0
                yield facts
            elif vain == _VAIN:
                return

    def _aimed(self) -> Iterator[FactValues]:
        yield self.base
        for aim in aims(self._near.chart, self.graph):
            facts = find(self._near, replace(aim, shows=partial(self._shows, aim)))
            self._tried.append((aim, facts))
            if facts is not None:
                self.recorder.walk(self.graph, facts)
                yield facts
        largest_first = sorted((self.base, *self.witnesses), key=lambda facts: -len(self._changed(facts)))
        self._ends = {walk(self.graph, facts).reasons[:1]: facts for facts in largest_first}

    def _shows(self, aim: Aim, facts: FactValues) -> bool:
        return self._is_of_our_time(facts) and aim.shows(facts)

    def _is_wanted(self, facts: FactValues) -> bool:
        return self._is_of_our_time(facts) and all(facts[name] == value for name, value in self.known.items())

    def _is_of_our_time(self, facts: FactValues) -> bool:
        """Tell whether no instant is far from ours: at the ends of their range, sums are cut off."""
        return all(_is_real(facts[name]) for name in self._instants)

    def _mixed(self, made: Iterator[FactValues], drawn: Iterator[FactValues]) -> Iterator[FactValues]:
        while batch := list(islice(made, _MIXED)):
            yield from batch
            yield from islice(drawn, 1)
        yield from drawn

    # ---- Laid over witnesses ----

    def _laid(self) -> Iterator[FactValues]:
        """Take one from each table in turn, so that a run that is cut short has seen some of each."""
        by_atom: dict[tuple[ConditionKey, t.Term | None], list[FactValues]] = {}
        by_node: dict[Hashable, list[FactValues]] = {}
        places: dict[ConditionKey, ConditionPlace] = {}
        for aim, facts in self._tried:
            places[aim.place.key] = aim.place
            by_atom.setdefault((aim.place.key, aim.atom), []).extend([] if facts is None else [facts])
            by_node.setdefault(aim.place.key[:2], []).extend([] if facts is None else [facts])
        tables = [self._pairs(), self._singles(), self._named()]
        for (key, atom), found in by_atom.items():
            place, here = places[key], by_node[key[:2]]
            if atom is not None:
                table = TermTable(self.graph, atom, place.calls)
                read = [fact.name for fact in table.facts()]
                over = [*[*found, *here][:_LAID], *islice(self._told(place, read, found), _LAID)]
                tables += [self._over(one, table.changes(one), atom.span.text) for one in over]
        for place in places.values():
            if place.condition is not None:
                asked = TermTable(self.graph, place.condition, place.calls).facts()
                read, here = [fact.name for fact in asked], by_node[place.key[:2]]
                over = [*here[:_LAID], *islice(self._told(place, read, here), _LAID)]
                tables += [self._over(one, combined(asked), place.node) for one in over]
        yield from _in_turn(tables)

    def _told(self, place: ConditionPlace, read: Sequence[str], found: Sequence[FactValues]) -> Iterator[FactValues]:
        """
        Lay the way to a place over a witness of each end; give those where the facts that are *read* decide the end.

        Where whatever follows ends the same, no difference would be seen.
        """
        seen: set[Hashable] = set()
        distinct = list({tuple(facts.values()): facts for facts in found}.values())[:_LAID]
        own = [{name: facts[name] for name in read} for facts in (*distinct, self.base)]
        for facts, below in product(distinct, self._ends.values()):
            laid = {**below, **place.way(self.graph, facts)}
            passages = [walk(self.graph, {**laid, **change}) for change in own]
            ways = frozenset(one.reasons[:1] for one in passages)
            if len({one.outcome for one in passages}) > 1 and ways not in seen and keeps(self.graph, laid):
                seen.add(ways)
                yield laid

    def _changed(self, facts: FactValues) -> OtherValues:
        return {name: value for name, value in facts.items() if value != self.base[name]}

    def _over(self, facts: FactValues, changes: Iterable[OtherValues], name: str) -> Iterator[FactValues]:
        listed = list(changes)
        Random(f"{self.seed} {name}").shuffle(listed)  # noqa: S311 - the same order every time
        for change in listed:
            yield {**facts, **change}

    def _pairs(self) -> Iterator[FactValues]:
        """Lay what each witness has other than usual over each other one."""
        whole = {tuple(facts.values()): facts for facts in self.witnesses}
        changed = sorted(map(self._changed, whole.values()), key=len)
        for facts in whole.values():
            yield from ({**facts, **change} for change in changed)

    def _singles(self) -> Iterator[FactValues]:
        """Give each fact of each witness other values."""
        for facts in self.witnesses:
            for name, listed in self.values.items():
                yield from ({**facts, name: value} for value in listed)

    def _named(self) -> Iterator[FactValues]:
        """Give each fact what the code of the old function names, over a witness of each end."""
        for fact in self.graph.facts.values():
            for value in values_of(fact, self.constants):
                yield from ({**facts, fact.name: value} for facts in self._ends.values() if _is_real(value))

    def _values(self, fact: Fact) -> Sequence[Value]:
        """List a few values of a fact: all where there are few, else those of other facts of its type too."""
        if fact.name in self.known:
            return [self.known[fact.name]]
        if few := few_values(fact) or few_lists(fact):
            return few
        usual = [(self.base[one.name], one.type.base) for one in self.graph.facts.values()]
        others: list[Value] = [value for value, base in usual if base == fact.type.base]
        if fact.type.base == ListOf(Basic.TEXT):
            others += [(value,) for value, base in usual if base is Basic.TEXT and value is not None]
        others += [value - _HOUR for value in others if isinstance(value, datetime)]
        found = dict.fromkeys((None, *others, *self._pools[fact.name][:12]))
        return [value for value in found if value is not None or fact.type.nullable]

    # ---- Drawn ----

    def _drawn(self) -> Iterator[FactValues]:
        drawn = draw(self._near.nearest.inputs, self._pools, _DRAWN, self.seed)
        return chain.from_iterable(zip(drawn, self._strewn(), strict=False))

    def _strewn(self) -> Iterator[FactValues]:
        """Change some facts of the smallest witness of each end: what many facts make together shows by chance."""
        random = Random(f"{self.seed} strewn")  # noqa: S311 - the same facts every time
        for facts in cycle(self._ends.values()):
            yield {
                name: random.choice(self.values[name]) if random.random() < _CHANGED else value
                for name, value in facts.items()
            }


def _is_real(value: Value) -> bool:
    """Tell whether a value is one that people may have, far from the ends of its type."""
    match value:
        case datetime():
            return _EARLIEST <= value <= _LATEST
        case date():
            return _EARLIEST.date() <= value <= _LATEST.date()
        case timedelta():
            return abs(value) <= _LONGEST
        case bool():
            return True
        case int():
            return abs(value) <= _FAR
        case _:
            return True


def _in_turn(sources: Sequence[Iterator[FactValues]]) -> Iterator[FactValues]:
    """Take one from each source after the other, until all are done."""
    left = list(sources)
    while left:
        for source in tuple(left):
            if (facts := next(source, None)) is None:
                left.remove(source)
            else:
                yield facts
