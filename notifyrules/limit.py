"""Limit how long proofs may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LIMIT_S = 60.0
"""How long proofs may take unless the caller says otherwise."""


@dataclass(slots=True)
class Limit:
    """How long proofs may take together."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)
    exceeded: bool = False
    """Whether some question was not answered for want of time."""

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def left_s(self) -> float:
        """Give the seconds that are left."""
        return self.seconds - (self.clock() - self.began)

    def is_over(self) -> bool:
        """Tell whether the time is up, and remember that it mattered."""
        self.exceeded = self.exceeded or self.left_s <= 0
        return self.left_s <= 0
