"""
Find the words of a decision without its steps.

Most arrows into outcomes settle alone what is said there. For the others the way is gone again by code that answers one
question at a time; like all generated code it is held equal to the reference walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.facts_object import FIXED, Facts, make_kind
from notifyrules.compiled.limits import LIMITS
from notifyrules.compiled.names import Names, compiled, run, slots
from notifyrules.evaluation.walk import fill
from notifyrules.graph.model import (
    Arrow,
    Call,
    FanOut,
    First,
    Graph,
    Message,
    Notify,
    Outcome,
    Question,
    Switch,
    conditions,
)

ToldWords: TypeAlias = "tuple[Message, Facts]"
"""Words, and the facts that are filled in."""


_CHARTS: Final = 64
"""Charts of which it is kept what their arrows say."""


class OnTheWay(Enum):
    """The type of :data:`ON_THE_WAY`."""

    ON_THE_WAY = "on the way"


ON_THE_WAY: Final = OnTheWay.ON_THE_WAY
"""Stands for words that depend on how an arrow was reached."""


@lru_cache(_CHARTS)
def settled_words(graph: Graph) -> Mapping[str, Message | OnTheWay | None]:
    """Find what each arrow into an outcome says, whatever the way there was."""
    found: dict[str, Message | OnTheWay | None] = {}
    for end in {outcome.notify for outcome in graph.outcomes.values()}:
        before: dict[str, set[Message | OnTheWay | None]] = {name: set() for name in graph.nodes}
        before[graph.start].add(None)
        for name in graph.order:
            node = graph.nodes[name]
            for arrow in node.arrows:
                said = before[name]
                if (own := _text(arrow, end)) is not None:
                    said = {own}
                elif isinstance(node, Call) and _speaks(node.callee, end):
                    said = {ON_THE_WAY}
                if arrow.target in graph.nodes:
                    before[arrow.target] |= said
                elif (outcome := graph.outcomes[arrow.target]).notify is end:
                    last = {_text(outcome, end) if one is None else one for one in said}
                    found[arrow.id] = last.pop() if len(last) == 1 else ON_THE_WAY
    return found


def _text(one: Arrow | Outcome, end: Notify) -> Message | None:
    return None if one.because is None else one.because.texts.get(end)


def _speaks(graph: Graph, end: Notify) -> bool:
    """Tell whether a chart has words for an end, or one that it calls."""
    arrows = (arrow for node in graph.nodes.values() for arrow in node.arrows)
    called = (node.callee for node in graph.nodes.values() if isinstance(node, Call))
    own: tuple[Arrow | Outcome, ...] = (*arrows, *graph.outcomes.values())
    return any(_text(one, end) is not None for one in own) or any(_speaks(one, end) for one in called)


def plain_words(graph: Graph, arrow: str) -> str | Message | OnTheWay | None:
    """Give what an arrow into an outcome says, written out where nothing is filled in."""
    said = settled_words(graph)[arrow]
    return said.settled or said if isinstance(said, Message) else said


_Leads: TypeAlias = "tuple[str, Message | None]"
"""Where an arrow leads, and what it says."""


@dataclass(frozen=True, slots=True)
class _Called:
    """A node that asks another chart."""

    teller: Teller
    bind: Callable[[Facts], Facts]
    """Makes the facts of that chart."""
    ways: Mapping[str, _Leads]
    """By its outcomes."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """A fan-out."""

    branches: tuple[_Leads, ...]
    otherwise: _Leads


class Teller:
    """Go a way through a chart again, to find what was said on it for one kind of end of the outermost chart."""

    def __init__(self, graph: Graph, kind: type[Facts], end: Notify) -> None:
        self._graph, self._end = graph, end
        self._names = Names()
        facts = {name: Spelling(f"facts.{slot}", ("facts",)) for name, slot in kind.slots.items()}
        fixed = slots(name for name in kind.names if name not in kind.slots)
        facts |= {name: Spelling(f"facts.{FIXED}.{slot}", ("facts",)) for name, slot in fixed.items()}
        self._expressions = Expressions(facts, self._names, LIMITS)
        for term in (term for node in graph.nodes.values() for term in conditions(node)):
            self._expressions.count(term)
        asks = {name: self._names.new(f"ask_{name}") for name in graph.nodes}
        inner = {name: make_kind(node.callee.facts) for name, node in graph.nodes.items() if isinstance(node, Call)}
        lines: list[str] = []
        for name, node in graph.nodes.items():
            match node:
                case Call():
                    lines += [f"def {asks[name]}(facts):", *self._binding(node, inner[name])]
                case Question() | First() | Switch():
                    lines += [f"def {asks[name]}(facts):", *self._asking(node)]
        source = "\n".join([*self._expressions.functions, *lines])
        code = run(compiled(source, f"<the words of {graph.name}>"), self._names.table)
        self._asks: dict[str, Callable[[Facts], _Leads]] = {}
        self._others: dict[str, _Called | _Tried] = {}
        for name, node in graph.nodes.items():
            match node:
                case Call():
                    ways = {outcome: self._way(arrow) for outcome, arrow in node.cases.items()}
                    self._others[name] = _Called(Teller(node.callee, inner[name], end), code[asks[name]], ways)
                case FanOut():
                    self._others[name] = _Tried(tuple(map(self._way, node.branches)), self._way(node.otherwise))
                case Question() | First() | Switch():
                    self._asks[name] = code[asks[name]]
                case _:
                    assert_never(node)

    def _way(self, arrow: Arrow) -> _Leads:
        return arrow.target, _text(arrow, self._end)

    def _asking(self, node: Question | First | Switch) -> list[str]:
        """Write what gives the way that a node is left by."""
        otherwise = None if node.otherwise is None else self._way(node.otherwise)
        last = self._names.thing(f"{node.name}_else", otherwise)
        if isinstance(node, Switch):
            cases = self._names.thing(
                f"cases_{node.name}", {value: self._way(arrow) for value, arrow in node.cases.items()}
            )
            return [f"    return {cases}.get({self._expressions.write(node.subject)}, {last})"]
        lines: list[str] = []
        for number, row in enumerate(node.rows):
            lines += [f"    if {self._expressions.write(row.condition)}:"]
            lines += [f"        return {self._names.thing(f'{node.name}_{number}', self._way(row.arrow))}"]
        return [*lines, f"    return {last}"]

    def _binding(self, node: Call, kind: type[Facts]) -> list[str]:
        """Write what makes the facts of a called chart."""
        written = {name: self._expressions.write(term) for name, term in node.arguments.items()}
        return [
            f"    bound = {self._names.thing('Facts', kind)}()",
            *(f"    bound.{slot} = {written[name]}" for name, slot in kind.slots.items()),
            "    return bound",
        ]

    def words(self, facts: Facts) -> str | None:
        """Find the words in force for what facts lead to."""
        _, told = self._tell(facts)
        return None if told is None else fill(*told)

    def _tell(self, facts: Facts) -> tuple[str, ToldWords | None]:
        """Find the outcome, and the words that the chart has for the end of the outermost one."""
        name, said = self._follow(self._graph.start, facts, {}, trying=False)
        outcome = self._graph.outcomes[name]
        if not outcome.notify.counts_for(self._end):
            return name, None
        if said is None and (own := _text(outcome, self._end)) is not None:
            said = own, facts
        return name, said

    def _follow(
        self, name: str, facts: Facts, refused: dict[str, str], *, trying: bool
    ) -> tuple[str, ToldWords | None]:
        """Go from a node to an outcome like :func:`notifyrules.evaluation.walk.walk`, and keep what was said last."""
        said: ToldWords | None = None
        passed: list[str] = []
        while True:
            inner = None
            if (ask := self._asks.get(name)) is not None:
                name, text = ask(facts)
            elif isinstance(other := self._others.get(name), _Called):
                outcome, inner = other.teller._tell(other.bind(facts))  # noqa: SLF001 - another one of its kind
                name, text = other.ways[outcome]
            elif other is not None:
                if trying and name in refused:
                    name = refused[name]
                    break
                passed.append(name)
                (name, text), inner, won = self._try(other, facts, refused)
                if won:
                    return name, inner or (said if text is None else (text, facts))
            else:
                break
            if text is not None:
                said = text, facts
            elif inner is not None:
                said = inner
        if passed and self._graph.outcomes[name].notify is Notify.NO:
            refused.update(dict.fromkeys(passed, name))
        return name, said

    def _try(self, node: _Tried, facts: Facts, refused: dict[str, str]) -> tuple[_Leads, ToldWords | None, bool]:
        """Try branches in order; give the way on or where one ended, what was said there, and whether it won."""
        for target, text in node.branches:
            outcome, said = self._follow(target, facts, refused, trying=True)
            if self._graph.outcomes[outcome].notify is not Notify.NO:
                return (outcome, text), said, True
        return node.otherwise, None, False
