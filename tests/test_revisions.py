"""A rule file may be named as it was in a revision of git, wherever a command takes one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from notifyrules.cli.app import app
from tests.cli import CALLED, TEAM_CHAT, run

CASES = """\
notifyrules-cases: 1
rules: chat.yaml
cases:
  - {name: a direct message, given: {message.kind: dm}, expect: "yes"}
  - {name: recorded, rows: recorded/day.ndjson}
"""
ROW = '{"facts": {"message.kind": "dm", "channel.muted": true}, "expect": "no"}\n'
PAST = "HEAD~1:rules/chat.yaml"
ASKED = ["--set", "message.kind=dm"]
TAKEN = {
    "check": ([PAST, "--no-prove"], f"no findings in {PAST}"),
    "decide": ([PAST, *ASKED], "Notified: yes"),
    "explain": ([PAST, *ASKED], "1. Channel muted?"),
    "why-not": ([PAST, *ASKED, "--wanted", "no"], "Channel muted?"),
    "test": ([PAST], "2 passed"),
    "mutate": ([PAST], "HEAD~1:rules/chat.yaml:"),
    "conform": ([PAST, "--against", "answering:answer", "--seconds", "2"], "old: false"),
    "diff": ([PAST, "rules/chat.yaml"], "muted"),
    "backtest": ([PAST, "--against", "rules/chat.yaml", "traffic.jsonl"], PAST),
    "render": ([PAST, "--to", "dot"], "digraph"),
    "export": ([PAST, "--to", "js"], "Channel muted?"),
    "schema": ([PAST], "in_dnd"),
    "stubs": ([PAST], "muted"),
}
"""What each command is asked, and what it then prints of the chart as it was."""
REFUSED = {"serve": [PAST], "work": [PAST]}
"""Commands whose rules follow a file."""
ELSEWHERE = {
    "hold": "takes rules by its settings",
    "log": "takes a folder of receipts",
    "new": "writes a rule file",
    "studio": "takes a folder",
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository whose newest revision has lost its chart, its cases and its rows."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    rules = tmp_path / "rules"
    (rules / "recorded").mkdir(parents=True)
    (rules / "chat.yaml").write_text(TEAM_CHAT, "utf-8")
    (rules / "chat.cases.yaml").write_text(CASES, "utf-8")
    (rules / "recorded" / "day.ndjson").write_text(ROW, "utf-8")
    (tmp_path / "traffic.jsonl").write_text('{"message.kind": "dm"}\n', "utf-8")
    (tmp_path / "answering.py").write_text("def answer(facts):\n    return False\n", "utf-8")
    commit("first")
    (rules / "chat.yaml").write_text(CALLED, "utf-8")
    (rules / "chat.cases.yaml").unlink()
    (rules / "recorded" / "day.ndjson").unlink()
    commit("second")
    return tmp_path


def git(*arguments: str) -> None:
    """Run git in the current folder."""
    words = ["git", "-c", "user.name=somebody", "-c", "user.email=somebody@example.org", *arguments]
    subprocess.run(words, check=True, capture_output=True)


def commit(message: str) -> None:
    """Commit all that is there."""
    git("add", "-A")
    git("commit", "-q", "-m", message)


def test_every_command_is_looked_at() -> None:
    """One that comes later says here what it does of a past file."""
    known = {(one.name or "") for one in app.registered_commands}

    assert known == {*TAKEN, *REFUSED, *ELSEWHERE}


@pytest.mark.slow
@pytest.mark.parametrize("name", TAKEN)
def test_commands_that_read(name: str) -> None:
    """They take the file as it was, and what it names is of the same revision."""
    words, expected = TAKEN[name]
    told = run(name, *words)

    assert expected in told.out, told.err


@pytest.mark.parametrize("name", REFUSED)
def test_commands_that_follow(name: str) -> None:
    """They refuse it: what was committed never changes."""
    told = run(name, *REFUSED[name])

    assert (told.code, told.out) == (2, "")
    assert f"`{PAST}` is of a revision, and rules in force follow a file" in told.err
    assert f"git show '{PAST}' > rules.yaml" in told.err


@pytest.mark.parametrize("option", ["--update", "--fill"])
def test_commands_that_write(option: str, repository: Path) -> None:
    """What was committed is not written to."""
    told = run("test", option, PAST)

    assert (told.code, told.out) == (2, "")
    assert f"`{PAST}` is of a revision, which cannot be changed" in told.err
    assert not (repository / "rules" / "chat.cases.yaml").exists()


def test_what_changed() -> None:
    """A file of a revision has not changed, and nothing reads it."""
    told = run("check", "--changed", PAST)

    assert (told.code, told.out) == (2, "")
    assert f"`{PAST}` is of a revision, and what reads it is not looked for there" in told.err


class TestCases:
    def test_a_file_of_cases_is_named_as_well(self) -> None:
        """With its rows, whatever they are called."""
        told = run("test", "HEAD~1:rules/chat.cases.yaml")

        assert (told.code, told.err) == (0, "")
        assert "2 passed" in told.out

    def test_failures_name_the_revision(self, repository: Path) -> None:
        """So that nobody looks for the line in the file of today."""
        (repository / "rules" / "chat.yaml").write_text(TEAM_CHAT, "utf-8")
        (repository / "rules" / "chat.cases.yaml").write_text(
            CASES.replace('"yes"', '"no"').partition("  - {name: recorded")[0], "utf-8"
        )
        commit("third")
        told = run("test", "HEAD:rules/chat.yaml")

        assert told.code == 1
        assert "HEAD:rules/chat.cases.yaml:4" in told.out
        assert tempfile.gettempdir() not in told.out

    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ("HEAD:rules/chat.yaml", "no cases stand beside `HEAD:rules/chat.yaml`"),
            ("HEAD:rules/chat.cases.yaml", "there is no `rules/chat.cases.yaml` in the revision `HEAD`"),
            ("none:rules/chat.yaml", "there is no revision `none`"),
            ("HEAD:rules", "no cases stand beside `HEAD:rules`"),
        ],
    )
    def test_what_is_not_there_is_told(self, word: str, message: str) -> None:
        """By its name, with the revision."""
        told = run("test", word)

        assert (told.code, told.out) == (2, "")
        assert message in told.err

    def test_rows_that_lie_outside_are_not_fetched(self, repository: Path) -> None:
        """A file of cases reads nothing outside of its root, in a revision as today."""
        (repository / "rules" / "chat.cases.yaml").write_text(
            CASES.replace("recorded/day.ndjson", "../../day.ndjson"), "utf-8"
        )
        commit("outside")
        told = run("test", "HEAD:rules/chat.cases.yaml")

        assert told.code == 1
        assert "lies outside of the root folder" in told.out
