"""Measure single decisions: by every form of facts, against functions written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import Contender, race, ratio, typical
from notifyrules.compiled.decision import Decision
from notifyrules.rules import Rules

OBJECT = "by hand, over an object with slots"
DICT = "by hand, over the nested dict"
_ROWS = 5_000
_SAME = 500
_CHECKED = 5_000
"""Random facts for which all must give the same answer before anything is timed."""


def measure(subject: Subject, *, rounds: int) -> Table:
    """Measure the forms in which one chart is asked."""
    check(subject)
    rows = subject.rows(_ROWS)
    by_object, by_dict, *others = _contenders(subject, rows[0])
    found: list[Sequence[str]] = []
    for number, other in enumerate(others):
        # Each against the two alone: what is slow would leave their code and facts in no cache of the processor.
        times = race([by_object, by_dict, other], rows, rounds)
        found += [
            [
                one.name,
                duration(typical(times, one.name)),
                multiple(ratio(times, one.name, OBJECT)),
                multiple(ratio(times, one.name, DICT)),
            ]
            for one in ([by_object, by_dict, other] if number == 0 else [other])
        ]
    return Table(
        f"One decision of `{subject.name}`",
        [
            f"{len(subject.rules.graph.facts)} facts, {len(subject.rules.graph.nodes)} nodes.",
            f"All answers were equal over {_CHECKED:,} random facts.",
            "Of a dict every fact is validated at every decision; the functions written by hand validate nothing.",
        ],
        ["", "a decision", "to object", "to dict"],
        found,
    )


def measure_again(charts: Sequence[Subject], *, rounds: int) -> Table:
    """Measure with the same few facts in every round, which is how most people would time a function."""
    found: list[Sequence[str]] = []
    for subject in charts:
        rows = subject.rows(_SAME)
        made = [
            Contender(one.name, one.call, [one.make(row) for row in rows].__getitem__)
            for one in islice(_contenders(subject, rows[0]), 4)
        ]
        times = race(made, range(_SAME), rounds, calls=_SAME)
        by_object, by_dict, validated, nested = (one.name for one in made)
        found.append(
            [
                f"`{subject.name}`",
                multiple(ratio(times, validated, by_object)),
                multiple(ratio(times, nested, by_object)),
                multiple(ratio(times, nested, by_dict)),
            ]
        )
    return Table(
        f"The same {_SAME} facts again and again",
        [
            "The processor then learns by heart which way a function goes for them; the shortest function gains most.",
        ],
        ["", "validated facts, to object", "nested dict, to object", "nested dict, to dict"],
        found,
    )


def check(subject: Subject, count: int = _CHECKED) -> None:
    """
    Hold the functions written by hand to the rules.

    Raises:
        AssertionError: An answer differs.
    """
    for facts in subject.rows(count, seed=2):
        outcome = subject.rules.should_notify(facts).outcome
        assert outcome == subject.decide_object(subject.hold(facts)), facts
        assert outcome == subject.decide_dict(nest(facts)), facts


def _contenders(subject: Subject, first: Mapping[str, object]) -> Iterator[Contender]:
    """
    Give every form.

    Each has rules of its own: one function fed with several forms in turn is slower for all of them.
    """

    def of_rules(name: str, make: Callable[[Any], object]) -> Contender:
        return Contender(name, again(subject.rules).should_notify, make)

    yield Contender(OBJECT, subject.decide_object, subject.hold)
    yield Contender(DICT, subject.decide_dict, nest)
    rules = again(subject.rules)
    yield Contender("validated facts", rules.should_notify, rules.facts)
    yield of_rules("nested dict", nest)
    yield of_rules("nested dict, as `json.loads` gives it", _by_json)
    yield of_rules("nested dict, defaults left out", lambda row: _left_out(rules, row))
    yield of_rules("dotted dict", dict)
    yield of_rules("every fact a callable", _callables)
    known = {name: value for name, value in first.items() if not name.startswith(_VARYING)}
    special = again(rules).specialize(known)
    yield Contender(
        "specialized, the rest validated",
        special.should_notify,
        lambda row: special.facts({name: value for name, value in row.items() if name not in known}),
    )


_VARYING = ("preferences.", "user.", "person.")
"""What differs from member to member."""


def again(rules: Rules) -> Rules:
    """Compile rules anew."""
    return Rules(rules.graph, rules.diagnostics)


def _by_json(row: Mapping[str, object]) -> dict[str, object]:
    """Send facts through JSON: keys and values are texts that nobody else holds."""
    found: dict[str, object] = json.loads(json.dumps(nest(row), default=plain))
    return found


def plain(value: object) -> str:
    """Write what JSON lacks in its input form."""
    if isinstance(value, timedelta):
        return f"{value // timedelta(seconds=1)}s"
    assert isinstance(value, datetime | date | time)
    return value.isoformat()


def _left_out(rules: Rules, row: Mapping[str, object]) -> dict[str, object]:
    """Leave out the facts that have their default."""
    facts, declared = rules.facts(row), rules.graph.facts
    return nest(
        {
            name: value
            for name, value in row.items()
            if not (declared[name].has_default and facts[name] == declared[name].default)
        }
    )


def _callables(row: Mapping[str, object]) -> dict[str, Callable[[], object]]:
    """Give every fact as something to ask."""

    def asking(value: object) -> Callable[[], object]:
        return lambda: value

    return {name: asking(value) for name, value in row.items()}


def measure_telling(subject: Subject, *, rounds: int) -> Table:
    """Measure what somebody pays who reads why."""
    rules = again(subject.rules)
    decide = rules.should_notify

    def reading(read: Callable[[Decision], object]) -> Callable[[object], object]:
        return lambda one: read(decide(one))

    readers: dict[str, Callable[[Decision], object]] = {
        "only whether to notify": bool,
        "`outcome` and `reason`": lambda decision: (decision.outcome, decision.reason),
        "a line of a log: notify, reason, because, data": lambda decision: (
            decision.notify,
            decision.reason,
            decision.because,
            decision.data,
        ),
        "`steps`": lambda decision: decision.steps,
        "`because`": lambda decision: decision.because,
        "`data` and `recheck_at`": lambda decision: (decision.data, decision.recheck_at),
        "`explain()`": lambda decision: decision.explain(),
        "`to_dict()`": lambda decision: decision.to_dict(),
    }
    contenders = [Contender(name, reading(read), rules.facts) for name, read in readers.items()]
    times = race(contenders, subject.rows(_ROWS), rounds)
    return Table(
        f"A decision of `{subject.name}`, and what is read of it",
        [
            "Validated facts; each line decides anew and then reads. Who does not ask pays nothing.",
            "Among so much other work little stays in the processor's caches, so a decision costs more than above.",
        ],
        ["read", "time"],
        [[name, duration(typical(times, name))] for name in readers],
    )
