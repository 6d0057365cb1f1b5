"""
Report what became of cases: to people in words, to programs as JSON, JUnit XML and annotations of GitHub.

The same results give the same bytes: nothing of the clock or the machine is in a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.etree import ElementTree as ET

from notifyrules.cases.divergence import diverged
from notifyrules.cases.model import Case
from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Failure, Result, Status
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.formats import annotate, finding_data, format_github
from notifyrules.diagnostics.human import PLAIN, Palette, format_finding
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible
from notifyrules.explanation.words import paragraph, printable, question_and_answer, tell_steps
from notifyrules.language.values import to_plain, write_literal

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
    """Give all results as data for JSON: counts, and each file with what was found in it and every case run."""
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
    if case.medium is not None:
        data["medium"] = case.medium
    if case.source is not None:
        data["source"] = case.source
    if case.skip is not None:
        data["skip"] = case.skip
    if (failure := result.failure) is not None:
        data["differences"] = [
            {"what": one.what, "expected": to_plain(one.expected), "actual": to_plain(one.actual)}
            for one in failure.differences
        ]
        step = diverged(case, failure).step
        data["last_node"] = None if step is None else step.node
        data["decision"] = failure.decision.to_dict()
    return data


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
            place = {"file": _xml(result.case.span.source.name), "line": str(result.case.span.line)}
            case = ET.SubElement(suite, "testcase", {"classname": name, "name": _xml(result.case.name), **place})
            if result.status is Status.FAILED:
                ET.SubElement(case, "failure", message=_xml(one_line(result))).text = _xml(describe_failure(result))
            elif result.status is Status.SKIPPED and isinstance(result.case, Case):
                ET.SubElement(case, "skipped", message=_xml(result.case.skip or ""))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _xml(text: str) -> str:
    """
    Write out the characters that XML does not have.

    Source:
        Extensible Markup Language (XML) 1.0, fifth edition, section 2.2.
    """
    return _NOT_XML.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


# ---- GitHub ----


def format_case_annotations(ran: Iterable[Ran]) -> str:
    """Print findings and failing cases as annotations of GitHub, each at its line, one for all that are alike."""
    printed: list[str] = []
    for one in ran:
        printed.append(format_github(one.findings))
        # GitHub shows ten annotations of a step, so each stands for all that are like it.
        for alike in gather_alike(one.results, one.file):
            first, rest = alike[0], tell_rest(alike)
            if isinstance(first.case, BadRow):
                notes = (rest,) if rest else ()
                printed.append(
                    format_github([replace(found, notes=(*found.notes, *notes)) for found in first.case.findings])
                )
            else:
                lines = [one_line(first), *describe_failure(first).splitlines()[1:], *(["", rest] if rest else [])]
                printed.append(annotate("error", f"failed: {first.case.name}", first.case.span, lines) + "\n")
    return "".join(printed)


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


# ---- Why a case failed, so that nobody has to open the code ----


_LABEL: Final = 17


def describe_failure(result: Result, *, palette: Palette = PLAIN) -> str:
    """Tell what was expected, what was decided instead, and on which way; the last line has no line end."""
    return "\n".join(line.rstrip() for line in _lines(result, palette))


def describe_skip(result: Result) -> str:
    """Tell on one line why a case was not run."""
    reason = result.case.skip if isinstance(result.case, Case) else None
    return f"SKIPPED {_headline(result.case)}: {printable(reason or '')}"


def _headline(case: Case | BadRow) -> str:
    source = f" ({printable(case.source)})" if isinstance(case, Case) and case.source else ""
    return f"{visible(str(case.span))}: {case.name}{source}"


def _lines(result: Result, palette: Palette) -> Iterator[str]:
    yield f"{palette.paint(palette.error, 'FAILED')} {palette.paint(palette.strong, _headline(result.case))}"
    if isinstance(result.case, BadRow):
        for found in result.case.findings:
            yield ""
            yield format_finding(found, palette=palette)
        return
    assert result.failure is not None
    decision = result.failure.decision
    yield ""
    for difference in result.failure.differences:
        for label, value in (("expected", difference.expected), ("actual", difference.actual)):
            nothing = value is None and difference.what == "because"
            shown = "(no words)" if nothing else printable(value if isinstance(value, str) else write_literal(value))
            yield from paragraph(shown, 2, bullet=f"{f'{label} {difference.what}':>{_LABEL}}  ")
    yield ""
    words = f", because {printable(decision.because)}" if decision.because is not None else ""
    by = f"decided {printable(decision.outcome)} by {printable(decision.reason)}{words}, on this path:"
    yield from paragraph(by, 2)
    yield from tell_steps(decision.steps, 4, lambda step: f": {question_and_answer(step.ask, step.answer)}")
    yield ""
    yield from paragraph(_divergence(result.case, result.failure), 2)


def _divergence(case: Case, failure: Failure) -> str:
    """Say up to where the path could still have come to what was expected."""
    divergence = diverged(case, failure)
    goal, step = divergence.goal, divergence.step
    if step is None:
        return f"from no node of this path do arrows lead to {goal}"
    place = f"`{printable(step.node)}` ({printable(step.file)}:{step.line})"
    if divergence.arrived:
        return f"the answer of {place} leads to {goal}, but for other facts than these"
    led = f"its answer `{printable(step.answer)}` led to `{printable(step.to)}`"
    return f"the last node with arrows that lead to {goal} is {place}: {led}"


# ---- Failures that are alike, one of which stands for all: recorded decisions come by the hundred ----


_NAMED: Final = 5
"""Failures that are named of those that are counted."""
_VALUES: Final = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[0-9]+')
_FEW: Final = frozenset({"outcome", "notify", "reason"})
"""What a chart has a few of; words and data may differ from row to row."""


def likeness(result: Result, file: str) -> tuple[object, ...]:
    """
    Give what failures of one file of cases share that are alike.

    Rows of one file, and combinations of one case, are alike that end by the same arrow instead of the same end, or
    cannot be read for the same reasons; cases that are written out are like no other.
    """
    case = result.case
    origin = case.span if case.span.source.name == file else case.span.source
    if isinstance(case, BadRow):
        return (origin, *((one.code, _VALUES.sub("", one.message)) for one in case.findings))
    assert result.failure is not None
    differences = ((one.what, one.expected if one.what in _FEW else None) for one in result.failure.differences)
    return (origin, result.failure.decision.reason, *differences)


def gather_alike(results: Iterable[Result], file: str) -> tuple[tuple[Result, ...], ...]:
    """Gather the failures of one file of cases that are alike, in the order of the first of each."""
    found: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        if result.status is Status.FAILED:
            found.setdefault(likeness(result, file), []).append(result)
    return tuple(map(tuple, found.values()))


def tell_rest(alike: Sequence[Result]) -> str:
    """Count the failures for which the first one stands, on one line, and name some; nothing where it stands alone."""
    first, *rest = alike
    if not rest:
        return ""
    names = ", ".join(one.case.name[one.case.name.rfind(" [") + 1 :] for one in rest[:_NAMED])
    more = f" and {len(rest) - _NAMED:,} more" if len(rest) > _NAMED else ""
    by = "" if first.failure is None else f" by `{first.failure.decision.reason}`"
    return f"{len(rest):,} more {'fails' if len(rest) == 1 else 'fail'}{by} like {first.case.name}: {names}{more}"
