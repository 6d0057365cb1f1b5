"""
Describe a set of facts by few and short conditions.

A set is given by a formula. A solution of it is described by all of its features, of which then as many are left out
as can be (a prime implicant), until the descriptions cover the set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from notifyrules.diff.features import Feature
from notifyrules.language.printing import AND, Spelt, at_least
from notifyrules.language.values import Value
from notifyrules.solver import Formula, Solver, SolverAnswer

MOST = 24
"""Conditions that one set is described by."""


Cube: TypeAlias = Mapping[int, frozenset[Value]]
"""Facts of which some features, by number, have one of some values, all of them at once."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Cubes that together are a set, or lie in it."""

    cubes: tuple[Cube, ...]
    complete: bool
    """Whether they are the whole set."""


@dataclass(slots=True)
class Describer:
    """Describe sets of the facts that a solver knows."""

    solver: Solver
    features: Sequence[Feature]

    def formula(self, cube: Cube) -> Formula:
        """Give the facts of a cube."""
        world = self.solver.world
        return world.formulas.every(self.features[at].among(values, world) for at, values in cube.items())

    def cover(self, inside: Formula, outside: Formula) -> Cover:
        """Cover a set, given with everything else, by cubes."""
        formulas = self.solver.world.formulas
        cubes: list[Cube] = []
        left = inside
        while len(cubes) < MOST:
            answer = self.solver.ask(left)
            if answer is not SolverAnswer.YES:
                return Cover(tuple(self._needed(cubes)), answer is SolverAnswer.NO)
            if (cube := self._implicant(outside)) is None:
                break
            cubes.append(cube)
            left = formulas.every((left, formulas.negate(self.formula(cube))))
        return Cover(tuple(cubes), complete=False)

    def common(self, inside: Formula) -> Cube:
        """Find what all facts of a set have in common."""
        world = self.solver.world
        parts: dict[int, frozenset[Value]] = {}
        for at, feature in enumerate(self.features):
            if self.solver.ask(inside) is not SolverAnswer.YES:
                break
            found = self._value(feature)
            others = [one for one in feature.ways if found is not None and one is not found[0]]
            kept = [one for one in others if self.solver.ask(inside, feature.ways[one]) is not SolverAnswer.NO]
            if found is not None and len(kept) < len(others):
                parts[at] = frozenset((*found, *kept))
        # What the rest says already is left out.
        for at in tuple(parts):
            opposite = world.formulas.negate(self.features[at].among(parts[at], world))
            if self.solver.ask(*self._rest(parts, at), opposite) is SolverAnswer.NO:
                del parts[at]
        return parts

    def _rest(self, parts: Mapping[int, frozenset[Value]], left: int) -> list[Formula]:
        world = self.solver.world
        return [self.features[at].among(values, world) for at, values in parts.items() if at != left]

    def _implicant(self, outside: Formula) -> Cube | None:
        """Describe the solution at hand, and leave out as much as can be without meeting what is outside."""
        values = ((at, self._value(feature)) for at, feature in enumerate(self.features))
        known = {at: value[0] for at, value in values if value is not None}
        found: list[list[int]] = []
        for order in (list(known), list(reversed(known))):
            core = self.solver.core([self.features[at].ways[known[at]] for at in order], fixed=[outside])
            found += [] if core is None else [[order[number] for number in core]]
        if not found:
            return None
        best = min(found, key=len)
        parts = {at: frozenset({known[at]}) for at in sorted(best)}
        for at in tuple(parts):
            rest = self._rest(parts, at)
            more = (value for value in self.features[at].ways if value not in parts[at])
            parts[at] = parts[at].union(value for value in more if self._may_join(at, value, rest, outside))
        return parts

    def _may_join(self, at: int, value: Value, rest: Sequence[Formula], outside: Formula) -> bool:
        """Tell whether a feature may also have another value; null is not told of where the rest excludes it."""
        way = self.features[at].ways[value]
        if self.solver.ask(outside, *rest, way) is not SolverAnswer.NO:
            return False
        return value is not None or self.solver.ask(*rest, way) is not SolverAnswer.NO

    def _value(self, feature: Feature) -> tuple[Value] | None:
        """Read the value of a feature in the solution at hand, in a tuple because it may be None; None for no value."""
        return next(((value,) for value, way in feature.ways.items() if self.solver.shows(way)), None)

    def _needed(self, cubes: Sequence[Cube]) -> Iterator[Cube]:
        """Leave out cubes that the others cover."""
        formulas = self.solver.world.formulas
        kept = list(cubes)
        for cube in sorted(cubes, key=lambda one: -len(one)):
            others = formulas.some(self.formula(other) for other in kept if other is not cube)
            if len(kept) > 1 and self.solver.ask(self.formula(cube), formulas.negate(others)) is SolverAnswer.NO:
                kept.remove(cube)
        yield from kept

    # ---- Words ----

    def tell(self, cube: Cube) -> tuple[str, ...]:
        """Write a cube as conditions that hold together, tests for null before what they guard, flags apart."""
        parts = sorted(cube.items(), reverse=True)
        features = [(self.features[at], values) for at, values in parts if self.features[at].flag is None]
        told = [one for feature, values in features for one in feature.tell(values)]
        return tuple(dict.fromkeys(_side_by_side(told)))

    def flagged(self, cube: Cube, *, left_out: bool) -> tuple[str, ...]:
        """Name the facts that are left out in a cube, or those that are given where leaving them out is possible."""
        parts = ((self.features[at], values) for at, values in cube.items())
        return tuple(feature.flag for feature, values in parts if feature.flag is not None and values == {left_out})


def _side_by_side(told: Sequence[Spelt]) -> list[str]:
    """Write conditions so that they can be joined with `and`."""
    return [one[0] if len(told) == 1 else at_least(one, AND) for one in told]
