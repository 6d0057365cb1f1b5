"""
Describe rule files and cases files as JSON Schema, for editors.
"""

from __future__ import annotations

from typing import Any

from notifyrules.document.model import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of JSON Schema that is written."""


def format_schema() -> dict[str, Any]:
    """
    Describe a rule file.

    Returns:
        A schema; the same for the same version of the package.
    """
    schema = Document.model_json_schema(by_alias=True)
    return {
        "$schema": DIALECT,
        "title": "notifyrules rule file",
        **{key: value for key, value in schema.items() if key != "title"},
    }
