"""The studio as an ASGI application: its doors."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from string import Template
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from notifyrules.errors import FactsError, UsageError
from notifyrules.page.module import asset
from notifyrules.studio.desk import Desk, asset_of
from notifyrules.studio.guard import Guard, NotAnswered

_LOOK_S: Final = 0.25
"""How often the folder is looked at, unless a look takes long."""
_STILL_S: Final = 15
"""How often a page that hears of nothing hears that the studio is there."""
_PAGES: Final = 16
"""Pages that wait to be fetched, the newest."""
_FRAMED: Final = (
    "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox; "
    "connect-src 'none'; frame-ancestors 'self'"
)
"""A chart is shown in a frame without an origin: whatever its texts did there, it could not ask the studio anything."""


class Studio:
    """The doors of the studio."""

    def __init__(self, desk: Desk, token: str, port: int, is_over: Callable[[], bool]) -> None:
        """Show a desk to who knows the token; pages hear of changes until all *is over*."""
        self._desk, self._is_over = desk, is_over
        self._pages: dict[str, str] = {}
        self._sight = desk.look()
        self._looked = time.monotonic()
        self._looking = asyncio.Lock()
        doors = {"/open": self._open, "/decide": self._decide, "/why-not": self._why_not, "/keep": self._keep}
        routes = [
            Route("/", self._shell),
            Route("/page/{ticket}", self._page),
            Route("/charts", lambda _: JSONResponse({"charts": desk.names()})),
            Route("/changes", self._changes),
            *(Route(path, _door(work), methods=["POST"]) for path, work in doors.items()),
        ]
        told = dict.fromkeys((NotAnswered, HTTPException, UsageError, FactsError, Exception), _tell)
        self._app = Starlette(routes=routes, exception_handlers=told)
        self._app.router.redirect_slashes = False
        # A page is had once by a ticket that nobody guesses, because the address of a frame carries no token.
        self.app = Guard(self._app, token, port, ("/", "/page/"))

    def _shell(self, _: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = Template(asset_of("shell.html")).substitute(
            nonce=nonce, style=asset("ground.css") + asset_of("shell.css"), script=asset_of("shell.js")
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    def _page(self, request: Request) -> Response:
        page = self._pages.pop(request.path_params["ticket"], None)
        if page is None:
            raise NotAnswered(404, "there is no such page any more")
        return HTMLResponse(page, headers={"Content-Security-Policy": _FRAMED, "X-Frame-Options": "SAMEORIGIN"})

    async def _changes(self, _: Request) -> Response:
        return StreamingResponse(self._follow(), media_type="text/event-stream")

    async def _follow(self) -> AsyncIterator[str]:
        """Tell that the folder has changed, each time it has."""
        told, at = "", time.monotonic()
        while not self._is_over():
            sight = await self._look()
            if sight != told:
                told, at = sight, time.monotonic()
                yield f"data: {sight}\n\n"
            elif time.monotonic() - at > _STILL_S:
                at = time.monotonic()
                yield ": still here\n\n"
            await asyncio.sleep(_LOOK_S)

    async def _look(self) -> str:
        """Look at the folder for all pages at once; a look at a large one is not had again at once."""
        async with self._looking:
            if time.monotonic() > self._looked:
                begun = time.monotonic()
                self._sight = await asyncio.to_thread(self._desk.look)
                self._looked = time.monotonic() + max(_LOOK_S / 2, 10 * (time.monotonic() - begun))
            return self._sight

    # ---- Questions ----

    def _open(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        opened = self._desk.open(_text(asked, "file"))
        if opened.page is None:
            return {**opened.told, "page": None}
        ticket = secrets.token_urlsafe(32)
        self._pages[ticket] = opened.page
        for old in list(self._pages)[:-_PAGES]:
            self._pages.pop(old, None)
        return {**opened.told, "page": f"/page/{ticket}"}

    def _decide(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        return self._desk.decide(_text(asked, "file"), asked.get("facts"))

    def _why_not(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        return self._desk.why_not(_text(asked, "file"), asked.get("facts"), _text(asked, "wanted"))

    def _keep(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        texts = (_text(asked, key) for key in ("name", "seen"))
        return self._desk.keep(_text(asked, "file"), asked.get("facts"), *texts)


def _door(work: Callable[[Mapping[str, object]], Mapping[str, object]]) -> Callable[[Request], object]:
    """Make an endpoint of work that takes its time."""

    async def endpoint(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
        except (ValueError, RecursionError):
            raise NotAnswered(400, "the question is no JSON") from None
        if not isinstance(asked, dict):
            raise NotAnswered(400, "a question is an object")
        return JSONResponse(await asyncio.to_thread(work, asked))

    return endpoint


def _text(asked: Mapping[str, object], key: str) -> str:
    found = asked.get(key)
    if not isinstance(found, str):
        raise NotAnswered(400, f"`{key}` is a text")
    return found


def _tell(_: Request, error: Exception) -> Response:
    """Say what went wrong."""
    match error:
        case NotAnswered():
            return JSONResponse({"detail": error.detail}, error.status)
        case HTTPException():
            return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
        case UsageError() | FactsError():
            return JSONResponse({"detail": str(error)}, 422)
        case _:
            return JSONResponse({"detail": "a bug in notifyrules: the terminal says more"}, 500)
