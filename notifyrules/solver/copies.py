"""Copy what depends on one fact, for a second value of it, or on several, for each medium."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import z3

from notifyrules.graph.model import Fact, Media
from notifyrules.language.values import FactValues
from notifyrules.solver.fact_variables import FactVariables
from notifyrules.solver.formulas import Formula, Formulas, Thing
from notifyrules.solver.nearest import Nearest
from notifyrules.solver.solving import Solver
from notifyrules.solver.symbols import Symbol, terms_of
from notifyrules.solver.translation import Definition


@dataclass(slots=True)
class Replacement:
    """Other values of some facts, and all that depends on them."""

    formulas: Formulas
    given: list[Formula] = field(default_factory=list)
    """What holds for them."""
    definitions: dict[int, Definition] = field(default_factory=dict)
    """The parts that are copied, by the number of their names."""
    _copied: dict[int, tuple[Thing, Thing]] = field(default_factory=dict)
    """By the number of what is copied: the thing and its copy."""

    def fill(self, inputs: FactVariables, others: Mapping[str, Symbol], label: str) -> None:
        """Copy all definitions that depend on facts with other values, each behind those that it is made of."""
        world = inputs.world
        for name, second in others.items():
            pairs = zip(terms_of(inputs.symbols[name]), terms_of(second), strict=True)
            self._copied.update((first.get_id(), (first, other)) for first, other in pairs)
            self.given.append(world.symbols.domain(second, inputs.facts[name].type))
        for number, one in enumerate(world.definitions.values()):
            meaning = self.replaced(one.meaning)
            if meaning is not one.meaning:
                other = z3.Const(f"part {number}, {label}", meaning.sort())
                self._copied[one.name.get_id()] = (one.name, other)
                self.definitions[other.get_id()] = Definition(other, meaning)
        truths = ((truth, self.replaced(truth)) for truth in world.truths)
        self.given.extend(changed for truth, changed in truths if changed is not truth)

    def replaced(self, thing: Thing) -> Thing:
        """Give what a term is for the second value."""
        return self.formulas.substitute(thing, self._copied)


@dataclass(slots=True)
class Copy(Replacement):
    """A second value of one fact, and all that depends on it."""

    name: str = field(kw_only=True)
    """The fact."""
    second: Symbol = field(kw_only=True)
    """Its other value."""
    nearest: Nearest = field(init=False)
    """Finds examples with both values; its solver knows what `assume` says of each."""

    @classmethod
    def make(cls, inputs: FactVariables, name: str) -> Copy:
        """Copy what depends on a fact."""
        copy = cls(
            inputs.world.formulas,
            name=name,
            second=inputs.world.symbols.variable(_changed(name), inputs.facts[name].type),
        )
        copy.fill(inputs, {name: copy.second}, f"{name} changed")
        return copy

    @property
    def solver(self) -> Solver:
        """Knows both values, and what `assume` says of each."""
        return self.nearest.solver

    def find_near(self, solver: Solver, near: Nearest) -> None:
        """Prepare to find examples near those of the chart alone."""
        called, inputs = _changed(self.name), near.inputs
        other = replace(inputs.facts[self.name], name=called, has_default=False)
        both = replace(inputs, facts={**inputs.facts, called: other}, symbols={**inputs.symbols, called: self.second})

        def seen(name: str, facts: FactValues) -> Iterator[tuple[Fact, FactValues]]:
            first, second = self.split(facts)
            if name != called:
                yield inputs.facts[name], first
            if name != self.name:
                yield inputs.facts[self.name if name == called else name], second

        values = {**near.near, called: near.near[self.name]}
        self.nearest = Nearest(solver, both, values, near.tests, free=both.required(), seen=seen)

    def split(self, facts: FactValues) -> tuple[FactValues, FactValues]:
        """Give the facts with each of the two values."""
        called = _changed(self.name)
        first = {name: value for name, value in facts.items() if name != called}
        return first, {**first, self.name: facts[called]}


@dataclass(slots=True)
class OnMedia:
    """One message on each of its media: all that depends on the medium, once for each."""

    media: Media
    inputs: FactVariables
    """The facts, and those that may differ once more for each medium, by names that no fact can have."""
    each: dict[str, Replacement]
    """What depends on the medium, for each."""
    nearest: Nearest = field(init=False)
    """Finds examples on all media; its solver knows what `assume` says on each."""

    @classmethod
    def make(cls, near: Nearest, media: Media, assumed: Iterable[Formula]) -> OnMedia:
        """Copy what depends on the medium and on the facts that may differ."""
        # A proof about one fact is not to look at these.
        inputs = replace(near.inputs, facts=dict(near.inputs.facts), symbols=dict(near.inputs.symbols))
        values = dict(near.near)
        world, kind, assumed = inputs.world, inputs.facts[media.fact].type, tuple(assumed)
        each: dict[str, Replacement] = {}
        given: list[Formula] = []
        definitions: dict[int, Definition] = {}
        for medium in media.names:
            differing = {name: replace(inputs.facts[name], name=_apart(name, medium)) for name in media.per_medium}
            others = {name: inputs.add(fact) for name, fact in differing.items()}
            values.update((fact.name, near.near[name]) for name, fact in differing.items())
            others[media.fact] = world.symbols.variable(_apart(media.fact, medium), kind)
            given.append(world.symbols.equal(others[media.fact], world.symbols.constant(medium, kind)))
            each[medium] = Replacement(world.formulas)
            each[medium].fill(inputs, others, f"on {medium}")
            given += [*each[medium].given, *map(each[medium].replaced, assumed)]
            definitions.update(each[medium].definitions)
        solver = Solver(world, (*inputs.domain(), *given), near.solver.limit, definitions)
        found = cls(media, inputs, each)
        found.nearest = Nearest(solver, inputs, values, near.tests, free=inputs.required(), seen=found.seen)
        return found

    def seen(self, name: str, facts: FactValues) -> Iterator[tuple[Fact, FactValues]]:
        """Give what a variable stands for on each medium."""
        own, _, alone = name.partition("@")
        for medium, inside in self.split(facts).items():
            if alone in ("", medium):
                yield self.inputs.facts[own], inside

    def split(self, facts: FactValues) -> dict[str, FactValues]:
        """Give the facts of each medium."""
        shared = {name: value for name, value in facts.items() if "@" not in name}
        return {
            medium: {
                **shared,
                **{name: facts[_apart(name, medium)] for name in self.media.per_medium},
                self.media.fact: medium,
            }
            for medium in self.media.names
        }


def _changed(name: str) -> str:
    return f"{name}, changed"


def _apart(name: str, medium: str) -> str:
    """Name a fact of one medium, as the command line does."""
    return f"{name}@{medium}"
