"""
Check a condition: resolve its names, give every part its type, and refuse what could fail for some facts.

A condition that passes is a :mod:`term <notifyrules.conditions.terms>`; evaluating it cannot raise. Within one
condition, a test for null narrows the types behind it (:mod:`notifyrules.conditions.narrowing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from notifyrules.conditions import syntax as s
from notifyrules.conditions import terms as t
from notifyrules.conditions.functions import FUNCTIONS, describe_types
from notifyrules.conditions.narrowing import Narrowed, key, known
from notifyrules.conditions.types import (
    BOOL,
    DURATION,
    INSTANT,
    INT,
    Base,
    Basic,
    Enumeration,
    ListOf,
    Type,
    common_order,
    fits,
    join,
    quote,
    share_values,
    spell_value,
)
from notifyrules.conditions.values import Value, write_literal
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.nearest import nearest
from notifyrules.source.text import Span

MAX_TERMS = 5_000
"""Terms that one condition may become when its lets are written out."""
MAX_FILE_TERMS = 200_000
"""Terms that all conditions of a file may become together."""
MAX_DEPTH = 100
"""Terms inside terms, through lets."""


@dataclass(frozen=True, slots=True)
class LetSyntax:
    """
    A let as it was written.
    """

    name: str
    span: Span
    parameters: tuple[str, ...] | None
    """The parameters in order; None for a let that takes none."""
    body: s.Syntax | None
    """None where the body could not be parsed."""


@dataclass(slots=True)
class Scope:
    """
    The names that the conditions of one file may use.
    """

    facts: Mapping[str, Type]
    lets: Mapping[str, LetSyntax]
    findings: Findings
    broken: frozenset[str] = frozenset()
    """Names that were reported where they are declared, so that uses of them are not reported again."""
    terms: dict[str, t.Term | None] = field(default_factory=dict)
    """The lets without parameters that have been checked; None for one with findings."""
    used: set[str] = field(default_factory=set)
    """The lets that some condition uses."""
    extents: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many terms each checked let becomes, and how deep they nest."""
    total: int = 0
    """Terms made so far for the whole file."""


@dataclass(frozen=True, slots=True)
class _Argument:
    """
    An argument of a let: checked where its parameter stands, in the names of the place that passed it.
    """

    syntax: s.Syntax
    bindings: Mapping[str, _Argument]
    use: Span | None


def check_condition(syntax: s.Syntax, scope: Scope, wanted: Type | None = None) -> t.Term | None:
    """
    Check one condition.

    Args:
        syntax: The condition as parsed.
        scope: The names it may use; takes the findings.
        wanted: The type it must have; None where any will do.

    Returns:
        The term, or None after a finding.
    """
    if not check_names(syntax, scope):
        return None
    term = _Checker(scope).check(syntax, frozenset(), {}, None)
    if term is None or wanted is None or fits(term.type, wanted):
        return term
    _report_unfit(term, wanted, scope.findings)
    return None


def check_let(let: LetSyntax, scope: Scope) -> t.Term | None:
    """
    Check a let as such: the names of its body, and its types where it takes no parameters.

    Returns:
        The term of a let without parameters; None for others, and after a finding.
    """
    if let.body is None:
        return None
    if let.parameters is None:
        use = s.Name(let.span, let.name)
        term = _Checker(scope).check(use, frozenset(), {}, None)
        return term.term if isinstance(term, t.LetUse) else None
    check_names(let.body, scope, let.parameters)
    return None


def _report_unfit(term: t.Term, wanted: Type, findings: Findings) -> None:
    """
    Say that a condition as a whole has another type than its place needs.
    """
    if term.type.nullable and not wanted.nullable and fits(term.type.required, wanted) and term.type.base is not None:
        findings.add(
            Code.UNGUARDED_NULL,
            term.span,
            f"`{term.span.text}` may be null here; {_article(wanted)} is expected",
            help=_null_help(term),
        )
        return
    advice = ""
    if wanted == BOOL:
        advice = "compare it with something, or test it with `is not null`"
    findings.add(
        Code.TYPE_MISMATCH, term.span, f"expected {_article(wanted)}, found {_article(term.type)}", help=advice
    )


