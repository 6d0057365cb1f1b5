"""
Find the facts that two versions decide differently, and describe them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from notifyrules.diff.cover import Cover, Cube
from notifyrules.diff.model import Region
from notifyrules.diff.showing import Described, last_arrows, show
from notifyrules.diff.versions import Versions
from notifyrules.prove.chart import Chart
from notifyrules.prove.formulas import Formula
from notifyrules.prove.limit import Limit
from notifyrules.prove.solving import Answer

_PARTS = 20
"""Parts that a change is told in."""
_SHORT = (None, 30, 10)
"""What a description may hold, conditions and alternatives, that can be parted no more, once and twice."""
_TOO_LONG = 1_000


@dataclass(frozen=True, slots=True)
class Compared:
    """
    What came of comparing decisions.
    """

    regions: tuple[Region, ...]
    open: tuple[str, ...]
    within: tuple[str, ...]


def compare_decisions(versions: Versions, limit: Limit) -> Compared:
    """
    Find the regions in which two versions decide differently.
    """
    formulas = versions.solver.world.formulas
    regions: list[Region] = []
    undecided: list[str] = []
    possible = _possible(versions)
    for (was, now), answer in possible.items():
        if answer is Answer.NO:
            continue
        found, settled = _regions(versions, versions.differences[was, now], limit)
        regions.extend(found)
        if not settled:
            undecided.append(f"{was}->{now}")
    within: tuple[str, ...] = ()
    if regions and not undecided:
        changed = formulas.some(versions.differences[pair] for pair in possible)
        within = versions.describer.tell(versions.describer.common(changed))
    return Compared(tuple(regions), tuple(undecided), within)


def _possible(versions: Versions) -> dict[tuple[str, str], Answer]:
    """
    Find out which changes there may be.
    """
    solver = versions.solver
    formulas = solver.world.formulas
    waiting = dict(versions.differences)
    found: dict[tuple[str, str], Answer] = {}
    while waiting:
        answer = solver.ask(formulas.some(waiting.values()))
        if answer is not Answer.YES:
            found.update(dict.fromkeys(waiting, answer))
            break
        model = solver.model
        for pair in [pair for pair, one in waiting.items() if z3.is_true(model.eval(one, model_completion=True))]:
            found[pair] = Answer.YES
            del waiting[pair]
    return {pair: found[pair] for pair in versions.differences}


def _regions(versions: Versions, changed: Formula, limit: Limit) -> tuple[list[Region], bool]:
    """
    Describe the facts of one change: together where that is short, otherwise by what settles the decisions.

    Returns:
        The regions that some facts show, and whether they are all that there may be.
    """
    sides = [_by_reasons(versions, changed, chart) for chart in (versions.old, versions.new)]
    sides.sort(key=len, reverse=True)
    described = _described(versions, changed, sides, limit)
    return show(versions, sorted(described, key=lambda one: one.size))


def _by_reasons(versions: Versions, changed: Formula, chart: Chart) -> list[Formula]:
    """
    Part facts by the arrows that settle their decisions in one version.

    Returns:
        When each arrow does; nothing where there are too many, or not all could be found.
    """
    formulas = versions.solver.world.formulas
    last = last_arrows(chart)
    parts: list[Formula] = []
    while (answer := versions.solver.ask(changed, formulas.some(last.values()))) is Answer.YES and len(parts) < _PARTS:
        model = versions.solver.model
        taken = [id_ for id_, one in last.items() if z3.is_true(model.eval(one, model_completion=True))]
        parts.extend(last.pop(id_) for id_ in taken)
    return parts if answer is Answer.NO else []


def _described(versions: Versions, facts: Formula, sides: Sequence[Sequence[Formula]], limit: Limit) -> list[Described]:
    """
    Describe a set of facts, in parts where it is too long otherwise.
    """
    while sides and len(sides[0]) < 2:  # noqa: PLR2004 - one part is no part
        sides = sides[1:]
    described = _at_once(versions, facts, _SHORT[len(sides)], limit)
    if described or not sides:
        return described
    formulas = versions.solver.world.formulas
    parts = (formulas.every((facts, part)) for part in sides[0])
    return [one for part in parts for one in _described(versions, part, sides[1:], limit)]


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
    if worth is not None and not limit.is_over():
        return []
    common = describer.common(facts)
    return [Described(facts, describer.tell(common), _TOO_LONG, common, exact=False)]
