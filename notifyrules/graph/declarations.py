"""Read the types and defaults of facts and data, and what the names of types stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import named, nearest
from notifyrules.document.model import LongFact, LongType
from notifyrules.graph.model import Declared, Fact, NamedType
from notifyrules.language.foreign_words import meant_type, no_type
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.parsing import parse_declaration
from notifyrules.language.syntax import Declaration, ListWord, Word
from notifyrules.language.types import LIST_OF, TYPE_WORDS, Base, Basic, Enumeration, ListOf, Type, quote
from notifyrules.language.values import conform
from notifyrules.source.located import Scalar, Seq, words_of
from notifyrules.source.text import Span

MAX_SPLICED = 100_000
"""Values that named enumerations lend to other enumerations, in one chart."""
_ODD_NUMBER = re.compile(r"[-+]?0[0-9]+|[-+]?[0-9]+(_[0-9]+)+")


@dataclass(slots=True)
class NamedTypes:
    """The named types of a chart, while its declarations are read."""

    findings: Findings
    """Takes what is wrong with declarations."""
    known: dict[str, NamedType] = field(default_factory=dict)
    made_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Every name, also of a type that could not be read, with the names that stand in its declaration."""
    words: tuple[str, ...] = tuple(TYPE_WORDS)
    """Every name of a type, those of the language among them."""
    used: list[str] = field(default_factory=list)
    """The names that stand in the declarations of facts and data."""
    complete: bool = True
    """Whether everything that may name types could be read."""
    spliced: int = 0
    """How many values named enumerations have lent to others."""

    def named_in(self, written: Declaration) -> tuple[str, ...]:
        """List the words of a declaration that name types of the file's own."""
        parts = [part.items if isinstance(part, ListWord) else (part,) for part in written.alternatives]
        words = chain.from_iterable(parts)
        return tuple(word.text for word in words if not word.quoted and word.text in self.made_of)


def read_named_type(
    name: Scalar, part: Scalar | LongType, written: Declaration, types: NamedTypes, *, included: bool
) -> NamedType | None:
    """Read what a name stands for, as far as it is known; None after a finding."""
    if written.default_span is not None:
        advice = "the facts of the type have defaults"
        types.findings.add(Code.BAD_TYPE, written.default_span, "a type has no default", help=advice)
        return None
    found = _read_type(written, part if isinstance(part, Scalar) else part.type, types)
    if found is not None and isinstance(part, LongType):
        found = _in_order(name, found, part, types)
    about = words_of(part.about) if isinstance(part, LongType) else None
    return None if found is None else NamedType(str(name), found, about, included, name.span)


def read_fact(name: Scalar, part: Scalar | LongFact, types: NamedTypes, *, included: bool) -> Fact | None:
    """Read the declaration of a fact; None after a finding."""
    long = part if isinstance(part, LongFact) else None
    declared = read_declaration(name, part if isinstance(part, Scalar) else part.type, types, included=included)
    if declared is not None and long is not None:
        declared = _completed(declared, long, types)
    if declared is None:
        return None
    kept = (declared.name, declared.type, declared.has_default, declared.default, included, declared.span)
    if long is None:
        return Fact(*kept)
    private = long.private is not None and bool(long.private.plain())
    return Fact(*kept, words_of(long.about), 1 if long.cost is None else int(long.cost[:15]), private)


def _in_order(name: str, found: Type, part: LongFact | LongType, types: NamedTypes) -> Type | None:
    """Give a type the order of its values where its long form says so; None after a finding."""
    if part.ordered is None or not part.ordered.plain():
        return found
    if not isinstance(found.base, Enumeration):
        message = f"only an enumeration can be ordered, and `{name}` is `{found}`"
        types.findings.add(Code.BAD_TYPE, part.ordered.span, message, help="remove `ordered`")
        return None
    written = parse_declaration(part.type, Findings())
    borrowed = () if written is None else types.named_in(written)
    if borrowed:
        message = f"the order of `{borrowed[0]}` is that of its declaration"
        advice = f"write `ordered: true` where the type `{borrowed[0]}` is declared"
        if found.name != borrowed[0]:
            message = "values beside those of a named type have no order"
            advice = f"to give them one, list all of them: `{found.unnamed}`"
        types.findings.add(Code.BAD_TYPE, part.ordered.span, message, help=advice)
        return None
    return replace(found, base=replace(found.base, order=found.base.values))