def _article(wanted: Type) -> str:
    """
    Spell a type for a sentence.
    """
    return {BOOL: "true or false (`bool`)"}.get(wanted, f"`{wanted}`")


def _null_help(term: t.Term) -> str:
    """
    Say how to rule null out.
    """
    words = term.span.text
    return f"test `{words} is not null` first, or give a default with `{words} ?? ...`"


def check_names(syntax: s.Syntax, scope: Scope, parameters: Sequence[str] = ()) -> bool:
    """
    Report every name in a condition that nothing bears.

    Returns:
        Whether all names are known.
    """
    clean = True
    waiting = [syntax]
    while waiting:
        one = waiting.pop()
        waiting.extend(s.children(one))
        match one:
            case s.Name(span, name) if name not in scope.facts and name not in parameters:
                clean = _known_let(name, span, scope) and clean
            case s.CallSyntax(_, name, name_span) if name not in FUNCTIONS:
                clean = _known_call(name, name_span, scope) and clean
            case _:
                pass
    return clean


def _known_let(name: str, span: Span, scope: Scope) -> bool:
    """
    Tell whether a name that is no fact is a let without parameters, and report it if not.
    """
    let = scope.lets.get(name)
    if let is None and (name in scope.broken or "include" in scope.broken):
        return False
    if let is not None:
        scope.used.add(name)
        if let.parameters is None:
            return True
        example = f"{name}({', '.join(let.parameters)})"
        scope.findings.add(Code.WRONG_ARGUMENTS, span, f"`{name}` needs its arguments", help=f"write `{example}`")
        return False
    if name in FUNCTIONS:
        scope.findings.add(
            Code.WRONG_ARGUMENTS,
            span,
            f"`{name}` is a function and needs its arguments",
            help=f"write `{FUNCTIONS[name].signature}`",
        )
        return False
    advice: list[str] = []
    holder = next((fact for fact, kind in scope.facts.items() if name in _values(kind)), None)
    near = nearest(name, [*scope.facts, *scope.broken, *(other.name for other in scope.lets.values() if other.parameters is None)])
    if holder is not None:
        advice.append(f"a value is quoted text: `{quote(name)}` is one of `{holder}`")
    elif near is not None:
        advice.append(f"did you mean `{near}`?")
    elif name in ("yes", "no", "on", "off"):
        advice.append("write `true` or `false`")
    else:
        advice.append("declare it under `facts:`")
    scope.findings.add(Code.UNKNOWN_FACT, span, f"`{_clip(name)}` is not a declared fact", help=advice)
    return False


def _known_call(name: str, span: Span, scope: Scope) -> bool:
    """
    Tell whether a called name is a let with parameters, and report it if not.
    """
    let = scope.lets.get(name)
    if let is None and (name in scope.broken or "include" in scope.broken):
        return False
    if let is not None:
        scope.used.add(name)
        if let.parameters is not None:
            return True
        scope.findings.add(Code.WRONG_ARGUMENTS, span, f"`{name}` takes no arguments", help=f"write `{name}` alone")
        return False
    if name in scope.facts:
        scope.findings.add(
            Code.UNKNOWN_FUNCTION, span, f"`{name}` is a fact, not a function", help=f"write `{name}` alone"
        )
        return False
    near = nearest(name, [*FUNCTIONS, *(other.name for other in scope.lets.values() if other.parameters is not None)])
    known_names = ", ".join(f"`{function}`" for function in FUNCTIONS)
    scope.findings.add(
        Code.UNKNOWN_FUNCTION,
        span,
        f"there is no function `{_clip(name)}`",
        help=f"did you mean `{near}`?" if near else f"the functions are {known_names}",
    )
    return False


def _values(kind: Type) -> tuple[str, ...]:
    """
    List the values of an enumeration, or none.
    """
    base = kind.base.item if isinstance(kind.base, ListOf) else kind.base
    return base.values if isinstance(base, Enumeration) else ()


def _clip(name: str) -> str:
    """
    Shorten a name to what a message can carry.
    """
    limit = 80
    return name if len(name) <= limit else name[:limit] + "…"


