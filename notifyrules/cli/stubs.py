"""The command `stubs`: write a typed module for one rule file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import load_named, save
from notifyrules.cli.options import Root
from notifyrules.cli.output import write

SUMMARY: Final = "Write a typed Python module for one rule file."
HELP: Final = """
Write a typed Python module for one rule file.

The module has `Facts`, a TypedDict of the nested facts, and the literals `Outcome` and `Reason`, so that a type checker
finds a misspelt fact before the program runs.
"""
EXAMPLE: Final = "notifyrules stubs rules/team_chat.yaml -o team_chat_types.py"


def stubs(
    rules: Annotated[str, typer.Argument(metavar="RULES", help="A rule file, or the name of a shipped one.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = None,
    root: Root = None,
) -> int:
    """Write the module."""
    from notifyrules.stubs import write_stubs  # noqa: PLC0415 - loading is heavy

    text = write_stubs(load_named(rules, root).graph)
    if output is None:
        write(text)
    else:
        save(output, text.encode())
    return CLEAN
