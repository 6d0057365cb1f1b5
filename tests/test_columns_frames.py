"""Hold frames of every kind to the decisions of their rows, and to errors that name a column, how many and which."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from notifyrules import FactsError, Rules, UsageError, load
from notifyrules.language.values import Value
from tests.charts import asks, chart, rules_of
from tests.frames import by_columns, frame_of, walked

CORPORA = Path(__file__).parent / "corpora"
CHARTS = ("slack", "zulip", "mattermost_push", "mattermost_email", "matrix", "rocketchat", "campfire")
KINDS = ("polars", "lazy", "pandas", "pyarrow", "duckdb")


def recorded(name: str) -> tuple[Rules, list[dict[str, Value]]]:
    """Give the rows of a corpus as facts of its chart."""
    rules = load(name)
    lines = (CORPORA / f"{name}.jsonl").read_text("utf-8").splitlines()
    return rules, [dict(rules.facts(json.loads(line)["facts"])) for line in lines]


def as_kind(frame: pl.DataFrame, kind: str) -> Any:  # noqa: ANN401 - of any engine
    """Give a frame of Polars as one of another kind."""
    match kind:
        case "lazy":
            return frame.lazy()
        case "pandas":
            # Otherwise pandas makes floats of ints with nulls, which are no ints.
            return frame.to_pandas(use_pyarrow_extension_array=True)
        case "pyarrow":
            return frame.to_arrow()
        case "duckdb":
            return duckdb.from_arrow(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))
        case _:
            return frame


def reasons(decided: Any, kind: str) -> list[str]:  # noqa: ANN401 - of any engine
    """Give the reasons in a frame of any kind."""
    match kind:
        case "lazy":
            found = decided.collect()["reason"].to_list()
        case "pyarrow":
            found = decided["reason"].to_pylist()
        case "duckdb":
            found = [reason for (reason,) in decided.select("reason").fetchall()]
        case _:
            found = list(decided["reason"])
    return list(found)


class TestCorpora:
    @pytest.mark.slow
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", CHARTS)
    def test_every_row(self, name: str, kind: str) -> None:
        """Every row of every corpus is settled by the arrow of the walk, on every engine, as text or enumeration."""
        rules, rows = recorded(name)

        with by_columns():
            for enums in (False, True) if kind in ("polars", "lazy") else (False,):
                frame = as_kind(frame_of(rules, rows, enums=enums), kind)
                assert reasons(rules.decide_frame(frame), kind) == walked(rules, rows)


class TestKinds:
    @pytest.mark.parametrize("kind", KINDS)
    def test_same_kind(self, kind: str) -> None:
        """A frame comes back as what it was, with what was decided behind its columns."""
        rules = rules_of(asks("b and i > 3"))
        frame = as_kind(pl.DataFrame({"b": [True, True, False], "i": [4, 3, 9], "t": ["x", "é", ""]}), kind)
        decided = rules.decide_frame(frame)

        assert type(decided) is type(frame)
        assert reasons(decided, kind) == ["q.then", "q.else", "q.else"]

    def test_a_called_chart_says_when_to_ask_again(self) -> None:
        """An outcome that says nothing of it takes it from the chart that was called, in the rows that this holds."""
        outcomes = "outcomes: {held: {notify: later, recheck: now + 5m}, open: {}}\n"
        asked = chart("q: {if: b, then: held, else: open}", facts="facts: {b: bool, now: instant}\n", outcomes=outcomes)
        flow = 'q: {call: asked.yaml, with: {b: b, now: now}, cases: {held: hold, open: "yes"}}'
        found = rules_of(chart(flow), asked=asked).decide_frame(pl.DataFrame({"b": [True, False]}), recheck_at=True)

        assert found["recheck_at"].to_list() == [datetime(2026, 11, 23, 22, 5, tzinfo=UTC), None]

    def test_columns(self) -> None:
        """What is asked for stands behind the columns of the frame."""
        decided = rules_of(asks("b")).decide_frame(pl.DataFrame({"b": [True, False]}), because=True, recheck_at=True)

        assert decided.columns == ["b", "notify", "outcome", "reason", "because", "recheck_at"]
        assert decided["notify"].to_list() == [True, False]
        assert decided["outcome"].to_list() == ["yes", "no"]

    @pytest.mark.parametrize(
        "dtype",
        [pl.String, pl.Categorical, pl.Enum(["dm", "group", "channel"]), pl.Enum(["channel", "x", "dm", "group"])],
        ids=["text", "category", "enumeration", "another enumeration"],
    )
    def test_enumerations(self, dtype: pl.DataType) -> None:
        """An enumeration may be text, a category, or an enumeration of the same or of other values."""
        kinds = ["dm", "channel", "group", "dm"]
        decided = rules_of(asks('kind in ["dm", "group"]')).decide_frame(
            pl.DataFrame({"kind": pl.Series(kinds, dtype=dtype)})
        )

        assert decided["notify"].to_list() == [True, False, True, True]

    @pytest.mark.parametrize(
        "ends",
        [
            ["yes"],
            ["no", "off"],
            ["hold", "no", "hold"],
            ["yes", "no", "hold", "yes", "off", "no"],
            [f"{'yes' if at % 3 else 'no'}{at % 10}" for at in range(14)],
        ],
        ids=["one", "refusals", "later", "mixed", "many"],
    )
    def test_outcomes(self, ends: list[str]) -> None:
        """The outcome of each row is the one that its arrow enters, and it notifies as that says."""
        told = {name: "later" if name == "hold" else str("yes" in name).lower() for name in ends}
        outcomes = "outcomes:\n" + "".join(f'  "{name}": {{notify: {notify}}}\n' for name, notify in told.items())
        rows = ", ".join(f'{{if: i == {at}, to: "{name}"}}' for at, name in enumerate(ends))
        rules = rules_of(chart(f'q: {{first: [{rows}], else: "{ends[-1]}"}}', outcomes=outcomes))
        decided = rules.decide_frame(pl.DataFrame({"i": [*range(len(ends)), -1]}))

        assert decided["outcome"].to_list() == [*ends, ends[-1]]
        assert decided["notify"].to_list() == [told[name] == "true" for name in [*ends, ends[-1]]]

    def test_nothing_but_refusals(self) -> None:
        """No branch is taken where all of them refuse, and so does everything else."""
        flow = """
