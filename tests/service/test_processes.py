"""What the service stands as a process: bodies and heads that are large, slow or no HTTP, and signals under load."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifyrules.service.protocol import Protocol
from tests.service.asking import TITLED
from tests.service.processes import Process, loaded, running

pytestmark = pytest.mark.slow

QUICK = "[limits]\nbody_bytes = 4096\nread_s = 0.5\ndrain_s = 1.0\n"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Run the service, with little patience."""
    with running(tmp_path_factory.mktemp("process"), QUICK) as made:
        yield made


def head(process: Process, *fields: str, path: str = "/v1/decide/chart") -> bytes:
    """Write the head of a call."""
    told = [
        f"POST {path} HTTP/1.1",
        "host: localhost",
        *(f"{name}: {value}" for name, value in process.headers.items()),
    ]
    return "\r\n".join([*told, *fields, "", ""]).encode()


def alive(process: Process) -> bool:
    """Tell whether the service answers still."""
    status, _, body = process.request(
        "POST", "/v1/decide/chart", json.dumps({"facts": TITLED}).encode(), process.headers
    )
    return status == 200 and b"digest" in body


class TestBodies:
    def test_too_large_by_its_length(self, process: Process) -> None:
        """A body that says that it is too large is refused unread."""
        with socket.create_connection(("127.0.0.1", process.port)) as connection:
            connection.sendall(head(process, "content-length: 5000"))

            assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
        assert alive(process)

    def test_a_length_beyond_all_numbers(self, process: Process) -> None:
        """A length of many digits is a length that is too large, or no HTTP."""
        assert process.raw(head(process, f"content-length: {'9' * 300}"))[9:12] in (b"413", b"400")
        assert alive(process)

    def test_too_large_in_parts(self, process: Process) -> None:
        """A body in parts without end is refused when it is too large."""
        part = b"400\r\n" + b" " * 1024 + b"\r\n"

        assert process.raw(head(process, "transfer-encoding: chunked") + part * 8).startswith(b"HTTP/1.1 413 ")
        assert alive(process)

    def test_a_body_of_the_bound(self, process: Process) -> None:
        """A body that is as large as may be is answered, in one or in parts."""
        body = json.dumps({"facts": TITLED}).encode().ljust(4096)

        assert process.request("POST", "/v1/decide/chart", body, process.headers)[0] == 200
        whole = head(process, "transfer-encoding: chunked", "connection: close") + b"1000\r\n" + body + b"\r\n0\r\n\r\n"
        assert process.raw(whole).startswith(b"HTTP/1.1 200 ")

    def test_too_slow(self, process: Process) -> None:
        """A body that does not arrive is waited for only so long."""
        refused = process.raw(head(process, "content-length: 100") + b'{"facts"')

        assert refused.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in refused
        assert b"urn:notifyrules:problem:body-too-slow" in refused

    def test_given_up(self, process: Process) -> None:
        """A caller that goes away amid its body is nobody's trouble."""
        with socket.create_connection(("127.0.0.1", process.port)) as connection:
            connection.sendall(head(process, "content-length: 100") + b'{"facts"')

        assert alive(process)

    def test_no_token_no_body(self, process: Process) -> None:
        """Who shows no token is refused before the body has come."""
        sent = b"POST /v1/decide/chart HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\nconnection: close\r\n\r\n"

        assert process.raw(sent).startswith(b"HTTP/1.1 401 ")

    def test_expecting(self, process: Process) -> None:
        """Who waits for leave to send a body that is too large does not get it."""
        with socket.create_connection(("127.0.0.1", process.port)) as connection:
            connection.sendall(head(process, "content-length: 5000", "expect: 100-continue"))

            assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


