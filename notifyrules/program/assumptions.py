"""
Compile what rules assume, so that many facts can be held to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from notifyrules.conditions.terms import Junction
from notifyrules.conditions.types import BOOL
from notifyrules.graph.model import Arrow, Graph, Notify, Outcome, Question
from notifyrules.program.compiler import compile_graph
from notifyrules.program.facts import Facts


def compile_assumptions(graph: Graph) -> Callable[[Facts], bool]:
    """
    Compile the assumptions of a chart, as a chart that asks only whether they all hold.

    Args:
        graph: A chart without errors.

    Returns:
        A function that tells for facts of the chart whether all its assumptions hold.
    """
    if not graph.assume:
        return lambda _facts: True
    span = graph.assume[0].span
    holds = Junction(span, BOOL, every=True, items=graph.assume)
    then, otherwise = (
        Arrow(f"assumed.{answer}", "assumed", answer, None, target, None, written=True, span=span)
        for answer, target in (("then", "kept"), ("else", "broken"))
    )
    question = Question("assumed", "Does everything hold?", None, None, span, holds, then, otherwise)
    outcomes = {
        name: Outcome(name, notify, name, None, {}, None, None, span)
        for name, notify in (("kept", Notify.YES), ("broken", Notify.NO))
    }
    asked = replace(graph, nodes={"assumed": question}, outcomes=outcomes, data={}, start="assumed", order=("assumed",))
    decide = compile_graph(asked).decide
    return lambda facts: bool(decide(facts))
