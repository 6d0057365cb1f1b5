"""Who asks, by token or by signature, and what they may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from notifyrules.service.problems import Problem

if TYPE_CHECKING:
    from notifyrules.service.clients import Right
    from notifyrules.service.signatures import Signatures
    from notifyrules.service.tokens import Tokens

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="notifyrules"'}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as it matters for who sent it."""

    method: str
    url: str
    """The whole address that it came to, as this process sees it."""
    headers: Mapping[str, str]
    """The fields by their names in small letters; of one that stands more than once, the values joined by `, `."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    client: str
    scopes: frozenset[str]

    def require(self, scope: Right) -> None:
        """Refuse, with a problem, a caller that has not been given *scope*."""
        if scope not in self.scopes:
            challenge = f'Bearer realm="notifyrules", error="insufficient_scope", scope="{scope}"'
            detail = f"`{self.client}` may not do this: it takes the scope `{scope}`"
            raise Problem(403, "scope-missing", detail, {"WWW-Authenticate": challenge}, scope=scope)


@dataclass(frozen=True, slots=True)
class Access:
    """The two ways to say who asks."""

    tokens: Tokens
    signatures: Signatures

    async def caller(self, asked: Asked) -> Caller:
        """Find out who asks; a problem where that is not shown."""
        token, signed = asked.headers.get("authorization"), "signature-input" in asked.headers
        if token and signed:
            detail = "the request has a token and a signature; send one of the two"
            raise Problem(400, "two-credentials", detail)
        if signed:
            return await self.signatures.verify(asked)
        if not token:
            detail = "send `Authorization: Bearer` with an access token, or sign the request (RFC 9421)"
            raise Problem(401, "no-credentials", detail, CHALLENGE)
        kind, _, value = token.partition(" ")
        if kind.lower() != "bearer" or not value.strip():
            raise Problem(401, "no-credentials", "`Authorization` holds no bearer token", CHALLENGE)
        return await self.tokens.verify(value.strip())