def _completed(declared: Declared, part: LongFact, types: NamedTypes) -> Declared | None:
    """Read what the long form of a fact says of its values: their order, and the default."""
    findings = types.findings
    ordered = _in_order(declared.name, declared.type, part, types)
    if ordered is None:
        return None
    declared = replace(declared, type=ordered)
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
    return _with_default(declared, plain, span, types)


def read_declaration(
    name: Scalar, scalar: Scalar, types: NamedTypes, *, included: bool = False, may_default: bool = False
) -> Declared | None:
    """
    Read `type = default`.

    Args:
        name: What is declared.
        scalar: Its declaration.
        types: Knows the named types, and takes what is wrong.
        included: Whether it comes from an included file.
        may_default: Whether something that may be null may default to something else; facts may not, because an
            absent fact and a null one would mean different things without anybody noticing.

    Returns:
        What is declared, or None after a finding.
    """
    findings = types.findings
    written = parse_declaration(scalar, findings)
    if written is None:
        return None
    types.used += types.named_in(written)
    found = _read_type(written, scalar, types)
    if found is None:
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
    return _with_default(declared, plain, written.default_span, types, may_default=may_default)


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
    declared: Declared, plain: object, span: Span, types: NamedTypes, *, may_default: bool = False
) -> Declared | None:
    wanted = declared.type
    if wanted.nullable and plain is not None and not may_default:
        advice = "drop the default, or drop `| null`; `??` in a condition says what null means"
        types.findings.add(Code.BAD_TYPE, span, "a fact that may be null has no other default than null", help=advice)
        return None
    try:
        return replace(declared, has_default=True, default=conform(wanted, plain))
    except Mismatch as mismatch:
        if plain is None:
            mismatch.help = f"where it may be null, write `{wanted} | null = null`"
        if isinstance(wanted.base, Enumeration) and isinstance(plain, str) and plain in types.made_of:
            mismatch.help = f'`{plain}` names a type; where the value is meant, the type quotes it: `"{plain}"`'
        _report_unfit(mismatch, span, types.findings)
        return None


def _plain(word: Word, base: Base | None) -> object:
    if word.quoted:
        return word.text
    if word.text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[word.text]
    if base is Basic.INT and word.text.lstrip("+-").isdigit() and word.text.isascii():
        return int(word.text[:40])
    return word.text


def _read_type(written: Declaration, scalar: Scalar, types: NamedTypes) -> Type | None:
    """Read the alternatives of a type: one type or the values of an enumeration, and perhaps null."""
    nullable = False
    others: list[Word | ListWord] = []
    for alternative in written.alternatives:
        if isinstance(alternative, Word) and not alternative.quoted and alternative.text == "null":
            if nullable:
                types.findings.add(Code.BAD_TYPE, alternative.span, "`null` stands here twice")
                return None
            nullable = True
        else:
            others.append(alternative)
    if not others:
        advice = "write the type before it, such as `bool | null`"
        types.findings.add(Code.BAD_TYPE, scalar.span, "a fact that can only be null tells nothing", help=advice)
        return None
    first = others[0]
    if len(others) == 1 and isinstance(first, ListWord):
        found = _list_type(first, types)
    elif len(others) == 1 and isinstance(first, Word) and not first.quoted:
        quoted = quote(first.text)
        found = _named_type(first, f"'{quoted}'" if scalar.quoted else quoted, types)
    else:
        found = _enumeration(others, types, scalar)
    return None if found is None else replace(found, nullable=nullable or found.nullable)


def _named_type(word: Word, single: str, types: NamedTypes) -> Type | None:
    """Read one bare word, which must name a type; *single* is the enumeration that has no other value."""
    if word.text in TYPE_WORDS:
        return Type(Basic(word.text))
    if word.text in types.known:
        return replace(types.known[word.text].type, name=word.text)
    near = meant_type(word.text) or nearest(word.text, types.words)
    if word.text in types.made_of or not (near or types.complete):
        return None
    advice = [f"the types are {named(one.value for one in Basic)}, `list of` one of them, and values joined by `|`"]
    advice += [f"the file's own types are {named(types.made_of)}"] if types.made_of else []
    advice.append(f"an enumeration of one value quotes it: `{single}`")
    if near:
        advice = [f"did you mean `{near}`?"]
    elif elsewhere := no_type(word.text):
        advice = [elsewhere]
    types.findings.add(Code.BAD_TYPE, word.span, f"there is no type `{word.text}`", help=advice)
    return None


