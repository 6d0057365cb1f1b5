"""Describe rule files and cases files as JSON Schema, for editors."""

from __future__ import annotations

from typing import Any

from notifyrules.document.cases_model import CasesDocument
from notifyrules.document.model import Document, Part

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def format_schema() -> dict[str, Any]:
    """Describe rule files, those made to be included among them: the same for the same version of the package."""
    schema = _schema(Document, "notifyrules rule file")
    # A file made to be included has neither, a whole one both.
    schema["required"] = ["notifyrules"]
    schema["dependentRequired"] = {"flow": ["outcomes"], "outcomes": ["flow"]}
    return schema


def cases_schema() -> dict[str, Any]:
    """Describe cases files: the same for the same version of the package."""
    return _schema(CasesDocument, "notifyrules cases file")


def _schema(part: type[Part], title: str) -> dict[str, Any]:
    schema = _tidy(part.model_json_schema(by_alias=True))
    assert isinstance(schema, dict)
    return {"$schema": DIALECT, "title": title, **schema}


def _tidy(schema: object) -> object:
    """Drop what an editor has no use for: generated titles, and null as a value of keys that may be left out."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # `title` is also a key of rule files, where it holds a schema and no text.
    kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    if kept.get("default", ...) is None:
        del kept["default"]
    choices = kept.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        others = [choice for choice in choices if choice != {"type": "null"}]
        del kept["anyOf"]
        if len(others) == 1:
            kept = {**others[0], **kept}
        else:
            kept["anyOf"] = others
    return {key: _tidy(value) for key, value in kept.items()}
