"""Report values of the wrong shape: what was found, what is expected, and what YAML made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import either, nearest
from notifyrules.document.cutting import Path, resolve
from notifyrules.document.leaves import describe_node
from notifyrules.document.model import NODE_KEYS, NodePart, Shapes
from notifyrules.document.unknown_keys import stands_for
from notifyrules.source.located import Kind, Located, Map, Scalar, Seq
from notifyrules.source.quoting import quote_yaml
from notifyrules.source.text import Span

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SHOWN = 60
"""Code points of a value that a line of help can carry."""
_NEEDED = frozenset({"if", "switch", "first", "any", "call", "to", "type", "cases", "name", "rules"})
"""Keys without which the mapping around them makes no sense."""
_OTHER_KINDS = {
    **dict.fromkeys(("when", "condition", "cond", "test"), "did you mean `if`?"),
    "unless": "write `if: not (...)`",
    **dict.fromkeys(("all", "and"), "join conditions in one text: `if: a and b`"),
    "or": "join conditions in one text: `if: a or b`; `any` lists nodes",
    **dict.fromkeys(("match", "case", "on"), "did you mean `switch`?"),
    **dict.fromkeys(("rows", "table", "rules", "one_of"), "did you mean `first`?"),
}
"""What people write for the key that makes a node what it is."""
_JOINED = {"all": "and", "and": "and", "any": "or", "or": "or", "not": "not"}
"""What other formats join conditions with."""
_FORMS = {
    "facts": "name: type = default",
    "flow": "name: {ask: ..., if: ..., then: ...}",
    "outcomes": "name: {notify: true}",
    "cases": "value: target",
    "let": "name: condition",
    "data": "name: type = default",
    "legend": "class: blue",
}
"""How a line of a section is written."""
_TEXTUAL = ("text", "a name", "a condition", "a node or an outcome")
_YES_OR_NO = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def report_shape(tree: Map, problem: ErrorDetails, findings: Findings, shapes: Shapes) -> Path:
    """
    Report one error of the model at its place.

    Returns:
        The path to cut out of the tree; empty where nothing would be left.
    """
    path, value, key = resolve(tree, problem["loc"])
    match problem["type"]:
        case "missing":
            return _missing(path, value, key, str(problem["loc"][-1]), findings, shapes)
        case "union_tag_invalid" | "union_tag_not_found":
            return _report_kind(path, value, key, findings)
        case "dict_type" | "model_type" | "model_attributes_type":
            expected = "a mapping"
        case "list_type":
            expected = "a list"
        case _:
            expected = problem["msg"].partition("|")[0]
    shapes.empty = [one for one in shapes.empty if one is not key]
    where = f" as `{key}`" if key is not None and value.span != key.span else ""
    message = f"expected {expected}{where}, found {describe_node(value)}"
    notes, advice = _explanation(value, expected, path)
    findings.add(Code.WRONG_SHAPE, _narrow(value), message, help=advice, notes=notes)
    return _without_needed(path)


def report_empty(shapes: Shapes, findings: Findings) -> None:
    """Report collections that must hold something."""
    for key in shapes.empty:
        findings.add(Code.WRONG_SHAPE, key.span, f"`{key}` is empty", help="give it at least one entry")


def _missing(  # noqa: PLR0913, PLR0917 - what resolving gave, and where to put it
    path: Path, value: Located, key: Scalar | None, missing: str, findings: Findings, shapes: Shapes
) -> Path:
    """Report a key that is missing, unless it stands there misspelt."""
    misspelt = any(one.holder is value and stands_for(one.key, missing) for one in shapes.unknown.values())
    if not misspelt:
        at = key.span if key is not None else _start(value)
        findings.add(Code.MISSING_KEY, at, f"{_holder_words(path)} has no `{missing}`", help=_missing_help(missing))
    return _without_needed(path) if path else (missing,)


def _report_kind(path: Path, value: Located, key: Scalar | None, findings: Findings) -> Path:
    """Report a node that is none of the five kinds."""
    if not isinstance(value, Map):
        message = f"expected a node such as `{{ask: ..., if: ..., then: ...}}`, found {describe_node(value)}"
        findings.add(Code.WRONG_SHAPE, _narrow(value), message)
        return path
    for written in value:
        near = nearest(written, NODE_KEYS)
        advice = _OTHER_KINDS.get(written, f"did you mean `{near}`?" if near is not None else "")
        if advice and written not in NodePart.known_keys():
            message = f"`{written}` is not a key of a node"
            findings.add(Code.UNKNOWN_KEY, written.span, message, help=advice)
            return path
    kinds = either([f"`{one}`" for one in NODE_KEYS])
    at = key.span if key is not None else value.span
    message = f"the node `{path[-1]}` asks nothing: it has no {kinds}"
    findings.add(Code.MISSING_KEY, at, message, help="write `if: condition`, or what else it asks")
    return path


def _missing_help(key: str) -> str:
    """Show the form of a key that is missing."""
    return {
        "flow": "a rule file has its nodes under `flow:`",
        "outcomes": 'a rule file has its ends under `outcomes:`, such as `"yes": {notify: true}`',
        "cases": "write one target a value: `cases: {value: target}`",
        "if": "write `if: condition`",
        "name": "write `name: the promise in words`",
        "type": "write `type: bool`, or another type",
        "to": "write `to: target`",
        "rules": "name the rule file: `rules: name.yaml`",
    }.get(key, "")


def _holder_words(path: Path) -> str:
    """Name the mapping that misses a key."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{path[-2]}`"
    return f"`{path[-1]}`"


