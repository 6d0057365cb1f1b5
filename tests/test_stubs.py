"""Hold the typed modules that `notifyrules stubs` writes to a real type checker."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import notifyrules
from notifyrules.stubs import write_stubs

_RULES = """\
notifyrules: 1
types:
  level: {type: low | mid | high, ordered: true, about: How "grave" it is}
  literal: text
  none: literal | null
facts:
  user.level: level | null = null
  user.levels: list of level = []
  user.name: literal = x
  user.nick: none = null
  channel.global: {type: bool, default: false, about: Everywhere}
  channel.time: time = "08:00"
  message.kind: dm | "two words"
  user.limit: {type: int | null, about: 'How many a "day" may bring \\\"""'}
  user.tags: list of (a | b) = []
  now: instant
  local.date: date = 2026-11-28
  wait: duration = 5m
let:
  named: 'user.level == "low" or "mid" in user.levels or user.name == user.nick'
  limited: 'user.limit is null or "a" in user.tags or now < now + wait'
flow:
  a: {if: channel.global and channel.time > 07:00 and message.kind == "dm", then: "yes", else: b}
  b: {if: named or limited, then: "yes", else: "no"}
outcomes:
  "yes": {notify: true}
  "no": {notify: false}
"""

_GOOD = """\
import notifyrules
from stubs import Decision, Facts, Level, Outcome, Reason, should_notify

level: Level = "mid"

facts: Facts = {
    "channel": {"global": True},
    "message": {"kind": "two words"},
    "user": {"limit": None, "level": level, "levels": [level], "name": "x", "nick": None},
    "now": "2026-11-23T10:00:00Z",
}
outcome: Outcome = "yes"
reason: Reason = "a.then"


def tell(decision: Decision) -> str:
    if decision.outcome == "yes":
        return "it came"
    if decision.reason == "b.else":
        return "nothing in it"
    return str(decision.because)


def untyped(decision: notifyrules.Decision) -> str:
    return decision.explain()


decided = should_notify(notifyrules.load("rules.yaml"), facts)
told: list[str] = [tell(decided), untyped(decided)]
"""


_WRONG = {
    "misspelt fact": ('"global": True', '"globl": True', "globl"),
    "impossible value": ('"two words"}', '"three words"}', "three words"),
    "missing group": ('"message": {"kind": "two words"},\n', "", 'Missing key "message"'),
    "misspelt outcome": ('Outcome = "yes"', 'Outcome = "yess"', "yess"),
    "arrow into no outcome": ('Reason = "a.then"', 'Reason = "a.else"', "a.else"),
    "an outcome that none is compared with": (
        'outcome == "yes"',
        'outcome == "yess"',
        "Non-overlapping equality check",
    ),
    "impossible value of a named type": ('Level = "mid"', 'Level = "med"', "med"),
    "a reason that none is compared with": ('reason == "b.else"', 'reason == "b.no"', "Non-overlapping equality check"),
    "a decision of any rules": (
        "tell(decided)",
        'tell(notifyrules.load("rules.yaml").should_notify(facts))',
        "incompatible type",
    ),
}
"""Slips in a caller: what stands in a right one, what in this one, and what a type checker says of it."""


def _write(folder: Path) -> Path:
    """Write the stubs of a rule file with every awkward thing in it."""
    rules = folder / "rules.yaml"
    rules.write_text(_RULES, "utf-8")
    path = folder / "stubs.py"
    path.write_text(write_stubs(notifyrules.load(rules).graph), "utf-8")
    return path


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """Write the stubs into a folder of the test's own."""
    return _write(tmp_path)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Check callers of the stubs strictly, all at once: what is said of each file."""
    folder = tmp_path_factory.mktemp("stubs")
    _write(folder)
    callers = {"right": _GOOD, **{name: _GOOD.replace(right, wrong) for name, (right, wrong, _) in _WRONG.items()}}
    for name, caller in callers.items():
        (folder / f"{name.replace(' ', '_')}.py").write_text(caller, "utf-8")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--cache-dir",
            str(folder / "cache"),
            *sorted(path.name for path in folder.glob("*.py")),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    lines = run.stdout.splitlines()
    return {name: [one for one in lines if one.startswith(f"{name.replace(' ', '_')}.py:")] for name in callers} | {
        "stubs": [one for one in lines if one.startswith("stubs.py:")]
    }


class TestStubs:
    @pytest.mark.slow
    def test_a_right_caller_passes(self, told: dict[str, list[str]]) -> None:
        """Facts in the nested form, outcomes and reasons are what the module says."""
        assert (told["right"], told["stubs"]) == ([], [])

    @pytest.mark.parametrize("slip", _WRONG)
    @pytest.mark.slow
    def test_a_wrong_caller_fails(self, told: dict[str, list[str]], slip: str) -> None:
        """A slip in a caller is found before the program runs."""
        assert any(_WRONG[slip][2] in line for line in told[slip])

    def test_it_runs(self, module: Path) -> None:
        """The module decides, and what it gives is a decision."""
        (module.parent / "caller.py").write_text(_GOOD + "print(told[0], isinstance(decided, Decision))\n", "utf-8")
        done = subprocess.run(
            [sys.executable, "caller.py"], cwd=module.parent, capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stdout, done.stderr) == (0, "it came True\n", "")

    def test_what_a_fact_means_stands_beside_it(self, module: Path) -> None:
        """As a docstring where a class holds it, which nothing in it ends, and as a comment where none can."""
        text = module.read_text("utf-8")

        told = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]

        assert 'How many a "day" may bring \\"""' in told
        assert 'How "grave" it is' in told
        assert '        # Everywhere\n        "global": NotRequired[bool],\n' in text

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

        assert (text.count("class _ABC(TypedDict)"), text.count("class _ABC_(TypedDict)")) == (1, 1)

    def test_types_that_read_alike_stay_apart(self, tmp_path: Path) -> None:
        """Each named type has a name of its own that Python can read and that means nothing else."""
        names = ["a_b", "a__b", "none", "true_", "literal", "facts", "_", "_1"]
        rules = tmp_path / "rules.yaml"
        rules.write_text(
            "notifyrules: 1\n"
            f"types: {{{', '.join(f'{name}: bool' for name in names)}}}\n"
            f"facts: {{{', '.join(f'f{at}: {name}' for at, name in enumerate(names))}}}\n"
            f'flow: {{q: {{if: {" and ".join(f"f{at}" for at in range(len(names)))}, then: "yes", else: "no"}}}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n',
            "utf-8",
        )
        tree = ast.parse(write_stubs(notifyrules.load(rules).graph))
        aliases = [
            one.target.id for one in tree.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        ]

        assert aliases == ["AB", "AB_", "None_", "True_", "Literal_", "Facts_", "Type", "Type1", "Outcome", "Reason"]