class _Checker:
    """
    Check one condition, counting the terms it becomes.
    """

    def __init__(self, scope: Scope) -> None:
        """
        Check in the names of *scope*.
        """
        self._scope = scope
        self._count = 0
        self._depth = 0
        self._deepest = 0
        self._exceeded = False

    # The walk. Each method returns None after a finding.

    def check(
        self, syntax: s.Syntax, narrowed: Narrowed, bindings: Mapping[str, _Argument], use: Span | None
    ) -> t.Term | None:
        """
        Check an expression where the *narrowed* values are known not to be null.

        Args:
            syntax: The expression.
            narrowed: The values that are not null here.
            bindings: The parameters of the let being inlined.
            use: Where that let is used; None outside of one.
        """
        if not self._grow(1, 1, use or syntax.span):
            return None
        context = _Context(narrowed, bindings, use)
        self._depth += 1
        term = self._form(syntax, context)
        self._depth -= 1
        if term is not None and term.type.nullable and term.type.base is not None and key(term) in narrowed:
            return replace(term, type=term.type.required)
        return term

    def _grow(self, terms: int, levels: int, span: Span) -> bool:
        """
        Count terms and levels, and report the first that is too many.

        INVARIANT (bounded terms): evaluating one condition takes at most MAX_TERMS terms and MAX_DEPTH levels of
        recursion, however its lets are written.
        """
        self._count += terms
        self._scope.total += terms
        self._deepest = max(self._deepest, self._depth + levels)
        if self._exceeded:
            return False
        what = ""
        if self._count > MAX_TERMS:
            what = f"becomes more than {MAX_TERMS:,} expressions when its lets are written out"
        elif self._scope.total > MAX_FILE_TERMS:
            what = f"brings the file to more than {MAX_FILE_TERMS:,} expressions when its lets are written out"
        elif self._deepest > MAX_DEPTH:
            what = f"nests more than {MAX_DEPTH} expressions inside each other when its lets are written out"
        if what:
            self._exceeded = True
            self._report(
                Code.LIMIT,
                span,
                f"this {what}",
                None,
                "simplify it, or let the caller compute a part and pass it as a fact",
            )
        return not what

    def _let(self, name: str, span: Span) -> t.Term | None:
        """
        Check a let without parameters the first time that it is used, and count it every time.
        """
        if name not in self._scope.terms:
            body = self._scope.lets[name].body
            # Set first: a let that leads back to itself has been reported, and is found here without a term.
            self._scope.terms[name] = None
            if body is not None and check_names(body, self._scope):
                inner = _Checker(self._scope)
                inner._depth = self._depth
                self._scope.terms[name] = inner.check(body, frozenset(), {}, None)
                self._scope.extents[name] = (inner._count, inner._deepest - self._depth)
        term = self._scope.terms[name]
        if term is None or not self._grow(*self._scope.extents[name], span):
            return None
        return term

    def _form(self, syntax: s.Syntax, at: _Context) -> t.Term | None:  # noqa: C901 - one way out a form
        """
        Check an expression by its form.
        """
        match syntax:
            case s.Literal(span, value, kind):
                return t.Constant(span, kind, value)
            case s.Name():
                return self._name(syntax, at)
            case s.Group(_, inner):
                return self.check(inner, at.narrowed, at.bindings, at.use)
            case s.ListSyntax():
                return self._list(syntax, at)
            case s.Minus():
                return self._minus(syntax, at)
            case s.ArithmeticSyntax():
                return self._arithmetic(syntax, at)
            case s.Coalesced():
                return self._coalesced(syntax, at)
            case s.Compared():
                return self._compared(syntax, at)
            case s.Membership():
                return self._membership(syntax, at)
            case s.NullTest():
                return self._null_test(syntax, at)
            case s.Negated(span, operand):
                inner_term = self._bool(operand, at)
                return None if inner_term is None else t.Not(span, BOOL, inner_term)
            case s.Logic():
                return self._logic(syntax, at)
            case s.ChoiceSyntax():
                return self._choice(syntax, at)
            case s.CallSyntax(name=name) if name in FUNCTIONS:
                return self._call(syntax, at)
            case s.CallSyntax():
                return self._inline(syntax, at)

    def _in(self, syntax: s.Syntax, at: _Context, more: Narrowed = frozenset()) -> t.Term | None:
        """
        Check a part where more values are known not to be null.
        """
        return self.check(syntax, at.narrowed | more, at.bindings, at.use)

    def _name(self, syntax: s.Name, at: _Context) -> t.Term | None:
        """
        Check a parameter, a fact or a let without parameters.
        """
        argument = at.bindings.get(syntax.name)
        if argument is not None:
            return self.check(argument.syntax, at.narrowed, argument.bindings, argument.use)
        if syntax.name in self._scope.facts:
            return t.FactRead(syntax.span, self._scope.facts[syntax.name], syntax.name)
        term = self._let(syntax.name, syntax.span)
        return None if term is None else t.LetUse(syntax.span, term.type, syntax.name, term, shared=True)

    def _inline(self, syntax: s.CallSyntax, at: _Context) -> t.Term | None:
        """
        Check a let with parameters as if its body stood here.
        """
        let = self._scope.lets[syntax.name]
        assert let.parameters is not None
        if len(syntax.arguments) != len(let.parameters):
            message = f"`{syntax.name}` takes {_count(len(let.parameters), 'argument')}, found {len(syntax.arguments)}"
            self._report(
                Code.WRONG_ARGUMENTS,
                syntax.span,
                message,
                at.use,
                f"write `{syntax.name}({', '.join(let.parameters)})`",
            )
            return None
        if let.body is None:
            return None
        bindings = {
            name: _Argument(argument, at.bindings, at.use)
            for name, argument in zip(let.parameters, syntax.arguments, strict=True)
        }
        term = self.check(let.body, at.narrowed, bindings, at.use or syntax.span)
        return None if term is None else t.LetUse(syntax.span, term.type, syntax.name, term, shared=False)

    def _bool(self, syntax: s.Syntax, at: _Context, more: Narrowed = frozenset()) -> t.Term | None:
        """
        Check a part that must be true or false.
        """
        return self._typed(syntax, BOOL, at, more)

    def _typed(self, syntax: s.Syntax, wanted: Type, at: _Context, more: Narrowed = frozenset()) -> t.Term | None:
        """
        Check a part that must have a type and must not be null.
        """
        term = self._in(syntax, at, more)
        if term is None:
            return None
        if fits(term.type, wanted):
            return term
        if term.type.nullable and (term.type.base is None or fits(term.type.required, wanted)):
            self._may_be_null(term, at)
        else:
            self._report(
                Code.TYPE_MISMATCH,
                term.span,
                f"expected {_article(wanted)}, found `{term.type}`",
                at.use,
                "compare it with something" if wanted == BOOL else "",
            )
        return None

    def _may_be_null(self, term: t.Term, at: _Context) -> None:
        """
        Report a value that may be null where it must not.
        """
        if term.type.base is None:
            self._report(Code.UNGUARDED_NULL, term.span, "`null` cannot stand here", at.use)
        else:
            self._report(
                Code.UNGUARDED_NULL, term.span, f"`{term.span.text}` may be null here", at.use, _null_help(term)
            )

    def _list(self, syntax: s.ListSyntax, at: _Context) -> t.Term | None:
        """
        Check `[a, b]`: the items join to one type and are never null.
        """
        items = [self._in(item, at) for item in syntax.items]
        found = [item for item in items if item is not None]
        if len(found) < len(items):
            return None
        joined: Type | None = None
        for item in found:
            if item.type.nullable:
                self._may_be_null(item, at)
                return None
            if isinstance(item.type.base, ListOf):
                self._report(Code.TYPE_MISMATCH, item.span, "a list cannot hold lists", at.use)
                return None
            earlier, joined = joined, item.type if joined is None else join(joined, item.type)
            if joined is None:
                self._report(
                    Code.TYPE_MISMATCH,
                    item.span,
                    f"the items before are `{earlier}`, this one is `{item.type}`",
                    at.use,
                    "give all items of a list the same type",
                )
                return None
        return t.ListTerm(syntax.span, Type(ListOf(joined.base if joined else None)), tuple(found))

    def _minus(self, syntax: s.Minus, at: _Context) -> t.Term | None:
        """
        Check `-operand`, which is zero minus it.
        """
        operand = self._in(syntax.operand, at)
        if operand is None:
            return None
        if operand.type.nullable:
            self._may_be_null(operand, at)
            return None
        if operand.type not in (INT, DURATION):
            self._report(
                Code.TYPE_MISMATCH, operand.span, f"`-` needs `int` or `duration`, found `{operand.type}`", at.use
            )
            return None
        kind = t.Sum.INT if operand.type == INT else t.Sum.DURATION
        zero = t.Constant(syntax.span, operand.type, _ZERO[kind])
        return t.Arithmetic(syntax.span, operand.type, kind, minus=True, left=zero, right=operand)

    def _arithmetic(self, syntax: s.ArithmeticSyntax, at: _Context) -> t.Term | None:
        """
        Check an addition or a subtraction.
        """
        left, right = self._in(syntax.left, at), self._in(syntax.right, at)
        if left is None or right is None:
            return None
        for side in (left, right):
            if side.type.nullable:
                self._may_be_null(side, at)
                return None
        minus = syntax.operator == "-"
        found = _SUMS.get((left.type.base, minus, right.type.base))
        if found is None:
            message = f"`{syntax.operator}` cannot join `{left.type}` and `{right.type}`"
            self._report(
                Code.TYPE_MISMATCH,
                syntax.span,
                message,
                at.use,
                "it joins ints, durations, and an instant with a duration",
            )
            return None
        kind, result = found
        return t.Arithmetic(syntax.span, result, kind, minus, left, right)

    def _coalesced(self, syntax: s.Coalesced, at: _Context) -> t.Term | None:
        """
        Check `a ?? b`: the type holds what every item may give.
        """
        items = [self._in(item, at) for item in syntax.items]
        found = [item for item in items if item is not None]
        if len(found) < len(items):
            return None
        *early, last = found
        joined = last.type
        for item in reversed(early):
            together = join(item.type.required if item.type.base is not None else item.type, joined)
            if together is None:
                self._report(
                    Code.TYPE_MISMATCH,
                    syntax.span,
                    f"`??` cannot choose between `{item.type}` and `{joined}`",
                    at.use,
                    "give both sides the same type",
                )
                return None
            joined = Type(together.base, joined.nullable)
            if not item.type.nullable and at.use is None:
                self._warn(
                    Code.CONSTANT_CONDITION,
                    item.span,
                    f"`{item.span.text}` is never null, so what stands behind `??` is never used",
                    "remove `??` and what follows",
                )
        return t.Coalesce(syntax.span, joined, tuple(found))

    def _compared(self, syntax: s.Compared, at: _Context) -> t.Term | None:
        """
        Check a chain of comparisons, pair by pair.
        """
        operands = [self._in(operand, at) for operand in syntax.operands]
        pairs: list[t.Term] = []
        clean = True
        for number, operator in enumerate(syntax.operators):
            left, right = operands[number], operands[number + 1]
            made = None if left is None or right is None else self._pair(operator, left, right, syntax.span, at)
            if made is None:
                clean = False
            else:
                pairs.append(made)
        if not clean:
            return None
        return pairs[0] if len(pairs) == 1 else t.Junction(syntax.span, BOOL, every=True, items=tuple(pairs))

    def _pair(self, operator: str, left: t.Term, right: t.Term, span: Span, at: _Context) -> t.Term | None:
        """
        Check one comparison.
        """
        span = (
            Span(span.source, left.span.start, right.span.end)
            if at.use is None and left.span.source is right.span.source and left.span.start < right.span.end
            else span
        )
        if operator in ("==", "!="):
            if not self._comparable(left, right, at):
                return None
            null_written = any(isinstance(side, t.Constant) and side.value is None for side in (left, right))
            nullable = next((side for side in (left, right) if side.type.nullable), None)
            if null_written:
                tested = left if isinstance(right, t.Constant) and right.value is None else right
                if not tested.type.nullable and at.use is None:
                    self._warn(Code.CONSTANT_CONDITION, span, f"`{tested.span.text}` is never null", "remove the test")
            elif operator == "!=" and nullable is not None:
                words = nullable.span.text
                self._warn(
                    Code.NULLABLE_NOT_EQUAL,
                    span,
                    f"this is true when `{words}` is null",
                    f"say what null means: `{words} is null or ...`, or `{words} is not null and ...`",
                )
            return t.Comparison(span, BOOL, operator, left, right, None)
        for side in (left, right):
            if side.type.nullable:
                self._may_be_null(side, at)
                return None
        assert left.type.base is not None
        assert right.type.base is not None
        order = common_order(left.type.base, right.type.base)
        if order is None:
            self._report_unordered(operator, left, right, span, at)
            return None
        return t.Comparison(span, BOOL, operator, left, right, order if isinstance(order, tuple) else None)

    def _report_unordered(self, operator: str, left: t.Term, right: t.Term, span: Span, at: _Context) -> None:
        """
        Say why two values have no common order.
        """
        left_is_enumeration, right_is_enumeration = (
            isinstance(left.type.base, Enumeration),
            isinstance(right.type.base, Enumeration),
        )
        if left_is_enumeration and right_is_enumeration:
            ordered = next(
                (side for side in (left, right) if isinstance(side.type.base, Enumeration) and side.type.base.order),
                None,
            )
            if ordered is not None:
                other = right if ordered is left else left
                if not self._comparable(ordered, other, at):
                    return
                self._report(
                    Code.TYPE_MISMATCH,
                    span,
                    f"`{left.span.text}` and `{right.span.text}` do not share one ordered declaration",
                    at.use,
                    "compare with `==`, or with a value of the same ordered fact",
                )
                return
            self._report(
                Code.TYPE_MISMATCH,
                span,
                f"`{operator}` needs values in an order, and these are not declared `ordered`",
                at.use,
                "declare the fact in its long form with `ordered: true`",
            )
        elif left.type.base == right.type.base or {left_is_enumeration, right_is_enumeration} == {True, False}:
            self._report(
                Code.TYPE_MISMATCH,
                span,
                f"`{operator}` cannot order `{left.type}` and `{right.type}`",
                at.use,
                "ints, instants, times, durations and ordered enumerations have an order",
            )
        else:
            self._report(
                Code.TYPE_MISMATCH,
                span,
                f"`{operator}` cannot compare `{left.type}` with `{right.type}`",
                at.use,
                "give both sides the same type",
            )

    def _comparable(self, left: t.Term, right: t.Term, at: _Context) -> bool:
        """
        Tell whether two values can be equal, and report it if not.
        """
        if left.type.base is None or right.type.base is None:
            return True
        literal, other = (left, right) if isinstance(left, t.Constant) else (right, left)
        assert literal.type.base is not None
        assert other.type.base is not None
        if join(left.type, right.type) is None:
            advice = ""
            if (
                other.type.base is Basic.BOOL
                and isinstance(literal, t.Constant)
                and literal.value in ("true", "false", "yes", "no")
            ):
                advice = f"write `{other.span.text}` or `not {other.span.text}`"
            elif (
                isinstance(literal, t.Constant)
                and other.type.base in (Basic.INT, Basic.DURATION, Basic.TIME)
                and isinstance(literal.value, str)
            ):
                advice = f"write {literal.value} without quotes"
            self._report(
                Code.TYPE_MISMATCH,
                literal.span,
                f"`{other.span.text}` is `{other.type}` and is never equal to `{literal.type}`",
                at.use,
                advice,
            )
            return False
        if share_values(left.type.base, right.type.base):
            return True
        self._report_impossible(literal, other, at)
        return False

    def _report_impossible(self, literal: t.Term, other: t.Term, at: _Context) -> None:
        """
        Report a comparison with a value that the other side cannot have.
        """
        assert isinstance(other.type.base, Enumeration)
        allowed = other.type.base.values
        if isinstance(literal, t.Constant):
            near = nearest(str(literal.value), allowed)
            advice = [f"did you mean `{quote(near)}`?"] if near else []
            advice.append("its values are " + ", ".join(quote(value) for value in allowed))
            self._report(
                Code.IMPOSSIBLE_VALUE,
                literal.span,
                f"`{other.span.text}` is never {write_literal(literal.value)}",
                at.use,
                *advice,
            )
        else:
            self._report(
                Code.IMPOSSIBLE_VALUE,
                literal.span,
                f"`{left_text(literal)}` and `{left_text(other)}` have no value in common",
                at.use,
            )

    def _membership(self, syntax: s.Membership, at: _Context) -> t.Term | None:
        """
        Check `item in list`.
        """
        item, collection = self._in(syntax.item, at), self._in(syntax.collection, at)
        if item is None or collection is None:
            return None
        if collection.type.nullable:
            self._may_be_null(collection, at)
            return None
        if not isinstance(collection.type.base, ListOf):
            advice = (
                f"write `contains({collection.span.text}, {item.span.text})`"
                if fits(collection.type, _TEXT)
                else "write the values in brackets: `in [...]`"
            )
            self._report(
                Code.TYPE_MISMATCH, collection.span, f"`in` needs a list, found `{collection.type}`", at.use, advice
            )
            return None
        items = collection.items if isinstance(collection, t.ListTerm) else (collection,)
        possible = [self._could_be(item, one, at) for one in items]
        if not all(possible):
            return None
        found: t.Term = t.Contains(syntax.span, BOOL, item, collection)
        return t.Not(syntax.span, BOOL, found) if syntax.negated else found

    def _could_be(self, item: t.Term, other: t.Term, at: _Context) -> bool:
        """
        Tell whether an item can be one of a list's, or equal to one written out.
        """
        if isinstance(other.type.base, ListOf):
            if other.type.base.item is None or item.type.base is None:
                return True
            inner = Type(other.type.base.item)
            if join(item.type, inner) is None:
                self._report(
                    Code.TYPE_MISMATCH, item.span, f"`{other.span.text}` holds `{inner}`, never `{item.type}`", at.use
                )
                return False
            if not share_values(item.type.base, other.type.base.item):
                holder = replace(other, type=inner)
                first, second = (item, holder) if isinstance(item, t.Constant) else (holder, item)
                self._report_impossible(first, second, at)
                return False
            return True
        return self._comparable(item, other, at)

    def _null_test(self, syntax: s.NullTest, at: _Context) -> t.Term | None:
        """
        Check `is null` and `is not null`.
        """
        operand = self._in(syntax.operand, at)
        if operand is None:
            return None
        if not operand.type.nullable and at.use is None:
            result = "true" if syntax.negated else "false"
            self._warn(
                Code.CONSTANT_CONDITION,
                syntax.span,
                f"`{operand.span.text}` is never null here, so this is always {result}",
                "remove the test",
            )
        test: t.Term = t.IsNull(syntax.span, BOOL, operand)
        return t.Not(syntax.span, BOOL, test) if syntax.negated else test

    def _logic(self, syntax: s.Logic, at: _Context) -> t.Term | None:
        """
        Check `and` and `or`; what the items before tell holds in those behind.
        """
        every = syntax.operator == "and"
        if not every:
            self._warn_mixed(syntax, at)
        items: list[t.Term] = []
        learnt: Narrowed = frozenset()
        clean = True
        for part in syntax.items:
            item = self._bool(part, at, learnt)
            if item is None:
                clean = False
                continue
            items.append(item)
            learnt |= known(item, truth=every)
        return t.Junction(syntax.span, BOOL, every, tuple(items)) if clean else None

    def _warn_mixed(self, syntax: s.Logic, at: _Context) -> None:
        """
        Warn of `and` inside `or` without parentheses.
        """
        mixed = next((item for item in syntax.items if isinstance(item, s.Logic)), None)
        if mixed is not None:
            self._warn(
                Code.MIXED_AND_OR,
                syntax.span,
                "`and` binds tighter than `or` here, which is easily misread",
                f"write `({_one_line(mixed.span.text)})`",
                at.use,
            )

    def _choice(self, syntax: s.ChoiceSyntax, at: _Context) -> t.Term | None:
        """
        Check `then if condition else otherwise`.
        """
        condition = self._bool(syntax.condition, at)
        if condition is None:
            return None
        then = self._in(syntax.then, at, known(condition, truth=True))
        otherwise = self._in(syntax.otherwise, at, known(condition, truth=False))
        if then is None or otherwise is None:
            return None
        joined = join(then.type, otherwise.type)
        if joined is None:
            self._report(
                Code.TYPE_MISMATCH,
                syntax.span,
                f"one side is `{then.type}`, the other is `{otherwise.type}`",
                at.use,
                "give both sides of `if ... else` the same type",
            )
            return None
        return t.Choice(syntax.span, joined, condition, then, otherwise)

    def _call(self, syntax: s.CallSyntax, at: _Context) -> t.Term | None:
        """
        Check a call of a function of the language.
        """
        function = FUNCTIONS[syntax.name]
        if len(syntax.arguments) != len(function.parameters):
            message = (
                f"`{function.name}` takes {_count(len(function.parameters), 'argument')}, found {len(syntax.arguments)}"
            )
            self._report(Code.WRONG_ARGUMENTS, syntax.span, message, at.use, f"its form is `{function.signature}`")
            return None
        arguments: list[t.Term] = []
        for parameter, part in zip(function.parameters, syntax.arguments, strict=True):
            argument = self._in(part, at)
            if argument is None:
                continue
            if argument.type.nullable:
                self._may_be_null(argument, at)
            elif not any(_accepts(wanted, argument.type) for wanted in parameter.types):
                self._report(
                    Code.TYPE_MISMATCH,
                    argument.span,
                    f"`{function.name}` takes {describe_types(parameter.types)} as its {parameter.name}, found `{argument.type}`",
                    at.use,
                    f"its form is `{function.signature}`",
                )
            else:
                arguments.append(argument)
        if len(arguments) < len(function.parameters):
            return None
        lists = [argument for argument in arguments if isinstance(argument.type.base, ListOf)]
        if len(lists) == 2 and join(lists[0].type, lists[1].type) is None:  # noqa: PLR2004 - both arguments are lists
            self._report(
                Code.TYPE_MISMATCH,
                syntax.span,
                f"`{lists[0].type}` and `{lists[1].type}` have no item in common",
                at.use,
                "compare lists of the same type",
            )
            return None
        return t.Call(syntax.span, function.result, function, tuple(arguments))

    # Findings

    def _report(self, code: Code, span: Span, message: str, use: Span | None, *advice: str) -> None:
        """
        Report a finding; one inside a let with parameters also shows where the let is used.
        """
        labels = (Label(use, "used here"),) if use is not None and use != span else ()
        self._scope.findings.add(code, span, message, help=[one for one in advice if one], labels=labels)

    def _warn(self, code: Code, span: Span, message: str, advice: str, use: Span | None = None) -> None:
        """
        Report something that works and is probably not meant.
        """
        self._report(code, span, message, use, advice)