class TestHeads:
    @pytest.mark.parametrize(
        "flood",
        [
            [f"x-{number}: {'a' * 50}" for number in range(2_000)],
            [f"x: {'a' * 100_000}"],
            [f"{'x' * 100_000}: a"],
        ],
        ids=["many", "long", "long name"],
    )
    def test_floods(self, process: Process, flood: list[str]) -> None:
        """A head without measure is refused, whichever part of it is large."""
        refused = process.raw(head(process, *flood))

        assert refused.startswith(b"HTTP/1.1 431 ")
        assert b"urn:notifyrules:problem:head-too-large" in refused
        assert alive(process)

    def test_without_end(self, process: Process) -> None:
        """A field that never ends is refused before it does."""
        with socket.create_connection(("127.0.0.1", process.port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 40_000)

            assert connection.recv(65536).startswith(b"HTTP/1.1 431 ")

    def test_long_addresses(self, process: Process) -> None:
        """An address is part of the head."""
        assert process.raw(head(process, path=f"/{'a' * 100_000}")).startswith(b"HTTP/1.1 431 ")

    def test_too_slow(self, process: Process) -> None:
        """A head that does not arrive ends its connection."""
        assert process.raw(b"POST /v1/decide/chart HTTP/1.1\r\nhost: local") == b""
        assert process.raw(b"") == b""

    def test_too_slow_the_second_time(self, process: Process) -> None:
        """So does a second head on the same connection."""
        body = json.dumps({"facts": TITLED}).encode()

        with socket.create_connection(("127.0.0.1", process.port)) as connection:
            whole = head(process, f"content-length: {len(body)}") + body

            assert process.call(connection, whole).startswith(b"HTTP/1.1 200 ")
            assert process.call(connection, b"POST /v1/decide/ch") == b""

    def test_a_kept_connection(self, tmp_path: Path) -> None:
        """A connection is kept while nothing is sent on it, and many calls on it are no large head."""
        body = json.dumps({"facts": TITLED}).encode().ljust(1000)
        with running(tmp_path) as process, socket.create_connection(("127.0.0.1", process.port)) as connection:
            whole = head(process, f"content-length: {len(body)}") + body
            for _ in range(50):
                assert process.call(connection, whole).startswith(b"HTTP/1.1 200 ")
            time.sleep(Protocol.patience_s + 0.5)

            assert process.call(connection, whole).startswith(b"HTTP/1.1 200 ")

    def test_a_large_body_is_no_large_head(self, tmp_path: Path) -> None:
        """A call that arrives at once has a head and a body, each with its own bound."""
        body = json.dumps({"facts": TITLED}).encode().ljust(200_000)
        with running(tmp_path) as process:
            answers = [process.request("POST", "/v1/decide/chart", body, process.headers)[0] for _ in range(3)]

        assert answers == [200] * 3

    @pytest.mark.parametrize("sent", [b"\x16\x03\x01\x00\xa5\x01\x00", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
    def test_no_http(self, process: Process, sent: bytes) -> None:
        """What is no HTTP is told so."""
        assert process.raw(sent).startswith(b"HTTP/1.1 400 ")
        assert alive(process)


class TestOtherProtocols:
    WISHES = ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABkAAQCAAAAAAIAAAAA")
    BODY = json.dumps({"facts": TITLED}).encode()

    @pytest.mark.parametrize("framing", ["content-length", "chunked"])
    @pytest.mark.parametrize("parts", [1, 2, 50], ids=["whole", "in two", "in many"])
    def test_http_2(self, process: Process, framing: str, parts: int) -> None:
        """A call that would rather speak HTTP/2, as those of Java, is answered, and so is the next one."""
        told = f"content-length: {len(self.BODY)}" if framing == "content-length" else "transfer-encoding: chunked"
        body = self.BODY if framing == "content-length" else b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.BODY), self.BODY)
        whole = head(process, *self.WISHES, told) + body
        last = head(process, told, "connection: close") + body
        with socket.create_connection(("127.0.0.1", process.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(parts):
                connection.sendall(whole[len(whole) * at // parts : len(whole) * (at + 1) // parts])
                time.sleep(0.002)
            connection.sendall(whole + last)
            found = b"".join(iter(lambda: connection.recv(65536), b""))

        assert found.count(b"HTTP/1.1 200 ") == found.count(b'"digest"') == 3

    @pytest.mark.parametrize("wish", ["h2c", "websocket"])
    def test_without_a_body(self, process: Process, wish: str) -> None:
        """So is one without a body, and one that would rather be a socket of the web."""
        fields = f"host: a\r\nconnection: upgrade, close\r\nupgrade: {wish}"

        assert process.raw(f"GET /livez HTTP/1.1\r\n{fields}\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 ")

    def test_many(self, process: Process) -> None:
        """When many wishes come at once, each call is answered."""
        one = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
        last = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"

        assert process.raw(one * 60 + last).count(b"HTTP/1.1 200 ") == 61

    @pytest.mark.parametrize(
        "sent",
        [
            b"CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n\r\n",
            b"CONNECT http://a.example/ HTTP/1.1\r\nhost: a.example\r\n\r\n",
            b"GET /livez HTTP/1.1\r\n\r\n",
            b"GET /livez HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n",
            b"GET livez HTTP/1.1\r\nhost: a\r\n\r\n",
        ],
        ids=["tunnel", "tunnel to an address", "no host", "two hosts", "no path"],
    )
    def test_refused(self, process: Process, sent: bytes) -> None:
        """What asks for a tunnel, and what does not say for which one host it is, is refused (RFC 9112, 3.2)."""
        assert process.raw(sent).startswith(b"HTTP/1.1 400 ")
        assert alive(process)

    def test_the_whole_address(self, process: Process) -> None:
        """What was signed is held against the host of the address that is asked, whatever `Host` says."""
        sent = head(process, "connection: close", "signature-input: a", "signature: a", "content-length: 0")
        sent = sent.replace(b"POST /", b"POST http://evil.example:81/").replace(b"authorization", b"x-authorization")
        answer = json.loads(process.raw(sent).partition(b"\r\n\r\n")[2])

        assert answer["seen"] == "http://evil.example:81/v1/decide/chart"

    @pytest.mark.parametrize("sent", [b"GET /livez HTTP/1.0\r\n\r\n", b"GET http://a.example/livez HTTP/1.0\r\n\r\n"])
    def test_http_1_0(self, process: Process, sent: bytes) -> None:
        """HTTP/1.0 needs no host."""
        assert process.raw(sent).startswith(b"HTTP/1.1 200 ")


class TestSignals:
    @pytest.mark.parametrize("keep", [True, False], ids=["kept", "new"])
    def test_drain(self, tmp_path: Path, *, keep: bool) -> None:
        """SIGTERM under load: `/readyz` says 503 first, calls are answered as before, and no call in flight is lost."""
        with running(tmp_path, "[limits]\ndrain_s = 1.0\n") as process, loaded(process, keep=keep) as load:
            while load.answers.total() < 200:
                time.sleep(0.01)
            process.popen.send_signal(signal.SIGTERM)
            process.wait_for("/readyz", 503)
            told = json.loads(process.request("GET", "/readyz")[2])
            code = process.popen.wait(30)

        assert told["type"] == "urn:notifyrules:problem:draining"
        assert {answer[0] for answer in load.answers} == {200}  # type: ignore[index]
        assert load.closing or not keep
        assert code in (-signal.SIGTERM, 0)

    def test_stop_at_once(self, tmp_path: Path) -> None:
        """SIGINT stops without draining."""
        with running(tmp_path, "[limits]\ndrain_s = 3600\n") as process:
            process.popen.send_signal(signal.SIGINT)

            assert process.popen.wait(30) in (130, -signal.SIGINT, 0)

    def test_a_second_time(self, tmp_path: Path) -> None:
        """A second SIGTERM does not wait for the drain."""
        with running(tmp_path, "[limits]\ndrain_s = 3600\n") as process:
            process.popen.send_signal(signal.SIGTERM)
            process.wait_for("/readyz", 503)
            process.popen.send_signal(signal.SIGTERM)

            assert process.popen.wait(30) in (-signal.SIGTERM, 0)

    def test_stopped_for_a_while(self, tmp_path: Path) -> None:
        """A process that was stopped goes on where it was: no call is lost."""
        with running(tmp_path) as process, loaded(process) as load:
            os.kill(process.popen.pid, signal.SIGSTOP)
            time.sleep(1)
            before = load.answers.total()
            os.kill(process.popen.pid, signal.SIGCONT)
            while load.answers.total() < before + 100:
                time.sleep(0.01)

        assert {answer[0] for answer in load.answers} == {200}  # type: ignore[index]
