"""Ask the solver, within a time limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from time import monotonic
from typing import Any, TypeVar

import z3

from notifyrules.limit import Limit
from notifyrules.solver.formulas import Formula, is_true
from notifyrules.solver.translation import Definition, World

_K = TypeVar("_K")


class SolverAnswer(Enum):
    """What the solver says of a question."""

    YES = "yes"
    """There is a solution, though perhaps none that facts can have."""
    NO = "no"
    """There is none: proved."""
    UNKNOWN = "unknown"
    """It did not find out."""


_SHARE = 4
"""One question may take a quarter of the time that is left."""
_WHOLE = 0.9
"""The part of its time that the solver uses at least when the time is what stops it."""
_LONGEST_MS = 2**31
"""The longest time that the solver takes."""


class Solver:
    """Answer questions about everything that holds in a world."""

    __slots__ = ("_definitions", "_names", "_solver", "limit", "model", "world")

    def __init__(
        self, world: World, given: Iterable[Formula], limit: Limit, more: Mapping[int, Definition] | None = None
    ) -> None:
        """
        Take for granted what always holds in *world*, and what is *given*.

        Definitions, those of the world and *more*, are told to the solver as soon as a question needs them: it would
        work out all that it knows.
        """
        self.world = world
        self.limit = limit
        self.model: Any = None
        """The last solution that was found."""
        self._solver = z3.Solver(ctx=world.formulas.context)
        self._names: dict[int, tuple[Formula, Formula]] = {}
        self._definitions = {**world.definitions, **(more or {})}
        self.grant(world.truths)
        self.grant(given)

    def grant(self, formulas: Iterable[Formula]) -> None:
        """Take something for granted from now on."""
        for formula in formulas:
            self._define(formula)
            self._solver.add(formula)

    def _define(self, formula: Formula) -> None:
        """Tell the solver what the names in a formula stand for."""
        waiting = [formula]
        while waiting:
            for number in self.world.formulas.constants(waiting.pop()):
                if (definition := self._definitions.pop(number, None)) is not None:
                    self._solver.add(definition.name == definition.meaning)
                    waiting.append(definition.meaning)

    def ask(self, *formulas: Formula) -> SolverAnswer:
        """Ask whether some formulas can hold together; :attr:`model` has the solution if there is one."""
        if self.limit.is_over():
            return SolverAnswer.UNKNOWN
        return self._check([self._name(formula) for formula in formulas])

    def shows(self, formula: Formula) -> bool:
        """Tell whether a formula holds in the solution at hand."""
        return is_true(formula, self.model)

    def sort_out(
        self, formulas: Mapping[_K, Formula], *given: Formula, most: int | None = None
    ) -> dict[_K, SolverAnswer]:
        """Find which formulas can hold, *most* of them if given: a solution tells of all, so that questions are few."""
        never = self.world.formulas.false
        found = dict.fromkeys(formulas, SolverAnswer.NO)
        waiting = {name: formula for name, formula in formulas.items() if formula is not never}
        left = len(waiting) if most is None else most
        while waiting:
            answer = SolverAnswer.UNKNOWN if left <= 0 else self.ask(*given, self.world.formulas.some(waiting.values()))
            met = [name for name, one in waiting.items() if self.shows(one)] if answer is SolverAnswer.YES else []
            if not met:
                found.update(dict.fromkeys(waiting, SolverAnswer.UNKNOWN if answer is SolverAnswer.YES else answer))
                break
            for name in met:
                found[name] = SolverAnswer.YES
                del waiting[name]
            left -= len(met)
        return found

    def core(self, formulas: Sequence[Formula], *, fixed: Sequence[Formula] = ()) -> list[int] | None:
        """
        Find few of some formulas that cannot hold together with others that are fixed.

        Returns:
            Their numbers, 0-based, none of which can be left out; earlier ones are left out where there is a choice.
            None where the solver does not find that they contradict.
        """
        if self.limit.is_over():
            return None
        named = [self._name(formula) for formula in formulas]
        always = [self._name(formula) for formula in fixed]
        if self._check([*always, *named]) is not SolverAnswer.NO:
            return None
        kept = self._used(named, range(len(named)))
        for number in tuple(kept):
            rest = [other for other in kept if other != number]
            if number in kept and self._check([*always, *(named[other] for other in rest)]) is SolverAnswer.NO:
                kept = self._used(named, rest)
        return kept

    def _used(self, named: Sequence[Formula], numbers: Iterable[int]) -> list[int]:
        used = {one.get_id() for one in self._solver.unsat_core()}
        return [number for number in numbers if named[number].get_id() in used]

    def _name(self, formula: Formula) -> Formula:
        """Give a formula a name, so that the solver learns across questions."""
        if (known := self._names.get(formula.get_id())) is not None:
            return known[1]
        self._define(formula)
        if z3.is_const(formula) and formula.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            name = formula
        else:
            name = z3.Bool(f"question {len(self._names)}", self.world.formulas.context)
            self._solver.add(name == formula)
        self._names[formula.get_id()] = (formula, name)
        return name

    def _check(self, assumptions: Sequence[Formula]) -> SolverAnswer:
        """Ask within the time that is left."""
        if self.limit.is_over():
            return SolverAnswer.UNKNOWN
        most_ms = max(1, int(min(self.limit.left_s * 1000 / _SHARE, _LONGEST_MS)))
        self._solver.set("timeout", most_ms)
        began = monotonic()
        found = self._solver.check(*assumptions)
        if found == z3.unsat:
            return SolverAnswer.NO
        if found == z3.sat:
            self.model = self._solver.model()
            return SolverAnswer.YES
        reason, took_ms = self._solver.reason_unknown(), (monotonic() - began) * 1000
        if "keyboard" in reason or ("cancel" in reason and took_ms < most_ms * _WHOLE):
            # Ctrl-C: the solver has taken the signal for itself, and often says no more than that it was stopped.
            raise KeyboardInterrupt
        self.limit.exceeded = True
        return SolverAnswer.UNKNOWN
