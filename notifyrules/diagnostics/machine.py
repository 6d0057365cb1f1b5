"""Print findings as JSON, for programs that do something with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.source.text import Span


def format_json(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print findings as one JSON object.

    Args:
        diagnostics: In the order to print them.

    Returns:
        `{"diagnostics": [...], "errors": n, "warnings": n}`, in ASCII. Offsets are 0-based code points of the file
        without its byte order mark, lines and columns are 1-based; an end is the place behind the last code point.
    """
    errors = sum(one.is_error for one in diagnostics)
    report = {
        "diagnostics": [finding_data(one) for one in diagnostics],
        "errors": errors,
        "warnings": len(diagnostics) - errors,
    }
    return json.dumps(report, indent=2) + "\n"


def finding_data(found: Diagnostic) -> Mapping[str, object]:
    """Give one finding as data for JSON."""
    return {
        "code": found.code.value,
        "severity": found.severity.value,
        "message": found.message,
        **_place(found.span),
        "notes": list(found.notes),
        "help": list(found.help),
        "labels": [{"text": label.text, **_place(label.span)} for label in found.labels],
    }


def _place(span: Span) -> Mapping[str, object]:
    """Give a span as JSON data."""
    return {"file": span.source.name, "start": _position(span, span.start), "end": _position(span, span.end)}


def _position(span: Span, offset: int) -> Mapping[str, int]:
    """Give one end of a span as JSON data."""
    line, column = span.source.position(offset)
    return {"offset": offset, "line": line, "column": column}
