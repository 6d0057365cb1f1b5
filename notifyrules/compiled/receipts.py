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
from functools import lru_cache
from json.encoder import encode_basestring, encode_basestring_ascii
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakValueDictionary

from pydantic_core import to_json

from notifyrules.compiled.facts_object import FIXED, Facts, LazyFacts
from notifyrules.compiled.names import Names, compiled, run, slots
from notifyrules.compiled.partial import UNKNOWN, NotKnown
from notifyrules.errors import UsageError
from notifyrules.evaluation.withholding import Mask, answers_kept, masking, private_facts, withholds
from notifyrules.graph.model import Arrow, Fact, Graph, Notify
from notifyrules.language.kinds import KINDS
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.moments import read_instant, write_instant
from notifyrules.language.tables import Tables, tables
from notifyrules.language.types import Basic, Enumeration, ListOf
from notifyrules.language.values import Value, to_plain

if TYPE_CHECKING:
    from notifyrules.compiled.decision import Decision, Verdict

DIGITS: Final = 8
"""Of what names the rules in a receipt so many characters begin their digest; those behind say how they were loaded."""
_LOADED: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST_TEXTS: Final = 1_000
_loaded: WeakValueDictionary[str, type[Facts]] = WeakValueDictionary()
"""By the names of rules the facts of those that wrote receipts."""


def quoted(text: str) -> str:
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
        self._heads = {arrow.id: self._head(arrow) for arrow in ends}
        self._kind = kind
        # The facts that specialized rules have fixed are not among the values that a decision holds.
        whole = FIXED not in kind.layout and len(kind.layout) > 1
        self._values: Callable[[Any], Any] | None = attrgetter(*kind.layout) if whole else None
        self._usual = whole and not self._withholds
        self._write = _generate(graph.facts, private)

    def line(self, decision: Decision, beside: str, mask: Mask) -> str:
        """Write a receipt on one line, with its end; *beside* is how the line begins, before what is written here."""
        facts, verdict = decision._facts, decision._verdict  # noqa: SLF001 - of this package
        begun = beside + self._heads[verdict.reason]
        if facts.__class__ is tuple and self._usual:
            return self._write(facts, begun)
        if facts.__class__ is self._kind and self._values is not None:
            facts = self._values(facts)
        elif isinstance(facts, tuple) and self._values is not None:
            pass
        elif isinstance(lazy := decision.facts, LazyFacts):
            return self._lazily(decision, lazy, begun, mask)
        else:
            facts = tuple(map(lazy.__getitem__, lazy))
        written = self._write(facts, begun)
        return f"{written[:-2]}{self._withheld(decision, mask)}}}\n" if self._withholds else written

    def _head(self, arrow: Arrow) -> str:
        """Write what all receipts have in common that end by an arrow, up to the facts."""
        notify = self.graph.outcomes[arrow.target].notify
        said = {Notify.YES: "true", Notify.LATER: '"later"', Notify.UNSAID: "null"}.get(notify)
        head = f'"rules":"{self.stamp}","outcome":{encode_basestring(arrow.target)}'
        head += "" if said is None else f',"notify":{said}'
        return f'{head},"reason":{encode_basestring(arrow.id)},"facts":{{'

    def _withheld(self, decision: Decision, mask: Mask) -> str:
        """Write the answers of nodes that read private facts, and what is kept of these."""
        known, private = decision.facts.known(), private_facts(self.graph)
        kept = ((name, mask(name, value)) for name, value in known.items() if name in private)
        masked = {name: value for name, value in kept if value is not None}
        way = {node: [arrow, *read] for node, (arrow, read) in answers_kept(self.graph, decision.passage).items()}
        return _part("private", masked) + _part("way", way)

    def _lazily(self, decision: Decision, facts: LazyFacts, begun: str, mask: Mask) -> str:
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
        return f"{begun}{_json(written)[1:]}{rest}}}\n"


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


