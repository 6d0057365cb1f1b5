"""
Find which facts must change from given ones so that something holds: all minimal sets of them, the smallest first.

Three parts do this that do not know each other. The solver says which facts: one soft question a fact, "it is as in
`near`", of which at most so many may be answered no. Their values come from what the tests of these facts ask for
(:mod:`notifyrules.solver.candidates`). The reference walk confirms them. So a set that is found is real; that a set is
missing can only be for want of a value, and :attr:`Sets.settled` says whether one may be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations, zip_longest
from typing import TypeAlias

import z3

from notifyrules.evaluation.walk import keeps, walk
from notifyrules.graph.model import Fact, Graph
from notifyrules.language import terms as t
from notifyrules.language.types import BOOL, Basic, Enumeration
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.solver.candidates import Readers, candidates, readers
from notifyrules.solver.charts import ChartFormulas, translate
from notifyrules.solver.fact_variables import FactVariables, read
from notifyrules.solver.formulas import Formula
from notifyrules.solver.sayable import base_facts
from notifyrules.solver.solving import Solver, SolverAnswer
from notifyrules.solver.text_lemmas import complete, know_at
from notifyrules.solver.translation import World

_VAIN = 24
"""Sets that nothing realises before a search ends."""
_DOUBTED = 6
"""Sets of one size that are looked at although a part of them, which would have done, was not realised."""
_FREE = 4
"""Sets of free facts that are looked at with one set of the others."""
_TRIED = 600
"""Values that are tried for one set."""
_WIDTHS = (3, 9, 40, 500)
"""Values of each fact that are tried with those of the others, first few and then more."""
_ORDERED = 3
"""Facts that are gone through in every order: the value of one may depend on that of another."""

Shows: TypeAlias = Callable[[FactValues], bool]
"""Says by the reference walk whether facts show what is looked for."""


Seen: TypeAlias = Callable[[str, FactValues], Iterable[tuple[Fact, FactValues]]]
"""Gives for a variable each fact that it stands for in a chart, and all facts as that chart sees them."""


@dataclass(frozen=True, slots=True)
class Change:
    """Facts near given ones that show something."""

    facts: FactValues
    """A value for every fact."""
    changed: tuple[str, ...]
    """The facts that are not as given, in the order declared; no part of those that count would do."""


class Sets(Iterator[Change]):
    """The minimal sets of facts to change for something, found one by one."""

    __slots__ = ("_found", "settled")

    def __init__(self, find: Callable[[Sets], Iterator[Change]]) -> None:
        self._found = find(self)
        self.settled = True
        """Whether it is proved of what was looked through so far that no set was missed: there may be more if not."""

    def __next__(self) -> Change:
        """Find the next set."""
        return next(self._found)


@dataclass(slots=True)
class Nearest:
    """What a solver knows of a world, and the facts near which others are looked for."""

    solver: Solver
    inputs: FactVariables
    near: FactValues
    """A value for every fact, written out before the world was completed."""
    tests: Readers
    held: frozenset[str] = frozenset()
    """The facts that may not change."""
    free: frozenset[str] = frozenset()
    """The facts whose change does not count: as few of them as will do are changed with each set of the others."""
    seen: Seen | None = None
    """How charts see the facts, unless under their own names."""
    _as_near: dict[str, Formula] = field(init=False)
    _changed: dict[str, Formula] = field(init=False)
    _few: dict[tuple[object, ...], Formula] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        formulas = self.inputs.world.formulas
        self._as_near = {name: self.inputs.is_value(name, self.near[name]) for name in self.inputs.facts}
        self._changed = {name: formulas.negate(one) for name, one in self._as_near.items() if name not in self.held}
        self.solver.grant(self._as_near[name] for name in self.held)

    @property
    def _counted(self) -> list[str]:
        return [name for name in self._changed if name not in self.free]

    def sets(self, goal: Formula, shows: Shows, *, most: int | None = None) -> Sets:
        """
        Find the minimal sets of facts to change so that *goal* holds, smallest first, each as it is asked for.

        Args:
            goal: What must hold; it keeps to `assume` where the solver takes that for granted.
            shows: Confirms it by the walk, `assume` included.
            most: How many of the facts that count may change; None for all.

        Returns:
            One change for each set: no set is part of another, and none has more facts than one that follows.
        """
        return Sets(lambda found: self._sets(found, goal, shows, most))

    def _sets(self, told: Sets, goal: Formula, shows: Shows, most: int | None) -> Iterator[Change]:
        formulas, counted = self.inputs.world.formulas, self._counted
        if shows(self.near):
            yield Change(self.near, ())
            return
        goals: list[Formula] = [goal]
        doubted: list[Formula] = []
        vain, possible = 0, False
        # The walk has just said that something has to change: free facts alone may do, where there are some.
        least = 0 if len(counted) < len(self._changed) else 1
        last = len(counted) if most is None else min(most, len(counted))
        for size in range(least, last + 1):
            left, few = _DOUBTED, self._at_most(size, counted)
            while True:
                kept = [*goals, *doubted, few]
                answer = self.solver.ask(*kept)
                if answer is SolverAnswer.NO and doubted and left:
                    kept = [*goals, few]
                    answer, left = self.solver.ask(*kept), left - 1
                if answer is not SolverAnswer.YES:
                    break
                found = self._earliest(counted, kept)
                change = self._with_free(goals, found, shows)
                outside = formulas.some(self._as_near[name] for name in counted if name in found)
                possible = False
                if change is not None:
                    yield change
                    goals.append(outside)
                    continue
                told.settled, vain = False, vain + 1
                goals.append(formulas.negate(formulas.every(self._exactly(counted, found))))
                doubted.append(outside)
                if vain == _VAIN:
                    return
            # Larger sets are worth a look only where there are any.
            if answer is SolverAnswer.NO and not possible and size < last:
                answer = self.solver.ask(*goals)
                possible = answer is SolverAnswer.YES
                if answer is SolverAnswer.NO:
                    return
            if answer is SolverAnswer.UNKNOWN:
                told.settled = False
                return

    def guess(self, goal: Formula) -> FactValues | None:
        """Give the facts of one solution; what it does not settle is as in :attr:`near`."""
        if self.solver.ask(goal) is not SolverAnswer.YES:
            return None
        return {name: self.near[name] if name in self.held else self._solved(name) for name in self.inputs.facts}

    def _at_most(self, size: int, names: Collection[str]) -> Formula:
        if size >= len(names):
            return self.inputs.world.formulas.true
        key = (size, *names)
        if key not in self._few:
            self._few[key] = z3.PbLe([(self._changed[name], 1) for name in names], size)
        return self._few[key]

    def _earliest(self, names: Sequence[str], given: Sequence[Formula]) -> frozenset[str]:
        """
        Find the changed facts of the solution at hand, or of one with as many of which the first is declared earlier.

        So the same question has the same answer, whatever the solver was asked before.
        """
        formulas, chosen, rest = self.inputs.world.formulas, list[str](), list(names)
        while True:
            shown = next((place for place, name in enumerate(rest) if self.solver.shows(self._changed[name])), None)
            if shown is None:
                return frozenset(chosen)
            before = formulas.some(self._changed[name] for name in rest[:shown])
            fixed = [self._changed[name] for name in chosen]
            if before is formulas.false or self.solver.ask(*given, *fixed, before) is not SolverAnswer.YES:
                chosen.append(rest[shown])
                rest = rest[shown + 1 :]

    def _exactly(self, names: Iterable[str], found: Collection[str]) -> Iterator[Formula]:
        """Say that of some facts exactly those found are changed."""
        return (self._changed[name] if name in found else self._as_near[name] for name in names)

    def _with_free(self, goals: list[Formula], found: Collection[str], shows: Shows) -> Change | None:
        """Change a set of facts, and with it as few of the free ones as will do."""
        formulas = self.inputs.world.formulas
        free = [name for name in self._changed if name in self.free]
        fixed = [*goals, *self._exactly(self._counted, found)]
        tries = 0
        for size in range(len(free) + 1):
            few = self._at_most(size, free)
            # The solution at hand changes of those that count just the set; it may change no free ones already.
            at_hand = size == 0 and not any(self.solver.shows(self._changed[name]) for name in free)
            while at_hand or self.solver.ask(*fixed, few) is SolverAnswer.YES:
                also = frozenset[str]() if at_hand else self._earliest(free, (*fixed, few))
                at_hand = False
                names = tuple(name for name in self.inputs.facts if name in found or name in also)
                if (facts := self._realised(names, (*fixed, *self._exactly(free, also)), shows)) is not None:
                    return Change(facts, names)
                tries += 1
                if tries == _FREE:
                    return None
                fixed.append(formulas.negate(formulas.every(self._exactly(free, also))))
        return None

    # ---- Values ----

    def _realised(self, names: tuple[str, ...], given: Sequence[Formula], shows: Shows) -> FactValues | None:
        """Look for values of some facts, all other than given, that show what is looked for."""
        few = tuple(name for name in names if self._has_few(name))
        many = tuple(name for name in names if name not in few)
        settled = self._settled(few, given)
        solved = {name: self._solved(name) for name in many}
        tried: set[tuple[object, ...]] = set()
        stages = ((settled, (), 3, _TRIED), (settled, (), 16, _TRIED // 2))
        for start, varied, width, most in (*stages, *((dict(self.near), few, width, _TRIED) for width in _WIDTHS)):
            for order in _orders(many):
                for facts in self._valued((*varied, *order), start, solved, width):
                    key = tuple((type(facts[name]), facts[name]) for name in names)
                    if key in tried:
                        continue
                    if len(tried) >= most:
                        break
                    tried.add(key)
                    if shows(facts):
                        return facts
                    if len(tried) >= _TRIED or self.solver.limit.is_over():
                        return None
        return None

    def _settled(self, names: Iterable[str], given: Sequence[Formula]) -> dict[str, Value]:
        """Give facts with few values the first that they can have together, as the solver says."""
        facts, kept = dict(self.near), list(given)
        for name in names:
            if self.inputs.facts[name].type == BOOL:
                facts[name] = self.near[name] is False
                continue
            for value in candidates(self.inputs.facts[name], (), self.near):
                kept.append(self.inputs.is_value(name, value))
                if self.solver.shows(kept[-1]) or self.solver.ask(*kept) is SolverAnswer.YES:
                    facts[name] = value
                    break
                kept.pop()
        return facts

    def _has_few(self, name: str) -> bool:
        base = self.inputs.facts[name].type.base
        return base is Basic.BOOL or isinstance(base, Enumeration)

    def _valued(
        self, names: tuple[str, ...], facts: dict[str, Value], solved: Mapping[str, Value], width: int
    ) -> Iterator[dict[str, Value]]:
        """Give some facts their candidates, each with the facts before it changed already."""
        if not names:
            yield facts
            return
        name, *rest = names
        seen = ((self.inputs.facts[name], facts),) if self.seen is None else self.seen(name, facts)
        found = [candidates(fact, self.tests.get(fact.name, ()), inside) for fact, inside in seen]
        # Taken in turn: what one chart asks for must not stand behind all that another does.
        values = islice((value for row in zip_longest(*found, fillvalue=self.near[name]) for value in row), width)
        known = [solved[name]] if name in solved and not _same(solved[name], self.near[name]) else []
        for value in (*(value for value in values if not _same(value, self.near[name])), *known):
            yield from self._valued(tuple(rest), {**facts, name: value}, solved, width)

    def _solved(self, name: str) -> Value:
        """Give the value of a fact in the solution at hand; the given one where the solver knows none."""
        found = read(self.solver.model, self.inputs.symbols[name], self.inputs.facts[name].type, self.inputs.world)
        return self.near[name] if z3.is_expr(found) else found


def _orders(names: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Give the orders in which facts get their values."""
    return permutations(names) if len(names) <= _ORDERED else (names, names[::-1])


