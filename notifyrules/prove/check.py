"""Prove everything about one chart that a check is to tell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TypeAlias, assert_never

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings, Label
from notifyrules.diagnostics.phrases import operand
from notifyrules.evaluation.walk import Passage
from notifyrules.graph.allowing import silence
from notifyrules.graph.model import Graph, Guarantee, Notify, Promise
from notifyrules.language.types import is_bare
from notifyrules.language.values import FactValues, Value, to_plain, write_literal, write_setting
from notifyrules.limit import Limit
from notifyrules.prove.guarantees import judge
from notifyrules.prove.ineffective import find_ineffective, find_unobtainable
from notifyrules.prove.results import CounterExample, Judged, Proofs, Standing
from notifyrules.prove.unreachable import find_dead, find_vacuous, reach
from notifyrules.solver import Proof, SolverAnswer
from notifyrules.source.text import Span

Watch: TypeAlias = Callable[[str], None]
"""Is told what is being worked on."""


def prove(graph: Graph, known: Sequence[Diagnostic], limit: Limit, watch: Watch) -> Proofs:
    """Look for what no facts reach and what changes nothing, unless *known*, and prove guarantees, until time is up."""
    findings = Findings()
    findings.extend(known)
    watch("what it is made of")
    proof = Proof.begin(graph, limit)
    if (contradiction := _contradiction(proof)) is not None:
        # Of facts that do not exist, everything could be proved.
        findings.extend([contradiction])
        return Proofs(graph, findings.sorted())
    judged = []
    for number, guarantee in enumerate(graph.guarantees):
        watch(f"guarantee {number + 1} of {len(graph.guarantees)}")
        judged.append(judge(proof, number))
        findings.extend(_report(graph, guarantee, judged[-1], limit))
        if guarantee.promise is not Promise.REACHABLE and judged[-1].standing is Standing.PROVED:
            # What speaks of no facts is never broken; that an outcome is reachable for none of them is.
            findings.extend(find_vacuous(proof, number))
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
    if proof.bare.ask(*proof.assumed) is not SolverAnswer.NO:
        return None
    core = proof.bare.core(proof.assumed) or range(len(proof.assumed))
    *others, last = [proof.graph.assume[number] for number in core]
    message = "this is never true, so `assume` leaves no facts at all"
    if others:
        message = "this contradicts the other assumptions shown, so `assume` leaves no facts at all"
    advice = ("mend or remove one of them; until then everything could be proved",)
    labels = tuple(Label(term.span, "this is assumed too") for term in others)
    return Diagnostic(Code.CONTRADICTORY_ASSUME, message, last.span, advice, labels)


def _report(graph: Graph, guarantee: Guarantee, judged: Judged, limit: Limit) -> Iterator[Diagnostic]:
    match judged.standing:
        case Standing.PROVED:
            return
        case Standing.UNDECIDED:
            why = "no facts were found that break it, and no proof that there are none"
            way_out = "narrow it with `if`, or pass what texts and calendars tell as facts"
            if limit.exceeded:
                why = f"the time limit of {limit.seconds:g} s came first"
                way_out = "allow more with `--timeout`"
            elif guarantee.promise is Promise.REACHABLE:
                why = "no facts were found for it, and no proof that there are none"
            message = f"`{guarantee.name}` is neither proved nor broken: {why}"
            yield Diagnostic(Code.UNDECIDED, message, guarantee.span, (way_out,))
        case Standing.BROKEN:
            yield _broken(graph, guarantee, judged.example)
        case _:
            assert_never(judged.standing)


def _broken(graph: Graph, guarantee: Guarantee, example: CounterExample | None) -> Diagnostic:
    if example is None:
        message = f"`{guarantee.name}` is broken: no facts get `{guarantee.subjects[0]}`"
        return Diagnostic(Code.BROKEN_GUARANTEE, message, guarantee.span, ("mend the chart, or withdraw the promise",))
    facts = _given(graph, example.facts)
    if example.each:
        return _broken_together(graph, guarantee, example)
    if example.second is None or example.changed is None:
        message = f"`{guarantee.name}` is broken: {_decided(example.passage)}"
        notes = [f"for {_assignments(facts)}"]
    else:
        name = guarantee.subjects[0]
        values = [_assignments({name: one[name]}) for one in (example.facts, example.changed)]
        decided = [_decided(passage) for passage in (example.passage, example.second)]
        message = f"`{guarantee.name}` is broken: {decided[0]} with {values[0]}, {decided[1]} with {values[1]}"
        facts.pop(name, None)
        notes = [f"both with {_assignments(facts) if facts else 'all other facts at their defaults'}"]
    to_see = f"to see the path: `{_command(graph, _given(graph, example.facts))}`"
    advice = ("mend the chart, or withdraw the promise", _held_as_case(graph, guarantee, example), to_see)
    labels = tuple(_settling(graph, example))
    return Diagnostic(Code.BROKEN_GUARANTEE, message, guarantee.span, advice, labels, tuple(notes))


def _broken_together(graph: Graph, guarantee: Guarantee, example: CounterExample) -> Diagnostic:
    """Word a broken promise about media: what all media share, what differs, and what is decided on each."""
    assert graph.media is not None
    decided = ", ".join(f"{_decided(passage)} on `{medium}`" for medium, (_, passage) in example.each.items())
    shared = _given(graph, example.facts)
    for name in (graph.media.fact, *graph.media.per_medium):
        shared.pop(name, None)
    apart: dict[str, dict[str, Value]] = {}
    for medium, (facts, _) in example.each.items():
        differing = {name: value for name, value in _given(graph, facts).items() if name in graph.media.per_medium}
        apart |= {medium: differing} if differing else {}
    notes = [f"for {_assignments(shared)}", *(f"on `{one}` with {_assignments(facts)}" for one, facts in apart.items())]
    # A medium that the promise does not name must have it too, where it has no default.
    needed = {name: example.facts[name] for name in graph.media.per_medium if not graph.facts[name].has_default}
    own = {f"{name}@{one}": value for one, facts in apart.items() for name, value in facts.items()}
    settings = {**shared, **(needed if len(example.each) < len(graph.media.names) else {}), **own}
    parts = [f"name: {_quoted(f'broken: {guarantee.name}')}"]
    parts += [f"given: {_mapping(shared)}"] if shared else []
    parts += [f"per_medium: {_by_medium({one: _mapping(facts) for one, facts in apart.items()})}"] if apart else []
    outcomes = {medium: _quoted(passage.outcome) for medium, (_, passage) in example.each.items()}
    held = f"- {{{', '.join(parts)}, expect: {{each: {_by_medium(outcomes)}}}}}"
    advice = (
        "mend the chart, or withdraw the promise",
        f"as a case, which expects what is decided now: `{held}`",
        f"to see the paths: `{_command(graph, settings, '--each')}`",
    )
    message = f"`{guarantee.name}` is broken: {decided}"
    labels = tuple(_settling(graph, example))
    return Diagnostic(Code.BROKEN_GUARANTEE, message, guarantee.span, advice, labels, tuple(notes))


def _settling(graph: Graph, example: CounterExample) -> Iterator[Label]:
    """Show the arrows that settled what breaks a guarantee."""
    last = {passage.steps[-1].arrow: passage for passage in example.passages}
    for arrow, passage in last.items() if example.each else ((one.steps[-1].arrow, one) for one in example.passages):
        spans = {one.id: one.span for one in graph.nodes[passage.steps[-1].node].arrows}
        yield Label(spans[arrow], f"this decides `{passage.outcome}`")


def _out_of_time(graph: Graph, limit: Limit) -> Diagnostic:
    place = Span(graph.nodes[graph.start].span.source, 0, 0)
    message = f"not everything about this chart was proved within the time limit of {limit.seconds:g} s"
    return Diagnostic(Code.UNDECIDED, message, place, ("allow more with `--timeout`",))


# ---- Facts that break a guarantee, for whoever mends the rules ----


def _given(graph: Graph, facts: FactValues) -> dict[str, Value]:
    """Keep the facts that a caller must give: those without a default, and those that differ from it."""
    return {
        fact.name: facts[fact.name]
        for fact in graph.facts.values()
        if not fact.has_default or facts[fact.name] != fact.default
    }


def _assignments(facts: Mapping[str, Value]) -> str:
    """Write facts for a sentence."""
    written = (f"{name} = {write_literal(value)}" for name, value in facts.items())
    return ", ".join(written) or "all facts at their defaults"


def _decided(passage: Passage) -> str:
    return f"`{passage.outcome}` by `{passage.steps[-1].arrow}`"


def _command(graph: Graph, facts: Mapping[str, Value], *options: str) -> str:
    """Write the command that draws the chart with the path of some facts lit."""
    words = [*_asking("render", graph), *options, *_settings(facts)]
    return shlex.join([*words, "-o", f"{PurePath(graph.name).name}.svg"])


def _asking(command: str, graph: Graph) -> list[str]:
    """Begin a command about a chart."""
    words = ["notifyrules", command, operand(graph.path.removeprefix("notifyrules:"))]
    return [*words, "--root", graph.root] if graph.root else words


def _settings(facts: Mapping[str, Value]) -> list[str]:
    """Write facts as the command line takes them."""
    return [word for name, value in facts.items() for word in ("--set", f"{name}={write_setting(value)}")]


def _held_as_case(graph: Graph, guarantee: Guarantee, example: CounterExample) -> str:
    """
    Show a case that fails as long as the guarantee is broken, on one line that YAML and a cases file take.

    Where several outcomes keep the promise, which of them is right is for whoever mends the rules to say.
    """
    facts = _given(graph, example.facts)
    each: dict[str, Value] = {}
    if example.changed is not None:
        name = guarantee.subjects[0]
        facts.pop(name, None)
        each[name] = (example.facts[name], example.changed[name])
    parts = [f"name: {_quoted(guarantee.name)}"]
    parts += [f"{key}: {_mapping(held)}" for key, held in (("given", facts), ("each", each)) if held]
    expected, only = _expected(graph, guarantee, example)
    chosen = "" if only else ", with the outcome that you want"
    return f"to hold it as a case{chosen}: `- {{{', '.join(parts)}, expect: {expected}}}`"


def _expected(graph: Graph, guarantee: Guarantee, example: CounterExample) -> tuple[str, bool]:
    """Give what is promised, if that is one thing, else an outcome that keeps it; and whether nothing else does."""
    if example.second is not None:
        return _quoted(example.passage.outcome), False
    allowed = [name for name in graph.outcomes if (name in guarantee.subjects) is (guarantee.promise is Promise.ALWAYS)]
    if len(allowed) == 1:
        return _quoted(allowed[0]), True
    meanings = {graph.outcomes[name].notify for name in allowed}
    if len(meanings) == 1 and not meanings & {Notify.UNSAID, graph.outcomes[example.passage.outcome].notify}:
        return f"{{notify: {meanings.pop().value}}}", True
    refusals = [name for name in allowed if graph.outcomes[name].notify is Notify.NO]
    return _quoted((refusals or allowed or [example.passage.outcome])[0]), False


def _mapping(facts: Mapping[str, Value]) -> str:
    """Write facts as a flow mapping."""
    return f"{{{', '.join(f'{name}: {_quoted(to_plain(value))}' for name, value in facts.items())}}}"


def _by_medium(written: Mapping[str, str]) -> str:
    """Write what stands under each medium as a flow mapping."""
    parts = (f"{one if is_bare(one) else _quoted(one)}: {held}" for one, held in written.items())
    return f"{{{', '.join(parts)}}}"


def _quoted(plain: object) -> str:
    """Write a plain value as YAML and JSON both read it."""
    return json.dumps(plain, ensure_ascii=False)
