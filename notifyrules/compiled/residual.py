"""Follow a chart as far as known facts lead: find what is left of it, and which facts are needed next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args

from notifyrules.compiled.partial import OPEN, LookUp, NotKnown, Partial, TermKey, Unsettled, evaluate_settled
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import data_of, recheck_of, walk
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Notify, Question, Row, Switch, conditions
from notifyrules.language import terms as t
from notifyrules.language.values import Value

GraphKey: TypeAlias = "tuple[str | TermKey | tuple[TermKey, ...] | GraphKey, ...]"
"""Identifies what is left of a chart."""
NeededFor = Literal["decision", "explanation"]
"""What the facts are needed for: the outcome and its reason, or the texts, `data` and `recheck` as well."""
_CHOICES: Final[tuple[str, ...]] = get_args(NeededFor)


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left of a chart when some facts are known."""

    graph: Graph
    """The nodes that are still to be asked; only its start matters where there is none."""
    settled: Arrow | None
    """The arrow into the outcome, where nothing is left to ask."""
    key: GraphKey
    """Equal for equal remains of one chart."""


class Front:
    """Follow one chart as far as known facts lead."""

    def __init__(self, graph: Graph, look: LookUp) -> None:
        self._graph = graph
        self._partial = Partial(look)
        self._answers: dict[str, Arrow | None] = {}
        self._inner: dict[str, Front] = {}

    def reach(self) -> Arrow | str:
        """Follow the chart from its start to the arrow that enters an outcome, or the first node that is open."""
        if (answer := self._answer(self._graph.start)) is None:
            return self._graph.start
        end = self._end(answer)
        return end if end.target in self._graph.outcomes else end.target

    def _end(self, arrow: Arrow) -> Arrow:
        """Follow an arrow as far as known facts lead, to the one that enters an outcome or a node that is open."""
        while arrow.target in self._graph.nodes:
            if (following := self._answer(arrow.target)) is None:
                break
            arrow = following
        return arrow

    def _answer(self, name: str) -> Arrow | None:
        """Find the arrow that is taken from a node; None where that is open."""
        if name not in self._answers:
            self._answers[name] = self._answered(self._graph.nodes[name])
        return self._answers[name]

    def _answered(self, node: Node) -> Arrow | None:
        match node:
            case Question() | First():
                for row in node.rows:
                    holds = self._partial.value(row.condition)
                    if holds is not False:
                        return None if holds is OPEN else row.arrow
                return node.otherwise
            case Switch():
                value = self._partial.value(node.subject)
                return None if isinstance(value, Unsettled) else node.answer(value)
            case FanOut():
                for branch in node.branches:
                    end = self._end(branch)
                    if not self._refuses(end):
                        return end if end.target in self._graph.outcomes else None
                return node.otherwise
            case Call():
                reached = self._called(node).reach()
                return None if isinstance(reached, str) else node.cases[reached.target]

    def _refuses(self, arrow: Arrow) -> bool:
        outcome = self._graph.outcomes.get(arrow.target)
        return outcome is not None and outcome.notify is Notify.NO

    def _called(self, node: Call) -> Front:
        if node.name not in self._inner:
            self._inner[node.name] = Front(node.callee, lambda name: self._partial.value(node.arguments[name]))
        return self._inner[node.name]

    # ---- What an open node needs ----

    def needed(self, name: str) -> frozenset[str]:
        """Name the facts that may settle an open node; those that are known among them."""
        node = self._graph.nodes[name]
        match node:
            case Question() | Switch() | First():
                return self._read(next(term for term in conditions(node) if self._open(term)))
            case FanOut():
                ends = (self._end(branch) for branch in node.branches)
                return self.needed(next(end.target for end in ends if end.target in self._graph.nodes))
            case Call():
                inner = self._called(node)
                asked = inner.reach()
                assert isinstance(asked, str)
                terms = (node.arguments[one] for one in inner.needed(asked))
                return frozenset[str]().union(*(self._read(term) for term in terms if self._open(term)))

    def _open(self, term: t.Term) -> bool:
        return self._partial.value(term) is OPEN

    def _read(self, term: t.Term) -> frozenset[str]:
        """Name the facts that what is left of a term reads."""
        return t.facts_read(self._partial.left(term))

    # ---- What is left ----

    def _sign(self, arrow: Arrow) -> str:
        """Name where an arrow leads: the node, or the arrow itself where it enters an outcome and is the reason."""
        return arrow.target if arrow.target in self._graph.nodes else arrow.id

    def residual(self) -> Residual:
        """Find what is left of the chart."""
        reached = self.reach()
        if isinstance(reached, Arrow):
            return Residual(replace(self._graph, nodes={}, order=()), reached, (reached.id,))
        nodes: dict[str, Node] = {}
        keys: list[GraphKey] = []
        waiting = [reached]
        while waiting:
            name = waiting.pop()
            if name in nodes:
                continue
            nodes[name], key = self._remaining(self._graph.nodes[name])
            keys.append((name, *key))
            waiting.extend(arrow.target for arrow in reversed(nodes[name].arrows) if arrow.target in self._graph.nodes)
        order = tuple(name for name in self._graph.order if name in nodes)
        return Residual(replace(self._graph, nodes=nodes, order=order, start=reached), None, tuple(keys))

    def _remaining(self, node: Node) -> tuple[Node, GraphKey]:
        """Leave out of an open node what is settled, and identify it among all remains of this node."""
        match node:
            case Question() | First():
                return self._remaining_rows(node)
            case Switch():
                subject = self._partial.left(node.subject)
                left = {value: self._end(arrow) for value, arrow in node.cases.items()}
                otherwise = None if node.otherwise is None else self._end(node.otherwise)
                made = replace(node, subject=subject, cases=left, otherwise=otherwise)
                return made, (self._partial.key(subject), *map(self._sign, made.arrows))
            case FanOut():
                return self._remaining_fan_out(node)
            case Call():
                inner = self._called(node).residual()
                cases = {outcome: self._end(arrow) for outcome, arrow in node.cases.items()}
                return replace(node, callee=inner.graph, cases=cases), (inner.key, *map(self._sign, cases.values()))

    def _remaining_rows(self, node: Question | First) -> tuple[Node, GraphKey]:
        rows: list[Row] = []
        otherwise = node.otherwise
        for row in node.rows:
            holds = self._partial.value(row.condition)
            if holds is OPEN:
                rows.append(Row(self._partial.left(row.condition), self._end(row.arrow)))
            elif holds:
                otherwise = row.arrow
                break
        otherwise = self._end(otherwise)
        pairs = [(self._partial.key(row.condition), self._sign(row.arrow)) for row in rows]
        return replace(node, rows=tuple(rows), otherwise=otherwise), (*pairs, self._sign(otherwise))

    def _remaining_fan_out(self, node: FanOut) -> tuple[Node, GraphKey]:
        """Leave out of a fan-out the branches that surely refuse, and all behind one that surely does not."""
        branches: list[Arrow] = []
        otherwise = node.otherwise
        for end in map(self._end, node.branches):
            if end.target in self._graph.nodes:
                branches.append(end)
            elif not self._refuses(end):
                otherwise = end
                break
        otherwise = self._end(otherwise)
        key = (*map(self._sign, branches), self._sign(otherwise))
        return replace(node, branches=tuple(branches), otherwise=otherwise), key


