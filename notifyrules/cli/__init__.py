"""Offer the package on the command line."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line by the words given, else those of the process, and give the exit code."""
    # Whoever stops the program may do so while it is being loaded.
    try:
        from notifyrules.cli import app  # noqa: PLC0415 - loading it takes a while

        return app.main(arguments)
    except KeyboardInterrupt:
        return 130
