"""Report keys that nobody reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import did_you_mean, either, named, nearest
from notifyrules.document.model import NODE_KEYS, NodePart, UnknownKey
from notifyrules.source.located import Kind, Scalar, Style
from notifyrules.source.quoting import quote_yaml
from notifyrules.source.text import Span

_SHOWN = 80
"""Code points of a value that a line of help can carry."""
_MEANT: Mapping[str, tuple[str, ...]] = {
    "to": ("then", "target", "goto", "next"),
    "if": ("when", "condition"),
    "then": ("to",),
    "else": ("otherwise", "default"),
    "about": ("description", "doc", "comment"),
    "because": ("reason", "why"),
}
"""What people write for a key."""
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "to": (*NODE_KEYS, "notify", "else"),
    "if": ("else", "default"),
}
"""Keys of something else, which stand where a key is missing."""
_GLUED = re.compile(r"(?P<key>[a-z_]+)(?P<sign>:| +)(?P<value>\S.*)")
"""A key that has grown together with its value for want of a colon, or of the blank behind it."""
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


def stands_for(written: str, missing: str) -> bool:
    """Tell whether an unknown key was probably meant for one that is missing."""
    glued = _GLUED.fullmatch(written)
    return (
        written in _MEANT.get(missing, ())
        or written in _ELSEWHERE.get(missing, ())
        or nearest(written if glued is None else glued["key"], [missing]) is not None
    )


def report_unknown_keys(unknown: Sequence[UnknownKey], findings: Findings) -> None:
    """Report keys that nobody reads; the pieces of a text that YAML ended at its commas are reported as one."""
    behind: dict[int, Scalar] = {}
    for before, one in pairwise(unknown):
        if before.holder is one.holder and _is_piece(before) and _is_piece(one) and _follows(before.key, one):
            behind[id(one.key)] = before.key
    joined = {id(key) for key in behind.values()}
    start: UnknownKey | None = None
    for one in unknown:
        if (
            one.part.__name__ == "LongTarget"
            and any(key in NODE_KEYS for key in one.holder)
            and one.key not in NODE_KEYS
        ):
            # One node that stands in another is one mistake.
            continue
        if start is None or id(one.key) not in behind:
            start = one
        if id(one.key) in joined:
            continue
        text = _split_text(start, one) if _is_piece(start) else None
        if text is None:
            _report(one, findings)
        else:
            _report_split(start, text, findings)


def _is_nested_node(one: UnknownKey) -> bool:
    """Tell whether a whole node stands where the name of one is expected."""
    return one.part.__name__ == "LongTarget" and any(key in NODE_KEYS for key in one.holder)


def _is_piece(one: UnknownKey) -> bool:
    """Tell whether a key has no value and no colon, as the piece of a text behind a comma."""
    value = one.holder[one.key]
    lonely = isinstance(value, Scalar) and value.kind is Kind.NULL and value == ""
    return lonely and not one.key.endswith(":") and one.holder.span.text.startswith("{")


def _follows(before: Scalar, one: UnknownKey) -> bool:
    """Tell whether a key stands directly behind another in its mapping."""
    return any(first is before and second is one.key for first, second in pairwise(one.holder))


def _split_text(first: UnknownKey, last: UnknownKey) -> Span | None:
    """Find the text without quotes that YAML ended at a comma, from its beginning to its last piece."""
    keys = list(first.holder)
    at = next(number for number, key in enumerate(keys) if key is first.key)
    before = first.holder[keys[at - 1]] if at else None
    if not isinstance(before, Scalar) or before.style is not Style.PLAIN or not before:
        return None
    if first is last and nearest(first.key, _free_keys(first)) is not None:
        return None
    return Span(before.span.source, before.span.start, last.key.span.end)


def _report_split(first: UnknownKey, text: Span, findings: Findings) -> None:
    """Report a text that YAML ended at a comma."""
    written = text.one_line
    findings.add(
        Code.UNKNOWN_KEY,
        first.key.span,
        f"`{first.key}` is not a key of {_part_words(first)}",
        notes=["YAML ends a text without quotes at the comma inside `{...}`, and takes the rest for a key"],
        help=f"quote the whole text: `{quote_yaml(written)}`" if len(written) <= _SHOWN else "quote the whole text",
    )
    # The half in front of the comma is no condition, whatever is found in it.
    findings.settle(text)


def _report(one: UnknownKey, findings: Findings) -> None:
    """Report a key that nobody reads, with the one that was probably meant."""
    free = _free_keys(one)
    synonym = next((key for key in free if one.key in _MEANT.get(key, ())), None)
    owners = [
        _PART_WORDS[part.__name__]
        for part in NodePart.__subclasses__()
        if issubclass(one.part, NodePart) and one.key in part.known_keys()
    ]
    notes: list[str] = []
    glued = _GLUED.fullmatch(one.key[:_SHOWN])
    if advice := _belongs(one):
        pass
    elif glued is not None and glued["key"] in free:
        advice = f"write `{glued['key']}: {glued['value']}`"
    elif one.key.endswith(":") and one.key[:-1] in one.part.known_keys():
        notes = ["a colon is a part of the word before it unless a blank follows"]
        advice = f"write `{one.key} ...`"
    elif owners:
        advice = f"`{one.key}` belongs to {either(owners)}"
    else:
        known = f"{_part_words(one)} may have {named(one.part.known_keys())}"
        advice = f"did you mean `{synonym}`?" if synonym else did_you_mean(one.key, free, known)
    message = f"`{one.key}` is not a key of {_part_words(one)}"
    findings.add(Code.UNKNOWN_KEY, one.key.span, message, help=advice, notes=notes)


def _belongs(one: UnknownKey) -> str:
    """Say where a key of something else belongs; empty for any other key."""
    part, key = one.part.__name__, one.key
    if issubclass(one.part, NodePart) and key in ("elif", "elsif", "elseif", "else if"):
        return "a node asks one question: lead `else` to another node, or write rows: `first: [{if: ..., to: ...}]`"
    if issubclass(one.part, NodePart) and key in ("because", "label"):
        return f"`{key}` stands in the target: `then: {{to: target, {key}: ...}}`"
    if _is_nested_node(one):
        return "a node cannot stand in another: give it a name of its own under `flow:`, and lead there by its name"
    if part == "LongTarget" and key == "notify":
        return "`notify` belongs to an outcome: lead there by its name"
    if part == "RowPart" and key in ("else", "default", "otherwise"):
        return "where no row holds is said beside `first:`, not in it: `else: target`"
    return ""


def _free_keys(one: UnknownKey) -> list[str]:
    """List the keys that the mapping could still have."""
    return [key for key in one.part.known_keys() if key not in one.holder]


def _part_words(one: UnknownKey) -> str:
    """Name the kind of mapping."""
    return _PART_WORDS.get(one.part.__name__, "this mapping")
