"""
Find where a path left the ways that lead to what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
    arrived: bool = False
    """Whether the arrow taken there leads to it, for other facts than those of the case."""


def diverged(case: Case, failure: Failure) -> Divergence:
    """
    Find the last node of the path from which the chart's arrows still lead to what the case expects.

    Conditions are not looked at: it is the arrows that lead there, for some facts or for none.
    """
    path = _Path(case, failure.decision.steps)
    # The others follow from the first difference.
    what = failure.differences[0].what
    match what:
        case "outcome" | "reason" | "notify":
            return Divergence(path.last_to_end(_ends(case)), _goal(case, what))
        case "because":
            return path.to_words(case.expect.because or "")
        case "through":
            missing = missing_node(case.expect.through, failure.decision)
            assert missing is not None
            name = case.expect.through[missing]
            return Divergence(path.last_to_node(name), f"`{name}`")
        case _:
            ends = _ends_with_data(case)
            return Divergence(
                path.last_to_end(ends), "an outcome with this data", arrived=failure.decision.reason in ends
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
        case _:
            return " or ".join(f"`{name}`" for name in sorted(case.expect.outcomes))


class _Path:
    """
    The path of one decision, place by place.
    """

    def __init__(self, case: Case, steps: Sequence[Step]) -> None:
        """
        Follow *steps* along the arrows of the case's chart.
        """
        self.ways: Ways = case.chart.ways
        self._graph = case.chart.graph
        self._places: list[tuple[Stand, Arrow, Step]] = []
        stand: Stand | None = self.ways.start
        for step in steps:
            # INVARIANT (steps are a path): each arrow leads to the next step's node.
            assert stand is not None
            arrow = self._graph.arrows[step.arrow]
            self._places.append((stand, arrow, step))
            stand = self.ways.after(stand, arrow)

    def last(self, leads: Callable[[Stand], bool]) -> Step | None:
        """
        Find the last step whose node leads to something.
        """
        return next((step for stand, _, step in reversed(self._places) if leads(stand)), None)

    def last_to_end(self, ends: Collection[str]) -> Step | None:
        """
        Find the last step whose node leads to one of some arrows that end a decision.
        """
        return self.last(lambda stand: self.ways.leads_to([stand], ends))

    def last_to_node(self, name: str) -> Step | None:
        """
        Find the last step whose node leads to another node.
        """
        return self.last(lambda stand: bool(self.ways.passing([stand], name)))

    def to_words(self, text: str) -> Divergence:
        """
        Find the last step whose node leads to something that may say a text to a person.
        """
        step = self.last(lambda stand: any(_may_be(message, text) for message in self._messages(stand)))
        taken = [arrow.because for _, arrow, one in self._places if one is step]
        return Divergence(step, "these words", any(one is not None and _may_be(one, text) for one in taken))

    def _messages(self, stand: Stand) -> Iterator[Message]:
        """
        Give everything that is said behind a place.
        """
        for name in self.ways.behind(stand):
            node = self._graph.nodes[name]
            for arrow in node.arrows:
                yield from _said(arrow.because)
                if self.ways.leads_to([stand], [arrow.id]):
                    yield from _said(self._graph.outcomes[arrow.target].because)
            if isinstance(node, Call):
                yield from _words(node.callee)


def _said(message: Message | None) -> Iterator[Message]:
    """
    Give a message where there is one.
    """
    if message is not None:
        yield message


def _ends(case: Case) -> Mapping[str, Arrow]:
    """
    Give the arrows that fit what a case expects of outcome, notify and reason, by their ids.
    """
    ends = case.chart.ways.ends_to(case.expect.outcomes)
    reason = case.expect.reason
    return ends if reason is None else {reason: ends[reason]}


def _ends_with_data(case: Case) -> Collection[str]:
    """
    Give those of them whose outcomes carry, or may compute, the data expected.
    """
    outcomes = case.chart.graph.outcomes

    def may_carry(outcome: str) -> bool:
        carried = outcomes[outcome].data
        return all(
            isinstance(carried[name], Term) or carried[name] == value for name, value in case.expect.data.items()
        )

    return {arrow.id for arrow in _ends(case).values() if may_carry(arrow.target)}


def _words(graph: Graph) -> Iterator[Message]:
    """
    Give everything that a called chart may say.
    """
    for outcome in graph.outcomes.values():
        yield from _said(outcome.because)
    for arrow in graph.arrows.values():
        yield from _said(arrow.because)
    for node in graph.nodes.values():
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
