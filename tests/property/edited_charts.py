"""Edit small charts at random as people do, and list all facts that a caller of either version can give."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from notifyrules.evaluation.walk import Passage, data_of, recheck_of, walk
from notifyrules.graph.model import Fact, Graph
from notifyrules.language.evaluator import evaluate
from notifyrules.language.types import MAX_INSTANT, Basic, Enumeration, ListOf
from notifyrules.language.values import Value
from notifyrules.rules import load
from tests.property.small_charts import (
    CALLED,
    EXACT,
    VALUES,
    Sketch,
    begin_with_call,
    condition,
    node,
    sketch,
    targets,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TYPES: Mapping[str, tuple[Value, ...]] = {
    **VALUES,
    "red | green": ("red", "green"),
    "red | green | blue | null": (None, "red", "green", "blue"),
    "instant": (NOON, MAX_INSTANT),
}
"""The types of the facts, with values that answer every condition in every way that it can be answered."""
_OTHER_TYPES: Mapping[str, tuple[str, ...]] = {
    "bool": ("bool | null", "red | green | blue"),
    "bool | null": ("bool",),
    "red | green | blue": ("red | green", "red | green | blue | null", "int"),
    "int": ("int | null",),
    "int | null": ("int",),
}
_OUTCOMES = ("yes", "hold", "no", "never")


class _NoEditError(Exception):
    """Say that an edit does not fit a chart."""


@dataclass(slots=True)
class Version:
    """A version of a rule file, with what a sketch does not have."""

    chart: Sketch
    defaults: dict[str, object]
    """The defaults of the facts that have one."""
    lets: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    callee: str = CALLED

    def save(self, folder: Path) -> Path:
        """Write the file and the one that it calls."""
        folder.mkdir(exist_ok=True)
        (folder / "called.yaml").write_text(self.callee, "utf-8")
        path = folder / "small.yaml"
        path.write_text(self.text(), "utf-8")
        return path

    def text(self) -> str:
        """Write the rule file."""
        text = f"{replace(self.chart, facts={}).text()}facts: {{{self._facts()}}}\n"
        lets = "".join(f"  {name}: '{term}'\n" for name, term in self.lets.items())
        data = "".join(f"  {name}: {kind}\n" for name, kind in self.data.items())
        return text + (f"let:\n{lets}" if lets else "") + (f"data:\n{data}" if data else "")

    def _facts(self) -> str:
        """Declare the facts."""
        declared = []
        for name, kind in self.chart.facts.items():
            default = f", default: {json.dumps(self.defaults[name], default=str)}" if name in self.defaults else ""
            declared.append(f"{name}: {{type: {kind}{default}}}")
        return ", ".join(declared)


def version(random: Random, *, kinds: tuple[str, ...] = EXACT) -> Version:
    """Draw a chart at random, with lets, calls, data and recheck in some."""
    chart = sketch(random, kinds=kinds, most_nodes=6)
    drawn = Version(chart, {})
    for name, kind in chart.facts.items():
        _set_default(random, drawn, name, kind)
    if random.random() < 0.4:
        _name_conditions(random, drawn)
    if random.random() < 0.3:
        begin_with_call(random, chart)
    if random.random() < 0.4:
        _carry(random, drawn)
    return drawn


def _set_default(random: Random, drawn: Version, name: str, kind: str) -> None:
    """Give a fact its default, or none."""
    drawn.defaults.pop(name, None)
    if random.random() < 0.8:
        chosen = VALUES[kind][0]
        drawn.defaults[name] = list(chosen) if isinstance(chosen, tuple) else chosen


def _name_conditions(random: Random, drawn: Version) -> None:
    """Give some conditions names."""
    for name, one in drawn.chart.nodes.items():
        if "if" in one and random.random() < 0.6:
            drawn.lets[f"l_{name}"] = str(one["if"])
            one["if"] = random.choice((f"l_{name}", f"not l_{name}"))


def _carry(random: Random, drawn: Version) -> None:
    """Let outcomes carry data, and say when to ask again."""
    numbers = [name for name, kind in drawn.chart.facts.items() if kind == "int"]
    drawn.data = {"level": "int = 0", "via": "push | badge | null = null"}
    for outcome in drawn.chart.outcomes.values():
        if random.random() < 0.5:
            level: object = {"expr": f"{random.choice(numbers)} + 1"} if numbers else random.randrange(3)
            outcome["data"] = {"level": level, "via": random.choice(("push", "badge"))}
    if random.random() < 0.5:
        drawn.chart.facts["now"] = "instant"
        drawn.defaults["now"] = NOON.isoformat()
        drawn.chart.outcomes["hold"]["recheck"] = "15m"


# ---- Edits ----

_Node = dict[str, Any]
_Edit = Callable[[Random, Version], None]


def edited(random: Random, before: Version, edits: int | None = None) -> Version:
    """Edit a version once to three times."""
    after = copy.deepcopy(before)
    left = edits or random.choice((1, 1, 2, 3))
    while left:
        try:
            random.choice(EDITS)(random, after)
        except _NoEditError:
            continue
        left -= 1
    return after


def _some(random: Random, drawn: Version, *keys: str) -> tuple[str, _Node]:
    """Choose a node of some kind."""
    fitting = [(name, one) for name, one in drawn.chart.nodes.items() if any(key in one for key in keys)]
    if not fitting:
        raise _NoEditError
    return random.choice(fitting)


def _target(random: Random, drawn: Version, name: str) -> str:
    """Choose where an arrow may lead."""
    names = list(drawn.chart.nodes)
    later = names[names.index(name) + 1 :]
    return random.choice(later) if later and random.random() < 0.4 else random.choice(_OUTCOMES)


def _fact_condition(random: Random, drawn: Version) -> str:
    """Draw a condition over facts whose conditions are known."""
    return condition(random, {name: kind for name, kind in drawn.chart.facts.items() if kind in VALUES})


def _re_route(random: Random, drawn: Version) -> None:
    """Let an arrow lead elsewhere."""
    name, one = _some(random, drawn, "then", "cases", "first", "any")
    target = _target(random, drawn, name)
    if "cases" in one:
        one["cases"][random.choice(list(one["cases"]))] = target
    elif "first" in one and random.random() < 0.7:
        random.choice(one["first"])["to"] = target
    elif "any" in one and random.random() < 0.6:
        one["any"][random.randrange(len(one["any"]))] = target
    elif "then" in one and random.random() < 0.5:
        one["then"] = target
    else:
        one["else"] = target


def _negate(random: Random, drawn: Version) -> None:
    """Ask the opposite."""
    _, one = _some(random, drawn, "if")
    one["if"] = f"not ({one['if']})"


def _extend(random: Random, drawn: Version) -> None:
    """Ask for more."""
    _, one = _some(random, drawn, "if", "first")
    holder = one if "if" in one else random.choice(one["first"])
    holder["if"] = f"({holder['if']}) {random.choice(('and', 'or'))} ({_fact_condition(random, drawn)})"


def _ask_otherwise(random: Random, drawn: Version) -> None:
    """Ask something else."""
    _, one = _some(random, drawn, "if", "first")
    holder = one if "if" in one else random.choice(one["first"])
    holder["if"] = _fact_condition(random, drawn)


def _swap_rows(random: Random, drawn: Version) -> None:
    """Let a row or a branch come first."""
    _, one = _some(random, drawn, "first", "any")
    listed = one["first"] if "first" in one else one["any"]
    listed.insert(0, listed.pop(random.randrange(len(listed))))


def _drop_row(random: Random, drawn: Version) -> None:
    """Leave out a row."""
    _, one = _some(random, drawn, "first")
    if len(one["first"]) < 2:
        raise _NoEditError
    one["first"].pop(random.randrange(len(one["first"])))


def _change_default(random: Random, drawn: Version) -> None:
    """Change the default of a fact."""
    name = random.choice(list(drawn.chart.facts))
    kind = drawn.chart.facts[name]
    if kind.startswith("list") or kind not in VALUES:
        raise _NoEditError
    others = [value for value in VALUES[kind] if value is not None and value != drawn.defaults.get(name)]
    drawn.defaults[name] = None if kind.endswith("null") else random.choice(others)


def _add_fact(random: Random, drawn: Version) -> None:
    """Ask for a new fact."""
    if "added" in drawn.chart.facts:
        raise _NoEditError
    kind = random.choice(EXACT)
    drawn.chart.facts["added"] = kind
    _set_default(random, drawn, "added", kind)
    _, one = _some(random, drawn, "if", "first")
    holder = one if "if" in one else random.choice(one["first"])
    holder["if"] = f"({holder['if']}) {random.choice(('and', 'or'))} ({condition(random, {'added': kind})})"


def _remove_fact(random: Random, drawn: Version) -> None:
    """Ask for one fact less."""
    gone = random.choice(list(drawn.chart.facts))
    rest = {name: kind for name, kind in drawn.chart.facts.items() if name != gone and kind in VALUES}
    if not rest or gone == "now":
        raise _NoEditError
    _forget(random, drawn, gone, rest)
    del drawn.chart.facts[gone]
    drawn.defaults.pop(gone, None)


def _forget(random: Random, drawn: Version, gone: str, rest: Mapping[str, str]) -> None:
    """Ask something else wherever a fact is asked about."""
    found = re.compile(rf"\b{gone}\b")
    chart = drawn.chart
    chart.assume = [term for term in chart.assume if not found.search(term)]
    drawn.lets = {n: condition(random, rest) if found.search(term) else term for n, term in drawn.lets.items()}
    for one in chart.nodes.values():
        for holder in (one, one.get("with", {}), *one.get("first", [])):  # type: ignore[misc]
            for key, term in holder.items():
                if key in ("if", "a", "b") and found.search(str(term)):
                    holder[key] = condition(random, rest)
        if one.get("switch") == gone:
            led_to = list(one["cases"].values())  # type: ignore[attr-defined]
            one.clear()
            one.update({"ask": "q", "if": condition(random, rest), "then": led_to[0], "else": led_to[-1]})
    for outcome in chart.outcomes.values():
        if found.search(str(outcome.get("data"))):
            outcome["data"] = {"level": 7}
        if found.search(str(outcome.get("because"))):
            outcome["because"] = "no"


def _change_type(random: Random, drawn: Version) -> None:
    """Change the type of a fact."""
    name = random.choice(list(drawn.chart.facts))
    others = _OTHER_TYPES.get(drawn.chart.facts[name])
    rest = {one: kind for one, kind in drawn.chart.facts.items() if one != name and kind in VALUES}
    if others is None or not rest:
        raise _NoEditError
    kind = random.choice(others)
    _forget(random, drawn, name, rest)
    drawn.chart.facts[name] = kind
    drawn.defaults[name] = TYPES[kind][0]
    if kind in VALUES:
        _, one = _some(random, drawn, "if")
        one["if"] = f"({one['if']}) or ({condition(random, {name: kind})})"


def _change_outcome(random: Random, drawn: Version) -> None:
    """Change what an outcome means."""
    drawn.chart.outcomes["hold"]["notify"] = random.choice((False, True, "later"))


def _change_data(random: Random, drawn: Version) -> None:
    """Change what an outcome carries."""
    if not drawn.data:
        _carry(random, drawn)
        return
    outcome = random.choice(list(drawn.chart.outcomes.values()))
    outcome["data"] = {"level": random.randrange(4), "via": random.choice(("push", "badge"))}


def _change_recheck(random: Random, drawn: Version) -> None:
    """Change when to ask again."""
    if "now" not in drawn.chart.facts:
        raise _NoEditError
    outcome = random.choice(list(drawn.chart.outcomes.values()))
    if outcome.get("recheck") == "15m":
        outcome["recheck"] = "1h"
    else:
        outcome["recheck"] = "15m"


def _change_assume(random: Random, drawn: Version) -> None:
    """Assume more or less."""
    if drawn.chart.assume and random.random() < 0.5:
        drawn.chart.assume.pop()
    else:
        drawn.chart.assume.append(_fact_condition(random, drawn))


def _change_let(random: Random, drawn: Version) -> None:
    """Change what a name stands for."""
    if not drawn.lets:
        raise _NoEditError
    drawn.lets[random.choice(list(drawn.lets))] = _fact_condition(random, drawn)


def _change_call(random: Random, drawn: Version) -> None:
    """Bind another fact of the called chart, or change that chart."""
    _, one = _some(random, drawn, "call")
    if random.random() < 0.5:
        one["with"]["a"] = _fact_condition(random, drawn)
    else:
        drawn.callee = CALLED.replace("then: held, else: ask_b", "then: ask_b, else: held")


def _new_node(random: Random, drawn: Version) -> None:
    """Put a node behind another one."""
    name = random.choice(list(drawn.chart.nodes))
    new = f"{name}_new"
    if new in drawn.chart.nodes:
        raise _NoEditError
    names = list(drawn.chart.nodes)
    facts = {one: kind for one, kind in drawn.chart.facts.items() if kind in VALUES}
    made = node(random, facts, names[names.index(name) + 1 :], list(_OUTCOMES))
    one = drawn.chart.nodes[name]
    if "else" not in one:
        raise _NoEditError
    one["else"] = new
    listed = list(drawn.chart.nodes.items())
    listed.insert(names.index(name) + 1, (new, made))
    drawn.chart.nodes = dict(listed)


def rename(random: Random, drawn: Version) -> None:
    """Give a node another name."""
    was = random.choice(list(drawn.chart.nodes))
    _rename(drawn, {was: f"{was}_renamed"})


def _rename(drawn: Version, names: Mapping[str, str]) -> None:
    """Give nodes other names, wherever they are led to."""

    def led(target: Any) -> Any:  # noqa: ANN401 - a target in any of its forms
        if isinstance(target, dict):
            return {**target, "to": led(target["to"])}
        return names.get(target, target)

    for one in drawn.chart.nodes.values():
        for key in ("then", "else"):
            if key in one:
                one[key] = led(one[key])
        if "cases" in one:
            one["cases"] = {value: led(target) for value, target in one["cases"].items()}  # type: ignore[attr-defined]
        if "any" in one:
            one["any"] = [led(target) for target in one["any"]]  # type: ignore[attr-defined]
        if "first" in one:
            one["first"] = [{**row, "to": led(row["to"])} for row in one["first"]]  # type: ignore[attr-defined]
    drawn.chart.nodes = {names.get(name, name): one for name, one in drawn.chart.nodes.items()}


def reword(random: Random, drawn: Version) -> None:
    """Ask the same in other words."""
    _, one = _some(random, drawn, "ask")
    one["ask"] = f"{one['ask']}, please"


EDITS: tuple[_Edit, ...] = (
    _re_route,
    _re_route,
    _re_route,
    _negate,
    _extend,
    _extend,
    _ask_otherwise,
    _swap_rows,
    _drop_row,
    _change_default,
    _change_default,
    _add_fact,
    _remove_fact,
    _change_type,
    _change_outcome,
    _change_data,
    _change_recheck,
    _change_assume,
    _change_let,
    _change_call,
    _new_node,
    rename,
    reword,
)


def renamed(before: Version) -> Version:
    """Give all nodes other names."""
    after = copy.deepcopy(before)
    _rename(after, {name: f"{name}_renamed" for name in after.chart.nodes})
    return after


def reworded(before: Version) -> Version:
    """Ask all questions in other words."""
    after = copy.deepcopy(before)
    for one in after.chart.nodes.values():
        one["ask"] = f"{one['ask']}, please"
    return after


def swept(drawn: Version) -> Version:
    """Leave out nodes to which nothing leads."""
    nodes = drawn.chart.nodes
    reached = {next(iter(nodes))}
    for name in nodes:
        if name in reached:
            reached |= targets(nodes[name])
    drawn.chart.nodes = {name: one for name, one in nodes.items() if name in reached}
    return drawn


# ---- All facts ----


@dataclass(frozen=True, slots=True)
class Decision:
    """What one version decides, as the reference walk has it."""

    passage: Passage
    outcome: tuple[str, str]
    """The name of the outcome, and what it means."""
    data: Mapping[str, Value]
    recheck: datetime | None

    @classmethod
    def make(cls, graph: Graph, facts: Mapping[str, Value]) -> Decision:
        """Walk a version."""
        passage = walk(graph, facts)
        outcome = graph.outcomes[passage.outcome]
        recheck = recheck_of(graph, passage, facts)
        return cls(passage, (outcome.name, outcome.notify.value), data_of(outcome, facts), recheck)

    def differs(self, other: Decision) -> bool:
        """Tell whether another decision has another outcome, or carries something else."""
        shared = self.data.keys() & other.data.keys()
        return (
            self.outcome != other.outcome
            or self.recheck != other.recheck
            or any(self.data[name] != other.data[name] for name in shared)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts that a caller of either version could give, and what both decide."""

    values: Mapping[str, Value]
    left_out: frozenset[str]
    """Facts that the caller leaves out although the two versions have different defaults; their values above are those
    of the old version."""
    before: Decision
    after: Decision

    @property
    def change(self) -> str | None:
        """Name the change; None where there is none."""
        (was, meant), (now, means) = self.before.outcome, self.after.outcome
        names = f"{was}({meant})->{now}({means})" if was == now and meant != means else f"{was}->{now}"
        return names if self.before.differs(self.after) else None