def _list_type(word: ListWord, types: NamedTypes) -> Type | None:
    first = word.items[0]
    alone = word.grouped and len(word.items) == 1 and not first.quoted
    if alone and (first.text in TYPE_WORDS or first.text in types.made_of):
        advice = f"write `list of {first.text}`"
        message = "parentheses stand around enumerations only"
        if first.text not in TYPE_WORDS:
            message = "the name of a type needs no parentheses"
        types.findings.add(Code.BAD_TYPE, first.span, message, help=advice)
        return None
    null = next((one for one in word.items if one.text == "null" and not one.quoted), None)
    if null is not None:
        types.findings.add(Code.BAD_TYPE, null.span, "the items of a list are never null", help="drop `null`")
        return None
    if word.grouped:
        item = _enumeration(word.items, types)
    else:
        item = _named_type(first, f"list of ({quote(first.text)})", types)
    if item is None:
        return None
    wrong = "the items of a list are never null" if item.nullable else "a list cannot hold lists"
    if item.nullable or isinstance(item.base, ListOf):
        types.findings.add(Code.BAD_TYPE, word.span, wrong, help=f"the type is `{item.unnamed}`")
        return None
    spelt = item.name and LIST_OF + (f"({item.name})" if word.grouped else item.name)
    return Type(ListOf(item.base), name=spelt)


def _enumeration(words: Sequence[Word | ListWord], types: NamedTypes, whole: str = "") -> Type | None:
    """Read the values of an enumeration; *whole* is the declaration that may have been meant for something else."""
    values: dict[str, Span] = {}
    nullable = False
    listed = next((word for word in words if isinstance(word, ListWord)), None)
    if listed is not None:
        advice = "declare two facts, or a list alone"
        types.findings.add(Code.BAD_TYPE, listed.span, "a list cannot be one of several values", help=advice)
        return None
    plain = [word for word in words if isinstance(word, Word)]
    for word in plain:
        lent = _lent(word, whole, types)
        if lent is None:
            return None
        assert isinstance(lent.base, Enumeration)
        twice = next((value for value in lent.base.values if value in values), None)
        if twice is not None:
            message = f"the value `{twice}` stands here twice"
            if word.text in types.known and not word.quoted:
                message = f"the value `{twice}` stands here twice: the type `{word.text}` has it"
            types.findings.add(Code.BAD_TYPE, word.span, message, labels=[Label(values[twice], "the first one")])
            return None
        values.update(dict.fromkeys(lent.base.values, word.span))
        nullable = nullable or lent.nullable
    spelt = None
    if any(not word.quoted and word.text in types.known for word in plain):
        spelt = " | ".join(quote(word.text) if word.quoted else word.text for word in plain)
    return Type(Enumeration(tuple(values), quoted=frozenset(values.keys() & types.made_of)), nullable, spelt)


def _lent(word: Word, whole: str, types: NamedTypes) -> Type | None:
    """Give the enumeration that a word stands for among other values: itself alone, or a named one."""
    named_type = None if word.quoted else types.known.get(word.text)
    if named_type is not None and isinstance(named_type.type.base, Enumeration):
        types.spliced += len(named_type.type.base.values)
        if types.spliced <= MAX_SPLICED:
            return named_type.type
        message = f"named types stand for more than {MAX_SPLICED:,} values of other types"
        types.findings.add(Code.LIMIT, word.span, message, help="let the facts name the types alone")
    elif not word.quoted and (named_type is not None or word.text in TYPE_WORDS | {"true", "false", "null"}):
        what = "is no text" if word.text in ("true", "false", "null") else "names a type"
        meant = "bool" if what == "is no text" else meant_type(whole)
        advice = f"write `{meant}`; or " if meant and meant != whole else ""
        rest = "only `null` joins a type" + (" that is no enumeration" if named_type is not None else "")
        message = f"`{word.text}` {what}, and cannot be joined with other values"
        advice = f'{advice}quote it for the value: `"{word.text}"`; {rest}'
        types.findings.add(Code.BAD_TYPE, word.span, message, help=advice)
    elif word.quoted or (types.complete and word.text not in types.made_of):
        return Type(Enumeration((word.text,)))
    return None
