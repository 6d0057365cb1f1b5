"""Make frames of facts, and hold what is decided for them to the walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
import pytest

from notifyrules.columns.engine import Engine
from notifyrules.columns.row_words import dtype_of
from notifyrules.evaluation.walk import walk
from notifyrules.language.types import Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value, to_plain
from notifyrules.rules import Rules


def dtype(kind: Type) -> pl.DataType:
    """Give the dtype in which an engine holds values of a type: instants in a zone that is not the package's own."""
    return pl.Datetime("us", "Europe/Berlin") if kind.base is Basic.INSTANT else dtype_of(kind)


def held(kind: Type, value: Value) -> object:
    """Give a value as an engine holds it."""
    if isinstance(value, tuple):
        return [held(Type(kind.base.item), one) if isinstance(kind.base, ListOf) else one for one in value]
    return to_plain(value) if kind.base in (Basic.TIMEZONE, Basic.SCHEDULE) else value


def frame_of(rules: Rules, rows: Sequence[Mapping[str, Value]], *, enums: bool = False) -> pl.DataFrame:
    """Make a frame of facts, enumerations as text or as enumerations."""
    columns = {}
    for name, fact in rules.graph.facts.items():
        kind = dtype(fact.type)
        if enums and isinstance(fact.type.base, Enumeration):
            kind = pl.Enum(fact.type.base.values)
        columns[name] = pl.Series(name, [held(fact.type, row[name]) for row in rows], dtype=kind)
    return pl.DataFrame(columns)


@contextmanager
def by_columns() -> Iterator[None]:
    """Decide by columns also where rows are so few, or so different, that each is decided alone otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_is_alone", lambda *_: False)
        yield


def walked(rules: Rules, rows: Sequence[Mapping[str, Value]]) -> list[str]:
    """Give the reasons that the walk finds."""
    return [walk(rules.graph, row).steps[-1].arrow for row in rows]
