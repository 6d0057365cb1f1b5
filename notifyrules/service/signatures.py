"""Signed requests: HTTP Message Signatures (RFC 9421, February 2024) by HMAC, over what RFC 9530 says of the body."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature as OtherValue
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException, InvalidSignature

from notifyrules.service.access import Asked, Caller
from notifyrules.service.clients import Clients, SigningKey
from notifyrules.service.problems import Problem
from notifyrules.service.store import Store

TAG: Final = "notifyrules"
COVERED: Final = ("@method", "@authority", "@target-uri")
OLDEST: Final = timedelta(seconds=300)
NONCE_KEPT_S: Final = 330
"""Longer than a signature is good for, so that a nonce is forgotten only when nothing signed with it passes."""
_GUESSES: Final = 12
"""How many other addresses are tried at most, since each costs as much as a good signature."""
_OURS: Final = {
    "No signatures found": f'`Signature-Input` has no signature with `tag="{TAG}"`',
    "Unable to resolve": "there is no key with this `keyid`",
    'Malformed "created"': "`created` must be the seconds since 1970",
    "Signature age": "it was signed more than 300 s ago, by `created`, or a clock is wrong",
    'Signature "created"': "`created` is ahead of the clock of the service, or not in seconds",
    "Malformed Content-Digest": "`Content-Digest` must be `sha-256=:...:`, with the SHA-256 of the body in Base64",
}
"""By how the library's words begin."""
_CHALLENGE: Final = {"WWW-Authenticate": f'Signature realm="notifyrules", tag="{TAG}"'}


class _Keys(HTTPSignatureKeyResolver):
    """The keys of the clients, of which it remembers the one that was asked for, and whose it is."""

    found: tuple[str, SigningKey] | None = None

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def resolve_public_key(self, key_id: str) -> bytes | None:
        self.found = self.clients.by_key(key_id)
        return None if self.found is None else self.found[1].secret


class _OtherText(InvalidSignature):
    """Another text was signed, or with another key."""

    def __init__(self, base: str) -> None:
        super().__init__("the signature is not that of the text in `base` by this key, which is decoded from Base64")
        self.base = base


class _Hmac(HMAC_SHA256):
    """The algorithm, which says what should have been signed; it is made of what was sent, and no secret."""

    def verify(self, signature: bytes, message: bytes) -> None:
        try:
            super().verify(signature, message)
        except OtherValue:
            raise _OtherText(message.decode()) from None


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Verifies signed requests."""

    clients: Clients
    store: Store
    public_url: str | None = None
    """The address by which clients know the service, where a proxy stands before it."""

    async def verify(self, asked: Asked) -> Caller:
        """Find out who signed *asked*; a problem where nobody did, or where it was sent before."""
        seen = asked.url if self.public_url is None else self.public_url.rstrip("/") + _parts(asked.url)[1]
        try:
            name, key, nonce = self._check(replace(asked, url=seen))
        except (HTTPMessageSignaturesException, ValueError) as error:
            raise self._refused(replace(asked, url=seen), asked.url, error) from error
        if not isinstance(nonce, str) or not 16 <= len(nonce) <= 256:  # noqa: PLR2004
            raise _problem("signature-invalid", "sign a `nonce` of 16 to 256 characters, another for each request")
        if not await self.store.use_nonce(key.id, nonce, NONCE_KEPT_S):
            raise _problem("signature-replayed", "the request was sent before: each needs a `nonce` of its own")
        client = self.clients.get(name)
        return Caller(name, frozenset() if client is None else client.scopes)

    def _check(self, asked: Asked) -> tuple[str, SigningKey, str | None]:
        """Give the client, the key and the nonce that *asked* was signed with."""
        keys = _Keys(self.clients)
        (result,) = _Verifier(signature_algorithm=_Hmac, key_resolver=keys).verify(
            asked,
            # The skew is allowed on both sides; a signature is to be good for 300 s and no longer.
            max_age=OLDEST - _Verifier.max_clock_skew,
            expect_tag=TAG,
        )
        covered = result.covered_components
        if missing := [name for name in COVERED if f'"{name}"' not in covered]:
            raise InvalidSignature(f"`{missing[0]}` is not covered")
        if (content := covered.get('"content-digest"')) is not None:
            ContentDigest.verify(content, asked.body)
        elif asked.body or "content-digest" in asked.headers:
            raise InvalidSignature("`content-digest` is not covered")
        assert keys.found is not None, "what verifies has a key"
        return *keys.found, result.nonce

    def _refused(self, asked: Asked, inside: str, error: Exception) -> Problem:
        """Say why; where the same request is right by another address, which one it was signed for."""
        seen = asked.url
        # Only where all but the text is right: whoever has no key makes no work by guessing.
        others = _other_addresses(asked, inside) if isinstance(error, _OtherText) else []
        for other in others[:_GUESSES]:
            with suppress(HTTPMessageSignaturesException, ValueError):
                self._check(replace(asked, url=other))
                detail = f"signed for {other}, seen as {seen}: sign the address that is seen, or set `public_url`"
                return _problem("signature-for-another-url", detail, signed=other, seen=seen)
        detail = f"{_told(error)}; the address seen is {seen}, and a signature covers {', '.join(COVERED)}"
        base = {"base": error.base} if isinstance(error, _OtherText) else {}
        return _problem("signature-invalid", f"{detail}, and `content-digest` where there is a body", seen=seen, **base)


def _other_addresses(asked: Asked, inside: str) -> list[str]:
    """Guess by what other address the client may have known the service: proxies change host, scheme and port."""
    (host, path), (public, whole) = _parts(inside), _parts(asked.url)
    hosts = dict.fromkeys((host, public, asked.headers.get("x-forwarded-host", "").partition(",")[0]))
    tails = dict.fromkeys((path, whole))
    addresses = (f"{scheme}://{host}{tail}" for host in hosts for tail in tails for scheme in ("https", "http"))
    return [one for one in addresses if one != asked.url]


def _parts(url: str) -> tuple[str, str]:
    """Take an address apart, whatever it is: the host, and all behind it."""
    host, _, path = url.partition("://")[2].partition("/")
    return host, f"/{path}"


def _told(error: Exception) -> str:
    """Say what to do where the library's words do not."""
    words = str(error).rstrip(".")
    plain = re.sub("^[A-Z](?=[a-z]* )", lambda first: first[0].lower(), words)
    return next((ours for theirs, ours in _OURS.items() if words.startswith(theirs)), plain)


def _problem(kind: str, detail: str, **more: object) -> Problem:
    return Problem(401, kind, detail, _CHALLENGE, **more)
