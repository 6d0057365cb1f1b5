"""Find facts that show something, as few as possible other than usual, confirmed by the reference walk."""

from __future__ import annotations

from notifyrules.language.values import FactValues
from notifyrules.solver.formulas import Formula
from notifyrules.solver.nearest import Nearest, Shows
from notifyrules.solver.samples import draw, pools
from notifyrules.solver.solving import SolverAnswer

_DRAWN = 2_000
"""Facts that are drawn at random where solutions show nothing."""


def find_witness(nearest: Nearest, goal: Formula, shows: Shows) -> FactValues | SolverAnswer:
    """Find facts for which *goal* holds, as *shows* decides; `NO` where it is proved that none do, else `UNKNOWN`."""
    sets = nearest.sets(goal, shows)
    if (change := next(sets, None)) is not None:
        return change.facts
    if sets.settled:
        return SolverAnswer.NO
    # The solver knows too little of what texts hold and when calendars change.
    for drawn in draw(nearest.inputs, pools(nearest.inputs), _DRAWN):
        if nearest.solver.limit.is_over():
            break
        if shows(drawn):
            return nearer(drawn, nearest.near, shows)
    return SolverAnswer.UNKNOWN


def nearer(facts: FactValues, near: FactValues, shows: Shows) -> FactValues:
    """Put facts back to what they are *near*, as far as they still show something."""
    for name, value in near.items():
        if facts[name] != value and shows(back := {**facts, name: value}):
            facts = back
    return facts
