"""Laws of comparing two versions: what is told of small charts is what trying all facts on both of them finds."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import MappingProxyType

import pytest

from notifyrules.compiled.facts_reader import FactsReader
from notifyrules.compiled.partial import UNKNOWN
from notifyrules.diff.compare import compare
from notifyrules.diff.model import Finding, Region, VersionComparison
from notifyrules.diff.report import chart_changes
from notifyrules.errors import FactsError, RulesError
from notifyrules.graph.model import Graph
from notifyrules.language.evaluator import evaluate
from notifyrules.language.terms import Junction, Term
from notifyrules.language.types import Type, join
from notifyrules.limit import Limit
from notifyrules.rules import load
from tests.property.edited_charts import (
    TYPES,
    Asked,
    Decision,
    Version,
    all_asked,
    edited,
    renamed,
    reworded,
    save,
    swept,
    version,
)
from tests.property.small_charts import EXACT, VALUES, dice

pytestmark = pytest.mark.slow

SEEDS = [*range(24), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(24, 600))]
_EITHER = re.compile(r" \((before|now)\)")


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions, what is told of them, and all that can be asked of them."""

    before: Version
    after: Version
    old: Graph
    new: Graph
    told: VersionComparison
    asked: list[Asked]
    terms: Mapping[str, Term]
    """The conditions that are told, read again as a rule file would be."""

    def meets(self, condition: str, asked: Asked) -> bool:
        """Tell whether facts are those of a condition."""
        values = {readable(name): value for name, value in asked.values.items()}
        return evaluate(self.terms[condition], values, {}) is True

    def inside(self, region: Region, asked: Asked) -> bool:
        """Tell whether facts are those of a region."""
        return (
            set(region.left_out) <= asked.left_out
            and not set(region.given) & asked.left_out
            and self.meets(region.condition, asked)
        )

    def without(self, region: Region, number: int, asked: Asked) -> bool:
        """Tell whether facts would be those of a region if one of its conditions were left out."""
        values = {readable(name): value for name, value in asked.values.items()}
        term = self.terms[region.condition]
        parts = term.items if isinstance(term, Junction) and term.every else (term,)
        rest = [part for at, part in enumerate(parts) if at != number]
        with contextlib.suppress(TypeError):
            if not all(evaluate(part, values, {}) is True for part in rest):
                return False
        return set(region.left_out) <= asked.left_out and not set(region.given) & asked.left_out

    def shows(self, region: Region, asked: Asked) -> bool:
        """Tell whether facts are those of the example of a region."""
        names = {re.sub(_EITHER, "", name) for name in (*self.old.facts, *self.new.facts)}
        absent = names - {re.sub(_EITHER, "", name) for name in region.facts}
        return absent == asked.left_out and all(asked.values[name] == value for name, value in region.facts.items())


def within(told: VersionComparison) -> str:
    """Write what all changes are within as one condition."""
    return " and ".join(told.within) or "true"


def readable(words: str) -> str:
    """Call facts of another type in either version so that a rule file can."""
    return _EITHER.sub(r"__\1", words)


def compared(folder: Path, before: Version, after: Version) -> Compared:
    """Compare two versions, and try all facts."""
    old, new = (load(folder / name / "small.yaml").graph for name in ("old", "new"))
    told = compare(old, new, Limit(120), lambda _: None, regions=True)
    names = dict.fromkeys((*old.facts, *new.facts))
    kinds = {name: (before.chart.facts.get(name), after.chart.facts.get(name)) for name in names}
    conditions = dict.fromkeys((within(told), *(region.condition for region in told.regions)))
    return Compared(
        before, after, old, new, told, list(all_asked(old, new, kinds)), read(folder, old, new, list(conditions))
    )


def read(
    folder: Path, old: Graph, new: Graph, conditions: list[str], named: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Term]:
    """Read conditions as a rule file that has the facts of both versions, and some conditions that are named."""
    facts: dict[str, Type] = {}
    for name in dict.fromkeys((*old.facts, *new.facts)):
        types = [graph.facts[name].type for graph in (old, new) if name in graph.facts]
        shared = join(types[0], types[-1])
        if shared is not None:
            # Only values of both are compared.
            shared = replace(shared, nullable=types[0].nullable and types[-1].nullable)
        facts |= {f"{name}__before": types[0], f"{name}__now": types[-1]} | ({} if shared is None else {name: shared})
    lines = [f"  {name}: {quoted(str(kind))}\n" for name, kind in facts.items()]
    lets = [f"  {name}: {quoted(one)}\n" for name, one in named.items()]
    lets += [f"  told{number}: {quoted(readable(one))}\n" for number, one in enumerate(conditions)]
    file = folder / "conditions.yaml"
    file.write_text(
        f"notifyrules: 1\nfacts:\n{''.join(lines)}let:\n  always: true\n{''.join(lets)}"
        "flow: {q: {if: true, then: 'yes', else: 'no'}}\noutcomes: {'yes': {notify: true}, 'no': {notify: false}}\n",
        "utf-8",
    )
    found = load(file).graph.lets
    terms = {one: found[f"told{number}"].term for number, one in enumerate(conditions)}
    return {one: term for one, term in terms.items() if term is not None}


