"""
Build formulas: a thin layer over the solver's terms that settles what needs no solver.

Everything lives in one context of its own, so that proofs do not disturb each other and come out the same every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import z3

Formula: TypeAlias = Any
"""A Boolean term of the solver, whose package carries no types."""
Number: TypeAlias = Any
"""An integer term of the solver."""
Thing: TypeAlias = Any
"""A term of any sort."""


class Formulas:
    """Make formulas of one context."""

    __slots__ = ("_constants", "_sorts", "context", "false", "true")

    def __init__(self) -> None:
        self.context = z3.Context()
        self.true: Formula = z3.BoolVal(True, self.context)  # noqa: FBT003 - the solver's own form
        self.false: Formula = z3.BoolVal(False, self.context)  # noqa: FBT003
        self._sorts: dict[str, Any] = {}
        # Numbers are used again when nobody holds a term any more, so terms are held.
        self._constants: dict[int, tuple[Thing, tuple[int, ...]]] = {}

    def boolean(self, name: str) -> Formula:
        """Name something that holds or does not."""
        return z3.Bool(name, self.context)

    def integer(self, name: str) -> Number:
        """Name an integer."""
        return z3.Int(name, self.context)

    def amount(self, value: int) -> Number:
        """Write out an integer."""
        return z3.IntVal(value, self.context)

    def thing(self, name: str, kind: str) -> Thing:
        """Name something of which only equality is known."""
        return z3.Const(name, self.sort(kind))

    def sort(self, kind: str) -> Any:  # noqa: ANN401 - the solver's
        """Give the sort of things of one kind."""
        if kind not in self._sorts:
            self._sorts[kind] = z3.DeclareSort(kind, self.context)
        return self._sorts[kind]

    def function(self, name: str, arguments: Iterable[Thing], result: Any) -> Any:  # noqa: ANN401
        """Name a function of which only is known that it gives the same for the same."""
        return z3.Function(name, *(one.sort() for one in arguments), result)

    @property
    def booleans(self) -> Any:  # noqa: ANN401
        """The sort of formulas."""
        return z3.BoolSort(self.context)

    @property
    def integers(self) -> Any:  # noqa: ANN401
        """The sort of integers."""
        return z3.IntSort(self.context)

    def negate(self, formula: Formula) -> Formula:
        """Give what holds where *formula* does not."""
        if formula is self.true:
            return self.false
        if formula is self.false:
            return self.true
        return formula.arg(0) if z3.is_not(formula) else z3.Not(formula)

    def every(self, items: Iterable[Formula]) -> Formula:
        """Give what holds where all of some formulas do."""
        return self._join(items, self.true, self.false, z3.And)

    def some(self, items: Iterable[Formula]) -> Formula:
        """Give what holds where one of some formulas does."""
        return self._join(items, self.false, self.true, z3.Or)

    def _join(self, items: Iterable[Formula], neutral: Formula, settled: Formula, join: Any) -> Formula:  # noqa: ANN401
        """Join formulas, those that change nothing left out."""
        kept: dict[int, Formula] = {}
        for item in items:
            if item is settled:
                return settled
            if item is not neutral:
                kept[item.get_id()] = item
        if not kept:
            return neutral
        listed = list(kept.values())
        return listed[0] if len(listed) == 1 else join(listed)

    def implies(self, left: Formula, right: Formula) -> Formula:
        """Give what holds where *right* holds or *left* does not."""
        return self.some((self.negate(left), right))

    def same(self, left: Formula, right: Formula) -> Formula:
        """Give what holds where two formulas agree."""
        if left is self.true or right is self.true:
            return right if left is self.true else left
        if left is self.false or right is self.false:
            return self.negate(right if left is self.false else left)
        return self.true if left.eq(right) else left == right

    def choose(self, condition: Formula, then: Thing, otherwise: Thing) -> Thing:
        """Give *then* where *condition* holds, else *otherwise*."""
        if condition is self.true or then.eq(otherwise):
            return then
        if condition is self.false:
            return otherwise
        return z3.If(condition, then, otherwise)

    def equal(self, left: Thing, right: Thing) -> Formula:
        """Give what holds where two terms of one sort are the same."""
        return self.true if left.eq(right) else left == right

    def constants(self, thing: Thing) -> tuple[int, ...]:
        """Number the names that a term is made of; a term is looked through once, however often it is asked for."""
        if (known := self._constants.get(thing.get_id())) is not None:
            return known[1]
        seen: dict[int, Thing] = {}
        names, waiting = [], [thing]
        while waiting:
            one = waiting.pop()
            if (number := one.get_id()) in seen:
                continue
            seen[number] = one
            children = one.children()
            if not children:
                names.append(number)
            waiting.extend(children)
        self._constants[thing.get_id()] = thing, tuple(names)
        return self._constants[thing.get_id()][1]

    def substitute(self, thing: Thing, others: Mapping[int, tuple[Thing, Thing]]) -> Thing:
        """Put others in the place of names, by their numbers; each with what it replaces."""
        names = self.constants(thing)
        pairs = [others[name] for name in names if name in others]
        if not pairs:
            return thing
        changed = z3.substitute(thing, *pairs)
        made = dict.fromkeys(
            number for name in names for number in (self.constants(others[name][1]) if name in others else (name,))
        )
        self._constants[changed.get_id()] = changed, tuple(made)
        return changed


def is_true(formula: Formula, model: Any) -> bool:  # noqa: ANN401 - the solver's
    """Tell whether a formula holds in a solution."""
    return bool(z3.is_true(model.eval(formula, model_completion=True)))
