"""A store that hangs or dies: calls that need none go on, the others are refused at once, and the service lives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.asking import TITLED
from tests.service.processes import Process, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="`redis-server` is not installed"),
]

BODY = json.dumps({"facts": TITLED}).encode()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a Redis of the test's own, to be stopped and killed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process, port
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


def statuses(process: Process, key: str) -> list[int]:
    """Ask without a key, with one, and whether the service lives."""
    with_key = {**process.headers, "idempotency-key": key}
    return [
        process.request("POST", "/v1/decide/chart", BODY, process.headers)[0],
        process.request("POST", "/v1/decide/chart", BODY, with_key)[0],
        process.request("GET", "/livez")[0],
    ]


def test_redis_stops_and_goes_on(tmp_path: Path, redis: tuple[subprocess.Popen[bytes], int]) -> None:
    """While Redis hangs, only calls with a key are refused, to be tried again; when it goes on, so do they."""
    server, port = redis
    with running(tmp_path, redis=f"redis://127.0.0.1:{port}/0") as process:
        assert statuses(process, "a") == [200, 200, 200]
        os.kill(server.pid, signal.SIGSTOP)
        status, told, body = process.request(
            "POST", "/v1/decide/chart", BODY, {**process.headers, "idempotency-key": "b"}
        )
        hanging = statuses(process, "b")
        os.kill(server.pid, signal.SIGCONT)
        after = statuses(process, "c")
        server.kill()
        server.wait()
        gone = statuses(process, "d")

    assert (status, told["retry-after"]) == (503, "1")
    assert json.loads(body)["type"] == "urn:notifyrules:problem:store-unavailable"
    assert hanging == [200, 503, 200]
    assert after == [200, 200, 200]
    assert gone == [200, 503, 200]
