"""Calls that two servers could read in two ways, over real sockets: refused, and nothing behind them is answered."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.service.asking import TITLED
from tests.service.processes import Process, running
from tests.service.test_processes import QUICK, alive, head

pytestmark = pytest.mark.slow

BODY = json.dumps({"facts": TITLED}).encode()
SIZE = len(BODY)
BEHIND = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
"""A call that is hidden behind another."""


def chunked(size: bytes, end: bytes = b"\r\n", last: bytes = b"0\r\n\r\n") -> bytes:
    """Write the body in one part that is said to have a size."""
    return size + b"\r\n" + BODY + end + last


CHUNK = b"%x" % SIZE


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Run the service, with little patience."""
    with running(tmp_path_factory.mktemp("process"), QUICK) as made:
        yield made


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ([f"content-length: {SIZE}", "transfer-encoding: chunked"], chunked(CHUNK)),
        (["transfer-encoding: chunked", "content-length: 5"], chunked(CHUNK)),
        ([f"content-length: {SIZE}", f"content-length: {SIZE + len(BEHIND)}"], BODY),
        ([f"content-length: {SIZE}, {SIZE}"], BODY),
        ([f"content-length: +{SIZE}"], BODY),
        (["content-length: -1"], BODY),
        (["content-length: 0x10"], BODY),
        (["transfer-encoding: chunked, identity"], chunked(CHUNK)),
        (["transfer-encoding: xchunked"], chunked(CHUNK)),
        (["transfer-encoding: chunked", "transfer-encoding: chunked"], chunked(CHUNK)),
        (["transfer-encoding : chunked"], chunked(CHUNK)),
        (["transfer-encoding:\x0bchunked"], chunked(CHUNK)),
        (["x: a\r\n folded", f"content-length: {SIZE}"], BODY),
        (["x: a\rcontent-length: 1", f"content-length: {SIZE}"], BODY),
        (["x: a\0b", f"content-length: {SIZE}"], BODY),
        (["transfer-encoding: chunked"], chunked(b"F" * 17)),
        (["transfer-encoding: chunked"], chunked(b"+" + CHUNK)),
        (["transfer-encoding: chunked"], chunked(b"0x" + CHUNK)),
        (["transfer-encoding: chunked"], chunked(CHUNK, end=b"")),
        (["transfer-encoding: chunked"], chunked(CHUNK, end=b"XX\r\n")),
        (["transfer-encoding: chunked"], chunked(CHUNK, last=b"0\r\ncontent-length: 5\r\n\r\n")),
    ],
    ids=lambda it: " ".join(it).replace("\r\n", "").encode("unicode_escape").decode() if isinstance(it, list) else None,
)
def test_two_readings(process: Process, fields: list[str], body: bytes) -> None:
    """What is framed in two ways, or in none, is refused, and its connection ends there."""
    found = process.raw(head(process, *fields) + body + BEHIND)

    assert found.startswith(b"HTTP/1.1 400 ")
    assert found.count(b"HTTP/1.1 ") == 1
    assert alive(process)


def test_a_part_that_never_ends(process: Process) -> None:
    """A part that is said to be large is waited for no longer than other bodies."""
    found = process.raw(head(process, "transfer-encoding: chunked") + chunked(b"7FFFFFFF") + BEHIND)

    assert found.startswith(b"HTTP/1.1 408 ")
    assert found.count(b"HTTP/1.1 ") == 1


def test_other_codings(process: Process) -> None:
    """A body in a coding that nobody here reads is not taken for what it is not."""
    found = process.raw(head(process, "transfer-encoding: gzip, chunked", "connection: close") + chunked(CHUNK))

    assert found.startswith(b"HTTP/1.1 415 ")


def test_a_hundred_slow_bodies(process: Process) -> None:
    """While a hundred callers send a byte and rest, others are answered, and each of the hundred is refused."""
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", process.port))) for _ in range(100)]
        for connection in slow:
            connection.sendall(head(process, f"content-length: {SIZE}") + BODY[:1])
        with ThreadPoolExecutor(4) as pool:
            others = list(pool.map(lambda _: alive(process), range(100)))
        refused = {connection.recv(65536)[:13] for connection in slow}

    assert all(others)
    assert refused == {b"HTTP/1.1 408 "}


def test_a_hundred_floods(process: Process) -> None:
    """While a hundred heads come that never end, others are answered."""
    with ThreadPoolExecutor(8) as pool:
        flood = head(process).removesuffix(b"\r\n") + b"x: y\r\n" * 20_000
        refused = pool.map(lambda _: process.raw(flood)[:13], range(100))
        others = [alive(process) for _ in range(100)]

    assert all(others)
    assert set(refused) <= {b"HTTP/1.1 431 ", b""}
