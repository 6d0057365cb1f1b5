"""Turn terms into Python expressions, and some into simpler ones before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, assert_never

from notifyrules.compiled.limits import CodeLimits
from notifyrules.compiled.names import Names
from notifyrules.language import terms as t
from notifyrules.language.evaluator import SUMS, compare
from notifyrules.language.kinds import KIND_OF, KINDS
from notifyrules.language.printing import ATOM, CHOICE, OPPOSITES, OR, Spelt, at_least, forms
from notifyrules.language.types import ListOf, Type
from notifyrules.language.values import Value

FORMS: Final = forms(ATOM, "None")
"""Python."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How generated code reads a fact."""

    text: str
    """An expression that needs no parentheses."""
    variables: tuple[str, ...]
    """The local variables that it uses."""
    null: bool | None = None
    """Whether that is null, where it is known: the value of a called chart's fact may always be the same."""


@dataclass(slots=True)
class Expressions:
    """Write the expressions of one chart."""

    facts: Mapping[str, Spelling]
    """How each fact is read."""
    names: Names
    limits: CodeLimits
    functions: list[str] = field(default_factory=list)
    """Takes the source of the functions that large or deep terms become."""
    _outlined: dict[t.Term, Spelling] = field(default_factory=dict)
    _uses: Counter[t.Term] = field(default_factory=Counter)
    _orders: dict[tuple[str, ...], str] = field(default_factory=dict)
    _used: dict[str, None] = field(default_factory=dict)
    """The variables that what is being written uses."""
    _level: int = 0
    _repeated: frozenset[t.Term] = frozenset()
    """The lets that what is being written evaluates more than once, unless their values are kept."""
    _kept: dict[t.Term, str] = field(default_factory=dict)
    """The variables that hold values of lets where what is written next is evaluated."""

    def count(self, term: t.Term) -> None:
        """Count the uses of shared lets before anything is written."""
        waiting = [term]
        while waiting:
            one = waiting.pop()
            if isinstance(one, t.LetUse) and one.shared:
                self._uses[one.term] += 1
                if self._uses[one.term] > 1:
                    continue
            waiting.extend(t.parts(one))

    def write(self, term: t.Term, least: int = CHOICE) -> str:
        """Write a term, in parentheses where it binds less tightly than *least*."""
        if not self._level:
            self._repeated, self._kept = _repeated_lets(term), {}
        self._level += 1
        deep = self._level > self.limits.deep
        spelt = (self._use(self.outline(term, "deep")), ATOM) if deep else self._written(term)
        self._level -= 1
        return at_least(spelt, least)

    def write_negated(self, term: t.Term) -> str:
        """Write the opposite of a condition."""
        match term:
            case t.Comparison(order=tuple()) if (listed := _listed_comparison(term)) is not None:
                return self.write_negated(listed)
            case t.Not(operand=operand):
                return self.write(operand)
            case t.Comparison(operator="==" | "!=" as operator):
                return FORMS[OPPOSITES[operator]].fill(self.write, term.left, term.right)[0]
            case t.IsNull() | t.Contains():
                return self.write(t.Not(term.span, term.type, term))
            case _:
                return FORMS["not"].fill(self.write, term)[0]

    def outline(self, term: t.Term, name: str) -> Spelling:
        """Make a term a function of its own, and spell the call."""
        if term in self._outlined:
            return self._outlined[term]
        with self._alone() as used:
            text = self.write(term)
        function = self.names.new(f"let_{name}")
        arguments = ", ".join(used)
        self.functions.append(f"def {function}({arguments}):\n    return {text}\n")
        self._outlined[term] = Spelling(f"{function}({arguments})", tuple(used))
        return self._outlined[term]

    def spell(self, term: t.Term, name: str) -> Spelling:
        """Spell a term as something that is read several times: called where it is large, else written out."""
        if sum(1 for _ in t.walk(term)) > self.limits.let:
            return self.outline(term, name)
        with self._alone() as used:
            text = self.write(term, ATOM)
        return Spelling(text, tuple(used), self.known_null(term))

    def known_null(self, term: t.Term) -> bool | None:
        """Tell whether a term is null, where that can be seen without evaluating it; None where it cannot."""
        match term:
            case t.LetUse(term=inner):
                return self.known_null(inner)
            case t.Constant(value=value):
                return value is None
            case t.FactRead(name=name):
                return self.facts[name].null
            case t.ListTerm():
                return False
            case _:
                return None

    @contextmanager
    def _alone(self) -> Iterator[dict[str, None]]:
        """Write something that can stand anywhere, and collect the variables that it uses."""
        outer = self._used, self._level, self._repeated, self._kept
        self._used, self._level = {}, 0
        yield self._used
        used = self._used
        self._used, self._level, self._repeated, self._kept = outer
        self._used |= used

    @contextmanager
    def _perhaps(self) -> Iterator[None]:
        """Write something that is perhaps not evaluated: what it keeps is not there behind it."""
        kept = dict(self._kept)
        yield
        self._kept = kept

    def _use(self, spelling: Spelling) -> str:
        self._used.update(dict.fromkeys(spelling.variables))
        return spelling.text

    def _written(self, term: t.Term) -> Spelt:  # noqa: C901, PLR0912 - one way out a form
        """Write a term, and say how tightly it binds."""
        match term:
            case t.Comparison(order=tuple()) if (listed := _listed_comparison(term)) is not None:
                return self._written(listed)
            case t.Constant(value=value):
                return self.names.literal(value), ATOM
            case t.FactRead(name=name):
                return self._use(self.facts[name]), ATOM
            case t.LetUse(shared=True):
                return self._let(term)
            case t.LetUse(term=inner):
                return self._written(inner)
            case t.ListTerm(items=items):
                return self._list(items), ATOM
            case t.Arithmetic(kind=kind, minus=minus, left=left, right=right):
                add = SUMS[kind, minus]
                return f"{self.names.thing(add.__name__, add)}({self.write(left)}, {self.write(right)})", ATOM
            case t.Coalesce(items=items):
                return self._coalesce(items), CHOICE
            case t.Comparison():
                return self._comparison(term)
            case t.Contains(item=item, collection=collection):
                return self._member("in", item, collection)
            case t.Not(operand=t.Contains(item=item, collection=collection)):
                return self._member("not in", item, collection)
            case t.IsNull(operand=operand) | t.Not(operand=t.IsNull(operand=operand)):
                positive = isinstance(term, t.IsNull)
                # Of a literal, Python warns that it is never the same object as anything.
                if (null := self.known_null(operand)) is not None:
                    return str(null is positive), ATOM
                return FORMS["is null" if positive else "is not null"].fill(self.write, operand)
            case t.Not(operand=operand):
                return FORMS["not"].fill(self.write, operand)
            case t.Junction():
                return self._junction(term)
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                form = FORMS["if"]
                # Written in the order of evaluation, which is not that of the text.
                test = self.write(condition, OR)
                with self._perhaps():
                    yes = self.write(then, OR)
                with self._perhaps():
                    no = self.write(otherwise)
                return form.put(test, yes, no), form.binds
            case t.FunctionCall(function=function, arguments=arguments):
                name = self.names.thing(function.name, function.compute)
                return f"{name}({', '.join(self.write(one) for one in arguments)})", ATOM
            case _:
                assert_never(term)

    def _let(self, use: t.LetUse) -> Spelt:
        """Write a let: the variable that holds its value, or what computes it, called where it is large."""
        if use.term in self._kept:
            return self._kept[use.term], ATOM
        if self._uses[use.term] <= 1 or sum(1 for _ in t.walk(use.term)) <= self.limits.let:
            spelt = self._written(use.term)
        else:
            spelt = self._use(self.outline(use.term, use.name)), ATOM
        if use.term not in self._repeated:
            return spelt
        variable = self._kept[use.term] = self.names.temporary()
        return f"({variable} := {spelt[0]})", ATOM

    def _junction(self, term: t.Junction) -> Spelt:
        """Write `and` or `or`; what the first item keeps is there for all that follows, what others keep is not."""
        form = FORMS["and" if term.every else "or"]
        [least] = form.least
        written = [self.write(term.items[0], least)]
        with self._perhaps():
            written += [self.write(one, least) for one in term.items[1:]]
        return form.put(*written), form.binds

    def _list(self, items: tuple[t.Term, ...]) -> str:
        if (values := _constants(items)) is not None:
            return self.names.literal(values)
        return f"({''.join(f'{self.write(item)}, ' for item in items)})"

    def _coalesce(self, items: tuple[t.Term, ...]) -> str:
        """Write `a ?? b`, evaluating every item at most once."""
        items = tuple(item for item in items[:-1] if not self.known_null(item)) + items[-1:]
        known = next((number for number, item in enumerate(items) if self.known_null(item) is False), len(items) - 1)
        *early, last = items[: known + 1]
        with self._perhaps():
            written = self.write(last)
        for item in reversed(early):
            with self._perhaps():
                first = self.write(item, ATOM)
            again = first
            if not isinstance(item, t.FactRead):
                again = self.names.temporary()
                first = f"({again} := {first})"
            written = FORMS["if"].put(FORMS["is not null"].put(first), again, written)
        return written

    def _comparison(self, term: t.Comparison) -> Spelt:
        """Write a comparison; ordered enumerations compare by their places in the order."""
        form = FORMS[term.operator]
        if term.order is None or term.operator in ("==", "!="):
            return form.put(self._side(term.left, term.right), self._side(term.right, term.left)), form.binds
        if term.order not in self._orders:
            table = {value: place for place, value in enumerate(term.order)}
            self._orders[term.order] = self.names.thing("place", table)
        places = self._orders[term.order]
        return form.put(*(f"{places}[{self.write(side)}]" for side in (term.left, term.right))), form.binds

    def _side(self, term: t.Term, other: t.Term) -> str:
        summed = isinstance(term, t.Arithmetic) and term.kind not in (t.Sum.DATE, t.Sum.DAYS)
        if isinstance(term, t.Arithmetic) and summed and isinstance(other, t.Constant) and _is_inside(other.value):
            # Beyond the range the sum compares with this as the end of the range does.
            return f"({self.write(term.left, ATOM)} {'-' if term.minus else '+'} {self.write(term.right, ATOM)})"
        return self.write(term, ATOM)

    def _member(self, word: str, item: t.Term, collection: t.Term) -> Spelt:
        """Write `in` or `not in`; what is written out on the right is looked up fast."""
        form = FORMS[word]
        found = self.write(item, ATOM)
        values = _constants(collection.items) if isinstance(collection, t.ListTerm) else None
        return form.put(
            found, self.write(collection, ATOM) if values is None else self.names.choices(values)
        ), form.binds


