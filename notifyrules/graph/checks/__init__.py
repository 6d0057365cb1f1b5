"""
Check a chart as a whole.

Each check is one file: what it finds, why it matters, and a function that takes the draft and the nodes as far as they
could be built (None for a node with findings of its own) and reports what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifyrules.graph.checks.constant import check_constant
from notifyrules.graph.checks.cycle import check_cycle
from notifyrules.graph.checks.nesting import check_nesting
from notifyrules.graph.checks.unreachable import check_unreachable
from notifyrules.graph.checks.unused import check_unused
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Node

Check = Callable[[Draft, Mapping[str, Node | None] | None], None]

CHECKS: tuple[Check, ...] = (check_cycle, check_nesting, check_unreachable, check_unused, check_constant)
"""In the order in which they run."""
