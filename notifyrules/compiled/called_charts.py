"""
Write calls of other charts: small ones where they are called, others as functions.

A fact of the called chart is read by evaluating what it is bound to, so a fact that no question reads costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from notifyrules.compiled.blocks import Block
from notifyrules.compiled.chart_shape import CALLED, DONE, Shape
from notifyrules.compiled.charts import write_chart
from notifyrules.compiled.control_flow import Plan
from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.limits import Limits
from notifyrules.compiled.names import Names
from notifyrules.compiled.statements import Statements
from notifyrules.evaluation.walk import Computed, walk
from notifyrules.graph.model import Arrow, Call, FanOut, Graph
from notifyrules.language.values import Value


class NotInline(Exception):  # noqa: N818 - no error: the chart is written in another way
    """Say that a called chart cannot do without a function."""


class Calls:
    """Write the charts that a chart calls."""

    def __init__(self, names: Names, limits: Limits, variables: str | None) -> None:
        """
        Prepare to write.

        Args:
            names: The names that code may use.
            limits: From where on things are written in another way.
            variables: The argument of functions that ask a chart; None where there can be no such function.
        """
        self.functions: list[str] = []
        """The source of the functions that ask charts."""
        self._names = names
        self._limits = limits
        self._variables = variables
        self._inner: dict[tuple[int, str], Expressions] = {}
        self._asking: dict[tuple[object, ...], str] = {}

    def __call__(self, node: Call, expressions: Expressions) -> tuple[Block, str]:
        """
        Write a call.

        Returns:
            Statements that ask the chart, and the variable that then holds the name of its outcome.
        """
        key = (id(expressions), node.name)
        if key not in self._inner:
            self._inner[key] = self._bind(node, expressions)
        inner = self._inner[key]
        variable = self._names.temporary()
        if _size(node.callee, self._limits.inside) <= self._limits.inside:
            block = self._inside(node.callee, inner, variable)
            if block is not None:
                return block, variable
        if self._variables is None:
            raise NotInline
        asking = (
            self._walked(node.callee, inner)
            if len(self._asking) >= self._limits.charts
            else self._asked(node.callee, inner)
        )
        return Block([f"{variable} = {asking}"], stays=True), variable

    def _bind(self, node: Call, expressions: Expressions) -> Expressions:
        """Spell the facts of a called chart in those of the caller."""
        facts: dict[str, Spelling] = {}
        for fact in node.callee.facts.values():
            term = node.bindings.get(fact.name)
            facts[fact.name] = (
                Spelling(self._names.literal(fact.default), (), fact.default is None)
                if term is None
                else expressions.spell(term, f"{node.name}_{fact.name}")
            )
        return Expressions(facts, self._names, self._limits, expressions.functions)

    def _inside(self, chart: Graph, inner: Expressions, variable: str) -> Block | None:
        """
        Write a chart where it is called; it ends with its outcome in a variable.

        Returns:
            The statements, or None where it cannot do without a function.
        """

        def answer(arrow: Arrow) -> list[str]:
            return [f"{variable} = {arrow.target!r}"]

        statements = Statements(
            chart,
            Shape(chart, self._limits),
            Plan(self._limits.branches[0]),
            expressions=inner,
            answers=answer,
            charts=self,
            prefix="",
            variables="",
        )
        block = statements.body(CALLED, DONE)
        loops = sum(line.lstrip() == "while True:" for line in block.lines)
        return None if statements.wanted or loops > self._limits.inside_loops else block

    def _asked(self, chart: Graph, inner: Expressions) -> str:
        """Write a function that asks a chart, and a call of it."""
        key = (id(chart), *(spelling.text for spelling in inner.facts.values()))
        if key not in self._asking:
            assert self._variables is not None
            name = self._asking[key] = self._names.new(f"ask_{chart.name}")
            written = write_chart(
                chart,
                self._limits,
                expressions=inner,
                answers=lambda arrow: [f"return {arrow.target!r}"],
                charts=self,
                prefix=f"{name}_",
                variables=self._variables,
            )
            self.functions += [f"def {name}({self._variables}):", *(f"    {line}" for line in written.entry)]
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
    """Ask a chart by the reference walk."""
    return walk(chart, Computed(dict(zip(chart.facts, facts, strict=True)))).outcome
