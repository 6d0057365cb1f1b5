"""
Find the first instant from which time alone makes something hold.

From one instant to the next at which some test of the clock may turn, every decision stays: it is walked there, and
nowhere in between. What turns next is worked out anew at each, with the tests as they are then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifyrules.language import terms as t
from notifyrules.language.schedules import Schedule, instant_at, local, local_date, window_end, window_start
from notifyrules.language.types import MAX_INSTANT
from notifyrules.language.values import FactValues, Value
from notifyrules.solver.candidates import Asking, computed
from notifyrules.solver.nearest import Shows

CLOCK = "now"
"""The fact that time changes by itself."""
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=9)
"""So long after the last turn that does not come again every week, each that does has come."""
_CALENDAR = timedelta(days=400)
_DATED = frozenset({"day_of", "month_of", "year_of"})
"""What tells the days of a year apart: then a week does not show all."""
_STEPS = 2_000


def first_instant(facts: FactValues, askings: Sequence[Asking], shows: Shows) -> tuple[datetime | None, bool]:
    """
    Find the first later instant at which facts that are otherwise the same show something.

    Args:
        facts: A value for every fact, the clock among them.
        askings: The tests that read the clock.
        shows: Whether facts do.

    Returns:
        The instant, None if there is none, and whether that is certain.
    """
    at = facts[CLOCK]
    assert isinstance(at, datetime)
    calls = (one for asking in askings for one in t.walk(asking.term) if isinstance(one, t.FunctionCall))
    dated = any(call.function.name in _DATED for call in calls)
    since = at
    for _ in range(_STEPS):
        once, again = _turns(facts, at, askings)
        known = [one for one in once if at < one <= MAX_INSTANT]
        known += [one for one in again if at < one <= min(MAX_INSTANT, since + (_CALENDAR if dated else _WEEK))]
        if not known:
            return None, not dated
        at = min(known)
        if at in once:
            since = at
        if shows({**facts, CLOCK: at}):
            return at, True
    return None, False


def _turns(facts: FactValues, at: datetime, askings: Iterable[Asking]) -> tuple[set[datetime], set[datetime]]:
    """Give the instants at which tests may turn next: those that come once, and those that come again every week."""
    once: set[datetime] = set()
    again: set[datetime] = set()
    for asking in askings:
        now, then = (asking.seen({**facts, CLOCK: moment}) for moment in (at, at + _TICK))
        for one, other in _pairs(asking.term, now):
            sooner, later = ([_value(side, facts) for side in (one, other)] for facts in (now, then))
            match sooner:
                case [time() as mine, time() as its]:
                    again.update(
                        _whole_seconds(at) + (_elapsed(its) - _elapsed(mine)) * sign + second
                        for sign in (1, -1)
                        for second in (timedelta(0), timedelta(seconds=1))
                    )
                case [datetime(), datetime()] | [timedelta(), timedelta()]:
                    once.update(at + away for away in _crossings(sooner, later))
                case [date() | int(), date() | int()]:
                    far = asking.seen({**facts, CLOCK: min(at + _WEEK, MAX_INSTANT)})
                    once.update(_days(asking.term, now, sooner, [_value(side, far) for side in (one, other)]))
        if isinstance(asking.term, t.FunctionCall):
            again.update(_edges(asking.term, now, then, at))
    return once, again


def _pairs(term: t.Term, now: FactValues) -> Iterator[tuple[t.Term | Value, t.Term | Value]]:
    """Give the sides that a test compares."""
    match term:
        case t.Comparison(left=left, right=right):
            yield left, right
        case t.Contains(item=item, collection=collection):
            held = computed(collection, now)
            for value in held if isinstance(held, tuple) else ():
                yield item, value
        case _:
            pass


def _value(side: t.Term | Value, facts: FactValues) -> Any:  # noqa: ANN401 - compared with another of its type
    return computed(side, facts) if isinstance(side, t.Term) else side


def _crossings(sooner: Sequence[Any], later: Sequence[Any]) -> Iterator[timedelta]:
    """Give after how long two sides are equal or change order, as they move now."""
    apart = (sooner[0] - sooner[1]) // _TICK
    if None in later or (speed := (later[0] - later[1]) // _TICK - apart) == 0:
        return
    away = -apart // speed
    yield from (_TICK * (away + more) for more in range(3))


def _whole_seconds(at: datetime) -> datetime:
    """Leave out what local times leave out."""
    return at.replace(microsecond=0)


def _elapsed(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _days(term: t.Term, now: FactValues, sooner: Sequence[Any], later: Sequence[Any]) -> Iterator[datetime]:
    """Give the midnights at which dates, or days between them, are equal or change order, as they move now."""
    apart = _number(sooner[0]) - _number(sooner[1])
    if None in later or (speed := round((_number(later[0]) - _number(later[1]) - apart) / _WEEK.days)) == 0:
        return
    if (away := -apart // speed) < 0:
        return
    for call in t.walk(term):
        if isinstance(call, t.FunctionCall) and call.function.name == "local_date":
            instant, zone = (computed(argument, now) for argument in call.arguments)
            if isinstance(instant, datetime) and isinstance(zone, ZoneInfo):
                yield from (_midnight(local_date(instant, zone), away + more, zone) for more in (0, 1))


def _number(value: date | int) -> int:
    return value.toordinal() if isinstance(value, date) else value


def _midnight(day: date, later: int, zone: ZoneInfo) -> datetime:
    ahead = min(later, (MAX_INSTANT.date() - day).days)
    return instant_at(day + timedelta(days=ahead), time(0), zone)


def _edges(call: t.FunctionCall, now: FactValues, then: FactValues, at: datetime) -> Iterator[datetime]:
    """Give when a window next opens or closes, a day ends, or a clock is changed."""
    arguments = [computed(argument, now) for argument in call.arguments]
    match arguments:
        case [datetime() as instant, ZoneInfo() as zone, *rest] if computed(call.arguments[0], then) != instant:
            pass
        case _:
            return
    match rest:
        case [Schedule() as schedule]:
            edge = window_end(instant, zone, schedule) or window_start(instant, zone, schedule)
            if edge is not None:
                yield at + (edge - instant)
        case _:
            midnight = _midnight(local_date(instant, zone), 1, zone)
            yield at + (midnight - instant)
            if (changed := _clock_change(instant, midnight, zone)) is not None:
                yield at + (changed - instant)


def _clock_change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """Find the instant at which a zone's clock is changed between two."""
    offset = local(start, zone).utcoffset()
    if local(end, zone).utcoffset() == offset:
        return None
    while end - start > _TICK:
        middle = start + (end - start) // 2
        start, end = (middle, end) if local(middle, zone).utcoffset() == offset else (start, middle)
    return end
