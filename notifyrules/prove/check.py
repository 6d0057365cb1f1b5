"""Prove everything about one chart that a check is to tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings, Label
from notifyrules.graph.allowing import silence
from notifyrules.graph.model import Graph, Guarantee, Promise
from notifyrules.prove.examples import assignments, command, decided, given, held_as_case
from notifyrules.prove.guarantees import judge
from notifyrules.prove.ineffective import find_ineffective, find_unobtainable
from notifyrules.prove.proof import Proof, Watch, begin
from notifyrules.prove.results import Example, Judged, Proofs, Standing
from notifyrules.prove.unreachable import find_dead, reach
from notifyrules.solver.limit import Limit
from notifyrules.solver.solving import Answer
from notifyrules.source.text import Span


def prove(graph: Graph, known: Sequence[Diagnostic], limit: Limit, watch: Watch) -> Proofs:
    """
    Look for what no facts reach and what changes nothing, and prove the guarantees.

    Args:
        graph: A chart without errors.
        known: What was found before, so that it is not told again.
        limit: How long it may take.
        watch: Is told what is being worked on.

    Returns:
        What was found and proved; when the time is up, as much as was done by then.
    """
    findings = Findings()
    findings.extend(known)
    watch("what it is made of")
    proof = begin(graph, limit)
    contradiction = _contradiction(proof)
    if contradiction is not None:
        # Of facts that do not exist, everything could be proved.
        findings.extend([contradiction])
        return Proofs(graph, findings.sorted())
    judged = []
    for number, guarantee in enumerate(graph.guarantees):
        watch(f"guarantee {number + 1} of {len(graph.guarantees)}")
        judged.append(judge(proof, number))
        findings.extend(_report(graph, guarantee, judged[-1], limit))
    watch("what is reached")
    reached = reach(proof)
    findings.extend(find_dead(proof, reached, tuple(known)))
    findings.extend(find_unobtainable(proof, reached))
    for fact, found in find_ineffective(proof, reached):
        watch(f"what {fact.name} changes")
        findings.extend([found] if found is not None else [])
    if limit.exceeded:
        findings.extend([_out_of_time(graph, limit)])
    silence(graph.allowed, findings, complete=not limit.exceeded)
    return Proofs(graph, findings.sorted(), tuple(judged))


def _contradiction(proof: Proof) -> Diagnostic | None:
    """Report assumptions that no facts keep to."""
    if proof.bare.ask(*proof.assumed) is not Answer.NO:
        return None
    core = proof.bare.core(proof.assumed) or range(len(proof.assumed))
    terms = [proof.graph.assume[number] for number in core]
    last = terms[-1]
    message = "this is never true, so `assume` leaves no facts at all"
    if len(terms) > 1:
        message = "this contradicts the other assumptions shown, so `assume` leaves no facts at all"
    return Diagnostic(
        Code.CONTRADICTORY_ASSUME,
        message,
        last.span,
        ("mend or remove one of them; until then everything could be proved",),
        tuple(Label(term.span, "this is assumed too") for term in terms[:-1]),
    )


def _report(graph: Graph, guarantee: Guarantee, judged: Judged, limit: Limit) -> Iterator[Diagnostic]:
    """Report a guarantee that is broken or could not be decided."""
    match judged.standing:
        case Standing.PROVED:
            return
        case Standing.UNDECIDED:
            why = "no facts were found that break it, and no proof that there are none"
            help_ = "narrow it with `if`, or pass what texts and calendars tell as facts"
            if limit.exceeded:
                why = f"the time limit of {limit.seconds:g} s came first"
                help_ = "allow more with `--timeout`"
            elif guarantee.promise is Promise.REACHABLE:
                why = "no facts were found for it, and no proof that there are none"
            yield Diagnostic(
                Code.UNDECIDED,
                f"`{guarantee.name}` is neither proved nor broken: {why}",
                guarantee.span,
                (help_,),
            )
        case Standing.BROKEN:
            yield _broken(graph, guarantee, judged.example)
        case _:
            assert_never(judged.standing)


def _broken(graph: Graph, guarantee: Guarantee, example: Example | None) -> Diagnostic:
    """Word a broken guarantee, with the facts that break it."""
    if example is None:
        message = f"`{guarantee.name}` is broken: no facts get `{guarantee.subjects[0]}`"
        return Diagnostic(Code.BROKEN_GUARANTEE, message, guarantee.span, ("mend the chart, or withdraw the promise",))
    facts = given(graph, example.facts)
    labels: tuple[Label, ...] = tuple(_settling(graph, example))
    if example.second is None or example.changed is None:
        message = f"`{guarantee.name}` is broken: {decided(example.passage)}"
        notes = [f"for {assignments(facts)}"]
    else:
        name = guarantee.subjects[0]
        values = [assignments({name: one[name]}) for one in (example.facts, example.changed)]
        message = (
            f"`{guarantee.name}` is broken: {decided(example.passage)} with {values[0]}, "
            f"{decided(example.second)} with {values[1]}"
        )
        facts.pop(name, None)
        notes = [f"both with {assignments(facts) if facts else 'all other facts at their defaults'}"]
    return Diagnostic(
        Code.BROKEN_GUARANTEE,
        message,
        guarantee.span,
        (
            "mend the chart, or withdraw the promise",
            held_as_case(graph, guarantee, example),
            f"to see the path: `{command(graph, example.facts)}`",
        ),
        labels,
        tuple(notes),
    )


def _settling(graph: Graph, example: Example) -> Iterator[Label]:
    """Show the arrows that settled what breaks a guarantee."""
    for passage in (example.passage, example.second):
        if passage is not None:
            arrow = passage.steps[-1].arrow
            spans = {one.id: one.span for one in graph.nodes[passage.steps[-1].node].arrows}
            yield Label(spans[arrow], f"this decides `{passage.outcome}`")


def _out_of_time(graph: Graph, limit: Limit) -> Diagnostic:
    """Report that not everything was looked at."""
    start = graph.nodes[graph.start].span
    return Diagnostic(
        Code.UNDECIDED,
        f"not everything about this chart was proved within the time limit of {limit.seconds:g} s",
        Span(start.source, 0, 0),
        ("allow more with `--timeout`",),
    )
