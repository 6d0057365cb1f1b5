"""Put the commands together."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.core import TyperCommand

import notifyrules
from notifyrules.cli import (
    backtest,
    check,
    conform,
    decide,
    diff,
    explain,
    export,
    hold,
    log,
    mutate,
    new,
    render,
    schema,
    serve,
    stubs,
    studio,
    test,
    why_not,
    work,
)
from notifyrules.cli.door import BUG, CLEAN, DEBUG, FOUND, INTERRUPTED, MISUSE, at_the_door, report_bug
from notifyrules.cli.output import give_up, tell_error, unwritten, write_line
from notifyrules.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Context

_HELP: Final = f"""
Decide, explain and draw whether somebody should be notified, from a flowchart kept as a YAML file.

\b
Exit codes:
  {CLEAN}  clean, or the question was answered, whatever the answer
  {FOUND}  something was found: a mistake in a rule file, a failing case, a stale picture
  {MISUSE}  misuse: an unknown option, a file that cannot be opened, facts that the rules do not declare
  {BUG}  a bug in notifyrules; {DEBUG}=1 shows its traceback
"""

_SETTING: Final = re.compile(r"[a-z_][a-z0-9_.]*=.*", re.IGNORECASE | re.DOTALL)


class FactsCommand(TyperCommand):
    """A command of which `fact=value` without `--set` is understood, if not obeyed."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the words; where there are too many, say which, and look for a setting among them."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            message = f"there are words too many: `{shlex.join(ctx.args)}`"
            meant = next((word for word in ctx.args if _SETTING.fullmatch(word)), None)
            if meant is not None and "settings" in ctx.params:
                message += f"\n  help: did you mean `{shlex.join(['--set', meant])}`?"
            ctx.fail(message)
        return rest


app: Final = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    help=_HELP,
)

for _command in (
    check,
    decide,
    explain,
    why_not,
    test,
    mutate,
    conform,
    diff,
    backtest,
    log,
    render,
    export,
    new,
    schema,
    stubs,
    studio,
    serve,
    work,
    hold,
):
    _name = _command.__name__.rpartition(".")[2]
    app.command(
        _name.replace("_", "-"),
        cls=FactsCommand,
        short_help=_command.SUMMARY,
        help=_command.HELP,
        epilog=f"Example: {_command.EXAMPLE}",
    )(at_the_door(getattr(_command, _name)))


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer's signature
    if asked:
        write_line(f"notifyrules {getattr(notifyrules, '__version__', '(not installed)')}")
        raise typer.Exit(CLEAN)


@app.callback()
def _notifyrules(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line by the words given, else those of the process, and give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets its number instead of a traceback.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="notifyrules")
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else BUG
    except KeyboardInterrupt:
        return INTERRUPTED
    except UsageError as error:
        tell_error(str(error))
        return MISUSE
    except OSError as error:
        # Nothing but help is printed outside of the commands, which have a door of their own.
        give_up(sys.stdout)
        tell_error(str(unwritten(error)))
        return MISUSE
    except Exception as error:  # noqa: BLE001 - the last door: whatever is left is a bug of ours
        return report_bug(error)
    return CLEAN
