"""Laws of comparing two versions: what is told of small charts is what trying all facts on both of them finds."""

from __future__ import annotations

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
from notifyrules.diff.model import Example, Finding, VersionComparison
from notifyrules.diff.report import chart_changes
from notifyrules.errors import FactsError, RulesError
from notifyrules.graph.model import Graph
from notifyrules.language.terms import Term
from notifyrules.language.types import Type, join
from notifyrules.limit import Limit
from notifyrules.rules import load
from tests.property.edited_charts import (
    TYPES,
    Asked,
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

    def shows(self, example: Example, asked: Asked) -> bool:
        """Tell whether facts are those of an example."""
        names = {re.sub(_EITHER, "", name) for name in (*self.old.facts, *self.new.facts)}
        absent = names - {re.sub(_EITHER, "", name) for name in example.facts}
        return absent == asked.left_out and all(asked.values[name] == value for name, value in example.facts.items())


def readable(words: str) -> str:
    """Call facts of another type in either version so that a rule file can."""
    return _EITHER.sub(r"__\1", words)


def compared(folder: Path, before: Version, after: Version) -> Compared:
    """Compare two versions, and try all facts."""
    old, new = (load(folder / name / "small.yaml").graph for name in ("old", "new"))
    told = compare(old, new, Limit(120), lambda _: None)
    names = dict.fromkeys((*old.facts, *new.facts))
    kinds = {name: (before.chart.facts.get(name), after.chart.facts.get(name)) for name in names}
    return Compared(before, after, old, new, told, list(all_asked(old, new, kinds)))


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

    def test_every_change_has_a_region(self, exact: Compared) -> None:
        """Each change is one of some edits, alone or together."""
        assert set(exact.told.changes) <= {example.change for _, _, example in exact.told.regions}

    def test_examples_show_their_change(self, exact: Compared) -> None:
        """The facts of an example are decided as told by the reference walk."""
        for example in exact.told.examples:
            met = [asked for asked in exact.asked if exact.shows(example, asked)]

            assert met, example
            for asked in met:
                assert asked.change == example.change
                assert (example.before.passage, example.after.passage) == (asked.before.passage, asked.after.passage)
                assert (example.before.data, example.after.data) == (asked.before.data, asked.after.data)


@pytest.fixture(params=SEEDS, scope="module")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """Compare a chart with what became of it, asking also about texts and lists."""
    return pair(request.param, tmp_path_factory.mktemp("opened"), tuple(VALUES))


class TestOpen:
    def test_nothing_false_is_proved(self, opened: Compared) -> None:
        """Facts that change make a change that is shown or left open, never one that is excluded."""
        assert {asked.change for asked in opened.asked} - {None} <= set(opened.told.changes)
        assert (opened.told.finding is Finding.EQUIVALENT) is (opened.told.changes == ())


class TestNoChange:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_version_is_what_it_is(self, seed: int, tmp_path: Path) -> None:
        """Compared with itself, nothing changes at all."""
        same = version(dice(seed), kinds=tuple(VALUES))
        told = written(tmp_path, same, same).told

        assert told.finding is Finding.EQUIVALENT
        assert (list(told.regions), told.open, told.inputs) == ([], (), ())
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
