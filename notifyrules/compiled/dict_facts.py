"""
Write code that accepts facts given as plain dicts, nested or dotted, when every value is of the usual kind.

It knows at a glance what is surely valid, and calls short readers (:mod:`notifyrules.compiled.quick_values`) for other
usual values. Whatever is not as expected goes to the facts reader, which alone makes errors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.compiled.names import Names, indent
from notifyrules.compiled.quick_values import ZONES, quick_reader
from notifyrules.graph.model import Fact, groups_of
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import (
    MAX_DURATION,
    MAX_TEXT,
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
    facts: dict[str, Fact] = field(default_factory=dict)
    groups: dict[str, _Group] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)
    """What stands for each entry that is absent; nothing for facts without a default."""

    def __len__(self) -> int:
        return len(self.facts) + len(self.groups)


Convert: TypeAlias = Callable[[str], tuple[Mapping[type, object], object]]
"""Gives what makes dicts of what stands for the group of a path: by class, and of classes not met before."""


class Unusual(Exception):  # noqa: N818 - no error: the reader takes over
    """Say that facts are not as generated code expects them."""


def write_acceptance(
    declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names, *, refusal: str = ""
) -> list[str]:
    """
    Write statements that put valid values into a variable for each slot, or raise.

    Args:
        declared: The facts.
        slots: Their variables.
        names: Takes what the statements speak of.
        refusal: What is done where a dict has not the usual form, instead of raising :class:`Unusual`.

    Returns:
        Statements about `facts`, a dict. They raise `KeyError` too where it has not the usual form, and `TypeError` or
        :class:`~notifyrules.language.mismatch.Mismatch` where the reader must look at a value.
    """
    acceptance = _Acceptance(declared, slots, names, refusal)
    return [*acceptance.fetch(), *acceptance.checks()]


def write_own_acceptance(declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> list[str]:
    """Write statements like :func:`write_acceptance` that let alone the variables of facts that are not given."""
    acceptance = _Acceptance(declared, slots, names)
    return [*acceptance.fetch_some(), "if left:", f"    {acceptance.refusal}"]


def write_checks(declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> list[str]:
    """Write the statements of :func:`write_acceptance` that hold values to their types, from wherever they are."""
    return _Acceptance(declared, slots, names).checks()


def write_loose_acceptance(
    declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names, convert: Convert, fixed: Collection[str]
) -> list[str]:
    """
    Write statements that take a given value for each slot, wherever in a dict it is.

    Args:
        declared: The facts.
        slots: Their variables.
        names: Takes what the statements speak of.
        convert: Gives what makes dicts of groups given otherwise, by the path of the group.
        fixed: Facts that are fixed before; given again they are not ignored.

    Returns:
        Statements about `facts`, a dict nested, dotted or both, and `ignore`, whether it may hold something else. They
        hand the values to `values`, and raise like those of :func:`write_acceptance`.
    """
    acceptance = _Acceptance(declared, slots, names, fixed=fixed)
    beside, done = acceptance.fetch_beside_others(), f"return values({', '.join(slots.values())})"
    quick = ["while ignore:", "    try:", *indent(indent([*beside, done])), "    except KeyError:", "        break"]
    return [*(quick if beside else ()), *acceptance.fetch_loosely(convert), done]


class _Acceptance:
    """
    Write how values are taken from a dict, nested or dotted, and held to their types.

    Where entries are absent, their defaults are filled in first, so that all can be read in one way. A dict that then
    has as many entries as it should, each of which is found, has no others.
    """

    def __init__(
        self,
        declared: Mapping[str, Fact],
        slots: Mapping[str, str],
        names: Names,
        refusal: str = "",
        fixed: Collection[str] = (),
    ) -> None:
        self._declared = declared
        self._fixed = {*fixed, *groups_of(fixed)}
        self._slots = slots
        self._names = names
        self.refusal = refusal or f"raise {names.thing('Unusual', Unusual)}"
        self._read: dict[Type, str] = {}
        self._groups = [_Group(_TOP)]
        for fact in declared.values():
            *path, last = fact.name.split(".")
            group = self._groups[0]
            for part in path:
                if part not in group.groups:
                    inner = _Group(names.new(f"{part}_group"), part)
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
        nested = self._take(top)
        level = [*top.groups.values()]
        while level:
            # One test of all of them is faster than a test of each.
            nested += [*_unless(f"{one.variable}.__class__ is dict" for one in level), f"    {self.refusal}"]
            nested += [line for one in level for line in self._take_some(one)]
            level = [inner for one in level for inner in one.groups.values()]
        defaults: dict[str, object] = {fact.name: fact.default for fact in self._declared.values() if fact.has_default}
        dotted = [f"{self._slots[name]} = {_TOP}[{name!r}]" for name in self._declared]
        count, filled = len(top), f"{self._names.thing('defaults', top.defaults)} | facts"
        return [
            f"{_TOP} = facts",
            # The name of a group tells the forms apart; those that are dotted have none.
            f"if (len({_TOP}) == {count} and {next(iter(top.groups))!r} in {_TOP}) or (",
            f"    len({_TOP}) < {count} and len({_TOP} := {filled}) == {count}",
            "):",
            *indent(nested),
            "else:",
            f"    if {next(iter(top.groups))!r} in facts:",
            f"        {self.refusal}",
            *indent([*self._filled(defaults, len(dotted)), *dotted]),
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
        return [*begun, f"if {nested}:", *indent(self._enter_some(top)), "else:", *indent(dotted)]

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
            yield from indent([*entered, *self._enter_some(inner)])

    def _take_if(self, holder: str, key: str, fact: Fact) -> list[str]:
        """Write that one value is taken, if it is there, and held to its type."""
        slot = self._slots[fact.name]
        taken = [f"{slot} = {holder}[{key!r}]", "left -= 1", *self.check(fact.type, slot)]
        return [f"if {key!r} in {holder}:", *indent(taken)]

    def _filled(self, defaults: Mapping[str, object], count: int) -> list[str]:
        """Write that what is absent is filled in, where there are no groups."""
        named = self._names.thing("defaults", defaults)
        return [
            f"{_TOP} = facts",
            f"if len({_TOP}) != {count} and len({_TOP} := {named} | facts) != {count}:",
            f"    {self.refusal}",
        ]

    def _take_some(self, group: _Group) -> list[str]:
        """Write how what is there is taken of a group; what is absent has its default."""
        holder, some = group.variable, [f"left = len({group.variable})"]
        for key, variable in self._variables(group):
            there = [f"{variable} = {holder}[{key!r}]", "left -= 1"]
            if key in group.defaults:
                default = self._names.thing(f"default_{key}", group.defaults[key])
                there = [f"if {key!r} in {holder}:", *indent(there), "else:", f"    {variable} = {default}"]
            some += there
        return [
            f"if len({holder}) == {len(group)}:",
            *indent(self._take(group)),
            "else:",
            *indent(some),
            "    if left:",
            f"        {self.refusal}",
        ]

    def fetch_loosely(self, convert: Convert) -> list[str]:
        """Write how values are taken that may be nested, dotted or both, beside others that may be ignored."""
        known = groups_of(self._declared) | self._declared.keys() | self._fixed
        named = self._names.thing("known", known)
        return [
            f"{_TOP} = facts",
            f"left = len({_TOP})",
            *self._loosely(self._groups[0], "", convert),
            "if left:",
            "    if not ignore:",
            f"        {self.refusal}",
            # Nothing that is a fact may be left over, and what is joined is text.
            f"    if len({named}.intersection({_TOP})) != len({_TOP}) - left or ''.join({_TOP}) is None:",
            f"        {self.refusal}",
        ]

    def fetch_beside_others(self) -> list[str]:
        """Write how values are taken of nested dicts that may hold more than facts; none where groups hold groups."""
        groups = self._groups[1:]
        if not groups or any(group.groups for group in groups):
            return []
        dotted = frozenset(name for name in self._declared if "." in name) | self._not_ignored(self._groups[0], "")
        # What is joined is text; to join all at once is faster than one after the other.
        names = ", ".join(f"*{one.variable}" for one in self._groups)
        return [
            f"{_TOP} = facts",
            f"if not {self._names.thing('dotted', dotted)}.isdisjoint({_TOP}):",
            "    break",
            *self._take(self._groups[0]),
            *_unless(f"{one.variable}.__class__ is dict" for one in groups),
            "    break",
            *_unless(f"len({one.variable}) == {len(one)}" for one in self._groups),
            f"    ''.join([{names}])",
            *indent(line for one in groups for line in self._refuse_fixed(one, one.key, "break")),
            *(line for group in groups for line in self._take(group)),
        ]

    def _loosely(self, group: _Group, prefix: str, convert: Convert) -> Iterator[str]:
        """Write how facts at the top of the dict are taken, those that belong to groups by their dotted names."""
        for key, fact in group.facts.items():
            slot = self._slots[fact.name]
            yield f"if {prefix + key!r} in {_TOP}:"
            yield f"    {slot} = {_TOP}[{prefix + key!r}]"
            yield "    left -= 1"
            yield "else:"
            default = self._names.thing(f"default_{fact.name}", fact.default)
            yield f"    {slot} = {default}" if fact.has_default else f"    {self.refusal}"
        for key, inner in group.groups.items():
            path = prefix + key
            if prefix:
                yield from self._loosely(inner, f"{path}.", convert)
                continue
            yield f"if {path!r} in {_TOP}:"
            yield f"    {inner.variable} = {_TOP}[{path!r}]"
            yield "    left -= 1"
            yield from indent(self._enter_loosely(inner, path, convert))
            yield "else:"
            yield from indent(self._loosely(inner, f"{path}.", convert))

    def _enter_loosely(self, group: _Group, path: str, convert: Convert) -> Iterator[str]:
        """Write how a group is made a dict with all that it should have, and its facts are taken."""
        variable, count = group.variable, len(group)
        by_class, other = convert(path)
        known, unseen = (
            self._names.thing(f"{group.key}_known", by_class),
            self._names.thing(f"{group.key}_other", other),
        )
        keys = self._names.thing(f"{group.key}_keys", frozenset({*group.facts, *group.groups}))
        yield f"if {variable}.__class__ is not dict:"
        yield f"    {variable} = {known}.get(type({variable}), {unseen})({variable})"
        yield f"if (ignore or len({variable}) != {count}) and not {variable}.keys() >= {keys}:"
        yield f"    {variable} = {self._names.thing(f'{group.key}_defaults', group.defaults)} | {variable}"
        if group.groups:
            # Inside of it too there may be dotted names.
            inside = frozenset(name[len(path) + 1 :] for name in self._declared if name.startswith(f"{path}."))
            dotted = frozenset(name for name in inside | groups_of(inside) if "." in name)
            yield f"if not {self._names.thing('dotted', dotted)}.isdisjoint({variable}):"
            yield f"    {self.refusal}"
        yield f"if len({variable}) != {count} and (not ignore or ''.join({variable}) is None):"
        yield f"    {self.refusal}"
        yield from self._refuse_fixed(group, path, self.refusal)
        yield from self._take(group)
        for key, inner in group.groups.items():
            yield from self._enter_loosely(inner, f"{path}.{key}", convert)

    def _refuse_fixed(self, group: _Group, path: str, refusal: str) -> list[str]:
        """Write what is done where a dict with all of a group holds a fact that is fixed before."""
        fixed = self._not_ignored(group, f"{path}.")
        if not fixed:
            return []
        named = self._names.thing(f"{group.key}_fixed", fixed)
        return [f"if not {named}.isdisjoint({group.variable}):", f"    {refusal}"]

    def _not_ignored(self, group: _Group, prefix: str) -> frozenset[str]:
        """Give the keys of a group that lead to facts that are fixed before alone."""
        keys = {name.removeprefix(prefix) for name in self._fixed if name.startswith(prefix)}
        return frozenset(keys - {*group.facts, *group.groups})

    def _take(self, group: _Group) -> list[str]:
        return [f"{variable} = {group.variable}[{key!r}]" for key, variable in self._variables(group)]

    def _variables(self, group: _Group) -> Iterator[tuple[str, str]]:
        """Give the keys of a group with the variables for what they lead to."""
        for key, fact in group.facts.items():
            yield key, self._slots[fact.name]
        for key, inner in group.groups.items():
            yield key, inner.variable

    # ---- Holding them to their types ----

    def checks(self) -> list[str]:
        return [line for fact in self._declared.values() for line in self.check(fact.type, self._slots[fact.name])]

    def check(self, wanted: Type, slot: str) -> list[str]:
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
        return [f"if {test}:", *indent(lines)] if test else lines

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
