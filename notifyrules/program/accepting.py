"""
Write code that accepts facts given as plain dicts, nested or dotted, when every value is of the usual kind.

It knows by sight what is surely valid; other values go to :func:`notifyrules.conditions.values.conform`, and whatever
is not as expected to the reader, which alone makes errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from notifyrules.conditions.schedules import Schedule
from notifyrules.conditions.types import TIMEZONE, Basic, Enumeration, ListOf, Type
from notifyrules.conditions.values import (
    MAX_DURATION,
    MAX_INSTANT,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    MIN_INSTANT,
    Value,
    conform,
)
from notifyrules.graph.model import Fact
from notifyrules.program.names import Names

_TOP: Final = "facts"
"""The variable that holds what the caller gave."""
_EMPTY: Final[dict[str, object]] = {}
"""Stands where a group of facts was not given; only read from."""


@dataclass(slots=True)
class _Group:
    """
    A dict inside the nested form: the facts and groups that it holds, by their keys.
    """

    variable: str
    facts: dict[str, Fact] = field(default_factory=dict)
    groups: dict[str, _Group] = field(default_factory=dict)


class Unusual(Exception):  # noqa: N818 - no error: the reader takes over
    """
    Say that facts are not as generated code expects them.
    """


ABSENT: Final = object()
"""Stands where a fact without a default was not given."""


def write_acceptance(declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> list[str]:
    """
    Write statements that put valid values into a variable for each slot, or raise.

    Args:
        declared: The facts.
        slots: Their variables.
        names: Takes what the statements speak of.

    Returns:
        Statements about `facts`, a dict. They raise :class:`Unusual`, `KeyError`, `TypeError` or
        :class:`~notifyrules.conditions.values.Mismatch` where the reader must look.
    """
    lines = _Acceptance(declared, slots, names).fetch()
    for fact in declared.values():
        lines += _check(fact.type, slots[fact.name], names)
    return lines


class _Acceptance:
    """
    Write how values are taken from a dict: all given and nested, some given and nested, or dotted.
    """

    def __init__(self, declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> None:
        """
        Arrange the facts by the dicts that hold them in the nested form.
        """
        self._declared = declared
        self._slots = slots
        self._names = names
        self._groups = [_Group(_TOP)]
        for fact in declared.values():
            *path, last = fact.name.split(".")
            group = self._groups[0]
            for part in path:
                if part not in group.groups:
                    group.groups[part] = _Group(f"group{len(self._groups)}")
                    self._groups.append(group.groups[part])
                group = group.groups[part]
            group.facts[last] = fact

    def fetch(self) -> list[str]:
        """
        Write all three ways.
        """
        top = self._groups[0]
        lines = [*self._if_whole(), *_indent(self._whole()), f"elif {self._known(top)}:", *_indent(self._nested())]
        if top.groups:
            keys = self._names.constant(frozenset(self._declared), "keys")
            lines += [f"elif {_TOP}.keys() <= {keys}:", *_indent(self._dotted())]
        raising = self._names.thing("Unusual", Unusual)
        return [*lines, "else:", f"    raise {raising}"]

    def _if_whole(self) -> list[str]:
        """
        Write the test for a nested dict in which nothing is missing, as far as numbers tell.
        """
        top, *inner = self._groups
        tests = [f"len({_TOP}) == {len(top.facts) + len(top.groups)}"]
        for group in self._groups:
            for key, one in group.groups.items():
                taken = f"{_TOP}[{key!r}]" if group is top else f"{group.variable}.get({key!r})"
                tests.append(f"({one.variable} := {taken}).__class__ is dict")
        if inner:
            entries = sum(len(group.facts) + len(group.groups) for group in inner)
            tests.append(f"{' + '.join(f'len({group.variable})' for group in inner)} == {entries}")
        return ["if (", *(f"    {'and ' if number else ''}{test}" for number, test in enumerate(tests)), "):"]

    def _whole(self) -> list[str]:
        """
        Write that every value is taken.
        """
        lines = [
            f"{self._slots[fact.name]} = {group.variable}[{key!r}]"
            for group in self._groups
            for key, fact in group.facts.items()
        ]
        return lines or ["pass"]

    def _nested(self) -> list[str]:
        """
        Write that values are taken from dicts in dicts as far as they are given.
        """
        lines: list[str] = []
        for group in self._groups:
            if group.variable != _TOP:
                raising = self._names.thing("Unusual", Unusual)
                lines += [
                    f"if {group.variable}.__class__ is not dict or not {self._known(group)}:",
                    f"    raise {raising}",
                ]
            empty = self._names.thing("EMPTY", _EMPTY)
            lines += [f"{one.variable} = {group.variable}.get({key!r}, {empty})" for key, one in group.groups.items()]
            lines += [self._get(fact, group.variable, key) for key, fact in group.facts.items()]
        return lines or ["pass"]

    def _dotted(self) -> list[str]:
        """
        Write that values are taken by their dotted names as far as they are given.
        """
        return [self._get(fact, _TOP, fact.name) for fact in self._declared.values()]

    def _known(self, group: _Group) -> str:
        """
        Write the test that a dict has no other keys than it should.
        """
        return f"{group.variable}.keys() <= {self._names.constant(frozenset({*group.facts, *group.groups}), 'keys')}"

    def _get(self, fact: Fact, variable: str, key: str) -> str:
        """
        Write that a value is taken if it is given.
        """
        absent = self._names.literal(fact.default) if fact.has_default else self._names.thing("ABSENT", ABSENT)
        return f"{self._slots[fact.name]} = {variable}.get({key!r}, {absent})"


def _check(wanted: Type, slot: str, names: Names) -> list[str]:
    """
    Write how a value is held to its type.
    """
    read = f"{slot} = {names.thing('conform', conform)}({names.constant(wanted, f'{wanted}_type')}, {slot})"
    match wanted.base:
        case Basic.BOOL:
            # One test of the class is faster than two of identity, whichever way they go.
            test = f"{slot}.__class__ is not bool"
        case Basic.INT:
            test = f"{slot}.__class__ is not int or not {-MAX_INT} <= {slot} <= {MAX_INT}"
        case Basic.TEXT:
            test = f"{slot}.__class__ is not str or len({slot}) > {MAX_TEXT} or not {slot}.isascii()"
        case Enumeration(values):
            test = f"{slot}.__class__ is not str or {slot} not in {names.choices(values)}"
        case Basic.INSTANT:
            kind, utc = names.thing("datetime", datetime), names.thing("UTC", UTC)
            low, high = names.constant(MIN_INSTANT, "MIN_INSTANT"), names.constant(MAX_INSTANT, "MAX_INSTANT")
            test = f"{slot}.__class__ is not {kind} or {slot}.tzinfo is not {utc} or not {low} <= {slot} <= {high}"
        case Basic.DURATION:
            kind, most = names.thing("timedelta", timedelta), names.constant(MAX_DURATION, "MAX_DURATION")
            test = f"{slot}.__class__ is not {kind} or not -{most} <= {slot} <= {most}"
        case Basic.SCHEDULE:
            test = f"{slot}.__class__ is not {names.thing('Schedule', Schedule)}"
        case Basic.TIMEZONE:
            test, read = "", f"{slot} = {names.thing('zone', _zone)}({slot})"
        case ListOf(Basic.TEXT):
            test, read = (
                "",
                f"{slot} = {names.thing('texts', _texts)}({slot}, {names.constant(wanted, f'{wanted}_type')})",
            )
        case _:
            test = ""
    if wanted.nullable:
        test = f"{slot} is not None and ({test})" if test else f"{slot} is not None"
    return [f"if {test}:", f"    {read}"] if test else [read]


_ZONES: Final[dict[str, ZoneInfo]] = {}
"""The time zones met so far, by key."""


def _zone(given: object) -> Value:
    """
    Read a time zone, one that was met before without looking it up anew.
    """
    key = given.key if isinstance(given, ZoneInfo) else given
    if key.__class__ is not str:
        return conform(TIMEZONE, given)
    assert isinstance(key, str)
    if key not in _ZONES:
        found = conform(TIMEZONE, given)
        assert isinstance(found, ZoneInfo)
        _ZONES[key] = found
    return _ZONES[key]


def _texts(given: object, wanted: Type) -> Value:
    """
    Read a list of texts, usual ones without looking at each in full.
    """
    if given.__class__ is list or given.__class__ is tuple:
        assert isinstance(given, (list, tuple))
        found = tuple(given)
        if len(found) <= MAX_ITEMS and all(
            one.__class__ is str and len(one) <= MAX_TEXT and one.isascii() for one in found
        ):
            return found
    return conform(wanted, given)


def _indent(lines: Iterable[str]) -> list[str]:
    """
    Indent statements by a level.
    """
    return [f"    {line}" for line in lines]
