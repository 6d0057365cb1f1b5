"""Processes, brokers and addresses for tests of events."""

from __future__ import annotations

import sqlite3
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg
import pytest

from notifyrules.service.lines import begin
from tests.service.brokers import Product, address, clean

brokers = pytest.mark.parametrize(
    "broker", [pytest.param(one, marks=pytest.mark.services(one)) for one in ("nats", "rabbitmq")]
)


databases = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.services("postgres"))]
)


@pytest.fixture
def prefix() -> str:
    """Give a prefix that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@asynccontextmanager
async def product(url: str, prefix: str, *kinds: str) -> AsyncIterator[Product]:
    """Post and take events, and clean up in the end."""
    made = Product(url, prefix, *kinds)
    await begin(made.line, url)
    try:
        yield made
    finally:
        await made.line.stop()
        await clean(url, prefix)


@contextmanager
def process(*command: str, errors: IO[bytes] | None = None) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Give a function that begins a process, and end all in the end."""
    begun: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors))
        return begun[-1]

    try:
        yield start
    finally:
        for one in begun:
            one.kill()
            one.wait()


def kept(database: str) -> int:
    """Count the rows of a database, those that waited among them."""
    with suppress(psycopg.Error, sqlite3.Error):
        if database.startswith("sqlite"):
            with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as file:
                return len(file.execute("SELECT 1 FROM workflow_status").fetchall())
        with psycopg.connect(database) as connection:
            return len(connection.execute("SELECT 1 FROM dbos.workflow_status").fetchall())
    return 0


@pytest.fixture
def database(kind: str, tmp_path: Path, prefix: str) -> Iterator[str]:
    """Give the URL of a database of the test's own."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'holds.sqlite'}"
        return
    usual = address("postgres")
    name = prefix.replace("-", "_")
    yield urlsplit(usual)._replace(path=f"/{name}").geturl()
    with psycopg.connect(usual, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
