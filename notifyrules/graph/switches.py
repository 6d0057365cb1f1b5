"""Build switches: one way out per value, every value accounted for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.document.model import LongTarget, SwitchPart
from notifyrules.graph.draft import Draft, head
from notifyrules.graph.model import Switch
from notifyrules.graph.targets import NOTHING, Exit, read_exit, read_target, value_id
from notifyrules.language.foreign_words import meant_literal
from notifyrules.language.null_narrowing import Narrowed, known, value_key
from notifyrules.language.parsing import parse_case_key
from notifyrules.language.syntax import Word
from notifyrules.language.terms import Term
from notifyrules.language.types import MAX_INT, Basic, Enumeration, Type, quote
from notifyrules.language.values import Value, write, write_literal
from notifyrules.source.located import Kind, Scalar
from notifyrules.source.text import Span, one_line


@dataclass(frozen=True, slots=True)
class _WrittenCase:
    values: tuple[tuple[Value, Span], ...]
    leaving: Exit | None


def build_switch(name: Scalar, part: SwitchPart, draft: Draft) -> Switch | None:
    """Build a question with one way out per value; None after a finding."""
    subject = draft.condition(part.switch)
    if subject is not None and not _may_switch(subject.type):
        message = f"`switch` asks for values, bools, ints or texts; this is `{subject.type}`"
        draft.findings.add(Code.TYPE_MISMATCH, part.switch.span, message, help="use `first` with conditions")
        subject = None
    written = [_case(key, target, subject, draft) for key, target in part.cases.items()]
    cases = [case for case in written if case is not None]
    _check_twice(cases, draft)
    closed = None if subject is None else _closed_values(subject.type)
    answered = {value for case in cases for value, _ in case.values}
    otherwise: Exit | None = None
    broken = subject is None or len(cases) < len(written) or any(case.leaving is None for case in cases)
    if part.else_ is not None:
        otherwise = read_target(part.else_, draft, _given_otherwise(subject, answered))
        broken = broken or otherwise is None
        if closed is not None and len(cases) == len(written) and set(closed) <= answered:
            key = part.key("else")
            message = f"the cases name every value of `{part.switch}`"
            draft.findings.add(Code.USELESS_ELSE, key.span if key else name.span, message, help="remove the `else`")
    elif subject is not None:
        # An open type ends elsewhere; null, bools and enumerations are named by value whatever `otherwise` says.
        wanted = closed if closed is not None else ((None,) if subject.type.nullable else ())
        missing = [value for value in wanted if value not in answered]
        if missing and len(cases) == len(written) and not draft.is_broken("flow", name):
            draft.loose = True
            message = f"no case for {named(map(write_literal, missing))}"
            advice = f"add {_cases(missing)}, or an `else` for all other values"
            draft.findings.add(Code.MISSING_CASE, part.switch.span, message, help=advice)
            broken = True
        if closed is None and not broken:
            otherwise = read_exit(None, name, "else", draft)
            broken = otherwise is None
    if broken or subject is None:
        return None
    built = {
        value: case.leaving.arrow(name, value_id(value), write(value) or '""')
        for case in cases
        if case.leaving is not None
        for value, _ in case.values
    }
    ending = None if otherwise is None else otherwise.arrow(name, "else", "anything else")
    return Switch(*head(name, part, one_line(part.switch)), subject, MappingProxyType(built), ending)


def _cases(missing: Sequence[Value]) -> str:
    """Show the lines of cases that are missing, as many as a line of help can carry."""
    few = 4
    if len(missing) > few:
        return f"a case for each, such as `{value_id(missing[0])}: target`"
    lines = [f"`{value_id(value)}: target`" for value in missing]
    return ("the cases " if len(lines) > 1 else "the case ") + ", ".join(lines)


def _may_switch(kind: Type) -> bool:
    return isinstance(kind.base, Enumeration) or kind.base in (Basic.BOOL, Basic.INT, Basic.TEXT)


def _closed_values(kind: Type) -> tuple[Value, ...] | None:
    """List all values of a type; None for ints and texts, which have no end."""
    null: tuple[Value, ...] = (None,) if kind.nullable else ()
    if isinstance(kind.base, Enumeration):
        return (*kind.base.values, *null)
    if kind.base is Basic.BOOL:
        return (True, False, *null)
    return None


def _case(key: Scalar, target: Scalar | LongTarget, subject: Term | None, draft: Draft) -> _WrittenCase | None:
    words = parse_case_key(key, draft.findings)
    values: list[tuple[Value, Span]] = []
    for word in words or ():
        found, value = (False, None) if subject is None else _value(word, key, subject.type, draft)
        if found:
            values.append((value, word.span))
    complete = words is not None and len(values) == len(words)
    leaving = read_target(target, draft, _given(subject, [value for value, _ in values]) if complete else None)
    return _WrittenCase(tuple(values), leaving) if complete else None


def _given(subject: Term | None, values: Sequence[Value]) -> Narrowed | None:
    """Name what is not null where a switch has met one of some values; None where that is not known."""
    if subject is None:
        return None
    ways = [known(subject, truth=value) if isinstance(value, bool) else NOTHING for value in values]
    shared = frozenset.intersection(*ways) if ways else NOTHING
    return shared if None in values else shared | {value_key(subject)}


def _given_otherwise(subject: Term | None, answered: Collection[Value]) -> Narrowed | None:
    """Name what is not null where a switch has met none of some values; None where that is not known."""
    if subject is None:
        return None
    return frozenset({value_key(subject)}) if None in answered else NOTHING


def _value(word: Word, key: Scalar, kind: Type, draft: Draft) -> tuple[bool, Value]:
    """Read one value of a case key: whether the switch can have the value, and the value."""
    value: Value = word.text
    if not word.quoted and word.text in _LITERALS:
        value = _LITERALS[word.text]
    elif not word.quoted and word.text.lstrip("-").isdigit():
        value = int(word.text[:20])
    if _possible(value, kind):
        return True, value
    _report_impossible(word, key, value, kind, draft)
    return False, None


def _report_impossible(word: Word, key: Scalar, value: Value, kind: Type, draft: Draft) -> None:
    """Report a value that the switch never meets, and what YAML or the language made of it."""
    closed = _closed_values(kind)
    advice: list[str] = []
    notes: list[str] = []
    if isinstance(kind.base, Enumeration):
        advice.append(did_you_mean(value, kind.base.values))
    unquoted = _unquoted(word.text) if word.quoted else None
    textual = kind.base is Basic.TEXT or (isinstance(kind.base, Enumeration) and word.text in kind.base.values)
    if unquoted is not None and _possible(unquoted[0], kind):
        notes.append("in quotes it is a text")
        advice.append(f"write `{word.text}` without quotes")
    elif not word.quoted and not isinstance(value, str) and textual:
        reader = "the language reads" if key.kind is Kind.TEXT else "YAML and the language read"
        notes.append(f"{reader} `{word.text}` without quotes as {_KINDS[type(value)]}")
        advice.append(f"for the text, write `{quote(word.text)}` in quotes")
    elif (literal := meant_literal(word.text)) and _possible(_LITERALS[literal], kind):
        advice.append(f"write `{literal}:`, without quotes")
    elif word.text.lower() in ("else", "default", "otherwise", "_", "*", "any", "other", "others"):
        advice.append("what no case names goes to `else: target`, which stands below `cases:` and not in it")
    if closed is not None:
        advice.append("its values are " + named(map(write_literal, closed)))
    shown = quote(word.text) if word.quoted else word.text
    message = f"`{shown}` is not a value of `{kind}`"
    draft.findings.add(Code.IMPOSSIBLE_CASE, word.span, message, help=advice, notes=notes)


_LITERALS: Mapping[str, Value] = {"true": True, "false": False, "null": None}
_KINDS = {bool: "a bool", int: "a number", type(None): "null"}


def _unquoted(text: str) -> tuple[Value] | None:
    """Read a text as the bool, number or null it is without quotes, in a tuple; None where it is text all the same."""
    if text in _LITERALS:
        return (_LITERALS[text],)
    return (int(text),) if re.fullmatch(r"-?[0-9]{1,15}", text) else None


def _possible(value: Value, kind: Type) -> bool:
    match value:
        case None:
            return kind.nullable
        case bool():
            return kind.base is Basic.BOOL
        case int():
            return kind.base is Basic.INT and -MAX_INT <= value <= MAX_INT
        case str():
            return kind.base is Basic.TEXT or (isinstance(kind.base, Enumeration) and value in kind.base.values)
        case _:
            return False


def _check_twice(cases: list[_WrittenCase], draft: Draft) -> None:
    seen: dict[tuple[type, Value], Span] = {}
    for case in cases:
        for value, span in case.values:
            key = (type(value), value)
            if key in seen:
                message, rival = f"`{write_literal(value)}` has a case already", Label(seen[key], "the first one")
                draft.findings.add(Code.DUPLICATE_CASE, span, message, help="remove one of the two", labels=[rival])
            else:
                seen[key] = span
