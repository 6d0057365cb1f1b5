"""Who may ask: programs with secrets and scopes, from one TOML file that is read again when it changes."""

from __future__ import annotations

import json
import tomllib
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from time import monotonic
from typing import Annotated, Final, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError, model_validator

from notifyrules.errors import UsageError

Right = Literal["decide", "explain", "admin"]
"""What a client may do: ask, ask with the facts of people in the answer, change what decides."""

_LOOK_AGAIN_S: Final = 1.0
_NAME: Final = r"^[A-Za-z0-9._-]{1,64}$"
_NOBODY: Final = sha256(token_bytes(32)).hexdigest()
"""What the secret of an unknown client is compared with, so that the time taken tells nothing."""


class SigningKey(BaseModel):
    """A secret that a client signs requests with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=_NAME)]
    """Its name, which every request tells; public."""
    secret: Annotated[Base64Bytes, Field(min_length=32)]
    """At least 256 random bits, in Base64. It is needed as it is, since both sides compute with it."""


class ClientProgram(BaseModel):
    """A program that may ask."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scopes: frozenset[Right]
    secrets: Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...], Field(max_length=2)] = ()
    """The SHA-256 of its secret, in hexadecimal; two while it changes."""
    keys: Annotated[tuple[SigningKey, ...], Field(max_length=2)] = ()
    """What it signs requests with; two while it changes."""


class _ClientsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    clients: dict[Annotated[str, Field(pattern=_NAME)], ClientProgram] = {}

    @cached_property
    def keys(self) -> dict[str, tuple[str, SigningKey]]:
        return {key.id: (name, key) for name, client in self.clients.items() for key in client.keys}

    @model_validator(mode="after")
    def _keys_are_told_apart(self) -> _ClientsFile:
        ids = Counter(key.id for client in self.clients.values() for key in client.keys)
        if len(ids) < ids.total():
            raise ValueError(f"there are two keys with the id {ids.most_common(1)[0][0]!r}")
        return self


class Clients:
    """The clients of one file. A change that cannot be read is not taken over, and is told by :attr:`trouble`."""

    trouble: str | None = None
    """Why the newest state of the file is not in force."""

    def __init__(self, path: Path, clock: Callable[[], float] = monotonic) -> None:
        """Read *path*; UsageError where it cannot be read."""
        self._path, self._clock = path, clock
        self._next_look, self._seen = clock() + _LOOK_AGAIN_S, (0, 0, 0)
        self._file = _read(path)

    def get(self, name: str) -> ClientProgram | None:
        """Find a client by its name."""
        return self._now().clients.get(name)

    def by_key(self, key_id: str) -> tuple[str, SigningKey] | None:
        """Find a key, and the name of the client that signs with it."""
        return self._now().keys.get(key_id)

    def authenticate(self, name: str, secret: str) -> ClientProgram | None:
        """Find a client by its name and secret."""
        client = self.get(name)
        given = sha256(secret.encode()).hexdigest()
        right = [compare_digest(given, kept) for kept in (client.secrets if client else (_NOBODY,))]
        return client if any(right) else None

    def _now(self) -> _ClientsFile:
        if self._clock() >= self._next_look:
            self._next_look = self._clock() + _LOOK_AGAIN_S
            try:
                stat = self._path.stat()
                if (seen := (stat.st_ino, stat.st_mtime_ns, stat.st_size)) != self._seen:
                    self._seen = seen
                    self._file, self.trouble = _read(self._path), None
            except UsageError as error:
                self.trouble = str(error)
            except OSError as error:
                # When it comes back, it may be what it was.
                self._seen, self.trouble = (0, 0, 0), str(_unreadable(self._path, error))
        return self._file


def _read(path: Path) -> _ClientsFile:
    try:
        return _ClientsFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, error) from error
    except ValidationError as error:
        # What was found is left out: it may be a secret.
        found = "; ".join(f"`{'.'.join(map(str, one['loc']))}`: {one['msg'].lower()}" for one in error.errors())
        raise UsageError(f"the clients in {path} are not right: {found}") from error


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"the clients cannot be read from {path}: {error}", "make one with `serve --new-client NAME`")


def make_client(name: str, scopes: Iterable[Right]) -> tuple[str, str]:
    """Make a secret, which is kept nowhere, and the lines of a new client; UsageError where it cannot be called so."""
    secret, key = token_urlsafe(32), b64encode(token_bytes(32)).decode()
    lines = f"""
[clients."{name}"]
scopes = {json.dumps(sorted(scopes))}
secrets = ["{sha256(secret.encode()).hexdigest()}"]
keys = [{{id = "{name[:55]}-{token_hex(4)}", secret = "{key}"}}]
"""
    try:
        _ClientsFile.model_validate(tomllib.loads(lines))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise UsageError(
            f"a client cannot be called `{name}`", "a name has letters, digits, `.`, `_` and `-`, 64 at most"
        ) from error
    return secret, lines
