"""Read what leads to what from a document, so that a chart's shape is known even where its conditions are broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from notifyrules.document.model import (
    CallPart,
    Document,
    FanOutPart,
    FirstPart,
    LongTarget,
    Node,
    QuestionPart,
    SwitchPart,
)
from notifyrules.source.located import Scalar


def written_targets(part: Node) -> Iterator[Scalar]:
    """Give the names of the targets a node leads to, in the order written."""
    exits: list[Scalar | LongTarget | None] = []
    match part:
        case QuestionPart():
            exits = [part.then, part.else_]
        case SwitchPart():
            exits = [*part.cases.values(), part.else_]
        case FirstPart():
            yield from (row.to for row in part.first)
            exits = [part.else_]
        case FanOutPart():
            exits = [*part.any, part.else_]
        case CallPart():
            exits = [*part.cases.values()]
    for leaving in exits:
        if leaving is not None:
            yield leaving if isinstance(leaving, Scalar) else leaving.to


def edges(document: Document) -> Mapping[str, tuple[str, ...]]:
    """Map every node to what it leads to, outcomes and unknown names included."""
    return {str(name): tuple(str(target) for target in written_targets(part)) for name, part in document.flow.items()}
