"""Hold compiled rules: the functions that decide, and what they are made of where facts are fixed before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast

from notifyrules.compiled.decision import Decision
from notifyrules.compiled.facts_object import Facts, Unchanging
from notifyrules.compiled.facts_reader import Extras, FactsReader
from notifyrules.compiled.media import DecideEach
from notifyrules.compiled.other_facts import ByForm, FormsCode, OtherForms
from notifyrules.errors import FactsError
from notifyrules.graph.model import Graph

if TYPE_CHECKING:
    from notifyrules.compiled.json_facts import JsonReader

NOT_SENT: Final = "loaded rules cannot be pickled; load the file where it is needed"
Bind: TypeAlias = Callable[["Facts | None", Mapping[object, ByForm], ByForm], tuple[object, ByForm]]
"""
Gives the function that decides and the one that decides by plain dicts, for fixed facts and for what takes other forms:
by class, and of classes not met before.
"""
BindJson: TypeAlias = Callable[["Facts | None", "Decide", "DecideJson"], "DecideJson"]
"""Gives the function that decides by JSON, for fixed facts and the functions that decide by facts and by any JSON."""
BindEach: TypeAlias = Callable[["Facts | None", object], DecideEach]
"""Gives the function that decides for every medium, for fixed facts and the function that decides for one."""


class Decide(Protocol):
    """Decide whether to notify."""

    def __call__(self, facts: object, extras: Extras = "forbid") -> Decision:
        """
        Decide whether to notify.

        Args:
            facts: A nested or dotted mapping, a dataclass, a pydantic object, any object with the facts as attributes,
                or what :meth:`notifyrules.rules.Rules.facts` returned.
            extras: Whether facts that the rules do not declare are an error (`forbid`) or ignored (`ignore`).

        Returns:
            The decision, which is true when the person is to be notified now.

        Raises:
            FactsError: The facts are not what the rules declare, or one is needed that is not known yet.
        """


class DecideJson(Protocol):
    """Decide whether to notify by facts as they came over the wire."""

    def __call__(self, data: str | bytes | bytearray, extras: Extras = "forbid") -> Decision:
        """
        Decide whether to notify by facts as they came over the wire.

        Args:
            data: JSON, nested or dotted: text, or UTF-8.
            extras: As for :class:`Decide`.

        Returns:
            What :class:`Decide` gives for the same facts.

        Raises:
            FactsError: It is not JSON, a key stands twice in one object, or the facts are not what the rules declare.
        """


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled chart."""

    graph: Graph
    """The chart as it was compiled: of specialized rules what is left."""
    reader: FactsReader
    fixed: Facts | None
    """The facts that are fixed in specialized rules."""
    decide: Decide
    source: str
    """The generated Python, for reading."""
    each: Callable[[], DecideEach]
    """Gives the function that decides for every medium, which is compiled when it is first asked for."""
    holding: OtherForms
    """Validates facts as far as that can be done without the reader."""
    json: Callable[[], JsonReader]
    """Gives what reads facts in JSON, which is made when it is first asked for."""
    decide_json: Callable[[], DecideJson]
    """Gives what decides by facts in JSON, which is made when it is first asked for."""


@dataclass(frozen=True, slots=True)
class UnboundProgram:
    """A compiled chart that still takes the facts that are fixed before."""

    graph: Graph
    reader: FactsReader
    bind: Bind
    source: str
    each: Callable[[], BindEach]
    deciding: FormsCode
    holding: FormsCode
    typed: Callable[[], BindJson]

    def program(self, fixed: Facts | None) -> Program:
        """Fix the facts that are known before."""
        forms = OtherForms(self.deciding, fixed)
        decide, take = self.bind(fixed, forms.by_class, forms.unseen)
        forms.decides(decide, take)
        each = cache(lambda: self.each()(fixed, decide))
        holding = OtherForms(self.holding, fixed)
        json = cache(lambda: _json_reader(self.reader))
        known = belonging(decide)

        def decide_read(data: str | bytes | bytearray, extras: Extras = "forbid") -> Decision:
            found = json().read(data)
            try:
                return known(found, extras)
            except FactsError:
                # The faster parser rounds integers of many digits, which are to be told of as they are.
                return known(json().read_exactly(data), extras)

        decide_json = cache(lambda: self.typed()(fixed, cast("Decide", decide), decide_read))
        return Program(self.graph, self.reader, fixed, known, self.source, each, holding, json, decide_json)


def _json_reader(reader: FactsReader) -> JsonReader:
    from notifyrules.compiled.json_facts import JsonReader  # noqa: PLC0415 - only who has JSON needs it

    return JsonReader(reader.declared)


class _Loaded(Unchanging):
    """
    Stand behind the function of loaded rules as what it is a method of, at no cost to its calls.

    So whoever hands the function to another process is told what is said of the rules.
    """

    __slots__ = ()

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError(NOT_SENT)

    def __repr__(self) -> str:
        return "<loaded rules>"


_LOADED: Final = _Loaded()


def belonging(decide: object) -> Decide:
    """Make a function that decides, whose first argument nobody gives, one that belongs to loaded rules."""
    return cast("Decide", _belonging(decide, Decide))


def belonging_json(decide: object) -> DecideJson:
    """Make one that decides by JSON belong to them."""
    return cast("DecideJson", _belonging(decide, DecideJson))


def _belonging(decide: object, like: type[Decide | DecideJson]) -> MethodType:
    assert isinstance(decide, FunctionType)
    decide.__doc__ = like.__call__.__doc__
    return MethodType(decide, _LOADED)
