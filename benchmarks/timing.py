"""
Time calls against each other: interleaved rounds in one process, medians and ratios.

What is called gets other facts in every round, made right before: facts that come again and again the processor would
learn by heart, and many facts that are made in advance would not stay in its caches. In life they are new and at hand.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns, thread_time_ns
from typing import Any, Final, TypeAlias

Rounds: TypeAlias = Mapping[str, Sequence[float]]
"""By contender, the nanoseconds a call of every round."""

CALLS: Final = 50
"""Calls of a contender in a round."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that is called with facts."""

    name: str
    call: Callable[[Any], object]
    make: Callable[[Any], object]
    """Makes what it is called with of a row."""


def race(contenders: Sequence[Contender], rows: Sequence[object], rounds: int, calls: int = CALLS) -> Rounds:
    """
    Time contenders in turn, so that what slows the machine down for a while meets all of them.

    Args:
        contenders: What is timed.
        rows: What they are called for, some after the other in each round, from the start again when all were used.
        rounds: How often each is timed.
        calls: How many rows each is called for in a round.

    Returns:
        The times of all rounds. What the loop around the calls costs is part of them.
    """
    found: dict[str, list[float]] = {one.name: [] for one in contenders}
    gc.collect()
    gc.freeze()
    try:
        for number in range(-max(1, rounds // 10), rounds):
            taken = [rows[(number * calls + place) % len(rows)] for place in range(calls)]
            for one in contenders:
                time = _round(one, taken)
                # The first rounds are for code to get warm.
                if number >= 0:
                    found[one.name].append(time)
    finally:
        gc.unfreeze()
    return found


def _round(contender: Contender, rows: Sequence[object]) -> float:
    """Call a contender for some rows, and give the nanoseconds a call."""
    call, arguments = contender.call, [contender.make(row) for row in rows]
    # The processor's time: on a busy machine others take their share of the clock's.
    begun = thread_time_ns()
    for argument in arguments:
        call(argument)
    return (thread_time_ns() - begun) / len(arguments)


def typical(rounds: Rounds, name: str) -> float:
    """Give the median of a contender."""
    return median(rounds[name])


def ratio(rounds: Rounds, name: str, base: str) -> float:
    """Give the median of the ratios of one contender to another, both being taken from the same round."""
    return median(one / other for one, other in zip(rounds[name], rounds[base], strict=True))


def unchanged(row: object) -> object:
    """Call with the row itself."""
    return row


def once_ms(call: Callable[[], object], rounds: int) -> float:
    """Time something that takes long, and give the median in milliseconds."""
    times: list[int] = []
    for _ in range(rounds):
        begun = perf_counter_ns()
        call()
        times.append(perf_counter_ns() - begun)
    return median(times) / 1e6
