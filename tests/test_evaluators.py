"""Hold all ways to decide to each other over the recorded decisions of real systems."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from notifyrules.evaluation.walk import passed, walk
from notifyrules.language.values import Value
from notifyrules.rules import Rules, load

pytestmark = pytest.mark.slow

CORPORA = [
    path.with_name(path.name.replace(".cases.yaml", ".jsonl"))
    for path in sorted((Path(__file__).parent / "corpora").glob("*.cases.yaml"))
]
SPECIALIZED = 100
"""Rows of each corpus by which rules are specialized, which takes longer than deciding."""


def rows(path: Path, rules: Rules) -> Iterator[dict[str, Value]]:
    """Give the facts of each recorded decision, defaults filled in."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield dict(rules.facts(json.loads(line)["facts"]))


def deciding(path: Path) -> Rules:
    """Load the rules that the cases beside a corpus are about."""
    cases = path.with_suffix(".cases.yaml").read_text("utf-8")
    return load(re.findall(r"(?m)^rules: \S*/(\w+)\.yaml$", cases)[0])


def nested(facts: Mapping[str, Value]) -> dict[str, object]:
    """Write facts as dicts in dicts; no corpus has groups in groups."""
    whole: dict[str, object] = {}
    for name, value in facts.items():
        group, dot, last = name.partition(".")
        inner = whole.setdefault(group, {}) if dot else whole
        assert isinstance(inner, dict)
        inner[last or group] = value
    return whole


def asking(value: Value) -> Callable[[], Value]:
    """Give a value as a callable."""
    return lambda: value


@pytest.mark.parametrize("path", CORPORA, ids=lambda path: path.stem)
class TestCorpora:
    def test_everybody_decides_the_same(self, path: Path) -> None:
        """Walked, compiled from every form, lazy, and by no more facts than the path reads."""
        rules = deciding(path)
        count = 0
        for facts in rows(path, rules):
            count += 1
            passage = walk(rules.graph, facts)
            read = {name for step in passed(passage.steps) for name in step.facts}
            for given in (
                facts,
                nested(facts),
                rules.facts(facts),
                {name: asking(value) for name, value in facts.items()},
                rules.facts({name: facts[name] for name in read}, absent="unknown"),
            ):
                decision = rules.should_notify(given)
                assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)
        assert count > 1

    def test_specialized_rules_decide_the_same(self, path: Path) -> None:
        """Whatever part of a row is known before, the rest leads to the same decision along the same steps."""
        rules = deciding(path)
        chance = random.Random(1)  # noqa: S311 - no secret
        for facts in list(rows(path, rules))[::29][:SPECIALIZED]:
            names = list(facts)
            chance.shuffle(names)
            known = {name: facts[name] for name in names[: chance.randrange(len(names))]}
            rest = {name: value for name, value in facts.items() if name not in known}
            smaller = rules.specialize(known)
            passage = walk(rules.graph, facts)
            for given in (rest, nested(rest), smaller.facts(rest)):
                decision = smaller.should_notify(given)
                assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)
            assert decision.passage == passage
