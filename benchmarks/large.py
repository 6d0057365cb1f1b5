"""Measure what takes seconds on large charts: proofs of 64 nodes, and pictures of many values and of a long row."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter_ns

from benchmarks.table import Table, duration
from notifyrules.rules import load, prove

_NODES = 64
_VALUES = 150
_QUESTIONS = 260
_ENDS = ('"yes"', '"no"', "quiet", "hold")
_KINDS = {
    "flag": (14, "bool = false"),
    "maybe": (4, "bool | null = null"),
    "level": (6, "low | mid | high | top = mid"),
    "count": (6, "int = 0"),
    "text": (4, 'text = ""'),
    "words": (3, "list of text = []"),
    "until": (4, "instant | null = null"),
    "age": (1, "duration = 0s"),
}
"""The facts of a chart by kind: how many, and of which type."""


def measure(*, rounds: int) -> Table:
    """Measure each a few times."""
    rows: list[list[str]] = []
    with TemporaryDirectory() as folder:

        def file(name: str, text: str) -> Path:
            path = Path(folder, f"{name}.yaml")
            path.write_text(text, "utf-8")
            return path

        proved = file("proved", write_rich_chart(_NODES))
        wide, long = load(file("wide", write_switch(_VALUES))), load(file("long", write_row(_QUESTIONS)))
        tasks: dict[str, Callable[[], object]] = {
            f"`check` with proofs, {_NODES} nodes and {len(load(proved).graph.facts)} facts": lambda: prove(proved),
            f"SVG of a switch of {_VALUES} values": wide.to_svg,
            f"SVG of {_QUESTIONS} questions in a row": long.to_svg,
        }
        for name, task in tasks.items():
            times, spent = zip(*(_once(task) for _ in range(rounds)), strict=True)
            rows.append([name, duration(min(times)), duration(min(spent))])
    return Table(
        "Large charts",
        [f"The fastest of {rounds}; the processor's time with that of the layout program."],
        ["", "time", "CPU"],
        rows,
    )


def _once(task: Callable[[], object]) -> tuple[int, float]:
    begun, before = perf_counter_ns(), _cpu_ns()
    task()
    return perf_counter_ns() - begun, _cpu_ns() - before


def _cpu_ns() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) * 1e9


def write_rich_chart(size: int, seed: int = 7) -> str:
    """Write a chart whose questions ask facts of every kind, as large charts of people do."""
    chance = Random(seed)
    nodes = list(_rich_nodes(size, chance))
    return "\n".join(
        [
            "notifyrules: 1",
            "facts:",
            *(f"  {kind}.f{at}: {written}" for kind, (many, written) in _KINDS.items() for at in range(many)),
            "  now: instant",
            "  zone: timezone = UTC",
            "  hours: schedule = []",
            "flow:",
            *nodes,
            "outcomes:",
            '  "yes": {notify: true}',
            "  quiet: {notify: true}",
            "  hold: {notify: later, recheck: now + 10m}",
            '  "no": {notify: false}',
            "guarantees:",
            "  - {name: all is decided, always: ['yes', quiet, hold, 'no']}",
            "  - {name: who counts much is not held, if: count.f0 > 100 and flag.f0, never: [hold]}",
            "  - {name: it may be quiet, reachable: quiet}",
            "",
        ]
    )


def _rich_nodes(size: int, chance: Random) -> Iterator[str]:
    for number in range(size):
        follow = f"n{number + 1}" if number + 1 < size else '"yes"'
        far = [
            f"n{min(number + chance.randrange(1, 5), size - 1)}" if number + 4 < size else '"no"',
            chance.choice(_ENDS),
        ]
        end = chance.choice(far)
        match number % 32:
            case 7 | 23:
                cases = f"low: {follow}, mid: {end}, high: {chance.choice(_ENDS)}, top: {follow}"
                yield f"  n{number}: {{switch: level.f{chance.randrange(6)}, cases: {{{cases}}}}}"
            case 12:
                rows = ", ".join(f"{{if: {_condition(chance)!r}, to: {chance.choice(_ENDS)}}}" for _ in range(3))
                yield f"  n{number}: {{first: [{rows}], else: {follow}}}"
            case _:
                yield f"  n{number}: {{if: {_condition(chance)!r}, then: {end}, else: {follow}}}"


def _condition(chance: Random) -> str:
    def one(kind: str) -> str:
        return f"{kind}.f{chance.randrange(_KINDS[kind][0])}"

    until = one("until")
    return chance.choice(
        [
            one("flag"),
            f"{one('flag')} and not {one('flag')}",
            f'{one("level")} == "high" or {one("flag")}',
            f"{one('count')} > {chance.randrange(9)}",
            f"{one('count')} + 1 < {one('count')}",
            f'matches({one("text")}, "*alert*")',
            f"has_word({one('text')}, {one('words')})",
            f"{one('maybe')} ?? {one('flag')}",
            f"{until} is not null and {until} > now",
            "within(now, zone, hours)",
            f"age.f0 > {chance.randrange(1, 9)}m",
        ]
    )


def write_switch(values: int) -> str:
    """Write a switch each of whose values leads to one of a few questions."""
    listed = [f"v{number}" for number in range(values)]
    return _flat(
        [f"  kind: {' | '.join(listed)}"],
        [f"  kind: {{switch: kind, cases: {{{', '.join(f'{one}: n{at % 30}' for at, one in enumerate(listed))}}}}}"],
        30,
        lambda _number: '"no"',
    )


def write_row(questions: int) -> str:
    """Write questions each of which leads to the next."""
    return _flat([], [], questions, lambda number: f"n{number + 1}" if number + 1 < questions else '"no"')


def _flat(facts: list[str], nodes: list[str], questions: int, otherwise: Callable[[int], str]) -> str:
    asked = [f'  n{number}: {{if: f{number}, then: "yes", else: {otherwise(number)}}}' for number in range(questions)]
    declared = [f"  f{number}: bool = false" for number in range(questions)]
    ends = 'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
    return "\n".join(["notifyrules: 1", "facts:", *declared, *facts, "flow:", *nodes, *asked, ends])
