"""Hold the facts of one decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import RLock
from typing import Any, ClassVar, Final, Self

from notifyrules.compiled.names import Names, compiled, run, slots
from notifyrules.compiled.partial import UNKNOWN, NotKnown, evaluate_settled
from notifyrules.language.evaluator import Evaluate, evaluate
from notifyrules.language.values import Value

FIXED: Final = "fixed"
"""The slot in which facts of specialized rules hold those that were known before."""


class Unchanging:
    """Give itself to whoever asks for a copy: it never changes."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self


class Facts(Unchanging, Mapping[str, Value]):
    """
    The validated inputs of one decision: a read-only mapping from fact to value, defaults filled in.

    Made by :meth:`notifyrules.rules.Rules.facts`; each rule file has a class of its own with one slot a fact.
    """

    __slots__ = ()

    names: ClassVar[tuple[str, ...]] = ()
    """The facts, in the order declared."""
    slots: ClassVar[Mapping[str, str]] = {}
    """The slot of each fact that the object itself holds."""
    layout: ClassVar[tuple[str, ...]] = ()
    """All slots of the object."""
    incomplete: ClassVar[bool] = False
    """Whether some facts were known to nobody when the object was made."""
    scribe: ClassVar[Any] = None
    """Writes the receipts of decisions by these facts, once one was asked for."""
    evaluate: ClassVar[Evaluate] = staticmethod(evaluate)
    """Evaluates conditions by these facts."""

    @classmethod
    def of(cls, values: Iterable[object]) -> Self:
        """Hold valid values, given in the order of the slots."""
        # Written when it is first needed: to set one slot after the other by name takes ten times as long.
        held = ", ".join(f"facts.{slot}" for slot in cls.layout)
        lines = [
            "def of(values):",
            "    facts = Facts()",
            *([f"    {held}, = values"] if held else ()),
            "    return facts",
        ]
        made = run(compiled("\n".join(lines), "<facts>"), {"Facts": cls})["of"]
        cls.of = made  # type: ignore[method-assign]
        found: Self = made(values)
        return found

    def __getitem__(self, name: str) -> Value:
        if (slot := self.slots.get(name)) is None:
            fixed: Mapping[str, Value] = getattr(self, FIXED, {})
            return fixed[name]
        value: Value = getattr(self, slot)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def known(self) -> dict[str, Value]:
        """Give the facts whose values are known by now: all of them, unless some were given as something to ask."""
        if len(self.slots) != len(self.names):
            return dict(self)
        names = Names()
        held = ", ".join(f"{names.constant(name)}: facts.{slot}" for name, slot in self.slots.items())
        # Written when it is first needed, like the above.
        made = run(compiled(f"def known(facts): return {{{held}}}", "<facts>"), names.table)["known"]
        type(self).known = made  # type: ignore[method-assign]
        return self.known()

    def __repr__(self) -> str:
        return f"Facts({self.known()!r})"

    def __reduce__(self) -> tuple[type[dict[str, Value]], tuple[dict[str, Value]]]:
        """Pickle as a plain dict: the class belongs to loaded rules, which another process loads itself."""
        return dict, (dict(self),)


class LazyFacts(Facts):
    """
    Facts some of which are not known yet: each is asked for when its value is first read, and at most once.

    A slot is empty until its fact is known, so compiled code reads these like any other facts.
    """

    __slots__ = ()

    pending: dict[str, object]
    """What each fact that is not known was given as: a callable, or :data:`~notifyrules.compiled.partial.UNKNOWN`."""
    validate: Callable[[str, object], Value]
    """Validates the value of a fact."""
    lock: RLock

    def __getattr__(self, slot: str) -> Any:  # noqa: ANN401 - the value of any fact
        """Fill an empty slot."""
        if (name := next((name for name, one in self.slots.items() if one == slot), None)) is None:
            raise AttributeError(slot)
        with self.lock:
            # Another thread may have asked meanwhile.
            if name in self.pending:
                setattr(self, slot, self._ask(name, self.pending[name]))
                del self.pending[name]
        return getattr(self, slot)

    def _ask(self, name: str, given: object) -> Value:
        if given is UNKNOWN:
            raise NotKnown(name)
        assert callable(given)
        try:
            found = given()
        except Exception as error:
            error.add_note(f"while asking for the fact `{name}`")
            raise
        if found is UNKNOWN:
            raise NotKnown(name)
        return self.validate(name, found)

    def callables(self) -> list[str]:
        """Name the facts that can be asked for, and have not been."""
        return [name for name, given in self.pending.items() if given is not UNKNOWN]

    def known(self) -> dict[str, Value]:
        """Give the facts whose values are known by now, without asking for any other."""
        return {name: self[name] for name in self.names if name not in self.pending}


def make_kind(names: Iterable[str], fixed: Iterable[str] = (), order: Iterable[str] | None = None) -> type[Facts]:
    """Make the class of a chart's facts: each object holds *names*, all share those that are *fixed* before."""
    named = slots(names)
    layout = (*named.values(), FIXED) if fixed else tuple(named.values())
    body = {"names": tuple(named if order is None else order), "slots": named, "layout": layout}
    return type("Facts", (Facts,), {"__slots__": layout, "__doc__": Facts.__doc__, **body})


def make_lazy(kind: type[Facts], *, known_to_somebody: bool) -> type[LazyFacts]:
    """Make the class that holds the same facts while some are not known, and can be asked for or not."""
    body: dict[str, object] = {"__slots__": ("pending", "validate", "lock"), "__doc__": LazyFacts.__doc__}
    if not known_to_somebody:
        body |= {"incomplete": True, "evaluate": staticmethod(evaluate_settled)}
    return type("LazyFacts", (LazyFacts, kind), body)
