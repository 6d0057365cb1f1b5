"""
Match the boxes and arrows of two versions of a chart.

Decisions are compared elsewhere; here is only what a reader of the picture would see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from notifyrules.diff.model import BEGINNING, ChangedPart, Moved, Reworded, Structure
from notifyrules.graph.model import (
    Arrow,
    Because,
    Call,
    FanOut,
    First,
    Graph,
    Node,
    Outcome,
    Question,
    Row,
    Switch,
    conditions,
)
from notifyrules.language.printing import spell

_Said: TypeAlias = tuple[tuple[str, ...], str]
"""What a node asks, and in which words."""
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class _Matching:
    old: Graph
    new: Graph
    before: Mapping[str, Arrow]
    """The arrows of the old chart by id."""
    after: Mapping[str, Arrow]
    nodes: dict[str, str] = field(default_factory=dict)
    """New names by old ones."""
    arrows: dict[str, str] = field(default_factory=dict)
    """New ids by old ones."""


def match(old: Graph, new: Graph) -> Structure:
    """Compare two charts as they are drawn."""
    matching = _Matching(old, new, _arrows(old), _arrows(new))
    matching.nodes.update({name: name for name in old.order if name in new.order and _alike(old, new, name, name)})
    _find_renamed(matching)
    # What is left with the same name is the same box, asking something else.
    taken = set(matching.nodes.values())
    for name in old.order:
        if name in new.order and name not in matching.nodes and name not in taken:
            matching.nodes[name] = name
    matching.arrows.update(_matched_arrows(matching))
    arrows, kept = matching.arrows, set(matching.nodes.values())
    return Structure(
        nodes=matching.nodes,
        added_nodes=tuple(name for name in new.order if name not in kept),
        removed_nodes=tuple(name for name in old.order if name not in matching.nodes),
        added_arrows=tuple(
            id_ for id_, one in matching.after.items() if one.node in kept and id_ not in arrows.values()
        ),
        removed_arrows=tuple(
            id_ for id_, one in matching.before.items() if one.node in matching.nodes and id_ not in arrows
        ),
        moved=tuple(_moved(matching)),
        asked_otherwise=tuple(_asked_otherwise(matching)),
        reworded=tuple(_reworded(matching)),
        arrows=arrows,
    )


def _arrows(graph: Graph) -> dict[str, Arrow]:
    return {arrow.id: arrow for name in graph.order for arrow in graph.nodes[name].arrows}


def _alike(old: Graph, new: Graph, was: str, now: str) -> bool:
    return _asked(old.nodes[was]) == _asked(new.nodes[now])


def _asked(node: Node, names: Mapping[str, str] = _NO_NAMES) -> tuple[str, ...]:
    """Say what a node asks; a fan-out asks its branches, of which some may have other names now."""
    match node:
        case Question() | Switch() | First():
            return node.kind, *map(spell, conditions(node))
        case FanOut(branches=branches):
            return "any", *(names.get(branch.target, branch.target) for branch in branches)
        case Call(callee=callee, bindings=bindings):
            return "call", callee.name, *(f"{name}: {spell(term)}" for name, term in bindings.items())


def _find_renamed(matching: _Matching) -> None:
    """Match nodes of different names that ask the same, or at least say the same, the likeliest pairs first."""
    old, new = matching.old, matching.new
    left = [name for name in old.order if name not in new.nodes]
    right = [name for name in new.order if name not in old.nodes]
    said = {
        name: (_asked(graph.nodes[name]), graph.nodes[name].ask)
        for graph in (new, old)
        for name in (*left, *right)
        if name in graph.nodes
    }
    pairs = [(was, now) for was in left for now in right if _may_be_one(said[was], said[now])]
    before, after = _neighbours(old), _neighbours(new)

    def likeness(pair: tuple[str, str]) -> int:
        was, now = pair
        node = old.nodes[was]
        asked = _asked(node, matching.nodes) if isinstance(node, FanOut) else said[was][0]
        points = 3 * (asked == said[now][0]) + 2 * (said[was][1] == said[now][1])
        around = zip(before[was], after[now], strict=True)
        return points + sum({matching.nodes.get(name, name) for name in one} == other for one, other in around)

    while pairs:
        points = {pair: likeness(pair) for pair in pairs}
        best = max(pairs, key=lambda pair: points[pair])
        if points[best] < _ENOUGH:
            return
        matching.nodes[best[0]] = best[1]
        pairs = [pair for pair in pairs if pair[0] != best[0] and pair[1] != best[1]]


_ENOUGH = 4
"""Points that make two nodes the same: they ask the same and something around them is the same too."""


def _may_be_one(one: _Said, other: _Said) -> bool:
    """Tell whether two nodes ask or say the same, or are fan-outs, whose branches may be found to be the same yet."""
    return one[0] == other[0] or one[1] == other[1] or one[0][0] == other[0][0] == "any"


def _neighbours(graph: Graph) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Say of each node what it leads to, and which nodes lead to it."""
    arrows = _arrows(graph).values()
    return {
        name: (
            frozenset(arrow.target for arrow in graph.nodes[name].arrows),
            frozenset(arrow.node for arrow in arrows if arrow.target == name),
        )
        for name in graph.order
    }