def needed(graph: Graph, known: Mapping[str, Value], until: NeededFor) -> tuple[str, ...]:
    """Name the facts that the first open question reads, cheapest first, then as declared; none where all is known."""
    if until not in _CHOICES:
        advice = did_you_mean(until, _CHOICES, f"the choices are {named(_CHOICES)}")
        raise UsageError(f"facts cannot be needed until `{visible(str(until))}`", advice)
    front = Front(graph, lambda name: known.get(name, OPEN))
    reached = front.reach()
    if isinstance(reached, str):
        names = front.needed(reached) - known.keys()
    else:
        names = frozenset() if until == "decision" else _told(graph, known)
    order = list(graph.facts)
    return tuple(sorted(names, key=lambda name: (graph.facts[name].cost, order.index(name))))


def _told(graph: Graph, known: Mapping[str, Value]) -> frozenset[str]:
    """Name the fact that keeps a decision from being told in full."""
    facts = _Known(known)
    try:
        passage = walk(graph, facts, evaluate_settled)
        data_of(graph.outcomes[passage.outcome], facts)
        recheck_of(graph, passage, facts)
    except NotKnown as unknown:
        return frozenset(problem.path for problem in unknown.problems)
    return frozenset()


class _Known(dict[str, Value]):
    """The facts that are known; the others cannot be asked for."""

    def __missing__(self, name: str) -> Value:
        raise NotKnown(name)
