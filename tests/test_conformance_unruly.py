"""Old functions that misbehave: a module that fails, prints, exits, and what no function should raise."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import Result, run

CHART = """\
notifyrules: 1
facts: {muted: bool = false}
flow: {muted: {ask: Muted?, if: muted, then: "no", else: "yes"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand a chart in a folder, and forget the modules of old functions that were imported there."""
    (tmp_path / "chart.yaml").write_text(CHART)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "unruly", raising=False)
    yield tmp_path
    sys.modules.pop("unruly", None)


def conform(folder: Path, module: str, *options: str, against: str = "unruly:decide") -> Result:
    """Compare the chart with a function of a module that is written first."""
    (folder / "unruly.py").write_text(module)
    return run("conform", "chart.yaml", "--against", against, "--seconds", "5", *options)


class TestImporting:
    """A module that cannot be imported is a mistake of the caller, never a bug of ours."""

    @pytest.mark.parametrize(
        ("module", "kind"),
        [
            ("raise RuntimeError\n", "RuntimeError"),
            ("def decide(:\n", "SyntaxError"),
            ("import sys\nsys.exit(2)\n", "SystemExit"),
        ],
        ids=["raises", "syntax", "exits"],
    )
    def test_a_module_that_fails(self, folder: Path, module: str, kind: str) -> None:
        """What the module raises is named, and what to do."""
        told = conform(folder, module)

        assert told.code == 2
        assert f"cannot be imported: its module raises {kind}\n  help: `import unruly` has to work" in told.err

    def test_a_relative_name(self, folder: Path) -> None:
        """A name that begins with a dot is relative to nothing."""
        told = conform(folder, "", against=".unruly:decide")

        assert (told.code, told.err.splitlines()[0]) == (2, "error: `.unruly:decide` names no function")


class TestAsking:
    """Whatever a function does, the report is told."""

    @pytest.mark.parametrize("kind", ["GeneratorExit", "SystemExit", "asyncio.CancelledError"])
    def test_what_no_function_should_raise(self, folder: Path, kind: str) -> None:
        """Even what passes most handlers is an answer."""
        told = conform(folder, f"import asyncio\ndef decide(facts):\n    raise {kind}\n")

        assert f"old: raises {kind.rpartition('.')[2]}" in told.out

    def test_what_is_printed(self, folder: Path) -> None:
        """A function that prints leaves the JSON of the report whole."""
        told = conform(folder, "def decide(facts):\n    print('asked')\n    return True\n", "--format", "json")

        assert json.loads(told.out)["differences"]
