"""Bring the facts of two versions together: one variable for each, and what each version makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from notifyrules.diff.splitting import default_changed
from notifyrules.explanation.words import enumerate_shortly, prose, show, ticked
from notifyrules.graph.model import Fact, Graph
from notifyrules.language.types import BOOL, Base, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import FactValues, Value
from notifyrules.solver import FactVariables, Formula, Symbol, World, base_facts


@dataclass(slots=True)
class Side:
    """The facts as one version sees them."""

    graph: Graph
    symbols: dict[str, Symbol] = field(default_factory=dict)
    """What each fact is, its default where it is left out."""
    given: dict[str, Symbol] = field(default_factory=dict)
    """What each fact is where it is given."""
    names: dict[str, str] = field(default_factory=dict)
    """How the variables of its facts are called."""

    def facts(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Give the facts of one version."""
        return {
            name: fact.default if values.get(left_out(name)) is True else values[self.names[name]]
            for name, fact in self.graph.facts.items()
        }


@dataclass(slots=True)
class SharedFacts:
    """The facts of two versions."""

    inputs: FactVariables
    old: Side
    new: Side
    domain: list[Formula] = field(default_factory=list)
    """Says that every fact has a value that both versions take."""
    notes: list[str] = field(default_factory=list)
    """How the declarations differ, one sentence each."""
    defaults: list[str] = field(default_factory=list)
    """The facts whose default changed."""
    one_type_each: bool = True
    """Whether conditions of either version take what facts are in the other."""
    refused: list[str] = field(default_factory=list)
    """Which facts that were valid before are not now, one sentence each."""

    near: dict[str, Value] = field(default_factory=dict)
    """What every variable usually is."""

    def seen(self, name: str, values: FactValues) -> Iterator[tuple[Fact, FactValues]]:
        """Give what a variable stands for in each version, and the facts there."""
        fact = self.inputs.facts[name]
        for side in (self.old, self.new):
            for own, called in side.names.items():
                if called == name:
                    yield replace(fact, name=own), side.facts(values)
        if name not in (*self.old.names.values(), *self.new.names.values()):
            yield fact, values

    def add(self, fact: Fact, name: str, *sides: Side) -> None:
        """Make a variable for a fact, which some versions see by its own name."""
        symbol = self.inputs.add(fact)
        self.domain.append(self.inputs.world.symbols.domain(symbol, fact.type))
        for side in sides:
            side.names[name] = fact.name
            side.symbols[name] = side.given[name] = symbol

    def allow_leaving_out(self, was: Fact, now: Fact) -> None:
        """Let a caller leave out a fact whose default changed."""
        world, name = self.inputs.world, now.name
        self.defaults.append(name)
        # Who leaves it out gets a default that conditions of the other version may not take.
        self.one_type_each &= was.type == now.type
        flag = self.inputs.add(replace(now, name=left_out(name), type=BOOL, has_default=True, default=False))
        for side, fact in ((self.old, was), (self.new, now)):
            default = world.symbols.constant(fact.default, fact.type)
            side.symbols[name] = world.symbols.choose(flag.holds, default, side.given[name])
        if was.type == now.type:
            # The variable of a fact that is left out says nothing, so it need not be looked at twice.
            self.domain.append(world.formulas.implies(flag.holds, self.inputs.is_value(name, was.default)))


_SHOWN = 10
"""Values that one sentence names."""


def left_out(name: str) -> str:
    """Name the question whether a fact is left out."""
    return f"{name} is left out"


