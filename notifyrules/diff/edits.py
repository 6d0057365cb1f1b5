"""
Say of each edit what it does: which question answers otherwise, for whom, and where they go on to.

What lies before the question and behind it is not described: who gets there is told by the questions that they answer,
where they end by examples. That is why it is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from notifyrules.diff.cover import Describer
from notifyrules.diff.features import features_asked
from notifyrules.diff.model import (
    Answered,
    Clause,
    Example,
    Interplay,
    Reworder,
    ToldEdit,
    change_of,
    decide,
    differ,
)
from notifyrules.diff.shared_facts import Side, given
from notifyrules.diff.versions import Alone, VersionPair, WhenChanged, translate_both
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import QUESTION_MARKS
from notifyrules.graph.model import Arrow, FanOut, First, Graph, Node, Table
from notifyrules.language.terms import Term
from notifyrules.language.types import Basic
from notifyrules.language.values import FactValues
from notifyrules.solver import Formula, SolverAnswer

_CLAUSES = 3
"""Alternatives that are told of one question."""
_REWORDED = 4
"""Changes of words that are told of one edit."""

_Shows: TypeAlias = Callable[[Record, Record, FactValues], bool]
"""Says whether what two versions decide for some facts shows something."""


def tell_edits(versions: VersionPair, watch: Callable[[str], None]) -> tuple[tuple[ToldEdit, ...], Interplay | None]:
    """Say what each edit does alone, and how they act on each other."""
    teller = _Teller(versions)
    told = []
    for number, alone in enumerate(versions.alone, 1):
        watch(f"edit {number}")
        told.append(teller.tell(alone))
    if len(told) < 2:  # noqa: PLR2004 - it takes two
        return tuple(told), None
    watch("how they act on each other")
    return tuple(told), teller.interplay()


def show_changes(
    versions: VersionPair, edits: Iterable[ToldEdit], watch: Callable[[str], None]
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Show each change of a decision once, those that edits show already as they do; name what stays open."""
    teller, together = _Teller(versions), versions.together
    digest = versions.new.graph.digest
    known = {one.change: one for edit in edits for one in edit.examples if one.after.digest == digest}
    found: list[Example] = []
    left: list[str] = []
    for pair in teller.possible(versions.differences):
        old, new = versions.old.graph.outcomes[pair[0]], versions.new.graph.outcomes[pair[1]]
        change = change_of(old.name, old.notify, new.name, new.notify)
        watch(change)
        shown = known.get(change) or teller.change(together.new, versions.differences[pair], pair)
        if isinstance(shown, Example):
            found.append(shown)
        elif shown is SolverAnswer.UNKNOWN:
            left.append(change)
    return tuple(found), tuple(left)


