"""
Collect the facts of a decision from whatever a caller gives, and validate them.

Facts come as mappings, nested or dotted, and as objects of any kind; every value goes through the one reading of
:func:`notifyrules.language.values.conform`. Generated code may accept the usual values before
(:mod:`notifyrules.compiled.dict_facts`); whatever it does not know by sight comes here.
"""

from __future__ import annotations

import inspect
import keyword
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo
from enum import Enum
from functools import cached_property, partial
from itertools import islice
from threading import RLock
from typing import Any, Final, Literal, get_args

from notifyrules.compiled.facts_object import FIXED, Facts, LazyFacts, make_kind, make_lazy
from notifyrules.compiled.partial import UNKNOWN
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.graph.model import Fact, groups_of
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.value_help import to_await
from notifyrules.language.values import Value, conform, expected_of, write_literal

Absent = Literal["default", "unknown"]
"""What absent facts have: their default, or a value that is not known yet."""
Extras = Literal["forbid", "ignore"]
"""What becomes of given facts that the rules do not declare."""
_EXTRAS: Final[tuple[str, ...]] = get_args(Extras)
_ABSENT: Final = object()
_LONGEST_PATH: Final = 200
_PARTS: Final = 3
"""Names of attributes that a message gives as examples."""
_SINGLE: Final = (
    *(str, bytes, bytearray, memoryview, int, float, complex, list, tuple, set, frozenset, range),
    *(date, time, timedelta, tzinfo, Enum, type, partial),
)
"""Classes whose instances are one value, or give many one after the other, whatever attributes they have."""
_TOLD: Final = 100
"""Problems beyond which names that are no facts are only said to be more: a caller can give millions."""
_ADVISED: Final = 10
"""So many problems may be told with the nearest name, which is dearer to find than the decision."""


@dataclass(frozen=True, slots=True)
class Later:
    """What a fact was given as that is not known yet."""

    given: object


