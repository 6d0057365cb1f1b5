"""A signed request shows who sent it, once."""

from __future__ import annotations

import asyncio
import multiprocessing
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from http_message_signatures import HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256

from notifyrules.service.access import Asked, Caller
from notifyrules.service.clients import Clients
from notifyrules.service.problems import Problem
from notifyrules.service.signatures import Signatures, _Verifier
from notifyrules.service.store import open_store
from tests.service.clients import REDIS, URL, make_sender, write_clients

SENDER = make_sender()


def verify(folder: Path, asked: Asked, public_url: str | None = None) -> Caller:
    """Verify one request by a store of its own."""

    async def ask() -> Caller:
        store = open_store(str(folder / "store.sqlite"))
        try:
            clients = Clients(write_clients(folder / "clients", SENDER))
            return await Signatures(clients, store, public_url).verify(asked)
        finally:
            await store.close()

    return asyncio.run(ask())


def problem(folder: Path, asked: Asked, public_url: str | None = None) -> Problem:
    """Give the problem that a request is refused with."""
    with pytest.raises(Problem) as caught:
        verify(folder, asked, public_url)
    return caught.value


class TestGood:
    def test_signed(self, tmp_path: Path) -> None:
        """Who signed is who asks."""
        assert verify(tmp_path, SENDER.sign()) == Caller("sender", frozenset({"decide"}))

    def test_without_body(self, tmp_path: Path) -> None:
        """A request without a body needs no digest of one."""
        asked = SENDER.sign(b"", "http://rules.example/v1/rules?a=1", method="GET")

        assert verify(tmp_path, asked).client == "sender"

    @pytest.mark.parametrize("age_s", [-3, 0, 295])
    def test_age(self, tmp_path: Path, age_s: float) -> None:
        """A signature is good for 300 s, and clocks may differ by a few."""
        assert verify(tmp_path, SENDER.sign(age_s=age_s)).client == "sender"

    def test_behind_a_proxy(self, tmp_path: Path) -> None:
        """The address is the one that clients know."""
        asked = replace(SENDER.sign(url="https://api.example/rules/v1/decide/slack"), url=URL)

        assert verify(tmp_path, asked, "https://api.example/rules/").client == "sender"

    def test_vector(self) -> None:
        """RFC 9421, B.2.5, is verified as it stands there."""

        class Shared(HTTPSignatureKeyResolver):
            def resolve_public_key(self, key_id: str) -> bytes:
                assert key_id == "test-shared-secret"
                return b64decode(
                    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
                )

        class Old(_Verifier):
            def validate_created_and_expires(self, *_: object, **__: object) -> None:
                """Take the day of the vector for today."""

        asked = Asked(
            "POST",
            "https://example.com/foo?param=Value&Pet=dog",
            {
                "host": "example.com",
                "date": "Tue, 20 Apr 2021 02:07:55 GMT",
                "content-type": "application/json",
                "signature-input": 'sig-b25=("date" "@authority" "content-type");created=1618884473'
                ';keyid="test-shared-secret"',
                "signature": "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
            },
            b"",
        )

        (result,) = Old(signature_algorithm=HMAC_SHA256, key_resolver=Shared()).verify(
            asked, max_age=timedelta(days=36500)
        )

        assert list(result.covered_components) == ['"date"', '"@authority"', '"content-type"', '"@signature-params"']


CHANGES: dict[str, Callable[[Asked], Asked]] = {
    "body": lambda asked: replace(asked, body=b'{"facts": {}}'),
    "method": lambda asked: replace(asked, method="PUT"),
    "path": lambda asked: replace(asked, url=asked.url.replace("slack", "zulip")),
    "query": lambda asked: replace(asked, url=f"{asked.url}?explain=engineer"),
    "no digest": lambda asked: replace(asked, headers={k: v for k, v in asked.headers.items() if "digest" not in k}),
    "signature": lambda asked: replace(asked, headers={**asked.headers, "signature": "pyhms=:AAAA:"}),
    "two signatures": lambda asked: replace(
        asked,
        headers={
            name: f"{value}, {value.replace('pyhms', 'other')}" if name.startswith("signature") else value
            for name, value in asked.headers.items()
        },
    ),
    "no signature": lambda asked: replace(asked, headers={k: v for k, v in asked.headers.items() if k != "signature"}),
    "not structured": lambda asked: replace(asked, headers={**asked.headers, "signature-input": "((((;"}),
    "another algorithm": lambda asked: replace(
        asked,
        headers={
            **asked.headers,
            "signature-input": asked.headers["signature-input"].replace("hmac-sha256", "ed25519"),
        },
    ),
}