@dataclass(slots=True)
class _Teller:
    versions: VersionPair

    def tell(self, alone: Alone) -> ToldEdit:
        """Say what an edit does alone."""
        examples: list[Example] = []
        left: list[str] = []
        for pair in self.possible(alone.changes):
            found = self.change(alone.side, alone.changes[pair], pair)
            if isinstance(found, Example):
                examples.append(found)
            elif found is SolverAnswer.UNKNOWN:
                old, new = self.versions.old.graph.outcomes[pair[0]], alone.side.graph.outcomes[pair[1]]
                left.append(change_of(old.name, old.notify, new.name, new.notify))
        answers: list[Answered] = []
        reworded: list[Reworder] = []
        if alone.edit.graph is not None:
            answers += [*self._let(alone), *self._answers(alone)]
            reworded += () if examples or left else self._reworded(alone)
        reached = tuple(_reached(self.versions.old.graph, alone.edit.turned)) if alone.edit.turned else ()
        edited = tuple(alone.edit.edited)
        return ToldEdit(edited, tuple(answers), tuple(examples), tuple(left), tuple(reworded), reached)

    def possible(self, changes: WhenChanged) -> list[tuple[str, str]]:
        """List the changes that are not excluded."""
        answers = self.versions.solver.sort_out(changes)
        return [pair for pair, answer in answers.items() if answer is not SolverAnswer.NO]

    def interplay(self) -> Interplay:
        """Say how edits act on each other: what changes alone and not together, and the other way round."""
        versions, formulas = self.versions, self.versions.solver.world.formulas
        new, sides = versions.together.new, [one.side for one in versions.alone]
        changed = formulas.some(versions.differences.values())
        alone = [formulas.some(one.changes.values()) for one in versions.alone]

        def together(before: Record, after: Record, values: FactValues) -> bool:
            return differ(before, after) and not any(differ(before, _decided(side, values)) for side in sides)

        def cancelled(before: Record, after: Record, values: FactValues) -> bool:
            return differ(before, after) and not differ(before, _decided(new, values))

        def elsewhere(before: Record, after: Record, values: FactValues) -> bool:
            now = _decided(new, values)
            return differ(before, after) and differ(before, now) and differ(after, now)

        only = self._example(new, formulas.every((changed, *map(formulas.negate, alone))), together)
        gone: list[tuple[int, Example | SolverAnswer]] = []
        other: list[tuple[int, Example | SolverAnswer]] = []
        for number, (one, moves) in enumerate(zip(versions.alone, alone, strict=True), 1):
            gone.append((number, self._example(one.side, formulas.every((moves, formulas.negate(changed))), cancelled)))
            rest = formulas.some(one.rest.values())
            other.append((number, self._example(one.side, formulas.every((moves, changed, rest)), elsewhere)))
        numbers = tuple(range(1, len(alone) + 1))
        joint: list[tuple[tuple[int, ...], Example | SolverAnswer]] = [(numbers, only)]
        if isinstance(only, Example) and len(alone) > 2:  # noqa: PLR2004 - two are a pair already
            paired = translate_both(
                versions.old.graph, versions.new.graph, versions.structure, versions.solver.limit, pairs=True
            )
            joint = list(_Teller(paired).joint(numbers))
        found = [example for _, example in (*joint, *gone, *other)]
        return Interplay(
            SolverAnswer.UNKNOWN not in found,
            tuple((which, one) for which, one in joint if isinstance(one, Example)),
            tuple((number, one) for number, one in gone if isinstance(one, Example)),
            tuple((number, one) for number, one in other if isinstance(one, Example)),
        )

    def joint(self, numbers: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Example | SolverAnswer]]:
        """Say which two edits move somebody whom no edit moves alone, and whether it takes all for others."""
        versions, formulas = self.versions, self.versions.solver.world.formulas
        single = [one for one in versions.alone if not one.edit.numbers]
        pairs = [one for one in versions.alone if one.edit.numbers]
        changed = formulas.some(versions.differences.values())
        only = [changed, *(formulas.negate(formulas.some(one.changes.values())) for one in single)]
        moves = [formulas.some(one.changes.values()) for one in pairs]

        def shows(before: Record, after: Record, values: FactValues, pair: Sequence[Alone], still: int) -> bool:
            moved = sum(differ(before, _decided(one.side, values)) for one in pair)
            return (
                differ(before, after)
                and moved == still
                and not any(differ(before, _decided(one.side, values)) for one in single)
            )

        for one, moved in zip(pairs, moves, strict=True):
            goal = formulas.every((*only, moved))
            yield one.edit.numbers, self._example(versions.together.new, goal, partial(shows, pair=[one], still=1))
        rest = formulas.every((*only, *map(formulas.negate, moves)))
        yield numbers, self._example(versions.together.new, rest, partial(shows, pair=pairs, still=0))

    # ---- Examples ----

    def change(self, side: Side, goal: Formula, pair: tuple[str, str]) -> Example | SolverAnswer:
        """Show one change from the old version to another."""
        return self._example(
            side, goal, lambda before, after, _: (before.outcome, after.outcome) == pair and differ(before, after)
        )

    def _example(self, side: Side, goal: Formula, shows: _Shows) -> Example | SolverAnswer:
        """Find facts that the old version and another decide so that it shows something."""
        together = self.versions.together
        found = self.versions.find(
            goal, lambda values: shows(_decided(together.old, values), _decided(side, values), values)
        )
        if isinstance(found, SolverAnswer):
            return found
        before, after, now = (_decided(one, found) for one in (together.old, side, together.new))
        # Other edits may have changed words on the way.
        after = now if not differ(after, now) else after
        return Example(given(together, found), before, after)

    # ---- Questions that answer otherwise ----

    def _answers(self, alone: Alone) -> Iterator[Answered]:
        """Find the questions that answer otherwise among those who reach them; a fan-out only follows its branches."""
        solver, formulas = self.versions.solver, self.versions.solver.world.formulas
        changed = formulas.some(alone.changes.values())
        for one in self._ways(alone):
            whole = formulas.every((one.among, one.inside))
            if whole is formulas.false or solver.ask(whole) is SolverAnswer.NO:
                continue
            where: tuple[Clause, ...] = ()
            exact = False
            if alone.edit.let is None:
                outside = formulas.every((one.among, formulas.negate(one.inside)))
                where, exact = self._where(alone, one.asked, whole, outside)
            moves = solver.ask(whole, changed) is not SolverAnswer.NO
            reached = tuple(_reached(self.versions.old.graph, one.asked[0].name))
            yield Answered(one.what, one.ask, one.was, one.now, where, exact, one.below, reached, moves)

    def _ways(self, alone: Alone) -> Iterator[_OtherWay]:
        """List the ways in which questions may answer otherwise."""
        formulas = self.versions.solver.world.formulas
        old, new = self.versions.old, alone.chart
        for was, now in self._both(alone):
            reach = formulas.every((old.met[was.name], new.met[was.name]))
            called = self.versions.structure.nodes.get(was.name, was.name)
            rows = [row.arrow.id for row in now.rows] if isinstance(now, Table) else []
            if isinstance(was, Table) and isinstance(now, Table) and rows == [row.arrow.id for row in was.rows]:
                for row, other in zip(was.rows, now.rows, strict=True):
                    before, after = old.terms.holds(row.condition), new.terms.holds(other.condition)
                    if not before.eq(after):
                        what, ask, yes, no = called, was.ask, _word(row.arrow), _word(was.otherwise)
                        if isinstance(was, First):
                            what = self.versions.structure.arrows.get(row.arrow.id, row.arrow.id)
                            ask, yes, no = yes, "Yes", "No"
                        below = row is not was.rows[0]
                        gains = formulas.every((after, formulas.negate(before)))
                        yield _OtherWay((was, now), what, ask, no, yes, reach, gains, below)
                        loses = formulas.every((before, formulas.negate(after)))
                        yield _OtherWay((was, now), what, ask, yes, no, reach, loses, below)
                    reach = formulas.every((reach, formulas.negate(before), formulas.negate(after)))
                continue
            for one, to in self._pairs(alone, was, now):
                inside = formulas.every((old.answers[one.id], new.answers[to.id]))
                yield _OtherWay((was, now), called, was.ask, _word(one), _word(to), reach, inside, below=False)

    def _both(self, alone: Alone) -> Iterator[tuple[Node, Node]]:
        """Give the questions that both versions have; a fan-out only follows its branches."""
        for name in self.versions.old.graph.order:
            was, now = self.versions.old.graph.nodes[name], alone.chart.graph.nodes.get(name)
            if name in alone.chart.met and now is not None and not isinstance(was, FanOut) and was.kind == now.kind:
                yield was, now

    def _pairs(self, alone: Alone, was: Node, now: Node) -> Iterator[tuple[Arrow, Arrow]]:
        """Give the arrows that a question may answer with before, each with those that it may answer with now."""
        old, new = self.versions.old.answers, alone.chart.answers
        for one in was.arrows:
            if one.id not in new or not old[one.id].eq(new[one.id]):
                yield from ((one, other) for other in now.arrows if other.id != one.id)

    def _let(self, alone: Alone) -> Iterator[Answered]:
        """Say where a let that is true or false is otherwise."""
        if alone.edit.let is None or alone.edit.let[0].type.base is not Basic.BOOL:
            return
        formulas, solver = self.versions.solver.world.formulas, self.versions.solver
        before = self.versions.old.terms.holds(alone.edit.let[0])
        after = alone.chart.terms.holds(alone.edit.let[1])
        for words, true, false in ((("false", "true"), after, before), (("true", "false"), before, after)):
            inside = formulas.every((true, formulas.negate(false)))
            if solver.ask(inside) is not SolverAnswer.NO:
                where, exact = self._where(alone, alone.edit.let, inside, formulas.negate(inside))
                yield Answered(alone.edit.edited[0].what, "", *words, where, exact, below=False, reached=(), moves=True)

    def _where(
        self, alone: Alone, asked: tuple[Node | Term, Node | Term], inside: Formula, outside: Formula
    ) -> tuple[tuple[Clause, ...], bool]:
        """Say shortly for which facts something is so, and whether for all of these."""
        together, solver = self.versions.together, self.versions.solver
        pairs = zip((together.old, alone.side), asked, strict=True)
        describer = Describer(solver, features_asked(together, solver.world, pairs, alone.edit.defaults))
        cover = describer.cover(inside, outside)
        exact = cover.complete and len(cover.cubes) <= _CLAUSES
        return tuple(
            Clause(
                describer.tell(cube), describer.flagged(cube, left_out=True), describer.flagged(cube, left_out=False)
            )
            for cube in (sorted(cover.cubes, key=len) if exact else [describer.common(inside)])
        ), exact

    # ---- Words ----

    def _reworded(self, alone: Alone) -> Iterator[Reworder]:
        """Find whose decision stays and is told in other words, by the arrows that they take now."""
        formulas, old, new = self.versions.solver.world.formulas, self.versions.old, alone.chart
        found = 0
        for was, now in self._both(alone):
            reach = formulas.every((old.passed[was.name], new.passed[was.name]))
            for one, other in self._pairs(alone, was, now):
                if found >= _REWORDED or _said(one) == _said(other):
                    continue
                inside = formulas.every((old.answers[one.id], new.answers[other.id]))
                goal = formulas.every((reach, inside))
                example = self._example(alone.side, goal, lambda before, after, _: before.because != after.because)
                if isinstance(example, Example):
                    found += 1
                    outside = formulas.every((reach, formulas.negate(inside)))
                    yield Reworder(self._where(alone, (was, now), goal, outside)[0], example)


