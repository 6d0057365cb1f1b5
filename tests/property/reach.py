"""
Let the generator of code write charts of every shape: `python -m tests.property.reach`, watched by coverage.

It is a program of its own, so that what it reaches is counted whatever else is counted or has run.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.property.shapes import compiled, differences, differences_told, drawn
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_chart_laws import loaded

DRAWN = 500
ASKED = 4
"""One drawn chart in so many is also asked: some of what calls charts runs only then."""
FILES = 160


def reach_shapes() -> None:
    """Write drawn charts, whole and with some facts known."""
    for seed in range(DRAWN):
        if seed % ASKED == 1:
            assert not list(differences(seed))
        else:
            compiled(drawn(seed))
        if seed % ASKED == 0:
            assert not list(differences_told(seed))


@settings(max_examples=FILES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rule_files())
def reach_conditions(file: RuleFile) -> None:
    """Write conditions of all forms."""
    loaded(file)


if __name__ == "__main__":
    reach_shapes()
    reach_conditions()
