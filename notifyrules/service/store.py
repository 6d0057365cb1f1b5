"""What several processes of the service remember together: nonces that were used, and answers kept for a retry."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from time import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from notifyrules.errors import UsageError
from notifyrules.service.problems import Problem

if TYPE_CHECKING:
    from redis.asyncio import Redis

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

PATIENCE_S: Final = 0.25
"""How long a call waits for the store before it is refused."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A key that nobody works on: the work is the caller's, and the claim is its proof."""

    claim: str


@dataclass(frozen=True, slots=True)
class Running:
    """A key that somebody works on."""

    fingerprint: str
    left_s: float
    """How long they may at most."""


@dataclass(frozen=True, slots=True)
class Done:
    """A key that was answered."""

    fingerprint: str
    answer: bytes


def open_store(where: str, clock: Callable[[], float] = time) -> Store:
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
    return SqliteStore(Path(where), clock)


class _Patience:
    """Waits for a store; the first call that waits in vain logs why, and the next one that does not that it is over."""

    def __init__(self) -> None:
        self._lost = False

    async def wait(self, work: Awaitable[_T]) -> _T:
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await work
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller may try again
            if not self._lost:
                cause = str(error) or f"no answer within {PATIENCE_S:g} s"
                _log.error("the store cannot be used: %s", cause)
            self._lost = True
            raise _unavailable() from None
        if self._lost:
            _log.warning("the store can be used again")
        self._lost = False
        return found


def _unavailable() -> Problem:
    detail = "what is remembered between calls cannot be reached; try again, or ask by token and without a key"
    return Problem(503, "store-unavailable", detail, {"Retry-After": "1"})


class SqliteStore:
    """
    A SQLite file, for all processes of one machine. It survives the death of any of them.

    Every method raises a problem, 503, where the store does not answer in time.
    """

    _SCHEMA: Final = """
        CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS nonces_until ON nonces (until);
        CREATE TABLE IF NOT EXISTS keys (
            key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, claim TEXT, answer BLOB, until REAL NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS keys_until ON keys (until);
    """
    _CLEANED_EVERY: Final = 256

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """Open *path*, and make it where it is missing."""
        self._clock = clock
        self._writes, self._patience = 0, _Patience()
        self._stuck: Future[Any] | None = None
        # One thread, which alone uses the connection: whatever blocks in SQLite never blocks the loop.
        self._thread = ThreadPoolExecutor(1, "notifyrules-store")
        try:
            # What is kept are answers, and some hold facts of people.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False, cached_statements=16
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(self._SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"the store {path} cannot be opened: {error}") from error

    async def use_nonce(self, key_id: str, nonce: str, kept_s: float) -> bool:
        """Use a nonce up for as long as it is kept; False where it is used up already."""
        query = "INSERT INTO nonces VALUES (?1, ?2) ON CONFLICT DO UPDATE SET until = ?2 WHERE until <= ?3 RETURNING 1"
        now = self._clock()
        return await self._write(query, f"{key_id}\0{nonce}", now + kept_s, now) is not None

    async def claim(self, key: str, fingerprint: str, lease_s: float) -> Fresh | Running | Done:
        """Take the work on *key*, for a while, unless it is taken or done."""
        claim, now = token_hex(8), self._clock()
        query = """
            INSERT INTO keys (key, fingerprint, claim, until) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET
                fingerprint = iif(until <= ?5, ?2, fingerprint), claim = iif(until <= ?5, ?3, claim),
                answer = iif(until <= ?5, NULL, answer), until = iif(until <= ?5, ?4, until)
            RETURNING fingerprint, claim, answer, until
        """
        found, holder, answer, until = await self._write(query, key, fingerprint, claim, now + lease_s, now)
        if holder == claim:
            return Fresh(claim)
        return Running(found, until - now) if answer is None else Done(found, answer)

    async def finish(self, key: str, claim: str, answer: bytes, kept_s: float) -> None:
        """Keep the answer, unless somebody else has the claim by now."""
        query = "UPDATE keys SET answer = ?, until = ? WHERE key = ? AND claim = ?"
        await self._write(query, answer, self._clock() + kept_s, key, claim)

    async def release(self, key: str, claim: str) -> None:
        """Give a claim back."""
        await self._write("DELETE FROM keys WHERE key = ? AND claim = ? AND answer IS NULL", key, claim)

    async def close(self) -> None:
        """Close the file when what was begun is done."""
        self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)

    async def _write(self, query: str, *values: object) -> Any:  # noqa: ANN401 - a row
        if self._stuck is not None and not self._stuck.done():
            raise _unavailable()
        future = self._thread.submit(self._execute, query, values)
        try:
            return await self._patience.wait(asyncio.wrap_future(future))
        except Problem:
            if future.running():
                # Nothing queues up behind what hangs.
                self._stuck = future
            raise

    def _execute(self, query: str, values: tuple[object, ...]) -> Any:  # noqa: ANN401 - a row
        self._writes += 1
        if self._writes % self._CLEANED_EVERY == 0:
            now = self._clock()
            self._connection.execute("DELETE FROM nonces WHERE until <= ?", (now,))
            self._connection.execute("DELETE FROM keys WHERE until <= ?", (now,))
        return self._connection.execute(query, values).fetchone()


class RedisStore:
    """Redis, for processes of several machines; entries end there by themselves."""

    _FINISH: Final = """
        if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'answer', ARGV[2])
        return redis.call('PEXPIRE', KEYS[1], ARGV[3])
    """
    _CLAIM: Final = """
        if redis.call('EXISTS', KEYS[1]) == 0 then
            redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'claim', ARGV[2])
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
        end
        local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'claim', 'answer')
        return {found[1], found[2], found[3], redis.call('PTTL', KEYS[1])}
    """
    _RELEASE: Final = """
        if redis.call('HGET', KEYS[1], 'claim') == ARGV[1] and redis.call('HEXISTS', KEYS[1], 'answer') == 0 then
            redis.call('DEL', KEYS[1])
        end
    """

    def __init__(self, redis: Redis, prefix: str = "notifyrules:") -> None:
        """Remember under *prefix*."""
        self._redis, self._prefix, self._patience = redis, prefix, _Patience()

    async def use_nonce(self, key_id: str, nonce: str, kept_s: float) -> bool:
        """Use a nonce up, as in :class:`SqliteStore`."""
        name = f"{self._prefix}nonce:{key_id}:{nonce}"
        return bool(await self._patience.wait(self._redis.set(name, b"", px=_ms(kept_s), nx=True)))

    async def claim(self, key: str, fingerprint: str, lease_s: float) -> Fresh | Running | Done:
        """Take the work on a key, as in :class:`SqliteStore`."""
        claim = token_hex(8)
        found, holder, answer, left_ms = await self._run(self._CLAIM, key, fingerprint, claim, _ms(lease_s))
        if holder.decode() == claim:
            return Fresh(claim)
        return Running(found.decode(), left_ms / 1000) if answer is None else Done(found.decode(), answer)

    async def finish(self, key: str, claim: str, answer: bytes, kept_s: float) -> None:
        """Keep an answer, as in :class:`SqliteStore`."""
        await self._run(self._FINISH, key, claim, answer, _ms(kept_s))

    async def release(self, key: str, claim: str) -> None:
        """Give a claim back, as in :class:`SqliteStore`."""
        await self._run(self._RELEASE, key, claim)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _run(self, script: str, key: str, *values: str | bytes | int) -> Any:  # noqa: ANN401 - as the script says
        return await self._patience.wait(self._redis.eval(script, 1, f"{self._prefix}key:{key}", *values))


Store: TypeAlias = SqliteStore | RedisStore


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