class FactsReader:
    """Read given facts for one chart."""

    def __init__(self, declared: Mapping[str, Fact], fixed: Collection[str] = ()) -> None:
        self.declared = {name: fact for name, fact in declared.items() if name not in fixed}
        """The facts that are read."""
        self.kind = make_kind(self.declared, fixed, declared)
        """The class of what :meth:`read` gives."""
        self._fixed = {name: declared[name] for name in fixed}
        self.collector = Collector(declared)

    def read(
        self, given: object, extras: Extras = "forbid", absent: Absent = "default", fixed: Facts | None = None
    ) -> Facts:
        """Validate what :meth:`notifyrules.rules.Rules.facts` takes, beside *fixed* facts, all problems at once."""
        if isinstance(given, self.kind) and getattr(given, FIXED, None) is fixed:
            return given
        problems: list[FactProblem] = []
        found = self.collect(given, extras, problems, fixed)
        if absent == "unknown":
            found = dict.fromkeys(self.declared, UNKNOWN) | found
        values = self.check(self.declared.values(), found, problems)
        if problems:
            order = {name: number for number, name in enumerate(self.kind.names)}
            raise FactsError(sorted(problems, key=lambda problem: order.get(problem.path, len(order))))
        return self.make(values, fixed)

    def collect(
        self,
        given: object,
        extras: Extras,
        problems: list[FactProblem],
        fixed: Facts | None,
        collector: Collector | None = None,
    ) -> dict[str, object]:
        """Bring what was given into one value a fact that is not fixed, by another *collector* if need be."""
        found = (collector or self.collector).collect(given, extras, problems)
        if fixed is not None:
            self._leave_out(fixed, found, problems)
        return found

    def _leave_out(self, fixed: Facts, found: dict[str, object], problems: list[FactProblem]) -> None:
        """Leave out facts that are fixed before; given again, they must be the same."""
        for name in [name for name in found if name in self._fixed]:
            given = found.pop(name)
            try:
                same = conform(self._fixed[name].type, given) == fixed[name]
            except Mismatch:
                same = False
            if not same:
                message = f"is {write_literal(fixed[name])} in these specialized rules, found {describe(given)}"
                problems.append(FactProblem(name, message, "ask the whole rules, or specialize them for this value"))

    def make(self, values: Mapping[str, Value | Later], fixed: Facts | None = None) -> Facts:
        """Hold values that are valid already."""
        pending = {name: value.given for name, value in values.items() if isinstance(value, Later)}
        facts = self._make_lazy(pending) if pending else self.kind()
        for name, slot in self.kind.slots.items():
            if name not in pending:
                setattr(facts, slot, values[name])
        if fixed is not None:
            setattr(facts, FIXED, fixed)
        return facts

    def _make_lazy(self, pending: dict[str, object]) -> LazyFacts:
        facts = self._open() if any(given is UNKNOWN for given in pending.values()) else self._lazy()
        facts.pending, facts.validate, facts.lock = pending, self.validate, RLock()
        return facts

    @cached_property
    def _lazy(self) -> type[LazyFacts]:
        """The class of facts some of which can still be asked for."""
        return make_lazy(self.kind, known_to_somebody=True)

    @cached_property
    def _open(self) -> type[LazyFacts]:
        """The class of facts some of which are known to nobody."""
        return make_lazy(self.kind, known_to_somebody=False)

    def validate(self, name: str, given: object) -> Value:
        """Validate one fact on its own; FactsError where it does not fit."""
        try:
            return conform(self.declared[name].type, given)
        except Mismatch as mismatch:
            raise FactsError([self._problem(name, mismatch)]) from None

    def check(
        self, facts: Iterable[Fact], found: Mapping[str, object], problems: list[FactProblem]
    ) -> dict[str, Value | Later]:
        """Check the values of some facts against their types, and fill in their defaults."""
        # What an unreadable group misses is not known.
        unread = tuple(f"{problem.path}." for problem in problems if self.collector.is_group(problem.path))
        valid: dict[str, Value | Later] = {}
        for fact in facts:
            name = fact.name
            if name not in found:
                if fact.has_default:
                    valid[name] = fact.default
                elif not name.startswith(unread):
                    advice = f"give {expected_of(fact.type)}"
                    problems.append(FactProblem(name, "is missing and has no default", advice, fact.about or ""))
                continue
            given = found[name]
            # A class is callable too, but `bool` given for a fact is a slip, and would be asked and give False.
            if given is UNKNOWN or (callable(given) and not isinstance(given, type)):
                valid[name] = Later(given)
                continue
            try:
                valid[name] = conform(fact.type, given)
            except Mismatch as mismatch:
                problems.append(self._problem(name, mismatch))
        return valid

    def _problem(self, name: str, mismatch: Mismatch) -> FactProblem:
        message = f"expected {mismatch.expected}, found {mismatch.found}"
        return FactProblem(name, message, mismatch.help, self.declared[name].about or "")


