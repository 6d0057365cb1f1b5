"""Write a chart, and those that it calls, as data that `decide.js` decides by."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Final, assert_never

from notifyrules.evaluation.record import Plain
from notifyrules.graph.model import (
    Arrow,
    Because,
    Call,
    Fact,
    FanOut,
    First,
    Graph,
    Message,
    Node,
    Outcome,
    Question,
    Switch,
    conditions,
)
from notifyrules.language.printing import spell
from notifyrules.language.terms import Term
from notifyrules.language.types import Basic
from notifyrules.language.values import Value
from notifyrules.page.terms import TermWriter, type_of
from notifyrules.page.unicode_tables import NEEDED, table

FORMAT_VERSION: Final = 1
"""The version of the form."""
ALWAYS_CARRIED: Final = ("UTC",)
"""The time zones that every export carries."""


def export_chart(graph: Graph, zones: Iterable[str] = ALWAYS_CARRIED, *, told: bool = False) -> dict[str, Plain]:
    """
    Write a chart as plain data.

    Args:
        graph: A chart without errors.
        zones: Keys of the time zones that its facts may name; those that the chart itself writes out come with them.
        told: Whether it carries what deciding does not need: what nodes are about, their conditions, what is private or
            assumed of facts.
    """
    exporter = _Exporter(told=told)
    exporter.number(graph)
    assumed: dict[str, Plain] = {"assume": [exporter.terms.write(term) for term in graph.assume]} if told else {}
    named = sorted({*zones, *exporter.terms.zones})
    wanted = {name for function in exporter.terms.functions for name in NEEDED.get(function, ())}
    return {
        "notifyrules-chart": FORMAT_VERSION,
        "name": graph.name,
        "title": graph.title,
        "path": graph.path,
        "digest": graph.digest,
        "media": None if graph.media is None else [graph.media.fact, list(graph.media.names)],
        "charts": exporter.charts,
        "lets": exporter.terms.lets,
        "tables": {name: table(name) for name in sorted(wanted)},
        "zones": {key: zone_bytes(key) for key in named},
        **assumed,
    }


def zone_bytes(key: str) -> str:
    """Give the rules of a time zone as the packaged database has them, in base64."""
    return base64.b64encode(files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()).decode()


class _Exporter:
    """Writes charts, each once, however many nodes call it."""

    def __init__(self, *, told: bool) -> None:
        self.terms = TermWriter()
        self._told = told
        self.charts: list[Plain] = []
        self._numbers: dict[Graph, int] = {}

    def number(self, graph: Graph) -> int:
        """Give the number of a chart, which is written where it has none yet."""
        if graph not in self._numbers:
            self._numbers[graph] = len(self.charts)
            self.charts.append(None)
            self.charts[self._numbers[graph]] = self._chart(graph)
        return self._numbers[graph]

    def _chart(self, graph: Graph) -> Plain:
        return {
            "name": graph.name,
            "start": graph.start,
            "facts": {name: self._fact(fact) for name, fact in graph.facts.items()},
            "nodes": {name: self._node(node) for name, node in graph.nodes.items()},
            "outcomes": {name: self._outcome(outcome, graph) for name, outcome in graph.outcomes.items()},
        }

    def _fact(self, fact: Fact) -> Plain:
        return {
            "type": type_of(fact.type),
            **({"default": self.terms.value(fact.default)} if fact.has_default else {}),
            **({"about": fact.about} if fact.about else {}),
            **({"private": True} if fact.private and self._told else {}),
        }

    def _outcome(self, outcome: Outcome, graph: Graph) -> Plain:
        recheck = outcome.recheck
        return {
            "notify": outcome.notify.value,
            "label": outcome.label,
            "because": self._because(outcome.because),
            "data": {
                name: [type_of(graph.data[name].type), self._carried(value)] for name, value in outcome.data.items()
            },
            "recheck": None if recheck is None else self.terms.write(recheck),
            "from_now": recheck is not None and recheck.type.base is Basic.DURATION,
        }

    def _carried(self, value: Value | Term) -> Plain:
        return self.terms.write(value) if isinstance(value, Term) else ["is", self.terms.value(value)]

    def _node(self, node: Node) -> Plain:
        whole: dict[str, Plain] = {
            "kind": node.kind,
            "ask": node.ask,
            "file": node.span.source.name,
            "line": node.span.line,
        }
        if self._told:
            whole |= {"about": node.about, "conditions": [*_told(node)]}
        match node:
            case Question() | First():
                rows: list[Plain] = [[self.terms.write(row.condition), self._arrow(row.arrow)] for row in node.rows]
                return whole | {"rows": rows, "else": self._arrow(node.otherwise)}
            case Switch():
                cases: list[Plain] = [
                    [self.terms.value(value), self._arrow(arrow)] for value, arrow in node.cases.items()
                ]
                otherwise = None if node.otherwise is None else self._arrow(node.otherwise)
                return whole | {"subject": self.terms.write(node.subject), "cases": cases, "else": otherwise}
            case FanOut():
                branches = [self._arrow(branch) for branch in node.branches]
                return whole | {"branches": branches, "else": self._arrow(node.otherwise)}
            case Call():
                arguments = {name: self.terms.write(term) for name, term in node.arguments.items()}
                ends: list[Plain] = [[outcome, self._arrow(arrow)] for outcome, arrow in node.cases.items()]
                return whole | {"chart": self.number(node.callee), "arguments": arguments, "cases": ends}
            case _:
                assert_never(node)

    def _arrow(self, arrow: Arrow) -> Plain:
        because = self._because(arrow.because)
        whole: dict[str, Plain] = {"id": arrow.id, "answer": arrow.answer, "to": arrow.target}
        return whole if because is None else whole | {"because": because}

    def _because(self, because: Because | None) -> Plain:
        """Write the texts, by the kinds of ends that each speaks for."""
        if because is None:
            return None
        return {end.value: self._message(message) for end, message in because.texts.items()}

    def _message(self, message: Message) -> Plain:
        return [
            piece if isinstance(piece, str) else [type_of(piece.type), self.terms.write(piece)]
            for piece in message.pieces
        ]


def _told(node: Node) -> Iterator[str]:
    """Give the conditions of a node as written; of a call, what each fact of the called chart is bound to."""
    if isinstance(node, Call):
        yield from (f"{name}: {spell(term)}" for name, term in node.arguments.items())
    else:
        yield from (term.span.one_line for term in conditions(node))
