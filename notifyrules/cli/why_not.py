"""The command `why-not`: say what would have to change for another outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.answers.why_not import why_not as find
from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts import given_facts
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.options import AsJson, FactSettings, FactsFiles, Root, RulesFile
from notifyrules.cli.output import write_json, write_line
from notifyrules.cli.pictures import Order, PictureFile, draw
from notifyrules.explanation import READERS

SUMMARY: Final = "Say what would have to change for another outcome."
HELP: Final = """
Say what would have to change for another outcome.

RULES is a rule file, or the name of one that comes with notifyrules, such as slack. Facts that are not given take
their default. It needs the solver z3: what cannot be had is proved.
"""
EXAMPLE: Final = "notifyrules why-not slack --set channel.muted=true --may-change 'channel.*' --reader user"


def why_not(  # noqa: PLR0913, PLR0917 - the options of the command
    rules: RulesFile,
    settings: FactSettings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    wanted: Annotated[
        str, typer.Option(metavar="OUTCOME", help="The outcome that is wanted; notify stands for any that notifies.")
    ] = "notify",
    may_change: Annotated[
        list[str],
        typer.Option(
            metavar="FACTS",
            help="Facts that may change, such as 'preferences.*'; may be repeated. Unless given, all may.",
            show_default=False,
        ),
    ] = [],  # noqa: B006
    reader: Annotated[str, typer.Option(metavar="|".join(READERS), help="Whom to tell it to.")] = "support",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Also draw the path now and that after the first change."),
    ] = None,
    *,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Say what would have to change for another outcome."""
    check_choice("reader", reader, READERS)
    loaded = load_named(rules, root)
    with given_facts(loaded.graph, settings, facts) as given:
        told = find(loaded, given, wanted, may_change or None, reader)
    if output is not None:
        order = Order(rules, tuple(settings), tuple(facts), output, None, root, each=False, expand=False, every=False)
        PictureFile(Path(output), draw(loaded.graph, order, told.found.passages)).save()
    if as_json:
        write_json(told.to_dict())
    else:
        write_line(told.words)
    return CLEAN
