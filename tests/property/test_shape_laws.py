"""Hold the law of the generator of code: whatever the shape of a chart, its code decides as the reference walk does."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from notifyrules.compiled.control_flow import Unreachable
from tests.property.shapes import compiled, differences, differences_told, drawn

pytestmark = pytest.mark.slow

TOP = Path(__file__).parents[2]
BATCH = 125
QUICK, LONG = 24, 800
"""Batches of charts: 3,000 in the suite, 100,000 under `soak`."""
BATCHES = [*range(QUICK), *(pytest.param(number, marks=pytest.mark.soak) for number in range(QUICK, LONG))]
COUNTED = ("chart_shape", "charts", "control_flow", "expressions", "statements")
"""The modules that write code."""


class TestShapes:
    @pytest.mark.parametrize("batch", BATCHES)
    def test_decide_as_the_walk_does(self, batch: int) -> None:
        """Outcome, reason and truth are those of the walk, for facts in every form."""
        for seed in range(batch * BATCH, (batch + 1) * BATCH):
            assert next(differences(seed), None) is None

    @pytest.mark.parametrize("batch", BATCHES)
    def test_speak_as_the_walk_does(self, batch: int) -> None:
        """The words in force are those of the walk, wherever they are said and whatever the code becomes."""
        for seed in range(batch * BATCH, (batch + 1) * BATCH, 5):
            assert next(differences_told(seed), None) is None

    @pytest.mark.parametrize("batch", range(QUICK))
    def test_code_ends_only_in_answers(self, batch: int) -> None:
        """No function runs off its end, no loop runs twice, and nowhere was a guard against either needed."""
        for seed in range(batch * BATCH, (batch + 1) * BATCH, 5):
            for program in compiled(drawn(seed)):
                assert Unreachable.__name__ not in program.source
                for function in ast.walk(ast.parse(program.source)):
                    if isinstance(function, ast.FunctionDef):
                        assert not runs_off(function.body), program.source

    def test_every_branch_of_the_generator_is_reached(self, tmp_path: Path) -> None:
        """Drawn charts come to every line of the modules that write code, and leave every choice both ways."""
        modules = [f"*/notifyrules/compiled/{name}.py" for name in COUNTED]
        (tmp_path / "settings").write_text(
            "\n    ".join(["[run]\nbranch = true\ninclude =", *modules])
            + "\n[report]\nexclude_also = assert_never\\(\n",
            "utf-8",
        )
        surroundings = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
        surroundings["COVERAGE_FILE"] = str(tmp_path / "counted")
        for words in (["run", "-m", "tests.property.reach"], ["json", "-q", "-o", str(tmp_path / "report")]):
            command = [sys.executable, "-m", "coverage", words[0], f"--rcfile={tmp_path / 'settings'}", *words[1:]]
            subprocess.run(command, cwd=TOP, env=surroundings, check=True)

        files = json.loads((tmp_path / "report").read_text("utf-8"))["files"]

        assert {Path(name).stem for name in files} == set(COUNTED)
        for name, found in files.items():
            assert (name, found["missing_lines"], found["missing_branches"]) == (name, [], [])


def runs_off(body: list[ast.stmt]) -> bool:
    """Tell whether some way through statements comes to their end; fail for a loop that may begin again."""
    match body[-1] if body else None:
        case ast.Return() | ast.Raise() | ast.Break():
            return False
        case ast.If(body=then, orelse=otherwise):
            return runs_off(then) or runs_off(otherwise)
        case ast.Try(handlers=handlers, orelse=otherwise):
            return runs_off(otherwise) or any(runs_off(one.body) for one in handlers)
        case ast.While(test=ast.Constant(), body=inside):
            assert not runs_off(inside)
            return any(isinstance(one, ast.Break) for one in _outside_of_loops(inside))
        case _:
            return True


def _outside_of_loops(body: list[ast.stmt]) -> list[ast.stmt]:
    """List statements and those inside of them, but for what stands in loops of their own."""
    found: list[ast.stmt] = []
    for one in body:
        found.append(one)
        if isinstance(one, ast.If):
            found += _outside_of_loops(one.body) + _outside_of_loops(one.orelse)
    return found