@dataclass(frozen=True, slots=True)
class _Context:
    """
    What holds at one place of a condition.
    """

    narrowed: Narrowed
    bindings: Mapping[str, _Argument]
    use: Span | None


_TEXT = Type(Basic.TEXT)


_ZERO: Mapping[t.Sum, Value] = {t.Sum.INT: 0, t.Sum.DURATION: timedelta(0)}

_SUMS: Mapping[tuple[Base | None, bool, Base | None], tuple[t.Sum, Type]] = {
    (Basic.INT, False, Basic.INT): (t.Sum.INT, INT),
    (Basic.INT, True, Basic.INT): (t.Sum.INT, INT),
    (Basic.DURATION, False, Basic.DURATION): (t.Sum.DURATION, DURATION),
    (Basic.DURATION, True, Basic.DURATION): (t.Sum.DURATION, DURATION),
    (Basic.INSTANT, False, Basic.DURATION): (t.Sum.INSTANT, INSTANT),
    (Basic.DURATION, False, Basic.INSTANT): (t.Sum.INSTANT, INSTANT),
    (Basic.INSTANT, True, Basic.DURATION): (t.Sum.INSTANT, INSTANT),
    (Basic.INSTANT, True, Basic.INSTANT): (t.Sum.BETWEEN, DURATION),
}


def _accepts(wanted: Type, actual: Type) -> bool:
    """
    Tell whether an argument fits a parameter; a list without an item type takes every list.
    """
    if wanted.base == ListOf(None):
        return isinstance(actual.base, ListOf)
    return fits(actual, wanted)


def _count(number: int, noun: str) -> str:
    """
    Count a noun.
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


def left_text(term: t.Term) -> str:
    """
    Give the words of a term on one line.
    """
    return _one_line(term.span.text)


def _one_line(text: str) -> str:
    """
    Fold a text to one line.
    """
    return " ".join(text.split())
