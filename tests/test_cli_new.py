"""Start from what `notifyrules new` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

import notifyrules
from notifyrules.cli import main


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """Write a starter file."""
    assert main(["new", str(tmp_path / "mentions.yaml")]) == 0

    return tmp_path


class TestNew:
    def test_the_file_checks_clean(self, started: Path) -> None:
        """Nothing is found in the rule file."""
        assert notifyrules.check(started / "mentions.yaml") == ()

    def test_its_cases_check_clean(self, started: Path) -> None:
        """Nothing is found in the cases beside it."""
        assert notifyrules.check(started / "mentions.cases.yaml", root=started) == ()

    def test_its_cases_pass(self, started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every case of the starter holds."""
        monkeypatch.chdir(started)

        assert main(["test", "mentions.cases.yaml"]) == 0

    def test_it_bears_the_name_asked_for(self, started: Path) -> None:
        """The chart is called like its file."""
        assert notifyrules.load(started / "mentions.yaml").name == "mentions"

    def test_the_schemas_it_names_are_there(self, started: Path) -> None:
        """An editor finds what the first line names."""
        assert {path.name for path in started.glob("*.json")} == {"rules.schema.json", "cases.schema.json"}

    def test_missing_folders_are_made(self, tmp_path: Path) -> None:
        """The first command works in an empty folder."""
        assert main(["new", str(tmp_path / "rules" / "chat" / "mentions.yaml")]) == 0
        assert notifyrules.check(tmp_path / "rules" / "chat" / "mentions.yaml") == ()

    def test_a_folder_that_cannot_be_made_is_misuse(self, started: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file stands where the folder would."""
        assert main(["new", str(started / "mentions.yaml" / "more.yaml")]) == 2
        assert "mentions.yaml` cannot be made" in capsys.readouterr().err

    def test_an_existing_file_is_kept(self, started: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing is ever overwritten."""
        (started / "mentions.yaml").write_text("mine", "utf-8")
        (started / "mentions.cases.yaml").unlink()

        assert main(["new", str(started / "mentions.yaml")]) == 2
        assert (started / "mentions.yaml").read_text("utf-8") == "mine"
        assert "exists already" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["Mentions.yaml", "mentions.yml", "mentions", "a b.yaml", "1.yaml"])
    def test_an_odd_name_is_refused(self, tmp_path: Path, name: str) -> None:
        """The name becomes that of the chart, so it must be one."""
        assert main(["new", str(tmp_path / name)]) == 2
        assert list(tmp_path.iterdir()) == []