def _beside(about: Mapping[str, str | None]) -> str:
    """Write how a line begins: with what is told of a decision beside its receipt."""
    return "{" + "".join(f'"{key}":{quoted(text)},' for key, text in about.items() if text is not None)


def line_of(
    decision: Decision, id_: str | None, at: str | datetime | None, subject: str | None, key: str | None
) -> str:
    """Write the receipt of a decision on one line; with a *key*, private facts are hashed."""
    about = {"id": id_, "at": None if at is None else timed(at), "subject": subject}
    return scribe_of(decision._verdict).line(  # noqa: SLF001 - of this package
        decision, _beside(about), masking(None if key is None else key.encode())
    )


def _part(key: str, value: list[str] | Mapping[str, object]) -> str:
    return f',"{key}":{_json(value)}' if value else ""


def _json(value: object) -> str:
    return to_json(value).decode()


@lru_cache(_MOST_TEXTS)
def _written(value: Value) -> str:
    """Write a value that comes again and again, such as a schedule or a zone."""
    return _json(to_plain(value))


def _generate(facts: Mapping[str, Fact], private: frozenset[str]) -> Callable[[Iterable[object], str], str]:
    """Generate the function that writes the facts off their defaults behind a text, and the end of the line."""
    names, named = Names(), slots(facts)
    pieces = (_fact(fact, named[fact.name], names) for fact in facts.values() if fact.name not in private)
    # One text built at once: adding to one that grows copies it again and again.
    written = "".join(f'\n        f"{piece}"' for piece in pieces)
    unpacked = f"    {', '.join(named.values())}, = facts\n" if facts else ""
    source = f'def write(facts, s):\n{unpacked}    return (\n        f"{{s}}"{written}\n    ).rstrip(",") + "}}}}\\n"\n'
    made = run(compiled(source, "<receipts by notifyrules>"), names.table)
    return cast("Callable[[Iterable[object], str], str]", made["write"])


def _fact(fact: Fact, slot: str, names: Names) -> str:
    """Write the piece of the text for one fact."""
    key, base = f"{_json(fact.name)}:", fact.type.base
    if base is Basic.BOOL or isinstance(base, Enumeration):
        values: list[Value] = [*((False, True) if base is Basic.BOOL else base.values), *[None] * fact.type.nullable]
        table = names.thing(f"T_{slot}", {value: f"{key}{_json(value)}," for value in values})
        written = f"{table}[{slot}]"
    else:
        quote = '"' if base is Basic.INSTANT else ""
        around = names.constant(key + quote, "key"), names.constant(f"{quote},", "end")
        bare = f"{{{around[0]}}}{_value(fact, slot, names)}{{{around[1]}}}"
        if not (fact.type.nullable or fact.has_default):
            return bare
        written = f"f'{bare}'"
        if fact.type.nullable and not (fact.has_default and fact.default is None):
            written = f"({names.constant(f'{key}null,', 'null')} if {slot} is None else {written})"
    if not fact.has_default:
        return f"{{{written}}}"
    default = names.literal(fact.default)
    differs = "is not" if isinstance(fact.default, bool | None) else "!="
    # In braces, double quotes would end the text around them.
    return f"{{{written} if {slot} {differs} {default.replace(chr(34), chr(39))} else ''}}"


def _value(fact: Fact, slot: str, names: Names) -> str:
    """Write what stands in braces for a value that is one of many."""
    base = fact.type.base
    if base is Basic.TEXT:
        return f"{{{names.thing('quoted', encode_basestring)}({slot})}}"
    if base is Basic.INT:
        return f"{{{slot}}}"
    if base is Basic.INSTANT:
        return f"{{{names.thing('instant', KINDS[base].plain)}({slot})}}"
    # Not looked up: Python takes a list of true and false for one of 1 and 0.
    if isinstance(base, ListOf) and not (isinstance(base.item, Basic) and KINDS[base.item].plain is not None):
        return f"{{{names.thing('json', to_json)}({slot}).decode()}}"
    return f"{{{names.thing('written', _written)}({slot})}}"
