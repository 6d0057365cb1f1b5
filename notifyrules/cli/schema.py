"""The command `schema`: print JSON Schemas for editors and for callers."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import load_named
from notifyrules.cli.options import Root
from notifyrules.cli.output import write_json

SUMMARY: Final = "Print the JSON Schema of rule files, or of one file's facts."
HELP: Final = """
Print the JSON Schema of rule files, or of one file's facts.

Without RULES, the schema is the one by which editors complete rule files, or with --cases cases files.

With RULES, a rule file or the name of one that comes with notifyrules, it is the one by which callers validate the
facts they send. It describes their nested form, {"channel": {"muted": true}}, and no dotted names.
"""
EXAMPLE: Final = "notifyrules schema slack"


def schema(
    rules: Annotated[str | None, typer.Argument(metavar="RULES", hidden=True)] = None,
    cases: Annotated[bool, typer.Option("--cases", help="Print the schema of cases files instead.")] = False,  # noqa: FBT002 - typer's signature
    root: Root = None,
) -> int:
    """Print a schema."""
    if rules is None:
        from notifyrules.document.schema import cases_schema, format_schema  # noqa: PLC0415 - only this needs the model

        write_json(cases_schema() if cases else format_schema())
    else:
        write_json(load_named(rules, root).facts_schema())
    return CLEAN
