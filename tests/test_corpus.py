"""
Hold whole files: those in which nothing is wrong, and those in which a lot is.

`corpus/ok/*.yaml` are silent and load. Beside each `corpus/err/x.yaml` stands `x.out`, what is printed for it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from notifyrules.diagnostics.human import format_human
from notifyrules.rules import check, load

CORPUS = Path(__file__).parent / "corpus"
OK = sorted((CORPUS / "ok").glob("*.yaml"))
ERR = sorted((CORPUS / "err").glob("*.yaml"))


def name(path: Path) -> str:
    """Name a file in the list of tests."""
    return path.stem


class TestSilent:
    @pytest.mark.parametrize("path", OK, ids=name)
    def test_nothing_is_found(self, path: Path) -> None:
        """Nothing is found in a file in which nothing is wrong."""
        assert [f"{one.span}: {one.message}" for one in check(path)] == []

    @pytest.mark.parametrize("path", OK, ids=name)
    def test_loads(self, path: Path) -> None:
        """It loads, compiles and has something to ask."""
        assert load(path).graph.order


class TestWrong:
    @pytest.mark.parametrize("path", ERR, ids=name)
    def test_what_is_printed(
        self, path: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every mistake of a file is printed once, and nothing that only follows from it."""
        monkeypatch.chdir(path.parent)

        golden(path.with_suffix(".out"), format_human(check(path.name)))

    @pytest.mark.parametrize("path", ERR, ids=name)
    def test_something_is_found(self, path: Path) -> None:
        """A file with a mistake has findings, whatever its golden file says, and each underlines something."""
        found = check(path)

        assert found
        assert all(one.span.text.strip() for one in found)

    @pytest.mark.parametrize("path", ERR, ids=name)
    def test_the_same_with_other_line_ends(self, path: Path, tmp_path: Path) -> None:
        """With a byte order mark and the line ends of Windows, the same is found at the same lines and columns."""
        parts = tmp_path / "parts"
        parts.mkdir()
        for part in (path.parent / "parts").iterdir():
            (parts / part.name).write_bytes(part.read_bytes())
        (tmp_path / path.name).write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
        (parts.parent / "plain.yaml").write_bytes(path.read_bytes())

        def places(file: Path) -> list[tuple[str, int, int, str]]:
            # In any order: the files are sorted by their names, and this one has another.
            return sorted((one.code.value, one.span.line, one.span.column, one.message) for one in check(file))

        assert places(tmp_path / path.name) == places(tmp_path / "plain.yaml")
