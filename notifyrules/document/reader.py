"""
Turn located YAML into a document, reporting every key and value of the wrong shape.

A value that does not fit is reported, cut out, and the rest is read again, so that one slip never hides the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import nearest
from notifyrules.document.cases_model import CasesDocument
from notifyrules.document.differences_model import DifferencesDocument
from notifyrules.document.leaves import describe_node
from notifyrules.document.mending import cut, mend, mend_cases, named_part
from notifyrules.document.model import FORMAT_VERSION, Document, Fragment
from notifyrules.document.shape_errors import report_empty, report_shape, report_unknown_keys, warn_of_cut_texts
from notifyrules.document.shapes import Part, Path, Shapes
from notifyrules.source.located import Kind, Map, Scalar
from notifyrules.source.reader import Budget, read_yaml
from notifyrules.source.text import Source, Span

WHOLE = "*"
"""The name that stands for a whole section in :attr:`Reading.broken`."""

_MAX_ROUNDS = 4
"""How often cut-out values are followed by another reading."""
_CODES = {
    "syntax": Code.YAML_SYNTAX,
    "feature": Code.YAML_FEATURE,
    "duplicate": Code.DUPLICATE_KEY,
    "limit": Code.LIMIT,
}
_BEGINNING = "a rule file begins with `notifyrules: 1`; a cases file with `notifyrules-cases: 1`"
_OWN = ("flow", "outcomes", "otherwise", "guarantees")
"""The keys that tell a rule file from one made to be included."""

AnyPart = TypeVar("AnyPart", bound=Part)


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a rule file."""

    document: Document | Fragment
    broken: frozenset[tuple[str, str]]
    """Section and name of what was reported, so that uses of it are not; the name :data:`WHOLE` for a whole section."""


def read_tree(source: Source, findings: Findings) -> Map | None:
    """Read a file as a located mapping; None after a finding."""
    return _read_tree(source, findings)[0]


def _read_tree(
    source: Source, findings: Findings, budget: Budget | None = None
) -> tuple[Map | None, tuple[tuple[str, str], ...]]:
    """Read a file as a located mapping, and name the parts that stand in it twice."""
    tree, problems = read_yaml(source, budget)
    for problem in problems:
        labels = [Label(problem.rival, "the first one stands here")] if problem.rival else []
        findings.add(_CODES[problem.what], problem.span, problem.message, help=problem.help, labels=labels)
        if tree is not None and problem.what != "duplicate":
            # What else is wrong with the same scalar follows from what YAML made of it.
            findings.settle(problem.spoilt or problem.span)
    if tree is None and not problems:
        findings.add(Code.WRONG_SHAPE, Span(source, 0, 0), "the file is empty", help=_BEGINNING)
    if tree is None:
        return None, ()
    if not isinstance(tree, Map):
        message = f"expected a mapping of keys to values, found {describe_node(tree)}"
        findings.add(Code.WRONG_SHAPE, tree.span.first_line, message, help=_BEGINNING)
        return None, ()
    warn_of_cut_texts(tree, findings)
    twice = (named_part(tree, problem.span) for problem in problems if problem.what == "duplicate")
    return tree, tuple(part for part in twice if part is not None)


def read_document(source: Source, findings: Findings, budget: Budget | None = None) -> Reading | None:
    """Read a rule file, or one made to be included; None where there is too little to go on with."""

    def is_whole(tree: Map) -> bool:
        unknown = [key for key in tree if key not in Fragment.keys]
        return any(key in _OWN for key in unknown) or any(nearest(key, _OWN) is not None for key in unknown)

    return _read(source, findings, budget, is_whole)


def read_included(source: Source, findings: Findings, budget: Budget) -> Reading | None:
    """Read a file that another one includes; one that is a rule file all the same is read as such."""
    return _read(source, findings, budget, lambda tree: any(key in _OWN for key in tree))


def _read(source: Source, findings: Findings, budget: Budget | None, is_whole: Callable[[Map], bool]) -> Reading | None:
    tree, twice = _read_tree(source, findings, budget)
    if tree is None or not _check_version(tree, "notifyrules", findings):
        return None
    mend(tree, findings)
    broken = set(twice)
    kind: type[Document | Fragment] = Document if is_whole(tree) else Fragment
    document = read_part(kind, tree, findings, broken)
    return None if document is None else Reading(document, frozenset(broken))


def read_cases_document(tree: Map, findings: Findings) -> CasesDocument | None:
    """Read a cases file from its tree."""
    if not _check_version(tree, "notifyrules-cases", findings):
        return None
    mend_cases(tree, findings)
    return read_part(CasesDocument, tree, findings, set())


def read_differences_document(tree: Map, findings: Findings) -> DifferencesDocument | None:
    """Read a file of expected differences from its tree."""
    if not _check_version(tree, "notifyrules-differences", findings):
        return None
    return read_part(DifferencesDocument, tree, findings, set())


def _check_version(tree: Map, key: str, findings: Findings) -> bool:
    """Check the header before anything else: another version may mean anything."""
    value = tree.get(Scalar(key, tree.span))
    form = f"{key}: {FORMAT_VERSION}"
    span = next(iter(tree)).span if tree else tree.span
    if value is None and key == "notifyrules" and "notifyrules-cases" in tree:
        message = f"the header `{form}` is missing: this is a file of cases"
        advice = "name the rule file that the cases are about"
    elif value is None:
        near = nearest(key, tree)
        message = f"the header `{form}` is missing" + (f", found `{near}`" if near else "")
        advice = f"begin the file with `{form}`"
    elif not isinstance(value, Scalar) or value != FORMAT_VERSION:
        shown = f"`{str(value)[:40]}`" if isinstance(value, Scalar) and value.strip() else describe_node(value)
        span, message = value.span.first_line, f"format version {shown} is not known"
        advice = f"this version of notifyrules reads `{form}`"
    elif value.kind is not Kind.INT:
        span, message, advice = value.span, "the format version is a number, found text", f"write `{form}`"
    else:
        return True
    findings.add(Code.FORMAT_VERSION, span, message, help=advice)
    return False


def read_part(kind: type[AnyPart], tree: Map, findings: Findings, broken: set[tuple[str, str]]) -> AnyPart | None:
    """Read a mapping as a part of the model; what does not fit is reported, cut out, and named in *broken*."""
    shapes = Shapes()
    whole = tree
    read: AnyPart | None = None
    for _ in range(_MAX_ROUNDS):
        read = shapes.read(kind, tree)
        if not shapes.misfits:
            break
        cuts = [report_shape(tree, misfit, findings, shapes) for misfit in shapes.misfits]
        broken.update(_broken(path) for path in cuts if path)
        tree = cut(tree, [path for path in cuts if path])
        shapes.misfits.clear()
        shapes.first_round = False
    report_empty(shapes, findings)
    doubtful = [*(one.key for one in shapes.unknown.values()), *shapes.empty]
    # What a key that nobody reads was meant for is missing elsewhere in its node.
    parts = [named_part(whole, key.span) for key in doubtful]
    broken.update(part for part in parts if part is not None and part[0] == "flow")
    report_unknown_keys(tuple(shapes.unknown.values()), findings)
    return read


def _broken(path: Path) -> tuple[str, str]:
    """Name what a cut leaves without a part, or altogether."""
    section = str(path[0])
    return (section, WHOLE) if len(path) == 1 or section == "include" else (section, str(path[1]))
