"""
Turn located YAML into a document, reporting every key and value of the wrong shape.

A value that does not fit is reported, cut out, and the rest is read again, so that one slip never hides the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.nearest import nearest
from notifyrules.document.cases_model import CasesDocument
from notifyrules.document.leaves import describe_node
from notifyrules.document.model import FORMAT_VERSION, NODE_KEYS, Document, Fragment, NodePart, Part, UnknownKey
from notifyrules.source.located import Kind, Located, Map, Scalar, Seq, Style
from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source, Span

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MAX_ROUNDS = 4
"""How often cut-out values are followed by another reading."""

_CODES = {
    "syntax": Code.YAML_SYNTAX,
    "feature": Code.YAML_FEATURE,
    "duplicate": Code.DUPLICATE_KEY,
    "limit": Code.LIMIT,
}

AnyPart = TypeVar("AnyPart", bound=Part)


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What could be read of a rule file.
    """

    document: Document | Fragment
    broken: frozenset[tuple[str, str]]
    """Section and name of what was cut out, so that uses of it are not reported as unknown."""


def read_tree(source: Source, findings: Findings) -> Map | None:
    """
    Read a file as a located mapping.

    Returns:
        The mapping, or None after a finding.
    """
    tree, problems = read_yaml(source)
    for problem in problems:
        labels = [Label(problem.rival, "the first one stands here")] if problem.rival else []
        findings.add(_CODES[problem.what], problem.span, problem.message, help=problem.help or (), labels=labels)
    if tree is None and not problems:
        findings.add(
            Code.WRONG_SHAPE,
            Span(source, 0, 0),
            "the file is empty",
            help="a rule file begins with `notifyrules: 1`; a cases file with `notifyrules-cases: 1`",
        )
    if tree is None:
        return None
    if not isinstance(tree, Map):
        findings.add(
            Code.WRONG_SHAPE,
            tree.span,
            f"expected a mapping of keys to values, found {describe_node(tree)}",
            help="a rule file begins with `notifyrules: 1`",
        )
        return None
    _warn_of_cut_texts(tree, findings)
    return tree


def read_document(source: Source, findings: Findings) -> Reading | None:
    """
    Read a rule file, or a file made to be included.

    Args:
        source: The file.
        findings: Takes what is wrong with it.

    Returns:
        What could be read, or None where there is too little to go on with.
    """
    tree = read_tree(source, findings)
    if tree is None or not _check_version(tree, "notifyrules", findings):
        return None
    fragment = "flow" not in tree and "outcomes" not in tree and "otherwise" not in tree and "guarantees" not in tree
    kind: type[Document | Fragment] = Fragment if fragment else Document
    broken: set[tuple[str, str]] = set()
    document = read_part(kind, tree, findings, broken)
    return None if document is None else Reading(document, frozenset(broken))


def read_cases_document(tree: Map, findings: Findings) -> CasesDocument | None:
    """
    Read a cases file from its tree.
    """
    if not _check_version(tree, "notifyrules-cases", findings):
        return None
    return read_part(CasesDocument, tree, findings, set())


def _check_version(tree: Map, key: str, findings: Findings) -> bool:
    """
    Check the header before anything else: another version may mean anything.
    """
    value = tree.get(Scalar(key, tree.span))
    if value is None:
        near = nearest(key, tree)
        start = next(iter(tree)).span if tree else tree.span
        found = f", found `{near}`" if near else ""
        findings.add(
            Code.FORMAT_VERSION,
            start,
            f"the header `{key}: {FORMAT_VERSION}` is missing{found}",
            help=f"begin the file with `{key}: {FORMAT_VERSION}`",
        )
        return False
    if not (isinstance(value, Scalar) and value.kind is Kind.INT and value == FORMAT_VERSION):
        shown = str(value) if isinstance(value, Scalar) else describe_node(value)
        findings.add(
            Code.FORMAT_VERSION,
            value.span,
            f"format version `{shown}` is not known",
            help=f"this version of notifyrules reads `{key}: {FORMAT_VERSION}`",
        )
        return False
    return True


