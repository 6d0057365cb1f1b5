"""
Write facts that break a guarantee for whoever mends the rules.

That is the facts themselves, a case to paste, and the command that draws their path.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import PurePath

from notifyrules.diagnostics.phrases import operand
from notifyrules.evaluation.walk import Passage
from notifyrules.graph.model import Graph, Guarantee, Notify, Promise
from notifyrules.language.value_writing import to_plain, write_literal
from notifyrules.language.values import Value
from notifyrules.prove.results import Example
from notifyrules.solver.fact_values import FactValues


def given(graph: Graph, facts: FactValues) -> dict[str, Value]:
    """Keep the facts that a caller must give: those without a default, and those that differ from it."""
    return {
        fact.name: facts[fact.name]
        for fact in graph.facts.values()
        if not fact.has_default or facts[fact.name] != fact.default
    }


def assignments(facts: Mapping[str, Value]) -> str:
    """Write facts for a sentence."""
    written = (f"{name} = {write_literal(value)}" for name, value in facts.items())
    return ", ".join(written) or "all facts at their defaults"


def decided(passage: Passage) -> str:
    """Say in a few words what is decided, and by which arrow."""
    return f"`{passage.outcome}` by `{passage.steps[-1].arrow}`"


def command(graph: Graph, facts: FactValues) -> str:
    """Write the command that draws the chart with the path of some facts lit."""
    words = ["notifyrules", "render", operand(graph.path.removeprefix("notifyrules:"))]
    words += ["--root", graph.root] if graph.root else []
    for name, value in given(graph, facts).items():
        words += ["--set", f"{name}={_setting(value)}"]
    return shlex.join([*words, "-o", f"{PurePath(graph.name).name}.svg"])


def _setting(value: Value) -> str:
    """Write a value as the command line takes it."""
    plain = to_plain(value)
    if isinstance(plain, str) and plain not in ("null", "") and plain.isprintable():
        bare = plain == plain.strip() and plain[0] not in "\"'"
        return plain if bare else json.dumps(plain, ensure_ascii=False)
    written = json.dumps(plain, ensure_ascii=False)
    return written if written.isprintable() else json.dumps(plain)


def held_as_case(graph: Graph, guarantee: Guarantee, example: Example) -> str:
    """
    Show a case that fails as long as the guarantee is broken, on one line that YAML and a cases file take.

    Where several outcomes keep the promise, which of them is right is for whoever mends the rules to say.
    """
    facts = given(graph, example.facts)
    each: dict[str, Value] = {}
    if example.changed is not None:
        name = guarantee.subjects[0]
        facts.pop(name, None)
        each[name] = (example.facts[name], example.changed[name])
    parts = (
        [f"name: {_quoted(guarantee.name)}", f"given: {_mapping(facts)}"]
        if facts
        else [f"name: {_quoted(guarantee.name)}"]
    )
    if each:
        parts.append(f"each: {_mapping(each)}")
    expected, only = _expected(graph, guarantee, example)
    chosen = "" if only else ", with the outcome that you want"
    return f"to hold it as a case{chosen}: `- {{{', '.join(parts)}, expect: {expected}}}`"


def _expected(graph: Graph, guarantee: Guarantee, example: Example) -> tuple[str, bool]:
    """
    Write what a case is to expect.

    Returns:
        What the guarantee promises, as far as that is one thing, else one of the outcomes that keep it; and whether
        nothing else keeps it.
    """
    if example.second is not None:
        return _quoted(example.passage.outcome), False
    allowed = [name for name in graph.outcomes if (name in guarantee.subjects) is (guarantee.promise is Promise.ALWAYS)]
    if len(allowed) == 1:
        return _quoted(allowed[0]), True
    meanings = {graph.outcomes[name].notify for name in allowed}
    if (
        len(meanings) == 1
        and Notify.UNSAID not in meanings
        and graph.outcomes[example.passage.outcome].notify not in meanings
    ):
        return f"{{notify: {meanings.pop().value}}}", True
    refusals = [name for name in allowed if graph.outcomes[name].notify is Notify.NO]
    return _quoted((refusals or allowed or [example.passage.outcome])[0]), False


def _mapping(facts: Mapping[str, Value]) -> str:
    """Write facts as a flow mapping."""
    written = (f"{name}: {json.dumps(to_plain(value), ensure_ascii=False)}" for name, value in facts.items())
    return f"{{{', '.join(written)}}}"


def _quoted(text: str) -> str:
    """Quote a text as YAML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False)
