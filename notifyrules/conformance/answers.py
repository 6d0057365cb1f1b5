"""Read what an old function answers in the words of the chart, and compare on no more than it says."""

from __future__ import annotations

import contextlib
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Final

from notifyrules.compiled.decision import Decision
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.mismatch import describe

_NOTIFY: Final[Mapping[str, Notify]] = {"true": Notify.YES, "false": Notify.NO, "later": Notify.LATER}
NOTHING: Final = "null"
NO_ANSWER: Final = "gives no answer"
ENDED: Final = "ends its process"
RAISES: Final = "raises "
_LONGEST: Final = 60
_LONGEST_MESSAGE: Final = 200
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
class OldAnswer:
    """What an old function answered."""

    said: str
    """The answer in words: `true`, `false`, `later`, an outcome, an arrow, or what else it was."""
    level: Level
    key: str | None = None
    """What a mapping calls it, by which it may be given a meaning."""
    place: str = ""
    """Where an exception was raised, as `module.py:12`; empty where that is not known."""
    message: str = field(default="", compare=False)
    """What an exception says."""

    @property
    def detail(self) -> str:
        """Where an exception was raised, and what it says; empty where there is neither."""
        return ": ".join(filter(None, (self.place, self.message)))

    @property
    def is_trouble(self) -> bool:
        """Whether the function raised, ended its process, or had to be given up."""
        return self.level is Level.OTHER and (self.said in (NO_ANSWER, ENDED) or self.said.startswith(RAISES))

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


def _place(error: BaseException) -> str:
    """Say where an exception was raised: in the innermost code that is neither a library's nor of this package."""
    found = ""
    frame = error.__traceback__
    while frame is not None:
        if (file := _own_file(frame.tb_frame.f_code.co_filename)) is not None:
            found = f"{file}:{frame.tb_lineno}"
        frame = frame.tb_next
    return found


@lru_cache(maxsize=1_000)
def _own_file(file: str) -> str | None:
    libraries = {sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    if file.startswith(("<", *(f"{one}/" for one in libraries), str(Path(__file__).parents[1]))):
        return None
    with contextlib.suppress(ValueError):
        return str(Path(file).relative_to(Path.cwd()))
    return Path(file).name


def _words(graph: Graph) -> tuple[str, ...]:
    return (*graph.outcomes, *graph.arrows, *_NOTIFY)


def means(graph: Graph, word: str) -> bool:
    """Tell whether an answer stands for something that the chart could decide."""
    return word in _words(graph)


def check_said(graph: Graph, said: str) -> str | None:
    """Give the way out where no old function is told to have answered so; None where one may be."""
    if means(graph, said) or said in (NOTHING, NO_ANSWER, ENDED) or said.startswith(RAISES):
        return None
    otherwise = f"name an outcome or an arrow, or write true, false, later, null or `{RAISES}KeyError`"
    return did_you_mean(said, _words(graph), f"{otherwise}; other answers are given a meaning by the mapping")


@dataclass(slots=True)
class Answers:
    """Read the answers of one old function."""

    graph: Graph
    meant: Mapping[str, str] = field(default_factory=dict)
    """What a text that the function answers stands for: an outcome, an arrow, true, false or later."""
    says_more: bool = field(init=False)
    """Whether it is known to say more than true and false."""
    _read: dict[tuple[type, object], OldAnswer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.says_more = bool(self.meant)
        for given, word in self.meant.items():
            if not means(self.graph, word):
                advice = did_you_mean(word, _words(self.graph), "name an outcome or an arrow, or true, false or later")
                raise UsageError(
                    f"the mapping makes `{visible(word)}` of `{visible(given)}`, which is no answer", advice
                )

    def read(self, given: object) -> OldAnswer:
        """Read an answer: a bool, a :class:`Notify`, a decision, or a text."""
        if isinstance(given, Decision):
            given = given.outcome
        if not isinstance(given, (bool, str, Enum, int, type(None))):
            return OldAnswer(describe(given), Level.OTHER)
        key = (type(given), given)
        if (known := self._read.get(key)) is None:
            known = self._answer(given)
            self.says_more |= known.said == "later" or known.level in (Level.OUTCOME, Level.REASON)
            if len(self._read) < _KEPT:
                self._read[key] = known
        return known

    def is_not_now(self, answer: OldAnswer, outcome: str) -> bool:
        """Tell whether `false` may stand for an outcome that holds: nobody is notified now, and no answer says more."""
        return answer.said == "false" and not self.says_more and self.graph.outcomes[outcome].notify is Notify.LATER

    def raised(self, error: BaseException) -> OldAnswer:
        """Read an exception: its kind is the answer."""
        said = f"{RAISES}{type(error).__name__}"
        if said in self.meant:
            return self._answer(said)
        message = ""
        with contextlib.suppress(Exception):  # the exception is the function's own, and so is what it says
            message = str(error)
        return OldAnswer(said, Level.OTHER, None, _place(error), message[:_LONGEST_MESSAGE])

    def _answer(self, given: object) -> OldAnswer:
        given = given.value if isinstance(given, Enum) else given
        said = {True: "true", False: "false"}[given] if isinstance(given, bool) else NOTHING if given is None else given
        word = self.meant.get(str(said), said)
        if not isinstance(word, str):
            return OldAnswer(describe(word), Level.OTHER, str(said) if isinstance(said, int) else None)
        if word in self.graph.outcomes and not (isinstance(given, bool) and word == said):
            return OldAnswer(word, Level.OUTCOME)
        if word in _NOTIFY:
            return OldAnswer(word, Level.NOTIFY)
        if word in self.graph.arrows:
            return OldAnswer(word, Level.REASON)
        word = word if len(word) <= _LONGEST else f"{word[:_LONGEST]}..."
        return OldAnswer(word, Level.OTHER, word)
