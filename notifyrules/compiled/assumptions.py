"""Compile what rules assume, so that many facts can be held to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.facts_object import Facts
from notifyrules.compiled.limits import LIMITS
from notifyrules.compiled.names import Names, slots
from notifyrules.graph.model import Graph


def compile_assumptions(graph: Graph) -> Callable[[Facts], bool]:
    """
    Compile the assumptions of a chart into one question.

    Args:
        graph: A chart without errors.

    Returns:
        A function that tells whether all the assumptions hold for validated facts.
    """
    names = Names()
    facts = {name: Spelling(f"facts.{slot}", ("facts",)) for name, slot in slots(graph.facts).items()}
    expressions = Expressions(facts, names, LIMITS)
    for term in graph.assume:
        expressions.count(term)
    written = [f"    if {expressions.write_negated(term)}:\n        return False" for term in graph.assume]
    source = "\n".join([*expressions.functions, "def holds(facts):", *written, "    return True"])
    namespace = {**names.table, "__builtins__": {}}
    exec(compile(source, f"<what {graph.name} assumes>", "exec"), namespace)  # noqa: S102 - written above, from names and numbers only
    return cast("Callable[[Facts], bool]", namespace["holds"])
