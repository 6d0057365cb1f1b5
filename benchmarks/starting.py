"""Measure what a fresh interpreter pays to import the package and to load rules."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter_ns

from benchmarks.table import Table, duration

_PROGRAMS = {
    "bare Python": "pass",
    "`import notifyrules`": "import notifyrules",
    "and `load`": "import notifyrules; notifyrules.load('slack')",
    "and the first decision": "import notifyrules; notifyrules.load('slack').should_notify({})",
    "and the first wrong facts": (
        "import notifyrules\ntry: notifyrules.load('slack').should_notify({'user.in_dnd': 1})\n"
        "except notifyrules.FactsError: pass"
    ),
}


def measure(*, rounds: int) -> Table:
    """Run fresh interpreters in turn, which find the package compiled as an installed one is."""
    found: dict[str, list[int]] = {name: [] for name in _PROGRAMS}
    spent: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    with TemporaryDirectory() as compiled:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = compiled
        for number in range(rounds + 1):
            for name, program in _PROGRAMS.items():
                begun, before = perf_counter_ns(), _children_cpu_ns()
                subprocess.run([sys.executable, "-c", program], check=True, env=environment)  # noqa: S603 - our own words
                # The first round compiles.
                if number:
                    found[name].append(perf_counter_ns() - begun)
                    spent[name].append(_children_cpu_ns() - before)
    # The fastest: starting a process is what a busy machine delays most.
    times = {name: min(each) for name, each in found.items()}
    cpu = {name: min(each) for name, each in spent.items()}
    bare = times["bare Python"]
    return Table(
        "A fresh interpreter",
        [f"The fastest of {rounds} processes each."],
        ["", "time", "over bare Python", "CPU"],
        [[name, duration(time), duration(max(0, time - bare)), duration(cpu[name])] for name, time in times.items()],
    )


def _children_cpu_ns() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e9
