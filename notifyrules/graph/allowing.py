"""Silence findings that a file allows with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from notifyrules.diagnostics.codes import PROVED, Code, Severity
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.document.model import Document, LongFact, Shared
from notifyrules.graph.model import Allowance
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span


def apply_allowances(
    document: Shared, included: Iterable[Shared], findings: Findings, *, complete: bool
) -> tuple[Allowance, ...]:
    """
    Take back the warnings that the files of a chart allow, and report allowances of its own that nothing needs.

    An allowance on a fact, node or outcome covers what is found inside of it; one at the top covers the whole file.

    Args:
        document: The chart's own file.
        included: The files that it includes; other charts may need what they allow.
        findings: Loses what is allowed.
        complete: Whether every part of the chart could be built, so that all there is was found.

    Returns:
        The allowances of what only proofs find, which nobody can judge before there are proofs.
    """
    for part in included:
        silence(_allowances(part, findings), findings, complete=False)
    allowed = _allowances(document, findings)
    silence([one for one in allowed if one.code not in PROVED], findings, complete=complete)
    return tuple(one for one in allowed if one.code in PROVED)


def _allowances(document: Shared, findings: Findings) -> list[Allowance]:
    allowed: list[Allowance] = []
    for allow, extents in _places(document):
        for key in allow:
            if (code := _code(key, findings)) is None:
                # The author meant to allow something here; what, is said when the code is mended.
                findings.drop([found for found in findings if not found.is_error and _covers(extents, found.span)])
            else:
                allowed.append(Allowance(code, key.span, extents))
    return allowed


def silence(allowed: Iterable[Allowance], findings: Findings, *, complete: bool = True) -> None:
    """Take back warnings that are allowed; if *complete* and without errors, report allowances nothing needs."""
    warnings = [found for found in findings if not found.is_error]
    dropped: list[Diagnostic] = []
    stale: list[Allowance] = []
    for one in allowed:
        silenced = [found for found in warnings if found.code is one.code and _covers(one.extents, found.span)]
        dropped.extend(silenced)
        if not silenced:
            stale.append(one)
    findings.drop(dropped)
    if complete and not findings.errors:
        expected = [one for one in stale if one.code is Code.UNUSED_ALLOW]
        for one in stale:
            if any(_covers(other.extents, one.span) for other in expected):
                continue
            findings.add(Code.UNUSED_ALLOW, one.span, f"nothing here is `{one.code.value}`", help="remove the entry")


def _places(document: Shared) -> Iterator[tuple[Mapping[Scalar, Scalar], tuple[Span, ...]]]:
    """Give every `allow` with the stretches of the file that it covers."""
    whole = document.span
    yield document.allow, (Span(whole.source, 0, len(whole.source.text)),)
    for name, fact in document.facts.items():
        if isinstance(fact, LongFact):
            yield fact.allow, (name.span, fact.span)
    if isinstance(document, Document):
        for name, node in document.flow.items():
            yield node.allow, (name.span, node.span)
        for name, outcome in document.outcomes.items():
            yield outcome.allow, (name.span, outcome.span)


def _code(key: Scalar, findings: Findings) -> Code | None:
    """Read the code of an allowance, which must be that of a warning."""
    try:
        code = Code(str(key))
    except ValueError:
        known = [code.value for code in Code if code.severity is Severity.WARNING]
        advice = did_you_mean(key, known, "use the code in brackets behind `warning`")
        findings.add(Code.UNKNOWN_CODE, key.span, f"there is no finding `{key}`", help=advice)
        return None
    if code.severity is Severity.ERROR:
        advice = "mend what it reports"
        findings.add(Code.UNKNOWN_CODE, key.span, f"`{key}` is an error, which cannot be allowed", help=advice)
        return None
    return code


def _covers(extents: Iterable[Span], span: Span) -> bool:
    return any(one.covers(span) for one in extents)
