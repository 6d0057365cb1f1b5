"""
Walk a chart for one set of facts: the definition of what a rule file decides.

Everything else that decides is held equal to this walk. It records the steps as it decides: explanations, highlighted
pictures, coverage and failing cases all read them, and nobody walks the graph a second way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from notifyrules.graph.model import (
    Arrow,
    Because,
    Call,
    FanOut,
    First,
    Graph,
    Message,
    Notify,
    Outcome,
    Question,
    Switch,
)
from notifyrules.language.evaluator import Evaluate, add_to_instant, evaluate
from notifyrules.language.terms import Term
from notifyrules.language.values import Value, write

_CHARTS: Final = 256
"""Charts, each for one kind of end, of which it is kept what steps have in common."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node passed on the way, and the answer given there."""

    node: str
    kind: str
    """`if`, `switch`, `first`, `any` or `call`: the key that makes the node what it is."""
    ask: str
    answer: str
    arrow: str
    """The id of the arrow taken."""
    to: str
    """The node or outcome it leads to."""
    facts: Mapping[str, Value]
    """The fact values that were read to answer, in the order read."""
    because: str | None
    """The arrow's words for the end of the decision, filled in; None where it has none."""
    tried: tuple[Branch, ...]
    """The branches of a fan-out that refused before this arrow was taken."""
    inner: Passage | None
    """The way through the called chart; None for other nodes."""
    file: str
    line: int
    """Where the node stands, 1-based."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of a fan-out that was tried and refused."""

    arrow: str
    """The id of the branch's arrow."""
    steps: tuple[Step, ...]
    outcome: str
    """The refusal it ended in."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A way through a whole chart: what the reference walk finds."""

    chart: str
    outcome: str
    steps: tuple[Step, ...]
    because: str | None
    """
    The words in force for the end of the outermost chart: the last on the way, else the outcome's own.

    A called chart has none for an end of another kind than its own.
    """

    @property
    def reasons(self) -> tuple[str, ...]:
        """The arrow that settled it; where that leaves a called chart, the one that settled that, and so on."""
        # What is read back from a log may have lost its steps.
        last = self.steps[-1] if self.steps else None
        return () if last is None else (last.arrow, *(() if last.inner is None else last.inner.reasons))


_Made = TypeVar("_Made")


def maker(kind: type[_Made]) -> Callable[..., _Made]:
    """
    Give what makes objects of a frozen class in a fifth of the time: they are frozen when they have been written.

    What it is called with are the values of all fields, in their order.
    """
    written: Any = make_dataclass(f"_{kind.__name__}", kind.__slots__, slots=True)  # type: ignore[attr-defined]

    def make(*values: object) -> _Made:
        made = written(*values)
        made.__class__ = kind
        found: _Made = made
        return found

    return make


_make_branch: Final = maker(Branch)
_make_passage: Final = maker(Passage)


def passed(steps: Sequence[Step]) -> list[Step]:
    """List every step of one chart: those on the way, then those of branches tried in vain."""
    found = list(steps)
    # The list grows while it is gone through.
    for step in found:
        for branch in step.tried:
            found.extend(branch.steps)
    return found


class Computed(Mapping[str, Value]):
    """Values each of which is computed when it is first read, so that nothing is read in vain."""

    __slots__ = ("_compute", "computed")

    def __init__(self, compute: Mapping[str, Callable[[], Value]]) -> None:
        self._compute = compute
        self.computed: dict[str, Value] = {}
        """The values that were read so far."""

    def __getitem__(self, name: str) -> Value:
        """Give a value, computed at most once."""
        if name not in self.computed:
            self.computed[name] = self._compute[name]()
        return self.computed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._compute)

    def __len__(self) -> int:
        return len(self._compute)


KeptAnswers: TypeAlias = Mapping[str, tuple[str, tuple[str, ...]]]
"""
Answers that were kept from a walk: the arrow taken, and the facts that were read, by node.

A node of a called chart stands behind the calls that lead there: `quiet/hours`.
"""


AskNode: TypeAlias = "Callable[[Mapping[str, Value]], TurnTaken]"
"""Answers a node by the facts of its chart."""
AsksOf: TypeAlias = Callable[[Graph], Mapping[str, AskNode]]
"""Gives what answers the nodes of a chart, for those for which there is something."""


