"""Hold what is asked of the reference: once for each combination, where it counts, and never more than row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import permutations

import polars as pl
import pytest

from notifyrules.columns import numbering
from notifyrules.columns.engine import engine_for
from notifyrules.columns.numbering import number_values
from notifyrules.columns.row_words import RowWords
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.values import Value
from notifyrules.rules import load
from tests.charts import asks, chart, rules_of
from tests.frames import by_columns, walked

ROWS = 6_000


@contextmanager
def noting(name: str) -> Iterator[list[Value]]:
    """Note of what a function is asked first."""
    function, found = FUNCTIONS[name], list[Value]()
    compute = function.compute

    def noted(*arguments: Value) -> Value:
        found.append(arguments[0])
        return compute(*arguments)

    object.__setattr__(function, "compute", noted)
    try:
        yield found
    finally:
        object.__setattr__(function, "compute", compute)


@pytest.fixture
def asked() -> Iterator[list[Value]]:
    """Note the texts that are matched."""
    with noting("matches") as found:
        yield found


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


def test_once(asked: list[Value]) -> None:
    """A term is computed once for each combination of what it reads."""
    rules_of(asks('matches(t, "*7")')).decide_frame(frame(50))

    assert len(asked) == len(set(asked)) == 50


def test_where_it_counts(asked: list[Value]) -> None:
    """Where others settle a condition, wherever they stand, a term that has many combinations is not computed."""
    rules_of(asks('matches(t, "*7") and kind == "dm"')).decide_frame(frame(1_000))

    assert set(asked) == set(frame(1_000).filter(pl.col("kind") == "dm")["t"])


def test_row_by_row(asked: list[Value]) -> None:
    """Where nothing is met twice and much is not reached, each row is decided alone: that is asked of a sample only."""
    nodes = [f'q{at}: {{if: \'matches(t, "*{"?" * at}")\', then: "yes", else: q{at + 1}}}' for at in range(12)]
    rules_of(chart("\n".join([*nodes, 'q12: {if: b, then: "yes", else: "no"}']))).decide_frame(frame(ROWS))

    assert ROWS <= len(asked) < ROWS * 2.2


@pytest.mark.parametrize("texts", [3, 1_000, ROWS], ids=["few", "many", "all different"])
@pytest.mark.parametrize(
    "text",
    [
        'matches(t, "*7") and kind == "dm"',
        'not (matches(t, "*7") or kind == "dm")',
        '(matches(t, "*6") if kind == "dm" else matches(t, "*7")) or i < 3',
        '(matches(t, "*6") if kind != "dm" else matches(t, "*6")) or i < 3',
        '(i > 9 or matches(lower(t), "a")) == (kind == "dm" and matches(t, "*1*"))',
    ],
)
def test_decides(text: str, texts: int) -> None:
    """However much of it is asked, it decides as the walk."""
    assert reasons(text, frame(texts))
    with by_columns():
        assert reasons(text, frame(texts))


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ('has_word("x" if maybe_b ?? true else "y", t)', {"maybe_b": [None, False, True, None], "t": ["x"] * 4}),
        ('has_word(maybe_kind ?? "x", t)', {"maybe_kind": ["dm", None, "group", "dm"], "t": ["x", "x", "x", "dm"]}),
        ('overlaps(maybe_texts ?? ["x"], texts)', {"maybe_texts": [["y"], None, ["x"], None], "texts": [["x"]] * 4}),
        ('has_word(maybe_t ?? "x", t)', {"maybe_t": ["y", None, "x", ""], "t": ["x"] * 4}),
    ],
    ids=["bool", "enumeration", "list", "text"],
)
def test_nulls(condition: str, columns: dict[str, list[object]]) -> None:
    """Null is a value of its own among the combinations, and none of the others."""
    facts = "  maybe_texts: list of text | null = null\n"
    rules = rules_of(asks(condition).replace("facts:\n", f"facts:\n{facts}"))
    rows = [dict(rules.facts(dict(zip(columns, row, strict=True)))) for row in zip(*columns.values(), strict=True)]

    with by_columns():
        assert rules.decide_frame(pl.DataFrame(columns))["reason"].to_list() == walked(rules, rows)


@pytest.mark.parametrize(
    ("guarded", "columns"),
    [
        ('has_word(maybe_t, "x")', {"maybe_t": ["x", None, "y"], "t": ["x"] * 3}),
        (
            'has_word(t, "x" if maybe_t < level else "y")',
            {"maybe_t": ["low", None, "high"], "level": ["mid"] * 3, "t": ["x"] * 3},
        ),
    ],
    ids=["text", "order"],
)
def test_nulls_ruled_out(guarded: str, columns: dict[str, list[object]]) -> None:
    """A null that a guard rules out makes nothing fail where all combinations are asked for."""
    text = asks(f"maybe_t is not null and {guarded}")
    if "level" in guarded:
        ordered = "{type: low | mid | high | null, default: null, ordered: true}"
        text = text.replace("maybe_t: text | null = null", f"maybe_t: {ordered}")
    given = pl.concat([pl.DataFrame(columns)] * 40)
    with by_columns():
        assert rules_of(text).decide_frame(given)["notify"].to_list() == [True, False, False] * 40


def test_many_lists() -> None:
    """Lists are told apart however many there are."""
    given = pl.DataFrame({"texts": [[f"{at % 1_000}", "x"] if at % 7 else [] for at in range(ROWS)]})
    with by_columns():
        assert reasons('"77" in texts or "999" in texts', given)


@pytest.mark.parametrize("seed", range(12))
def test_numbers(seed: int) -> None:
    """Each value has one number, null as well, whatever hashes fall together; a row of it has that value."""
    column = pl.Series([None, *(seed * 1_000 + at % 700 for at in range(900)), None])
    found = number_values(column)

    assert column[found.rows][found.numbers].to_list() == column.to_list()
    assert sorted(found.numbers.unique()) == list(range(701))


@pytest.mark.parametrize("column", [*permutations([[], None, ["a"], ["", "a"]])])
def test_numbers_of_lists(column: tuple[list[str] | None, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are told apart whatever hashes fall together, also where their items are the same one behind the other."""
    monkeypatch.setattr(numbering, "_SLOTS", 1)
    given = pl.Series([*column, *column])
    found = number_values(given)

    assert given[found.rows][found.numbers].to_list() == given.to_list()


