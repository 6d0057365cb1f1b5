"""Keep private facts out of a record: their values, and the texts, data and recheck that were made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import Passage, Step, passed
from notifyrules.graph.model import Because, Call, Graph
from notifyrules.language.terms import Term, facts_read
from notifyrules.language.values import Value

Mask: TypeAlias = "Callable[[str, Value], str | None]"
"""Gives what is kept in place of the value of a private fact; None to leave it out."""


def withhold(record: Record, graph: Graph, mask: Mask) -> Record:
    """
    Withhold private facts.

    What was answered, the arrows and the outcome stay: they are what was decided.

    Args:
        record: Of a decision of the *graph*.
        graph: The chart, which says what is private.
        mask: What takes the place of a private value.
    """
    private = _private(graph)
    if not private and not _calls(graph):
        return record
    said = set(_said(graph, record.passage, private))
    outcome = graph.outcomes[record.outcome]
    # A called chart may say when to ask again, and nothing tells from what.
    unsure = outcome.recheck is None and bool(private.intersection(record.told_from))
    recheck_read = private if unsure else _read((outcome.recheck,))
    return replace(
        record,
        facts=_masked(record.facts, private, mask),
        passage=_masked_passage(graph, record.passage, private, said, mask),
        data={name: value for name, value in record.data.items() if not private & _read((outcome.data.get(name),))},
        recheck_at=None if private & recheck_read else record.recheck_at,
        withheld=tuple(name for name in record.facts if name in private),
    )


def _private(graph: Graph) -> frozenset[str]:
    return frozenset(fact.name for fact in graph.facts.values() if fact.private)


def _calls(graph: Graph) -> bool:
    return any(isinstance(node, Call) for node in graph.nodes.values())


def _inside(node: Call, private: frozenset[str]) -> frozenset[str]:
    """Name the facts of a called chart that are private themselves, or made from what is."""
    made = (name for name, term in node.arguments.items() if private & facts_read(term))
    return _private(node.callee).union(made)


def _read(terms: Iterable[object]) -> frozenset[str]:
    return frozenset(name for term in terms if isinstance(term, Term) for name in facts_read(term))


def _quotes(because: Because | None, private: frozenset[str]) -> bool:
    pieces = () if because is None else (piece for message in because.messages for piece in message.pieces)
    return bool(private & _read(pieces))


def _said(graph: Graph, passage: Passage, private: frozenset[str]) -> Iterator[str]:
    """Give the texts that were made from private facts; a passage repeats those of its steps."""
    for step in passed(passage.steps):
        if step.because is not None and _quotes(graph.arrows[step.arrow].because, private):
            yield step.because
        node = graph.nodes[step.node]
        if step.inner is not None and isinstance(node, Call):
            yield from _said(node.callee, step.inner, _inside(node, private))
    if passage.because is not None and _quotes(graph.outcomes[passage.outcome].because, private):
        yield passage.because


def _masked(values: Mapping[str, Value], private: frozenset[str], mask: Mask) -> dict[str, Value]:
    kept = ((name, mask(name, value) if name in private else value) for name, value in values.items())
    return {name: value for name, value in kept if name not in private or value is not None}


def _masked_passage(graph: Graph, passage: Passage, private: frozenset[str], said: set[str], mask: Mask) -> Passage:
    steps = tuple(_masked_step(graph, step, private, said, mask) for step in passage.steps)
    return replace(passage, steps=steps, because=None if passage.because in said else passage.because)


def _masked_step(graph: Graph, step: Step, private: frozenset[str], said: set[str], mask: Mask) -> Step:
    node, inner = graph.nodes[step.node], step.inner
    if inner is not None and isinstance(node, Call):
        inner = _masked_passage(node.callee, inner, _inside(node, private), said, mask)
    tried = tuple(
        replace(branch, steps=tuple(_masked_step(graph, one, private, said, mask) for one in branch.steps))
        for branch in step.tried
    )
    because = None if step.because in said else step.because
    return replace(step, facts=_masked(step.facts, private, mask), because=because, tried=tried, inner=inner)