def no_asks(_: Graph) -> Mapping[str, AskNode]:
    """Leave every node to the evaluator."""
    return {}


def walk(
    graph: Graph,
    facts: Mapping[str, Value],
    evaluate: Evaluate = evaluate,
    kept: KeptAnswers = MappingProxyType({}),
    asks: AsksOf = no_asks,
) -> Passage:
    """
    Follow the chart for one set of facts.

    Args:
        graph: A chart without errors.
        facts: One valid value for every fact the chart declares.
        evaluate: Computes the conditions that decide; another one may also watch them.
        kept: Nodes that are not asked again, because what they read is not kept.
        asks: What answers nodes in place of *evaluate*, and the same.

    Returns:
        The outcome reached and the steps that led there, first node first.

    Raises:
        Nothing: loading and validating have settled every failure.
    """
    walked = _Walk(graph, facts, evaluate, kept, asks)
    turns, outcome = walked.follow(graph.start)
    return _Way(walked, turns, outcome).told(graph.outcomes[outcome].notify)


def keeps(graph: Graph, facts: Mapping[str, Value]) -> bool:
    """Tell whether facts keep to what the chart assumes."""
    return all(evaluate(term, facts, {}) is True for term in graph.assume)


def fill(message: Message, facts: Mapping[str, Value], evaluate: Evaluate = evaluate) -> str:
    """Fill the values into a text for a person."""
    return "".join([piece if isinstance(piece, str) else write(evaluate(piece, facts, {})) for piece in message.pieces])


def data_of(outcome: Outcome, facts: Mapping[str, Value], evaluate: Evaluate = evaluate) -> dict[str, Value]:
    """Compute what a decision carries."""
    return {
        name: evaluate(value, facts, {}) if isinstance(value, Term) else value for name, value in outcome.data.items()
    }


def recheck_of(
    graph: Graph, passage: Passage, facts: Mapping[str, Value], evaluate: Evaluate = evaluate
) -> datetime | None:
    """Find when to ask again, in UTC: what the outcome says, else the last called chart that does for such an end."""
    end = graph.outcomes[passage.outcome].notify
    if (recheck := _recheck(graph, passage, facts, end)) is None:
        return None
    term, known = recheck
    found = evaluate(term, known, {})
    if isinstance(found, timedelta):
        now = known["now"]
        assert isinstance(now, datetime)
        return add_to_instant(now, found)
    assert found is None or isinstance(found, datetime)
    return found


def _recheck(
    graph: Graph, passage: Passage, facts: Mapping[str, Value], end: Notify
) -> tuple[Term, Mapping[str, Value]] | None:
    """Find the recheck in force, be it that there is nothing to say, and the facts of the chart that says it."""
    own = graph.outcomes[passage.outcome]
    if own.recheck is not None:
        return own.recheck, facts
    if end is Notify.YES:
        return None
    for step in reversed(passage.steps):
        node = graph.nodes[step.node]
        if isinstance(node, Call) and step.inner is not None:
            if not node.callee.outcomes[step.inner.outcome].notify.counts_for(end):
                continue
            if (said := _recheck(node.callee, step.inner, bind(node, facts), end)) is not None:
                return said
    return None


@lru_cache(_CHARTS)
def rechecks(graph: Graph, end: Notify) -> bool:
    """Tell whether charts that a chart calls may say when to ask again, for an end of the outermost one."""
    callees = [node.callee for node in graph.nodes.values() if isinstance(node, Call) and end is not Notify.YES]
    ends = (one for callee in callees for one in callee.outcomes.values())
    return any(one.recheck is not None and one.notify.counts_for(end) for one in ends) or any(
        rechecks(callee, end) for callee in callees
    )


