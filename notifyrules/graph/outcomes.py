"""Build outcomes, with what they mean, say and carry, and the guarantees about them."""

from __future__ import annotations

from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import named
from notifyrules.document.model import GuaranteePart, OutcomePart, TogetherPart
from notifyrules.graph.draft import Draft
from notifyrules.graph.media import build_together
from notifyrules.graph.model import Because, Fact, Guarantee, Media, Notify, Outcome, Promise
from notifyrules.graph.targets import read_because
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.terms import Term
from notifyrules.language.types import BOOL, DURATION, INSTANT, INT, Basic, Enumeration, Type, fits
from notifyrules.language.values import Value, conform, write_literal
from notifyrules.source.located import Kind, Located, Map, Scalar, words_of


def build_outcome(name: Scalar, part: OutcomePart, draft: Draft) -> Outcome | None:
    """Build one outcome; None after a finding."""
    before = len(draft.findings)
    because = None if part.because is None else _because(part, draft)
    data = _data(name, part, draft)
    recheck = None if part.recheck is None else _recheck(part.recheck, draft)
    failed = (because is None and part.because is not None) or (recheck is None and part.recheck is not None)
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


def _because(part: OutcomePart, draft: Draft) -> Because | None:
    """Read the words of an outcome, which is one kind of end unless it leaves out `notify`."""
    assert part.because is not None
    if isinstance(part.because, Map) and part.notify is not None:
        message, at = "expected text as `because`, found a mapping", part.because.span.first_line
        advice = "write one text, `because: ...`, as this outcome is one kind of end; words for several stand on arrows"
        draft.findings.add(Code.WRONG_SHAPE, at, message, help=advice)
        return None
    return read_because(part.because, draft)


def _data(name: Scalar, part: OutcomePart, draft: Draft) -> dict[str, Value | Term] | None:
    clean = True
    found: dict[str, Value | Term] = {}
    for key, written in part.data.items():
        if (declared := draft.data.get(key)) is None:
            clean = False
            if not draft.is_broken("data", key) and not draft.is_incomplete("include", "data"):
                declare = f"declare it at the top of the file, under `data:`, such as `{key}: bool = false`"
                draft.unknown(Code.UNKNOWN_DATA, key, "declared under `data`", draft.data, declare)
            continue
        if (given := _value(written, declared.type, draft)) is None:
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
            message = f"the outcome `{name}` gives no `{declared.name}`, which has no default"
            advice = f"write `data: {{{declared.name}: ...}}`, or give the declaration a default"
            draft.findings.add(Code.MISSING_KEY, name.span, message, help=advice)
    return {declared: found[declared] for declared in draft.data} if clean else None


def _value(written: Located, wanted: Type, draft: Draft) -> tuple[Value | Term] | None:
    """Read a literal or `{expr: condition}`, in a tuple because it may be None itself; None after a finding."""
    if isinstance(written, Map):
        condition = written.get(Scalar("expr", written.span))
        if len(written) != 1 or not isinstance(condition, Scalar) or condition.kind is Kind.NULL:
            message = "expected a value or `{expr: condition}`, found a mapping"
            advice = "write the condition under `expr` alone, in quotes where it needs them"
            draft.findings.add(Code.WRONG_SHAPE, written.span, message, help=advice)
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
    if (term := draft.condition(written)) is None:
        return None
    if fits(term.type, Type(INSTANT.base, nullable=True)):
        return term
    if not fits(term.type, Type(DURATION.base, nullable=True)):
        message = f"expected an instant or a duration, found `{term.type}`"
        advice = "say in which unit, such as `15m`" if term.type == INT else "write when to ask again, such as `15m`"
        draft.findings.add(Code.TYPE_MISMATCH, written.span, message, help=advice)
        return None
    now = draft.facts.get("now")
    if now is None or now.type != INSTANT:
        if not draft.is_broken("facts", "now"):
            message = "a duration counts from the fact `now`, which is not declared as an instant"
            draft.findings.add(Code.NO_RECHECK_CLOCK, written.span, message, help="declare `now: instant`")
        return None
    draft.read.add("now")
    return term


def build_guarantee(part: GuaranteePart, media: Media | None, draft: Draft) -> Guarantee | None:
    """Build one guarantee; None after a finding."""
    condition = None if part.if_ is None else draft.condition(part.if_, BOOL)
    given: dict[Promise, list[Scalar] | Scalar | TogetherPart | None] = {
        Promise.NEVER: part.never,
        Promise.ALWAYS: part.always,
        Promise.INDEPENDENT: part.independent_of,
        Promise.MONOTONE: part.monotone,
        Promise.REACHABLE: part.reachable,
        Promise.TOGETHER: part.together,
    }
    written = [(promise, named_by) for promise, named_by in given.items() if named_by is not None]
    if len(written) != 1 and (part.has_unknown_keys or draft.has_broken("guarantees")):
        # The promise may be what was reported.
        return None
    if len(written) != 1:
        forms = named(promise.value for promise in Promise)
        found = "none" if not written else " and ".join(f"`{promise.value}`" for promise, _ in written)
        message = f"a guarantee has one of {forms}; found {found}"
        draft.findings.add(Code.WRONG_SHAPE, part.name.span, message, help="write one promise a guarantee")
        return None
    [(promise, named_by)] = written
    subjects = named_by if isinstance(named_by, list) else [named_by] if isinstance(named_by, Scalar) else []
    together = None if part.together is None else build_together(part.together, media, draft)
    failed = (together is None and part.together is not None) or (condition is None and part.if_ is not None)
    wrong = [subject for subject in subjects if not _may_be_promised(subject, promise, draft)]
    if wrong or failed:
        return None
    return Guarantee(str(part.name), promise, tuple(map(str, subjects)), condition, part.name.span, together)


def _may_be_promised(name: Scalar, promise: Promise, draft: Draft) -> bool:
    """Report a promise about a fact or outcome that does not exist, or about a fact that cannot be raised."""
    if promise not in (Promise.INDEPENDENT, Promise.MONOTONE):
        return draft.outcome(name) is not None
    fact = draft.fact(name)
    if fact is None or promise is Promise.INDEPENDENT or _can_be_raised(fact.type):
        return fact is not None
    message = f"`{name}` is `{fact.type}`, which cannot be raised"
    advice = "a monotone fact is a bool, an int or an ordered enumeration, and never null"
    draft.findings.add(Code.TYPE_MISMATCH, name.span, message, help=(advice, _ordered_form(fact)))
    return False


def _ordered_form(fact: Fact) -> str:
    """Show how an enumeration is declared with its order; empty for a fact of another type."""
    if not isinstance(fact.type.base, Enumeration):
        return ""
    default = f", default: {write_literal(fact.default)}" if fact.has_default and fact.default is not None else ""
    form = f"{fact.name}: {{type: {fact.type.unnamed.required}, ordered: true{default}}}"
    if name := fact.type.type_name:
        form = f"{name}: {{type: {fact.type.unnamed.required}, ordered: true}}"
    return f"give its values an order, from low to high, where it is declared: `{form}`"


def _can_be_raised(kind: Type) -> bool:
    """Tell whether the values of a type have an order from low to high, without null."""
    ordered = isinstance(kind.base, Enumeration) and kind.base.order is not None
    return not kind.nullable and (ordered or kind.base in (Basic.BOOL, Basic.INT))
