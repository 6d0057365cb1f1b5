"""
Part what was edited from one version to another into edits, each of which can be made alone.

The new version is called by the old names wherever both have a node or an arrow, so that a chart can be made of nodes
of both. Where that is impossible, such as for a chart that would run in a circle, everything is one edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from notifyrules.diff.model import Edited, Structure
from notifyrules.graph.model import (
    Arrow,
    Call,
    Fact,
    FanOut,
    First,
    Graph,
    Node,
    Outcome,
    Question,
    Row,
    Switch,
    Table,
    conditions,
)
from notifyrules.graph.reachability import find_cycles, topological
from notifyrules.language import terms as t
from notifyrules.language.printing import spell
from notifyrules.language.values import Value, write_literal

_MOST = 12
"""Edits that are looked at one by one."""
_PAIRED = 6
"""Edits that are looked at two by two."""

_LetUse: TypeAlias = tuple[str, str]
"""A let and the words that use it."""


@dataclass(slots=True)
class ChartBetween:
    """A chart between the versions, in the old names."""

    nodes: dict[str, Node]
    outcomes: dict[str, Outcome]
    start: str
    defaults: frozenset[str] = frozenset()
    """The facts that have their new default."""


Make: TypeAlias = Callable[[ChartBetween], None]


@dataclass(slots=True)
class Edit:
    """What can be made alone."""

    edited: list[Edited]
    make: list[Make]
    let: tuple[t.Term, t.Term] | None = None
    """What a let was and is."""
    graph: Graph | None = None
    """The old version with this edit alone, in the old names."""
    defaults: frozenset[str] = frozenset()
    """The facts that have their new default."""
    numbers: tuple[int, ...] = ()
    """Where two edits are made at once, which, 1-based."""
    turned: str = ""
    """The old name of the node whose arrows lead elsewhere, if that is what it is."""


def split(  # noqa: PLR0913 - what is compared, and how
    old: Graph, new: Graph, structure: Structure, defaults: Iterable[str], *, apart: bool, pairs: bool
) -> list[Edit]:
    """
    Find the edits between two versions.

    Args:
        old: The version before.
        new: The version after.
        structure: What both have in common.
        defaults: The facts with another default.
        apart: Whether there may be several edits.
        pairs: Whether edits made two at once follow those made alone, unless these are too many.
    """
    before = _uses(old)
    known: dict[t.Term, t.Term] = {}

    def with_old_lets(term: t.Term) -> t.Term:
        return _exchanged(term, before, known)

    uses = {use: replace(one, term=with_old_lets(one.term)) for use, one in _uses(new).items()}
    renamed, own = _in_old_names(old, new, structure)
    nodes = {name: with_terms(node, with_old_lets) for name, node in renamed.nodes.items()}
    outcomes = {name: _outcome_with(one, with_old_lets) for name, one in new.outcomes.items()}
    splitter = _Splitter(old, replace(renamed, nodes=nodes, outcomes=outcomes), own, before, uses)
    edits = list(splitter.edits(defaults))
    alone = apart and len(edits) <= _MOST and splitter.names_are_clear() and all(map(splitter.finish, edits))
    if alone and pairs and len(edits) <= _PAIRED:
        edits += [
            both
            for (one, first), (other, second) in combinations(list(enumerate(edits, 1)), 2)
            if splitter.finish(
                both := Edit(first.edited + second.edited, first.make + second.make, numbers=(one, other))
            )
        ]
    return edits if alone or not edits else [Edit([one for edit in edits for one in edit.edited], [])]


def edits_between(old: Graph, new: Graph, structure: Structure) -> list[Edit]:
    """Find the edits between two versions, apart where every fact is of the same type in both."""
    both = [(old.facts[name], new.facts[name]) for name in old.facts if name in new.facts]
    defaults = [now.name for was, now in both if default_changed(was, now)]
    return split(old, new, structure, defaults, apart=all(was.type == now.type for was, now in both), pairs=False)


def default_changed(was: Fact, now: Fact) -> bool:
    """Tell whether leaving a fact out means something else than before."""
    return was.has_default and now.has_default and (type(was.default), was.default) != (type(now.default), now.default)


# ---- One set of names ----


def _in_old_names(old: Graph, new: Graph, structure: Structure) -> tuple[Graph, Mapping[str, str]]:
    """Call the nodes and arrows that both versions have as the old one does; also give what they are called now."""
    taken = {*old.nodes, *old.outcomes, *old.arrows}
    names = {now: was for was, now in structure.nodes.items()}
    names |= {name: _free(name, taken) for name in new.nodes if name not in names}
    ids = {now: was for was, now in structure.arrows.items()}
    ids |= {id_: _free(id_, taken) for id_ in new.arrows if id_ not in ids}

    def renamed(arrow: Arrow) -> Arrow:
        target = names.get(arrow.target, arrow.target)
        return replace(arrow, id=ids[arrow.id], node=names[arrow.node], target=target)

    nodes = {names[name]: replace(with_arrows(node, renamed), name=names[name]) for name, node in new.nodes.items()}
    own = {called: name for known in (names, ids) for name, called in known.items()}
    return replace(new, nodes=nodes, start=names[new.start], order=tuple(names[name] for name in new.order)), own


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name += " (new)"
    return name


def with_arrows(node: Node, other: Callable[[Arrow], Arrow]) -> Node:
    """Give a node other arrows."""
    match node:
        case Question() | First():
            rows = tuple(replace(row, arrow=other(row.arrow)) for row in node.rows)
            return replace(node, rows=rows, otherwise=other(node.otherwise))
        case Switch(otherwise=otherwise):
            cases = {value: other(arrow) for value, arrow in node.cases.items()}
            return replace(node, cases=cases, otherwise=None if otherwise is None else other(otherwise))
        case FanOut():
            return replace(node, branches=tuple(map(other, node.branches)), otherwise=other(node.otherwise))
        case Call():
            return replace(node, cases={name: other(arrow) for name, arrow in node.cases.items()})


# ---- Lets ----


def folded(term: t.Term) -> t.Term:
    """Leave lets whole: each is read like a fact that is called as it is used."""
    match term:
        case t.LetUse(span=span, type=kind):
            return t.FactRead(span, kind, span.one_line)
        case _:
            return t.with_parts(term, tuple(map(folded, t.parts(term))))


def words(term: t.Term) -> str:
    """Write a condition with its lets whole."""
    return spell(folded(term))


def _uses(graph: Graph) -> dict[_LetUse, t.LetUse]:
    """List the uses of lets, each once."""
    asked = [term for node in graph.nodes.values() for term in conditions(node)]
    carried = [
        term
        for outcome in graph.outcomes.values()
        for term in (*outcome.data.values(), outcome.recheck)
        if isinstance(term, t.Term)
    ]
    found = (one for term in (*asked, *carried) for one in t.walk(term) if isinstance(one, t.LetUse))
    return {(one.name, one.span.one_line): one for one in found}


def _exchanged(term: t.Term, lets: Mapping[_LetUse, t.LetUse], known: dict[t.Term, t.Term]) -> t.Term:
    """Put other lets in place of those that are used alike."""
    if term not in known:
        use = lets.get((term.name, term.span.one_line)) if isinstance(term, t.LetUse) else None
        made_of = tuple(_exchanged(one, lets, known) for one in t.parts(term))
        known[term] = use or (term if made_of == t.parts(term) else t.with_parts(term, made_of))
    return known[term]


def with_terms(node: Node, other: Callable[[t.Term], t.Term]) -> Node:
    """Give a node other conditions."""
    match node:
        case Question() | First():
            return replace(node, rows=tuple(replace(row, condition=other(row.condition)) for row in node.rows))
        case Switch():
            return replace(node, subject=other(node.subject))
        case Call():
            return replace(node, bindings={name: other(term) for name, term in node.bindings.items()})
        case FanOut():
            return node


def _outcome_with(outcome: Outcome, other: Callable[[t.Term], t.Term]) -> Outcome:
    """Give an outcome other conditions."""
    data = {name: other(value) if isinstance(value, t.Term) else value for name, value in outcome.data.items()}
    return replace(outcome, data=data, recheck=None if outcome.recheck is None else other(outcome.recheck))


# ---- Edits ----


@dataclass(slots=True)
class _Splitter:
    old: Graph
    new: Graph
    """The new version in the old names."""
    own: Mapping[str, str]
    """What its nodes and arrows are called now."""
    before: Mapping[_LetUse, t.LetUse]
    """How lets are used in the old version."""
    uses: Mapping[_LetUse, t.LetUse]
    """How they are used in the new one, each with the old lets inside of it."""
    typed_alike: bool = True
    """Whether no let has another type, so that conditions of the old version take what it is now."""

    def edits(self, defaults: Iterable[str]) -> Iterator[Edit]:
        """List them: defaults, lets, nodes in the order of the file, outcomes."""
        for name in defaults:
            was, now = self.old.facts[name], self.new.facts[name]
            told = (write_literal(was.default), write_literal(now.default))
            yield Edit([Edited("default", name, now.span, "", *told)], [_default(name)])
        yield from self._lets()
        if self.old.start != self.new.start:
            told = (self.old.start, self.own[self.new.start])
            place = self.new.nodes[self.new.start].span
            yield Edit([Edited("start", "(start)", place, "", *told)], [self._begin])
        for name, node in self.old.nodes.items():
            if name in self.new.nodes:
                yield from self._in_node(node, self.new.nodes[name])
        for name, outcome in self.old.outcomes.items():
            if name in self.new.outcomes:
                yield from self._in_outcome(outcome, self.new.outcomes[name])

    def names_are_clear(self) -> bool:
        """Tell whether a name means a node in both versions, or an outcome in both, and data are of the same types."""
        kinds = {name: one.type for name, one in self.old.data.items()}
        same = all(str(kinds.get(name)) == str(one.type) for name, one in self.new.data.items())
        clash = {*self.old.nodes, *self.new.nodes} & {*self.old.outcomes, *self.new.outcomes}
        return same and not clash and len(kinds) == len(self.new.data) and self.typed_alike

    def finish(self, edit: Edit) -> bool:
        """Make the old version with one edit alone; False where that is no chart."""
        draft = ChartBetween(dict(self.old.nodes), {**self.new.outcomes, **self.old.outcomes}, self.old.start)
        for make in edit.make:
            make(draft)
        nodes = {**self.new.nodes, **draft.nodes}
        edges = {name: [arrow.target for arrow in node.arrows] for name, node in nodes.items()}
        order = topological(edges, draft.start)
        if find_cycles({name: edges[name] for name in order}):
            return False
        facts = {**self.new.facts, **self.old.facts, **{name: self.new.facts[name] for name in draft.defaults}}
        edit.defaults = draft.defaults
        edit.graph = replace(
            self.old,
            nodes={name: nodes[name] for name in order},
            order=order,
            outcomes=draft.outcomes,
            start=draft.start,
            facts=facts,
        )
        return True

    def _begin(self, draft: ChartBetween) -> None:
        draft.start = self.new.start

    def _in_outcome(self, was: Outcome, now: Outcome) -> Iterator[Edit]:
        before, after = _carries(was), _carries(now)
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if names:
            old, new = (", ".join(f"{one}: {side[one][1]}" for one in names if one in side) for side in (before, after))
            yield Edit([Edited("outcome", now.name, now.span, was.label, old, new)], [self._outcome(now.name)])

    def _outcome(self, name: str) -> Make:
        def make(draft: ChartBetween) -> None:
            draft.outcomes[name] = self.new.outcomes[name]

        return make

    def _lets(self) -> Iterator[Edit]:
        changed: dict[str, tuple[t.LetUse, t.LetUse]] = {}
        for use, was in self.before.items():
            now = self.uses.get(use)
            if now is not None and words(was.term) != words(now.term):
                changed.setdefault(use[0], (was, now))
                self.typed_alike &= str(was.type) == str(now.type)
        for name, (was, now) in changed.items():
            told = Edited("let", name, self.new.lets[name].span, "", was.term.span.one_line, now.term.span.one_line)
            yield Edit([told], [self._let(name)], (was.term, now.term))

    def _let(self, name: str) -> Make:
        def make(draft: ChartBetween) -> None:
            known: dict[t.Term, t.Term] = {}
            uses = {use: one for use, one in self.uses.items() if use[0] == name}

            def other(term: t.Term) -> t.Term:
                return _exchanged(term, uses, known)

            draft.nodes.update({key: with_terms(node, other) for key, node in draft.nodes.items()})
            draft.outcomes.update({key: _outcome_with(one, other) for key, one in draft.outcomes.items()})

        return make

    # ---- Nodes ----

    def _in_node(self, was: Node, now: Node) -> Iterator[Edit]:
        """List the edits of one node, row by row and arrow by arrow where it is the same kind of node."""
        match was, now:
            case (Question(), Question()) | (First(), First()):
                yield from self._in_table(was, now)  # type: ignore[arg-type] # mypy does not narrow pairs
            case Switch(), Switch() if words(was.subject) == words(now.subject) and set(was.cases) == set(now.cases):
                yield from self._led(was, now)
            case Call(), Call() if _called(was) == _called(now) and set(was.cases) == set(now.cases):
                yield from self._led(was, now)
            case FanOut(), FanOut() if _branches(was) == _branches(now):
                yield from self._led(was, now)
            case _:
                told = self._edited("node", now, now.name, _asks(was), _asks(now))
                yield Edit([told], [self._node(now)])

    def _node(self, now: Node) -> Make:
        def make(draft: ChartBetween) -> None:
            draft.nodes[now.name] = now

        return make

    def _led(self, was: Node, now: Node) -> Iterator[Edit]:
        """List the arrows that lead elsewhere, those from and to the same place as one edit."""
        targets = {arrow.id: arrow for arrow in now.arrows}
        moved: dict[tuple[str, str], list[Arrow]] = {}
        for arrow in was.arrows:
            other = targets.get(arrow.id)
            if other is not None and other.target != arrow.target:
                moved.setdefault((arrow.target, other.target), []).append(other)
        for (led_to, leads_to), arrows in moved.items():
            ids = {arrow.id: arrow for arrow in arrows}
            answers = " | ".join(dict.fromkeys(arrow.label or arrow.answer for arrow in arrows))
            what = ", ".join(self.own[id_] for id_ in ids)
            told = Edited(
                "target", what, arrows[0].span, f"{now.ask} {answers}", led_to, self.own.get(leads_to, leads_to)
            )
            yield Edit([told], [_turned(was.name, ids)], turned=was.name)

    def _in_table(self, was: Table, now: Table) -> Iterator[Edit]:
        before = {row.arrow.id: row for row in was.rows}
        after = {row.arrow.id: row for row in now.rows}
        kept = [id_ for id_ in after if id_ in before]
        for id_, row in after.items():
            was_asked = before[id_].condition if id_ in before else None
            if was_asked is None:
                told = ("", row.condition.span.one_line)
                yield Edit([self._of_row("new row", now, row, *told)], [_added(was.name, now, id_)])
            elif words(was_asked) != words(row.condition):
                told = (was_asked.span.one_line, row.condition.span.one_line)
                yield Edit([self._of_row("condition", now, row, *told)], [_with_row(was.name, row)])
        for id_, row in before.items():
            if id_ not in after:
                told = (row.condition.span.one_line, "")
                yield Edit([self._of_row("row gone", now, row, *told)], [_removed(was.name, id_)])
        if kept != [id_ for id_ in before if id_ in after]:
            told = (", ".join(_rows(was, kept)), ", ".join(_rows(now, kept)))
            yield Edit([self._edited("order", now, now.name, *told)], [_ordered(was.name, list(after))])
        yield from self._led(was, now)  # type: ignore[arg-type] # a table is a question or a first

    def _of_row(self, kind: str, node: Table, row: Row, was: str, now: str) -> Edited:
        if isinstance(node, Question):
            return self._edited(kind, node, node.name, was, now)
        return Edited(
            kind,
            self.own.get(row.arrow.id, row.arrow.id),
            row.arrow.span,
            row.arrow.label or row.arrow.answer,
            was,
            now,
        )

    def _edited(self, kind: str, node: Node | Table, name: str, was: str, now: str) -> Edited:
        return Edited(kind, self.own[name], node.span, node.ask, was, now)


def _default(name: str) -> Make:
    def make(draft: ChartBetween) -> None:
        draft.defaults |= {name}

    return make


def _turned(name: str, arrows: Mapping[str, Arrow]) -> Make:
    """Lead arrows elsewhere, with the words that they have there."""

    def make(draft: ChartBetween) -> None:
        draft.nodes[name] = with_arrows(draft.nodes[name], lambda arrow: arrows.get(arrow.id, arrow))

    return make


def _in_rows(name: str, other: Callable[[tuple[Row, ...]], Iterable[Row]]) -> Make:
    def make(draft: ChartBetween) -> None:
        node = draft.nodes[name]
        assert isinstance(node, Question | First)
        draft.nodes[name] = replace(node, rows=tuple(other(node.rows)))

    return make


def _with_row(name: str, now: Row) -> Make:
    return _in_rows(
        name,
        lambda rows: (replace(row, condition=now.condition) if row.arrow.id == now.arrow.id else row for row in rows),
    )


def _removed(name: str, id_: str) -> Make:
    return _in_rows(name, lambda rows: (row for row in rows if row.arrow.id != id_))


def _ordered(name: str, ids: list[str]) -> Make:
    """Put rows into another order; one that is not in it stays where it is, behind the row before it."""

    def other(rows: tuple[Row, ...]) -> Iterable[Row]:
        kept = iter(sorted((row for row in rows if row.arrow.id in ids), key=lambda row: ids.index(row.arrow.id)))
        return [next(kept) if row.arrow.id in ids else row for row in rows]

    return _in_rows(name, other)


def _added(name: str, now: Table, id_: str) -> Make:
    """Put a new row behind the nearest row that stands before it in the new version."""
    order = [row.arrow.id for row in now.rows]
    new = now.rows[order.index(id_)]

    def other(rows: tuple[Row, ...]) -> Iterable[Row]:
        before = order[: order.index(id_)]
        at = max((number + 1 for number, row in enumerate(rows) if row.arrow.id in before), default=0)
        return (*rows[:at], new, *rows[at:])

    return _in_rows(name, other)


def _rows(table: Table, ids: Iterable[str]) -> Iterator[str]:
    """Name rows in their order."""
    return (row.arrow.id.removeprefix(f"{table.name}.") for row in table.rows if row.arrow.id in ids)


def _called(node: Call) -> tuple[object, ...]:
    return node.callee.digest, *((name, words(term)) for name, term in node.bindings.items())


def _branches(node: FanOut) -> tuple[str, ...]:
    return tuple(arrow.target for arrow in node.branches)


def _asks(node: Node) -> str:
    match node:
        case FanOut():
            return ", ".join(_branches(node))
        case Call():
            # What is bound to the fact of its own name need not be written.
            bound = [f"{name}: {term.span.one_line}" for name, term in node.bindings.items() if spell(term) != name]
            return ", ".join((node.reference, *bound))
        case _:
            return "; ".join(term.span.one_line for term in conditions(node))


def _carries(outcome: Outcome) -> dict[str, tuple[object, str]]:
    """Give what an outcome means and carries, each to be compared and as it is written."""
    told: dict[str, Value | t.Term] = {"recheck": outcome.recheck, **outcome.data}
    carried = {name: (_value(value), _written(value)) for name, value in told.items()}
    return {"notify": (outcome.notify, outcome.notify.value), **carried}


def _value(value: Value | t.Term) -> object:
    return words(value) if isinstance(value, t.Term) else (type(value), value)


def _written(value: Value | t.Term) -> str:
    return value.span.one_line if isinstance(value, t.Term) else write_literal(value)