def stand_in(graph: Graph, reason: str) -> Passage | None:
    """Give what :func:`recheck_of` needs to know of a way that ends by an arrow, where the arrow tells; else None."""
    arrow = graph.arrows[reason]
    own = graph.outcomes[arrow.target]
    steps: tuple[Step, ...] = ()
    if own.recheck is None and rechecks(graph, own.notify):
        node = graph.nodes[arrow.node]
        met = [name for name, one in node.cases.items() if one is arrow] if isinstance(node, Call) else []
        if not isinstance(node, Call) or len(met) != 1:
            return None
        inner = node.callee.outcomes[met[0]]
        if inner.recheck is None or not inner.notify.counts_for(own.notify):
            return None
        head, _ = _said(graph, own.notify)[reason]
        steps = (_make_step(head, {}, None, (), Passage(node.callee.name, inner.name, (), None)),)
    return Passage(graph.name, own.name, steps, None)


def bind(node: Call, facts: Mapping[str, Value]) -> Mapping[str, Value]:
    """Give the facts of a called chart, each computed when it is read."""
    return Computed({name: partial(evaluate, term, facts, {}) for name, term in node.arguments.items()})


TurnTaken: TypeAlias = "tuple[Arrow, dict[str, Value], tuple[_Vain, ...], _Way | None]"
"""
A step whose words are not known yet, because they depend on where the outermost chart ends: the arrow taken, the values
that were read, the branches that a fan-out tried in vain, and the way through a called chart.
"""


@dataclass(slots=True)
class _Vain:
    """A branch tried in vain, before its words are known."""

    arrow: str
    turns: list[TurnTaken]
    outcome: str


@dataclass(slots=True)
class _Way:
    """A way through a whole chart, before its words are known."""

    walked: _Walk
    turns: list[TurnTaken]
    outcome: str

    def told(self, end: Notify) -> Passage:
        """Find the words for an end of the outermost chart."""
        graph = self.walked.graph
        said = _said(graph, end)
        own = graph.outcomes[self.outcome]
        steps = self._steps(self.turns, said, end)
        because = None
        if own.notify.counts_for(end):
            because = next((words for words in map(_words, reversed(steps)) if words is not None), None)
            if because is None:
                because = self._fill(_text(own.because, end))
        return _make_passage(graph.name, self.outcome, steps, because)

    def _steps(self, turns: list[TurnTaken], said: _SaidByArrow, end: Notify) -> tuple[Step, ...]:
        steps: list[Step] = []
        for arrow, read, vain, inner in turns:
            head, words = said[arrow.id]
            because = words if words is None or words.__class__ is str else self._fill(words)
            if inner is not None:
                # Of a call the outcome met, which its arrow may share with others.
                head = (*head[:3], inner.walked.graph.outcomes[inner.outcome].label, *head[4:])
                steps.append(_make_step(head, read, because, (), inner.told(end)))
            elif vain:
                tried = [_make_branch(one.arrow, self._steps(one.turns, said, end), one.outcome) for one in vain]
                steps.append(_make_step(head, read, because, tuple(tried), None))
            else:
                steps.append(_make_step(head, read, because, (), None))
        return tuple(steps)

    def _fill(self, words: str | Message | None) -> str | None:
        return fill(words, self.walked.facts) if isinstance(words, Message) else words


_Head: TypeAlias = tuple[str, str, str, str, str, str, str, int]
"""Of a step its node, kind, ask, answer, arrow, to, file and line."""
_SaidByArrow: TypeAlias = "Mapping[str, tuple[_Head, str | Message | None]]"
"""What all steps have in common that take an arrow, and the words of the arrow."""


@lru_cache(_CHARTS)
def _said(graph: Graph, end: Notify) -> _SaidByArrow:
    """Give by arrow what is the same for all facts, for an end of the outermost chart."""
    return {
        arrow.id: (
            (
                *(node.name, node.kind, node.ask, arrow.answer, arrow.id, arrow.target),
                *(node.span.source.name, graph.lines[node.name]),
            ),
            _text(arrow.because, end),
        )
        for node in graph.nodes.values()
        for arrow in node.arrows
    }


class _Written:
    """A step that is not frozen yet, which takes a fraction of the time to make."""

    __slots__ = Step.__slots__


def _make_step(
    head: _Head, facts: Mapping[str, Value], because: str | None, tried: tuple[Branch, ...], inner: Passage | None
) -> Step:
    made: Any = _Written()
    made.node, made.kind, made.ask, made.answer, made.arrow, made.to, made.file, made.line = head
    made.facts, made.because, made.tried, made.inner = facts, because, tried, inner
    made.__class__ = Step
    found: Step = made
    return found


