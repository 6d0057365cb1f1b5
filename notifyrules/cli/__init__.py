"""
Offer the package on the command line.
"""

from __future__ import annotations

from notifyrules.cli.app import main

__all__ = ["main"]
