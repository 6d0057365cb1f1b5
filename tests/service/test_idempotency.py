"""A retry changes nothing, in any process and by either store."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from notifyrules.service.access import Asked, Caller
from notifyrules.service.idempotency import once
from notifyrules.service.problems import Problem
from notifyrules.service.store import Kept, Store, open_store
from tests.service.clients import REDIS, URL

CALLER = Caller("sender", frozenset({"decide"}))

Run = Callable[[Callable[[Store], Awaitable[None]]], None]


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.services("redis"))])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Run a test by each of the stores."""

    def start(work: Callable[[Store], Awaitable[None]]) -> None:
        async def with_store() -> None:
            store = open_store(REDIS if request.param == "redis" else str(tmp_path / "store.sqlite"))
            try:
                await work(store)
            finally:
                await store.close()

        asyncio.run(with_store())

    return start


def asked(key: str | None = None, body: bytes = b"{}") -> Asked:
    """Make a request with a key."""
    return Asked("POST", URL, {"idempotency-key": key or token_hex(16)}, body)


async def answer() -> bytes:
    """Answer at once."""
    return b"answer"


async def fail() -> bytes:
    """Fail to answer."""
    raise Problem(422, "facts-invalid", "no")


async def refusal(work: Awaitable[object]) -> Problem:
    """Give the problem that something is refused with."""
    with pytest.raises(Problem) as caught:
        await work
    return caught.value


class TestOnce:
    def test_replayed(self, run: Run) -> None:
        """The same request again gets the same bytes, and nothing is worked on."""

        async def work(store: Store) -> None:
            request = asked()

            assert await once(store, CALLER, request, answer) == (b"answer", False)
            assert await once(store, CALLER, request, fail) == (b"answer", True)

        run(work)

    def test_at_once(self, run: Run) -> None:
        """Of 64 at once one is worked on; the others wait for it or are told to."""

        async def work(store: Store) -> None:
            request, worked = asked(), 0

            async def slowly() -> bytes:
                nonlocal worked
                worked += 1
                await asyncio.sleep(0.05)
                return b"answer"

            results = await asyncio.gather(
                *(once(store, CALLER, request, slowly) for _ in range(64)), return_exceptions=True
            )

            assert worked == 1
            # On a busy machine a store may be too slow for some, which are told so and try again.
            assert {one.status for one in results if isinstance(one, Problem)} <= {409, 503}
            assert await once(store, CALLER, request, slowly) == (b"answer", True)

        run(work)

    def test_another_body(self, run: Run) -> None:
        """A key that comes with another request is refused."""

        async def work(store: Store) -> None:
            request = asked()
            await once(store, CALLER, request, answer)
            other = replace(request, body=b"[]")

            assert (await refusal(once(store, CALLER, other, answer))).status == 422

        run(work)

    def test_another_client(self, run: Run) -> None:
        """Clients do not see each other's keys."""

        async def work(store: Store) -> None:
            request = asked()
            await once(store, CALLER, request, answer)

            assert await once(store, replace(CALLER, client="other"), request, answer) == (b"answer", False)

        run(work)

    def test_failed(self, run: Run) -> None:
        """What failed is worked on again."""

        async def work(store: Store) -> None:
            request = asked()
            await refusal(once(store, CALLER, request, fail))

            assert await once(store, CALLER, request, answer) == (b"answer", False)

        run(work)

    def test_running(self, run: Run) -> None:
        """While somebody works on it, the others are told when to try again."""

        async def work(store: Store) -> None:
            request, begun, go_on = asked(), asyncio.Event(), asyncio.Event()

            async def slowly() -> bytes:
                begun.set()
                await go_on.wait()
                return b"answer"

            first = asyncio.create_task(once(store, CALLER, request, slowly))
            await asyncio.wait_for(begun.wait(), 60)
            problem = await refusal(once(store, CALLER, request, answer))
            go_on.set()

            assert (problem.status, problem.headers) == (409, {"Retry-After": "1"})
            assert await first == (b"answer", False)

        run(work)

    @pytest.mark.parametrize("key", ["", '""', "a b", "é", "x" * 256, '"unclosed', "a\nb"])
    def test_no_key(self, run: Run, key: str) -> None:
        """What is no key is refused."""

        async def work(store: Store) -> None:
            request = Asked("POST", URL, {"idempotency-key": key}, b"")

            assert (await refusal(once(store, CALLER, request, answer))).status == 400

        run(work)

    def test_quotes(self, run: Run) -> None:
        """A key is the same with the quotes that the draft asks for and without."""

        async def work(store: Store) -> None:
            key = token_hex(8)
            await once(store, CALLER, asked(key), answer)

            assert await once(store, CALLER, asked(f'"{key}"'), answer) == (b"answer", True)

        run(work)


