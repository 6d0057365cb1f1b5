"""
Write whole charts, and the calls of others: small ones where they are called, others as functions.

A fact of the called chart is read by evaluating what it is bound to, so a fact that no question reads costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from notifyrules.compiled.chart_shape import CALLED, DECIDING, DONE, ChartShape
from notifyrules.compiled.control_flow import Block, CodePlan, Writers
from notifyrules.compiled.expressions import Expressions
from notifyrules.compiled.limits import CodeLimits
from notifyrules.compiled.names import Names, indent
from notifyrules.compiled.statements import Statements
from notifyrules.evaluation.walk import Computed, walk
from notifyrules.graph.model import Call, FanOut, Graph, conditions
from notifyrules.language.values import Value


@dataclass(frozen=True, slots=True)
class WrittenChart:
    """A chart as source."""

    entry: list[str]
    functions: list[str]
    """The source of the functions that the entry needs."""


def write_chart(graph: Graph, limits: CodeLimits, writers: Writers) -> WrittenChart:
    """Write a chart; the limits say from where on things are written in another way."""
    shape = ChartShape(graph, limits, writers.say)
    for term in (term for name in graph.order for term in conditions(graph.nodes[name])):
        writers.expressions.count(term)
    for branch in limits.branches:
        plan = CodePlan(branch, {(name, True) for name in shape.reentrant})
        for attempt in count():  # pragma: no branch - it ends within
            statements = Statements(shape, plan, writers)
            written = _write(statements, shape)
            lacking = statements.wanted - plan.functions
            if attempt == limits.tries:
                lacking |= _shared(shape) - plan.functions
            if not lacking:
                break
            plan.functions |= lacking
            if len(plan.functions) > limits.functions:
                plan.hops = True
                plan.functions.add((graph.start, False))
        if len(written.entry) + len(written.functions) <= limits.lines + limits.lines_a_node * len(graph.order):
            break
    return written


def _write(statements: Statements, shape: ChartShape) -> WrittenChart:
    """Write a chart by a plan that may turn out to lack something."""
    entry = ["entered = set()"] if shape.reentrant else []
    entry += statements.body(DECIDING).lines
    functions: list[str] = []
    done: set[tuple[str, bool]] = set()
    while waiting := [one for one in statements.called if one not in done]:
        for name, trying in waiting:
            done.add((name, trying))
            functions += statements.function(name, trying=trying)
    return WrittenChart(entry, functions)


def _shared(shape: ChartShape) -> set[tuple[str, bool]]:
    arrivals: dict[str, int] = {}
    for name in shape.graph.order:
        for target in {arrow.target for arrow in shape.graph.nodes[name].arrows}:
            arrivals[target] = arrivals.get(target, 0) + 1
    many = [name for name in shape.graph.order if arrivals.get(name, 0) > 1 and not shape.is_small(name)]
    return {(name, trying) for name in many for trying in (False, True)}


class NotInline(Exception):  # noqa: N818 - no error: the chart is written in another way
    """Say that a called chart cannot do without a function."""


class Calls:
    """Write the charts that a chart calls."""

    def __init__(self, names: Names, limits: CodeLimits, variables: str | None) -> None:
        """Prepare to write; *variables* are the argument of functions that ask a chart, None where none can be."""
        self.functions: list[str] = []
        """The source of the functions that ask charts."""
        self._names = names
        self._limits = limits
        self._variables = variables
        self._inner: dict[tuple[int, str], Expressions] = {}
        self._asking: dict[tuple[object, ...], str] = {}

    def __call__(self, node: Call, expressions: Expressions) -> tuple[Block, str]:
        """Write statements that ask the chart, and name the variable that then holds the name of its outcome."""
        inner = self._inner_of(node, expressions)
        variable = self._names.temporary()
        writers = Writers(inner, lambda arrow: [f"{variable} = {arrow.target!r}"], self)
        if (block := self._inside(node.callee, writers)) is not None:
            return block, variable
        if self._variables is None:
            raise NotInline
        asking = (
            self._walked(node.callee, inner)
            if len(self._asking) >= self._limits.charts
            else self._asked(node.callee, inner)
        )
        return Block([f"{variable} = {asking}"], stays=True), variable

    def _inner_of(self, node: Call, expressions: Expressions) -> Expressions:
        """Give what writes the conditions of a called chart."""
        key = (id(expressions), node.name)
        if key not in self._inner:
            facts = {name: expressions.spell(term, f"{node.name}_{name}") for name, term in node.arguments.items()}
            self._inner[key] = Expressions(facts, self._names, self._limits, expressions.functions)
        return self._inner[key]

    def _inside(self, chart: Graph, writers: Writers) -> Block | None:
        """Write a small chart where it is called; None where it is large, or cannot do without a function."""
        if _size(chart, self._limits.inside) > self._limits.inside:
            return None
        shape, plan = ChartShape(chart, self._limits, writers.say), CodePlan(self._limits.branches[0])
        statements = Statements(shape, plan, writers)
        block = statements.body(CALLED, DONE)
        loops = sum(line.lstrip() == "while True:" for line in block.lines)
        return None if statements.wanted or loops > self._limits.inside_loops else block

    def _asked(self, chart: Graph, inner: Expressions) -> str:
        key = (id(chart), *(spelling.text for spelling in inner.facts.values()))
        if key not in self._asking:
            assert self._variables is not None
            name = self._asking[key] = self._names.new(f"ask_{chart.name}")
            writers = Writers(inner, lambda arrow: [f"return {arrow.target!r}"], self, f"{name}_", self._variables)
            written = write_chart(chart, self._limits, writers)
            self.functions += [f"def {name}({self._variables}):", *indent(written.entry)]
            self.functions += written.functions
        return f"{self._asking[key]}({self._variables})"

    def _walked(self, chart: Graph, inner: Expressions) -> str:
        """Write a call of the reference walk, for charts that call too many others to be written out."""
        facts = "".join(f"lambda: {spelling.text}, " for spelling in inner.facts.values())
        return f"{self._names.thing('walk', _walk)}({self._names.thing('chart', chart)}, ({facts}))"


def _size(chart: Graph, most: int) -> int:
    """Count the nodes of a chart and of those it calls, up to more than *most*, which one with a fan-out always has."""
    if any(isinstance(node, FanOut) for node in chart.nodes.values()) or len(chart.nodes) > most:
        return most + 1
    return len(chart.nodes) + sum(_size(node.callee, most) for node in chart.nodes.values() if isinstance(node, Call))


def _walk(chart: Graph, facts: Sequence[Callable[[], Value]]) -> str:
    return walk(chart, Computed(dict(zip(chart.facts, facts, strict=True)))).outcome