def quoted(text: str) -> str:
    """Write a text as YAML holds any."""
    return "'" + text.replace("'", "''") + "'"


def pair(seed: int, folder: Path, kinds: tuple[str, ...]) -> Compared:
    """Draw a chart and edit it, until both versions are rule files."""
    random = dice(seed)
    while True:
        before = version(random, kinds=kinds)
        after = edited(random, before)
        try:
            save(before, folder / "old")
            save(after, folder / "new")
        except RulesError:
            continue
        return compared(folder, before, after)


@pytest.fixture(params=SEEDS, scope="module")
def exact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """Compare a chart with what became of it, asking only what the solver knows all about."""
    return pair(request.param, tmp_path_factory.mktemp("exact"), EXACT)


class TestExact:
    def test_equivalent_is_what_no_facts_tell_apart(self, exact: Compared) -> None:
        """Either it is proved that nothing changes, or something does; nothing is left undecided."""
        changes = {asked.change for asked in exact.asked} - {None}

        assert exact.told.finding is (Finding.CHANGED if changes else Finding.EQUIVALENT)
        assert set(exact.told.changes) == changes
        assert exact.told.open == ()
        assert exact.told.complete

    def test_who_is_refused_now_is_told(self, exact: Compared) -> None:
        """Where some caller, who may leave facts out, was decided and is not any more, that is told, and only there."""
        was, now = (FactsReader(graph.facts) for graph in (exact.old, exact.new))
        kinds = exact.before.chart.facts
        given = (
            {name: value for name, value in zip(kinds, values, strict=True) if value is not UNKNOWN}
            for values in product(*((*TYPES[kind], UNKNOWN) for kind in kinds.values()))
        )
        refused = any(takes(was, facts) and not takes(now, facts) for facts in given)

        assert refused is ("facts:refused" in exact.told.lost)

    def test_exact_regions_hold_what_changes_and_nothing_else(self, exact: Compared) -> None:
        """All facts of an exact region change as it is told."""
        for region in exact.told.regions:
            if region.exact:
                met = {asked.change for asked in exact.asked if exact.inside(region, asked)}

                assert met == {region.change}, region.condition

    def test_what_changes_is_in_a_region(self, exact: Compared) -> None:
        """All facts that change are those of a region of their change, be it exact or not."""
        for asked in exact.asked:
            if asked.change is not None:
                mine = [region for region in exact.told.regions if region.change == asked.change]

                assert any(exact.inside(region, asked) for region in mine), asked

    def test_what_is_told_of_all_changes_holds_for_all(self, exact: Compared) -> None:
        """What all changes are said to be within holds for all facts that change."""
        changing = [asked for asked in exact.asked if asked.change is not None]

        assert all(exact.meets(within(exact.told), asked) for asked in changing)

    def test_reasons_are_all_there_are(self, exact: Compared) -> None:
        """The reasons of an exact region are those of its facts, on either side."""
        for region in exact.told.regions:
            if region.exact:
                inside = [asked for asked in exact.asked if exact.inside(region, asked)]

                assert set(region.reasons_before) == {reason(asked.before) for asked in inside}
                assert set(region.reasons_after) == {reason(asked.after) for asked in inside}

    def test_nothing_that_is_told_could_be_left_out(self, exact: Compared) -> None:
        """Drop any condition of an exact region, and it holds facts that do not change so, or for other reasons."""
        for region in exact.told.regions:
            others = [asked for asked in exact.asked if not is_told(region, asked)]
            for number, left_out in enumerate(region.conditions if region.exact else ()):
                # A test for null may only be there for the words behind it, which mean nothing without.
                guarded = left_out.removesuffix(" is not null")
                if guarded == left_out or not any(guarded in one for one in region.conditions[number + 1 :]):
                    assert any(exact.without(region, number, asked) for asked in others), left_out

    def test_examples_show_their_region(self, exact: Compared) -> None:
        """The facts of an example are those of its region, and are decided as told by the reference walk."""
        for region in exact.told.regions:
            met = [asked for asked in exact.asked if exact.shows(region, asked)]

            assert met, region
            for asked in met:
                assert exact.inside(region, asked)
                assert (region.before.passage, region.after.passage) == (asked.before.passage, asked.after.passage)
                assert (region.before.data, region.after.data) == (asked.before.data, asked.after.data)
                assert region.reasons_before[0] == region.before.reason == reason(asked.before)
                assert region.reasons_after[0] == region.after.reason == reason(asked.after)


