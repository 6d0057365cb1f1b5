"""Hold the committed pictures to the rule files they are drawn from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifyrules.cli import main

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE_PX = 830
"""The width that a page such as a README on a forge gives to a picture; wider ones are made smaller."""
READABLE_PX = 10


def test_every_committed_picture_is_fresh(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`notifyrules render --check` finds nothing stale, and nothing missing."""
    monkeypatch.chdir(ROOT)

    assert main(["render", "--all", "--check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("path", sorted((ROOT / "diagrams").glob("*.svg")), ids=lambda path: path.stem)
def test_the_smallest_letters_can_be_read_in_a_page(path: Path) -> None:
    """Also where the picture is made as narrow as the page."""
    svg = path.read_text(encoding="utf-8")
    width = float(re.findall(r'<svg [^>]*?width="([\d.]+)"', svg)[0])
    smallest = min(map(int, re.findall(r'font-size="(\d+)"', svg)))

    assert smallest * min(1, PAGE_PX / width) >= READABLE_PX
