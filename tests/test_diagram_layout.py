"""Run the program that places boxes."""

from __future__ import annotations

import stat
from importlib.metadata import PackageNotFoundError, PackagePath, PathDistribution
from pathlib import Path
from types import SimpleNamespace

import pytest

from notifyrules.diagram import layout
from notifyrules.errors import UsageError


def missing(_: str) -> None:
    """Know of no distribution."""
    raise PackageNotFoundError


def program(folder: Path, script: str) -> str:
    """Write a program that stands in for the layout."""
    path = folder / "dot"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


class TestFind:
    def test_the_program_of_the_dependency_comes_first(self) -> None:
        """A plain installation needs nothing from the system."""
        assert Path(layout.find_layout()).stem == "graphviz-pure"

    def test_else_a_dot_on_the_path_will_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the dependency has no program for the platform, an installed Graphviz is used."""
        expected = program(tmp_path, "true")
        monkeypatch.setattr(layout, "distribution", missing)
        monkeypatch.setenv("PATH", str(tmp_path))

        assert layout.find_layout() == expected

    def test_an_installation_without_its_program_is_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A distribution that lists no program, or one that is gone, does not count."""
        expected = program(tmp_path, "true")
        gone = PackagePath("bin/graphviz-pure")
        gone.dist = PathDistribution(tmp_path / "gone" / "x.dist-info")
        monkeypatch.setattr(layout, "distribution", lambda _: SimpleNamespace(files=[PackagePath("README"), gone]))
        monkeypatch.setenv("PATH", str(tmp_path))

        assert layout.find_layout() == expected

    def test_without_any_it_says_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And that two formats need none."""
        monkeypatch.setattr(layout, "distribution", missing)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(UsageError) as caught:
            layout.find_layout()

        assert caught.value.message == "there is no program to place the boxes of a picture"
        assert caught.value.help == ("`pip install graphviz-pure`, or install Graphviz; DOT and Mermaid need neither")


class TestRun:
    def test_it_answers(self) -> None:
        """The graph goes in by standard input, the answer comes by standard output."""
        assert b"<svg" in layout.run_layout("digraph { a -> b }", "-Tsvg")

    def test_what_it_cannot_read_is_told(self) -> None:
        """Its own words are part of the message."""
        with pytest.raises(UsageError, match=r"cannot place the boxes: .*syntax error"):
            layout.run_layout("digraph {", "-Tsvg")

    @pytest.mark.parametrize(
        ("script", "message"),
        [
            ("exec sleep 5", "placing the boxes took longer than 0.2 seconds"),
            ("exit 3", "`dot` cannot place the boxes: it gave no reason"),
            ("echo no memory >&2; exit 1", "`dot` cannot place the boxes: no memory"),
            ("exit 0", "`dot` cannot place the boxes: it gave no reason"),
        ],
        ids=["slow", "silent", "failing", "empty"],
    )
    def test_a_program_that_fails_is_the_callers_to_know(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
    ) -> None:
        """Whatever happens to it, there is an error that says so."""
        stand_in = program(tmp_path, script)
        monkeypatch.setattr(layout, "find_layout", lambda: stand_in)
        monkeypatch.setattr(layout, "TIMEOUT_S", 0.2)
        with pytest.raises(UsageError) as caught:
            layout.run_layout("digraph {}")

        assert caught.value.message == message

    def test_a_program_that_cannot_be_run_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A damaged installation is not our bug."""
        broken = tmp_path / "dot"
        broken.write_bytes(b"\x00")
        monkeypatch.setattr(layout, "find_layout", lambda: str(broken))
        with pytest.raises(UsageError, match="`dot` cannot be run"):
            layout.run_layout("digraph {}")
