"""Call an old function in this process: what it awaits is waited for, and what never answers is ended."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from notifyrules.conformance.answers import NO_ANSWER
from notifyrules.errors import UsageError


class Silent(BaseException):
    """Say that there is no answer, and in words what there is instead."""


@dataclass(slots=True)
class FunctionCaller:
    """Calls one function."""

    function: Callable[..., object]
    longest_s: float
    """How long an answer is waited for: one that takes more than half of it may be given up."""
    _number: int = 0
    """Of the call that runs; 0 where none does."""
    _seen: int = 0
    _loop: asyncio.AbstractEventLoop | None = None
    _calls: Iterator[int] = field(default_factory=lambda: iter(range(1, 2**62)))

    def __call__(self, *given: object, **named: object) -> object:
        """Call it, and wait for what it gives where that is awaited."""
        self._number = next(self._calls)
        try:
            found = self.function(*given, **named)
            return self._waited(found) if isinstance(found, Awaitable) else found
        finally:
            self._number = 0

    def _waited(self, given: Awaitable[object]) -> object:
        """Wait in one loop for all calls, as what the function keeps between them may belong to it."""

        async def wait() -> object:
            return await given

        if asyncio._get_running_loop() is not None:  # noqa: SLF001 - the public form raises where there is none
            if asyncio.iscoroutine(given):
                given.close()
            message = "the old function is asynchronous, and it is asked inside of an event loop"
            raise UsageError(message, "ask in a thread: `await asyncio.to_thread(notifyrules.conform, ...)`")
        loop = self._loop = self._loop or asyncio.new_event_loop()
        try:
            return loop.run_until_complete(wait())
        except Silent:
            for task in asyncio.all_tasks(loop):
                task.cancel()
            raise

    @contextmanager
    def watched(self) -> Iterator[None]:
        """
        End calls that take too long, where the system can.

        It can in the main thread, unless somebody else has the alarm; and not what never comes back to Python.
        """
        able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if able := able and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL:
            signal.signal(signal.SIGALRM, self._look)
            # A timer for each call would cost more than most functions do.
            signal.setitimer(signal.ITIMER_REAL, self.longest_s / 2, self.longest_s / 2)
        try:
            yield
        finally:
            if able:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
            if self._loop is not None:
                self._loop.close()

    def _look(self, *_: Any) -> None:  # noqa: ANN401 - a signal and a frame
        if self._number and self._number == self._seen:
            raise Silent(NO_ANSWER)
        self._seen = self._number
