"""Hold what is warned of words and rechecks to all ways through drawn charts, each walked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from notifyrules.diagnostics.codes import Code
from notifyrules.evaluation.walk import Passage, recheck_of, walk
from notifyrules.graph.in_force import Speech
from notifyrules.graph.model import Call, FanOut, First, Graph, Notify, Question, Switch
from notifyrules.language.terms import Term
from notifyrules.language.values import Value
from tests.property.shapes import speaking

pytestmark = pytest.mark.slow

BATCH = 250
MOST_WAYS = 600
"""Charts with more ways are left out."""


def charts(graph: Graph) -> Iterator[Graph]:
    """Give a chart and those it calls."""
    yield graph
    for node in graph.nodes.values():
        if isinstance(node, Call):
            yield from charts(node.callee)


def answers(graph: Graph) -> Mapping[Term, tuple[Value, ...]]:
    """List what each condition may turn out to be."""
    found: dict[Term, tuple[Value, ...]] = {}
    for node in (node for chart in charts(graph) for node in chart.nodes.values()):
        if isinstance(node, Question | First):
            found |= {row.condition: (True, False) for row in node.rows}
        elif isinstance(node, Switch):
            found[node.subject] = (*node.cases, *(() if node.otherwise is None else ("something else",)))
    return found


def ways(graph: Graph) -> Iterator[Passage]:
    """Walk all ways: whenever a condition is asked, each of its answers is given once."""
    choices = answers(graph)
    script: list[int] = []
    while True:
        asked: list[int] = []

        def answer(term: Term, _facts: Mapping[str, Value], _read: dict[str, Value], asked: list[int] = asked) -> Value:
            asked.append(len(choices[term]))
            if len(asked) > len(script):
                script.append(0)
            return choices[term][script[len(asked) - 1]]

        yield walk(graph, {}, answer)
        while script and script[-1] + 1 == asked[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1


@dataclass(frozen=True)
class Met:
    """What is to be warned of."""

    two_faced: frozenset[str]
    """Texts."""
    no_words: frozenset[str]
    """Outcomes."""
    no_recheck: frozenset[str]


def met_on(graph: Graph, passages: list[Passage]) -> Met:
    """Find out by walking."""
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for one in passages:
        if one.because is not None:
            said[graph.outcomes[one.outcome].notify is Notify.YES].add(one.because)
    held = [one for one in passages if graph.outcomes[one.outcome].notify is Notify.LATER]
    ends = [end for chart in charts(graph) for end in chart.outcomes.values()]
    arrows = [arrow for chart in charts(graph) for arrow in chart.arrows.values()]
    speaks = any(one.because is not None for one in ends) or any(one.because is not None for one in arrows)
    asks = any(end.recheck is not None for end in ends)
    return Met(
        frozenset(said[True] & said[False]),
        frozenset(one.outcome for one in passages if speaks and one.because is None),
        frozenset(one.outcome for one in held if asks and recheck_of(graph, one, {}) is None),
    )


def warned_of(graph: Graph) -> Met:
    """Find out what is warned of."""
    found: dict[Code, set[str]] = {Code.TWO_FACED_WORDS: set(), Code.NO_WORDS: set(), Code.NO_RECHECK: set()}
    for one in Speech().check(graph):
        found[one.code].add(one.message.split("`")[1])
    return Met(*map(frozenset, found.values()))


def may_refuse_again(graph: Graph) -> bool:
    """Tell whether several arrows lead to one fan-out: where it has refused, it refuses again."""
    led_to = [arrow.target for arrow in graph.arrows.values() if not arrow.target.startswith("end")]
    return any(isinstance(graph.nodes.get(name), FanOut) and count > 1 for name, count in Counter(led_to).items())


@pytest.mark.parametrize("batch", [*range(4), *(pytest.param(one, marks=pytest.mark.soak) for one in range(4, 40))])
def test_what_is_warned_of_is_what_some_way_meets(batch: int) -> None:
    """Every way that arrows lead is counted, and no other."""
    exact = 0
    warned: Counter[tuple[str, bool]] = Counter()
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        graph = speaking(seed)
        passages = [one for one, _ in zip(ways(graph), range(MOST_WAYS), strict=False)]
        if len(passages) == MOST_WAYS:
            continue
        wanted, found = met_on(graph, passages), warned_of(graph)
        for name in ("two_faced", "no_words", "no_recheck"):
            assert getattr(wanted, name) <= getattr(found, name), (seed, name)
            warned[name, bool(getattr(found, name))] += 1
        if not any(map(may_refuse_again, charts(graph))):
            exact += 1
            assert wanted == found, seed

    assert exact > BATCH // 2
    assert all(warned[name, some] > 5 for name in ("two_faced", "no_words", "no_recheck") for some in (True, False))
