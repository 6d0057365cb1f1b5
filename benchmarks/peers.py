"""Ask other engines for the same decisions: those on PyPI, with Slack's chart as one formula."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import Any, Final, TypeAlias

from benchmarks.formula import C_LIKE, CEDAR, NOTIFIES, WAITS, WORDS, json_logic, rego, spell, spell_outcome
from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import Contender, race, ratio, typical

Ask: TypeAlias = Callable[[dict[str, Any]], object]
"""Gives the outcome for facts in a nested dict, or whether it is `yes` where the engine can only say so much."""

_CHECKED: Final = 1_000
_CALLS: Final = 20


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine."""

    package: str
    """Its name at the package index."""
    module: str
    make: Callable[[Any], Ask]
    """Makes what asks it, by its module."""
    how: str


def _zen(zen: Any) -> Ask:
    """Ask zen-engine, whose expressions are compiled before."""
    expression = zen.compile_expression(spell_outcome(WORDS))
    ask: Ask = expression.evaluate
    return ask


def _zen_graph(zen: Any) -> Ask:
    """Ask zen-engine by a decision graph with one node, as its editor makes it."""
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "decide",
            "name": "decide",
            "type": "expressionNode",
            "content": {"expressions": [{"id": "1", "key": "outcome", "value": spell_outcome(WORDS)}]},
        },
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "decide", "type": "edge"},
        {"id": "2", "sourceId": "decide", "targetId": "out", "type": "edge"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda facts: decision.evaluate(facts)["result"]["outcome"]


def _google_cel(cel: Any) -> Ask:
    """Ask Google's CEL."""
    groups = ("channel", "message", "user", "preferences", "device")
    environment = cel.NewEnv(variables={group: cel.Type.Map(cel.Type.STRING, cel.Type.DYN) for group in groups})
    expression = environment.compile(spell_outcome(C_LIKE))
    return lambda facts: expression.eval(data=facts).value()


def _common_expressions(cel: Any) -> Ask:
    """Ask the CEL of common-expression-language."""
    program = cel.compile(spell_outcome(C_LIKE))
    ask: Ask = program.execute
    return ask


def _cedar(cedar: Any) -> Ask:
    """Ask Cedar, which permits or forbids: one question, whether to notify now."""
    when = f"{spell(NOTIFIES, CEDAR)} && !{spell(WAITS, CEDAR)}"
    policies = f"permit(principal, action, resource) when {{ {when} }};"
    request = {"principal": 'User::"ada"', "action": 'Action::"notify"', "resource": 'Message::"1"'}
    return lambda facts: cedar.is_authorized({**request, "context": facts}, policies, []).allowed


def _rego(regopy: Any) -> Ask:
    """Ask Rego."""
    numbers, rules = count(1), list[str]()
    notifies = rego(NOTIFIES, lambda: f"part{next(numbers)}", rules)
    rules += [f"notifies if {{ {notifies} }}", f"waits if {{ {rego(WAITS, str, rules)} }}"]
    rules += ['outcome := "no" if { not notifies }', 'outcome := "hold" if { notifies; waits }']
    rules += ['outcome := "yes" if { notifies; not waits }']
    interpreter = regopy.Interpreter()
    interpreter.add_module("slack", "\n".join(["package slack", *rules]))

    def ask(facts: dict[str, Any]) -> object:
        interpreter.set_input(facts)
        # Held in a variable: its nodes do not live without it.
        output = interpreter.query("x = data.slack.outcome")
        return json.loads(output.binding("x").json())

    return ask


def _json_logic(module: Any) -> Ask:
    """Ask JsonLogic."""
    logic = {"if": [json_logic(NOTIFIES), {"if": [json_logic(WAITS), "hold", "yes"]}, "no"]}
    return lambda facts: module.jsonLogic(logic, facts)


def _rule_engine(module: Any) -> Ask:
    """Ask rule-engine."""
    rule = module.Rule(spell_outcome(WORDS))
    ask: Ask = rule.evaluate
    return ask


PEERS: Final = (
    Peer("zen-engine", "zen", _zen, "one expression, compiled"),
    Peer("zen-engine", "zen", _zen_graph, "a decision graph with that expression"),
    Peer("cel-expr-python", "cel_expr_python.cel", _google_cel, "one expression, compiled"),
    Peer("common-expression-language", "cel", _common_expressions, "one expression, compiled"),
    Peer("cedarpy", "cedarpy", _cedar, "one policy; yes or not"),
    Peer("regopy", "regopy", _rego, "a module"),
    Peer("json-logic-qubit", "json_logic", _json_logic, "one rule"),
    Peer("rule-engine", "rule_engine", _rule_engine, "one expression, compiled"),
)


def measure(subject: Subject, *, rounds: int, peers: Sequence[Peer] = PEERS) -> Table:
    """Measure what engines need for the decisions of Slack's chart, given the same nested dicts."""
    rows = subject.rows(_CHECKED)
    asked: dict[str, Ask] = {}
    missing: list[str] = []
    for peer in peers:
        name = f"{peer.package}: {peer.how}"
        try:
            module = import_module(peer.module)
        except ImportError:
            missing.append(name)
            continue
        asked[name] = peer.make(module)
        _check(name, asked[name], subject, rows)
    own, hand = "notifyrules: nested dict, validated", "by hand, over an object with slots"
    contenders = [
        Contender(hand, subject.decide_object, subject.hold),
        Contender(own, subject.rules.should_notify, nest),
        *(Contender(name, ask, nest) for name, ask in asked.items()),
    ]
    found: list[Sequence[str]] = []
    for number, other in enumerate(contenders[2:]):
        times = race([*contenders[:2], other], rows, rounds, calls=_CALLS)
        found += [
            [
                one.name,
                duration(typical(times, one.name)),
                multiple(ratio(times, one.name, hand)),
                multiple(ratio(times, one.name, own)),
            ]
            for one in ([*contenders[:2], other] if number == 0 else [other])
        ]
    return Table(
        "The same decisions by other engines",
        [
            "Each is given the same nested dicts, and Slack's chart as one formula, written for speed.",
            f"All answers were equal over {_CHECKED:,} random facts.",
            "Only notifyrules checks the facts, and can tell why.",
        ],
        ["", "a decision", "to by hand", "to notifyrules"],
        [*found, *([name, "not installed", "", ""] for name in missing)],
    )


def _check(name: str, ask: Ask, subject: Subject, rows: Sequence[Mapping[str, object]]) -> None:
    """
    Hold an engine to the rules before it is timed.

    Raises:
        AssertionError: An answer differs.
    """
    for row in rows:
        answer, outcome = ask(nest(row)), subject.rules.should_notify(row).outcome
        assert answer == ((outcome == "yes") if isinstance(answer, bool) else outcome), (name, row, answer)
