"""Claims about the story: a message at 23:30 is held, and sent once at 07:00, in both ways."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.brokers import address

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "broker"),
    [
        ("orchestrated", ""),
        ("choreographed", ""),
        pytest.param("choreographed", "nats", marks=pytest.mark.services("nats")),
        pytest.param("choreographed", "rabbitmq", marks=pytest.mark.services("rabbitmq")),
    ],
)
def test_story(module: str, broker: str) -> None:
    """It is told to its end: asked at 23:30, asked again at 07:00, and the phone rings once, then."""
    where = [address(broker)] if broker else []
    command = [sys.executable, "-m", f"docs.story.{module}", *where]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout

    lines = told.splitlines()
    rings = [line for line in lines if "phone rings" in line]
    assert len(rings) == 1
    assert rings[0].startswith("07:00")
    assert lines[0].startswith("23:30")
    assert any("held" in line and line.startswith("23:30") for line in lines)