def test_days() -> None:
    """A schedule is asked for whole days, and not for each instant."""
    facts = "facts: {at: instant, zone: timezone = UTC, hours: schedule}\n"
    rules = rules_of(chart('q: {if: \'within(at, zone, hours)\', then: "yes", else: "no"}', facts=facts))
    hours = [{"days": ["mon", "thu"], "from": "22:00", "until": "07:00"}]
    instants = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=37 * at) for at in range(ROWS)]
    given = pl.DataFrame({"at": instants, "hours": [hours] * ROWS})
    with noting("within") as found:
        rules.decide_frame(given)

    assert len(found) <= 3 * 2


def test_plans_are_kept() -> None:
    """What a message is specialized to is planned once, whatever else it tells."""
    rules, members = load("slack"), pl.DataFrame({"user.in_dnd": [True, False]})
    known = {"message.is_dm": True, "channel.muted": False}
    rules.specialize({**known, "channel.name": "#one"}).decide_frame(members)
    planned = engine_for.cache_info().misses
    rules.specialize({**known, "channel.name": "#other"}).decide_frame(members)

    assert engine_for.cache_info().misses == planned


def test_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words and data that an arrow always says are looked up; only others need a decision."""
    flow = """
b: {if: b, then: {to: "no", because: plain}, else: c}
c: {if: c, then: {to: "no", because: "of {t}"}, else: "yes"}
"""
    decided: list[object] = []

    def told(_: RowWords, given: object, __: object) -> list[object]:
        decided.append(given)
        return ["asked", None]

    monkeypatch.setattr(RowWords, "_told", told)
    columns = {"b": [True, False, False], "c": [True, True, False], "t": ["x", "y", "z"]}
    found = rules_of(chart(flow)).decide_frame(pl.DataFrame(columns), because=True, data=True)

    assert found["because"].to_list() == ["plain", "asked", None]
    assert len(decided) == 1
