"""Hold what is told of decisions by generated code to the walk that evaluates: steps, reads, words and rechecks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import pytest

from notifyrules import Rules
from notifyrules.compiled.asks import asks_of
from notifyrules.compiled.compiler import compile_graph
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.told_from import tell
from notifyrules.evaluation.walk import Passage, passed, recheck_of, walk
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value
from tests.charts import rules_of
from tests.property.shapes import ALL_FACTS, differences_told, drawn, speaking

RULES = """\
notifyrules: 1
facts:
  now: instant
  name: text = "here"
  other: text | null = null
  level: int = 0
  zone: timezone = UTC
  until: instant | null = null
  wait: duration = 5m
data: {about: text = ""}
flow:
  first:
    first:
      - {if: level > 2 and (other is null or name == "x"), to: asked, because: "{name if level > 3 else 'nobody'}"}
      - {if: (other ?? name) == "y", to: tries}
    else: {to: "no", because: {refused: "no {local_time(now, zone)}", held: "{level}"}}
  tries: {any: [high, low], else: {to: "no", because: "not {other ?? 'any'}"}}
  high: {if: level > 1, then: {to: hold, because: "{level}"}, else: {to: "no", because: "vain {name}"}}
  low: {if: until is not null and now < until, then: later, else: "no"}
  asked:
    call: other.yaml
    with: {until: until ?? now, level: level + 1, name: name}
    cases: {held: {to: later}, open: "yes"}
outcomes:
  "yes": {notify: true, because: "yes {name}", data: {about: "{other ?? name}"}}
  hold: {notify: later, recheck: wait, data: {about: "{name}"}}
  later: {notify: later}
  "no": {notify: false}
"""
OTHER = """\
notifyrules: 1
facts: {now: instant, until: instant, level: int, name: text, zone: timezone = UTC}
flow:
  level:
    if: level > 4 and name != "x"
    then: {to: held, because: "{name} until {until if level > 5 else now}"}
    else: open
outcomes: {open: {}, held: {notify: later, recheck: until}}
"""
CALLED = """\
notifyrules: 1
facts: {now: instant, level: int}
flow:
  level:
    first:
      - {if: level == 0, to: quick}
      - {if: level == 1, to: slow}
      - {if: level == 2, to: silent}
      - {if: level == 3, to: off}
    else: open
outcomes:
  quick: {notify: later, recheck: 10m}
  slow: {notify: later, recheck: 20m}
  silent: {notify: later}
  off: {notify: false, recheck: 30m}
  open: {}
"""
CALLING = """\
notifyrules: 1
facts: {now: instant, one: int, two: int}
flow:
  first: {call: called.yaml, with: {level: one}, cases: {quick: second, slow: second}, else: second}
  second:
    call: called.yaml
    with: {level: two}
    cases: {quick: held, silent: held}
    else: held
outcomes: {held: {notify: later}}
"""
OUTERMOST = """\
notifyrules: 1
facts: {now: instant, one: int, two: int}
flow: {only: {call: calling.yaml, cases: {held: held}}}
outcomes: {held: {notify: later}}
"""
TIMES = ("2026-11-29T10:00:00Z", "2026-11-29T12:00:00Z", None)


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules whose words, data and rechecks read some facts or others."""
    return rules_of(RULES, other=OTHER)


def situations() -> Iterator[dict[str, object]]:
    """Draw facts."""
    chance = Random(1)  # noqa: S311 - no secret
    for _ in range(300):
        yield {
            "now": "2026-11-29T11:00:00Z",
            "name": chance.choice(("x", "y", "z")),
            "other": chance.choice((None, "y", "z")),
            "level": chance.randrange(7),
            "until": chance.choice(TIMES),
        }


def whole(passage: Passage) -> object:
    """Give all of a way, with the facts in the order in which they were read."""
    inner = [whole(step.inner) for step in passed(passage.steps) if step.inner is not None]
    return passage, [list(step.facts.items()) for step in passed(passage.steps)], inner


