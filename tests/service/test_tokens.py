"""A token says who may do what, for a quarter of an hour."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from notifyrules.errors import UsageError
from notifyrules.service.access import Caller
from notifyrules.service.clients import Clients
from notifyrules.service.problems import Problem
from notifyrules.service.tokens import LIFETIME_S, OwnKeys, ProviderKeys, TokenAnswer, Tokens
from tests.service.clients import make_sender, write_clients

ISSUER = "https://rules.example"
SENDER = make_sender("sender", "decide", "explain")
OTHER = OKPKey.generate_key("Ed25519", auto_kid=True)
NESTED = b64encode(b"[" * 20_000).decode() + ".e30.x"
"""A token whose header is lists in lists."""


class Clock:
    """A clock that is set."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Give the time that it is set to."""
        return self.now


@dataclass
class Service:
    """What gives and verifies tokens, with its files."""

    tokens: Tokens
    keys: OwnKeys
    clock: Clock
    clients_file: Path

    def ask(self, **fields: str) -> TokenAnswer:
        """Ask for a token by a form."""
        form = {"grant_type": "client_credentials", "client_id": "sender", "client_secret": SENDER.secret, **fields}
        return self.tokens.give({}, urlencode({name: value for name, value in form.items() if value}).encode())

    def token(self, **fields: str) -> str:
        """Get a token."""
        answer = self.ask(**fields)
        assert answer.status == 200, answer.body
        return str(answer.body["access_token"])

    def verify(self, token: str) -> Caller:
        """Verify a token."""
        return asyncio.run(self.tokens.verify(token))

    def problem(self, token: str) -> Problem:
        """Give the problem that a token is refused with."""
        with pytest.raises(Problem) as caught:
            self.verify(token)
        return caught.value


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Make a service that knows one client."""
    clock, keys = Clock(), OwnKeys(tmp_path / "keys.json")
    clients_file = write_clients(tmp_path / "clients", SENDER)
    ticks = iter(range(0, 10**6, 10))
    clients = Clients(clients_file, lambda: next(ticks))
    return Service(Tokens(keys, ISSUER, ISSUER, clients, clock), keys, clock, clients_file)


class TestGive:
    def test_form(self, service: Service) -> None:
        """A client gets a token for its scopes by its name and secret."""
        answer = service.ask()

        assert answer.body["scope"] == "decide explain"
        assert answer.body["expires_in"] == LIFETIME_S
        assert answer.headers["Cache-Control"] == "no-store"

    def test_basic(self, service: Service) -> None:
        """Name and secret may come by HTTP Basic."""
        basic = b64encode(f"sender:{SENDER.secret}".encode()).decode()
        answer = service.tokens.give({"authorization": f"Basic {basic}"}, b"grant_type=client_credentials")

        assert answer.status == 200

    def test_fewer_scopes(self, service: Service) -> None:
        """A client may ask for less than it may have."""
        assert service.verify(service.token(scope="decide")) == Caller("sender", frozenset({"decide"}))

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"client_secret": "wrong"}, "invalid_client"),
            ({"client_id": "nobody"}, "invalid_client"),
            ({"client_secret": ""}, "invalid_client"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": ""}, "invalid_request"),
            ({"scope": "admin"}, "invalid_scope"),
            ({"scope": "decide\texplain"}, "invalid_scope"),
        ],
    )
    def test_refused(self, service: Service, fields: dict[str, str], error: str) -> None:
        """Who may not have a token is told why in the words of RFC 6749."""
        assert service.ask(**fields).body["error"] == error

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff",
            b"{}",
            b"grant_type",
            b"grant_type=client_credentials&grant_type=client_credentials",
            b"grant_type=client_credentials&scope=decide&scope=admin",
            b"&".join(b"a%d=1" % number for number in range(50)),
        ],
    )
    def test_no_form(self, service: Service, body: bytes) -> None:
        """A body that is no form, or says something twice, is refused."""
        assert service.tokens.give({}, body).body["error"] == "invalid_request"

    @pytest.mark.parametrize("fields", [{"client_secret": "a"}, {"client_id": "other"}])
    def test_twice(self, service: Service, fields: dict[str, str]) -> None:
        """Name and secret come in one way (RFC 6749, 2.3)."""
        basic = {"authorization": f"Basic {b64encode(f'sender:{SENDER.secret}'.encode()).decode()}"}
        form = urlencode({"grant_type": "client_credentials", **fields}).encode()

        assert service.tokens.give(basic, form).body["error"] == "invalid_request"
        assert service.tokens.give(basic, b"grant_type=client_credentials&client_id=sender").status == 200

    @pytest.mark.parametrize("header", ["Basic", "Basic ?", "Basic /w==", "Basic c2VuZGVy", "Basic é"])
    def test_bad_basic(self, service: Service, header: str) -> None:
        """A header that holds no name and secret is refused, with how to give them."""
        answer = service.tokens.give({"authorization": header}, b"grant_type=client_credentials")

        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def forge(head: dict[str, Any], claims: str, key: Key) -> str:
    """Sign by Ed25519 whatever it is."""
    signer: Any = key.get_op_key("sign")
    text = f"{encoded(head)}.{claims}"
    return f"{text}.{urlsafe_b64encode(signer.sign(text.encode())).rstrip(b'=').decode()}"


def encoded(part: dict[str, Any]) -> str:
    """Encode a part of a token."""
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    """Decode a part of a token."""
    value: dict[str, Any] = json.loads(urlsafe_b64decode(f"{part}==="))
    return value


class TestVerify:
    def test_good(self, service: Service) -> None:
        """A token says who asks, for as long as it is good."""
        token = service.token()
        service.clock.now += LIFETIME_S - 1

        assert service.verify(token) == Caller("sender", frozenset({"decide", "explain"}))
        assert service.tokens.known(token) is not None

    def test_form_of_rfc_9068(self, service: Service) -> None:
        """A token has the type and the claims of an access token."""
        head, claims, _ = service.token().split(".")

        assert decoded(head)["typ"] == "at+jwt"
        assert set(decoded(claims)) == {"iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti"}

    def test_expired(self, service: Service) -> None:
        """A token that was good before is not good after its time."""
        token = service.token()
        service.verify(token)
        service.clock.now += LIFETIME_S + 6

        assert service.tokens.known(token) is None
        assert service.problem(token).status == 401

    def test_client_gone(self, service: Service) -> None:
        """A client that is taken out of the file may not ask any more, whatever it holds."""
        token = service.token()
        service.verify(token)
        service.clients_file.write_text("")

        assert service.problem(token).kind == "client-unknown"

    def test_scope_taken(self, service: Service) -> None:
        """A scope that is taken from a client is gone from what it holds."""
        token = service.token()
        service.verify(token)
        service.clients_file.write_text(SENDER.lines.replace('["decide", "explain"]', '["decide"]'))

        assert service.verify(token).scopes == {"decide"}

    def test_none(self, service: Service) -> None:
        """A token that says it is not signed is refused."""
        head, claims, _ = service.token().split(".")
        forged = f"{encoded({**decoded(head), 'alg': 'none'})}.{claims}."

        assert service.problem(forged).kind == "token-invalid"

    def test_public_key_as_secret(self, service: Service) -> None:
        """A token signed with the public key, taken for a shared secret, is refused."""
        head, claims, _ = service.token().split(".")
        public = json.dumps(service.keys.public()["keys"][0])
        header = {**decoded(head), "alg": "HS256"}
        forged = jwt.encode(header, decoded(claims), OctKey.import_key(public), algorithms=["HS256"])

        assert service.problem(forged).kind == "token-invalid"

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_changed(self, service: Service, part: int) -> None:
        """A token of which any part is changed is refused."""
        parts = service.token().split(".")
        parts[part] = parts[part][:8] + ("A" if parts[part][8] != "A" else "B") + parts[part][9:]

        assert service.problem(".".join(parts)).status == 401

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "https://other.example"},
            {"aud": "https://other.example"},
            {"aud": None},
            {"exp": None},
            {"exp": "tomorrow"},
            {"exp": 1},
            {"sub": 7},
            {"client_id": ["sender"]},
            {"aud": ["https://other.example"]},
            {"aud": []},
            {"aud": [ISSUER, 7]},
            {"iss": [ISSUER]},
            {"iss": f"{ISSUER}/"},
            {"exp": float("inf")},
            {"exp": float("nan")},
            {"nbf": 1_900_000_000},
            {"iat": 1_900_000_000},
        ],
    )
    def test_claims(self, service: Service, claims: dict[str, Any]) -> None:
        """A token of another issuer, for another audience, or of another time is refused."""
        key = service.keys.signing()
        head, old, _ = service.token().split(".")
        new = {name: value for name, value in {**decoded(old), **claims}.items() if value is not None}
        forged = jwt.encode(decoded(head), new, key, algorithms=["Ed25519"])

        assert service.problem(forged).status == 401

    @pytest.mark.parametrize(
        "more",
        [
            {"jku": "https://evil.example/jwks"},
            {"x5u": "https://evil.example/certificate"},
            {"jwk": OTHER.as_dict(private=False)},
            {"kid": ["a"]},
            {"kid": None},
            {"kid": "../../etc/passwd"},
            {"crit": ["exp"], "exp": 1},
            {"crit": ["b64"], "b64": False},
            {"alg": "ed25519"},
            {"alg": ["Ed25519"]},
            {"typ": "at+jwt+x"},
        ],
        ids="-".join,
    )
    def test_header(self, service: Service, more: dict[str, Any]) -> None:
        """Nothing that a header says brings another key, another algorithm, or another meaning."""
        head, claims, _ = service.token().split(".")
        key = service.keys.signing() if more.keys() & {"crit", "typ", "alg"} else OTHER

        assert service.problem(forge({**decoded(head), **more}, claims, key)).kind == "token-invalid"

    def test_another_type(self, service: Service) -> None:
        """A token of the same signer for something else, such as an identity, is refused."""
        key = service.keys.signing()
        head, claims, _ = service.token().split(".")
        other = jwt.encode({**decoded(head), "typ": "JWT"}, decoded(claims), key, algorithms=["Ed25519"])

        assert "at+jwt" in service.problem(other).detail

    @pytest.mark.parametrize(
        "token",
        ["", "a", "a.b", "a.b.c", "é.é.é", "." * 100, "e30.e30.", "W10.e30.x", pytest.param(NESTED, id="nested")],
    )
    def test_no_token(self, service: Service, token: str) -> None:
        """What is no token is refused."""
        assert service.problem(token).status == 401


class TestRotation:
    def test_new_key_signs(self, service: Service) -> None:
        """After a rotation the new key signs, and what the old one signed is good."""
        old = service.token()
        new_id = service.keys.rotate()

        assert decoded(service.token().split(".")[0])["kid"] == new_id
        assert service.verify(old).client == "sender"
        assert len(service.keys.public()["keys"]) == 2

    def test_the_key_before_the_last(self, service: Service) -> None:
        """What was signed two rotations ago is good no more, so that old keys do not gather."""
        old = service.token()
        service.keys.rotate()
        service.keys.rotate()

        assert len(service.keys.public()["keys"]) == 2
        assert service.problem(old).status == 401

    def test_other_process(self, service: Service, tmp_path: Path) -> None:
        """A process that has not seen the rotation knows the new key when it meets it."""
        other = OwnKeys(tmp_path / "keys.json")
        service.keys.rotate()
        tokens = Tokens(other, ISSUER, ISSUER, Clients(service.clients_file), service.clock)

        assert asyncio.run(tokens.verify(service.token())).client == "sender"

    def test_nothing_private_is_shown(self, service: Service) -> None:
        """What everybody may read holds no private part."""
        assert all("d" not in key for key in service.keys.public()["keys"])

    def test_file_is_private(self, service: Service, tmp_path: Path) -> None:
        """Nobody else may read the keys."""
        service.keys.rotate()

        assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize(
        "text", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}']
    )
    def test_broken(self, tmp_path: Path, text: str) -> None:
        """A file that holds no keys is told, and left as it is."""
        path = tmp_path / "keys.json"
        path.write_text(text)

        with pytest.raises(UsageError, match="cannot be read"):
            OwnKeys(path)

        assert path.read_text() == text


@dataclass
class Provider:
    """An identity provider: an address at which it shows its keys, and how often it was asked."""

    url: str
    asked: int = 0
    keys: tuple[Key, ...] = ()
    spoil: str = ""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Run an identity provider."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Show the keys."""
            found.asked += 1
            body = json.dumps({"keys": [key.as_dict(private=False) for key in found.keys]})
            answer = body.replace(found.spoil, '"P-0"') if found.spoil else body
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Provider(f"http://127.0.0.1:{server.server_port}/jwks")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


