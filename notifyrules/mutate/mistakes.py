"""Make mistakes in a chart, one at a time: each gives a chart that would load and may decide otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar, assert_never

from notifyrules.coverage.recorder import is_chain, written_conditions
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
    Outcome,
    Question,
    Row,
    Switch,
    conditions,
)
from notifyrules.language import terms as t
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value, write_literal
from notifyrules.mutate.model import Mistake, Mutant
from notifyrules.mutate.well_typed import WellTyped
from notifyrules.source.text import Span

_Key: TypeAlias = tuple[str, int, int, type]
"""Where a term stands, and its kind: a let with parameters is one, however often it is written out."""
_Change: TypeAlias = Callable[[t.Term], t.Term]
_K = TypeVar("_K")

_LOOSER: Final = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def mutants(graph: Graph) -> Iterator[Mutant]:
    """Make every mistake that is looked for, where the chart with it would still load."""
    sites, well_typed = _Sites(graph), WellTyped(graph.facts)
    in_nodes = (one for node in graph.nodes.values() for one in _in_node(graph, node))
    for mutant in chain(_defaults(graph, sites), _orders(graph, sites), _in_terms(sites), in_nodes):
        if well_typed.holds(mutant.graph, mutant.touched):
            yield mutant


@dataclass(slots=True)
class _Sites:
    """The terms of a chart, each by its place."""

    graph: Graph
    terms: dict[_Key, t.Term] = field(default_factory=dict)
    """One of those that stand at a place."""
    owners: dict[_Key, set[str]] = field(default_factory=dict)
    """The nodes and outcomes whose conditions, words or data a place is part of."""
    readers: dict[str, set[str]] = field(default_factory=dict)
    """The nodes and outcomes that read a fact."""

    def __post_init__(self) -> None:
        for owner in (*self.graph.nodes.values(), *self.graph.outcomes.values()):
            for term in _terms(owner):
                for one in t.walk(term):
                    self.terms.setdefault(_key(one), one)
                    self.owners.setdefault(_key(one), set()).add(owner.name)
                    if isinstance(one, t.FactRead):
                        self.readers.setdefault(one.name, set()).add(owner.name)

    def changed(self, names: set[str], change: _Change, at: _Key | None = None) -> Graph:
        """Change the terms of some nodes and outcomes: those *at* a place, or all."""
        known: dict[int, t.Term] = {}

        def of(term: t.Term) -> t.Term:
            if (number := id(term)) not in known:
                parts = t.parts(term)
                made_of = tuple(map(of, parts))
                made = term if all(map(_is, parts, made_of)) else t.with_parts(term, made_of)
                known[number] = change(made) if at is None or _key(term) == at else made
            return known[number]

        graph = self.graph
        nodes = {name: _node(node, of) if name in names else node for name, node in graph.nodes.items()}
        ends = {name: _outcome(one, of) if name in names else one for name, one in graph.outcomes.items()}
        return replace(graph, nodes=MappingProxyType(nodes), outcomes=MappingProxyType(ends))


def _key(term: t.Term) -> _Key:
    return term.span.source.name, term.span.start, term.span.end, type(term)


def _is(one: object, other: object) -> bool:
    return one is other


# ---- In conditions ----


def _in_terms(sites: _Sites) -> Iterator[Mutant]:
    for key, term in sites.terms.items():
        for mistake, span, said, change in _changes(term):
            owners = sites.owners[key]
            yield Mutant(mistake, span, said, sites.changed(owners, change, key), frozenset(owners))


def _changes(term: t.Term) -> Iterator[tuple[Mistake, Span, str, _Change]]:
    """List the mistakes that are made in one term, and how each changes every term at its place."""
    whole = _quoted(term.span)
    match term:
        case t.Junction(every=every, items=items) if not is_chain(term):
            for number, item in enumerate(items):
                said = f"{_quoted(item.span)} left out of {whole}"
                yield Mistake.CLAUSE, item.span, said, partial(_without, number)
            words = "`or` for `and`" if every else "`and` for `or`"
            yield Mistake.JUNCTION, term.span, f"{words} in {whole}", _joined_otherwise
        case t.Comparison(operator=operator) if operator in _LOOSER:
            yield Mistake.BOUND, term.span, f"`{_LOOSER[operator]}` for `{operator}` in {whole}", _moved
        case t.Not(operand=operand) if operand.span != term.span:
            yield Mistake.NOT, term.span, f"`not` left out of {whole}", _asserted
        case t.Constant(value=timedelta() as value) if value:
            yield Mistake.WINDOW, term.span, f"`{write_literal(2 * value)}` for {whole}", _doubled
        case _:
            return


def _without(number: int, term: t.Term) -> t.Term:
    assert isinstance(term, t.Junction)
    left = (*term.items[:number], *term.items[number + 1 :])
    return replace(term, items=left) if len(left) > 1 else left[0]


def _joined_otherwise(term: t.Term) -> t.Term:
    assert isinstance(term, t.Junction)
    return replace(term, every=not term.every)


def _moved(term: t.Term) -> t.Term:
    assert isinstance(term, t.Comparison)
    return replace(term, operator=_LOOSER[term.operator])


def _asserted(term: t.Term) -> t.Term:
    assert isinstance(term, t.Not)
    return term.operand


def _doubled(term: t.Term) -> t.Term:
    assert isinstance(term, t.Constant)
    assert isinstance(term.value, timedelta)
    return replace(term, value=2 * term.value)


# ---- In what leads on ----


def _in_node(graph: Graph, node: Node) -> Iterator[Mutant]:
    for mistake, span, said, changed in (*_swaps(node), *_wrong_ends(graph, node), *_unbound(graph, node)):
        nodes = MappingProxyType({**graph.nodes, node.name: changed})
        yield Mutant(mistake, span, said, replace(graph, nodes=nodes), frozenset({node.name}))


def _swaps(node: Node) -> Iterator[tuple[Mistake, Span, str, Node]]:
    """Swap ways out that stand side by side."""
    match node:
        case Question():
            pairs = [(node.rows[0].arrow, node.otherwise)]
        case First(rows=rows):
            for number, (one, other) in enumerate(pairwise(rows)):
                swapped = [*rows]
                swapped[number : number + 2] = _row_at(other, one), _row_at(one, other)
                said = f"the rows {_quoted(one.condition.span)} and {_quoted(other.condition.span)} swapped"
                yield Mistake.ROWS, other.condition.span, said, replace(node, rows=tuple(swapped))
            return
        case FanOut(branches=branches):
            for number, (before, behind) in enumerate(pairwise(branches)):
                tried = [*branches]
                tried[number : number + 2] = behind, before
                said = f"the branches `{before.target}` and `{behind.target}` swapped"
                yield Mistake.ROWS, behind.span, said, replace(node, branches=tuple(tried))
            return
        case Switch() | Call():
            pairs = list(pairwise(_ways(node)))
        case _:
            assert_never(node)
    for first, second in pairs:
        if first.target != second.target:
            said = f"`{first.id}` to `{second.target}` and `{second.id}` to `{first.target}`, swapped"
            ways = {first.span: second, second.span: first}

            def swap(arrow: Arrow, ways: Mapping[Span, Arrow] = ways) -> Arrow:
                other = ways.get(arrow.span, arrow)
                return replace(arrow, target=other.target, because=other.because)

            yield Mistake.ARROWS, first.span, said, _leading(node, swap)


def _ways(node: Node) -> list[Arrow]:
    """Give the first of the arrows that stand at one place: the values of one key share its target."""
    found: dict[Span, Arrow] = {}
    for arrow in node.arrows:
        found.setdefault(arrow.span, arrow)
    return list(found.values())


def _row_at(row: Row, place: Row) -> Row:
    """Put a row in the place of another; one without a name of its own is called by its place."""
    numbered = all(one.arrow.id.rpartition(".")[2].isdigit() for one in (row, place))
    return replace(row, arrow=replace(row.arrow, id=place.arrow.id)) if numbered else row


def _wrong_ends(graph: Graph, node: Node) -> Iterator[tuple[Mistake, Span, str, Node]]:
    """Let ways out that enter an outcome enter the next one."""
    ends = [*graph.outcomes]
    for arrow in _ways(node):
        if arrow.written and arrow.target in ends and len(ends) > 1:
            wrong = ends[(ends.index(arrow.target) + 1) % len(ends)]
            said = f"`{arrow.id}` to `{wrong}` instead of `{arrow.target}`"

            def lead(one: Arrow, at: Span = arrow.span, wrong: str = wrong) -> Arrow:
                return replace(one, target=wrong) if one.span == at else one

            yield Mistake.OUTCOME, arrow.span, said, _leading(node, lead)


def _unbound(graph: Graph, node: Node) -> Iterator[tuple[Mistake, Span, str, Node]]:
    """Leave out what is written for a fact of a called chart, where the chart would still load."""
    if not isinstance(node, Call):
        return
    written = {_key(term) for term in written_conditions(node)}
    for name, term in node.bindings.items():
        fact, own = node.callee.facts[name], graph.facts.get(name)
        if _key(term) not in written or (own is None and not fact.has_default):
            continue
        left = {one: bound for one, bound in node.bindings.items() if one != name}
        if own is not None:
            if own.type != fact.type:
                continue
            left[name] = t.FactRead(term.span, own.type, own.name)
        said = f"`{name}: {term.span.one_line}` left out of what `{node.reference}` is given"
        yield Mistake.BINDING, term.span, said, replace(node, bindings=MappingProxyType(left))


# ---- In declarations ----


def _defaults(graph: Graph, sites: _Sites) -> Iterator[Mutant]:
    for fact in graph.facts.values():
        for value in _others(fact) if fact.has_default else ():
            wrong = replace(fact, default=value)
            changed = replace(graph, facts=MappingProxyType({**graph.facts, fact.name: wrong}))
            said = (
                f"the default of `{fact.name}` is `{write_literal(value)}` instead of `{write_literal(fact.default)}`"
            )
            touched = frozenset(sites.readers.get(fact.name, ()))
            yield Mutant(Mistake.DEFAULT, fact.span, said, changed, touched, fact.name)


def _others(fact: Fact) -> tuple[Value, ...]:
    """Give what people may write as a default instead; of texts and moments there is no such thing."""
    match fact.type.base, fact.default:
        case Enumeration(values), _:
            return tuple(value for value in values if value != fact.default)
        case Basic.BOOL, default:
            return tuple(value for value in (True, False) if value is not default and (default is not None or value))
        case Basic.INT, int() as number:
            return (number + 1,)
        case Basic.DURATION, timedelta() as span:
            return (2 * span or timedelta(hours=1),)
        case Basic.SCHEDULE, Schedule(windows=windows) as schedule if windows:
            return (replace(schedule, windows=tuple(replace(one, until=one.from_) for one in windows)),)
        case ListOf(Enumeration(values)), tuple() as items:
            return ((),) if items else (values,)
        case _:
            return ()


def _orders(graph: Graph, sites: _Sites) -> Iterator[Mutant]:
    """Swap neighbours in the order of a declared enumeration."""
    declared: dict[tuple[str, ...], tuple[str, Span]] = {}
    for name, kind, span in (
        *((one.name, one.type, one.span) for one in graph.types.values()),
        *((one.name, one.type, one.span) for one in graph.facts.values()),
    ):
        if (order := _order(kind)) is not None:
            declared.setdefault(order, (name, span))
    compared: dict[tuple[str, ...], set[str]] = {}
    for key, term in sites.terms.items():
        if isinstance(term, t.Comparison) and term.order is not None:
            compared.setdefault(term.order, set()).update(sites.owners[key])
    for order, (name, span) in declared.items():
        for number, (low, high) in enumerate(pairwise(order) if order in compared else ()):
            wrong = (*order[:number], high, low, *order[number + 2 :])

            def swap(term: t.Term, order: tuple[str, ...] = order, wrong: tuple[str, ...] = wrong) -> t.Term:
                return replace(term, order=wrong) if isinstance(term, t.Comparison) and term.order == order else term

            owners = compared[order]
            said = f"`{high}` below `{low}` in the order of `{name}`"
            yield Mutant(Mistake.ORDER, span, said, sites.changed(owners, swap), frozenset(owners))


def _order(kind: Type) -> tuple[str, ...] | None:
    return kind.base.order if isinstance(kind.base, Enumeration) else None


# ---- Parts made anew ----


def _terms(owner: Node | Outcome) -> Iterator[t.Term]:
    """List the conditions, the words and the data of a node or outcome."""
    if isinstance(owner, Outcome):
        yield from (one for one in (*owner.data.values(), owner.recheck) if isinstance(one, t.Term))
        told = [owner.because]
    else:
        yield from conditions(owner)
        told = [arrow.because for arrow in owner.arrows]
    for because in told:
        for message in () if because is None else because.messages:
            yield from (piece for piece in message.pieces if isinstance(piece, t.Term))


def _leading(node: Node, lead: Callable[[Arrow], Arrow]) -> Node:
    """Make a node with other arrows."""
    match node:
        case Question(rows=rows, otherwise=otherwise) | First(rows=rows, otherwise=otherwise):
            led = tuple(replace(row, arrow=lead(row.arrow)) for row in rows)
            return replace(node, rows=led, otherwise=lead(otherwise))
        case Switch(cases=cases, otherwise=end):
            return replace(node, cases=_mapped(cases, lead), otherwise=None if end is None else lead(end))
        case FanOut(branches=branches, otherwise=otherwise):
            return replace(node, branches=tuple(map(lead, branches)), otherwise=lead(otherwise))
        case Call(cases=cases):
            return replace(node, cases=_mapped(cases, lead))
        case _:
            assert_never(node)


def _mapped(cases: Mapping[_K, Arrow], lead: Callable[[Arrow], Arrow]) -> Mapping[_K, Arrow]:
    return MappingProxyType({value: lead(arrow) for value, arrow in cases.items()})


def _node(node: Node, of: _Change) -> Node:
    """Make a node of other terms."""
    made = _leading(node, lambda arrow: replace(arrow, because=_because(arrow.because, of)))
    match made:
        case Question(rows=rows) | First(rows=rows):
            return replace(made, rows=tuple(replace(row, condition=of(row.condition)) for row in rows))
        case Switch(subject=subject):
            return replace(made, subject=of(subject))
        case Call(bindings=bindings):
            return replace(made, bindings=MappingProxyType({name: of(term) for name, term in bindings.items()}))
        case FanOut():
            return made
        case _:
            assert_never(made)


def _outcome(outcome: Outcome, of: _Change) -> Outcome:
    data = {name: of(value) if isinstance(value, t.Term) else value for name, value in outcome.data.items()}
    recheck = None if outcome.recheck is None else of(outcome.recheck)
    because = _because(outcome.because, of)
    return replace(outcome, because=because, data=MappingProxyType(data), recheck=recheck)


def _because(because: Because | None, of: _Change) -> Because | None:
    def message(text: Message) -> Message:
        pieces = tuple(piece if isinstance(piece, str) else of(piece) for piece in text.pieces)
        return text if all(map(_is, pieces, text.pieces)) else replace(text, pieces=pieces)

    if because is None:
        return None
    texts = {end: message(text) for end, text in because.texts.items()}
    return because if all(map(_is, texts.values(), because.texts.values())) else replace(because, texts=texts)


def _quoted(span: Span) -> str:
    return f"`{span.one_line}`"
