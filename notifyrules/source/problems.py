"""
Hold what keeps a file from being read as YAML.
"""

from __future__ import annotations

from dataclasses import dataclass

from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """
    Something that keeps a file from being read as YAML, as the layer above reports it.
    """

    what: str
    """`syntax`, `feature`, `duplicate` or `limit`."""
    message: str
    span: Span
    help: str = ""
    rival: Span | None = None
    """Where the first of two equal keys stands."""
    spoilt: Span | None = None
    """What cannot be judged because of it, where that is more than the span."""
