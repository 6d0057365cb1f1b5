"""How a client shows who it is: by a token that it gets with its secret, or by signing each request."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from time import monotonic
from typing import Final, TypeAlias
from urllib.parse import quote_plus, urlencode

from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256

from notifyrules.client.talking import Reply, Request, Step

_EARLY_S: Final = 60
"""A token is replaced so long before its end, so that no request arrives with one that has just ended."""


@dataclass
class Token:
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

    def show(self, request: Request) -> Generator[Step, Reply | None, bool]:
        """Add a token to *request*, after getting one where it takes that; False where none was to be had."""
        if monotonic() >= self._until:
            basic = b64encode(f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}".encode()).decode()
            headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
            form = urlencode({"grant_type": "client_credentials", **self.form}).encode()
            url = self.url or request.base + "/token"
            reply = yield Request("POST", request.base, url, headers, form, request.timeout_s)
            if reply is None or reply.status >= 500:  # noqa: PLR2004
                return False
            answer = reply.told()
            if reply.status >= 300:  # noqa: PLR2004
                raise reply.refused()
            token, lives_s = answer.get("access_token"), answer.get("expires_in", 300)
            if not isinstance(token, str) or not token.isascii() or not isinstance(lives_s, int | float):
                return False
            self._token, self._until = token, monotonic() + max(1.0, lives_s - _EARLY_S)
        request.headers["authorization"] = f"Bearer {self._token}"
        return True

    def forget(self) -> bool:
        """Forget a token that was refused; False where there was none."""
        had, self._until = self._until > 0, 0.0
        return had


@dataclass(frozen=True)
class Signature:
    """
    A key, with which the client signs each request (HTTP Message Signatures, RFC 9421), each try anew.

    Args:
        key_id: The id of the key, which every request tells.
        secret: The key, in Base64.
    """

    key_id: str
    secret: str = field(repr=False)

    def show(self, request: Request) -> Generator[Step, Reply | None, bool]:
        """Sign the request, with a nonce of its own."""
        yield from ()
        resolver = _OneKey(b64decode(self.secret))
        HTTPMessageSigner(signature_algorithm=HMAC_SHA256, key_resolver=resolver).sign(
            request, key_id=self.key_id, nonce=token_urlsafe(18), tag="notifyrules", body=request.body
        )
        return True

    def forget(self) -> bool:
        """Say that another signature would be refused as well."""
        return False


Credentials: TypeAlias = Token | Signature


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: bytes) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> bytes:  # noqa: ARG002 - there is one
        return self.key
