"""Run cases on the command line: which files, which reports, which exit codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from notifyrules.cli import running
from tests.charts import chart
from tests.cli import run
from tests.suites import write_cases

PASSES = '  - {name: a dm, given: {message.kind: dm}, tags: [smoke], expect: "yes"}\n'
FAILS = '  - {name: a group, given: {message.kind: group}, expect: "yes"}\n'
SKIPPED = '  - {name: a channel, given: {message.kind: channel}, expect: "yes", skip: not decided yet}\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestFiles:
    @pytest.mark.parametrize("paths", [[], ["."], ["chat.cases.yaml"], ["chat.yaml"], [".", "chat.yaml"]])
    def test_named_or_beside_the_rules_or_in_a_folder(self, folder: Path, paths: list[str]) -> None:
        """Each file of cases is run once."""
        write_cases(folder, PASSES)

        done = run("test", *paths)

        assert (done.code, done.out) == (0, "1 passed\n")

    def test_several_files_have_a_line_each(self, folder: Path) -> None:
        """Files are run in the order of their names, and counted together."""
        (folder / "a").mkdir()
        write_cases(folder, PASSES + SKIPPED)
        write_cases(folder / "a", PASSES)

        assert run("test").out == (
            "SKIPPED chat.cases.yaml:5:12: a channel: not decided yet\n"
            "chat.cases.yaml: 1 passed, 1 skipped\na/chat.cases.yaml: 1 passed\n2 passed, 1 skipped\n"
        )

    def test_cases_of_the_package(self) -> None:
        """Rules are named like everywhere."""
        assert run("test", "slack").code == 0

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            (".", "holds no cases"),
            ("none", "`none` does not exist"),
            ("alone.yaml", "no cases stand beside `alone.yaml`"),
            ("none.cases.yaml", "`none.cases.yaml` does not exist"),
        ],
    )
    def test_a_run_that_finds_no_case_fails(self, folder: Path, path: str, message: str) -> None:
        """Whatever the reason, it is told."""
        (folder / "alone.yaml").write_text("notifyrules: 1\n", "utf-8")

        done = run("test", path)

        assert done.code == 2
        assert message in done.out + done.err

    def test_how_cases_begin(self, folder: Path) -> None:
        """Where there are none, it is said what a file of them begins with, and `--fill` goes on from that."""
        (folder / "alone.yaml").write_text(chart('q: {if: b, then: "yes", else: "no"}'), "utf-8")
        told = run("test", "alone.yaml", "--fill").err
        lines = [f"{part}\n" for part in told.split("`")[1::2] if ": " in part]
        (folder / "alone.cases.yaml").write_text("".join(lines).replace("name.yaml", "alone.yaml"), "utf-8")

        assert run("test", "alone.yaml", "--fill").out.endswith("2 passed\n")

    def test_files_of_other_tools_are_left_alone(self, folder: Path) -> None:
        """A file that is only named like cases is not ours."""
        write_cases(folder, PASSES)
        (folder / "other.cases.yaml").write_text("steps: []\n", "utf-8")

        assert run("test").out == "1 passed\n"

    def test_virtual_environments_are_left_alone(self, folder: Path) -> None:
        """The package that is installed in one brings cases of its own."""
        write_cases(folder, PASSES)
        (folder / "env" / "lib").mkdir(parents=True)
        (folder / "env" / "pyvenv.cfg").touch()
        write_cases(folder / "env" / "lib", FAILS)

        assert run("test").out == "1 passed\n"

    def test_the_root(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rules outside of the working directory are refused unless the root is wider."""
        inner = folder / "inner"
        inner.mkdir()
        write_cases(inner, f"notifyrules-cases: 1\nrules: ../chat.yaml\ncases:\n{PASSES}")
        (inner / "chat.yaml").rename(folder / "chat.yaml")
        monkeypatch.chdir(inner)

        assert "error[outside-root]" in run("test").out
        assert run("test", "--root", "..").code == 0


class TestChoosing:
    @pytest.mark.parametrize(
        ("options", "out"),
        [
            (["-k", "DM"], "1 passed\n"),
            (["--filter", "a", "--tag", "smoke"], "1 passed\n"),
            (["--tag", "smoke", "--tag", "slow"], "1 passed\n"),
            (["--outcome", "yes", "-k", "dm"], "1 passed\n"),
        ],
    )
    def test_by_name_tag_and_outcome(self, folder: Path, options: list[str], out: str) -> None:
        """What is not chosen is neither run nor counted."""
        write_cases(folder, PASSES + FAILS)

        assert run("test", *options).out == out

    def test_nothing_chosen_fails(self, folder: Path) -> None:
        """A filter with a typing mistake is no green run."""
        write_cases(folder, PASSES)

        done = run("test", "-k", "nothing")

        assert (done.code, done.err) == (1, "error: no case was found that is asked for\n")

    def test_the_first_failure_ends_the_run(self, folder: Path) -> None:
        """What comes behind it is not run."""
        write_cases(folder, FAILS + FAILS.replace("a group", "another") + PASSES)

        assert run("test", "-x").out.endswith("\n1 failed\n")
        assert run("test").out.endswith("\n2 failed, 1 passed\n")


