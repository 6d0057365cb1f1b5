"""Hold the values of the language as formulas: which value it is under which condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

import z3

from notifyrules.language.kinds import KIND_OF, KINDS, Scale
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value
from notifyrules.solver.formulas import Formula, Formulas, Number, Thing

LIST = "list"
"""The kind of all lists."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A bool."""

    holds: Formula


@dataclass(frozen=True, slots=True)
class Amount:
    """A value that is held as a number."""

    number: Number


@dataclass(frozen=True, slots=True)
class Pick:
    """A value of an enumeration."""

    ways: Mapping[str, Formula]
    """When it is which; at most one holds."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only equality is known, such as a text."""

    thing: Thing


@dataclass(frozen=True, slots=True)
class Way:
    """One of the lists that a list may be."""

    condition: Formula
    items: tuple[Symbol, ...] | None
    """Its items; None for a list of which they are not known."""
    thing: Thing
    """The list as a whole."""


@dataclass(frozen=True, slots=True)
class Several:
    """A list."""

    ways: tuple[Way, ...]
    """Which list it is when; one of the conditions holds, and when two do, the first counts."""


Payload: TypeAlias = Truth | Amount | Pick | Opaque | Several | None
"""What a value is when it is not null; None for a value that is always null."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A value that depends on the facts."""

    null: Formula
    """When it is null; then the payload says nothing."""
    payload: Payload

    @property
    def holds(self) -> Formula:
        """When a bool is true."""
        assert isinstance(self.payload, Truth)
        return self.payload.holds

    @property
    def number(self) -> Number:
        """The number that a value is held as."""
        assert isinstance(self.payload, Amount)
        return self.payload.number