def read_part(kind: type[AnyPart], tree: Map, findings: Findings, broken: set[tuple[str, str]]) -> AnyPart | None:
    """
    Read a mapping as a part of the model, cutting out what does not fit.

    Returns:
        The part, or None where something indispensable is missing.
    """
    unknown: dict[int, UnknownKey] = {}
    try:
        for _ in range(_MAX_ROUNDS):
            try:
                return kind.model_validate(tree, context=unknown)
            except ValidationError as error:
                cuts = [
                    _report(tree, problem, findings, unknown)
                    for problem in error.errors(include_url=False, include_input=False)
                ]
                tree = _cut(tree, [cut for cut in cuts if cut])
                broken.update((str(cut[0]), str(cut[1])) for cut in cuts if len(cut) > 1)
                if () in cuts:
                    return None
        return None
    finally:
        for one in unknown.values():
            _report_unknown_key(one, findings)


# ---- Findings ----


def _report(
    tree: Map, problem: ErrorDetails, findings: Findings, unknown: dict[int, UnknownKey]
) -> tuple[str | int, ...]:
    """
    Report one error of the model at its place.

    Returns:
        The path to cut out of the tree; empty where nothing would be left.
    """
    path, value, key = _resolve(tree, problem["loc"])
    match problem["type"]:
        case "missing":
            missing = str(problem["loc"][-1])
            holder = _holder_words(path)
            at = key.span if key is not None else _start(value)
            if not _near_unknown(value, missing, unknown):
                findings.add(Code.MISSING_KEY, at, f"{holder} has no `{missing}`", help=_missing_help(missing))
            return _enclosing(path)
        case "union_tag_invalid" | "union_tag_not_found":
            return _report_kind(path, value, key, findings)
        case "too_short":
            findings.add(
                Code.WRONG_SHAPE,
                value.span if key is None else key.span,
                f"`{path[-1]}` is empty",
                help="give it at least one entry",
            )
            return _enclosing(path[:-1]) if path[-1] not in ("flow", "outcomes", "cases") or len(path) > 1 else ()
        case "dict_type" | "model_type" | "model_attributes_type":
            expected = "a mapping"
        case "list_type":
            expected = "a list"
        case _:
            expected = problem["msg"].partition("|")[0]
    found = describe_node(value)
    notes, advice = _what_yaml_made(value, expected)
    where = f" as `{key}`" if key is not None and value.span != key.span else ""
    findings.add(
        Code.WRONG_SHAPE, _narrow(value), f"expected {expected}{where}, found {found}", help=advice, notes=notes
    )
    if path and path[-1] in ("flow", "outcomes", "cases") and len(path) == 1:
        return ()
    return _enclosing(path) if _indispensable(path) else tuple(path)


def _report_kind(
    path: Sequence[str | int], value: Located, key: Scalar | None, findings: Findings
) -> tuple[str | int, ...]:
    """
    Report a node that is none of the five kinds.
    """
    at = key.span if key is not None else value.span
    if not isinstance(value, Map):
        findings.add(
            Code.WRONG_SHAPE,
            _narrow(value),
            f"expected a node such as `{{ask: ..., if: ..., then: ...}}`, found {describe_node(value)}",
        )
        return tuple(path)
    kinds = ", ".join(f"`{one}`" for one in NODE_KEYS[:-1]) + f" or `{NODE_KEYS[-1]}`"
    for written in value:
        near = nearest(written, NODE_KEYS)
        if near is not None and written not in NodePart.known_keys():
            findings.add(
                Code.UNKNOWN_KEY, written.span, f"`{written}` is not a key of a node", help=f"did you mean `{near}`?"
            )
            return tuple(path)
    findings.add(Code.MISSING_KEY, at, f"the node `{path[-1]}` asks nothing: it has no {kinds}")
    return tuple(path)