class Collector:
    """Collect the declared facts of one chart."""

    def __init__(self, declared: Mapping[str, Fact], unread: str | None = None) -> None:
        """Prepare to collect the *declared* facts; of objects the *unread* one is left alone."""
        self._declared = declared
        self._unread = unread
        self._groups = groups_of(declared)

    def leaving(self, name: str) -> Collector:
        """Make one that does not read a fact of objects."""
        return Collector(self._declared, name)

    def collect(self, given: object, extras: Extras, problems: list[FactProblem]) -> dict[str, object]:
        """Bring what was given into one value a declared fact, if given; FactsError where it can hold no facts."""
        if extras not in _EXTRAS:
            advice = did_you_mean(extras, _EXTRAS, f"the choices are {named(_EXTRAS)}")
            raise UsageError(f"`extras` cannot be `{visible(str(extras))}`", advice)
        found: dict[str, object] = {}
        if (found_in := entries(given)) is not None:
            self._from_mapping(found_in, "", found, extras, problems)
        elif given is None or is_single(given):
            message = f"expected a mapping or an object, found {describe(given)}"
            advice = _instead_of(given) or "give facts such as {'channel.muted': True}"
            raise FactsError([FactProblem("(facts)", message, advice)])
        elif not self._from_object(given, "", found, extras, problems) and self._declared:
            message = f"found {describe(given)}, which has none of the facts"
            advice = f"give a mapping, or an object with attributes such as {named(islice(self._parts(''), _PARTS))}"
            raise FactsError([FactProblem("(facts)", message, advice)])
        return found

    def is_group(self, path: str) -> bool:
        """Tell whether facts begin with a path."""
        return path in self._groups

    def _parts(self, prefix: str) -> Iterable[str]:
        """Give the facts and groups of a group by their names in it, in the order declared."""
        depth = len(prefix)
        return dict.fromkeys(name[depth:].partition(".")[0] for name in self._declared if name.startswith(prefix))

    def _from_mapping(
        self,
        entries: Iterable[tuple[object, object]],
        prefix: str,
        found: dict[str, object],
        extras: Extras,
        problems: list[FactProblem],
    ) -> None:
        """Take the facts of a mapping, which may be nested, dotted, or both."""
        for key, value in entries:
            if not isinstance(key, str):
                if _is_told(problems):
                    place = prefix.rstrip(".") or "(facts)"
                    problems.append(FactProblem(place, f"the names of facts are text, found {describe(key)}"))
                continue
            # What a member of an enumeration class says of itself differs between versions of Python.
            path = prefix + str.__str__(key)
            if path in self._declared:
                _take(path, value, found, problems)
            elif path in self._groups:
                self._from_group(path, value, found, extras, problems)
            elif extras == "forbid" and _is_told(problems):
                near = nearest(path, self._declared) if len(problems) < _ADVISED else None
                advice = f"did you mean `{near}`?" if near else ""
                problems.append(FactProblem(path[:_LONGEST_PATH], "is not a fact of these rules", advice))

    def _from_group(
        self, path: str, value: object, found: dict[str, object], extras: Extras, problems: list[FactProblem]
    ) -> None:
        """Take the facts of what stands where a group of facts does; None stands for no facts at all."""
        if value is None:
            return
        if (found_in := entries(value)) is not None:
            self._from_mapping(found_in, f"{path}.", found, extras, problems)
            return
        single = is_single(value)
        if single or not self._from_object(value, f"{path}.", found, extras, problems):
            names = ", ".join(f"`{name}`" for name in self._declared if name.startswith(f"{path}."))
            what = f"expected a group of facts, found {describe(value)}"
            what += "" if single else ", which has none of them"
            problems.append(FactProblem(path, what, _instead_of(value) or f"its facts are {names}"))

    def _from_object(
        self, given: object, prefix: str, found: dict[str, object], extras: Extras, problems: list[FactProblem]
    ) -> bool:
        """Take the declared facts among an object's attributes, and tell whether it has any; others are its affair."""
        any_there = False
        fields = fields_of(given)
        attributes = {name: name for name in fields or ()} if fields is not None else _attributes(given)
        lost = next((name for name in fields or () if self._is_lost(prefix, name)), None)
        if lost is not None:
            what = f"the field `{lost}` of a named tuple has lost the name of its column"
            advice = "give a mapping from names to values, such as a dict"
            problems.append(FactProblem(prefix.rstrip(".") or "(facts)", what, advice))
        for part in (*self._parts(prefix), *(name for name in attributes if "." in name)):
            path = prefix + part
            if path not in self._declared and path not in self._groups:
                continue
            written = f"{part}_" if keyword.iskeyword(part) else part
            value = _attribute(given, written) if fields is None or written in fields else _ABSENT
            if value is _ABSENT and attributes.get(part, written) != written:
                value = _attribute(given, attributes[part])
            if value is _ABSENT:
                continue
            any_there = True
            if path == self._unread:
                continue
            if path in self._declared:
                _take(path, value, found, problems)
            else:
                self._from_group(path, value, found, extras, problems)
        return any_there or lost is not None

    def _is_lost(self, prefix: str, field: str) -> bool:
        return is_lost(field, [name[len(prefix) :] for name in self._declared if name.startswith(prefix)])


def is_lost(field: str, names: Collection[str]) -> bool:
    """Tell whether a field of a named tuple was made of a column whose name has dots, which fields cannot have."""
    made = {name.replace(".", "_") for name in names if "." in name}
    return field not in names and (field in made or re.fullmatch("_[0-9]+", field) is not None)


def _is_told(problems: list[FactProblem]) -> bool:
    """Tell whether there is room for one more name that is no fact, and say once where there is none."""
    if len(problems) == _TOLD:
        problems.append(FactProblem("(facts)", f"{_TOLD} problems are told; more names are no facts of these rules"))
    return len(problems) < _TOLD