def _matched_arrows(matching: _Matching) -> Iterator[tuple[str, str]]:
    """Match the arrows of matched nodes: by their answer, rows by what they ask."""
    for was, now in matching.nodes.items():
        one, other = matching.old.nodes[was], matching.new.nodes[now]
        endings = {_ending(arrow): arrow for arrow in other.arrows}
        if isinstance(one, First) and isinstance(other, First):
            yield from _matched_rows(one, other)
            continue
        for arrow in one.arrows:
            ending = _ending(arrow)
            if isinstance(one, FanOut) and arrow is not one.otherwise:
                ending = matching.nodes.get(arrow.target, arrow.target)
            if ending in endings:
                yield arrow.id, endings[ending].id


def _matched_rows(one: First, other: First) -> Iterator[tuple[str, str]]:
    """Match the rows of a table: those with a name by it, others by their condition, the rest by their number."""
    left, right = list(one.rows), list(other.rows)
    keys: tuple[Callable[[Row], object], ...] = (
        lambda row: None if _ending(row.arrow).isdigit() else _ending(row.arrow),
        lambda row: spell(row.condition),
        lambda row: _ending(row.arrow),
    )
    for key in keys:
        for row in tuple(left):
            found = next((rival for rival in right if key(row) is not None and key(row) == key(rival)), None)
            if found is not None:
                left.remove(row)
                right.remove(found)
                yield row.arrow.id, found.arrow.id
    yield one.otherwise.id, other.otherwise.id


def _ending(arrow: Arrow) -> str:
    """Give what the id of an arrow ends with, behind the name of its node."""
    return arrow.id.removeprefix(f"{arrow.node}.")


def _moved(matching: _Matching) -> Iterator[Moved]:
    if matching.nodes.get(matching.old.start) != matching.new.start:
        yield Moved(BEGINNING, BEGINNING, matching.old.start, matching.new.start)
    for was, now in matching.arrows.items():
        led_to, leads_to = matching.before[was].target, matching.after[now].target
        if matching.nodes.get(led_to, led_to) != leads_to:
            yield Moved(was, now, led_to, leads_to)


def _asked_otherwise(matching: _Matching) -> Iterator[Reworded]:
    for was, now in matching.nodes.items():
        one, other = matching.old.nodes[was], matching.new.nodes[now]
        if isinstance(one, FanOut) and isinstance(other, FanOut):
            # Branches that are new or gone are arrows; here is only in which order the others are tried.
            tried = [matching.nodes.get(branch.target, branch.target) for branch in one.branches]
            tries = [branch.target for branch in other.branches]
            if [name for name in tried if name in tries] == [name for name in tries if name in tried]:
                continue
        elif _alike(matching.old, matching.new, was, now):
            continue
        yield Reworded(now, _written(one), _written(other))


def _written(node: Node) -> str:
    _, *words = _asked(node)
    if isinstance(node, Call):
        words[0] = node.reference
    return (", " if isinstance(node, Call | FanOut) else "; ").join(words)


def _reworded(matching: _Matching) -> Iterator[Reworded]:
    """List questions, labels and texts for a person that read otherwise."""
    for was, now in matching.nodes.items():
        one, other = matching.old.nodes[was], matching.new.nodes[now]
        # A question that is not written is its condition, which is told as such.
        if one.ask != other.ask and not (one.ask in (was, _written(one)) and other.ask in (now, _written(other))):
            yield Reworded(now, one.ask, other.ask)
    for was, now in matching.arrows.items():
        before, after = matching.before[was], matching.after[now]
        yield from _words(now, before, after)
    for name, outcome in matching.old.outcomes.items():
        if rival := matching.new.outcomes.get(name):
            yield from _words(name, outcome, rival)


def _words(what: str, before: Arrow | Outcome, after: Arrow | Outcome) -> Iterator[Reworded]:
    told = (_template(one.because) for one in (before, after))
    for part, (was, now) in ((ChangedPart.LABEL, (before.label, after.label)), (ChangedPart.BECAUSE, tuple(told))):
        if was != now:
            yield Reworded(what, was or "", now or "", part)


def _template(because: Because | None) -> str | None:
    """Write the words for a person as a rule file holds them."""
    if because is None:
        return None
    return because.written(
        lambda text: "".join(piece if isinstance(piece, str) else f"{{{spell(piece)}}}" for piece in text.pieces)
    )
