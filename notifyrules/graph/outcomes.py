"""Build outcomes: what they mean, say and carry."""

from __future__ import annotations

from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.document.model import OutcomePart
from notifyrules.graph.draft import Draft
from notifyrules.graph.messages import read_message
from notifyrules.graph.model import Notify, Outcome
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.terms import Term
from notifyrules.language.types import DURATION, INSTANT, INT, Type, fits
from notifyrules.language.values import Value, conform
from notifyrules.source.located import Kind, Located, Map, Scalar, words_of


def build_outcome(name: Scalar, part: OutcomePart, draft: Draft) -> Outcome | None:
    """
    Build one outcome.

    Returns:
        The outcome, or None after a finding.
    """
    before = len(draft.findings)
    because = None if part.because is None else read_message(part.because, draft)
    data = _data(name, part, draft)
    recheck = None if part.recheck is None else _recheck(part.recheck, draft)
    failed = (
        (because is None and part.because is not None) or data is None or (recheck is None and part.recheck is not None)
    )
    if failed or data is None:
        assert len(draft.findings) > before or draft.broken or draft.unread
        return None
    return Outcome(
        str(name),
        # YAML also writes `True`.
        Notify.UNSAID if part.notify is None else Notify(part.notify.lower()),
        words_of(part.label) or str(name),
        because,
        MappingProxyType(data),
        recheck,
        words_of(part.about),
        name.span,
    )


def _data(name: Scalar, part: OutcomePart, draft: Draft) -> dict[str, Value | Term] | None:
    """
    Find a value for every data field.

    Returns:
        The values by name, or None after a finding.
    """
    clean = True
    found: dict[str, Value | Term] = {}
    for key, written in part.data.items():
        declared = draft.data.get(key)
        if declared is None:
            clean = False
            if not draft.is_broken("data", key) and not draft.is_incomplete("include", "data"):
                declare = f"declare it at the top of the file, under `data:`, such as `{key}: bool = false`"
                advice = did_you_mean(key, draft.data, declare)
                draft.findings.add(Code.UNKNOWN_DATA, key.span, f"`{key}` is not declared under `data`", help=advice)
            continue
        given = _value(written, declared.type, draft)
        if given is None:
            clean = False
        else:
            found[str(key)] = given[0]
    for declared in draft.data.values():
        if declared.name in part.data:
            continue
        if declared.has_default:
            found[declared.name] = declared.default
        else:
            clean = False
            draft.findings.add(
                Code.MISSING_KEY,
                name.span,
                f"the outcome `{name}` gives no `{declared.name}`, which has no default",
                help=f"write `data: {{{declared.name}: ...}}`, or give the declaration a default",
            )
    return {declared: found[declared] for declared in draft.data} if clean else None


def _value(written: Located, wanted: Type, draft: Draft) -> tuple[Value | Term] | None:
    """
    Read one value: a literal, or `{expr: condition}`.

    Returns:
        The value in a tuple, because it may be None itself; None after a finding.
    """
    if isinstance(written, Map):
        condition = written.get(Scalar("expr", written.span))
        if len(written) != 1 or not isinstance(condition, Scalar) or condition.kind is Kind.NULL:
            draft.findings.add(
                Code.WRONG_SHAPE,
                written.span,
                "expected a value or `{expr: condition}`, found a mapping",
                help="write the condition under `expr` alone, in quotes where it needs them",
            )
            return None
        term = draft.condition(condition, wanted)
        return None if term is None else (term,)
    try:
        return (conform(wanted, written.plain()),)
    except Mismatch as mismatch:
        message = f"expected {mismatch.expected}, found {mismatch.found}"
        draft.findings.add(Code.TYPE_MISMATCH, written.span, message, help=mismatch.help)
        return None


def _recheck(written: Scalar, draft: Draft) -> Term | None:
    """Check when to ask again."""
    term = draft.condition(written)
    if term is None:
        return None
    if fits(term.type, Type(INSTANT.base, nullable=True)):
        return term
    if not fits(term.type, Type(DURATION.base, nullable=True)):
        draft.findings.add(
            Code.TYPE_MISMATCH,
            written.span,
            f"expected an instant or a duration, found `{term.type}`",
            help="say in which unit, such as `15m`" if term.type == INT else "write when to ask again, such as `15m`",
        )
        return None
    now = draft.facts.get("now")
    if now is None or now.type != INSTANT:
        if not draft.is_broken("facts", "now"):
            draft.findings.add(
                Code.NO_RECHECK_CLOCK,
                written.span,
                "a duration counts from the fact `now`, which is not declared as an instant",
                help="declare `now: instant`",
            )
        return None
    draft.read.add("now")
    return term
