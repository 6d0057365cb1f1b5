"""Count what a chart costs to read, so that no file and no set of files takes more than a few seconds."""

from __future__ import annotations

from dataclasses import dataclass

MAX_EVENTS = 40_000
"""YAML parse events of one chart, about one and a half per key or value: room for some 3,000 nodes."""
MAX_CONDITIONS = 250_000
"""Code points of all conditions of one chart."""
MAX_CHART_BYTES = 2 * 1024 * 1024
"""Bytes of all files that one chart is made of."""


@dataclass(slots=True)
class Budget:
    """What may still be spent on one chart, with everything that it includes and calls."""

    events: int = MAX_EVENTS
    """YAML parse events."""
    conditions: int = MAX_CONDITIONS
    """Code points of conditions."""
    bytes: int = MAX_CHART_BYTES
    """Bytes of files."""