@pytest.fixture(params=SEEDS, scope="module")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """Compare a chart with what became of it, asking also about texts and lists."""
    return pair(request.param, tmp_path_factory.mktemp("opened"), tuple(VALUES))


class TestOpen:
    def test_nothing_false_is_proved(self, opened: Compared) -> None:
        """Facts that change make a change that is shown or left open, never one that is excluded."""
        assert {asked.change for asked in opened.asked} - {None} <= set(opened.told.changes)
        assert (opened.told.finding is Finding.EQUIVALENT) is (opened.told.changes == ())

    def test_exact_regions_hold_nothing_else(self, opened: Compared) -> None:
        """All facts of an exact region change as it is told."""
        for region in opened.told.regions:
            if region.exact:
                met = {asked.change for asked in opened.asked if opened.inside(region, asked)}

                assert met <= {region.change}, region.condition

    def test_what_changes_is_in_a_region_or_left_open(self, opened: Compared) -> None:
        """Of a change of which nothing is left open, all facts are those of a region."""
        for asked in opened.asked:
            if asked.change is not None and asked.change not in opened.told.open:
                mine = [region for region in opened.told.regions if region.change == asked.change]

                assert any(opened.inside(region, asked) for region in mine), asked

    def test_what_is_told_of_all_changes_holds_for_all(self, opened: Compared) -> None:
        """What all changes are said to be within holds for all facts that change."""
        changing = [asked for asked in opened.asked if asked.change is not None]

        assert all(opened.meets(within(opened.told), asked) for asked in changing)


class TestNoChange:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_version_is_what_it_is(self, seed: int, tmp_path: Path) -> None:
        """Compared with itself, nothing changes at all."""
        same = version(dice(seed), kinds=tuple(VALUES))
        told = written(tmp_path, same, same).told

        assert told.finding is Finding.EQUIVALENT
        assert (told.regions, told.open, told.within, told.inputs) == ((), (), (), ())
        assert list(chart_changes(told.structure)) == []

    @pytest.mark.parametrize("seed", SEEDS)
    def test_other_names_and_words_are_no_changes_of_decisions(self, seed: int, tmp_path: Path) -> None:
        """Nodes that are renamed and questions that are reworded are told apart, and as nothing else."""
        before = swept(version(dice(seed), kinds=tuple(VALUES)))
        told = written(tmp_path, before, renamed(before)).told
        names = {name: f"{name}_renamed" for name in before.chart.nodes}

        assert told.finding is Finding.EQUIVALENT
        assert told.structure.renamed == names
        assert {kind for kind, _ in chart_changes(told.structure)} == {"renamed"}

    @pytest.mark.parametrize("seed", SEEDS)
    def test_other_questions_are_no_changes_of_decisions(self, seed: int, tmp_path: Path) -> None:
        """Questions in other words are listed with what they say now."""
        before = swept(version(dice(seed), kinds=tuple(VALUES)))
        told = written(tmp_path, before, reworded(before)).told

        assert told.finding is Finding.EQUIVALENT
        assert {kind for kind, _ in chart_changes(told.structure)} == {"reworded"}
        assert {one.what for one in told.structure.reworded} == set(before.chart.nodes)


def written(folder: Path, before: Version, after: Version) -> Compared:
    """Compare two versions that are rule files."""
    save(before, folder / "old")
    save(after, folder / "new")
    return compared(folder, before, after)


def takes(reader: FactsReader, facts: Mapping[str, object]) -> bool:
    """Tell whether facts are valid; those that are not declared are passed over."""
    try:
        reader.read(facts, extras="ignore")
    except FactsError:
        return False
    return True


def is_told(region: Region, asked: Asked) -> bool:
    """Tell whether facts change as those of a region do."""
    reasons = reason(asked.before) in region.reasons_before and reason(asked.after) in region.reasons_after
    return asked.change == region.change and reasons


def reason(decision: Decision) -> str:
    """Name the arrow that settled a decision."""
    return decision.passage.steps[-1].arrow
