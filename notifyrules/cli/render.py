"""The command `render`: draw charts, with the path of a decision lit where facts are given, and hold pictures fresh."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.answers.decisions import decide_each
from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts import given_facts, given_for_each
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.options import Each, FactSettings, FactsFiles, Root
from notifyrules.cli.output import is_terminal, write_bytes
from notifyrules.cli.pictures import FORMS, PAGE, Order, PictureFile, draw, draw_all, report_stale, save_all
from notifyrules.errors import UsageError

if TYPE_CHECKING:
    from notifyrules.diagram.drawing import Lit

SUMMARY: Final = "Draw a chart, or every chart of a folder."
HELP: Final = """
Draw a chart, or every chart of a folder.

RULES is a rule file, or the name of one that comes with notifyrules, such as slack. Facts, if any are given, light the
path of their decision; with --each the paths of the decisions for all media, each in its own colour and dashes.

--to html writes a page that needs nothing beside it: the picture, facts as a form by which it decides at once, and the
cases of the file that stands beside RULES. It can show how decisions went over the chart by the receipts of --traffic,
and with --against what has changed from an old version, such as HEAD~1:rules/slack.yaml.

With --all, RULES is a folder (rules unless given), and every chart in it is drawn into the folder that -o names
(diagrams unless given), under the name of the chart.

With --check, nothing is written: pictures that are missing or stale are named, with the command that draws them.
Without RULES it checks what --all draws.
"""
EXAMPLE: Final = "notifyrules render slack --set user.in_dnd=true -o slack.svg"


def render(  # noqa: PLR0913, PLR0917 - the options of the command
    rules: Annotated[str | None, typer.Argument(metavar="RULES", hidden=True)] = None,
    settings: FactSettings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output unless given.")
    ] = None,
    picture_format: Annotated[
        str | None,
        typer.Option("--to", "--format", metavar="|".join(FORMS), help="The form; told by the suffix of -o, else svg."),
    ] = None,
    traffic: Annotated[
        list[str], typer.Option(metavar="PLACE", help="Receipts, or a folder of them, whose traffic a page shows.")
    ] = [],  # noqa: B006
    against: Annotated[
        str | None, typer.Option(metavar="OLD", help="The old version from which a page shows what has changed.")
    ] = None,
    *,
    each: Each = False,
    expand: Annotated[bool, typer.Option("--expand", help="Open the charts that are called.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Draw every chart of a folder.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail where a picture is stale; write nothing.")] = False,
    root: Root = None,
) -> int:
    """Draw one chart or all charts of a folder, or check that this has been done."""
    if picture_format is not None:
        check_choice("format", picture_format, FORMS)
    every = every or (check and rules is None)
    order = Order(
        rules,
        tuple(settings),
        tuple(facts),
        output,
        picture_format,
        root,
        each=each,
        expand=expand,
        every=every,
        traffic=tuple(traffic),
        against=against,
    )
    if (traffic or against) and (every or order.chosen != PAGE):
        raise UsageError("--traffic and --against are for the page of one chart", "name a rule file, and `--to html`")
    return _render_folder(order, check=check) if every else _render_one(order, check=check)


def _render_folder(order: Order, *, check: bool) -> int:
    if order.settings or order.facts or order.each:
        advice = "name one rule file, or leave out --set, --facts and --each"
        raise UsageError("facts light the path of one chart", advice)
    target = Path(order.output or "diagrams")
    pictures, code = draw_all(Path(order.rules or "rules"), target, order)
    if check:
        return max(code, report_stale(pictures, order.command) if pictures else CLEAN)
    save_all(pictures, target)
    return code


def _render_one(order: Order, *, check: bool) -> int:
    if order.rules is None:
        raise UsageError("no rules are named", "name a rule file or a shipped one, or draw a whole folder with --all")
    if check and order.output is None:
        raise UsageError("there is no picture to check", "name it with -o")
    if order.output is None and order.chosen == "png" and is_terminal(sys.stdout):
        raise UsageError("a PNG is nothing for a terminal", "name a file with -o")
    loaded = load_named(order.rules, order.root)
    lit: Lit = None
    if order.chosen == PAGE and (order.each or order.settings or order.facts):
        raise UsageError(
            "a page lights no path beforehand", "give the facts on the page, or link to a case: `#case=...`"
        )
    if order.each:
        with given_for_each(loaded.graph, order.settings, order.facts) as (common, per_medium):
            lit = decide_each(loaded, common, per_medium).passages
    elif order.settings or order.facts:
        with given_facts(loaded.graph, order.settings, order.facts) as given:
            lit = loaded.decide(given).passage
    content = draw(loaded.graph, order, lit)
    if order.output is None:
        write_bytes(content)
        return CLEAN
    picture = PictureFile(Path(order.output), content)
    if check:
        return report_stale([picture], order.command)
    picture.save()
    return CLEAN
