"""
Write a chart as columns, one expression a node: its value is the code of the arrow that settles it.

Refusals have the lowest codes, so that a branch of a fan-out is taken where its code is none of them, and what notifies
the highest. The nodes are written from the last to the first, so that each finds those behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar, assert_never

from notifyrules.columns.algebra import (
    Among,
    Apply,
    EndCode,
    Expression,
    FirstOf,
    Operation,
    Read,
    SameInAll,
    SmallCode,
    Stage,
)
from notifyrules.columns.writing import Stages, Terms
from notifyrules.compiled.partial import OPEN
from notifyrules.compiled.residual import Front
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Notify, Question, Switch, conditions
from notifyrules.language import terms as t
from notifyrules.language.types import Type
from notifyrules.language.values import Value

T = TypeVar("T")
ArrowCode: TypeAlias = Read | SmallCode | EndCode
"""The code of an arrow: in a column, or always the same one."""
_RANKS: Final = {Notify.NO: 0, Notify.LATER: 1, Notify.UNSAID: 1, Notify.YES: 2}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is computed of a frame, one stage behind the other."""

    stages: tuple[Stage, ...]
    code: ArrowCode
    """The code of the arrow that settles it."""
    arrows: tuple[Arrow, ...]
    """The arrows into outcomes, by their codes."""
    facts: Mapping[str, Type]
    """The facts that are columns."""


def plan(graph: Graph, known: Mapping[str, Value]) -> Plan:
    """Plan what is computed where some facts are the same in every row, and the others are columns."""
    facts = {name: fact.type for name, fact in graph.facts.items() if name not in known}
    left = graph
    if known:
        residual = Front(graph, lambda name: known.get(name, OPEN)).residual()
        if residual.settled is not None:
            return Plan((), EndCode(0), (residual.settled,), facts)
        left = residual.graph
    span = graph.nodes[graph.start].span
    arguments = {name: t.Constant(span, graph.facts[name].type, value) for name, value in known.items()}
    stages = Stages(facts)
    chart = _Chart(stages, left, arguments, EndCode)
    return Plan(tuple(stages.made), chart.code(), chart.arrows, facts)


@lru_cache(maxsize=32)
def asked_facts(graph: Graph) -> tuple[str, ...]:
    """Name the facts that a chart asks to decide; those that it only tells are none of them."""
    asked: set[str] = set()
    for node in graph.nodes.values():
        terms = node.arguments.values() if isinstance(node, Call) else conditions(node)
        asked |= set().union(*map(t.facts_read, terms))
    return tuple(name for name in graph.facts if name in asked)


class _Chart:
    """Write one chart."""

    def __init__(
        self, stages: Stages, graph: Graph, arguments: Mapping[str, t.Term], end: type[SmallCode | EndCode]
    ) -> None:
        self._stages = stages
        self._graph = graph
        self._terms = Terms(stages, arguments)
        self._at: dict[str, ArrowCode] = {}
        outcomes = sorted(graph.outcomes, key=lambda name: _RANKS[graph.outcomes[name].notify])
        self.arrows = tuple(sorted(_ends(graph), key=lambda arrow: outcomes.index(arrow.target)))
        """The arrows into outcomes, by their codes: those into one outcome stand together."""
        self._codes = {arrow.id: end(code) for code, arrow in enumerate(self.arrows)}
        self._accepts = next(
            (self._codes[one.id] for one in self.arrows if graph.outcomes[one.target].notify is not Notify.NO), None
        )
        """The lowest code of what is no refusal."""
        for name in reversed(graph.order):
            made = self._node(graph.nodes[name])
            self._at[name] = stages.add(made) if isinstance(made, FirstOf) else made

    def code(self) -> ArrowCode:
        """Give the code of the arrow that settles the chart."""
        return self._at[self._graph.start]

    def _exit(self, arrow: Arrow) -> ArrowCode:
        """Give the code that an arrow leads to."""
        return self._codes[arrow.id] if arrow.target in self._graph.outcomes else self._at[arrow.target]

    def _node(self, node: Node) -> FirstOf | ArrowCode:
        match node:
            case Question() | First():
                rows = tuple((self._terms.write(row.condition), self._exit(row.arrow)) for row in node.rows)
                return FirstOf(rows, self._exit(node.otherwise))
            case Switch():
                return self._switch(node)
            case FanOut():
                return FirstOf(
                    tuple(self._branch(self._exit(arrow)) for arrow in node.branches), self._exit(node.otherwise)
                )
            case Call():
                return self._call(node)
            case _:
                assert_never(node)

    def _branch(self, code: ArrowCode) -> tuple[Expression, Expression]:
        """Write a branch: taken where its code is no refusal."""
        if self._accepts is None:
            return SameInAll(value=False), code
        if not isinstance(code, Read):
            return SameInAll(code.value >= self._accepts.value), code
        return Apply(Operation.NOT_MORE, (self._accepts, code)), code

    def _switch(self, node: Switch) -> FirstOf | ArrowCode:
        groups: dict[ArrowCode, list[Value]] = {}
        for value, arrow in node.cases.items():
            groups.setdefault(self._exit(arrow), []).append(value)
        return self._parted(groups, node.otherwise, lambda values: self._terms.is_among(node.subject, tuple(values)))

    def _parted(
        self, groups: dict[ArrowCode, list[T]], otherwise: Arrow | None, test: Callable[[list[T]], Expression]
    ) -> FirstOf | ArrowCode:
        """Part values that exclude each other: what most of them lead to needs no test."""
        # INVARIANT (total switch): without `else` one of the ways is taken.
        last = max(groups, key=lambda one: len(groups[one])) if otherwise is None else self._exit(otherwise)
        ways = tuple((test(values), to) for to, values in groups.items() if to != last)
        return FirstOf(ways, last) if ways else last

    def _call(self, node: Call) -> FirstOf | ArrowCode:
        arguments = {name: self._terms.inlined(term) for name, term in node.arguments.items()}
        callee = _Chart(self._stages, node.callee, arguments, SmallCode)
        inner = callee.code()
        groups: dict[ArrowCode, list[int]] = {}
        for code, arrow in enumerate(callee.arrows):
            groups.setdefault(self._exit(node.cases[arrow.target]), []).append(code)
        return self._parted(groups, None, lambda codes: Among(inner, tuple(codes)))


def _ends(graph: Graph) -> Iterable[Arrow]:
    """List the arrows into outcomes, each once."""
    arrows = (arrow for name in graph.order for arrow in graph.nodes[name].arrows)
    return tuple({arrow.id: arrow for arrow in arrows if arrow.target in graph.outcomes}.values())
