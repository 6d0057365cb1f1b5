"""The service as an ASGI application: routes, bounds, problems."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Final

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from notifyrules import Rules, UsageError
from notifyrules.answers.description import describe
from notifyrules.service.access import Access, Asked
from notifyrules.service.clients import Clients, Right
from notifyrules.service.decide import Decider, unknown_rules
from notifyrules.service.idempotency import REPLAYED, once
from notifyrules.service.log import log_of
from notifyrules.service.metrics import Tally
from notifyrules.service.openapi import openapi
from notifyrules.service.problems import MEDIA_TYPE, Problem
from notifyrules.service.settings import Settings
from notifyrules.service.signatures import Signatures
from notifyrules.service.store import open_store
from notifyrules.service.tokens import OwnKeys, ProviderKeys, Tokens
from notifyrules.service.versions import Versions
from notifyrules.shipped import shipped_names

DECIDE: Final = "/v1/decide/"
_JSON: Final = (b"content-type", b"application/json")
_CLOSE: Final = (b"connection", b"close")
_REPLAYED: Final = ((REPLAYED.encode(), b"true"),)
_HOST: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_log = logging.getLogger("notifyrules.service")


class _Gone(Exception):  # noqa: N818 - nobody is told of it
    """The caller went away before the answer."""


class Service:
    """The service: calls for decisions are answered here at once, all else by a table of routes."""

    def __init__(self, settings: Settings) -> None:
        """Make it; UsageError where something that it needs cannot be had, RulesError where rules have errors."""
        self.settings, self._limits = settings, settings.limits
        self._draining = self._closing = False
        self._described: tuple[Mapping[str, Rules], bytes] | None = None
        self._drawn: dict[tuple[str, str], bytes] = {}
        # What is made to be called by others is no chart of its own.
        shipped = [name for name in shipped_names() if "/" not in name]
        self._in_force = Versions(settings.rules or shipped, settings.changes)
        self._tally = Tally(self._in_force.metrics)
        clients = Clients(settings.clients)
        identity = settings.identity
        if identity.issuer is None or identity.jwks_uri is None:
            issuer = settings.public_url or "urn:notifyrules:service"
            self._tokens = Tokens(OwnKeys(identity.keys), issuer, identity.audience, clients)
        else:
            self._tokens = Tokens(ProviderKeys(identity.jwks_uri), identity.issuer, identity.audience, None)
        self._log = log_of(settings.log, self._tally.unlogged)
        try:
            self._store = open_store(settings.store.redis or str(settings.store.path))
        except UsageError:
            # Whoever does not begin leaves nothing open.
            if self._log is not None:
                self._log.close()
            raise
        self._access = Access(self._tokens, Signatures(clients, self._store, settings.public_url))
        self._decider = Decider(self._in_force, self._tally, settings.limits.facts, self._log)
        self._others = Starlette(
            routes=list(self._routes()),
            exception_handlers=dict.fromkeys((Problem, HTTPException, Exception), self._tell),
            lifespan=self._lifespan,
        )
        self._others.router.redirect_slashes = False

    def drain(self) -> None:
        """Say from now on that the service is not ready."""
        self._draining = True

    def close_connections(self) -> None:
        """End each connection with its next answer."""
        self._draining = self._closing = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        if scope["type"] != "http":
            await self._others(scope, receive, send)
        else:
            answer = self._answer_decide if scope["path"].startswith(DECIDE) else self._others
            await answer(scope, receive, _closing(send) if self._closing else send)

    def _told(self, problem: Problem) -> Response:
        """Count a problem, and give its answer."""
        self._tally.refused[str(problem.status), problem.kind] += 1
        return Response(problem.to_json(), problem.status, problem.headers, MEDIA_TYPE)

    async def _tell(self, request: Request, error: Exception) -> Response:
        """Answer what went wrong outside of decisions: a problem, what Starlette refuses, a bug."""
        match error:
            case Problem():
                problem = error
            case HTTPException(status_code=404):
                problem = Problem(404, "unknown-path", f"there is no `{request.url.path[:60]}`")
            case HTTPException(status_code=405):
                detail = f"`{request.url.path}` is not asked with {request.method}"
                problem = Problem(405, "wrong-method", detail, error.headers)
            case _:
                problem = _bug()
        return self._told(problem)

    # ---- Decisions ----

    async def _answer_decide(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call for decisions, whatever happens."""
        try:
            body, replayed = await self._decide(scope, receive)
        except Problem as problem:
            await self._told(problem)(scope, receive, send)
        except _Gone:
            return
        except Exception:  # noqa: BLE001 - the last door: whatever is left is a bug of ours
            _log.exception("a call failed")
            await self._told(_bug())(scope, receive, send)
        else:
            headers = [_JSON, (b"content-length", b"%d" % len(body)), *(_REPLAYED if replayed else ())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _decide(self, scope: Scope, receive: Receive) -> tuple[bytes, bool]:
        """Give the body of the answer, and whether it was given before."""
        if scope["method"] != "POST":
            raise Problem(405, "wrong-method", "decisions are asked for with POST", {"Allow": "POST"})
        fields: dict[bytes, bytes] = dict(scope["headers"])
        token = fields.get(b"authorization", b"")
        caller = None
        if token[:7] == b"Bearer " and b"signature-input" not in fields and len(fields) == len(scope["headers"]):
            caller = self._tokens.known(token[7:].decode("latin-1"))
        if caller is None and b"signature-input" not in fields:
            # Whoever shows no token is refused before the body is read.
            caller = await self._access.caller(_asked(scope, b""))
        _check_type(fields)
        body = await self._read(fields, receive)
        if caller is None:
            caller = await self._access.caller(_asked(scope, body))
        name = scope["path"][len(DECIDE) :]
        if b"idempotency-key" not in fields:
            return self._decider.answer_body(name, body, caller), False
        # An answer that was given before is for those who may ask for it now.
        question = self._decider.read(body, caller)

        async def work() -> bytes:
            return self._decider.answer(name, question, caller)

        return await once(self._store, caller, _asked(scope, body), work)

    async def _read(self, fields: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """Read the body, which is neither large nor slow."""
        most, told = self._limits.body_bytes, fields.get(b"content-length", b"")
        if told.isdigit() and int(told[:20]) > most:
            raise _too_large(most)
        body, message = bytearray(), None
        try:
            async with asyncio.timeout(self._limits.read_s):
                while message is None or (message.get("more_body") and len(body) <= most):
                    message = await receive()
                    body += message.get("body", b"")
        except TimeoutError:
            detail = f"the body did not arrive within {self._limits.read_s:g} s"
            raise Problem(408, "body-too-slow", detail, {"Connection": "close"}) from None
        if message["type"] == "http.disconnect":
            raise _Gone
        if len(body) > most:
            raise _too_large(most, {"Connection": "close"})
        return bytes(body)

    # ---- All else ----

    def _routes(self) -> Iterable[Route]:
        """List what can be asked besides."""
        yield self._route("/openapi.json", self._openapi, "decide")
        yield self._route("/v1/rules", self._list, "decide")
        yield self._route("/v1/rules/{name}.svg", self._draw, "decide")
        yield self._route("/v1/rules/{name}", lambda request, _: describe(self._chart(request)), "decide")
        yield self._route("/v1/admin/changes", self._changes, "admin")
        yield self._route("/v1/admin/reload", self._reload, "admin", "POST")
        yield self._route("/livez", lambda *_: {"status": "alive"})
        yield self._route("/readyz", self._ready)
        page = "text/plain; version=1.0.0"
        yield self._route("/metrics", lambda *_: Response(self._tally.page(), media_type=page))
        if isinstance(keys := self._tokens.keys, OwnKeys):
            yield self._route("/token", self._give_token, method="POST")
            yield self._route("/.well-known/jwks.json", lambda *_: keys.public())

    def _route(
        self, path: str, work: Callable[[Request, bytes], object], right: Right | None = None, method: str = "GET"
    ) -> Route:
        """Make a route to *work*, for callers who have the *right*; for everybody where it takes none."""

        async def endpoint(request: Request) -> Response:
            fields = dict(request.scope["headers"])
            body = await self._read(fields, request.receive) if method == "POST" or right else b""
            if right is not None:
                (await self._access.caller(_asked(request.scope, body))).require(right)
            found = work(request, body)
            told = await found if isawaitable(found) else found
            return told if isinstance(told, Response) else Response(to_json(told), media_type="application/json")

        return Route(path, endpoint, methods=[method])

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(self._in_force.close)
        await self._store.close()
        if self._log is not None:
            self._log.close()

    def _openapi(self, *_: object) -> Response:
        charts = self._in_force.charts
        if self._described is None or self._described[0] is not charts:
            self._described = charts, to_json(openapi(charts, self.settings))
        return Response(self._described[1], media_type="application/json")

    def _list(self, _request: Request, _body: bytes) -> object:
        charts = self._in_force.charts
        return {"rules": [{"name": name, "title": one.title, "digest": one.digest} for name, one in charts.items()]}

    async def _draw(self, request: Request, _body: bytes) -> Response:
        rules = self._chart(request)
        key = rules.name, rules.digest
        if key not in self._drawn:
            if len(self._drawn) >= len(self._in_force.charts):
                self._drawn.clear()
            try:
                self._drawn[key] = (await asyncio.to_thread(rules.to_svg)).encode()
            except UsageError as error:
                raise Problem(503, "cannot-draw", error.message) from None
        return Response(self._drawn[key], media_type="image/svg+xml")

    def _chart(self, request: Request) -> Rules:
        name, charts = request.path_params["name"], self._in_force.charts
        if name not in charts:
            raise unknown_rules(name, charts)
        return charts[name]

    async def _changes(self, *_: object) -> object:
        return await asyncio.to_thread(self._in_force.to_dict)

    async def _reload(self, *_: object) -> object:
        await asyncio.to_thread(self._in_force.reload)
        return await self._changes()

    def _ready(self, *_: object) -> object:
        if self._draining:
            raise Problem(503, "draining", "the service is about to stop", {"Retry-After": "5"})
        # Changes that were refused leave the rules in force as good as they were.
        clients = self._access.signatures.clients.trouble
        return {"status": "ready", "refused_changes": [*self._in_force.troubles(), *([clients] if clients else ())]}

    def _give_token(self, request: Request, body: bytes) -> Response:
        given = self._tokens.give(request.headers, body)
        return Response(to_json(given.body), given.status, dict(given.headers), "application/json")


def _closing(send: Send) -> Send:
    """Say in an answer that it is the last of its connection."""

    async def close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append(_CLOSE)
        await send(message)

    return close


def _asked(scope: Scope, body: bytes) -> Asked:
    fields: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    # What is no host could hold another path, which would be taken for the one that was signed.
    host = fields.get("host", "")
    host = host if _HOST.fullmatch(host) else ""
    return Asked(scope["method"], f"{scope['scheme']}://{host}{path}{query}", fields, body)


def _check_type(fields: Mapping[bytes, bytes]) -> None:
    kind = fields.get(b"content-type", b"")
    if kind != b"application/json":
        name, _, parameters = kind.decode("latin-1").lower().partition(";")
        if name.strip() != "application/json" or parameters.strip() not in ("", "charset=utf-8", 'charset="utf-8"'):
            raise Problem(415, "not-json-type", "send JSON in UTF-8, as `Content-Type: application/json`")
    if fields.get(b"content-encoding", b"identity") != b"identity":
        raise Problem(415, "encoded-body", "send the body as it is, without `Content-Encoding`")
    if fields.get(b"transfer-encoding", b"chunked").strip().lower() != b"chunked":
        raise Problem(415, "encoded-body", "send the body as it is, or `chunked` and no more")


def _too_large(most: int, headers: Mapping[str, str] | None = None) -> Problem:
    return Problem(413, "body-too-large", f"the body has more than {most:,} bytes; send several calls", headers)


def _bug() -> Problem:
    return Problem(500, "bug", "this is a bug in notifyrules; its log has more")
