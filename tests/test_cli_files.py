"""
Find rule files in folders that may hold anything.
"""

from __future__ import annotations

import os
from pathlib import Path

from notifyrules.cli.files import is_chart
from notifyrules.document.files import is_ours


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
