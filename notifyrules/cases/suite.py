"""Read a cases file: check it against its rules, and make its cases ready to be run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from notifyrules.cases.model import Case, Chart
from notifyrules.cases.reading import CasesReader
from notifyrules.cases.rows import BadRow, Rows
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.document.cases_model import CasesDocument
from notifyrules.document.files import Place, Shipped, open_place, resolve
from notifyrules.document.reader import read_cases_document, read_tree
from notifyrules.graph.builder import Library

Runnable: TypeAlias = Case | BadRow
"""What a suite gives to run: a row that cannot be read fails in its place."""


@dataclass(slots=True)
class Charts:
    """Load rule files that cases are about, each once."""

    shipped: Shipped
    _loaded: dict[tuple[object, object], tuple[Chart | None, Findings]] = field(default_factory=dict)

    def load(self, place: Place) -> tuple[Chart | None, Findings]:
        """
        Load one rule file.

        Returns:
            The chart, None for a file with errors, and what was found in it.
        """
        key = (place.path, place.root)
        if key not in self._loaded:
            built = Library(self.shipped).build(place)
            self._loaded[key] = (None if built.graph is None else Chart.of(built.graph), built.findings)
        return self._loaded[key]


@dataclass(frozen=True, slots=True)
class Suite:
    """One cases file, checked."""

    file: str
    """What messages call it."""
    chart: Chart | None
    """The rules that it is about; None where they could not be read."""
    parts: tuple[tuple[Case, ...] | Rows, ...]
    """Each case of the file with all its combinations, or with its rows; empty where the file has errors."""
    findings: tuple[Diagnostic, ...]
    """What was found in the file, and the errors of its rules; rows are checked when their turn comes."""

    def __iter__(self) -> Iterator[Runnable]:
        """Give everything that there is to run, in the order written."""
        for part in self.parts:
            yield from part

    def __len__(self) -> int:
        """Count what there is to run."""
        return sum(len(part) for part in self.parts)


def read_suite(place: Place, charts: Charts) -> Suite:
    """
    Read and check one cases file.

    Args:
        place: The file; the files it names must lie inside the root of the place.
        charts: Loads the rules.

    Returns:
        The cases ready to be run; none of them where anything but a row is wrong.
    """
    findings = Findings()
    source = open_place(place, findings)
    tree = None if source is None else read_tree(source, findings)
    document = None if tree is None else read_cases_document(tree, findings)
    chart = None if document is None else _load_rules(document, place, charts, findings)
    if document is None or chart is None:
        return Suite(place.name, None, (), findings.sorted())
    reader = CasesReader(document, chart, place, charts.shipped, findings)
    parts = reader.parts()
    return Suite(place.name, chart, () if findings.errors else parts, findings.sorted())


def find_all(suite: Suite) -> Findings:
    """Gather everything that is wrong with a cases file, its rows included."""
    findings = Findings()
    findings.extend(suite.findings)
    for one in suite:
        if isinstance(one, BadRow):
            findings.extend(one.findings)
    return findings


def _load_rules(document: CasesDocument, place: Place, charts: Charts, findings: Findings) -> Chart | None:
    """Load the rules that a cases file names; None after a finding."""
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
        findings.add(
            Code.MISSING_KEY,
            at,
            f"`{found.name}` has no `flow`, so it decides nothing",
            help="cases are about a rule file that decides",
        )
    return chart
