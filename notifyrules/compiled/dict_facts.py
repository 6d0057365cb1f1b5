"""
Write code that accepts facts given as plain dicts, nested or dotted, when every value is of the usual kind.

It knows at a glance what is surely valid; other values go to :mod:`notifyrules.compiled.value_readers`, and whatever is
not as expected to the reader, which alone makes errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from notifyrules.compiled.names import Names
from notifyrules.compiled.value_readers import ZONES, quick_reader
from notifyrules.graph.model import Fact
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import (
    MAX_DURATION,
    MAX_INSTANT,
    MAX_TEXT,
    MIN_INSTANT,
    Basic,
    Enumeration,
    ListOf,
    Type,
)

_TOP: Final = "given"
"""The variable that holds all that is given, what was absent filled in."""
_SMALL: Final = 1_000_000_000
"""Ints below which Python compares them fastest; larger ones are as valid."""
_LISTS: Final = frozenset({list, tuple})
_ZONE_KINDS: Final = frozenset({str, ZoneInfo})


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
        """Count the entries."""
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


class _Acceptance:
    """
    Write how values are taken from a dict, nested or dotted, and held to their types.

    Where entries are absent, their defaults are filled in first, so that all can be read in one way. A dict that then
    has as many entries as it should, each of which is found, has no others.
    """

    def __init__(self, declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> None:
        """Arrange the facts by the dicts that hold them in the nested form."""
        self._declared = declared
        self._slots = slots
        self._names = names
        self._raise = f"raise {names.thing('Unusual', Unusual)}"
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
        """Write how values are taken."""
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

    def _filled(self, defaults: Mapping[str, object], count: int) -> list[str]:
        """Write that what is absent is filled in, where there are no groups."""
        named = self._names.thing("defaults", defaults)
        return [
            f"{_TOP} = facts",
            f"if len({_TOP}) != {count} and len({_TOP} := {named} | facts) != {count}:",
            f"    {self._raise}",
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
            f"    {self._raise}",
            *whole,
            *_indent(filling),
            *_indent(whole),
            f"        {self._raise}",
        ]

    def _take(self, group: _Group) -> list[str]:
        """Write that the facts of a group are taken."""
        return [f"{self._slots[fact.name]} = {group.variable}[{key!r}]" for key, fact in group.facts.items()]

    # ---- Holding them to their types ----

    def check(self, wanted: Type, slot: str) -> list[str]:
        """Write how a value is held to its type."""
        match wanted.base:
            case ListOf():
                lists = self._names.thing("lists", _LISTS)
                lines = [
                    f"{slot} = () if {slot}.__class__ in {lists} and not {slot} else {self._reading(wanted, slot)}"
                ]
                test = ""
            case Basic.TIMEZONE:
                kinds, zones = self._names.thing("zone_kinds", _ZONE_KINDS), self._names.thing("zones", ZONES)
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
        thing, kind = self._names.thing, f"{slot}.__class__ is not"
        match wanted.base:
            case Basic.BOOL:
                # One test of the class is faster than two of identity, whichever way they go.
                return f"{kind} bool"
            case Basic.INT:
                return f"{kind} int or not {-_SMALL} < {slot} < {_SMALL}"
            case Basic.TEXT:
                return f"{kind} str or len({slot}) > {MAX_TEXT} or not {slot}.isascii()"
            case Enumeration(values):
                return f"{kind} str or {slot} not in {self._names.choices(values)}"
            case Basic.INSTANT:
                low = self._names.constant(MIN_INSTANT, "MIN_INSTANT")
                high = self._names.constant(MAX_INSTANT, "MAX_INSTANT")
                zone = f"{slot}.tzinfo is not {thing('UTC', UTC)}"
                return f"{kind} {thing('datetime', datetime)} or {zone} or not {low} <= {slot} <= {high}"
            case Basic.TIME:
                return f"{kind} {thing('time', time)} or {slot}.tzinfo is not None or {slot}.microsecond"
            case Basic.DURATION:
                most = MAX_DURATION.days
                return f"{kind} {thing('timedelta', timedelta)} or not {-most} <= {slot}.days < {most}"
            case _:
                assert wanted.base is Basic.SCHEDULE
                return f"{kind} {thing('Schedule', Schedule)}"

    def _reading(self, wanted: Type, slot: str) -> str:
        """Write that a value is read."""
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
    """Indent statements by a level."""
    return [f"    {line}" for line in lines]
