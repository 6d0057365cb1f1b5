"""Copy what depends on one fact, for a second value of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import z3

from notifyrules.solver.formulas import Formula, Thing, constants_of
from notifyrules.solver.inputs import Inputs
from notifyrules.solver.solving import Solver
from notifyrules.solver.symbols import Symbol, terms_of
from notifyrules.solver.translation import Definition


@dataclass(slots=True)
class Copy:
    """A second value of one fact, and all that depends on it."""

    name: str
    """The fact."""
    second: Symbol
    """Its other value."""
    given: list[Formula] = field(default_factory=list)
    """What holds for it."""
    definitions: dict[int, Definition] = field(default_factory=dict)
    """The parts that are copied, by the number of their names."""
    solver: Solver = field(init=False)
    """Knows both values, and what `assume` says of each."""
    _copied: dict[int, tuple[Thing, Thing]] = field(default_factory=dict)
    """By the number of what is copied: the thing and its copy."""

    @classmethod
    def make(cls, inputs: Inputs, name: str) -> Copy:
        """Copy all definitions that depend on a fact, each behind those that it is made of."""
        world, fact = inputs.world, inputs.facts[name]
        copy = cls(name, world.symbols.variable(f"{name}, changed", fact.type))
        pairs = zip(terms_of(inputs.symbols[name]), terms_of(copy.second), strict=True)
        copy._copied.update((first.get_id(), (first, second)) for first, second in pairs)
        copy.given.append(world.symbols.domain(copy.second, fact.type))
        for number, one in enumerate(world.definitions.values()):
            meaning = copy.replaced(one.meaning)
            if not meaning.eq(one.meaning):
                other = z3.Const(f"part {number}, {name} changed", meaning.sort())
                copy._copied[one.name.get_id()] = (one.name, other)
                copy.definitions[other.get_id()] = Definition(other, meaning)
        truths = ((truth, copy.replaced(truth)) for truth in world.truths)
        copy.given.extend(changed for truth, changed in truths if not changed.eq(truth))
        return copy

    def replaced(self, thing: Thing) -> Thing:
        """Give what a term is for the second value."""
        pairs = [self._copied[id_] for id_ in constants_of(thing) if id_ in self._copied]
        return z3.substitute(thing, *pairs) if pairs else thing
