"""Print findings one a line, the way editors and `grep` expect them."""

from __future__ import annotations

from collections.abc import Sequence

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.visible import visible, visible_name


def format_oneline(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print each finding as `file:line:column: error[code]: message`.

    Args:
        diagnostics: In the order to print them.

    Returns:
        Lines that end in a line end; columns are 1-based code points.
    """
    return "".join(
        f"{visible_name(str(one.span))}: {one.severity.value}[{one.code.value}]: {visible(one.message)}\n"
        for one in diagnostics
    )
