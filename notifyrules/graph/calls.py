"""Build calls: another chart asked as a question, every fact of it bound, every outcome accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.diagnostics.phrases import clip, did_you_mean, listed, named, nearest
from notifyrules.document.model import CallPart
from notifyrules.graph.draft import Draft, head
from notifyrules.graph.model import Arrow, Call, Fact, Graph
from notifyrules.graph.targets import read_target
from notifyrules.language.parsing import parse_case_key
from notifyrules.language.syntax import Word
from notifyrules.language.terms import FactRead, Term
from notifyrules.language.types import quote
from notifyrules.language.values import write_literal
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

_FEW = 5
"""Facts that a line of help names one by one."""


def build_call(name: Scalar, part: CallPart, draft: Draft) -> Call | None:
    """Build a call; None after a finding."""
    callee = draft.load_callee(part.call, part.call.span)
    exits = [(parse_case_key(key, draft.findings), read_target(target, draft)) for key, target in part.cases.items()]
    otherwise = None if part.else_ is None else read_target(part.else_, draft)
    written = {
        key: draft.condition(condition)
        if callee is None or key not in callee.facts
        else draft.condition(condition, callee.facts[key].type)
        for key, condition in part.with_.items()
    }
    if callee is None:
        return None
    bindings = _bind_facts(name, part, callee, written, draft)
    words = [word for several, _ in exits for word in several or ()]
    named_by = _named_outcomes(words, part, callee, draft)
    left = [outcome for outcome in callee.outcomes if outcome not in named_by.values()]
    if all(several is not None for several, _ in exits):
        _check_else(name, left, words, part, callee, draft)
    cases: dict[str, Arrow] = {
        outcome: leaving.arrow(name, quote(outcome) if outcome == "else" else outcome, callee.outcomes[outcome].label)
        for several, leaving in exits
        if leaving is not None
        for word in several or ()
        if (outcome := named_by.get(word.span, "")) in callee.outcomes
    }
    if otherwise is not None:
        cases |= dict.fromkeys(left, otherwise.arrow(name, "else", "anything else"))
    if bindings is None or len(cases) < len(callee.outcomes):
        return None
    return Call(*head(name, part, callee.title), callee, str(part.call), bindings, MappingProxyType(cases))


def _named_outcomes(words: Sequence[Word], part: CallPart, callee: Graph, draft: Draft) -> Mapping[Span, str]:
    """Find the outcome that each word of the cases names, and report what names none or one that has a case."""
    found: dict[Span, str] = {}
    seen: dict[str, Span] = {}
    for word in words:
        if word.text not in callee.outcomes or _is_bare_else(word):
            message = f"`{word.text}` is not an outcome of `{part.call}`"
            advice = did_you_mean(word.text, callee.outcomes, f"its outcomes are {named(callee.outcomes)}")
            if _is_bare_else(word):
                message = "`else` is no outcome where it stands without quotes"
                advice = "what no case names goes to `else: target`, which stands below `cases:` and not in it"
            draft.findings.add(Code.UNKNOWN_OUTCOME, word.span, message, help=advice)
        elif word.text in seen:
            rival = [Label(seen[word.text], "the first one")]
            message = f"`{word.text}` has a case already"
            draft.findings.add(Code.DUPLICATE_CASE, word.span, message, help="remove one of the two", labels=rival)
        else:
            found[word.span] = word.text
            seen[word.text] = word.span
    return found


def _is_bare_else(word: Word) -> bool:
    """Tell whether a case key is the `else` that stands below the cases, and no outcome of that name."""
    return word.text == "else" and not word.quoted


def _check_else(  # noqa: PLR0913, PLR0917 - what a call is made of
    name: Scalar, left: Sequence[str], words: Sequence[Word], part: CallPart, callee: Graph, draft: Draft
) -> None:
    """Report outcomes that go nowhere, and an `else` to which none is left."""
    if part.else_ is not None:
        if not left:
            key = part.key("else")
            message = f"the cases name every outcome of `{part.call}`"
            span = key.span if key else name.span
            draft.findings.add(Code.USELESS_ELSE, span, message, help="remove the `else`")
        return
    meant = {nearest(word.text, callee.outcomes) for word in words if word.text not in callee.outcomes}
    missing = [outcome for outcome in left if outcome not in meant]
    if missing and not any(map(_is_bare_else, words)) and not draft.is_broken("flow", name):
        draft.loose = True
        message = f"no case for the outcome{'s' if len(missing) > 1 else ''} {named(missing)} of `{part.call}`"
        advice = "say where every outcome of the called file goes on, or add an `else` for all others"
        draft.findings.add(Code.MISSING_CASE, part.call.span, message, help=advice)


def _bind_facts(
    name: Scalar, part: CallPart, callee: Graph, written: Mapping[Scalar, Term | None], draft: Draft
) -> Mapping[str, Term] | None:
    """Find the value of every fact of the callee: by `with`, else by name, else its default; None after a finding."""
    clean = all(term is not None for term in written.values())
    bindings: dict[str, Term] = {}
    bound: dict[str, Span] = {}
    left: dict[str, Fact] = {}
    meant: set[str | None] = set()
    for key, term in written.items():
        if key not in callee.facts:
            meant.add(nearest(key, callee.facts))
            advice = did_you_mean(key, callee.facts, f"its facts are {named(callee.facts)}")
            draft.findings.add(Code.UNKNOWN_FACT, key.span, f"`{key}` is not a fact of `{part.call}`", help=advice)
            clean = False
            continue
        bound[str(key)] = key.span
        if term is not None:
            bindings[str(key)] = term
    for fact in callee.facts.values():
        own = draft.facts.get(fact.name)
        unknown = own is None and (draft.is_broken("facts", fact.name) or draft.is_incomplete("include"))
        if unknown or fact.name in bound or fact.name in meant:
            continue
        if own is None and fact.has_default:
            left[fact.name] = fact
        elif own is None:
            message = f"the fact `{fact.name}` of `{part.call}` gets no value"
            advice = f"say what it is: `with: {{{fact.name}: ...}}`, or declare a fact of the same name and type"
            draft.findings.add(Code.CALLEE, part.call.span, message, help=advice)
            clean = False
        elif own.type != fact.type:
            message = f"the fact `{fact.name}` is `{own.type.unnamed}` here and `{fact.type.unnamed}` in `{part.call}`"
            advice = f"say what it is there: `with: {{{fact.name}: ...}}`, or declare both alike"
            draft.findings.add(Code.CALLEE, part.call.span, message, help=advice)
            clean = False
        else:
            bindings[fact.name] = FactRead(part.call.span, own.type, own.name)
            bound[fact.name] = own.span
            draft.read.add(own.name)
    forgotten = _left_to_defaults(part, callee, left, bound, draft)
    if forgotten and not draft.is_broken("flow", name):
        _warn_of_defaults(part, [fact for fact in left.values() if fact.name in forgotten], draft)
    return MappingProxyType(bindings) if clean else None


def _left_to_defaults(
    part: CallPart, callee: Graph, left: Mapping[str, Fact], bound: Mapping[str, Span], draft: Draft
) -> set[str]:
    """Report what `defaults` names in vain, and give the facts of those *left* that it forgets."""
    forgotten = set(left)
    if isinstance(part.defaults, Scalar):
        if set(callee.facts) <= set(bound):
            message = f"every fact of `{part.call}` is bound"
            draft.findings.add(Code.CALLEE, part.defaults.span, message, help="remove `defaults`")
        return set()
    known = (*callee.facts, *sorted(callee.groups))
    named_here: dict[str, Span] = {}
    for name in part.defaults or ():
        meant = _named_facts(name, callee)
        if not meant:
            forgotten -= set(_named_facts(nearest(name, known) or "", callee))
            advice = did_you_mean(name, known, f"its facts are {named(callee.facts)}")
            if name == "all":
                forgotten.clear()
                advice = "for all facts that nothing binds, write `defaults: all`"
            draft.findings.add(Code.UNKNOWN_FACT, name.span, f"`{name}` is not a fact of `{part.call}`", help=advice)
        elif all(fact in bound or fact in named_here for fact in meant):
            message, rival = f"`{name}` is named here already", named_here.get(meant[0])
            if rival is None:
                message, rival = f"`{name}` is bound, so its default is never taken", bound[meant[0]]
            advice, labels = "remove it from `defaults`", [Label(rival, f"`{meant[0]}` stands here")]
            draft.findings.add(Code.CALLEE, name.span, message, help=advice, labels=labels)
        forgotten -= set(meant)
        named_here = dict.fromkeys(meant, name.span) | named_here
    return forgotten


def _named_facts(name: str, callee: Graph) -> list[str]:
    """List the facts that a whole name or a beginning stands for."""
    return [fact for fact in callee.facts if fact == name or fact.startswith(f"{name}.")]


def _warn_of_defaults(part: CallPart, forgotten: Sequence[Fact], draft: Draft) -> None:
    """Report facts whose default nobody has asked for."""
    names = [*map(str, part.defaults or ()), *(fact.name for fact in forgotten)]
    shown = listed(f"`{fact.name}` (`{clip(write_literal(fact.default))}`)" for fact in forgotten)
    whole = f"[{', '.join(names)}]" if len(names) <= _FEW else "all"
    advice = f"bind it, `with: {{{forgotten[0].name}: ...}}`, or say what may stay at its default: `defaults: {whole}`"
    draft.findings.add(
        Code.UNBOUND_FACT, part.call.span, f"only the default binds {shown} of `{part.call}`", help=advice
    )
