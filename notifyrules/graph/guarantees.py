"""Build guarantees: promises about every possible input, checked here and proved elsewhere."""

from __future__ import annotations

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.document.model import GuaranteePart
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Fact, Guarantee, Promise
from notifyrules.language.types import BOOL, Basic, Enumeration, Type, spell
from notifyrules.language.values import write_literal
from notifyrules.source.located import Scalar


def build_guarantee(part: GuaranteePart, draft: Draft) -> Guarantee | None:
    """
    Build one guarantee.

    Returns:
        The guarantee, or None after a finding.
    """
    condition = None if part.if_ is None else draft.condition(part.if_, BOOL)
    written: dict[Promise, list[Scalar]] = {
        promise: subjects
        for promise, subjects in (
            (Promise.NEVER, part.never),
            (Promise.ALWAYS, part.always),
            (Promise.INDEPENDENT, None if part.independent_of is None else [part.independent_of]),
            (Promise.MONOTONE, None if part.monotone is None else [part.monotone]),
            (Promise.REACHABLE, None if part.reachable is None else [part.reachable]),
        )
        if subjects is not None
    }
    if len(written) != 1 and (part.has_unknown_keys or any(section == "guarantees" for section, _ in draft.broken)):
        # The promise may be what was reported.
        return None
    if len(written) != 1:
        forms = named(promise.value for promise in Promise)
        found = "none" if not written else " and ".join(f"`{promise.value}`" for promise in written)
        draft.findings.add(
            Code.WRONG_SHAPE,
            part.name.span,
            f"a guarantee has one of {forms}; found {found}",
            help="write one promise a guarantee",
        )
        return None
    [(promise, subjects)] = written.items()
    check = _check_fact if promise in (Promise.INDEPENDENT, Promise.MONOTONE) else _check_outcome
    checked = [check(subject, promise, draft) for subject in subjects]
    clean = all(checked)
    if not clean or (condition is None and part.if_ is not None):
        return None
    return Guarantee(str(part.name), promise, tuple(str(subject) for subject in subjects), condition, part.name.span)


def _check_outcome(name: Scalar, _promise: Promise, draft: Draft) -> bool:
    """Report a promise about an outcome that does not exist."""
    outcomes = draft.document.outcomes
    if name in outcomes or draft.is_broken("outcomes", name):
        return name in outcomes
    draft.findings.add(
        Code.UNKNOWN_OUTCOME,
        name.span,
        f"`{name}` is not an outcome of this file",
        help=did_you_mean(name, outcomes, f"the outcomes are {named(outcomes)}"),
    )
    return False


def _check_fact(name: Scalar, promise: Promise, draft: Draft) -> bool:
    """Report a promise about a fact that does not exist, or that cannot be raised."""
    fact = draft.facts.get(name)
    if fact is None:
        if not draft.is_broken("facts", name):
            draft.findings.add(
                Code.UNKNOWN_FACT,
                name.span,
                f"`{name}` is not a declared fact",
                help=did_you_mean(name, draft.facts, "declare it under `facts:`"),
            )
        return False
    if promise is Promise.MONOTONE and not _can_be_raised(fact.type):
        draft.findings.add(
            Code.TYPE_MISMATCH,
            name.span,
            f"`{name}` is `{fact.type}`, which cannot be raised",
            help=("a monotone fact is a bool, an int or an ordered enumeration, and never null", _ordered_form(fact)),
        )
        return False
    return True


def _ordered_form(fact: Fact) -> str:
    """Show how an enumeration is declared with its order; empty for a fact of another type."""
    if not isinstance(fact.type.base, Enumeration):
        return ""
    default = f", default: {write_literal(fact.default)}" if fact.has_default and fact.default is not None else ""
    form = f"{fact.name}: {{type: {spell(fact.type.base)}, ordered: true{default}}}"
    return f"give its values an order, from low to high, where it is declared: `{form}`"


def _can_be_raised(kind: Type) -> bool:
    """Tell whether the values of a type have an order from low to high, without null."""
    ordered = isinstance(kind.base, Enumeration) and kind.base.order is not None
    return not kind.nullable and (ordered or kind.base in (Basic.BOOL, Basic.INT))
