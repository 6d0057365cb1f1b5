"""
Find facts that change nothing, and outcomes that nobody gets.

Why it matters: a fact costs every caller work, and an outcome that nobody gets is a promise that nobody keeps.
Instead: remove them, or mend the question that was to use them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Label
from notifyrules.graph.model import Because, Call, Fact, FanOut, First, Node, Outcome, Question, Switch
from notifyrules.language.terms import Term, facts_read
from notifyrules.prove.unreachable import Reach
from notifyrules.solver import Proof, SolverAnswer

_SHOWN = 3


def find_unobtainable(proof: Proof, reached: Reach) -> Iterator[Diagnostic]:
    """Report each outcome to which arrows lead and that no facts get."""
    graph = proof.graph
    ends = proof.chart.outcomes()
    never = proof.chart.world.formulas.false
    led_to = {arrow.target for name in graph.order for arrow in graph.nodes[name].arrows} | {graph.otherwise}
    wanted = {name: ends.get(name, never) for name in graph.outcomes if name in led_to}
    for name, answer in proof.sort_out(wanted, proof.samples.outcomes).items():
        if answer is not SolverAnswer.NO:
            continue
        arrows = [arrow for node in graph.order for arrow in graph.nodes[node].arrows if arrow.target == name]
        taken = [arrow for arrow in arrows if arrow.id not in reached.dead and arrow.node in reached.met]
        why = "no facts take an arrow to it"
        if taken:
            why = "only branches of fan-outs lead to it, and a branch that refuses does not decide"
        elif not arrows:
            why = "every exit is written, and none leads to it"
        message = f"nobody can get the outcome `{name}`: {why}"
        advice = ("lead an arrow there that some facts take, or remove it",)
        labels = tuple(Label(one.span, "this leads to it") for one in (taken or arrows)[:_SHOWN] if one.told)
        yield Diagnostic(Code.UNOBTAINABLE_OUTCOME, message, graph.outcomes[name].span, advice, labels)


def find_ineffective(proof: Proof, reached: Reach) -> Iterator[tuple[Fact, Diagnostic | None]]:
    """Report facts that are read and never change outcome, words, data or recheck, among all that were looked at."""
    graph = proof.graph
    readers = _readers(proof, reached)
    for fact in graph.facts.values():
        nodes = readers.get(fact.name, set())
        if fact.included or not nodes:
            continue
        yield fact, None if changes_something(proof, fact) is not SolverAnswer.NO else _ineffective(fact, nodes, proof)


def changes_something(proof: Proof, fact: Fact) -> SolverAnswer:
    """Find out whether changing one fact alone can change what is decided, told or carried."""
    if proof.limit.is_over():
        return SolverAnswer.UNKNOWN
    if proof.samples.matters(fact.name):
        return SolverAnswer.YES
    copy = proof.vary(fact.name)
    return copy.solver.ask(proof.words.differ(copy.replaced))


def _ineffective(fact: Fact, nodes: set[str], proof: Proof) -> Diagnostic:
    graph = proof.graph
    asking = [name for name in (*graph.order, *graph.outcomes) if name in nodes]
    spans = [(graph.nodes.get(name) or graph.outcomes[name]).span for name in asking[:_SHOWN]]
    labels = tuple(Label(span, "this reads it, and comes to the same all the same") for span in spans)
    copy, world = proof.vary(fact.name), proof.chart.world
    differs = world.formulas.negate(world.symbols.equal(proof.inputs.symbols[fact.name], copy.second))
    why = "whatever it is, the same is decided"
    if copy.solver.ask(differs) is SolverAnswer.NO:
        why = "`assume` leaves it only one value at a time"
    message = f"`{fact.name}` never changes the outcome, the words, the data or the recheck: {why}"
    advice = ("remove the fact and what asks for it, or mend the question that was to depend on it",)
    return Diagnostic(Code.INEFFECTIVE_FACT, message, fact.span, advice, labels)


def _readers(proof: Proof, reached: Reach) -> Mapping[str, set[str]]:
    """
    Name for each fact the nodes and outcomes where reading it may matter.

    What is read behind an arrow that is never taken, or to answer a question whose answer is known, does not count:
    that is reported itself.
    """
    found: dict[str, set[str]] = {}
    graph = proof.graph
    ends = proof.chart.outcomes()
    read = [(name, term) for name in graph.order if name in reached.met for term in _terms(graph.nodes[name], reached)]
    read += [(name, term) for name, outcome in graph.outcomes.items() if name in ends for term in _carried(outcome)]
    for name, term in read:
        for fact in facts_read(term):
            found.setdefault(fact, set()).add(name)
    return found


def _terms(node: Node, reached: Reach) -> Iterator[Term]:
    match node:
        case Question(rows=rows):
            if not any(arrow.id in reached.dead for arrow in node.arrows):
                yield rows[0].condition
        case Switch(subject=subject):
            if sum(arrow.id not in reached.dead for arrow in node.arrows) > 1:
                yield subject
        case First(rows=rows):
            yield from (row.condition for row in rows if row.arrow.id not in reached.dead)
        case Call(bindings=bindings):
            yield from bindings.values()
        case FanOut():
            pass
        case _:
            assert_never(node)
    for arrow in node.arrows:
        if arrow.id not in reached.dead:
            yield from _filled(arrow.because)


def _carried(outcome: Outcome) -> Iterator[Term]:
    yield from _filled(outcome.because)
    yield from (value for value in outcome.data.values() if isinstance(value, Term))
    if outcome.recheck is not None:
        yield outcome.recheck


def _filled(because: Because | None) -> Iterator[Term]:
    for message in () if because is None else because.messages:
        yield from (piece for piece in message.pieces if not isinstance(piece, str))
