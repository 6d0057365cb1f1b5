"""
Read facts in JSON by a parser that knows their types.

msgspec reads the values straight into the object that the chart is decided by, and holds most of them to their types on
the way. It takes the last of two equal keys in silence, so marks are counted too; whatever is not as expected is read
as any other JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, Final, Literal, TypeAlias

from notifyrules.compiled.dict_facts import Unusual
from notifyrules.compiled.expressions import Spelling
from notifyrules.compiled.json_counts import count_marks
from notifyrules.compiled.names import Names, compiled, indent, run
from notifyrules.compiled.quick_values import KNOWN, quick_reader
from notifyrules.graph.model import Fact, groups_of
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import (
    MAX_DATE,
    MAX_INSTANT,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    MIN_DATE,
    MIN_INSTANT,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.language.values import Value, conform
from notifyrules.source.json_errors import STRICT, UnfitJsonError

# It only saves time, and not everybody has it.
_msgspec: Final[Any] = import_module("msgspec") if find_spec("msgspec") else None
ERRORS: Final = (ValueError, TypeError, KeyError, RecursionError, Mismatch, UnfitJsonError, Unusual)
"""What reading raises where JSON is not as expected; of it the usual reader says what is wrong."""
JsonForm: TypeAlias = Literal["whole", "partly", "dotted"]
"""How JSON holds facts: every one, nested; nested, without some that have a default; by their dotted names."""
_SIGNS: Final = slice(4, None, 3)
_USUAL: Final = tuple(text[_SIGNS] for text in ("2026-11-23T22:00:00Z", "2026-11-23T22:00:00+00:00"))
"""
What has each third character of instants that are written as most are.

