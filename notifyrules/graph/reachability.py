"""Find what leads to what, in circles and in order, without recursion, also where conditions are broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from notifyrules.document.model import CallPart, FanOutPart, FirstPart, QuestionPart, SwitchPart, Target, WrittenNode
from notifyrules.source.located import Scalar

_OPEN = 1
_DONE = 2


def find_cycles(edges: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Find circles, each in order and without a name of another one; names that are no keys lead nowhere."""
    state: dict[str, int] = {}
    found: list[tuple[str, ...]] = []
    told: set[str] = set()
    for start in edges:
        if start in state:
            continue
        path = [start]
        waiting = [(start, iter(edges[start]))]
        state[start] = _OPEN
        while waiting:
            name, targets = waiting[-1]
            target = next((one for one in targets if one in edges and state.get(one) != _DONE), None)
            if target is None:
                waiting.pop()
                path.pop()
                state[name] = _DONE
            elif state.get(target) == _OPEN:
                circle = tuple(path[path.index(target) :])
                if told.isdisjoint(circle):
                    found.append(circle)
                    told.update(circle)
            else:
                state[target] = _OPEN
                path.append(target)
                waiting.append((target, iter(edges[target])))
    return tuple(found)


def topological(edges: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    """Order what a start leads to, every name before those it leads to; there are no circles."""
    done: set[str] = {start}
    order: list[str] = []
    waiting = [(start, iter(edges[start]))]
    while waiting:
        name, targets = waiting[-1]
        target = next((one for one in targets if one in edges and one not in done), None)
        if target is None:
            waiting.pop()
            order.append(name)
        else:
            done.add(target)
            waiting.append((target, iter(edges[target])))
    return tuple(reversed(order))


def written_targets(part: WrittenNode) -> Iterator[Scalar]:
    """Give the names of the targets a node leads to, in the order written."""
    exits: Sequence[Target | None] = ()
    match part:
        case QuestionPart():
            exits = [part.then, part.else_]
        case SwitchPart() | CallPart():
            exits = [*part.cases.values(), part.else_]
        case FirstPart():
            exits = [*part.first, part.else_]
        case FanOutPart():
            exits = [*part.any, part.else_]
        case _:
            assert_never(part)
    for leaving in exits:
        to = leaving if leaving is None or isinstance(leaving, Scalar) else leaving.to
        if to is not None:
            yield to
