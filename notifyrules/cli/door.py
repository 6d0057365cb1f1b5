"""Turn what a command ends with into an exit code, and every failure into words."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Final, ParamSpec

import typer

from notifyrules.cli.output import tell, tell_error, tell_findings
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import FactsError, RulesError, UsageError

CLEAN: Final = 0
"""The command did what was asked; a decision not to notify is one of these."""
FOUND: Final = 1
"""Something was found: a mistake in a rule file, a failing case, a stale picture."""
MISUSE: Final = 2
"""The command was called wrongly: it was given a file that cannot be opened, or facts that the rules do not know."""
BUG: Final = 3
"""The package is at fault."""
INTERRUPTED: Final = 130
"""The person stopped it; shells say so with this number."""

DEBUG: Final = "NOTIFYRULES_DEBUG"
"""The environment variable that asks for the traceback of a bug."""

Parameters = ParamSpec("Parameters")


def at_the_door(command: Callable[Parameters, int]) -> Callable[Parameters, None]:
    """Wrap a command for typer, with its signature, so that it ends with an exit code whatever happens."""

    @functools.wraps(command)
    def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
        try:
            code = command(*arguments, **options)
        except RulesError as error:
            tell_findings(error.diagnostics)
            code = FOUND
        except FactsError as error:
            for problem in error.problems:
                tell_error(str(problem))
            code = MISUSE
        except UsageError as error:
            tell_error(str(error))
            code = MISUSE
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the last door: whatever is left is a bug of ours
            code = report_bug(error)
        raise typer.Exit(code)

    return run


def report_bug(error: Exception) -> int:
    """Tell of a bug in one line and how to report it, and give the exit code."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error, file=sys.stderr)
    tell_error(f"this is a bug in notifyrules: {type(error).__name__}: {visible(str(error)) or 'no message'}")
    if not os.environ.get(DEBUG):
        tell(f"  help: report it with the rule file and the traceback that `{DEBUG}=1` shows")
    return BUG
