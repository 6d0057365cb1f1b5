"""
Validate the facts of a decision.

A pydantic model built from the declared facts says what is valid; every value goes through the one reading of
:func:`notifyrules.language.values.conform`. Generated code may accept the usual values before the model sees them
(:mod:`notifyrules.compiled.dict_facts`); whatever it does not know by sight comes here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Annotated, Any, Literal

from notifyrules.compiled.facts_object import FIXED, Facts, LazyFacts, make_kind, make_lazy
from notifyrules.compiled.given_facts import Collector, Extras
from notifyrules.compiled.unknown import UNKNOWN
from notifyrules.errors import FactProblem, FactsError
from notifyrules.graph.model import Fact
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.values import Value, conform, write_literal

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["Absent", "Extras", "Facts", "FactsReader"]

Absent = Literal["default", "unknown"]
"""What absent facts have: their default, or a value that is not known yet."""


@dataclass(frozen=True, slots=True)
class _Later:
    """What a fact was given as that is not known yet; the model lets it pass."""

    given: object


class FactsReader:
    """Read given facts for one chart."""

    def __init__(self, declared: Mapping[str, Fact], fixed: Collection[str] = ()) -> None:
        """Prepare to read the *declared* facts, some of which may be *fixed* before."""
        self.declared = {name: fact for name, fact in declared.items() if name not in fixed}
        """The facts that are read."""
        self.kind = make_kind(self.declared, fixed, declared)
        """The class of what :meth:`read` gives."""
        self._fixed = {name: declared[name] for name in fixed}
        self._collector = Collector(declared)

    def read(
        self, given: object, extras: Extras = "forbid", absent: Absent = "default", fixed: Facts | None = None
    ) -> Facts:
        """
        Validate what a caller gives.

        Args:
            given: A nested or dotted mapping, a dataclass, a pydantic object, or any object with the facts as
                attributes; mixed as one likes. A fact given as a callable is asked for when it is needed.
            extras: Whether facts that the rules do not declare are an error or ignored.
            absent: Whether absent facts take their default, or are not known yet.
            fixed: The facts that are fixed before, if any.

        Returns:
            One valid value for every declared fact, as far as they are known.

        Raises:
            FactsError: With every problem at once.
        """
        if isinstance(given, self.kind) and getattr(given, FIXED, None) is fixed:
            return given
        problems: list[FactProblem] = []
        found = self._collector.collect(given, extras, problems)
        if fixed is not None:
            self._leave_out(fixed, found, problems)
        if absent == "unknown":
            found = dict.fromkeys(self.declared, UNKNOWN) | found
        values = self._validate({name: _set_aside(value) for name, value in found.items()}, problems)
        if problems:
            order = {name: number for number, name in enumerate(self.kind.names)}
            raise FactsError(sorted(problems, key=lambda problem: order.get(problem.path, len(order))))
        return self.make(values, fixed)

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

    def make(self, values: Mapping[str, Value | _Later], fixed: Facts | None = None) -> Facts:
        """Hold values that are valid already."""
        pending = {name: value.given for name, value in values.items() if isinstance(value, _Later)}
        facts = self._make_lazy(pending) if pending else self.kind()
        for name, slot in self.kind.slots.items():
            if name not in pending:
                setattr(facts, slot, values[name])
        if fixed is not None:
            setattr(facts, FIXED, fixed)
        return facts

    def _make_lazy(self, pending: dict[str, object]) -> LazyFacts:
        """Begin facts some of which are not known yet."""
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

    @cached_property
    def model(self) -> type[BaseModel]:
        """The pydantic model of the declared facts, by dotted name."""
        return _build_model(self.declared)

    def validate(self, name: str, given: object) -> Value:
        """
        Validate one fact on its own.

        Raises:
            FactsError: It is not valid.
        """
        try:
            return conform(self.declared[name].type, given)
        except Mismatch as mismatch:
            details = {"expected": mismatch.expected, "found": mismatch.found, "help": mismatch.help}
            raise FactsError([self._problem(name, "value", details)]) from None

    def _validate(self, found: Mapping[str, object], problems: list[FactProblem]) -> dict[str, Value | _Later]:
        """Check every value against its type."""
        from pydantic import ValidationError  # noqa: PLC0415 - heavy, and importing the package stays light

        # What an unreadable group misses is not known.
        unread = tuple(f"{problem.path}." for problem in problems if self._collector.is_group(problem.path))
        try:
            valid = self.model.model_validate(found)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                name, kind = str(problem["loc"][0]), problem["type"]
                if kind != "missing" or not name.startswith(unread):
                    problems.append(self._problem(name, kind, problem.get("ctx", {})))
            return {}
        return {name: getattr(valid, f"f{number}") for number, name in enumerate(self.declared)}

    def _problem(self, name: str, kind: str, details: Mapping[str, Any]) -> FactProblem:
        """Word one error of the model."""
        about = self.declared[name].about or ""
        if kind == "missing":
            return FactProblem(name, "is missing and has no default", about=about)
        message = f"expected {details['expected']}, found {details['found']}"
        return FactProblem(name, message, details["help"], about)


def _set_aside(value: object) -> object:
    """Mark a value that is not known yet."""
    # A class is callable too, but `bool` given for a fact is a slip, and would be asked and give False.
    return _Later(value) if value is UNKNOWN or (callable(value) and not isinstance(value, type)) else value


def _build_model(declared: Mapping[str, Fact]) -> type[BaseModel]:
    """Build the pydantic model of facts, one neutral field a fact with the dotted name as its alias."""
    from pydantic import ConfigDict, Field, PlainValidator, create_model  # noqa: PLC0415
    from pydantic_core import PydanticCustomError  # noqa: PLC0415

    def validator(fact: Fact) -> PlainValidator:
        def check(given: object) -> Value | _Later:
            if isinstance(given, _Later):
                return given
            try:
                return conform(fact.type, given)
            except Mismatch as mismatch:
                raise PydanticCustomError(
                    "value",
                    "expected {expected}, found {found}",
                    {"expected": mismatch.expected, "found": mismatch.found, "help": mismatch.help},
                ) from None

        return PlainValidator(check)

    fields: dict[str, Any] = {}
    for number, fact in enumerate(declared.values()):
        default = fact.default if fact.has_default else ...
        fields[f"f{number}"] = (
            Annotated[Any, validator(fact)],
            Field(default, alias=fact.name, description=fact.about),
        )
    return create_model("Facts", __config__=ConfigDict(frozen=True, extra="forbid"), **fields)
