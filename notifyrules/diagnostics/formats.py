"""Print findings for programs: one a line for editors and `grep`, as JSON, and as annotations of GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.sarif import format_sarif
from notifyrules.diagnostics.visible import visible, visible_name
from notifyrules.source.text import Span

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def format_oneline(diagnostics: Sequence[Diagnostic]) -> str:
    """Print each finding as `file:line:column: error[code]: message`; columns are 1-based code points."""
    return "".join(
        f"{visible_name(str(one.span))}: {one.severity.value}[{one.code.value}]: {visible(one.message)}\n"
        for one in diagnostics
    )


def format_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Print findings as one JSON object, in ASCII."""
    return json.dumps(findings_data(diagnostics), indent=2) + "\n"


def findings_data(diagnostics: Sequence[Diagnostic]) -> dict[str, object]:
    """
    Give findings as data for JSON.

    Args:
        diagnostics: In the order to give them.

    Returns:
        `{"diagnostics": [...], "errors": n, "warnings": n}`. Offsets are 0-based code points of the file without its
        byte order mark, lines and columns are 1-based; an end is the place behind the last code point.
    """
    errors = sum(one.is_error for one in diagnostics)
    return {
        "diagnostics": [finding_data(one) for one in diagnostics],
        "errors": errors,
        "warnings": len(diagnostics) - errors,
    }


def finding_data(found: Diagnostic) -> Mapping[str, object]:
    """Give one finding as data for JSON."""
    return {
        "code": found.code.value,
        "severity": found.severity.value,
        "message": found.message,
        **_json_place(found.span),
        "notes": list(found.notes),
        "help": list(found.help),
        "labels": [{"text": label.text, **_json_place(label.span)} for label in found.labels],
    }


def _json_place(span: Span) -> Mapping[str, object]:
    """Give a span as JSON data."""
    return {"file": span.source.name, "start": _json_position(span, span.start), "end": _json_position(span, span.end)}


def _json_position(span: Span, offset: int) -> Mapping[str, int]:
    """Give one end of a span as JSON data."""
    line, column = span.source.position(offset)
    return {"offset": offset, "line": line, "column": column}


def format_github(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print each finding as an annotation.

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


FORMATS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = MappingProxyType(
    {
        "human": format_human,
        "oneline": format_oneline,
        "json": format_json,
        "github": format_github,
        "sarif": format_sarif,
    }
)
"""By the name a user asks for; each prints lines that end in a line end."""
