"""Signed requests: HTTP Message Signatures (RFC 9421, February 2024) by HMAC, over what RFC 9530 says of the body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature as OtherValue
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, VerifyResult
from http_message_signatures.algorithms import HMAC_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException, InvalidSignature

from notifyrules.service.access import Asked, Caller
from notifyrules.service.clients import Clients
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
    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def resolve_public_key(self, key_id: str) -> bytes | None:
        found = self.clients.by_key(key_id)
        return None if found is None else found[1].secret


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
        try:
            seen = self._seen(asked)
        except ValueError:
            raise _problem("signature-invalid", "the field `Host` holds no host") from None
        try:
            (result,) = self._check(asked, seen)
        except (HTTPMessageSignaturesException, ValueError) as error:
            raise self._refused(asked, seen, error) from error
        key_id, nonce = str(result.parameters["keyid"]), result.nonce
        if (found := self.clients.by_key(key_id)) is None:
            raise _problem("signature-invalid", "there is no key with this `keyid` any more")
        if not isinstance(nonce, str) or not 16 <= len(nonce) <= 256:  # noqa: PLR2004
            raise _problem("signature-invalid", "sign a `nonce` of 16 to 256 characters, another for each request")
        if not await self.store.use_nonce(key_id, nonce, NONCE_KEPT_S):
            raise _problem("signature-replayed", "the request was sent before: each needs a `nonce` of its own")
        name, _ = found
        client = self.clients.get(name)
        return Caller(name, frozenset() if client is None else client.scopes)

    def _seen(self, asked: Asked) -> str:
        parts = urlsplit(asked.url)
        if self.public_url is None:
            return asked.url
        return self.public_url.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")

    def _check(self, asked: Asked, url: str) -> list[VerifyResult]:
        verifier = _Verifier(signature_algorithm=_Hmac, key_resolver=_Keys(self.clients))
        return verifier.verify(
            _Message(asked.method, url, asked.headers),
            # The skew is allowed on both sides; a signature is to be good for 300 s and no longer.
            max_age=OLDEST - _Verifier.max_clock_skew,
            expect_tag=TAG,
            require_components=COVERED,
            body=asked.body,
        )

    def _refused(self, asked: Asked, seen: str, error: Exception) -> Problem:
        """Say why; where the same request is right by another address, which one it was signed for."""
        # Only where all but the text is right: whoever has no key makes no work by guessing.
        others = _other_addresses(asked, seen) if isinstance(error, _OtherText) else []
        for other in others[:_GUESSES]:
            try:
                self._check(asked, other)
            except (HTTPMessageSignaturesException, ValueError):
                continue
            detail = f"signed for {other}, seen as {seen}: sign the address that is seen, or set `public_url`"
            return _problem("signature-for-another-url", detail, signed=other, seen=seen)
        detail = f"{_told(error)}; the address seen is {seen}, and a signature covers {', '.join(COVERED)}"
        base = {"base": error.base} if isinstance(error, _OtherText) else {}
        return _problem("signature-invalid", f"{detail}, and `content-digest` where there is a body", seen=seen, **base)


@dataclass(frozen=True, slots=True)
class _Message:
    """A request in the form that the library reads."""

    method: str
    url: str
    headers: object


def _other_addresses(asked: Asked, seen: str) -> list[str]:
    """Guess by what other address the client may have known the service: proxies change host, scheme and port."""
    parts, base = urlsplit(asked.url), urlsplit(seen)
    hosts = dict.fromkeys((parts.netloc, base.netloc, asked.headers.get("x-forwarded-host", "").partition(",")[0]))
    tails = dict.fromkeys((parts.path, base.path))
    query = f"?{parts.query}" if parts.query else ""
    addresses = (f"{scheme}://{host}{tail}{query}" for host in hosts for tail in tails for scheme in ("https", "http"))
    return [one for one in addresses if one != seen]


def _told(error: Exception) -> str:
    """Say what to do where the library's words do not."""
    words = str(error).rstrip(".")
    plain = re.sub("^[A-Z](?=[a-z]* )", lambda first: first[0].lower(), words)
    return next((ours for theirs, ours in _OURS.items() if words.startswith(theirs)), plain)


def _problem(kind: str, detail: str, **more: object) -> Problem:
    return Problem(401, kind, detail, _CHALLENGE, **more)
