"""
Make conditions at random, each with a second reading of what it means.

An expression is written and understood at once: beside its text stands a function that computes its value by plain
Python, knowing nothing of the grammar, the checker and the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import (
    BOOL,
    DATE,
    DURATION,
    INSTANT,
    INT,
    MAX_DATE,
    MAX_DURATION,
    MAX_INSTANT,
    MAX_INT,
    MAX_ITEMS,
    MIN_DATE,
    MIN_INSTANT,
    SCHEDULE,
    TEXT,
    TIME,
    TIMEZONE,
    Base,
    Basic,
    Enumeration,
    ListOf,
    Type,
    quote,
)
from notifyrules.language.values import Value, conform, to_plain

Facts: TypeAlias = Mapping[str, Value]
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

KIND = Enumeration(("dm", "group", "channel"))
LEVEL = Enumeration(("low", "mid", "high"), ("low", "mid", "high"))
VIA = Enumeration(("push", "badge"))
BASES: tuple[Base, ...] = (
    *(base for base in Basic),
    KIND,
    LEVEL,
    ListOf(Basic.TEXT),
    ListOf(Basic.INT),
    ListOf(VIA),
)
"""Every kind of type, but for null."""

_TEXTS = (
    "",
    "a",
    "A",
    "ab",
    "b a",
    "a-b",
    "straße",
    "STRASSE",
    "ﬁ",
    "İ",
    "é",
    "e\u0301",
    "\u017f",
    "ab\u00a0番b",
    "a?*",
    "*\nb",
    "😀",
    'say "hi"',
    "it's",
    "a|b",
    "{x}",
    "\\",
)
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
_DURATIONS = (-MAX_DURATION, MAX_DURATION, timedelta(0), *map(timedelta, (-1, 1, 365)), timedelta(minutes=15))
_INSTANTS = (
    MIN_INSTANT,
    MAX_INSTANT,
    datetime(2026, 11, 23, 22, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2100, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
)
_DATES = (MIN_DATE, MAX_DATE, date(2026, 11, 28), date(2026, 3, 29), date(2028, 2, 29))
_WINDOWS: tuple[list[dict[str, object]], ...] = (
    [],
    [{"from": "22:00", "until": "07:00"}],
    [{"days": ["mon", "sun"], "from": "00:00", "until": "00:00"}],
)


def pool(wanted: Type) -> Sequence[Value]:
    """List values of a type: the ordinary ones and those at its ends."""
    assert wanted.base is not None
    return (*_pool(wanted.base), *((None,) if wanted.nullable else ()))


def _pool(base: Base) -> tuple[Value, ...]:
    """List values of a type without null."""
    match base:
        case Enumeration(values):
            return values
        case ListOf(item):
            assert item is not None
            some = _pool(item)[:4]
            return ((), *((one,) for one in some), some, some + some[:1])
        case Basic.BOOL:
            return (False, True)
        case Basic.INT:
            return (-MAX_INT, MAX_INT, -1, 0, 1, 2, 3, 100)
        case Basic.TEXT:
            return _TEXTS
        case Basic.DATE:
            return _DATES
        case Basic.INSTANT:
            return _INSTANTS
        case Basic.TIME:
            return (time(0), time(9, 30), time(22), time(23, 59, 59))
        case Basic.DURATION:
            return _DURATIONS
        case Basic.TIMEZONE:
            return tuple(ZoneInfo(key) for key in _ZONES)
        case Basic.SCHEDULE:
            return tuple(conform(SCHEDULE, windows) for windows in _WINDOWS)


# Precedence, loosest first: an operand of a looser kind than its place allows stands in parentheses.
_CHOICE, _OR, _AND, _NOT, _COMPARE, _SUM, _SIGN, _COALESCE, _ATOM = range(9)


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition and what it means."""

    text: str
    binds: int
    """How tightly its outermost operator binds."""
    value: Callable[[Facts], Any]

    def at(self, place: int) -> str:
        """Write it as an operand in a place that takes what binds at least so tightly."""
        return self.text if self.binds >= place else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Let:
    """A let, with the types of its parameters and of its value."""

    name: str
    parameters: tuple[tuple[str, Type], ...] | None
    type: Type
    body: Expression

    def called(self, arguments: Sequence[Expression]) -> Expression:
        """Use it."""
        if self.parameters is None:
            return Expression(self.name, _ATOM, self.body.value)
        names = [name for name, _ in self.parameters]
        text = f"{self.name}({', '.join(argument.text for argument in arguments)})"

        def value(facts: Facts) -> Any:  # noqa: ANN401 - of any type
            given = dict(zip(names, (argument.value(facts) for argument in arguments), strict=True))
            return self.body.value({**facts, **given})

        return Expression(text, _ATOM, value)


