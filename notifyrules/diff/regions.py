"""Find the facts that two versions decide differently, and describe them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from notifyrules.diff.cover import Cover, Cube
from notifyrules.diff.model import Region, change_of
from notifyrules.diff.showing import Described, Shown, last_arrows, show
from notifyrules.diff.versions import Versions
from notifyrules.solver.charts import Chart
from notifyrules.solver.formulas import Formula
from notifyrules.solver.limit import Limit
from notifyrules.solver.solving import Answer

_PARTS = 20
"""Parts that a change is told in."""
_SHORT = 10
"""Conditions and alternatives that a reader takes in at a glance."""
_LONG = 30
"""Conditions and alternatives beyond which a part is parted again."""
_ENDLESS = 1_000
"""The size of what has no complete description: behind everything that has one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing decisions."""

    regions: tuple[Region, ...]
    open: tuple[str, ...]
    within: tuple[str, ...]


def compare_decisions(versions: Versions, limit: Limit, watch: Callable[[str], None]) -> Compared:
    """
    Find the regions in which two versions decide differently.

    Args:
        versions: Both, in formulas.
        limit: How long it may take. Every change is shown once before any is described at length.
        watch: Is told what is being worked on.
    """
    formulas = versions.solver.world.formulas
    answers = versions.solver.sort_out(versions.differences)
    possible = {pair: one for pair, one in versions.differences.items() if answers[pair] is not Answer.NO}
    shown: dict[tuple[str, str], Shown] = {}
    for (was, now), changed in possible.items():
        watch(f"{was}->{now}")
        shown[was, now] = _shown_shortly(versions, (was, now), changed, limit)
    for (was, now), changed in possible.items():
        if not all(region.exact for region in shown[was, now].regions):
            watch(f"all of {was}->{now}")
            shown[was, now] = _shown_fully(versions, (was, now), changed, limit) or shown[was, now]
    regions = tuple(region for one in shown.values() for region in one.regions)
    old, new = versions.old.graph.outcomes, versions.new.graph.outcomes
    undecided = tuple(
        change_of(was, old[was].notify, now, new[now].notify) for (was, now), one in shown.items() if not one.settled
    )
    within: tuple[str, ...] = ()
    if regions and not undecided:
        within = versions.describer.tell(versions.describer.common(formulas.some(possible.values())))
    return Compared(regions, undecided, within)


def _shown_shortly(versions: Versions, pair: tuple[str, str], changed: Formula, limit: Limit) -> Shown:
    """Describe one change by all of its facts where that is short, otherwise by what these have in common."""
    return show(versions, pair, _at_once(versions, changed, _SHORT, limit) or [_in_common(versions, changed)])


def _shown_fully(versions: Versions, pair: tuple[str, str], changed: Formula, limit: Limit) -> Shown | None:
    """
    Describe all facts of one change, in parts where it is too long otherwise.

    Returns:
        None where the time did not suffice.
    """
    sides = [_by_reasons(versions, changed, chart) for chart in (versions.old, versions.new)]
    parting = sorted((side for side in sides if len(side) > 1), key=len, reverse=True)
    described = _parted(versions, [changed], parting, limit)
    shown = show(versions, pair, sorted(described, key=lambda one: one.size))
    return None if limit.is_over() else shown


def _by_reasons(versions: Versions, changed: Formula, chart: Chart) -> list[Formula]:
    """
    Part facts by the arrows that settle their decisions in one version.

    Returns:
        When each arrow does; nothing where there are too many, or not all could be found.
    """
    last = last_arrows(chart)
    answers = versions.solver.sort_out(last, changed, most=_PARTS)
    if Answer.UNKNOWN in answers.values():
        return []
    return [one for id_, one in last.items() if answers[id_] is Answer.YES]


def _parted(
    versions: Versions, sets: Iterable[Formula], parting: Sequence[Sequence[Formula]], limit: Limit
) -> list[Described]:
    """Describe sets of facts; those that are too long are parted by one side, and if need be by the other."""
    formulas = versions.solver.world.formulas
    described: list[Described] = []
    for facts in sets:
        found = _at_once(versions, facts, _LONG if parting else None, limit)
        if not found and parting:
            found = _parted(versions, (formulas.every((facts, part)) for part in parting[0]), parting[1:], limit)
        described.extend(found or [_in_common(versions, facts)])
    return described


def _at_once(versions: Versions, facts: Formula, worth: int | None, limit: Limit) -> list[Described]:
    """
    Describe a set of facts by the shorter of what it is and what it is not.

    Returns:
        Nothing where either would be longer than what it is worth.
    """
    describer = versions.describer
    others = versions.solver.world.formulas.negate(facts)
    inside = describer.cover(facts, others, worth=worth)
    if not inside.complete or len(inside.cubes) > 1:
        worth = inside.size if inside.complete else worth
        outside = Cover((), complete=False) if limit.is_over() else describer.cover(others, facts, worth=worth)
        plain = not describer.speaks_of_leaving_out((*inside.cubes, *outside.cubes))
        if outside.complete and plain and (not inside.complete or outside.size < inside.size):
            conditions = describer.tell_outside(outside.cubes)
            return [Described(facts, conditions, outside.size, Cube({}), exact=True, outside=outside.cubes)]
    if inside.complete:
        cubes = sorted(inside.cubes, key=lambda cube: len(cube.parts))
        return [Described(facts, describer.tell(cube), len(cube.parts) + 1, cube, exact=True) for cube in cubes]
    return []


def _in_common(versions: Versions, facts: Formula) -> Described:
    """Describe a set of facts by what they have in common."""
    common = versions.describer.common(facts)
    return Described(facts, versions.describer.tell(common), _ENDLESS, common, exact=False)
