"""
Write the terms of a chart as expressions over columns.

A form is native only where a row of the tables here says so; whatever is not is left to the reference, by distinct
values. A part that is null where its type rules null out is one that a guard of the same condition keeps from counting:
the logic of three values leaves it without effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never, cast

from notifyrules.columns.algebra import (
    Among,
    Apply,
    CellValue,
    Clock,
    Distinct,
    Expression,
    FirstOf,
    Held,
    Named,
    Operation,
    Read,
    SameInAll,
    SmallCode,
    Stage,
    reads,
)
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.kinds import KIND_OF, KINDS, Scale
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value

NATIVE: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "len": Operation.LENGTH,
        "starts_with": Operation.STARTS_WITH,
        "ends_with": Operation.ENDS_WITH,
        "contains": Operation.HOLDS,
    }
)
"""The functions of texts that engines compute as the reference does, over all code points."""
CLOCKS: Final = frozenset({"within", "window_end", "window_start", "local_time", "local_date", "weekday"})
"""The functions of an instant and a zone that are computed for whole days."""
_SUMS: Final[Mapping[t.Sum, Basic | None]] = MappingProxyType(
    {
        t.Sum.INT: Basic.INT,
        t.Sum.DURATION: Basic.DURATION,
        t.Sum.INSTANT: Basic.INSTANT,
        t.Sum.BETWEEN: Basic.DURATION,
        t.Sum.DATE: Basic.DATE,
        t.Sum.DAYS: None,
    }
)
"""The type whose range holds a sum of numbers; None where none is left."""
_OPAQUE: Final = (Basic.TIMEZONE, Basic.SCHEDULE)
_ORDERS: Final[Mapping[str, tuple[Operation, bool]]] = MappingProxyType(
    {
        "<": (Operation.LESS, False),
        "<=": (Operation.NOT_MORE, False),
        ">": (Operation.LESS, True),
        ">=": (Operation.NOT_MORE, True),
    }
)
"""For each comparison the operation, and whether its sides are swapped."""


def is_opaque(kind: Type) -> bool:
    """Tell whether engines cannot compute with values of a type: lists, schedules and time zones."""
    return isinstance(kind.base, ListOf) or kind.base in _OPAQUE


def is_texts(kind: Type) -> bool:
    """Tell whether values of a type are texts in a column."""
    return kind.base is Basic.TEXT or isinstance(kind.base, Enumeration)


def scale_of(kind: Type) -> Scale | None:
    """Tell how values of a type are numbers in a column; None where they are none."""
    return KINDS[kind.base].scale if isinstance(kind.base, Basic) else None


def as_plain(value: Value) -> CellValue:
    """Give the form that a value has in a column."""
    if value is None or isinstance(value, (bool, str)):
        return value
    scale = KINDS[KIND_OF[type(value)]].scale
    assert scale is not None
    return scale.number_of(value)


class Stages:
    """The columns that are made one behind the other, each term once."""

    def __init__(self, facts: Mapping[str, Type]) -> None:
        self.facts = facts
        """The facts that are columns, with their types."""
        self.made: list[Stage] = []
        self._distinct: dict[t.Term, Read] = {}
        self._dear: set[str] = set()

    def add(self, made: Expression | Distinct | Clock) -> Read:
        """Make one more column."""
        name = f"~{len(self.made)}"
        self.made.append(Stage(name, made))
        return Read(name)

    def places(self, made: Expression) -> tuple[str, ...]:
        """Give the values by whose places an expression says what it is; none where it does not."""
        base = self.facts[made.column].base if isinstance(made, Read) and made.column in self.facts else None
        return base.values if isinstance(base, Enumeration) else ()

    def kept(self, made: Expression) -> Read | SmallCode | SameInAll:
        """Make a column of an expression that is used more than once, unless it is one."""
        return made if isinstance(made, (Read, SmallCode, SameInAll)) else self.add(made)

    def dear(self, term: t.Term, made: Distinct | Clock) -> Read:
        """Make the column of a term that the reference computes."""
        if term not in self._distinct:
            self._distinct[term] = self.add(made)
            self._dear.add(self._distinct[term].column)
        return self._distinct[term]

    def is_dear(self, made: Expression) -> bool:
        """Tell whether the reference computes a part of an expression."""
        return not self._dear.isdisjoint(reads(made))

    def by_reference(self, term: t.Term) -> Expression:
        """Leave a term to the reference."""
        if not (read := t.facts_read(term)):
            return SameInAll(as_plain(evaluate(term, {}, {})))
        return self.dear(term, Distinct(term, tuple(name for name in self.facts if name in read)))


class Terms:
    """Write the terms of one chart whose facts are *arguments*, where it is called, or else columns."""

    def __init__(self, stages: Stages, arguments: Mapping[str, t.Term]) -> None:
        self._stages = stages
        self._arguments = arguments
        self._inlined: dict[t.Term, t.Term] = {}
        self._shared: dict[t.Term, Expression] = {}

    def inlined(self, term: t.Term) -> t.Term:
        """Put the arguments in the place of facts."""
        if not self._arguments:
            return term
        if term not in self._inlined:
            if isinstance(term, t.FactRead):
                self._inlined[term] = self._arguments.get(term.name, term)
            else:
                before = t.parts(term)
                after = tuple(map(self.inlined, before))
                changed = any(old is not new for old, new in zip(before, after, strict=True))
                self._inlined[term] = t.with_parts(term, after) if changed else term
        return self._inlined[term]

    def write(self, term: t.Term) -> Expression:
        """Write a term of the chart, which gives what columns can hold."""
        return self._written(self.inlined(term))

    def is_among(self, term: t.Term, values: tuple[Value, ...]) -> Expression:
        """Write whether a term has one of some values, null included."""
        term = self.inlined(term)
        test = self._tested(term, tuple(as_plain(one) for one in values if one is not None))
        return Apply(Operation.ANY, (test, self._is_null(self._once(term)))) if None in values else test

    def _tested(self, term: t.Term, values: tuple[CellValue, ...]) -> Expression:
        """Write whether a term has one of some values: asked of what it is chosen from, which keeps enumerations."""
        match term:
            case t.LetUse(term=inner):
                return self._tested(inner, values)
            case t.Choice(condition=condition, then=then, otherwise=otherwise) if is_texts(term.type):
                return FirstOf(((self._once(condition), self._tested(then, values)),), self._tested(otherwise, values))
            case t.Coalesce(items=(*items, last)) if is_texts(term.type):
                ways = [(self._is_known(item), self._tested(item, values)) for item in items]
                return FirstOf(tuple(ways), self._tested(last, values))
            case t.Constant(value=value):
                return SameInAll(value is not None and as_plain(value) in values)
            case _:
                return self._among(term.type, self._once(term), values)

    def _is_known(self, term: t.Term) -> Expression:
        return Apply(Operation.NOT, (self._is_null(self._once(term)),))

    def _is_null(self, written: Expression) -> Expression:
        values = self._stages.places(written)
        return Among(written, (len(values),)) if values else Apply(Operation.IS_NULL, (written,))

    def _once(self, term: t.Term) -> Expression:
        """Write a term that is asked more than once."""
        if isinstance(term, (t.Constant, t.FactRead)):
            return self._written(term)
        if term not in self._shared:
            self._shared[term] = self._stages.kept(self._written(term))
        return self._shared[term]

    def _written(self, term: t.Term) -> Expression:
        """Write a term natively where there is a form for it."""
        match term:
            case t.FactRead(name=name):
                return Read(name)
            case t.Constant(value=value):
                return SameInAll(as_plain(value))
            case t.LetUse(term=inner, shared=shared):
                return self._once(inner) if shared else self._written(inner)
            case t.Not(operand=operand):
                return Apply(Operation.NOT, (self._written(operand),))
            case t.Junction(every=every, items=items):
                # What the reference computes goes last, and is asked only where the others do not settle it.
                parts = sorted(map(self._written, items), key=self._stages.is_dear)
                return Apply(Operation.ALL if every else Operation.ANY, tuple(parts))
            case t.IsNull(operand=t.FactRead(name=name)):
                return self._is_null(Read(name))
            case _ if any(is_opaque(part.type) for part in t.parts(term)):
                return self._of_lists(term)
            case _:
                return self._native(term)

    def _of_lists(self, term: t.Term) -> Expression:
        """Write a term over lists and the like: native only where a list is written out."""
        if isinstance(term, t.Contains) and not is_opaque(term.item.type):
            item = self._written(term.item)
            match term.collection:
                case t.Constant(value=tuple(values)):
                    return self._among(term.item.type, item, tuple(map(as_plain, values)))
                case t.ListTerm(items=items):
                    item = self._stages.kept(item)
                    same = [self._same(term.item, one, item, self._written(one)) for one in items]
                    return Apply(Operation.ANY, tuple(same)) if same else SameInAll(value=False)
                case _:
                    pass
        if isinstance(term, t.FunctionCall) and term.function.name in CLOCKS:
            return self._clock(term)
        return self._stages.by_reference(term)

    def _clock(self, term: t.FunctionCall) -> Expression:
        """Write what a clock says, unless zone or schedule differ by more than a zone, a schedule or a choice."""
        instant, *others = term.arguments
        read = frozenset[str]().union(*map(t.facts_read, others))
        facts = tuple(name for name in self._stages.facts if name in read)
        kinds = [self._stages.facts[name] for name in facts]
        if not all(is_opaque(kind) or isinstance(kind.base, Enumeration) or kind.base is Basic.BOOL for kind in kinds):
            return self._stages.by_reference(term)
        return self._stages.dear(term, Clock(term.function, self._written(instant), tuple(others), facts, term.type))

    def _native(
        self,
        term: t.Comparison | t.IsNull | t.Contains | t.FunctionCall | t.Coalesce | t.Choice | t.ListTerm | t.Arithmetic,
    ) -> Expression:
        """Write a term whose parts columns can hold."""
        match term:
            case t.Arithmetic(kind=kind, minus=minus) if kind in _SUMS:
                operation = Operation.MINUS if minus else Operation.PLUS
                total = Apply(operation, (self._written(term.left), self._written(term.right)))
                scale = None if (basic := _SUMS[kind]) is None else KINDS[basic].scale
                return total if scale is None else Held(total, scale.lowest, scale.highest)
            case t.Coalesce(items=items):
                return Apply(Operation.FIRST_KNOWN, tuple(self._as_text(one) for one in items))
            case t.Comparison():
                return self._comparison(term)
            case t.IsNull(operand=operand):
                return self._is_null(self._written(operand))
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                return FirstOf(((self._written(condition), self._as_text(then)),), self._as_text(otherwise))
            case t.FunctionCall(function=function, arguments=arguments) if function.name in NATIVE:
                return Apply(NATIVE[function.name], tuple(self._as_text(one) for one in arguments))
            case t.Arithmetic() | t.FunctionCall() | t.ListTerm() | t.Contains():
                return self._stages.by_reference(term)
            case _:
                assert_never(term)

    def _comparison(self, term: t.Comparison) -> Expression:
        if term.operator in ("==", "!="):
            same = self._same(term.left, term.right, self._written(term.left), self._written(term.right))
            return same if term.operator == "==" else Apply(Operation.NOT, (same,))
        sides = [self._ranked(one, term.order) for one in (term.left, term.right)]
        operation, swapped = _ORDERS[term.operator]
        return Apply(operation, tuple(reversed(sides)) if swapped else tuple(sides))

    def _ranked(self, term: t.Term, order: tuple[str, ...] | None) -> Expression:
        """Write a side of a comparison, a value of an ordered enumeration as its place."""
        written = self._written(term)
        if order is None:
            return self._text(written)
        if isinstance(written, SameInAll):
            return written if written.value is None else SmallCode(order.index(cast("str", written.value)))
        if self._stages.places(written) == order:
            return written
        written = self._stages.kept(written)
        values = term.type.base.values if isinstance(term.type.base, Enumeration) else order
        ways = [(self._among(term.type, written, (one,)), SmallCode(order.index(one))) for one in values]
        return FirstOf(tuple(ways), SameInAll(None))

    def _same(self, left: t.Term, right: t.Term, one: Expression, other: Expression) -> Expression:
        if isinstance(one, SameInAll) and not isinstance(other, SameInAll):
            left, right, one, other = right, left, other, one
        if isinstance(other, SameInAll):
            if other.value is None:
                return self._is_null(one)
            return self._tested(left, (other.value,))
        if self._stages.places(one) != self._stages.places(other):
            one, other = self._text(one), self._text(other)
        return Apply(Operation.SAME, (one, other))

    def _as_text(self, term: t.Term) -> Expression:
        """Write a term that comes together with others, so that enumerations become texts."""
        return self._text(self._written(term))

    def _text(self, written: Expression) -> Expression:
        values = self._stages.places(written)
        return Named(written, values) if values else written

    def _among(self, kind: Type, subject: Expression, values: tuple[CellValue, ...]) -> Expression:
        """Write whether a value is one of some; those that its type does not hold cannot be met."""
        if isinstance(kind.base, Enumeration):
            values = tuple(one for one in values if one in kind.base.values)
        if places := self._stages.places(subject):
            values = tuple(places.index(cast("str", one)) for one in values)
        return Among(subject, values) if values else SameInAll(value=False)