def _constants(items: tuple[t.Term, ...]) -> tuple[Value, ...] | None:
    """Give the values of items that are all written out."""
    values = tuple(item.value for item in items if isinstance(item, t.Constant))
    return values if len(values) == len(items) else None


def _listed_comparison(term: t.Comparison) -> t.Contains | None:
    """Make a comparison of an ordered enumeration with one of its values a list of those for which it holds."""
    if term.order is None or term.operator in ("==", "!="):
        return None
    match term.left, term.right:
        case (item, t.Constant(value=value)):
            values = [one for one in term.order if compare(term.operator, one, value, term.order)]
        case (t.Constant(value=value), item):
            values = [one for one in term.order if compare(term.operator, value, one, term.order)]
        case _:
            return None
    constants = tuple(t.Constant(term.span, item.type.required, one) for one in values)
    return t.Contains(term.span, term.type, item, t.ListTerm(term.span, Type(ListOf(item.type.base)), constants))


def _is_inside(value: Value) -> bool:
    """Tell whether a value lies within its type's range, and not at its ends."""
    basic = KIND_OF.get(type(value))
    scale = None if basic is None else KINDS[basic].scale
    return scale is not None and scale.lowest < scale.number_of(value) < scale.highest


def _repeated_lets(term: t.Term) -> frozenset[t.Term]:
    """Find what the shared lets stand for that are used more than once in a term and whose value is dear to compute."""
    uses: Counter[t.Term] = Counter()
    dear: dict[t.Term, bool] = {}
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if isinstance(one, t.LetUse) and one.shared:
            uses[one.term] += 1
            if one.term not in dear:
                dear[one.term] = any(isinstance(part, t.FunctionCall | t.Arithmetic) for part in t.walk(one.term))
            elif dear[one.term]:
                # Its value is kept, so what it is made of is not computed again.
                continue
        waiting.extend(t.parts(one))
    return frozenset(inner for inner, count in uses.items() if count > 1 and dear[inner])
