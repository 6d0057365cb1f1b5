"""
Turn terms into Python expressions.

No text of a rule file ever becomes source: facts are slots, literals stand in a table, and every name is made here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from notifyrules.conditions import terms as t
from notifyrules.conditions.evaluator import SUMS
from notifyrules.conditions.values import Value

_SMALL = 6
"""Terms up to which a let is written out at each use instead of being called."""
_FEW = 4
"""Values up to which a tuple is searched faster than a set."""


@dataclass(slots=True)
class Names:
    """
    The names that generated code may use, and what stands behind them.
    """

    table: dict[str, object] = field(default_factory=dict)
    _constants: dict[tuple[object, ...], str] = field(default_factory=dict)
    _temporaries: int = 0

    def constant(self, value: object, kind: str = "K") -> str:
        """
        Name a constant; equal constants of one type share a name.
        """
        # Containers by what they show: (1,) and (True,) are equal and are not the same list.
        key = (
            kind,
            type(value),
            repr(value) if isinstance(value, (tuple, frozenset)) else value if _is_hashable(value) else id(value),
        )
        if key not in self._constants:
            name = f"{kind}{len(self._constants)}"
            self._constants[key] = name
            self.table[name] = value
        return self._constants[key]

    def temporary(self) -> str:
        """
        Name a local variable that nothing else uses.
        """
        self._temporaries += 1
        return f"t{self._temporaries}"


def _is_hashable(value: object) -> bool:
    """
    Tell whether a value can be looked up.
    """
    try:
        hash(value)
    except TypeError:
        return False
    return True


@dataclass(slots=True)
class Expressions:
    """
    Write the expressions of one chart.
    """

    slots: dict[str, str]
    """The slot of every fact in the object that generated functions call `f`."""
    names: Names
    functions: list[str] = field(default_factory=list)
    """Source of the functions that large shared lets have become."""
    _lets: dict[int, str] = field(default_factory=dict)
    _uses: dict[int, int] = field(default_factory=dict)

    def count(self, term: t.Term) -> None:
        """
        Count the uses of shared lets before anything is written.
        """
        waiting = [term]
        while waiting:
            one = waiting.pop()
            if isinstance(one, t.LetUse) and one.shared:
                uses = self._uses.get(id(one.term), 0)
                self._uses[id(one.term)] = uses + 1
                if uses:
                    continue
            waiting.extend(t.parts(one))

    def write(self, term: t.Term) -> str:  # noqa: C901 - one way out a form
        """
        Write a term as an expression that needs no parentheses around it.
        """
        match term:
            case t.Constant(value=value):
                return self._constant(value)
            case t.FactRead(name=name):
                return f"f.{self.slots[name]}"
            case t.LetUse(shared=True):
                return self._let(term)
            case t.LetUse(term=inner):
                return self.write(inner)
            case t.ListTerm(items=items):
                if all(isinstance(item, t.Constant) for item in items):
                    return self.names.constant(tuple(item.value for item in items if isinstance(item, t.Constant)))
                return f"({''.join(f'{self.write(item)}, ' for item in items)})"
            case t.Arithmetic(kind=kind, minus=minus, left=left, right=right):
                return f"{self.names.constant(SUMS[kind, minus], 'S')}({self.write(left)}, {self.write(right)})"
            case t.Coalesce(items=items):
                return self._coalesce(items)
            case t.Comparison():
                return self._comparison(term)
            case t.Contains(item=item, collection=collection):
                return f"({self.write(item)} in {self._collection(collection)})"
            case t.IsNull(operand=operand):
                return f"({self.write(operand)} is None)"
            case t.Not(operand=t.IsNull(operand=operand)):
                return f"({self.write(operand)} is not None)"
            case t.Not(operand=t.Contains(item=item, collection=collection)):
                return f"({self.write(item)} not in {self._collection(collection)})"
            case t.Not(operand=operand):
                return f"(not {self.write(operand)})"
            case t.Junction(every=every, items=items):
                return "(" + (" and " if every else " or ").join(self.write(item) for item in items) + ")"
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                return f"({self.write(then)} if {self.write(condition)} else {self.write(otherwise)})"
            case t.Call(function=function, arguments=arguments):
                return (
                    f"{self.names.constant(function.compute, 'F')}({', '.join(self.write(one) for one in arguments)})"
                )

    def _constant(self, value: Value) -> str:
        """
        Write a literal: the three that Python spells the same, everything else by name.
        """
        return repr(value) if value is None or isinstance(value, bool) else self.names.constant(value)

    def _let(self, use: t.LetUse) -> str:
        """
        Write out a let where it is small or used once, and call it otherwise.
        """
        term = use.term
        if id(term) in self._lets:
            return f"{self._lets[id(term)]}(f)"
        written = self.write(term)
        if self._uses.get(id(term), 0) <= 1 or sum(1 for _ in t.walk(term)) <= _SMALL:
            return written
        name = f"L{len(self._lets)}"
        self._lets[id(term)] = name
        self.functions.append(f"def {name}(f):\n    return {written}")
        return f"{name}(f)"

    def _coalesce(self, items: tuple[t.Term, ...]) -> str:
        """
        Write `a ?? b`, evaluating every item at most once.
        """
        *early, last = items
        written = self.write(last)
        for item in reversed(early):
            first = self.write(item)
            if isinstance(item, t.FactRead):
                written = f"({first} if {first} is not None else {written})"
            else:
                temporary = self.names.temporary()
                written = f"({temporary} if ({temporary} := {first}) is not None else {written})"
        return written

    def _comparison(self, term: t.Comparison) -> str:
        """
        Write a comparison; ordered enumerations compare by their places in the order.
        """
        left, right = self.write(term.left), self.write(term.right)
        if term.order is None:
            return f"({left} {term.operator} {right})"
        places = self.names.constant({value: place for place, value in enumerate(term.order)}, "O")
        return f"({places}[{left}] {term.operator} {places}[{right}])"

    def _collection(self, term: t.Term) -> str:
        """
        Write the right side of `in`; a list of many literals becomes a set.
        """
        if (
            isinstance(term, t.ListTerm)
            and len(term.items) > _FEW
            and all(isinstance(item, t.Constant) for item in term.items)
        ):
            return self.names.constant(frozenset(item.value for item in term.items if isinstance(item, t.Constant)))
        return self.write(term)
