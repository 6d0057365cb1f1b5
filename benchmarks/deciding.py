"""
Measure single decisions: by every form of facts, against functions written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import Contender, race
from notifyrules.program.decision import Decision
from notifyrules.rules import Rules

OBJECT = "by hand, over an object with slots"
DICT = "by hand, over the nested dict"
_CHECKED = 5_000
"""Random facts for which all must give the same answer before anything is timed."""


def measure(subject: Subject, *, rows: int, rounds: int) -> Table:
    """
    Measure the forms in which one chart is asked.
    """
    check(subject)
    by_object, by_dict, *others = _contenders(subject, rows)
    found: list[Sequence[str]] = []
    for number, other in enumerate(others):
        # Each against the two alone: what is slow would leave their facts in no cache of the processor.
        times = race([by_object, by_dict, other], rounds)
        shown = [by_object, by_dict, other] if number == 0 else [other]
        found += [
            [
                one.name,
                duration(times[one.name]),
                multiple(times[one.name] / times[OBJECT]),
                multiple(times[one.name] / times[DICT]),
            ]
            for one in shown
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


def _contenders(subject: Subject, count: int) -> Iterator[Contender]:
    """
    Give every form. Each has rules of its own: one function fed with several forms in turn is slower for all of them.
    """
    rows = subject.rows(count)
    nested = [nest(row) for row in rows]
    yield Contender(OBJECT, subject.decide_object, [subject.hold(row) for row in rows])
    yield Contender(DICT, subject.decide_dict, nested)
    rules = again(subject.rules)
    yield Contender("validated facts", rules.should_notify, [rules.facts(row) for row in rows])
    yield Contender("nested dict", again(rules).should_notify, nested)
    yield Contender(
        "nested dict, as `json.loads` gives it", again(rules).should_notify, [_by_json(one) for one in nested]
    )
    yield Contender(
        "nested dict, defaults left out", again(rules).should_notify, [_left_out(rules, row) for row in rows]
    )
    yield Contender("dotted dict", again(rules).should_notify, rows)
    yield Contender("every fact a callable", again(rules).should_notify, [_callables(row) for row in rows])
    known = {name: value for name, value in rows[0].items() if not name.startswith(_VARYING)}
    special = again(rules).specialize(known)
    rest = [special.facts({name: row[name] for name in row if name not in known}) for row in rows]
    yield Contender("specialized, the rest validated", special.should_notify, rest)


_VARYING = ("preferences.", "user.", "person.")
"""What differs from member to member."""


def again(rules: Rules) -> Rules:
    """
    Compile rules anew.
    """
    return Rules(rules.graph, rules.diagnostics)


def _by_json(facts: Mapping[str, object]) -> dict[str, object]:
    """
    Send facts through JSON: keys and values are texts that nobody else holds.
    """
    found: dict[str, object] = json.loads(json.dumps(facts, default=_plain))
    return found


def _plain(value: object) -> str:
    """
    Write what JSON lacks in its input form.
    """
    if isinstance(value, timedelta):
        return f"{value // timedelta(seconds=1)}s"
    assert isinstance(value, datetime | time)
    return value.isoformat()


def _left_out(rules: Rules, row: Mapping[str, object]) -> dict[str, object]:
    """
    Leave out the facts that have their default.
    """
    facts, declared = rules.facts(row), rules.graph.facts
    return nest(
        {
            name: value
            for name, value in row.items()
            if not (declared[name].has_default and facts[name] == declared[name].default)
        }
    )


def _callables(row: Mapping[str, object]) -> dict[str, Callable[[], object]]:
    """
    Give every fact as something to ask.
    """

    def asking(value: object) -> Callable[[], object]:
        return lambda: value

    return {name: asking(value) for name, value in row.items()}


def measure_telling(subject: Subject, *, rows: int, rounds: int) -> Table:
    """
    Measure what somebody pays who reads why.
    """
    rules = again(subject.rules)
    facts = [rules.facts(row) for row in subject.rows(rows)]
    decide = rules.should_notify

    def reading(read: Callable[[Decision], object]) -> Callable[[object], object]:
        return lambda one: read(decide(one))

    readers: dict[str, Callable[[Decision], object]] = {
        "only whether to notify": bool,
        "`outcome` and `reason`": lambda decision: (decision.outcome, decision.reason),
        "`steps`": lambda decision: decision.steps,
        "`because`": lambda decision: decision.because,
        "`data` and `recheck_at`": lambda decision: (decision.data, decision.recheck_at),
        "`explain()`": lambda decision: decision.explain(),
        "`to_dict()`": lambda decision: decision.to_dict(),
    }
    times = race([Contender(name, reading(read), facts) for name, read in readers.items()], rounds)
    return Table(
        f"A decision of `{subject.name}`, and what is read of it",
        ["Validated facts; each line decides anew and then reads. Who does not ask pays nothing."],
        ["read", "time"],
        [[name, duration(time)] for name, time in times.items()],
    )
