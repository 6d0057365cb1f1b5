"""Let a candidate decide beside the rules in force: in shadow for all, in earnest for some subjects."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from pydantic_core import to_json

from notifyrules import Decision, FactsError, LiveRules, Rules, RulesError, UsageError, live
from notifyrules.answers.decisions import log_record
from notifyrules.diagnostics.formats import format_oneline

_EXAMPLES: Final = 3
"""Facts that are kept of each kind of difference."""
_KINDS: Final = 100
"""Kinds of differences, and of failures, that are told apart."""
_EXAMPLE_BYTES: Final = 4096
"""Larger facts are no example."""
_OTHERS: Final = "(others)"
_WHOLE: Final = 2**64
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class CandidateComparison:
    """What a candidate decides otherwise than the rules in force, of one version each."""

    old: Rules
    new: Rules
    unfit: str = field(init=False)
    """Why the candidate decides for nobody; empty where it takes whatever the rules in force take."""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    same: int = 0
    """Decisions that are the same but for reasons and words."""
    differing: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the reason in force and that of the candidate."""
    failed: Counter[str] = field(default_factory=Counter)
    """By what the candidate raised."""
    _examples: dict[Hashable, list[object]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.unfit = _unfit(self.old, self.new)
        if self.unfit:
            _log.warning("the candidate of `%s` decides for nobody: %s", self.old.name, self.unfit)

    def add(self, facts: object, decision: Decision) -> None:
        """Ask the candidate too, and compare; whatever it does, the decision in force is not hurt."""
        try:
            other = self.new.should_notify(facts)
            if _alike(decision, other):
                with self._lock:
                    self.same += 1
            else:
                self._count(self.differing, (decision.reason, other.reason), (_OTHERS, _OTHERS), decision)
        except Exception as error:  # noqa: BLE001 - a candidate may do anything
            self._count(self.failed, _failure(error), _OTHERS, decision)

    def _count(self, counter: Counter[Any], kind: Hashable, others: Hashable, decision: Decision) -> None:
        with self._lock:
            kind = kind if kind in counter or len(counter) < _KINDS else others
            counter[kind] += 1
            kept = self._examples.setdefault(kind, [])
            if len(kept) < _EXAMPLES:
                # Private facts are left out, also those that are private to the candidate alone.
                facts = cast("dict[str, object]", log_record(self.old, decision, lambda *_: None).to_dict()["facts"])
                private = {fact.name for fact in self.new.graph.facts.values() if fact.private}
                shown = {name: value for name, value in facts.items() if name not in private}
                if len(to_json(shown)) <= _EXAMPLE_BYTES:
                    kept.append(shown)

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        with self._lock:
            differing, failed = self.differing.most_common(), self.failed.most_common()
            return {
                "in_force": self.old.digest,
                "candidate": self.new.digest,
                "since": self.since.isoformat(),
                "unfit": self.unfit or None,
                "compared": self.same + self.differing.total() + self.failed.total(),
                "same": self.same,
                "differing": [
                    {"in_force": kind[0], "candidate": kind[1], "count": count, "examples": [*self._examples[kind]]}
                    for kind, count in differing
                ],
                "failed": [
                    {"raised": one, "count": count, "examples": [*self._examples[one]]} for one, count in failed
                ],
            }


class Candidate:
    """Rules that may come into force, in a file or folder that is followed like those that are."""

    def __init__(self, path: Path | str, percent: float, every: float) -> None:
        """Follow *path*, and let it decide for *percent* of all subjects; what is broken waits to be mended."""
        self._path, self._every = path, every
        self._below = round(percent / 100 * _WHOLE)
        self.percent = percent
        self._live: LiveRules | None = None
        self._trouble = ""
        self._comparisons: dict[str, CandidateComparison] = {}
        self.reload()

    def reload(self) -> None:
        """Read the files now."""
        if self._live is not None:
            self._live.refresh()
            return
        try:
            self._live, self._trouble = live(self._path, every=self._every), ""
        except (RulesError, UsageError) as error:
            told = (
                format_oneline([one for one in error.diagnostics if one.is_error])
                if isinstance(error, RulesError)
                else f"{error.message}; {error.help}"
            )
            if told != self._trouble:
                _log.warning("the candidate `%s` compares nothing until it is mended\n%s", self._path, told.strip())
            self._trouble = told

    def troubles(self, in_force: Iterable[Rules]) -> tuple[str, ...]:
        """Say what keeps its newest files from being the candidate, or it from deciding, a line each."""
        fits = {rules.name: self.comparison(rules) for rules in in_force}
        unfit = (f"the candidate of `{name}`: {one.unfit}" for name, one in fits.items() if one and one.unfit)
        return (*self._trouble.splitlines(), *(() if self._live is None else refused(self._live)), *unfit)

    def compare(self, rules: Rules, facts: object, decision: Decision) -> None:
        """Ask the candidate of these rules what they have decided, and count how it differs."""
        if (comparison := self.comparison(rules)) is not None:
            comparison.add(facts, decision)

    def pick(self, rules: Rules, subject: str) -> Rules:
        """Give the rules that decide for a subject: those in force, or their candidate."""
        drawn = bool(self._below) and chance(rules.name, subject) < self._below
        comparison = self.comparison(rules) if drawn else None
        return rules if comparison is None or comparison.unfit else comparison.new

    def comparison(self, rules: Rules) -> CandidateComparison | None:
        """Find what is counted of the rules in force and their candidate; None where they have none."""
        if self._live is None or (new := self._live.version.charts.get(rules.name)) is None:
            return None
        found = self._comparisons.get(rules.name)
        if found is None or found.new is not new or found.old is not rules:
            found = self._comparisons[rules.name] = CandidateComparison(rules, new)
        return found

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {
            "path": str(self._path),
            "percent": self.percent,
            "status": None if self._live is None else self._live.status.to_dict(),
            "trouble": self._trouble or None,
            "comparisons": {name: one.to_dict() for name, one in sorted(self.comparisons.items())},
        }

    @property
    def comparisons(self) -> Mapping[str, CandidateComparison]:
        """What was counted, by the names of the rules; begun anew with each version of either."""
        return dict(self._comparisons)

    def close(self) -> None:
        """Follow no longer."""
        if self._live is not None:
            self._live.close()


def refused(followed: LiveRules) -> tuple[str, ...]:
    """Say what keeps the newest change of followed files from being in force, a line each."""
    status = followed.status
    if status.is_current:
        return ()
    return (*status.refused, *format_oneline([one for one in status.findings if one.is_error]).splitlines())


def _failure(error: Exception) -> str:
    """Say what was raised, without its words: they quote facts, and some of those are private."""
    paths = ", ".join(one.path for one in error.problems) if isinstance(error, FactsError) else ""
    return f"{type(error).__name__}: {paths}"[:300] if paths else type(error).__name__


def chance(name: str, subject: str) -> int:
    """Draw a number of 64 bits that is the same for a subject every time, and another for other rules."""
    return int.from_bytes(hashlib.sha256(f"{name}\0{subject}".encode("utf-8", "surrogatepass")).digest()[:8])


def _alike(one: Decision, other: Decision) -> bool:
    """Tell whether two decisions do the same; when to ask again is dear to tell, and matters to what is held."""
    return (
        (one.outcome, one.notify, one.later) == (other.outcome, other.notify, other.later)
        and one.data == other.data
        and (not one.later or one.recheck_at == other.recheck_at)
    )


def _unfit(old: Rules, new: Rules) -> str:
    """Say why callers of the rules in force could be refused by the candidate; empty where none could."""
    before, after = old.graph.facts, new.graph.facts
    for name, fact in before.items():
        if name not in after:
            return f"it does not take the fact `{name}`"
        if after[name].type != fact.type:
            return f"it takes another type of `{name}`"
    for name, fact in after.items():
        if not fact.has_default and (name not in before or before[name].has_default):
            return f"it needs the fact `{name}`"
    media, others = old.graph.media, new.graph.media
    if media is None or (others is not None and (media.fact, media.names) == (others.fact, others.names)):
        wanted = set() if media is None or others is None else {*media.per_medium} - {*others.per_medium}
        return f"it has the same `{min(wanted)}` for all media" if wanted else ""
    return "it has other media"
