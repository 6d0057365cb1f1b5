"""Translate two versions of a rule file into formulas over the same facts, and say when their decisions differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from notifyrules.diff.cover import Describer
from notifyrules.diff.features import features_of
from notifyrules.diff.inputs import Together, bring_together, items_known
from notifyrules.diff.lockstep import Lockstep
from notifyrules.diff.model import Structure
from notifyrules.graph.model import Graph
from notifyrules.language.terms import Term
from notifyrules.language.types import join
from notifyrules.solver.charts import Chart, translate
from notifyrules.solver.decision_words import Words, speak
from notifyrules.solver.formulas import Formula
from notifyrules.solver.limit import Limit
from notifyrules.solver.solving import Answer, Solver
from notifyrules.solver.symbols import Symbol
from notifyrules.solver.text_lemmas import complete
from notifyrules.solver.translation import World


@dataclass(slots=True)
class Versions:
    """Two versions in formulas over the same facts."""

    together: Together
    old: Chart
    new: Chart
    solver: Solver
    describer: Describer
    other_assumptions: Answer
    """Whether the versions assume something else."""
    differences: dict[tuple[str, str], Formula] = field(default_factory=dict)
    """When which outcome becomes which other, or stays and carries something else."""


def translate_both(old: Graph, new: Graph, structure: Structure, limit: Limit) -> Versions:
    """Translate two versions, and prepare to ask how they differ."""
    world = World()
    together = bring_together(old, new, world)
    charts = [translate(side.graph, world, side.symbols) for side in (together.old, together.new)]
    words = [speak(chart) for chart in charts]
    assumed = [world.formulas.every(chart.terms.holds(term) for term in chart.graph.assume) for chart in charts]
    features = features_of(together, world)
    differences = dict(_differences(charts, words, structure))
    complete(world)
    solver = Solver(world, (*together.domain, *items_known(together)), limit)
    apart = world.formulas.negate(world.formulas.same(*assumed))
    other = Answer.NO if apart is world.formulas.false else solver.ask(apart)
    # Facts that only one version allows may be real all the same: whoever narrows `assume` must not hide a change.
    solver.grant([assumed[0] if other is Answer.NO else world.formulas.some(assumed)])
    return Versions(together, charts[0], charts[1], solver, Describer(solver, features), other, differences)


def _differences(
    charts: Sequence[Chart], words: Sequence[Words], structure: Structure
) -> Iterator[tuple[tuple[str, str], Formula]]:
    """Say when two versions decide differently, for each pair of outcomes."""
    formulas = charts[0].world.formulas
    old, new = charts
    for was, now, both in Lockstep.follow(old, new, structure).pairs():
        if was != now or old.graph.outcomes[was].notify is not new.graph.outcomes[now].notify:
            yield (was, now), both
            continue
        carried = formulas.some((*_data_differs(charts, was), _recheck_differs(words)))
        if carried is not formulas.false:
            yield (was, now), charts[0].world.define(formulas.every((both, carried)))


def _data_differs(charts: Sequence[Chart], outcome: str) -> Iterator[Formula]:
    """Say when an outcome carries something else; data that only one version declares is told apart."""
    symbols = charts[0].world.symbols
    old, new = (chart.graph for chart in charts)
    for name, field_ in old.data.items():
        other = new.data.get(name)
        if other is None:
            continue
        values = [_carried(chart, outcome, name) for chart in charts]
        if join(field_.type, other.type) is None:
            # No value is of both types, but nothing is nothing.
            values = [Symbol(value.null, None) for value in values]
        yield charts[0].world.formulas.negate(symbols.equal(*values))


def _carried(chart: Chart, outcome: str, name: str) -> Symbol:
    """Give a value that an outcome carries."""
    value = chart.graph.outcomes[outcome].data[name]
    if isinstance(value, Term):
        return chart.terms.value(value)
    return chart.world.symbols.constant(value, chart.graph.data[name].type)


def _recheck_differs(words: Sequence[Words]) -> Formula:
    """Say when the two versions ask again at different instants."""
    world = words[0].chart.world
    return world.formulas.negate(world.symbols.equal(words[0].recheck.at, words[1].recheck.at))
