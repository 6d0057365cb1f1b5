"""
Find the atoms of a chart: the conditions that have no conditions inside them.

An atom is a bool fact, a comparison (`==`, `<`, `in`, `is null` and the like; a chain is one) or a call of a function
that gives a bool, as it is written. One in a let stands once, where the let is declared, however often it is used. A
bool fact that is compared, or passed to a function, is part of that atom. Only conditions that decide have atoms: those
of questions, switches, rows and `with`, not those inside texts, data, assumptions and guarantees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from notifyrules.graph.model import Call, Graph, Node, conditions
from notifyrules.language import terms as t
from notifyrules.language.types import Basic
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition without conditions inside it, by its place."""

    file: str
    """The file in which it is written."""
    start: int
    """Offset of its first code point."""
    end: int


def atom_at(span: Span) -> Atom:
    """Identify the atom that stands at a place."""
    return Atom(span.source.name, span.start, span.end)


def find_atoms(graph: Graph) -> Iterator[t.Term]:
    """Give the terms of a chart that are atoms; the same atom as often as lets bring it in."""
    for node in graph.nodes.values():
        for term in _written_conditions(node):
            yield from _atoms(term, decides=True)


def _written_conditions(node: Node) -> tuple[t.Term, ...]:
    """List the conditions by which a node decides; a fact that a callee takes by its name is written nowhere."""
    if not isinstance(node, Call):
        return conditions(node)
    # The place of such a fact is that of the file's name.
    return tuple(term for term in conditions(node) if term.span.text.strip("\"'") != node.reference)


def _atoms(term: t.Term, *, decides: bool) -> Iterator[t.Term]:
    """
    Give the atoms of a term.

    Args:
        term: The term.
        decides: Whether it is a condition, and no operand of a comparison or argument of a function.
    """
    if _is_test(term):
        # Also `x not in y` and `x is not null`, which are one test each and seen as they are written.
        yield term
        for part in t.parts(term):
            yield from _inside(part) if isinstance(term, t.Not | t.Junction) else _atoms(part, decides=False)
        return
    match term:
        case t.FactRead() if decides and term.type.base is Basic.BOOL:
            yield term
        case t.LetUse(term=inner):
            yield from _atoms(inner, decides=decides)
        case t.Not() | t.Junction():
            for part in t.parts(term):
                yield from _atoms(part, decides=True)
        case t.Coalesce():
            for part in t.parts(term):
                yield from _atoms(part, decides=decides)
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            yield from _atoms(condition, decides=True)
            yield from _atoms(then, decides=decides)
            yield from _atoms(otherwise, decides=decides)
        case _:
            yield from _inside(term)


def _is_test(term: t.Term) -> bool:
    """Tell whether a term is written as one comparison or one call that gives a bool."""
    match term:
        case t.Comparison() | t.Contains() | t.IsNull():
            return True
        case t.Call():
            return term.type.base is Basic.BOOL
        case t.Not(operand=t.Contains() | t.IsNull() as test):
            return test.span == term.span
        case t.Junction():
            return _is_chain(term)
        case _:
            return False


def _inside(term: t.Term) -> Iterator[t.Term]:
    """Give the atoms in the operands of a term."""
    for part in t.parts(term):
        yield from _atoms(part, decides=False)


def _is_chain(term: t.Junction) -> bool:
    """Tell whether comparisons are joined by their shared operands, as in `1 < x < 5`, and not by `and`."""
    pairs = [item for item in term.items if isinstance(item, t.Comparison)]
    linked = all(left.right is right.left for left, right in pairwise(pairs))
    return term.every and len(pairs) == len(term.items) and linked
