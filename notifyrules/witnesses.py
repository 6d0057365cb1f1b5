"""Hold the facts that a solver finds one by one, without needing it installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from notifyrules.language.values import FactValues


class _Searching(Protocol):
    """Looks for facts, from whatever thread it is asked."""

    @property
    def settled(self) -> bool:
        """Whether nothing was missed so far."""

    def find(self) -> FactValues:
        """Find the next, or raise `StopIteration`."""


class Witnesses(Iterator["FactValues"]):
    """
    Readable facts that lead somewhere, found one by one: an iterator of read-only mappings.

    Each has a value for every fact: those that had to change first, then those that have no default.
    """

    __slots__ = ("_search",)

    def __init__(self, search: _Searching) -> None:
        self._search = search

    @property
    def settled(self) -> bool:
        """Whether it is proved of what was looked through so far that nothing was missed: there may be more if not."""
        return self._search.settled

    def __next__(self) -> FactValues:
        """Find the next facts."""
        return self._search.find()
