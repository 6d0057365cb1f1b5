"""
Walk a chart for facts drawn at random, so that the solver is asked only about what they do not show.

What such a walk shows is so, whatever the solver would say; what it does not show is still to be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from zoneinfo import ZoneInfo

from notifyrules.evaluation.walk import Passage, Step, data_of, keeps, recheck_of, walk
from notifyrules.graph.model import Fact, Graph
from notifyrules.language.kinds import KINDS, NOON
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import Basic, Enumeration, ListOf
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.solver.fact_variables import FactVariables
from notifyrules.solver.symbols import plain
from notifyrules.solver.translation import World

_DRAWN = 600
"""Facts that are drawn; of a chart that assumes much, few of them keep to it."""
_KEPT = 200
"""Facts that are walked."""
_CHANGED = 8
"""Facts for which the change of one of them is tried."""
_SHARE = 0.1
"""The part of the time that is left that may be spent on it."""
_SPREAD = 60
"""Candidates of a type, evenly among those that it has."""
_TURNED = 50
"""Texts that are drawn with their case turned as well: not every function minds it."""
_USUAL = 4
"""Facts are drawn in turn with none of their defaults, a quarter of them, half and three quarters."""


@dataclass(slots=True)
class Samples:
    """What was seen for some facts."""

    graph: Graph
    pools: dict[str, Sequence[Value]]
    """Values to draw from, for each fact."""
    facts: list[FactValues] = field(default_factory=list)
    """Facts that keep to `assume`."""
    arrows: set[str] = field(default_factory=set)
    """The arrows that were taken, those tried in vain included."""
    won: set[str] = field(default_factory=set)
    """The arrows that lay on the path of a decision."""
    outcomes: set[str] = field(default_factory=set)

    def look_at(self, facts: FactValues) -> None:
        """Walk for some facts, if they keep to `assume`."""
        if not keeps(self.graph, facts):
            return
        passage = walk(self.graph, facts)
        self.facts.append(facts)
        self.outcomes.add(passage.outcome)
        self.won |= {step.arrow for step in passage.steps}
        self.arrows |= set(taken(passage.steps))

    def matters(self, fact: str) -> bool:
        """Tell whether changing one fact alone was seen to change what is decided, told or carried."""
        for facts in self.facts[:_CHANGED]:
            told = _told(self.graph, facts)
            for value in self.pools[fact]:
                changed = {**facts, fact: value}
                if value != facts[fact] and keeps(self.graph, changed) and _told(self.graph, changed) != told:
                    return True
        return False


def sample(graph: Graph, inputs: FactVariables, limit: Limit) -> Samples:
    """Walk a chart for facts drawn at random, the same ones every time."""
    samples = Samples(graph, pools(inputs))
    until_s = limit.left_s * (1 - _SHARE)
    for facts in draw(inputs, samples.pools, _DRAWN):
        if len(samples.facts) >= _KEPT or limit.left_s < until_s:
            break
        samples.look_at(facts)
    return samples


def _told(graph: Graph, facts: FactValues) -> tuple[object, ...]:
    """Give all that a decision decides, tells and carries."""
    passage: Passage = walk(graph, facts)
    data = data_of(graph.outcomes[passage.outcome], facts)
    return passage.outcome, passage.because, tuple(data.items()), recheck_of(graph, passage, facts)


def taken(steps: Iterable[Step]) -> Iterator[str]:
    """Name the arrows of a way, those tried in vain included."""
    for step in steps:
        yield step.arrow
        for branch in step.tried:
            yield branch.arrow
            yield from taken(branch.steps)


# ---- Drawing facts that conditions may tell apart ----


def pools(inputs: FactVariables) -> dict[str, Sequence[Value]]:
    """List the values to draw from, for each fact."""
    instants = tuple(_instants(inputs))
    return {name: tuple(_pool(fact, inputs.world, instants)) for name, fact in inputs.facts.items()}


def draw(
    inputs: FactVariables, drawn_from: Mapping[str, Sequence[Value]], count: int, seed: int = 0
) -> Iterator[FactValues]:
    """Draw facts, the same ones every time."""
    random = Random(seed)  # noqa: S311 - the same facts every time
    for number in range(count):
        # Many decisions are at their most interesting where most facts are as usual.
        usual = (number % _USUAL) / _USUAL
        yield {
            name: fact.default if fact.has_default and random.random() < usual else random.choice(drawn_from[name])
            for name, fact in inputs.facts.items()
        }


def _instants(inputs: FactVariables) -> Iterator[datetime]:
    """List instants of one week: all hours of the day, and the edges of windows that are somewhere a default."""
    yield from (NOON + timedelta(hours=hour) for hour in range(0, 7 * 24, 5))
    yield from inputs.hours()
    values = [value for name, fact in inputs.facts.items() for value in (fact.default, *inputs.others.get(name, ()))]
    windows = [window for value in values if isinstance(value, Schedule) for window in value.windows]
    edges = dict.fromkeys(edge for window in windows for edge in (window.from_, window.until))
    zones: dict[tzinfo, None] = {value: None for value in values if isinstance(value, ZoneInfo)} or {UTC: None}
    for day in range(7):
        for edge in edges:
            for zone in zones:
                at = datetime.combine(NOON.date() + timedelta(days=day), edge, zone).astimezone(UTC)
                yield from (at + timedelta(minutes=more) for more in (-1, 0, 1))


def _pool(fact: Fact, world: World, instants: Sequence[datetime]) -> Iterable[Value]:
    """List values of a fact that conditions may tell apart."""
    found: dict[Value, None] = {plain(fact.type): None}
    if fact.has_default or fact.type.nullable:
        found[fact.default] = None
    texts = [str(value) for value, _ in world.symbols.constants(Basic.TEXT.value)]
    match fact.type.base:
        case Enumeration(values):
            found.update(dict.fromkeys(values))
        case Basic.BOOL:
            return (False, True, None) if fact.type.nullable else (False, True)
        case Basic.TEXT:
            found.update(dict.fromkeys(texts))
            found.update({text.swapcase(): None for text in texts[:_TURNED]})
        case Basic.INSTANT:
            found.update(dict.fromkeys(instants))
        case ListOf(item):
            items: Sequence[Value] = (
                item.values if isinstance(item, Enumeration) else texts if item is Basic.TEXT else ()
            )
            found.update({(one,): None for one in items})
            found[tuple(items)] = None
        case Basic() as basic:
            kind = KINDS[basic]
            if (scale := kind.scale) is not None:
                near = (number + more for number in world.symbols.numbers for more in (-1, 0, 1))
                found.update({scale.value_of(one): None for one in near if scale.lowest <= one <= scale.highest})
            found.update(dict.fromkeys(kind.candidates[:: max(1, len(kind.candidates) // _SPREAD)]))
        case None:
            pass
    return found
