"""
Write receipts: of each chart by a function generated for it, which compares every fact with its default once.

A receipt holds what its words can be made from again: which rules, loaded how, the facts off their defaults, and of
facts that are private or not known what a walk needs to go the same way without them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from json.encoder import encode_basestring, encode_basestring_ascii
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from weakref import WeakValueDictionary

from pydantic_core import to_json

from notifyrules.compiled.facts_object import FIXED, Facts, LazyFacts
from notifyrules.compiled.names import Names, compiled, run, slots
from notifyrules.compiled.partial import UNKNOWN, NotKnown
from notifyrules.compiled.remembered import Remembered
from notifyrules.errors import UsageError
from notifyrules.evaluation.withholding import Mask, answers_kept, masking, private_facts, withholds
from notifyrules.graph.model import Arrow, Fact, Graph, Notify
from notifyrules.language.kinds import KINDS
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.moments import (
    DAY_TEXTS,
    EPOCH,
    LAST_TEXTS,
    MINUTE_TEXTS,
    read_instant,
    write_finer,
    write_instant,
)
from notifyrules.language.tables import Tables, tables
from notifyrules.language.types import Base, Basic, Enumeration, ListOf
from notifyrules.language.values import Value, to_plain

if TYPE_CHECKING:
    from notifyrules.compiled.decision import Decision, Verdict

# It only saves time, and not everybody has it.
_msgspec: Final[Any] = import_module("msgspec") if find_spec("msgspec") else None
DIGITS: Final = 8
"""Of what names the rules in a receipt so many characters begin their digest; those behind say how they were loaded."""
_TITLE: Final = "<receipts by notifyrules>"
_LOADED: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST_TOLD: Final = 1_024
"""Values of one fact whose texts are kept."""
Quick: TypeAlias = Callable[[Iterable[object], str, str], bytes]
"""Writes facts, by their order in the chart, behind two texts; gives a whole line."""
_loaded: WeakValueDictionary[str, type[Facts]] = WeakValueDictionary()
"""By the names of rules the facts of those that wrote receipts."""


def _quoted(text: str) -> str:
    """Write what a caller tells of a decision; halves of a surrogate pair, which not every reader takes, are lost."""
    if text.isascii():
        return encode_basestring_ascii(text)
    return encode_basestring_ascii(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def timed(at: str | datetime) -> str:
    """Write when a decision was made, as a caller says it, in UTC; UsageError where it is no instant."""
    try:
        moment = read_instant(at)
    except Mismatch:
        moment = None
    if moment is None:
        raise UsageError(f"`at` is {describe(at)}, not when something was decided", "give it as 2026-11-29T10:00:00Z")
    return at if isinstance(at, str) and at.endswith("Z") else write_instant(moment)


def stamp(digest: str, path: str, by: Tables) -> str:
    """Name rules and how they were loaded: what their digest begins with, and three characters for the rest."""
    loaded = "\0".join([digest, path, *astuple(by)])
    number = int.from_bytes(hashlib.sha256(loaded.encode("utf-8", "surrogatepass")).digest()[:6])
    return digest[:DIGITS] + "".join(_LOADED[number // len(_LOADED) ** place % len(_LOADED)] for place in range(3))


class Scribe:
    """Write the receipts of one chart."""

    def __init__(self, graph: Graph, kind: type[Facts]) -> None:
        """Generate the function for decisions by facts of a *kind*."""
        self.graph = graph
        self.stamp = stamp(graph.digest, graph.path, tables())
        self._withholds = withholds(graph)
        private = private_facts(graph)
        self._open = [fact for name, fact in graph.facts.items() if name not in private]
        ends = (arrow for arrow in graph.arrows.values() if arrow.target in graph.outcomes)
        self.heads = {arrow.id: self._head(arrow) for arrow in ends}
        self._kind = kind
        # The facts that specialized rules have fixed are not among the values that a decision holds.
        whole = FIXED not in kind.layout and len(kind.layout) > 1
        self._values: Callable[[Any], Any] | None = attrgetter(*kind.layout) if whole else None
        self._write = generate(graph.facts, private)
        self.quick = self._write if whole and not self._withholds else None

    def line(self, decision: Decision, beside: str, mask: Mask) -> bytes:
        """Write a receipt on one line, with its end; *beside* is how the line begins, before what is written here."""
        facts, head = decision._facts, self.heads[decision._verdict.reason]  # noqa: SLF001 - of this package
        if facts.__class__ is self._kind and self._values is not None:
            facts = self._values(facts)
        elif self._values is not None and not isinstance(facts, Facts):
            facts = tuple(facts)
        elif isinstance(lazy := decision.facts, LazyFacts):
            return self._lazily(decision, lazy, beside + head, mask)
        else:
            facts = tuple(map(lazy.__getitem__, lazy))
        written = self._write(facts, beside, head)
        return b"%b%b}\n" % (written[:-2], self._withheld(decision, mask).encode()) if self._withholds else written

    def _head(self, arrow: Arrow) -> str:
        """Write what all receipts have in common that end by an arrow, up to the facts."""
        notify = self.graph.outcomes[arrow.target].notify
        said = {Notify.YES: "true", Notify.LATER: '"later"', Notify.UNSAID: "null"}.get(notify)
        head = f'"rules":"{self.stamp}","outcome":{encode_basestring(arrow.target)}'
        head += "" if said is None else f',"notify":{said}'
        return f'{head},"reason":{encode_basestring(arrow.id)},"facts":'

    def _withheld(self, decision: Decision, mask: Mask) -> str:
        """Write the answers of nodes that read private facts, and what is kept of these."""
        known, private = decision.facts.known(), private_facts(self.graph)
        kept = ((name, mask(name, value)) for name, value in known.items() if name in private)
        masked = {name: value for name, value in kept if value is not None}
        way = {node: [arrow, *read] for node, (arrow, read) in answers_kept(self.graph, decision.passage).items()}
        return _part("private", masked) + _part("way", way)

    def _lazily(self, decision: Decision, facts: LazyFacts, begun: str, mask: Mask) -> bytes:
        """Write a receipt of a decision for which not every fact was known."""
        with suppress(NotKnown):
            decision.record()  # asks for what the words need
        known, pending = facts.known(), dict(facts.pending)
        off = ((one, known[one.name]) for one in self._open if one.name in known)
        written = {one.name: to_plain(value) for one, value in off if not one.has_default or value != one.default}
        rest = _part("unknown", [name for name, given in pending.items() if given is UNKNOWN])
        rest += _part("unasked", [name for name, given in pending.items() if given is not UNKNOWN])
        if self._withholds:
            rest += self._withheld(decision, mask)
        return f"{begun}{_json(written)}{rest}}}\n".encode()


def scribe_of(verdict: Verdict) -> Scribe:
    """Give what writes the receipts of the rules that came to a verdict, made once."""
    kind: Any = verdict.kind
    if kind.scribe is None:
        kind.scribe = Scribe(verdict.graph, kind)
        _loaded[kind.scribe.stamp] = kind
    return cast("Scribe", kind.scribe)


def loaded_here(stamped: str) -> Graph | None:
    """Give the chart of a receipt that was written by rules of this process, which are still loaded."""
    kind: Any = _loaded.get(stamped)
    return None if kind is None else cast("Scribe", kind.scribe).graph


def beside(about: Mapping[str, str | None]) -> str:
    """Write how a line begins: with what is told of a decision beside its receipt."""
    return "{" + "".join(f'"{key}":{_quoted(text)},' for key, text in about.items() if text is not None)


def line_of(
    decision: Decision, id_: str | None, at: str | datetime | None, subject: str | None, key: str | bytes | None
) -> bytes:
    """Write the receipt of a decision on one line; with a *key*, private facts are hashed."""
    about = {"id": id_, "at": None if at is None else timed(at), "subject": subject}
    return scribe_of(decision._verdict).line(  # noqa: SLF001 - of this package
        decision, beside(about), masking(key)
    )


def _part(key: str, value: list[str] | Mapping[str, object]) -> str:
    return f',"{key}":{_json(value)}' if value else ""


def _json(value: object) -> str:
    return to_json(value).decode()


def _looked_up(fact: Fact, tell: Callable[[Any], object]) -> Mapping[Any, object] | None:
    """Give what is told of each value of a fact; None where nothing is gained by looking it up."""
    base = fact.type.base
    if base is Basic.BOOL or isinstance(base, Enumeration):
        values: list[Value] = [*((False, True) if base is Basic.BOOL else base.values), *[None] * fact.type.nullable]
        return {value: tell(value) for value in values}
    item = base.item if isinstance(base, ListOf) else base
    # Neither what JSON holds as it is, which msgspec writes faster than that, nor instants, which never come again.
    often = base is not Basic.INSTANT and isinstance(item, Basic) and KINDS[item].plain is not None
    return Remembered(tell, _MOST_TOLD) if often else None


def _is_off(fact: Fact, slot: str, names: Names) -> str:
    """Write the test that a value is not the default; empty where there is none."""
    if not fact.has_default:
        return ""
    if fact.default is None:
        return f"{slot} is not None"
    return f"{slot} != {names.literal(fact.default)}" if fact.default else slot


def generate(facts: Mapping[str, Fact], private: frozenset[str]) -> Quick:
    """Generate the function that writes a line: two texts, the facts off their defaults, and its end."""
    written = sum(_looked_up(fact, str) is None for fact in facts.values())
    # As measured: to begin costs what writing two values does, and any fact a fourth of one.
    gains = written * 4 > len(facts) + 8
    return (generate_quick if _msgspec and gains else generate_plain)(facts, private)


def generate_quick(facts: Mapping[str, Fact], private: frozenset[str]) -> Quick:
    """Generate it for msgspec, which leaves out what is unset, and writes texts, lists and instants much faster."""
    names, named, unset = Names(), slots(facts), _msgspec.UNSET

    def member(fact: Fact) -> str:
        def tell(value: Value) -> object:
            usual = fact.has_default and value == fact.default
            return unset if usual else _msgspec.Raw(to_json(to_plain(value)))

        slot = named[fact.name]
        if (table := _looked_up(fact, tell)) is not None:
            return f"{names.thing('told', table)}[{slot}]"
        test = _is_off(fact, slot, names)
        return f"{slot} if {test} else {names.thing('unset', unset)}" if test else slot

    keys = {named[name]: name for name in facts if name not in private}
    kind = names.thing("kind", _msgspec.defstruct("Told", [(slot, object) for slot in keys], rename=keys, gc=False))
    encode = names.thing("encode", _msgspec.json.Encoder().encode)
    members = ", ".join(member(facts[name]) for name in keys.values())
    return _function(named, f'return f"{{beside}}{{head}}".encode() + {encode}({kind}({members})) + b"}}\\n"', names)


def generate_plain(facts: Mapping[str, Fact], private: frozenset[str]) -> Quick:
    """Generate it as one text of pieces."""
    names, named = Names(), slots(facts)
    told = [fact for fact in facts.values() if fact.name not in private]
    # All other facts have a comma on the side towards the first one that is always told.
    first = next((place for place, fact in enumerate(told) if not fact.has_default), -1)
    commas = (("," * (place > first), "," * (place < first)) for place in range(len(told)))
    pieces = (_piece(fact, named[fact.name], beside, names) for fact, beside in zip(told, commas, strict=True))
    # One text built at once: adding to one that grows copies it again and again.
    written = "".join(f'\n        f"{piece}"' for piece in pieces)
    begun, end = 'f"{beside}{head}" "{"', '"}}\\n"'
    body = f"return ({begun}{written} {end}).encode()"
    if first < 0:
        body = f'whole = (""{written})\n    return ({begun} f"{{whole[1:]}}" {end}).encode()'
    return _function(named, body, names)


def _function(named: Mapping[str, str], body: str, names: Names) -> Quick:
    unpacked = f"    {', '.join(named.values())}, = facts\n" if named else ""
    made = run(compiled(f"def write(facts, beside, head):\n{unpacked}    {body}\n", _TITLE), names.table)
    return cast("Quick", made["write"])


def _piece(fact: Fact, slot: str, commas: tuple[str, str], names: Names) -> str:
    """Write the piece of the text for one fact."""
    base, (before, after) = fact.type.base, commas
    key = f"{before}{_json(fact.name)}:"

    def tell(value: Value) -> str:
        return "" if fact.has_default and value == fact.default else f"{key}{_json(to_plain(value))}{after}"

    if (table := _looked_up(fact, tell)) is not None:
        return f"{{{names.thing('told', table)}[{slot}]}}"
    quote = '"' if base is Basic.INSTANT else ""
    written = f"{{{names.constant(key + quote, 'key')}}}{_value(base, slot, names)}"
    if end := quote + after:
        written += f"{{{names.constant(end, 'end')}}}"
    if test := _is_off(fact, slot, names):
        return f"{{f'{written}' if {test} else ''}}"
    if fact.type.nullable:
        return f"{{f'{written}' if {slot} is not None else {names.constant(tell(None), 'null')}}}"
    return written


def _value(base: Base | None, slot: str, names: Names) -> str:
    """Write what stands in braces for a value that is one of many."""
    if base is Basic.TEXT:
        return f"{{{names.thing('quoted', encode_basestring)}({slot})}}"
    if base is Basic.INT:
        return f"{{{slot}}}"
    if base is Basic.INSTANT:
        # As `write_instant` does, a call less for each.
        epoch, days, minutes, seconds, finer = (
            names.thing(name, value)
            for name, value in (
                ("epoch", EPOCH),
                ("days", DAY_TEXTS),
                ("minutes", MINUTE_TEXTS),
                ("seconds", LAST_TEXTS),
                ("finer", write_finer),
            )
        )
        day, minute = f"{days}[(t := {slot} - {epoch}).days]", f"{minutes}[(s := t.seconds) // 60]"
        return f"{{{day}}}{{{minute}}}{{{seconds}[s % 60] if not t.microseconds else {finer}(t)}}"
    return f"{{{names.thing('json', to_json)}({slot}).decode()}}"
