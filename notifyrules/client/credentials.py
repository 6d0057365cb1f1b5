"""How a client shows who it is: by a token that it gets with its secret, or by signing each request."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from time import monotonic
from typing import Final, TypeAlias
from urllib.parse import quote_plus

import httpx2
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import HMAC_SHA256
from http_message_signatures.resolvers import MappingKeyResolver

from notifyrules import UsageError
from notifyrules.client.answers import Refused, read_object

_EARLY_S: Final = 60
"""A token is replaced so long before its end, so that no request arrives with one that has just ended."""
_Flow: TypeAlias = Generator[httpx2.Request, httpx2.Response, None]


@dataclass(eq=False)
class Token(httpx2.Auth):
    """
    A name and a secret, by which the client gets tokens (OAuth 2 client credentials) and replaces them in time.

    Args:
        client_id: The name.
        secret: The secret.
        url: Where tokens are to be had, where an identity provider gives them; `/token` of the service unless given.
        form: What else that provider wants to be told, such as `{"audience": "rules"}`.
    """

    client_id: str
    secret: str = field(repr=False)
    url: str | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False, repr=False)

    requires_response_body = True

    def auth_flow(self, request: httpx2.Request) -> _Flow:
        """Show a token, after getting one where it takes that; where it is refused, show another one, once."""
        if monotonic() < self._until:
            request.headers["authorization"] = f"Bearer {self._token}"
            if (yield request).status_code != 401:  # noqa: PLR2004
                return
        basic = httpx2.BasicAuth(quote_plus(self.client_id), quote_plus(self.secret))
        url = self.url or str(request.url).partition("/v1/")[0] + "/token"
        form = {"grant_type": "client_credentials", **self.form}
        reply = yield next(basic.auth_flow(httpx2.Request("POST", url, data=form)))
        self._take(reply)
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request

    def _take(self, reply: httpx2.Response) -> None:
        if reply.status_code >= 500:  # noqa: PLR2004
            raise httpx2.RequestError("there is no token to be had")
        told = read_object(reply.content)
        if reply.status_code >= 300:  # noqa: PLR2004
            raise Refused(reply.status_code, told)
        token, lives_s = told.get("access_token"), told.get("expires_in", 300)
        if not isinstance(token, str) or not token.isascii() or not isinstance(lives_s, int | float):
            raise httpx2.RequestError("what came is no token")
        self._token, self._until = token, monotonic() + max(1.0, lives_s - _EARLY_S)


@dataclass(frozen=True, eq=False)
class Signature(httpx2.Auth):
    """
    A key, with which the client signs each request (HTTP Message Signatures, RFC 9421), each try anew.

    Args:
        key_id: The id of the key, which every request tells.
        secret: The key, in Base64.
    """

    key_id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        try:
            b64decode(self.secret, validate=True)
        except ValueError:
            raise UsageError("the key is not written in Base64", "give it as `--new-client` has shown it") from None

    def auth_flow(self, request: httpx2.Request) -> _Flow:
        """Sign the request, with a nonce of its own."""
        keys = MappingKeyResolver(public_keys={}, private_keys={self.key_id: b64decode(self.secret)})
        HTTPMessageSigner(signature_algorithm=HMAC_SHA256, key_resolver=keys).sign(
            request, key_id=self.key_id, nonce=token_urlsafe(18), tag="notifyrules", body=request.content
        )
        yield request


Credentials: TypeAlias = Token | Signature
