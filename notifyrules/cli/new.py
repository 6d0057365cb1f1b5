"""The command `new`: write a rule file to start from."""

from __future__ import annotations

import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import is_there, save_new_text
from notifyrules.cli.output import tell
from notifyrules.diagnostics.phrases import operand
from notifyrules.errors import UsageError

SUMMARY: Final = "Write a commented rule file to start from, with its cases."
HELP: Final = """
Write a commented rule file to start from, with its cases.

FILE ends in `.yaml`; folders that are missing are made. Beside it, `NAME.cases.yaml` and the JSON Schemas for editors
are written; a file that exists is never overwritten.
"""
EXAMPLE: Final = "notifyrules new rules/mentions.yaml"


def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="The rule file to write.")]) -> int:
    """Write the files."""
    name = file.name.removesuffix(".yaml")
    if name == file.name or not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        advice = "use lower case, digits and `_`, and end it with `.yaml`, such as `mentions.yaml`"
        raise UsageError(f"`{file.name}` is not a name for a rule file", advice)
    starter = files("notifyrules.starter")
    cases = file.with_name(f"{name}.cases.yaml")
    if is_there(cases):
        raise UsageError(f"`{cases}` exists already", "choose another name; nothing was written")
    for target, template in ((file, "starter.yaml"), (cases, "starter.cases.yaml")):
        save_new_text(target, re.sub(r"\bstarter\b", name, starter.joinpath(template).read_text("utf-8")))
        tell(f"wrote {target}")
    _write_schemas(file.parent)
    tell(f"next: {shlex.join(['notifyrules', 'check', operand(str(file))])}")
    return CLEAN


def _write_schemas(folder: Path) -> None:
    """Write the schemas that the first line of the files names, where none are there."""
    import json  # noqa: PLC0415

    from notifyrules.document.schema import cases_schema, format_schema  # noqa: PLC0415 - only this needs the model

    for name, schema in (("rules.schema.json", format_schema()), ("cases.schema.json", cases_schema())):
        target = folder / name
        if not is_there(target):
            save_new_text(target, json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
            tell(f"wrote {target}")
