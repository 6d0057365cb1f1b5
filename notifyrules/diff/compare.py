"""Compare two versions of a rule file: what they decide, what they draw, what they carry, and what they promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from notifyrules.diff.edits import show_changes, tell_edits
from notifyrules.diff.model import FEWER_MEDIA, GONE, REFUSED, Finding, Structure, VersionComparison
from notifyrules.diff.shared_facts import written_out
from notifyrules.diff.structure import match
from notifyrules.diff.versions import translate_both
from notifyrules.explanation.words import ticked
from notifyrules.graph.model import Call, Graph, Guarantee, Media, Notify
from notifyrules.language.printing import spell
from notifyrules.language.terms import Term
from notifyrules.language.values import Value, write_literal
from notifyrules.limit import Limit
from notifyrules.solver import SolverAnswer


def compare(old: Graph, new: Graph, limit: Limit, watch: Callable[[str], None]) -> VersionComparison:
    """
    Find what changes from one version to another, and for whom.

    Args:
        old: The version before.
        new: The version after.
        limit: How long it may take.
        watch: Is told what is being worked on.
    """
    watch("what both are made of")
    structure = match(old, new)
    versions = translate_both(old, new, structure, limit)
    watch("what they decide")
    edits, interplay = tell_edits(versions, watch)
    examples, undecided = show_changes(versions, edits, watch)
    finding = Finding.CHANGED if examples else Finding.UNDECIDED if undecided else Finding.EQUIVALENT
    notes = list(versions.together.notes)
    if versions.other_assumptions is not SolverAnswer.NO:
        known = "`assume`" if versions.other_assumptions is SolverAnswer.YES else "it is not known whether `assume`"
        notes.append(f"{known} says something else; facts that either version allows are compared")
    notes.extend(
        (
            *_media_notes(old.media, new.media),
            *_data_notes(old, new),
            *_outcome_notes(old, new),
            *_promise_notes(old, new),
        )
    )
    notes.extend(_callee_notes(structure, old, new))
    gone = tuple(f"the data `{name}` is gone" for name in old.data if name not in new.data)
    refused = (*versions.together.refused, *_not_asked_any_more(old, new), *_not_taken_for_media(old, new))
    lost = {REFUSED: refused, GONE: gone, FEWER_MEDIA: tuple(_media_gone(old.media, new.media))}
    return VersionComparison(
        old,
        new,
        finding,
        undecided,
        structure,
        tuple(notes),
        {name: told for name, told in lost.items() if told},
        same_inputs=not versions.together.notes,
        complete=not limit.exceeded,
        edits=edits,
        interplay=interplay,
        examples=examples,
    )


# ---- What was edited that is no box and no arrow ----


def _not_asked_any_more(old: Graph, new: Graph) -> Iterator[str]:
    """Say which outcomes make `should_notify` refuse all facts, where it decided before."""
    if all(outcome.notify is not Notify.UNSAID for outcome in old.outcomes.values()):
        for outcome in new.outcomes.values():
            if outcome.notify is Notify.UNSAID:
                yield f"the outcome `{outcome.name}` says no `notify`, so that `should_notify` refuses all facts"


def _media_notes(was: Media | None, now: Media | None) -> Iterator[str]:
    if now is None:
        return
    if was is None:
        yield f"the file names media now: the values of `{now.fact}`"
    else:
        yield from (f"the medium {ticked(name)} is new" for name in now.names if name not in was.names)
    known = () if was is None else was.per_medium
    yield from (f"the fact `{name}` may differ between media" for name in now.per_medium if name not in known)


def _not_taken_for_media(old: Graph, new: Graph) -> Iterator[str]:
    """Say which facts of a caller `should_notify_each` took, and refuses now."""
    was, now = old.media, new.media
    if was is None or now is None:
        return
    if was.fact != now.fact:
        values = f"the media were the values of `{was.fact}` and are those of `{now.fact}`"
        yield f"{values}, which `should_notify_each` refuses"
    for name in was.per_medium:
        if name not in now.per_medium and name in new.facts:
            yield f"the fact `{name}` may no longer differ between media"


def _media_gone(was: Media | None, now: Media | None) -> Iterator[str]:
    if was is not None and now is None:
        yield "the file names no media any more, so that `should_notify_each` refuses all facts"
    elif was is not None and now is not None:
        yield from (f"the medium {ticked(name)} is gone" for name in was.names if name not in now.names)


def _data_notes(old: Graph, new: Graph) -> Iterator[str]:
    for name in dict.fromkeys((*old.data, *new.data)):
        was, now = old.data.get(name), new.data.get(name)
        if was is None:
            yield f"the data `{name}` is new"
        elif now is not None and written_out(was.type) != written_out(now.type):
            yield f"the data `{name}` was {ticked(written_out(was.type))} and is {ticked(written_out(now.type))}"


def _outcome_notes(old: Graph, new: Graph) -> Iterator[str]:
    for name, outcome in old.outcomes.items():
        if (rival := new.outcomes.get(name)) is None:
            continue
        if outcome.notify is not rival.notify:
            yield f"the outcome `{name}` has `notify: {rival.notify.value}`, where it was `{outcome.notify.value}`"
        for data in (one for one in outcome.data if one in rival.data):
            was, now = _written(outcome.data[data]), _written(rival.data[data])
            if was != now:
                yield f"the outcome `{name}` carries {ticked(f'{data}: {now}')}, where it was {ticked(was)}"
        was, now = _written(outcome.recheck), _written(rival.recheck)
        if was != now:
            yield f"the outcome `{name}` has {ticked(f'recheck: {now}')}, where it was {ticked(was)}"


def _written(value: Value | Term) -> str:
    return spell(value) if isinstance(value, Term) else write_literal(value)


def _promise_notes(old: Graph, new: Graph) -> Iterator[str]:
    before, after = ({one.name: _promised(one) for one in graph.guarantees} for graph in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"the guarantee {ticked(name)} is gone"
        elif name not in before:
            yield f"the guarantee {ticked(name)} is new"
        elif before[name] != after[name]:
            yield f"the guarantee {ticked(name)} promises something else"


def _promised(guarantee: Guarantee) -> tuple[object, ...]:
    condition = "" if guarantee.condition is None else spell(guarantee.condition)
    together = guarantee.together
    media = None if together is None else (together.form, tuple(sorted(together.ends.items())))
    return guarantee.promise, guarantee.subjects, condition, media


def _callee_notes(structure: Structure, old: Graph, new: Graph) -> Iterator[str]:
    for was, now in structure.nodes.items():
        one, other = old.nodes[was], new.nodes[now]
        if isinstance(one, Call) and isinstance(other, Call) and one.callee.digest != other.callee.digest:
            yield f"{ticked(other.reference)}, which `{now}` calls, is another version"