class TestManyFailures:
    @pytest.fixture(autouse=True)
    def _recorded(self, folder: Path) -> None:
        """Record 95 groups that should have been told, and some more of other kinds."""
        recorded: list[Mapping[str, object]] = [
            *({"message.kind": "group"} for _ in range(95)),
            *({"message.kind": "dm", "channel.muted": True} for _ in range(2)),
            *({"message.kind": "dm", f"channel.mute{number}": True} for number in range(20)),
        ]
        rows = [{"id": number, "facts": facts, "expect": "yes"} for number, facts in enumerate(recorded, 1)]
        each = "  - {name: all, each: {message.kind: [group, channel]}, expect: 'yes'}\n"
        write_cases(
            folder,
            f"{FAILS}{FAILS.replace('a group', 'another')}{each}  - {{name: recorded, rows: rows.jsonl}}\n",
            rows="\n".join(map(json.dumps, rows)),
        )

    def test_one_stands_for_all_that_end_by_the_same_arrow(self) -> None:
        """It is told as ever, and the others are counted; cases that are written out stand alone."""
        lines = run("test").out.splitlines()

        assert [line.partition(": ")[2] for line in lines if line.startswith("FAILED")] == [
            "a group",
            "another",
            "all [message.kind=group]",
            "recorded [1]",
            "recorded [96]",
            "recorded [98]",
        ]
        assert lines[-6:] == [
            "1 more fails by `worth_it.else` like all [message.kind=group]: [message.kind=channel]",
            "94 more fail by `worth_it.else` like recorded [1]: [2], [3], [4], [5], [6] and 89 more",
            "1 more fails by `muted.then` like recorded [96]: [97]",
            "19 more fail like recorded [98]: [99], [100], [101], [102], [103] and 14 more",
            "",
            "121 failed",
        ]

    def test_of_annotations_only_ten_are_shown(self) -> None:
        """So that each counts those that are like it."""
        annotations = [line for line in run("test", "--format", "github").out.splitlines() if line.startswith("::")]

        assert len(annotations) == 6
        assert "94 more fail by `worth_it.else` like recorded [1]" in annotations[3]
        assert "19 more fail like recorded [98]" in annotations[5]

    def test_programs_get_every_one(self) -> None:
        """A build server counts what fails from run to run."""
        [file] = run("test", "--format", "json", "--junit", "out.xml").json["files"]

        assert len(file["cases"]) == 121
        assert len(list(ET.parse("out.xml").getroot().iter("failure"))) == 121  # noqa: S314 - our own


