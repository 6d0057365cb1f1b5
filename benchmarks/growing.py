"""Measure what grows with a chart: loading, compiling, the generated code; and what must not grow with other charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.deciding import again
from benchmarks.subjects import Subject
from benchmarks.table import Table, duration
from benchmarks.timing import Contender, once_ms, race, typical, unchanged
from notifyrules.compiled.compiler import compile_graph
from notifyrules.rules import load

_FLAGS = 20
_DECISIONS = 1_000


def measure(sizes: Sequence[int], *, rounds: int) -> Table:
    """Measure charts of several sizes."""
    rows: list[Sequence[str]] = []
    with TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder, f"chart{size}.yaml")
            path.write_text(write_chart(size), "utf-8")
            rules = load(path)
            times = max(1, rounds // max(1, size // 100))
            loading = once_ms(lambda path=path: load(path), times)  # type: ignore[misc]
            compiling = once_ms(lambda graph=rules.graph: compile_graph(graph), times)  # type: ignore[misc]
            chance = Random(1)
            facts = [
                rules.facts({f"flag{number}": chance.random() < 0.5 for number in range(_FLAGS)})
                for _ in range(_DECISIONS)
            ]
            deciding = typical(race([Contender("", rules.should_notify, unchanged)], facts, 10 * rounds), "")
            source = rules.program.source
            rows.append(
                [
                    str(size),
                    duration(loading * 1e6),
                    duration(compiling * 1e6),
                    f"{source.count(chr(10)):,}",
                    f"{len(source) / 1024:,.0f} KiB",
                    duration(deciding),
                ]
            )
    return Table(
        "Charts of many nodes",
        [
            "Most nodes are led to by several arrows, and every tenth is a switch or a fan-out.",
            "To load is to read, to check and to compile.",
        ],
        ["nodes", "load", "of it compile", "lines of code", "size", "a decision"],
        rows,
    )


def write_chart(size: int) -> str:
    """Write a chart in which arrows lead to one of the next few nodes, so that most nodes are shared."""
    return "\n".join(
        [
            "notifyrules: 1",
            "allow: {unreachable-node: some, unused-fact: some}",
            "facts:",
            *(f"  flag{number}: bool = false" for number in range(_FLAGS)),
            "  kind: a | b | c = a",
            'otherwise: "no"',
            "flow:",
            *_nodes(size),
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}',
            "",
        ]
    )


def _nodes(size: int) -> Iterator[str]:
    """Write the nodes."""
    chance = Random(size)
    for number in range(size):

        def target(number: int = number) -> str:
            following = number + chance.randrange(1, 4)
            return f"n{following}" if following < size else chance.choice(['"yes"', '"no"'])

        flag = f"flag{chance.randrange(_FLAGS)}"
        follow = f"n{number + 1}" if number + 1 < size else '"yes"'
        if number % 20 == 10:
            yield f"  n{number}: {{switch: kind, cases: {{a: {follow}, b: {target()}, c: {target()}}}}}"
        elif number % 20 == 15:
            yield f"  n{number}: {{any: [left{number}, right{number}], else: {follow}}}"
            yield f"  left{number}: {{if: {flag}, then: 'yes'}}"
            yield f"  right{number}: {{if: kind == 'c', then: 'yes'}}"
        else:
            yield f"  n{number}: {{if: {flag}, then: {target()}, else: {follow}}}"


def measure_many(subject: Subject, *, loaded: int, rounds: int) -> Table:
    """Measure a decision while one and while many rule files are loaded."""
    rows = subject.rows(_DECISIONS)
    one = again(subject.rules)
    contender = Contender("", one.should_notify, one.facts)
    before = typical(race([contender], rows, rounds), "")
    others = [again(subject.rules) for _ in range(loaded)]
    for other in others:
        for row in rows[:20]:
            other.should_notify(row)
    after = typical(race([contender], rows, rounds), "")
    return Table(
        "Many rule files",
        ["Validated facts; each loaded file has been asked before."],
        ["loaded", "a decision"],
        [["1", duration(before)], [f"{loaded + 1:,}", duration(after)]],
    )
