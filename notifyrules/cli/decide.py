"""The command `decide`: say whether to notify, and why."""

from __future__ import annotations

from typing import Final

from notifyrules.answers import decisions
from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts import given_facts
from notifyrules.cli.files import load_named
from notifyrules.cli.options import AsJson, FactsFiles, Root, RulesFile, Settings
from notifyrules.cli.output import write_json, write_line
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
    with given_facts(loaded.graph, settings, facts) as given:
        record = decisions.decide(loaded, given)
    if as_json:
        write_json(record.to_dict())
    else:
        told = [f"{HEADLINES[record.notify]}: {printable(record.outcome)}"]
        told += (f"  {label:7}  {text}" for label, text in head(record))
        write_line("\n".join(told))
    return CLEAN
