"""Show what leads somewhere in a chart: readable facts, near given ones, for whoever asks loaded rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from types import MappingProxyType

from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import walk
from notifyrules.graph.asked_conditions import read_condition
from notifyrules.graph.model import Graph
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.solver.formulas import Formula
from notifyrules.solver.nearest import Neighbourhood, Sets, Shows, base_of
from notifyrules.solver.samples import taken
from notifyrules.source.located import Scalar
from notifyrules.source.text import Source, Span
from notifyrules.witnesses import Witnesses

_LONGEST_S = 10.0
"""How long one witness is looked for."""
_KEPT = 8
"""Charts with facts near which others are looked for that are kept prepared."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where facts are to lead; what is given holds together."""

    outcome: str | None = None
    arrow: str | None = None
    condition: str | None = None
    tried: bool = False
    """Whether it is enough that the arrow lies on a branch that is tried in vain."""


@dataclass(slots=True)
class _Search:
    """What is left of the facts that lead somewhere."""

    place: _NearFacts
    sets: Sets

    @property
    def settled(self) -> bool:
        """Whether nothing was missed so far."""
        return self.sets.settled

    def find(self) -> FactValues:
        """Find the next facts."""
        with self.place.lock:
            near = self.place.neighbourhood
            near.nearest.solver.limit = Limit(_LONGEST_S)
            change = next(self.sets)
        required = [name for name, fact in near.graph.facts.items() if not fact.has_default]
        order = dict.fromkeys((*change.changed, *required, *change.facts))
        return MappingProxyType({name: change.facts[name] for name in order})


class _NearFacts:
    """A chart with facts near which others are looked for: a solver serves one question at a time."""

    def __init__(self, graph: Graph, near: FactValues, held: frozenset[str], condition: str | None) -> None:
        self.lock = RLock()
        self.term = None if condition is None else _condition(graph, condition)
        asked = () if self.term is None else (self.term,)
        free = {name for name, fact in graph.facts.items() if not fact.has_default} - near.keys()
        base, limit = base_of(graph, Limit(_LONGEST_S), near), Limit(_LONGEST_S)
        self.neighbourhood = Neighbourhood.begin(graph, base, limit, held=held, free=free, asked=asked)


@lru_cache(maxsize=_KEPT)
def _place(
    graph: Graph, near: tuple[tuple[str, type, Value], ...], held: frozenset[str], condition: str | None
) -> _NearFacts:
    """Prepare a place; the types are there because Python takes true for 1."""
    return _NearFacts(graph, {name: value for name, _, value in near}, held, condition)


def witnesses(graph: Graph, near: FactValues, goal: Goal, held: frozenset[str] = frozenset()) -> Witnesses:
    """Find facts like :meth:`notifyrules.rules.Rules.witnesses`, *near* given ones of which some are *held*."""
    for name, known, what in ((goal.outcome, graph.outcomes, "outcome"), (goal.arrow, graph.arrows, "arrow")):
        if name is not None and name not in known:
            raise UsageError(f"`{name}` is no {what} of `{graph.name}`", did_you_mean(name, known))
    place = _place(graph, tuple((name, type(value), value) for name, value in near.items()), held, goal.condition)
    with place.lock:
        return Witnesses(_Search(place, _sets(place, goal)))


def _sets(place: _NearFacts, goal: Goal) -> Sets:
    near, term = place.neighbourhood, place.term
    chart, formulas = near.chart, near.chart.world.formulas
    wanted: list[Formula] = []
    shown: list[Shows] = []
    if goal.outcome is not None:
        wanted.append(chart.outcomes().get(goal.outcome, formulas.false))
        shown.append(lambda facts: walk(near.graph, facts).outcome == goal.outcome)
    if (arrow := goal.arrow) is not None:
        # A node that no way leads to, which a file may allow, has no formulas.
        wanted.append((chart.met if goal.tried else chart.passed).get(arrow, formulas.false))
        shown.append(lambda facts: arrow in _arrows(near.graph, facts, tried=goal.tried))
    if term is not None:
        wanted.append(chart.terms.holds(term))
        shown.append(lambda facts: evaluate(term, facts, {}) is True)
    return near.sets(formulas.every(wanted), lambda facts: all(one(facts) for one in shown))


def _arrows(graph: Graph, facts: FactValues, *, tried: bool) -> Iterable[str]:
    steps = walk(graph, facts).steps
    return taken(steps) if tried else (step.arrow for step in steps)


def _condition(graph: Graph, text: str) -> t.Term:
    """Read a condition about the facts and lets of a chart."""
    findings = Findings()
    term = read_condition(graph, Scalar(text, Span(Source("condition", text), 0, len(text))), findings)
    if term is None:
        found = findings.sorted()[0]
        raise UsageError(f"in the condition `{text}`: {found.message}", found.help[0] if found.help else "")
    return term
