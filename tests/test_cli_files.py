"""
Find rule files in folders that may hold anything.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notifyrules.cli.files import is_chart
from notifyrules.document.files import is_ours
from tests.cli import run


class TestStrangeNames:
    @pytest.mark.parametrize(
        ("command", "ending", "code"),
        [
            *(("check", ending, 1) for ending in ("", ".yaml", ".cases.yaml")),
            *(("test", ending, code) for ending, code in (("", 2), (".yaml", 2), (".cases.yaml", 1))),
            *(("decide", ending, 1) for ending in ("", ".yaml")),
            ("render", ".yaml", 1),
            ("new", ".yaml", 2),
        ],
    )
    def test_a_name_that_is_too_long_leads_to_no_file(self, command: str, ending: str, code: int) -> None:
        """
        What the system refuses is told of like a file that is not there.
        """
        result = run(command, f"{'a' * 5_000}{ending}")

        assert result.code == code
        assert "aaaa" in result.out + result.err

    def test_cases_of_rules_with_such_a_name(self, tmp_path: Path) -> None:
        """
        A file of cases may name rules that the system refuses.
        """
        cases = tmp_path / "x.cases.yaml"
        cases.write_text(f"notifyrules-cases: 1\nrules: {'a' * 5_000}.yaml\ncases: []\n", "utf-8")

        result = run("test", cases, "--root", tmp_path)

        assert result.code == 1
        assert "error[file]" in result.out


class TestStrangeFiles:
    def test_blanks_are_read_in_a_moment(self, tmp_path: Path) -> None:
        """
        A header is looked for in a time that grows with the file, not with its square.
        """
        blanks = tmp_path / "blanks.yaml"
        blanks.write_text(" " * 64_000 + "\n", "utf-8")

        assert not is_ours(blanks)

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        """
        What is no regular file is looked at by whoever opens it with care.
        """
        pipe = tmp_path / "pipe.yaml"
        os.mkfifo(pipe)

        assert is_ours(pipe)
        assert not is_chart(pipe)
