"""Hold the laws of columns: a frame is decided as the walk decides each of its rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings

from notifyrules.columns.algebra import Apply, Operation, Read, SameInAll
from notifyrules.columns.engine import Run
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.values import to_plain
from notifyrules.rules import Rules, load
from tests.frames import by_columns, frame_of, walked
from tests.property.shapes import drawn
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_chart_laws import loaded, seeds, situations

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, scope="module")
def columns() -> Iterator[None]:
    """Decide nothing row by row."""
    with by_columns():
        yield


@given(rule_files(), seeds)
@settings(max_examples=60)
def test_frame_is_walk(file: RuleFile, seed: int) -> None:
    """Every row of a frame, enumerations as text or not, is settled by the arrow that the walk takes."""
    rules, rows = loaded(file), situations(file, seed, 40)

    for enums in (False, True):
        decided = rules.decide_frame(frame_of(rules, rows, enums=enums))

        assert decided["reason"].to_list() == walked(rules, rows)


@pytest.mark.parametrize("batch", range(24))
def test_every_shape(batch: int) -> None:
    """Charts of every shape, with comparisons, sums and calls, are settled by the arrows that the walk takes."""
    for seed in range(batch * 10, (batch + 1) * 10):
        one = drawn(seed)
        rules = Rules(one.graph, ())

        assert rules.decide_frame(frame_of(rules, one.facts))["reason"].to_list() == walked(rules, one.facts)


@given(rule_files(), seeds)
@settings(max_examples=25)
def test_words_are_those_of_the_decision(file: RuleFile, seed: int) -> None:
    """Words, data and the time to ask again are those of the decision for each row."""
    rules, rows = loaded(file), situations(file, seed)
    decided = rules.decide_frame(frame_of(rules, rows), because=True, data=True, recheck_at=True)

    for row, (because, data, recheck_at) in zip(
        rows, decided.select("because", "data", "recheck_at").iter_rows(), strict=True
    ):
        one = rules.decide(row)

        assert (because, recheck_at) == (one.because, one.recheck_at)
        assert data == {name: list(v) if isinstance(v, tuple) else to_plain(v) for name, v in one.data.items()}


@given(rule_files(), seeds)
@settings(max_examples=25)
def test_specialized_frames_agree(file: RuleFile, seed: int) -> None:
    """Facts that are fixed before, and facts that are the same in all rows, decide alike."""
    rules, (first, *rows) = loaded(file), situations(file, seed)
    fixed = {name: first[name] for name in list(first)[seed % 2 :: 2]}
    rows = [{**row, **fixed} for row in rows]
    frame = frame_of(rules, rows).drop(fixed)

    assert rules.specialize(fixed).decide_frame(frame)["reason"].to_list() == walked(rules, rows)


CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]


@pytest.mark.parametrize(
    ("operation", "name", "parts"),
    [
        (Operation.LENGTH, "len", ()),
        (Operation.STARTS_WITH, "starts_with", ("a",)),
        (Operation.STARTS_WITH, "starts_with", ("",)),
        (Operation.ENDS_WITH, "ends_with", ("é",)),
        (Operation.HOLDS, "contains", (".",)),
        (Operation.HOLDS, "contains", ("İ",)),
    ],
    ids=str,
)
@pytest.mark.parametrize("text", ["{}", "a{}é", "{}\u0301"], ids=["alone", "inside", "composed"])
def test_native_texts(operation: Operation, name: str, parts: tuple[str, ...], text: str) -> None:
    """A native form gives what the reference gives, for texts with each code point there is."""
    texts = [text.format(one) for one in CHARACTERS]
    made = Run({"t": pl.Series(texts)}, {}, None).of(Apply(operation, (Read("t"), *map(SameInAll, parts))))

    assert isinstance(made, pl.Series)
    assert made.to_list() == [FUNCTIONS[name].compute(one, *parts) for one in texts]


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_comparisons(operator: str, tmp_path: Path) -> None:
    """Two columns are compared as the walk compares two facts: smaller, equal, greater."""
    file = tmp_path / "chart.yaml"
    file.write_text(
        "notifyrules: 1\nfacts: {one: int, other: int}\n"
        f"flow:\n  q: {{ask: So?, if: one {operator} other, then: y, else: n}}\n"
        "outcomes: {y: {notify: true, because: so}, n: {notify: false, because: not so}}\n",
        "utf-8",
    )
    rules, rows = load(file), [{"one": one, "other": 2} for one in (1, 2, 3)]

    assert rules.decide_frame(frame_of(rules, rows))["reason"].to_list() == walked(rules, rows)
