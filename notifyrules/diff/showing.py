"""Show described facts by an example that the reference walk confirms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notifyrules.diff.cover import Cube
from notifyrules.diff.deciding import decide, differ
from notifyrules.diff.inputs import Together, left_out
from notifyrules.diff.model import Region
from notifyrules.diff.spelling import names_in
from notifyrules.diff.versions import Versions
from notifyrules.evaluation.walk import keeps
from notifyrules.language.values import Value
from notifyrules.solver.charts import Chart
from notifyrules.solver.fact_values import FactValues
from notifyrules.solver.formulas import Formula
from notifyrules.solver.solving import Answer
from notifyrules.solver.witness import Witness, find_witness

_REASONS = 20
"""Reasons that are listed for one region."""


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


def last_arrows(chart: Chart) -> dict[str, Formula]:
    """Give the arrows that lead to outcomes, and when each is taken."""
    return {
        arrow.id: chart.passed[arrow.id]
        for name in chart.graph.order
        for arrow in chart.graph.nodes[name].arrows
        if arrow.target in chart.graph.outcomes
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """Descriptions with an example each."""

    regions: tuple[Region, ...]
    settled: bool
    """Whether every description could be shown, or was proved to be empty."""


def show(versions: Versions, pair: tuple[str, str], described: Sequence[Described]) -> Shown:
    """
    Show each description of a change by facts that the reference walk confirms.

    Args:
        versions: Both versions.
        pair: The outcomes before and after.
        described: What to show.
    """
    regions: list[Region] = []
    settled = True
    for one in described:
        found = _witness(versions, pair, one)
        if isinstance(found, Witness):
            regions.append(_region(versions, one, found))
        elif found is Answer.UNKNOWN:
            settled = False
    return Shown(tuple(regions), settled)


def _witness(versions: Versions, pair: tuple[str, str], one: Described) -> Witness | Answer:
    """Find facts of a description."""
    describer = versions.describer
    formulas = versions.solver.world.formulas
    goal = formulas.every((one.facts, describer.formula(one.cube)))

    def confirm(values: FactValues, _: Value) -> bool:
        if not describer.holds(one.cube, values) or any(describer.holds(cube, values) for cube in one.outside):
            return False
        sides = (versions.together.old, versions.together.new)
        facts = [side.facts(values) for side in sides]
        if not any(keeps(side.graph, one) for side, one in zip(sides, facts, strict=True)):
            return False
        before, after = (decide(side.graph, one) for side, one in zip(sides, facts, strict=True))
        return (before.outcome, after.outcome) == pair and differ(before, after)

    return find_witness(versions.solver, versions.together.inputs, goal, confirm)


def _region(versions: Versions, one: Described, witness: Witness) -> Region:
    """Put a region together."""
    describer = versions.describer
    together = versions.together
    before, after = (decide(side.graph, side.facts(witness.facts)) for side in (together.old, together.new))
    inside = versions.solver.world.formulas.every((one.facts, describer.formula(one.cube)))
    return Region(
        one.conditions,
        describer.flagged(one.cube, left_out=True),
        describer.flagged(one.cube, left_out=False),
        tuple(_either(versions, inside, one)),
        one.exact,
        _given(together, witness.facts),
        before,
        after,
        _reasons(versions, inside, versions.old, before.reason),
        _reasons(versions, inside, versions.new, after.reason),
    )


def _either(versions: Versions, inside: Formula, one: Described) -> Iterator[str]:
    """Name the facts that some callers leave out and others give, of which a description speaks without saying so."""
    spoken = {name for condition in one.conditions for name in names_in(condition)}
    for at, feature in enumerate(versions.describer.features):
        if feature.flag is None or at in one.cube.parts or (one.exact and feature.flag not in spoken):
            continue
        if versions.solver.ask(inside, feature.ways[True]) is not Answer.NO:
            yield feature.flag


def _reasons(versions: Versions, inside: Formula, chart: Chart, known: str) -> tuple[str, ...]:
    """List the arrows that settle the decisions of a region in one version, *known* first."""
    if versions.solver.world.opens:
        return (known,)
    others = {id_: one for id_, one in last_arrows(chart).items() if id_ != known}
    answers = versions.solver.sort_out(others, inside, most=_REASONS - 1)
    return (known, *(id_ for id_, answer in answers.items() if answer is Answer.YES))


def _given(together: Together, values: FactValues) -> dict[str, Value]:
    """Keep the facts that a reader must know: those given that differ from their default or have none."""
    shown = {}
    for side in (together.old, together.new):
        for name, called in side.names.items():
            if values.get(left_out(name)) is not True:
                shown[called] = values[called]
    return shown
