"""Remember what was found lately, so that what comes again is looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Remembered(dict[Any, Any]):
    """What was found, by what it was found for; all of it is forgotten where it becomes too much."""

    def __init__(self, find: Callable[[Any], object], most: int) -> None:
        """Hold none yet, and at *most* so many later."""
        self._find = find
        self._most = most

    def __missing__(self, key: object) -> object:
        found = self._find(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = found
        return found
