"""Compare small versions of rule files in tests."""

from __future__ import annotations

from pathlib import Path

from notifyrules.diff.compare import compare
from notifyrules.diff.model import VersionComparison
from notifyrules.limit import Limit
from notifyrules.rules import load
from tests.cli import TEAM_CHAT

END = """
outcomes:
  "yes": {notify: true}
  "no": {notify: false}
"""

CHANGES = (
    ('then: {to: "no", because: Do Not Disturb is on}', "then: {to: hold, because: Do Not Disturb is on}"),
    ('  "yes": {notify: true}\n', '  "yes": {notify: true}\n  hold: {notify: later}\n'),
    ("  urgent:\n", '  bot: {ask: Written by a bot?, if: message.from_bot, then: "no", else: "yes"}\n  pressing:\n'),
    ("group | channel: urgent}", "group | channel: pressing}"),
    ('{dm: "yes"', "{dm: bot"),
    ("What kind of message?", "Which kind?"),
    ("  message.size: int = 0\n", "  message.size: int = 0\n  message.from_bot: bool = false\n"),
    ("if: user.in_dnd,", "if: user.in_dnd and message.size < 100,"),
)
"""What :data:`EDITED` changes: arrows led elsewhere, a node and a fact added, a node renamed, reworded, asking more."""


def edited(text: str, *changes: tuple[str, str]) -> str:
    """Write a file with words replaced, each of which stands there once."""
    for was, now in changes:
        assert text.count(was) == 1, was
        text = text.replace(was, now)
    return text


EDITED = edited(TEAM_CHAT, *CHANGES)
"""The small chart, edited as a person does in a day."""


def compared(folder: Path, old: str, new: str, *, seconds: float = 60, **others: str) -> VersionComparison:
    """
    Compare two rule files.

    Args:
        folder: Where they are written.
        old: The file before.
        new: The file after.
        seconds: How long it may take.
        others: Files beside both, by their names without `.yaml`.
    """
    for name, text in {"old": old, "new": new, **others}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    graphs = [load(folder / f"{name}.yaml").graph for name in ("old", "new")]
    return compare(graphs[0], graphs[1], Limit(seconds), lambda _: None)


def asking(facts: str, condition: str, *, top: str = "", end: str = END) -> str:
    """Write a rule file that asks one condition; facts are parted by semicolons."""
    lines = "".join(f"  {one.strip()}\n" for one in facts.split(";"))
    quoted = condition.replace("'", "''")
    return f"notifyrules: 1\nfacts:\n{lines}{top}flow: {{q: {{if: '{quoted}', then: 'yes', else: 'no'}}}}{end}"


def regions(told: VersionComparison) -> list[tuple[str, str]]:
    """List what changes where: the answers of the questions that move decisions, and for which facts."""
    return [
        (f"{one.was.lower()}->{one.now.lower()}", " and ".join(clause.conditions) or "true")
        for edit in told.edits
        for one in edit.answers
        for clause in one.where
        if one.moves
    ]
