"""
Find where a path left the ways that lead to what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from notifyrules.cases.expectations import fitting_ends
from notifyrules.cases.model import Case
from notifyrules.cases.runner import Failure, missing_node
from notifyrules.cases.ways import Stand, Ways
from notifyrules.conditions.terms import Term
from notifyrules.evaluation.step import Step
from notifyrules.graph.model import Arrow, Call, Graph, Message


@dataclass(frozen=True, slots=True)
class Divergence:
    """
    The last node of a path from which the arrows still lead to what was expected.
    """

    step: Step | None
    """The step there; None where no node of the path leads to it."""
    goal: str
    """What was expected, in words."""


def diverged(case: Case, failure: Failure) -> Divergence:
    """
    Find the last node of the path from which the chart's arrows still lead to what the case expects.

    Conditions are not looked at: it is the arrows that lead there, for some facts or for none.
    """
    ways, decision = case.chart.ways, failure.decision
    fitting = _ends_with_data(case, fitting_ends(case.expect, case.chart).values())
    stands = _stands(decision.steps, case, ways)
    if decision.reason not in fitting:
        wanted = [
            difference for difference in failure.differences if difference.what in ("outcome", "notify", "reason")
        ]
        goal = _goal(case, wanted[0].what if wanted else "data")
        return Divergence(
            _last(stands, decision.steps, lambda stand: bool(fitting & ways.ends_from([stand]).keys())), goal
        )
    missing = missing_node(case.expect.through, decision)
    if missing is not None:
        name = case.expect.through[missing]
        return Divergence(_last(stands, decision.steps, lambda stand: bool(ways.passing([stand], name))), f"`{name}`")
    text = case.expect.because or ""
    return Divergence(
        _last(stands, decision.steps, lambda stand: _can_say(stand, text, case.chart.graph, ways)), "these words"
    )


def _goal(case: Case, what: str) -> str:
    """
    Say what the path should have come to.
    """
    match what:
        case "outcome":
            return f"`{case.expect.outcome}`"
        case "reason":
            return f"`{case.expect.reason}`"
        case "notify":
            return " or ".join(f"`{name}`" for name in sorted(case.expect.outcomes))
        case _:
            return "an outcome with this data"


def _stands(steps: Iterable[Step], case: Case, ways: Ways) -> tuple[Stand, ...]:
    """
    Give the place of the decision at every step.
    """
    found: list[Stand] = []
    stand: Stand | None = ways.start
    for step in steps:
        # INVARIANT (steps are a path): each arrow leads to the next step's node.
        assert stand is not None
        found.append(stand)
        arrow = next(one for one in case.chart.graph.nodes[step.node].arrows if one.id == step.arrow)
        stand = ways.after(stand, arrow)
    return tuple(found)


def _last(stands: tuple[Stand, ...], steps: tuple[Step, ...], leads: Callable[[Stand], bool]) -> Step | None:
    """
    Find the last step whose node leads to something.
    """
    return next((step for stand, step in zip(reversed(stands), reversed(steps), strict=True) if leads(stand)), None)


def _ends_with_data(case: Case, ends: Iterable[Arrow]) -> set[str]:
    """
    Keep the arrows whose outcomes carry, or may compute, the data expected.
    """
    outcomes = case.chart.graph.outcomes

    def may_carry(outcome: str) -> bool:
        carried = outcomes[outcome].data
        return all(
            isinstance(carried[name], Term) or carried[name] == value for name, value in case.expect.data.items()
        )

    return {arrow.id for arrow in ends if may_carry(arrow.target)}


def _can_say(stand: Stand, text: str, graph: Graph, ways: Ways) -> bool:
    """
    Tell whether something that can be come to may say a text to a person.
    """
    ends = ways.ends_from([stand]).values()
    messages = [graph.outcomes[arrow.target].because for arrow in ends]
    for place in ways.reached([stand]):
        node = graph.nodes[place.node]
        messages.extend(arrow.because for arrow in node.arrows)
        if isinstance(node, Call):
            messages.extend(_words(node.callee))
    return any(message is not None and _may_be(message, text) for message in messages)


def _words(graph: Graph) -> Iterable[Message | None]:
    """
    Give everything that a called chart may say.
    """
    for outcome in graph.outcomes.values():
        yield outcome.because
    for node in graph.nodes.values():
        for arrow in node.arrows:
            yield arrow.because
        if isinstance(node, Call):
            yield from _words(node.callee)


def _may_be(message: Message, text: str) -> bool:
    """
    Tell whether a message could read so for some values.
    """
    at = 0
    for number, piece in enumerate(message.pieces):
        if not isinstance(piece, str):
            continue
        found = text.find(piece, at)
        if found < 0 or (number == 0 and found > 0):
            return False
        at = found + len(piece)
    last = message.pieces[-1] if message.pieces else ""
    return text.endswith(last) and (len(message.pieces) > 1 or text == last) if isinstance(last, str) else True
