"""List the ways to print findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.github import format_github
from notifyrules.diagnostics.human import format_human
from notifyrules.diagnostics.machine import format_json
from notifyrules.diagnostics.oneline import format_oneline
from notifyrules.diagnostics.sarif import format_sarif

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
