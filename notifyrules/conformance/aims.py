"""
Find witnesses of all that a chart asks: facts for each arrow, and for each atom true and false where it is asked.

An atom is asked in its place: at its node, of a table where no row above it holds, also inside of called charts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TypeAlias

from notifyrules.coverage.recorder import atoms_of
from notifyrules.evaluation.walk import Step, bind, keeps, passed, walk
from notifyrules.graph.model import Call, FanOut, First, Graph, Question, conditions
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.types import Basic
from notifyrules.language.values import FactValues, Value
from notifyrules.solver import ChartFormulas, Formula, Neighbourhood, nearer

ConditionKey: TypeAlias = tuple[tuple[str, ...], str, int]
"""The names of calls and node, and the number of the condition."""
_GUESSES = 12
"""Facts that are walked for one aim: what they do not reach, the tables do."""


@dataclass(frozen=True, slots=True)
class ConditionPlace:
    """Where a condition is asked."""

    calls: tuple[Call, ...]
    """The calls inside of which it is asked, outermost first."""
    node: str
    condition: t.Term | None
    """None for an arrow as a whole."""
    row: int = 0
    """Its number among the conditions of the node, 0-based."""

    @property
    def key(self) -> ConditionKey:
        """What tells it from other places."""
        return tuple(call.name for call in self.calls), self.node, self.row

    def asked(self, graph: Graph, facts: FactValues) -> Iterator[tuple[Step, FactValues]]:
        """Give the step at which it is asked, with the facts as its chart sees them; none where it is not."""
        steps = walk(graph, facts).steps
        for call in self.calls:
            inner = next((one.inner for one in passed(steps) if one.node == call.name and one.inner), None)
            steps, facts = (() if inner is None else inner.steps), bind(call, facts)
        yield from ((one, facts) for one in passed(steps) if one.node == self.node)

    def way(self, graph: Graph, facts: FactValues) -> FactValues:
        """Give the facts that are read on the way there, which keep it."""
        node, found = self.calls[0].name if self.calls else self.node, dict[str, Value]()
        for step in passed(walk(graph, facts).steps):
            found.update(step.facts)
            if step.node == node:
                break
        return found


@dataclass(frozen=True, slots=True)
class Aim:
    """Something that facts are to show."""

    place: ConditionPlace
    atom: t.Term | None
    """The atom that it is about; None for an arrow."""
    formula: Formula
    shows: Callable[[FactValues], bool]


class _EnoughError(Exception):
    """End the search for one witness."""


def find(near: Neighbourhood, aim: Aim) -> FactValues | None:
    """Find facts that show an aim, as near to usual ones as a few guesses come."""

    def kept(facts: FactValues) -> bool:
        return keeps(near.graph, facts) and aim.shows(facts)

    guess = near.nearest.guess(aim.formula)
    if guess is None:
        return None
    if kept(guess):
        return nearer(guess, near.nearest.near, kept)
    left = _GUESSES

    def shows(facts: FactValues) -> bool:
        nonlocal left
        if left == 0:
            raise _EnoughError
        left -= 1
        return aim.shows(facts)

    try:
        change = next(near.sets(aim.formula, shows), None)
    except _EnoughError:
        return None
    return None if change is None else change.facts


def aims(chart: ChartFormulas, whole: Graph, calls: tuple[Call, ...] = (), asked: Formula = None) -> Iterator[Aim]:
    """List what is to be shown of a chart and of those that it calls, each *asked* inside of *calls*."""
    graph, formulas = chart.graph, chart.world.formulas
    asked = formulas.true if asked is None else asked
    for name in graph.order:
        node, met = graph.nodes[name], formulas.every((asked, chart.met[name]))
        for arrow in node.arrows:
            place = ConditionPlace(calls, name, None)
            shows = partial(_takes, whole, place, arrow.id)
            yield Aim(place, None, formulas.every((asked, chart.met[arrow.id])), shows)
        if isinstance(node, FanOut):
            continue
        before = met
        for number, condition in enumerate(conditions(node)):
            if condition.type.base is Basic.BOOL:
                yield from _of_condition(chart, whole, ConditionPlace(calls, name, condition, number), before)
            if isinstance(node, (First, Question)):
                before = formulas.every((before, formulas.negate(chart.terms.holds(condition))))
        if isinstance(node, Call):
            yield from aims(chart.inner[name], whole, (*calls, node), met)


def _of_condition(chart: ChartFormulas, whole: Graph, place: ConditionPlace, asked: Formula) -> Iterator[Aim]:
    formulas, condition = chart.world.formulas, place.condition
    assert condition is not None

    def is_so(term: t.Term, *, holds: bool) -> Formula:
        symbol = chart.terms.value(term)
        found = symbol.holds if holds else formulas.negate(symbol.holds)
        return formulas.every((formulas.negate(symbol.null), found))

    for atom in dict.fromkeys(atoms_of(condition)):
        for one, all_ in product((True, False), (True, False)):
            formula = formulas.every((asked, is_so(atom, holds=one), is_so(condition, holds=all_)))
            if formula is not formulas.false:
                yield Aim(place, atom, formula, partial(_asks, whole, place, ((atom, one), (condition, all_))))


def _takes(graph: Graph, place: ConditionPlace, arrow: str, facts: FactValues) -> bool:
    return any(arrow in (step.arrow, *(branch.arrow for branch in step.tried)) for step, _ in place.asked(graph, facts))


def _asks(graph: Graph, place: ConditionPlace, wanted: Sequence[tuple[t.Term, bool]], facts: FactValues) -> bool:
    chart = place.calls[-1].callee if place.calls else graph
    arrows = [arrow.id for arrow in chart.nodes[place.node].arrows]
    is_table = isinstance(chart.nodes[place.node], (First, Question))
    return any(
        (not is_table or arrows.index(step.arrow) >= place.row)
        and all(_evaluates(term, seen) is holds for term, holds in wanted)
        for step, seen in place.asked(graph, facts)
    )


def _evaluates(term: t.Term, facts: FactValues) -> object:
    """Compute an atom alone, which the test before it may guard: null then."""
    try:
        return evaluate(term, facts, {})
    except (TypeError, AttributeError, LookupError, ValueError):
        return None
