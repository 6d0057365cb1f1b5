"""
Put a decision into words, for the person, for support and for the engineer.

Nothing here walks a chart: every explanation reads the steps that decided.
"""

from __future__ import annotations

from notifyrules.explanation.readers import READERS, Reader, explain, explain_each
from notifyrules.explanation.words import not_asked

__all__ = ["READERS", "Reader", "explain", "explain_each", "not_asked"]
