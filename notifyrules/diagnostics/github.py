"""
Print findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.visible import visible

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def format_github(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print each finding as an annotation.

    Args:
        diagnostics: In the order to print them.

    Returns:
        Lines that end in a line end.

    Source:
        The escaping is that of `@actions/core`, `command.ts`; columns count only where both ends are on one line.
    """
    return "".join(f"{_annotation(one)}\n" for one in diagnostics)


def _annotation(found: Diagnostic) -> str:
    """
    Print one finding as a workflow command.
    """
    line, column = found.span.line, found.span.column
    end_line, end_column = found.span.source.position(found.span.end)
    properties = {"file": visible(PurePath(found.span.source.name).as_posix()), "line": line, "endLine": end_line}
    if line == end_line:
        properties |= {"col": column, "endColumn": end_column}
    properties["title"] = f"{found.severity.value}[{found.code.value}]"
    written = ",".join(f"{key}={str(value).translate(_IN_PROPERTY)}" for key, value in properties.items())
    sentences = (found.message, *(f"note: {note}" for note in found.notes), *(f"help: {way}" for way in found.help))
    message = "\n".join(visible(sentence) for sentence in sentences)
    return f"::{found.severity.value} {written}::{message.translate(_IN_MESSAGE)}"
