"""Edit small charts at random: what is told of each edit is what all facts that can be given show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from notifyrules.diff.edits import tell_edits
from notifyrules.diff.model import Answered, Clause, Interplay, ToldEdit, decide, differ
from notifyrules.diff.shared_facts import Side, left_out
from notifyrules.diff.structure import match
from notifyrules.diff.versions import Alone, VersionPair, translate_both
from notifyrules.errors import RulesError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import passed
from notifyrules.graph.model import FanOut, First
from notifyrules.language.evaluator import evaluate
from notifyrules.language.terms import Term
from notifyrules.language.values import Value
from notifyrules.limit import Limit
from notifyrules.rules import load
from tests.property.edited_charts import Version, all_asked, edited, save, version
from tests.property.small_charts import EXACT, dice
from tests.property.test_diff_laws import read

pytestmark = pytest.mark.slow

SEEDS = [*range(24), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(24, 600))]


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts, and what is decided for them before, now and with each edit alone."""

    values: Mapping[str, Value]
    old: Record
    new: Record
    alone: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Edits:
    """Two versions, what is told of the edits between them, and all that can be asked."""

    versions: VersionPair
    told: tuple[ToldEdit, ...]
    interplay: Interplay | None
    asked: list[Asked]
    terms: Mapping[str, Term]
    """The conditions that are told, read again as a rule file would be."""

    def pairs(self) -> Iterator[tuple[int, Alone, ToldEdit]]:
        """Give the edits that were made alone."""
        for number, (alone, told) in enumerate(zip(self.versions.alone, self.told, strict=True)):
            if alone.edit.graph is not None:
                yield number, alone, told

    def meets(self, clauses: tuple[Clause, ...], asked: Asked) -> bool:
        """Tell whether facts are those of one of some clauses."""
        return any(
            all(asked.values.get(left_out(name)) is True for name in one.left_out)
            and not any(asked.values.get(left_out(name)) is True for name in one.given)
            and evaluate(self.terms[condition(one)], asked.values, {}) is True
            for one in clauses
        )

    def answers(self, one: Answered, alone: Alone, record: Record, asked: Asked) -> tuple[str, str] | None:
        """Give what a question, or a row, answered before and answers with an edit; None where it is not asked."""
        structure = self.versions.structure
        old = self.versions.together.old
        nodes, arrows = ({now: was for was, now in known.items()} for known in (structure.nodes, structure.arrows))
        row = arrows.get(one.what, one.what)
        if row in old.graph.arrows:
            name = old.graph.arrows[row].node
            if name not in _answered(asked.old) or name not in _answered(record):
                return None
            return _row(name, (old, alone.side), row, asked)
        name = nodes.get(one.what, one.what)
        if name not in _answered(asked.old) or name not in _answered(record):
            return None
        before, after = old.graph.arrows[_answered(asked.old)[name]], alone.side.graph.arrows[_answered(record)[name]]
        return before.label or before.answer, after.label or after.answer


def condition(clause: Clause) -> str:
    """Write the conditions of a clause as one."""
    return " and ".join(clause.conditions) or "true"


def _answered(record: Record) -> dict[str, str]:
    """Give the arrows taken from all questions that were asked, be it in vain."""
    return {step.node: step.arrow for step in passed(record.passage.steps)}


def _row(name: str, sides: tuple[Side, Side], row: str, asked: Asked) -> tuple[str, str] | None:
    """Tell whether a row holds before and with an edit; None where one above does."""
    told: list[str] = []
    for side in sides:
        node = side.graph.nodes[name]
        assert isinstance(node, First)
        for one in node.rows:
            holds = evaluate(one.condition, side.facts(asked.values), {}) is True
            if one.arrow.id == row:
                told.append("Yes" if holds else "No")
                break
            if holds:
                return None
    return told[0], told[1]


def drawn(seed: int, folder: Path) -> Edits:
    """Draw a chart and edit it, until both versions are rule files."""
    random = dice(seed)
    while True:
        before = version(random, kinds=EXACT)
        after = edited(random, before, random.choice((1, 2, 3)))
        try:
            save(before, folder / "old")
            save(after, folder / "new")
        except RulesError:
            continue
        return told(folder, before, after)