def all_asked(old: Graph, new: Graph, kinds: Mapping[str, tuple[str | None, str | None]]) -> Iterator[Asked]:
    """
    List everything that callers of both versions could ask.

    Args:
        old: The version before.
        new: The version after.
        kinds: The type of each fact before and after, as written; None where a version does not have it.
    """
    ways = [list(_ways(name, old.facts.get(name), new.facts.get(name), kinds[name])) for name in kinds]
    for chosen in product(*ways):
        values: dict[str, Value] = {}
        sides: tuple[dict[str, Value], dict[str, Value]] = {}, {}
        absent = set()
        for name, (called, seen) in zip(kinds, chosen, strict=True):
            values |= called
            absent |= {name} if seen is None else set()
            for graph, side, at in ((old, sides[0], 0), (new, sides[1], 1)):
                if name in graph.facts:
                    side[name] = graph.facts[name].default if seen is None else seen[at]
        if any(_keeps(graph, side) for graph, side in ((old, sides[0]), (new, sides[1]))):
            yield Asked(values, frozenset(absent), Decision.make(old, sides[0]), Decision.make(new, sides[1]))


_Way = tuple[dict[str, Value], tuple[Value, Value] | None]
"""Values by their names in both versions together, and what each version sees; None for its default."""


def _ways(name: str, was: Fact | None, now: Fact | None, kinds: tuple[str | None, str | None]) -> Iterator[_Way]:
    """List what a caller can do about one fact."""
    before, after = (() if kind is None else TYPES[kind] for kind in kinds)
    if was is None or now is None:
        for value in (*before, *after):
            yield {name: value}, (value, value)
        return
    shared = [value for value in dict.fromkeys((*before, *after)) if _takes(was, value) and _takes(now, value)]
    if not shared:
        for one, other in product(before, after):
            yield {f"{name} (before)": one, f"{name} (now)": other}, (one, other)
        return
    for value in shared:
        yield {name: value}, (value, value)
    if was.has_default and now.has_default and was.default != now.default:
        for value in [was.default] if was.type == now.type else shared:
            yield {name: value}, None


def _takes(fact: Fact, value: Value) -> bool:
    """Tell whether a fact can have a value."""
    base = fact.type.base
    match value:
        case None:
            return fact.type.nullable
        case str():
            return base is Basic.TEXT or (isinstance(base, Enumeration) and value in base.values)
        case bool():
            return base is Basic.BOOL
        case _:
            # No fact is edited from an int to a list, or to an instant.
            return base in (Basic.INT, Basic.INSTANT) or isinstance(base, ListOf)


def _keeps(graph: Graph, facts: Mapping[str, Value]) -> bool:
    """Tell whether facts keep to what a version assumes."""
    return all(evaluate(term, facts, {}) is True for term in graph.assume)


def save(drawn: Version, folder: Path) -> None:
    """
    Write a version that was drawn at random.

    Raises:
        RulesError: An edit made something that is no rule file.
    """
    load(swept(drawn).save(folder))
