"""Prove of a mutant that no case notices that there is nothing to notice, or find facts that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from notifyrules.diff.model import decide, differ
from notifyrules.diff.structure import match
from notifyrules.diff.versions import find_differences
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import keeps
from notifyrules.graph.model import Because, Graph
from notifyrules.language.values import FactValues
from notifyrules.limit import Limit
from notifyrules.mutate.model import Fate, JudgedMutant, Mutant, Shown
from notifyrules.solver import (
    ChartFormulas,
    FactVariables,
    Formula,
    Nearest,
    Solver,
    SolverAnswer,
    World,
    complete,
    know_at,
    readers,
    speak,
    translate,
)

_Tells: TypeAlias = Callable[[Record, Record], bool]
"""Says whether two decisions differ as is asked for."""


def judge(  # noqa: PLR0913, PLR0917 - what is asked, and near to what
    graph: Graph, mutant: Mutant, base: FactValues, free: frozenset[str], tried: Iterable[FactValues], limit: Limit
) -> JudgedMutant:
    """
    Tell what there is to notice of a mutant that no case notices.

    Args:
        graph: The chart without the mistake.
        mutant: The chart with it.
        base: The facts that cases start from, to which those that show it are to be near: a value for every fact.
        free: The facts of which a case has to say something anyway, so that their change costs nothing.
        tried: The facts of cases, which may show it while nobody looks.
        limit: How long proofs may take.
    """
    both = _Both(graph, mutant)
    known = list(tried)
    if (found := both.first(known, differ)) is not None:
        return JudgedMutant(mutant, Fate.SURVIVED, found)
    question = _Question(both, base, free, limit)
    answer = question.find(question.decided, differ)
    if isinstance(answer, Shown):
        return JudgedMutant(mutant, Fate.SURVIVED, answer)
    if answer is not SolverAnswer.NO:
        return JudgedMutant(mutant, Fate.UNDECIDED)
    told = both.first(known, _tells_otherwise)
    if told is None:
        answer = question.find(question.told, _tells_otherwise)
        told = answer if isinstance(answer, Shown) else None
    return JudgedMutant(mutant, Fate.EQUAL if told is None else Fate.WORDS, told)


def _tells_otherwise(right: Record, wrong: Record) -> bool:
    return (right.reason, right.because) != (wrong.reason, wrong.because)


@dataclass(frozen=True, slots=True)
class _Both:
    """A chart with and without a mistake, to be asked for facts; one whose default is wrong is left out of them."""

    right: Graph
    mutant: Mutant

    def shown(self, facts: FactValues, tells: _Tells) -> Shown | None:
        """Decide by both, and give what is decided if it differs."""
        fact = self.mutant.fact
        sides = [
            (graph, facts if fact is None else {**facts, fact: graph.facts[fact].default})
            for graph in (self.right, self.mutant.graph)
        ]
        if not all(keeps(*side) for side in sides):
            return None
        right, wrong = (decide(*side) for side in sides)
        given = {name: value for name, value in facts.items() if name != fact}
        return Shown(given, right, wrong) if tells(right, wrong) else None

    def first(self, known: Iterable[FactValues], tells: _Tells) -> Shown | None:
        """Give the first of some facts that show it."""
        return next((found for one in known if (found := self.shown(one, tells)) is not None), None)


class _Question:
    """The same two in formulas."""

    def __init__(self, both: _Both, base: FactValues, free: frozenset[str], limit: Limit) -> None:
        self._both = both
        right, wrong, fact = both.right, both.mutant.graph, both.mutant.fact
        inputs = FactVariables.declare(World(), right.facts)
        world, symbols, near = inputs.world, dict(inputs.symbols), dict(base)
        if fact is not None:
            symbols[fact] = world.symbols.constant(wrong.facts[fact].default, wrong.facts[fact].type)
            near[fact] = right.facts[fact].default
        charts = [translate(right, world, inputs.symbols), translate(wrong, world, symbols)]
        rechecks = [speak(chart).recheck.at for chart in charts]
        assumed = [chart.terms.holds(term) for chart in charts for term in chart.graph.assume]
        self.decided = world.formulas.some(dict(find_differences(charts, rechecks, match(right, wrong))).values())
        """When they decide otherwise."""
        self.told = world.formulas.some(_told_otherwise(*charts))
        """When they may tell it otherwise."""
        inputs.write_out(near)
        know_at(world, near)
        complete(world)
        solver = Solver(world, (*inputs.domain(), *inputs.items_known(), *assumed), limit)
        held = frozenset(() if fact is None else (fact,))
        self._nearest = Nearest(solver, inputs, near, readers((right, wrong)), held, free)

    def find(self, goal: Formula, tells: _Tells) -> Shown | SolverAnswer:
        """Find the nearest facts for which a formula holds and that show it."""
        sets = self._nearest.sets(goal, lambda facts: self._both.shown(facts, tells) is not None)
        change = next(sets, None)
        shown = None if change is None else self._both.shown(change.facts, tells)
        return shown or (SolverAnswer.NO if sets.settled else SolverAnswer.UNKNOWN)


def _told_otherwise(old: ChartFormulas, new: ChartFormulas) -> Iterator[Formula]:
    """Say when words or reason can be others: where an arrow with words, or to an outcome, is passed by one of them."""
    formulas = old.world.formulas
    for id_, was in old.graph.arrows.items():
        now, before, after = new.graph.arrows[id_], old.passed.get(id_), new.passed.get(id_)
        if before is None or after is None:
            continue
        if was.because is not None or now.because is not None or was.target in old.graph.outcomes:
            yield formulas.negate(formulas.same(before, after))
        yield formulas.every((before, _filled_otherwise(old, new, was.because, now.because)))
    for name, ends in old.outcomes().items():
        because = [chart.graph.outcomes[name].because for chart in (old, new)]
        yield formulas.every((ends, _filled_otherwise(old, new, *because)))
    for name, inner in old.inner.items():
        yield formulas.every((old.passed[name], formulas.some(_told_otherwise(inner, new.inner[name]))))


def _filled_otherwise(old: ChartFormulas, new: ChartFormulas, was: Because | None, now: Because | None) -> Formula:
    """Say when the words of one place are others."""
    formulas, symbols = old.world.formulas, old.world.symbols
    if was is None or now is None or was.span != now.span:
        return formulas.false if was is now else formulas.true
    pairs = (pair for end in was.texts for pair in zip(was.texts[end].pieces, now.texts[end].pieces, strict=True))
    return formulas.some(
        formulas.negate(symbols.equal(old.terms.value(one), new.terms.value(other)))
        for one, other in pairs
        if not isinstance(one, str) and not isinstance(other, str)
    )
