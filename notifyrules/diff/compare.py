"""
Compare two versions of a rule file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from notifyrules.diff.model import Comparison, Finding
from notifyrules.diff.regions import compare_decisions
from notifyrules.diff.structure import match
from notifyrules.diff.versions import translate_both
from notifyrules.graph.model import Graph
from notifyrules.prove.limit import Limit
from notifyrules.prove.solving import Answer


def compare(old: Graph, new: Graph, limit: Limit, watch: Callable[[str], None]) -> Comparison:
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
    compared = compare_decisions(versions, limit, watch)
    finding = Finding.EQUIVALENT
    if compared.regions:
        finding = Finding.CHANGED
    elif compared.open:
        finding = Finding.UNDECIDED
    notes = list(versions.together.notes)
    if versions.other_assumptions is not Answer.NO:
        known = "`assume`" if versions.other_assumptions is Answer.YES else "it is not known whether `assume`"
        notes.append(f"{known} says something else; facts that either version allows are compared")
    notes.extend(_data_notes(old, new))
    return Comparison(
        old,
        new,
        finding,
        compared.regions,
        compared.within,
        compared.open,
        structure,
        tuple(notes),
        complete=not limit.exceeded,
    )


def _data_notes(old: Graph, new: Graph) -> Iterator[str]:
    """
    Say how what decisions carry is declared otherwise.
    """
    for name in dict.fromkeys((*old.data, *new.data)):
        was, now = old.data.get(name), new.data.get(name)
        if was is None or now is None:
            yield f"the data `{name}` {'is new' if was is None else 'is gone'}"
        elif str(was.type) != str(now.type):
            yield f"the data `{name}` was `{was.type}` and is `{now.type}`"
