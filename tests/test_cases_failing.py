"""Hold what `notifyrules test` prints of cases that must fail: a runner that cannot fail would prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import run

FOLDER = Path(__file__).with_name("failing")
FILES = sorted(FOLDER.glob("*.cases.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_fails_and_tells_why(path: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 1; told are the line, what differs, the path with its values, and where it went another way."""
    monkeypatch.chdir(FOLDER)

    done = run("test", path.name)

    assert done.code == 1
    assert done.err == ""
    golden(path.with_name(path.name.replace(".cases.yaml", ".out")), done.out)


def test_every_kind_of_report_is_held(golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same failures as JUnit XML, JSON and annotations of GitHub."""
    monkeypatch.chdir(FOLDER)
    files = ["wrong_reason.cases.yaml", "rows.cases.yaml", "unknown_fact.cases.yaml", "media.cases.yaml"]

    annotated = run("test", *files, "--format", "github", "--junit", "report.xml")
    junit = (FOLDER / "report.xml").read_text("utf-8")
    (FOLDER / "report.xml").unlink()

    golden(FOLDER / "report.github", annotated.out)
    golden(FOLDER / "report.junit", junit)
    golden(FOLDER / "report.json", run("test", *files, "--format", "json").out)
