"""A broker in memory, for those who have none at hand."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

from notifyrules.service.events import RETRY, Told
from notifyrules.service.lines import Received, Take


class Memory:
    """Gives every event to all who take events of its kind."""

    def __init__(self) -> None:
        """Hold no event yet."""
        self._takers: dict[str, list[Take]] = defaultdict(list)
        self._followed: deque[Received] = deque()
        self._giving: set[asyncio.Task[None]] = set()
        self.subscribe(RETRY, self._keep)

    def subscribe(self, kind: str, take: Take) -> None:
        """Have events of a kind taken."""
        self._takers[kind].append(take)

    async def _keep(self, batch: Any) -> None:  # noqa: ANN401 - events
        self._followed.extend(batch)

    async def get(self) -> Received | None:
        """Take the next `message.retry`."""
        return self._followed.popleft() if self._followed else None

    async def publish(self, events: Sequence[Told]) -> Sequence[object]:
        """Give events to those who take them."""
        for one in events:
            for take in self._takers[one.kind]:
                giving = asyncio.ensure_future(take([Received(one.body, 1, self._ack)]))
                self._giving.add(giving)
                giving.add_done_callback(self._giving.discard)
        return [None for _ in events]

    async def _ack(self) -> None:
        """Take note of nothing."""

    async def ask(self) -> object:
        """Be there."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End."""
