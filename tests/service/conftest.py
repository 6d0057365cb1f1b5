"""Give the tests of the service one that is made in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.asking import Asking, asking


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Make the service, with a client that may do everything."""
    with asking(tmp_path_factory.mktemp("service")) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of the test's own."""
    return tmp_path


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the store longer than a service does, so that a busy machine is not taken for a store that hangs."""
    monkeypatch.setattr("notifyrules.service.store.PATIENCE_S", 30)
