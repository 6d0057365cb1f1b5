"""
Draw charts of every shape that the generator of code tells apart, and limits so small that they reach all of them.

The charts are made without a file, thousands in a minute. Every question asks one fact, so that all facts can be tried:
what matters here is where arrows lead, above all inside of branches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any, Final

from notifyrules.compiled.arrow_words import Teller
from notifyrules.compiled.compiler import compile_graph, compile_residual
from notifyrules.compiled.decision import Decision
from notifyrules.compiled.facts_object import make_kind
from notifyrules.compiled.facts_reader import FactsReader
from notifyrules.compiled.limits import CodeLimits
from notifyrules.compiled.partial import OPEN
from notifyrules.compiled.program import Decide, Program
from notifyrules.compiled.residual import Front
from notifyrules.evaluation.walk import walk
from notifyrules.graph.model import ENDS as KINDS
from notifyrules.graph.model import (
    Arrow,
    Because,
    Call,
    Fact,
    FanOut,
    First,
    Graph,
    Message,
    Node,
    Notify,
    Outcome,
    Question,
    Row,
    Switch,
)
from notifyrules.language.terms import (
    Arithmetic,
    Choice,
    Coalesce,
    Comparison,
    Constant,
    FactRead,
    IsNull,
    Junction,
    LetUse,
    ListTerm,
    Not,
    Sum,
    Term,
)
from notifyrules.language.types import (
    BOOL,
    DATE,
    DURATION,
    INSTANT,
    INT,
    MAX_DATE,
    MAX_DURATION,
    MAX_INSTANT,
    MAX_INT,
    MIN_DATE,
    MIN_INSTANT,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.language.values import Value
from notifyrules.source.text import Source, Span

SPAN: Final = Span(Source("drawn.yaml", "drawn"), 0, 5)
LEVELS: Final = ("low", "mid", "high")
LEVEL: Final = Type(Enumeration(LEVELS, LEVELS))
MAYBE: Final = Type(Basic.BOOL, nullable=True)
TEXTS: Final = Type(ListOf(Basic.TEXT), nullable=True)
FACTS: Final[Mapping[str, Type]] = {
    **dict.fromkeys((f"x.b{number}" for number in range(4)), BOOL),
    "x.maybe": MAYBE,
    "x.level": LEVEL,
}
ASKED: Final[Mapping[str, Type]] = {"y.p": BOOL, "y.q": BOOL, "y.maybe": MAYBE, "y.texts": TEXTS, "x.level": LEVEL}
"""The facts of a called chart; one is called as the caller calls it."""
SUMS: Final[tuple[tuple[Type, Sum, Value], ...]] = (
    (INT, Sum.INT, 1),
    (DURATION, Sum.DURATION, timedelta(2)),
    (INSTANT, Sum.INSTANT, MIN_INSTANT),
    (DATE, Sum.DATE, MIN_DATE),
)
LARGEST: Final[Mapping[Type, Value]] = {INT: MAX_INT, DURATION: MAX_DURATION, INSTANT: MAX_INSTANT, DATE: MAX_DATE}
VALUES: Final[Mapping[Type, tuple[Value, ...]]] = {
    BOOL: (False, True),
    MAYBE: (None, False, True),
    LEVEL: LEVELS,
    TEXTS: (None, ()),
}
ENDS: Final[Mapping[str, Notify]] = {"yes": Notify.YES, "hold": Notify.LATER, "no": Notify.NO, "off": Notify.NO}
ALL_FACTS: Final[tuple[dict[str, Value], ...]] = tuple(
    dict(zip(FACTS, values, strict=True)) for values in product(*(VALUES[kind] for kind in FACTS.values()))
)
"""Every value of every fact with every other."""
TRIED: Final = 72
"""Facts that one chart is asked with."""
FEW_TRIED: Final = 12
"""Facts for which one chart is asked for its words."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the arrows of one chart are drawn."""

    nodes: int
    """Nodes at most."""
    near: int
    """Nodes behind one among which most arrows end: few make rows and joins, many make bushes."""
    end: float
    """The chance that an arrow ends at once."""
    refuse: float
    """The chance that such an end refuses."""
    fan: float
    """The chance that a node is a fan-out."""
    branches: float
    """The chance that the first node is one."""
    calls: int
    """Levels of charts that may be called."""
    words: float = 0.0
    """The chance that an arrow or an outcome says something, or when to ask again."""


