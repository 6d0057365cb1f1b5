"""
Check a chart as a whole.

Each check takes the draft and the nodes as far as they could be built (None for a node with findings of its own), and
reports what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.document.model import GuaranteePart, Part
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Call, FanOut, Node, conditions
from notifyrules.graph.reachability import edges, find_cycles, topological, written_targets
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.null_narrowing import value_key
from notifyrules.language.syntax import names_in
from notifyrules.language.values import write_literal
from notifyrules.source.located import Scalar

MAX_NESTING = 10
"""Fan-outs on the branches of fan-outs."""


def check_cycle(draft: Draft, _nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report each circle once, at the arrow that closes it.

    A decision that entered the circle would never reach an outcome.
    """
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


def check_nesting(draft: Draft, nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report the first fan-out that stands too deep.

    Every level is one more question kept in mind, by readers and by the evaluator.
    """
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


def check_unreachable(draft: Draft, _nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report each node that the start cannot reach; one that only such nodes lead to is not reported again.

    They decide nothing, and usually an arrow was meant to lead there.
    """
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


def check_unused(draft: Draft, nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report what is declared in the file and used nowhere.

    A fact that nothing reads costs every caller work; the rest is either forgotten or misspelt elsewhere. What is
    included is never reported, because other files may use it, nor are facts and lets while a condition cannot be read,
    because that one may use them.
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


def check_constant(draft: Draft, nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report each condition, or the narrowest part of one, that reads no facts or compares something with itself.

    Usually one side was meant to be another fact.
    """
    if nodes is None:
        return
    asked = [
        term for node in nodes.values() if node is not None and not isinstance(node, Call) for term in conditions(node)
    ]
    named = [
        let.term
        for let in draft.lets.values()
        if let.term is not None and not let.included and let.term.type.base is not None
    ]
    for term in asked:
        if not t.facts_read(term):
            value = write_literal(evaluate(term, {}, {}))
            draft.findings.add(
                Code.CONSTANT_CONDITION,
                term.span,
                f"this is always {value}",
                help="ask for a fact, or remove the question",
            )
    for term in (*asked, *named):
        for part, message in _constant_parts(term):
            draft.findings.add(
                Code.CONSTANT_CONDITION, part.span, message, help="remove this part, or write the fact that is meant"
            )


def _constant_parts(term: t.Term) -> Iterator[tuple[t.Term, str]]:
    """
    Give the parts of a condition, as written, that come out the same for all facts.

    A let is looked into where it is declared, not where it is used.
    """
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if isinstance(one, t.LetUse):
            continue
        if (
            isinstance(one, t.Comparison)
            and value_key(one.left) == value_key(one.right)
            and not isinstance(one.left, t.Constant)
        ):
            yield one, "both sides are the same"
            continue
        tested: tuple[t.Term, ...] = ()
        if isinstance(one, t.Junction):
            tested = one.items
        elif isinstance(one, t.Not):
            tested = (one.operand,)
        elif isinstance(one, t.Choice):
            tested = (one.condition,)
        for part in tested:
            if not t.facts_read(part):
                yield part, f"this is always {write_literal(evaluate(part, {}, {}))}"
            else:
                waiting.append(part)
        if isinstance(one, t.Choice):
            waiting.extend((one.then, one.otherwise))


_SHOWN_AS_WRITTEN = ("ask", "label", "title", "about", "source")
"""The keys of texts for people in which nothing is filled in."""
_BRACES = re.compile(r"\{[^{}]*[^{}\s][^{}]*\}")


def check_literal_braces(draft: Draft, _nodes: Mapping[str, Node | None] | None) -> None:
    """
    Report braces in texts that are shown as they are written.

    Whoever reads the chart would see the name of a fact where its value was meant.
    """
    for text in _plain_texts(draft.document):
        for found in _BRACES.finditer(text):
            draft.findings.add(
                Code.LITERAL_BRACES,
                text.part(*found.span()),
                f"nothing is filled in here: `{found[0]}` is shown as it stands",
                help="write it without braces; only a `because` has conditions in it",
            )


def _plain_texts(part: Part) -> Iterator[Scalar]:
    """Give the texts of a part of a file in which nothing is filled in, in no order."""
    for key in type(part).model_fields:
        value = getattr(part, key)
        if isinstance(value, Scalar) and (key in _SHOWN_AS_WRITTEN or isinstance(part, GuaranteePart)):
            yield value
        for held in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else (value,):
            if isinstance(held, Part):
                yield from _plain_texts(held)


Check = Callable[[Draft, Mapping[str, Node | None] | None], None]

CHECKS: tuple[Check, ...] = (
    check_cycle,
    check_nesting,
    check_unreachable,
    check_unused,
    check_constant,
    check_literal_braces,
)
"""In the order in which they run."""
