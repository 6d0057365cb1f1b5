"""Hold what is asked of the reference: once for each combination, where it counts, and never more than row by row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from notifyrules.language import glob_matching
from notifyrules.language.functions import FUNCTIONS
from tests.charts import asks, chart, rules_of
from tests.frames import by_columns, walked

ROWS = 6_000


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Note the texts that are matched."""
    function, found = FUNCTIONS["matches"], list[str]()

    def noted(text: str, glob: str) -> bool:
        found.append(text)
        return glob_matching.matches(text, glob)

    object.__setattr__(function, "compute", noted)
    yield found
    object.__setattr__(function, "compute", glob_matching.matches)


def frame(texts: int) -> pl.DataFrame:
    """Give rows that have so many texts, and are direct messages each second time."""
    which = pl.int_range(ROWS, eager=True)
    kinds = pl.Series(["dm", "group"])[which % 2]
    return pl.DataFrame({"t": "word " + (which % texts).cast(pl.String), "kind": kinds, "i": which})


def reasons(text: str, given: pl.DataFrame) -> bool:
    """Tell whether a frame is decided as its rows are walked."""
    rules = rules_of(asks(text))
    rows = [dict(rules.facts(row)) for row in given.to_dicts()]
    return rules.decide_frame(given)["reason"].to_list() == walked(rules, rows)


def test_once(asked: list[str]) -> None:
    """A term is computed once for each combination of what it reads."""
    rules_of(asks('matches(t, "*7")')).decide_frame(frame(50))

    assert len(asked) == len(set(asked)) == 50


def test_where_it_counts(asked: list[str]) -> None:
    """Where others settle a condition, wherever they stand, a term that has many combinations is not computed."""
    rules_of(asks('matches(t, "*7") and kind == "dm"')).decide_frame(frame(1_000))

    assert set(asked) == set(frame(1_000).filter(pl.col("kind") == "dm")["t"])


def test_row_by_row(asked: list[str]) -> None:
    """Where nothing is met twice, each row is decided alone: what it does not reach is asked of a sample at most."""
    flow = """
one: {if: 'matches(t, "*")', then: "yes", else: other}
other: {if: 'matches(t, "?")', then: "yes", else: "no"}
"""
    rules_of(chart(flow)).decide_frame(frame(ROWS))

    assert ROWS <= len(asked) < ROWS * 1.2


@pytest.mark.parametrize("texts", [3, 1_000, ROWS], ids=["few", "many", "all different"])
@pytest.mark.parametrize(
    "text",
    [
        'matches(t, "*7") and kind == "dm"',
        'not (matches(t, "*7") or kind == "dm")',
        '(matches(t, "*7") if kind == "dm" else matches(t, "*8")) or i < 3',
        '(i > 9 or matches(lower(t), "a")) == (kind == "dm" and matches(t, "*1*"))',
    ],
)
def test_decides(text: str, texts: int) -> None:
    """However much of it is asked, it decides as the walk."""
    assert reasons(text, frame(texts))
    with by_columns():
        assert reasons(text, frame(texts))
