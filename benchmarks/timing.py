"""
Time calls against each other: interleaved rounds in one process, medians and ratios.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns
from typing import Any


@dataclass(frozen=True, slots=True)
class Contender:
    """
    Something that is called with one argument after the other.
    """

    name: str
    call: Callable[[Any], object]
    arguments: Sequence[object]


def race(contenders: Sequence[Contender], rounds: int) -> dict[str, float]:
    """
    Time contenders in turn, so that what slows the machine down for a while meets all of them.

    Args:
        contenders: What is timed.
        rounds: How often each goes through its arguments.

    Returns:
        By name the median of the rounds, in nanoseconds a call. What the loop around the calls costs is part of all.
    """
    found: dict[str, list[float]] = {one.name: [] for one in contenders}
    for one in contenders:
        _round(one)
    gc.collect()
    gc.freeze()
    try:
        for _ in range(rounds):
            for one in contenders:
                found[one.name].append(_round(one))
    finally:
        gc.unfreeze()
    return {name: median(times) for name, times in found.items()}


def _round(contender: Contender) -> float:
    """
    Call a contender with all of its arguments, and give the nanoseconds a call.
    """
    call, arguments = contender.call, contender.arguments
    begun = perf_counter_ns()
    for argument in arguments:
        call(argument)
    return (perf_counter_ns() - begun) / len(arguments)


def once_ms(call: Callable[[], object], rounds: int) -> float:
    """
    Time something that takes long, and give the median in milliseconds.
    """
    times: list[int] = []
    for _ in range(rounds):
        begun = perf_counter_ns()
        call()
        times.append(perf_counter_ns() - begun)
    return median(times) / 1e6


def ratios(measured: Mapping[str, float], base: str) -> dict[str, float]:
    """
    Express medians as multiples of one of them.
    """
    return {name: value / measured[base] for name, value in measured.items()}
