"""Print findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.visible import visible
from notifyrules.source.text import Span

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
    """Print one finding as a workflow command."""
    sentences = (found.message, *(f"note: {note}" for note in found.notes), *(f"help: {way}" for way in found.help))
    return annotate(found.severity.value, f"{found.severity.value}[{found.code.value}]", found.span, sentences)


def annotate(command: str, title: str, span: Span, lines: Iterable[str]) -> str:
    """
    Print a workflow command about a place in a file.

    Args:
        command: `error`, `warning` or `notice`.
        title: What the annotation is called.
        span: What it is about.
        lines: What it says.

    Returns:
        One line, without its line end.
    """
    end_line, end_column = span.source.position(span.end)
    properties = {"file": visible(PurePath(span.source.name).as_posix()), "line": span.line, "endLine": end_line}
    if span.line == end_line:
        properties |= {"col": span.column, "endColumn": end_column}
    properties["title"] = visible(title)
    written = ",".join(f"{key}={str(value).translate(_IN_PROPERTY)}" for key, value in properties.items())
    message = "\n".join(visible(line) for line in lines)
    return f"::{command} {written}::{message.translate(_IN_MESSAGE)}"
