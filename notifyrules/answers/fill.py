"""Make the cases that files of cases lack, and rewrite the expectations that changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from notifyrules.cases.model import Case
from notifyrules.cases.reading import ChartLoader, Suite, read_changed
from notifyrules.cases.rows import Rows
from notifyrules.cases.runner import Status, run
from notifyrules.cases.splicing import NewCase, Splice, apply, entry, put_in, rewrite
from notifyrules.cases.writing import facts_said, write_case, write_text, write_value
from notifyrules.coverage.recorder import Recorder
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible, visible_name
from notifyrules.document.files import Place, open_place
from notifyrules.evaluation.walk import walk
from notifyrules.explanation.words import printable
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import LIMIT_S, Limit
from notifyrules.rules import new_charts
from notifyrules.source.located import Kind, Located, Map, Scalar, Seq
from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source


@dataclass(frozen=True, slots=True)
class Changed:
    """What is to become of one file of cases."""

    path: Path
    text: str | None
    """What is to stand in it; None where it stays as it is."""
    told: tuple[str, ...]
    """What was done and what was not, in lines."""
    problem: str | None = None
    """Why nothing can be done."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of cases that can be changed."""

    place: Place
    suite: Suite
    source: Source
    tree: Map
    charts: ChartLoader

    @property
    def is_empty(self) -> bool:
        """Whether there is no case yet."""
        key = self.tree.key("cases")
        listed = None if key is None else self.tree[key]
        return not listed or (isinstance(listed, Scalar) and listed.kind is Kind.NULL)

    def with_edits(self, edits: Iterable[Splice], passed: Sequence[tuple[bool, ...]]) -> str | None:
        """Change the file; None where not exactly those cases would pass that are to."""
        changed = apply(self.source, edits)
        suite = read_changed(changed, self.place, self.charts)
        is_sound = not any(found.is_error for found in suite.findings)
        return changed.text if is_sound and [_ran(part) for part in suite.parts] == list(passed) else None


def _ran(part: tuple[Case, ...] | Rows) -> tuple[bool, ...]:
    """Tell of each case of a part whether it does not fail; rows are files of their own."""
    return () if isinstance(part, Rows) else tuple(run(case).status is not Status.FAILED for case in part)


def _files(files: Iterable[Place]) -> Iterator[_File | Changed]:
    charts = new_charts()
    for place in files:
        yield _read(place, open_place(place, Findings()), charts)


def _read(place: Place, source: Source | None, charts: ChartLoader) -> _File | Changed:
    tree = None if source is None else read_yaml(source)[0]
    if source is not None and isinstance(tree, Map):
        file = _File(place, read_changed(source, place, charts), source, tree, charts)
        if file.suite.chart is not None and sum(one.is_error for one in file.suite.findings) <= file.is_empty:
            return file
    return Changed(place.path, None, (), f"`{visible_name(place.name)}` cannot be run")


def fill(
    files: Iterable[Place],
    track: Callable[[Sequence[_File], str], Iterable[_File]] = lambda found, _: found,
) -> tuple[Changed, ...]:
    """Make cases for what no case of some files walks, for the first file of each chart. The solver is installed."""
    found, recorder = list(_files(files)), Recorder()
    chosen: dict[Graph, _File] = {}
    for file in found:
        if isinstance(file, _File) and file.suite.chart is not None:
            recorder.learn(file.suite.chart.graph)
            chosen.setdefault(file.suite.chart.graph, file)
            for case in file.suite:
                if isinstance(case, Case) and case.skip is None:
                    recorder.walk(case.chart.graph, case.facts)
    filled = {id(file): _fill(file, recorder) for file in track(tuple(chosen.values()), "making cases")}
    changed = (one if isinstance(one, Changed) else filled.get(id(one)) for one in found)
    return tuple(one for one in changed if one is not None)


def _fill(file: _File, recorder: Recorder) -> Changed:
    from notifyrules.fill.new_cases import Unmade, make  # noqa: PLC0415 - the solver is an extra

    name, chart = visible_name(file.suite.file), file.suite.chart
    assert chart is not None
    made = list(make(chart.graph, file.suite.given, recorder, _names(file.tree), Limit(LIMIT_S)))
    cases = [one for one in made if not isinstance(one, Unmade)]
    left = [
        f"  not covered: {visible_name(str(one.goal.span))}: {visible(one.goal.said)}: "
        f"{'no facts were found' if one.because is None else f'for no facts, proved, because {visible(one.because)}'}"
        for one in made
        if isinstance(one, Unmade)
    ]
    if not cases:
        return Changed(file.place.path, None, (f"{name}: no case to add", *left))
    return _put(file, cases, left)


