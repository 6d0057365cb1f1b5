"""What stands before every door of the studio: who asks, from where, with what, and what every answer says."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES: Final = 1 << 20
"""What a question may have at most."""
_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class NotAnswered(Exception):  # noqa: N818 - an answer, and no error of ours
    """A question that is not answered."""

    def __init__(self, status: int, detail: str) -> None:
        """Say why, with the status of HTTP."""
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass(frozen=True, slots=True)
class Guard:
    """
    Lets through who knows the token and stands on a page of the studio itself.

    A page of somebody else in the same browser can send what it likes to this address; it cannot name it as `Host` once
    it has rebound its own name, cannot hide its `Origin`, and does not know the token.
    """

    app: ASGIApp
    token: str
    port: int
    open: Iterable[str]
    """What is given to whoever asks: beginnings of paths under which nothing of the folder is to be had by guessing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a question through, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            await send(message)

        try:
            self._check(scope["method"], scope["path"], Headers(scope=scope))
        except NotAnswered as refused:
            await JSONResponse({"detail": refused.detail}, refused.status)(scope, receive, say)
        else:
            await self.app(scope, receive, say)

    def _check(self, method: str, path: str, fields: Headers) -> None:
        hosts = [f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")]
        if fields.getlist("host") not in [[host] for host in hosts]:
            raise NotAnswered(421, "the studio is asked at the address that it printed")
        if fields.get("origin", f"http://{fields['host']}") != f"http://{fields['host']}":
            raise NotAnswered(403, "the studio answers its own pages")
        if fields.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise NotAnswered(403, "the studio answers its own pages")
        if not any(path == one or (one.endswith("/") and one != "/" and path.startswith(one)) for one in self.open):
            told = fields.get("authorization", "").encode()
            if not secrets.compare_digest(told, f"Bearer {self.token}".encode()):
                raise NotAnswered(401, "open the link that the studio printed")
        if method != "POST":
            return
        if fields.get("content-type") != "application/json":
            raise NotAnswered(415, "questions are JSON")
        size = fields.get("content-length", "")
        if not size.isascii() or not size.isdigit() or len(size) > len(str(MAX_BYTES)) or int(size) > MAX_BYTES:
            raise NotAnswered(413, f"questions say how long they are, and have at most {MAX_BYTES:,} bytes")
