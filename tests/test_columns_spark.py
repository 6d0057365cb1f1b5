"""Hold frames of Spark to the decisions of their rows, in a real session with several partitions."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from notifyrules import FactsError, Rules, UsageError, backtest, load
from notifyrules.language.values import to_plain
from tests.charts import asks, chart, rules_of
from tests.cli import CALLED
from tests.frames import frame_of, walked
from tests.test_columns_frames import CHARTS, recorded

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java, which Spark runs on"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    # What Spark leaves open, it closes when the process ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.xdist_group("spark"),
]
PARTITIONS = 5
SCALE = Path(__file__).parents[1] / "docs" / "scale.md"


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Give a session on this machine."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - it may be missing

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.memory", "1g")
        session = builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


def on_spark(spark: Any, frame: pl.DataFrame, folder: Path) -> Any:  # noqa: ANN401 - of Spark
    """Give a frame of Polars as one of Spark in several partitions, its rows numbered as `n`."""
    frame.with_row_index("n").write_parquet(folder / "rows.parquet")
    return spark.read.parquet(str(folder / "rows.parquet")).repartition(PARTITIONS)


def collected(decided: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - of Spark
    """Give the rows of a frame of Spark in their order."""
    return sorted(decided.toArrow().to_pylist(), key=lambda row: int(row["n"]))


@pytest.mark.parametrize("name", CHARTS)
def test_corpora(name: str, spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - of Spark
    """Every row of every corpus is settled by the arrow of the walk, and has its words."""
    rules, rows = recorded(name)
    frame = on_spark(spark, frame_of(rules, rows), tmp_path)
    found = collected(rules.decide_frame(frame, because=True, extras="ignore"))

    assert frame.rdd.getNumPartitions() == PARTITIONS
    assert [row["reason"] for row in found] == walked(rules, rows)
    assert [row["because"] for row in found] == [rules.decide(row).because for row in rows]


def test_every_type(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - of Spark
    """Facts of every type are read as they are elsewhere, whatever time zone the session has."""
    from pyspark.sql import functions  # noqa: PLC0415 - it may be missing

    facts = (
        "facts:\n  day: date\n  now: instant\n  long: duration\n  zone: timezone\n  quiet: schedule\n"
        "  words: list of text\n  n_or: int | null = null\n  level: {type: low | high, default: low, ordered: true}\n"
    )
    condition = (
        "within(now, zone, quiet) or local_date(now, zone) > day or long > 1h and contains_all(words, ['é'])"
        " or n_or is not null and n_or > 3 or level > 'low'"
    )
    ends = ('"yes": {notify: true, data: {till: {expr: now + long}}}', '"no": {notify: later, recheck: now + long}')
    outcomes = "outcomes:\n" + "".join(f"  {end}\n" for end in ends)
    text = chart(
        f'q: {{if: "{condition}", then: "yes", else: "no"}}',
        facts=facts,
        outcomes=outcomes,
        top="data: {till: instant | null = null}\n",
    )
    rules = rules_of(text)
    names = ("day", "now", "zone", "long", "words", "n_or", "level")
    quiet: list[dict[str, Any]] = [
        {"days": ["sun"], "from": "02:00", "until": "04:00"},
        {"from": "22:00", "until": "23:00"},
    ]
    rows = [
        dict(rules.facts({**dict(zip(names, (*clock, *texts, *numbers), strict=True)), "quiet": quiet}))
        for clock in (
            ("2026-10-25", "2026-10-25T00:30:00.000001Z", "Europe/Berlin"),
            ("2026-10-25", "2026-10-25T03:30:00Z", "Europe/Berlin"),
            ("2026-11-01", "2026-11-01T03:30:00Z", "America/New_York"),
        )
        for texts in (("2h", ["é", "x"]), ("30m", []))
        for numbers in ((None, "low"), (4, "low"), (0, "high"))
    ]
    spark.conf.set("spark.sql.session.timeZone", "Asia/Kolkata")
    # Spark reads no durations of Parquet, but has them as intervals.
    seconds = pl.Series("long", [row["long"].total_seconds() for row in rows])  # type: ignore[union-attr]
    frame = on_spark(spark, frame_of(rules, rows).with_columns(seconds), tmp_path)
    frame = frame.withColumn("long", functions.make_dt_interval(secs=frame["long"]))
    found = collected(rules.decide_frame(frame, data=True, recheck_at=True, extras="ignore"))
    alone = [rules.decide(row) for row in rows]

    assert {one.reason for one in alone} == {"q.then", "q.else"}
    assert [row["reason"] for row in found] == [one.reason for one in alone]
    assert [row["recheck_at"] for row in found] == [one.recheck_at for one in alone]
    assert [row["data"]["till"] for row in found] == [one.data["till"] for one in alone]


def test_specialized(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - of Spark
    """Specialized rules decide as they do elsewhere."""
    rules = load("slack").specialize({"channel.muted": True})
    frame = on_spark(spark, pl.DataFrame({"message.is_dm": [True, False]}), tmp_path)
    found = collected(rules.decide_frame(frame, data=True, extras="ignore"))

    assert [(row["reason"], row["data"]) for row in found] == [("muted_thread.else", None)] * 2


def test_nothing_but_text(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - of Spark
    """Executors need no rule file: what it includes and calls travels with it."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "inner.yaml").write_text(CALLED, "utf-8")
    outer = 'q: {call: inner.yaml, with: {quiet: c}, cases: {held: hold, free: "yes"}}'
    (folder / "outer.yaml").write_text(chart(outer), "utf-8")
    rules = load(folder / "outer.yaml")
    shutil.rmtree(folder)
    frame = on_spark(spark, pl.DataFrame({"c": [True, False]}), tmp_path)

    assert [row["outcome"] for row in collected(rules.decide_frame(frame, extras="ignore"))] == ["hold", "yes"]


