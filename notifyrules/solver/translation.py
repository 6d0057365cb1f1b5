"""
Translate conditions into formulas.

Everything but the functions of texts, lists and calendars is translated exactly, saturating sums included. Those
functions are left open: of each only is known that it gives the same for the same, and what
:mod:`notifyrules.solver.text_lemmas` adds. So a formula holds for at least the facts that the condition holds for, and
what is proved for all solutions is true for all facts; a solution, though, may be none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

import z3

from notifyrules.graph.model import Call
from notifyrules.language import terms as t
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import MAX_ITEMS, Basic, Enumeration, Type
from notifyrules.solver.formulas import Formula, Formulas, Number, Thing
from notifyrules.solver.symbols import LIST, Amount, Opaque, Payload, Pick, Several, Symbol, Symbols, Truth, Way, plain

HAS = "has"
"""The open question whether a list holds an item."""

_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
"""What compares numbers, and terms of the solver."""
_Relate: TypeAlias = Callable[[t.FunctionCall, Way, Way], Formula]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What one function gives for one combination of arguments, which the solver does not know."""

    term: t.FunctionCall | t.Contains
    calls: tuple[Call, ...]
    """The calls inside of which it is asked, outermost first."""
    function: str
    arguments: tuple[Symbol, ...]
    things: tuple[Thing, ...]
    """The arguments as terms of the solver."""
    result: Symbol


@dataclass(frozen=True, slots=True)
class OpenTest:
    """A test that may depend on what was left open."""

    term: t.Term
    calls: tuple[Call, ...]
    """The calls inside of which it is asked, outermost first."""
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Definition:
    """A name for a part of a formula, so that large formulas are made of small ones."""

    name: Thing
    meaning: Thing


@dataclass(slots=True)
class World:
    """All that formulas of one proof speak of."""

    formulas: Formulas = field(default_factory=Formulas)
    symbols: Symbols = field(init=False)
    opens: dict[tuple[object, ...], OpenQuestion] = field(default_factory=dict)
    """What was left open, each once."""
    asked: list[OpenTest] = field(default_factory=list)
    """The tests that may depend on it."""
    functions: dict[tuple[str, ...], object] = field(default_factory=dict)
    """The open functions by name and kinds of arguments."""
    truths: list[Formula] = field(default_factory=list)
    """What always holds."""
    definitions: dict[int, Definition] = field(default_factory=dict)
    """The parts that have a name, by the number of the name, each behind those that it is made of."""
    defined: dict[int, Thing] = field(default_factory=dict)
    """Their names, by the number of what they stand for."""

    def __post_init__(self) -> None:
        self.symbols = Symbols(self.formulas)

    def define(self, thing: Thing) -> Thing:
        """Give a part a name, unless it is one."""
        if z3.is_const(thing) or (z3.is_not(thing) and z3.is_const(thing.arg(0))):
            return thing
        if thing.get_id() not in self.defined:
            name = z3.Const(f"part {len(self.definitions)}", thing.sort())
            self.definitions[name.get_id()] = Definition(name, thing)
            self.defined[thing.get_id()] = name
        return self.defined[thing.get_id()]

    def open(self, name: str, things: tuple[Thing, ...], result: object) -> Thing:
        """Apply a function that is left open."""
        key = (name, *(thing.sort().name() for thing in things))
        if key not in self.functions:
            self.functions[key] = self.formulas.function(" ".join(key), things, result)
        return self.functions[key](*things)  # type: ignore[operator]


