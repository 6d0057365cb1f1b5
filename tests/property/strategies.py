"""
Make rule files at random: all kinds of nodes and facts, shared nodes, fan-outs in fan-outs, lets, includes and calls.

Every id is a token such as `n3`, so that a file can be written again under other names; no text holds such a token.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from notifyrules.language.types import (
    BOOL,
    DURATION,
    INSTANT,
    INT,
    TEXT,
    Basic,
    Enumeration,
    ListOf,
    Type,
    quote,
    spell_value,
)
from notifyrules.language.values import Value, write_literal
from tests.property.expressions import BASES, LEVEL, Draw, Let, Maker, pool, written

_ID = re.compile(r"\b([a-z]+)([0-9]+)\b")
_OTHER = {"n": "box", "o": "end", "l": "named", "p": "given", "r": "line", "d": "datum"}


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file with the files that it includes and calls."""

    head: str
    """Everything before the facts."""
    facts: Mapping[str, Type]
    """The facts that a caller gives, in the order declared."""
    declared: tuple[str, ...]
    """The facts that are declared in the file itself."""
    body: str
    """Everything behind the facts."""
    others: Mapping[str, str]
    """The other files by their names."""
    types: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """For facts whose types are named: the line that names the type, and how the fact writes it."""

    @property
    def text(self) -> str:
        """The rule file itself."""
        lines = "".join(f"  {self.types[name][0]}\n" for name in self.declared if name in self.types)
        facts = _fact_lines({name: self.facts[name] for name in self.declared}, types=self.types)
        return self.head + (f"types:\n{lines}" if lines else "") + facts + self.body

    def named(self, seed: int) -> RuleFile:
        """Write the same with names for the types of its own facts."""
        chance = random.Random(seed)  # noqa: S311 - no secret
        types = {name: _named(f"t{at}", self.facts[name], chance) for at, name in enumerate(self.declared)}
        return replace(self, types=types)

    def save(self, folder: Path) -> Path:
        """
        Write all files.

        Returns:
            The rule file.
        """
        for name, text in {**self.others, "chart.yaml": self.text}.items():
            (folder / name).write_text(text, "utf-8")
        return folder / "chart.yaml"

    def renamed(self) -> RuleFile:
        """Write the same under other names; facts keep theirs."""
        return replace(
            self,
            head=rename(self.head),
            body=rename(self.body),
            others={name: rename(text) for name, text in self.others.items()},
        )

    def reordered(self, seed: int) -> RuleFile:
        """Declare the same facts in another order."""
        declared = list(self.declared)
        random.Random(seed).shuffle(declared)  # noqa: S311 - no secret
        return replace(self, declared=tuple(declared))

    def values(self, chance: random.Random) -> dict[str, Value]:
        """Give every fact a value."""
        return {name: chance.choice(pool(kind)) for name, kind in self.facts.items()}


def rename(text: str) -> str:
    """Give all nodes, outcomes, lets, parameters, rows and data other names."""
    return _ID.sub(lambda found: found[0] if found[1] not in _OTHER else f"{_OTHER[found[1]]}_{found[2]}", text)


def _named(name: str, kind: Type, chance: random.Random) -> tuple[str, str]:
    """Name a type, or some values of an enumeration, and write the type by that name."""
    item = kind.base.item if isinstance(kind.base, ListOf) else kind.base
    stands_for, written = json.dumps(str(Type(item))), name
    if item == LEVEL:
        stands_for = f"{{type: {stands_for}, ordered: true}}"
    elif isinstance(item, Enumeration) and chance.random() < 0.8:
        *named, last = item.values
        stands_for, written = json.dumps(" | ".join(map(quote, named))), f"{name} | {last}"
    if isinstance(kind.base, ListOf):
        written = f"list of {written}" if written == name else f"list of ({written})"
    return f"{name}: {stands_for}", written + (" | null" if kind.nullable else "")


