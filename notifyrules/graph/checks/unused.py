"""
Find facts, lets, data, classes and outcomes that nothing uses.

Why it matters: a fact that nothing reads costs every caller work; the rest is either forgotten or misspelt elsewhere.
Instead: use them, or remove them. What is included is never reported: other files may use it.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.diagnostics.codes import Code
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Node
from notifyrules.graph.reachability import edges
from notifyrules.language.syntax import names_in


def check_unused(draft: Draft, nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report what is declared in the file and used nowhere.

    Stays silent about facts and lets while a condition cannot be read, because that one may use them.
    """
    if nodes is None:
        return
    document, findings = draft.document, draft.findings
    if not any(section == "flow" for section, _ in draft.broken):
        _unused_outcomes(draft)
        classes = {str(part.class_) for part in document.flow.values() if part.class_ is not None}
        for name, span in draft.legend_spans.items():
            if name not in classes | draft.meant:
                findings.add(
                    Code.UNUSED_CLASS, span, f"no node has the class `{name}`", help="remove it from the legend"
                )
    if draft.unread or draft.broken or None in nodes.values():
        return
    _unused_declarations(draft)


def _unused_declarations(draft: Draft) -> None:
    """Report facts, lets and data that nothing uses."""
    document, findings = draft.document, draft.findings
    for fact in draft.facts.values():
        if fact.name not in draft.read and not fact.included:
            findings.add(
                Code.UNUSED_FACT,
                fact.span,
                f"nothing reads the fact `{fact.name}`",
                help="remove it, or allow it with a reason: `allow: {unused-fact: ...}`",
            )
    used = _used_lets(draft)
    for let in draft.lets.values():
        if let.name not in used and not let.included:
            findings.add(Code.UNUSED_LET, let.span, f"nothing uses `{let.name}`", help="remove it")
    if any(found.code is Code.UNKNOWN_DATA for found in findings):
        return
    given = {str(key) for part in document.outcomes.values() for key in part.data}
    for data in draft.data.values():
        # Data without a default must be given: that is said at the outcomes.
        if data.name not in given and data.has_default and not data.included:
            findings.add(
                Code.UNUSED_DATA,
                data.span,
                f"no outcome gives `{data.name}` a value",
                help="remove it, or give it one: `data: {" + data.name + ": ...}`",
            )


def _unused_outcomes(draft: Draft) -> None:
    """Report outcomes that no arrow leads to."""
    document = draft.document
    if draft.loose:
        return
    reached = {target for targets in edges(document).values() for target in targets} | {str(document.otherwise)}
    for name in document.outcomes:
        if name not in reached | draft.meant:
            draft.findings.add(
                Code.UNUSED_OUTCOME,
                name.span,
                f"no arrow leads to the outcome `{name}`",
                help="lead an arrow there, or remove it",
            )


def _used_lets(draft: Draft) -> set[str]:
    """Name the lets that conditions use, directly or through other lets that are used."""
    used = set(draft.scope.used)
    waiting = list(used)
    while waiting:
        let = draft.scope.lets.get(waiting.pop())
        if let is None or let.body is None:
            continue
        fresh = (names_in(let.body) & set(draft.scope.lets)) - used
        used |= fresh
        waiting.extend(fresh)
    return used
