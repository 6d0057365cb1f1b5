"""
Bring the facts of two versions together: one variable for each, and what each version makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from notifyrules.conditions.types import BOOL, Enumeration, Type, join
from notifyrules.conditions.values import Value, write_literal
from notifyrules.graph.model import Fact, Graph
from notifyrules.prove.formulas import Formula
from notifyrules.prove.inputs import Inputs, plain
from notifyrules.prove.symbols import Pick, Symbol
from notifyrules.prove.translation import World


@dataclass(slots=True)
class Side:
    """
    The facts as one version sees them.
    """

    graph: Graph
    symbols: dict[str, Symbol] = field(default_factory=dict)
    """What each fact is, its default where it is left out."""
    given: dict[str, Symbol] = field(default_factory=dict)
    """What each fact is where it is given."""
    names: dict[str, str] = field(default_factory=dict)
    """How the variables of its facts are called."""

    def facts(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """
        Give the facts of one version.
        """
        return {
            name: fact.default if values.get(left_out(name)) is True else values[self.names[name]]
            for name, fact in self.graph.facts.items()
        }


@dataclass(slots=True)
class Together:
    """
    The facts of two versions.
    """

    inputs: Inputs
    old: Side
    new: Side
    domain: list[Formula] = field(default_factory=list)
    """Says that every fact has a value that both versions take."""
    notes: list[str] = field(default_factory=list)
    """How the declarations differ, one sentence each."""


def left_out(name: str) -> str:
    """
    Name the question whether a fact is left out.
    """
    return f"{name} is left out"


def bring_together(old: Graph, new: Graph, world: World) -> Together:
    """
    Make variables for the facts of two versions.

    A fact that only one version has may be anything: the other does not read it. One whose default changed may be left
    out, so that each version takes its own.
    """
    facts: dict[str, Fact] = {}
    sides = Side(old), Side(new)
    together = Together(Inputs(world, facts, {}), *sides)
    symbols: dict[str, Symbol] = {}
    for name in dict.fromkeys((*old.facts, *new.facts)):
        was, now = old.facts.get(name), new.facts.get(name)
        together.notes.extend(_notes(name, was, now))
        shared = None if was is None or now is None else join(was.type, now.type)
        if was is not None and now is not None and shared is not None and _overlap(was.type, now.type):
            facts[name] = replace(
                now, type=shared, has_default=was.has_default and now.has_default, default=was.default
            )
            symbols[name] = world.symbols.variable(name, shared)
            together.domain.append(world.symbols.domain(symbols[name], shared))
            for side, fact in zip(sides, (was, now), strict=True):
                _see(side, fact, name, symbols[name], together)
            if _default_changed(was, now):
                _allow_leaving_out(name, was, now, together, facts, symbols)
            continue
        for side, one, when in ((sides[0], was, "before"), (sides[1], now, "now")):
            if one is not None:
                called = f"{name} ({when})" if was is not None and now is not None else name
                facts[called] = replace(one, name=called)
                symbols[called] = world.symbols.variable(called, one.type)
                together.domain.append(world.symbols.domain(symbols[called], one.type))
                _see(side, one, called, symbols[called], together)
    together.inputs = Inputs(world, facts, symbols)
    for fact in facts.values():
        # Written out now, so that they are known to differ from everything else that is.
        world.symbols.constant(fact.default, fact.type)
        world.symbols.constant(plain(fact.type), fact.type)
    return together


def _see(side: Side, fact: Fact, called: str, symbol: Symbol, together: Together) -> None:
    """
    Let one version see a variable, restricted to the values that it takes.
    """
    formulas = together.inputs.world.formulas
    if isinstance(symbol.payload, Pick):
        assert isinstance(fact.type.base, Enumeration)
        ways = {value: symbol.payload.ways[value] for value in fact.type.base.values}
        null = symbol.null if fact.type.nullable else formulas.false
        together.domain.append(formulas.some((null, *ways.values())))
        symbol = Symbol(null, Pick(ways))
    elif not fact.type.nullable and symbol.null is not formulas.false:
        together.domain.append(formulas.negate(symbol.null))
        symbol = Symbol(formulas.false, symbol.payload)
    side.names[fact.name] = called
    side.symbols[fact.name] = symbol
    side.given[fact.name] = symbol


def _allow_leaving_out(  # noqa: PLR0913, PLR0917 - the fact in all its forms
    name: str, was: Fact, now: Fact, together: Together, facts: dict[str, Fact], symbols: dict[str, Symbol]
) -> None:
    """
    Let a caller leave out a fact whose default changed.
    """
    world = together.inputs.world
    flag = left_out(name)
    facts[flag] = replace(now, name=flag, type=BOOL, has_default=True, default=False)
    symbols[flag] = world.symbols.variable(flag, BOOL)
    absent = symbols[flag].payload.holds  # type: ignore[union-attr]
    for side, fact in ((together.old, was), (together.new, now)):
        default = world.symbols.constant(fact.default, fact.type)
        side.symbols[name] = world.symbols.choose(absent, default, side.given[name])
    if was.type != now.type:
        return
    # The variable of a fact that is left out says nothing, so it need not be looked at twice.
    same = world.symbols.equal(symbols[name], world.symbols.constant(was.default, facts[name].type))
    together.domain.append(world.formulas.implies(absent, same))


def _default_changed(was: Fact, now: Fact) -> bool:
    """
    Tell whether leaving a fact out means something else than before.
    """
    return was.has_default and now.has_default and (type(was.default), was.default) != (type(now.default), now.default)


def _overlap(one: Type, other: Type) -> bool:
    """
    Tell whether two types have values in common.
    """
    if isinstance(one.base, Enumeration) and isinstance(other.base, Enumeration):
        return bool(set(one.base.values) & set(other.base.values)) or (one.nullable and other.nullable)
    return isinstance(one.base, Enumeration) is isinstance(other.base, Enumeration)


def _notes(name: str, was: Fact | None, now: Fact | None) -> Iterator[str]:
    """
    Say how the declarations of a fact differ.
    """
    if was is None or now is None:
        fact, words = (now, "is new") if was is None else (was, "is gone")
        assert fact is not None
        rest = f", by default {write_literal(fact.default)}" if fact.has_default else ", and has no default"
        yield f"the fact `{name}` {words}{rest}"
        return
    if str(was.type) != str(now.type):
        yield f"the fact `{name}` was `{was.type}` and is `{now.type}`; only values of both are compared"
    if was.has_default and not now.has_default:
        yield f"the fact `{name}` must be given now; by default it was {write_literal(was.default)}"
    elif now.has_default and not was.has_default:
        yield f"the fact `{name}` may be left out now, and is {write_literal(now.default)} then"
    elif _default_changed(was, now):
        yield (
            f"the fact `{name}` is {write_literal(now.default)} by default, where it was {write_literal(was.default)}"
        )
