"""Word comparisons that cannot be: values of two kinds, values that do not exist, values without an order."""

from __future__ import annotations

import re

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import listed, nearest
from notifyrules.language import terms as t
from notifyrules.language.context import Context, described
from notifyrules.language.foreign_words import meant_literal
from notifyrules.language.misfits import Mismatch
from notifyrules.language.types import Base, Basic, Enumeration, Type, join, quote, share_values, spell
from notifyrules.language.value_writing import write_literal
from notifyrules.language.values import conform
from notifyrules.source.text import Span

_UNWRITABLE = {
    Basic.INSTANT: "a point in time cannot be written in a condition; declare a fact for it",
    Basic.TIMEZONE: "a time zone cannot be written in a condition; declare a fact with it as its default",
    Basic.SCHEDULE: "ask a schedule with `within(...)`",
}


def equality_advice(literal: t.Term, other: t.Term) -> str:
    """Say how two values of different kinds were probably meant to be compared."""
    kind = other.type.base
    value = literal.value if isinstance(literal, t.Constant) else None
    if kind is Basic.BOOL and isinstance(value, str) and meant_literal(value) in ("true", "false"):
        words = other.span.one_line
        return f"write `{words}` or `not {words}`"
    return _kind_advice(kind, value) or _kind_advice(literal.type.base, None)


def _kind_advice(kind: Base | None, value: object) -> str:
    """Say how a value of a kind is written, where it was written otherwise or cannot be written."""
    if kind is Basic.DURATION and isinstance(value, int) and not isinstance(value, bool):
        return f"say in which unit, such as `{value}m`"
    if kind in (Basic.INT, Basic.DURATION, Basic.TIME) and isinstance(value, str):
        number = kind is Basic.INT and re.fullmatch(r"[0-9]+", value)
        return f"write `{value}` without quotes" if number or _is_literal(kind, value) else ""
    return _UNWRITABLE.get(kind, "") if isinstance(kind, Basic) else ""


def _is_literal(kind: Base | None, value: str) -> bool:
    """Tell whether a text is the input form of a kind that has literals."""
    try:
        conform(Type(kind), value)
    except Mismatch:
        return False
    return True


def report_impossible(literal: t.Term, other: t.Term, at: Context, verb: str = "is") -> None:
    """Report a comparison with a value that the other side cannot have."""
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


def report_unordered(operator: str, left: t.Term, right: t.Term, span: Span, at: Context) -> None:
    """Say why two values have no common order."""
    assert left.type.base is not None
    assert right.type.base is not None
    if join(left.type, right.type) is None:
        literal, other = (left, right) if isinstance(left, t.Constant) else (right, left)
        message = f"`{operator}` cannot compare {described(left)} with {described(right)}"
        advice = equality_advice(literal, other) or "give both sides the same type"
        at.report(Code.TYPE_MISMATCH, span, message, advice)
    elif not (isinstance(left.type.base, Enumeration) and isinstance(right.type.base, Enumeration)):
        kind = right if isinstance(left.type.base, Enumeration) else left
        message = f"`{operator}` needs values in an order, and `{kind.type}` has none"
        advice = "ints, instants, times, durations and ordered enumerations have an order"
        at.report(Code.TYPE_MISMATCH, span, message, advice)
    elif left.type.base.order is None and right.type.base.order is None:
        message = f"`{operator}` needs values in an order, and these are not declared `ordered`"
        form = f"{{type: {spell(left.type.base)}, ordered: true}}"
        at.report(Code.TYPE_MISMATCH, span, message, f"declare the fact in its long form, low to high: `{form}`")
    else:
        ordered, other = (left, right) if left.type.base.order is not None else (right, left)
        assert ordered.type.base is not None
        assert other.type.base is not None
        if not share_values(ordered.type.base, other.type.base):
            literal, holder = (other, ordered) if isinstance(other, t.Constant) else (ordered, other)
            report_impossible(literal, holder, at)
            return
        words = f"`{left.span.one_line}` and `{right.span.one_line}`"
        advice = "compare with `==`, or with a value of the same ordered fact"
        at.report(Code.TYPE_MISMATCH, span, f"{words} do not share one ordered declaration", advice)