class TestProvider:
    @pytest.mark.parametrize(
        ("key", "algorithm"),
        [
            (RSAKey.generate_key(2048, auto_kid=True), "RS256"),
            (RSAKey.generate_key(2048, auto_kid=True), "PS256"),
            (ECKey.generate_key("P-256", auto_kid=True), "ES256"),
            (OKPKey.generate_key("Ed25519", auto_kid=True), "Ed25519"),
        ],
    )
    def test_good(self, provider: Provider, key: Key, algorithm: str) -> None:
        """Tokens of a provider are read by the keys that it shows."""
        provider.keys = (key,)
        clock = Clock()
        tokens = Tokens(ProviderKeys(provider.url, clock), ISSUER, "rules", None, clock)
        claims = {"iss": ISSUER, "aud": ["rules"], "sub": "a", "scope": "decide", "exp": int(clock.now) + 60}
        head = encoded({"alg": algorithm, "typ": "application/at+JWT", "kid": key.kid, "x.provider": "its own"})
        registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        token = jwt.encode(decoded(head), claims, key, registry=registry)

        assert asyncio.run(tokens.verify(token)) == Caller("a", frozenset({"decide"}))

    def test_gone(self, provider: Provider) -> None:
        """While the provider is away the keys that it showed stay in force, and it is not asked for each token."""
        key = OKPKey.generate_key("Ed25519", auto_kid=True)
        provider.keys, clock = (key,), Clock()

        async def find() -> list[Key | None]:
            keys = ProviderKeys(provider.url, clock)
            first = await keys.find(key.kid)
            provider.keys = ()
            clock.now += 100_000
            return [first, await keys.find(key.kid), await keys.find("other"), await keys.find("other")]

        found = [None if one is None else one.kid for one in asyncio.run(find())]

        assert found == [key.kid, key.kid, None, None]
        assert provider.asked == 2

    @pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda: OctKey.generate_key(256, auto_kid=True), id="shared secret"),
            pytest.param(lambda: RSAKey.generate_key(1024, auto_kid=True), id="short"),
            pytest.param(lambda: RSAKey.generate_key(2048, {"use": "enc"}, auto_kid=True), id="for something else"),
        ],
    )
    def test_no_keys(self, provider: Provider, make: Callable[[], Key]) -> None:
        """What nobody may sign with is no key, though it stands in a provider's list."""
        key = make()
        provider.keys = (key,)

        assert asyncio.run(ProviderKeys(provider.url).find(key.kid)) is None

    def test_a_key_of_an_unknown_kind(self, provider: Provider) -> None:
        """A key that cannot be read, among others that can, takes none of those away."""
        key = OKPKey.generate_key("Ed25519", auto_kid=True)
        odd = ECKey.generate_key("P-256", auto_kid=True)
        provider.keys = (odd, key)
        provider.spoil = '"P-256"'

        assert asyncio.run(ProviderKeys(provider.url).find(key.kid)) is not None

    @pytest.mark.parametrize("answer", [b"no HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]", b""])
    def test_a_provider_that_lies(self, answer: bytes) -> None:
        """Whatever a provider answers, its tokens are refused, and nothing breaks."""
        with socket.create_server(("127.0.0.1", 0)) as server:

            def lie() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

            thread = threading.Thread(target=lie)
            thread.start()
            url = f"http://127.0.0.1:{server.getsockname()[1]}/jwks"
            found = asyncio.run(ProviderKeys(url).find("a"))
            thread.join()

        assert found is None


def test_a_key_that_is_taken_away(tmp_path: Path) -> None:
    """What a key signed that was taken out of the file is good no more, without a restart."""
    keys = OwnKeys(tmp_path / "keys.json")
    old = keys.signing().kid
    OwnKeys(tmp_path / "keys.json").rotate()
    OwnKeys(tmp_path / "keys.json").rotate()

    assert asyncio.run(keys.find(old)) is None
