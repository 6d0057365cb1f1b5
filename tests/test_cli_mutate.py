"""Make mistakes on the command line: what is told, in which form, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import run
from tests.suites import write_cases

CHART = """\
notifyrules: 1
facts: {muted: bool = false, size: int}
flow:
  muted: {ask: Muted?, if: muted, then: "no", else: size}
  size: {ask: Small?, if: size < 5, then: "yes", else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
CASES = """\
  - {name: muted, given: {muted: true, size: 1}, expect: "no"}
  - {name: small, given: {size: 4}, expect: "yes"}
  - {name: large, given: {size: SIZE}, expect: "no"}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestMutate:
    def test_all_noticed(self, folder: Path) -> None:
        """Where every mistake is noticed, there is one line for each chart."""
        write_cases(folder, CASES.replace("SIZE", "5"), rules=CHART)

        done = run("mutate", "chat.yaml")

        assert (done.code, done.out) == (0, "chat.yaml: 7 mistakes: 7 noticed\n")

    def test_survivor(self, folder: Path) -> None:
        """What no case notices is told at its place, with the case that would, and fails."""
        write_cases(folder, CASES.replace("SIZE", "6"), rules=CHART)

        done = run("mutate")

        assert done.code == 1
        assert (
            done.out
            == """\
chat.yaml:5:27: `<=` for `<` in `size < 5`
  no case notices it; decided `yes` by `size.then` instead of `no` by `size.else` in this one:
    - name: Small? No (no)
      given: {size: 5}
      expect: {outcome: "no", reason: size.else}

chat.yaml: 7 mistakes: 6 noticed, 1 that no case notices
"""
        )

    def test_json(self, folder: Path) -> None:
        """The same for programs: counts, and what is left with place, decisions and case."""
        write_cases(folder, CASES.replace("SIZE", "6"), rules=CHART)

        (file,) = json.loads(run("mutate", "--format", "json").out)["files"]

        (left,) = file.pop("left")
        assert file == {
            "file": "chat.yaml",
            "cases": ["chat.cases.yaml"],
            "made": 7,
            "noticed": 6,
            "equal": 0,
            "words": 0,
            "survived": 1,
            "undecided": 0,
        }
        assert left == {
            "mistake": "bound",
            "message": "`<=` for `<` in `size < 5`",
            "fate": "survived",
            "file": "chat.yaml",
            "line": 5,
            "column": 27,
            "right": {"outcome": "no", "notify": False, "reason": "size.else", "because": None},
            "wrong": {"outcome": "yes", "notify": True, "reason": "size.then", "because": None},
            "case": """\
  - name: Small? No (no)
    given: {size: 5}
    expect: {outcome: "no", reason: size.else}
""",
        }

    def test_github(self, folder: Path) -> None:
        """On GitHub it stands beside the line."""
        write_cases(folder, CASES.replace("SIZE", "6"), rules=CHART)

        done = run("mutate", "--format", "github").out

        assert done.startswith(
            "::error file=chat.yaml,line=5,endLine=5,col=27,endColumn=35,title=bound::`<=` for `<` in"
        )
        assert done.endswith("\nchat.yaml: 7 mistakes: 6 noticed, 1 that no case notices\n")

    def test_failing_cases(self, folder: Path) -> None:
        """Cases that fail as it is notice everything and nothing, so they are told instead."""
        write_cases(folder, CASES.replace("SIZE", "4"), rules=CHART)

        done = run("mutate")

        assert (done.code, done.out) == (1, "")
        assert "`chat.cases.yaml` notices nothing: 1 of its cases fails" in done.err

    def test_without_the_solver(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What would be needed is said first."""
        write_cases(folder, CASES, rules=CHART)
        monkeypatch.setattr("notifyrules.rules.can_prove", lambda: False)

        done = run("mutate")

        assert done.code == 2
        assert "pip install 'notifyrules[prove]'" in done.err