class Translator:
    """Translate the conditions of one chart, of the file itself or as it is called."""

    def __init__(self, world: World, facts: Mapping[str, Symbol], calls: tuple[Call, ...]) -> None:
        self.world = world
        self.facts = facts
        self.calls = calls
        self._formulas = world.formulas
        self._symbols = world.symbols
        self._known: dict[t.Term, Symbol] = {}

    def holds(self, term: t.Term) -> Formula:
        """Translate a condition that is true or false."""
        return self.value(term).holds

    def value(self, term: t.Term) -> Symbol:
        """Translate a condition."""
        if term not in self._known:
            found = self._translate(term)
            if found.payload is None and not term.type.nullable:
                # INVARIANT (narrowing): where null was ruled out and is all there is, nobody looks: any value will do.
                found = Symbol(found.null, self._symbols.constant(plain(term.type), term.type).payload)
            self._known[term] = found
        return self._known[term]

    def arguments(self, node: Call) -> dict[str, Symbol]:
        """Translate what a call gives the facts of the called chart."""
        return {name: self.value(term) for name, term in node.arguments.items()}

    def _translate(self, term: t.Term) -> Symbol:
        formulas, symbols = self._formulas, self._symbols
        match term:
            case t.Constant(value=value, type=kind):
                return symbols.constant(value, kind)
            case t.FactRead(name=name):
                return self.facts[name]
            case t.LetUse(term=inner):
                return self.value(inner)
            case t.ListTerm():
                return self._list(term)
            case t.Arithmetic(kind=kind):
                return self._joined(term) if kind in (t.Sum.LIST, t.Sum.SCHEDULE) else self._sum(term)
            case t.Coalesce(items=items):
                found = self.value(items[-1])
                for item in reversed(items[:-1]):
                    one = self.value(item)
                    found = symbols.choose(formulas.negate(one.null), one, found)
                return found
            case t.Comparison():
                return self._ask(term, self._truth(self._compare(term)))
            case t.Contains(item=item, collection=collection):
                return self._ask(term, self._truth(self._contains(term, self.value(item), self.value(collection))))
            case t.IsNull(operand=operand):
                return self._truth(self.value(operand).null)
            case t.Not(operand=operand):
                return self._truth(formulas.negate(self.holds(operand)))
            case t.Junction(every=every, items=items):
                parts = (self.holds(item) for item in items)
                return self._truth(formulas.every(parts) if every else formulas.some(parts))
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                return symbols.choose(self.holds(condition), self.value(then), self.value(otherwise))
            case t.FunctionCall():
                return self._ask(term, self._call(term))

    def _ask(self, term: t.Term, symbol: Symbol) -> Symbol:
        """Remember a test that may depend on what is left open."""
        if term.type.base is Basic.BOOL:
            self.world.asked.append(OpenTest(term, self.calls, symbol))
        return symbol

    def _truth(self, formula: Formula) -> Symbol:
        return Symbol(self._formulas.false, Truth(formula))

    def _list(self, term: t.ListTerm) -> Symbol:
        items = tuple(self.value(item) for item in term.items)
        if all(isinstance(item, t.Constant) for item in term.items):
            values = tuple(item.value for item in term.items if isinstance(item, t.Constant))
            thing = self._symbols.thing("list", values)
        else:
            wholes = tuple(self._symbols.whole(item.payload) for item in items)
            thing = self.world.open("list of", wholes, self._formulas.sort("list"))
        return self._alone(Way(self._formulas.true, items, thing))

    def _alone(self, way: Way) -> Symbol:
        """Give the one list that a list may be as a value."""
        return Symbol(self._formulas.false, Several((way,)))

    # ---- Numbers ----

    def _sum(self, term: t.Arithmetic) -> Symbol:
        """Translate a sum, held to the range of its result as the evaluator holds it."""
        left, right = self.value(term.left).number, self.value(term.right).number
        assert isinstance(term.type.base, Basic)
        return self._amount(hold(self._formulas, left - right if term.minus else left + right, term.type.base))

    def _joined(self, term: t.Arithmetic) -> Symbol:
        """Leave open what two lists or schedules are together; items are known where both lists are written out."""
        formulas, sides = self._formulas, (self.value(term.left).payload, self.value(term.right).payload)
        kind = LIST if term.kind is t.Sum.LIST else Basic.SCHEDULE.value
        thing = self.world.open("+", tuple(map(self._symbols.whole, sides)), formulas.sort(kind))
        if term.kind is t.Sum.SCHEDULE:
            return Symbol(formulas.false, Opaque(thing))
        items: tuple[Symbol, ...] | None = None
        match sides:
            case Several((Way(items=tuple() as first),)), Several((Way(items=tuple() as second),)):
                items = (first + second)[:MAX_ITEMS]
        return Symbol(formulas.false, Several((Way(formulas.true, items, thing),)))

    def _amount(self, number: Number) -> Symbol:
        return Symbol(self._formulas.false, Amount(number))

    def _compare(self, term: t.Comparison) -> Formula:
        left, right = self.value(term.left), self.value(term.right)
        if term.operator == "==":
            return self._symbols.equal(left, right)
        if term.operator == "!=":
            return self._formulas.negate(self._symbols.equal(left, right))
        if term.order is not None:
            return ordered(self._formulas, term.operator, (left, right), term.order)
        return _ORDERS[term.operator](left.number, right.number)

    # ---- Lists ----

    def _contains(self, term: t.FunctionCall | t.Contains, item: Symbol, collection: Symbol) -> Formula:
        formulas = self._formulas
        assert isinstance(collection.payload, Several)
        return formulas.some(
            formulas.every((way.condition, self._has(term, item, way))) for way in collection.payload.ways
        )

    def _has(self, term: t.FunctionCall | t.Contains, item: Symbol, way: Way) -> Formula:
        """Say when one of the lists that a list may be holds an item."""
        formulas = self._formulas
        if way.items is not None:
            return formulas.some(self._symbols.equal(item, one) for one in way.items)
        if item.payload is None:
            return formulas.false
        thing = self._symbols.whole(item.payload)
        found = self._left_open(term, HAS, (item, self._alone(way)), (thing, way.thing), Type(Basic.BOOL))
        return formulas.every((formulas.negate(item.null), found.holds))

    # ---- Functions ----

    def _call(self, term: t.FunctionCall) -> Symbol:
        """Translate a call: by what its function means where lists are written out, else left open."""
        arguments = tuple(self.value(argument) for argument in term.arguments)
        match term.function.name, arguments:
            case "len", (Symbol(payload=Several(ways)),):
                number = self._count(term, ways[-1])
                for way in reversed(ways[:-1]):
                    number = self._formulas.choose(way.condition, self._count(term, way), number)
                return self._amount(number)
            case "overlaps", (Symbol(payload=Several(first)), Symbol(payload=Several(second))):
                return self._truth(self._paired(term, first, second, self._overlap))
            case "contains_all", (Symbol(payload=Several(first)), Symbol(payload=Several(second))):
                return self._truth(self._paired(term, first, second, self._cover))
            case "has_word", (text, Symbol(payload=Several(ways))) if all(way.items is not None for way in ways):
                return self._truth(self._words(term, text, ways))
            case name, _:
                things = tuple(self._symbols.whole(argument.payload) for argument in arguments)
                return self._left_open(term, name, arguments, things, term.type)

    def _count(self, term: t.FunctionCall, way: Way) -> Number:
        if way.items is not None:
            return self._formulas.amount(len(way.items))
        return self._left_open(term, "len", (self._alone(way),), (way.thing,), term.type).number

    def _paired(
        self, term: t.FunctionCall, first: tuple[Way, ...], second: tuple[Way, ...], relate: _Relate
    ) -> Formula:
        """Say when two lists are related, whichever they are."""
        formulas = self._formulas
        return formulas.some(
            formulas.every((one.condition, other.condition, relate(term, one, other)))
            for one in first
            for other in second
        )

    def _overlap(self, term: t.FunctionCall, one: Way, other: Way) -> Formula:
        if one.items is not None:
            return self._formulas.some(self._has(term, item, other) for item in one.items)
        if other.items is not None:
            return self._formulas.some(self._has(term, item, one) for item in other.items)
        return self._related(term, one, other)

    def _cover(self, term: t.FunctionCall, whole: Way, part: Way) -> Formula:
        if part.items is not None:
            return self._formulas.every(self._has(term, item, whole) for item in part.items)
        return self._related(term, whole, part)

    def _related(self, term: t.FunctionCall, one: Way, other: Way) -> Formula:
        """Leave open how two lists are related."""
        lists = (self._alone(one), self._alone(other))
        return self._left_open(term, term.function.name, lists, (one.thing, other.thing), term.type).holds

    def _words(self, term: t.FunctionCall, text: Symbol, ways: tuple[Way, ...]) -> Formula:
        """Say when one of the words of a list stands in a text: each word is a question of its own."""
        formulas = self._formulas
        whole = self._symbols.whole(text.payload)
        found = []
        for way in ways:
            for word in way.items or ():
                thing = self._symbols.whole(word.payload)
                one = self._left_open(term, "has_word", (text, word), (whole, thing), term.type)
                found.append(formulas.every((way.condition, one.holds)))
        return formulas.some(found)

    def _left_open(
        self,
        term: t.FunctionCall | t.Contains,
        name: str,
        arguments: tuple[Symbol, ...],
        things: tuple[Thing, ...],
        kind: Type,
    ) -> Symbol:
        """Leave a function open: it gives some value of its type, the same one for the same arguments."""
        key = (name, *(thing.get_id() for thing in things))
        if (found := self.world.opens.get(key)) is None:
            found = OpenQuestion(term, self.calls, name, arguments, things, self._result(name, things, kind))
            self.world.opens[key] = found
            if isinstance(term, t.FunctionCall) and (gives := term.function.gives) is not None:
                number = found.result.number
                self.world.truths.append(self._formulas.every((number >= gives.start, number < gives.stop)))
        return found.result

    def _result(self, name: str, things: tuple[Thing, ...], kind: Type) -> Symbol:
        formulas, world = self._formulas, self.world
        null = world.open(f"{name} is null", things, formulas.booleans) if kind.nullable else formulas.false
        payload: Payload
        match kind.base:
            case Basic.BOOL:
                payload = Truth(world.open(name, things, formulas.booleans))
            case Basic() as basic if KINDS[basic].scale is not None:
                payload = Amount(world.open(name, things, formulas.integers))
                world.truths.append(self._symbols.domain(Symbol(null, payload), kind))
            case Enumeration(values):
                thing = world.open(name, things, formulas.sort(Basic.TEXT.value))
                payload = Pick(
                    {value: formulas.equal(thing, self._symbols.thing(Basic.TEXT.value, value)) for value in values}
                )
                world.truths.append(formulas.some(payload.ways.values()))
            case base:
                assert isinstance(base, Basic)
                payload = Opaque(world.open(name, things, formulas.sort(base.value)))
        return Symbol(null, payload)


def hold(formulas: Formulas, number: Number, basic: Basic) -> Number:
    """Hold a number to the range of its type."""
    scale = KINDS[basic].scale
    assert scale is not None
    lowest, highest = formulas.amount(scale.lowest), formulas.amount(scale.highest)
    return formulas.choose(number > highest, highest, formulas.choose(number < lowest, lowest, number))


def ordered(formulas: Formulas, operator: str, sides: tuple[Symbol, Symbol], order: Iterable[str]) -> Formula:
    """Compare two values of an ordered enumeration."""
    left, right = (side.payload for side in sides)
    assert isinstance(left, Pick)
    assert isinstance(right, Pick)
    ranks = {value: rank for rank, value in enumerate(order)}
    compare = _ORDERS[operator]
    return formulas.some(
        formulas.every((left.ways[one], right.ways[other]))
        for one in left.ways
        for other in right.ways
        if compare(ranks[one], ranks[other])
    )
