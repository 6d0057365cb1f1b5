"""Read the types and defaults of facts and data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import named, nearest
from notifyrules.document.model import LongFact
from notifyrules.graph.model import Declared, Fact
from notifyrules.language.foreign_words import meant_type, no_type
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.parsing import parse_declaration
from notifyrules.language.syntax import Declaration, ListWord, Word
from notifyrules.language.types import TYPE_WORDS, Base, Basic, Enumeration, ListOf, Type, quote
from notifyrules.language.values import conform
from notifyrules.source.located import Scalar, Seq, words_of
from notifyrules.source.text import Span

_ODD_NUMBER = re.compile(r"[-+]?0[0-9]+|[-+]?[0-9]+(_[0-9]+)+")


def read_fact(name: Scalar, part: Scalar | LongFact, findings: Findings, *, included: bool) -> Fact | None:
    """Read the declaration of a fact; None after a finding."""
    long = part if isinstance(part, LongFact) else None
    declared = read_declaration(name, part if isinstance(part, Scalar) else part.type, findings, included=included)
    if declared is not None and long is not None:
        declared = _completed(declared, long, findings)
    if declared is None:
        return None
    kept = (declared.name, declared.type, declared.has_default, declared.default, included, declared.span)
    if long is None:
        return Fact(*kept)
    private = long.private is not None and bool(long.private.plain())
    return Fact(*kept, words_of(long.about), 1 if long.cost is None else int(long.cost[:15]), private)


def _completed(declared: Declared, part: LongFact, findings: Findings) -> Declared | None:
    """Read what the long form of a fact says of its values: their order, and the default."""
    if part.ordered is not None and part.ordered.plain():
        if not isinstance(declared.type.base, Enumeration):
            message = f"only an enumeration can be ordered, and `{declared.name}` is `{declared.type}`"
            findings.add(Code.BAD_TYPE, part.ordered.span, message)
            return None
        values = declared.type.base.values
        declared = replace(declared, type=Type(Enumeration(values, values), declared.type.nullable))
    key = part.key("default")
    if key is None:
        return declared
    if declared.has_default:
        rival = Label(part.type.span, "the other is part of the type")
        message = f"`{declared.name}` has two defaults"
        findings.add(Code.BAD_TYPE, key.span, message, help="keep one of the two", labels=[rival])
        return None
    given = part.default
    if isinstance(given, Seq) and isinstance(declared.type.base, ListOf):
        items = [(one.plain(), one.span) for one in given]
        if not _check_items(items, declared.type.base.item, findings):
            return None
    plain, span = (None, key.span) if given is None else (given.plain(), given.span)
    return _with_default(declared, plain, span, findings)


def read_declaration(
    name: Scalar, scalar: Scalar, findings: Findings, *, included: bool = False, may_default: bool = False
) -> Declared | None:
    """
    Read `type = default`.

    Args:
        name: What is declared.
        scalar: Its declaration.
        findings: Takes what is wrong with it.
        included: Whether it comes from an included file.
        may_default: Whether something that may be null may default to something else; facts may not, because an
            absent fact and a null one would mean different things without anybody noticing.

    Returns:
        What is declared, or None after a finding.
    """
    written = parse_declaration(scalar, findings)
    found = None if written is None else _read_type(written, scalar, findings)
    if written is None or found is None:
        return None
    declared = Declared(str(name), found, has_default=False, default=None, included=included, span=name.span)
    if written.default is None:
        return declared
    assert written.default_span is not None
    base = found.base.item if isinstance(found.base, ListOf) else found.base
    words = written.default if isinstance(written.default, tuple) else (written.default,)
    if any(_report_odd_number(word, base, findings) for word in words):
        return None
    listed, wants_list = isinstance(written.default, tuple), isinstance(found.base, ListOf)
    items = [(_plain(word, base if listed is wants_list else None), word.span) for word in words]
    if listed and wants_list and not _check_items(items, base, findings):
        return None
    plain = [item for item, _ in items] if listed else items[0][0]
    return _with_default(declared, plain, written.default_span, findings, may_default=may_default)


def _report_odd_number(word: Word, base: Base | None, findings: Findings) -> bool:
    """Report a number with a zero in front or with separators, which not all readers take for the same."""
    if word.quoted or base is not Basic.INT or not _ODD_NUMBER.fullmatch(word.text):
        return False
    plain = int(word.text.replace("_", "")[:40])
    message = f"not all readers take `{word.text}` for the same number"
    findings.add(Code.BAD_TYPE, word.span, message, help=f"write `{plain}`")
    return True


def _check_items(items: Iterable[tuple[object, Span]], base: Base | None, findings: Findings) -> bool:
    """Check the items of a default that is a list, each at its own place."""
    clean = True
    for plain, span in items if base is not None else ():
        try:
            conform(Type(base), plain)
        except Mismatch as mismatch:
            _report_unfit(mismatch, span, findings)
            clean = False
    return clean


def _report_unfit(mismatch: Mismatch, span: Span, findings: Findings) -> None:
    message = f"the default does not fit: expected {mismatch.expected}, found {mismatch.found}"
    findings.add(Code.BAD_TYPE, span, message, help=mismatch.help)


def _with_default(
    declared: Declared, plain: object, span: Span, findings: Findings, *, may_default: bool = False
) -> Declared | None:
    wanted = declared.type
    if wanted.nullable and plain is not None and not may_default:
        advice = "drop the default, or drop `| null`; `??` in a condition says what null means"
        findings.add(Code.BAD_TYPE, span, "a fact that may be null has no other default than null", help=advice)
        return None
    try:
        return replace(declared, has_default=True, default=conform(wanted, plain))
    except Mismatch as mismatch:
        if plain is None:
            mismatch.help = f"where it may be null, write `{wanted} | null = null`"
        _report_unfit(mismatch, span, findings)
        return None


def _plain(word: Word, base: Base | None) -> object:
    if word.quoted:
        return word.text
    if word.text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[word.text]
    if base is Basic.INT and word.text.lstrip("+-").isdigit() and word.text.isascii():
        return int(word.text[:40])
    return word.text


def _read_type(written: Declaration, scalar: Scalar, findings: Findings) -> Type | None:
    """Read the alternatives of a type: one type or the values of an enumeration, and perhaps null."""
    nullable = False
    others: list[Word | ListWord] = []
    for alternative in written.alternatives:
        if isinstance(alternative, Word) and not alternative.quoted and alternative.text == "null":
            if nullable:
                findings.add(Code.BAD_TYPE, alternative.span, "`null` stands here twice")
                return None
            nullable = True
        else:
            others.append(alternative)
    if not others:
        advice = "write the type before it, such as `bool | null`"
        findings.add(Code.BAD_TYPE, scalar.span, "a fact that can only be null tells nothing", help=advice)
        return None
    first = others[0]
    if len(others) == 1 and isinstance(first, ListWord):
        base: Base | None = _list_type(first, findings)
    elif len(others) == 1 and isinstance(first, Word) and not first.quoted:
        quoted = quote(first.text)
        base = _named_type(first, f"'{quoted}'" if scalar.quoted else quoted, findings)
    else:
        base = _enumeration(others, findings, scalar)
    return None if base is None else Type(base, nullable)


def _named_type(word: Word, single: str, findings: Findings) -> Basic | None:
    """Read one bare word, which must name a type; *single* is the enumeration that has no other value."""
    if word.text in TYPE_WORDS:
        return Basic(word.text)
    near = meant_type(word.text) or nearest(word.text, TYPE_WORDS)
    advice = [f"the types are {named(one.value for one in Basic)}, `list of` one of them, and values joined by `|`"]
    advice.append(f"an enumeration of one value quotes it: `{single}`")
    if near:
        advice = [f"did you mean `{near}`?"]
    elif elsewhere := no_type(word.text):
        advice = [elsewhere]
    findings.add(Code.BAD_TYPE, word.span, f"there is no type `{word.text}`", help=advice)
    return None


def _list_type(word: ListWord, findings: Findings) -> ListOf | None:
    if word.grouped and len(word.items) == 1 and word.items[0].text in TYPE_WORDS and not word.items[0].quoted:
        advice = f"write `list of {word.items[0].text}`"
        findings.add(Code.BAD_TYPE, word.items[0].span, "parentheses stand around enumerations only", help=advice)
        return None
    null = next((one for one in word.items if one.text == "null" and not one.quoted), None)
    if null is not None:
        findings.add(Code.BAD_TYPE, null.span, "the items of a list are never null", help="drop `null`")
        return None
    if word.grouped:
        inner = _enumeration(list(word.items), findings)
        return None if inner is None else ListOf(inner)
    named = _named_type(word.items[0], f"list of ({quote(word.items[0].text)})", findings)
    return None if named is None else ListOf(named)


def _enumeration(words: list[Word | ListWord], findings: Findings, whole: str = "") -> Enumeration | None:
    """Read the values of an enumeration; *whole* is the declaration that may have been meant for something else."""
    values: dict[str, Span] = {}
    for word in words:
        if isinstance(word, ListWord):
            advice = "declare two facts, or a list alone"
            findings.add(Code.BAD_TYPE, word.span, "a list cannot be one of several values", help=advice)
            return None
        if not word.quoted and (word.text in TYPE_WORDS or word.text in ("true", "false", "null")):
            what = "names a type" if word.text in TYPE_WORDS else "is no text"
            meant = "bool" if what == "is no text" else meant_type(whole)
            advice = f"write `{meant}`; or " if meant and meant != whole else ""
            message = f"`{word.text}` {what}, and cannot be joined with other values"
            advice = f'{advice}quote it for the value: `"{word.text}"`; only `null` joins a type'
            findings.add(Code.BAD_TYPE, word.span, message, help=advice)
            return None
        if word.text in values:
            message = f"the value `{word.text}` stands here twice"
            findings.add(Code.BAD_TYPE, word.span, message, labels=[Label(values[word.text], "the first one")])
            return None
        values[word.text] = word.span
    return Enumeration(tuple(values))
