"""Check what puts values together: lists, sums, `??`, `if else`, `and` and `or`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from notifyrules.diagnostics.codes import Code
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.context import Context, described
from notifyrules.language.null_narrowing import Narrowed, known
from notifyrules.language.types import BOOL, DURATION, INSTANT, INT, Base, Basic, ListOf, Type, join
from notifyrules.language.values import Value

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


def check_list(syntax: s.ListSyntax, at: Context) -> t.Term | None:
    """Check `[a, b]`: the items join to one type and are never null."""
    items = [at.term(item) for item in syntax.items]
    found = [item for item in items if item is not None]
    if len(found) < len(items):
        return None
    joined: Type | None = None
    for item in found:
        if item.type.nullable:
            at.may_be_null(item, "the items of a list are never null; test for null besides, with `is null`")
            return None
        if isinstance(item.type.base, ListOf):
            at.report(Code.TYPE_MISMATCH, item.span, "a list cannot hold lists")
            return None
        earlier, joined = joined, item.type if joined is None else join(joined, item.type)
        if joined is None:
            message = f"the items before are `{earlier}`, this one is {described(item)}"
            at.report(Code.TYPE_MISMATCH, item.span, message, "give all items of a list the same type")
            return None
    return t.ListTerm(syntax.span, Type(ListOf(joined.base if joined else None)), tuple(found))


def check_minus(syntax: s.Minus, at: Context) -> t.Term | None:
    """Check `-operand`, which is zero minus it."""
    operand = at.required(syntax.operand)
    if operand is None:
        return None
    if operand.type not in (INT, DURATION):
        message = f"`-` needs `int` or `duration`, found {described(operand)}"
        at.report(Code.TYPE_MISMATCH, operand.span, message)
        return None
    kind = t.Sum.INT if operand.type == INT else t.Sum.DURATION
    zero = t.Constant(syntax.span, operand.type, _ZERO[kind])
    return t.Arithmetic(syntax.span, operand.type, kind, minus=True, left=zero, right=operand)


def check_arithmetic(syntax: s.ArithmeticSyntax, at: Context) -> t.Term | None:
    """Check an addition or a subtraction."""
    left, right = at.required(syntax.left), at.required(syntax.right)
    if left is None or right is None:
        return None
    minus = syntax.operator == "-"
    found = _SUMS.get((left.type.base, minus, right.type.base))
    if found is None:
        message = f"`{syntax.operator}` cannot join {described(left)} and {described(right)}"
        number = next((side for side in (left, right) if side.type == INT), None)
        advice = "it joins ints, durations, and an instant with a duration"
        if number is not None and {left.type, right.type} <= {INT, DURATION, INSTANT}:
            advice = "say in which unit, such as `15m`"
        at.report(Code.TYPE_MISMATCH, syntax.span, message, advice)
        return None
    kind, result = found
    return t.Arithmetic(syntax.span, result, kind, minus, left, right)


def check_coalesced(syntax: s.Coalesced, at: Context) -> t.Term | None:
    """Check `a ?? b`: the type holds what every item may give."""
    items = [at.term(item) for item in syntax.items]
    found = [item for item in items if item is not None]
    if len(found) < len(items):
        return None
    *early, last = found
    joined = last.type
    for item in reversed(early):
        together = join(item.type.required if item.type.base is not None else item.type, joined)
        if together is None:
            message = f"`??` cannot choose between `{item.type}` and `{joined}`"
            at.report(Code.TYPE_MISMATCH, syntax.span, message, "give both sides the same type")
            return None
        joined = Type(together.base, joined.nullable)
        if not item.type.nullable and at.use is None:
            message = f"`{item.span.one_line}` is never null, so what stands behind `??` is never used"
            at.report(Code.CONSTANT_CONDITION, item.span, message, "remove `??` and what follows")
    return t.Coalesce(syntax.span, joined, tuple(found))


def check_logic(syntax: s.Logic, at: Context) -> t.Term | None:
    """Check `and` and `or`; what the items before tell holds in those behind."""
    every = syntax.operator == "and"
    mixed = next((item for item in syntax.items if isinstance(item, s.Logic)), None)
    if mixed is not None:
        message = "`and` binds tighter than `or` here, which is easily misread"
        at.report(Code.MIXED_AND_OR, syntax.span, message, f"write `({mixed.span.one_line})`")
    items: list[t.Term] = []
    learnt: Narrowed = frozenset()
    for part in syntax.items:
        item = at.boolean(part, learnt)
        if item is not None:
            items.append(item)
            learnt |= known(item, truth=every)
    return t.Junction(syntax.span, BOOL, every, tuple(items)) if len(items) == len(syntax.items) else None


def check_choice(syntax: s.ChoiceSyntax, at: Context) -> t.Term | None:
    """Check `then if condition else otherwise`."""
    condition = at.boolean(syntax.condition)
    if condition is None:
        return None
    then = at.term(syntax.then, known(condition, truth=True))
    otherwise = at.term(syntax.otherwise, known(condition, truth=False))
    if then is None or otherwise is None:
        return None
    joined = join(then.type, otherwise.type)
    if joined is None:
        message = f"one side is {described(then)}, the other is {described(otherwise)}"
        at.report(Code.TYPE_MISMATCH, syntax.span, message, "give both sides of `if ... else` the same type")
        return None
    return t.Choice(syntax.span, joined, condition, then, otherwise)
