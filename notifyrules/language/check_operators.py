"""Check operators and calls of functions: whether values join, can be equal, have an order, or may be null."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import count, listed, nearest
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.foreign_words import meant_literal
from notifyrules.language.functions import FUNCTIONS, Function, Parameter, describe_types
from notifyrules.language.kinds import KINDS
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.null_narrowing import Narrowed, known
from notifyrules.language.scope import Context, described
from notifyrules.language.types import (
    BOOL,
    DATE,
    DURATION,
    INSTANT,
    INT,
    SCHEDULE,
    TEXT,
    Base,
    Basic,
    Enumeration,
    ListOf,
    Type,
    fits,
    join,
    quote,
    share_values,
)
from notifyrules.language.values import Value, conform, write_literal
from notifyrules.source.text import Span

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
    (Basic.DATE, False, Basic.INT): (t.Sum.DATE, DATE),
    (Basic.INT, False, Basic.DATE): (t.Sum.DATE, DATE),
    (Basic.DATE, True, Basic.INT): (t.Sum.DATE, DATE),
    (Basic.DATE, True, Basic.DATE): (t.Sum.DAYS, INT),
    (Basic.SCHEDULE, False, Basic.SCHEDULE): (t.Sum.SCHEDULE, SCHEDULE),
}


# ---- Putting values together ----


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
    if (operand := at.required(syntax.operand)) is None:
        return None
    if operand.type not in (INT, DURATION):
        at.report(Code.TYPE_MISMATCH, operand.span, f"`-` needs `int` or `duration`, found {described(operand)}")
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
    if not minus and isinstance(left.type.base, ListOf) and isinstance(right.type.base, ListOf):
        joined = join(left.type, right.type)
        found = None if joined is None else (t.Sum.LIST, joined)
    if found is None:
        message = f"`{syntax.operator}` cannot join {described(left)} and {described(right)}"
        number = next((side for side in (left, right) if side.type == INT), None)
        advice = "it joins ints, durations, lists, schedules, an instant with a duration, and a date with days"
        if number is not None and {left.type, right.type} <= {INT, DURATION, INSTANT}:
            advice = "say in which unit, such as `15m`"
        elif isinstance(left.type.base, ListOf) and isinstance(right.type.base, ListOf):
            advice = "lists have no difference" if minus else "give all items of a list the same type"
        elif {left.type, right.type} == {DATE, DURATION}:
            advice = "count days by an int, such as `+ 7`"
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
        joined = replace(together, nullable=joined.nullable)
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
        if (item := at.boolean(part, learnt)) is not None:
            items.append(item)
            learnt |= known(item, truth=every)
    return t.Junction(syntax.span, BOOL, every, tuple(items)) if len(items) == len(syntax.items) else None


def check_choice(syntax: s.ChoiceSyntax, at: Context) -> t.Term | None:
    """Check `then if condition else otherwise`."""
    if (condition := at.boolean(syntax.condition)) is None:
        return None
    then = at.term(syntax.then, known(condition, truth=True))
    otherwise = at.term(syntax.otherwise, known(condition, truth=False))
    if then is None or otherwise is None:
        return None
    if (joined := join(then.type, otherwise.type)) is None:
        message = f"one side is {described(then)}, the other is {described(otherwise)}"
        at.report(Code.TYPE_MISMATCH, syntax.span, message, "give both sides of `if ... else` the same type")
        return None
    return t.Choice(syntax.span, joined, condition, then, otherwise)


# ---- Comparisons and tests ----


def check_compared(syntax: s.ComparisonSyntax, at: Context) -> t.Term | None:
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
    if (order := _common_order(left.type.base, right.type.base)) is not None:
        return t.Comparison(span, BOOL, operator, left, right, order if isinstance(order, tuple) else None)
    _report_unordered(operator, left, right, span, at)
    return None


def _common_order(left: Base, right: Base) -> tuple[str, ...] | Basic | None:
    """Find by what two values compare with `<`: the basic type, an ordered declaration, or nothing."""
    match left, right:
        case Enumeration(), Enumeration():
            joined = join(Type(left), Type(right))
            return joined.base.order if joined is not None and isinstance(joined.base, Enumeration) else None
        case Basic(), Basic() if left is right and KINDS[left].scale is not None:
            return left
        case _:
            return None


def _warn_of_null(operator: str, left: t.Term, right: t.Term, span: Span, at: Context) -> None:
    """Warn of `!=` on a value that may be null, and of a test for null that is always false."""
    literal = next((side for side in (left, right) if isinstance(side, t.Constant) and side.value is None), None)
    if literal is not None:
        tested = right if literal is left else left
        if not tested.type.nullable and at.use is None:
            at.report(Code.CONSTANT_CONDITION, span, f"`{tested.span.one_line}` is never null", "remove the test")
        return
    nullable = next((side for side in (left, right) if side.type.nullable), None)
    if operator == "!=" and nullable is not None:
        words = nullable.span.one_line
        advice = f"say what null means: `{words} is null or ...`, or `{words} is not null and ...`"
        at.report(Code.NULLABLE_NOT_EQUAL, span, f"this is true when `{words}` is null", advice)


def _comparable(left: t.Term, right: t.Term, at: Context) -> bool:
    """Tell whether two values can be equal, and report it if not."""
    if left.type.base is None or right.type.base is None:
        return True
    literal, other = (left, right) if isinstance(left, t.Constant) else (right, left)
    if join(left.type, right.type) is None:
        message = f"`{other.span.one_line}` is {described(other)} and is never equal to {described(literal)}"
        if isinstance(other, t.Constant):
            message = f"{described(other)} is never equal to {described(literal)}"
        at.report(Code.TYPE_MISMATCH, literal.span, message, _equality_advice(literal, other))
        return False
    for written, against in ((left, right), (right, left)):
        if isinstance(written, t.ListTerm) and isinstance(against.type.base, ListOf):
            possible = [_could_be(item, against, at) for item in written.items]
            return all(possible)
    if share_values(left.type.base, right.type.base):
        return True
    _report_impossible(literal, other, at)
    return False


def check_membership(syntax: s.Membership, at: Context) -> t.Term | None:
    """Check `item in list`."""
    item, collection = at.term(syntax.item), at.required(syntax.collection)
    if item is None or collection is None:
        return None
    if not isinstance(collection.type.base, ListOf):
        words = collection.span.one_line
        advice = "write the values in brackets: `in [...]`"
        if isinstance(item.type.base, Enumeration) and isinstance(collection, t.Constant):
            sign = "not in" if syntax.negated else "in"
            advice = f"write `{item.span.one_line} {sign} [{words}]`"
        elif fits(collection.type, TEXT) and fits(item.type, TEXT):
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


def _check_common_items(left: t.Term, right: t.Term, at: Context) -> bool:
    """Tell whether two lists can have an item in common, and report it if not."""
    assert isinstance(left.type.base, ListOf)
    assert isinstance(right.type.base, ListOf)
    for written, other in ((right, left), (left, right)):
        if isinstance(written, t.ListTerm):
            possible = [_could_be(item, other, at) for item in written.items]
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
        message = f"`{collection.span.one_line}` holds `{collection.type.item}`, never {described(item)}"
        at.report(Code.TYPE_MISMATCH, item.span, message)
        return False
    if share_values(item.type.base, inner):
        return True
    _report_impossible(item, replace(collection, type=Type(inner)), at, verb="holds")
    return False


def check_null_test(syntax: s.NullTest, at: Context) -> t.Term | None:
    """Check `is null` and `is not null`."""
    if (operand := at.term(syntax.operand)) is None:
        return None
    if not operand.type.nullable and at.use is None:
        result = "true" if syntax.negated else "false"
        message = f"`{operand.span.one_line}` is never null here, so this is always {result}"
        at.report(Code.CONSTANT_CONDITION, syntax.span, message, "remove the test")
    test: t.Term = t.IsNull(syntax.span, BOOL, operand)
    return t.Not(syntax.span, BOOL, test) if syntax.negated else test


# ---- Calls ----


def check_call(syntax: s.CallSyntax, at: Context) -> t.Term | None:
    """Check a call of a function of the language."""
    forms = FUNCTIONS[syntax.name].forms
    function = next((one for one in forms if len(one.parameters) == len(syntax.arguments)), None)
    if function is None:
        *fewer, most = sorted(len(one.parameters) for one in forms)
        takes = "".join(f"{number} or " for number in fewer) + count(most, "argument")
        message = f"`{syntax.name}` takes {takes}, found {len(syntax.arguments)}"
        signatures = " or ".join(f"`{one.signature}`" for one in forms)
        at.report(Code.WRONG_ARGUMENTS, syntax.span, message, f"its form is {signatures}")
        return None
    checked = [
        _argument(part, function, parameter, at)
        for parameter, part in zip(function.parameters, syntax.arguments, strict=True)
    ]
    arguments = tuple(argument for argument in checked if argument is not None)
    if len(arguments) < len(checked):
        return None
    lists = [argument for argument in arguments if isinstance(argument.type.base, ListOf)]
    if len(lists) == 2 and not _check_common_items(lists[0], lists[1], at):  # noqa: PLR2004 - both arguments are lists
        return None
    return t.FunctionCall(syntax.span, function.result, function, arguments)


def _argument(part: s.Syntax, function: Function, parameter: Parameter, at: Context) -> t.Term | None:
    argument = at.required(part)
    if argument is None or any(_accepts(wanted, argument.type) for wanted in parameter.types):
        return argument
    message = f"expected {describe_types(parameter.types)} as the {parameter.name}, found {described(argument)}"
    advice = [f"the form is `{function.signature}`"]
    if isinstance(argument.type.base, ListOf) and TEXT in parameter.types:
        advice.append(f"whether a list has an item is asked with `in`: `... in {argument.span.one_line}`")
    at.report(Code.TYPE_MISMATCH, argument.span, message, *advice)
    return None


def _accepts(wanted: Type, actual: Type) -> bool:
    """Tell whether an argument fits a parameter; a list without an item type takes every list."""
    return isinstance(actual.base, ListOf) if wanted.base == ListOf(None) else fits(actual, wanted)


# ---- What to say of comparisons that cannot be ----


def _equality_advice(literal: t.Term, other: t.Term) -> str:
    kind = other.type.base
    value = literal.value if isinstance(literal, t.Constant) else None
    if kind is Basic.BOOL and isinstance(value, str) and meant_literal(value) in ("true", "false"):
        words = other.span.one_line
        return f"write `{words}` or `not {words}`"
    for items, item in ((literal, other), (other, literal)):
        if isinstance(items.type.base, ListOf) and join(Type(items.type.base.item), item.type) is not None:
            return f"write `{item.span.one_line} in {items.span.one_line}`, or compare with a list"
    if {literal.type.base, kind} == {Basic.DATE, Basic.INSTANT}:
        return "compare days: `local_date(instant, zone)` is that of an instant"
    return _kind_advice(kind, value) or _kind_advice(literal.type.base, None)


def _kind_advice(kind: Base | None, value: object) -> str:
    """Say how a value of a kind is written, where it was written otherwise or cannot be written."""
    if kind is Basic.DURATION and isinstance(value, int) and not isinstance(value, bool):
        return f"say in which unit, such as `{value}m`"
    if not isinstance(kind, Basic):
        return ""
    if isinstance(value, str) and KINDS[kind].scale is not None and not KINDS[kind].unwritable:
        number = kind is Basic.INT and re.fullmatch(r"[0-9]+", value)
        return f"write `{value}` without quotes" if number or _is_literal(kind, value) else ""
    return KINDS[kind].unwritable


def _is_literal(kind: Base | None, value: str) -> bool:
    """Tell whether a text is the input form of a kind that has literals."""
    try:
        conform(Type(kind), value)
    except Mismatch:
        return False
    return True


def _report_impossible(literal: t.Term, other: t.Term, at: Context, verb: str = "is") -> None:
    allowed = other.type.base.values if isinstance(other.type.base, Enumeration) else ()
    if isinstance(literal, t.Constant) and allowed:
        near = nearest(str(literal.value), allowed)
        advice = [f"did you mean `{quote(near)}`?"] if near else []
        advice.append("its values are " + listed(map(quote, allowed)))
        written = quote(literal.value) if isinstance(literal.value, str) else write_literal(literal.value)
        message = f"`{other.span.one_line}` never {verb} `{written}`"
        if verb == "is":
            message = f"`{other.span.one_line}` is never `{written}`"
        at.report(Code.IMPOSSIBLE_VALUE, literal.span, message, *advice)
        return
    message = f"`{literal.span.one_line}` and `{other.span.one_line}` have no value in common"
    at.report(Code.IMPOSSIBLE_VALUE, literal.span, message)


def _report_unordered(operator: str, left: t.Term, right: t.Term, span: Span, at: Context) -> None:
    assert left.type.base is not None
    assert right.type.base is not None
    if join(left.type, right.type) is None:
        literal, other = (left, right) if isinstance(left, t.Constant) else (right, left)
        message = f"`{operator}` cannot compare {described(left)} with {described(right)}"
        advice = _equality_advice(literal, other) or "give both sides the same type"
        at.report(Code.TYPE_MISMATCH, span, message, advice)
    elif not (isinstance(left.type.base, Enumeration) and isinstance(right.type.base, Enumeration)):
        kind = right if isinstance(left.type.base, Enumeration) else left
        message = f"`{operator}` needs values in an order, and `{kind.type}` has none"
        advice = "ints, dates, instants, times, durations and ordered enumerations have an order"
        at.report(Code.TYPE_MISMATCH, span, message, advice)
    elif left.type.base.order is None and right.type.base.order is None:
        message = f"`{operator}` needs values in an order, and these are not declared `ordered`"
        form = f"{{type: {left.type.unnamed}, ordered: true}}"
        advice = f"declare the fact in its long form, low to high: `{form}`"
        if name := left.type.type_name:
            advice = f"declare the type in its long form, low to high: `{name}: {form}`"
        at.report(Code.TYPE_MISMATCH, span, message, advice)
    else:
        ordered, other = (left, right) if left.type.base.order is not None else (right, left)
        assert ordered.type.base is not None
        assert other.type.base is not None
        if not share_values(ordered.type.base, other.type.base):
            literal, holder = (other, ordered) if isinstance(other, t.Constant) else (ordered, other)
            _report_impossible(literal, holder, at)
            return
        words = f"`{left.span.one_line}` and `{right.span.one_line}`"
        advice = "compare with `==`, or with a value of the same ordered fact"
        at.report(Code.TYPE_MISMATCH, span, f"{words} do not share one ordered declaration", advice)
