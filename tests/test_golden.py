"""Hold the golden files' own machinery: a runner that cannot fail would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import compare, rewrite


class TestGolden:
    def test_same(self, tmp_path: Path) -> None:
        """A text that is the golden file's passes."""
        (tmp_path / "x.out").write_bytes("é\n".encode())

        compare(tmp_path / "x.out", "é\n")

    @pytest.mark.parametrize("actual", ["", "é", "é\r\n", "É\n"])
    def test_different(self, tmp_path: Path, actual: str) -> None:
        """A text that differs in a byte fails and says what to run."""
        (tmp_path / "x.out").write_bytes("é\n".encode())

        with pytest.raises(AssertionError, match="pytest --update-golden"):
            compare(tmp_path / "x.out", actual)

    def test_missing(self, tmp_path: Path) -> None:
        """A golden file that does not exist fails, even for an empty text."""
        with pytest.raises(pytest.fail.Exception, match="does not exist"):
            compare(tmp_path / "x.out", "")

    def test_rewrite(self, tmp_path: Path) -> None:
        """What is rewritten is the same afterwards, line ends included."""
        rewrite(tmp_path / "folder" / "x.out", "a\r\nb\n")

        compare(tmp_path / "folder" / "x.out", "a\r\nb\n")
