"""Requests signed as the page says, without the library: what others may write, and what attackers do."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from hashlib import md5, sha256, sha512
from hmac import digest
from pathlib import Path

import pytest

from notifyrules.service.access import Asked
from tests.service.clients import URL
from tests.service.test_signatures import SENDER, problem, verify

BODY = b'{"facts": {}}'
NAMES = '("@method" "@authority" "@target-uri" "content-digest")'


def field(algorithm: str, value: bytes) -> str:
    """Write one digest of a body."""
    return f"{algorithm}=:{b64encode(value).decode()}:"


SHA_256 = field("sha-256", sha256(BODY).digest())
SHA_512 = field("sha-512", sha512(BODY).digest())


def sign(
    names: str = NAMES,
    more: str = "",
    *,
    created: str | None = None,
    key_id: str = SENDER.key_id,
    nonce: str | None = None,
    content: str = SHA_256,
    signature: str = "a=:{}:",
    fields: tuple[str, str] = ("", ""),
) -> Asked:
    """Sign a request; what is signed and what is sent is the same, however odd it is."""
    nonce = os.urandom(16).hex() if nonce is None else nonce
    created = str(int(time.time())) if created is None else created
    params = f'{names};created={created};keyid="{key_id}";nonce="{nonce}";tag="notifyrules"{more}'
    values = {
        '"@method"': "POST",
        '"@authority"': "rules.example",
        '"@target-uri"': URL,
        '"@path"': "/v1/decide/slack",
        '"content-digest"': content,
    }
    lines = [f"{name}: {values[name.partition(';')[0]]}" for name in names.strip("()").split()]
    base = "\n".join([*lines, f'"@signature-params": {params}']).encode()
    made = b64encode(digest(SENDER.key, base, "sha256")).decode()
    sent = {"signature-input": f"a={params}{fields[0]}", "signature": f"{signature.format(made)}{fields[1]}"}
    return Asked("POST", URL, {**sent, **({"content-digest": content} if content else {})}, BODY)


# What is signed grows old within minutes, which may pass between the collection of tests and the one that asks.
Made = Callable[[], Asked]


class TestPasses:
    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(partial(sign), id="as the page says"),
            pytest.param(partial(sign, '("content-digest" "@target-uri" "@method" "@authority")'), id="another order"),
            pytest.param(partial(sign, NAMES.replace(")", ' "@path")')), id="more covered"),
            pytest.param(partial(sign, more=';alg="hmac-sha256"'), id="algorithm said"),
            pytest.param(partial(sign, more=f";expires={int(time.time()) + 3600}"), id="an end of its own"),
            pytest.param(partial(sign, nonce=os.urandom(128).hex()), id="longest nonce"),
            pytest.param(partial(sign, nonce=f'{os.urandom(16).hex()}\\"\\\\'), id="quoted nonce"),
            pytest.param(partial(sign, content=SHA_512), id="SHA-512"),
            pytest.param(partial(sign, content=f"{SHA_256}, {SHA_512}"), id="two digests"),
            pytest.param(
                partial(sign, fields=(', b=("@method");created=1;keyid="p";tag="proxy"', ", b=:AAAA:")),
                id="a proxy's beside it",
            ),
        ],
    )
    def test_good(self, tmp_path: Path, made: Made) -> None:
        """What RFC 9421 and RFC 9530 leave open is the client's to choose."""
        assert verify(tmp_path, made()).client == "sender"


class TestRefused:
    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(partial(sign, "()"), id="nothing covered"),
            pytest.param(partial(sign, '("@method" "@authority" "@path" "content-digest")'), id="path for address"),
            pytest.param(
                partial(sign, '("@method" "@method" "@authority" "@target-uri" "content-digest")'), id="name twice"
            ),
            pytest.param(partial(sign, NAMES.replace('"@method"', '"@method";req')), id="of another message"),
            pytest.param(partial(sign, '("@method" "@authority" "@target-uri")'), id="digest not covered"),
            pytest.param(partial(sign, '("@method" "@authority" "@target-uri")', content=""), id="no digest"),
            pytest.param(partial(sign, more=";more=1"), id="unknown parameter"),
            pytest.param(partial(sign, more=';alg="none"'), id="no algorithm"),
            pytest.param(partial(sign, more=';alg="hmac-sha512"'), id="another algorithm"),
            pytest.param(partial(sign, more=f";expires={int(time.time()) - 60}"), id="ended"),
            pytest.param(partial(sign, created="1", more=f";created={int(time.time())}"), id="two dates"),
            pytest.param(partial(sign, more=f';keyid="{SENDER.key_id}"'), id="two keys"),
            pytest.param(partial(sign, more=';tag="other"'), id="two tags"),
            *(
                pytest.param(partial(sign, created=one), id=f"created {one[:12]}")
                for one in ("-1", "1e9", "1795950000.5", "999999999999999", '"now"', "@1795950000", "?1", "\u0661")
            ),
            *(
                pytest.param(partial(sign, nonce=one), id=f"nonce {one[:3]}")
                for one in ("", "a" * 15, "b" * 20_000, "é" * 16)
            ),
            *(
                pytest.param(partial(sign, key_id=one), id=f"key {number}")
                for number, one in enumerate(("", "nobody", "é", "../x", 'a"; x', "a\r\nb: c", "k" * 9999))
            ),
            pytest.param(partial(sign, content=field("md5", md5(BODY, usedforsecurity=False).digest())), id="MD5"),
            pytest.param(partial(sign, content=field("sha-256", sha512(BODY).digest())), id="wrong length"),
            pytest.param(partial(sign, content=f"{field('sha-256', bytes(32))}, {SHA_512}"), id="one wrong digest"),
            pytest.param(partial(sign, content=f"{field('sha-256', bytes(32))}, {SHA_256}"), id="a digest twice"),
            pytest.param(partial(sign, content=SHA_256.replace(":", "")), id="digest no bytes"),
            pytest.param(partial(sign, signature="a={}"), id="signature no bytes"),
            pytest.param(partial(sign, signature='a="{}"'), id="signature a text"),
            pytest.param(partial(sign, signature="a=::"), id="empty signature"),
            pytest.param(partial(sign, signature="a=:AAAA:"), id="short signature"),
            pytest.param(partial(sign, signature="b=:{}:"), id="another label"),
            pytest.param(partial(sign, fields=(f';x=1, a={NAMES};tag="notifyrules"', "")), id="a label twice"),
            pytest.param(
                partial(sign, fields=(', b=("@method");created=1;keyid="p";tag="notifyrules"', ", b=:AAAA:")), id="two"
            ),
        ],
    )
    def test_not_good(self, tmp_path: Path, made: Made) -> None:
        """Whoever has the key and signs in another way than asked for is refused, by a problem and no other end."""
        assert problem(tmp_path, made()).kind == "signature-invalid"
