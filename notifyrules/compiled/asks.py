"""
Answer the nodes of a chart by generated code that notes which facts it reads.

The walk asks it in place of the evaluator where every fact is known; like all generated code it is held equal to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.limits import LIMITS
from notifyrules.compiled.names import Names, compiled, run
from notifyrules.evaluation.walk import AskNode
from notifyrules.graph.model import First, Graph, Question, Switch, conditions

_CHARTS: Final = 64
"""Charts whose code is kept."""


@lru_cache(_CHARTS)
def asks_of(graph: Graph) -> Mapping[str, AskNode]:
    """Generate what answers each node of a chart by its own conditions."""
    names = Names()
    keys = {name: names.constant(name, "fact") for name in graph.facts}
    # What is noted first stays first, so that the order is that of reading.
    facts = {name: Spelling(f"note({key}, facts[{key}])", ("facts", "note")) for name, key in keys.items()}
    expressions = Expressions(facts, names, LIMITS)
    nodes = [node for node in graph.nodes.values() if isinstance(node, Question | First | Switch)]
    for term in (term for node in nodes for term in conditions(node)):
        expressions.count(term)
    functions = {node.name: names.new(f"ask_{node.name}") for node in nodes}
    lines: list[str] = []
    for node in nodes:
        otherwise = names.thing("otherwise", node.otherwise)
        lines += [f"def {functions[node.name]}(facts):", "    read = {}", "    note = read.setdefault"]
        if isinstance(node, Switch):
            cases = names.thing("cases", node.cases)
            lines += [f"    return {cases}.get({expressions.write(node.subject)}, {otherwise}), read, (), None"]
            continue
        for row in node.rows:
            arrow = names.thing("arrow", row.arrow)
            lines += [f"    if {expressions.write(row.condition)}:", f"        return {arrow}, read, (), None"]
        lines += [f"    return {otherwise}, read, (), None"]
    source = "\n".join([*expressions.functions, *lines])
    code = run(compiled(source, f"<the answers of {graph.name}>"), names.table)
    return {name: code[function] for name, function in functions.items()}
