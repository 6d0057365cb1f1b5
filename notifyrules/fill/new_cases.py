"""Make cases for what no case walks, one after the other: each may walk more than it was made for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from notifyrules.cases.splicing import NewCase
from notifyrules.cases.writing import facts_said
from notifyrules.coverage.recorder import Recorder, find_atoms
from notifyrules.evaluation.walk import Passage, Step, passed, walk
from notifyrules.explanation.words import printable
from notifyrules.fill.goals import CaseGoal, goals
from notifyrules.fill.reasons import Reasons
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, write
from notifyrules.limit import Limit
from notifyrules.solver import Neighbourhood, SolverAnswer, base_of


@dataclass(frozen=True, slots=True)
class Unmade:
    """Something for which no case was made."""

    goal: CaseGoal
    because: str | None
    """Where it is proved that it happens for no facts: what forbids it."""


def make(
    graph: Graph, given: FactValues, recorder: Recorder, names: Iterable[str], limit: Limit
) -> Iterator[NewCase | Unmade]:
    """
    Make cases for what a recorder has not seen of a chart, and walk each before the next is made.

    Args:
        graph: The chart.
        given: The facts that every case of the file starts from, to which those of the cases are to be near.
        recorder: What was walked so far.
        names: The names of the cases that there are.
        limit: How long all of it may take.
    """
    free = {name for name, fact in graph.facts.items() if not fact.has_default} - given.keys()
    near = Neighbourhood.begin(graph, base_of(graph, limit, given), limit, free=free, asked=find_atoms(graph))
    trial, known, reasons = Recorder(), set(names), Reasons(near)
    trial.learn(graph)
    for goal in goals(near.chart):
        if goal.count(recorder):
            continue
        facts = _find(near, goal, trial)
        if facts is None:
            proved = near.nearest.solver.ask(near.chart.world.formulas.some(goal.ways)) is SolverAnswer.NO
            yield Unmade(goal, reasons.of(goal) if proved else None)
            continue
        recorder.walk(graph, facts)
        said, passage = facts_said(graph, facts, given), walk(graph, facts)
        name = _name(graph, passage, goal)
        shown = ", ".join(f"{fact}: {write(value)}" for fact, value in said.items())
        numbers = (f"{name}, {number}" for number in count(2))
        told = (printable(f"{name}, {more}") for more in (goal.condition, shown) if more)
        name = next(one for one in (name, *told, *islice(numbers, len(known) + 1)) if one not in known)
        known.add(name)
        yield NewCase(name, said, {"outcome": passage.outcome, "reason": passage.reasons[0]})


def _find(near: Neighbourhood, goal: CaseGoal, trial: Recorder) -> FactValues | None:
    def shows(facts: FactValues) -> bool:
        before = goal.count(trial)
        trial.walk(near.graph, facts)
        return goal.count(trial) > before

    changes = (next(near.sets(way, shows), None) for way in goal.ways)
    return next((change.facts for change in changes if change is not None), None)


# ---- Names ----


def _name(graph: Graph, passage: Passage, goal: CaseGoal) -> str:
    """Name a case by the question that it is about, its answer, and the words in force or else the outcome."""
    steps = tuple(passed(passage.steps))
    at = next((step for step in steps if step.node in goal.nodes), steps[-1])
    outcome = graph.outcomes[passage.outcome]
    words = passage.because if _is_about(passage, at) else None
    return printable(f"{at.ask.rstrip('?')}? {at.answer} ({words or outcome.label or passage.outcome})")


def _is_about(passage: Passage, at: Step) -> bool:
    """Tell whether the words in force come from a step, or from one before it, and from none behind it."""
    if at not in passage.steps:
        return False
    number = passage.steps.index(at)
    spoken = [one for one, step in enumerate(passage.steps) if step.because or (step.inner and step.inner.because)]
    return spoken[-1] <= number if spoken else number == len(passage.steps) - 1
