"""
Find conditions that ask nothing, because they come out the same for all facts.

Why it matters: usually one side was meant to be another fact.
Instead: write the fact that is meant, or remove the part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from notifyrules.diagnostics.codes import Code
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Call, Node, conditions
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.null_narrowing import key
from notifyrules.language.values import write_literal


def check_constant(draft: Draft, nodes: Mapping[str, Node | None] | None) -> None:
    """Report each condition, or the narrowest part of one, that reads no facts or compares something with itself."""
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
        if isinstance(one, t.Comparison) and key(one.left) == key(one.right) and not isinstance(one.left, t.Constant):
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
