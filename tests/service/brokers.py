"""Brokers for tests: addresses of a test's own, cleaned up behind it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aio_pika
import nats
from nats.js.errors import NotFoundError

from notifyrules.service.events import POSTED, Told
from notifyrules.service.lines import ASKING, TELLING, Line, Received, open_line, tell
from notifyrules.service.settings import WorkerSettings
from tests.conftest import SERVICES

PATIENCE_S = 300
"""How long anything is waited for: no claim, but an end for what never comes."""


def address(broker: str) -> str:
    """Give the address of a broker that runs beside the tests."""
    variable, usual, _ = SERVICES[broker]
    return os.environ.get(variable, usual)


async def clean(url: str, prefix: str) -> None:
    """Remove all that a test has made."""
    if url.startswith("nats"):
        client = await nats.connect(url)
        for stream in ("messages", "notifications"):
            with suppress(NotFoundError):
                await client.jetstream().delete_stream(f"{prefix}-{stream}")
        await client.close()
    else:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            for kind in (*ASKING, *TELLING):
                await channel.queue_delete(f"{prefix}.{kind}", if_unused=False, if_empty=False)
            await channel.exchange_delete(prefix)


class Product:
    """Who posts messages, and takes the events that answer."""

    def __init__(self, url: str, prefix: str, *kinds: str) -> None:
        """Take events of some kinds."""
        self.line: Line = open_line(url, WorkerSettings(prefix=prefix))
        self.taken: dict[str, list[bytes]] = {kind: [] for kind in kinds}
        for kind in kinds:
            self.line.subscribe(kind, self._keep(self.taken[kind]))

    @staticmethod
    def _keep(taken: list[bytes]) -> Callable[[Any], Awaitable[None]]:
        async def take(batch: list[Received]) -> None:
            for one in batch:
                taken.append(one.body)
                await one.ack()

        return take

    async def post(self, *bodies: bytes, at_once: int = 200) -> None:
        """Post messages."""
        for begin in range(0, len(bodies), at_once):
            await tell(self.line, [Told(POSTED, "", one) for one in bodies[begin : begin + at_once]])

    async def until(self, done: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(patience_s):
            while not done():  # noqa: ASYNC110 - it is for any condition
                await asyncio.sleep(0.02)