def test_mistakes(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - of Spark
    """What is wrong with columns is said at once, and what is wrong with a row names column and row when it is met."""
    frame = on_spark(spark, pl.DataFrame({"kind": ["dm", "x"], "reason": ["", ""]}), tmp_path)
    rules: Rules = rules_of(asks("kind == 'dm'"))

    with pytest.raises(UsageError, match="has a column named `reason` already"):
        rules.decide_frame(frame)
    with pytest.raises(FactsError, match="n: is a column, and not a fact"):
        rules.decide_frame(frame.drop("reason"))
    with pytest.raises(Exception, match='kind: expected one of `dm`, `group`, `channel`, found the text "x" in row'):
        rules.decide_frame(frame.drop("reason"), extras="ignore").toArrow()


@pytest.mark.parametrize(
    "planted",
    [
        ("tzdata/__init__.py", 'IANA_VERSION = "1999z"', "zones 1999z for "),
        ("regex-1.dist-info/METADATA", "Name: regex\nVersion: 1\n", "words 1 for "),
    ],
)
def test_other_tables(
    planted: tuple[str, str, str],
    spark: Any,  # noqa: ANN401 - of Spark
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An executor on which other tables are installed decides nothing, and says which."""
    file, text, differs = planted
    place = tmp_path / "installed" / file
    place.parent.mkdir(parents=True)
    place.write_text(text, "utf-8")
    frame = on_spark(spark, pl.DataFrame({"message.is_dm": [True]}), tmp_path)
    rules = load("slack")
    # Workers of another environment are other processes.
    monkeypatch.setitem(spark.sparkContext.environment, "PYTHONPATH", str(tmp_path / "installed"))

    with pytest.raises(Exception, match=f"an executor has other tables than the driver: {differs}") as caught:
        rules.decide_frame(frame, extras="ignore").toArrow()
    assert "install the same versions of `notifyrules`, `regex` and `tzdata` on both" in str(caught.value)


def test_the_job_of_the_documentation(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """The job that the documentation shows decides and backtests partitioned Parquet as one machine does."""
    old, rows = recorded("slack")
    new = old.graph.files[old.graph.path].text.replace("if: user.in_dnd\n", "if: user.in_dnd or message.is_dm\n")
    (tmp_path / "new.yaml").write_text(new, "utf-8")
    frame = frame_of(old, rows)
    for day in range(3):
        folder = tmp_path / "traffic" / f"day=2026-11-0{day + 1}"
        folder.mkdir(parents=True)
        frame[day::3].write_parquet(folder / "0.parquet")
    monkeypatch.chdir(tmp_path)
    (job,) = re.findall(r"^```py\n(.*?)^```$", SCALE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"spark": spark}
    # The folder of the JVM is another one.
    for place in ("traffic/", "decided/"):
        job = job.replace(f'"{place}"', repr(str(tmp_path / place)))
    exec(job, names)  # noqa: S102 - our own words
    alone = backtest("new.yaml", "traffic", against=old, by="day")

    assert Counter(pl.read_parquet("decided/*/*.parquet")["reason"]) == Counter(walked(old, rows))
    assert sum(row["count"] for row in names["changes"].toArrow().to_pylist()) == alone.changed == 2
    assert {to_plain(str(row["day"])) for row in names["changes"].toArrow().to_pylist()} <= {
        str(day) for day in alone.found.shares
    }