def _explanation(value: Located, expected: str, path: Path) -> tuple[list[str], list[str]]:
    """
    Explain a value that YAML read in a way nobody meant, and show how to write it.

    Returns:
        The notes and the help.
    """
    if expected.startswith("a type"):
        return _type_explanation(value)
    written = value.span.one_line
    form = f"quote it: `{quote_yaml(written)}`" if len(written) <= _SHOWN else "put it into quotes"
    if expected == "a mapping" and path[-1:] == ("allow",):
        return [], ["say why: `allow: {code: reason}`"]
    if isinstance(value, Scalar):
        return _scalar_explanation(value, expected, written, path)
    if expected == "a node or an outcome":
        return [], ["write the name alone, such as `then: target`; several nodes are asked by an `any` node"]
    if expected == "a condition":
        return _condition_explanation(value, path)
    if expected == "a mapping" and isinstance(value, Seq) and (line := _FORMS.get(str(path[-1]))):
        return [], [f"write one line each, without `-`: `{line}`"]
    if expected == "a list" and path[-1:] == ("first",):
        return [], ["put a `-` in front of every row: `- {if: condition, to: target}`"]
    if expected in _TEXTUAL:
        listed = "YAML reads a value that starts with `[` as a list"
        mapped = "YAML reads a value that starts with `{`, or holds `: `, as a mapping"
        return [listed if isinstance(value, Seq) else mapped], [form]
    return [], []


def _condition_explanation(value: Located, path: Path) -> tuple[list[str], list[str]]:
    """Explain a list or a mapping that stands where a condition is expected."""
    parts = {key: one for key, one in value.items() if key in _JOINED} if isinstance(value, Map) else {}
    items = next(iter(parts.values())) if len(parts) == 1 else value
    sign = next((_JOINED[key] for key in parts), "and")
    if isinstance(items, Seq) and any(isinstance(item, Map) for item in items):
        window = '`{type: schedule, default: [{from: "22:00", until: "07:00"}]}`'
        asked = "ask it with `within(now, user.zone, quiet_hours)`"
        return [], [f"a schedule is a fact, declared in the long form, such as `quiet_hours: {window[1:]}; {asked}"]
    conditions = [str(item) for item in items] if isinstance(items, Seq) else [str(items)]
    plain = all(isinstance(item, Scalar) for item in items) if isinstance(items, Seq) else isinstance(items, Scalar)
    if isinstance(value, Seq) and plain and path[:1] == ("let",):
        return ["YAML reads a value that starts with `[` or `-` as a list"], [
            f'quote it: `"[{", ".join(conditions)}]"`'
        ]
    joined = f" {sign} ".join(conditions)
    if sign == "not":
        joined = f"not ({joined})"
    if isinstance(value, Map) and len(value) == 1 and not parts:
        # Braces around a condition, as in texts.
        [(key, one)] = value.items()
        joined, plain = str(key), isinstance(one, Scalar) and one in ("", "true")
    if plain and joined and len(joined) <= _SHOWN:
        return [], [f"a condition is one text: `{quote_yaml(joined) if _needs_quotes(joined) else joined}`"]
    return [], ["a condition is one text, such as `channel.muted and not user.in_dnd`"]


