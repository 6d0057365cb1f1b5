"""Report what has the wrong shape: values that do not fit, keys that nobody reads, and texts that YAML cut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import did_you_mean, either, named, nearest
from notifyrules.document.cases_model import LongExpectation
from notifyrules.document.leaves import describe_node
from notifyrules.document.mending import resolve
from notifyrules.document.model import NODE_KEYS, NodePart
from notifyrules.document.shapes import Misfit, Path, Shapes, UnknownKey
from notifyrules.source.located import Kind, Located, Map, Scalar, Seq, Style
from notifyrules.source.quoting import quote_yaml
from notifyrules.source.text import Span

_SHOWN = 60
"""Code points of a value that an example in a line of help can carry."""
_NEEDED = frozenset({"if", "switch", "first", "any", "call", "to", "type", "cases", "name", "rules", "fact"})
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
    "types": "name: low | normal | urgent",
    "facts": "name: type = default",
    "flow": "name: {ask: ..., if: ..., then: ...}",
    "outcomes": "name: {notify: true}",
    "cases": "value: target",
    "let": "name: condition",
    "data": "name: type = default",
    "legend": "class: blue",
}
"""How a line of a section is written."""
_CASES_FORMS = {
    "given": "name facts and their values: `given: {channel.muted: true}`",
    "per_medium": "name media, each with facts of its own: `per_medium: {mobile: {channel.muted: true}}`",
    "each": "name facts, each with its values: `each: {channel.muted: [false, true]}`",
    "expect": "a case expects one outcome, by its name, or `{notify: false}`; another answer is a case of its own",
    "rows": "name a file with one line of JSON a row: `rows: name.jsonl`",
    "skip": "say why: `skip: the reason in words`",
    "data": "name data and their values: `data: {count: 1}`",
}
"""How a key of a case is written."""
_PROMISE_FORMS = {
    "together": "write what holds for all media of a message: `together: {at_most_one: [desktop, mobile]}`",
    **dict.fromkeys(
        ("at_most_one", "at_least_one"), "list media, `[desktop, mobile]`, or name the outcome that counts for each"
    ),
    "never": 'name media, each with its outcome: `never: {desktop: "no", mobile: "yes"}`',
}
"""How a promise about media is written."""
_MEDIA_FACT = (("media",), ("media", "fact"))
"""Where the fact stands whose values are the media."""
_MISSING_FORMS = {
    "flow": "a rule file has its nodes under `flow:`",
    "outcomes": 'a rule file has its ends under `outcomes:`, such as `"yes": {notify: true}`',
    "cases": "write one target a value: `cases: {value: target}`",
    "if": "write `if: condition`",
    "name": "write `name: the promise in words`",
    "type": "write `type: bool`, or another type",
    "rules": "name the rule file: `rules: name.yaml`",
    "fact": "name the fact whose values are the media: `fact: device.kind`",
}
"""How a key that is missing is written."""
_TEXTUAL = ("text", "a name", "a condition", "a node or an outcome")
_YES_OR_NO = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_SHOWN_TEXT = 80
"""Code points of a text that was cut apart, which a line of help shows whole."""
_MEANT: Mapping[str, tuple[str, ...]] = {
    "to": ("then", "target", "goto", "next"),
    "if": ("when", "condition"),
    "then": ("to",),
    "else": ("otherwise", "default"),
    "about": ("description", "doc", "comment"),
    "because": ("reason", "why"),
    "given": ("facts", "when", "if", "input", "inputs", "set", "with"),
    "each": ("for_each", "foreach", "matrix", "parametrize", "values"),
    "expect": ("then", "result", "should", "want", "decision", "output"),
    "through": ("path", "steps", "nodes", "via"),
    "fact": ("medium", "media", "name"),
}
"""What people write for a key."""
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "to": (*NODE_KEYS, "notify", "else"),
    "if": ("else", "default"),
    "cases": ("then",),
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
    "LongType": "a type",
    "LongFact": "a fact",
    "OutcomePart": "an outcome",
    "GuaranteePart": "a guarantee",
    "LongMedia": "`media`",
    "TogetherPart": "a promise about media",
    "CasesDocument": "a cases file",
    "CasePart": "a case",
    "LongExpectation": "an expectation",
    "MediaExpectation": "an expectation for several media",
    "DifferencesDocument": "a file of expected differences",
    "DifferencePart": "an expected difference",
}
_LOOKED_AT = 200
"""Code points behind a text in which its comment is looked for."""


def report_shape(tree: Map, misfit: Misfit, findings: Findings, shapes: Shapes) -> Path:
    """Report what does not fit at its place; give the path to cut out of the tree, empty where nothing is left."""
    path, expected = misfit.path, misfit.expected
    value, key = resolve(tree, path)
    if misfit.what == "missing":
        return _missing(path, value, key, expected, findings, shapes)
    if misfit.what == "kind":
        return _report_kind(path, value, key, findings)
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
    if not any(one.holder.span == value.span and stands_for(one.key, missing) for one in shapes.unknown.values()):
        at = key.span if key is not None else _start(value)
        listed = "list them below it: `- {name: ..., given: ..., expect: ...}`"
        advice = listed if (*path, missing) == ("cases",) else _MISSING_FORMS.get(missing, "")
        findings.add(Code.MISSING_KEY, at, f"{_holder_words(path)} has no `{missing}`", help=advice)
    return _without_needed(path) if path else (missing,)


def _report_kind(path: Path, value: Located, key: Scalar | None, findings: Findings) -> Path:
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


def _holder_words(path: Path) -> str:
    if path and isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{path[-2]}`"
    return f"`{path[-1]}`" if path else "the file"


def _explanation(value: Located, expected: str, path: Path) -> tuple[list[str], list[str]]:
    """Explain a value that YAML read in a way nobody meant, and show how to write it: the notes and the help."""
    if expected.startswith("a type"):
        return _type_explanation(value, path)
    written = value.span.one_line
    form = f"quote it: `{quote_yaml(written)}`" if len(written) <= _SHOWN else "put it into quotes"
    if expected == "a mapping" and path[-1:] == ("allow",):
        return [], ["say why: `allow: {code: reason}`"]
    if expected == "a mapping" and path[0] == "guarantees" and (advice := _PROMISE_FORMS.get(str(path[-1]))):
        return [], [advice]
    if path in _MEDIA_FACT and isinstance(value, Seq):
        return [], ["name one fact, without brackets; its values are the media: `media: device.kind`"]
    if (
        path[-1:] != ("cases",)
        and (advice := _CASES_FORMS.get(str(path[-1])))
        and path[0] in ("cases", "given", "per_medium")
    ):
        return [], ["name media, and what each is to have" if path[-2:] == ("expect", "each") else advice]
    if path[-3:-1] == ("expect", "each") and expected == "a name":
        return [], [f"name the outcome that `{path[-1]}` is to have, or write `{{notify: false}}`"]
    if path == ("cases",) and isinstance(value, Map):
        return [], ["put a `-` in front of every case: `- {name: ..., given: ..., expect: ...}`"]
    if path[0] == "cases" and "each" in path and expected == "a list":
        return [], [_axis_advice(value, str(path[-1]))]
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
        by_end = "or say by kind of end why: `{notified: ..., held | refused: ...}`"
        many = path[-1:] == ("because",) and isinstance(value, Map) and all(map(_is_words, value.values()))
        return [listed if isinstance(value, Seq) else mapped], [form, by_end] if many else [form]
    return [], []


def _is_words(value: Located) -> bool:
    return isinstance(value, Scalar) and value.kind is Kind.TEXT


def _axis_advice(value: Located, fact: str) -> str:
    """Show the values of a fact as `each` lists them."""
    if isinstance(value, Map):
        name, one = next(iter(value.items()), ("name", value))
        return f"write the whole name of the fact: `{fact}.{name}: {one.span.one_line[:_SHOWN]}`"
    return f"put it into brackets: `[{', '.join(one.strip() for one in value.span.one_line[:_SHOWN].split('|'))}]`"


def _condition_explanation(value: Located, path: Path) -> tuple[list[str], list[str]]:
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
        advice = f'quote it: `"[{", ".join(conditions)}]"`'
        return ["YAML reads a value that starts with `[` or `-` as a list"], [advice]
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
    elif expected.endswith("a list") and len(written) <= _SHOWN:
        advice = f"put it into brackets: `[{written}]`"
    return notes, [advice]


def _type_explanation(value: Located, path: Path) -> tuple[list[str], list[str]]:
    match value:
        case Scalar(kind=Kind.BOOL | Kind.INT) if path[0] == "types":
            return [], [f"a type says what may be given: `{'bool' if value.kind is Kind.BOOL else 'int'}`"]
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
    return value.span if isinstance(value, Scalar) else value.span.first_line


def _without_needed(path: Path) -> Path:
    """Find what to cut out for a value that cannot be: the value, or what makes no sense without it."""
    while len(path) > 1 and (path[-1] in _NEEDED or path[-2:] == ("expect", "each")):
        path = path[:-1]
    return path


def stands_for(written: str, missing: str) -> bool:
    """Tell whether an unknown key was probably meant for one that is missing."""
    if written in (*_MEANT.get(missing, ()), *_ELSEWHERE.get(missing, ())):
        return True
    glued = _GLUED.fullmatch(written)
    return nearest(written if glued is None else glued["key"], [missing]) is not None


def report_unknown_keys(unknown: Sequence[UnknownKey], findings: Findings) -> None:
    """Report keys that nobody reads; the pieces of a text that YAML ended at its commas are reported as one."""
    behind: dict[int, Scalar] = {}
    for before, one in pairwise(unknown):
        if before.holder is one.holder and _is_piece(before) and _is_piece(one) and _follows(before.key, one):
            behind[id(one.key)] = before.key
    joined = {id(key) for key in behind.values()}
    start: UnknownKey | None = None
    for one in unknown:
        if _is_nested_node(one) and one.key not in NODE_KEYS:
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
    quoted = f": `{quote_yaml(text.one_line)}`" if len(text.one_line) <= _SHOWN_TEXT else ""
    message = f"`{first.key}` is not a key of {_part_words(first)}"
    notes = ["YAML ends a text without quotes at the comma inside `{...}`, and takes the rest for a key"]
    findings.add(Code.UNKNOWN_KEY, first.key.span, message, notes=notes, help=f"quote the whole text{quoted}")
    # The half in front of the comma is no condition, whatever is found in it.
    findings.settle(text)


def _report(one: UnknownKey, findings: Findings) -> None:
    free = _free_keys(one)
    synonym = next((key for key in free if one.key in _MEANT.get(key, ())), None)
    parts = NodePart.__subclasses__() if issubclass(one.part, NodePart) else ()
    owners = [_PART_WORDS[part.__name__] for part in parts if one.key in part.known_keys()]
    notes: list[str] = []
    glued = _GLUED.fullmatch(one.key[:_SHOWN_TEXT])
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
        if one.part is LongExpectation:
            known += "; what media are to have stands under `each`"
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
    if part == "SwitchPart" and key == "then":
        return "a switch leads on by value: `cases: {value: target}`; of a bool, ask `if` instead of `switch`"
    if part == "FanOutPart" and key == "then":
        return "`any` lists nodes, which lead on themselves; of conditions write `if: a or b`"
    if part == "CasePart" and key in LongExpectation.known_keys():
        return f"`{key}` stands in what is expected: `expect: {{{key}: ...}}`"
    if _is_nested_node(one):
        return "a node cannot stand in another: give it a name of its own under `flow:`, and lead there by its name"
    if part == "Document" and key == "per_medium":
        return "it stands beside the fact: `media: {fact: device.kind, per_medium: [...]}`"
    if part == "LongTarget" and key == "notify":
        return "`notify` belongs to an outcome: lead there by its name"
    if part == "RowPart" and key in ("else", "default", "otherwise"):
        return "where no row holds is said beside `first:`, not in it: `else: target`"
    return ""


def _free_keys(one: UnknownKey) -> list[str]:
    return [key for key in one.part.known_keys() if key not in one.holder]


def _part_words(one: UnknownKey) -> str:
    return _PART_WORDS.get(one.part.__name__, "this mapping")


def warn_of_cut_texts(tree: Located, findings: Findings) -> None:
    """Warn where a comment that looks like a channel or a number cuts a text."""
    waiting: list[Located] = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Map):
            waiting.extend(one.values())
        elif isinstance(one, Seq):
            waiting.extend(one)
        elif one.style is Style.PLAIN and one:
            _warn_of_cut(one, findings)


def _warn_of_cut(text: Scalar, findings: Findings) -> None:
    """Warn if the comment behind a text looks like a part of it."""
    rest = text.span.source.text[text.span.end : text.span.end + _LOOKED_AT].partition("\n")[0].rstrip()
    comment = rest.lstrip(" \t")
    if not comment.startswith("#") or comment == rest or comment[1:2] in ("", " ", "\t", "#", "-", "="):
        return
    at = text.span.end + len(rest) - len(comment)
    whole = quote_yaml(f"{text} {comment}")
    span, notes = Span(text.span.source, at, at + len(comment)), ["a `#` behind a blank begins a comment"]
    advice = f"quote the whole text: `{whole}`; or, for a comment, put a blank behind the `#`"
    findings.add(Code.CUT_TEXT, span, f"YAML cuts the text here: `{text}`", notes=notes, help=advice)


def explain_cut_texts(findings: Findings) -> None:
    """Join the warning of a cut text with the error that the cut made of it."""
    cuts = {(found.span.source, found.span.line): found for found in findings if found.code is Code.CUT_TEXT}
    if not cuts:
        return
    for found in findings:
        cut = cuts.get((found.span.source, found.span.line))
        if found.code is Code.SYNTAX and cut is not None and found.span.end <= cut.span.start:
            findings.drop([found, cut])
            findings.extend([replace(found, notes=(cut.message, *cut.notes), help=cut.help[:1])])