def _report_unknown_key(one: UnknownKey, findings: Findings) -> None:
    """
    Report a key that nobody reads, with the nearest one that somebody does.
    """
    what = _PART_WORDS.get(one.part.__name__, "this mapping")
    owners = (
        [_PART_WORDS[part.__name__] for part in _node_parts() if one.key in part.known_keys()]
        if issubclass(one.part, NodePart)
        else []
    )
    near = nearest(one.key, [key for key in one.part.known_keys() if key not in one.holder])
    advice = (
        [f"did you mean `{near}`?"]
        if near
        else [f"{what} may have " + ", ".join(f"`{key}`" for key in one.part.known_keys())]
    )
    notes: list[str] = []
    value = one.holder[one.key]
    if isinstance(value, Scalar) and value.kind is Kind.NULL and value == "" and _in_flow(one.holder):
        notes.append("YAML ends a text without quotes at the comma inside `{...}` and took the rest for a key")
        advice = ["put the text before the comma and what follows into one pair of quotes"]
    elif owners:
        advice = [f"`{one.key}` belongs to {' or '.join(owners)}"]
    findings.add(Code.UNKNOWN_KEY, one.key.span, f"`{one.key}` is not a key of {what}", help=advice, notes=notes)


def _node_parts() -> tuple[type[NodePart], ...]:
    """
    List the kinds of node.
    """
    return tuple(NodePart.__subclasses__())


_PART_WORDS = {
    "Document": "a rule file",
    "Fragment": "a file made to be included",
    "QuestionPart": "an `if` node",
    "SwitchPart": "a `switch` node",
    "FirstPart": "a `first` node",
    "FanOutPart": "an `any` node",
    "CallPart": "a `call` node",
    "RowPart": "a row of `first`",
    "LongTarget": "a target",
    "LongFact": "a fact",
    "OutcomePart": "an outcome",
    "GuaranteePart": "a guarantee",
    "CasesDocument": "a cases file",
    "CasePart": "a case",
    "LongExpectation": "an expectation",
}


def _near_unknown(value: Located, missing: str, unknown: dict[int, UnknownKey]) -> bool:
    """
    Tell whether the missing key stands there misspelt; that finding says it all.
    """
    return any(one.holder is value and nearest(one.key, [missing]) is not None for one in unknown.values())


def _missing_help(key: str) -> str:
    """
    Show the form of a key that is missing.
    """
    return {
        "flow": "a rule file has its nodes under `flow:`",
        "outcomes": 'a rule file has its ends under `outcomes:`, such as `"yes": {notify: true}`',
        "cases": "write one target a value: `cases: {value: target}`",
        "type": "write `type: bool`, or another type",
        "to": "write `to: target`",
        "rules": "name the rule file: `rules: name.yaml`",
    }.get(key, "")


