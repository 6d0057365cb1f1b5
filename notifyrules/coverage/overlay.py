"""Show coverage on the chart: what no case walked is marked, what was walked is drawn the broader the more often."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from notifyrules.coverage.figures import FileCoverage
from notifyrules.coverage.recorder import WalkTally
from notifyrules.diagram.model import START, Emphasis, Mark, Overlay
from notifyrules.diagram.wording import answers
from notifyrules.graph.model import Call, FanOut, Graph, Node, Switch

_THINNEST: Final = 1.4
_BROADEST: Final = 6.0
"""In pixels: the lines of arrows that were walked once, and most often."""


def overlay(file: FileCoverage, tally: WalkTally, graph: Graph) -> Overlay:
    """Mark what of a chart is missed, and write at every arrow, also at those not written, how often it was taken."""
    missed = {(gap.kind, gap.name) for gap in file.gaps}
    marks: dict[str, Mark] = {START: Mark()}
    for name, node in graph.nodes.items():
        if ("nodes", name) in missed:
            marks[name] = Mark(Emphasis.MISSED)
        marks |= dict(_arrows(node, tally, missed, most=max(tally.arrows.values(), default=0)))
    marks |= {name: Mark(Emphasis.MISSED) for name in graph.outcomes if ("outcomes", name) in missed}
    total = file.total
    rest = "" if total.covered == total.total else " (dashed: not covered)"
    return Overlay(marks, words=f"Coverage: {total.covered} of {total.total}, {total.percent}{rest}")


def _arrows(node: Node, tally: WalkTally, missed: set[tuple[str, str]], *, most: int) -> Iterator[tuple[str, Mark]]:
    shared = _shared(node)
    for arrow in node.arrows:
        together = shared.get(arrow.id, {arrow.id: arrow.answer})
        count = sum(tally.arrows[one] for one in together)
        note = f"{count:,}x"
        if isinstance(node, FanOut) and arrow is not node.otherwise:
            note = f"won {count:,}x, tried in vain {tally.tried[arrow.id]:,}x"
        elif count and (never := [answer for one, answer in together.items() if not tally.arrows[one]]):
            note = f"{note}, none for {', '.join(never)}"
        if ("arrows", arrow.id) in missed:
            yield arrow.id, Mark(Emphasis.MISSED, (note,))
        else:
            yield arrow.id, Mark(Emphasis.PLAIN, (note,), _breadth(count, most))


def _shared(node: Node) -> Mapping[str, Mapping[str, str]]:
    """Give the arrows of a switch or a call with the answers of those each is drawn with: they are counted as one."""
    cases = node.groups if isinstance(node, Switch | Call) else ()
    return {arrow.id: answers(case) for case in cases for arrow in case.values()}


def _breadth(count: int, most: int) -> float:
    """Choose how broad an arrow is: as the logarithm of its count, so that rare arrows can be told apart as well."""
    share = min(1, math.log(max(count, 1)) / math.log(most)) if most > 1 else 0
    return round(_THINNEST + (_BROADEST - _THINNEST) * share, 1)
