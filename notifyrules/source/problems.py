"""Hold what keeps a file from being read as YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notifyrules.source.text import Span

LONG_SCHEDULE: Final = (
    "a fact that is a schedule has its default in the long form: "
    '`{type: schedule, default: [{from: "22:00", until: "07:00"}]}`'
)
"""How to write what the short form of a fact has no room for."""


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """Something that keeps a file from being read as YAML, as the layer above reports it."""

    what: str
    """`syntax`, `feature`, `duplicate` or `limit`."""
    message: str
    span: Span
    help: str = ""
    rival: Span | None = None
    """Where the first of two equal keys stands."""
    spoilt: Span | None = None
    """What cannot be judged because of it, where that is more than the span."""