def told(folder: Path, before: Version, after: Version) -> Edits:
    """Tell the edits between two versions, and try all facts."""
    old, new = (load(folder / name / "small.yaml").graph for name in ("old", "new"))
    versions = translate_both(old, new, match(old, new), Limit(120))
    edits, interplay = tell_edits(versions, lambda _: None)
    names = dict.fromkeys((*old.facts, *new.facts))
    kinds = {name: (before.chart.facts.get(name), after.chart.facts.get(name)) for name in names}
    asked = []
    sides = (versions.together.old, versions.together.new, *(one.side for one in versions.alone))
    for one in all_asked(old, new, kinds):
        values = {**one.values, **{left_out(name): True for name in one.left_out}}
        first, second, *alone = (decide(side.graph, side.facts(values)) for side in sides)
        asked.append(Asked(values, first, second, tuple(alone)))
    conditions = {condition(clause) for edit in edits for answered in edit.answers for clause in answered.where}
    lets = {**after.lets, **before.lets} if conditions else {}
    return Edits(versions, edits, interplay, asked, read(folder, old, new, sorted(conditions), lets))


@pytest.fixture(params=SEEDS, scope="module")
def edits(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Edits:
    """Tell the edits between a chart and what became of it."""
    return drawn(request.param, tmp_path_factory.mktemp("edits"))


class TestEdits:
    def test_what_is_told_is_what_occurs(self, edits: Edits) -> None:
        """The changes that an edit is said to make alone are all that it makes; nothing is left open."""
        for number, (edit, _) in enumerate(zip(edits.told, edits.versions.alone, strict=True)):
            met = {
                (asked.old.outcome, asked.alone[number].outcome)
                for asked in edits.asked
                if differ(asked.old, asked.alone[number])
            }

            assert {(one.before.outcome, one.after.outcome) for one in edit.examples} == met
            assert edit.open == ()

    def test_where_a_question_answers_otherwise(self, edits: Edits) -> None:
        """Among the facts that reach it, all for which it answers so are told, and no others where that is said."""
        for number, alone, edit in edits.pairs():
            for one in edit.answers:
                if not one.where or not one.ask:
                    continue
                for asked in edits.asked:
                    answers = edits.answers(one, alone, asked.alone[number], asked)
                    if answers == (one.was, one.now):
                        assert edits.meets(one.where, asked), (one, asked.values)
                    elif answers is not None and one.exact:
                        assert not edits.meets(one.where, asked), (one, asked.values)

    def test_every_question_that_answers_otherwise_is_told(self, edits: Edits) -> None:
        """Where a question has another answer with an edit alone, that is told, and told of no other."""
        nodes = edits.versions.structure.nodes
        for number, alone, edit in edits.pairs():
            told = {one.what.partition(".")[0] for one in edit.answers if one.ask}
            met = set()
            for asked in edits.asked:
                before, after = _answered(asked.old), _answered(asked.alone[number])
                met |= {name for name in before if name in after and before[name] != after[name]}
            old = edits.versions.together.old.graph.nodes
            new = alone.side.graph.nodes
            questions = {name for name in met if not isinstance(old[name], FanOut) and old[name].kind == new[name].kind}

            assert {nodes.get(name, name) for name in questions} <= told

    def test_how_edits_act_on_each_other(self, edits: Edits) -> None:
        """What only happens together, and what happens alone and not together, is told, and nothing else."""
        found = edits.interplay
        if found is None:
            return
        moved = [[differ(asked.old, one) for one in asked.alone] for asked in edits.asked]
        joint = [differ(asked.old, asked.new) for asked in edits.asked]
        numbers = range(len(edits.told))
        cancelled = {n + 1 for n in numbers if any(m[n] and not j for m, j in zip(moved, joint, strict=True))}
        elsewhere = {
            n + 1
            for n in numbers
            for asked, m, j in zip(edits.asked, moved, joint, strict=True)
            if m[n] and j and differ(asked.alone[n], asked.new)
        }

        assert found.proved
        assert bool(found.only_together) is any(j and not any(m) for m, j in zip(moved, joint, strict=True))
        assert {number for number, _ in found.cancelled} == cancelled
        assert {number for number, _ in found.elsewhere} == elsewhere

    def test_one_edit_is_all_there_is(self, edits: Edits) -> None:
        """Where one edit is told, it alone makes the new version."""
        if len(edits.told) == 1:
            assert not any(differ(asked.alone[0], asked.new) for asked in edits.asked)
