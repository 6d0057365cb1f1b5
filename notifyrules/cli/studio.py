"""The command `studio`: the charts of a folder as live pages on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.options import Root
from notifyrules.cli.output import tell, write_line
from notifyrules.document.files import is_folder
from notifyrules.errors import UsageError

SUMMARY: Final = "Show the charts of a folder in the browser, live."
HELP: Final = """
Show the charts of a folder in the browser, live.

It prints a link that opens them on this machine, and for nobody who does not have it: each chart as its page, beside
the words of the engine. A file that is saved is shown at once, with what is wrong in it and what became of its cases.
It says what would change a decision, and keeps the facts on the page as a case. It writes no rule file.

FOLDER is the present one unless given.
"""
EXAMPLE: Final = "notifyrules studio rules"


def studio(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", hidden=True)] = ".",
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for a free one.")] = 0,
    root: Root = None,
) -> int:
    """Serve until it is stopped."""
    if missing := next((name for name in ("starlette", "uvicorn") if find_spec(name) is None), None):
        raise UsageError(f"the studio needs `{missing}`", "install it with `pip install 'notifyrules[studio]'`")
    from notifyrules.studio.desk import Desk  # noqa: PLC0415 - an extra
    from notifyrules.studio.server import serve  # noqa: PLC0415

    if not is_folder(folder):
        raise UsageError(f"`{folder}` is no folder", "name the folder that the rule files lie in")

    def show(link: str, _: object) -> None:
        write_line(link)
        tell("Open the link; it is for this run, and for you. Ctrl-C stops the studio.")

    serve(Desk(folder, root), port, show)
    return CLEAN
