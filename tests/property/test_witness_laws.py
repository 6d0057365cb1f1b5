"""Laws of witnesses: what must change from given facts is what trying all facts finds, smallest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

import notifyrules
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.graph.model import Graph
from notifyrules.language.types import Basic, Enumeration
from notifyrules.language.values import FactValues, Value
from notifyrules.solver.samples import taken
from tests.property.small_charts import CALLED, EXACT, VALUES, begin_with_call, dice, sketch

pytestmark = pytest.mark.slow

SEEDS = [*range(16), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(16, 300))]
CALLS = 0.4
"""The share of charts that begin with a call."""


def minimal(
    near: FactValues, values: Mapping[str, Sequence[Value]], shows: Callable[[FactValues], bool], most: int
) -> list[frozenset[str]]:
    """Find all minimal sets of facts to change by trying all values."""
    found: list[frozenset[str]] = []
    for size in range(most + 1):
        for names in combinations(values, size):
            if any(one <= set(names) for one in found):
                continue
            others = [[one for one in values[name] if one != near[name]] for name in names]
            if any(shows({**near, **dict(zip(names, chosen, strict=True))}) for chosen in product(*others)):
                found.append(frozenset(names))
    return found


def changes(graph: Graph, near: FactValues, facts: FactValues) -> frozenset[str]:
    """Name the facts that are not as given."""
    return frozenset(name for name in graph.facts if facts[name] != near[name])


def goals(graph: Graph) -> Iterator[tuple[dict[str, object], Callable[[FactValues], bool]]]:
    """Give what may be asked of a chart, and what shows it."""
    for outcome in graph.outcomes:
        yield {"outcome": outcome}, lambda facts, outcome=outcome: walk(graph, facts).outcome == outcome  # type: ignore[misc]
    for arrow in (arrow.id for name in graph.order for arrow in graph.nodes[name].arrows):
        yield {"arrow": arrow, "tried": True}, lambda facts, arrow=arrow: arrow in taken(walk(graph, facts).steps)  # type: ignore[misc]
        yield (
            {"arrow": arrow},
            lambda facts, arrow=arrow: arrow in {step.arrow for step in walk(graph, facts).steps},  # type: ignore[misc]
        )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kinds", [EXACT, tuple(VALUES)], ids=["exact", "texts"])
def test_drawn_charts(seed: int, kinds: tuple[str, ...], tmp_path: Path) -> None:
    """Near the defaults and near any facts, every set that trying all facts finds is found, and no smaller one."""
    random = dice(seed)
    drawn = sketch(random, kinds=kinds)
    if random.random() < CALLS:
        begin_with_call(random, drawn)
    (tmp_path / "small.yaml").write_text(drawn.text(), "utf-8")
    (tmp_path / "called.yaml").write_text(CALLED, "utf-8")
    rules = notifyrules.load(tmp_path / "small.yaml")
    values = {name: VALUES[kind] for name, kind in drawn.facts.items()}
    near = {name: random.choice(listed) for name, listed in values.items()}
    for asked, shows in goals(rules.graph):
        wanted = minimal(near, values, lambda facts, s=shows: keeps(rules.graph, facts) and s(facts), len(values))  # type: ignore[misc]
        found = rules.witnesses(near=near, **asked)  # type: ignore[arg-type]
        sets = []
        for facts in found:
            assert keeps(rules.graph, facts)
            assert shows(facts)
            sets.append(changes(rules.graph, near, facts))
        assert list(map(len, sets)) == sorted(map(len, sets))
        assert not any(one < other for one in sets for other in sets)
        # Not every text that a condition asks for is among those tried.
        assert all(any(one <= other for one in sets) for other in wanted), (asked, near)
        if kinds is EXACT:
            assert set(sets) == set(wanted), (asked, near)
            assert found.settled


def listed(graph: Graph) -> dict[str, Sequence[Value]]:
    """List the values of all facts of a chart in which each has few."""
    found: dict[str, Sequence[Value]] = {}
    for name, fact in graph.facts.items():
        base = fact.type.base
        values = (False, True) if base is Basic.BOOL else base.values if isinstance(base, Enumeration) else ("other",)
        found[name] = (*values, None) if fact.type.nullable else values
    return found


def drawn_facts(random: Random, graph: Graph) -> FactValues:
    """Draw facts that keep to `assume`."""
    values = listed(graph)
    while not keeps(graph, facts := {name: random.choice(one) for name, one in values.items()}):
        pass
    return facts


@pytest.mark.parametrize(("name", "most"), [("mattermost_email", 3), ("slack", 2)])
@pytest.mark.parametrize("seed", range(3))
def test_shipped_charts(name: str, most: int, seed: int) -> None:
    """Of shipped charts with few values for every fact, all sets up to so many facts are found."""
    rules = notifyrules.load(name)
    near = drawn_facts(dice(seed), rules.graph)
    for asked, shows in goals(rules.graph):
        wanted = minimal(near, listed(rules.graph), lambda facts, s=shows: keeps(rules.graph, facts) and s(facts), most)  # type: ignore[misc]
        sets = [changes(rules.graph, near, facts) for facts in rules.witnesses(near=near, **asked)]  # type: ignore[arg-type]
        assert {one for one in sets if len(one) <= most} == set(wanted), asked
