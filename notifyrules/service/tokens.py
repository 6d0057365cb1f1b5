"""
Access tokens: OAuth 2 client credentials (RFC 6749, 4.4), and the tokens of RFC 9068 that say who may do what.

Either the service gives its own tokens, signed by the first key of a file of keys, or an identity provider does, and
then the service only reads them. People's passwords are no business of either way.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Any, Final, NamedTuple, TypeAlias, cast
from urllib.parse import parse_qsl, unquote_plus
from urllib.request import urlopen

from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, JoseError
from joserfc.jwk import Key, KeySet, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from pydantic_core import from_json

from notifyrules.errors import UsageError
from notifyrules.service.access import CHALLENGE, Caller
from notifyrules.service.clients import Clients
from notifyrules.service.problems import Problem

LIFETIME_S: Final = 900
_SKEW_S: Final = 5
_VERIFIED_MOST: Final = 10_000
_FETCH_S: Final = 2.0
_FETCHED_EVERY_S: Final = 3600
_FETCHED_AGAIN_S: Final = 30
_JWKS_MOST: Final = 1 << 20
_FIELDS_MOST: Final = 16
_RSA_BITS: Final = 2048
_NOT_KEPT: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, JoseError)
_log = logging.getLogger("notifyrules.service")
_ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "OKP": ("Ed25519", "EdDSA"),
    "EC": ("ES256", "ES384", "ES512"),
    "RSA": ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512"),
}
"""What a key of each kind may have signed by: never `none`, and never a public key taken for a shared secret."""


class OwnKeys:
    """The service's keys, in a file: the first signs, all verify. It is read again when it has changed."""

    def __init__(self, path: Path) -> None:
        """Read *path*; where it is missing, make a key. UsageError where neither can be done."""
        self._path, self._seen = path, (0, 0, 0)
        try:
            if not path.exists():
                # Unless another process has written it meanwhile.
                with suppress(FileExistsError):
                    _write(path, KeySet([_new_key()]), os.link)
            self._keys = self._read()
        except _UNREADABLE as error:
            raise UsageError(f"the keys that sign tokens cannot be read from {path}: {error}") from error

    def signing(self) -> Key:
        """Give the key that signs, by the file as it is now."""
        return self._now().keys[0]

    async def find(self, key_id: str | None) -> Key | None:
        """Find a key by its id."""
        return next((key for key in self._now().keys if key.kid == key_id), None)

    def public(self) -> dict[str, Any]:
        """Give what `/.well-known/jwks.json` shows."""
        return cast("dict[str, Any]", self._now().as_dict(private=False))

    def rotate(self) -> str:
        """Put a new key in front, which signs from now on, and give its id; the one before goes on verifying."""
        new = KeySet([_new_key(), self._read().keys[0]])
        _write(self._path, new, os.replace)
        return str(new.keys[0].kid)

    def _read(self) -> KeySet:
        keys = KeySet.import_key_set(json.loads(self._path.read_text("utf-8")))
        if any(key.key_type != "OKP" or not key.is_private for key in keys.keys):
            raise ValueError("each must be a private Ed25519 key as a JSON Web Key")
        return keys

    def _now(self) -> KeySet:
        """Take over what stands in the file, unless it cannot be read: then the keys that are known stay."""
        with suppress(*_UNREADABLE):
            stat = self._path.stat()
            if (seen := (stat.st_ino, stat.st_mtime_ns, stat.st_size)) != self._seen:
                self._seen = seen
                self._keys = self._read()
        return self._keys