Python reads no other text that has it, and whose zone is UTC, but those that are instants here.
"""
_AS_WRITTEN: Final = (Basic.SCHEDULE, ListOf(Basic.SCHEDULE))
"""Types whose values are looked up by their JSON."""
_READ_AGAIN: Final = (Basic.INSTANT, Basic.TIME, Basic.DURATION, Basic.TIMEZONE)
"""Types whose values are read again for who asks for the facts: few do, and all would pay for putting them back."""
_SCHEDULES_KEPT: Final = 4_096
_LONGEST_KEPT: Final = 1_000
"""Bytes of a schedule that is kept: who writes a hundred windows is not to fill the memory of all."""
_Others: TypeAlias = Mapping[str, Sequence[str]]
"""Keys of no fact or group, by what the names of the facts beside them begin with."""
_Decode: TypeAlias = Callable[[bytes], object]
_parse: Final[_Decode] = _msgspec and _msgspec.json.Decoder().decode
_encode: Final[Callable[[object], bytes]] = _msgspec and _msgspec.json.Encoder().encode
_UNKNOWN: Final = "unknown field"
_LEARNED: Final = 128
"""Keys of others that are learned, and messages that are looked at for them, in all: nobody is to fill memory."""
_LONGEST_KEY: Final = 128


def can_read() -> bool:
    """Tell whether the parser is installed."""
    return _msgspec is not None


class _KnownSchedules(dict[bytes, tuple[Value, int]]):
    """The schedules read lately, by their JSON, with the number of texts in it."""

    def __init__(self, wanted: Type) -> None:
        super().__init__()
        self._wanted = wanted

    def __missing__(self, written: bytes) -> tuple[Value, int]:
        found = conform(self._wanted, STRICT.decode(written.decode())), count_marks(written) >> 1
        if len(self) >= _SCHEDULES_KEPT:
            self.clear()
        if len(written) <= _LONGEST_KEPT:
            self[written] = found
        return found


@dataclass(slots=True)
class _Object:
    """An object in JSON: what holds all facts, or a group of them."""

    variable: str
    """What holds it in generated code."""
    place: str = ""
    """Where that is taken from."""
    path: str = ""
    """What the names of the facts in it begin with."""
    held: dict[str, Fact | _Object] = field(default_factory=dict)
    """What is in it, by its keys."""

    @property
    def has_default(self) -> bool:
        """Whether it may be absent: everything in it has a default."""
        return all(one.has_default for one in self.held.values())

    def next(self) -> str:
        """Tell where the parser puts what is put into it next."""
        return f"{self.variable}.a{len(self.held)}"

    def kind(self, *, whole: bool, others: _Others | None = None, **methods: object) -> Any:  # noqa: ANN401 - a class
        """
        Make the class whose objects the parser fills.

        Args:
            whole: Whether nothing may be absent.
            others: What else there may be.
            methods: Methods of the class.
        """
        fields: list[tuple[object, ...]] = []
        for number, one in enumerate(self.held.values()):
            held = one.kind(whole=whole, others=others) if isinstance(one, _Object) else _type(one.type)
            fields.append((f"a{number}", held, *(() if whole or not one.has_default else (_msgspec.UNSET,))))
        keys = {f"a{number}": key for number, key in enumerate(self.held)}
        more = {f"b{number}": key for number, key in enumerate((others or {}).get(self.path, ()))}
        fields += [(name, Any, _msgspec.UNSET) for name in more]
        form = {"rename": keys | more, "forbid_unknown_fields": True, "gc": False, "kw_only": True}
        return _msgspec.defstruct("Read", fields, namespace=methods, **form)


class _OpenReader:
    """
    Read JSON that holds more than facts, by a class that has those keys as well.

    They are learned as they are met, for most callers hold the same ones in all they send.
    """

    def __init__(self, top: _Object, kind: Callable[[_Others], Any], decode: _Decode, known: Collection[str]) -> None:
        self._top = top
        self._kind = kind
        self._known = {*known, *groups_of(known)}
        self._left = _LEARNED
        none: _Others = {}
        # Both at once: threads may learn at the same time, and what one of them loses is learned again.
        self._learned = decode, none

    def read(self, wire: bytes) -> object:
        """Make an object of JSON; one of ERRORS where that is not as expected, or has keys that are not learned."""
        try:
            found = self._learned[0](wire)
        except _msgspec.ValidationError as error:
            # If it were told in other words, only time would be lost.
            if self._left <= 0 or _UNKNOWN not in str(error):
                raise
            self._learn(wire)
            found = self._learned[0](wire)
        # INVARIANT (no key twice): what is written again has all marks but those of keys that are lost.
        if count_marks(_encode(found)) != count_marks(wire):
            raise Unusual
        return found

    def _learn(self, wire: bytes) -> None:
        """Learn the keys of others; those of facts and groups, which may be dotted, are none."""
        others, more = dict(self._learned[1]), 0
        waiting: list[tuple[_Object, object]] = [(self._top, _parse(wire))]
        for group, found in waiting:
            if isinstance(found, dict):
                taken = {*group.held, *others.get(group.path, ())}
                new = [key for key in found if key not in taken and self._can_learn(group.path, key)]
                others[group.path] = (*others.get(group.path, ()), *new)
                more += len(new)
                waiting += [(one, found.get(key)) for key, one in group.held.items() if isinstance(one, _Object)]
        self._left -= 1
        if not 0 < more <= self._left:
            raise Unusual
        self._left -= more
        self._learned = _msgspec.json.Decoder(self._kind(others)).decode, others

    def _can_learn(self, path: str, key: str) -> bool:
        return path + key not in self._known and len(key) <= _LONGEST_KEY


class TypedJson:
    """Write how the facts of a chart are read from JSON of one form."""

    def __init__(
        self,
        declared: Mapping[str, Fact],
        slots: Mapping[str, str],
        names: Names,
        form: JsonForm,
        known: Collection[str],
    ) -> None:
        """Prepare to read the *declared* facts; no fact that is *known* is something else, such as a fixed one."""
        self._known = known
        self._slots = slots
        self._names = names
        self._is_whole = form == "whole"
        self._top = _Object("o")
        self._groups: list[_Object] = []
        self._facts: list[tuple[Fact, str]] = []
        for fact in declared.values():
            *path, last = [fact.name] if form == "dotted" else fact.name.split(".")
            group = self._top
            for part in path:
                inner = group.held.get(part)
                if not isinstance(inner, _Object):
                    inner = _Object(names.new(f"{part}_read"), group.next(), f"{group.path}{part}.")
                    group.held[part] = inner
                    self._groups.append(inner)
                group = inner
            self._facts.append((fact, group.next()))
            group.held[last] = fact
        for name, thing in _THINGS.items():
            names.thing(name, thing)
        self.facts = {fact.name: self._spelt(fact, place) for fact, place in self._facts}
        """How generated code reads each fact behind :meth:`statements`."""

    def _spelt(self, fact: Fact, place: str) -> Spelling:
        if self._is_whole and _is_settled(fact.type):
            return Spelling(place, (place.partition(".")[0],))
        return Spelling(self._slots[fact.name], (self._slots[fact.name],))

    def decode(self) -> tuple[str, str]:
        """
        Name what makes an object of JSON that holds nothing but facts, and what makes one where it may.

        They raise one of ERRORS where it has another form, or a value is of another type.
        """
        methods = {}
        if self._is_whole:
            again = [(fact, place) for fact, place in self._facts if fact.type.base in _READ_AGAIN]
            lines = [line for fact, place in again for line in self._read(fact.type, self._slots[fact.name], place)]
            spelt = {place: self._slots[fact.name] for fact, place in again}
            values = "".join(f"{spelt.get(place, place)}, " for _, place in self._facts)
            lines = ["def values(o):", *indent([*self._enter(), *lines]), f"    return iter(({values}))"]
            methods = {"__iter__": run(compiled("\n".join(lines), "<facts>"), self._names.table)["values"]}

        def kind(others: _Others) -> Any:  # noqa: ANN401 - a class
            return self._top.kind(whole=self._is_whole, others=others, **methods)

        strictly = _msgspec.json.Decoder(kind({})).decode
        openly = _OpenReader(self._top, kind, strictly, self._known).read
        return self._names.thing("decode", strictly), self._names.thing("decode_openly", openly)

    def statements(self) -> list[str]:
        """
        Write what holds values to their types that the parser does not know, and finds keys that it has lost.

        Returns:
            Statements about `o`, the object made of JSON, `wire`, that JSON in bytes, and `extras`. They raise one of
            ERRORS where something is not as usual.
        """
        taken, counted = self._take_whole() if self._is_whole else self._take_partly()
        return [*taken, "if extras == 'forbid':", *indent(counted)]

    def _enter(self) -> list[str]:
        return [f"{group.variable} = {group.place}" for group in self._groups]

    def _take_whole(self) -> tuple[list[str], list[str]]:
        lines, texts, varying = self._enter(), len(self._groups) + len(self._facts), []
        keys = texts
        for fact, place in self._facts:
            lines += self._read(fact.type, self._slots[fact.name], place)
            fixed, more = self._texts(fact.type, self.facts[fact.name].text)
            texts += fixed
            varying += more
        counted = _counted(" + ".join([str(texts), *varying]))
        if all(_is_closed(fact.type) for fact, _ in self._facts):
            # Colons are fewer than marks. Each key has one, those that are lost too, and here nothing else need have.
            return lines, [f"if wire.count(b':') != {keys}:", *indent(counted)]
        return lines, counted

    def _take_partly(self) -> tuple[list[str], list[str]]:
        lines = ["texts = 0"]
        for group in self._groups:
            lines += self._unless_absent(group.variable, group.place, group, ["texts += 1"])
        for fact, place in self._facts:
            slot = self._slots[fact.name]
            fixed, more = self._texts(fact.type, slot)
            found = [*self._read(fact.type, slot), f"texts += {' + '.join([str(fixed + 1), *more])}"]
            lines += self._unless_absent(slot, place, fact, found)
        return lines, _counted("texts")

    def _unless_absent(self, variable: str, place: str, one: Fact | _Object, found: list[str]) -> list[str]:
        """Write that a variable has what is there, about which something is *found*, or else its default."""
        taken = f"{variable} = {place}"
        if not one.has_default:
            return [taken, *found]
        default = one.kind(whole=False)() if isinstance(one, _Object) else one.default
        named = self._names.thing(f"default_{variable}", default)
        return [taken, f"if {variable} is UNSET:", f"    {variable} = {named}", "else:", *indent(found)]

    def _texts(self, wanted: Type, place: str) -> tuple[int, list[str]]:
        """Tell how many texts JSON has for a value: how many at least, and what is to be added."""
        match wanted.base:
            case Basic.BOOL | Basic.INT | ListOf(Basic.BOOL | Basic.INT):
                return 0, []
            case Basic.SCHEDULE | ListOf(Basic.SCHEDULE):
                return 0, [f"{place}texts"]
            case ListOf():
                return 0, [f"({place} is not None and len({place}))" if wanted.nullable else f"len({place})"]
            case _:
                return (0, [f"({place} is not None)"]) if wanted.nullable else (1, [])

    def _read(self, wanted: Type, slot: str, place: str = "") -> list[str]:
        """Write how a value in a slot, or at a place, is read that the parser took for something simpler."""
        if _is_settled(wanted):
            return []
        match wanted.base:
            case Basic.SCHEDULE | ListOf(Basic.SCHEDULE):
                known = self._names.thing("schedules", _KnownSchedules(wanted))
                lines = [f"{slot}, {slot}texts = {known}[bytes({slot})]"]
            case Basic.INSTANT:
                moment = self._names.temporary()
                lines = [
                    f"if {slot}[SIGNS] in USUAL and (",
                    f"    ({moment} := instant({slot})).tzinfo is UTC and MIN_INSTANT <= {moment} <= MAX_INSTANT",
                    "):",
                    f"    {slot} = {moment}",
                    "else:",
                    f"    {slot} = {self._reading(wanted)}({slot})",
                ]
            case Basic.TIME | Basic.DURATION | Basic.TIMEZONE as basic:
                lines = [f"{slot} = {self._names.thing(f'known_{basic.value}', KNOWN[basic])}[{slot}]"]
            case Basic.DATE:
                lines = [f"if not MIN_DATE <= {slot} <= MAX_DATE:", "    raise Unusual"]
            case _:
                lines = [f"{slot} = {self._reading(wanted)}({slot})"]
        if place and wanted.base is not Basic.DATE and wanted.base not in _READ_AGAIN:
            lines.append(f"{place} = {slot}")
        if wanted.nullable and wanted.base not in _AS_WRITTEN:
            lines = [f"if {slot} is not None:", *indent(lines)]
        return [f"{slot} = {place}", *lines] if place else lines

    def _reading(self, wanted: Type) -> str:
        return self._names.thing(f"read_{wanted.required}", quick_reader(wanted.required))


def as_bytes(data: object) -> bytes:
    """Give JSON that is given otherwise in bytes; one of ERRORS where it is none."""
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    raise TypeError


def _counted(texts: str) -> list[str]:
    """Write that JSON has no texts but those that were counted."""
    # INVARIANT (no key twice): every text has two marks that are not escaped, those of keys that are lost as well.
    return [
        f"marks = 2 * ({texts})",
        "if wire.count(b'\"') != marks and count_marks(wire) != marks:",
        "    raise Unusual",
    ]


def _is_settled(wanted: Type) -> bool:
    """Tell whether the parser holds values of a type to it."""
    return _is_closed(wanted) or _item(wanted) is Basic.TEXT


def _is_closed(wanted: Type) -> bool:
    """Tell whether no value of a type is any text that somebody likes."""
    item = _item(wanted)
    return item in (Basic.BOOL, Basic.INT) or isinstance(item, Enumeration)


def _item(wanted: Type) -> object:
    return wanted.base.item if isinstance(wanted.base, ListOf) else wanted.base


def _type(wanted: Type, *, listed: bool = False) -> Any:  # noqa: ANN401 - what the parser takes for a type
    match wanted.base:
        case base if base in _AS_WRITTEN:
            return _msgspec.Raw
        case ListOf(item):
            items: Any = tuple.__class_getitem__((_type(Type(item), listed=True), ...))
            found: Any = Annotated[items, _msgspec.Meta(max_length=MAX_ITEMS)]
        case Enumeration(values):
            found = Literal[tuple(values)]
        case Basic.BOOL:
            found = bool
        case Basic.INT:
            found = Annotated[int, _msgspec.Meta(ge=-MAX_INT, le=MAX_INT)]
        case Basic.DATE if not listed:
            found = date
        case _:
            found = Annotated[str, _msgspec.Meta(max_length=MAX_TEXT)]
    return found | None if wanted.nullable else found


_THINGS: Final[Mapping[str, object]] = {
    "iter": iter,
    "Unusual": Unusual,
    "UNSET": getattr(_msgspec, "UNSET", None),
    "bytes": bytes,
    "count_marks": count_marks,
    "instant": datetime.fromisoformat,
    "SIGNS": _SIGNS,
    "USUAL": _USUAL,
    "UTC": UTC,
    "MIN_INSTANT": MIN_INSTANT,
    "MAX_INSTANT": MAX_INSTANT,
    "MIN_DATE": MIN_DATE,
    "MAX_DATE": MAX_DATE,
}
"""What statements speak of in charts of any kind."""
