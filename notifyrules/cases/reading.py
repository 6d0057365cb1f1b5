"""Read a cases file: check it against its rules, and make its cases ready to be run."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from notifyrules.cases.expectations import WrittenExpectation, read_expectation
from notifyrules.cases.facts import (
    Given,
    complete,
    is_medium,
    media_of,
    missing_facts,
    read_given,
    read_value,
    refuse_medium,
    report_missing,
    report_own,
    report_unknown,
)
from notifyrules.cases.model import Case, CasesChart, Expectation
from notifyrules.cases.rows import MAX_BYTES, BadRow, Rows, row_lines
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings, Label
from notifyrules.diagnostics.phrases import named
from notifyrules.document.cases_model import CasePart, CasesDocument, LongExpectation, MediaExpectation
from notifyrules.document.files import Place, Shipped, open_place, resolve
from notifyrules.document.reader import read_cases_document, read_tree
from notifyrules.explanation.words import printable
from notifyrules.graph.builder import Library
from notifyrules.language.values import Value, write_literal
from notifyrules.source.located import Located, Map, Scalar, Seq
from notifyrules.source.text import Source, Span

MAX_COMBINATIONS: Final = 10_000
"""Cases that one `each` may become."""
MAX_VALUES: Final = 2_000_000
"""Fact values that all cases of a file may have together, rows not counted: 50,000 cases of a chart of 40 facts."""

_VALUE_SHOWN: Final = 40


@dataclass(slots=True)
class CasesReader:
    """Read the cases of one file, each against the chart that they are about."""

    document: CasesDocument
    chart: CasesChart
    place: Place
    shipped: Shipped
    findings: Findings
    given: Given = field(default_factory=lambda: Given({}))
    """What every case starts from."""
    _names: dict[str, Span] = field(default_factory=dict)
    _values: int = 0
    """Fact values of the cases so far."""
    _missing: dict[str, list[tuple[Span, str]]] = field(default_factory=dict)
    """The cases that do not give a fact without a default, and what to call them."""

    def parts(self) -> tuple[tuple[Case, ...] | Rows, ...]:
        """Read every case."""
        damaged = [found.span for found in self.findings]
        self.given = read_given(self.document, self.chart, self.findings)
        found: list[tuple[Case, ...] | Rows] = []
        for part in self.document.cases:
            self._check_name(part)
            given = read_given(part, self.chart, self.findings).over(self.given)
            if not any(map(part.span.covers, damaged)) and not self._check_form(part):
                continue
            if part.rows is not None:
                rows = self._rows(part, given)
                found.extend([] if rows is None else [rows])
            elif part.expect is not None:
                found.append(self._cases(part, given))
        # One mistake, at the fact or in the `given` of the file, however many cases it shows in.
        for name, places in self._missing.items():
            report_missing(name, self.chart, *places[0], self.findings, len(places))
        return tuple(found)

    def _check_name(self, part: CasePart) -> None:
        """Report a name that an earlier case has: neither could be run by it."""
        name = printable(part.name)
        if name in self._names:
            message, advice = f"two cases are named `{name}`", "say in the name what tells them apart"
            labels = [Label(self._names[name], "the first one")]
            self.findings.add(Code.NAME_CLASH, part.name.span, message, help=advice, labels=labels)
        elif not name:
            self.findings.add(Code.BAD_NAME, part.name.span, "the name is empty", help="say what the case claims")
        self._names.setdefault(name, part.name.span)

    def _check_form(self, part: CasePart) -> bool:
        if part.rows is None and part.expect is None:
            message = "the case expects nothing: it has neither `expect` nor `rows`"
            advice = "write `expect: outcome`, or name a file of recorded decisions with `rows: name.jsonl`"
            self.findings.add(Code.MISSING_KEY, part.name.span, message, help=advice)
            return False
        keys = LongExpectation.known_keys()
        for one in part.expect.each.values() if isinstance(part.expect, MediaExpectation) else [part.expect]:
            if isinstance(one, LongExpectation) and not any(map(one.key, keys)):
                advice = f"name {named(keys)}"
                self.findings.add(Code.WRONG_SHAPE, one.span, "the case expects nothing", help=advice)
                return False
        for key in ("expect", "each"):
            if part.rows is not None and (written := part.key(key)) is not None:
                message = f"a case with `rows` has no `{key}`: every row says what it gives and expects"
                self.findings.add(Code.WRONG_SHAPE, written.span, message, help="make two cases of it")
                return False
        return True

    # ---- Rows ----

    def _rows(self, part: CasePart, given: Given) -> Rows | None:
        assert part.rows is not None
        at = part.rows.span
        found = resolve(part.rows, self.place, self.shipped, self.findings, at)
        source = None if found is None else open_place(found, self.findings, at, most=MAX_BYTES)
        if source is None:
            return None
        rows = Rows(printable(part.name), source, row_lines(source), self.chart, given, *_marks(part))
        start = source.text.lstrip()[:1]
        if source.name.endswith((".yaml", ".yml")) or start == "[":
            what = "a list" if start == "[" else "YAML"
            message = f"`{source.name}` is {what}, and rows are JSON Lines"
            self.findings.add(Code.BAD_ROW, at, message, help='write one line a row: `{"facts": {...}, "expect": ...}`')
            return None
        if not len(rows):
            self.findings.add(Code.BAD_ROW, at, f"`{source.name}` holds no row", help="a row is one line of JSON")
        return rows

    # ---- Cases written out ----

    def _cases(self, part: CasePart, given: Given) -> tuple[Case, ...]:
        """Make a case for every combination of `each` and medium; one where there is none."""
        expected = self._expected(part)
        combinations = self._combinations(part, len(expected))
        if combinations is None:
            return ()
        found: list[Case] = []
        names: set[str] = set()
        for combination, (medium, (span, expect)) in itertools.product(combinations, expected.items()):
            whole, told = Given(combination).over(given), combination
            if medium is not None and (media := self.chart.graph.media) is not None:
                whole, told = whole.on(medium, media), {**combination, media.fact: medium}
            name = _combined_name(part.name, told, names)
            what = f"the case with {_shown(told)}" if told else "this case"
            missing = missing_facts(whole, self.chart)
            for absent in missing:
                self._missing.setdefault(absent, []).append((span, what))
            facts = None if missing else complete(whole, self.chart, span, what, self.findings)
            if facts is not None and expect is not None:
                found.append(
                    Case(name, self.chart, facts, frozenset(whole.values), expect, span, medium, *_marks(part))
                )
        return tuple(found)

    def _expected(self, part: CasePart) -> dict[str | None, tuple[Span, Expectation | None]]:
        """Read what is expected, with its place: for each medium, or under None of the case as it is given."""
        written = part.expect
        assert written is not None
        if not isinstance(written, MediaExpectation):
            if (key := part.key("per_medium")) is not None:
                report_own(key.span, self.findings)
            expect = read_expectation(_written(written), self.chart, self.findings)
            # Where media may be meant, the fact that is missing is the medium.
            doubtful = key is not None or (isinstance(written, LongExpectation) and written.has_unknown_keys)
            return {} if doubtful and self.chart.graph.media else {None: (part.name.span, expect)}
        key = written.key("each")
        assert key is not None
        media = media_of(self.chart, key.span, self.findings)
        if media is None:
            return {}
        refuse_medium({**part.given, **part.each}, self.chart, lambda key: key.span, self.findings)
        return {
            str(medium): (medium.span, read_expectation(_written(one), self.chart, self.findings))
            for medium, one in written.each.items()
            if is_medium(medium, media, medium.span, self.findings)
        }

    def _combinations(self, part: CasePart, times: int) -> Iterator[dict[str, Value]] | None:
        """Read `each` as all its combinations, the last fact changing fastest; None after a finding."""
        before = len(self.findings)
        axes: dict[str, list[Value]] = {}
        for key, written in part.each.items():
            axes[str(key)] = self._axis(key, written)
            if key in part.given:
                message = f"the fact `{key}` stands in `given` and in `each`"
                self.findings.add(Code.DUPLICATE_KEY, key.span, message, help="give it in one of the two")
        return self._multiply(part, axes, times) if len(self.findings) == before else None

    def _multiply(
        self, part: CasePart, axes: Mapping[str, Sequence[Value]], times: int
    ) -> Iterator[dict[str, Value]] | None:
        """Give all combinations of some values, each of which is some *times* a case; None for too many."""
        count = math.prod(map(len, axes.values())) * times
        if self._values > MAX_VALUES:
            return None
        message = ""
        if count > MAX_COMBINATIONS:
            message = f"`each` makes {count:,} cases of this one, more than {MAX_COMBINATIONS:,}"
        else:
            self._values += count * len(self.chart.graph.facts)
            if self._values > MAX_VALUES:
                message = f"the cases up to here have more than {MAX_VALUES:,} fact values"
        if message:
            advice = "leave out facts that make no difference, or write the cases into several files"
            self.findings.add(Code.LIMIT, part.name.span, message, help=advice)
            return None
        return (dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values()))

    def _axis(self, key: Scalar, written: Sequence[Located]) -> list[Value]:
        fact = self.chart.graph.facts.get(key)
        if fact is None:
            report_unknown(str(key), key.span, self.chart, self.findings)
            return []
        if not written:
            message = f"`{key}` has no values, so there is no case"
            self.findings.add(Code.WRONG_SHAPE, key.span, message, help="list its values")
        read = [read_value(fact, value, self.findings) for value in written]
        values = [one[0] for one in read if one is not None]
        for number, value in enumerate(values):
            if len(values) == len(written) and value in values[:number]:
                message = f"`{key}` has the value {write_literal(value)} twice"
                self.findings.add(Code.DUPLICATE_CASE, written[number].span, message, help="remove one of the two")
        return values


def _marks(part: CasePart) -> tuple[tuple[str, ...], str | None]:
    """Give the tags of a case, and why it is skipped."""
    return tuple(map(str, part.tags)), None if part.skip is None else str(part.skip)


def _written(expect: Scalar | LongExpectation) -> WrittenExpectation:
    if isinstance(expect, Scalar):
        return WrittenExpectation({"outcome": str(expect)}, lambda _key, _item: expect.span)

    def place(key: str, item: str | int | None) -> Span:
        match key, item:
            case "through", int() if expect.through:
                return expect.through[item].span
            case "data", str() if expect.data:
                return next(name.span for name in expect.data if name == item)
            case _:
                value = getattr(expect, key)
                holder = expect.key(key)
                assert holder is not None
                return value.span if isinstance(value, Scalar) else holder.span

    parts = {key: getattr(expect, key) for key in LongExpectation.known_keys() if expect.key(key) is not None}
    return WrittenExpectation({key: _plain(value) for key, value in parts.items()}, place)


def _plain(value: Located | Mapping[Scalar, Located] | Sequence[Located]) -> object:
    if isinstance(value, Scalar | Seq | Map):
        return value.plain()
    if isinstance(value, Mapping):
        return {str(key): one.plain() for key, one in value.items()}
    return [one.plain() for one in value]


def _combined_name(name: str, combination: Mapping[str, Value], names: set[str]) -> str:
    """Name a case by its claim and what tells it from the others of its `each`."""
    if not combination:
        return printable(name)
    if (label := _shown(combination)) in names:
        # Long values are shortened, after which two may look the same.
        label = f"{label}, {len(names) + 1}"
    names.add(label)
    return f"{printable(name)} [{label}]"


def _shown(combination: Mapping[str, Value]) -> str:
    """Write the facts of a combination, shortened to what a name can carry."""
    written = ((name, printable(write_literal(value))) for name, value in combination.items())
    return ", ".join(f"{name}={value[:_VALUE_SHOWN]}{'…' * (len(value) > _VALUE_SHOWN)}" for name, value in written)


# ---- The file as a whole ----


Runnable: TypeAlias = Case | BadRow
"""What a suite gives to run: a row that cannot be read fails in its place."""


@dataclass(slots=True)
class ChartLoader:
    """Load rule files that cases are about, each once."""

    shipped: Shipped
    _loaded: dict[tuple[object, object], tuple[CasesChart | None, Findings]] = field(default_factory=dict)

    def load(self, place: Place) -> tuple[CasesChart | None, Findings]:
        """Load one rule file: the chart, None for a file with errors, and what was found in it."""
        key = (place.path, place.root)
        if key not in self._loaded:
            built = Library(self.shipped).build(place)
            self._loaded[key] = (None if built.graph is None else CasesChart.of(built.graph), built.findings)
        return self._loaded[key]


@dataclass(frozen=True, slots=True)
class Suite:
    """One cases file, checked."""

    file: str
    """What messages call it."""
    chart: CasesChart | None
    """The rules that it is about; None where they could not be read."""
    parts: tuple[tuple[Case, ...] | Rows, ...]
    """Each case of the file with all its combinations, or with its rows; empty where the file has errors."""
    findings: tuple[Diagnostic, ...]
    """What was found in the file, and the errors of its rules; rows are checked when their turn comes."""
    given: Mapping[str, Value] = field(default_factory=dict)
    """The facts that every case starts from."""

    def __iter__(self) -> Iterator[Runnable]:
        """Give everything that there is to run, in the order written."""
        for part in self.parts:
            yield from part

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)


def read_suite(place: Place, charts: ChartLoader) -> Suite:
    """Read and check one cases file; none of its cases is ready to be run where anything but a row is wrong."""
    findings = Findings()
    return _read(open_place(place, findings), place, charts, findings)


def read_changed(source: Source, place: Place, charts: ChartLoader) -> Suite:
    """Read what is to stand in a cases file like :func:`read_suite`."""
    return _read(source, place, charts, Findings())


def _read(source: Source | None, place: Place, charts: ChartLoader, findings: Findings) -> Suite:
    tree = None if source is None else read_tree(source, findings)
    document = None if tree is None else read_cases_document(tree, findings)
    if document is None or (chart := _load_rules(document, place, charts, findings)) is None:
        return Suite(place.name, None, (), findings.sorted())
    reader = CasesReader(document, chart, place, charts.shipped, findings)
    parts = reader.parts()
    return Suite(place.name, chart, () if findings.errors else parts, findings.sorted(), reader.given.values)


def find_all(suite: Suite) -> Findings:
    """Gather everything that is wrong with a cases file, its rows included."""
    findings = Findings()
    findings.extend(suite.findings)
    for one in suite:
        if isinstance(one, BadRow):
            findings.extend(one.findings)
    return findings


def _load_rules(document: CasesDocument, place: Place, charts: ChartLoader, findings: Findings) -> CasesChart | None:
    at = document.rules.span
    found = resolve(document.rules, place, charts.shipped, findings, at)
    if found is None:
        return None
    if not os.path.isfile(found.path):  # noqa: PTH113 - `Path` raises for a name that is too long
        open_place(found, findings, at)
        return None
    chart, inside = charts.load(found)
    findings.extend(one for one in inside if one.is_error)
    if chart is None and not inside.errors:
        message = f"`{found.name}` has no `flow`, so it decides nothing"
        findings.add(Code.MISSING_KEY, at, message, help="cases are about a rule file that decides")
    return chart
