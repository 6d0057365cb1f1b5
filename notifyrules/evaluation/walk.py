"""
Walk a chart for one set of facts: the definition of what a rule file decides.

Everything else that decides is held equal to this walk. It records the steps as it decides: explanations, highlighted
pictures, coverage and failing cases all read them, and nobody walks the graph a second way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from datetime import datetime, timedelta
from functools import partial
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
    Node,
    Notify,
    Outcome,
    Question,
    Switch,
)
from notifyrules.language.evaluator import Evaluate, add_to_instant, evaluate
from notifyrules.language.terms import Term
from notifyrules.language.values import Value, write


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


_make_step: Final = maker(Step)
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


def walk(
    graph: Graph, facts: Mapping[str, Value], evaluate: Evaluate = evaluate, kept: KeptAnswers = MappingProxyType({})
) -> Passage:
    """
    Follow the chart for one set of facts.

    Args:
        graph: A chart without errors.
        facts: One valid value for every fact the chart declares.
        evaluate: Computes the conditions that decide; another one may also watch them.
        kept: Nodes that are not asked again, because what they read is not kept.

    Returns:
        The outcome reached and the steps that led there, first node first.

    Raises:
        Nothing: loading and validating have settled every failure.
    """
    walked = _Walk(graph, facts, evaluate, kept)
    turns, outcome = walked.follow(graph.start)
    return _Way(walked, turns, outcome).told(graph.outcomes[outcome].notify)


def keeps(graph: Graph, facts: Mapping[str, Value]) -> bool:
    """Tell whether facts keep to what the chart assumes."""
    return all(evaluate(term, facts, {}) is True for term in graph.assume)


def fill(message: Message, facts: Mapping[str, Value], evaluate: Evaluate = evaluate) -> str:
    """Fill the values into a text for a person."""
    return "".join(piece if isinstance(piece, str) else write(evaluate(piece, facts, {})) for piece in message.pieces)


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


def bind(node: Call, facts: Mapping[str, Value]) -> Mapping[str, Value]:
    """Give the facts of a called chart, each computed when it is read."""
    return Computed({name: partial(evaluate, term, facts, {}) for name, term in node.arguments.items()})


@dataclass(slots=True)
class _Turn:
    """A step whose words are not known yet, because they depend on where the outermost chart ends."""

    node: Node
    arrow: Arrow
    read: dict[str, Value]
    tried: tuple[_Vain, ...] = ()
    inner: _Way | None = None


@dataclass(slots=True)
class _Vain:
    """A branch tried in vain, before its words are known."""

    arrow: str
    turns: list[_Turn]
    outcome: str


@dataclass(slots=True)
class _Way:
    """A way through a whole chart, before its words are known."""

    walked: _Walk
    turns: list[_Turn]
    outcome: str

    def told(self, end: Notify) -> Passage:
        """Find the words for an end of the outermost chart."""
        graph = self.walked.graph
        own = graph.outcomes[self.outcome]
        steps = self._steps(self.turns, end)
        because = None
        if own.notify.counts_for(end):
            because = next((words for words in map(_words, reversed(steps)) if words is not None), None)
            if because is None:
                because = self._fill(own.because, end)
        return _make_passage(graph.name, self.outcome, steps, because)

    def _steps(self, turns: list[_Turn], end: Notify) -> tuple[Step, ...]:
        return tuple([self._step(turn, end) for turn in turns])

    def _step(self, turn: _Turn, end: Notify) -> Step:
        node, arrow, inner = turn.node, turn.arrow, turn.inner
        return _make_step(
            node.name,
            node.kind,
            node.ask,
            # Of a call the outcome met, which its arrow may share with others.
            arrow.answer if inner is None else inner.walked.graph.outcomes[inner.outcome].label,
            arrow.id,
            arrow.target,
            turn.read,
            None if arrow.because is None else self._fill(arrow.because, end),
            tuple([_make_branch(vain.arrow, self._steps(vain.turns, end), vain.outcome) for vain in turn.tried])
            if turn.tried
            else (),
            None if inner is None else inner.told(end),
            node.span.source.name,
            self.walked.graph.lines[node.name],
        )

    def _fill(self, because: Because | None, end: Notify) -> str | None:
        """Fill the text that speaks for an end."""
        message = None if because is None else because.texts.get(end)
        return None if message is None else fill(message, self.walked.facts)


@dataclass(slots=True)
class _Walk:
    graph: Graph
    facts: Mapping[str, Value]
    evaluate: Evaluate
    kept: KeptAnswers
    path: str = ""
    """The calls that lead here, each with a slash behind it."""
    refused: dict[str, str] = field(default_factory=dict)
    """Fan-outs that have ended in a refusal, and in which; a node means the same from wherever it is reached."""

    def follow(self, name: str, *, trying: bool = False) -> tuple[list[_Turn], str]:
        """Walk from a node to an outcome; *trying* a branch of a fan-out, a refusal is not yet the decision."""
        turns: list[_Turn] = []
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
            else:
                turn = self._ask(node)
            turns.append(turn)
            name = turn.arrow.target
        if self.graph.outcomes[name].notify is Notify.NO:
            self.refused.update(dict.fromkeys(passed, name))
        return turns, name

    def _try_branches(self, node: FanOut) -> tuple[_Turn, tuple[list[_Turn], str] | None]:
        """Try branches in order until one does not refuse; give the turn, and the way on along that one, if any."""
        tried: list[_Vain] = []
        for branch in node.branches:
            turns, outcome = self.follow(branch.target, trying=True)
            if self.graph.outcomes[outcome].notify is not Notify.NO:
                return _Turn(node, branch, {}, tuple(tried)), (turns, outcome)
            tried.append(_Vain(branch.id, turns, outcome))
        return _Turn(node, node.otherwise, {}, tuple(tried)), None

    def _ask(self, node: Question | Switch | First | Call) -> _Turn:
        read: dict[str, Value] = {}
        if self.kept and (answer := self.kept.get(f"{self.path}{node.name}")) is not None:
            return _Turn(node, self.graph.arrows[answer[0]], {name: self.facts[name] for name in answer[1]})
        match node:
            case Question() | First():
                for row in node.rows:
                    if self.evaluate(row.condition, self.facts, read):
                        return _Turn(node, row.arrow, read)
                return _Turn(node, node.otherwise, read)
            case Switch():
                return _Turn(node, node.answer(self.evaluate(node.subject, self.facts, read)), read)
            case Call():
                reads: dict[str, dict[str, Value]] = {name: {} for name in node.arguments}
                bound = {
                    name: partial(self.evaluate, term, self.facts, reads[name]) for name, term in node.arguments.items()
                }
                inside = f"{self.path}{node.name}/"
                walked = _Walk(node.callee, Computed(bound), self.evaluate, self.kept, inside)
                inner = _Way(walked, *walked.follow(node.callee.start))
                # What only a text of the called chart needed was not read to answer.
                for name in _facts_read(inner.turns):
                    read.update(reads[name])
                return _Turn(node, node.cases[inner.outcome], read, inner=inner)


def _facts_read(turns: list[_Turn]) -> Iterator[str]:
    """Name the facts that were read to answer, those of branches tried in vain included."""
    for turn in turns:
        yield from turn.read
        for vain in turn.tried:
            yield from _facts_read(vain.turns)


def _words(step: Step) -> str | None:
    """Give what a step says to a person: its arrow's words, else those of the chart it called."""
    if step.because is not None:
        return step.because
    return None if step.inner is None else step.inner.because
