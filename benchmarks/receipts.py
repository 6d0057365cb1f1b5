"""Measure receipts: how large they are, what writing them and a shadow cost, and how fast a million is asked."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, process_time_ns
from typing import Any, Final

from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from notifyrules.receipts import asking
from notifyrules.receipts.writer import ReceiptWriter
from notifyrules.rules import load
from notifyrules.shadow import Shadow

CORPORA: Final = Path(__file__).parents[1] / "tests" / "corpora"
_ROWS: Final = 200
_BEGIN: Final = 1_790_000_000.0


def measure(subjects: Sequence[Subject], *, rounds: int, receipts: int) -> Iterator[Table]:
    """Measure all of it."""
    yield _sizes()
    yield _writing(subjects, rounds)
    yield _asking(subjects[0], receipts)


def _sizes() -> Table:
    """Measure the receipts of what was recorded of shipped charts."""
    rows = []
    for file in sorted(CORPORA.glob("*.jsonl")):
        if file.stem in {"globs", "matrix_words"}:
            continue
        rules = load(file.stem)
        decided = [rules.decide(json.loads(line)["facts"]) for line in file.read_text("utf-8").splitlines()]
        small = sorted(len(_compact(one.receipt())) for one in decided)
        whole = median(len(_compact(one.to_dict())) for one in decided)
        most = small[len(small) * 99 // 100]
        rows.append([f"`{file.stem}`", f"{len(small):,}", f"{median(small):.0f}", f"{most:,}", f"{whole:,.0f}"])
    about = ["Bytes beside id, time and subject, for what was recorded of each chart."]
    return Table(
        "How large receipts are", about, ["", "recorded", "receipt, median", "99 of 100", "record, median"], rows
    )


def _compact(plain: object) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _writing(subjects: Sequence[Subject], rounds: int) -> Table:
    """Measure the processor time of deciding, alone, with a receipt written, and beside an old function."""
    rows = []
    for subject in subjects:
        drawn = subject.rows(2_000)
        should_notify, old = subject.rules.should_notify, subject.decide_dict
        shadow = Shadow(old, subject.rules, most_waiting=10**9)
        with tempfile.TemporaryDirectory() as folder, ReceiptWriter(folder, most_waiting=10**9) as writer:
            # Both in a function, which takes its own time.
            def decide(facts: Any, should_notify: Any = should_notify) -> None:
                should_notify(facts)

            def write(facts: Any, writer: ReceiptWriter = writer, should_notify: Any = should_notify) -> None:
                writer.write(should_notify(facts), "m123456/u123", subject="u123")

            # The threads are kept waiting: what they would do is done, and counted, here.
            with writer._lock, shadow._lock:
                found = [
                    _round(writer, shadow, decide, write, old, facts, nested)
                    for facts, nested in _batches(drawn, rounds)
                ]
        decided, written, asked = (median(column) for column in list(zip(*found, strict=True))[:3])
        ratio = median((both - alone) / alone for alone, both, _, _ in found)
        beside = median(both - alone for _, _, alone, both in found)
        cells = (
            duration(decided),
            duration(written - decided),
            multiple(ratio),
            duration(asked),
            duration(max(beside, 0)),
        )
        rows.append([f"`{subject.name}`", *cells])
    about = [
        "Processor time a call: of a decision; of its receipt, made, queued and written, and that in decisions;",
        "of an old function, and of what a shadow beside it takes of its caller.",
    ]
    header = ["", "decision", "receipt", "receipt / decision", "old function", "shadow"]
    return Table("What receipts and shadows cost", about, header, rows)


def _round(  # noqa: PLR0913, PLR0917 - what is measured against each other
    writer: ReceiptWriter, shadow: Shadow, decide: Any, write: Any, old: Any, facts: list[Any], nested: list[Any]
) -> tuple[float, float, float, float]:
    decided, written = _cpu(decide, facts), _cpu(write, facts, writer._write_all)
    asked, shadowed = _cpu(old, nested), _cpu(shadow, nested)
    shadow._waiting.clear()
    return decided, written, asked, shadowed


def _batches(drawn: Sequence[dict[str, object]], rounds: int) -> Iterator[tuple[list[Any], list[Any]]]:
    """Give facts for each round: new objects, as in life."""
    for number in range(rounds):
        begin = number * _ROWS % len(drawn)
        taken = drawn[begin : begin + _ROWS]
        yield [dict(row) for row in taken], [nest(row) for row in taken]


def _cpu(call: Callable[[Any], object], arguments: Sequence[Any], after: Callable[[], object] | None = None) -> float:
    """Give the nanoseconds of processor time that a call takes."""
    begun = process_time_ns()
    for argument in arguments:
        call(argument)
    if after is not None:
        after()
    return (process_time_ns() - begun) / len(arguments)


def _asking(subject: Subject, receipts: int) -> Table:
    """Have a day of receipts written, and ask them as lines and as Parquet."""
    now = [_BEGIN]
    decisions = cycle([subject.rules.should_notify(facts) for facts in subject.rows(5_000)])
    end = datetime.fromtimestamp(_BEGIN + 86_400, UTC)
    with tempfile.TemporaryDirectory() as name:
        with ReceiptWriter(name, most_waiting=10**9, clock=lambda: now[0]) as writer:
            for number in range(receipts):
                now[0] += 86_400 / receipts
                writer.write(next(decisions), f"m{number}", subject=f"u{number % 9_973}")
        files = asking.files_of([name])
        reason = str(asking.count(files, asking.WantedReceipts(notify="false"), ("reason",)).rows[0]["reason"])
        hour = asking.WantedReceipts(reason=reason, notify="false", since=end - timedelta(hours=1))
        day = asking.WantedReceipts(subject="u77", since=end - timedelta(days=1))
        questions: dict[str, Callable[[Sequence[Path]], object]] = {
            "who was not notified because of X in the last hour": lambda files: asking.find(files, hour, 100),
            "counts by outcome, reason, version and hour": lambda files: asking.count(
                files, asking.WantedReceipts(), ("outcome", "reason", "rules", "hour")
            ),
            "one person's last day": lambda files: asking.find(files, day, 1_000),
        }
        lines = {question: _asked(ask, files) for question, ask in questions.items()}
        size = sum(file.stat().st_size for file in files)
        for file in files:
            asking.pack(file)
        packed = asking.files_of([name])
        small = sum(file.stat().st_size for file in packed)
        rows = [[question, *lines[question], *_asked(ask, packed)] for question, ask in questions.items()]
    sizes = f"{size / 1e6:,.0f} MB as JSON Lines, {small / 1e6:,.0f} MB as Parquet"
    about = [f"{receipts:,} receipts of `{subject.name}` in hourly files: {sizes}."]
    return Table("How fast they are asked", about, ["", "lines", "processor time", "Parquet", "processor time"], rows)


def _asked(ask: Callable[[Sequence[Path]], object], files: Sequence[Path]) -> tuple[str, str]:
    """Give the best of five answers, on the clock and as processor time."""
    found = []
    for _ in range(5):
        begun, used = perf_counter(), process_time()
        ask(files)
        found.append((perf_counter() - begun, process_time() - used))
    return f"{min(one for one, _ in found):.2f} s", f"{min(one for _, one in found):.2f} s"
