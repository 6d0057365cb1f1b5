"""Find where a path left the ways that lead to what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from notifyrules.cases.model import ArrowWays, Case, Stand
from notifyrules.cases.runner import Failure, missing_node
from notifyrules.evaluation.walk import Step
from notifyrules.graph.model import Arrow, Because, Call, Graph, Message
from notifyrules.language.terms import Term
from notifyrules.language.types import Basic, Enumeration, Type
from notifyrules.language.values import Value, write


@dataclass(frozen=True, slots=True)
class Divergence:
    """The last node of a path from which the arrows still lead to what was expected."""

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
        case "outcome" | "reason":
            return Divergence(path.last_to_end(_ends(case)), f"`{failure.differences[0].expected}`")
        case "notify":
            goal = " or ".join(f"`{name}`" for name in sorted(case.expect.outcomes))
            return Divergence(path.last_to_end(_ends(case)), goal)
        case "because":
            return path.to_words(case.expect.because or "")
        case "through":
            missing = missing_node(case.expect.through, failure.decision)
            assert missing is not None
            name = case.expect.through[missing]
            return Divergence(path.last_to_node(name), f"`{name}`")
        case "recheck":
            fitting = _ends_with_recheck(case)
            arrived = failure.decision.reason in fitting
            return Divergence(path.last_to_end(fitting), "an outcome with this recheck", arrived)
        case _:
            ends = _ends_with_data(case)
            return Divergence(
                path.last_to_end(ends), "an outcome with this data", arrived=failure.decision.reason in ends
            )


class _Path:
    def __init__(self, case: Case, steps: Sequence[Step]) -> None:
        self.ways: ArrowWays = case.chart.ways
        self._graph = case.chart.graph
        self._places: list[tuple[Stand, Arrow, Step]] = []
        stand: Stand | None = self.ways.start
        for step in steps:
            # INVARIANT (steps are a path): each arrow leads to the next step's node.
            assert stand is not None
            arrow = self._graph.arrows[step.arrow]
            self._places.append((stand, arrow, step))
            stand = self.ways.after(stand, arrow)

    def last_to_end(self, ends: Collection[str]) -> Step | None:
        """Find the last step whose node leads to one of some arrows that end a decision."""
        return next((step for stand, _, step in reversed(self._places) if self.ways.leads_to([stand], ends)), None)

    def last_to_node(self, name: str) -> Step | None:
        return next((step for stand, _, step in reversed(self._places) if self.ways.passing([stand], name)), None)

    def to_words(self, text: str) -> Divergence:
        """Find the last step whose node leads to something that may say a text to a person."""
        spoken = _Spoken(self._graph, self.ways, text)
        said: list[str | None] = [None]
        for _, _, step in self._places:
            words = step.because if step.because is not None or step.inner is None else step.inner.because
            said.append(said[-1] if words is None else words)
        for (stand, arrow, step), before in reversed(list(zip(self._places, said, strict=False))):
            if spoken.may_be(spoken.behind[stand], before):
                return Divergence(step, "these words", spoken.may_be(spoken.along(stand, arrow), before))
        return Divergence(None, "these words")


class _Speech(NamedTuple):
    """What the ways on from a place may say to a person."""

    says: bool = False
    """Whether some way ends with the text in force, from an arrow or a called chart on it."""
    silent: bool = False
    """Whether some way says nothing, so that what was said before stays in force."""
    own: bool = False
    """Whether some way that says nothing ends in an outcome whose own words may be the text."""


class _Spoken:
    """Whether a text may be in force at the end of the ways through a chart: the last words on a way count."""

    def __init__(self, graph: Graph, ways: ArrowWays, text: str) -> None:
        self._graph, self._ways, self._text = graph, ways, text
        self.behind: dict[Stand, _Speech] = {}
        """What the ways on from a place may say."""
        for name in reversed(graph.order):
            for trying in (False, True):
                stand = Stand(name, trying)
                found = [self.along(stand, arrow) for arrow in graph.nodes[name].arrows]
                self.behind[stand] = _Speech(*(any(kinds) for kinds in zip(*found, strict=True)))

    def along(self, stand: Stand, arrow: Arrow) -> _Speech:
        if (following := self._ways.after(stand, arrow)) is not None:
            rest = self.behind[following]
        elif self._ways.leads_to([stand], [arrow.id]):
            rest = _Speech(silent=True, own=_may_say(self._graph.outcomes[arrow.target].because, self._text))
        else:
            rest = _Speech()
        if arrow.because is not None and arrow.because.plain:
            return _Speech(rest.says or (rest.silent and _may_say(arrow.because, self._text)))
        node = self._graph.nodes[stand.node]
        # What speaks for some ends only may say nothing, and then a called chart may be heard.
        said = [arrow.because, *(_words(node.callee) if isinstance(node, Call) else ())]
        return rest._replace(says=rest.says or (rest.silent and any(_may_say(one, self._text) for one in said)))

    def may_be(self, speech: _Speech, said: str | None) -> bool:
        """Tell whether the text may be in force at the end, where *said* is in force so far."""
        return speech.says or (speech.own if said is None else speech.silent and said == self._text)


def _ends(case: Case) -> Mapping[str, Arrow]:
    """Give the arrows that fit what a case expects of outcome, notify and reason, by their ids."""
    ends = case.chart.ways.ends_to(case.expect.outcomes)
    reason = case.expect.reason
    return ends if reason is None else {reason: ends[reason]}


def _ends_with_data(case: Case) -> Collection[str]:
    """Give those of them whose outcomes carry, or may compute, the data expected."""
    outcomes = case.chart.graph.outcomes

    def may_carry(outcome: str) -> bool:
        carried = outcomes[outcome].data
        return all(_may_have(carried[name], value) for name, value in case.expect.data.items())

    return {arrow.id for arrow in _ends(case).values() if may_carry(arrow.target)}


def _ends_with_recheck(case: Case) -> Collection[str]:
    """Give those of them whose outcomes may say what was expected of when to ask again."""
    graph, (wanted,) = case.chart.graph, case.expect.recheck or (None,)

    def may_say(outcome: str) -> bool:
        if (said := graph.outcomes[outcome].recheck) is None:
            return wanted is None or _calls_for_recheck(graph)
        return wanted is not None or said.type.nullable

    return {arrow.id for arrow in _ends(case).values() if may_say(arrow.target)}


def _calls_for_recheck(graph: Graph) -> bool:
    """Tell whether a called chart may say when to ask again."""
    called = [node.callee for node in graph.nodes.values() if isinstance(node, Call)]
    said = (outcome.recheck for callee in called for outcome in callee.outcomes.values())
    return any(one is not None for one in said) or any(map(_calls_for_recheck, called))


def _words(graph: Graph) -> Iterator[Because]:
    said = (*(one.because for one in graph.outcomes.values()), *(one.because for one in graph.arrows.values()))
    yield from filter(None, said)
    for node in graph.nodes.values():
        if isinstance(node, Call):
            yield from _words(node.callee)


def _may_say(because: Because | None, text: str) -> bool:
    """Tell whether words could read so for some end and some values."""
    return because is not None and any(_may_be(message, text) for message in because.messages)


def _may_be(message: Message, text: str) -> bool:
    at = 0
    for number, piece in enumerate(message.pieces):
        if not isinstance(piece, str):
            continue
        found = text.find(piece, at)
        if found < 0 or (number == 0 and found > 0):
            return False
        at = found + len(piece)
    last = message.pieces[-1] if message.pieces else ""
    if isinstance(last, str) and not (text.endswith(last) and (len(message.pieces) > 1 or text == last)):
        return False
    terms = [number for number, piece in enumerate(message.pieces) if not isinstance(piece, str)]
    if len(terms) != 1:
        return True
    around = message.pieces[: terms[0]], message.pieces[terms[0] + 1 :]
    start, end = (sum(len(str(piece)) for piece in pieces) for pieces in around)
    value = message.pieces[terms[0]]
    assert isinstance(value, Term)
    return len(text) >= start + end and _may_read(value.type, text[start : len(text) - end])


def _may_have(carried: Value | Term, value: Value) -> bool:
    """Tell whether data could have a value: it is that, or is computed and may be."""
    if not isinstance(carried, Term):
        return carried == value
    base = carried.type.base
    return value in base.values if isinstance(base, Enumeration) and isinstance(value, str) else True


def _may_read(kind: Type, written: str) -> bool:
    """Tell whether a value of a type could be written so in a text."""
    if kind.nullable and written == write(None):
        return True
    if isinstance(kind.base, Enumeration):
        return written in kind.base.values
    if kind.base is Basic.BOOL:
        return written in (write(True), write(False))  # noqa: FBT003 - values of the language
    return kind.base is not Basic.INT or re.fullmatch(r"-?[0-9]{1,16}", written) is not None
