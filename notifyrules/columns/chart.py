"""
Write a chart as columns, one expression a node: its value is the code of the arrow that settles it.

Refusals have the lowest codes, so that a branch of a fan-out is taken where its code is none of them. The nodes are
written from the last to the first, so that each finds those behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from notifyrules.columns.algebra import Among, Apply, Expression, Literal, Operation, Pick, Stage
from notifyrules.columns.writing import Stages, Terms
from notifyrules.compiled.partial import OPEN
from notifyrules.compiled.residual import Front
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Notify, Question, Switch
from notifyrules.language import terms as t
from notifyrules.language.types import Type
from notifyrules.language.values import Value

_DEEPEST: Final = 12
"""Nodes that are written inside each other; engines go through expressions by recursion."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is computed of a frame, one stage behind the other."""

    stages: tuple[Stage, ...]
    code: Expression
    """The code of the arrow that settles it."""
    arrows: tuple[Arrow, ...]
    """The arrows into outcomes, by their codes."""
    facts: Mapping[str, Type]
    """The facts that are columns."""


def plan(graph: Graph, known: Mapping[str, Value]) -> Plan:
    """Plan what is computed where some facts are the same in every row, and the others are columns."""
    facts = {name: fact.type for name, fact in graph.facts.items() if name not in known}
    residual = Front(graph, lambda name: known.get(name, OPEN)).residual()
    if residual.settled is not None:
        return Plan((), Literal(0), (residual.settled,), facts)
    span = graph.nodes[graph.start].span
    arguments = {name: t.Constant(span, graph.facts[name].type, value) for name, value in known.items()}
    stages = Stages(facts)
    chart = _Chart(stages, residual.graph, arguments)
    return Plan(tuple(stages.made), chart.code(), chart.arrows, facts)


class _Chart:
    """Write one chart."""

    def __init__(self, stages: Stages, graph: Graph, arguments: Mapping[str, t.Term]) -> None:
        self._stages = stages
        self._graph = graph
        self._terms = Terms(stages, arguments)
        self._at: dict[str, Expression] = {}
        self._depth: dict[str, int] = {}
        ends = _ends(graph)
        self.arrows = tuple(sorted(ends, key=lambda arrow: not self._refuses(arrow)))
        """The arrows into outcomes, by their codes."""
        self._codes = {arrow.id: code for code, arrow in enumerate(self.arrows)}
        self._refusals = sum(map(self._refuses, ends))
        uses: dict[str, int] = {}
        for name in graph.order:
            node = graph.nodes[name]
            for arrow in node.arrows:
                # A branch is asked whether it refuses, and then for its code.
                uses[arrow.target] = uses.get(arrow.target, 0) + 1 + isinstance(node, FanOut)
        for name in reversed(graph.order):
            node = graph.nodes[name]
            made = self._node(node)
            depth = 1 + max((self._depth.get(arrow.target, 0) for arrow in node.arrows), default=0)
            if uses.get(name, 0) > 1 or depth >= _DEEPEST:
                made, depth = stages.kept(made), 0
            self._at[name], self._depth[name] = made, depth

    def code(self) -> Expression:
        """Give the code of the arrow that settles the chart."""
        return self._at[self._graph.start]

    def _refuses(self, arrow: Arrow) -> bool:
        return self._graph.outcomes[arrow.target].notify is Notify.NO

    def _exit(self, arrow: Arrow) -> Expression:
        """Give the code that an arrow leads to."""
        return Literal(self._codes[arrow.id]) if arrow.target in self._graph.outcomes else self._at[arrow.target]

    def _node(self, node: Node) -> Expression:
        match node:
            case Question() | First():
                ways = [(self._terms.write(row.condition), self._exit(row.arrow)) for row in node.rows]
                return Pick(tuple(ways), self._exit(node.otherwise))
            case Switch():
                return self._switch(node)
            case FanOut():
                ways = [self._branch(self._exit(arrow)) for arrow in node.branches]
                return Pick(tuple(ways), self._exit(node.otherwise))
            case Call():
                return self._call(node)
            case _:
                assert_never(node)

    def _branch(self, code: Expression) -> tuple[Expression, Expression]:
        """Write a branch: taken where its code is no refusal."""
        return Apply(Operation.NOT, (Apply(Operation.LESS, (code, Literal(self._refusals))),)), code

    def _switch(self, node: Switch) -> Expression:
        groups: dict[str, tuple[Arrow, list[Value]]] = {}
        for value, arrow in node.cases.items():
            groups.setdefault(arrow.id, (arrow, []))[1].append(value)
        ways = [(arrow, values) for arrow, values in groups.values()]
        # INVARIANT (total switch): without `else` the last way has all values that are left.
        last = ways.pop()[0] if node.otherwise is None else node.otherwise
        tests = [(self._terms.is_among(node.subject, tuple(values)), self._exit(arrow)) for arrow, values in ways]
        return Pick(tuple(tests), self._exit(last)) if tests else self._exit(last)

    def _call(self, node: Call) -> Expression:
        arguments = {name: self._terms.inlined(term) for name, term in node.arguments.items()}
        callee = _Chart(self._stages, node.callee, arguments)
        inner = self._stages.kept(callee.code())
        ways: dict[str, tuple[Arrow, list[int]]] = {}
        for code, arrow in enumerate(callee.arrows):
            taken = node.cases[arrow.target]
            ways.setdefault(taken.id, (taken, []))[1].append(code)
        *first, (last, _) = ways.values()
        tests = [(Among(inner, tuple(codes)), self._exit(arrow)) for arrow, codes in first]
        return Pick(tuple(tests), self._exit(last)) if tests else self._exit(last)


def _ends(graph: Graph) -> Iterable[Arrow]:
    """List the arrows into outcomes, each once."""
    arrows = (arrow for name in graph.order for arrow in graph.nodes[name].arrows)
    return tuple({arrow.id: arrow for arrow in arrows if arrow.target in graph.outcomes}.values())
