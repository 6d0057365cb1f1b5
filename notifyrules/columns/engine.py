"""Run the stages of a plan over a frame, on Polars."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any, Final, assert_never, cast

import polars as pl

from notifyrules.columns.algebra import (
    Among,
    Apply,
    Distinct,
    Expression,
    Held,
    Literal,
    Operation,
    Pick,
    Read,
    Stage,
    reads,
)
from notifyrules.columns.chart import Plan
from notifyrules.columns.reading import Decode, Readable, as_held, plain_dtype
from notifyrules.language.evaluator import evaluate
from notifyrules.language.values import Value

BLOCK: Final = 262_144
"""Rows that are decided together: the columns of all nodes live at once."""
_FEW: Final = 8
"""So many values are compared one by one."""
_CODES: Final = 255
"""The highest code that one byte holds."""


class Engine:
    """Run one plan, block by block."""

    def __init__(self, plan: Plan) -> None:
        self._codes = pl.UInt8() if len(plan.arrows) <= _CODES else pl.UInt16()
        # They read facts alone, so they go before all others.
        self._distinct = [(one.name, one.made) for one in plan.stages if isinstance(one.made, Distinct)]
        self._batches = _batches(plan.stages)
        self._code = write(plan.code).cast(self._codes).alias("~")

    def codes(self, facts: Readable, rows: int) -> pl.Series:
        """Give for each row the code of the arrow that settles it."""
        if not facts.frame.width:
            return pl.select(self._code).to_series().new_from_index(0, rows)
        blocks = [self._block(facts.frame.slice(at, BLOCK), facts.decode) for at in range(0, max(rows, 1), BLOCK)]
        return blocks[0] if len(blocks) == 1 else pl.concat(blocks)

    def _block(self, frame: pl.DataFrame, decode: Mapping[str, Decode]) -> pl.Series:
        for name, made in self._distinct:
            frame = frame.with_columns(_by_reference(frame, made, decode).alias(name))
        query = frame.lazy()
        for batch in self._batches:
            query = query.with_columns(**batch)
        # What is used twice is a column already, and there is nothing to push down.
        code = query.select(self._code).collect(optimizations=pl.QueryOptFlags.none()).to_series()
        return code if len(code) == frame.height else code.new_from_index(0, frame.height)


def _batches(stages: tuple[Stage, ...]) -> list[dict[str, pl.Expr]]:
    """Put stages of expressions together that do not read each other."""
    found: list[dict[str, pl.Expr]] = [{}]
    for stage in stages:
        if isinstance(stage.made, Distinct):
            continue
        if reads(stage.made) & found[-1].keys():
            found.append({})
        found[-1][stage.name] = write(stage.made)
    return found


def write(expression: Expression) -> pl.Expr:
    """Write an expression for Polars."""
    match expression:
        case Literal(bool() | str() | None as value):
            return pl.lit(value)
        case Literal(value):
            return pl.lit(value, dtype=pl.UInt8 if 0 <= cast("int", value) <= _CODES else pl.Int64)
        case Read(column):
            return pl.col(column)
        case Held(part, lowest, highest):
            return write(part).clip(lowest, highest)
        case Among(part, values):
            one = write(part)
            if len(values) > _FEW:
                return one.is_in(list(values)).fill_null(value=False)
            same = reduce(or_, [one == write(Literal(value)) for value in values])
            return same.fill_null(value=False)
        case Pick(ways, otherwise):
            return _pick([(write(test), write(then)) for test, then in ways], write(otherwise))
        case Apply(operation, parts):
            return _apply(operation, [write(part) for part in parts])
        case _:
            assert_never(expression)


def _pick(ways: list[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
    (condition, value), *more = ways
    chain: Any = pl.when(condition).then(value)
    for test, then in more:
        chain = chain.when(test).then(then)
    made: pl.Expr = chain.otherwise(otherwise)
    return made


def _apply(operation: Operation, parts: list[pl.Expr]) -> pl.Expr:  # noqa: C901, PLR0912 - one way out an operation
    one, other = parts[0], parts[-1]
    match operation:
        case Operation.SAME:
            return one.eq_missing(other)
        case Operation.LESS:
            return one < other
        case Operation.NOT_MORE:
            return one <= other
        case Operation.PLUS:
            return one.cast(pl.Int64) + other.cast(pl.Int64)
        case Operation.MINUS:
            return one.cast(pl.Int64) - other.cast(pl.Int64)
        case Operation.IS_NULL:
            return one.is_null()
        case Operation.NOT:
            return ~one
        case Operation.ALL:
            return reduce(and_, parts)
        case Operation.ANY:
            return reduce(or_, parts)
        case Operation.FIRST_KNOWN:
            return pl.coalesce(parts)
        case Operation.AS_TEXT:
            return one.cast(pl.String)
        case Operation.LENGTH:
            return one.str.len_chars().cast(pl.Int64)
        case Operation.STARTS_WITH:
            return one.str.starts_with(other)
        case Operation.ENDS_WITH:
            return one.str.ends_with(other)
        case Operation.HOLDS:
            return one.str.contains(other, literal=True)
        case _:
            assert_never(operation)


def _by_reference(frame: pl.DataFrame, made: Distinct, decode: Mapping[str, Decode]) -> pl.Series:
    """Ask the reference once for each distinct combination of the facts that a term reads."""
    keys = frame.select(made.facts)
    combinations = keys.unique()
    readers = [decode[name] for name in made.facts]
    results = [
        as_held(made.type, _value(made, {
            name: None if held is None else read(held)
            for name, read, held in zip(made.facts, readers, row, strict=True)
        }))
        for row in combinations.iter_rows()
    ]  # fmt: skip
    looked = combinations.with_columns(pl.Series("~", results, dtype=plain_dtype(made.type)))
    return keys.join(looked, on=list(made.facts), how="left", nulls_equal=True, maintain_order="left").get_column("~")


def _value(made: Distinct, facts: Mapping[str, Value]) -> Value:
    """Compute a term; null where a null is met that a guard outside of the term rules out, and nobody asks."""
    try:
        return evaluate(made.term, facts, {})
    except (AttributeError, TypeError):
        # INVARIANT (total): it can fail only by such a null.
        assert None in facts.values()
        return None
