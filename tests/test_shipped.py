"""
Hold the finder of shipped rule files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules import shipped


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Stand in for the folder of shipped rules, with a file outside it.
    """
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
        """
        A name is the file's path without its ending.
        """
        assert shipped.shipped_path(name) == folder / f"{name}.yaml"

    @pytest.mark.parametrize(
        "name",
        ["", "slak", "slack.yaml", "slack.cases", "../outside", "blocks/../../outside", "/slack", "blocks", "slack\n"],
    )
    @pytest.mark.usefixtures("folder")
    def test_not_found(self, name: str) -> None:
        """
        A name that no shipped file has is none, whatever stands outside the folder.
        """
        assert shipped.shipped_path(name) is None

    def test_installed(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A wheel's own files win over a folder that happens to stand beside the package.
        """
        installed = folder.parent / "shipped_rules"
        installed.mkdir()
        monkeypatch.setattr(shipped, "_INSTALLED", installed)

        assert shipped.shipped_root() == installed
        assert shipped.shipped_path("slack") is None


class TestShippedNames:
    @pytest.mark.usefixtures("folder")
    def test_rules_only(self) -> None:
        """
        Rule files are listed, sorted; cases are not.
        """
        assert shipped.shipped_names() == ("blocks/quiet_hours", "slack")
