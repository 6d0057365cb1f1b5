"""
Read recorded decisions: files of JSON Lines, `{"facts": {...}, "expect": {...}}` a line.

A file may hold very many rows, so a row is decoded when its turn comes, and a bad one does not keep the others from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from notifyrules.cases.expectations import WrittenExpectation, read_expectation
from notifyrules.cases.facts import (
    Given,
    complete,
    is_medium,
    media_of,
    refuse_medium,
    report_mismatch,
    report_own,
    take,
    take_own,
)
from notifyrules.cases.model import Case, CasesChart, Expectation
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.phrases import either, named
from notifyrules.document.cases_model import LongExpectation
from notifyrules.explanation.words import printable
from notifyrules.graph.model import Fact
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.values import Value, conform
from notifyrules.source.json_errors import STRICT, UnfitJsonError, find_json_error
from notifyrules.source.text import Source, Span

MAX_BYTES: Final = 256 * 1024 * 1024
"""Files of rows beyond this many bytes are refused unread."""

_REMEMBERED: Final = 10_000
"""Expectations, and values of a fact, that are kept because rows repeat them."""
_EXAMPLE: Final = '`{"facts": {"channel.muted": true}, "expect": {"outcome": "no"}}`'
_SHORT: Final = 40
_ID_SHOWN: Final = 80
_PARTS: Final = {"skip": '`"skip": "the reason in words"`', "tags": '`"tags": ["dnd", "smoke"]`'}
"""How parts of a row are written."""
_KEYS: Final = LongExpectation.known_keys()
"""What an expectation may name."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be run, and why."""

    name: str
    span: Span
    findings: tuple[Diagnostic, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file, each of which becomes a case."""

    name: str
    """The name of the case in the cases file."""
    source: Source
    lines: tuple[tuple[int, int], ...]
    """The first offset of each row and the one behind its last."""
    chart: CasesChart
    base: Given
    """The facts that every row starts from."""
    tags: tuple[str, ...]
    skip: str | None
    _expectations: dict[str, Expectation] = field(default_factory=dict, repr=False)
    """Those that were read already, by how they were written."""
    _values: dict[str, dict[object, Value]] = field(default_factory=dict, repr=False)
    """For each fact the short values that were read already."""

    def __len__(self) -> int:
        """Count the rows, each of which may be a case for several media."""
        return len(self.lines)

    def __iter__(self) -> Iterator[Case | BadRow]:
        names: set[str] = set()
        for start, end in self.lines:
            yield from self._row(Span(self.source, start, end), names)

    def _row(self, line: Span, names: set[str]) -> Iterator[Case | BadRow]:
        """Decode one row, which is a case for each medium that it names."""
        findings = Findings()
        row = _decode(line, findings)
        name = self._name(line, row, names)
        if row is None:
            yield BadRow(f"{self.name} [{name}]", line, findings.sorted(), self.tags)
            return
        given = self._given(line, row, findings)
        expected = self._expected(line, row, findings)
        tags = self._tags(line, row, findings)
        skip = self._skip(line, row, findings)
        source = row.get("source")
        said = source if isinstance(source, str) else None
        cases: list[Case] = []
        for medium, expect in expected.items():
            whole, called, what = given, name, "this row"
            if medium is not None and (media := self.chart.graph.media) is not None:
                whole = whole.on(medium, media)
                called, what = f"{name}, {media.fact}={medium}", f"this row on `{medium}`"
            facts = complete(whole, self.chart, line, what, findings)
            if facts is not None and expect is not None:
                written = frozenset(whole.values)
                told = f"{self.name} [{called}]"
                cases.append(Case(told, self.chart, facts, written, expect, line, medium, tags, skip, said))
        yield from [BadRow(f"{self.name} [{name}]", line, findings.sorted(), tags)] if len(findings) else cases

    def _name(self, line: Span, row: Mapping[str, object] | None, names: set[str]) -> str:
        """Call a row by its `id`, or by its line where it has none of its own."""
        given = None if row is None else row.get("id")
        label = str(given)[:_ID_SHOWN] if isinstance(given, (str, int)) else ""
        if not (label.isascii() and label.isprintable()):
            label = printable(label)
        if not label or label in names:
            label = f"{label}, line {line.line}" if label else f"line {line.line}"
        names.add(label)
        return label

    def _tags(self, line: Span, row: Mapping[str, object], findings: Findings) -> tuple[str, ...]:
        """Read the tags of a row, behind those of its case."""
        given = row.get("tags", [])
        if isinstance(given, list) and all(isinstance(one, str) for one in given):
            return tuple(dict.fromkeys((*self.tags, *map(str, given))))
        _report_part(line, "tags", "a list of texts", given, findings)
        return self.tags

    def _skip(self, line: Span, row: Mapping[str, object], findings: Findings) -> str | None:
        """Read why a row is not run; what its case says of all its rows counts where it says nothing."""
        if "skip" not in row or isinstance(row["skip"], str):
            return str(row["skip"]) if "skip" in row else self.skip
        _report_part(line, "skip", "text", row["skip"], findings)
        return None

    def _given(self, line: Span, row: Mapping[str, object], findings: Findings) -> Given:
        given = row.get("facts", _ABSENT)
        if not isinstance(given, dict):
            found = "nothing" if given is _ABSENT else describe(given)
            message = f"expected a mapping of facts as `facts`, found {found}"
            findings.add(Code.BAD_ROW, line, message, help=f"a row is {_EXAMPLE}")
            return Given({}, frozenset(self.chart.graph.facts))

        place = partial(find_key, line)

        def read(fact: Fact, key: str, value: object) -> tuple[Value] | None:
            try:
                return (self._value(fact, value),)
            except Mismatch as mismatch:
                report_mismatch(fact, mismatch, place(key), findings)
                return None

        taken = take(given, self.chart, place, read, findings)
        if "per_medium" in row:
            own = row["per_medium"]
            at, place = find_key(line, "per_medium"), partial(find_key, line, behind=('"per_medium"',))
            if isinstance(own, dict) and all(isinstance(facts, dict) for facts in own.values()):
                taken = take_own(own, taken, self.chart, at, place, read, findings)
            else:
                found = describe(own)
                message = f"expected a mapping from media to facts as `per_medium`, found {found}"
                findings.add(
                    Code.BAD_ROW, at, message, help='write `"per_medium": {"mobile": {"channel.muted": true}}`'
                )
        return taken.over(self.base)

    def _value(self, fact: Fact, given: object) -> Value:
        """Read a value, once for all rows where it is a short one that rows repeat."""
        # Only kinds that equal nothing of another kind: 1 and true are one key.
        if given.__class__ is not bool and (given.__class__ is not str or len(given) > _SHORT):
            return conform(fact.type, given)
        known = self._values.setdefault(fact.name, {})
        if given in known:
            return known[given]
        value = conform(fact.type, given)
        if len(known) < _REMEMBERED:
            known[given] = value
        return value

    def _expected(
        self, line: Span, row: Mapping[str, object], findings: Findings
    ) -> Mapping[str | None, Expectation | None]:
        """Read what a row expects for each medium, or under None of the row as it is given."""
        given = row.get("expect", _ABSENT)
        if not isinstance(given, dict) or "each" not in given:
            if "per_medium" in row:
                report_own(find_key(line, "per_medium"), findings)
            return {None: self._expect(line, given, (), findings)}
        each, at = given["each"], find_key(line, "each", behind=_EXPECT)
        for key in given:
            if key != "each":
                message = f"`{printable(key)}` is not a key of an expectation for several media"
                advice = "what each of them is to have stands under `each`"
                findings.add(Code.UNKNOWN_KEY, find_key(line, key, behind=_EXPECT), message, help=advice)
        if not isinstance(each, dict) or not each:
            found = "an empty mapping" if each == {} else describe(each)
            message = f"expected a mapping from media to what each is to have as `each`, found {found}"
            findings.add(Code.BAD_ROW, at, message, help='write `"expect": {"each": {"mobile": "yes"}}`')
            return {}
        media = media_of(self.chart, at, findings)
        if media is None:
            return {}
        if isinstance(facts := row.get("facts"), dict):
            refuse_medium(facts, self.chart, partial(find_key, line), findings)
        return {
            medium: self._expect(line, one, (f'"{medium}"',), findings)
            for medium, one in each.items()
            if is_medium(medium, media, find_key(line, medium, behind=_EXPECT), findings)
        }

    def _expect(self, line: Span, given: object, behind: tuple[str, ...], findings: Findings) -> Expectation | None:
        """Read one expectation, which stands *behind* a medium perhaps; None after a finding."""
        known = self._expectations.get(repr(given))
        if known is not None:
            return known
        values = {"outcome": given} if isinstance(given, str) else given
        if not isinstance(values, dict) or not values:
            found = "nothing" if given is _ABSENT else "an empty mapping" if given == {} else describe(given)
            message = f"expected an outcome or a mapping as `expect`, found {found}"
            findings.add(Code.BAD_ROW, line, message, help=f"it names {either([f'`{key}`' for key in _KEYS])}")
            return None
        unknown = [key for key in values if key not in _KEYS]
        for key in unknown:
            message = f"`{printable(key)}` is not a key of an expectation"
            findings.add(Code.UNKNOWN_KEY, find_key(line, key), message, help=f"an expectation may have {named(_KEYS)}")

        def place(key: str, item: str | int | None) -> Span:
            part = values[key]
            value = part[item] if isinstance(part, list) and isinstance(item, int) else part
            words = item if isinstance(item, str) else value if isinstance(value, str) else key
            return find_key(line, words, behind=(*_EXPECT, *behind))

        expectation = read_expectation(WrittenExpectation(values, place), self.chart, findings)
        if expectation is None or unknown:
            return None
        if len(self._expectations) < _REMEMBERED:
            self._expectations[repr(given)] = expectation
        return expectation


_ABSENT: Final = object()
_EXPECT: Final = ('"expect"',)


def row_lines(source: Source) -> tuple[tuple[int, int], ...]:
    """Find the first offset of each row of a file and the one behind its last; empty lines are no rows."""
    text, starts = source.text, source.line_starts
    found: list[tuple[int, int]] = []
    for start, end in zip(starts, (*starts[1:], len(text)), strict=True):
        line = text[start:end]
        if stripped := line.strip():
            left = start + line.index(stripped[0])
            found.append((left, left + len(stripped)))
    return tuple(found)


def _decode(line: Span, findings: Findings) -> dict[str, object] | None:
    at = line
    try:
        row = STRICT.decode(line.text)
        if isinstance(row, dict):
            return row
        problem = f"expected a JSON object, found {describe(row)}"
    except json.JSONDecodeError:
        place, found = find_json_error(line.text)
        at = Span(line.source, line.start + place, min(line.start + place + 1, line.end))
        problem = f"this is not JSON: {found}"
    except UnfitJsonError as error:
        word = printable(error.word)
        problem = f"the key `{word}` stands twice in one object" if error.twice else f"`{word}` is not JSON"
    except RecursionError:
        problem = "the JSON nests too deeply"
    findings.add(Code.BAD_ROW, at, problem, help=f"a row is one line of JSON: {_EXAMPLE}")
    return None


def _report_part(line: Span, key: str, expected: str, given: object, findings: Findings) -> None:
    message = f"expected {expected} as `{key}`, found {describe(given)}"
    findings.add(Code.BAD_ROW, find_key(line, key), message, help=f"write {_PARTS[key]}, or leave it out")


def find_key(line: Span, words: str, *, behind: tuple[str, ...] = ()) -> Span:
    """Find in a row, as far as its text tells, what stands in quotes *behind* other texts; else the whole row."""
    quoted = json.dumps(words, ensure_ascii=False)
    at = 0
    for text in behind:
        at = max(line.text.find(text, at), at)
    at = line.text.find(quoted, at)
    return line if at < 0 else Span(line.source, line.start + at, line.start + at + len(quoted))
