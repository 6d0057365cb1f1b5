"""
Evaluate with some facts unknown: find what is settled all the same, and what is left to ask.

Decisions by some of the facts, `needs` and `specialize` rest on this. Unlike the reference evaluation it looks at all
parts of `and` and `or`, since a cheap part may settle what an unknown one leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from operator import is_
from typing import Any, Final, TypeAlias, assert_never, cast

from notifyrules.errors import FactProblem, FactsError
from notifyrules.language import terms as t
from notifyrules.language.evaluator import SUMS, compare, evaluate
from notifyrules.language.types import Basic
from notifyrules.language.values import Value


class Unknown(Enum):
    """The type of :data:`UNKNOWN`."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refuse to be taken for a value."""
        raise TypeError("what is unknown is neither true nor false")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
"""Given for a fact that nobody has got yet; a decision that needs it is an error that names the fact."""


class NotKnown(FactsError):  # noqa: N818 - one kind of FactsError, which is what callers catch
    """Say that a fact is needed that is not known yet."""

    def __init__(self, *names: str) -> None:
        advice = "`needs` tells which facts a decision needs: get them first, or give them as callables"
        super().__init__(FactProblem(name, "is needed, and is not known yet", advice) for name in names)

    def __reduce__(self) -> tuple[type[FactsError], tuple[tuple[FactProblem, ...]]]:
        """Pickle as what callers catch: it is made of problems, and not of names."""
        return FactsError, (self.problems,)


class Unsettled(Enum):
    """The type of :data:`OPEN`."""

    OPEN = "unsettled"


OPEN: Final = Unsettled.OPEN
"""What a term has whose value is not settled."""

TermKey: TypeAlias = "t.Term | tuple[TermKey | Value, ...]"
"""Identifies a term: one of the chart by itself, a new one by what it is made of."""

LookUp: TypeAlias = Callable[[str], "Value | Unsettled"]
"""Gives the value of a fact, or :data:`OPEN` where it is not known."""


