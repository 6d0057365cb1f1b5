"""Find the facts that two versions decide differently, describe them, and show them by examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from notifyrules.diff.cover import Cover, Cube
from notifyrules.diff.model import Region, change_of, decide, differ
from notifyrules.diff.shared_facts import given
from notifyrules.diff.versions import Versions
from notifyrules.language.printing import names_in
from notifyrules.language.values import FactValues
from notifyrules.solver import Answer, ChartFormulas, Formula

_PARTS = 20
"""Parts that a change is told in."""
_SHORT = 10
"""Conditions and alternatives that a reader takes in at a glance."""
_LONG = 30
"""Conditions and alternatives beyond which a part is parted again."""
_ENDLESS = 1_000
"""The size of what has no complete description: behind everything that has one."""
_REASONS = 20
"""Reasons that are listed for one region."""


Shown: TypeAlias = tuple[tuple[Region, ...], bool]
"""Descriptions with an example each, and whether every one could be shown, or was proved to be empty."""


def compare_decisions(
    versions: Versions, watch: Callable[[str], None]
) -> tuple[tuple[Region, ...], tuple[str, ...], tuple[str, ...]]:
    """Find the regions, each change shortly before any at length; the changes that are open; what all share."""
    formulas = versions.solver.world.formulas
    answers = versions.solver.sort_out(versions.differences)
    possible = {pair: one for pair, one in versions.differences.items() if answers[pair] is not Answer.NO}
    shown: dict[tuple[str, str], Shown] = {}
    for (was, now), changed in possible.items():
        watch(f"{was}->{now}")
        described = _at_once(versions, changed, _SHORT) or [_in_common(versions, changed)]
        shown[was, now] = _show(versions, (was, now), described)
    for (was, now), changed in possible.items():
        if not all(region.exact for region in shown[was, now][0]):
            watch(f"all of {was}->{now}")
            shown[was, now] = _shown_fully(versions, (was, now), changed) or shown[was, now]
    regions = tuple(region for found, _ in shown.values() for region in found)
    old, new = versions.old.graph.outcomes, versions.new.graph.outcomes
    open_ = (pair for pair, (_, settled) in shown.items() if not settled)
    undecided = tuple(change_of(was, old[was].notify, now, new[now].notify) for was, now in open_)
    within: tuple[str, ...] = ()
    if regions and not undecided:
        within = versions.describer.tell(versions.describer.common(formulas.some(possible.values())))
    return regions, undecided, within


def _shown_fully(versions: Versions, pair: tuple[str, str], changed: Formula) -> Shown | None:
    """Describe all facts of one change, in parts where it is too long otherwise; None where time did not suffice."""
    sides = [_by_reasons(versions, changed, chart) for chart in (versions.old, versions.new)]
    parting = sorted((side for side in sides if len(side) > 1), key=len, reverse=True)
    described = _parted(versions, [changed], parting)
    shown = _show(versions, pair, sorted(described, key=lambda one: one.size))
    return None if versions.solver.limit.is_over() else shown


def _by_reasons(versions: Versions, changed: Formula, chart: ChartFormulas) -> list[Formula]:
    """Part facts by the arrows that settle their decisions in one version; give nothing where these are too many."""
    last = _last_arrows(chart)
    answers = versions.solver.sort_out(last, changed, most=_PARTS)
    if Answer.UNKNOWN in answers.values():
        return []
    return [one for id_, one in last.items() if answers[id_] is Answer.YES]


def _parted(versions: Versions, sets: Iterable[Formula], parting: Sequence[Sequence[Formula]]) -> list[Described]:
    """Describe sets of facts; those that are too long are parted by one side, and if need be by the other."""
    formulas = versions.solver.world.formulas
    described: list[Described] = []
    for facts in sets:
        found = _at_once(versions, facts, _LONG if parting else None)
        if not found and parting:
            found = _parted(versions, (formulas.every((facts, part)) for part in parting[0]), parting[1:])
        described.extend(found or [_in_common(versions, facts)])
    return described


def _at_once(versions: Versions, facts: Formula, worth: int | None) -> list[Described]:
    """Describe facts by the shorter of what they are and what they are not, if that is not longer than it is worth."""
    describer = versions.describer
    others = versions.solver.world.formulas.negate(facts)
    inside = describer.cover(facts, others, worth=worth)
    if not inside.complete or len(inside.cubes) > 1:
        worth = inside.size if inside.complete else worth
        outside = Cover((), complete=False)
        if not versions.solver.limit.is_over():
            outside = describer.cover(others, facts, worth=worth)
        plain = not describer.speaks_of_leaving_out((*inside.cubes, *outside.cubes))
        if outside.complete and plain and (not inside.complete or outside.size < inside.size):
            conditions = describer.tell_outside(outside.cubes)
            return [Described(facts, conditions, outside.size, {}, exact=True, outside=outside.cubes)]
    if inside.complete:
        cubes = sorted(inside.cubes, key=len)
        return [Described(facts, describer.tell(cube), len(cube) + 1, cube, exact=True) for cube in cubes]
    return []


def _in_common(versions: Versions, facts: Formula) -> Described:
    common = versions.describer.common(facts)
    return Described(facts, versions.describer.tell(common), _ENDLESS, common, exact=False)


# ---- Showing them by examples that the reference walk confirms ----


@dataclass(frozen=True, slots=True)
class Described:
    """Facts with their description."""

    facts: Formula
    """What is described."""
    conditions: tuple[str, ...]
    size: int
    """What a reader has to take in."""
    cube: Cube
    exact: bool
    outside: tuple[Cube, ...] = ()
    """What is not meant, where the condition says it that way."""


def _last_arrows(chart: ChartFormulas) -> dict[str, Formula]:
    """Give the arrows that lead to outcomes, and when each is taken."""
    return {
        arrow.id: chart.passed[arrow.id]
        for name in chart.graph.order
        for arrow in chart.graph.nodes[name].arrows
        if arrow.target in chart.graph.outcomes
    }


def _show(versions: Versions, pair: tuple[str, str], described: Sequence[Described]) -> Shown:
    regions: list[Region] = []
    settled = True
    for one in described:
        found = _find(versions, pair, one)
        if not isinstance(found, Answer):
            regions.append(_region(versions, one, found))
        elif found is Answer.UNKNOWN:
            settled = False
    return tuple(regions), settled


def _find(versions: Versions, pair: tuple[str, str], one: Described) -> FactValues | Answer:
    describer, together = versions.describer, versions.together

    def shows(values: FactValues) -> bool:
        if not describer.holds(one.cube, values) or any(describer.holds(cube, values) for cube in one.outside):
            return False
        before, after = (decide(side.graph, side.facts(values)) for side in (together.old, together.new))
        return (before.outcome, after.outcome) == pair and differ(before, after)

    return versions.find(versions.solver.world.formulas.every((one.facts, describer.formula(one.cube))), shows)


def _region(versions: Versions, one: Described, facts: FactValues) -> Region:
    describer = versions.describer
    together = versions.together
    before, after = (decide(side.graph, side.facts(facts)) for side in (together.old, together.new))
    inside = versions.solver.world.formulas.every((one.facts, describer.formula(one.cube)))
    return Region(
        given(together, facts),
        before,
        after,
        one.conditions,
        describer.flagged(one.cube, left_out=True),
        describer.flagged(one.cube, left_out=False),
        tuple(_either(versions, inside, one)),
        one.exact,
        _reasons(versions, inside, versions.old, before.reason),
        _reasons(versions, inside, versions.new, after.reason),
    )


def _either(versions: Versions, inside: Formula, one: Described) -> Iterator[str]:
    """Name the facts that some callers leave out and others give, of which a description speaks without saying so."""
    spoken = {name for condition in one.conditions for name in names_in(condition)}
    for at, feature in enumerate(versions.describer.features):
        if feature.flag is None or at in one.cube or (one.exact and feature.flag not in spoken):
            continue
        if versions.solver.ask(inside, feature.ways[True]) is not Answer.NO:
            yield feature.flag


def _reasons(versions: Versions, inside: Formula, chart: ChartFormulas, known: str) -> tuple[str, ...]:
    """List the arrows that settle the decisions of a region in one version, *known* first."""
    if versions.solver.world.opens:
        return (known,)
    others = {id_: one for id_, one in _last_arrows(chart).items() if id_ != known}
    answers = versions.solver.sort_out(others, inside, most=_REASONS - 1)
    return (known, *(id_ for id_, answer in answers.items() if answer is Answer.YES))