@dataclass(frozen=True, slots=True)
class _OtherWay:
    """A way in which a question may answer otherwise."""

    asked: tuple[Node, Node]
    what: str
    ask: str
    was: str
    now: str
    among: Formula
    """The facts that reach it."""
    inside: Formula
    below: bool


def _decided(side: Side, values: FactValues) -> Record:
    return decide(side.graph, side.facts(values))


def _word(arrow: Arrow) -> str:
    return arrow.label or arrow.answer


def _said(arrow: Arrow) -> str | None:
    return None if arrow.because is None else arrow.because.written(lambda message: message.written)


def _reached(graph: Graph, name: str) -> Iterator[str]:
    """Give the questions and answers of the arrows that every way to a node takes."""
    taken: dict[str, tuple[str, ...]] = {graph.start: ()}
    for node in graph.order:
        for arrow in graph.nodes[node].arrows:
            way = (*taken[node], arrow.id)
            known = taken.get(arrow.target)
            taken[arrow.target] = way if known is None else tuple(one for one in known if one in way)
    for id_ in taken.get(name, ()):
        arrow = graph.arrows[id_]
        ask = graph.nodes[arrow.node].ask
        yield f"{ask}{' ' if ask.endswith(QUESTION_MARKS) else ': '}{_word(arrow)}"
