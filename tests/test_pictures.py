"""
Hold the committed pictures to the rule files they are drawn from.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.cli import main

ROOT = Path(__file__).parents[1]


def test_every_committed_picture_is_fresh(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """
    `notifyrules render --check` finds nothing stale, and nothing missing.
    """
    monkeypatch.chdir(ROOT)

    assert main(["render", "--all", "--check"]) == 0, capsys.readouterr().err
