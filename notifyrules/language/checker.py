"""
Check a condition: resolve its names, give every part its type, and refuse what could fail for some facts.

A condition that passes is a :mod:`term <notifyrules.language.terms>`; evaluating it cannot raise. Within one
condition, a test for null narrows the types behind it (:mod:`notifyrules.language.null_narrowing`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import count
from notifyrules.language import check_operators as operators
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.null_narrowing import Narrowed, value_key
from notifyrules.language.scope import (
    Argument,
    Context,
    LetSyntax,
    Scope,
    check_names,
    comparison_help,
    described,
    null_help,
    spelled,
)
from notifyrules.language.types import BOOL, Type, fits
from notifyrules.source.text import Span

MAX_TERMS = 5_000
"""Terms that one condition may become when its lets are written out."""
MAX_FILE_TERMS = 200_000
"""Terms that all conditions of a file may become together."""
MAX_DEPTH = 100
"""Terms inside terms, through lets."""


def check_condition(
    syntax: s.Syntax, scope: Scope, wanted: Type | None = None, narrowed: Narrowed = frozenset()
) -> t.Term | None:
    """
    Check one condition.

    Args:
        syntax: The condition as parsed.
        scope: The names it may use; takes the findings.
        wanted: The type it must have; None where any will do.
        narrowed: The values that are known not to be null where it stands.

    Returns:
        The term, or None after a finding.
    """
    clean = check_names(syntax, scope)
    term = _Checker(scope).whole(syntax, doubtful=not clean, narrowed=narrowed)
    if term is None or not clean:
        return None
    if wanted is None or fits(term.type, wanted):
        return term
    _report_unfit(term, wanted, scope.findings)
    return None


def check_let(let: LetSyntax, scope: Scope) -> tuple[bool, t.Term | None]:
    """Check a let as such: whether it is in order as far as can be told, and its term if it takes no parameters."""
    if let.body is None:
        return False, None
    if let.parameters is not None:
        return check_names(let.body, scope, let.parameters), None
    term = _Checker(scope).whole(s.Name(let.span, let.name), doubtful=False)
    assert term is None or isinstance(term, t.LetUse)
    return term is not None, None if term is None else term.term


def _report_unfit(term: t.Term, wanted: Type, findings: Findings) -> None:
    """Say that a condition as a whole has another type than its place needs."""
    if term.type.nullable and not wanted.nullable and fits(term.type.required, wanted) and term.type.base is not None:
        message = f"`{term.span.one_line}` may be null here; {spelled(wanted)} is expected"
        findings.add(Code.UNGUARDED_NULL, term.span, message, help=null_help(term))
        return
    advice = ""
    if wanted == BOOL:
        advice = comparison_help(term) + (", or test it with `is not null`" if term.type.nullable else "")
    message = f"expected {spelled(wanted)}, found {described(term)}"
    findings.add(Code.TYPE_MISMATCH, term.span, message, help=advice)


@dataclass(slots=True)
class _Checker:
    """Check one condition, counting the terms it becomes."""

    scope: Scope
    level: int = 0
    """How deep in other terms the condition stands, through lets."""
    count: int = 0
    deepest: int = 0
    exceeded: bool = False

    def whole(self, syntax: s.Syntax, *, doubtful: bool, narrowed: Narrowed = frozenset()) -> t.Term | None:
        """Check the condition as a whole; *doubtful* where it holds names that nothing bears, which were reported."""
        return self.check(syntax, Context(self.check, self.scope.findings, narrowed, doubtful=doubtful))

    def check(self, syntax: s.Syntax, at: Context) -> t.Term | None:
        """Check an expression, which is not null where a test has ruled that out."""
        if not self._grow(1, 1, at.use or syntax.span):
            return None
        self.level += 1
        term = self._form(syntax, at)
        self.level -= 1
        if term is not None and term.type.nullable and term.type.base is not None and value_key(term) in at.narrowed:
            return replace(term, type=term.type.required)
        return term

    def _form(self, syntax: s.Syntax, at: Context) -> t.Term | None:  # noqa: C901 - one way out a form
        match syntax:
            case s.Literal(span, value, kind):
                return t.Constant(span, kind, value)
            case s.Name():
                return self._name(syntax, at)
            case s.Group(_, inner):
                return at.term(inner)
            case s.ListSyntax():
                return operators.check_list(syntax, at)
            case s.Minus():
                return operators.check_minus(syntax, at)
            case s.ArithmeticSyntax():
                return operators.check_arithmetic(syntax, at)
            case s.Coalesced():
                return self._coalesced(syntax, at)
            case s.ComparisonSyntax():
                return operators.check_compared(syntax, at)
            case s.Membership():
                return operators.check_membership(syntax, at)
            case s.NullTest():
                return operators.check_null_test(syntax, at)
            case s.Negated(span, operand):
                inner_term = at.boolean(operand)
                return None if inner_term is None else t.Not(span, BOOL, inner_term)
            case s.Logic():
                return operators.check_logic(syntax, at)
            case s.ChoiceSyntax():
                return operators.check_choice(syntax, at)
            case s.CallSyntax(name=name) if name in FUNCTIONS:
                return operators.check_call(syntax, at)
            case s.CallSyntax():
                return self._inline(syntax, at)

    def _coalesced(self, syntax: s.Coalesced, at: Context) -> t.Term | None:
        """Check `a ?? b ?? c`, in which every item stands one level deeper than the one before."""
        levels = len(syntax.items) - 1
        if not self._grow(0, levels, at.use or syntax.span):
            return None
        self.level += levels
        term = operators.check_coalesced(syntax, at)
        self.level -= levels
        return term

    def _name(self, syntax: s.Name, at: Context) -> t.Term | None:
        """Check a parameter, a fact or a let without parameters."""
        if (argument := at.bindings.get(syntax.name)) is not None:
            return self.check(argument.syntax, replace(at, bindings=argument.bindings, use=argument.use))
        if syntax.name in self.scope.facts:
            return t.FactRead(syntax.span, self.scope.facts[syntax.name], syntax.name)
        let = self.scope.lets.get(syntax.name)
        if let is None or let.parameters is not None:
            return None
        term = self._let(syntax.name, syntax.span)
        return None if term is None else t.LetUse(syntax.span, term.type, syntax.name, term, shared=True)

    def _let(self, name: str, span: Span) -> t.Term | None:
        """Check a let without parameters the first time that it is used, and count it every time."""
        if name not in self.scope.terms:
            body = self.scope.lets[name].body
            # Set first: a let that leads back to itself has been reported, and is found here without a term.
            self.scope.terms[name] = None
            if body is not None:
                clean = check_names(body, self.scope)
                inner = _Checker(self.scope, level=self.level, deepest=self.level)
                term = inner.whole(body, doubtful=not clean)
                self.scope.terms[name] = term if clean else None
                self.scope.extents[name] = (inner.count, inner.deepest - self.level)
        term = self.scope.terms[name]
        if term is None or not self._grow(*self.scope.extents[name], span):
            return None
        return term

    def _inline(self, syntax: s.CallSyntax, at: Context) -> t.Term | None:
        """Check a let with parameters as if its body stood here."""
        let = self.scope.lets.get(syntax.name)
        if let is None or let.parameters is None:
            # Reported as a name that nothing bears.
            return None
        if len(syntax.arguments) != len(let.parameters):
            message = f"`{syntax.name}` takes {count(len(let.parameters), 'argument')}, found {len(syntax.arguments)}"
            form = f"{syntax.name}({', '.join(let.parameters)})"
            at.report(Code.WRONG_ARGUMENTS, syntax.span, message, f"write `{form}`")
            return None
        if let.body is None:
            return None
        bindings = {
            name: Argument(argument, at.bindings, at.use)
            for name, argument in zip(let.parameters, syntax.arguments, strict=True)
        }
        term = self.check(let.body, replace(at, bindings=bindings, use=at.use or syntax.span))
        return None if term is None else t.LetUse(syntax.span, term.type, syntax.name, term, shared=False)

    def _grow(self, terms: int, levels: int, span: Span) -> bool:
        """
        Count terms and levels, and report the first that is too many.

        INVARIANT (bounded terms): evaluating one condition takes at most MAX_TERMS terms and MAX_DEPTH levels of
        recursion, however its lets are written.
        """
        self.count += terms
        self.scope.total += terms
        self.deepest = max(self.deepest, self.level + levels)
        if self.exceeded:
            return False
        what = ""
        if self.count > MAX_TERMS:
            what = f"becomes more than {MAX_TERMS:,} expressions"
        elif self.scope.total > MAX_FILE_TERMS:
            what = f"brings the file to more than {MAX_FILE_TERMS:,} expressions"
        elif self.deepest > MAX_DEPTH:
            what = f"nests more than {MAX_DEPTH} expressions inside each other"
        if not what:
            return True
        self.exceeded = True
        if not self.scope.exceeded:
            self.scope.exceeded = True
            advice = "simplify it, or let the caller compute a part and pass it as a fact"
            self.scope.findings.add(Code.LIMIT, span, f"this {what} when its lets are written out", help=advice)
        return False
