"""
Find nodes that lead back to themselves.

Why it matters: a decision that entered the circle would never reach an outcome.
Instead: unroll the circle, or send one arrow of it to an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Node
from notifyrules.graph.reachability import edges, find_cycles, written_targets


def check_cycle(draft: Draft, _nodes: Mapping[str, Node | None] | None) -> None:
    """Report each circle once, at the arrow that closes it."""
    flow = draft.document.flow
    for circle in find_cycles(edges(draft.document)):
        shown = " -> ".join((*circle, circle[0]))
        closing = next(target for target in written_targets(flow[circle[-1]]) if target == circle[0])  # type: ignore[index]
        first = next(name for name in flow if name == circle[0])
        draft.loose = draft.circular = True
        draft.findings.add(
            Code.CYCLE,
            closing.span,
            f"the chart leads back to itself: {shown}",
            help="send one of these arrows to an outcome, or to a node outside of the circle",
            labels=[Label(first.span, "it comes back here")],
        )
