"""Decide by the reference walk, and tell decisions apart."""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.evaluation.record import Record, record_of
from notifyrules.evaluation.walk import walk
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value


def decide(graph: Graph, facts: Mapping[str, Value]) -> Record:
    """Decide by the reference walk."""
    return record_of(graph, facts, walk(graph, facts))


def differ(before: Record, after: Record) -> bool:
    """Tell whether two decisions differ in more than words and ways."""
    data = {name: (value, after.data[name]) for name, value in before.data.items() if name in after.data}
    return (
        (before.outcome, before.notify) != (after.outcome, after.notify)
        or any(not alike(one, other) for one, other in data.values())
        or before.recheck_at != after.recheck_at
    )


def alike(one: Value, other: Value) -> bool:
    """Tell whether two values are the same, and of the same type."""
    return _typed(one) == _typed(other)


def _typed(value: Value) -> object:
    """Give a value with its type: Python takes true for 1, also inside of lists."""
    return tuple(map(_typed, value)) if isinstance(value, tuple) else (type(value), value)
