"""
Validate the facts of a decision, and hold them.

A pydantic model built from the declared facts says what is valid; every value goes through the one reading of
:func:`notifyrules.conditions.values.conform`.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from notifyrules.conditions.values import Mismatch, Value, conform, describe
from notifyrules.diagnostics.nearest import nearest
from notifyrules.errors import FactProblem, FactsError
from notifyrules.graph.model import Fact

if TYPE_CHECKING:
    from pydantic import BaseModel

Extras = Literal["forbid", "ignore"]
"""What becomes of given facts that the rules do not declare."""

_ABSENT = object()


class Facts(Mapping[str, Value]):
    """
    The validated inputs of one decision: a read-only mapping from fact to value, defaults filled in.

    Made by :meth:`notifyrules.rules.Rules.facts`; each rule file has a class of its own with one slot a fact.
    """

    __slots__ = ()

    names: tuple[str, ...] = ()
    """The declared facts, in order; the slot of fact *n* is `f<n>`."""
    slots: Mapping[str, str] = {}
    """The slot of each fact."""

    def __getitem__(self, name: str) -> Value:
        """
        Give the value of a fact.
        """
        value: Value = getattr(self, self.slots[name])
        return value

    def __iter__(self) -> Iterator[str]:
        """
        Name the facts in the order declared.
        """
        return iter(self.names)

    def __len__(self) -> int:
        """
        Count the facts.
        """
        return len(self.names)

    def __repr__(self) -> str:
        """
        Show the facts with their values.
        """
        return f"Facts({dict(self)!r})"

    def __reduce__(self) -> tuple[type[dict[str, Value]], tuple[dict[str, Value]]]:
        """
        Pickle as a plain dict: the class belongs to loaded rules, which another process loads itself.
        """
        return dict, (dict(self),)


class FactsReader:
    """
    Read given facts for one chart.
    """

    def __init__(self, declared: Mapping[str, Fact]) -> None:
        """
        Prepare to read the *declared* facts.
        """
        self._declared = declared
        slots = {name: f"f{number}" for number, name in enumerate(declared)}
        self.kind: type[Facts] = type(
            "Facts",
            (Facts,),
            {"__slots__": tuple(slots.values()), "names": tuple(declared), "slots": slots, "__doc__": Facts.__doc__},
        )
        self._groups = {name[:at] for name in declared for at, character in enumerate(name) if character == "."}
        self._model: type[BaseModel] | None = None

    def read(self, given: object, extras: Extras = "forbid") -> Facts:
        """
        Validate what a caller gives.

        Args:
            given: A nested or dotted mapping, a dataclass, a pydantic object, or any object with the facts as
                attributes; mixed as one likes.
            extras: Whether facts that the rules do not declare are an error or ignored.

        Returns:
            One valid value for every declared fact.

        Raises:
            FactsError: With every problem at once.
        """
        if type(given) is self.kind:
            return given
        problems: list[FactProblem] = []
        found = self._collect(given, extras, problems)
        # What an unreadable group misses is not known.
        unread = tuple(f"{problem.path}." for problem in problems if problem.path in self._groups)
        values = self._validate(found, problems, unread)
        if problems:
            order = {name: number for number, name in enumerate(self._declared)}
            raise FactsError(sorted(problems, key=lambda problem: order.get(problem.path, len(order))))
        return self.make(values)

    def make(self, values: Mapping[str, Value]) -> Facts:
        """
        Hold values that are valid already.
        """
        facts = self.kind()
        for name, slot in self.kind.slots.items():
            setattr(facts, slot, values[name])
        return facts

    # ---- Collecting ----

    def _collect(self, given: object, extras: Extras, problems: list[FactProblem]) -> dict[str, object]:
        """
        Bring what was given into one value a declared fact.
        """
        found: dict[str, object] = {}
        if isinstance(given, Mapping):
            self._from_mapping(given, "", found, extras, problems)
        elif given is None or isinstance(given, (str, bytes, bytearray, int, float, list, tuple, set, frozenset, type)):
            message = f"expected a mapping or an object, found {describe(given)}"
            raise FactsError([FactProblem("(facts)", message, "give facts such as {'channel.muted': True}")])
        else:
            self._from_object(given, "", found)
        return found

    def _from_mapping(
        self,
        given: Mapping[object, object],
        prefix: str,
        found: dict[str, object],
        extras: Extras,
        problems: list[FactProblem],
    ) -> None:
        """
        Take the facts of a mapping, which may be nested, dotted, or both.
        """
        for key, value in given.items():
            if not isinstance(key, str):
                problems.append(
                    FactProblem(prefix.rstrip(".") or "(facts)", f"the names of facts are text, found {describe(key)}")
                )
                continue
            path = f"{prefix}{key}"
            if path in self._declared:
                if path in found:
                    problems.append(FactProblem(path, "given twice", "give it once, nested or dotted"))
                found[path] = value
            elif path in self._groups:
                if isinstance(value, Mapping):
                    self._from_mapping(value, f"{path}.", found, extras, problems)
                elif _is_scalar(value):
                    problems.append(
                        FactProblem(
                            path,
                            f"expected a group of facts, found {describe(value)}",
                            f"its facts are {self._group_facts(path)}",
                        )
                    )
                elif value is not None:
                    self._from_object(value, f"{path}.", found)
            elif extras == "forbid":
                near = nearest(path, self._declared)
                problems.append(
                    FactProblem(path[:200], "is not a fact of these rules", f"did you mean `{near}`?" if near else "")
                )

    def _from_object(self, given: object, prefix: str, found: dict[str, object]) -> None:
        """
        Take the declared facts from an object's attributes; whatever else it has is its own affair.
        """
        depth = len(prefix)
        for part in dict.fromkeys(name[depth:].partition(".")[0] for name in self._declared if name.startswith(prefix)):
            value = getattr(given, f"{part}_" if keyword.iskeyword(part) else part, _ABSENT)
            path = prefix + part
            if value is _ABSENT:
                continue
            if path in self._declared:
                found.setdefault(path, value)
            elif isinstance(value, Mapping):
                self._from_mapping(value, f"{path}.", found, "ignore", [])
            elif value is not None and not _is_scalar(value):
                self._from_object(value, f"{path}.", found)

    def _group_facts(self, path: str) -> str:
        """
        List some facts of a group, for a message.
        """
        return ", ".join(f"`{name}`" for name in list(self._declared) if name.startswith(f"{path}."))

    # ---- Validating ----

    @property
    def model(self) -> type[BaseModel]:
        """
        The pydantic model of the declared facts, by dotted name.
        """
        if self._model is None:
            self._model = _build_model(self._declared)
        return self._model

    def _validate(
        self, found: Mapping[str, object], problems: list[FactProblem], unread: tuple[str, ...]
    ) -> dict[str, Value]:
        """
        Check every value against its type; a fact whose name begins like one *unread* is not missed.
        """
        from pydantic import ValidationError  # noqa: PLC0415 - heavy, and importing the package stays light

        try:
            valid = self.model.model_validate(found)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                name, kind = str(problem["loc"][0]), problem["type"]
                if kind != "missing" or not name.startswith(unread):
                    problems.append(self._problem(name, kind, problem.get("ctx", {})))
            return {}
        return {name: getattr(valid, slot) for name, slot in self.kind.slots.items()}

    def _problem(self, name: str, kind: str, details: Mapping[str, Any]) -> FactProblem:
        """
        Word one error of the model.
        """
        about = self._declared[name].about or ""
        if kind == "missing":
            return FactProblem(name, "is missing and has no default", about=about)
        message = f"expected {details['expected']}, found {details['found']}"
        return FactProblem(name, message, details["help"], about)


def _is_scalar(value: object) -> bool:
    """
    Tell whether a value can have no attributes that are facts.
    """
    return isinstance(value, (str, bytes, bool, int, float, list, tuple, set, frozenset))


def _build_model(declared: Mapping[str, Fact]) -> type[BaseModel]:
    """
    Build the pydantic model of facts, one neutral field a fact with the dotted name as its alias.
    """
    from pydantic import ConfigDict, Field, PlainValidator, create_model  # noqa: PLC0415
    from pydantic_core import PydanticCustomError  # noqa: PLC0415

    def validator(fact: Fact) -> PlainValidator:
        def check(given: object) -> Value:
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
