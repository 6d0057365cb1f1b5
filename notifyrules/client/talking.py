"""
How a client talks to the service, without sending anything: what to send, how long to wait, when to give up.

The rules are those of the Amazon Builders' Library ("Timeouts, retries, and backoff with jitter", 2019): one deadline
for the whole call, few tries, full jitter, a budget that ends retries when most calls fail, and a circuit breaker.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from pydantic_core import from_json

from notifyrules.client.answers import Away, Refused, read_problem
from notifyrules.errors import FactsError

if TYPE_CHECKING:
    from notifyrules.client.credentials import Credentials

_T = TypeVar("_T")

TRIES: Final = 3
_FIRST_WAIT_S: Final = 0.02
_TRY_AGAIN: Final = frozenset({409, 429, 500, 502, 503, 504})
_NOT_GOOD: Final = 300
_UNAUTHORIZED: Final = 401
_BROKEN: Final = 500


@dataclass(slots=True)
class Request:
    """One request, to be sent once."""

    method: str
    base: str
    url: str
    headers: dict[str, str]
    body: bytes
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Wait:
    """A while in which nothing is sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole and in time."""

    status: int
    body: bytes

    def told(self) -> dict[str, Any]:
        """Read what it says; nothing where that is no object of JSON, as proxies answer."""
        try:
            found = from_json(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def refused(self) -> Refused | FactsError:
        """Give what to raise for it."""
        return read_problem(self.status, self.told())


Step: TypeAlias = Request | Wait
"""A step to take, answered by a reply, or by None where none came."""


@dataclass
class Breaker:
    """Keeps from asking a service that does not answer, but for a try now and then."""

    after: int = 5
    """After so many failures in a row nothing is sent."""
    pause_s: float = 1.0
    """After so long one request is let through to see."""
    clock: Callable[[], float] = monotonic
    _failures: int = 0
    _closed_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets(self) -> bool:
        """Tell whether to send a request now."""
        with self._lock:
            if self._failures < self.after:
                return True
            now = self.clock()
            if now < self._closed_until:
                return False
            self._closed_until = now + self.pause_s
            return True

    def tell(self, *, answered: bool) -> None:
        """Take note of how a request ended."""
        with self._lock:
            self._failures = 0 if answered else self._failures + 1
            if not answered and self._failures >= self.after:
                self._closed_until = self.clock() + self.pause_s


@dataclass
class Budget:
    """Lets a tenth of all calls be retries: more of them would keep a service down that comes up."""

    most: float = 10.0
    share: float = 0.1
    _left: float = 10.0

    def earn(self) -> None:
        """Take note of a call."""
        self._left = min(self.most, self._left + self.share)

    def spend(self) -> bool:
        """Take a retry; False where there is none left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class Talker:
    """Talks to one service as one client."""

    base: str
    credentials: Credentials
    deadline_s: float
    breaker: Breaker = field(default_factory=Breaker)
    budget: Budget = field(default_factory=Budget)
    clock: Callable[[], float] = monotonic

    def ask(
        self, path: str, body: bytes, headers: dict[str, str], read: Callable[[dict[str, Any]], _T]
    ) -> Generator[Step, Reply | None, _T]:
        """
        Ask until there is an answer, or no time left.

        Args:
            path: Where.
            body: What.
            headers: What is said beside it.
            read: Reads an answer; what it raises ValueError for is none, whoever it came from.

        Raises:
            Away: There is none.
            Refused: The service will not answer.
            FactsError: The facts are not what the rules declare.
        """
        end = self.clock() + self.deadline_s
        self.budget.earn()
        forgot = False
        for number in range(TRIES):
            if not self.breaker.lets():
                raise Away(f"{self.base} has not answered for a while, and is left alone for a second")
            left = end - self.clock()
            # Half of what is left, so that a service that hangs leaves time to ask another behind the same address.
            timeout = left if number == TRIES - 1 else left / 2
            request = Request("POST", self.base, self.base + path, dict(headers), body, timeout)
            reply = None
            if (yield from self.credentials.show(request)):
                request.timeout_s = min(timeout, end - self.clock())
                if request.timeout_s > 0:
                    reply = yield request
            if reply is not None and reply.status < _NOT_GOOD:
                with suppress(ValueError):
                    answer = read(reply.told())
                    self.breaker.tell(answered=True)
                    return answer
            self.breaker.tell(answered=reply is not None and _NOT_GOOD <= reply.status < _BROKEN)
            if reply is not None and reply.status == _UNAUTHORIZED and not forgot and self.credentials.forget():
                forgot = True
                continue
            if reply is not None and reply.status >= _NOT_GOOD and reply.status not in _TRY_AGAIN:
                raise reply.refused()
            pause = random.uniform(0, _FIRST_WAIT_S * 2**number)  # noqa: S311 - no secret
            if number == TRIES - 1 or self.clock() + pause >= end or not self.budget.spend():
                break
            yield Wait(pause)
        raise Away(f"{self.base} did not answer within {self.deadline_s:g} s")
