"""Run the studio on this machine."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable

import uvicorn

from notifyrules.errors import UsageError
from notifyrules.studio.app import Studio
from notifyrules.studio.desk import Desk


def serve(desk: Desk, port: int, tell: Callable[[str, uvicorn.Server], None]) -> None:
    """
    Serve until it is stopped.

    Args:
        desk: What is shown.
        port: Where; 0 for a free one.
        tell: Is given the link, whose fragment, which no browser sends, holds the token; and what is about to run.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise UsageError(f"port {port} cannot be listened at: {error}", "name another with --port") from None
        listening.listen()
        at, token = listening.getsockname()[1], secrets.token_urlsafe(32)
        config = uvicorn.Config(
            Studio(desk, token, at, lambda: server.should_exit).app,
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            http="h11",
            ws="none",
            # Pages that listen never end by themselves.
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        tell(f"http://127.0.0.1:{at}/#token={token}", server)
        server.run(sockets=[listening])
