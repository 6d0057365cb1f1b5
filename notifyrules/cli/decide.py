"""The command `decide`: say whether to notify, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.answers import decisions
from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.facts import given_facts, given_for_each
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.options import AsJson, Each, FactSettings, FactsFiles, Root, RulesFile
from notifyrules.cli.output import tell_warning, write_json, write_line
from notifyrules.cli.rows import BrokenFile, reading, tell_aside
from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import HEADLINES, head, printable

if TYPE_CHECKING:
    from notifyrules.rules import Rules

SUMMARY: Final = "Say whether to notify, and why."
HELP: Final = """
Say whether to notify, and why.

RULES is a rule file, or the name of one that comes with notifyrules, such as slack. Facts that are not given take
their default. The exit code does not tell the answer: it is 0 whenever there is one.

With --rows it decides for every row of files: Parquet, CSV, JSON Lines, receipts. What is decided is counted, and
written behind the rows where --output names a file. Rows that nothing can be decided for are set aside, counted and
shown; the exit code is 1 then.
"""
EXAMPLE: Final = "notifyrules decide slack --set channel.muted=true"


def decide(  # noqa: PLR0913, PLR0917 - the options of the command
    rules: RulesFile,
    settings: FactSettings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    rows: Annotated[
        list[str],
        typer.Option(
            "--rows", metavar="PLACE", help="A file of rows, or a folder. May be repeated.", show_default=False
        ),
    ] = [],  # noqa: B006
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where decided rows go: .parquet, .csv or .jsonl."),
    ] = None,
    more: Annotated[
        str, typer.Option("--with", metavar="WORDS", help="What is written as well: because, data, recheck_at.")
    ] = "",
    broken: BrokenFile = None,
    *,
    each: Each = False,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Decide for the given facts and print the decision, or for those of many rows."""
    loaded = load_named(rules, root)
    if rows:
        with given_facts(loaded.graph, settings, facts) as given:
            loaded = loaded.specialize(given)
        return _decide_rows(loaded, rows, output, more, broken, each=each, as_json=as_json)
    if output or more or broken:
        raise UsageError("there are no rows", "name their files with `--rows`")
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


def _decide_rows(  # noqa: PLR0913 - the options of the command
    rules: Rules, places: list[str], output: str | None, more: str, broken: str | None, *, each: bool, as_json: bool
) -> int:
    with reading(places, broken) as (files, advance, keep):
        from notifyrules.answers.rows import decide_rows  # noqa: PLC0415 - frames are an extra
        from notifyrules.columns.frames import Wanted  # noqa: PLC0415

        words = [word.strip() for word in more.split(",") if word.strip()]
        for word in words:
            check_choice("word", word, ("because", "data", "recheck_at"))
        found = decide_rows(
            rules,
            files,
            target=None if output is None else Path(output),
            wanted=Wanted(**dict.fromkeys(words, True)),
            each=each,
            keep=keep,
            advance=advance,
            warn=tell_warning,
        )
    if as_json:
        write_json(found.to_dict())
    else:
        write_line(found.tell())
    tell_aside(found.aside)
    return FOUND if found.aside.number else CLEAN


def _told(record: Record, whom: str = "") -> Iterator[str]:
    """Tell a decision in a few lines, of which the first begins with what it is for."""
    yield f"{whom}{HEADLINES[record.notify]}: {printable(record.outcome)}"
    for label, text in head(record):
        yield f"  {label:7}  {text}"
