"""Find what a decision left out: the questions that were not asked and the facts that were not read."""

from __future__ import annotations

from notifyrules.evaluation.record import Record
from notifyrules.evaluation.step import Passage, passed
from notifyrules.graph.model import Box, Graph


def not_asked(graph: Graph, passage: Passage) -> tuple[Box, ...]:
    """
    List the nodes of a chart that a way through it did not pass, not even in vain.

    Args:
        graph: The chart that decided.
        passage: The way taken.

    Returns:
        The nodes in the order written; those of called charts are not looked at.
    """
    asked = {step.node for step in passed(passage.steps)}
    return tuple(node for name, node in graph.nodes.items() if name not in asked)


def not_read(record: Record) -> tuple[str, ...]:
    """List the facts that neither a question nor a text, data or a recheck read, in the order declared."""
    read = {*record.told_from, *(name for step in passed(record.passage.steps) for name in step.facts)}
    return tuple(name for name in record.facts if name not in read)
