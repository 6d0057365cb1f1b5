"""
Translate a chart into formulas: when each arrow is taken, and when each outcome is reached.

Every node and arrow is translated once, however many ways lead there, so that the formulas grow with the chart and not
with the number of its paths. A called chart is translated once for each call, with what the call binds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Notify, Question, Switch
from notifyrules.solver.formulas import Formula
from notifyrules.solver.symbols import Symbol
from notifyrules.solver.translation import Translator, World


@dataclass(slots=True)
class ChartFormulas:
    """A chart in formulas, over the values of its facts."""

    graph: Graph
    world: World
    terms: Translator
    answers: dict[str, Formula] = field(default_factory=dict)
    """For each arrow, by id: the node, if it is asked, is answered so. Of a fan-out: this branch is the first that does
    not refuse, or all refuse."""
    tried: dict[str, Formula] = field(default_factory=dict)
    """For each branch of a fan-out, by id: the fan-out, if it is asked, tries it."""
    ends: dict[str, Mapping[str, Formula]] = field(default_factory=dict)
    """For each node: the outcomes that the way from there may end in, and when it does."""
    inner: dict[str, ChartFormulas] = field(default_factory=dict)
    passed: dict[str, Formula] = field(default_factory=dict)
    """For each node and arrow: the decision's path goes through it."""
    met: dict[str, Formula] = field(default_factory=dict)
    """The same, branches of fan-outs that are tried in vain included."""

    def outcomes(self) -> Mapping[str, Formula]:
        """Say when each outcome is what is decided; one that no way ends in is left out."""
        return self.ends[self.graph.start]

    def ends_from(self, target: str) -> Mapping[str, Formula]:
        """Say in which outcomes the way from a node or outcome ends, and when."""
        return self.ends.get(target, {target: self.world.formulas.true})

    def notifies(self, notify: Notify) -> Formula:
        """Say when the decision has one meaning for the notification."""
        outcomes = self.graph.outcomes
        return self.world.formulas.some(
            ends for outcome, ends in self.outcomes().items() if outcomes[outcome].notify is notify
        )

    def asked(self, arrow: Arrow) -> Formula:
        """Say when a node, if it is asked, leads along an arrow, be it in vain."""
        return self.tried.get(arrow.id, self.answers[arrow.id])

    def refusal(self, target: str) -> Formula:
        """Say when the way from a node or outcome ends in a refusal."""
        outcomes = self.graph.outcomes
        ways = (ends for name, ends in self.ends_from(target).items() if outcomes[name].notify is Notify.NO)
        return self.world.define(self.world.formulas.some(ways))


def translate(graph: Graph, world: World, facts: Mapping[str, Symbol], calls: tuple[Call, ...] = ()) -> ChartFormulas:
    """Translate a chart for the values *facts*, asked inside of *calls*; *world* takes what its formulas speak of."""
    chart = ChartFormulas(graph, world, Translator(world, facts, calls))
    for name in reversed(graph.order):
        node = graph.nodes[name]
        _answer(chart, node, calls)
        chart.ends[name] = _ends(chart, node)
    _pass(chart, chart.passed, tried=False)
    _pass(chart, chart.met, tried=True)
    return chart


def _answer(chart: ChartFormulas, node: Node, calls: tuple[Call, ...]) -> None:
    """Say when each arrow out of a node is its answer."""
    formulas, answers, define = chart.world.formulas, chart.answers, chart.world.define
    match node:
        case Question(rows=rows, otherwise=otherwise) | First(rows=rows, otherwise=otherwise):
            before = formulas.true
            for row in rows:
                holds = define(chart.terms.holds(row.condition))
                answers[row.arrow.id] = define(formulas.every((before, holds)))
                before = define(formulas.every((before, formulas.negate(holds))))
            answers[otherwise.id] = before
        case Switch():
            _answer_switch(chart, node)
        case FanOut(branches=branches, otherwise=otherwise):
            before = formulas.true
            for branch in branches:
                refuses = chart.refusal(branch.target)
                chart.tried[branch.id] = before
                answers[branch.id] = define(formulas.every((before, formulas.negate(refuses))))
                before = define(formulas.every((before, refuses)))
            answers[otherwise.id] = before
        case Call(callee=callee, cases=cases):
            inner = translate(callee, chart.world, chart.terms.arguments(node), (*calls, node))
            chart.inner[node.name] = inner
            ends = inner.outcomes()
            ways: dict[str, list[Formula]] = {}
            for outcome, arrow in cases.items():
                ways.setdefault(arrow.id, []).append(ends.get(outcome, formulas.false))
            answers |= {id_: formulas.some(given) for id_, given in ways.items()}
        case _:
            assert_never(node)


def _answer_switch(chart: ChartFormulas, node: Switch) -> None:
    formulas, symbols = chart.world.formulas, chart.world.symbols
    subject = chart.terms.value(node.subject)
    for value, arrow in node.cases.items():
        equal = symbols.equal(subject, symbols.constant(value, node.subject.type))
        chart.answers[arrow.id] = chart.world.define(equal)
    if node.otherwise is not None:
        met = [chart.answers[arrow.id] for arrow in node.cases.values()]
        chart.answers[node.otherwise.id] = formulas.negate(chart.world.define(formulas.some(met)))


def _ends(chart: ChartFormulas, node: Node) -> dict[str, Formula]:
    """Say which outcomes the way from a node may end in, and when."""
    formulas = chart.world.formulas
    ways: dict[str, list[Formula]] = {}
    for arrow in node.arrows:
        answer = chart.answers[arrow.id]
        branch = isinstance(node, FanOut) and arrow is not node.otherwise
        for outcome, ends in chart.ends_from(arrow.target).items():
            if branch and chart.graph.outcomes[outcome].notify is Notify.NO:
                # A branch that refuses is not the way on.
                continue
            way = formulas.every((answer, ends))
            if way is not formulas.false:
                ways.setdefault(outcome, []).append(way)
    return {outcome: chart.world.define(formulas.some(listed)) for outcome, listed in ways.items()}


def _pass(chart: ChartFormulas, found: dict[str, Formula], *, tried: bool) -> None:
    """Say when each node and arrow is passed."""
    formulas, graph = chart.world.formulas, chart.graph
    ways: dict[str, list[Formula]] = {graph.start: [formulas.true]}
    for name in graph.order:
        found[name] = chart.world.define(formulas.some(ways.get(name, ())))
        for arrow in graph.nodes[name].arrows:
            answer = chart.asked(arrow) if tried else chart.answers[arrow.id]
            found[arrow.id] = chart.world.define(formulas.every((found[name], answer)))
            ways.setdefault(arrow.target, []).append(found[arrow.id])
