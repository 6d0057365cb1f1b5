"""Stand for what is not known yet, so that it is never taken for a value."""

from __future__ import annotations

from enum import Enum
from typing import Final

from notifyrules.errors import FactProblem, FactsError


class Unknown(Enum):
    """The type of :data:`UNKNOWN`."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refuse to be taken for a value."""
        raise TypeError("what is unknown is neither true nor false")

    def __repr__(self) -> str:
        """Show the name."""
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
"""Given for a fact that nobody has got yet; a decision that needs it is an error that names the fact."""


class NotKnown(FactsError):  # noqa: N818 - one kind of FactsError, which is what callers catch
    """Say that a fact is needed that is not known yet."""

    def __init__(self, *names: str) -> None:
        """Name the facts."""
        advice = "`needs` tells which facts a decision needs: get them first, or give them as callables"
        super().__init__(FactProblem(name, "is needed, and is not known yet", advice) for name in names)

    def __reduce__(self) -> tuple[type[FactsError], tuple[tuple[FactProblem, ...]]]:
        """Pickle as what callers catch: it is made of problems, and not of names."""
        return FactsError, (self.problems,)
