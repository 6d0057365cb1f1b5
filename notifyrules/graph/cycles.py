"""Find circles in what leads to what, without recursion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def find_cycles(edges: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """
    Find circles, one for each group of names that lead back to themselves.

    Args:
        edges: For each name those it leads to; names that are no keys lead nowhere.

    Returns:
        Each circle as its names in order, from the first that was met; a name stands in one circle at most.
    """
    state: dict[str, int] = {}
    found: list[tuple[str, ...]] = []
    told: set[str] = set()
    for start in edges:
        if start in state:
            continue
        path: list[str] = []
        waiting = [(start, iter(edges[start]))]
        path.append(start)
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


_OPEN = 1
_DONE = 2


def topological(edges: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    """
    Order what can be reached from a start, every name before those it leads to.

    Args:
        edges: Without circles; names that are no keys are left out.
        start: Where to begin.
    """
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
