"""Keep private facts out of a record: their values, and the texts, data and recheck that were made from them."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import KeptAnswers, Passage, Step, passed
from notifyrules.graph.model import Because, Call, Graph, conditions
from notifyrules.language.terms import Term, facts_read
from notifyrules.language.values import Value

Mask: TypeAlias = "Callable[[str, Value], str | tuple[str, ...] | None]"
"""Gives what is kept in place of the value of a private fact; None to leave it out."""


def masking(key: str | bytes | None) -> Mask:
    """
    Make a mask: a hash with a key, of lists one of each item so that items can be looked for, or nothing at all.

    Raises:
        UsageError: The key is empty, so that anybody could try values until one has the hash.
    """
    if key is not None and not key:
        raise UsageError("the key of hashes is empty", "give a secret, or none, with which nothing private is kept")
    secret = key.encode() if isinstance(key, str) else key

    def hashed(name: str, value: Value) -> str:
        return f"hash:{hmac.digest(secret or b'', f'{name}={value!r}'.encode(), 'sha256').hex()[:32]}"

    def mask(name: str, value: Value) -> str | tuple[str, ...] | None:
        if secret is None:
            return None
        return tuple(hashed(name, one) for one in value) if isinstance(value, tuple) else hashed(name, value)

    return mask


def withhold(record: Record, graph: Graph, mask: Mask) -> Record:
    """
    Withhold private facts.

    What was answered, the arrows and the outcome stay: they are what was decided.

    Args:
        record: Of a decision of the *graph*.
        graph: The chart, which says what is private.
        mask: What takes the place of a private value.
    """
    private = private_facts(graph)
    if not withholds(graph):
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


def answers_kept(graph: Graph, passage: Passage) -> KeptAnswers:
    """Give the answers of the nodes that read what is private, with which a walk can be told without it."""
    return dict(_answers(graph, passage, private_facts(graph), ""))


def _answers(
    graph: Graph, passage: Passage, private: frozenset[str], path: str
) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    for step in passed(passage.steps):
        node = graph.nodes[step.node]
        if step.inner is not None and isinstance(node, Call):
            yield from _answers(node.callee, step.inner, _inside(node, private), f"{path}{step.node}/")
        elif private & _read(conditions(node)):
            yield f"{path}{step.node}", (step.arrow, tuple(step.facts))


def private_facts(graph: Graph) -> frozenset[str]:
    """Name the facts whose values no log keeps."""
    return frozenset(fact.name for fact in graph.facts.values() if fact.private)


def withholds(graph: Graph) -> bool:
    """Tell whether a chart, or one that it calls, has private facts."""
    callees = (node.callee for node in graph.nodes.values() if isinstance(node, Call))
    return bool(private_facts(graph)) or any(map(withholds, callees))


def _inside(node: Call, private: frozenset[str]) -> frozenset[str]:
    """Name the facts of a called chart that are private themselves, or made from what is."""
    made = (name for name, term in node.arguments.items() if private & facts_read(term))
    return private_facts(node.callee).union(made)


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
    # The words are those of the outcome where no step has said them.
    by_steps = passage.because in [step.because for step in passed(passage.steps)]
    if passage.because is not None and not by_steps and _quotes(graph.outcomes[passage.outcome].because, private):
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
        # What is made from private facts has a value of its own, of which nothing is kept.
        inner = _masked_passage(node.callee, inner, _inside(node, private), said, lambda _, __: None)
    tried = tuple(
        replace(branch, steps=tuple(_masked_step(graph, one, private, said, mask) for one in branch.steps))
        for branch in step.tried
    )
    because = None if step.because in said else step.because
    return replace(step, facts=_masked(step.facts, private, mask), because=because, tried=tried, inner=inner)
