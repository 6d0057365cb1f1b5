"""The command `decide`: say whether to notify, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notifyrules.answers import decisions
from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts import given_facts, given_for_each
from notifyrules.cli.files import load_named
from notifyrules.cli.options import AsJson, Each, FactsFiles, Root, RulesFile, Settings
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


def decide(  # noqa: PLR0913 - the options of the command
    rules: RulesFile,
    settings: Settings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    *,
    each: Each = False,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Decide for the given facts and print the decision."""
    loaded = load_named(rules, root)
    if each:
        with given_for_each(loaded.graph, settings, facts) as (common, per_medium):
            found = decisions.decide_each(loaded, common, per_medium)
        if as_json:
            write_json(found.to_dict())
        else:
            told = [line for medium, one in found.items() for line in _told(one.record(), f"{printable(medium)}: ")]
            write_line("\n".join(told))
        return CLEAN
    with given_facts(loaded.graph, settings, facts) as given:
        record = decisions.decide(loaded, given)
    if as_json:
        write_json(record.to_dict())
    else:
        write_line("\n".join(_told(record)))
    return CLEAN


def _told(record: Record, whom: str = "") -> Iterator[str]:
    """Tell a decision in a few lines, of which the first begins with what it is for."""
    yield f"{whom}{HEADLINES[record.notify]}: {printable(record.outcome)}"
    for label, text in head(record):
        yield f"  {label:7}  {text}"
