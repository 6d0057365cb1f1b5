"""What several processes of the service remember together: nonces that were used, and answers kept for a retry."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from secrets import token_bytes
from time import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from notifyrules.errors import UsageError
from notifyrules.service.problems import Problem

if TYPE_CHECKING:
    from redis.asyncio import Redis

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

PATIENCE_S: Final = 0.25
"""How long a call waits for the store before it is refused."""
_CLAIM_BYTES: Final = 8


class Kept(NamedTuple):
    """A key that was answered, or that somebody works on."""

    fingerprint: bytes
    answer: bytes
    """Empty while somebody works on it."""


class Store(ABC):
    """Remembers values for a while; every method raises a problem, 503, where it does not answer in time."""

    _is_lost = False

    async def use_nonce(self, key_id: str, nonce: str, kept_s: float) -> bool:
        """Use a nonce up for as long as it is kept; False where it is used up already."""
        mine = token_bytes(_CLAIM_BYTES)
        return await self._add(f"nonce:{key_id}:{nonce}", mine, kept_s) == mine

    async def claim(self, key: str, fingerprint: bytes, lease_s: float) -> bytes | Kept:
        """Take the work on *key*, for a while, and give its proof, or what is kept; fingerprints have one length."""
        claim = token_bytes(_CLAIM_BYTES) + fingerprint
        found = await self._add(f"key:{key}", claim, lease_s)
        end = len(claim)
        return claim if found == claim else Kept(found[_CLAIM_BYTES:end], found[end:])

    async def finish(self, key: str, claim: bytes, answer: bytes, kept_s: float) -> None:
        """Keep the answer, unless somebody else has the claim by now."""
        await self._replace(f"key:{key}", claim, claim + answer, kept_s)

    async def release(self, key: str, claim: bytes) -> None:
        """Give a claim back."""
        await self._replace(f"key:{key}", claim, claim, 0)

    @abstractmethod
    async def close(self) -> None:
        """Close it."""

    @abstractmethod
    async def _add(self, name: str, value: bytes, kept_s: float) -> bytes:
        """Keep a value unless there is one, and give the one that is there now."""

    @abstractmethod
    async def _replace(self, name: str, old: bytes, new: bytes, kept_s: float) -> None:
        """Keep another value where the old one still is."""

    async def _wait(self, work: Awaitable[_T]) -> _T:
        """Wait; the first call that waits in vain logs why, and the next one that does not that it is over."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await work
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller may try again
            if not self._is_lost:
                _log.error("the store cannot be used: %s", str(error) or f"no answer within {PATIENCE_S:g} s")
            self._is_lost = True
            raise _unavailable() from None
        if self._is_lost:
            _log.warning("the store can be used again")
        self._is_lost = False
        return found


def _unavailable() -> Problem:
    detail = "what is remembered between calls cannot be reached; try again, or ask by token and without a key"
    return Problem(503, "store-unavailable", detail, {"Retry-After": "1"})


class SqliteStore(Store):
    """A SQLite file, for all processes of one machine. It survives the death of any of them."""

    _SCHEMA: Final = """
        CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value BLOB, until REAL NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS kept_until ON kept (until);
    """
    _ADD: Final = """
        INSERT INTO kept VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
        SET value = iif(until <= ?4, ?2, value), until = iif(until <= ?4, ?3, until) RETURNING value
    """
    _CLEANED_EVERY: Final = 256

    def __init__(self, path: Path) -> None:
        """Open *path*, and make it where it is missing; UsageError where that cannot be."""
        self._writes = 0
        self._stuck: Future[Any] | None = None
        # One thread, which alone uses the connection: whatever blocks in SQLite never blocks the loop.
        self._thread = ThreadPoolExecutor(1, "notifyrules-store")
        with ExitStack() as opened:
            try:
                # What is kept are answers, and some hold facts of people.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                self._connection = sqlite3.connect(
                    path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False, cached_statements=16
                )
                opened.callback(self._connection.close)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.executescript(self._SCHEMA)
            except (OSError, sqlite3.Error) as error:
                raise UsageError(f"the store {path} cannot be opened: {error}") from error
            opened.pop_all()

    async def close(self) -> None:
        """Close the file when what was begun is done."""
        self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)

    async def _add(self, name: str, value: bytes, kept_s: float) -> bytes:
        now = time()
        found: tuple[bytes] = await self._write(self._ADD, name, value, now + kept_s, now)
        return found[0]

    async def _replace(self, name: str, old: bytes, new: bytes, kept_s: float) -> None:
        query = "UPDATE kept SET value = ?, until = ? WHERE name = ? AND value = ?"
        await self._write(query, new, time() + kept_s, name, old)

    async def _write(self, query: str, *values: object) -> Any:  # noqa: ANN401 - a row
        # Nothing queues up behind what hangs.
        if self._stuck is not None and not self._stuck.done():
            raise _unavailable()
        future = self._thread.submit(self._execute, query, values)
        try:
            return await self._wait(asyncio.wrap_future(future))
        except Problem:
            if future.running():
                self._stuck = future
            raise

    def _execute(self, query: str, values: tuple[object, ...]) -> Any:  # noqa: ANN401 - a row
        self._writes += 1
        if self._writes % self._CLEANED_EVERY == 0:
            self._connection.execute("DELETE FROM kept WHERE until <= ?", (time(),))
        return self._connection.execute(query, values).fetchone()


class RedisStore(Store):
    """Redis, for processes of several machines; entries end there by themselves."""

    _ADD: Final = """
        if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
        return redis.call('GET', KEYS[1])
    """
    _REPLACE: Final = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
        redis.call('SET', KEYS[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
    """

    def __init__(self, redis: Redis) -> None:
        """Remember there."""
        self._redis = redis

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _add(self, name: str, value: bytes, kept_s: float) -> bytes:
        found: bytes = await self._run(self._ADD, name, value, _ms(kept_s))
        return found

    async def _replace(self, name: str, old: bytes, new: bytes, kept_s: float) -> None:
        await self._run(self._REPLACE, name, old, new, _ms(kept_s))

    async def _run(self, script: str, name: str, *values: bytes | int) -> Any:  # noqa: ANN401 - as the script says
        return await self._wait(self._redis.eval(script, 1, f"notifyrules:{name}", *values))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def open_store(where: str) -> Store:
    """Open what `redis://...` names, or else the SQLite file *where*; UsageError where that cannot be."""
    if where.startswith(("redis://", "rediss://", "unix://")):
        try:
            from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError(
                "the store is Redis, which is not installed", "pip install 'notifyrules[redis]'"
            ) from error
        limits = {"timeout": PATIENCE_S, "socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
        try:
            pool = BlockingConnectionPool.from_url(where, max_connections=16, **limits)
        except ValueError:
            # Its words quote the address, and that may hold a password.
            advice = "write `redis://user:password@host:6379/0`, and `%2F` for a `/` in the password"
            raise UsageError("`store.redis` is not the address of a Redis", advice) from None
        return RedisStore(Redis.from_pool(pool))
    return SqliteStore(Path(where))
