"""Print findings as SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from urllib.parse import quote

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.source.text import Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def format_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print findings as one SARIF log with one run.

    Args:
        diagnostics: In the order to print them.

    Returns:
        The log as JSON, in ASCII.

    Source:
        Static Analysis Results Interchange Format (SARIF) 2.1.0, OASIS Standard, errata 01, 2023.
    """
    codes = sorted({one.code for one in diagnostics}, key=lambda code: code.value)
    run = {
        "tool": {"driver": {"name": "notifyrules", "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code)) for one in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: Code) -> Mapping[str, object]:
    """Describe a kind of finding."""
    return {
        "id": code.value,
        "shortDescription": {"text": code.why},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(found: Diagnostic, rule: int) -> Mapping[str, object]:
    """Give one finding as a result that names its rule by number."""
    sentences = (found.message, *(f"note: {note}" for note in found.notes), *(f"help: {way}" for way in found.help))
    result: dict[str, object] = {
        "ruleId": found.code.value,
        "ruleIndex": rule,
        "level": found.severity.value,
        "message": {"text": "\n".join(sentences)},
        "locations": [{"physicalLocation": _location(found.span)}],
    }
    if found.labels:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(label.span), "message": {"text": label.text}}
            for number, label in enumerate(found.labels, 1)
        ]
    return result


def _location(span: Span) -> Mapping[str, object]:
    """Give a span as a region of a file."""
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"artifactLocation": {"uri": _uri(span.source.name)}, "region": region}


def _uri(name: str) -> str:
    """Write the path of a file as a URI, relative where the path is."""
    path = PurePath(name)
    # The names of files are bytes on some systems, so a name can hold what no text can.
    written = quote(path.as_posix(), safe="/", errors="surrogatepass")
    return f"file:///{written.lstrip('/')}" if path.is_absolute() else written
