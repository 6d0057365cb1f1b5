"""
Run the stages of a plan over columns of Polars.

Each operation is one pass over a block of rows that stays in the caches; what is the same in every row stays one value,
so that questions about nulls that are not there cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from operator import and_, or_
from typing import Final, TypeAlias, assert_never

import polars as pl

from notifyrules.columns.algebra import (
    Among,
    Apply,
    Code,
    Distinct,
    Expression,
    Held,
    Literal,
    Named,
    Operation,
    Pick,
    Plain,
    Read,
    reads,
)
from notifyrules.columns.chart import Plan
from notifyrules.columns.distinct import Combinations
from notifyrules.columns.reading import Readable
from notifyrules.language.values import Value

Column: TypeAlias = "pl.Series | Plain"
"""A value for each row, or the same for all of them; a column of one value is the same for all as well."""
BLOCK: Final = 1_048_576
"""Rows that are decided together."""
_FEW: Final = 8
"""So many values are compared one by one."""
_BYTE: Final = 256


class Engine:
    """Run one plan, block by block."""

    def __init__(self, plan: Plan) -> None:
        # They read facts alone, so they go before all others.
        self._distinct = [(one.name, one.made) for one in plan.stages if isinstance(one.made, Distinct)]
        self._stages = [(one.name, one.made) for one in plan.stages if not isinstance(one.made, Distinct)]
        self._code = plan.code
        self._arrows = {arrow.id: code for code, arrow in enumerate(plan.arrows)}
        self._codes = pl.UInt8() if len(plan.arrows) <= _BYTE else pl.UInt16()
        own = {name for name, _ in self._stages} - reads(plan.code)
        last = {name: at for at, (_, made) in enumerate(self._stages) for name in reads(made) & own}
        # The columns of all nodes at once may be many: each is dropped when it was read for the last time.
        self._done: dict[int, list[str]] = {}
        for name, at in last.items():
            self._done.setdefault(at, []).append(name)

    def codes(self, facts: Readable, rows: int, alone: Callable[[Mapping[str, Value]], str]) -> pl.Series:
        """
        Give for each row the code of the arrow that settles it.

        Args:
            facts: The columns of facts.
            rows: How many rows there are.
            alone: Gives the reason for one row.
        """
        columns = {name: facts.frame.get_column(name) for name in facts.frame.columns}
        combinations = Combinations(facts, rows)
        if sum(combinations.count(made.facts) for _, made in self._distinct) > rows:
            # Hardly anything is met twice: a decision for each row asks less, as it ends where it is settled.
            return pl.Series([self._arrows[alone(one)] for one in combinations.rows()], dtype=self._codes)
        for name, made in self._distinct:
            columns[name] = combinations.computed(made)
        if rows <= BLOCK:
            return self._block(columns, rows)
        blocks = []
        for at in range(0, rows, BLOCK):
            block = {name: column.slice(at, BLOCK) for name, column in columns.items()}
            blocks.append(self._block(block, min(BLOCK, rows - at)))
        return pl.concat(blocks)

    def _block(self, facts: Mapping[str, pl.Series], rows: int) -> pl.Series:
        columns: dict[str, Column] = {**facts}
        run = Run(columns)
        for at, (name, made) in enumerate(self._stages):
            columns[name] = run.of(made)
            for done in self._done.get(at, ()):
                del columns[done]
        found = run.of(self._code)
        code = (found if isinstance(found, pl.Series) else pl.Series([found])).cast(self._codes)
        return code if len(code) == rows else code.new_from_index(0, rows)


class Run:
    """Compute expressions over some rows."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._among: dict[Among, Column] = {}

    def of(self, expression: Expression) -> Column:
        """Compute an expression."""
        match expression:
            case Literal(value):
                return value
            case Code(value):
                return _code(value)
            case Read(column):
                return self._columns[column]
            case Held(part, lowest, highest):
                return _series(self.of(part)).clip(lowest, highest)
            case Among(Read()):
                if expression not in self._among:
                    self._among[expression] = self._is_among(expression)
                return self._among[expression]
            case Among():
                return self._is_among(expression)
            case Named(part, values):
                return pl.Series([*values, None], dtype=pl.String).gather(_series(self.of(part)))
            case Pick(ways, otherwise):
                found = self.of(otherwise)
                for test, then in reversed(ways):
                    found = _pick(self.of(test), then, found, self)
                return found
            case Apply(operation, parts):
                return _apply(operation, [self.of(part) for part in parts])
            case _:
                assert_never(expression)

    def _is_among(self, expression: Among) -> Column:
        one = self.of(expression.part)
        if not isinstance(one, pl.Series):
            return one is not None and one in expression.values
        if len(expression.values) > _FEW:
            found = one.is_in(expression.values)
        else:
            found = reduce(or_, [_equal(one, value) for value in expression.values])
        return found.fill_null(value=False) if found.null_count() else found


