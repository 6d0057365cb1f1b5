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
from notifyrules.graph.model import Because, Call, FanOut, Node, Notify, conditions
from notifyrules.language import terms as t
from notifyrules.solver import ChartFormulas, Formula
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that a case is to walk."""

    said: str
    """What is to happen, such as "arrow `muted.then` is taken"."""
    span: Span
    nodes: frozenset[str]
    """The nodes at which it happens; none for what only an end says."""
    ways: tuple[Formula, ...]
    """Facts for which it happens fulfil one of these; those that are looked for first stand first."""
    count: Callable[[Recorder], int] = field(repr=False)
    """How often it happened."""
    condition: str | None = None
    """What a condition turns out to be, for people; None of what is no condition."""


def goals(chart: ChartFormulas) -> Iterator[Goal]:
    """List what of one chart is to be walked, in the order in which it decides; of charts that it calls, nothing."""
    graph, every = chart.graph, chart.world.formulas.every
    for name in graph.order:
        node = graph.nodes[name]
        for arrow in node.arrows:
            passed, met, here = chart.passed[arrow.id], chart.met[arrow.id], frozenset([name])
            if not isinstance(node, FanOut) or arrow is node.otherwise:
                yield Goal(
                    f"arrow `{arrow.id}` is taken", arrow.span, here, (passed, met), _taken(graph.path, arrow.id)
                )
                continue
            ends = ends_of(graph, arrow.target)
            if ends - {Notify.NO}:
                ways = (passed, every((chart.met[name], chart.answers[arrow.id])))
                yield Goal(f"branch `{arrow.id}` wins", arrow.span, here, ways, _taken(graph.path, arrow.id))
            if Notify.NO in ends:
                vain = (every((met, chart.refusal(arrow.target))),)
                said = f"branch `{arrow.id}` is tried in vain"
                yield Goal(said, arrow.span, here, vain, _tried(graph.path, arrow.id))
    yield from _of_conditions(chart)


def _taken(file: str, arrow: str) -> Callable[[Recorder], int]:
    return lambda recorder: recorder.tallies[file].arrows[arrow]


def _tried(file: str, arrow: str) -> Callable[[Recorder], int]:
    return lambda recorder: recorder.tallies[file].tried[arrow]


def _seen(atom: Atom, value: str) -> Callable[[Recorder], int]:
    return lambda recorder: int(getattr(recorder.tallies[atom.file].atoms[atom], value))


# ---- Conditions ----


def _of_conditions(chart: ChartFormulas) -> Iterator[Goal]:
    """List the two values of each condition; one in a let may be asked at several nodes."""
    formulas = chart.world.formulas
    uses: defaultdict[Atom, list[tuple[t.Term, str | None, Formula]]] = defaultdict(list)
    atoms = set(find_atoms(chart.graph))
    for term, node, asked in _uses(chart):
        if term in atoms:
            uses[atom_at(term.span)].append((term, node, asked))
    for atom, found in uses.items():
        nodes = frozenset(node for _, node, _ in found if node is not None)
        span = found[0][0].span
        for value in ("true", "false"):
            ways = [
                formulas.every((asked, formulas.negate(symbol.null), holds))
                for term, _, asked in found
                for symbol in [chart.terms.value(term)]
                for holds in [symbol.holds if value == "true" else formulas.negate(symbol.holds)]
            ]
            said, told = f"condition `{clip(span.text)}` is {value}", f"{clip(span.text)}: {value}"
            yield Goal(said, span, nodes, (formulas.some(ways),), _seen(atom, value), told)


def _uses(chart: ChartFormulas) -> Iterator[tuple[t.Term, str | None, Formula]]:
    """Give all terms that decide or say something, with the node and when they are computed, as far as that is easy."""
    graph, formulas = chart.graph, chart.world.formulas
    for name in graph.order:
        before = chart.met[name]
        node = graph.nodes[name]
        given = {term: fact for fact, term in node.arguments.items()} if isinstance(node, Call) else {}
        for condition in written_conditions(node):
            if (fact := given.get(condition)) is not None:
                # What is given to a called chart is computed where that asks for it.
                inner = chart.inner[name]
                reads = [one.name for one in inner.graph.nodes.values() if fact in _read_by(one)]
                before = formulas.every((chart.met[name], formulas.some(inner.met[one] for one in reads)))
            for term, asked in _inside(chart, condition, before):
                yield term, name, asked
            if node.kind == "first":
                before = formulas.every((before, formulas.negate(chart.terms.holds(condition))))
    ends = chart.outcomes()
    for arrow in graph.arrows.values():
        for term in _texts(arrow.because):
            yield term, arrow.node, chart.passed[arrow.id]
    for name, end in graph.outcomes.items():
        for whole in (*end.data.values(), end.recheck):
            for term in t.walk(whole) if isinstance(whole, t.Term) else ():
                yield term, None, ends.get(name, formulas.false)
        for term in _texts(end.because):
            yield term, None, ends.get(name, formulas.false)


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
