"""
Run the laws for long, over input that is new each time: `pytest -m soak`, some minutes.

What fails is printed with the seed that makes it again.
"""

from __future__ import annotations

import random
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from notifyrules.evaluation.walk import walk
from notifyrules.rules import Rules, check, load
from tests.property.expressions import pool
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_chart_laws import loaded, mutated, saved

HALF_A_MILLION = 500_000
FILES = 500
SLACK = Path(__file__).parents[2] / "rules" / "slack.yaml"

pytestmark = pytest.mark.soak


def decide(rules: Rules, seed: int, number: int) -> None:
    """Decide for random facts; of every fiftieth decision everything is told, and compared with the reference walk."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    pools = {name: pool(fact.type) for name, fact in rules.graph.facts.items()}
    for count in range(number):
        facts = {name: chance.choice(values) for name, values in pools.items()}
        decision = rules.should_notify(facts)
        if count % 50 == 0:
            passage = walk(rules.graph, rules.facts(facts))
            assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow), (seed, facts)
            assert decision.to_dict()["outcome"] == passage.outcome


class TestTotal:
    def test_slack(self) -> None:
        """Half a million valid facts over the shipped chart of Slack raise nothing."""
        decide(load(SLACK), secrets.randbits(32), HALF_A_MILLION)

    @settings(max_examples=FILES, derandomize=False, suppress_health_check=list(HealthCheck))
    @given(rule_files(nodes=20))
    def test_generated_files(self, file: RuleFile) -> None:
        """Half a million valid facts over generated rule files raise nothing."""
        decide(loaded(file), secrets.randbits(32), HALF_A_MILLION // FILES)


class TestLoading:
    @settings(max_examples=FILES * 4, derandomize=False, suppress_health_check=list(HealthCheck))
    @given(rule_files())
    def test_damaged_files(self, file: RuleFile) -> None:
        """Files that are damaged several times over are checked without an exception."""
        chance = random.Random(secrets.randbits(32))  # noqa: S311 - no secret
        for _ in range(chance.randrange(1, 5)):
            file = mutated(file, chance, chance.randrange(1, 7))
            if not file.body:
                return
        with saved(file) as path:
            for one in check(path):
                assert one.span.source.text == "" or one.span.text != "", file