def keep(place: Place, graph: Graph, name: str, facts: FactValues) -> Changed:
    """
    Expect from now on what is decided for some facts: put a case into a file of cases, which may not be there yet.

    Args:
        place: The file, beside that of the chart where it is to be made.
        graph: The chart.
        name: What the case claims.
        facts: A valid value for every fact.
    """
    begun = Source(place.name, f"notifyrules-cases: 1\nrules: {write_text(Path(graph.path).name)}\ncases:\n")
    file = _read(place, open_place(place, Findings()) if os.path.lexists(place.path) else begun, new_charts())
    if isinstance(file, Changed):
        return file
    assert file.suite.chart is not None
    if file.suite.chart.graph.digest != graph.digest:
        return Changed(place.path, None, (), f"`{visible_name(place.name)}` is not about these rules as they are now")
    if not printable(name).strip() or printable(name) in _names(file.tree):
        problem = f"a case is named `{visible(name)}` already" if name.strip() else "the case has no name"
        return Changed(place.path, None, (), f"{problem}; say what it claims")
    passage = walk(graph, facts)
    expect = {"outcome": passage.outcome, "reason": passage.reasons[0]}
    return _put(file, [NewCase(name, facts_said(graph, facts, file.suite.given), expect)])


def _put(file: _File, cases: Sequence[NewCase], left: Iterable[str] = ()) -> Changed:
    """Put cases behind those of a file; *left* is what is told besides."""
    name = visible_name(file.suite.file)
    passed = [*map(_ran, file.suite.parts), *[(True,)] * len(cases)]
    text = file.with_edits([put_in(file.source, file.tree, cases)], passed)
    if text is None:
        written = "".join(write_case(one.name, one.given, one.expect) for one in cases)
        problem = f"the cases cannot be put into `{name}` as it is written; put them in yourself:\n{visible(written)}"
        return Changed(file.place.path, None, tuple(left), problem)
    added = (f"  + {visible(one.name)}" for one in cases)
    return Changed(file.place.path, text, (f"{name}: {count(len(cases), 'case')} added", *added, *left))


def _names(tree: Map) -> Iterator[str]:
    for one in _items(tree):
        if (name := one.key("name")) is not None and isinstance(one[name], Scalar):
            yield printable(str(one[name]))


# ---- Expectations that changed ----


def update(files: Iterable[Place]) -> tuple[Changed, ...]:
    """Rewrite what cases expect, where it is written and differs from what is decided."""
    return tuple(one if isinstance(one, Changed) else _update(one) for one in _files(files))


def _update(file: _File) -> Changed:
    name, edits, told, passed = visible_name(file.suite.file), list[Splice](), list[str](), list[tuple[bool, ...]]()
    for part, written in zip(file.suite.parts, _items(file.tree), strict=False):
        failed = [one for one in map(run, part) if one.status is Status.FAILED]
        results = {} if isinstance(part, Rows) else dict(zip(map(id, part), _ran(part), strict=True))
        key = "rows" if isinstance(part, Rows) else "each"
        if failed and (at := written.key(key)) is not None:
            few = f"{len(failed):,} of {len(part):,}"
            told.append(f"  {visible_name(str(at.span))}: {few} fail, and `{key}` cannot be updated case by case")
            failed = []
        for one in failed:
            assert isinstance(one.case, Case)
            assert one.failure is not None
            expect = _expect(written, one.case.medium)
            changes = [(each, rewrite(expect, each)) for each in one.failure.differences]
            place = f"  {visible_name(str(one.case.span))}: {visible(one.case.name)}:"
            for each, edit in changes:
                said = f"expected {each.what} {_shown(each.expected)}, now {_shown(each.actual)}"
                told.append(f"{place} {said}{'' if edit is not None else ': left as it is'}")
            found = [edit for _, edit in changes if edit is not None]
            edits += found
            results[id(one.case)] = len(found) == len(changes)
        passed.append(tuple(results.values()))
    if not edits:
        return Changed(file.place.path, None, (f"{name}: nothing to update", *told))
    text = file.with_edits(edits, passed)
    if text is None:
        return Changed(file.place.path, None, tuple(told), f"`{name}` cannot be updated as it is written")
    return Changed(file.place.path, text, (f"{name}: {count(len(edits), 'expectation')} updated", *told))


def _items(tree: Map) -> Iterator[Map]:
    key = tree.key("cases")
    listed = None if key is None else tree[key]
    yield from (one for one in listed if isinstance(one, Map)) if isinstance(listed, Seq) else ()


def _expect(case: Map, medium: str | None) -> Located:
    """Find what is expected of a case, or of one medium."""
    found = entry(case, "expect")[1]
    return found if medium is None else entry(entry(found, "each")[1], medium)[1]


def _shown(value: Value) -> str:
    return visible(write_value(value))