def _holder_words(path: Sequence[str | int]) -> str:
    """
    Name the mapping that misses a key.
    """
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{path[-2]}`"
    return f"`{path[-1]}`"


def _what_yaml_made(value: Located, expected: str) -> tuple[list[str], list[str]]:
    """
    Explain a value that YAML read in a way nobody meant, and show the quoted form.
    """
    written = " ".join(value.span.text.split())
    quoted = "'" + written.replace("'", "''") + "'"
    short = len(written) <= 60  # noqa: PLR2004 - what a line of help can carry
    textual = expected in ("text", "a name", "a condition") or expected.startswith("a type")
    match value:
        case Seq() if textual:
            return ["YAML reads a value that starts with `[` as a list"], [
                f"quote it: `{quoted}`" if short else "put it into quotes"
            ]
        case Map() if textual:
            return ["YAML reads a value that starts with `{`, or holds `: `, as a mapping"], [
                f"quote it: `{quoted}`" if short else "put it into quotes"
            ]
        case Scalar(kind=Kind.NULL) if value == "":
            return [], ["give it a value, or remove the key"]
        case Scalar(kind=kind) if kind is not Kind.TEXT and textual:
            return [f"YAML reads `{value}` without quotes as {describe_node(value)}"], [f'quote it: `"{value}"`']
        case Scalar(quoted=True) if expected in ("true or false", "a whole number", "`true`, `false` or `later`"):
            return [], ["write it without quotes"]
        case Scalar() if expected == "true or false" and value.lower() in ("yes", "no", "on", "off"):
            return [f"YAML 1.2 reads `{value}` as text"], ["write `true` or `false`"]
        case Scalar() if expected == "a list":
            return [], [f"put it into brackets: `[{written}]`" if short else "put it into brackets"]
        case _:
            return [], []


def _warn_of_cut_texts(tree: Located, findings: Findings) -> None:
    """
    Warn where a comment that looks like a channel or a number cuts a text.
    """
    waiting: list[Located] = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Map):
            waiting.extend(one.values())
        elif isinstance(one, Seq):
            waiting.extend(one)
        elif one.style is Style.PLAIN and one:
            rest = one.span.source.text[one.span.end : one.span.end + 200].partition("\n")[0]
            comment = rest.lstrip(" \t")
            if comment.startswith("#") and comment != rest and comment[1:2].strip() and comment[1:2] not in "#-=":
                at = one.span.end + len(rest) - len(comment)
                cut = Span(one.span.source, at, at + len(comment.rstrip()))
                whole = f'"{one} {comment.rstrip()}"'
                findings.add(
                    Code.CUT_TEXT,
                    cut,
                    f"YAML cuts the text here: `{one}`",
                    notes=["a `#` behind a blank begins a comment"],
                    help=f"quote the whole text: `{whole}`; or, for a comment, put a blank behind the `#`",
                )


# ---- Places ----


def _resolve(tree: Map, location: Sequence[str | int]) -> tuple[list[str | int], Located, Scalar | None]:
    """
    Follow a location of pydantic's into the tree.

    Returns:
        The path that exists, the value at its end, and the key that names that value.
    """
    value: Located = tree
    path: list[str | int] = []
    key: Scalar | None = None
    for step in location:
        if isinstance(value, Map) and (written := value.key(str(step))) is not None and not isinstance(step, int):
            key, value = written, value[written]
        elif isinstance(value, Seq) and isinstance(step, int) and step < len(value):
            value = value[step]
            key = None
        else:
            continue
        path.append(step)
    return path, value, key


def _start(value: Located) -> Span:
    """
    Find a narrow place for a finding about a whole mapping: its first key.
    """
    return next(iter(value)).span if isinstance(value, Map) and value else _narrow(value)


def _narrow(value: Located) -> Span:
    """
    Underline a collection by its first line only.
    """
    if isinstance(value, Scalar):
        return value.span
    first_line = value.span.text.splitlines()[0].rstrip() if value.span.text else ""
    return Span(value.span.source, value.span.start, value.span.start + len(first_line))


def _in_flow(value: Map) -> bool:
    """
    Tell whether a mapping is written in braces.
    """
    return value.span.text.startswith("{")


def _indispensable(path: Sequence[str | int]) -> bool:
    """
    Tell whether the part around a value makes no sense without it.
    """
    return (
        bool(path)
        and path[-1] in ("if", "switch", "first", "any", "call", "to", "type", "cases", "name", "rules")
        and len(path) > 1
    )


def _enclosing(path: Sequence[str | int]) -> tuple[str | int, ...]:
    """
    Find the named or numbered part that a path leads into: `flow.muted` for `flow.muted.then.to`.
    """
    return tuple(path[:2])


def _cut(tree: Map, paths: Sequence[tuple[str | int, ...]]) -> Map:
    """
    Copy a tree without what stands at the given paths; list items leave the places of their neighbours alone.
    """
    heads = {path[0] for path in paths if len(path) == 1}
    deeper: dict[str | int, list[tuple[str | int, ...]]] = {}
    for path in paths:
        if len(path) > 1:
            deeper.setdefault(path[0], []).append(path[1:])
    return _without(tree, heads, deeper)


def _without(tree: Map, heads: set[str | int], deeper: dict[str | int, list[tuple[str | int, ...]]]) -> Map:
    """
    Copy a mapping without some keys and with some values cut.
    """
    copy = Map(tree.span)
    for key, value in tree.items():
        if str(key) in heads:
            continue
        below = deeper.get(str(key))
        if below is None:
            copy[key] = value
        elif isinstance(value, Map):
            copy[key] = _cut(value, below)
        elif isinstance(value, Seq):
            gone = {path[0] for path in below}
            items = Seq(value.span)
            items.extend(item for number, item in enumerate(value) if number not in gone)
            copy[key] = items
    return copy
