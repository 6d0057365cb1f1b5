"""Find facts that show something, as few as possible other than their defaults, confirmed by the reference walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, cast

import z3

from notifyrules.language.types import Basic, Enumeration
from notifyrules.language.values import FactValues, Value
from notifyrules.solver.copies import Copy
from notifyrules.solver.formulas import Formula
from notifyrules.solver.guessing import Guesser
from notifyrules.solver.inputs import Inputs, read
from notifyrules.solver.samples import draw, pools
from notifyrules.solver.solving import Answer, Solver
from notifyrules.solver.symbols import Amount, Truth, plain

_DRAWN = 2_000
"""Facts that are drawn at random where solutions show nothing."""
_MODELS = 12
"""Solutions that are looked at before giving up."""
_SECONDS = 60
"""Guesses for the other value of a fact that is varied."""
_SMALL = (0, 1, 2, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Witness:
    """Facts that show something."""

    facts: FactValues
    """A value for every fact."""
    changed: Value = None
    """The other value of the one fact that is varied, where one is."""


Confirm: TypeAlias = Callable[[FactValues, Value], bool]
"""Says by the reference walk whether facts, with the other value of the varied fact, show what they should."""


def find_witness(
    solver: Solver, inputs: Inputs, goal: Formula, confirm: Confirm, varied: Copy | None = None
) -> Witness | Answer:
    """Find facts for which *goal* holds, as *confirm* decides; `NO` where it is proved that none do, else `UNKNOWN`."""
    first = solver.ask(goal)
    if first is Answer.NO:
        return first
    if first is Answer.UNKNOWN:
        return _drawn(solver, inputs, confirm, varied) or first
    usual = [inputs.is_value(fact.name, fact.default) for fact in inputs.facts.values() if fact.has_default]
    differing = list(map(inputs.world.formulas.negate, usual))
    goals = [goal]
    for most in range(len(differing) + 1):
        bound = [z3.PbLe([(one, 1) for one in differing], most)] if most < len(differing) else []
        while solver.ask(*goals, *bound) is Answer.YES:
            _polish(solver, inputs, [*goals, *bound], varied)
            guesser = Guesser(inputs, solver.model)
            for facts in guesser.guesses():
                for changed in _changed(guesser, varied):
                    if confirm(facts, changed):
                        return Witness(facts, changed)
            goals.append(_other(solver, inputs))
            if len(goals) > _MODELS:
                return _drawn(solver, inputs, confirm, varied) or Answer.UNKNOWN
        if solver.limit.is_over():
            return Answer.UNKNOWN
    return _drawn(solver, inputs, confirm, varied) or Answer.UNKNOWN


def _drawn(solver: Solver, inputs: Inputs, confirm: Confirm, varied: Copy | None) -> Witness | None:
    """Look among facts drawn at random: the solver knows too little of what texts hold and when calendars change."""
    drawn_from = pools(inputs)
    for facts in draw(inputs, drawn_from, _DRAWN):
        if solver.limit.is_over():
            return None
        for changed in (None,) if varied is None else drawn_from[varied.name]:
            if confirm(facts, changed):
                return _plainer(Witness(facts, changed), inputs, confirm)
    return None


def _plainer(found: Witness, inputs: Inputs, confirm: Confirm) -> Witness:
    """Put facts back to their defaults, as far as they still show it."""
    facts = dict(found.facts)
    for name, fact in inputs.facts.items():
        usual = [fact.default if fact.has_default else plain(fact.type)]
        usual += _SMALL if fact.type.base is Basic.INT else ()
        facts[name] = next((one for one in usual if confirm({**facts, name: one}, found.changed)), facts[name])
    return Witness(facts, found.changed)


def _polish(solver: Solver, inputs: Inputs, goals: list[Formula], varied: Copy | None) -> None:
    """Look for a solution with plain values where the goals leave a choice."""
    kept = list(goals)
    for name in inputs.facts:
        for wish in _wishes(inputs, name):
            if solver.shows(wish) or solver.ask(*kept, wish) is Answer.YES:
                kept.append(wish)
                break
        solver.ask(*kept)
    if varied is not None and isinstance(varied.second.payload, Amount):
        number = varied.second.number
        for wish in [number == small for small in _SMALL]:
            if solver.ask(*kept, wish) is Answer.YES:
                kept.append(wish)
                break
    solver.ask(*kept)


def _wishes(inputs: Inputs, name: str) -> Iterator[Formula]:
    """List what would be plain for one fact, the best first."""
    fact = inputs.facts[name]
    if fact.has_default:
        yield inputs.is_value(name, fact.default)
    if fact.type.nullable and not fact.has_default:
        yield inputs.is_value(name, None)
    yield inputs.is_value(name, plain(fact.type))
    if isinstance(fact.type.base, Enumeration):
        yield from (inputs.is_value(name, value) for value in fact.type.base.values)
    symbol = inputs.symbols[name]
    if isinstance(symbol.payload, Amount):
        written = sorted(inputs.world.symbols.numbers, key=abs)
        numbers = [*_SMALL, *(number + more for number in written for more in (0, 1, -1))]
        there = inputs.world.formulas.negate(symbol.null)
        for number in dict.fromkeys(numbers):
            yield inputs.world.formulas.every((there, symbol.number == number))


def _changed(guesser: Guesser, varied: Copy | None) -> Iterable[Value]:
    if varied is None:
        return (None,)
    kind = guesser.inputs.facts[varied.name].type
    found = read(guesser.model, varied.second, kind, guesser.inputs.world)
    if not z3.is_expr(found):
        return (cast("Value", found),)
    return islice(dict.fromkeys(guesser.choices(varied.name)), _SECONDS)


def _other(solver: Solver, inputs: Inputs) -> Formula:
    """Ask for a solution in which some open question has another answer."""
    formulas = inputs.world.formulas
    differing = []
    for one in inputs.world.opens.values():
        if isinstance(one.result.payload, Truth):
            holds = one.result.holds
            differing.append(formulas.negate(holds) if solver.shows(holds) else holds)
    return formulas.some(differing)
