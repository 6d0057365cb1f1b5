"""Say what would have to change for another outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notifyrules.explanation.alternatives import WhyNot
    from notifyrules.rules import Rules


@dataclass(frozen=True, slots=True)
class WhyNotTold:
    """What would have to change, told to one reader."""

    words: str
    found: WhyNot

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {"explanation": self.words, **self.found.to_dict()}


def why_not(rules: Rules, facts: object, wanted: str, may_change: Iterable[str] | None, reader: str) -> WhyNotTold:
    """Find what would have to change, and say it to one of the readers."""
    found = rules.why_not(facts, wanted, may_change)
    return WhyNotTold(found.explain(reader), found)