@dataclass(slots=True)
class Symbols:
    """Make and compare symbols of one context."""

    formulas: Formulas
    written: dict[str, dict[object, tuple[Value, Thing]]] = field(default_factory=dict)
    """The texts, time zones, schedules and lists that are written out, by kind."""
    numbers: dict[int, None] = field(default_factory=dict)
    """The numbers that are written out."""

    # ---- Making ----

    def constant(self, value: Value, kind: Type) -> Symbol:
        """Write out a value."""
        formulas = self.formulas
        never = formulas.false
        match value:
            case None:
                return Symbol(formulas.true, None)
            case bool():
                return Symbol(never, Truth(formulas.true if value else formulas.false))
            case str() if isinstance(kind.base, Enumeration):
                return Symbol(never, Pick({value: formulas.true}))
            case tuple():
                assert isinstance(kind.base, ListOf)
                item = Type(kind.base.item)
                items = tuple(self.constant(one, item) for one in value)
                return Symbol(never, Several((Way(formulas.true, items, self.thing(LIST, value)),)))
        basic = KIND_OF[type(value)]
        if (scale := KINDS[basic].scale) is None:
            return Symbol(never, Opaque(self.thing(basic.value, value)))
        number = scale.number_of(value)
        self.numbers[number] = None
        return Symbol(never, Amount(formulas.amount(number)))

    def thing(self, kind: str, value: Value) -> Thing:
        """Name a value that is written out; two of them differ."""
        known = self.written.setdefault(kind, {})
        # Python takes true for 1, also inside of lists.
        key = (value, tuple(type(item) for item in value)) if isinstance(value, tuple) else value
        if key not in known:
            known[key] = (value, self.formulas.thing(f"{kind} {len(known)}", kind))
        return known[key][1]

    def constants(self, kind: str) -> tuple[tuple[Value, Thing], ...]:
        """List what is written out of one kind."""
        return tuple(self.written.get(kind, {}).values())

    def variable(self, name: str, kind: Type) -> Symbol:
        """Name a value that may be any of its type; :meth:`domain` says which are."""
        formulas = self.formulas
        null = formulas.boolean(f"{name} is null") if kind.nullable else formulas.false
        match kind.base:
            case Basic.BOOL:
                return Symbol(null, Truth(formulas.boolean(name)))
            case Enumeration(values):
                return Symbol(null, Pick({value: formulas.boolean(f"{name} is {value!r}") for value in values}))
            case ListOf():
                return Symbol(null, Several((Way(formulas.true, None, formulas.thing(name, LIST)),)))
            case Basic() as basic if KINDS[basic].scale is not None:
                return Symbol(null, Amount(formulas.integer(name)))
            case Basic() as basic:
                return Symbol(null, Opaque(formulas.thing(name, basic.value)))
            case None:
                return Symbol(formulas.true, None)

    def domain(self, symbol: Symbol, kind: Type) -> Formula:
        """Say that a variable has a value of its type."""
        formulas = self.formulas
        match symbol.payload:
            case Amount(number):
                assert isinstance(kind.base, Basic)
                scale = scale_of(kind.base)
                return formulas.every((number >= scale.lowest, number <= scale.highest))
            case Pick(ways):
                held = list(ways.values())
                some = formulas.some((symbol.null, *held))
                pairs = ((one, other) for at, one in enumerate((symbol.null, *held)) for other in held[at:])
                return formulas.every((some, *(formulas.negate(formulas.every(pair)) for pair in pairs)))
            case _:
                return formulas.true

    def choose(self, condition: Formula, then: Symbol, otherwise: Symbol) -> Symbol:
        """Give *then* where *condition* holds, else *otherwise*."""
        formulas = self.formulas
        null = formulas.choose(condition, then.null, otherwise.null)
        return Symbol(null, self._choose(condition, then.payload, otherwise.payload))

    def _choose(self, condition: Formula, then: Payload, otherwise: Payload) -> Payload:
        """Choose between two values that are not null; where one always is, the other is as good as any."""
        formulas = self.formulas
        if then is None or otherwise is None:
            return otherwise if then is None else then
        if isinstance(then, Pick) and isinstance(otherwise, Opaque):
            then = Opaque(self.whole(then))
        if isinstance(then, Opaque) and isinstance(otherwise, Pick):
            otherwise = Opaque(self.whole(otherwise))
        match then, otherwise:
            case Truth(one), Truth(other):
                return Truth(formulas.choose(condition, one, other))
            case Amount(one), Amount(other):
                return Amount(formulas.choose(condition, one, other))
            case Opaque(one), Opaque(other):
                return Opaque(formulas.choose(condition, one, other))
            case Pick(ones), Pick(others):
                names = dict.fromkeys((*ones, *others))
                never = formulas.false
                held = {name: self._either(condition, ones.get(name, never), others.get(name, never)) for name in names}
                return Pick({name: way for name, way in held.items() if way is not never} or held)
            case Several(first), Several(second):
                rest = formulas.negate(condition)
                lists = [Way(formulas.every((condition, way.condition)), way.items, way.thing) for way in first]
                lists += [Way(formulas.every((rest, way.condition)), way.items, way.thing) for way in second]
                return Several(tuple(way for way in lists if way.condition is not formulas.false))
            case _:
                raise AssertionError((then, otherwise))

    def _either(self, condition: Formula, then: Formula, otherwise: Formula) -> Formula:
        formulas = self.formulas
        if then is formulas.true or then is formulas.false or otherwise is formulas.true or otherwise is formulas.false:
            rest = formulas.negate(condition)
            return formulas.some((formulas.every((condition, then)), formulas.every((rest, otherwise))))
        return formulas.choose(condition, then, otherwise)

    # ---- Looking at them ----

    def whole(self, payload: Payload) -> Thing:
        """Give a value as one term of the solver."""
        formulas = self.formulas
        match payload:
            case Truth(thing) | Amount(thing) | Opaque(thing):
                return thing
            case Pick(ways):
                listed = [(condition, self.thing(Basic.TEXT.value, value)) for value, condition in ways.items()]
                return self._cascade(listed)
            case Several(ways):
                return self._cascade([(way.condition, way.thing) for way in ways])
            case None:
                return formulas.false

    def _cascade(self, ways: Sequence[tuple[Formula, Thing]]) -> Thing:
        found = ways[-1][1]
        for condition, thing in reversed(ways[:-1]):
            found = self.formulas.choose(condition, thing, found)
        return found

    def equal(self, left: Symbol, right: Symbol) -> Formula:
        """Say when two values are equal; null equals null."""
        formulas = self.formulas
        both = formulas.every((left.null, right.null))
        neither = formulas.every((formulas.negate(left.null), formulas.negate(right.null)))
        if left.payload is None or right.payload is None:
            return both
        return formulas.some((both, formulas.every((neither, self._equal(left.payload, right.payload)))))

    def _equal(self, left: Payload, right: Payload) -> Formula:
        """Say when two values that are not null are equal."""
        formulas = self.formulas
        match left, right:
            case Truth(one), Truth(other):
                return formulas.same(one, other)
            case (Amount(one), Amount(other)) | (Opaque(one), Opaque(other)):
                return formulas.equal(one, other)
            case Pick(ones), Pick(others):
                return formulas.some(formulas.every((ones[name], others[name])) for name in ones if name in others)
            case (Pick(ways), Opaque(thing)) | (Opaque(thing), Pick(ways)):
                return formulas.some(
                    formulas.every((condition, formulas.equal(self.thing(Basic.TEXT.value, name), thing)))
                    for name, condition in ways.items()
                )
            case Several(first), Several(second):
                return formulas.some(
                    formulas.every((one.condition, other.condition, self._equal_lists(one, other)))
                    for one in first
                    for other in second
                )
            case _:
                raise AssertionError((left, right))

    def _equal_lists(self, left: Way, right: Way) -> Formula:
        """Say when two lists are equal: item by item where both are written out."""
        formulas = self.formulas
        if left.items is None or right.items is None:
            return formulas.equal(left.thing, right.thing)
        if len(left.items) != len(right.items):
            return formulas.false
        return formulas.every(self.equal(one, other) for one, other in zip(left.items, right.items, strict=True))

    def replaced(self, symbol: Symbol, replace: Callable[[Thing], Thing]) -> Symbol:
        """Give a symbol with other terms in place of its own."""
        match symbol.payload:
            case Truth(thing):
                payload: Payload = Truth(replace(thing))
            case Amount(thing):
                payload = Amount(replace(thing))
            case Opaque(thing):
                payload = Opaque(replace(thing))
            case Pick(ways):
                payload = Pick({value: replace(condition) for value, condition in ways.items()})
            case Several(listed):
                ways_: list[Way] = []
                for way in listed:
                    items = None if way.items is None else tuple(self.replaced(one, replace) for one in way.items)
                    ways_.append(Way(replace(way.condition), items, replace(way.thing)))
                payload = Several(tuple(ways_))
            case None:
                payload = None
            case _:
                assert_never(symbol.payload)
        return Symbol(replace(symbol.null), payload)

    def distinct(self) -> Iterator[Formula]:
        """Say that things written out differently are different."""
        for known in self.written.values():
            if len(known) > 1:
                yield z3.Distinct(*(thing for _, thing in known.values()))


def terms_of(symbol: Symbol) -> Iterable[Thing]:
    """Give the terms of a variable that the solver may choose."""
    match symbol.payload:
        case Pick(ways):
            terms: tuple[Thing, ...] = tuple(ways.values())
        case Several(listed):
            terms = tuple(way.thing for way in listed)
        case Truth(thing) | Amount(thing) | Opaque(thing):
            terms = (thing,)
        case None:
            terms = ()
        case _:
            assert_never(symbol.payload)
    constant = (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE)
    return [term for term in (symbol.null, *terms) if z3.is_const(term) and term.decl().kind() not in constant]


def scale_of(basic: Basic) -> Scale:
    """Give the numbers that stand for the values of a type that has some."""
    scale = KINDS[basic].scale
    assert scale is not None
    return scale


def plain(kind: Type) -> Value:
    """Give the plainest value of a type, to be taken where any will do."""
    match kind.base:
        case None:
            return None
        case Enumeration(values):
            return values[0]
        case ListOf():
            return ()
        case Basic() as basic:
            found: Value = KINDS[basic].plainest
            return found
