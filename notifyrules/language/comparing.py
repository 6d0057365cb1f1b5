"""Check comparisons and tests: whether two values can be equal, have an order, or be one of a list."""

from __future__ import annotations

from dataclasses import replace

from notifyrules.diagnostics.codes import Code
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.comparison_help import equality_advice, report_impossible, report_unordered
from notifyrules.language.context import Context, described
from notifyrules.language.types import BOOL, Basic, ListOf, Type, common_order, fits, join, share_values
from notifyrules.source.text import Span

_TEXT = Type(Basic.TEXT)


def check_compared(syntax: s.Compared, at: Context) -> t.Term | None:
    """Check a chain of comparisons, pair by pair."""
    operands = [at.term(operand) for operand in syntax.operands]
    pairs: list[t.Term] = []
    for number, operator in enumerate(syntax.operators):
        left, right = operands[number], operands[number + 1]
        if left is None or right is None:
            continue
        # With the parentheses around them, of which the terms know nothing.
        start, end = syntax.operands[number].span.start, syntax.operands[number + 1].span.end
        made = _pair(operator, left, right, Span(syntax.span.source, start, end), at)
        if made is not None:
            pairs.append(made)
    if len(pairs) < len(syntax.operators):
        return None
    return pairs[0] if len(pairs) == 1 else t.Junction(syntax.span, BOOL, every=True, items=tuple(pairs))


def _pair(operator: str, left: t.Term, right: t.Term, span: Span, at: Context) -> t.Term | None:
    """Check one comparison."""
    if operator in ("==", "!="):
        if not _comparable(left, right, at):
            return None
        _warn_of_null(operator, left, right, span, at)
        return t.Comparison(span, BOOL, operator, left, right, None)
    for side in (left, right):
        if side.type.nullable:
            at.may_be_null(side)
            return None
    assert left.type.base is not None
    assert right.type.base is not None
    order = common_order(left.type.base, right.type.base)
    if order is not None:
        return t.Comparison(span, BOOL, operator, left, right, order if isinstance(order, tuple) else None)
    report_unordered(operator, left, right, span, at)
    return None


def _warn_of_null(operator: str, left: t.Term, right: t.Term, span: Span, at: Context) -> None:
    """Warn of `!=` on a value that may be null, and of a test for null that is always false."""
    literal = next((side for side in (left, right) if isinstance(side, t.Constant) and side.value is None), None)
    if literal is not None:
        tested = right if literal is left else left
        if not tested.type.nullable and at.use is None:
            message = f"`{tested.span.one_line}` is never null"
            at.report(Code.CONSTANT_CONDITION, span, message, "remove the test")
        return
    nullable = next((side for side in (left, right) if side.type.nullable), None)
    if operator == "!=" and nullable is not None:
        words = nullable.span.one_line
        at.report(
            Code.NULLABLE_NOT_EQUAL,
            span,
            f"this is true when `{words}` is null",
            f"say what null means: `{words} is null or ...`, or `{words} is not null and ...`",
        )


def _comparable(left: t.Term, right: t.Term, at: Context) -> bool:
    """Tell whether two values can be equal, and report it if not."""
    if left.type.base is None or right.type.base is None:
        return True
    literal, other = (left, right) if isinstance(left, t.Constant) else (right, left)
    if join(left.type, right.type) is None:
        message = f"`{other.span.one_line}` is {described(other)} and is never equal to {described(literal)}"
        if isinstance(other, t.Constant):
            message = f"{described(other)} is never equal to {described(literal)}"
        at.report(Code.TYPE_MISMATCH, literal.span, message, equality_advice(literal, other))
        return False
    for listed, against in ((left, right), (right, left)):
        if isinstance(listed, t.ListTerm) and isinstance(against.type.base, ListOf):
            possible = [_could_be(item, against, at) for item in listed.items]
            return all(possible)
    if share_values(left.type.base, right.type.base):
        return True
    report_impossible(literal, other, at)
    return False


def check_membership(syntax: s.Membership, at: Context) -> t.Term | None:
    """Check `item in list`."""
    item, collection = at.term(syntax.item), at.required(syntax.collection)
    if item is None or collection is None:
        return None
    if not isinstance(collection.type.base, ListOf):
        words = collection.span.one_line
        advice = "write the values in brackets: `in [...]`"
        if fits(collection.type, _TEXT) and fits(item.type, _TEXT):
            advice = f"write `contains({words}, {item.span.one_line})`"
        at.report(Code.TYPE_MISMATCH, collection.span, f"`in` needs a list, found {described(collection)}", advice)
        return None
    if isinstance(collection, t.ListTerm):
        possible = [_comparable(item, one, at) for one in collection.items]
    else:
        possible = [_could_be(item, collection, at)]
    if not all(possible):
        return None
    found: t.Term = t.Contains(syntax.span, BOOL, item, collection)
    return t.Not(syntax.span, BOOL, found) if syntax.negated else found


def check_common_items(left: t.Term, right: t.Term, at: Context) -> bool:
    """Tell whether two lists can have an item in common, and report it if not."""
    assert isinstance(left.type.base, ListOf)
    assert isinstance(right.type.base, ListOf)
    for listed, other in ((right, left), (left, right)):
        if isinstance(listed, t.ListTerm):
            possible = [_could_be(item, other, at) for item in listed.items]
            return all(possible)
    if left.type.base.item is None or right.type.base.item is None:
        return True
    if join(left.type, right.type) is not None and share_values(left.type.base.item, right.type.base.item):
        return True
    message = f"{described(left)} and {described(right)} have no item in common"
    span = Span(left.span.source, left.span.start, max(left.span.end, right.span.end))
    at.report(Code.TYPE_MISMATCH, span, message, "compare lists whose items can be equal")
    return False


def _could_be(item: t.Term, collection: t.Term, at: Context) -> bool:
    """Tell whether an item can be one of a list's, and report it if not."""
    assert isinstance(collection.type.base, ListOf)
    inner = collection.type.base.item
    if inner is None or item.type.base is None:
        return True
    if join(item.type, Type(inner)) is None:
        message = f"`{collection.span.one_line}` holds `{Type(inner)}`, never {described(item)}"
        at.report(Code.TYPE_MISMATCH, item.span, message)
        return False
    if share_values(item.type.base, inner):
        return True
    report_impossible(item, replace(collection, type=Type(inner)), at, verb="holds")
    return False


def check_null_test(syntax: s.NullTest, at: Context) -> t.Term | None:
    """Check `is null` and `is not null`."""
    operand = at.term(syntax.operand)
    if operand is None:
        return None
    if not operand.type.nullable and at.use is None:
        result = "true" if syntax.negated else "false"
        message = f"`{operand.span.one_line}` is never null here, so this is always {result}"
        at.report(Code.CONSTANT_CONDITION, syntax.span, message, "remove the test")
    test: t.Term = t.IsNull(syntax.span, BOOL, operand)
    return t.Not(syntax.span, BOOL, test) if syntax.negated else test
