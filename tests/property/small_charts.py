"""Make small charts at random, of which all facts that matter can be listed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from random import Random

from notifyrules.graph.model import Graph
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import Value

VALUES: Mapping[str, tuple[Value, ...]] = {
    "bool": (False, True),
    "bool | null": (None, False, True),
    "red | green | blue": ("red", "green", "blue"),
    "low | high | null": (None, "low", "high"),
    "int": (-1, 0, 1, 2, 3, 4),
    "int | null": (None, 0, 1, 2, 3, 4),
    "text": ("", "a", "ab", "abc", "b"),
    "list of (push | badge)": ((), ("push",), ("badge",), ("push", "badge"), ("push", "push")),
}
"""The types of the facts, with values that answer every condition in every way that it can be answered."""

_CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "bool": ("{f}", "not {f}"),
    "bool | null": ("{f} ?? true", "{f} ?? false", "{f} is null", "{f} == true"),
    "red | green | blue": ('{f} == "red"', '{f} != "blue"', '{f} in ["red", "green"]', '{f} not in ["green"]'),
    "low | high | null": ('{f} == "low"', "{f} is not null", '({f} ?? "high") == "high"', '{f} in ["low"]'),
    "int": ("{f} > 1", "{f} >= 2", "{f} < 0", "0 <= {f} < 3", "{f} + 1 > 3", "{f} == 2", "-{f} > 0", "{f} - 1 == 0"),
    "int | null": ("{f} is null or {f} > 1", "({f} ?? 3) > 2", "{f} == 2", "{f} is not null and {f} < 2"),
    "text": ('{f} == "a"', 'starts_with({f}, "a")', 'starts_with({f}, "ab")', 'contains({f}, "b")', "len({f}) > 1"),
    "list of (push | badge)": ('"push" in {f}', 'overlaps({f}, ["badge"])', "len({f}) > 0", "{f} == []"),
}
CALLED = """\
notifyrules: 1
name: called
facts: {a: bool, b: bool = false}
flow: {ask_a: {if: a, then: held, else: ask_b}, ask_b: {if: b, then: open, else: closed}}
outcomes: {open: {}, held: {recheck: null}, closed: {}}
"""
"""The file `called.yaml`, which charts may call."""
EXACT = ("bool", "bool | null", "red | green | blue", "low | high | null", "int", "int | null")
"""The types about which nothing is left open."""


_TYPES = {
    "flag": "bool",
    "colour": "red | green | blue",
    "low_note": '"low"',
    "number": "int",
    "limit": "number | null",
    "words": "text",
    "way": "push | badge",
}
_BY_NAME = {
    "bool": "flag",
    "bool | null": "flag | null",
    "red | green | blue": "colour",
    "low | high | null": "low_note | high | null",
    "int": "number",
    "int | null": "limit",
    "text": "words",
    "list of (push | badge)": "list of way",
}
"""The types of the facts by names."""


@dataclass(slots=True)
class Sketch:
    """A chart that can be written out, and changed before."""

    facts: dict[str, str]
    nodes: dict[str, dict[str, object]]
    outcomes: dict[str, dict[str, object]]
    assume: list[str] = field(default_factory=list)
    guarantees: list[dict[str, object]] = field(default_factory=list)
    named: bool = False
    """Whether the types of the facts have names."""

    def text(self) -> str:
        """Write the rule file."""
        parts: dict[str, object] = {
            "notifyrules": 1,
            "name": "small",
            "types": _TYPES if self.named else {},
            "facts": {name: _declared(kind, named=self.named) for name, kind in self.facts.items()},
            "assume": self.assume,
            "flow": self.nodes,
            "outcomes": self.outcomes,
            "guarantees": self.guarantees,
        }
        return "\n".join(f"{key}: {_written(value)}" for key, value in parts.items() if value) + "\n"


def _written(value: object) -> str:
    """Write YAML on one line; keys stand bare, because a quoted `true` is a text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(map(_written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def _declared(kind: str, *, named: bool) -> dict[str, object]:
    """Declare a fact of a type, with a default."""
    default = VALUES[kind][0]
    return {
        "type": _BY_NAME[kind] if named else kind,
        "default": list(default) if isinstance(default, tuple) else default,
    }


def dice(seed: int) -> Random:
    """Give the source of one chart: the same one every time."""
    return Random(seed)  # noqa: S311 - a chart is no secret


def sketch(random: Random, *, kinds: tuple[str, ...] = tuple(VALUES), most_nodes: int = 7) -> Sketch:
    """Draw a chart at random."""
    facts = {f"f{number}": random.choice(kinds) for number in range(random.randint(2, 4))}
    names = [f"n{number}" for number in range(random.randint(2, most_nodes))]
    outcomes: dict[str, dict[str, object]] = {
        '"yes"': {"notify": True},
        "hold": {"notify": "later"},
        '"no"': {"notify": False, "because": "no {f0}" if facts["f0"] in ("bool", "int") else "no"},
        "never": {"notify": False},
    }
    nodes: dict[str, dict[str, object]] = {}
    for number, name in enumerate(names):
        nodes[name] = node(random, facts, names[number + 1 :], [outcome.strip('"') for outcome in outcomes])
    led_to = {str(target) for one in nodes.values() for target in targets(one)}
    reached = {"n0"}
    for name in names:
        if name in reached:
            reached |= targets(nodes[name])
    kept = {name: one for name, one in nodes.items() if name in reached}
    assume = [condition(random, facts)] if random.random() < 0.4 else []
    assert led_to
    return Sketch(facts, kept, outcomes, assume)


def begin_with_call(random: Random, drawn: Sketch) -> None:
    """Let a chart begin with a call; outcomes of the called one may share a way, and go to `else`."""
    first = next(iter(drawn.nodes))
    one, other = (random.choice((*drawn.nodes, *(outcome.strip('"') for outcome in drawn.outcomes))) for _ in range(2))
    ways: tuple[dict[str, object], ...] = (
        {"cases": {"open": first, "held": one, "closed": other}},
        {"cases": {"open": first, "held": one, "closed": other}},
        {"cases": {"open": first, "held | closed": one}},
        {"cases": {"open | held": first, "closed": one}},
        {"cases": {"closed": one}, "else": first},
        {"cases": {"open": first}, "else": one},
    )
    bound = {"a": condition(random, drawn.facts)}
    begin: dict[str, object] = {"ask": "called", "call": "called.yaml", "with": bound, **random.choice(ways)}
    if random.random() < 0.5:
        bound["b"] = condition(random, drawn.facts)
    else:
        begin["defaults"] = random.choice(("all", ["b"]))
    drawn.nodes = {"begin": begin, **drawn.nodes}


def node(random: Random, facts: Mapping[str, str], later: list[str], outcomes: list[str]) -> dict[str, object]:
    """Draw one node."""

    def target() -> object:
        name = random.choice(later) if later and random.random() < 0.7 else random.choice(outcomes)
        return {"to": name, "because": f"by {name}"} if random.random() < 0.3 else name

    kind = random.random()
    switched = [name for name, one in facts.items() if one in ("red | green | blue", "low | high | null", "bool")]
    if kind < 0.2 and switched:
        fact = random.choice(switched)
        keys = {"red | green | blue": ["red", "green | blue"], "bool": ["true", "false"]}.get(
            facts[fact], ["low", "high", "null"]
        )
        return {"ask": fact, "switch": fact, "cases": {key: target() for key in keys}}
    if kind < 0.35:
        rows = [{"if": condition(random, facts), "to": random.choice([*later, *outcomes])} for _ in range(3)]
        return {"ask": "first", "first": rows, "else": target()}
    if kind < 0.5 and len(later) > 1:
        return {"ask": "any", "any": random.sample(later, 2), "else": target()}
    return {"ask": "q", "if": condition(random, facts), "then": target(), "else": target()}


def condition(random: Random, facts: Mapping[str, str]) -> str:
    """Draw a condition."""
    parts = []
    for _ in range(random.choice((1, 1, 2))):
        fact = random.choice(list(facts))
        parts.append(random.choice(_CONDITIONS[facts[fact]]).format(f=fact))
    return f" {random.choice(('and', 'or'))} ".join(f"({part})" for part in parts)


def targets(one: Mapping[str, object]) -> set[str]:
    """Name what a node leads to."""
    found: list[object] = [one.get("then"), one.get("else")]
    for several in (one.get("any"), one.get("cases")):
        found.extend(several.values() if isinstance(several, dict) else several if isinstance(several, list) else ())
    rows = one.get("first")
    found.extend(row["to"] for row in rows) if isinstance(rows, list) else None
    return {str(target["to"] if isinstance(target, dict) else target) for target in found if target is not None}


def all_facts(graph: Graph, facts: Mapping[str, str]) -> Iterator[dict[str, Value]]:
    """List all facts that matter and keep to `assume`."""
    for values in product(*(VALUES[kind] for kind in facts.values())):
        given = dict(zip(facts, values, strict=True))
        if all(evaluate(term, given, {}) is True for term in graph.assume):
            yield given


def guarantee(random: Random, drawn: Sketch) -> dict[str, object]:
    """Draw a promise about a chart."""
    outcomes = [outcome.strip('"') for outcome in drawn.outcomes]
    raised = [name for name, kind in drawn.facts.items() if kind in ("bool", "int")]
    forms: list[dict[str, object]] = [
        {"never": random.sample(outcomes, 2)},
        {"always": random.sample(outcomes, 3)},
        {"reachable": random.choice(outcomes)},
        {"independent_of": random.choice(list(drawn.facts))},
    ]
    if raised:
        forms.append({"monotone": random.choice(raised)})
    limited: dict[str, object] = {"if": condition(random, drawn.facts)} if random.random() < 0.5 else {}
    return {"name": "promise", **limited, **random.choice(forms)}
