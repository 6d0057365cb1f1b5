"""Hold backtests to what both versions decide for every row alone, and to telling all of it."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from notifyrules import Rules, UsageError, backtest, load
from notifyrules.diff.recorded import count_rows
from notifyrules.diff.traffic import Sample
from notifyrules.rows.traffic import Batch
from notifyrules.shipped import shipped_path
from tests.charts import asks, chart, node, rules_of
from tests.cli import run
from tests.frames import frame_of
from tests.test_columns_frames import recorded
from tests.traffic import FORMATS, plain, written

EDITS = {
    "if: user.in_dnd\n": "if: user.in_dnd or message.is_dm\n",
    "if: message.has_highlight_word\n": "if: message.has_highlight_word or message.is_dm\n",
    "if: device.past_push_threshold\n": "if: device.past_push_threshold or user.active\n",
}
"""Edits of the chart of Slack, each of which changes decisions that were recorded."""
MOVED = '{"message.is_dm": true, "preferences.global": "all"}'
"""A row that notified, and does not by the edits."""


def edited(folder: Path, edits: Mapping[str, str] = EDITS, name: str = "slack") -> Path:
    """Write a shipped chart with edits into a folder."""
    source = shipped_path(name)
    assert source is not None
    text = source.read_text("utf-8")
    for was, now in edits.items():
        assert was in text
        text = text.replace(was, now)
    (folder / "new.yaml").write_text(text, "utf-8")
    return folder / "new.yaml"


def rows(folder: Path, lines: Sequence[str]) -> Path:
    """Write JSON Lines into a folder."""
    (folder / "rows.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder / "rows.jsonl"


class TestCounts:
    @pytest.mark.slow
    @pytest.mark.parametrize("form", FORMATS)
    def test_every_row(self, form: str, tmp_path: Path) -> None:
        """In every format exactly those decisions change that change alone."""
        old, given = recorded("slack")
        new = load(edited(tmp_path))
        file = written(old, plain(old, given), form, tmp_path / "rows")
        found = backtest(new, file, against=old)
        alone = count_rows(old.graph, new.graph, ((str(at), row) for at, row in enumerate(plain(old, given))))

        assert (found.total, found.changes) == (alone.total, alone.changes)
        assert found.total == len(given)
        assert len(found.changes) > 1

    def test_frames(self, tmp_path: Path) -> None:
        """Frames are backtested as files are."""
        new = load(edited(tmp_path))
        frame = pl.DataFrame({"message.is_dm": [True, True, False], "preferences.global": "all", "n": [1, 2, 2]})
        for given in (frame, frame.lazy(), frame.to_arrow()):
            found = backtest(new, given, against="slack", by="n")

            assert (found.total, found.changes) == (3, {"yes->no": 2})
            assert {value: one.changed for value, one in found.found.shares.items()} == {"1": 1, "2": 1}

    def test_default(self, tmp_path: Path) -> None:
        """A fact that is left out takes the default of each version."""
        old = asks("b")
        found = backtest(
            rules_of(old.replace("b: bool = false", "b: bool = true")),
            rows(tmp_path, ['{"c": true}', '{"b": false}']),
            against=rules_of(old),
        )

        assert (found.changes, found.found.edits) == ({"no->yes": 1}, ["default of `b` (line 4): `true`, was `false`"])

    def test_by_edit(self) -> None:
        """Each edit has the decisions that it moves alone, and what only several move is told apart."""
        two = chart('q: {if: b and c, then: "yes", else: r}\nr: {if: i > 3, then: "yes", else: "no"}')
        new = rules_of(two.replace("b and c", "b").replace("i > 3", "i > 1"))
        frame = pl.DataFrame({"b": [True, False, True], "c": [False, False, False], "i": [0, 2, 2]})
        found = backtest(new, frame, against=rules_of(two)).found

        assert found.moved_by == Counter({(1,): 1, (2,): 1, (1, 2): 1})
        assert found.changes["no->yes"].examples[2].edits == (1, 2)

    def test_only_together(self) -> None:
        """A decision that no edit moves alone is told so."""
        text = chart('q: {if: b, then: r, else: "no"}\nr: {if: c, then: "yes", else: "no"}')
        new = rules_of(text.replace("if: b", "if: not b").replace("if: c", "if: not c"))
        found = backtest(new, pl.DataFrame({"b": [False], "c": [False]}), against=rules_of(text))

        assert found.found.moved_by == Counter({(): 1})
        assert "only several edits together          1" in found.tell()

    def test_carried(self) -> None:
        """A decision changes too when its outcome means something else, or carries something else."""
        ends = (
            '"yes": {notify: true, data: {n: {expr: i}}}',
            "hold: {notify: later, recheck: at + 1h}",
            '"no": {notify: false}',
        )
        outcomes = "outcomes:\n" + "".join(f"  {end}\n" for end in ends)
        text = chart('q: {if: b, then: "yes", else: hold}', top="data: {n: int = 0}\n", outcomes=outcomes)
        old = rules_of(text)
        frame = frame_of(old, [dict(old.facts({"b": b, "i": i})) for b in (True, False) for i in (0, 1)])
        for was, now, changes in (
            ("{expr: i}", "{expr: i + i}", {"yes->yes": 1}),
            ("at + 1h", "at + 2h", {"hold->hold": 2}),
            ("notify: later, recheck: at + 1h", "notify: false", {"hold(later)->hold(false)": 2}),
            ("if: b", "if: b or b", {}),
        ):
            assert backtest(rules_of(text.replace(was, now)), frame, against=old).changes == changes

    def test_meaning(self) -> None:
        """A decision changes when its outcome means something else, though nothing else does."""
        text = asks("b")
        new = rules_of(text.replace('"no": {notify: false}', '"no": {notify: later}'))
        frame = pl.DataFrame({"b": [True, False]})

        assert backtest(new, frame, against=rules_of(text)).changes == {"no(false)->no(later)": 1}

    def test_refused(self, tmp_path: Path) -> None:
        """What only the new version refuses changes; what the old one refuses is set aside."""
        text = asks("kind == 'dm'")
        new = rules_of(text.replace("kind: dm | group | channel = dm", "kind: dm | group = dm"))
        file = rows(tmp_path, ['{"kind": "dm"}', '{"kind": "channel"}', '{"kind": "x"}', "no JSON"])
        found = backtest(new, file, against=rules_of(text))

        assert (found.total, found.changes, found.aside.number) == (2, {"facts:refused": 1}, 2)
        assert "refused: kind: expected one of `dm`, `group`" in found.tell()

    def test_each(self, tmp_path: Path) -> None:
        """With `each` a row counts once for every medium."""
        file = rows(tmp_path, [MOVED])
        found = backtest(load(edited(tmp_path)), file, against="slack", by="device.kind", each=True)

        assert found.total == len(load("slack").graph.media.names)  # type: ignore[union-attr]
        assert set(found.found.shares) == {"desktop", "mobile"}

    def test_sample(self) -> None:
        """The sample is drawn evenly from the whole stream, however it is cut into batches."""
        sample, graph = Sample(), rules_of(asks("b")).graph
        for at in range(0, 100_000, 5_000):
            sample.look(Batch(Path(), 0, pl.DataFrame({"i": range(at, at + 5_000)})), graph)
        mean = sum(row["i"] for row in sample.kept) / len(sample.kept)  # type: ignore[misc]

        assert len({row["i"] for row in sample.kept}) == 2_000
        assert abs(mean - 50_000) < 4 * 28_868 / 2_000**0.5


class TestTold:
    def test_text(self, tmp_path: Path) -> None:
        """Told is how many, from where to where, by which edit and column, with an example by both charts."""
        old = node('{ask: Asked?, if: b, then: "yes", else: "no"}')
        (tmp_path / "old.yaml").write_text(old, "utf-8")
        (tmp_path / "new.yaml").write_text(old.replace("if: b", "if: b or i > 3"), "utf-8")
        file = rows(tmp_path, ['{"i": 9, "team": "red"}', '{"i": 1, "team": "red"}', '{"b": true, "team": "blue"}'])
        done = run("backtest", tmp_path / "new.yaml", file, "--against", tmp_path / "old.yaml", "--by", "team")

        assert done.code == 0, done.err
        assert done.out == (
            f"{tmp_path}/old.yaml -> {tmp_path}/new.yaml\n"
            "1 of 3 decisions change: 33.33%\n\n"
            "by outcome\n"
            "  change   decisions  of all\n"
            "  no->yes          1  33.33%\n\n"
            "by edit, each made alone\n"
            "  edit                    decisions  of all\n"
            "  1. q (line 18): Asked?          1  33.33%\n\n"
            "by team\n"
            "  team  decisions  change  of these\n"
            "  red           2       1    50.00%\n"
            "  blue          1       0     0.00%\n\n"
            f"no->yes, such as {file}:1\n"
            "  facts   i = 9\n"
            "  before  You were not notified. It was settled by the question “Asked?”, answered “No”. (q.else)\n"
            "  now     You were notified. It was settled by the question “Asked?”, answered “Yes”. (q.then)\n"
        )  # fmt: skip

    def test_markdown(self, tmp_path: Path) -> None:
        """Markdown folds the examples, with every step of both versions."""
        file = rows(tmp_path, [MOVED])
        done = run("backtest", edited(tmp_path), file, "--against", "slack", "--format", "markdown")

        assert "| `yes->no` | 1 | 100.00% |" in done.out
        assert done.out.count("How it was decided") == 2
        assert done.out.count("<details>") == done.out.count("</details>") == 1

    def test_markdown_aside(self, tmp_path: Path) -> None:
        """What is set aside is fenced in Markdown, whatever stands in it."""
        file = rows(tmp_path, ["{}", '{"channel.muted": "```<b>"}'])
        found = backtest("slack", file, against="slack")

        assert found.tell("markdown").endswith(
            "\n\nset aside: 1 row that nothing can be decided for\n\n```\n"
            f"  {file}:2: channel.muted: expected true or false, found the text \"'''<b>\"\n```\n"
        )

    def test_private(self) -> None:
        """No report holds the value of a private fact."""
        text = asks("b").replace('t: text = ""', 't: {type: text, default: "", private: true}')
        new = rules_of(text.replace("'b'", "'not b'"))
        found = backtest(new, pl.DataFrame({"b": [True], "t": ["secret"]}), against=rules_of(text))

        assert found.changed == 1
        assert all("secret" not in found.tell(form) for form in ("text", "markdown", "json"))

    def test_private_in_receipts(self, tmp_path: Path) -> None:
        """A receipt that lacks a private fact which is needed now is set aside, and says why."""
        text = asks("b").replace('t: text = ""', 't: {type: text, default: "", private: true}')
        receipts = [json.dumps(rules_of(text).should_notify({"b": value}).receipt()) for value in (True, False)]
        asked = rules_of(text.replace("'b'", "'b or t == \"x\"'"))
        found = backtest(asked, rows(tmp_path, receipts), against=asked)

        assert ":2: t: is needed, and the receipt holds no value of a private fact\n" in found.tell("markdown")

    @pytest.mark.slow
    def test_picture(self, tmp_path: Path) -> None:
        """The picture has the traffic on the new chart, and marks what settles the decisions that change."""
        file = rows(tmp_path, [MOVED] * 3 + ["{}"])
        picture = tmp_path / "new.svg"
        done = run("backtest", edited(tmp_path), file, "--against", "slack", "--picture", picture)

        assert done.code == 0, done.err
        svg = picture.read_text("utf-8")
        assert "Traffic: 4 decisions, 3 change" in svg
        assert "nr-moved" in svg


class TestGate:
    @pytest.mark.parametrize(
        ("most", "code"), [("50%", 0), ("49.9%", 1), ("0%", 1), ("100 %", 0), ("2", 2), ("101%", 2)]
    )
    def test_gate(self, most: str, code: int, tmp_path: Path) -> None:
        """More changes than may are found; so many are not."""
        file = rows(tmp_path, [MOVED, "{}"])
        new = edited(tmp_path)

        assert run("backtest", new, file, "--against", "slack", "--max-change", most).code == code

    def test_nothing_to_compare(self, tmp_path: Path) -> None:
        """Where no row can be decided, nothing passes in silence."""
        done = run("backtest", edited(tmp_path), rows(tmp_path, ['{"channel.muted": 1}']), "--against", "slack")

        assert done.code == 2
        assert (
            "there are no decisions to compare: channel.muted: expected true or false, found the number 1" in done.err
        )


class TestMistakes:
    def test_column(self) -> None:
        """A column that is not there is named."""
        frame = pl.DataFrame({"channel.muted": [True], "day": 1})
        with pytest.raises(UsageError, match=r"has no column `dya`\n *help: did you mean `day`"):
            backtest("slack", frame, against="slack", by="dya")

    def test_column_of_rows(self, tmp_path: Path) -> None:
        """A column that no row has is told of."""
        for line, told in (
            ('{"channel.muted": true, "team": "red"}', []),
            ("{}", ["no row has `team`, by which is counted"]),
        ):
            warned: list[str] = []
            backtest("slack", rows(tmp_path, [line]), against="slack", by="team", warn=warned.append)

            assert warned == told

    def test_too_many_values(self) -> None:
        """Counting by what is different everywhere is refused."""
        frame = pl.DataFrame({"channel.muted": [True] * 10_001, "id": range(10_001)})
        with pytest.raises(UsageError, match="`id` has more than 10,000 values"):
            backtest("slack", frame, against="slack", by="id")

    def test_no_frame(self) -> None:
        """What is neither a file nor a frame is refused."""
        with pytest.raises(UsageError, match="expected files of rows or a frame, found"):
            backtest("slack", 1, against="slack")


def test_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old version may be that of a revision."""
    monkeypatch.chdir(tmp_path)
    new = edited(tmp_path, {})
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], check=True)  # noqa: S607 - git is where the machine has it
    edited(tmp_path)
    file = rows(tmp_path, [MOVED])
    done = run("backtest", new, file, "--against", "HEAD:new.yaml", "--format", "json")

    assert done.json["changed"] == backtest(new, file, against="HEAD:new.yaml").changed == 1
    assert isinstance(load(new), Rules)
