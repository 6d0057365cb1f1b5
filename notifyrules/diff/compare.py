"""Compare two versions of a rule file."""

from __future__ import annotations

from collections.abc import Callable

from notifyrules.diff.model import GONE, REFUSED, Comparison, Finding
from notifyrules.diff.notes import data_gone, notes_on
from notifyrules.diff.regions import compare_decisions
from notifyrules.diff.structure import match
from notifyrules.diff.versions import translate_both
from notifyrules.graph.model import Graph
from notifyrules.solver.limit import Limit
from notifyrules.solver.solving import Answer


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
    notes.extend(notes_on(old, new, structure))
    lost = {REFUSED: tuple(versions.together.refused), GONE: tuple(data_gone(old, new))}
    return Comparison(
        old,
        new,
        finding,
        compared.regions,
        compared.within,
        compared.open,
        structure,
        tuple(notes),
        {name: told for name, told in lost.items() if told},
        same_inputs=not versions.together.notes,
        complete=not limit.exceeded,
    )