def bring_together(old: Graph, new: Graph, world: World) -> SharedFacts:
    """
    Make variables for the facts of two versions.

    A fact that only one version has may be anything: the other does not read it. One of another type has a value that
    both types have, where there is one. One whose default changed may be left out, so that each version takes its own.
    """
    inputs = FactVariables(world, {}, {}, {})
    together = SharedFacts(inputs, Side(old), Side(new))
    for name in dict.fromkeys((*old.facts, *new.facts)):
        was, now = old.facts.get(name), new.facts.get(name)
        shared = None if was is None or now is None else _meet(was.type, now.type)
        together.notes.extend(_notes(name, was, now, shared))
        together.refused.extend(_refused(name, was, now, shared))
        if was is not None and now is not None and shared is not None:
            both = replace(now, type=shared, has_default=was.has_default and now.has_default, default=was.default)
            together.add(both, name, together.old, together.new)
            if default_changed(was, now):
                together.allow_leaving_out(was, now)
            continue
        together.one_type_each &= was is None or now is None
        for side, one, when in ((together.old, was, "before"), (together.new, now, "now")):
            if one is not None:
                called = f"{name} ({when})" if was is not None and now is not None else name
                together.add(replace(one, name=called), name, side)
    inputs.others.update((name, (new.facts[name].default,)) for name in inputs.facts if name in new.facts)
    together.near.update(base_facts(inputs.facts))
    inputs.write_out(together.near)
    return together


def given(together: SharedFacts, values: FactValues) -> dict[str, Value]:
    """Keep the facts that a reader must know: those given that differ from their default or have none."""
    return {
        called: values[called]
        for side in (together.old, together.new)
        for name, called in side.names.items()
        if values.get(left_out(name)) is not True
    }


def _meet(left: Type, right: Type) -> Type | None:
    """Find the type of the values that two types share; None where there are none, or only null or the empty list."""
    base = _meet_bases(left.base, right.base)
    return None if base is None else Type(base, left.nullable and right.nullable)


def written_out(kind: Type) -> str:
    """Spell a type by its values alone; what else its file has names for is no difference."""
    return str(_meet(kind, kind))


def _meet_bases(left: Base | None, right: Base | None) -> Base | None:
    match left, right:
        case Enumeration(values), Enumeration(others):
            shared = tuple(value for value in values if value in others)
            return Enumeration(shared) if shared else None
        case (Enumeration(), Basic.TEXT):
            return left
        case (Basic.TEXT, Enumeration()):
            return right
        case ListOf(item), ListOf(other):
            shared_item = _meet_bases(item, other)
            return None if shared_item is None else ListOf(shared_item)
        case _:
            return left if left == right else None


def _refused(name: str, was: Fact | None, now: Fact | None, shared: Type | None) -> Iterator[str]:
    """Say which values of a fact were taken before and are not now."""
    if now is None:
        # That a fact is gone refuses nothing: of objects only the declared names are read.
        return
    if was is not None and str(shared) != written_out(was.type):
        gone = sorted(_values(was.type) - _values(now.type)) if shared is not None else []
        what = enumerate_shortly(map(ticked, gone), most=_SHOWN)
        every = f"every value of {ticked(written_out(was.type))}, but {ticked(written_out(now.type))}"
        yield f"the fact `{name}` no longer takes {what or every}"
    if not now.has_default and (was is None or was.has_default):
        yield f"the fact `{name}` may no longer be left out" if was else f"the new fact `{name}` must be given"


def _values(kind: Type) -> frozenset[str]:
    """List the values of an enumeration, and null; nothing of other types."""
    values = kind.base.values if isinstance(kind.base, Enumeration) else ()
    return frozenset((*values, *(("null",) if kind.nullable else ())))


def other_default(was: Fact, now: Fact) -> str:
    """Say that the default of a fact changed."""
    return f"the fact `{now.name}` is {prose(show(now.default))} by default, where it was {prose(show(was.default))}"


def _notes(name: str, was: Fact | None, now: Fact | None, shared: Type | None) -> Iterator[str]:
    if was is None or now is None:
        fact, words = (now, "is new") if was is None else (was, "is gone")
        assert fact is not None
        rest = f", by default {prose(show(fact.default))}" if fact.has_default else ", and has no default"
        yield f"the fact `{name}` {words}{rest}"
        return
    before, after = written_out(was.type), written_out(now.type)
    if before != after:
        every = "every value before is compared with every value now"
        compared = every if shared is None else "only values of both are compared"
        yield f"the fact `{name}` was {ticked(before)} and is {ticked(after)}; {compared}"
    if was.has_default and not now.has_default:
        yield f"the fact `{name}` must be given now; by default it was {prose(show(was.default))}"
    elif now.has_default and not was.has_default:
        yield f"the fact `{name}` may be left out now, and is {prose(show(now.default))} then"
    elif default_changed(was, now):
        yield other_default(was, now)
