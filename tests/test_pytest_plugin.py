"""Run pytest in fresh projects that do nothing but have the package installed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import cli
from tests.suites import write_cases

pytestmark = pytest.mark.slow

PASSES = '  - {name: a dm, given: {message.kind: dm}, tags: [smoke], expect: "yes"}\n'
FAILS = '  - {name: a group, given: {message.kind: group}, expect: "yes"}\n'
EACH = '  - {name: kinds, each: {message.kind: [dm, group]}, expect: {because: "you muted x"}, skip: later}\n'
ROWS = '{"id": "a", "facts": {"message.kind": "dm"}, "expect": "yes"}\n[]\n'


@dataclass(frozen=True, slots=True)
class Run:
    """What pytest printed, and how it ended."""

    code: int
    out: str


@dataclass(frozen=True, slots=True)
class Project:
    """A folder in which pytest is run without anything of this project's configuration."""

    pytester: pytest.Pytester

    @property
    def path(self) -> Path:
        """The folder."""
        return self.pytester.path

    def run(self, *arguments: str) -> Run:
        """Run pytest inside of this process."""
        done = self.pytester.runpytest_inprocess("-p", "no:cacheprovider", "--color=no", *arguments)
        return Run(int(done.ret), done.stdout.str())

    def run_apart(self, *arguments: str) -> Run:
        """Run pytest in a process of its own."""
        done = self.pytester.runpytest_subprocess("-p", "no:cacheprovider", "--color=no", *arguments)
        return Run(int(done.ret), done.stdout.str())

    def outcomes(self, *arguments: str) -> list[str]:
        """Run pytest and tell what became of each item."""
        summary = self.run("-rA", "-q", *arguments).out.partition("short test summary info")[2].splitlines()
        return [line.partition(" - ")[0] for line in summary if line.startswith(("PASSED", "FAILED", "ERROR"))]


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    """Give an empty project."""
    return Project(pytester)