def manner(random: Random, *, large: bool = False) -> Manner:
    """Draw how a chart is drawn."""
    return Manner(
        nodes=random.randrange(30, 90) if large else random.randrange(4, 22),
        near=random.choice((2, 2, 3, 4, 8, 20)),
        end=random.choice((0.05, 0.1, 0.2, 0.4)),
        refuse=random.choice((0.3, 0.6, 0.9)),
        fan=random.choice((0.0, 0.1, 0.2, 0.4)),
        branches=random.choice((0.0, 1.0)),
        calls=random.choice((0, 0, 0, 1, 2)),
    )


SMALL: Final[Mapping[str, tuple[object, ...]]] = {
    "flat": (0, 1, 2, 3),
    "deepest": (1, 2, 4),
    "behind": (0, 1, 2),
    "loops": (0, 1, 2),
    "run": (1, 3, 6),
    "branches": ((6, 2), (12, 1), (0,)),
    "lines": (0, 30),
    "lines_a_node": (0,),
    "functions": (0, 1, 3),
    "tries": (0, 1),
    "inside": (0, 3),
    "inside_loops": (0, 1),
    "charts": (0, 1),
    "let": (0,),
    "deep": (1, 2),
}


def limits(random: Random) -> CodeLimits:
    """Draw limits of which a few are small; with all of them small, most of what is written would be functions."""
    chance = random.choice((0.0, 0.1, 0.3))
    few: dict[str, Any] = {name: random.choice(some) for name, some in SMALL.items() if random.random() < chance}
    return CodeLimits(small=random.choice((0, 0, 1, 2, 4)), **few)


