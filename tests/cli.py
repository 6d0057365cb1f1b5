"""Run the command line inside the test's process, with everything it reads and prints as plain text."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from notifyrules.cli import main

TEAM_CHAT = """\
notifyrules: 1
name: team_chat
title: Should we send a notification?

facts:
  channel.muted: bool = false
  channel.name: text = "this channel"
  message.kind: dm | group | channel
  message.labels: list of text = []
  message.size: int = 0
  user.quiet_from: time | null = null
  user.quiet: schedule | null = null
  user.in_dnd: {type: bool, default: false, about: Do Not Disturb is on right now}

otherwise: "no"
allow: {no-words: who is notified sees why}
flow:
  muted: {ask: Channel muted?, if: channel.muted, then: {to: "no", because: "you muted {channel.name}"}, else: dnd}
  dnd: {ask: User in DnD?, if: user.in_dnd, then: {to: "no", because: Do Not Disturb is on}, else: kind}
  kind: {ask: What kind of message?, switch: message.kind, cases: {dm: "yes", group | channel: urgent}}
  urgent:
    ask: Urgent and small?
    if: >-
      overlaps(message.labels, ["urgent", "for review"]) and message.size < 100
      and user.quiet_from is null and user.quiet is null
    then: "yes"

outcomes:
  "yes": {notify: true}
  "no": {notify: false, because: nothing in it is for you}
"""
"""A chart that uses one fact of each shape."""

CALLED = """\
notifyrules: 1
facts: {quiet: bool = false}
flow: {a: {ask: Quiet?, if: quiet, then: held, else: free}}
outcomes: {held: {}, free: {}}
"""
"""A chart that is made to be called: its outcomes do not say whether to notify."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str
    raw: bytes
    """Standard output as bytes."""

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was printed
        """Standard output, read as JSON."""
        return json.loads(self.out)


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def run(*arguments: str | Path, stdin: str | bytes = b"", terminal: bool = False) -> Result:
    """
    Run one command.

    Args:
        arguments: The words behind `notifyrules`.
        stdin: What standard input holds.
        terminal: Whether standard output and standard error are terminals.
    """
    kind = Terminal if terminal else io.TextIOWrapper
    printed, told = io.BytesIO(), io.BytesIO()
    out, err = kind(printed, "utf-8", newline=""), kind(told, "utf-8", newline="")
    read = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch("sys.stdin", read):
        code = main([str(argument) for argument in arguments])
    out.flush()
    err.flush()
    return Result(code, printed.getvalue().decode("utf-8", "replace"), told.getvalue().decode(), printed.getvalue())


def team_chat(folder: Path) -> Path:
    """Write the chart into a folder."""
    path = folder / "team_chat.yaml"
    path.write_text(TEAM_CHAT, "utf-8")
    return path