class TestForged:
    @pytest.mark.parametrize("change", CHANGES)
    def test_changed(self, tmp_path: Path, change: str) -> None:
        """What was changed after it was signed is refused."""
        assert problem(tmp_path, CHANGES[change](SENDER.sign())).status == 401

    @pytest.mark.parametrize(
        "asked",
        [
            pytest.param(SENDER.sign(age_s=400), id="old"),
            pytest.param(SENDER.sign(age_s=-86400), id="of the future"),
            pytest.param(SENDER.sign(tag="another"), id="for another service"),
            pytest.param(SENDER.sign(nonce=None), id="without nonce"),
            pytest.param(SENDER.sign(nonce="short"), id="nonce that is no nonce"),
            pytest.param(SENDER.sign(covered=("@authority", "@target-uri")), id="method not signed"),
            pytest.param(SENDER.sign(covered=("@method", "@authority")), id="address not signed"),
            pytest.param(SENDER.sign(key_id="nobody"), id="unknown key"),
            pytest.param(make_sender().sign(key_id=SENDER.key_id), id="another's secret"),
        ],
    )
    def test_not_good(self, tmp_path: Path, asked: Asked) -> None:
        """What is signed in another way than asked for is refused."""
        assert problem(tmp_path, asked).kind == "signature-invalid"

    def test_no_host(self, tmp_path: Path) -> None:
        """A host that is none is refused like any other that was not signed."""
        assert problem(tmp_path, replace(SENDER.sign(), url="http://[::1/v1/decide/slack")).kind == "signature-invalid"

    def test_the_text_is_told(self, tmp_path: Path) -> None:
        """Who signed another text is told the one that was to be signed."""
        asked = make_sender().sign(key_id=SENDER.key_id, body=b"")
        signed = asked.headers["signature-input"].partition("=")[2]

        base = str(problem(tmp_path, asked).more["base"])

        assert base.startswith('"@method": POST\n"@authority": rules.example\n"@target-uri": ')
        assert base.endswith(f'"@signature-params": {signed}')

    def test_other_address(self, tmp_path: Path) -> None:
        """Who signed another address than the service sees is told both."""
        asked = replace(SENDER.sign(url="https://rules.example/v1/decide/slack"), url=URL)

        found = problem(tmp_path, asked)

        assert found.more == {"signed": "https://rules.example/v1/decide/slack", "seen": URL}
        assert "set `public_url`" in found.detail


class TestReplay:
    def test_again(self, tmp_path: Path) -> None:
        """The same request passes once."""
        asked = SENDER.sign()
        verify(tmp_path, asked)

        assert problem(tmp_path, asked).kind == "signature-replayed"

    @pytest.mark.slow
    @pytest.mark.parametrize("where", ["sqlite", pytest.param("redis", marks=pytest.mark.services("redis"))])
    def test_at_once(self, tmp_path: Path, where: str) -> None:
        """A request that comes 32 times at once, over two processes, passes once."""
        clients = write_clients(tmp_path / "clients", SENDER)
        store = REDIS if where == "redis" else str(tmp_path / "store.sqlite")
        asked = SENDER.sign(nonce=f"{SENDER.key_id}-{where}-{tmp_path}"[-200:])
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            passed = pool.starmap(count_passing, [(clients, store, asked, 16)] * 2)

        assert sum(passed) == 1


def count_passing(clients: Path, where: str, asked: Asked, times: int) -> int:
    """Send one request many times at once, and count how often it passes; runs in a process of its own."""

    async def ask() -> int:
        store = open_store(where)
        signatures = Signatures(Clients(clients), store)
        results = await asyncio.gather(*(signatures.verify(asked) for _ in range(times)), return_exceptions=True)
        await store.close()
        return sum(isinstance(result, Caller) for result in results)

    return asyncio.run(ask())