@dataclass(slots=True)
class _Drawing:
    """One chart while it is drawn."""

    random: Random
    how: Manner
    facts: Mapping[str, Type]
    ends: Mapping[str, Notify]
    depth: int = 0

    def graph(self, name: str) -> Graph:
        """Draw from the last node to the first, and keep those that are reached."""
        names = [f"n{number}" for number in range(self.how.nodes)]
        drawn: dict[str, Node] = {}
        for number in reversed(range(len(names))):
            drawn[names[number]] = self._node(names[number], names[number + 1 :])
        reached = {names[0]}
        for one in names:
            if one in reached:
                reached.update(arrow.target for arrow in drawn[one].arrows)
        order = tuple(one for one in names if one in reached)
        facts = {
            fact: Fact(fact, kind, True, VALUES[kind][0], False, SPAN)  # noqa: FBT003 - a row
            for fact, kind in self.facts.items()
        }
        ends = {end: self._end(end, notify) for end, notify in self.ends.items()}
        return Graph(
            name=name, title=name, about=None, source=None, path="drawn.yaml", digest="0" * 64, legend={},
            facts=facts, lets={}, assume=(), data={}, nodes={one: drawn[one] for one in order}, outcomes=ends,
            start=names[0], otherwise=None, guarantees=(), order=order,
        )  # fmt: skip

    def _arrow(self, node: str, way: str, target: str) -> Arrow:
        """Draw one arrow."""
        return Arrow(f"{node}.{way}", node, way, None, target, self._because(), True, SPAN)  # noqa: FBT003 - a row

    def _end(self, name: str, notify: Notify) -> Outcome:
        """Draw an outcome; one that leaves `notify` out may speak for some ends only."""
        again = self.random.random() < self.how.words if self.how.words else False
        recheck = Constant(SPAN, INSTANT, MIN_INSTANT + timedelta(self.random.getrandbits(10))) if again else None
        return Outcome(name, notify, name, self._because(mapping=notify is Notify.UNSAID), {}, recheck, None, SPAN)

    def _because(self, *, mapping: bool = True) -> Because | None:
        """Draw a text, no two alike, or texts for some ends; nothing is drawn in charts without words."""
        if not self.how.words or self.random.random() >= self.how.words:
            return None
        text = f"text {self.random.getrandbits(60)}"
        if not mapping or self.random.random() < 0.7:
            return Because(SPAN, dict.fromkeys(Notify, Message(SPAN, (text,))))
        kinds = self.random.sample(list(KINDS.values()), self.random.randint(1, 3))
        return Because(SPAN, {end: Message(SPAN, (f"{text} {end.value}",)) for end in kinds})

    def _target(self, later: list[str]) -> str:
        """Choose where an arrow leads."""
        if later and self.random.random() >= self.how.end:
            return self.random.choice(later[: self.how.near] if self.random.random() < 0.8 else later)
        refuses = self.random.random() < self.how.refuse
        return self.random.choice([end for end, one in self.ends.items() if (one is Notify.NO) is refuses])

    def _read(self, *kinds: Type) -> FactRead:
        """Read a fact of one of some types."""
        name = self.random.choice([name for name, kind in self.facts.items() if kind in kinds])
        return FactRead(SPAN, self.facts[name], name)

    def _condition(self) -> Term:
        """Ask a fact or two."""
        yes = self._read(BOOL)
        match self.random.randrange(20):
            case 0:
                return Not(SPAN, BOOL, yes)
            case 1:
                return Junction(SPAN, BOOL, self.random.random() < 0.5, (yes, self._read(BOOL)))
            case 2:
                return (
                    Constant(SPAN, BOOL, value=True)
                    if self.depth
                    else LetUse(SPAN, BOOL, "let", yes, shared=self.random.random() < 0.5)
                )
            case 3 | 4:
                read, level = self._read(LEVEL), Constant(SPAN, LEVEL, self.random.choice(LEVELS))
                one, other = (read, level) if self.random.random() < 0.5 else (level, read)
                compared = Comparison(SPAN, BOOL, self.random.choice(("<", ">=", "==", "!=")), one, other, LEVELS)
                return self.random.choice((compared, Not(SPAN, BOOL, compared)))
            case 5 | 6:
                operand: Term = self._read(MAYBE, TEXTS)
                operand = self.random.choice((operand, Constant(SPAN, MAYBE, None), self._coalesce(MAYBE)))
                null = IsNull(SPAN, BOOL, LetUse(SPAN, operand.type, "let", operand, shared=True))
                return self.random.choice((null, Not(SPAN, BOOL, null)))
            case 7 | 8:
                return self._coalesce(BOOL)
            case 9:
                bound = Choice(SPAN, LEVEL, yes, self._read(LEVEL), Constant(SPAN, LEVEL, self.random.choice(LEVELS)))
                return Comparison(SPAN, BOOL, "<", self._read(LEVEL), bound, LEVELS)
            case 10:
                return self._repeated(yes)
            case _:
                return yes

    def _repeated(self, yes: Term) -> Term:
        """Use a let twice, perhaps where it was not computed before; most are dear to compute."""
        kind, total, number = self.random.choice(SUMS)
        one: Term = Choice(SPAN, kind, yes, Constant(SPAN, kind, number), Constant(SPAN, kind, LARGEST[kind]))
        more = {INSTANT: DURATION, DATE: INT}.get(kind, kind)
        added = Constant(SPAN, more, 1 if more == INT else timedelta(1))
        summed = Arithmetic(SPAN, kind, total, False, one, added)  # noqa: FBT003 - a field
        limit = Constant(SPAN, kind, self.random.choice((number, LARGEST[kind], None)))
        compared = Comparison(SPAN, BOOL, "==" if limit.value is None else "<", summed, limit, None)
        small = self.random.choice((compared, self._read(BOOL)))
        use = LetUse(SPAN, BOOL, "small", small, shared=True)
        inner = Junction(SPAN, BOOL, self.random.random() < 0.5, (self._read(BOOL), use))
        return Junction(SPAN, BOOL, self.random.random() < 0.5, self.random.choice(((use, inner), (inner, use))))

    def _coalesce(self, wanted: Type) -> Term:
        """Take the first value that is there."""
        choice = Choice(SPAN, MAYBE, self._read(BOOL), self._read(MAYBE), Constant(SPAN, MAYBE, None))
        return Coalesce(SPAN, wanted, (self.random.choice((self._read(MAYBE), choice)), self._read(wanted)))

    def _node(self, name: str, later: list[str]) -> Node:
        """Draw one node."""
        # What stands inside of branches is the hardest to write, so half of the charts are all branches.
        first = name == "n0" and self.random.random() < self.how.branches
        if len(later) > 1 and (first or self.random.random() < self.how.fan):
            return self._fan_out(name, later)
        forms: list[Callable[[str, list[str]], Node]] = [self._question, self._question, self._question]
        forms += [self._switch, self._first]
        if self.depth < self.how.calls:
            forms.append(self._call)
        return self.random.choice(forms)(name, later)

    def _question(self, name: str, later: list[str]) -> Node:
        """Draw a two-way question."""
        then, other = self._target(later), self._target(later)
        return Question(
            name, name, None, None, SPAN, (Row(self._condition(), self._arrow(name, "then", then)),),
            self._arrow(name, "else", other),
        )  # fmt: skip

    def _switch(self, name: str, later: list[str]) -> Node:
        """Draw a switch, with or without `else`."""
        subject = self._read(LEVEL, LEVEL, MAYBE)
        values = list(VALUES[subject.type])
        self.random.shuffle(values)
        whole = self.random.random() < 0.6
        cases: dict[Value, Arrow] = {}
        while values and (whole or not cases or self.random.random() < 0.5):
            together = tuple(values.pop() for _ in range(self.random.randint(1, len(values))))
            target = self._target(later)
            cases |= {value: self._arrow(name, str(value), target) for value in together}
        covered = not values and self.random.random() < 0.8
        otherwise = None if covered else self._arrow(name, "else", self._target(later))
        return Switch(name, name, None, None, SPAN, subject, cases, otherwise)

    def _first(self, name: str, later: list[str]) -> Node:
        """Draw an ordered table."""
        rows = tuple(
            Row(self._condition(), self._arrow(name, str(number), self._target(later)))
            for number in range(1, self.random.randint(2, 5))
        )
        return First(name, name, None, None, SPAN, rows, self._arrow(name, "else", self._target(later)))

    def _fan_out(self, name: str, later: list[str]) -> Node:
        """Draw a fan-out whose branches begin near each other."""
        near = later[: max(self.how.near, 3)]
        chosen = self.random.sample(near, min(len(near), self.random.randint(1, 3)))
        if self.random.random() < 0.1:
            chosen.append(self.random.choice(list(self.ends)))
        branches = tuple(self._arrow(name, one, one) for one in chosen)
        return FanOut(name, name, None, None, SPAN, branches, self._arrow(name, "else", self._target(later)))

    def _call(self, name: str, later: list[str]) -> Node:
        """Draw a call of a small chart, some of whose facts are bound."""
        how = Manner(self.random.randint(1, 5), 3, 0.4, 0.5, self.how.fan / 2, 0.2, self.how.calls, self.how.words)
        ends = {"left": Notify.UNSAID, "right": Notify.UNSAID, "stop": Notify.NO}
        if self.how.words:
            ends = {"left": Notify.UNSAID, "go": Notify.YES, "wait": Notify.LATER, "stop": Notify.NO}
        callee = _Drawing(self.random, how, ASKED, ends, self.depth + 1).graph(f"asked{self.depth}")
        maybe = (self._read(MAYBE), Constant(SPAN, MAYBE, None), Constant(SPAN, BOOL, value=True))
        given: dict[str, Term] = {
            "x.level": self._read(LEVEL),
            "y.p": self._condition(),
            "y.q": LetUse(SPAN, BOOL, "let", self._condition(), shared=True),
            "y.texts": ListTerm(SPAN, TEXTS.required, ()),
            "y.maybe": self.random.choice((*maybe, self._coalesce(MAYBE))),
        }
        bound = {fact: term for fact, term in given.items() if self.random.random() < 0.7}
        # One outcome, some that share a target, or all go to `else`.
        target = self._target(later)
        shared = self.random.choice((0, 0, 2, 3))
        others = self._arrow(name, "else", self._target(later))
        rest = self.random.sample(list(ends), self.random.choice((0, 0, 1, 2, 3)))
        cases = {
            end: others if end in rest else self._arrow(name, end, target if number < shared else self._target(later))
            for number, end in enumerate(ends)
        }
        return Call(name, name, None, None, SPAN, callee, "asked.yaml", bound, cases)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart and what it is compiled with."""

    graph: Graph
    limits: CodeLimits
    known: Mapping[str, Value]
    """The facts that are known before, where only what is left is compiled."""
    facts: tuple[dict[str, Value], ...]
    """What it is asked."""


def drawn(seed: int) -> Drawn:
    """Draw a chart and all that it is tried with, the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - no secret
    how, few = manner(random, large=seed % 50 == 0), limits(random)
    graph = _Drawing(random, how, FACTS, ENDS).graph("drawn")
    known = {name: random.choice(VALUES[FACTS[name]]) for name in random.sample(list(FACTS), random.randint(1, 3))}
    return Drawn(graph, few, known, tuple(random.sample(ALL_FACTS, TRIED)))


