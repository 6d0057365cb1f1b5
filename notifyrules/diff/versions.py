"""
Translate two versions of a rule file into formulas over the same facts, and say when their decisions differ.

Both are followed side by side: as long as they ask the same, they are at the same node, so only what lies behind the
first difference has to be compared. Without this the solver would have to find out for itself that the ways before are
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from notifyrules.diff.model import Structure
from notifyrules.diff.shared_facts import SharedFacts, Side, bring_together
from notifyrules.diff.splitting import Edit, split
from notifyrules.evaluation.walk import keeps
from notifyrules.graph.model import Graph
from notifyrules.language.terms import Term
from notifyrules.language.types import join
from notifyrules.language.values import FactValues
from notifyrules.limit import Limit
from notifyrules.solver import (
    ChartFormulas,
    Formula,
    Nearest,
    Solver,
    SolverAnswer,
    Symbol,
    World,
    complete,
    find_witness,
    know_at,
    readers,
    speak,
    translate,
)

WhenChanged: TypeAlias = Mapping[tuple[str, str], Formula]
"""When which outcome becomes which other, or stays and carries something else."""


@dataclass(slots=True)
class Alone:
    """The old version with one edit; the new one where all that was edited is taken for one."""

    edit: Edit
    side: Side
    chart: ChartFormulas
    changes: WhenChanged
    """What the edit changes alone."""
    rest: WhenChanged
    """What the others change then."""


@dataclass(slots=True)
class VersionPair:
    """Two versions in formulas over the same facts, and what lies between them."""

    together: SharedFacts
    structure: Structure
    old: ChartFormulas
    new: ChartFormulas
    solver: Solver
    nearest: Nearest
    """Finds examples near what is usual."""
    other_assumptions: SolverAnswer
    """Whether the versions assume something else."""
    differences: WhenChanged
    alone: Sequence[Alone]

    def find(self, goal: Formula, shows: Callable[[FactValues], bool]) -> FactValues | SolverAnswer:
        """Find readable facts, which either version allows, for which *goal* holds, as *shows* decides by the walk."""
        sides = (self.together.old, self.together.new)

        def confirm(facts: FactValues) -> bool:
            return any(keeps(side.graph, side.facts(facts)) for side in sides) and shows(facts)

        return find_witness(self.nearest, goal, confirm)


def translate_both(old: Graph, new: Graph, structure: Structure, limit: Limit, *, pairs: bool = False) -> VersionPair:
    """Translate two versions, and prepare to ask how they differ; with *pairs* edits are also made two at once."""
    world = World()
    together = bring_together(old, new, world)
    charts = [translate(side.graph, world, side.symbols) for side in (together.old, together.new)]
    assumed = [world.formulas.every(chart.terms.holds(term) for term in chart.graph.assume) for chart in charts]
    rechecks = [speak(chart).recheck.at for chart in charts]
    differences = dict(find_differences(charts, rechecks, structure))
    edits = split(old, new, structure, together.defaults, apart=together.one_type_each, pairs=pairs)
    alone = [
        Alone(edit, together.new, charts[1], differences, {})
        if edit.graph is None
        else _alone(edit, edit.graph, together, structure, (charts, rechecks))
        for edit in edits
    ]
    for side in (together.old, together.new):
        know_at(world, side.facts(together.near))
    complete(world)
    solver = Solver(world, (*together.domain, *together.inputs.items_known()), limit)
    apart = world.formulas.negate(world.formulas.same(*assumed))
    other = SolverAnswer.NO if apart is world.formulas.false else solver.ask(apart)
    # Facts that only one version allows may be real all the same: whoever narrows `assume` must not hide a change.
    solver.grant([assumed[0] if other is SolverAnswer.NO else world.formulas.some(assumed)])
    inputs = together.inputs
    nearest = Nearest(solver, inputs, together.near, readers((old, new)), free=inputs.required(), seen=together.seen)
    return VersionPair(together, structure, charts[0], charts[1], solver, nearest, other, differences, alone)


def _alone(
    edit: Edit,
    graph: Graph,
    together: SharedFacts,
    structure: Structure,
    known: tuple[Sequence[ChartFormulas], Sequence[Symbol]],
) -> Alone:
    """Translate the old version with one edit, and say how it differs from both."""
    ((before, after), (said, says)), old, new = known, together.old, together.new
    moved = {name: new.symbols[name] for name in edit.defaults}
    side = Side(graph, {**new.symbols, **old.symbols, **moved}, {**new.given, **old.given}, {**new.names, **old.names})
    chart = translate(graph, before.world, side.symbols)
    nodes = {was: now for was, now in structure.nodes.items() if was in graph.nodes}
    same = replace(structure, nodes={name: name for name in nodes}, arrows={id_: id_ for id_ in structure.arrows})
    recheck = speak(chart).recheck.at
    changes = dict(find_differences((before, chart), (said, recheck), same))
    rest = dict(find_differences((chart, after), (recheck, says), replace(structure, nodes=nodes)))
    return Alone(edit, side, chart, changes, rest)


def find_differences(
    charts: Sequence[ChartFormulas], rechecks: Sequence[Symbol], structure: Structure
) -> Iterator[tuple[tuple[str, str], Formula]]:
    """Say when two versions decide differently, for each pair of outcomes."""
    formulas = charts[0].world.formulas
    old, new = charts
    versions = SideBySide(old, new, structure)
    versions.follow()
    for was, now, both in versions.pairs():
        if was != now or old.graph.outcomes[was].notify is not new.graph.outcomes[now].notify:
            yield (was, now), both
            continue
        carried = formulas.some((*_data_differs(charts, was), formulas.negate(old.world.symbols.equal(*rechecks))))
        if carried is not formulas.false:
            yield (was, now), charts[0].world.define(formulas.every((both, carried)))


def _data_differs(charts: Sequence[ChartFormulas], outcome: str) -> Iterator[Formula]:
    """Say when an outcome carries something else; data that only one version declares is told apart."""
    symbols = charts[0].world.symbols
    old, new = (chart.graph for chart in charts)
    for name in (name for name in old.data if name in new.data):
        values = [_carried(chart, outcome, name) for chart in charts]
        if join(old.data[name].type, new.data[name].type) is None:
            # No value is of both types, but nothing is nothing.
            values = [Symbol(value.null, None) for value in values]
        yield charts[0].world.formulas.negate(symbols.equal(*values))


def _carried(chart: ChartFormulas, outcome: str, name: str) -> Symbol:
    value = chart.graph.outcomes[outcome].data[name]
    if isinstance(value, Term):
        return chart.terms.value(value)
    return chart.world.symbols.constant(value, chart.graph.data[name].type)


# ---- Side by side ----


@dataclass(slots=True)
class SideBySide:
    """Two versions, followed from their starts."""

    old: ChartFormulas
    new: ChartFormulas
    structure: Structure
    joint: dict[str, list[Formula]] = field(default_factory=dict)
    """When both are at a node that both have, by its old name."""
    together: dict[str, Formula] = field(default_factory=dict)
    """When both reach an outcome of one name without having parted."""
    partings: list[tuple[Formula, str, str]] = field(default_factory=list)
    """When they go different ways, and to which node or outcome the old version goes on, and the new one."""

    def follow(self) -> None:
        """Follow both for as long as they ask the same."""
        world = self.old.world
        self._go(world.formulas.true, self.old.graph.start, self.new.graph.start)
        for name in self.old.graph.order:
            if name not in self.joint:
                continue
            here = world.define(world.formulas.some(self.joint[name]))
            now = self.structure.nodes[name]
            if (answers := self._answers(name, now)) is None:
                self.partings.append((here, name, now))
            for answer, led_to, leads_to in answers or ():
                self._go(world.define(world.formulas.every((here, answer))), led_to, leads_to)

    def _answers(self, was: str, now: str) -> list[tuple[Formula, str, str]] | None:
        """List the ways out of a node, when, and where they lead; None where both do not always answer alike."""
        targets = {arrow.id: arrow.target for arrow in self.new.graph.nodes[now].arrows}
        found = []
        for arrow in self.old.graph.nodes[was].arrows:
            other = self.structure.arrows.get(arrow.id)
            if other not in targets or not self.old.answers[arrow.id].eq(self.new.answers[other]):
                return None
            found.append((self.old.answers[arrow.id], arrow.target, targets[other]))
        return found if len(found) == len(targets) else None

    def _go(self, taken: Formula, led_to: str, leads_to: str) -> None:
        formulas = self.old.world.formulas
        if self.structure.nodes.get(led_to) == leads_to:
            self.joint.setdefault(led_to, []).append(taken)
        elif led_to == leads_to and led_to in self.old.graph.outcomes and led_to in self.new.graph.outcomes:
            self.together[led_to] = formulas.some((self.together.get(led_to, formulas.false), taken))
        elif taken is not formulas.false:
            self.partings.append((taken, led_to, leads_to))

    def pairs(self) -> Iterator[tuple[str, str, Formula]]:
        """Say when which outcome of the old version stands against which of the new one."""
        formulas = self.old.world.formulas
        ways = {(outcome, outcome): [taken] for outcome, taken in self.together.items()}
        for parted, old, new in self.partings:
            for was, before in self.old.ends_from(old).items():
                for now, after in self.new.ends_from(new).items():
                    way = formulas.every((parted, before, after))
                    if way is not formulas.false:
                        ways.setdefault((was, now), []).append(way)
        for (was, now), listed in ways.items():
            yield was, now, self.old.world.define(formulas.some(listed))
