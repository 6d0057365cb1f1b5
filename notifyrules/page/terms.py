"""Write terms and values as data that JSON holds and `decide.js` computes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from notifyrules.evaluation.record import Plain
from notifyrules.language import terms as t
from notifyrules.language.moments import MICROSECOND
from notifyrules.language.schedules import WEEKDAYS, Schedule, Window
from notifyrules.language.types import MIN_INSTANT, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value

_EPOCH: Final = date(1970, 1, 1).toordinal()


class TermWriter:
    """Writes terms; a let that several uses share is written once, and stands behind those that it is made of."""

    def __init__(self) -> None:
        self.lets: list[Plain] = []
        """The terms of shared lets, by the numbers that their uses name."""
        self.functions: set[str] = set()
        """The functions that were called so far."""
        self.zones: set[str] = set()
        """The time zones that are written out in terms."""
        self._numbers: dict[t.Term, int] = {}

    def write(self, term: t.Term) -> Plain:
        """Write a term as a list: what it is, then what it is made of."""
        match term:
            case t.FactRead(name=name):
                return ["fact", name]
            case t.Constant(value=value):
                return ["is", self.value(value)]
            case t.LetUse(term=inner):
                if inner not in self._numbers:
                    written = self.write(inner)
                    self._numbers[inner] = len(self.lets)
                    self.lets.append(written)
                return ["let", self._numbers[inner]]
            case t.ListTerm():
                return ["list", *self._parts(term)]
            case t.Arithmetic(kind=kind, minus=minus):
                return ["-" if minus else "+", kind.value, *self._parts(term)]
            case t.Coalesce():
                return ["??", *self._parts(term)]
            case t.Comparison(operator=operator, order=order):
                return [operator, *self._parts(term), None if order is None else [*order]]
            case t.Contains():
                return ["in", *self._parts(term)]
            case t.IsNull():
                return ["null", *self._parts(term)]
            case t.Not():
                return ["not", *self._parts(term)]
            case t.Junction(every=every):
                return ["and" if every else "or", *self._parts(term)]
            case t.Choice():
                return ["if", *self._parts(term)]
            case t.FunctionCall(function=function):
                self.functions.add(function.name)
                return ["call", function.name, *self._parts(term)]
            case _:
                assert_never(term)

    def _parts(self, term: t.Term) -> list[Plain]:
        return [self.write(part) for part in t.parts(term)]

    def value(self, value: Value) -> Plain:
        """
        Write a value as the interpreter holds it.

        Returns:
            Instants as microseconds and dates as days since 1970, durations as microseconds, times as seconds since
            midnight, zones as their keys, the windows of a schedule as the numbers of their days and two times.
        """
        match value:
            case None | bool() | int() | str():
                return value
            case datetime():
                return (value - MIN_INSTANT) // MICROSECOND
            case date():
                return value.toordinal() - _EPOCH
            case time():
                return (value.hour * 60 + value.minute) * 60 + value.second
            case timedelta():
                return value // MICROSECOND
            case ZoneInfo():
                self.zones.add(value.key)
                return value.key
            case Schedule(windows):
                return {"windows": [self._window(one) for one in windows]}
            case tuple():
                return [self.value(item) for item in value]
            case _:
                assert_never(value)

    def _window(self, window: Window) -> Plain:
        days: list[Plain] = [WEEKDAYS.index(day) for day in window.days]
        return [days, self.value(window.from_), self.value(window.until)]


def type_of(kind: Type) -> Plain:
    """Write a type: what it `is`, the values of an enumeration, the type of a list's items, and whether it has null."""
    written: dict[str, Plain] = {"is": name_of(kind)}
    match kind.base:
        case Enumeration(values=values):
            written["values"] = list(values)
        case ListOf(item=item):
            written["item"] = type_of(Type(item))
        case _:
            pass
    return written | ({"null": True} if kind.nullable else {})


def name_of(kind: Type) -> str:
    """Name what a type is, as the interpreter tells them apart."""
    match kind.base:
        case None:
            return "null"
        case Basic() as basic:
            return basic.value
        case Enumeration():
            return "enum"
        case ListOf():
            return "list"
        case _:
            assert_never(kind.base)