@dataclass(frozen=True, slots=True)
class Maker:
    """Make expressions over some facts and lets."""

    draw: Draw
    facts: Mapping[str, Type]
    lets: Sequence[Let] = ()
    depth: int = 3
    """Operators inside operators."""
    sure: frozenset[str] = field(default=frozenset())
    """The facts that are known not to be null."""

    def of(self, wanted: Type) -> Expression:
        """Make an expression of a type, which is never null."""
        ways = self._atoms(wanted)
        if self.depth > 0:
            ways = [*ways, *self._compounds(wanted)]
        return self._pick(ways)()

    def nullable(self, base: Base) -> Expression | None:
        """Find a value that may be null."""
        names = [name for name, kind in self.facts.items() if kind == Type(base, nullable=True)]
        return self._fact(self.draw(st.sampled_from(names))) if names else None

    def _pick(self, ways: Sequence[Callable[[], Expression]]) -> Callable[[], Expression]:
        """Choose one of several ways."""
        found: Callable[[], Expression] = self.draw(st.sampled_from(list(ways)))
        return found

    @property
    def _deeper(self) -> Maker:
        """The same, one operator deeper."""
        return replace(self, depth=self.depth - 1)

    @staticmethod
    def _fact(name: str) -> Expression:
        """Read a fact."""
        return Expression(name, _ATOM, lambda facts: facts[name])

    def _atoms(self, wanted: Type) -> list[Callable[[], Expression]]:
        """List the ways to make an expression without operators; there is always one."""
        names = [
            name
            for name, kind in self.facts.items()
            if kind == wanted or (name in self.sure and kind.required == wanted)
        ]
        ways: list[Callable[[], Expression]] = [lambda name=name: self._fact(name) for name in names]  # type: ignore[misc]
        ways += [
            lambda let=let: let.called([])  # type: ignore[misc]
            for let in self.lets
            if let.type == wanted and let.parameters is None
        ]
        if wanted.base not in (Basic.INSTANT, Basic.TIMEZONE, Basic.SCHEDULE):
            ways.append(lambda: self.literal(wanted))
        return ways

    def literal(self, wanted: Type) -> Expression:
        """Write a value out."""
        value = self.draw(st.sampled_from([one for one in pool(wanted) if one is not None]))
        return Expression(written(value), _SIGN if written(value).startswith("-") else _ATOM, lambda _: value)

    def _compounds(self, wanted: Type) -> list[Callable[[], Expression]]:
        """List the ways to make an expression with an operator."""
        assert wanted.base is not None
        ways: list[Callable[[], Expression]] = [lambda: self._choice(wanted)]
        if any(kind == Type(wanted.base, nullable=True) for kind in self.facts.values()):
            ways.append(lambda: self._coalesced(wanted))
        ways += [
            lambda let=let: let.called([self._deeper.plain(kind) for _, kind in let.parameters])  # type: ignore[misc]
            for let in self.lets
            if let.type == wanted and let.parameters is not None
        ]
        match wanted.base:
            case Basic.BOOL:
                ways += [self._junction, self._negated, self._compared, self._member, self._null_test, self._guarded]
                ways += [lambda: self._called("starts_with", TEXT, TEXT), lambda: self._called("contains", TEXT, TEXT)]
                ways += [lambda: self._called("matches", TEXT, TEXT), lambda: self._called("has_word", TEXT, TEXT)]
                ways += [lambda: self._called("has_glob_word", TEXT, TEXT)]
                ways += [lambda: self._called("overlaps", _INTS, _INTS)]
                ways += [lambda: self._called("contains_all", _INTS, _INTS)]
                if {INSTANT, TIMEZONE, SCHEDULE} <= set(self.facts.values()):
                    ways.append(lambda: self._called("within", INSTANT, TIMEZONE, SCHEDULE))
            case Basic.INT:
                ways += [lambda: self._sum(INT, INT, INT, clamp_int), lambda: self._minus(INT, clamp_int)]
                ways += [lambda: self._called("len", TEXT), lambda: self._called("len", _INTS)]
                ways += [lambda: self._difference(DATE, DATE, lambda length: length.days)]
                ways += [lambda: self._called("day_of", DATE), lambda: self._called("month_of", DATE)]
                ways += [lambda: self._called("year_of", DATE)]
            case Basic.DATE:
                ways += [lambda: self._moved("+", 1), lambda: self._moved("-", -1)]
                if {INSTANT, TIMEZONE} <= set(self.facts.values()):
                    ways.append(lambda: self._called("local_date", INSTANT, TIMEZONE))
            case Basic.DURATION:
                ways += [lambda: self._sum(DURATION, DURATION, DURATION, clamp_duration)]
                ways += [lambda: self._minus(DURATION, clamp_duration)]
                if INSTANT in self.facts.values():
                    ways.append(lambda: self._difference(INSTANT, INSTANT, clamp_duration))
            case Basic.INSTANT:
                ways += [lambda: self._sum(INSTANT, INSTANT, DURATION, clamp_instant)]
                ways += [lambda: self._difference(INSTANT, DURATION, clamp_instant)]
                if TIMEZONE in self.facts.values():
                    ways.append(lambda: self._called("instant_at", DATE, TIME, TIMEZONE))
            case Basic.SCHEDULE:
                ways.append(self._windows)
            case ListOf():
                ways.append(lambda: self._sum(wanted, wanted, wanted, lambda items: items[:MAX_ITEMS]))
            case Basic.TEXT:
                ways += [lambda: self._called("lower", TEXT), lambda: self._called("before", TEXT, TEXT)]
                ways += [lambda: self._called("after", TEXT, TEXT)]
            case Basic.TIME if {INSTANT, TIMEZONE} <= set(self.facts.values()):
                ways.append(lambda: self._called("local_time", INSTANT, TIMEZONE))
            case _:
                pass
        return [way for way in ways if self._can_make(wanted)]

    def _can_make(self, wanted: Type) -> bool:
        """Tell whether there is an expression without operators to begin with."""
        return bool(self._atoms(wanted))

    def plain(self, wanted: Type) -> Expression:
        """Make an argument of exactly the type wanted: a literal of an enumeration would have a type of its own."""
        if not isinstance(wanted.base, Enumeration):
            return self.of(wanted)
        names = [name for name, kind in self.facts.items() if kind == wanted]
        return self._fact(self.draw(st.sampled_from(names))) if names else self.literal(wanted)

    def _open(self, wanted: Type) -> Expression:
        """Make one side of a comparison that any value of the type may equal; two sides written out may differ."""
        names = [name for name, kind in self.facts.items() if kind == wanted]
        if names:
            return self._fact(self.draw(st.sampled_from(names)))
        return self._lowered() if wanted == TEXT else self.plain(wanted)

    def _lowered(self) -> Expression:
        """Make `lower(a)`, which may be any text."""
        return self._called("lower", TEXT) if self.depth > 0 else Expression('lower("A")', _ATOM, lambda _: "a")

    def _choice(self, wanted: Type) -> Expression:
        """Make `a if c else b`."""
        inner = self._deeper
        then, condition, other = inner.of(wanted), inner.of(BOOL), inner.of(wanted)
        text = f"{then.at(_OR)} if {condition.at(_OR)} else {other.at(_CHOICE)}"
        return Expression(
            text, _CHOICE, lambda facts: then.value(facts) if condition.value(facts) else other.value(facts)
        )

    def _coalesced(self, wanted: Type) -> Expression:
        """Make `a ?? b`, or a longer chain."""
        assert wanted.base is not None
        firsts = [self.nullable(wanted.base) for _ in range(self.draw(st.integers(1, 2)))]
        items = [*(first for first in firsts if first is not None), self._deeper.of(wanted)]

        def value(facts: Facts) -> Any:  # noqa: ANN401 - of any type
            return next((found for item in items if (found := item.value(facts)) is not None), None)

        return Expression(" ?? ".join(item.at(_ATOM) for item in items), _COALESCE, value)

    def _called(self, name: str, *parameters: Type) -> Expression:
        """Call a function of the language, whose meaning other tests hold."""
        arguments = [self._deeper.of(parameter) for parameter in parameters]
        text = f"{name}({', '.join(argument.text for argument in arguments)})"
        function = next(one for one in FUNCTIONS[name].forms if len(one.parameters) == len(parameters))
        return Expression(
            text, _ATOM, lambda facts: function.compute(*[argument.value(facts) for argument in arguments])
        )

    def _moved(self, operator: str, sign: int) -> Expression:
        """Make `date + days` or `date - days`."""
        day, number = self._deeper.of(DATE), self._deeper.of(INT)
        text = f"{day.at(_SUM)} {operator} {number.at(_SIGN)}"
        return Expression(text, _SUM, lambda facts: clamp_date(day.value(facts), sign * number.value(facts)))

    def _sum(self, _: Type, left_type: Type, right_type: Type, clamp: Callable[[Any], Any]) -> Expression:
        """Make `a + b`."""
        left, right = self._deeper.of(left_type), self._deeper.of(right_type)
        return Expression(
            f"{left.at(_SUM)} + {right.at(_SIGN)}", _SUM, lambda facts: clamp(left.value(facts) + right.value(facts))
        )

    def _windows(self) -> Expression:
        """Make `a + b` of schedules."""
        left, right = self._deeper.of(SCHEDULE), self._deeper.of(SCHEDULE)
        text = f"{left.at(_SUM)} + {right.at(_SIGN)}"

        def value(facts: Facts) -> Schedule:
            windows = (*left.value(facts).windows, *right.value(facts).windows)
            return Schedule(tuple(one for at, one in enumerate(windows) if one not in windows[:at]))

        return Expression(text, _SUM, value)

    def _difference(self, left_type: Type, right_type: Type, clamp: Callable[[Any], Any]) -> Expression:
        """Make `a - b`."""
        left, right = self._deeper.of(left_type), self._deeper.of(right_type)
        return Expression(
            f"{left.at(_SUM)} - {right.at(_SIGN)}", _SUM, lambda facts: clamp(left.value(facts) - right.value(facts))
        )

    def _minus(self, wanted: Type, clamp: Callable[[Any], Any]) -> Expression:
        """Make `-a`."""
        operand = self._deeper.of(wanted)
        return Expression(f"-{operand.at(_SIGN)}", _SIGN, lambda facts: clamp(-operand.value(facts)))

    def _junction(self) -> Expression:
        """Make `a and b` or `a or b`."""
        every = self.draw(st.booleans())
        items = [self._deeper.of(BOOL) for _ in range(self.draw(st.integers(2, 3)))]
        place, word, joined = (_NOT, " and ", all) if every else (_AND, " or ", any)
        return Expression(
            word.join(item.at(place) for item in items),
            _AND if every else _OR,
            lambda facts: joined(item.value(facts) for item in items),
        )

    def _negated(self) -> Expression:
        """Make `not a`."""
        operand = self._deeper.of(BOOL)
        return Expression(f"not {operand.at(_NOT)}", _NOT, lambda facts: not operand.value(facts))

    def _compared(self) -> Expression:
        """Make a comparison, or a chain of them."""
        ordered = [kind for kind in (INT, DATE, INSTANT, TIME, DURATION, Type(LEVEL)) if self._can_make(kind)]
        if self.draw(st.booleans()):
            kind = self.draw(st.sampled_from(ordered))
            return self._chain([self._deeper.plain(kind) for _ in range(self.draw(st.integers(2, 3)))], kind)
        closed = (Enumeration, ListOf)
        kinds = [
            kind
            for kind in map(Type, BASES)
            if self._can_make(kind) and (not isinstance(kind.base, closed) or kind in self.facts.values())
        ]
        kind = self.draw(st.sampled_from(kinds))
        left, right = self._open(kind), self._deeper.of(kind) if kind == TEXT else self._deeper.plain(kind)
        word, test = self.draw(st.sampled_from([("==", eq), ("!=", ne)]))
        text = f"{left.at(_SUM)} {word} {right.at(_SUM)}"
        return Expression(text, _COMPARE, lambda facts: test(left.value(facts), right.value(facts)))

    def _chain(self, operands: Sequence[Expression], kind: Type) -> Expression:
        """Make `a < b <= c`."""
        # An ordered enumeration needs a fact on one side of every pair: literals have no order of their own.
        if kind == Type(LEVEL):
            names = [name for name, found in self.facts.items() if found == kind]
            if not names:
                return self.literal(BOOL)
            operands = [self._fact(self.draw(st.sampled_from(names))), operands[1]]
        tests = [self.draw(st.sampled_from([("<", lt), ("<=", le), (">", gt), (">=", ge)])) for _ in operands[1:]]
        words = [operands[0].at(_SUM)]
        for (word, _), operand in zip(tests, operands[1:], strict=True):
            words += [word, operand.at(_SUM)]
        rank: Callable[[Any], Any] = LEVEL.values.index if kind == Type(LEVEL) else lambda value: value

        def value(facts: Facts) -> bool:
            found = [rank(operand.value(facts)) for operand in operands]
            return all(test(*pair) for (_, test), pair in zip(tests, pairwise(found), strict=True))

        return Expression(" ".join(words), _COMPARE, value)

    def _member(self) -> Expression:
        """Make `a in [b, c]`, or `a in list`; what is looked for may be null."""
        bases = [Basic.INT, Basic.TEXT, *((VIA,) if Type(VIA) in self.facts.values() else ())]
        base = self.draw(st.sampled_from(bases))
        item = self.nullable(base) if self.draw(st.booleans()) else None
        item = item or self._open(Type(base))
        lists = [name for name, kind in self.facts.items() if kind == Type(ListOf(base))]
        if lists and self.draw(st.booleans()):
            collection = self._fact(self.draw(st.sampled_from(lists)))
        else:
            items = [self._deeper.plain(Type(base)) for _ in range(self.draw(st.integers(1, 3)))]
            text = ", ".join(one.text for one in items)
            collection = Expression(f"[{text}]", _ATOM, lambda facts: [one.value(facts) for one in items])
        negated = self.draw(st.booleans())
        return Expression(
            f"{item.at(_SUM)} {'not in' if negated else 'in'} {collection.at(_SUM)}",
            _COMPARE,
            lambda facts: (item.value(facts) in collection.value(facts)) is not negated,
        )

    def _null_test(self) -> Expression:
        """Make `a is null`, or compare with null."""
        names = [name for name, kind in self.facts.items() if kind.nullable]
        if not names:
            return self.literal(BOOL)
        operand = self._fact(self.draw(st.sampled_from(names)))
        word, null = self.draw(st.sampled_from([("is null", True), ("is not null", False), ("== null", True)]))
        return Expression(f"{operand.text} {word}", _COMPARE, lambda facts: (operand.value(facts) is None) is null)

    def _guarded(self) -> Expression:
        """Make `a is not null and ...a...`, `a is null or ...a...` and the like, in which `a` is not null."""
        names = [name for name, kind in self.facts.items() if kind.nullable and name not in self.sure]
        if not names:
            return self.literal(BOOL)
        name = self.draw(st.sampled_from(names))
        inner = replace(self._deeper, sure=self.sure | {name}).of(BOOL)
        form = self.draw(st.sampled_from(["and", "or", "not", "if"]))
        if form == "and":
            text, binds, missing = f"{name} is not null and {inner.at(_NOT)}", _AND, False
        elif form == "or":
            text, binds, missing = f"{name} is null or {inner.at(_AND)}", _OR, True
        elif form == "not":
            text, binds, missing = f"not ({name} == null) and {inner.at(_NOT)}", _AND, False
        else:
            text, binds, missing = f"{inner.at(_OR)} if {name} != null else true", _CHOICE, True
        return Expression(text, binds, lambda facts: missing if facts[name] is None else inner.value(facts))


_INTS = Type(ListOf(Basic.INT))


def written(value: Value) -> str:
    """Write a value as a literal of the language."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(written(one) for one in value) + "]"
    if isinstance(value, str):
        return quote(value)
    return str(to_plain(value))


def clamp_int(value: int) -> int:
    """Hold an int to its range."""
    return min(max(value, -MAX_INT), MAX_INT)


def clamp_duration(value: timedelta) -> timedelta:
    """Hold a duration to its range."""
    return min(max(value, -MAX_DURATION), MAX_DURATION)


def clamp_instant(value: datetime) -> datetime:
    """Hold an instant to its range."""
    return min(max(value, MIN_INSTANT), MAX_INSTANT)


def clamp_date(day: date, number: int) -> date:
    """Move a date by days, held to its range."""
    try:
        moved = day + timedelta(days=number)
    except OverflowError:
        return MAX_DATE if number > 0 else MIN_DATE
    return min(max(moved, MIN_DATE), MAX_DATE)
