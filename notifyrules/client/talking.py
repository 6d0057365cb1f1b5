"""
How a client asks the service: how long it waits, when it tries again, when it gives up.

The rules are those of the Amazon Builders' Library ("Timeouts, retries, and backoff with jitter", 2019): one deadline
for the whole call, few tries, full jitter, a budget that ends retries when most calls fail, and a circuit breaker.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, TypeVar

import httpx2

from notifyrules.client.answers import Away, Refused, read_object, read_wrong_facts

_T = TypeVar("_T")

TRIES: Final = 3
_FIRST_WAIT_S: Final = 0.02
_FAILURES: Final = 5
_PAUSE_S: Final = 1.0
_RETRIES: Final = 10.0
_A_CALL_EARNS: Final = 0.1
_TRY_AGAIN: Final = frozenset({409, 429, 500, 502, 503, 504})
_NOT_GOOD: Final = 300
_BROKEN: Final = 500


@dataclass
class Breaker:
    """Keeps from asking a service that has failed so many times in a row, but for a try a second."""

    clock: Callable[[], float] = monotonic
    _failures: int = 0
    _closed_until: float = 0.0

    def lets(self) -> bool:
        """Tell whether to send a request now."""
        if self._failures < _FAILURES:
            return True
        if (now := self.clock()) < self._closed_until:
            return False
        self._closed_until = now + _PAUSE_S
        return True

    def tell(self, *, answered: bool) -> None:
        """Take note of how a request ended."""
        self._failures = 0 if answered else self._failures + 1
        self._closed_until = self.clock() + _PAUSE_S


@dataclass
class RetryBudget:
    """Lets a tenth of all calls be retries: more of them would keep a service down that comes up."""

    _left: float = _RETRIES

    def earn(self) -> None:
        """Take note of a call."""
        self._left = min(_RETRIES, self._left + _A_CALL_EARNS)

    def spend(self) -> bool:
        """Take a retry; False where there is none left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class Talker:
    """Talks to one service as one client, on one loop."""

    base: str
    deadline_s: float
    breaker: Breaker = field(default_factory=Breaker)
    budget: RetryBudget = field(default_factory=RetryBudget)

    async def ask(self, send: Callable[[], Awaitable[httpx2.Response]], read: Callable[[dict[str, Any]], _T]) -> _T:
        """
        Ask until there is an answer, or no time left; what *read* raises ValueError for is none, whoever it came from.

        Raises:
            Away: There is none.
            Refused: The service will not answer.
            FactsError: The facts are not what the rules declare.
        """
        end = monotonic() + self.deadline_s
        self.budget.earn()
        for number in range(TRIES):
            if not self.breaker.lets():
                raise Away(f"{self.base} has not answered for a while, and is left alone for a second")
            # Half of what is left, so that a service that hangs leaves time to ask another behind the same address.
            left = end - monotonic()
            reply = await _try(send, left if number == TRIES - 1 else left / 2)
            # Whoever does not answer is away, like one that says so.
            status, told = (503, {}) if reply is None else (reply.status_code, read_object(reply.content))
            if status < _NOT_GOOD:
                with suppress(ValueError):
                    answer = read(told)
                    self.breaker.tell(answered=True)
                    return answer
            self.breaker.tell(answered=_NOT_GOOD <= status < _BROKEN)
            if status >= _NOT_GOOD and status not in _TRY_AGAIN:
                raise read_wrong_facts(told) or Refused(status, told)
            pause = random.uniform(0, _FIRST_WAIT_S * 2**number)  # noqa: S311 - no secret
            if number == TRIES - 1 or monotonic() + pause >= end or not self.budget.spend():
                break
            await asyncio.sleep(pause)
        raise Away(f"{self.base} did not answer within {self.deadline_s:g} s")


async def _try(send: Callable[[], Awaitable[httpx2.Response]], timeout_s: float) -> httpx2.Response | None:
    """Send once, and give what comes back whole and in time; it is not the parts that have a time, but all."""
    with suppress(httpx2.RequestError, TimeoutError):
        async with asyncio.timeout(timeout_s):
            return await send()
    return None
