"""Run the service: uvicorn, with a drain before it stops."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any, Final

import uvicorn

from notifyrules.service.app import Service
from notifyrules.service.protocol import Protocol

_LAST_CALLS_S: Final = 1.0
"""How long connections that are kept, or were accepted last, may take to bring their last call."""


class Server(uvicorn.Server):
    """
    A server that says it is not ready for some time before it stops.

    SIGTERM drains: `/readyz` says 503 and calls are answered as before, so that whoever balances load has the time to
    look elsewhere; then each connection is closed by its next answer. A second signal, and SIGINT, stops at once.
    """

    def __init__(self, service: Service, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Serve, by the *options* of :class:`uvicorn.Config`."""
        limits = service.settings.limits
        # Many facts are many objects that die with their call: to look for circles among them costs a tenth.
        gc.set_threshold(100_000)
        config = uvicorn.Config(
            service,
            http=self._connect,  # type: ignore[arg-type] # it is called, and no more
            ws="none",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=limits.connections,
            # Longer than the usual proxy keeps a connection, so that it never sends on one that is being closed.
            timeout_keep_alive=75,
            timeout_graceful_shutdown=30,
            **options,
        )
        super().__init__(config)
        self._service, self._drain_s = service, limits.drain_s

    def _connect(self, **options: Any) -> Protocol:  # noqa: ANN401 - uvicorn's own
        return Protocol(self._service.settings.limits, **options)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain, or stop."""
        if sig == signal.SIGTERM and not self._captured_signals and self._drain_s:
            self._captured_signals.append(sig)
            self._service.drain()
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, self._drain_s, self._stop)
        else:
            super().handle_exit(sig, frame)

    def _stop(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: Any = None) -> None:  # noqa: ANN401 - uvicorn's own
        """Stop accepting, answer whoever has come already, and stop."""
        self._service.close_connections()
        # What the system accepted for us is not lost with the sockets that it waits at: others stand for the same.
        listening = [socket.socket(fileno=os.dup(one.fileno())) for server in self.servers for one in server.sockets]
        for server in self.servers:
            server.close()
        for one in listening:
            await self._take_the_rest(one)
        for _ in range(round(_LAST_CALLS_S * 20)):
            if not self.server_state.connections:
                break
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)

    async def _take_the_rest(self, listening: socket.socket) -> None:
        """Accept the connections that wait at a socket, and close it."""
        listening.settimeout(0)
        loop = asyncio.get_running_loop()
        make = partial(
            self._connect,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        with listening, suppress(BlockingIOError):
            while True:
                connection, _ = listening.accept()
                connection.settimeout(0)
                await loop.connect_accepted_socket(make, connection)
