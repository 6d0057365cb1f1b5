"""Read conditions that are asked about a chart, and do not stand in its file."""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.graph.model import Graph
from notifyrules.language import terms as t
from notifyrules.language.checker import check_condition
from notifyrules.language.parsing import parse_condition
from notifyrules.language.scope import LetSyntax, Scope
from notifyrules.language.types import BOOL
from notifyrules.source.located import Scalar


def read_condition(graph: Graph, written: Scalar, findings: Findings) -> t.Term | None:
    """Read a condition about the facts of a chart, and its lets without parameters; None after a finding."""
    syntax = parse_condition(written, findings)
    lets = {name: LetSyntax(name, let.span, None, None) for name, let in graph.lets.items() if let.term is not None}
    terms: Mapping[str, t.Term | None] = {name: graph.lets[name].term for name in lets}
    scope = Scope({name: fact.type for name, fact in graph.facts.items()}, lets, findings, terms=dict(terms))
    scope.extents.update((name, (sum(1 for _ in t.walk(term)), 1)) for name, term in terms.items() if term is not None)
    return None if syntax is None else check_condition(syntax, scope, BOOL)
