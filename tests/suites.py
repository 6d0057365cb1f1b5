"""Write small charts with cases into folders, and read them."""

from __future__ import annotations

from pathlib import Path

from notifyrules.cases.model import Case
from notifyrules.cases.reading import Runnable, Suite, find_all
from notifyrules.cases.runner import Result, run
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.rules import read_cases

CHAT = """\
notifyrules: 1
facts:
  channel.muted: bool = false
  channel.name: text = "this channel"
  message.kind: dm | group | channel
  message.at: instant = 2026-11-23T10:00:00Z
  message.mentioned: list of text = []
  message.in_thread: bool = false
  user.follows_thread: bool = false
  user.limit: int | null = null
assume: [message.in_thread or not user.follows_thread]
otherwise: "no"
flow:
  muted: {ask: Muted?, if: channel.muted, then: {to: "no", because: "you muted {channel.name}"}, else: kind}
  kind: {ask: What kind?, switch: message.kind, cases: {dm: "yes", group | channel: worth_it}}
  worth_it: {ask: Worth it?, any: [thread, mention]}
  thread: {ask: In a thread?, if: user.follows_thread, then: limit}
  limit: {ask: Enough?, if: user.limit is not null and user.limit < 3, then: "no", else: held}
  mention: {ask: Mentioned?, if: '"ada" in message.mentioned', then: {to: "yes", because: you were mentioned}}
data:
  via: list of text = []
outcomes:
  "yes": {notify: true, data: {via: [push]}}
  held: {notify: later}
  "no": {notify: false}
"""
"""A chart with a question, a switch, a fan-out and an assumption."""


def write_cases(folder: Path, cases: str, *, rules: str = CHAT, rows: str | bytes | None = None) -> Path:
    """
    Write `chat.yaml`, `chat.cases.yaml` and perhaps `rows.jsonl`.

    Args:
        folder: Where to.
        cases: What stands behind `cases:`, or a whole file that begins with its header.
        rules: The rule file.
        rows: The file of rows.

    Returns:
        The file of cases.
    """
    (folder / "chat.yaml").write_text(rules, "utf-8")
    if rows is not None:
        (folder / "rows.jsonl").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    whole = (
        cases if cases.startswith("notifyrules-cases") else f"notifyrules-cases: 1\nrules: chat.yaml\ncases:\n{cases}"
    )
    path = folder / "chat.cases.yaml"
    path.write_text(whole, "utf-8")
    return path


def read(folder: Path, cases: str, *, rules: str = CHAT, rows: str | bytes | None = None) -> Suite:
    """Read cases about the chart."""
    return read_cases(write_cases(folder, cases, rules=rules, rows=rows))


def found(folder: Path, cases: str, *, rules: str = CHAT, rows: str | bytes | None = None) -> tuple[Diagnostic, ...]:
    """Find everything that is wrong with cases, their rows included."""
    return find_all(read(folder, cases, rules=rules, rows=rows)).sorted()


def codes(folder: Path, cases: str, *, rules: str = CHAT, rows: str | bytes | None = None) -> list[str]:
    """Name the findings by what is found and what is underlined."""
    return [f"{one.code.value}: {one.span.text}" for one in found(folder, cases, rules=rules, rows=rows)]


def case(one: Runnable) -> Case:
    """Take what is to be run for a case, and none that cannot be read."""
    assert isinstance(one, Case)

    return one


def results(folder: Path, cases: str, *, rules: str = CHAT, rows: str | bytes | None = None) -> list[Result]:
    """Run all cases."""
    suite = read(folder, cases, rules=rules, rows=rows)
    assert suite.findings == ()

    return [run(one) for one in suite]
