"""
Find fan-outs inside fan-outs, deeper than anybody could follow.

Why it matters: every level is one more question kept in mind, by readers and by the evaluator.
Instead: put the branches into one fan-out.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.diagnostics.codes import Code
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import FanOut, Node
from notifyrules.graph.reachability import edges, topological

MAX_NESTING = 10
"""Fan-outs on the branches of fan-outs."""


def check_nesting(draft: Draft, nodes: Mapping[str, Node | None] | None) -> None:
    """Report the first fan-out that stands too deep."""
    leads = edges(draft.document)
    if not leads or nodes is None or draft.circular:
        return
    depth: dict[str, int] = {}
    root = ""
    for name in reversed(topological({**leads, root: tuple(leads)}, root)):
        if name == root:
            continue
        node = nodes.get(name)
        depth[name] = max((depth.get(target, 0) for target in leads[name]), default=0)
        if isinstance(node, FanOut):
            depth[name] = max(depth[name], 1, *(depth.get(branch.target, 0) + 1 for branch in node.branches))
        if depth[name] > MAX_NESTING and node is not None:
            draft.findings.add(
                Code.LIMIT,
                node.span,
                f"more than {MAX_NESTING} fan-outs stand on the branches of each other here",
                help="put their branches into one fan-out",
            )
            return