def _take(path: str, value: object, found: dict[str, object], problems: list[FactProblem]) -> None:
    if path in found:
        problems.append(FactProblem(path, "given twice", "give it once, nested or dotted"))
    found[path] = value


def dotted(facts: object) -> dict[str, object]:
    """Write facts that may be nested with their dotted names; facts may be nested deeper than Python calls itself."""
    found: dict[str, object] = {}
    waiting = [("", facts)]
    while waiting:
        prefix, group = waiting.pop()
        for key, value in group.items() if isinstance(group, Mapping) else ():
            if isinstance(value, Mapping):
                waiting.append((f"{prefix}{key}.", value))
            else:
                found[f"{prefix}{key}"] = value
    return found


def is_mapping(given: object) -> bool:
    """Tell whether facts are given by their names, and not as the attributes of an object."""
    # The class is asked, of a proxy that of what it stands for: a stand-in that has any attribute at all would have
    # keys as well, but none to give.
    kind = given.__class__
    return isinstance(given, Mapping) or (callable(getattr(kind, "keys", None)) and hasattr(kind, "__getitem__"))


def entries(given: Any) -> Iterable[tuple[object, object]] | None:  # noqa: ANN401 - whatever a caller gives
    """Give keys and values of a mapping, or of a row and the like, which is none by its class; else None."""
    if isinstance(given, Mapping):
        return given.items()
    if is_mapping(given):
        return ((key, given[key]) for key in given.keys())  # noqa: SIM118 - to iterate may give values, as a row does
    return None


def fields_of(given: object) -> tuple[str, ...] | None:
    """
    Give the fields of a named tuple or a row that looks like one; None for anything else.

    Its other attributes are those of any tuple, such as `count` and `index`.
    """
    fields = getattr(given, "_fields", None) if hasattr(type(given), "_asdict") else None
    return fields if isinstance(fields, tuple) else None


def _attributes(given: object) -> Mapping[str, str]:
    """
    Give attributes by the names of facts that no code can write, such as `channel.muted`, or that are aliases.

    Namespaces hold the former, models of pydantic the latter.
    """
    try:
        # An object that makes attributes up is not asked.
        held: Iterable[object] = object.__getattribute__(given, "__dict__")
    except AttributeError:
        held = ()
    if getattr(given.__class__, "__pydantic_fields__", None):
        held = (*held, *(getattr(given, "__pydantic_extra__", None) or ()))
    return {name: name for name in held if isinstance(name, str)} | aliases_of(given.__class__)


def aliases_of(kind: type) -> dict[str, str]:
    """Give the aliases that a model of pydantic has, with the names of their fields."""
    aliases: dict[str, str] = {}
    for name, about in (getattr(kind, "__pydantic_fields__", None) or {}).items():
        choices = getattr(about.validation_alias, "choices", (about.validation_alias,))
        aliases |= {alias: name for alias in (*choices, about.serialization_alias) if isinstance(alias, str)}
    return aliases


def _attribute(given: object, name: str) -> object:
    """Read an attribute that may be missing; one that fails by missing something else is not."""
    try:
        return getattr(given, name)
    except AttributeError as error:
        is_property = isinstance(inspect.getattr_static(given, name, None), (property, cached_property))
        if is_property or error.name != name:
            error.add_note(f"while reading the {'property' if is_property else 'attribute'} `{name}` as a fact")
            raise
        return _ABSENT


def is_single(value: object) -> bool:
    """Tell whether something is one value, or a way to get some, and can have no attributes that are facts."""
    # The class that it says is asked: the type of a weak proxy has every method that there is.
    kind = value.__class__
    gives_others = hasattr(kind, "__next__") or inspect.isroutine(value) or inspect.isawaitable(value)
    if isinstance(value, _SINGLE) or gives_others:
        return fields_of(value) is None
    # Columns and their values, and what is still computed elsewhere, have methods of many names.
    return (hasattr(kind, "dtype") and hasattr(kind, "shape")) or hasattr(kind, "add_done_callback")


def _instead_of(given: object) -> str:
    """Say what to give instead of something that holds no facts but leads to some; empty for anything else."""
    return "give an instance of it" if isinstance(given, type) else to_await(given)
