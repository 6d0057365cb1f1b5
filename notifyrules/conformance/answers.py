"""Read what an old function answers in the words of the chart, and compare on no more than it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from notifyrules.compiled.decision import Decision
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.mismatch import describe

_NOTIFY: Final[Mapping[str, Notify]] = {"true": Notify.YES, "false": Notify.NO, "later": Notify.LATER}
_KEPT: Final = 10_000
"""Answers that are kept as they were read."""


class Level(Enum):
    """How much an answer says."""

    NOTIFY = "notify"
    OUTCOME = "outcome"
    REASON = "reason"
    OTHER = "other"
    """Nothing that the chart could decide: an exception, or a word that it does not know."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an old function answered."""

    said: str
    """The answer in words: `true`, `false`, `later`, an outcome, an arrow, or what else it was."""
    level: Level

    def agrees(self, graph: Graph, outcome: str, reason: str) -> bool:
        """Tell whether the chart, which decides *outcome* by the arrow *reason*, answers the same."""
        match self.level:
            case Level.NOTIFY:
                return graph.outcomes[outcome].notify is _NOTIFY[self.said]
            case Level.OUTCOME:
                return self.said == outcome
            case Level.REASON:
                return self.said == reason
            case Level.OTHER:
                return False


@dataclass(slots=True)
class Answers:
    """Read the answers of one old function."""

    graph: Graph
    meant: Mapping[str, str] = field(default_factory=dict)
    """What a text that the function answers stands for: an outcome, an arrow, true, false or later."""
    _read: dict[tuple[type, object], Answer] = field(default_factory=dict)

    def read(self, given: object) -> Answer:
        """Read an answer: a bool, a :class:`Notify`, a decision, or a text."""
        if isinstance(given, Decision):
            given = given.outcome
        if not isinstance(given, (bool, str, Enum, int, type(None))):
            return Answer(describe(given), Level.OTHER)
        key = (type(given), given)
        if (known := self._read.get(key)) is None:
            known = self._answer(given)
            if len(self._read) < _KEPT:
                self._read[key] = known
        return known

    def raised(self, error: BaseException) -> Answer:
        """Read an exception: its kind is the answer."""
        return self._answer(f"raises {type(error).__name__}")

    def _answer(self, given: object) -> Answer:
        given = given.value if isinstance(given, Enum) else given
        said = {True: "true", False: "false"}[given] if isinstance(given, bool) else "null" if given is None else given
        word = self.meant.get(str(said), said)
        if not isinstance(word, str):
            return Answer(describe(word), Level.OTHER)
        if word in self.graph.outcomes and not isinstance(given, bool):
            return Answer(word, Level.OUTCOME)
        if word in _NOTIFY:
            return Answer(word, Level.NOTIFY)
        return Answer(word, Level.REASON if word in self.graph.arrows else Level.OTHER)
