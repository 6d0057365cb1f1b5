"""Claims about the store itself: what is told of it when it cannot be used, and what a process that dies leaves."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import pytest

from notifyrules.errors import UsageError
from notifyrules.service.access import Asked, Caller
from notifyrules.service.idempotency import once
from notifyrules.service.problems import Problem
from notifyrules.service.store import SqliteStore, open_store
from tests.service.clients import REDIS, URL

DYING = """
import asyncio, os, sys
from notifyrules.service import idempotency
from notifyrules.service.access import Asked, Caller
from notifyrules.service.store import open_store

async def work():
    os.kill(os.getpid(), 9)

async def main(where, url, key):
    asked = Asked("POST", url, {"idempotency-key": key}, b"{}")
    await idempotency.once(open_store(where), Caller("sender", frozenset()), asked, work)

idempotency.LEASE_S = 3
asyncio.run(main(*sys.argv[1:]))
"""


class TestLost:
    def test_a_full_disk(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """Calls are refused to be tried again; the cause is logged once, and so is that it is over."""

        async def work() -> None:
            store = open_store(str(tmp_path / "store.sqlite"))
            assert isinstance(store, SqliteStore)
            limit(store, "SELECT * FROM pragma_page_count")
            for number in range(200):
                with suppress(Problem):
                    await store.use_nonce("k", f"{number}{'n' * 2000}", 60)
            limit(store, "SELECT 100000")
            assert await store.use_nonce("k", "n", 60)
            await store.close()

        def limit(store: SqliteStore, most: str) -> None:
            connection = store._connection  # noqa: SLF001 - the disk is full for it
            connection.execute(f"PRAGMA max_page_count = {connection.execute(most).fetchone()[0]}")

        asyncio.run(work())

        assert [one.getMessage() for one in caplog.records] == [
            "the store cannot be used: database or disk is full",
            "the store can be used again",
        ]

    @pytest.mark.parametrize("url", ["redis://:hush/hush@localhost:1/0", "redis://:hush@localhost:no/0"])
    def test_no_address(self, url: str) -> None:
        """What is no address of a Redis is told without it, for it may hold a password."""
        pytest.importorskip("redis")
        with pytest.raises(UsageError, match="is not the address of a Redis") as refused:
            open_store(url)

        assert "hush" not in str(refused.value)

    def test_nobody_there(self, caplog: pytest.LogCaptureFixture) -> None:
        """A Redis that is not there is told with the cause, and without the password."""
        pytest.importorskip("redis")

        async def work() -> None:
            store = open_store("redis://user:hush@127.0.0.1:1/0")
            for _ in range(3):
                with pytest.raises(Problem):
                    await store.claim("k", b"f", 1)
            await store.close()

        asyncio.run(work())

        assert len(caplog.records) == 1
        assert "127.0.0.1:1" in caplog.text
        assert "hush" not in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("redis", marks=pytest.mark.services("redis"))])
def test_a_process_that_dies_between_claim_and_answer(tmp_path: Path, kind: str) -> None:
    """While its lease lasts a retry is told to wait; after that it is answered, and kept."""
    where, key = REDIS if kind == "redis" else str(tmp_path / "store.sqlite"), token_hex(8)
    died = subprocess.run([sys.executable, "-c", DYING, where, URL, key], check=False).returncode

    async def answer() -> bytes:
        return b"answer"

    async def work() -> list[int]:
        store, waited = open_store(where), []
        asked = Asked("POST", URL, {"idempotency-key": key}, b"{}")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                assert await once(store, Caller("sender", frozenset()), asked, answer) == (b"answer", False)
                break
            except Problem as problem:
                waited.append(problem.status)
                await asyncio.sleep(0.05)
        assert await once(store, Caller("sender", frozenset()), asked, answer) == (b"answer", True)
        await store.close()
        return waited

    waited = asyncio.run(work())

    assert died == -signal.SIGKILL
    assert set(waited) == {409}


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A store that is no SQLite file is told with the cause."""
    (tmp_path / "store.sqlite").write_text("no database" * 100, "utf-8")
    with pytest.raises(UsageError, match="cannot be opened: file is not a database"):
        open_store(str(tmp_path / "store.sqlite"))
