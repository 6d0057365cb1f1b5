"""
Report what became of cases to programs: JSON, JUnit XML and annotations of GitHub.

The same results give the same bytes: nothing of the clock or the machine is in a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from notifyrules.cases.divergence import diverged
from notifyrules.cases.failure import describe_failure
from notifyrules.cases.likeness import gather_alike, tell_rest
from notifyrules.cases.model import Case
from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Failure, Result, Status
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.formats import annotate, finding_data, format_github
from notifyrules.diagnostics.human import format_finding
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible
from notifyrules.language.value_writing import to_plain

_NOT_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one file of cases."""

    file: str
    findings: Sequence[Diagnostic]
    """What was found in the file; none of its cases was run where one is an error."""
    results: Sequence[Result]
    """In the order run."""

    @property
    def failed(self) -> bool:
        """Whether the file fails the run."""
        return any(found.is_error for found in self.findings) or self.count(Status.FAILED) > 0

    def count(self, status: Status) -> int:
        """Count the cases with one result."""
        return sum(result.status is status for result in self.results)


def summary(ran: Iterable[Ran]) -> str:
    """Count results in a few words, such as `1 failed, 84 passed, 2 skipped`."""
    files = tuple(ran)
    counts = {status: sum(one.count(status) for one in files) for status in Status}
    errors = sum(found.is_error for one in files for found in one.findings)
    found = [f"{count(errors, 'error')} in cases"] if errors else []
    order = (Status.FAILED, Status.PASSED, Status.SKIPPED)
    told = [f"{counts[status]:,} {status.value}" for status in order if counts[status]]
    return ", ".join([*found, *told]) or "no case"


# ---- JSON ----


def results_data(ran: Iterable[Ran]) -> dict[str, object]:
    """
    Give all results as data for JSON.

    Returns:
        Counts, and each file with what was found in it and every case that was run; a failing one with what was
        expected, the whole decision, and the last node that still led to what was expected.
    """
    files = tuple(ran)
    return {
        **{status.value: sum(one.count(status) for one in files) for status in Status},
        "files": [
            {
                "file": one.file,
                "diagnostics": [finding_data(found) for found in one.findings],
                "cases": [_case_data(result) for result in one.results],
            }
            for one in files
        ],
    }


def _case_data(result: Result) -> Mapping[str, object]:
    """Give one result as data for JSON."""
    case = result.case
    data: dict[str, object] = {
        "name": case.name,
        "file": case.span.source.name,
        "line": case.span.line,
        "column": case.span.column,
        "status": result.status.value,
    }
    if isinstance(case, BadRow):
        return {**data, "diagnostics": [finding_data(found) for found in case.findings]}
    if case.source is not None:
        data["source"] = case.source
    if case.skip is not None:
        data["skip"] = case.skip
    return data if result.failure is None else {**data, **_failure_data(case, result.failure)}


def _failure_data(case: Case, failure: Failure) -> Mapping[str, object]:
    """Give a failure as data for JSON."""
    step = diverged(case, failure).step
    return {
        "differences": [
            {"what": one.what, "expected": to_plain(one.expected), "actual": to_plain(one.actual)}
            for one in failure.differences
        ],
        "last_node": None if step is None else step.node,
        "decision": failure.decision.to_dict(),
    }


# ---- JUnit ----


def format_junit(ran: Iterable[Ran]) -> str:
    """
    Write all results as JUnit XML, a test suite for each file of cases.

    Source:
        The form that Jenkins, GitLab and GitHub actions read, as the JUnit task of Ant writes it; without times, which
        they do not need.
    """
    root = ET.Element("testsuites", name="notifyrules")
    for one in ran:
        errors = [found for found in one.findings if found.is_error]
        counts = {
            "tests": len(one.results) + len(errors),
            "failures": one.count(Status.FAILED),
            "errors": len(errors),
            "skipped": one.count(Status.SKIPPED),
        }
        name = _xml(one.file)
        suite = ET.SubElement(root, "testsuite", {"name": name, **{key: str(value) for key, value in counts.items()}})
        for found in errors:
            case = ET.SubElement(suite, "testcase", classname=name, name=_xml(f"{found.code.value} at {found.span}"))
            ET.SubElement(case, "error", message=_xml(found.message)).text = _xml(format_finding(found))
        for result in one.results:
            _write_case(suite, name, result)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _write_case(suite: ET.Element, file: str, result: Result) -> None:
    """Write one result as a test case."""
    case = result.case
    place = {"file": _xml(case.span.source.name), "line": str(case.span.line)}
    written = ET.SubElement(suite, "testcase", {"classname": file, "name": _xml(case.name), **place})
    if result.status is Status.FAILED:
        ET.SubElement(written, "failure", message=_xml(one_line(result))).text = _xml(describe_failure(result))
    elif result.status is Status.SKIPPED and isinstance(case, Case):
        ET.SubElement(written, "skipped", message=_xml(case.skip or ""))


def _xml(text: str) -> str:
    """
    Write out the characters that XML does not have.

    Source:
        Extensible Markup Language (XML) 1.0, fifth edition, section 2.2.
    """
    return _NOT_XML.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


# ---- GitHub ----


def format_case_annotations(ran: Iterable[Ran]) -> str:
    """
    Print findings and failing cases as annotations of GitHub, each at its line of the fixtures, one for all alike.

    Returns:
        Lines that end in a line end; none where all is well.
    """
    return "".join(_annotations(ran))


def _annotations(ran: Iterable[Ran]) -> Iterator[str]:
    """Print file by file."""
    for one in ran:
        yield format_github(one.findings)
        # GitHub shows ten annotations of a step, so each stands for all that are like it.
        for alike in gather_alike(one.results, one.file):
            first, rest = alike[0], tell_rest(alike)
            if isinstance(first.case, BadRow):
                notes = (rest,) if rest else ()
                yield format_github([replace(one, notes=(*one.notes, *notes)) for one in first.case.findings])
            else:
                lines = [one_line(first), *describe_failure(first).splitlines()[1:], *(["", rest] if rest else [])]
                yield annotate("error", f"failed: {first.case.name}", first.case.span, lines) + "\n"


def one_line(result: Result) -> str:
    """Tell in one line how a case failed."""
    if isinstance(result.case, BadRow):
        return "; ".join(visible(found.message) for found in result.case.findings)
    assert result.failure is not None
    told = (
        f"expected {one.what} {visible(str(to_plain(one.expected)))}, found {visible(str(to_plain(one.actual)))}"
        for one in result.failure.differences
    )
    return "; ".join(told)