a: {any: [one, other], else: "no"}
one: {if: b, then: "no", else: "off"}
other: {if: c, then: "no", else: "off"}
"""
        rules = rules_of(chart(flow, outcomes="outcomes: {'no': {notify: false}, 'off': {notify: false}}\n"))

        assert rules.decide_frame(pl.DataFrame({"b": [True, False]}))["reason"].to_list() == ["a.else"] * 2

    def test_structs(self) -> None:
        """Facts may stand in structs, by the parts of their names."""
        facts = "facts:\n  channel.muted: bool = false\n  channel.name: text\n"
        text = asks("channel.muted and channel.name == 'x'").replace(facts, "")
        rules = rules_of(text[: text.index("facts:")] + facts + text[text.index("flow:") :])
        frame = pl.DataFrame({"channel": [{"muted": True, "name": "x"}, {"muted": True, "name": "y"}]})

        assert rules.decide_frame(frame)["reason"].to_list() == ["q.then", "q.else"]

    def test_empty(self) -> None:
        """A frame without rows is decided, and so is one without columns of facts."""
        rules = rules_of(asks("b"))

        assert rules.decide_frame(pl.DataFrame({"b": []}, schema={"b": pl.Boolean})).height == 0
        assert rules.decide_frame(pl.DataFrame({"x": [1, 2]}), extras="ignore")["reason"].to_list() == ["q.else"] * 2

    def test_clock_changes(self) -> None:
        """Clocks are those of the reference, where they change as well."""
        text = asks('local_time(now, "Europe/Berlin") >= 02:30').replace('"Europe/Berlin"', "zone")
        rules = rules_of(text.replace("facts:\n", "facts:\n  zone: timezone = Europe/Berlin\n"))
        start = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp())
        rows = [
            dict(rules.facts({"now": datetime.fromtimestamp(start + minutes * 60, UTC)}))
            for minutes in range(0, 300, 7)
        ]

        with by_columns():
            assert rules.decide_frame(frame_of(rules, rows))["reason"].to_list() == walked(rules, rows)


class TestErrors:
    @pytest.mark.parametrize(
        ("columns", "problem"),
        [
            (
                {"i": [1, 2**60, 2**61]},
                "i: expected an integer within plus or minus 2^53, found a number of many digits in row 2",
            ),
            (
                {"kind": ["dm", "dm", "chanel"]},
                'kind: expected one of `dm`, `group`, `channel`, found the text "chanel" in row 3',
            ),
            ({"b": [True, None, None]}, "b: expected true or false, found null in row 2, and in 1 more"),
            ({"t": [1, 2]}, "t: expected text, found the number 1 in row 1, and in 1 more"),
            ({"i": [1.5]}, "i: expected an integer, found the number 1.5 in row 1"),
            ({"now": [datetime(2026, 1, 1)]}, "now: expected an instant such as"),  # noqa: DTZ001 - what is refused
            ({"levl": ["low"]}, "levl: is a column, and not a fact of these rules\n  help: did you mean `level`?"),
        ],
        ids=["range", "foreign", "null", "type", "fraction", "no zone", "undeclared"],
    )
    def test_columns(self, columns: dict[str, list[Any]], problem: str) -> None:
        """A column that does not fit is named, with what was found, in which row first, and in how many more."""
        with pytest.raises(FactsError) as caught:
            rules_of(asks("b")).decide_frame(pl.DataFrame(columns))

        assert problem in str(caught.value)

    @pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["dm", "chanel"])], ids=["category", "enumeration"])
    def test_foreign_categories(self, dtype: pl.DataType) -> None:
        """A category that is no value of the enumeration does not fit."""
        with pytest.raises(FactsError, match='found the text "chanel" in row 2'):
            rules_of(asks("b")).decide_frame(pl.DataFrame({"kind": pl.Series(["dm", "chanel"], dtype=dtype)}))

    def test_finer(self) -> None:
        """An instant finer than a microsecond is no instant."""
        finer = pl.Series("now", [1_000, 1_001], dtype=pl.Int64).cast(pl.Datetime("ns", "UTC"))

        with pytest.raises(FactsError, match="no finer than the type holds, found one that is in row 2"):
            rules_of(asks("b")).decide_frame(finer.to_frame())

    def test_missing(self) -> None:
        """A fact without a default and without a column is missing, and all problems are told at once."""
        with pytest.raises(FactsError) as caught:
            load("team_chat").decide_frame(pl.DataFrame({"channel.muted": ["yes"]}))

        assert {"channel.muted"} < {problem.path for problem in caught.value.problems}
        assert "has no column and no default" in str(caught.value)

    def test_taken(self) -> None:
        """A frame that has such a column already is refused."""
        with pytest.raises(UsageError, match="the frame has a column named `reason` already"):
            rules_of(asks("b")).decide_frame(pl.DataFrame({"b": [True], "reason": ["x"]}))

    def test_no_frame(self) -> None:
        """What is no frame is refused."""
        with pytest.raises(UsageError, match="expected a frame, found"):
            rules_of(asks("b")).decide_frame([1])

    def test_later_rows(self) -> None:
        """A lazy frame says what does not fit when it is collected."""
        frame = pl.LazyFrame({"kind": ["dm", "chanel"]})

        with pytest.raises(FactsError, match="chanel"):
            rules_of(asks("b")).decide_frame(frame).collect()


def test_light() -> None:
    """Importing and loading rules imports no engine of columns."""
    code = "import sys, notifyrules; notifyrules.load('slack'); print({'polars', 'narwhals'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.slow
def test_nothing_is_left() -> None:
    """What was decided leaves no circle behind that holds its columns until somebody collects it."""
    rules, frame = rules_of(asks("b and has_word(t, 'x')")), pl.DataFrame({"b": [True, False], "t": ["x", "y"]})
    rules.decide_frame(frame, because=True)
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        rules.decide_frame(frame, because=True)
        gc.collect()
        left = [one for one in gc.garbage if isinstance(one, (pl.Series, pl.DataFrame))]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()

    assert left == []
