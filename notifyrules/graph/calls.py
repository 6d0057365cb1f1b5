"""Build calls: another chart asked as a question, every fact of it bound and every outcome of it answered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.document.model import CallPart
from notifyrules.graph.draft import Draft, head
from notifyrules.graph.model import Arrow, Call, Graph
from notifyrules.graph.targets import read_target
from notifyrules.language.terms import FactRead, Term
from notifyrules.source.located import Scalar


def build_call(name: Scalar, part: CallPart, draft: Draft) -> Call | None:
    """
    Build a call.

    Returns:
        The node, or None after a finding.
    """
    callee = draft.load_callee(part.call, part.call.span)
    exits = {key: read_target(target, draft) for key, target in part.cases.items()}
    written = {
        key: draft.condition(condition)
        if callee is None or key not in callee.facts
        else draft.condition(condition, callee.facts[key].type)
        for key, condition in part.with_.items()
    }
    if callee is None:
        return None
    bindings = _bind(part, callee, written, draft)
    cases: dict[str, Arrow] = {}
    clean = True
    for key, leaving in exits.items():
        if key not in callee.outcomes:
            message = f"`{key}` is not an outcome of `{part.call}`"
            advice = did_you_mean(key, callee.outcomes, f"its outcomes are {named(callee.outcomes)}")
            draft.findings.add(Code.UNKNOWN_OUTCOME, key.span, message, help=advice)
            clean = False
        elif leaving is None:
            clean = False
        else:
            cases[str(key)] = leaving.arrow(name, str(key), callee.outcomes[key].label)
    meant = {nearest(key, callee.outcomes) for key in part.cases if key not in callee.outcomes}
    missing = [outcome for outcome in callee.outcomes if outcome not in part.cases and outcome not in meant]
    if missing and not draft.is_broken("flow", name):
        draft.loose = True
        draft.findings.add(
            Code.MISSING_CASE,
            part.call.span,
            f"no case for the outcome{'s' if len(missing) > 1 else ''} {named(missing)} of `{part.call}`",
            help="say where every outcome of the called file goes on",
        )
        clean = False
    if bindings is None or not clean:
        return None
    return Call(*head(name, part, callee.title), callee, str(part.call), bindings, MappingProxyType(cases))


def _bind(
    part: CallPart, callee: Graph, written: Mapping[Scalar, Term | None], draft: Draft
) -> Mapping[str, Term] | None:
    """
    Find the value of every fact of the callee: by `with`, else by name, else its default.

    Returns:
        The bound facts, or None after a finding.
    """
    clean = all(term is not None for term in written.values())
    bindings: dict[str, Term] = {}
    for key, term in written.items():
        if key not in callee.facts:
            advice = did_you_mean(key, callee.facts, f"its facts are {named(callee.facts)}")
            draft.findings.add(Code.UNKNOWN_FACT, key.span, f"`{key}` is not a fact of `{part.call}`", help=advice)
            clean = False
        elif term is not None:
            bindings[str(key)] = term
    for fact in callee.facts.values():
        if fact.name in part.with_:
            continue
        own = draft.facts.get(fact.name)
        if own is None:
            if not fact.has_default and not draft.is_broken("facts", fact.name):
                draft.findings.add(
                    Code.CALLEE,
                    part.call.span,
                    f"the fact `{fact.name}` of `{part.call}` gets no value",
                    help=f"say what it is: `with: {{{fact.name}: ...}}`, or declare a fact of the same name and type",
                )
                clean = False
        elif own.type != fact.type:
            draft.findings.add(
                Code.CALLEE,
                part.call.span,
                f"the fact `{fact.name}` is `{own.type}` here and `{fact.type}` in `{part.call}`",
                help=f"say what it is there: `with: {{{fact.name}: ...}}`, or declare both alike",
            )
            clean = False
        else:
            bindings[fact.name] = FactRead(part.call.span, own.type, own.name)
            draft.read.add(own.name)
    return MappingProxyType(bindings) if clean else None