class Noting(dict[str, Value]):
    """Facts, of which it is noted which are read."""

    def __init__(self, facts: Mapping[str, Value]) -> None:
        super().__init__(facts)
        self.noted: set[str] = set()

    def __getitem__(self, name: str) -> Value:
        self.noted.add(name)
        return super().__getitem__(name)


def told_from(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> tuple[str, ...]:
    """Name what is read when all that a decision says and carries is computed once more."""
    noting = Noting(facts)
    tell(graph, noting, passage)
    return tuple(name for name in graph.facts if name in noting.noted)


class TestAsking:
    @pytest.mark.parametrize("batch", range(5))
    def test_leads_the_way_of_the_evaluator(self, batch: int) -> None:
        """Steps, answers, facts read and their order are the same for charts of every shape."""
        for seed in range(batch * 12, (batch + 1) * 12):
            graph = drawn(seed).graph
            for facts in Random(seed).sample(ALL_FACTS, 12):  # noqa: S311 - no secret
                assert whole(walk(graph, facts, asks=asks_of)) == whole(walk(graph, facts)), (seed, facts)

    def test_leads_the_way_for_every_type(self, rules: Rules) -> None:
        """Values that are computed are read as the evaluator reads them, in called charts and vain branches too."""
        for given in situations():
            decision, passage = rules.should_notify(given), walk(rules.graph, rules.facts(given))

            assert whole(decision.passage) == whole(passage)
            assert decision.because == passage.because


class TestTelling:
    @pytest.mark.parametrize("batch", range(5))
    def test_is_as_the_way_says(self, batch: int) -> None:
        """Words and rechecks of charts that call each other are those of the walk, whoever says them."""
        for seed in range(batch * 20, (batch + 1) * 20):
            graph = speaking(seed)
            program = compile_graph(graph)
            for facts in Random(seed).sample(ALL_FACTS, 8):  # noqa: S311 - no secret
                decision, passage = program.decide(facts), walk(graph, facts)
                told = decision.because, decision.recheck_at

                assert told == (passage.because, recheck_of(graph, passage, facts)), (seed, facts)

    @pytest.mark.parametrize("batch", range(5))
    def test_is_as_the_way_says_whatever_the_code(self, batch: int) -> None:
        """Words are handed on by code that is written as one, in loops, as functions, and as functions in turn."""
        for seed in range(batch * 12, (batch + 1) * 12):
            assert list(differences_told(seed)) == []

    @pytest.mark.parametrize("outermost", [CALLING, OUTERMOST], ids=["calls", "calls what calls"])
    def test_finds_the_chart_that_says_when_to_ask_again(self, outermost: str) -> None:
        """The last called chart that says it for such an end counts, and what it said there."""
        rules = rules_of(outermost, called=CALLED, calling=CALLING)
        met = set()
        for one, two in product(range(5), repeat=2):
            decision = rules.should_notify({"now": "2026-11-29T11:00:00Z", "one": one, "two": two})
            met.add(decision.recheck_at)

            assert decision.recheck_at == recheck_of(rules.graph, decision.passage, decision.facts)

        assert len(met) == 3

    def test_names_what_it_reads(self, rules: Rules) -> None:
        """A record names the facts that words, data and recheck read, and no others."""
        met = set()
        for given in situations():
            decision = rules.should_notify(given)
            told = decision.record().told_from
            met.add((decision.reason, told))

            assert told == told_from(rules.graph, decision.facts.known(), decision.passage)

        assert {reason for reason, _ in met} == {
            *("first.else", "tries.else", "high.then", "low.then", "asked.held", "asked.open"),
        }
        assert len(met) > 7

    def test_is_read_back_as_it_was(self, rules: Rules) -> None:
        """What a log keeps of a decision says all of it."""
        for given in situations():
            record = rules.should_notify(given).record()

            assert Record.from_dict(record.to_dict()) == record