def _needs_quotes(text: str) -> bool:
    """Tell whether a text that starts or goes on so would be something else to YAML."""
    return text[:1] in "[{\"'!&*#|>@`%" or ": " in text or " #" in text


def _scalar_explanation(value: Scalar, expected: str, written: str, path: Path) -> tuple[list[str], list[str]]:
    """Explain a scalar of the wrong kind."""
    lower = value.lower()
    wants_bool = expected in ("true or false", "`true`, `false` or `later`")
    notes: list[str] = []
    advice = ""
    if expected == "a mapping" and path[:1] == ("outcomes",) and len(path) > 1:
        advice = "an outcome says whether to notify: `{notify: false}`"
    elif value == "":
        advice = "write the condition" if value.quoted else "give it a value, or remove the key"
    elif value.kind is not Kind.TEXT and expected in _TEXTUAL:
        notes = [f"YAML reads `{value}` without quotes as {describe_node(value)}"]
        advice = f'quote it: `"{value}"`'
    elif wants_bool and lower in _YES_OR_NO and not value.quoted:
        notes = [f"YAML 1.2 reads `{value}` as text"]
        advice = f"write `{_YES_OR_NO[lower]}`"
    elif wants_bool and lower in ("true", "false", "later"):
        advice = f"write `{lower}`, in lower case and without quotes"
    elif value.quoted and expected == "a whole number":
        advice = "write it without quotes"
    elif expected == "a list" and len(written) <= _SHOWN:
        advice = f"put it into brackets: `[{written}]`"
    return notes, [advice]


def _type_explanation(value: Located) -> tuple[list[str], list[str]]:
    """Explain what stands in the place of a type."""
    match value:
        case Seq() if value and all(isinstance(item, Scalar) for item in value):
            joined = " | ".join(map(str, value))
            return [], [f"the values of an enumeration are joined by `|`: `{joined[:_SHOWN]}`"]
        case Scalar(kind=Kind.NULL) if value:
            return [], ["a value that can only be null tells nothing; write the type before it, such as `bool | null`"]
        case Scalar(kind=Kind.BOOL):
            return [], [f"write the type with its default: `bool = {value.lower()}`"]
        case Scalar(kind=Kind.INT):
            return [], [f"write the type with its default: `int = {value[:_SHOWN]}`"]
        case Scalar(kind=Kind.FLOAT):
            return [], ["numbers are whole: the language has no decimals"]
        case Scalar() if not value:
            return [], ["give it a type, such as `bool`"]
        case _:
            return [], []


def _start(value: Located) -> Span:
    """Find a narrow place for a finding about a whole mapping: its first key."""
    return next(iter(value)).span if isinstance(value, Map) and value else _narrow(value)


def _narrow(value: Located) -> Span:
    """Underline a collection by its first line only."""
    if isinstance(value, Scalar):
        return value.span
    first_line = value.span.text.splitlines()[0].rstrip() if value.span.text else ""
    return Span(value.span.source, value.span.start, value.span.start + len(first_line))


def _without_needed(path: Path) -> Path:
    """Find what to cut out for a value that cannot be: the value, or what makes no sense without it."""
    while len(path) > 1 and path[-1] in _NEEDED:
        path = path[:-1]
    return path
