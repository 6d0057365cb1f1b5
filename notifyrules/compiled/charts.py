"""Write whole charts: the statements of their entry and their functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from notifyrules.compiled.chart_shape import DECIDING, Shape
from notifyrules.compiled.control_flow import Answers, Charts, Plan
from notifyrules.compiled.expressions import Expressions
from notifyrules.compiled.limits import Limits
from notifyrules.compiled.statements import Statements
from notifyrules.graph.model import Call, First, Graph, Question, Switch
from notifyrules.language.terms import Term


@dataclass(frozen=True, slots=True)
class Written:
    """A chart as source."""

    entry: list[str]
    """The statements of its entry."""
    functions: list[str]
    """The source of the functions that the entry needs."""


def write_chart(  # noqa: PLR0913 - what a chart is written with
    graph: Graph,
    limits: Limits,
    *,
    expressions: Expressions,
    answers: Answers,
    charts: Charts,
    prefix: str,
    variables: str,
) -> Written:
    """
    Write a chart.

    Args:
        graph: The chart.
        limits: From where on things are written in another way.
        expressions: Writes its conditions.
        answers: Writes its outcomes.
        charts: Writes the charts that it calls.
        prefix: What the names of its functions begin with.
        variables: The arguments that its functions hand to each other.
    """
    shape = Shape(graph, limits)
    for term in terms_of(graph):
        expressions.count(term)
    for branch in limits.branches:
        plan = Plan(branch, {(name, True) for name in shape.reentrant})
        for attempt in count():  # pragma: no branch - it ends within
            statements = Statements(
                graph,
                shape,
                plan,
                expressions=expressions,
                answers=answers,
                charts=charts,
                prefix=prefix,
                variables=variables,
            )
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


def _write(statements: Statements, shape: Shape) -> Written:
    """Write a chart by a plan that may turn out to lack something."""
    entry = ["entered = set()"] if shape.reentrant else []
    entry += statements.body(DECIDING).lines
    functions: list[str] = []
    done: set[tuple[str, bool]] = set()
    while waiting := [one for one in statements.called if one not in done]:
        for name, trying in waiting:
            done.add((name, trying))
            functions += statements.function(name, trying=trying)
    return Written(entry, functions)


def _shared(shape: Shape) -> set[tuple[str, bool]]:
    """List the nodes that several arrows lead to and that are not written at each."""
    arrivals: dict[str, int] = {}
    for name in shape.graph.order:
        for target in {arrow.target for arrow in shape.graph.nodes[name].arrows}:
            arrivals[target] = arrivals.get(target, 0) + 1
    many = [name for name in shape.graph.order if arrivals.get(name, 0) > 1 and not shape.is_small(name)]
    return {(name, trying) for name in many for trying in (False, True)}


def terms_of(graph: Graph) -> Iterator[Term]:
    """Give the terms that a chart evaluates to decide."""
    for name in graph.order:
        node = graph.nodes[name]
        match node:
            case Question(condition=condition):
                yield condition
            case Switch(subject=subject):
                yield subject
            case First(rows=rows):
                yield from (row.condition for row in rows)
            case Call(bindings=bindings):
                yield from bindings.values()
            case _:
                pass