def speaking(seed: int) -> Graph:
    """Draw a small chart with words and times to ask again."""
    random = Random(seed)  # noqa: S311 - no secret
    how = Manner(
        nodes=random.randrange(2, 7),
        near=random.choice((2, 3)),
        end=random.choice((0.2, 0.4)),
        refuse=random.choice((0.3, 0.6)),
        fan=random.choice((0.0, 0.2, 0.4)),
        branches=random.choice((0.0, 0.0, 1.0)),
        calls=random.choice((0, 1, 1, 2)),
        words=random.choice((0.2, 0.4, 0.7)),
    )
    return _Drawing(random, how, FACTS, ENDS).graph("drawn")


def telling(seed: int) -> Drawn:
    """Draw a chart of any size that has words, and few facts that it is tried with."""
    random = Random(seed)  # noqa: S311 - no secret
    how = replace(manner(random, large=seed % 20 == 0), words=0.5)
    graph = _Drawing(random, how, FACTS, ENDS).graph("drawn")
    return Drawn(graph, limits(random), {}, tuple(random.sample(ALL_FACTS, FEW_TRIED)))


def differences_told(seed: int) -> Iterator[str]:
    """Tell where code finds other words than the walk."""
    one = telling(seed)
    kind = make_kind(one.graph.facts)
    ends = {end: Teller(one.graph, kind, end, one.limits, seldom=1) for end in set(ENDS.values())}
    for facts in one.facts:
        passage = walk(one.graph, facts)
        found = ends[ENDS[passage.outcome]].words(kind.of(facts[name] for name in kind.names))
        if found != passage.because:
            yield f"chart {seed}: for {facts} the walk says {passage.because}, and the code {found}"