class Partial:
    """Evaluate terms as far as facts are known."""

    def __init__(self, look: LookUp) -> None:
        self._look = look
        self._values: dict[t.Term, Value | Unsettled] = {}
        self._left: dict[t.Term, t.Term] = {}
        self._keys: dict[t.Term, TermKey] = {}

    def value(self, term: t.Term, read: dict[str, Value] | None = None) -> Value | Unsettled:
        """Compute the value of a term, if it is settled; *read* takes the facts that were read."""
        if read is None and term in self._values:
            return self._values[term]
        found = self._value(term, read)
        # INVARIANT (narrowing): where null was ruled out, an earlier part settles what this one is not asked for.
        found = OPEN if found is None and not term.type.nullable else found
        if read is None:
            self._values[term] = found
        return found

    def _value(self, term: t.Term, read: dict[str, Value] | None) -> Value | Unsettled:
        match term:
            case t.Constant(value=value):
                return value
            case t.FactRead(name=name):
                found = self._look(name)
                if found is not OPEN and read is not None:
                    read[name] = found
                return found
            case t.LetUse(term=inner):
                return self.value(inner, read)
            case t.Junction(every=every, items=items):
                return self._junction(items, read, every=every)
            case t.Coalesce(items=items):
                found = None
                for item in items:
                    if (found := self.value(item, read)) is not None:
                        break
                return found
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                holds = self.value(condition, read)
                return OPEN if holds is OPEN else self.value(then if holds else otherwise, read)
            case t.Not(operand=operand):
                found = self.value(operand, read)
                return OPEN if found is OPEN else not found
            case t.IsNull(operand=operand):
                found = self.value(operand, read)
                return OPEN if found is OPEN else found is None
        parts = [self.value(part, read) for part in t.parts(term)]
        return OPEN if any(part is OPEN for part in parts) else _apply(term, cast("list[Value]", parts))

    def _junction(self, items: Iterable[t.Term], read: dict[str, Value] | None, *, every: bool) -> bool | Unsettled:
        """Settle `and` and `or`: by any part that does, whatever the others are."""
        settled = True
        for item in items:
            now: dict[str, Value] | None = None if read is None else {}
            found = self.value(item, now)
            if found is OPEN:
                settled = False
                continue
            if read is not None and now is not None:
                read.update(now)
            if found is not every:
                return not every
        return every if settled else OPEN

    # ---- What is left ----

    def left(self, term: t.Term) -> t.Term:
        """
        Leave out of a term what is settled.

        Conditions that are settled become constants. Other values stay as they are written, even where every fact in
        them is known, so that what is left is the same term for other values of the same facts.

        Returns:
            A term with the same value; the very same one where nothing is settled.
        """
        if term not in self._left:
            self._left[term] = self._reduce(term)
        return self._left[term]

    def _reduce(self, term: t.Term) -> t.Term:
        """Leave out what is settled, by the form of a term."""
        if term.type.base is Basic.BOOL and not isinstance(term, (t.Constant, t.FactRead)):
            found = self.value(term)
            if found is not OPEN:
                constant = t.Constant(term.span, term.type, found)
                self._keys[constant] = ("constant", found)
                return constant
        match term:
            case t.Constant() | t.FactRead():
                return term
            case t.Junction(every=every, items=items):
                remaining = tuple(self.left(item) for item in items if self.value(item) is not every)
                return remaining[0] if len(remaining) == 1 else self._rebuilt(term, remaining)
            case t.Coalesce(items=items):
                return self._until_found(term, items)
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                holds = self.value(condition)
                if holds is not OPEN:
                    return self.left(then if holds else otherwise)
        return self._rebuilt(term, tuple(self.left(part) for part in t.parts(term)))

    def _until_found(self, term: t.Coalesce, items: tuple[t.Term, ...]) -> t.Term:
        """Leave out of `a ?? b` what is null, and what stands behind something that is not."""
        kept: list[t.Term] = []
        for item in items:
            found = self.value(item)
            if found is None and item is not items[-1]:
                continue
            kept.append(self.left(item))
            if found is not OPEN:
                break
        return kept[0] if len(kept) == 1 else self._rebuilt(term, tuple(kept))

    def _rebuilt(self, term: t.Term, parts: tuple[t.Term, ...]) -> t.Term:
        """Make a term of other parts, unless they are the same."""
        old = t.parts(term)
        if len(parts) == len(old) and all(map(is_, parts, old)):
            return term
        made = t.with_parts(term, parts)
        self._keys[made] = (type(term).__name__, len(parts), term, *(self.key(part) for part in parts))
        return made

    def key(self, term: t.Term) -> TermKey:
        """Identify a term that :meth:`left` gave: equal keys, equal terms, as long as the chart lives."""
        return self._keys.get(term, term)


def looking(facts: Mapping[str, Value]) -> LookUp:
    """Look into facts some of which may not be known."""

    def look(name: str) -> Value | Unsettled:
        try:
            return facts[name]
        except NotKnown:
            return OPEN

    return look


def evaluate_settled(term: t.Term, facts: Mapping[str, Value], read: dict[str, Value], /) -> Value:
    """Compute a term that known facts settle, like the reference evaluation where all are known; else NotKnown."""
    found = Partial(looking(facts)).value(term, read)
    if found is not OPEN:
        return found
    # Whatever is read first and is not known says so.
    return evaluate(term, facts, {})


def _apply(term: t.Term, parts: list[Value]) -> Value:
    values = cast("list[Any]", parts)
    match term:
        case t.ListTerm():
            return tuple(parts)
        case t.Arithmetic(kind=kind, minus=minus):
            return SUMS[kind, minus](*values)
        case t.Comparison(operator=operator, order=order):
            return compare(operator, values[0], values[1], order)
        case t.Contains():
            return values[0] in values[1]
        case t.FunctionCall(function=function):
            return function.compute(*values)
        case t.Constant() | t.FactRead() | t.LetUse() | t.IsNull() | t.Not() | t.Junction() | t.Coalesce() | t.Choice():
            raise AssertionError(term)
        case _:
            assert_never(term)
