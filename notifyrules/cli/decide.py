"""The command `decide`: say whether to notify, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notifyrules.answers import decisions
from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts import read_facts
from notifyrules.cli.files import load_named
from notifyrules.cli.options import AsJson, FactsFiles, Root, RulesFile, Settings
from notifyrules.cli.output import write_json, write_line
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import HEADLINES, head, printable

SUMMARY: Final = "Say whether to notify, and why."
HELP: Final = """
Say whether to notify, and why.

RULES is a rule file, or the name of one that comes with notifyrules, such as slack. Facts that are not given take
their default. The exit code does not tell the answer: it is 0 whenever there is one.
"""
EXAMPLE: Final = "notifyrules decide slack --set channel.muted=true"


def decide(
    rules: RulesFile,
    settings: Settings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    *,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Decide for the given facts and print the decision."""
    loaded = load_named(rules, root)
    given = read_facts(loaded.graph, settings, facts)
    with given.blamed():
        record = decisions.decide(loaded, given.values)
    if as_json:
        write_json(record.to_dict())
    else:
        write_line("\n".join(_summary(record)))
    return CLEAN


def _summary(record: Record) -> Iterator[str]:
    """Put a decision on a few lines."""
    yield f"{HEADLINES[record.notify]}: {printable(record.outcome)}"
    for label, text in head(record):
        yield f"  {label:7}  {text}"