def compiled(one: Drawn) -> tuple[Program, Program]:
    """Compile a chart, and what is left of it when some facts are known."""
    graph, known = one.graph, one.known
    residual = Front(graph, lambda name: known.get(name, OPEN)).residual()
    kind = make_kind([name for name in graph.facts if name in known])
    reader = FactsReader(graph.facts, list(kind.names))
    left = compile_residual(graph, residual.graph, residual.settled, reader, one.limits)
    return compile_graph(graph, one.limits), left.program(kind.of(known[name] for name in kind.names))


def differences(seed: int) -> Iterator[str]:
    """Tell where code decides otherwise than the walk: by facts validated, in a dict, or known before in part."""
    one = drawn(seed)
    whole, left = compiled(one)
    for facts in one.facts:
        passage = walk(one.graph, facts)
        wanted = (passage.outcome, passage.steps[-1].arrow, ENDS[passage.outcome] is Notify.YES)
        asked: list[tuple[Decide, object]] = [(whole.decide, whole.reader.read(facts, "forbid")), (whole.decide, facts)]
        if all(facts[name] is value for name, value in one.known.items()):
            asked.append((left.decide, {name: value for name, value in facts.items() if name not in one.known}))
        for decide, given in asked:
            found: Decision | None = decide(given)
            if found is None or (found.outcome, found.reason, bool(found)) != wanted:
                yield f"chart {seed}: {facts}, given as {given}, lead to {wanted}, and the code says {found}"
