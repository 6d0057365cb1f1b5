"""
Walk a chart for one set of facts: the definition of what a rule file decides.

Everything else that decides is held equal to this walk. It records the steps as it decides: explanations, highlighted
pictures, coverage and failing cases all read them, and nobody walks the graph a second way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Message, Node, Notify, Outcome, Question, Switch
from notifyrules.language.evaluator import Evaluate, add_to_instant, evaluate
from notifyrules.language.terms import Term
from notifyrules.language.values import Value, write


@dataclass(frozen=True, slots=True)
class Step:
    """One node passed on the way, and the answer given there."""

    node: str
    """The node's name."""
    kind: str
    """`if`, `switch`, `first`, `any` or `call`: the key that makes the node what it is."""
    ask: str
    """The question."""
    answer: str
    """The answer in words."""
    arrow: str
    """The id of the arrow taken."""
    to: str
    """The node or outcome it leads to."""
    facts: Mapping[str, Value]
    """The fact values that were read to answer, in the order read."""
    because: str | None
    """The arrow's words for a person, filled in; None where it has none."""
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
    """The chart's name."""
    outcome: str
    steps: tuple[Step, ...]
    because: str | None
    """The words in force: the last on the way, else the outcome's own."""


def passed(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Give every step of one chart: those on the way and those of branches tried in vain."""
    waiting = list(reversed(steps))
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(one for branch in step.tried for one in branch.steps)


class Computed(Mapping[str, Value]):
    """Values each of which is computed when it is first read, so that nothing is read in vain."""

    __slots__ = ("_compute", "computed")

    def __init__(self, compute: Mapping[str, Callable[[], Value]]) -> None:
        """Hold what computes each value."""
        self._compute = compute
        self.computed: dict[str, Value] = {}
        """The values that were read so far."""

    def __getitem__(self, name: str) -> Value:
        """Give a value, computed at most once."""
        if name not in self.computed:
            self.computed[name] = self._compute[name]()
        return self.computed[name]

    def __iter__(self) -> Iterator[str]:
        """Name the values."""
        return iter(self._compute)

    def __len__(self) -> int:
        """Count the values."""
        return len(self._compute)


def walk(graph: Graph, facts: Mapping[str, Value], evaluate: Evaluate = evaluate) -> Passage:
    """
    Follow the chart for one set of facts.

    Args:
        graph: A chart without errors.
        facts: One valid value for every fact the chart declares.
        evaluate: Computes the conditions that decide; another one may also watch them.

    Returns:
        The outcome reached and the steps that led there, first node first.

    Raises:
        Nothing: loading and validating have settled every failure.
    """
    return _Walk(graph, facts, evaluate).passage()


def keeps(graph: Graph, facts: Mapping[str, Value]) -> bool:
    """Tell whether facts keep to what the chart assumes."""
    return all(evaluate(term, facts, {}) is True for term in graph.assume)


def fill(message: Message, facts: Mapping[str, Value]) -> str:
    """Fill the values into a text for a person."""
    return "".join(piece if isinstance(piece, str) else write(evaluate(piece, facts, {})) for piece in message.pieces)


def data_of(outcome: Outcome, facts: Mapping[str, Value]) -> dict[str, Value]:
    """Compute what a decision carries."""
    return {
        name: evaluate(value, facts, {}) if isinstance(value, Term) else value for name, value in outcome.data.items()
    }


def recheck_of(graph: Graph, passage: Passage, facts: Mapping[str, Value]) -> datetime | None:
    """Find when to ask again, in UTC: what the outcome says, else what the last called chart that says so said."""
    recheck = graph.outcomes[passage.outcome].recheck
    if recheck is not None:
        found = evaluate(recheck, facts, {})
        if isinstance(found, timedelta):
            now = facts["now"]
            assert isinstance(now, datetime)
            return add_to_instant(now, found)
        assert found is None or isinstance(found, datetime)
        return found
    for step in reversed(passage.steps):
        node = graph.nodes[step.node]
        if isinstance(node, Call) and step.inner is not None and _says_recheck(node.callee, step.inner):
            return recheck_of(node.callee, step.inner, bind(node, facts))
    return None


def _says_recheck(graph: Graph, passage: Passage) -> bool:
    """Tell whether a called chart says when to ask again, be it that there is nothing to say."""
    if graph.outcomes[passage.outcome].recheck is not None:
        return True
    calls = ((graph.nodes[step.node], step.inner) for step in passage.steps)
    return any(
        isinstance(node, Call) and inner is not None and _says_recheck(node.callee, inner) for node, inner in calls
    )


def bind(node: Call, facts: Mapping[str, Value]) -> Mapping[str, Value]:
    """Give the facts of a called chart, each computed when it is read."""
    return Computed({name: partial(evaluate, term, facts, {}) for name, term in node.arguments.items()})


@dataclass(slots=True)
class _Walk:
    """One walk over one chart."""

    graph: Graph
    facts: Mapping[str, Value]
    evaluate: Evaluate
    refused: dict[str, str] = field(default_factory=dict)
    """Fan-outs that have ended in a refusal, and in which; a node means the same from wherever it is reached."""

    def passage(self) -> Passage:
        """Walk from the start, and find the words in force."""
        steps, outcome = self.follow(self.graph.start)
        because = next((words for words in map(_words, reversed(steps)) if words is not None), None)
        own = self.graph.outcomes[outcome].because
        if because is None and own is not None:
            because = fill(own, self.facts)
        return Passage(self.graph.name, outcome, tuple(steps), because)

    def follow(self, name: str, *, trying: bool = False) -> tuple[list[Step], str]:
        """
        Walk from a node to an outcome.

        Args:
            name: The node.
            trying: Whether this is a branch of a fan-out, which may refuse without being the decision.

        Returns:
            The steps and the outcome's name.
        """
        steps: list[Step] = []
        passed: list[str] = []
        while name in self.graph.nodes:
            if trying and name in self.refused:
                # A fan-out that has refused before refuses again; walking its branches anew would take a time that
                # doubles with every level.
                name = self.refused[name]
                break
            node = self.graph.nodes[name]
            if isinstance(node, FanOut):
                passed.append(name)
                step, won = self._try_branches(node)
                if won is not None:
                    return [*steps, step, *won[0]], won[1]
            else:
                step = self._ask(node)
            steps.append(step)
            name = step.to
        if self.graph.outcomes[name].notify is Notify.NO:
            self.refused.update(dict.fromkeys(passed, name))
        return steps, name

    def _try_branches(self, node: FanOut) -> tuple[Step, tuple[list[Step], str] | None]:
        """Try branches in order until one does not refuse; give the step, and the way on along that one, if any."""
        tried: list[Branch] = []
        for branch in node.branches:
            steps, outcome = self.follow(branch.target, trying=True)
            if self.graph.outcomes[outcome].notify is not Notify.NO:
                return self._step(node, branch, {}, tried=tuple(tried)), (steps, outcome)
            tried.append(Branch(branch.id, tuple(steps), outcome))
        return self._step(node, node.otherwise, {}, tried=tuple(tried)), None

    def _ask(self, node: Question | Switch | First | Call) -> Step:
        """Answer one node."""
        read: dict[str, Value] = {}
        match node:
            case Question() | First():
                holding = (row.arrow for row in node.rows if self.evaluate(row.condition, self.facts, read))
                return self._step(node, next(holding, node.otherwise), read)
            case Switch():
                return self._step(node, node.answer(self.evaluate(node.subject, self.facts, read)), read)
            case Call():
                reads: dict[str, dict[str, Value]] = {name: {} for name in node.arguments}
                bound = {
                    name: partial(self.evaluate, term, self.facts, reads[name]) for name, term in node.arguments.items()
                }
                inner = walk(node.callee, Computed(bound), self.evaluate)
                # What only a text of the called chart needed was not read to answer.
                for asked in passed(inner.steps):
                    for name in asked.facts:
                        read.update(reads[name])
                return self._step(node, node.cases[inner.outcome], read, inner=inner)

    def _step(
        self,
        node: Node,
        arrow: Arrow,
        read: dict[str, Value],
        *,
        tried: tuple[Branch, ...] = (),
        inner: Passage | None = None,
    ) -> Step:
        """Record one step."""
        because = None if arrow.because is None else fill(arrow.because, self.facts)
        return Step(
            node=node.name,
            kind=node.kind,
            ask=node.ask,
            answer=arrow.answer,
            arrow=arrow.id,
            to=arrow.target,
            facts=read,
            because=because,
            tried=tried,
            inner=inner,
            file=node.span.source.name,
            line=node.span.line,
        )


def _words(step: Step) -> str | None:
    """Give what a step says to a person: its arrow's words, else those of the chart it called."""
    if step.because is not None:
        return step.because
    return None if step.inner is None else step.inner.because
