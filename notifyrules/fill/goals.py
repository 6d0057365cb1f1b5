"""
List what of a chart cases are to walk, each as a formula and as a count of the recorder.

The formula may hold for more facts than walk there: whether some do is for the recorder to say. So what no facts
fulfil is proved, and what is counted is so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from notifyrules.coverage.figures import ends_of
from notifyrules.coverage.recorder import Atom, Recorder, atom_at, find_atoms, is_chain, written_conditions
from notifyrules.diagnostics.phrases import clip
from notifyrules.graph.model import Arrow, Because, Call, FanOut, Node, Notify, conditions
from notifyrules.language import terms as t
from notifyrules.solver import ChartFormulas, Formula
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class CaseGoal:
    """Something that a case is to walk."""

    said: str
    """What is to happen, such as "arrow `muted.then` is taken"."""
    span: Span
    at: tuple[tuple[str, Formula], ...]
    """The nodes at which it happens, each with what has to hold there; none for what only an end says."""
    ways: tuple[Formula, ...]
    """Facts for which it happens fulfil one of these; those that are looked for first stand first."""
    count: Callable[[Recorder], int] = field(repr=False)
    """How often it happened."""
    condition: str | None = None
    """What a condition turns out to be, for people; None of what is no condition."""
    arrow: Arrow | None = None
    """The arrow that is to be taken; None of what is a condition."""

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes at which it happens."""
        return frozenset(name for name, _ in self.at)


def goals(chart: ChartFormulas) -> Iterator[CaseGoal]:
    """List what of one chart is to be walked, in the order in which it decides; of charts that it calls, nothing."""
    for name in chart.graph.order:
        for arrow in chart.graph.nodes[name].arrows:
            yield from _of_arrow(chart, chart.graph.nodes[name], arrow)
    yield from _of_conditions(chart)


def _of_arrow(chart: ChartFormulas, node: Node, arrow: Arrow) -> Iterator[CaseGoal]:
    formulas, path = chart.world.formulas, chart.graph.path
    passed, met, answer = chart.passed[arrow.id], chart.met[arrow.id], chart.asked(arrow)

    def taken(recorder: Recorder) -> int:
        return recorder.tallies[path].arrows[arrow.id]

    def tried(recorder: Recorder) -> int:
        return recorder.tallies[path].tried[arrow.id]

    if not isinstance(node, FanOut) or arrow is node.otherwise:
        here = ((node.name, answer),)
        yield CaseGoal(f"arrow `{arrow.id}` is taken", arrow.span, here, (passed, met), taken, arrow=arrow)
        return
    ends, refuses = ends_of(chart.graph, arrow.target), chart.refusal(arrow.target)
    if ends - {Notify.NO}:
        ways = (passed, formulas.every((chart.met[node.name], chart.answers[arrow.id])))
        here = ((node.name, formulas.every((answer, formulas.negate(refuses)))),)
        yield CaseGoal(f"branch `{arrow.id}` wins", arrow.span, here, ways, taken, arrow=arrow)
    if Notify.NO in ends:
        here = ((node.name, formulas.every((answer, refuses))),)
        vain = (formulas.every((met, refuses)),)
        yield CaseGoal(f"branch `{arrow.id}` is tried in vain", arrow.span, here, vain, tried, arrow=arrow)


# ---- Conditions ----


@dataclass(frozen=True, slots=True)
class _Use:
    """A term, and when it is computed, as far as that is easy."""

    term: t.Term
    node: str | None
    """The node that asks it or says it; None for what only an end says."""
    reached: Formula
    """Its place is reached."""
    here: Formula
    """It is computed there."""


def _of_conditions(chart: ChartFormulas) -> Iterator[CaseGoal]:
    """List the two values of each condition; one in a let may be asked at several nodes."""
    formulas, atoms = chart.world.formulas, set(find_atoms(chart.graph))
    uses: defaultdict[Atom, list[_Use]] = defaultdict(list)
    for use in _uses(chart):
        if use.term in atoms:
            uses[atom_at(use.term.span)].append(use)
    for atom, found in uses.items():
        span = found[0].term.span
        for value in ("true", "false"):
            at = []
            for use in found:
                symbol = chart.terms.value(use.term)
                holds = symbol.holds if value == "true" else formulas.negate(symbol.holds)
                at.append((use, formulas.every((use.here, formulas.negate(symbol.null), holds))))
            ways = (formulas.some(formulas.every((use.reached, here)) for use, here in at),)
            places = tuple((use.node, here) for use, here in at if use.node is not None)

            def seen(recorder: Recorder, atom: Atom = atom, value: str = value) -> int:
                return int(getattr(recorder.tallies[atom.file].atoms[atom], value))

            said, told = f"condition `{clip(span.text)}` is {value}", f"{clip(span.text)}: {value}"
            yield CaseGoal(said, span, places, ways, seen, condition=told)


def _uses(chart: ChartFormulas) -> Iterator[_Use]:
    """Give all terms that decide or say something."""
    graph, formulas = chart.graph, chart.world.formulas
    for name in graph.order:
        before = formulas.true
        node = graph.nodes[name]
        given = {term: fact for fact, term in node.arguments.items()} if isinstance(node, Call) else {}
        for condition in written_conditions(node):
            if (fact := given.get(condition)) is not None:
                # What is given to a called chart is computed where that asks for it.
                inner = chart.inner[name]
                reads = [one.name for one in inner.graph.nodes.values() if fact in _read_by(one)]
                before = formulas.some(inner.met[one] for one in reads)
            for term, here in _inside(chart, condition, before):
                yield _Use(term, name, chart.met[name], here)
            if node.kind == "first":
                before = formulas.every((before, formulas.negate(chart.terms.holds(condition))))
    for arrow in graph.arrows.values():
        for term in _texts(arrow.because):
            yield _Use(term, arrow.node, chart.passed[arrow.node], chart.answers[arrow.id])
    for name, end in graph.outcomes.items():
        reached = chart.outcomes().get(name, formulas.false)
        for whole in (*end.data.values(), end.recheck):
            for term in t.walk(whole) if isinstance(whole, t.Term) else ():
                yield _Use(term, None, reached, formulas.true)
        for term in _texts(end.because):
            yield _Use(term, None, reached, formulas.true)


def _read_by(node: Node) -> set[str]:
    return {fact for condition in conditions(node) for fact in t.facts_read(condition)}


def _texts(because: Because | None) -> Iterator[t.Term]:
    for message in () if because is None else because.messages:
        for piece in message.pieces:
            if not isinstance(piece, str):
                yield from t.walk(piece)


def _inside(chart: ChartFormulas, term: t.Term, asked: Formula) -> Iterator[tuple[t.Term, Formula]]:
    """Give a condition and what is in it, with when it is computed: no more is computed than needed."""
    formulas = chart.world.formulas
    yield term, asked
    if isinstance(term, t.Choice):
        holds = chart.terms.holds(term.condition)
        yield from _inside(chart, term.condition, asked)
        yield from _inside(chart, term.then, formulas.every((asked, holds)))
        yield from _inside(chart, term.otherwise, formulas.every((asked, formulas.negate(holds))))
        return
    for part in t.parts(term):
        yield from _inside(chart, part, asked)
        if isinstance(term, t.Coalesce):
            asked = formulas.every((asked, chart.terms.value(part).null))
        elif isinstance(term, t.Junction) and not is_chain(term):
            holds = chart.terms.holds(part)
            asked = formulas.every((asked, holds if term.every else formulas.negate(holds)))
