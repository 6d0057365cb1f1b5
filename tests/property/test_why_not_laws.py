"""Laws of what would have to change: it is what trying all facts finds, and so is from when on time alone would do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import notifyrules
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.language.values import FactValues
from tests.charts import chart, rules_of
from tests.property.small_charts import CALLED, EXACT, VALUES, all_facts, begin_with_call, dice, sketch
from tests.property.test_witness_laws import CALLS, drawn_facts, listed, minimal

pytestmark = pytest.mark.slow

SEEDS = [*range(16), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(16, 300))]


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_charts(seed: int, tmp_path: Path) -> None:
    """Every set of up to three facts is found, those named that may change, and what is barred is so for all facts."""
    random = dice(seed)
    drawn = sketch(random, kinds=EXACT)
    if random.random() < CALLS:
        begin_with_call(random, drawn)
    (tmp_path / "small.yaml").write_text(drawn.text(), "utf-8")
    (tmp_path / "called.yaml").write_text(CALLED, "utf-8")
    rules = notifyrules.load(tmp_path / "small.yaml")
    graph = rules.graph
    values = {name: VALUES[kind] for name, kind in drawn.facts.items()}
    near = {name: random.choice(one) for name, one in values.items()}
    may_change = random.sample(sorted(values), random.randint(1, len(values)))
    free = {name: values[name] for name in may_change}
    for outcome in graph.outcomes:
        why = rules.why_not(near, outcome, may_change)
        if why.already:
            assert walk(graph, near).outcome == outcome
            continue

        def shows(facts: FactValues, outcome: str = outcome) -> bool:
            return keeps(graph, facts) and walk(graph, facts).outcome == outcome

        wanted = minimal(near, free, shows, 3)
        assert {frozenset(one.changes) for one in why.alternatives} == set(wanted)
        assert why.settled
        for one in why.alternatives:
            changed = {**near, **one.changes}
            assert keeps(graph, changed)
            assert one.passage == walk(graph, changed)
            assert one.passage.outcome == outcome
            read = {name for turn in why.turns(one) for name in turn.facts}
            assert read
            assert read <= one.changes.keys()
            # What no question reads has changed because the others may not alone.
            assert not any(keeps(graph, {**changed, name: near[name]}) for name in one.changes.keys() - read)
        if why.barred is not None:
            held = why.barred.facts
            for facts in all_facts(graph, drawn.facts):
                if keeps(graph, facts) and all(facts[name] == near[name] for name in held):
                    passage = walk(graph, facts)
                    assert passage.outcome != outcome
                    assert why.barred.step is None or why.barred.step.arrow in {step.arrow for step in passage.steps}


@pytest.mark.parametrize(("name", "most"), [("mattermost_email", 3), ("slack", 2)])
@pytest.mark.parametrize("seed", range(3))
def test_shipped_charts(name: str, most: int, seed: int) -> None:
    """Of shipped charts with few values for every fact, all sets up to so many facts are found."""
    rules = notifyrules.load(name)
    near = drawn_facts(dice(seed), rules.graph)
    values = {fact: one for fact, one in listed(rules.graph).items() if fact != "device.kind"}
    for outcome in rules.graph.outcomes:
        why = rules.why_not(near, outcome)
        if not why.already:
            found = {frozenset(one.changes) for one in why.alternatives}
            wanted = minimal(
                near,
                values,
                lambda facts, o=outcome: keeps(rules.graph, facts) and walk(rules.graph, facts).outcome == o,  # type: ignore[misc]
                most,
            )
            assert {one for one in found if len(one) <= most} == set(wanted), outcome


CLOCKS = (
    "now < at",
    "now >= at + 90m",
    "now - at > waited",
    "within(now, zone, quiet)",
    "within(now + 30m, zone, quiet) and now > at",
    "(window_end(now, zone, quiet) ?? at) > now + 2h",
    "local_time(now, zone) >= 22:00",
    'local_time(now, zone) < clock and weekday(now, zone) in ["sat", "sun"]',
    "local_date(now, zone) > local_date(at, zone)",
    "local_date(now, zone) - local_date(at, zone) > 1",
    "(window_start(now, zone, quiet) ?? now) > at + 1h",
    "now > instant_at(local_date(at, zone) + 1, clock, zone)",
)
FACTS = """facts:
  now: instant
  at: instant
  waited: duration = 0s
  zone: timezone = UTC
  clock: time = 08:00
  quiet: {type: schedule, default: []}
"""


@pytest.mark.parametrize("condition", CLOCKS)
@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_until(condition: str, seed: int, *, negated: bool) -> None:
    """From when on time alone would do is what a scan by minutes finds, over ten days with a change of the clock."""
    random = dice(seed)
    term = f"not ({condition})" if negated else condition
    quoted = term.replace("'", "''")
    rules = rules_of(chart(f'q: {{if: \'{quoted}\', then: "yes", else: "no"}}', facts=FACTS))
    now = datetime(2026, 10, 23, random.randrange(24), random.randrange(60), tzinfo=UTC)
    facts: FactValues = rules.facts(
        {
            "now": now,
            "at": now + timedelta(minutes=random.randrange(-3_000, 3_000)),
            "waited": timedelta(minutes=random.randrange(2_000)),
            "zone": random.choice(["UTC", "Europe/Berlin", "America/New_York"]),
            "quiet": [{"days": ["fri", "sun"], "from": "22:00", "until": "07:00"}],
        }
    )
    why = rules.why_not(facts, "yes")
    if why.already:
        return
    assert why.until is not None
    assert why.until.certain
    known = {name: facts[name] for name in rules.graph.facts}
    minutes = (now + timedelta(minutes=one) for one in range(1, 14_400))
    first = next((one for one in minutes if walk(rules.graph, {**known, "now": one}).outcome == "yes"), None)
    if first is None:
        assert why.until.at is None or why.until.at > now + timedelta(minutes=14_399)
        return
    assert why.until.at is not None
    assert first - timedelta(minutes=1) < why.until.at <= first
    assert walk(rules.graph, {**known, "now": why.until.at}).outcome == "yes"
    before = why.until.at - timedelta(microseconds=1)
    assert walk(rules.graph, {**known, "now": before}).outcome == "no"
