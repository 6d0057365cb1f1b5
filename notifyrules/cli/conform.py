"""The command `conform`: say for whom rules decide otherwise than an old function does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Annotated, Final

import typer

from notifyrules.cli.diff import read_rows
from notifyrules.cli.door import CLEAN, FOUND, INTERRUPTED
from notifyrules.cli.facts import read_facts_file, read_settings
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.options import Root, RulesFile
from notifyrules.cli.output import is_terminal, write, write_json
from notifyrules.errors import UsageError

SUMMARY: Final = "Say for whom rules decide otherwise than the function you have."
HELP: Final = """
Say for whom rules decide otherwise than the function that you have.

RULES is a rule file, or the name of one that comes with notifyrules. Both sides are asked for facts that are made from
what the chart asks: a witness of every arrow and condition, tables of values over them where the condition decides, and
drawn facts until the time is over. What differs is made small and put together by its cause.

The old function takes a dict with every fact, or the arguments that the mapping names, and answers true or false,
`later`, an outcome, or the id of an arrow; what it raises is an answer too. A command is given the facts as one line of
JSON, and answers with one line of JSON. Expected differences are conditions with reasons in a file.

The exit code is 1 where a difference is found that is not expected, or one that is expected is not there any more.
"""
EXAMPLE: Final = "notifyrules conform rules/team_chat.yaml --against app.notify:should_send --seconds 60"

_FORMATS: Final = ("text", "json")


def conform(  # noqa: PLR0913, PLR0917 - the options of the command
    rules: RulesFile,
    against: Annotated[
        str | None, typer.Option(metavar="MODULE:FUNCTION", help="The old function, imported from here.")
    ] = None,
    command: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="The old function as a program: a line of JSON each way.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="YAML or JSON: `arguments`, the facts of each parameter, and `answers`, what its words stand for.",
        ),
    ] = None,
    rows: Annotated[
        str | None, typer.Option(metavar="FILE", help='Recorded facts as JSON Lines, {"facts": ...} a line.')
    ] = None,
    expect: Annotated[str | None, typer.Option(metavar="FILE", help="A file of differences that are expected.")] = None,
    seconds: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="How long it may take.")] = 60.0,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Other facts are made for another one.")] = 0,
    resume: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where a run is kept; one that is there is gone on with.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FACT=VALUE", help="A fact that stays as it is; may be repeated."),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), help="How the differences are told.")
    ] = "text",
    *,
    plain: Annotated[
        bool, typer.Option("--plain", help="Give values as JSON holds them: instants as text.", show_default=False)
    ] = False,
    root: Root = None,
) -> int:
    """Ask both sides, tell what differs, and whether anything does."""
    from notifyrules.answers.conform import conform as answer  # noqa: PLC0415 - `--help` answers without it
    from notifyrules.conformance.old import Command  # noqa: PLC0415

    check_choice("format", output_format, _FORMATS)
    if (against is None) == (command is None):
        raise UsageError("name the old function", "give one of --against and --command")
    loaded = load_named(rules, root)
    if settings:
        loaded = loaded.specialize(read_settings(loaded.graph.facts, settings))
    # As `python -m` does: the package that is being worked on lies here.
    sys.path.insert(0, "")
    read = {} if mapping is None else _read_mapping(mapping)
    running = None if command is None else Command.of(command)
    try:
        # What the function prints is not part of the report, which programs read.
        with redirect_stdout(sys.stderr), _shown(seconds) as watch:
            found = answer(
                loaded,
                against=running or against or "",
                arguments=read.get("arguments"),
                answers=read.get("answers"),
                plain=plain,
                rows=() if rows is None else (row["facts"] for _, row in read_rows(rows)),  # type: ignore[misc]
                expect=expect,
                seconds=seconds,
                seed=seed,
                resume=resume,
                watch=watch,
            )
    finally:
        if running is not None:
            running.stop()
    if output_format == "json":
        write_json(found.to_dict())
    else:
        write(found.tell())
    return INTERRUPTED if found.interrupted else CLEAN if found else FOUND


def _read_mapping(file: str) -> dict[str, dict[str, str]]:
    """Read what parameters and answers stand for."""
    read: dict[str, dict[str, str]] = {}
    for name, (value, place) in read_facts_file(file).items():
        part, dot, key = name.partition(".")
        if part not in ("arguments", "answers") or not dot or not isinstance(value, (str, bool)):
            advice = "write `arguments: {parameter: fact}` and `answers: {word: outcome}`"
            raise UsageError(f"{place}: `{name}` is no part of a mapping", advice)
        read.setdefault(part, {})[key] = value if isinstance(value, str) else str(value).lower()
    return read


@contextmanager
def _shown(seconds: float) -> Iterator[Callable[[int, int], None]]:
    """Show on the terminal, if it is one, how far the run has come."""
    if not is_terminal(sys.stderr):
        yield lambda _asked, _differing: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import Progress  # noqa: PLC0415

    began = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("asking both", total=seconds)

        def watch(asked: int, differing: int) -> None:
            told = f"asking both: {asked:,} facts, {differing:,} differ"
            bar.update(task, completed=time.monotonic() - began, description=told)

        yield watch
