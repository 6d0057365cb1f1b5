"""A client, its secrets, and requests that it makes."""

from __future__ import annotations

import os
import tomllib
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256

from notifyrules.service.access import Asked
from notifyrules.service.clients import Right, make_client

URL = "http://rules.example/v1/decide/slack"
REDIS = os.environ.get("NOTIFYRULES_REDIS", "redis://127.0.0.1:6379/0")


@dataclass(frozen=True)
class Sender:
    """A client as it knows itself."""

    name: str
    secret: str
    key_id: str
    key: bytes
    lines: str

    def sign(
        self,
        body: bytes = b"{}",
        url: str = URL,
        *,
        nonce: str | None = "0123456789abcdef",
        age_s: float = 0,
        tag: str = "notifyrules",
        covered: tuple[str, ...] = ("@method", "@authority", "@target-uri"),
        key_id: str | None = None,
        method: str = "POST",
    ) -> Asked:
        """Make a request and sign it."""
        asked = Asked(method, url, {}, body)
        resolver = _OneKey(self.key)
        HTTPMessageSigner(signature_algorithm=HMAC_SHA256, key_resolver=resolver).sign(
            asked,
            key_id=key_id or self.key_id,
            created=datetime.now(UTC) - timedelta(seconds=age_s),
            nonce=nonce,
            tag=tag,
            covered_component_ids=covered,
            body=body,
        )
        return replace(asked, headers={name.lower(): value for name, value in asked.headers.items()})


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: bytes) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> bytes:  # noqa: ARG002 - the only one
        return self.key


def make_sender(name: str = "sender", *scopes: Right) -> Sender:
    """Make a client, by default one that may decide."""
    secret, lines = make_client(name, scopes or ("decide",))
    (key,) = tomllib.loads(lines)["clients"][name]["keys"]
    return Sender(name, secret, key["id"], b64decode(key["secret"]), lines)


def write_clients(path: Path, *senders: Sender) -> Path:
    """Write a file of clients."""
    path.write_text("".join(sender.lines for sender in senders))
    return path