@cache
def _code(value: int) -> pl.Series:
    return pl.Series([value], dtype=pl.UInt8 if value < _BYTE else pl.UInt16)


def _pick(test: Column, then: Expression, otherwise: Column, run: Run) -> Column:
    """Choose in each row; a test that is null does not hold."""
    if not isinstance(test, pl.Series):
        return run.of(then) if test else otherwise
    one, other = run.of(then), otherwise
    if not isinstance(one, pl.Series):
        one = _series(one, other)
    return one.zip_with(test, other if isinstance(other, pl.Series) else _series(other, one))


def _series(value: Column, like: Column = None) -> pl.Series:
    """Give a value that is the same in every row as a column of one; null like the other one."""
    if isinstance(value, pl.Series):
        return value
    return pl.Series([value], dtype=like.dtype if value is None and isinstance(like, pl.Series) else None)


def _equal(one: pl.Series, value: Plain) -> pl.Series:
    if isinstance(value, bool):
        return one if value else ~one
    return one == value


def _apply(operation: Operation, parts: Sequence[Column]) -> Column:
    one, other = parts[0], parts[-1]
    match operation:
        case Operation.SAME:
            one, other = _series(one, other), _series(other, one)
            return one.eq_missing(other) if one.null_count() or other.null_count() else one == other
        case Operation.LESS:
            return _series(one, other) < _series(other, one)
        case Operation.NOT_MORE:
            return _series(one, other) <= _series(other, one)
        case Operation.PLUS:
            return _series(one, other) + _series(other, one)
        case Operation.MINUS:
            return _series(one, other) - _series(other, one)
        case Operation.IS_NULL:
            if isinstance(one, pl.Series):
                return one.is_null() if one.null_count() else False
            return one is None
        case Operation.NOT:
            return ~one if isinstance(one, pl.Series) else None if one is None else not one
        case Operation.ALL:
            return _junction(parts, every=True)
        case Operation.ANY:
            return _junction(parts, every=False)
        case Operation.FIRST_KNOWN:
            return reduce(_known, reversed(parts))
        case Operation.LENGTH:
            return _series(one).str.len_chars().cast(pl.Int64)
        case Operation.STARTS_WITH | Operation.ENDS_WITH | Operation.HOLDS:
            return _of_texts(operation, _series(one), _series(other))
        case _:
            assert_never(operation)


def _junction(parts: Sequence[Column], *, every: bool) -> Column:
    """Join conditions: what is the same in every row either decides or does not count."""
    if any(part is (not every) for part in parts):
        return not every
    left = [
        _series(part) if part is not None else pl.Series([None], dtype=pl.Boolean)
        for part in parts
        if part is not every
    ]
    return reduce(and_ if every else or_, left) if left else every


def _known(behind: Column, one: Column) -> Column:
    """Give a value, and where it is null what stands behind it."""
    if not isinstance(one, pl.Series):
        return behind if one is None else one
    return one.zip_with(one.is_not_null(), _series(behind, one)) if one.null_count() else one


def _of_texts(operation: Operation, text: pl.Series, part: pl.Series) -> pl.Series:
    one, other = pl.lit(text).str, pl.lit(part if len(part) > 1 else part[0], dtype=pl.String)
    match operation:
        case Operation.STARTS_WITH:
            made = one.starts_with(other)
        case Operation.ENDS_WITH:
            made = one.ends_with(other)
        case _:
            made = one.contains(other, literal=True)
    return pl.select(made).to_series()
