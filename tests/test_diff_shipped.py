"""Re-route one arrow of a shipped chart: whoever it concerns is found, and an independent search finds nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

import pytest

from notifyrules.diff.compare import compare
from notifyrules.diff.model import Finding, VersionComparison
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Question, Switch
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import Value
from notifyrules.limit import Limit
from notifyrules.rules import load
from notifyrules.shipped import shipped_names
from tests.property.edited_charts import Decision
from tests.property.expressions import pool
from tests.property.small_charts import dice

pytestmark = pytest.mark.slow

SEARCHED = 1_000
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 40))]


def re_routed(random: Random, graph: Graph) -> tuple[Graph, Arrow, str]:
    """Lead one arrow elsewhere, so that nothing is left without a way."""
    arrows = [arrow for name in graph.order for arrow in led(graph.nodes[name])]
    arrow = random.choice(arrows)
    later = graph.order[graph.order.index(arrow.node) + 1 :]
    target = random.choice([name for name in (*later, *graph.outcomes) if name != arrow.target])
    nodes = dict(graph.nodes)
    nodes[arrow.node] = with_arrow(nodes[arrow.node], arrow, replace(arrow, target=target, written=True))
    reached = {graph.start}
    for name in graph.order:
        if name in reached:
            reached |= {one.target for one in nodes[name].arrows}
    order = tuple(name for name in graph.order if name in reached)
    kept = {name: node for name, node in nodes.items() if name in reached}
    return replace(graph, nodes=kept, order=order), arrow, target


def led(node: Node) -> tuple[Arrow, ...]:
    """List the arrows of a node that can lead elsewhere; a branch of a fan-out is the node that it leads to."""
    return (node.otherwise,) if isinstance(node, FanOut) else node.arrows


def with_arrow(node: Node, was: Arrow, now: Arrow) -> Node:
    """Give a node another arrow in place of one."""

    def other(arrow: Arrow) -> Arrow:
        return now if arrow is was else arrow

    match node:
        case Question() | First():
            rows = tuple(replace(row, arrow=other(row.arrow)) for row in node.rows)
            return replace(node, rows=rows, otherwise=other(node.otherwise))
        case Switch():
            cases = {value: other(arrow) for value, arrow in node.cases.items()}
            otherwise = None if node.otherwise is None else other(node.otherwise)
            return replace(node, cases=cases, otherwise=otherwise)
        case FanOut():
            return replace(node, otherwise=other(node.otherwise))
        case Call():
            return replace(node, cases={name: other(arrow) for name, arrow in node.cases.items()})


def searched(random: Random, graph: Graph, told: VersionComparison) -> Iterator[Mapping[str, Value]]:
    """Draw facts that keep to what is assumed: anywhere, and around what is told."""
    pools = {name: pool(fact.type) for name, fact in graph.facts.items()}
    shown = [one.facts for one in told.examples]
    found = 0
    while found < SEARCHED:
        near = random.choice(shown) if shown and random.random() < 0.5 else {}
        facts = {
            name: near[name] if name in near and random.random() < 0.8 else random.choice(values)
            for name, values in pools.items()
        }
        if all(evaluate(term, facts, {}) is True for term in graph.assume):
            found += 1
            yield facts


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", shipped_names())
def test_one_arrow(name: str, seed: int) -> None:
    """Facts that are found to change make a change that is told, and the facts that are shown make theirs."""
    random = dice(seed)
    old = load(name).graph
    new, arrow, target = re_routed(random, old)
    told = compare(old, new, Limit(120), lambda _: None)

    # Matrix takes facts for patterns that other facts are held to, which nobody can always solve.
    assert told.finding is not Finding.UNDECIDED or name == "matrix", (arrow.id, target)
    assert [(one.before, one.leads_to) for one in told.structure.moved] == [(arrow.id, target)]
    for facts in searched(random, old, told):
        before, after = Decision.make(old, facts), Decision.make(new, facts)
        change = f"{before.passage.outcome}->{after.passage.outcome}" if before.differs(after) else None

        assert change is None or change in told.changes, (arrow.id, target, facts)
    for one in told.examples:
        before, after = (Decision.make(graph, one.facts) for graph in (old, new))

        assert before.differs(after)
        assert one.change == f"{before.passage.outcome}->{after.passage.outcome}"
