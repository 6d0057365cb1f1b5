"""The command `export`: write a chart for programs in other languages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import check_choice, load_named, save
from notifyrules.cli.options import Root
from notifyrules.cli.output import write
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.errors import UsageError
from notifyrules.language.moments import zone_keys

SUMMARY: Final = "Write a chart as a module of JavaScript that decides by itself."
HELP: Final = """
Write a chart as a module of JavaScript that decides by itself.

The module gives `decide(facts)`, for browsers and other programs that decide without a server. It decides as
notifyrules does, to the last step; it carries the letters that the chart compares and the rules of time zones, so that
it decides the same wherever it runs. Zones that facts may name beside UTC are named by --zone; `--zone all` carries
every one.

--to types writes the TypeScript types of the module, --to json the chart alone.
"""
EXAMPLE: Final = "notifyrules export slack --to js -o slack.js"
_CHOICES: Final = ("js", "types", "json")
_ALL: Final = "all"


def export(
    rules: Annotated[str, typer.Argument(metavar="RULES", help="A rule file, or the name of a shipped one.")],
    to: Annotated[str, typer.Option("--to", metavar="|".join(_CHOICES), help="What to write.")] = "js",
    zones: Annotated[
        list[str], typer.Option("--zone", metavar="ZONE", help="A time zone that facts may name, beside UTC.")
    ] = [],  # noqa: B006 - typer copies it
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = None,
    root: Root = None,
) -> int:
    """Write the module."""
    from notifyrules.page.module import EXPORTS  # noqa: PLC0415 - loading is heavy

    check_choice("form", to, _CHOICES)
    for zone in zones:
        if zone not in zone_keys() and zone != _ALL:
            raise UsageError(
                f"there is no time zone `{zone}`", did_you_mean(zone, zone_keys(), "name one as IANA does")
            )
    carried = sorted(zone_keys()) if _ALL in zones else ["UTC", *zones]
    text = EXPORTS[to](load_named(rules, root).graph, carried)
    if output is None:
        write(text)
    else:
        save(output, text.encode())
    return CLEAN