class ProviderKeys:
    """The keys of an identity provider, fetched by their address; those that were fetched last stay in force."""

    def __init__(self, url: str, clock: Callable[[], float] = time) -> None:
        """Fetch from *url* when the first token comes."""
        self._url, self._clock = url, clock
        self._keys: tuple[Key, ...] = ()
        self._fetched = float("-inf")
        self._fetching: asyncio.Future[None] | None = None

    async def find(self, key_id: str | None) -> Key | None:
        """Find a key by its id, fetching again where it is not known or what is known is old."""
        found = self._find(key_id)
        age_s = self._clock() - self._fetched
        if age_s > (_FETCHED_AGAIN_S if found is None else _FETCHED_EVERY_S) and self._is_idle():
            self._fetched = self._clock()
            self._fetching = asyncio.get_running_loop().run_in_executor(None, self._fetch)
        # Whoever brings a key that is known waits for nothing.
        if found is None and self._fetching is not None:
            await asyncio.wait({self._fetching}, timeout=_FETCH_S)
        return found or self._find(key_id)

    def _is_idle(self) -> bool:
        return self._fetching is None or self._fetching.done()

    def _find(self, key_id: str | None) -> Key | None:
        if key_id is None and len(self._keys) == 1:
            return self._keys[0]
        return next((key for key in self._keys if key.kid == key_id), None)

    def _fetch(self) -> None:
        """Take over the keys that the provider shows, if it shows any: whatever else it does, those before stay."""
        try:
            with urlopen(self._url, timeout=_FETCH_S) as answer:  # noqa: S310 - the operator's own setting
                shown = json.loads(answer.read(_JWKS_MOST))["keys"]
            if keys := tuple(key for one in shown if (key := _public_key(one)) is not None):
                self._keys = keys
        except Exception as error:  # noqa: BLE001 - a provider may answer anything
            _log.warning("the keys of the identity provider cannot be had from %s: %s", self._url, error)


def _public_key(shown: dict[str, Any]) -> Key | None:
    """Read a key that verifies; None where it is for something else, or of a kind that is not known (RFC 7517, 5)."""
    if shown.get("kty") not in _ALGORITHMS or shown.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(shown)
    except _UNREADABLE:
        return None
    # RFC 7518, 3.3: a shorter one is no key.
    return None if isinstance(key, RSAKey) and key.raw_value.key_size < _RSA_BITS else key


Keys: TypeAlias = OwnKeys | ProviderKeys


class TokenAnswer(NamedTuple):
    """What `/token` answers, in the form that OAuth clients read."""

    status: int
    body: Mapping[str, object]
    headers: Mapping[str, str]