class TestLease:
    def test_ends(self, run: Run) -> None:
        """A claim that nobody keeps leaves no lock; who comes late with its answer changes nothing."""

        async def work(store: Store) -> None:
            key = token_hex(8)
            first = await store.claim(key, b"a", 0.01)
            await asyncio.sleep(0.05)
            second = await store.claim(key, b"b", 30)
            assert isinstance(first, bytes)
            assert isinstance(second, bytes)

            await store.finish(key, first, b"late", 60)
            assert await store.claim(key, b"b", 30) == Kept(b"b", b"")

            await store.finish(key, second, b"right", 60)
            assert await store.claim(key, b"b", 30) == Kept(b"b", b"right")

        run(work)

    def test_answers_are_forgotten(self, run: Run) -> None:
        """An answer is kept for its time and no longer."""

        async def work(store: Store) -> None:
            key = token_hex(8)
            first = await store.claim(key, b"a", 30)
            assert isinstance(first, bytes)
            await store.finish(key, first, b"answer", 0.01)
            await asyncio.sleep(0.05)

            assert isinstance(await store.claim(key, b"a", 30), bytes)

        run(work)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start a Redis that may be stopped."""
    try:
        path = tmp_path / "redis.sock"
        process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""],  # noqa: S607
            stdout=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        pytest.skip("needs the program `redis-server`")
    while not path.exists():
        time.sleep(0.01)
    yield process, f"unix://{path}"
    process.kill()
    process.wait()


class TestHangs:
    @pytest.fixture(autouse=True)
    def impatience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Wait as long as a service does."""
        monkeypatch.setattr("notifyrules.service.store.PATIENCE_S", 0.25)

    def test_sqlite(self, tmp_path: Path) -> None:
        """A file that another process holds is told, and the loop goes on meanwhile."""
        path = tmp_path / "store.sqlite"

        async def work() -> None:
            store = open_store(str(path))
            holder = sqlite3.connect(path, isolation_level=None)
            holder.execute("BEGIN EXCLUSIVE")
            ticks = asyncio.create_task(count_ticks())
            problem = await refusal(store.use_nonce("k", "n", 10))
            ticks.cancel()

            assert (problem.status, problem.headers) == (503, {"Retry-After": "1"})
            assert len(TICKS) > 5

            holder.execute("ROLLBACK")
            holder.close()
            while True:
                try:
                    assert await store.use_nonce("k", "other", 10)
                    break
                except Problem:
                    await asyncio.sleep(0.01)
            await store.close()

        asyncio.run(work())

    @pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
    def test_redis(self, own_redis: tuple[subprocess.Popen[bytes], str], how: signal.Signals) -> None:
        """A Redis that hangs or dies is told."""
        process, url = own_redis

        async def work() -> None:
            store = open_store(url)
            assert await store.use_nonce("k", "n", 10)
            os.kill(process.pid, how)

            assert (await refusal(store.use_nonce("k", "o", 10))).status == 503
            assert (await refusal(store.claim("k", b"o", 10))).status == 503

            await store.close()

        asyncio.run(work())


TICKS: list[int] = []


async def count_ticks() -> None:
    """Count how often the loop comes round."""
    while True:
        TICKS.append(1)
        await asyncio.sleep(0.01)
