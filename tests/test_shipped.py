"""Hold the finder of shipped rule files."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

from notifyrules import shipped

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the folder of shipped rules, with a file outside it."""
    rules = tmp_path / "rules"
    (rules / "blocks").mkdir(parents=True)
    for name in ("slack.yaml", "slack.cases.yaml", "blocks/quiet_hours.yaml", "notes.txt", "../outside.yaml"):
        (rules / name).write_text("", "utf-8")
    monkeypatch.setattr(shipped, "_INSTALLED", tmp_path / "nowhere")
    monkeypatch.setattr(shipped, "_CHECKOUT", rules)
    return rules


class TestShippedPath:
    @pytest.mark.parametrize("name", ["slack", "blocks/quiet_hours"])
    def test_found(self, folder: Path, name: str) -> None:
        """A name is the file's path without its ending."""
        assert shipped.shipped_path(name) == folder / f"{name}.yaml"

    @pytest.mark.parametrize(
        "name",
        ["", "slak", "slack.yaml", "slack.cases", "../outside", "blocks/../../outside", "/slack", "blocks", "slack\n"],
    )
    @pytest.mark.usefixtures("folder")
    def test_not_found(self, name: str) -> None:
        """A name that no shipped file has is none, whatever stands outside the folder."""
        assert shipped.shipped_path(name) is None

    def test_installed(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A wheel's own files win over a folder that happens to stand beside the package."""
        installed = folder.parent / "shipped_rules"
        installed.mkdir()
        monkeypatch.setattr(shipped, "_INSTALLED", installed)

        assert shipped.shipped_root() == installed
        assert shipped.shipped_path("slack") is None


class TestShippedNames:
    @pytest.mark.usefixtures("folder")
    def test_rules_only(self) -> None:
        """Rule files are listed, sorted; cases are not."""
        assert shipped.shipped_names() == ("blocks/quiet_hours", "slack")


_IN_A_ZIP = """
import notifyrules, sys
from pathlib import Path
from notifyrules.cli import main

assert ".zip" in notifyrules.__file__
Path("caller.yaml").write_text(sys.argv[1])
quiet = notifyrules.load("caller.yaml").should_notify({"now": "2026-11-28T23:00:00Z"})
print(notifyrules.should_notify({"channel.muted": True}).outcome, quiet.outcome)
print(notifyrules.load("slack").to_svg()[:4])
print([main(words.split()) for words in sys.argv[2:]])
"""
_CALLER = """
notifyrules: 1
facts: {now: instant}
flow: {quiet: {ask: Quiet hours?, call: "notifyrules:blocks/quiet_hours", cases: {open: "yes", later: "no"}}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


class TestArchive:
    @pytest.mark.parametrize("place", ["notifyrules/shipped_rules", "rules"], ids=["wheel", "checkout"])
    def test_the_package_works_from_a_zip(self, tmp_path: Path, place: str) -> None:
        """Shipped charts are loaded, called, checked, tested and drawn, and nothing is left behind."""
        top, archive, temporary = Path(__file__).parents[1], tmp_path / "app.zip", tmp_path / "temporary"
        temporary.mkdir()
        with ZipFile(archive, "w") as made:
            for folder, where in ((top / "notifyrules", "notifyrules"), (top / "rules", place)):
                for file in folder.rglob("*.*"):
                    made.write(file, f"{where}/{file.relative_to(folder).as_posix()}")
        paths = [str(archive), sysconfig.get_path("purelib")]
        code = f"import sys; sys.path[:0] = {paths}\n{_IN_A_ZIP}"
        commands = ["check --no-prove slack", "test slack", "render slack -o slack.svg", "new mine.yaml", "check nope"]
        done = subprocess.run(
            [sys.executable, "-I", "-c", code, _CALLER, *commands],
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(temporary)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.stdout.splitlines()[:2] == ["no yes", "<svg"], done.stderr
        assert done.stdout.splitlines()[-1] == "[0, 0, 0, 0, 2]"
        assert list(temporary.iterdir()) == []
