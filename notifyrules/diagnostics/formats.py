"""Print findings for programs: one a line for editors and `grep`, as JSON, as SARIF, as annotations of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from urllib.parse import quote

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.visible import visible, visible_name
from notifyrules.source.text import Span

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
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
    place: dict[str, object] = {"file": span.source.name}
    for end, offset in (("start", span.start), ("end", span.end)):
        line, column = span.source.position(offset)
        place[end] = {"offset": offset, "line": line, "column": column}
    return place


def _sentences(found: Diagnostic) -> tuple[str, ...]:
    return (found.message, *(f"note: {note}" for note in found.notes), *(f"help: {way}" for way in found.help))


def format_github(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print each finding as an annotation.

    Source:
        The escaping is that of `@actions/core`, `command.ts`; columns count only where both ends are on one line.
    """
    kinds = ((one, one.severity.value) for one in diagnostics)
    lines = (annotate(kind, f"{kind}[{one.code.value}]", one.span, _sentences(one)) for one, kind in kinds)
    return "".join(f"{line}\n" for line in lines)


def annotate(command: str, title: str, span: Span, lines: Iterable[str]) -> str:
    """Print a workflow command, `error`, `warning` or `notice`, about a place in a file, without its line end."""
    end_line, end_column = span.source.position(span.end)
    properties = {"file": visible(PurePath(span.source.name).as_posix()), "line": span.line, "endLine": end_line}
    if span.line == end_line:
        properties |= {"col": span.column, "endColumn": end_column}
    properties["title"] = visible(title)
    written = ",".join(f"{key}={str(value).translate(_IN_PROPERTY)}" for key, value in properties.items())
    message = "\n".join(visible(line) for line in lines)
    return f"::{command} {written}::{message.translate(_IN_MESSAGE)}"


def format_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """
    Print findings as one SARIF log with one run, in ASCII.

    Source:
        Static Analysis Results Interchange Format (SARIF) 2.1.0, OASIS Standard, errata 01, 2023.
    """
    codes = sorted({one.code for one in diagnostics}, key=lambda code: code.value)
    run = {
        "tool": {"driver": {"name": "notifyrules", "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code)) for one in diagnostics],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: Code) -> Mapping[str, object]:
    return {
        "id": code.value,
        "shortDescription": {"text": code.why},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(found: Diagnostic, rule: int) -> Mapping[str, object]:
    """Give one finding as a result that names its rule by number."""
    result: dict[str, object] = {
        "ruleId": found.code.value,
        "ruleIndex": rule,
        "level": found.severity.value,
        "message": {"text": "\n".join(_sentences(found))},
        "locations": [{"physicalLocation": _location(found.span)}],
    }
    if found.labels:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(label.span), "message": {"text": label.text}}
            for number, label in enumerate(found.labels, 1)
        ]
    return result


def _location(span: Span) -> Mapping[str, object]:
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
