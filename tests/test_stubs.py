"""Hold the typed modules that `notifyrules stubs` writes to a real type checker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import notifyrules
from notifyrules.stubs import write_stubs

_RULES = """\
notifyrules: 1
facts:
  channel.global: bool = false
  message.kind: dm | "two words"
  user.limit: int | null
  user.tags: list of (a | b) = []
  now: instant
  wait: duration = 5m
flow:
  a: {if: channel.global and message.kind == "dm", then: "yes", else: b}
  b: {if: 'user.limit is null or "a" in user.tags or now < now + wait', then: "yes", else: "no"}
outcomes:
  "yes": {notify: true}
  "no": {notify: false}
"""

_GOOD = """\
from stubs import Facts, Outcome, Reason

facts: Facts = {
    "channel": {"global": True},
    "message": {"kind": "two words"},
    "user": {"limit": None},
    "now": "2026-11-23T10:00:00Z",
}
outcome: Outcome = "yes"
reason: Reason = "a.then"
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """Write the stubs of a rule file with every awkward thing in it."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(_RULES, "utf-8")
    path = tmp_path / "stubs.py"
    path.write_text(write_stubs(notifyrules.load(rules).graph), "utf-8")
    return path


def _mypy(folder: Path, caller: str) -> subprocess.CompletedProcess[str]:
    """Check a caller of the stubs strictly."""
    (folder / "caller.py").write_text(caller, "utf-8")

    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "caller.py", "stubs.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


class TestStubs:
    def test_a_right_caller_passes(self, module: Path) -> None:
        """Facts in the nested form, outcomes and reasons are what the module says."""
        done = _mypy(module.parent, _GOOD)

        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize(
        ("right", "wrong", "told"),
        [
            ('"global": True', '"globl": True', "globl"),
            ('"two words"}', '"three words"}', "three words"),
            ('"message": {"kind": "two words"},\n', "", 'Missing key "message"'),
            ('Outcome = "yes"', 'Outcome = "yess"', "yess"),
            ('Reason = "a.then"', 'Reason = "a.else"', "a.else"),
        ],
        ids=["misspelt fact", "impossible value", "missing group", "misspelt outcome", "arrow into no outcome"],
    )
    def test_a_wrong_caller_fails(self, module: Path, right: str, wrong: str, told: str) -> None:
        """A slip in a caller is found before the program runs."""
        done = _mypy(module.parent, _GOOD.replace(right, wrong))

        assert done.returncode == 1
        assert told in done.stdout

    def test_it_runs(self, module: Path) -> None:
        """The module is Python that imports without notifyrules."""
        done = subprocess.run([sys.executable, "-I", str(module)], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stderr) == (0, "")

    def test_the_same_chart_gives_the_same_bytes(self) -> None:
        """Stubs are reproducible, so they can be committed."""
        assert write_stubs(notifyrules.load("slack").graph) == write_stubs(notifyrules.load("slack").graph)

    def test_a_hostile_file_name_runs_nothing(self, tmp_path: Path) -> None:
        """The name of the chart, which may be that of its file, cannot end the docstring it stands in."""
        rules = tmp_path / '"""+print(42)+""".yaml'
        rules.write_text(_RULES, "utf-8")
        done = subprocess.run(
            [sys.executable, "-I", "-c", write_stubs(notifyrules.load(rules).graph)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stdout) == (0, "")

    def test_groups_that_read_alike_stay_apart(self, tmp_path: Path) -> None:
        """`a.b_c` and `a_b.c` are two groups."""
        rules = tmp_path / "rules.yaml"
        rules.write_text(
            "notifyrules: 1\n"
            "facts: {a.b_c.x: bool, a_b.c.y: bool}\n"
            'flow: {q: {if: a.b_c.x and a_b.c.y, then: "yes", else: "no"}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n',
            "utf-8",
        )
        text = write_stubs(notifyrules.load(rules).graph)

        assert (text.count("_ABC = TypedDict("), text.count("_ABC_ = TypedDict(")) == (1, 1)
