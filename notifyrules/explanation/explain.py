"""Choose the words for a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.explanation.engineer import explain_to_engineer
from notifyrules.explanation.support import explain_to_support
from notifyrules.explanation.user import explain_to_user
from notifyrules.graph.model import Box

Reader: TypeAlias = Literal["user", "support", "engineer"]
"""The readers, by name."""

READERS: Mapping[str, Callable[[Record, Sequence[Box]], Iterator[str]]] = MappingProxyType(
    {"user": explain_to_user, "support": explain_to_support, "engineer": explain_to_engineer}
)
"""Whom a decision can be explained to: the person it is about, whoever helps that person, and the engineer."""


def explain(record: Record, *, reader: str = "support", not_asked: Sequence[Box] = ()) -> str:
    """
    Explain a decision.

    Args:
        record: The decision.
        reader: Whom to explain it to: one of :data:`READERS`.
        not_asked: The nodes of the chart that were not passed, where the chart is at hand.

    Returns:
        Lines of plain text, the last one without a line end; the same record gives the same bytes.

    Raises:
        UsageError: There is no such reader.
    """
    if reader not in READERS:
        advice = did_you_mean(reader, READERS, f"the readers are {named(READERS)}")
        raise UsageError(f"there is no reader `{visible(reader)}`", advice)
    return "\n".join(line.rstrip() for line in READERS[reader](record, not_asked))