def _text(because: Because | None, end: Notify) -> str | Message | None:
    """Give the text that speaks for an end, written out where nothing is filled in."""
    message = None if because is None else because.texts.get(end)
    return message if message is None or message.settled is None else message.settled


@dataclass(slots=True)
class _Walk:
    graph: Graph
    facts: Mapping[str, Value]
    evaluate: Evaluate
    kept: KeptAnswers
    asks: AsksOf
    path: str = ""
    """The calls that lead here, each with a slash behind it."""
    refused: dict[str, str] = field(default_factory=dict)
    """Fan-outs that have ended in a refusal, and in which; a node means the same from wherever it is reached."""
    asking: Mapping[str, AskNode] = field(init=False)

    def __post_init__(self) -> None:
        self.asking = {} if self.kept else self.asks(self.graph)

    def follow(self, name: str, *, trying: bool = False) -> tuple[list[TurnTaken], str]:
        """Walk from a node to an outcome; *trying* a branch of a fan-out, a refusal is not yet the decision."""
        turns: list[TurnTaken] = []
        passed: list[str] = []
        while (node := self.graph.nodes.get(name)) is not None:
            if trying and name in self.refused:
                # A fan-out that has refused before refuses again; walking its branches anew would take a time that
                # doubles with every level.
                name = self.refused[name]
                break
            if isinstance(node, FanOut):
                passed.append(name)
                turn, won = self._try_branches(node)
                if won is not None:
                    return [*turns, turn, *won[0]], won[1]
            elif (ask := self.asking.get(name)) is not None:
                turn = ask(self.facts)
            else:
                turn = self._ask(node)
            turns.append(turn)
            name = turn[0].target
        if self.graph.outcomes[name].notify is Notify.NO:
            self.refused.update(dict.fromkeys(passed, name))
        return turns, name

    def _try_branches(self, node: FanOut) -> tuple[TurnTaken, tuple[list[TurnTaken], str] | None]:
        """Try branches in order until one does not refuse; give the turn, and the way on along that one, if any."""
        tried: list[_Vain] = []
        for branch in node.branches:
            turns, outcome = self.follow(branch.target, trying=True)
            if self.graph.outcomes[outcome].notify is not Notify.NO:
                return (branch, {}, tuple(tried), None), (turns, outcome)
            tried.append(_Vain(branch.id, turns, outcome))
        return (node.otherwise, {}, tuple(tried), None), None

    def _ask(self, node: Question | Switch | First | Call) -> TurnTaken:
        if self.kept and (answer := self.kept.get(f"{self.path}{node.name}")) is not None:
            return self.graph.arrows[answer[0]], {name: self.facts[name] for name in answer[1]}, (), None
        read: dict[str, Value] = {}
        match node:
            case Question() | First():
                for row in node.rows:
                    if self.evaluate(row.condition, self.facts, read):
                        return row.arrow, read, (), None
                return node.otherwise, read, (), None
            case Switch():
                return node.answer(self.evaluate(node.subject, self.facts, read)), read, (), None
            case Call():
                reads: dict[str, dict[str, Value]] = {name: {} for name in node.arguments}
                bound = {
                    name: partial(self.evaluate, term, self.facts, reads[name]) for name, term in node.arguments.items()
                }
                inside = f"{self.path}{node.name}/"
                walked = _Walk(node.callee, Computed(bound), self.evaluate, self.kept, self.asks, inside)
                inner = _Way(walked, *walked.follow(node.callee.start))
                # What only a text of the called chart needed was not read to answer.
                for name in _facts_read(inner.turns):
                    read.update(reads[name])
                return node.cases[inner.outcome], read, (), inner


def _facts_read(turns: list[TurnTaken]) -> Iterator[str]:
    """Name the facts that were read to answer, those of branches tried in vain included."""
    for _, read, tried, _ in turns:
        yield from read
        for vain in tried:
            yield from _facts_read(vain.turns)


def _words(step: Step) -> str | None:
    """Give what a step says to a person: its arrow's words, else those of the chart it called."""
    if step.because is not None:
        return step.because
    return None if step.inner is None else step.inner.because