class TestCollecting:
    def test_works_with_no_configuration(self, project: Project) -> None:
        """Each case is an item of its own, named by its claim, and its combinations and rows too."""
        write_cases(project.path, PASSES + FAILS + EACH + "  - {name: logged, rows: rows.jsonl}\n", rows=ROWS)

        collected = project.run("--collect-only", "-q").out.splitlines()

        assert [line for line in collected if "::" in line] == [
            "chat.cases.yaml::a dm",
            "chat.cases.yaml::a group",
            "chat.cases.yaml::kinds [message.kind=dm]",
            "chat.cases.yaml::kinds [message.kind=group]",
            "chat.cases.yaml::logged [a]",
            "chat.cases.yaml::logged [line 2]",
        ]

    def test_an_item_is_run_by_its_id(self, project: Project) -> None:
        """As it is printed."""
        write_cases(project.path, PASSES + FAILS + "  - {name: logged, rows: rows.jsonl}\n", rows=ROWS)

        assert project.outcomes("chat.cases.yaml::logged [a]") == ["PASSED chat.cases.yaml::logged [a]"]

    @pytest.mark.parametrize(
        ("words", "expected"), [("dm", ["PASSED chat.cases.yaml::a dm"]), ("smoke", ["PASSED chat.cases.yaml::a dm"])]
    )
    def test_is_chosen_by_words_and_tags(self, project: Project, words: str, expected: list[str]) -> None:
        """`-k` looks at names and at tags."""
        write_cases(project.path, PASSES + FAILS)

        assert project.outcomes("-k", words) == expected

    def test_errors_are_told_when_the_file_is_collected(self, project: Project) -> None:
        """With the findings of `check`, and nothing of the file is run."""
        write_cases(project.path, PASSES + FAILS.replace("message.kind", "message.kin"))

        run = project.run()

        assert run.code == 2
        assert "error[unknown-fact]: `message.kin` is not a fact of `chat.yaml`" in run.out
        assert "help: did you mean `message.kind`?" in run.out
        assert "Traceback" not in run.out

    def test_warnings_are_warnings_of_pytest(self, project: Project) -> None:
        """They can be made errors like any other."""
        write_cases(
            project.path,
            PASSES.replace("a dm,", "a dm,\n     # a comment\n    ")
            + '  - name: cut #here\n    expect: "no"\n    given: {message.kind: group}\n',
        )

        run = project.run("-W", "default")

        assert run.code == 0
        assert "CasesWarning" in run.out
        assert project.run("-W", "error::notifyrules.pytest_plugin.CasesWarning").code != 0

    def test_files_of_other_tools_are_left_alone(self, project: Project) -> None:
        """A file that is only named like cases is no error."""
        (project.path / "other.cases.yaml").write_text("steps: []\n", "utf-8")

        assert project.run().code == 5

    @pytest.mark.parametrize("start", [".", "tests"])
    def test_rules_stand_anywhere_in_the_project(self, project: Project, start: str) -> None:
        """The project is what pytest takes for it, wherever it is started."""
        (project.path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
        (project.path / "tests").mkdir()
        write_cases(project.path / "tests", f"notifyrules-cases: 1\nrules: ../chat.yaml\ncases:\n{PASSES}")
        (project.path / "tests" / "chat.yaml").rename(project.path / "chat.yaml")

        project.pytester.chdir()
        os.chdir(project.path / start)

        assert project.run().code == 0


class TestRunning:
    def test_failures_read_as_in_the_runner(self, project: Project) -> None:
        """To the letter, without a traceback."""
        write_cases(project.path, FAILS)
        told = cli.run("test").out.partition("\n\n1 failed")[0]

        run = project.run()

        assert run.code == 1
        assert told.startswith("FAILED chat.cases.yaml:4:12: a group\n")
        assert told in run.out
        assert "Traceback" not in run.out

    def test_skipped_cases_are_skipped_with_their_reason(self, project: Project) -> None:
        """Strict markers have nothing against it."""
        write_cases(project.path, EACH)

        run = project.run("-rs", "--strict-markers")

        assert "2 skipped" in run.out
        assert ": later" in run.out

    def test_stops_at_the_first_failure(self, project: Project) -> None:
        """`-x` works as everywhere."""
        write_cases(project.path, FAILS + FAILS.replace("a group", "another") + PASSES)

        assert "1 failed in" in project.run("-x").out

    def test_runs_in_several_processes(self, project: Project) -> None:
        """Every process collects the same items, and failures come back with their text."""
        write_cases(project.path, PASSES + FAILS + "  - {name: logged, rows: rows.jsonl}\n", rows=ROWS)

        run = project.run_apart("-n", "2")

        assert "2 failed, 2 passed" in run.out
        assert "expected outcome  yes" in run.out
        assert "error[bad-row]: expected a JSON object" in run.out

    def test_runs_beside_tests_in_python(self, project: Project) -> None:
        """In the same folder, in the same run."""
        write_cases(project.path, PASSES)
        (project.path / "test_it.py").write_text("def test_it():\n    pass\n", "utf-8")

        assert sorted(project.outcomes()) == ["PASSED chat.cases.yaml::a dm", "PASSED test_it.py::test_it"]


class TestAsleep:
    def test_loads_nothing_until_cases_are_collected(self, project: Project) -> None:
        """A project without cases pays nothing for the plugin."""
        (project.path / "test_it.py").write_text(
            "import sys\n\n\ndef test_it():\n"
            "    names = {name.partition('.')[0] for name in sys.modules}\n"
            "    assert 'notifyrules.pytest_plugin' in sys.modules\n"
            "    assert not names & {'pydantic', 'ruamel', 'lark', 'graphviz', 'typer', 'rich', 'z3'}\n"
            "    assert 'notifyrules.rules' not in sys.modules\n",
            "utf-8",
        )

        # Hypothesis and others have plugins too, which may load what they like.
        run = project.run_apart("-p", "no:hypothesispytest")

        assert run.code == 0, run.out


class TestConform:
    """The fixture `conform` holds rules to an old function in the tests of an application."""

    TESTS = (
        "def old(facts):\n    return facts['message.kind'] == 'dm' and not facts['channel.muted']\n\n"
        "def test_it(conform):\n    conform('chart.yaml', against=old, seconds=5, arguments=None)\n"
    )
    CHART = (
        "notifyrules: 1\nfacts: {channel.muted: bool = false, message.kind: dm | group}\n"
        'flow: {muted: {if: channel.muted, then: "no", else: kind}, '
        'kind: {if: message.kind == "dm", then: "yes", else: "no"}}\n'
        'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
    )

    def test_they_agree(self, project: Project) -> None:
        """Then the test passes."""
        (project.path / "chart.yaml").write_text(self.CHART, "utf-8")
        (project.path / "test_it.py").write_text(self.TESTS, "utf-8")

        assert project.run().code == 0

    def test_they_differ(self, project: Project) -> None:
        """The test fails with the report, and no lines of this package stand above it."""
        (project.path / "chart.yaml").write_text(self.CHART.replace("channel.muted,", "not channel.muted,"), "utf-8")
        (project.path / "test_it.py").write_text(self.TESTS, "utf-8")
        told = project.run()

        assert told.code == 1
        assert "chart `yes`, old function `false`, for" in told.out
        assert "pytest_plugin.py" not in told.out