def _fact_lines(
    facts: Mapping[str, Type],
    defaults: Mapping[str, str] = MappingProxyType({}),
    types: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> str:
    """Declare facts, some with their *defaults* as written; ordered enumerations in their long form, or by a name."""
    lines = []
    for name, kind in facts.items():
        default = defaults.get(name)
        short = "" if default is None else f" = {default}"
        if name in types:
            lines.append(f"  {name}: {json.dumps(types[name][1] + short)}\n")
        elif kind.base == LEVEL:
            more = "" if default is None else f", default: {default}"
            lines.append(f"  {name}: {{type: {_spelled(kind)}, ordered: true{more}}}\n")
        else:
            lines.append(f"  {name}: {_spelled(kind)}{short}\n")
    return "facts:\n" + "".join(lines) if lines else ""


def _spelled(kind: Type) -> str:
    """Spell a type so that YAML takes it for a text."""
    return json.dumps(str(kind)) if isinstance(kind.base, ListOf) else str(kind)


@dataclass(frozen=True, slots=True)
class _Callee:
    """What a call must know of the chart that it asks."""

    facts: Mapping[str, Type]
    defaults: Collection[str]
    """The facts that have one."""
    outcomes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Chart:
    """What the parts of one chart are made from."""

    draw: Draw
    facts: Mapping[str, Type]
    lets: tuple[Let, ...]
    outcomes: tuple[str, ...]
    otherwise: str | None
    callee: _Callee | None
    """The chart that `call` asks."""

    def condition(self, wanted: Type = BOOL, depth: int = 2) -> str:
        """Write a condition, quoted for YAML."""
        return json.dumps(Maker(self.draw, self.facts, self.lets, depth).of(wanted).text, ensure_ascii=False)

    def because(self) -> str:
        """Write a text for a person, which may hold values."""
        words = self.draw(st.sampled_from(["you muted it", "say {{so}}: ", "é — "]))
        kind = self.draw(st.sampled_from([TEXT, INT, BOOL, None]))
        value = "" if kind is None else "{" + Maker(self.draw, self.facts, self.lets, 1).of(kind).text + "}"
        # The first closing brace outside of quotes ends the condition; texts with braces in them are not made.
        return json.dumps(words + value, ensure_ascii=False)

    def reason(self) -> str:
        """Write a text for every end, or texts by the kind of end."""
        keys: Sequence[str] = self.draw(
            st.sampled_from([(), (), ("notified",), ("held | refused",), ("refused", "notified | held")])
        )
        return "{" + ", ".join(f"{key}: {self.because()}" for key in keys) + "}" if keys else self.because()

    def target(self, later: Sequence[str]) -> str:
        """Write a target: a later node or an outcome, short or long."""
        # The next nodes more often than others, so that most charts are deep.
        name: str = self.draw(st.sampled_from([*later[:3], *later, *self.outcomes]))
        form = self.draw(st.integers(0, 5))
        if form == 0:
            return f"{{{self.to(name)}because: {self.reason()}}}"
        return f"{{to: {name}, label: way}}" if form == 1 else name

    def to(self, name: str) -> str:
        """Write where a row or words lead, or leave it to where the file says that they end."""
        return "" if self.otherwise is not None and self.draw(st.integers(0, 3)) == 0 else f"to: {name}, "

    def exit(self, key: str, later: Sequence[str]) -> str:
        """Write an exit, or leave it out where the file says where it ends."""
        if self.otherwise is not None and self.draw(st.booleans()):
            return ""
        return f", {key}: {self.target(later)}"

    def node(self, later: Sequence[str]) -> str:
        """Write a node that leads to some of the *later* ones."""
        kinds: list[Callable[[Sequence[str]], str]] = [self._question, self._question, self._switch, self._first]
        if later:
            kinds += [self._fan_out, self._fan_out]
        if self.callee is not None:
            kinds += [self._call, self._call]
        kind: Callable[[Sequence[str]], str] = self.draw(st.sampled_from(kinds))
        return "{" + kind(later) + "}"

    def _question(self, later: Sequence[str]) -> str:
        """Write a two-way question."""
        return f"if: {self.condition()}{self.exit('then', later)}{self.exit('else', later)}"

    def _switch(self, later: Sequence[str]) -> str:
        """Write a switch, whose cases may name every value."""
        names = [name for name, kind in self.facts.items() if isinstance(kind.base, Enumeration) or kind.base in _OPEN]
        name = self.draw(st.sampled_from(names))
        kind = self.facts[name]
        values = pool(kind)
        closed = kind.base not in (Basic.INT, Basic.TEXT)
        groups: list[list[Value]] = [[]]
        for value in self.draw(st.permutations(values)):
            if groups[-1] and self.draw(st.booleans()):
                groups.append([])
            groups[-1].append(value)
        whole = closed and self.draw(st.booleans())
        cases = groups if whole else groups[: max(1, len(groups) - 1)]
        lines = ", ".join(f"{_case_key(group)}: {self.target(later)}" for group in cases)
        ending = "" if whole and len(cases) == len(groups) else f", else: {self.target(later)}"
        return f"switch: {name}, cases: {{{lines}}}{ending}"

    def _first(self, later: Sequence[str]) -> str:
        """Write an ordered table."""
        rows = []
        for number in range(self.draw(st.integers(1, 3))):
            name = f", name: r{number}" if self.draw(st.booleans()) else ""
            because = f", because: {self.reason()}" if self.draw(st.integers(0, 3)) == 0 else ""
            to = self.to(self.draw(st.sampled_from([*later[:3], *later, *self.outcomes])))
            rows.append(f"{{{to}if: {self.condition(depth=1)}{name}{because}}}")
        return f"first: [{', '.join(rows)}]{self.exit('else', later)}"

    def _fan_out(self, later: Sequence[str]) -> str:
        """Write a fan-out."""
        branches = self.draw(st.lists(st.sampled_from(list(later)), min_size=1, max_size=3, unique=True))
        return f"any: [{', '.join(branches)}]{self.exit('else', later)}"

    def _call(self, later: Sequence[str]) -> str:
        """Write a call; facts that the caller knows by the same name and type, or that have a default, may be left."""
        assert self.callee is not None
        bound, left = [], []
        for name, kind in self.callee.facts.items():
            maker = Maker(self.draw, self.facts, self.lets, 1)
            known = self.facts.get(name) == kind
            if (known or name in self.callee.defaults) and self.draw(st.booleans()):
                left += [] if known else [name]
                continue
            value = maker.plain(kind.required).text
            bound.append(f"{name}: {json.dumps(value, ensure_ascii=False)}")
        defaults = ""
        if left:
            listed = [left, list(dict.fromkeys(name.partition(".")[0] for name in left))]
            defaults = ", defaults: " + self.draw(st.sampled_from(["all", *(f"[{', '.join(one)}]" for one in listed)]))
        return f"call: asked.yaml, with: {{{', '.join(bound)}}}{defaults}, {self._ways(self.callee.outcomes, later)}"

    def _ways(self, outcomes: Sequence[str], later: Sequence[str]) -> str:
        """Write the ways of a call: of one outcome, of several together, and of all that are left."""
        named = outcomes[: len(outcomes) if self.draw(st.booleans()) else self.draw(st.integers(0, len(outcomes) - 1))]
        groups: list[list[str]] = []
        for outcome in named:
            if groups and self.draw(st.booleans()):
                groups[-1].append(outcome)
            else:
                groups.append([outcome])
        cases = ", ".join(f"{' | '.join(group)}: {self.target(later)}" for group in groups)
        return f"cases: {{{cases}}}" + (f", else: {self.target(later)}" if len(named) < len(outcomes) else "")


_OPEN = (Basic.BOOL, Basic.INT, Basic.TEXT)


def _case_key(values: Sequence[Value]) -> str:
    """Write values as a case key."""
    if len(values) > 1:
        return json.dumps(" | ".join(map(_case_value, values)), ensure_ascii=False)
    [value] = values
    if isinstance(value, str):
        # What YAML quotes whole is that text, unless it holds a bar.
        return json.dumps(quote(value) if "|" in value else value, ensure_ascii=False)
    return _case_value(value)


def _case_value(value: Value) -> str:
    """Write one value of a case key."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return spell_value(value) if isinstance(value, str) else written(value)


@st.composite
def rule_files(draw: Draw, *, nodes: int = 10) -> RuleFile:
    """Make a rule file of at most so many *nodes*, with or without a file that it includes and one that it calls."""
    facts = _facts(draw, "f")
    asked = _asked(draw, facts) if draw(st.booleans()) else None
    names = list(facts)
    shared = names[: draw(st.integers(1, 3))] if draw(st.integers(0, 3)) == 0 else []
    lets = _lets(draw, {name: facts[name] for name in names if name not in shared} if not shared else facts)
    body, _ = _chart(draw, facts, lets, None if asked is None else asked[1], nodes)
    others = {} if asked is None else {"asked.yaml": asked[0]}
    if shared:
        others["shared.yaml"] = "notifyrules: 1\n" + _fact_lines({name: facts[name] for name in shared})
    head = "notifyrules: 1\n" + ("include: [shared.yaml]\n" if shared else "")
    declared = tuple(name for name in names if name not in shared)
    file = RuleFile(head, facts, declared, _let_lines(lets) + body, others)
    return file.named(draw(st.integers(0, 99))) if draw(st.booleans()) else file


def _facts(draw: Draw, prefix: str) -> dict[str, Type]:
    """Choose facts, among them those that most conditions are about."""
    some = draw(st.lists(st.sampled_from(BASES), min_size=1, max_size=6))
    kinds = [BOOL, INT, TEXT, *(Type(base, draw(st.booleans())) for base in some)]
    return {f"{prefix}{number}{'.in' if number % 3 else ''}": kind for number, kind in enumerate(kinds)}


def _lets(draw: Draw, facts: Mapping[str, Type]) -> tuple[Let, ...]:
    """Make a few lets, each of which may use those before it."""
    found: list[Let] = []
    for number in range(draw(st.integers(0, 2))):
        wanted = draw(st.sampled_from([BOOL, INT, TEXT, DURATION]))
        parameters = tuple((f"p{number}", kind) for kind in draw(st.lists(st.sampled_from([BOOL, INT]), max_size=1)))
        maker = Maker(draw, {**facts, **dict(parameters)}, tuple(found), 2)
        found.append(Let(f"l{number}", parameters or None, wanted, maker.of(wanted)))
    return tuple(found)


def _let_lines(lets: Sequence[Let]) -> str:
    """Write the lets."""
    lines = []
    for let in lets:
        parameters = "" if let.parameters is None else f"({', '.join(name for name, _ in let.parameters)})"
        lines.append(f"  {let.name}{parameters}: {json.dumps(let.body.text, ensure_ascii=False)}\n")
    return "let:\n" + "".join(lines) if lines else ""


def _asked(draw: Draw, facts: Mapping[str, Type]) -> tuple[str, _Callee]:
    """Make a chart that is called, with facts of its own, some with a default, and one that the caller may know too."""
    new = {"g.number": INT, "g.level": Type(LEVEL), "h": Type(Basic.BOOL, draw(st.booleans()))}
    own = {"f0": facts["f0"], **new, **({"now": INSTANT} if "now" in facts else {})}
    # A nullable fact has no default but null.
    values = {name: (None,) if kind.nullable else pool(kind) for name, kind in new.items()}
    defaults = {
        name: write_literal(draw(st.sampled_from(some))) for name, some in values.items() if draw(st.booleans())
    }
    body, outcomes = _chart(draw, own, (), None, 3)
    return "notifyrules: 1\n" + _fact_lines(own, defaults) + body, _Callee(own, defaults, outcomes)


def _chart(
    draw: Draw,
    facts: Mapping[str, Type],
    lets: tuple[Let, ...],
    callee: _Callee | None,
    most: int,
) -> tuple[str, Sequence[str]]:
    """
    Write the flow and the outcomes of a chart.

    Returns:
        The text and the names of the outcomes.
    """
    means = ["true", "false", *draw(st.lists(st.sampled_from(["true", "false", "later"]), max_size=2))]
    outcomes = tuple(f"o{number}" for number in range(len(means)))
    otherwise = "o1" if draw(st.booleans()) else None
    chart = _Chart(draw, facts, lets, outcomes, otherwise, callee)
    names = [f"n{number}" for number in range(draw(st.integers(min(most, 3), most)))]
    # Written from the last to the first, so that every node knows what it may lead to.
    flow = [f"  {name}: {chart.node(names[number + 1 :])}\n" for number, name in reversed(list(enumerate(names)))]
    ends = [f"  {name}: {{notify: {mean}{_carried(chart)}}}\n" for name, mean in zip(outcomes, means, strict=True)]
    return (
        (f"otherwise: {otherwise}\n" if otherwise else "")
        + "data:\n  d0: int | null = 3\n  d1: list of text = []\n"
        + "flow:\n"
        + "".join(reversed(flow))
        + "outcomes:\n"
        + "".join(ends)
    ), outcomes


def _carried(chart: _Chart) -> str:
    """Write what an outcome says and carries."""
    parts = [
        f", because: {chart.because()}",
        f", data: {{d0: {{expr: {chart.condition(INT)}}}, d1: [a, b]}}",
        ", data: {d0: null}",
        *([f", recheck: {chart.condition(INSTANT)}"] if INSTANT in chart.facts.values() else []),
    ]
    chosen: Any = chart.draw(st.sampled_from(["", "", *parts]))
    return str(chosen)
