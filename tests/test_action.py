"""The action for pull requests: its file is valid, and its steps do in a shell what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cli import TEAM_CHAT
from tests.versions import EDITED

ROOT = Path(__file__).parents[1]
ACTION: Mapping[str, object] = YAML(typ="safe").load(ROOT / "action.yml")
MARK = "<!-- notifyrules diff -->"
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  *--paginate*) cat "$KNOWN" ;;
  *) exit "${REFUSED:-0}" ;;
esac
"""
"""Answers in place of the network, and writes down what it was asked."""
PYTHON = """#!/bin/sh
mkdir -p "$3/bin"
cp "$(command -v gh)" "$3/bin/pip"
"""


def steps() -> dict[str, dict[str, str]]:
    """Give the steps by their names."""
    runs = ACTION["runs"]
    assert isinstance(runs, dict)
    return {step["name"]: step for step in runs["steps"]}


class TestFile:
    def test_what_it_takes_and_gives(self) -> None:
        """Inputs and outputs are described, and what a step reads is declared."""
        text = (ROOT / "action.yml").read_text("utf-8")
        inputs, outputs = ACTION["inputs"], ACTION["outputs"]
        assert isinstance(inputs, dict)
        assert isinstance(outputs, dict)

        assert set(re.findall(r"\binputs\.(\w+)", text)) == set(inputs)
        assert all(set(one) <= {"description", "required", "default"} for one in inputs.values())
        assert all(set(one) == {"description", "value"} for one in outputs.values())
        assert all(one["description"] for one in (*inputs.values(), *outputs.values()))

    def test_steps(self) -> None:
        """Every step has a shell, and no word of an input stands in a script, where a shell would obey it."""
        assert isinstance(ACTION["runs"], dict)
        assert ACTION["runs"]["using"] == "composite"
        assert all(step["shell"] == "bash" and "${{" not in step["run"] for step in steps().values())


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine that runs steps in a folder with two versions of a rule file."""

    folder: Path

    def run(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step as the runner does, with an environment of its own."""
        step, temporary = steps()[name], self.folder / "temporary"
        path = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        files = {one: str(temporary / one) for one in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "CALLS")}
        environment = {
            "PATH": path,
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(temporary),
            **files,
            "GITHUB_REPOSITORY": "acme/chat",
            "NUMBER": "7",
            "KNOWN": str(temporary / "known"),
            **inputs,
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(
            command, cwd=self.folder / "work", env=environment, check=False, capture_output=True, text=True
        )

    def read(self, name: str) -> str:
        """Read what a step wrote."""
        file = self.folder / "temporary" / name
        return file.read_text("utf-8") if file.exists() else ""

    def write(self, name: str, text: str) -> None:
        """Change a file of the pull request."""
        (self.folder / "work" / name).write_text(text, "utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Make a checkout whose first commit has the old version."""
    for folder in ("bin", "temporary", "work/rules"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in {"gh": GH, "python3": PYTHON}.items():
        (tmp_path / "bin" / name).write_text(text, "utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "temporary" / "known").write_text("", "utf-8")
    made = Runner(tmp_path)
    made.write("rules/team chat.yaml", TEAM_CHAT)
    made.write("rules/other.yaml", TEAM_CHAT.replace("Channel muted?", "Muted?"))
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "old"]):
        subprocess.run([*git, *words], cwd=tmp_path / "work", check=True)
    return made


@pytest.mark.slow
class TestSteps:
    def test_install(self, runner: Runner) -> None:
        """What is installed is the action's own version, and later steps find it."""
        assert runner.run("Install notifyrules", GITHUB_ACTION_PATH="/the action").returncode == 0
        assert runner.read("CALLS") == "install --quiet /the action[prove]\n"
        assert runner.read("GITHUB_PATH").endswith("/temporary/notifyrules/bin\n")

    def test_compare(self, runner: Runner) -> None:
        """Every file of the pattern is told, with its picture, and a new one is said to be new."""
        runner.write("rules/team chat.yaml", EDITED)
        runner.write("rules/new.yaml", TEAM_CHAT)
        found = runner.run("Compare", RULES="rules/*.yaml", BASE="HEAD", ALLOW="no->hold\n")
        comment = runner.read("notifyrules.md")

        assert (found.returncode, found.stderr) == (0, "")
        assert comment.startswith(f"{MARK}\n\n### new.yaml\n\nThis rule file is new.\n\n### ")
        assert comment.count("\n```mermaid\nflowchart TD\n") == 2
        assert "`no->hold`" in comment
        assert "`no->hold` — not allowed" not in comment
        assert "This rule file is new." in runner.read("GITHUB_STEP_SUMMARY")
        assert runner.read("GITHUB_OUTPUT") == "allowed=false\n"

    def test_all_is_allowed(self, runner: Runner) -> None:
        """The output says so."""
        runner.write("rules/team chat.yaml", EDITED)
        found = runner.run("Compare", RULES="rules/team chat.yaml", BASE="HEAD", ALLOW="*->*\nfacts:refused\n")

        assert (found.returncode, runner.read("GITHUB_OUTPUT")) == (0, "allowed=true\n")

    def test_nothing_is_changed(self, runner: Runner) -> None:
        """That is said, and no comment is written unless there is one to be kept up to date."""
        assert runner.run("Compare", RULES="rules/*.yaml", BASE="HEAD", ALLOW="").returncode == 0
        assert runner.read("notifyrules.md") == f"{MARK}\n\nNo rule file is changed.\n"
        assert runner.run("Comment").returncode == 0
        assert len(runner.read("CALLS").splitlines()) == 1
        (runner.folder / "temporary" / "known").write_text("5\n", "utf-8")
        assert runner.run("Comment").returncode == 0
        assert "--method PATCH repos/acme/chat/issues/comments/5 " in runner.read("CALLS")

    @pytest.mark.parametrize(
        ("rules", "code", "told"),
        [("rules/none.yaml", 2, "there is no file rules/none.yaml"), ("rules/other.yaml", 1, "error[")],
        ids=["no file", "errors"],
    )
    def test_what_cannot_be_compared(self, runner: Runner, rules: str, code: int, told: str) -> None:
        """The step fails, and says why."""
        runner.write("rules/other.yaml", "notifyrules: 1\nflow: {}\n")
        found = runner.run("Compare", RULES=rules, BASE="HEAD", ALLOW="")

        assert found.returncode == code
        assert told in found.stdout + found.stderr

    def test_one_comment(self, runner: Runner) -> None:
        """It is written once, and brought up to date from then on, as long as it is."""
        (runner.folder / "temporary" / "notifyrules.md").write_text(f"{MARK}\n\nSomething.\n", "utf-8")
        assert runner.run("Comment").returncode == 0
        (runner.folder / "temporary" / "known").write_text("12\n34\n", "utf-8")
        assert runner.run("Comment").returncode == 0
        listed, first, again, second = runner.read("CALLS").splitlines()

        assert listed == again
        assert "repos/acme/chat/issues/7/comments?per_page=100" in listed
        assert "--method POST repos/acme/chat/issues/7/comments --field body=@" in first
        assert "--method PATCH repos/acme/chat/issues/comments/12 --field body=@" in second

    def test_comments_are_found_by_their_mark(self, runner: Runner) -> None:
        """What `gh` is told to look for is what stands at the beginning of the comment."""
        runner.run("Comment")
        assert json.dumps(MARK) in runner.read("CALLS")

    def test_a_fork(self, runner: Runner) -> None:
        """Where the comment cannot be written, a warning says where to read it, and the job goes on."""
        (runner.folder / "temporary" / "notifyrules.md").write_text(f"{MARK}\n\nSomething.\n", "utf-8")
        found = runner.run("Comment", REFUSED="1")

        assert found.returncode == 0
        assert "::warning::the comment cannot be written" in found.stdout

    def test_the_gate(self, runner: Runner) -> None:
        """Where the change is not allowed, the last step fails."""
        assert runner.run("Hold the change to what is allowed").returncode == 1