class TestReports:
    def test_findings_fail_and_nothing_of_the_file_is_run(self, folder: Path) -> None:
        """Errors in a file of cases are printed like those of rules."""
        write_cases(folder, PASSES.replace("message.kind", "message.kin"))

        done = run("test")

        assert done.code == 1
        assert done.out.startswith("error[unknown-fact]: `message.kin` is not a fact")
        assert done.out.endswith("\n1 error in cases\n")

    def test_junit(self, folder: Path) -> None:
        """One suite a file, one case a case, and errors for what was found in the file."""
        write_cases(folder, PASSES + FAILS + SKIPPED)
        (folder / "b.cases.yaml").write_text("notifyrules-cases: 1\nrules: chat.yaml\ncases: [{name: x}]\n", "utf-8")

        run("test", "--junit", "out.xml")

        broken, suite = ET.parse("out.xml").getroot()  # noqa: S314 - our own
        assert suite.attrib == {
            "name": "chat.cases.yaml",
            "tests": "3",
            "failures": "1",
            "errors": "0",
            "skipped": "1",
        }
        assert [(case.get("name"), case.get("line"), [part.tag for part in case]) for case in suite] == [
            ("a dm", "4", []),
            ("a group", "5", ["failure"]),
            ("a channel", "6", ["skipped"]),
        ]
        assert [part.tag for case in broken for part in case] == ["error"]

    def test_junit_holds_any_text(self, folder: Path) -> None:
        """Characters that XML does not have are written out."""
        write_cases(folder, FAILS.replace("a group", '"<&> \\uFFFE \\x07"'))

        run("test", "--junit", "out.xml")

        [[case]] = ET.parse("out.xml").getroot()  # noqa: S314 - our own
        assert case.get("name") == "<&> <U+FFFE> <U+0007>"

    def test_a_report_that_cannot_be_written_is_misuse(self, folder: Path) -> None:
        """It is told in one line."""
        write_cases(folder, PASSES)

        assert run("test", "--junit", "none/out.xml").code == 2

    def test_json(self, folder: Path) -> None:
        """Every case with its place and status; a failing one with the whole decision."""
        write_cases(folder, PASSES + FAILS)

        report = run("test", "--format", "json").json

        [passed, failed] = report["files"][0]["cases"]
        assert (report["passed"], report["failed"], passed["status"]) == (1, 1, "passed")
        assert failed["differences"] == [{"what": "outcome", "expected": "yes", "actual": "no"}]
        assert failed["last_node"] == "worth_it"
        assert failed["decision"]["reason"] == "worth_it.else"

    def test_the_same_run_gives_the_same_bytes(self, folder: Path) -> None:
        """No report holds a time or a path of the machine."""
        write_cases(folder, PASSES + FAILS)
        options = ["test", "--format", "json", "--coverage", "--junit"]

        first, second = run(*options, "a.xml"), run(*options, "b.xml")

        assert first.raw == second.raw
        assert (folder / "a.xml").read_bytes() == (folder / "b.xml").read_bytes()
        assert str(folder) not in first.out

    @pytest.mark.parametrize("option", [["--format", "xml"], ["--fail-under", "101"], ["--fail-under", "most"]])
    def test_misuse(self, folder: Path, option: list[str]) -> None:
        """Unknown formats and shares that are none."""
        write_cases(folder, PASSES)

        assert run("test", *option).code == 2

    def test_a_long_run_shows_how_far_it_is(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """On a terminal, beside failures that are printed as they come."""
        monkeypatch.setattr(running, "_LONG_RUN", 1)
        monkeypatch.setattr(running, "_STEP", 1)
        write_cases(folder, FAILS + PASSES)

        done = run("test", terminal=True)

        assert "running cases" in done.err
        assert "running cases" not in done.out
        assert "expected outcome" in done.out


class TestCoverage:
    def test_is_printed_below_the_summary(self, folder: Path) -> None:
        """A table, then what is not covered with its places."""
        write_cases(folder, PASSES)

        done = run("test", "--coverage")

        assert done.code == 0
        assert done.out.splitlines()[2].split() == ["coverage", "nodes", "arrows", "outcomes", "atoms", "total"]
        assert "\n  chat.yaml:12:3: node `muted` was never asked" not in done.out
        assert ": node `limit` was never asked\n" in done.out

    @pytest.mark.parametrize(("least", "code"), [("30", 0), ("30.01", 1), ("30%", 0), ("100", 1)])
    def test_a_threshold_fails_the_run(self, folder: Path, least: str, code: int) -> None:
        """The share is compared as it is, not as it is shown."""
        rules = (
            "notifyrules: 1\nfacts: {a: bool = false, message.kind: dm | group | channel}\n"
            'flow: {x: {if: a, then: "yes", else: "no"}, y: {switch: message.kind, cases: {dm | group | channel: x}}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
        )
        write_cases(folder, '  - {name: x, given: {message.kind: dm}, expect: "no"}\n', rules=rules)

        # Covered are the node x, its arrow x.else and the outcome no, of 2 nodes, 5 arrows, 2 outcomes and 1 atom.
        done = run("test", "--fail-under", least)

        assert done.code == code
        assert ("error: 30.0% is covered, less than" in done.err) == bool(code)

    def test_rules_without_cases_count(self, folder: Path) -> None:
        """A rule file in a folder that is tested, about which there are no cases, is not covered at all."""
        write_cases(folder, PASSES)
        (folder / "lone.yaml").write_text((folder / "chat.yaml").read_text("utf-8"), "utf-8")

        report = run("test", "--coverage", "--format", "json").json["coverage"]

        assert [(file["file"], file["covered"] > 0) for file in report["files"]] == [
            ("chat.yaml", True),
            ("lone.yaml", False),
        ]
        assert json.dumps(report["files"][1]["nodes"]) == '{"covered": 0, "total": 6}'

    def test_is_drawn_on_the_charts(self, folder: Path) -> None:
        """One picture a rule file, where the rule file stands below the folder."""
        (folder / "a").mkdir()
        write_cases(folder / "a", PASSES)

        assert run("test", "--charts", "out/pictures").code == 0
        assert "Coverage: " in (folder / "out" / "pictures" / "a" / "chat.svg").read_text("utf-8")
