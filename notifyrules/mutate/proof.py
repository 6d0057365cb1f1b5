"""Prove of a mutant that no case notices that there is nothing to notice, or find facts that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from notifyrules.diff.model import decide, differ
from notifyrules.diff.shared_facts import left_out
from notifyrules.diff.structure import match
from notifyrules.diff.versions import Versions, translate_both
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import keeps
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.mutate.model import Fate, Judged, Mutant, Shown
from notifyrules.solver import Answer, ChartFormulas, Formula, find_witness

_Tells: TypeAlias = Callable[[Record, Record], bool]
"""Says whether two decisions differ as is asked for."""


def judge(graph: Graph, mutant: Mutant, base: FactValues, tried: Iterable[FactValues], limit: Limit) -> Judged:
    """
    Tell what there is to notice of a mutant that no case notices.

    Args:
        graph: The chart without the mistake.
        mutant: The chart with it.
        base: The facts that cases start from, to which those that show it are to be near.
        tried: The facts of cases, as far as they are written down: they may show it, and nobody look.
        limit: How long proofs may take.
    """
    both = _Both(graph, mutant.graph)
    known = list(tried)
    if (found := both.first(known, differ)) is not None:
        return Judged(mutant, Fate.SURVIVED, found)
    versions = translate_both(graph, mutant.graph, match(graph, mutant.graph), limit)
    formulas = versions.solver.world.formulas
    answer = both.find(versions, formulas.some(versions.differences.values()), differ)
    if isinstance(answer, Shown):
        return Judged(mutant, Fate.SURVIVED, both.nearer(answer, base, differ))
    if answer is not Answer.NO:
        return Judged(mutant, Fate.UNDECIDED)
    told = both.first(known, _tells_otherwise)
    if told is None:
        otherwise = formulas.some(_told_otherwise(versions.old, versions.new))
        answer = both.find(versions, otherwise, _tells_otherwise)
        told = answer if isinstance(answer, Shown) else None
    return Judged(mutant, Fate.EQUAL if told is None else Fate.WORDS, told)


def _tells_otherwise(right: Record, wrong: Record) -> bool:
    return (right.reason, right.because) != (wrong.reason, wrong.because)


@dataclass(frozen=True, slots=True)
class _Both:
    """A chart with and without a mistake, to be asked for facts some of which may be left out."""

    right: Graph
    wrong: Graph

    def shown(self, given: FactValues, tells: _Tells) -> Shown | None:
        """Decide by both, and give what is decided if it differs."""
        sides = [
            (graph, {name: given.get(name, fact.default) for name, fact in graph.facts.items()})
            for graph in (self.right, self.wrong)
        ]
        if not all(keeps(*side) for side in sides):
            return None
        right, wrong = (decide(*side) for side in sides)
        return Shown(given, right, wrong) if tells(right, wrong) else None

    def first(self, known: Iterable[FactValues], tells: _Tells) -> Shown | None:
        """Give the first of some facts that show it."""
        return next((found for one in known if (found := self.shown(one, tells)) is not None), None)

    def nearer(self, shown: Shown, base: FactValues, tells: _Tells) -> Shown:
        """Put facts back to those that cases start from, as far as they still show it."""
        for name in shown.facts:
            if name in base and shown.facts[name] != base[name]:
                shown = self.shown({**shown.facts, name: base[name]}, tells) or shown
        return shown

    def find(self, versions: Versions, goal: Formula, tells: _Tells) -> Shown | Answer:
        """Find facts for which a formula holds and that show it."""

        def given(values: Mapping[str, Value]) -> dict[str, Value]:
            return {name: values[name] for name in self.right.facts if values.get(left_out(name)) is not True}

        def confirm(values: FactValues) -> bool:
            return self.shown(given(values), tells) is not None

        found = find_witness(versions.nearest, goal, confirm)
        return found if isinstance(found, Answer) else self.shown(given(found), tells) or Answer.UNKNOWN


def _told_otherwise(old: ChartFormulas, new: ChartFormulas) -> Iterator[Formula]:
    """Say when words or reason can be others: where an arrow with words, or to an outcome, is passed by one of them."""
    formulas = old.world.formulas
    for id_, was in old.graph.arrows.items():
        now, before, after = new.graph.arrows[id_], old.passed.get(id_), new.passed.get(id_)
        if before is None or after is None:
            continue
        if was.because is not None or now.because is not None or was.target in old.graph.outcomes:
            yield formulas.negate(formulas.same(before, after))
        if was.because is not now.because:
            yield before
    for name, ends in old.outcomes().items():
        if old.graph.outcomes[name].because is not new.graph.outcomes[name].because:
            yield ends
    for name, inner in old.inner.items():
        for told in _told_otherwise(inner, new.inner[name]):
            yield formulas.every((old.passed[name], told))
