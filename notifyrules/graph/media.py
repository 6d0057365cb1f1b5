"""Find out which fact's values are the media of a chart, and which facts may differ between them."""

from __future__ import annotations

from typing import Final

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.document.model import LongMedia
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Fact, Media
from notifyrules.language.types import Enumeration
from notifyrules.source.located import Scalar

FEWEST_MEDIA: Final = 2
MOST_MEDIA: Final = 20


def build_media(draft: Draft) -> Media | None:
    """Build the media of a chart; None where it has none, and after a finding."""
    written = draft.document.media
    if written is None:
        return None
    name, others = (written.fact, written.per_medium) if isinstance(written, LongMedia) else (written, [])
    unsaid = next((name for name, part in draft.document.outcomes.items() if part.notify is None), None)
    if unsaid is not None:
        draft.findings.add(
            Code.WRONG_SHAPE,
            name.span,
            f"a file with media says whether to notify, and its outcome `{unsaid}` does not",
            help="give every outcome a `notify`, or name the media in the file that calls this one",
            labels=[Label(unsaid.span, "this one leaves `notify` out")],
        )
        return None
    fact = _declared(name, draft)
    names = () if fact is None else _names(name, fact, draft)
    differing = [one for one in others if _may_differ(one, name, others, draft)]
    if differing:
        # Decisions differ by these, and are told apart by it, though no question asks for it.
        draft.read.add(str(name))
    clean = bool(names) and len(differing) == len(others)
    return Media(str(name), names, tuple(map(str, differing)), name.span) if clean else None


def _declared(name: Scalar, draft: Draft) -> Fact | None:
    """Find a fact; None after a finding."""
    fact = draft.facts.get(name)
    if fact is None and not draft.is_broken("facts", name) and not draft.is_incomplete("include", "facts"):
        advice = did_you_mean(name, draft.facts, "declare it under `facts:`")
        draft.findings.add(Code.UNKNOWN_FACT, name.span, f"`{name}` is not a declared fact", help=advice)
    return fact


def _names(name: Scalar, fact: Fact, draft: Draft) -> tuple[str, ...]:
    """Name the media; none after a finding."""
    labels = [Label(fact.span, "it is declared here")]
    if fact.type.nullable or not isinstance(fact.type.base, Enumeration):
        message = f"media are the values of an enumeration without null, and `{name}` is `{fact.type}`"
        advice = f"declare its values, such as `{name}: desktop | mobile`"
        draft.findings.add(Code.TYPE_MISMATCH, name.span, message, help=advice, labels=labels)
        return ()
    values = fact.type.base.values
    if not FEWEST_MEDIA <= len(values) <= MOST_MEDIA:
        message = f"a file has {FEWEST_MEDIA} to {MOST_MEDIA} media, and `{name}` has {len(values)}"
        advice = "drop `media`" if len(values) < FEWEST_MEDIA else "name fewer, or ask once for each device"
        draft.findings.add(Code.TYPE_MISMATCH, name.span, message, help=advice, labels=labels)
        return ()
    return values


def _may_differ(name: Scalar, fact: Scalar, others: list[Scalar], draft: Draft) -> bool:
    """Tell whether a fact may differ between media, and report one that cannot."""
    first = next(one for one in others if one == name)
    if name != fact and first is name:
        return _declared(name, draft) is not None
    message, rival = f"`{name}` tells the media apart, and always differs between them", fact
    if name != fact:
        message, rival = f"`{name}` stands here twice", first
    labels = [Label(rival.span, "the first one")]
    draft.findings.add(Code.WRONG_SHAPE, name.span, message, help="remove it from `per_medium`", labels=labels)
    return False
