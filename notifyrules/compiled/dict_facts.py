"""
Write code that accepts facts given as plain dicts, nested or dotted, when every value is of the usual kind.

It knows at a glance what is surely valid, and calls short readers for other usual values. Each of these gives what
:func:`notifyrules.language.values.conform` would give, and asks it whenever a value is not as usual, so that nothing
else says what is valid. Whatever is not as expected goes to the facts reader, which alone makes errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.compiled.names import Names
from notifyrules.graph.model import Fact
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import (
    INSTANT,
    INT,
    MAX_DURATION,
    MAX_INSTANT,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    MIN_INSTANT,
    SCHEDULE,
    TEXT,
    TIMEZONE,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.language.values import Value, conform

_TOP: Final = "given"
"""The variable that holds all that is given, what was absent filled in."""
_SMALL: Final = 1_000_000_000
"""Ints below which Python compares them fastest; larger ones are as valid."""
_LISTS: Final = frozenset({list, tuple})
_ZONE_KINDS: Final = frozenset({str, ZoneInfo})
Read: TypeAlias = Callable[[object], Value]
"""Reads a given value of one type, or raises :class:`~notifyrules.language.mismatch.Mismatch`."""
_ZONES: Final[dict[str | ZoneInfo, ZoneInfo]] = {}
"""The time zones met so far, by their keys and by themselves: each is the one object that stands for it."""
_TEXTS_KEPT: Final = 2_048
"""Texts of one type whose values are kept: an instant comes again with the decision for every recipient."""
_SCHEDULES: Final[dict[tuple[int | str, ...], Value]] = {}
"""The schedules read lately, by their windows: of each the number of its days, their names joined, and its times."""
_SCHEDULES_KEPT: Final = 4_096
_WINDOWS_KEPT: Final = 14
"""Windows of a schedule that is kept: who writes a hundred is not to fill the memory of all."""
_TEXTS: Final = Type(ListOf(Basic.TEXT))
_IN_UTC: Final = len("2026-11-23T22:00:00Z")
_WITH_OFFSET: Final = len("2026-11-23T22:00:00+01:00")
_FIRST_YEAR, _LAST_YEAR = MIN_INSTANT.year, MAX_INSTANT.year
_WINDOW_KEYS: Final = 3
"""Keys of a window that names its days."""


@dataclass(slots=True)
class _Group:
    """A dict inside the nested form: the facts and groups that it holds, by their keys."""

    variable: str
    key: str = ""
    """What it is called in the dict that holds it."""
    holder: str = ""
    """The variable of that dict."""
    facts: dict[str, Fact] = field(default_factory=dict)
    groups: dict[str, _Group] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)
    """What stands for each entry that is absent; nothing for facts without a default."""

    def __len__(self) -> int:
        return len(self.facts) + len(self.groups)


class Unusual(Exception):  # noqa: N818 - no error: the reader takes over
    """Say that facts are not as generated code expects them."""


def write_acceptance(declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> list[str]:
    """
    Write statements that put valid values into a variable for each slot, or raise.

    Args:
        declared: The facts.
        slots: Their variables.
        names: Takes what the statements speak of.

    Returns:
        Statements about `facts`, a dict. They raise :class:`Unusual`, `KeyError`, `TypeError` or
        :class:`~notifyrules.language.mismatch.Mismatch` where the reader must look.
    """
    acceptance = _Acceptance(declared, slots, names)
    lines = acceptance.fetch()
    for fact in declared.values():
        lines += acceptance.check(fact.type, slots[fact.name])
    return lines


def write_own_acceptance(declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> list[str]:
    """Write statements like :func:`write_acceptance` that let alone the variables of facts that are not given."""
    acceptance = _Acceptance(declared, slots, names)
    return [*acceptance.fetch_some(), "if left:", f"    {acceptance.refusal}"]


class _Acceptance:
    """
    Write how values are taken from a dict, nested or dotted, and held to their types.

    Where entries are absent, their defaults are filled in first, so that all can be read in one way. A dict that then
    has as many entries as it should, each of which is found, has no others.
    """

    def __init__(self, declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> None:
        self._declared = declared
        self._slots = slots
        self._names = names
        self.refusal = f"raise {names.thing('Unusual', Unusual)}"
        self._read: dict[Type, str] = {}
        self._groups = [_Group(_TOP)]
        for fact in declared.values():
            *path, last = fact.name.split(".")
            group = self._groups[0]
            for part in path:
                if part not in group.groups:
                    inner = _Group(names.new(f"{part}_group"), part, group.variable)
                    # One that is absent is one in which all is absent.
                    group.defaults[part] = inner.defaults
                    group.groups[part] = inner
                    self._groups.append(inner)
                group = group.groups[part]
            group.facts[last] = fact
            if fact.has_default:
                group.defaults[last] = fact.default

    # ---- Taking values ----

    def fetch(self) -> list[str]:
        top = self._groups[0]
        if not top.groups:
            return [*self._filled(top.defaults, len(top)), *self._take(top)]
        nested: list[str] = []
        level = [top]
        while inner := [one for group in level for one in group.groups.values()]:
            nested += self._enter(inner)
            level = inner
        nested += [line for group in self._groups for line in self._take(group)]
        defaults: dict[str, object] = {fact.name: fact.default for fact in self._declared.values() if fact.has_default}
        dotted = [f"{self._slots[name]} = {_TOP}[{name!r}]" for name in self._declared]
        count, filled = len(top), f"{self._names.thing('defaults', top.defaults)} | facts"
        return [
            f"{_TOP} = facts",
            # The name of a group tells the forms apart; those that are dotted have none.
            f"if (len({_TOP}) == {count} and {next(iter(top.groups))!r} in {_TOP}) or (",
            f"    len({_TOP}) < {count} and len({_TOP} := {filled}) == {count}",
            "):",
            *_indent(nested),
            "else:",
            *_indent([*self._filled(defaults, len(dotted)), *dotted]),
        ]

    def fetch_some(self) -> list[str]:
        """Write how those values are taken and held to their types that are there, and the others counted."""
        top = self._groups[0]
        dotted = [line for name, fact in self._declared.items() for line in self._take_if(_TOP, name, fact)]
        begun = [
            f"{_TOP} = facts",
            f"if {_TOP}.__class__ is not dict:",
            f"    {self.refusal}",
            f"left = len({_TOP})",
        ]
        if not top.groups:
            return [*begun, *dotted]
        nested = " or ".join(f"{key!r} in {_TOP}" for key in top.groups)
        return [*begun, f"if {nested}:", *_indent(self._enter_some(top)), "else:", *_indent(dotted)]

    def _enter_some(self, group: _Group) -> Iterator[str]:
        """Write how what is there is taken of a group, and of those in it."""
        for key, fact in group.facts.items():
            yield from self._take_if(group.variable, key, fact)
        for key, inner in group.groups.items():
            yield f"if {key!r} in {group.variable}:"
            entered = [
                f"{inner.variable} = {group.variable}[{key!r}]",
                f"if {inner.variable}.__class__ is not dict:",
                f"    {self.refusal}",
                f"left += len({inner.variable}) - 1",
            ]
            yield from _indent([*entered, *self._enter_some(inner)])

    def _take_if(self, holder: str, key: str, fact: Fact) -> list[str]:
        """Write that one value is taken, if it is there, and held to its type."""
        slot = self._slots[fact.name]
        taken = [f"{slot} = {holder}[{key!r}]", "left -= 1", *self.check(fact.type, slot)]
        return [f"if {key!r} in {holder}:", *_indent(taken)]

    def _filled(self, defaults: Mapping[str, object], count: int) -> list[str]:
        """Write that what is absent is filled in, where there are no groups."""
        named = self._names.thing("defaults", defaults)
        return [
            f"{_TOP} = facts",
            f"if len({_TOP}) != {count} and len({_TOP} := {named} | facts) != {count}:",
            f"    {self.refusal}",
        ]

    def _enter(self, groups: Sequence[_Group]) -> list[str]:
        """Write that groups are taken from those around them; where something in them is absent, it is filled in."""
        # One test of all of them is faster than a test of each.
        dicts = _unless(f"{one.variable}.__class__ is dict" for one in groups)
        whole = _unless(f"len({one.variable}) == {len(one)}" for one in groups)
        filling: list[str] = []
        for one in groups:
            defaults = self._names.thing(f"{one.key}_defaults", one.defaults)
            filling += [f"if len({one.variable}) != {len(one)}:", f"    {one.variable} = {defaults} | {one.variable}"]
        return [
            *(f"{one.variable} = {one.holder}[{one.key!r}]" for one in groups),
            *dicts,
            f"    {self.refusal}",
            *whole,
            *_indent(filling),
            *_indent(whole),
            f"        {self.refusal}",
        ]

    def _take(self, group: _Group) -> list[str]:
        return [f"{self._slots[fact.name]} = {group.variable}[{key!r}]" for key, fact in group.facts.items()]

    # ---- Holding them to their types ----

    def check(self, wanted: Type, slot: str) -> list[str]:
        match wanted.base:
            case ListOf():
                lists = self._names.thing("lists", _LISTS)
                lines = [
                    f"{slot} = () if {slot}.__class__ in {lists} and not {slot} else {self._reading(wanted, slot)}"
                ]
                test = ""
            case Basic.TIMEZONE:
                kinds, zones = self._names.thing("zone_kinds", _ZONE_KINDS), self._names.thing("zones", _ZONES)
                found = f"({slot}.__class__ in {kinds} and {zones}.get({slot}))"
                lines, test = [f"{slot} = {found} or {self._reading(wanted, slot)}"], ""
            case _:
                lines = [f"{slot} = {self._reading(wanted, slot)}"]
                test = self._unusual(wanted, slot)
        if wanted.nullable:
            test = f"{slot} is not None" + (f" and ({test})" if " or " in test else f" and {test}" if test else "")
        return [f"if {test}:", *_indent(lines)] if test else lines

    def _unusual(self, wanted: Type, slot: str) -> str:
        """Write the test that a value cannot be known at a glance."""
        if isinstance(wanted.base, Enumeration):
            return f"{slot}.__class__ is not str or {slot} not in {self._names.choices(wanted.base.values)}"
        assert isinstance(wanted.base, Basic)
        # One test of the class is faster than two of identity, whichever way a bool goes.
        holds = KINDS[wanted.base].holds
        unlike = f"{slot}.__class__ is not {self._names.thing(holds.__name__, holds)}"
        return " or ".join([unlike, *self._doubts(wanted.base, slot)])

    def _doubts(self, basic: Basic, slot: str) -> Iterator[str]:
        """Write what may be wrong with a value of the right class; some types have a faster test than most."""
        match basic:
            case Basic.INT:
                yield f"not {-_SMALL} < {slot} < {_SMALL}"
            case Basic.TEXT:
                yield f"len({slot}) > {MAX_TEXT} or not {slot}.isascii()"
            case Basic.TIME:
                yield f"{slot}.tzinfo is not None or {slot}.microsecond"
            case Basic.DURATION:
                yield f"not {-MAX_DURATION.days} <= {slot}.days < {MAX_DURATION.days}"
            case _ if (scale := KINDS[basic].scale) is not None:
                if basic is Basic.INSTANT:
                    yield f"{slot}.tzinfo is not {self._names.thing('UTC', UTC)}"
                low = self._names.constant(scale.value_of(scale.lowest), f"MIN_{basic.name}")
                high = self._names.constant(scale.value_of(scale.highest), f"MAX_{basic.name}")
                yield f"not {low} <= {slot} <= {high}"

    def _reading(self, wanted: Type, slot: str) -> str:
        if wanted not in self._read:
            self._read[wanted] = self._names.thing(f"read_{wanted.required}", quick_reader(wanted))
        return f"{self._read[wanted]}({slot})"


def _unless(tests: Iterable[str]) -> list[str]:
    """Begin an `if` for when not all of some tests hold."""
    first, *others = tests
    if not others:
        return [f"if not {first}:"]
    return ["if not (", f"    {first}", *(f"    and {test}" for test in others), "):"]


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def quick_reader(wanted: Type) -> Read:
    """Give what reads values of a type; that it may be null has been seen to."""
    match wanted.base:
        case Basic() as basic:
            return _READERS.get(basic) or _remembering(basic)
        case ListOf(Basic.TEXT):
            return _read_texts
        case ListOf(Enumeration(values)):
            return partial(_read_members, {value: value for value in values}, wanted)
        case _:
            return partial(conform, wanted)


# Below, the type itself is asked for: what a subclass says of itself, such as what it equals, need not be true.


def _read_int(given: object) -> Value:
    return given if type(given) is int and -MAX_INT <= given <= MAX_INT else conform(INT, given)


def _read_text(given: object) -> Value:
    if type(given) is str and len(given) <= MAX_TEXT:
        try:
            given.encode()
        except UnicodeEncodeError:
            return conform(TEXT, given)
        return given
    return conform(TEXT, given)


@cache
def _remembering(basic: Basic) -> Read:
    """Give what reads values of a type that are texts over and over again."""
    wanted = Type(basic)
    known = lru_cache(_TEXTS_KEPT)(partial(conform, wanted))

    def read(given: object) -> Value:
        return known(given) if type(given) is str else conform(wanted, given)

    return read


def _read_instant(given: Any) -> Value:  # noqa: ANN401 - whatever a caller gives, here and below
    if given.__class__ is str:
        return _instant_of(given)
    # No offset leads from these years out of the range.
    if given.__class__ is datetime and _FIRST_YEAR < given.year < _LAST_YEAR - 1:
        try:
            if given.utcoffset() is not None:
                return given.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, NotImplementedError):
            return conform(INSTANT, given)
    return conform(INSTANT, given)


@lru_cache(_TEXTS_KEPT)
def _instant_of(text: str) -> Value:
    if _is_plain(text):
        try:
            return _read_instant(datetime.fromisoformat(text))
        except ValueError:
            pass
    return conform(INSTANT, text)


def _is_plain(text: str) -> bool:
    """Tell whether a text has the form in which most instants are written, as far as Python would read others too."""
    size = len(text)
    return (
        (size == _IN_UTC and text[19] == "Z") or (size == _WITH_OFFSET and text[19] in "+-" and text[22] == ":")
    ) and text[4] + text[7] + text[10] + text[13] + text[16] == "--T::"


def _read_zone(given: object) -> Value:
    """Read a time zone that was not met before."""
    zone = conform(TIMEZONE, given)
    assert isinstance(zone, ZoneInfo)
    _ZONES[zone] = _ZONES[zone.key] = zone
    return zone


def _read_schedule(given: Any) -> Value:  # noqa: ANN401
    """Read a schedule; one that is written in plain dicts and texts is looked up by what it holds."""
    if given.__class__ is not list or len(given) > _WINDOWS_KEPT:
        return conform(SCHEDULE, given)
    key: tuple[int | str, ...] = ()
    for window in given:
        if window.__class__ is not dict or len(window) != _WINDOW_KEYS:
            return conform(SCHEDULE, given)
        # A missing key raises `KeyError`, and a day that is no text `TypeError`: not as usual either.
        days, from_, until = window["days"], window["from"], window["until"]
        if days.__class__ is not list or from_.__class__ is not str or until.__class__ is not str:
            return conform(SCHEDULE, given)
        # INVARIANT (one key, one schedule): no day has a comma, so with their number others cannot look like them.
        key += (len(days), ",".join(days), from_, until)
    if (known := _SCHEDULES.get(key)) is not None:
        return known
    if len(_SCHEDULES) >= _SCHEDULES_KEPT:
        _SCHEDULES.clear()
    schedule = _SCHEDULES[key] = conform(SCHEDULE, given)
    return schedule


def _read_texts(given: Any) -> Value:  # noqa: ANN401
    if given.__class__ is not list and given.__class__ is not tuple:
        return conform(_TEXTS, given)
    found = tuple(given)
    for one in found:
        if one.__class__ is not str or len(one) > MAX_TEXT or not one.isascii():
            return conform(_TEXTS, given)
    return found if len(found) <= MAX_ITEMS else conform(_TEXTS, given)


def _read_members(known: Mapping[str, str], wanted: Type, given: Any) -> Value:  # noqa: ANN401
    if given.__class__ is not list and given.__class__ is not tuple:
        return conform(wanted, given)
    found: list[str] = []
    for one in given:
        if one.__class__ is not str or one not in known:
            return conform(wanted, given)
        found.append(known[one])
    return tuple(found) if len(found) <= MAX_ITEMS else conform(wanted, given)


_READERS: Final[Mapping[Basic, Read]] = {
    Basic.INT: _read_int,
    Basic.TEXT: _read_text,
    Basic.INSTANT: _read_instant,
    Basic.TIMEZONE: _read_zone,
    Basic.SCHEDULE: _read_schedule,
}
