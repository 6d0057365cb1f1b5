"""
Copy what depends on one fact, for a second value of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import z3

from notifyrules.prove.formulas import Formula, Thing
from notifyrules.prove.inputs import Inputs
from notifyrules.prove.solving import Solver
from notifyrules.prove.symbols import Symbol, terms_of


@dataclass(slots=True)
class Copy:
    """
    A second value of one fact, and all that depends on it.
    """

    second: Symbol
    """The other value of the fact."""
    given: list[Formula] = field(default_factory=list)
    """What holds for it."""
    solver: Solver = field(init=False)
    """Knows both values, and what `assume` says of each."""
    _copied: dict[int, tuple[Thing, Thing]] = field(default_factory=dict)
    """By the number of what is copied: the thing and its copy."""

    @classmethod
    def make(cls, inputs: Inputs, name: str) -> Copy:
        """
        Copy all definitions that depend on a fact, each behind those that it is made of.
        """
        world, fact = inputs.world, inputs.facts[name]
        copy = cls(world.symbols.variable(f"{name}, changed", fact.type))
        pairs = zip(terms_of(inputs.symbols[name]), terms_of(copy.second), strict=True)
        copy._copied.update((first.get_id(), (first, second)) for first, second in pairs)
        copy.given.append(world.symbols.domain(copy.second, fact.type))
        for number, one in enumerate(world.definitions.values()):
            meaning = copy.replaced(one.meaning)
            if not meaning.eq(one.meaning):
                other = z3.Const(f"part {number}, {name} changed", meaning.sort())
                copy._copied[one.name.get_id()] = (one.name, other)
                copy.given.append(other == meaning)
        truths = ((truth, copy.replaced(truth)) for truth in world.truths)
        copy.given.extend(changed for truth, changed in truths if not changed.eq(truth))
        return copy

    def replaced(self, thing: Thing) -> Thing:
        """
        Give what a term is for the second value.
        """
        pairs = [self._copied[id_] for id_ in _constants(thing) if id_ in self._copied]
        return z3.substitute(thing, *pairs) if pairs else thing


def _constants(thing: Thing) -> set[int]:
    """
    Number the names that a term is made of.
    """
    found: set[int] = set()
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if one.get_id() in seen:
            continue
        seen.add(one.get_id())
        children = one.children()
        if not children:
            found.add(one.get_id())
        waiting.extend(children)
    return found
