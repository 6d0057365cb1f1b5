"""Hold `decide --rows` to the decisions of its rows, in every format, and to losing none of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from notifyrules import ReceiptWriter, load
from notifyrules.rows.traffic import batches
from tests.charts import asks, rules_of
from tests.cli import run, team_chat
from tests.test_columns_frames import recorded
from tests.traffic import FORMATS, plain, reasons, written

ROWS = [{"message.kind": kind, "channel.muted": muted} for kind in ("dm", "group") for muted in (True, False)]


class TestFormats:
    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize("target", ["parquet", "csv", "jsonl"])
    def test_every_format(self, form: str, target: str, tmp_path: Path) -> None:
        """Rows of every format are decided as one by one, and written in every format."""
        rules = load("slack")
        rows = plain(rules, [{"channel.muted": True}, {"message.is_dm": True}, {"preferences.channel": "everything"}])
        file = tmp_path / f"decided.{target}"
        done = run("decide", "slack", "--rows", written(rules, rows, form, tmp_path / "rows"), "-o", file, "--json")

        assert done.code == 0, done.err
        assert reasons(file) == [rules.decide(row).reason for row in rows]
        assert done.json["decided"] == len(rows)

    @pytest.mark.slow
    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize("name", ["slack", "zulip", "matrix"])
    def test_corpora(self, name: str, form: str, tmp_path: Path) -> None:
        """Every row of a corpus has the reason that it has alone, in every format."""
        rules, rows = recorded(name)
        file = written(rules, plain(rules, rows), form, tmp_path / "rows")
        done = run("decide", name, "--rows", file, "--json")

        counted = Counter({one["reason"]: one["count"] for one in done.json["counts"]})
        assert counted == Counter(rules.decide(row).reason for row in rows)

    def test_words(self, tmp_path: Path) -> None:
        """What else is asked for is written behind the reason, in all formats as alone."""
        rules, (first, *_) = load("slack"), plain(load("slack"), [{"channel.muted": True}])
        for form in FORMATS[:3]:
            file = tmp_path / "decided.jsonl"
            rows = written(rules, [first], form, tmp_path / form)
            run("decide", "slack", "--rows", rows, "-o", file, "--with", "because,recheck_at")
            told = json.loads(file.read_text("utf-8"))

            assert (told["because"], told["recheck_at"]) == (rules.decide(first).because, None)

    def test_folders(self, tmp_path: Path) -> None:
        """A folder is all of its files, and what the names of its folders say is a column."""
        for team in ("red", "blue"):
            folder = tmp_path / f"team={team}"
            folder.mkdir()
            pl.DataFrame({"channel.muted": [True, False]}).write_parquet(folder / "0.parquet")
        (tmp_path / "_SUCCESS.csv").write_text("no,data\n1,2\n", "utf-8")
        done = run("decide", "slack", "--rows", tmp_path, "-o", tmp_path.parent / "all.parquet")

        assert done.code == 0, done.err
        assert pl.read_parquet(tmp_path.parent / "all.parquet")["team"].to_list() == ["blue"] * 2 + ["red"] * 2

    def test_only_facts(self, tmp_path: Path) -> None:
        """Only columns of facts are read, in structs too; of a file that has none all are, so that it has its rows."""
        pl.DataFrame({"channel": [{"muted": True}], "n": 1}).write_parquet(tmp_path / "a.parquet")
        pl.DataFrame({"n": [1, 2]}).write_parquet(tmp_path / "b.parquet")
        (first, second) = batches([tmp_path / "a.parquet", tmp_path / "b.parquet"], {"channel"})

        assert (first.frame.columns, len(second)) == (["channel"], 2)  # type: ignore[union-attr]

    def test_all_as_by_default(self, tmp_path: Path) -> None:
        """Rows may give no fact at all: receipts leave out what has its default."""
        (tmp_path / "a.jsonl").write_text("{}\n", "utf-8")

        assert run("decide", "slack", "--rows", tmp_path, "--json").json["decided"] == 1

    def test_set(self, tmp_path: Path) -> None:
        """Facts that are set hold for all rows."""
        file = tmp_path / "rows.jsonl"
        file.write_text('{"message.is_dm": true}\n', "utf-8")
        done = run("decide", "slack", "--rows", file, "--set", "channel.muted=true", "--json")

        assert done.json["counts"][0]["reason"] == "muted_thread.else"

    def test_empty_cells(self, tmp_path: Path) -> None:
        """An empty cell is a fact that is not given, and `""` the empty text, beside cells of any kind."""
        (tmp_path / "chart.yaml").write_text(asks("maybe_t == '' and t == 'a,\"b'"), "utf-8")
        (tmp_path / "a.csv").write_text('maybe_t,t\n"","a,""b"\n,"a,""b"\n"",c\n', "utf-8")
        done = run("decide", tmp_path / "chart.yaml", "--rows", tmp_path / "a.csv", "-o", tmp_path / "b.jsonl")

        assert done.code == 0, done.err
        assert reasons(tmp_path / "b.jsonl") == ["q.then", "q.else", "q.else"]

    @pytest.mark.parametrize("form", FORMATS[:3])
    def test_each(self, form: str, tmp_path: Path) -> None:
        """With `--each` every row is decided for every medium, by the facts of that medium."""
        rules = load("slack")
        file, frame = (
            tmp_path / f"rows.{form}",
            pl.DataFrame({"message.is_dm": [True], "preferences.global@mobile": "never"}),
        )
        row = {"facts": {"message": {"is_dm": True}}, "per_medium": {"mobile": {"preferences": {"global": "never"}}}}
        if form == "jsonl":
            file.write_text(json.dumps(row), "utf-8")
        else:
            frame.write_parquet(file) if form == "parquet" else frame.write_csv(file)
        done = run("decide", "slack", "--rows", file, "--each", "-o", tmp_path / "out.jsonl")
        told = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
        found = rules.should_notify_each({"message.is_dm": True}, {"mobile": {"preferences.global": "never"}})

        assert done.code == 0, done.err
        assert {one["device.kind"]: one["reason"] for one in told} == {name: one.reason for name, one in found.items()}


class TestBroken:
    @pytest.mark.parametrize(
        ("name", "text", "told"),
        [
            ("a.jsonl", '{"message.kind": "dm"}\n{"message.kind": "x"}\n', "2: message.kind: expected one of"),
            ("a.jsonl", '{"message.kind": "dm"}\n{"message.kind"\n', "2: this is not JSON: expected"),
            ("a.jsonl", '{"message.kind": "dm"}\n[1]\n', "2: a row is an object of facts"),
            ("a.jsonl", '{"message.kind": "dm"}\n{"a": 1, "a": 2}\n', "2: `a` stands twice"),
            ("a.jsonl", '{"message.kind": "dm"}\n{}\n', "2: message.kind: "),
            ("a.csv", "message.kind\ndm\nx\n", "3: message.kind: expected one of `dm`, `group`, `channel`"),
            ("a.csv", "message.kind,id\ndm,1\ndm\n", "3: expected 2 cells, found 1"),
            ("a.csv", "message.kind,message.size\ndm,1\ndm,1.5\n", "3: message.size: expected an integer"),
            ("a.csv", "message.kind,message.labels\ndm,\"[\"\"a\"\"]\"\ndm,[1]\n", "3: message.labels: expected"),
        ],
    )  # fmt: skip
    def test_set_aside(self, name: str, text: str, told: str, tmp_path: Path) -> None:
        """A row that nothing can be decided for is counted, shown and kept; the others are decided."""
        file, aside = tmp_path / name, tmp_path / "broken.jsonl"
        file.write_text(text, "utf-8")
        done = run("decide", team_chat(tmp_path), "--rows", file, "--broken", aside, "--json")

        assert done.code == 1
        assert done.json["decided"] == 1
        assert done.json["broken"]["number"] == 1
        assert f"set aside: 1 row that nothing can be decided for\n  {file}:{told}" in done.err
        assert f"{json.loads(aside.read_text())['row']}: {json.loads(aside.read_text())['problem']}".startswith(told)

    def test_frames(self, tmp_path: Path) -> None:
        """Of a frame only the rows are set aside that do not fit, whatever column it is."""
        file = tmp_path / "a.parquet"
        kinds, sizes = ["dm", "x", "dm", None, "dm"], [1, 2, 2**60, 4, 5]
        pl.DataFrame({"message.kind": kinds, "message.size": sizes}).write_parquet(file)
        done = run("decide", team_chat(tmp_path), "--rows", file, "-o", tmp_path / "b.parquet", "--json")

        assert pl.read_parquet(tmp_path / "b.parquet")["message.size"].to_list() == [1, 5]
        assert [one["row"] for one in done.json["broken"]["first"]] == [2, 3, 4]

    def test_numbers(self, tmp_path: Path) -> None:
        """A row has its number in the file, in whatever batch it is read, and whatever lines its cells have."""
        kinds = pl.Series(["dm"] * 70_000).to_frame("message.kind").with_row_index("n", 1)
        kinds = kinds.with_columns(
            pl.when(pl.col("n") == 50_000).then(pl.lit("x")).otherwise("message.kind").alias("message.kind")
        )
        kinds.write_parquet(tmp_path / "a.parquet")
        (tmp_path / "b.jsonl").write_text('{"message.kind": "dm"}\n\n' * 5_000 + "x\n", "utf-8")
        (tmp_path / "c.csv").write_text('message.kind,note\ndm,"two\nlines"\nx,\n', "utf-8")
        found, given = {}, []
        for file in ("a.parquet", "b.jsonl", "c.csv"):
            done = run("decide", team_chat(tmp_path), "--rows", tmp_path / file, "--json")
            found[file] = [one["row"] for one in done.json["broken"]["first"]]
            given.append(done.json["broken"]["first"][0]["given"])

        assert found == {"a.parquet": [50_000], "b.jsonl": [10_001], "c.csv": [4]}
        assert given[0] == {"n": 50_000, "message.kind": "x"}

    def test_no_utf8(self, tmp_path: Path) -> None:
        """Text that is no UTF-8 breaks its row alone."""
        for name, good, bad in (
            ("a.csv", b"message.kind,id\ndm,1\n", b"dm,\xff\n"),
            ("b.jsonl", b"", b'{"x": "\xff"}'),
        ):
            (tmp_path / name).write_bytes(good + bad)
            done = run("decide", team_chat(tmp_path), "--rows", tmp_path / name)

            assert "it is not UTF-8 text" in done.err

    def test_not_kept(self, tmp_path: Path) -> None:
        """What a receipt does not keep is not known: it is decided for where nothing asks for it."""
        rules = rules_of(asks("b or i > 3").replace("i: int = 0", "i: {type: int, default: 0, private: true}"))
        (tmp_path / "chart.yaml").write_text(asks("b or i > 3"), "utf-8")
        assert rules.graph.facts["i"].private
        with ReceiptWriter(tmp_path / "kept") as writer:
            for b in (True, False):
                writer.write(rules.decide({"b": b, "i": 9}))
        (tmp_path / "chart.yaml").write_text(rules.graph.files[rules.graph.path].text, "utf-8")
        done = run("decide", tmp_path / "chart.yaml", "--rows", tmp_path / "kept", "--json")

        assert [one["count"] for one in done.json["counts"]] == [1]
        assert done.json["broken"]["first"][0]["problem"].startswith("i: ")


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "text", "told"),
        [
            ("a.txt", "", "does not tell its format"),
            ("a.csv", "a,b\n1,2\n", "holds no fact of these rules; it holds `a`, `b`"),
            ("a.csv", "a,a\n", "does not name its columns in its first row, each once"),
            ("a.csv", "channel.muted;n\n1;2\n", "commas part the cells of CSV here"),
            ("a.csv", "channel.muted,caf\udce9\n", "a.csv` is not UTF-8 text"),
            ("a.parquet", "x", "a.parquet` is no Parquet"),
            ("a.parquet", "", "a.parquet` is no Parquet"),
            ("a.parquet", "PAR1", "a.parquet` is cut off"),
            ("a.parquet", "PAR1 PAR1", "a.parquet` cannot be read: "),
            ("none/", "", "does not exist"),
        ],
    )
    def test_files(self, name: str, text: str, told: str, tmp_path: Path) -> None:
        """A file that cannot be read is named."""
        if not name.endswith("/"):
            (tmp_path / name).write_text(text, "utf-8", "surrogateescape")
        done = run("decide", "slack", "--rows", tmp_path / name)

        assert done.code == 2
        assert told in done.err

    def test_missing_column(self, tmp_path: Path) -> None:
        """A file without a column for a fact that has no default is named."""
        (tmp_path / "chart.yaml").write_text(asks("b").replace("b: bool = false", "b: bool"), "utf-8")
        pl.DataFrame({"c": [True]}).write_parquet(tmp_path / "a.parquet")
        done = run("decide", tmp_path / "chart.yaml", "--rows", tmp_path / "a.parquet")

        assert done.code == 2
        assert done.err.startswith(f"error: `{tmp_path}/a.parquet`: b: has no column and no default\n")

    def test_a_file_of_something_else(self, tmp_path: Path) -> None:
        """A file without any fact is refused wherever it stands in a folder, and nothing is decided by defaults."""
        pl.DataFrame({"channel.muted": [True]}).write_parquet(tmp_path / "a.parquet")
        pl.DataFrame({"n": [1, 2]}).write_parquet(tmp_path / "b.parquet")
        done = run("decide", "slack", "--rows", tmp_path)

        assert (done.code, done.out) == (2, "")
        assert "b.parquet` holds no fact of these rules; it holds `n`" in done.err

    def test_no_fact(self, tmp_path: Path) -> None:
        """Where a file holds no fact, the facts are listed as they are declared."""
        pl.DataFrame({"x": [1]}).write_parquet(tmp_path / "a.parquet")
        done = run("decide", "slack", "--rows", tmp_path / "a.parquet")

        assert f"the facts are `{'`, `'.join([*load('slack').graph.facts][:9])}`" in done.err

    def test_misspelt(self, tmp_path: Path) -> None:
        """A column whose name is nearly a fact's is told of; its fact takes the default."""
        (tmp_path / "a.csv").write_text("chanel.muted,message.is_dm\ntrue,true\n", "utf-8")
        done = run("decide", "slack", "--rows", tmp_path / "a.csv")

        assert "`chanel.muted` in" in done.err
        assert "did you mean `channel.muted`?" in done.err

    def test_nothing_is_left(self, tmp_path: Path) -> None:
        """Where rows cannot be written, the file of before stays, and no half of one."""
        (tmp_path / "a.csv").write_text("channel.muted,reason\ntrue,x\n", "utf-8")
        pl.read_csv(tmp_path / "a.csv").write_parquet(tmp_path / "a.parquet")
        (tmp_path / "out.parquet").write_text("before", "utf-8")
        done = run("decide", "slack", "--rows", tmp_path / "a.parquet", "-o", tmp_path / "out.parquet")

        assert done.code == 2
        assert "has a column named `reason` already" in done.err
        assert (tmp_path / "out.parquet").read_text("utf-8") == "before"
        assert not list(tmp_path.glob("*.tmp"))

    @pytest.mark.parametrize("target", ["parquet", "csv"])
    def test_other_columns(self, target: str, tmp_path: Path) -> None:
        """A later file with other columns is refused, and nothing is written."""
        rows = tmp_path / "rows"
        rows.mkdir()
        pl.DataFrame({"channel.muted": [True]}).write_parquet(rows / "a.parquet")
        pl.DataFrame({"channel.muted": [True], "n": [1]}).write_parquet(rows / "b.parquet")
        done = run("decide", "slack", "--rows", rows, "-o", tmp_path / f"out.{target}")

        assert done.code == 2
        assert "b.parquet` has other columns than the files before" in done.err
        assert not list(tmp_path.glob("out*"))

    def test_options(self) -> None:
        """What is said of rows needs rows."""
        assert run("decide", "slack", "-o", "x.csv").code == 2


def test_progress(tmp_path: Path) -> None:
    """On a terminal a bar tells how far it has come, and goes away."""
    (tmp_path / "a.csv").write_text("channel.muted\n" + "true\n" * 100, "utf-8")
    done = run("decide", "slack", "--rows", tmp_path / "a.csv", terminal=True)

    assert "deciding" in done.err
    assert "count" in done.out
