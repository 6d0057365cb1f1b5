"""Measure everything and print it: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import chain

from benchmarks import (
    cliffs,
    columns,
    deciding,
    events,
    fanout,
    forms,
    growing,
    large,
    media,
    peers,
    receipts,
    service,
    spark,
    starting,
    traffic,
)
from benchmarks.subjects import subjects
from benchmarks.table import Table, write_page


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what decisions cost.")
    parser.add_argument("--quick", action="store_true", help="measure less, in under a minute")
    parser.add_argument("--write", action="store_true", help="write what was measured into docs/performance.md")
    parts = ["service", "events", "receipts", "forms", "cliffs", "columns", "start", "large", "spark"]
    parser.add_argument("part", nargs="?", choices=parts, help="measure only this")
    options = parser.parse_args()
    tables: list[Table] = []
    print(_machine())
    for table in _chosen(options.part, quick=options.quick):
        tables.append(table)
        print(f"\n{table}", flush=True)
    if options.write:
        write_page(_machine(), tables)


def _chosen(part: str | None, *, quick: bool) -> Iterable[Table]:
    """Measure one part, or all but what needs brokers and databases."""
    match part:
        case "service":
            return [_service(quick=quick)]
        case "events":
            return events.measure(events=2_000 if quick else 10_000, asks=100 if quick else 500)
        case "receipts":
            return receipts.measure(subjects(), rounds=60 if quick else 300, receipts=100_000 if quick else 1_000_000)
        case "forms":
            return _forms(quick=quick)
        case "columns":
            frames = columns.measure(rows=100_000 if quick else 1_000_000, rounds=3 if quick else 5)
            return chain(frames, traffic.measure(rows=1_000_000 if quick else 10_000_000))
        case "spark":
            return spark.measure(rounds=2 if quick else 5)
        case "start":
            return [starting.measure(rounds=3 if quick else 15)]
        case "large":
            return [large.measure(rounds=1 if quick else 5)]
        case "cliffs":
            return _cliffs(quick=quick)
        case _:
            return _tables(quick=quick)


def _machine() -> str:
    """Say what was measured on what."""
    return (
        f"Measured with notifyrules {version('notifyrules')}, "
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}; "
        "medians of interleaved rounds in one process, of a decision the processor's time.\n"
    )


def _tables(*, quick: bool) -> Iterator[Table]:
    """Measure one thing after the other."""
    charts = subjects()
    slack = charts[0]
    rounds = 100 if quick else 600
    for subject in charts:
        yield deciding.measure(subject, rounds=rounds)
    yield deciding.measure_again(charts, rounds=rounds // 4)
    yield from _forms(quick=quick)
    yield media.measure(slack, rounds=rounds)
    yield peers.measure(slack, rounds=10 if quick else 60)
    yield fanout.measure(slack, members=20_000 if quick else 200_000)
    yield growing.measure((10, 100, 300) if quick else (10, 30, 100, 300, 1_000), rounds=5 if quick else 15)
    yield growing.measure_many(slack, loaded=20 if quick else 200, rounds=100 if quick else 300)
    yield large.measure(rounds=1 if quick else 5)
    yield starting.measure(rounds=3 if quick else 15)
    yield _service(quick=quick)


def _forms(*, quick: bool) -> Iterator[Table]:
    """Measure the forms in which facts are given, and what is read of decisions."""
    charts = subjects()
    for subject in charts:
        yield forms.measure(subject, rounds=20 if quick else 150)
    yield from _cliffs(quick=quick)
    for subject in charts:
        yield deciding.measure_telling(subject, rounds=20 if quick else 100)


def _cliffs(*, quick: bool) -> Iterator[Table]:
    """Measure unusual forms, as Python and as JSON holds them."""
    for measure in (cliffs.measure, cliffs.measure_json):
        yield measure(subjects()[-1], rounds=10 if quick else 60)


def _service(*, quick: bool) -> Table:
    """Measure the service."""
    return service.measure(subjects()[0], rounds=3 if quick else 9, calls=1_000 if quick else 4_000)


if __name__ == "__main__":
    main()
