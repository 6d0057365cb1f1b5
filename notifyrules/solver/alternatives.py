"""Find what would have to change from given facts for another outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import islice

from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import Passage, keeps, walk
from notifyrules.explanation.alternatives import Alternative, Barred, Until, WhyNot, wanted_outcomes
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues
from notifyrules.limit import Limit
from notifyrules.solver.formulas import Formula
from notifyrules.solver.nearest import Change, Neighbourhood, Shows
from notifyrules.solver.solving import SolverAnswer
from notifyrules.solver.waiting import CLOCK, first_instant

_LONGEST_S = 4.0
"""How long changes are looked for."""
_MOST_FACTS = 3
_MOST_SETS = 60
"""Sets of changes that are looked for."""


def why_not(
    graph: Graph, facts: FactValues, wanted: str, may_change: Iterable[str] | None, known: Collection[str]
) -> WhyNot:
    """Find changes like :meth:`notifyrules.rules.Rules.why_not`; what is *known* stays as it is."""
    outcomes = wanted_outcomes(graph, wanted)
    passage = walk(graph, facts)
    if passage.outcome in outcomes:
        return WhyNot(graph, wanted, facts, passage, (), True, _MOST_FACTS, None, None)  # noqa: FBT003
    allowed = _allowed(graph, may_change) - {*known}
    held = [name for name in graph.facts if name not in allowed or name == CLOCK]
    near = Neighbourhood.begin(graph, facts, Limit(_LONGEST_S), held=held)
    goal = _goal(near, outcomes)

    def shows(one: FactValues) -> bool:
        return walk(graph, one).outcome in outcomes

    sets = near.sets(goal, shows, most=_MOST_FACTS)
    found = [_alternative(graph, one) for one in islice(sets, _MOST_SETS)]
    found.sort(key=lambda one: (any(not graph.facts[name].has_default for name in one.changes), len(one.changes)))
    settled = sets.settled and len(found) < _MOST_SETS
    clocked = CLOCK in allowed and isinstance(facts[CLOCK], datetime)
    until = _until(near, lambda one: keeps(graph, one) and shows(one)) if clocked else None
    barred = None
    if not found and settled and near.nearest.solver.ask(goal) is SolverAnswer.NO:
        barred = _barred(graph, facts, passage, outcomes, sorted(held, key=lambda name: graph.facts[name].has_default))
    return WhyNot(graph, wanted, facts, passage, tuple(found), settled, _MOST_FACTS, until, barred)


def _goal(near: Neighbourhood, outcomes: Collection[str]) -> Formula:
    ends = near.chart.outcomes()
    return near.chart.world.formulas.some(ends[name] for name in near.graph.outcomes if name in outcomes & ends.keys())


def _until(near: Neighbourhood, shows: Shows) -> Until:
    facts = near.nearest.near
    at, certain = first_instant(facts, near.nearest.tests.get(CLOCK, ()), shows)
    return Until(at, None if at is None else walk(near.graph, {**facts, CLOCK: at}), certain)


def _barred(
    graph: Graph, facts: FactValues, passage: Passage, outcomes: Collection[str], held: Sequence[str]
) -> Barred | None:
    """Find what rules out the outcomes while some facts are held: all that is said is proved."""
    near = Neighbourhood.begin(graph, facts, Limit(_LONGEST_S))
    solver, passed, negate = near.nearest.solver, near.chart.passed, near.chart.world.formulas.negate
    goal, fixed = _goal(near, outcomes), [near.nearest.inputs.is_value(name, facts[name]) for name in held]
    if solver.ask(goal) is SolverAnswer.NO:
        return Barred(None, (), (), whatever=True)
    forced = [step for step in passage.steps if solver.ask(negate(passed[step.arrow]), *fixed) is SolverAnswer.NO]
    ending = next((step for step in reversed(forced) if solver.ask(goal, passed[step.arrow]) is SolverAnswer.NO), None)
    core = solver.core(fixed, fixed=[goal if ending is None else negate(passed[ending.arrow])]) or ()
    last = (
        {}
        if ending
        else {id_: passed[id_] for id_, one in graph.arrows.items() if id_ in passed and one.target in graph.outcomes}
    )
    remain = solver.sort_out(last, *fixed)
    reasons = tuple(id_ for id_, answer in remain.items() if answer is not SolverAnswer.NO)
    return Barred(ending, tuple(held[number] for number in core), reasons)


def _alternative(graph: Graph, change: Change) -> Alternative:
    return Alternative({name: change.facts[name] for name in change.changed}, walk(graph, change.facts))


def _allowed(graph: Graph, may_change: Iterable[str] | None) -> set[str]:
    """Name the facts that may change: those that patterns such as `preferences.*` fit, else all but the medium."""
    if may_change is None:
        return {name for name in graph.facts if graph.media is None or name != graph.media.fact}
    allowed: set[str] = set()
    for pattern in may_change:
        fitting = {name for name in graph.facts if fnmatchcase(name, pattern)}
        if not fitting:
            advice = did_you_mean(pattern, graph.facts, "name facts, or a group of them such as `preferences.*`")
            raise UsageError(f"`{pattern}` fits no fact of `{graph.name}`", advice)
        allowed |= fitting
    return allowed
