"""The command `mutate`: make the mistakes that people make in rules, and say which of them no case notices."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice
from notifyrules.cli.options import Root, Timeout
from notifyrules.cli.output import tell_error, with_progress, write, write_json
from notifyrules.limit import LIMIT_S, Limit

SUMMARY: Final = "Say which mistakes in rules no case would notice."
HELP: Final = """
Make the mistakes that people make in rules, one at a time, and say which of them no case notices.

PATHS are files of cases, rule files (whose cases stand beside them, as NAME.cases.yaml) and folders; the current folder
unless given. Arrows and rows are swapped, clauses and bindings left out, `and` stands for `or` and `<` for `<=`,
defaults are others and outcomes wrong.

Each mistake that changes a decision and that no case notices is told at file and line, with a case that would notice
it. What is proved to change nothing does not count; what changes only words or reasons is told apart. The exit code is
1 where a case is missing.
"""
EXAMPLE: Final = "notifyrules mutate rules/team_chat.yaml"

_TEXT: Final = "text"
_FORMATS: Final = (_TEXT, "json", "github")


def mutate(
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATHS", hidden=True)] = None,
    *,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), help="How the mistakes are told.")
    ] = _TEXT,
    timeout: Timeout = LIMIT_S,
    root: Root = None,
) -> int:
    """Make mistakes, tell which no case notices, and whether there are any."""
    # `--help` answers without all that these import.
    from notifyrules.answers.mutate import mutate as answer  # noqa: PLC0415
    from notifyrules.answers.test import read_all  # noqa: PLC0415
    from notifyrules.cli.running import gather  # noqa: PLC0415
    from notifyrules.rules import require_solver  # noqa: PLC0415

    check_choice("format", output_format, _FORMATS)
    require_solver()
    with gather(paths or ["."], root) as files:
        suites = read_all(files.values())
    mutated = answer(suites, Limit(timeout), with_progress)
    if output_format == "json":
        write_json(mutated.to_dict())
    else:
        write(mutated.tell(output_format))
    for problem in mutated.problems:
        tell_error(f"{problem}\n  help: `notifyrules test` says why")
    return FOUND if mutated.survived or mutated.problems else CLEAN
