"""Stand for the facts of one chart: a variable for each, and back from a solution to values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

import z3

from notifyrules.graph.model import Fact
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import FactValues, Value
from notifyrules.solver.formulas import Formula, Thing
from notifyrules.solver.symbols import Amount, Opaque, Pick, Several, Symbol, Truth, plain, scale_of
from notifyrules.solver.translation import HAS, World, ordered


@dataclass(frozen=True, slots=True)
class FactVariables:
    """The facts of a chart as variables."""

    world: World
    facts: dict[str, Fact]
    symbols: dict[str, Symbol]
    others: dict[str, Sequence[Value]] = field(default_factory=dict)
    """Values that are worth a look besides the defaults, such as defaults of another version."""

    @classmethod
    def declare(cls, world: World, facts: Mapping[str, Fact]) -> FactVariables:
        """Make a variable for every fact."""
        inputs = cls(world, {}, {})
        for fact in facts.values():
            inputs.add(fact)
        return inputs

    def add(self, fact: Fact) -> Symbol:
        """Make a variable for one more fact."""
        self.facts[fact.name] = fact
        self.symbols[fact.name] = self.world.symbols.variable(fact.name, fact.type)
        return self.symbols[fact.name]

    def domain(self) -> Iterable[Formula]:
        """Say that every fact has a value of its type."""
        return [self.world.symbols.domain(self.symbols[fact.name], fact.type) for fact in self.facts.values()]

    def write_out(self, near: FactValues | None = None) -> None:
        """Write out defaults, plain values and those of *near*, so that they are known to differ from all else."""
        for fact in self.facts.values():
            self.world.symbols.constant(fact.default, fact.type)
            self.world.symbols.constant(plain(fact.type), fact.type)
            if near is not None:
                self.world.symbols.constant(near[fact.name], fact.type)

    def items_known(self) -> Iterator[Formula]:
        """Say which of the texts that are written out are no items of a list: its type has only some of them."""
        world = self.world
        for fact in self.facts.values():
            if isinstance(fact.type.base, ListOf) and isinstance(fact.type.base.item, Enumeration):
                whole = world.symbols.whole(self.symbols[fact.name].payload)
                for value, text in world.symbols.constants(Basic.TEXT.value):
                    if value not in fact.type.base.item.values:
                        yield world.formulas.negate(world.open(HAS, (text, whole), world.formulas.booleans))

    def hours(self) -> Iterator[datetime]:
        """List the hours of the days that are written out, as instants."""
        scale = scale_of(Basic.DATE)
        for number in self.world.symbols.numbers:
            if scale.lowest < number < scale.highest:
                yield from (datetime.combine(scale.value_of(number), time(hour), UTC) for hour in range(24))

    def required(self) -> frozenset[str]:
        """Name the facts that have no default."""
        return frozenset(name for name, fact in self.facts.items() if not fact.has_default)

    def rises(self, name: str, second: Symbol) -> Formula:
        """Say that a second value of a fact is higher than its own."""
        formulas, first = self.world.formulas, self.symbols[name]
        match first.payload, second.payload:
            case Truth(low), Truth(high):
                return formulas.every((formulas.negate(low), high))
            case Amount(low), Amount(high):
                return low < high
            case _:
                base = self.facts[name].type.base
                assert isinstance(base, Enumeration)
                return ordered(formulas, "<", (first, second), base.order or base.values)

    def is_value(self, name: str, value: Value) -> Formula:
        """Say that a fact has one value."""
        return self.world.symbols.equal(self.symbols[name], self.world.symbols.constant(value, self.facts[name].type))


def read(model: Any, symbol: Symbol, kind: Type, world: World) -> Value | Thing:  # noqa: ANN401 - the solver's
    """Read the value of a solution; for a text, zone, schedule or list not written out, what the solver calls it."""

    def found(thing: Thing) -> Any:  # noqa: ANN401
        return model.eval(thing, model_completion=True)

    if z3.is_true(found(symbol.null)):
        return None
    match symbol.payload:
        case Truth(holds):
            return bool(z3.is_true(found(holds)))
        case Amount(number):
            assert isinstance(kind.base, Basic)
            value: Value = scale_of(kind.base).value_of(found(number).as_long())
            return value
        case Pick(ways):
            return next(value for value, condition in ways.items() if z3.is_true(found(condition)))
        case Opaque(thing):
            return _named(found(thing), found, world)
        case Several(ways):
            held = next(way for way in ways if z3.is_true(found(way.condition)))
            return _named(found(held.thing), found, world)
        case None:
            return None


def _named(token: Thing, found: Any, world: World) -> Value | Thing:  # noqa: ANN401
    """Find the value that is written out as what the solver calls a thing."""
    for value, thing in world.symbols.constants(token.sort().name()):
        if found(thing).eq(token):
            return value
    return token
