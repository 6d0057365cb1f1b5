"""Decide the traffic of before by two versions, and count what changes: by outcomes, by edits, by any column."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from notifyrules.columns.frames import Wanted
from notifyrules.compiled.compiler import compile_graph
from notifyrules.compiled.decision import Decision
from notifyrules.compiled.program import Program
from notifyrules.diff.edit_words import title
from notifyrules.diff.model import REFUSED, change_of
from notifyrules.diff.splitting import edits_between
from notifyrules.diff.structure import match
from notifyrules.errors import FactsError, UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.withholding import withhold
from notifyrules.graph.model import Graph
from notifyrules.language.terms import Term
from notifyrules.rows.deciding import BatchDecider, DecidedBatch
from notifyrules.rows.traffic import Batch, Broken

_EXAMPLES: Final = 3
"""Decisions that are shown of each change."""
_SAMPLE: Final = 2_000
"""Decisions whose way is drawn: each is walked again."""
_MOST_VALUES: Final = 10_000
"""Values that decisions are counted by."""


@dataclass(frozen=True, slots=True)
class ChangedDecision:
    """A decision that changes."""

    file: str
    number: int
    edits: tuple[int, ...]
    """The edits that move it alone, 1-based; none where only several together do."""
    before: Record
    """Without the values of private facts."""
    after: Record | None
    """None where the new version refuses the facts."""
    problem: str
    """Why it does."""


@dataclass(slots=True)
class ChangeGroup:
    """Decisions that change in the same way."""

    number: int = 0
    examples: list[ChangedDecision] = field(default_factory=list)


@dataclass(slots=True)
class Share:
    """Decisions with one value of a column."""

    total: int = 0
    changed: int = 0


@dataclass(slots=True)
class Sample:
    """Keep some of a stream at random, the same every time (Li, 1994, algorithm L)."""

    kept: list[Mapping[str, object]] = field(default_factory=list)
    _seen: int = 0
    _next: int = 0
    _weight: float = 1.0
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret

    def look(self, batch: Batch, graph: Graph) -> None:
        """Take what is chosen of a batch."""
        while self._next < self._seen + len(batch):
            facts = batch.facts(self._next - self._seen, graph)
            if len(self.kept) < _SAMPLE:
                self.kept.append(facts)
            else:
                self.kept[self._chance.randrange(_SAMPLE)] = facts
            self._next += 1
            if len(self.kept) == _SAMPLE:
                self._weight *= math.exp(math.log(1 - self._chance.random()) / _SAMPLE)
                self._next += int(math.log(1 - self._chance.random()) / math.log1p(-self._weight))
        self._seen += len(batch)


class Backtest:
    """Two versions of rules over the same traffic, and what was found so far."""

    def __init__(
        self, old: tuple[Graph, Program], new: tuple[Graph, Program], *, by: str | None = None, each: bool = False
    ) -> None:
        """Begin; decisions are also counted *by* a column, and with *each* made for every medium."""
        self.old, self.new = old[0], new[0]
        wanted = _wanted(self.old, self.new)
        self._old, self._new = (BatchDecider(*one, wanted, each=each) for one in (old, new))
        self._programs = old[1], new[1]
        if each and self.old.media is not None and self.new.media is not None:
            mine, other = ((one.fact, one.names) for one in (self.old.media, self.new.media))
            if mine != other:
                raise UsageError("the versions do not name the same media", "backtest without `--each`")
        edits = edits_between(self.old, self.new, match(self.old, self.new))
        self.edits = [title(edit.edited) for edit in edits]
        """What was edited, a sentence each."""
        self._alone = [
            self._new if edit.graph is None else BatchDecider(edit.graph, compile_graph(edit.graph), wanted, each=False)
            for edit in edits
        ]
        self.by = by
        self.total = 0
        """The decisions of before."""
        self.changes: dict[str, ChangeGroup] = {}
        """What changes, by the name of the change: `no->hold`."""
        self.moved_by: Counter[tuple[int, ...]] = Counter()
        """Decisions that change, by the edits that move them alone; those of none only several together move."""
        self.shares: dict[str | None, Share] = {}
        """Decisions by the values of the column."""
        self.settled: Counter[str] = Counter()
        """Decisions that change, by the arrows that settle them now."""
        self.sample = Sample()

    @property
    def changed(self) -> int:
        """Count the decisions that change."""
        return sum(one.number for one in self.changes.values())

    def add(self, batch: Batch) -> Sequence[Broken]:
        """Decide for a batch, and give what is set aside of it: what nothing was decided for before."""
        was, now = self._old.decide(batch), self._new.decide(batch)
        batch = was.batch
        self.sample.look(batch, self.old)
        pairs = pl.DataFrame(
            {
                "was": was.made["outcome"],
                "now": now.made["outcome"],
                "settled": now.made["reason"],
                "changed": was.made["outcome"].is_not_null() & ~_stays(self.old, was.made, self.new, now.made),
                "by": pl.repeat(None, len(batch), dtype=pl.String, eager=True)
                if self.by is None
                else batch.column(self.by),
            }
        )
        decided = pairs.filter(pl.col("was").is_not_null())
        for value, total, moved in decided.group_by("by").agg(pl.len(), pl.col("changed").sum()).iter_rows():
            self.total += total
            if self.by is not None:
                share = self.shares.setdefault(value, Share())
                share.total += total
                share.changed += moved
        if len(self.shares) > _MOST_VALUES:
            raise UsageError(f"`{self.by}` has more than {_MOST_VALUES:,} values", "count by another column")
        if pairs["changed"].any():
            self._count(was, now, pairs)
        return was.broken

    def _count(self, was: DecidedBatch, now: DecidedBatch, pairs: pl.DataFrame) -> None:
        places = pairs["changed"].arg_true().to_list()
        moved = pairs[places]
        edits = self._edits(was, places)
        self.moved_by.update(edits)
        self.settled.update(moved["settled"].drop_nulls().to_list())
        names: dict[tuple[str, str | None], str] = {}
        for (before, after), times in Counter(moved.select("was", "now").iter_rows()).items():
            names[before, after] = name = self._name(before, after)
            self.changes.setdefault(name, ChangeGroup()).number += times
        short = {name for name in names.values() if len(self.changes[name].examples) < _EXAMPLES}
        for at, pair in enumerate(moved.select("was", "now").iter_rows() if short else ()):
            change = self.changes[names[pair]]
            if len(change.examples) < _EXAMPLES:
                change.examples.append(self._example(was.batch, now, places[at], edits[at]))
                short -= {names[pair]} if len(change.examples) == _EXAMPLES else set()
                if not short:
                    break

    def _name(self, before: str, after: str | None) -> str:
        if after is None:
            return REFUSED
        return change_of(before, self.old.outcomes[before].notify, after, self.new.outcomes[after].notify)

    def _edits(self, was: DecidedBatch, places: Sequence[int]) -> list[tuple[int, ...]]:
        """Say for each decision that changes which edits move it alone."""
        if len(self._alone) == 1:
            return [(1,)] * len(places)
        batch, before = was.batch.at(places), was.made[places]
        found: list[tuple[int, ...]] = [()] * len(places)
        for number, decider in enumerate(self._alone, 1):
            after = decider.decide(batch).made
            for at in (~_stays(self.old, before, decider.graph, after)).arg_true():
                found[at] = (*found[at], number)
        return found

    def _example(self, batch: Batch, now: DecidedBatch, place: int, edits: tuple[int, ...]) -> ChangedDecision:
        before, after = (
            None if place in unfit else _told(program.decide(batch.facts(place, graph), "ignore"), graph)
            for graph, program, unfit in zip((self.old, self.new), self._programs, ({}, now.problems), strict=True)
        )
        assert before is not None
        return ChangedDecision(str(batch.file), batch.number(place), edits, before, after, now.problems.get(place, ""))

    def ways(self) -> Iterator[Decision]:
        """Decide the sample by the new version."""
        for facts in self.sample.kept:
            try:
                yield self._programs[1].decide(facts, "ignore")
            except FactsError:
                continue


def _told(decision: Decision, graph: Graph) -> Record:
    return withhold(decision.record(), graph, lambda *_: None)


def _wanted(old: Graph, new: Graph) -> Wanted:
    """Say what has to be compared besides outcomes: what may differ although these do not."""
    both = [(old.outcomes[name], new.outcomes[name]) for name in old.outcomes if name in new.outcomes]
    names = [name for name in old.data if name in new.data]
    carried = [(was.data.get(name), now.data.get(name)) for was, now in both for name in names]
    return Wanted(
        data=any(isinstance(was, Term) or isinstance(now, Term) or was != now for was, now in carried),
        recheck_at=any(one.recheck is not None for pair in both for one in pair),
    )


def _stays(old: Graph, was: pl.DataFrame, new: Graph, now: pl.DataFrame) -> pl.Series:
    """Tell which decisions stay: the same outcome, that means the same, and carries the same."""
    shared = [name for name in old.outcomes if name in new.outcomes]
    alike = [name for name in shared if old.outcomes[name].notify is new.outcomes[name].notify]
    same = was["outcome"].eq_missing(now["outcome"]) & was["outcome"].is_in(alike).fill_null(value=False)
    if "recheck_at" in was.columns:
        same &= was["recheck_at"].eq_missing(now["recheck_at"])
    if "data" in was.columns and was["data"].dtype != pl.Null and now["data"].dtype != pl.Null:
        before, after = was["data"].struct.unnest(), now["data"].struct.unnest()
        for name in before.columns:
            if name in after.columns:
                one, other = before[name], after[name]
                if one.dtype != other.dtype:
                    one, other = one.is_null(), other.is_null()
                same &= one.eq_missing(other)
    return same
