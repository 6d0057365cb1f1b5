"""What the service says of itself is so: whoever keeps to its OpenAPI is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.asking import Asking, asking


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Make the service with all charts that come with the package."""
    with asking(tmp_path_factory.mktemp("shipped"), files=[]) as made:
        yield made


def described(service: Asking) -> Any:  # noqa: ANN401 - JSON
    """Give what the service says of itself."""
    return service.get("/openapi.json").json()