def _same(one: Value, other: Value) -> bool:
    """Tell whether two values are the same; Python takes true for 1."""
    return type(one) is type(other) and one == other


@dataclass(slots=True)
class Neighbourhood:
    """One chart, and what is to be asked about facts near given ones."""

    graph: Graph
    chart: ChartFormulas
    nearest: Nearest

    @classmethod
    def begin(  # noqa: PLR0913 - what is asked, and near to what
        cls,
        graph: Graph,
        near: FactValues,
        limit: Limit,
        *,
        held: Collection[str] = (),
        free: Collection[str] = (),
        asked: Iterable[t.Term] = (),
    ) -> Neighbourhood:
        """
        Translate a chart, and prepare to ask about it.

        Args:
            graph: The chart.
            near: A value for every fact.
            limit: How long all questions may take together.
            held: The facts that may not change.
            free: The facts whose change does not count.
            asked: Conditions beside those of the chart that goals are made of; `chart.terms` translates them.
        """
        inputs = FactVariables.declare(World(), graph.facts)
        world, asked = inputs.world, tuple(asked)
        chart = translate(graph, world, inputs.symbols)
        assumed = [chart.terms.holds(term) for term in graph.assume]
        for term in asked:
            chart.terms.value(term)
        inputs.write_out(near)
        know_at(world, near)
        complete(world)
        solver = Solver(world, (*inputs.domain(), *inputs.items_known(), *assumed), limit)
        nearest = Nearest(solver, inputs, near, readers((graph,), asked), frozenset(held), frozenset(free))
        return cls(graph, chart, nearest)

    def outcome(self, name: str, *, most: int | None = None) -> Sets:
        """Find facts that get an outcome."""
        goal = self.chart.outcomes().get(name, self.chart.world.formulas.false)
        return self.sets(goal, lambda facts: walk(self.graph, facts).outcome == name, most=most)

    def sets(self, goal: Formula, shows: Shows, *, most: int | None = None) -> Sets:
        """Find the minimal sets like :meth:`Nearest.sets`; `assume` is kept whatever *shows* says."""
        return self.nearest.sets(goal, lambda facts: keeps(self.graph, facts) and shows(facts), most=most)


def base_of(graph: Graph, limit: Limit, given: FactValues | None = None) -> FactValues:
    """
    Give facts to start from: those given, the others at their defaults or at a value that can be said.

    What `assume` rules out of that is changed, as little as will do and nothing that is given, as far as it is found.
    """
    given = given or {}
    facts = {**base_facts(graph.facts), **given}
    if keeps(graph, facts):
        return facts
    required = [name for name, fact in graph.facts.items() if not fact.has_default and name not in given]
    tests = readers((graph,))
    for name in required:
        # One alone often does, and needs no solver.
        for value in candidates(graph.facts[name], tests.get(name, ()), facts):
            if keeps(graph, changed := {**facts, name: value}):
                return changed
    near = Neighbourhood.begin(graph, facts, limit, held=given, free=required)
    found = next(near.sets(near.chart.world.formulas.true, lambda _: True), None)
    return facts if found is None else found.facts
