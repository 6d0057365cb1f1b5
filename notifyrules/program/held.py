"""
Hold the facts of one decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from threading import RLock
from typing import Any, Final, Self

from notifyrules.conditions.values import Value
from notifyrules.errors import FactProblem, FactsError
from notifyrules.program.names import slots


class Unknown(Enum):
    """
    The type of :data:`UNKNOWN`.
    """

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """
        Refuse to be taken for a value.
        """
        raise TypeError("what is unknown is neither true nor false")


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands for the value of a fact that nobody has got yet; deciding by it is an error that names the fact."""

_UNSET: Final = object()


class Facts(Mapping[str, Value]):
    """
    The validated inputs of one decision: a read-only mapping from fact to value, defaults filled in.

    Made by :meth:`notifyrules.rules.Rules.facts`; each rule file has a class of its own with one slot a fact.
    """

    __slots__ = ()

    names: tuple[str, ...] = ()
    """The facts, in the order declared."""
    slots: Mapping[str, str] = {}
    """The slot of each fact that the object itself holds."""

    @classmethod
    def of(cls, values: Iterable[Value]) -> Self:
        """
        Hold valid values, given in the order of the slots.
        """
        facts = cls()
        for slot, value in zip(cls.slots.values(), values, strict=True):
            setattr(facts, slot, value)
        return facts

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

    def known(self) -> dict[str, Value]:
        """
        Give the facts whose values are known by now: all of them, unless some were given as something to ask.
        """
        return dict(self)

    def __repr__(self) -> str:
        """
        Show the facts with their values.
        """
        return f"Facts({self.known()!r})"

    def __copy__(self) -> Self:
        """
        Give the object itself: it never changes.
        """
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """
        Give the object itself, like :meth:`__copy__`.
        """
        return self

    def __reduce__(self) -> tuple[type[dict[str, Value]], tuple[dict[str, Value]]]:
        """
        Pickle as a plain dict: the class belongs to loaded rules, which another process loads itself.
        """
        return dict, (dict(self),)


class LazyFacts(Facts):
    """
    Facts some of which are not known yet: each is asked for when its value is first read, and at most once.

    A slot is empty until its fact is known, so compiled code reads these like any other facts.
    """

    __slots__ = ()

    _pending: dict[str, object]
    """What each fact that is not known was given as: a callable, or :data:`UNKNOWN`."""
    _lock: RLock
    _validate: Callable[[str, object], Value]

    def __getattr__(self, slot: str) -> Any:  # noqa: ANN401 - the value of any fact
        """
        Fill an empty slot.
        """
        name = next((name for name, one in self.slots.items() if one == slot), None)
        if name is None:
            raise AttributeError(slot)
        with self._lock:
            given = self._pending.get(name, _UNSET)
            # Another thread may have asked meanwhile.
            if given is not _UNSET:
                setattr(self, slot, self._ask(name, given))
                del self._pending[name]
        return getattr(self, slot)

    def _ask(self, name: str, given: object) -> Value:
        """
        Get the value of one fact.
        """
        if not callable(given):
            advice = "`needs` tells which facts a decision needs; get them first, or give them as callables"
            raise FactsError([FactProblem(name, "is not known yet, and it is needed", advice)])
        try:
            return self._validate(name, given())
        except FactsError:
            raise
        except Exception as error:
            error.add_note(f"while asking for the fact `{name}`")
            raise

    def known(self) -> dict[str, Value]:
        """
        Give the facts whose values are known by now, without asking for any other.
        """
        return {name: self[name] for name in self.names if name not in self._pending}


def make_kind(names: Iterable[str]) -> type[Facts]:
    """
    Make the class that holds the facts of one chart.
    """
    named = slots(names)
    body = {"__slots__": tuple(named.values()), "names": tuple(named), "slots": named, "__doc__": Facts.__doc__}
    return type("Facts", (Facts,), body)


def make_lazy(kind: type[Facts]) -> type[LazyFacts]:
    """
    Make the class that holds the same facts while some are not known.
    """
    body = {"__slots__": ("_pending", "_lock", "_validate"), "__doc__": LazyFacts.__doc__}
    return type("LazyFacts", (LazyFacts, kind), body)