class Tokens:
    """Verifies tokens, and gives them where no provider does."""

    def __init__(
        self, keys: Keys, issuer: str, audience: str, clients: Clients | None, clock: Callable[[], float] = time
    ) -> None:
        """Take tokens that *issuer* gives for *audience*, and give them to *clients* unless a provider does."""
        self.keys, self._issuer, self._audience, self._clients, self._clock = keys, issuer, audience, clients, clock
        self._claims_are_right = JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=_SKEW_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate
        self._verified: dict[str, tuple[float, Caller]] = {}

    def known(self, token: str) -> Caller | None:
        """Give who was found to send *token* before, while it is good and the client may still do as much."""
        found = self._verified.get(token)
        if found is None or found[0] <= self._clock():
            return None
        caller = found[1]
        if self._clients is not None:
            client = self._clients.get(caller.client)
            if client is None or not caller.scopes <= client.scopes:
                return None
        return caller

    async def verify(self, token: str) -> Caller:
        """Find out who sends *token*; a problem where it is not good."""
        if (known := self.known(token)) is not None:
            return known
        try:
            claims = await self._claims(token)
        except BadSignatureError:
            raise _refused("token-invalid", "the token is not signed by the key that it names") from None
        except ExpiredTokenError:
            raise _refused("token-invalid", "the token has ended") from None
        except (JoseError, ValueError) as error:
            raise _refused("token-invalid", f"the token is not good: {error}") from error
        caller = self._caller(claims)
        if len(self._verified) >= _VERIFIED_MOST:
            self._verified.clear()
        # A key that is taken away is found out in as long as a token of ours lives, however long this one does.
        self._verified[token] = min(claims["exp"], self._clock() + LIFETIME_S) + _SKEW_S, caller
        return caller

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = from_json(b64decode(f"{token.partition('.')[0]}===", b"-_"))
        except ValueError:
            raise ValueError("it is no JSON Web Token") from None
        kind = header.get("typ") if isinstance(header, dict) else None
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") != "at+jwt":
            raise ValueError("it is no access token: its `typ` is not `at+jwt`")
        if (key := await self.keys.find(header.get("kid"))) is None:
            raise ValueError("it is signed with a key that is not known")
        pinned = (key.alg,) if key.alg else _ALGORITHMS[key.key_type]
        # Providers say in headers what they like; what is not known is ignored, unless it is critical (RFC 7515, 4).
        lenient = JWSRegistry(algorithms=pinned, strict_check_header=False)
        claims = jwt.decode(token, key, algorithms=pinned, registry=lenient).claims
        self._claims_are_right(claims)
        return claims

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        name, scope = claims.get("client_id", claims["sub"]), claims.get("scope", "")
        scopes = frozenset(scope.split(" ") if isinstance(scope, str) else ())
        if not isinstance(name, str):
            raise _refused("token-invalid", "the `client_id` of the token is no text")
        if self._clients is None:
            return Caller(name, scopes)
        client = self._clients.get(name)
        if client is None:
            raise _refused("client-unknown", f"there is no client `{name}` any more")
        return Caller(name, scopes & client.scopes)

    def give(self, headers: Mapping[str, str], body: bytes) -> TokenAnswer:
        """Answer a request to `/token`."""
        assert self._clients is not None, "where a provider gives tokens there is no `/token`"
        assert isinstance(self.keys, OwnKeys), "tokens are given where the keys are our own"
        try:
            pairs = parse_qsl(body.decode(), strict_parsing=bool(body), max_num_fields=_FIELDS_MOST)
        except ValueError:
            return _token_error("invalid_request", "the body is no form (application/x-www-form-urlencoded)")
        fields = dict(pairs)
        if len(fields) < len(pairs):
            return _token_error("invalid_request", "a parameter stands twice")
        if (grant := fields.get("grant_type", "")) != "client_credentials":
            error = "unsupported_grant_type" if grant else "invalid_request"
            return _token_error(error, "`grant_type` must be `client_credentials`")
        name, secret = _credentials(headers.get("authorization", ""), fields)
        if "authorization" in headers and ("client_secret" in fields or fields.get("client_id", name) != name):
            return _token_error("invalid_request", "name and secret come twice, by HTTP Basic and in the form")
        if (client := self._clients.authenticate(name, secret)) is None:
            return _token_error("invalid_client", "there is no client with this name and secret", 401)
        wanted = frozenset(fields["scope"].split(" ")) if fields.get("scope") else frozenset(client.scopes)
        if not wanted <= client.scopes:
            return _token_error("invalid_scope", f"this client may have: {' '.join(sorted(client.scopes))}")
        now, scope, key = int(self._clock()), " ".join(sorted(wanted)), self.keys.signing()
        claims = {"iss": self._issuer, "aud": self._audience, "sub": name, "client_id": name, "scope": scope}
        token = jwt.encode(
            {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid},
            {**claims, "iat": now, "exp": now + LIFETIME_S, "jti": token_hex(16)},
            key,
            algorithms=["Ed25519"],
        )
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S, "scope": scope}
        return TokenAnswer(200, answer, _NOT_KEPT)


def _credentials(authorization: str, fields: Mapping[str, str]) -> tuple[str, str]:
    """Read name and secret from HTTP Basic, where both are encoded as in a form (RFC 6749, 2.3.1), or the form."""
    kind, _, value = authorization.partition(" ")
    if kind.lower() != "basic":
        return fields.get("client_id", ""), fields.get("client_secret", "")
    try:
        name, _, secret = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _token_error(error: str, description: str, status: int = 400) -> TokenAnswer:
    """Refuse in the form of RFC 6749, 5.2."""
    challenge = {"WWW-Authenticate": 'Basic realm="notifyrules"'} if status == 401 else {}  # noqa: PLR2004
    return TokenAnswer(status, {"error": error, "error_description": description}, {**_NOT_KEPT, **challenge})


def _refused(kind: str, detail: str) -> Problem:
    challenge = f'{CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'
    return Problem(401, kind, f"{detail}; get another one", {"WWW-Authenticate": challenge})


def _new_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"alg": "Ed25519", "use": "sig"}, auto_kid=True)


def _write(path: Path, keys: KeySet, place: Callable[[Path, Path], None]) -> None:
    """Write keys that nobody else may read, beside the file first, so that nobody reads half of them."""
    beside = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            beside.chmod(0o600)
            json.dump(keys.as_dict(private=True), file)
        place(beside, path)
    finally:
        beside.unlink(missing_ok=True)
