"""Find out which fact's values are the media of a chart, what may differ between them, and what is promised of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Label
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.document.model import LongMedia, TogetherPart
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Fact, Media, Notify, Together, TogetherForm
from notifyrules.language.terms import Term, facts_read
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
    fact = draft.fact(name)
    names = () if fact is None else _names(name, fact, draft)
    differing = [one for one in others if _may_differ(one, name, others, draft)]
    if differing:
        # Decisions differ by these, and are told apart by it, though no question asks for it.
        draft.read.add(str(name))
    clean = bool(names) and len(differing) == len(others)
    return Media(str(name), names, tuple(map(str, differing)), name.span) if clean else None


def _names(name: Scalar, fact: Fact, draft: Draft) -> tuple[str, ...]:
    labels = [Label(fact.span, "it is declared here")]
    if fact.type.nullable or not isinstance(fact.type.base, Enumeration):
        message = f"media are the values of an enumeration without null, and `{name}` is `{fact.type}`"
        is_nullable = isinstance(fact.type.base, Enumeration)
        example = str(replace(fact.type, nullable=False)) if is_nullable else "desktop | mobile"
        advice = f"declare {'it without null' if is_nullable else 'its values'}, such as `{name}: {example}`"
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
        return draft.fact(name) is not None
    message = f"`{name}` tells the media apart, and always differs between them"
    labels = [Label(fact.span, "it does so here")]
    if name != fact:
        message, labels = f"`{name}` stands here twice", [Label(first.span, "the first one")]
    draft.findings.add(Code.WRONG_SHAPE, name.span, message, help="remove it from `per_medium`", labels=labels)
    return False


def build_together(part: TogetherPart, media: Media | None, draft: Draft) -> Together | None:
    """Build a promise about media; None after a finding."""
    forms: dict[TogetherForm, list[Scalar] | dict[Scalar, Scalar | list[Scalar]] | None] = {
        "at_most_one": part.at_most_one,
        "at_least_one": part.at_least_one,
        "never": part.never,
    }
    written = [(form, ends) for form, ends in forms.items() if ends is not None]
    if len(written) != 1:
        # The promise may be what was reported.
        if not part.has_unknown_keys and not draft.has_broken("guarantees"):
            found = "none" if not written else " and ".join(f"`{form}`" for form, _ in written)
            message = f"a promise about media has one of {named(forms)}; found {found}"
            draft.findings.add(Code.WRONG_SHAPE, part.span, message, help="write one promise a guarantee")
        return None
    if media is None:
        if draft.document.media is None and not draft.has_broken("media"):
            advice = "name the fact whose values are the media at the top of the file, such as `media: device.kind`"
            draft.findings.add(Code.WRONG_SHAPE, part.span, "the file names no media to promise about", help=advice)
        return None
    [(form, ends)] = written
    names = list(ends)
    wrong = [name for name in names if not _is_medium(name, names, media, draft)]
    if form != "at_least_one" and len(names) == 1:
        advice = (
            f"name two media or more; for one alone write `never` without `together`, under `if: {media.fact} == ...`"
        )
        draft.findings.add(Code.WRONG_SHAPE, part.span, "one medium is never together with others", help=advice)
        wrong.append(names[0])
    if not isinstance(ends, dict):
        notifies = [str(name) for name, one in draft.document.outcomes.items() if _notifies(one.notify)]
        return Together(form, MappingProxyType({str(name): tuple(notifies) for name in names})) if not wrong else None
    wanted = {str(name): one if isinstance(one, list) else [one] for name, one in ends.items()}
    for name in (name for name in names if not wanted[name]):
        draft.findings.add(Code.WRONG_SHAPE, name.span, f"`{name}` is empty", help="name an outcome of it")
        wrong.append(name)
    wrong += [one for some in wanted.values() for one in some if draft.outcome(one) is None]
    named_ends = {name: tuple(str(one) for one in some) for name, some in wanted.items()}
    return Together(form, MappingProxyType(named_ends)) if not wrong else None


def find_parting(assume: Iterable[Term], media: Media | None) -> Iterator[Diagnostic]:
    """Warn of assumptions that hold on some media of a message only: then it has none on which it is to be decided."""
    for term in assume:
        read = facts_read(term)
        if media is not None and media.fact in read and read.isdisjoint(media.per_medium):
            message = f"this speaks of `{media.fact}`, and every message is decided on each of its media"
            advice = (
                "ask for the medium in the flow, or name what differs between media under `per_medium`",
                "a message that keeps to it on one medium only is left out of every promise about media",
            )
            yield Diagnostic(Code.ASSUME_PARTS_MEDIA, message, term.span, advice, (Label(media.span, "the media"),))


def _notifies(word: str | None) -> bool:
    """Tell what an outcome's `notify` says; YAML also writes `True`."""
    return word is not None and word.lower() == Notify.YES.value


def _is_medium(name: Scalar, names: list[Scalar], media: Media, draft: Draft) -> bool:
    """Tell whether a name is a medium that stands here for the first time, and report one that is not."""
    first = next(one for one in names if one == name)
    if name in media.names and first is name:
        return True
    message, advice = f"`{name}` stands here twice", "remove one of them"
    if name not in media.names:
        message = f"`{name}` is no medium: `{media.fact}` is never that"
        advice = did_you_mean(name, media.names, f"the media are {named(media.names)}")
    draft.findings.add(Code.TYPE_MISMATCH, name.span, message, help=advice)
    return False
