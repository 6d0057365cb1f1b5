"""Give all tests the golden files and the settings of the property tests."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest

# Files of cases in these folders are there to be wrong; the tests that read them say how.
collect_ignore_glob = ["diagnostics/*", "failing/*"]

# The suite tries the same examples everywhere, so that it fails for its own change only; `-m soak` tries new ones.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that accepts what the tests see now as what they expect from now on."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files that differ; review the diff")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what runs for long or needs other programs, unless `-m` asks for it by name."""
    wanted: str = config.option.markexpr
    left_out = {name for name in ("soak", "tools") if name not in wanted}
    gone = [item for item in items if any(mark.name in left_out for mark in item.iter_markers())]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in set(gone)]


SERVICES = {
    "nats": ("NOTIFYRULES_NATS", "nats://127.0.0.1:4222", "nats-server -js"),
    "postgres": ("NOTIFYRULES_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres", "postgres"),
    "rabbitmq": ("NOTIFYRULES_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/", "rabbitmq-server"),
    "redis": ("NOTIFYRULES_REDIS", "redis://127.0.0.1:6379/0", "redis-server"),
}
"""Servers that tests need: the variable that holds the address of each, its usual address, and what starts it."""


@cache
def is_running(name: str) -> bool:
    """Tell whether a server can be reached."""
    variable, usual, _ = SERVICES[name]
    address = urlsplit(os.environ.get(variable, usual))
    try:
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=2):
            return True
    except OSError:
        return False


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a server that is not there, or fail where all must be, as in the gate."""
    for name in (str(name) for mark in item.iter_markers("services") for name in mark.args):
        if not is_running(name):
            variable, usual, command = SERVICES[name]
            why = f"needs {name} at {usual}: start `{command}`, or name another address by {variable}"
            if os.environ.get("NOTIFYRULES_SERVICES") == "required":
                pytest.fail(why, pytrace=False)
            pytest.skip(why)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Give a function that holds a text to a golden file: `golden(path, actual)`."""
    return rewrite if request.config.getoption("--update-golden") else compare


def compare(path: Path, actual: str) -> None:
    """Fail when a golden file is missing or is not, byte for byte, *actual*."""
    expected = path.read_bytes().decode() if path.is_file() else None
    if expected is None:
        pytest.fail(f"{path} does not exist; run `pytest --update-golden` and review it", pytrace=False)

    assert actual == expected, f"{path} differs; if that is meant, run `pytest --update-golden` and review the diff"


def rewrite(path: Path, actual: str) -> None:
    """Make *actual* the content of a golden file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(actual.encode())
