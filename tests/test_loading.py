"""Load what is no rule file, and be told what was meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from notifyrules.errors import RulesError, UsageError
from notifyrules.rules import check, load, read_cases
from tests.cli import TEAM_CHAT, team_chat


class TestMissing:
    def test_a_shipped_name_that_is_misspelt_is_corrected(self) -> None:
        """`slak` is near a name that comes with the package."""
        with pytest.raises(RulesError) as refused:
            load("slak")

        assert refused.value.diagnostics[0].help == ("did you mean `slack`?",)

    def test_shipped_names_are_listed_where_none_is_near(self) -> None:
        """A name without a suffix can only be a shipped one."""
        with pytest.raises(RulesError) as refused:
            load("nothing_like_it")

        [listed] = refused.value.diagnostics[0].help
        assert listed.startswith("these come with notifyrules: `blocks/")

    def test_a_file_of_another_suffix_is_found_beside(self, tmp_path: Path) -> None:
        """The name is given the way the missing one was."""
        team_chat(tmp_path)
        [found] = check(tmp_path / "team_chat.yml")

        assert found.help == (f"did you mean `{(tmp_path / 'team_chat.yaml').as_posix()}`?",)

    def test_an_included_file_is_found_beside(self, tmp_path: Path) -> None:
        """The same holds for what a file names."""
        (tmp_path / "base.yaml").write_text("notifyrules: 1\nfacts: {user.bot: bool = false}\n", "utf-8")
        (tmp_path / "a.yaml").write_text(TEAM_CHAT.replace("facts:\n", "include: [base.yml]\nfacts:\n", 1), "utf-8")
        found = [one for one in check(tmp_path / "a.yaml") if one.code.value == "file"]

        assert [one.help[0].rpartition("/")[2] for one in found] == ["base.yaml`?"]

    def test_where_nothing_is_near_nothing_is_guessed(self, tmp_path: Path) -> None:
        """A guess that is far off does not help."""
        team_chat(tmp_path)
        [found] = check(tmp_path / "other.yaml")

        assert found.help == ()


class TestNoPath:
    @pytest.mark.parametrize("text", [TEAM_CHAT, "notifyrules: 1", json.dumps({"notifyrules": 1})])
    def test_the_text_of_a_rule_file_is_not_quoted_back(self, text: str) -> None:
        """Somebody takes the text for what is loaded; the message is short all the same."""
        with pytest.raises(UsageError) as refused:
            load(text)

        assert str(refused.value) == (
            "expected the path of a rule file, found what could be its text\n  help: load it from a file"
        )

    @pytest.mark.parametrize(
        ("given", "found"), [(None, "null"), ({"notifyrules": 1}, "a mapping"), (5, "the number 5")], ids=repr
    )
    @pytest.mark.parametrize("door", [load, check, read_cases])
    def test_what_is_no_path_is_told(self, door: Any, given: Any, found: str) -> None:  # noqa: ANN401 - wrong on purpose
        """The caller learns what is expected, at every door."""
        with pytest.raises(UsageError) as refused:
            door(given)

        assert refused.value.message == f"expected the path of a rule file, found {found}"
