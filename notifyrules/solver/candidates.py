"""
Say which values a fact may be given so that a test of it comes out otherwise.

A test is looked at with all facts as they are: the other side of a comparison, the item that a list lacks, a word of a
text, the edge of a window. Whether a value does what it should is for the walk to say.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice, product
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.evaluation.walk import bind
from notifyrules.graph.model import Call, Fact, Graph, Switch, conditions
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.kinds import ALWAYS, KINDS, NOON
from notifyrules.language.schedules import WEEKDAYS, Schedule, Window, instant_at, local
from notifyrules.language.types import MAX_ITEMS, MAX_TEXT, Basic, Enumeration, ListOf
from notifyrules.language.values import FactValues, Value
from notifyrules.solver import sayable
from notifyrules.solver.symbols import plain, scale_of

_HOUR = timedelta(hours=1)
_AWAY: tuple[timedelta, ...] = (_HOUR, -_HOUR, timedelta(days=1), timedelta(days=-1))
"""How far an instant or duration is moved, what is easily said first."""
_LONGEST = 2_000
"""Items and characters that something is made long with."""
_SMALL = (1, 2, 3, 5, 10, 100, 0)
_TEXT_TESTS = frozenset({"starts_with", "ends_with", "contains", "matches", "has_word", "has_glob_word"})
_WORD = re.compile(r"\w+")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Asking:
    """A test, in the file itself or in a chart that it calls."""

    term: t.Term
    calls: tuple[Call, ...]
    """The calls inside of which it is asked, outermost first."""
    answers: tuple[Value, ...] = ()
    """Values that it is compared with, where it is no comparison itself."""

    def seen(self, facts: FactValues) -> FactValues:
        """Give the facts as the test sees them."""
        for call in self.calls:
            facts = bind(call, facts)
        return facts


Readers: TypeAlias = Mapping[str, Sequence[Asking]]
"""For each fact the tests that read it, directly or through what a call binds."""


def readers(graphs: Iterable[Graph], others: Iterable[t.Term] = ()) -> Readers:
    """Gather the tests of charts and of *others*, and which facts each reads."""
    found: dict[str, list[Asking]] = {}
    known: set[t.Term] = set()
    for graph in graphs:
        more = (guarantee.condition for guarantee in graph.guarantees if guarantee.condition is not None)
        for asking in chain(_asked(graph, ()), _of_terms((*graph.assume, *more), ())):
            known.add(asking.term)
            for name in _facts(asking.term, asking.calls):
                found.setdefault(name, []).append(asking)
    for asking in _of_terms(others, ()):
        for name in t.facts_read(asking.term) if asking.term not in known else ():
            found.setdefault(name, []).append(asking)
    return found


def _asked(graph: Graph, calls: tuple[Call, ...]) -> Iterator[Asking]:
    for name in graph.order:
        node = graph.nodes[name]
        yield from _of_terms(conditions(node), calls)
        if isinstance(node, Switch):
            yield Asking(node.subject, calls, tuple(node.cases))
        if isinstance(node, Call):
            yield from _asked(node.callee, (*calls, node))


def _of_terms(terms: Iterable[t.Term], calls: tuple[Call, ...]) -> Iterator[Asking]:
    seen: set[t.Term] = set()
    for term in terms:
        for part in t.walk(term):
            if isinstance(part, (t.Comparison, t.Contains, t.FunctionCall)) and part not in seen:
                seen.add(part)
                yield Asking(part, calls)


def _facts(term: t.Term, calls: tuple[Call, ...]) -> frozenset[str]:
    """Name the facts of the outermost chart that a term inside of calls reads."""
    names = t.facts_read(term)
    for call in reversed(calls):
        names = frozenset(name for inner in names for name in t.facts_read(call.arguments[inner]))
    return names


def candidates(fact: Fact, askings: Sequence[Asking], facts: FactValues) -> Iterator[Value]:
    """Give values for one fact, each once and none that it has: what its tests ask for, then what can be said."""
    now = facts[fact.name]
    known = {_key(now)}
    for value in _all(fact, _Looking(fact, askings, facts)):
        if (key := _key(value)) not in known:
            known.add(key)
            yield value


def computed(term: t.Term, facts: FactValues) -> Value:
    """Compute a part of a test; null where a test that guards it rules it out."""
    with contextlib.suppress(TypeError, AttributeError, LookupError, ValueError):
        return evaluate(term, facts, {})
    return None


def _key(value: Value) -> object:
    """Tell values apart as the language does; Python takes true for 1, also inside of lists."""
    return (type(value), value, tuple(map(type, value)) if isinstance(value, tuple) else None)


def _all(fact: Fact, looking: _Looking) -> Iterator[Value]:
    if fact.has_default:
        yield fact.default
    match fact.type.base:
        case Basic.BOOL:
            yield from (True, False)
        case Enumeration(values):
            yield from values
        case Basic.TEXT:
            yield from looking.texts()
        case ListOf():
            yield from looking.lists()
        case Basic.SCHEDULE:
            yield from looking.schedules()
        case Basic.TIMEZONE:
            yield from (value for _, value in looking.rivals() if isinstance(value, ZoneInfo))
            yield from KINDS[Basic.TIMEZONE].candidates
        case Basic() as basic:
            yield from looking.amounts(basic)
        case None:
            pass
    if fact.type.nullable:
        yield None


@dataclass(frozen=True, slots=True)
class _Looking:
    """The tests of one fact, with all facts as they are."""

    fact: Fact
    askings: Sequence[Asking]
    facts: FactValues

    def value(self, term: t.Term, asking: Asking) -> Value:
        """Compute a part of a test."""
        return computed(term, asking.seen(self.facts))

    def reads(self, term: t.Term, asking: Asking) -> bool:
        """Tell whether a part of a test reads the fact."""
        return self.fact.name in _facts(term, asking.calls)

    def rivals(self) -> Iterator[tuple[tuple[t.Term, Asking], Value]]:
        """Give what the fact is compared with: the side that reads it, and the value of the other side."""
        for asking in self.askings:
            match asking.term:
                case t.Comparison(left=left, right=right):
                    for mine, other in ((left, right), (right, left)):
                        if self.reads(mine, asking):
                            yield (mine, asking), self.value(other, asking)
                case t.Contains(item=item, collection=collection) if self.reads(item, asking):
                    held = self.value(collection, asking)
                    for value in held if isinstance(held, tuple) else ():
                        yield (item, asking), value
                case term:
                    yield from (((term, asking), value) for value in asking.answers)

    def calls(self, *names: str) -> Iterator[tuple[t.FunctionCall, Asking]]:
        """Give the calls of some functions that read the fact."""
        for asking in self.askings:
            if isinstance(asking.term, t.FunctionCall) and asking.term.function.name in names:
                yield asking.term, asking

    def lengths(self) -> Iterator[int]:
        """Give lengths that a test tells apart."""
        for (mine, _), value in self.rivals():
            if isinstance(value, int) and any(isinstance(one, t.FunctionCall) for one in t.walk(mine)):
                yield from (number for number in (value, value + 1, value - 1) if 0 <= number <= _LONGEST)

    # ---- Texts ----

    def texts(self) -> Iterator[str]:
        """Give texts: those compared with, those made for a pattern, those that can be said, and those of a length."""
        yield from (value for (mine, _), value in self.rivals() if isinstance(value, str) and not _cuts(mine))
        named = tuple(islice(sayable.texts(self.fact), 3))
        patterns: dict[str, list[str]] = {}
        for call, asking in self.calls(*_TEXT_TESTS):
            subject, pattern = call.arguments
            if self.reads(pattern, asking):
                yield from _words(self.value(subject, asking))
            if self.reads(subject, asking):
                found = self.value(pattern, asking)
                for one in found if isinstance(found, tuple) else (found,):
                    if isinstance(one, str):
                        patterns.setdefault(call.function.name, []).append(one)
        for function, listed in patterns.items():
            for one in listed:
                yield from _fitting(function, one, named)
        held = [one for function in ("contains", "has_word") for one in patterns.pop(function, ())]
        for begin, end in product(patterns.get("starts_with", [""]), patterns.get("ends_with", [""])):
            # Without a pattern it is empty, which is the last thing to say.
            yield from filter(None, (" ".join((begin, *held, end)).strip(), begin + " ".join(held) + end))
        for (mine, asking), value in self.rivals():
            if isinstance(value, str) and (cut := _cuts(mine)) is not None:
                between = str(self.value(cut.arguments[1], asking))
                before = cut.function.name == "before"
                yield from (value + between + named[0] if before else named[0] + between + value, value)
        yield from named
        yield from ("x" * number for number in self.lengths() if number <= MAX_TEXT)
        yield from ("", "*", "\n")

    # ---- Lists ----

    def lists(self) -> Iterator[tuple[Value, ...]]:
        """Give lists: with an item more or less, what they are compared with, and those of a length."""
        now = self.facts[self.fact.name]
        held = now if isinstance(now, tuple) else ()
        asked = tuple(self._items())
        usual = (*asked, *sayable.items(self.fact))
        yield from ((*held, item) for item in asked if item not in held)
        yield from (tuple(one for one in held if one != item) for item in held)
        yield from (value for _, value in self.rivals() if isinstance(value, tuple))
        yield from ((*held, item) for item in usual if item not in held)
        yield ()
        yield from ((item,) for item in usual)
        yield tuple(dict.fromkeys((*held, *asked)))
        yield tuple(dict.fromkeys(usual))
        for number in self.lengths():
            if usual and number <= MAX_ITEMS:
                different = tuple(dict.fromkeys(usual))[:number]
                yield different + usual[:1] * (number - len(different))

    def _items(self) -> Iterator[Value]:
        """Give the items that tests look for in the list, as far as its type holds them."""
        base = self.fact.type.base
        assert isinstance(base, ListOf)
        for asking in self.askings:
            found: Iterable[Value] = ()
            match asking.term:
                case t.Contains(item=item, collection=collection) if self.reads(collection, asking):
                    found = (self.value(item, asking),)
                case t.FunctionCall(function=function, arguments=(left, right)):
                    mine, other = (left, right) if self.reads(left, asking) else (right, left)
                    rival = self.value(other, asking)
                    if function.name in ("overlaps", "contains_all"):
                        found = rival if isinstance(rival, tuple) else ()
                    elif function.name == "has_word" and mine is right:
                        found = _words(rival)
                case _:
                    pass
            yield from (value for value in found if _holds(base, value))

    # ---- Numbers, instants and the like ----

    def amounts(self, basic: Basic) -> Iterator[Value]:
        """Give values of a type that has an order: first what is easily said, then the bounds of its tests."""
        scale, now = scale_of(basic), self.facts[self.fact.name]
        near = [scale.number_of(now)] if now is not None else []
        if basic is Basic.INSTANT and not near:
            near = [scale.number_of(value) for value in (*self.facts.values(), NOON) if isinstance(value, datetime)][:1]
        bounds = list(dict.fromkeys(self._bounds(basic)))
        if now is None:
            # What is counted from a fact that is null has no value; its bounds show where the fact has one.
            given = scale.value_of(near[0] if near else max(scale.lowest, 0))
            looking = replace(self, facts={**self.facts, self.fact.name: given})
            bounds = list(dict.fromkeys((*bounds, *looking._bounds(basic))))  # noqa: SLF001 - it is of the same class
        steps = tuple(KINDS[Basic.DURATION].scale.number_of(one) for one in _AWAY)  # type: ignore[union-attr]
        moved = steps if basic in (Basic.INSTANT, Basic.DURATION) else ()
        yield from _values(basic, (number + step for number in near for step in moved))
        for bound in bounds:
            yield from _values(basic, (bound + step for step in moved))
            yield from _values(basic, (bound, bound + 1, bound - 1))
        if basic is Basic.INSTANT:
            yield from self._instants()
        if basic is Basic.INT:
            yield from _SMALL
        if basic is Basic.DATE:
            yield from _values(basic, (number + more for number in near for more in range(1, _WEEK)))
        yield from KINDS[basic].candidates
        yield plain(self.fact.type)
        if basic is Basic.TIME:
            yield from (time(hour) for hour in range(24))

    def _bounds(self, basic: Basic) -> Iterator[int]:
        """Give the numbers at which comparisons turn: what the fact has to be moved by for both sides to be equal."""
        scale, now = scale_of(basic), self.facts[self.fact.name]
        for (mine, asking), value in self.rivals():
            side = self.value(mine, asking)
            if value is None or isinstance(value, (bool, tuple, str)):
                continue
            if type(value) is KINDS[basic].holds and (side is None or now is None):
                yield scale.number_of(value)
            elif side is not None and now is not None and type(side) is type(value):
                there = scale_of(mine.type.base) if isinstance(mine.type.base, Basic) else scale
                away = there.number_of(value) - there.number_of(side)
                yield from (scale.number_of(now) + away, scale.number_of(now) - away)

    def _instants(self) -> Iterator[datetime]:
        """Give instants that clocks and calendars tell apart: edges of windows, times of the day, days of the week."""
        now = self.facts[self.fact.name]
        start = now if isinstance(now, datetime) else NOON
        for call, asking in self.calls("within", "window_end", "window_start"):
            zone, schedule = (self.value(one, asking) for one in call.arguments[1:])
            if isinstance(zone, ZoneInfo) and isinstance(schedule, Schedule):
                yield from _edges(start, zone, schedule)
        zones = [self.value(call.arguments[1], asking) for call, asking in self.calls("local_time", "local_date")]
        for zone in dict.fromkeys(one for one in zones if isinstance(one, ZoneInfo)) or (ZoneInfo("UTC"),):
            today = local(start, zone).date()
            for _, value in self.rivals():
                if isinstance(value, time):
                    at = instant_at(today, value, zone)
                    yield from (at, at + _HOUR, at - _HOUR)
                elif isinstance(value, date) and not isinstance(value, datetime):
                    yield from (instant_at(value, time(12), zone) + timedelta(days=more) for more in (0, 1, -1))
        yield from (start + timedelta(days=day) for day in range(1, _WEEK))
        yield from (start + timedelta(days=30 * month) for month in range(1, 13))
        yield from (start + _HOUR * hour for hour in range(1, 24 * _WEEK))

    def schedules(self) -> Iterator[Schedule]:
        """Give schedules: one window of one weekday around each instant they are asked about, then usual ones."""
        for call, asking in self.calls("within", "window_end", "window_start"):
            instant, zone = (self.value(one, asking) for one in call.arguments[:2])
            if isinstance(instant, datetime) and isinstance(zone, ZoneInfo):
                for away in (0, 2, -2):
                    at = local(instant + _HOUR * away, zone)
                    window = Window((WEEKDAYS[at.weekday()],), time(at.hour), time((at.hour + 1) % 24))
                    yield Schedule((window,))
        yield from (value for _, value in self.rivals() if isinstance(value, Schedule))
        yield from KINDS[Basic.SCHEDULE].candidates
        yield ALWAYS


def _values(basic: Basic, numbers: Iterable[int]) -> Iterator[Value]:
    """Give the values of those numbers that are in the range of the type."""
    scale = scale_of(basic)
    yield from (scale.value_of(number) for number in numbers if scale.lowest <= number <= scale.highest)


def _edges(start: datetime, zone: ZoneInfo, schedule: Schedule) -> Iterator[datetime]:
    """Give for each window of the week that follows when it is open, and its very edges."""
    for window in schedule.windows:
        for day in range(-1, _WEEK + 1):
            today = local(start + timedelta(days=day), zone).date()
            if WEEKDAYS[today.weekday()] in window.days:
                opens = instant_at(today, window.from_, zone)
                closes = instant_at(today + timedelta(days=window.until <= window.from_), window.until, zone)
                yield from (opens + _HOUR, opens, closes, opens - _HOUR, closes + _HOUR)


def _cuts(term: t.Term) -> t.FunctionCall | None:
    """Find `before` or `after` in a term."""
    calls = (one for one in t.walk(term) if isinstance(one, t.FunctionCall))
    return next((one for one in calls if one.function.name in ("before", "after")), None)


def _words(text: Value) -> Iterator[str]:
    """Give the words of a text, long ones first, because they are told from others at a glance."""
    if isinstance(text, str):
        yield from sorted(_WORD.findall(text), key=lambda word: -len(word))
        yield text


def _fitting(function: str, pattern: str, named: Sequence[str]) -> Iterator[str]:
    """Make texts that a pattern fits."""
    if function in ("matches", "has_glob_word"):
        for star in (*named, "", "x"):
            yield pattern.replace("*", star).replace("?", "x")
    elif function == "starts_with":
        yield from (pattern + named[0], pattern)
    elif function == "ends_with":
        yield from (named[0] + pattern, pattern)
    else:
        yield from (pattern, f"{pattern} {named[0]}")


def _holds(base: ListOf, value: Value) -> bool:
    """Tell whether a list may hold an item."""
    if isinstance(base.item, Enumeration):
        return value in base.item.values
    return isinstance(base.item, Basic) and type(value) is KINDS[base.item].holds
