"""
Run the stages of a plan over columns of Polars.

Each operation is one pass over a block of rows that stays in the caches; what is the same in every row stays one value,
so that questions about nulls that are not there cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Final, TypeAlias, assert_never

import polars as pl

from notifyrules.columns.algebra import (
    Among,
    Apply,
    CellValue,
    Clock,
    Distinct,
    EndCode,
    Expression,
    FirstOf,
    Held,
    Named,
    Operation,
    Read,
    SameInAll,
    SmallCode,
    reads,
)
from notifyrules.columns.chart import Plan, plan
from notifyrules.columns.clocks import read_clock
from notifyrules.columns.distinct import Combinations, Where
from notifyrules.columns.reading import ColumnFacts
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.values import Value

Column: TypeAlias = "pl.Series | CellValue"
"""A value for each row, or the same for all of them; a column of one value is the same for all as well."""
BLOCK: Final = 1_048_576
"""Rows that are decided together."""
_FEW: Final = 8
"""So many values are compared one by one."""
_BYTE: Final = 256
_FEW_ROWS: Final = 2_048
"""So few rows are decided one by one where the reference is asked."""
_WORTH: Final = 6
"""A row that is decided alone costs more than asking the reference for so many combinations."""
_SAMPLE: Final = 512
"""Rows by which it is reckoned how often that is."""


@lru_cache(maxsize=128)
def engine_for(graph: Graph, known: tuple[tuple[str, Value], ...]) -> Engine:
    """Make the engine of a chart in which some facts are the same in every row; it is kept for others like it."""
    return Engine(graph, plan(graph, dict(known)))


class Engine:
    """Run one plan, block by block."""

    def __init__(self, graph: Graph, plan: Plan) -> None:
        ids = [arrow.id for arrow in plan.arrows]
        reasons = pl.Series(ids, dtype=pl.Enum(ids))
        self._ends = [reasons[at : at + 1] for at in range(len(ids))]
        outcomes = [arrow.target for arrow in plan.arrows]
        names = list(dict.fromkeys(outcomes))
        self._outcomes = pl.Series(outcomes, dtype=pl.Enum(names))
        self._begins = [outcomes.index(name) for name in names]
        """The lowest code of each outcome."""
        self._notifying = sum(graph.outcomes[name].notify is not Notify.YES for name in outcomes)
        """The lowest code of what notifies; all behind it do."""
        self._dear: dict[str, Distinct | Clock] = {}
        self._stages: list[tuple[str, Expression]] = []
        own: set[str] = set()
        for one in plan.stages:
            if isinstance(one.made, (Distinct, Clock)):
                self._dear[one.name] = one.made
            else:
                self._stages.append((one.name, one.made))
                own.add(one.name)
        own -= reads(plan.code).union(*(reads(one.instant) for one in self._dear.values() if isinstance(one, Clock)))
        self._code = plan.code
        self.arrows = plan.arrows
        last = {name: at for at, (_, made) in enumerate(self._stages) for name in reads(made) & own}
        # The columns of all nodes at once may be many: each is dropped when it was read for the last time.
        self._done: dict[int, list[str]] = {}
        for name, at in last.items():
            self._done.setdefault(at, []).append(name)

    def reasons(self, facts: ColumnFacts, rows: int, alone: Callable[[Mapping[str, Value]], str]) -> pl.Series:
        """
        Give for each row the arrow that settles it, as an enumeration of all arrows into outcomes, by their codes.

        Args:
            facts: The columns of facts.
            rows: How many rows there are.
            alone: Gives the reason for one row.
        """
        if rows <= BLOCK:
            return self._block(facts, rows, alone)
        blocks = []
        for at in range(0, rows, BLOCK):
            block = replace(facts, frame=facts.frame.slice(at, BLOCK))
            blocks.append(self._block(block, min(BLOCK, rows - at), alone))
        return pl.concat(blocks)

    def _block(self, facts: ColumnFacts, rows: int, alone: Callable[[Mapping[str, Value]], str]) -> pl.Series:
        combinations = Combinations(facts, rows)
        if self._dear and self._is_alone(facts, rows, combinations):
            each = combinations.facts_at(tuple(facts.decode))
            return pl.Series([alone(one) for one in each], dtype=self._ends[0].dtype)
        return _whole(_series(self._run(facts, combinations)), rows)

    def told(self, reasons: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Give whether the arrow that settles each row notifies, and its outcome."""
        codes, rows = self._ends, len(reasons)
        if self._notifying == len(codes):
            notify = pl.repeat(value=False, n=rows, eager=True)
        else:
            notify = reasons >= codes[self._notifying]
        if len(self._begins) > _FEW:
            return notify, self._outcomes[reasons.to_physical()]
        outcome = self._outcomes[:1]
        for code in self._begins[1:]:
            here = notify if code == self._notifying else reasons >= codes[code]
            outcome = self._outcomes[code : code + 1].zip_with(here, outcome)
        return notify, _whole(outcome, rows)

    def _is_alone(self, facts: ColumnFacts, rows: int, combinations: Combinations) -> bool:
        """Tell whether so little is met twice that deciding each row costs less: it ends where a row is settled."""
        if rows <= _FEW_ROWS:
            return True
        asked = [one for one in self._dear.values() if isinstance(one, Distinct)]
        counts = {made: combinations.count(made.facts) for made in asked}
        if sum(counts.values()) <= rows * _WORTH:
            return False
        sample = Combinations(replace(facts, frame=facts.frame.head(_SAMPLE)), min(rows, _SAMPLE))
        self._run(replace(facts, frame=facts.frame.head(_SAMPLE)), sample)
        asks = sum(min(count, sample.asked(made) * rows // _SAMPLE) for made, count in counts.items())
        return asks > rows * _WORTH

    def _run(self, facts: ColumnFacts, combinations: Combinations) -> Column:
        columns: dict[str, Column] = {name: facts.frame.get_column(name) for name in facts.frame.columns}
        run = Run(columns, self._dear, combinations, self._ends)
        for at, (name, made) in enumerate(self._stages):
            columns[name] = run.of(made)
            for done in self._done.get(at, ()):
                del columns[done]
        return run.of(self._code)


def _whole(one: pl.Series, rows: int) -> pl.Series:
    """Give a column with all its rows."""
    return one if len(one) == rows else one.new_from_index(0, rows)


class Run:
    """Compute expressions over some rows."""

    def __init__(
        self,
        columns: Mapping[str, Column],
        dear: Mapping[str, Distinct | Clock],
        combinations: Combinations | None,
        ends: Sequence[pl.Series] = (),
    ) -> None:
        self._columns = columns
        self._ends = ends
        self._dear = dear
        self._combinations = combinations
        self._among: dict[Among, Column] = {}
        self._clocks: dict[str, Column] = {}

    def of(self, expression: Expression, where: Where = None) -> Column:
        """Compute an expression; what it gives elsewhere than *where* does not count."""
        match expression:
            # The forms that are most frequent come first.
            case Read(column):
                return self._columns[column] if column in self._columns else self._asked(column, where)
            case EndCode(value):
                return self._ends[value]
            case FirstOf():
                return self._picked(expression, where)
            case SmallCode(value):
                return _code(value)
            case SameInAll(value):
                return value
            case Held(part, lowest, highest):
                return _series(self.of(part, where)).clip(lowest, highest)
            case Among(Read(column)) if column not in self._dear:
                if expression not in self._among:
                    self._among[expression] = self._is_among(expression, where)
                return self._among[expression]
            case Among():
                return self._is_among(expression, where)
            case Named(part, values):
                return pl.Series([*values, None], dtype=pl.String)[_series(self.of(part, where))]
            case Apply(Operation.ALL | Operation.ANY as operation, parts):
                return self._joined(parts, where, every=operation is Operation.ALL)
            case Apply(operation, parts):
                return _apply(operation, [self.of(part, where) for part in parts])
            case _:
                assert_never(expression)

    def _asked(self, name: str, where: Where) -> Column:
        assert self._combinations is not None
        made = self._dear[name]
        if isinstance(made, Distinct):
            return self._combinations.computed(made, where)
        if name not in self._clocks:
            instants = _series(self.of(made.instant))
            instants = _whole(instants, self._combinations.height)
            self._clocks[name] = read_clock(made, instants, self._combinations)
        return self._clocks[name]

    def _picked(self, pick: FirstOf, where: Where) -> Column:
        """Choose in each row by the first test that holds; one that is null does not."""
        ways: list[tuple[pl.Series, Column]] = []
        left, found = where, None
        for test, then in pick.ways:
            holds = self.of(test, left)
            if isinstance(holds, pl.Series):
                ways.append((holds, self.of(then, self._only(left, holds, wanted=True))))
                left = self._only(left, holds, wanted=False)
            elif holds:
                found = self.of(then, left)
                break
        else:
            found = self.of(pick.otherwise, left)
        for holds, value in reversed(ways):
            found = _series(value, found).zip_with(holds, _series(found, value))
        return found

    def _joined(self, parts: Sequence[Expression], where: Where, *, every: bool) -> Column:
        """Join conditions: what is the same in every row either settles it or does not count."""
        joined: pl.Series | None = None
        for part in parts:
            found = self.of(part, where)
            if found is (not every):
                return found
            if found is every:
                continue
            one = pl.Series([None], dtype=pl.Boolean) if found is None else _series(found)
            joined = one if joined is None else joined & one if every else joined | one
            where = self._only(where, joined, wanted=every, or_null=True)
        return every if joined is None else joined

    def _is_among(self, expression: Among, where: Where) -> Column:
        one = self.of(expression.part, where)
        if not isinstance(one, pl.Series):
            return one is not None and one in expression.values
        if len(expression.values) > _FEW:
            found = one.is_in(expression.values)
        else:
            found = reduce(or_, [_equal(one, value) for value in expression.values])
        return found.fill_null(value=False) if found.null_count() else found

    def _only(self, where: Where, holds: pl.Series, *, wanted: bool, or_null: bool | None = None) -> Where:
        """Leave the rows in which a condition is what is wanted, or perhaps null."""
        if not self._dear:
            return None

        @cache
        def rows() -> pl.Series:
            with_null = not wanted if or_null is None else or_null
            left = holds if wanted else ~holds
            left = left.fill_null(with_null) if left.null_count() else left
            return left if where is None else where() & left

        return rows


@cache
def _code(value: int) -> pl.Series:
    return pl.Series([value], dtype=pl.UInt8 if value < _BYTE else pl.UInt16)


def _series(value: Column, like: Column = None) -> pl.Series:
    """Give a value that is the same in every row as a column of one; null like the other one."""
    if isinstance(value, pl.Series):
        return value
    return pl.Series([value], dtype=like.dtype if value is None and isinstance(like, pl.Series) else None)


def _equal(one: pl.Series, value: CellValue) -> pl.Series:
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
        case Operation.FIRST_KNOWN:
            return reduce(_known, reversed(parts))
        case Operation.LENGTH:
            return _series(one).str.len_chars().cast(pl.Int64)
        case Operation.STARTS_WITH | Operation.ENDS_WITH | Operation.HOLDS:
            return _of_texts(operation, _series(one), _series(other))
        case _:
            raise AssertionError(operation)


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
