"""
Find nodes that no arrow leads to.

Why it matters: they decide nothing, and usually an arrow was meant to lead there.
Instead: lead an arrow there, or remove the node.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.diagnostics.codes import Code
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Node
from notifyrules.graph.reachability import edges, topological


def check_unreachable(draft: Draft, _nodes: Mapping[str, Node | None] | None) -> None:
    """Report each node that the start cannot reach; one that only such nodes lead to is not reported again."""
    leads = edges(draft.document)
    if not leads or draft.loose or any(section == "flow" for section, _ in draft.broken):
        return
    reached = set(topological(leads, next(iter(leads))))
    lost = [name for name in leads if name not in reached]
    led_to = {target for name in lost for target in leads[name] if target != name}
    roots = [name for name in lost if name not in led_to] or lost[:1]
    for name in draft.document.flow:
        if name in roots and name not in draft.meant:
            draft.findings.add(
                Code.UNREACHABLE_NODE,
                name.span,
                f"no arrow leads to `{name}`",
                help="lead an arrow there, or remove it",
            )
