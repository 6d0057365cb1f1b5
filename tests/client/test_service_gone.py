"""A client against the service as a process that is killed, hangs, stops and comes back: every call is answered."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import notifyrules
from notifyrules import Rules
from notifyrules.client import Answer, AsyncClient, Away, Client, Credentials, Refused, Signature, Token
from tests.service.asking import CHART, TITLED
from tests.service.clients import make_sender, write_clients
from tests.service.processes import Process, running

_PATIENCE_S = 60
_MANY = 30
CALLERS = 4


@pytest.fixture
def own(tmp_path: Path) -> Rules:
    """Make the client's own rules: the same, of another version."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "chart.yaml").write_text(CHART + "# of the client\n", "utf-8")
    return notifyrules.load(tmp_path / "own" / "chart.yaml")


@dataclass
class Calls:
    """Callers that share a client, and ask again and again."""

    own: Rules
    answers: Counter[tuple[bool, str, str]] = field(default_factory=Counter)
    """By whether the client decided itself, the digest, and the outcome."""
    failures: list[Exception] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def note(self, answer: Answer) -> None:
        """Take note of an answer."""
        self.answers[answer.local, answer.digest, answer.outcome] += 1

    def count(self, *, local: bool) -> int:
        """Count the answers of the client itself, or those of the service."""
        return sum(count for (by_itself, *_), count in list(self.answers.items()) if by_itself is local)

    def wait(self, *, local: bool) -> None:
        """Wait for many more answers of one kind."""
        enough, end = self.count(local=local) + _MANY, time.monotonic() + _PATIENCE_S
        while self.count(local=local) < enough:
            assert not self.failures, self.failures[0]
            assert time.monotonic() < end, f"there are no such answers: {self.answers}"
            time.sleep(0.01)

    def check(self) -> None:
        """Hold that each call was answered, and each answer says who gave it."""
        mine = self.own.digest

        assert self.failures == []
        assert {outcome for _, _, outcome in self.answers} == {"ring"}
        assert {digest for local, digest, _ in self.answers if local} == {mine}
        assert mine not in {digest for local, digest, _ in self.answers if not local}


def by_threads(url: str, credentials: Credentials, calls: Calls) -> None:
    """Ask from threads."""

    def ask() -> None:
        while not calls.stop.is_set():
            try:
                calls.note(client.decide("chart", TITLED))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
                calls.failures.append(error)
                return

    with Client(url, credentials, deadline_s=1, fallback=calls.own) as client:
        threads = [threading.Thread(target=ask) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def by_asyncio(url: str, credentials: Credentials, calls: Calls) -> None:
    """Ask from tasks."""

    async def ask(client: AsyncClient) -> None:
        while not calls.stop.is_set():
            try:
                calls.note(await client.decide("chart", TITLED))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
                calls.failures.append(error)
                return
            # Whoever decides alone waits for nothing, and lets nobody else run.
            await asyncio.sleep(0)

    async def run() -> None:
        async with AsyncClient(url, credentials, deadline_s=1, fallback=calls.own) as client:
            await asyncio.gather(*(ask(client) for _ in range(CALLERS)))

    asyncio.run(run())


@contextmanager
def calling(process: Process, own: Rules, form: str) -> Iterator[Calls]:
    """Ask meanwhile, by threads or asyncio and by token or signature."""
    sender = process.sender
    by_token = Token(sender.name, sender.secret)
    by_signature = Signature(sender.key_id, b64encode(sender.key).decode())
    calls = Calls(own)
    ask = by_threads if "threads" in form else by_asyncio
    credentials: Credentials = by_token if "token" in form else by_signature
    thread = threading.Thread(target=ask, args=(f"http://127.0.0.1:{process.port}", credentials, calls))
    thread.start()
    try:
        yield calls
    finally:
        calls.stop.set()
        thread.join()


FORMS = pytest.mark.parametrize(
    "form", ["threads, token", "threads, signature", "asyncio, token", "asyncio, signature"]
)


@pytest.mark.slow
class TestGone:
    @FORMS
    def test_killed(self, tmp_path: Path, own: Rules, form: str) -> None:
        """Killed under load: the client decides itself, and comes back to the service, though that has new keys."""
        with running(tmp_path) as process, calling(process, own, form) as calls:
            calls.wait(local=False)
            process.popen.kill()
            process.popen.wait()
            (tmp_path / "keys.json").unlink()
            calls.wait(local=True)
            with running(tmp_path, sender=process.sender, port=process.port):
                calls.wait(local=False)
                calls.stop.set()

        calls.check()

    @FORMS
    def test_hangs(self, tmp_path: Path, own: Rules, form: str) -> None:
        """Stopped without a word: connections are made and nothing comes back; the client decides itself meanwhile."""
        with running(tmp_path) as process, calling(process, own, form) as calls:
            calls.wait(local=False)
            os.kill(process.popen.pid, signal.SIGSTOP)
            calls.wait(local=True)
            os.kill(process.popen.pid, signal.SIGCONT)
            calls.wait(local=False)
            calls.stop.set()

        calls.check()

    @FORMS
    def test_stops(self, tmp_path: Path, own: Rules, form: str) -> None:
        """Told to stop under load: calls are answered by one or the other, and in the end by the client."""
        with running(tmp_path, "[limits]\ndrain_s = 0.5\n") as process, calling(process, own, form) as calls:
            calls.wait(local=False)
            process.popen.terminate()
            process.popen.wait(_PATIENCE_S)
            calls.wait(local=True)

        calls.check()

    def test_without_rules_of_its_own(self, tmp_path: Path) -> None:
        """Who has nothing to fall back on is told that the service is away."""
        with running(tmp_path) as process:
            sender = process.sender
            url, token = f"http://127.0.0.1:{process.port}", Token(sender.name, sender.secret)
            with Client(url, token, deadline_s=30) as client:
                assert not client.decide("chart", TITLED).local
                process.popen.kill()
                process.popen.wait()
                with pytest.raises(Away):
                    client.decide("chart", TITLED)

    def test_not_allowed_any_more(self, tmp_path: Path, own: Rules) -> None:
        """A client that was taken out is refused, whatever rules of its own it has."""
        with running(tmp_path) as process:
            sender = process.sender
            url, token = f"http://127.0.0.1:{process.port}", Token(sender.name, sender.secret)
            with Client(url, token, deadline_s=30, fallback=own) as client:
                assert client.decide("chart", TITLED)
                write_clients(tmp_path / "clients.toml", make_sender("another"))
                end = time.monotonic() + _PATIENCE_S
                with pytest.raises(Refused, match="no client"):  # noqa: PT012 - the file is looked at once a second
                    while time.monotonic() < end:
                        assert not client.decide("chart", TITLED).local


# ---- Something else that answers at the address ----


@contextmanager
def answering(answer: bytes, drips: list[int] | None = None) -> Iterator[str]:
    """Answer each connection with the same bytes, and close it; or let them drip, and note how many were taken."""
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.settimeout(0.2)
                connection.recv(65536)
                if drips is None:
                    connection.sendall(answer)
                else:
                    drips.append(0)
                    for byte in answer:
                        connection.sendall(bytes([byte]))
                        drips[-1] += 1
                        time.sleep(0.05)
                connection.shutdown(socket.SHUT_WR)
                # What was sent and not read would take the answer along.
                while connection.recv(65536):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        socket.create_connection(listener.getsockname()).close()
        thread.join()


def http(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """Write an answer."""
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *fields, "", ""]
    return "\r\n".join(head).encode() + body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        http(b"<html>the page that all of this hotel's guests see", "content-type: text/html"),
        http(b"[]"),
        http(b'{"status": "ok"}'),
        http(b'{"digest": "d", "decisions": []}'),
        http(b"\x1f\x8b", "content-encoding: gzip"),
        http(b"\xff\xfe", "content-type: application/json"),
        http(b"", status="204 No Content"),
        http(b"bad gateway", status="502 Bad Gateway"),
    ],
    ids=[
        "nothing",
        "no HTTP",
        "cut",
        "a page",
        "a list",
        "others' JSON",
        "another's answer",
        "gzip",
        "no text",
        "204",
        "502",
    ],
)
@pytest.mark.parametrize("form", ["threads", "asyncio"])
@pytest.mark.parametrize("by", ["token", "signature"])
def test_something_else_answers(own: Rules, answer: bytes, form: str, by: str) -> None:
    """What is no answer of the service is none, whether it comes for a token or for a decision."""
    credentials: Credentials = Token("a", "b") if by == "token" else Signature("a", b64encode(bytes(32)).decode())

    async def ask() -> Answer:
        async with AsyncClient(url, credentials, deadline_s=30, fallback=own) as client:
            return await client.decide("chart", TITLED)

    with answering(answer) as url:
        if form == "asyncio":
            found = asyncio.run(ask())
        else:
            with Client(url, credentials, deadline_s=30, fallback=own) as client:
                found = client.decide("chart", TITLED)

    assert (found.local, found.outcome) == (True, "ring")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["threads", "asyncio"])
def test_a_server_that_drips(own: Rules, form: str) -> None:
    """The deadline is for the whole call: what comes byte by byte, each of them in time, is not waited for."""
    key, drips = Signature("a", b64encode(bytes(32)).decode()), list[int]()

    async def ask() -> Answer:
        async with AsyncClient(url, key, fallback=own) as client:
            return await client.decide("chart", TITLED)

    head = f"x: {'drip ' * 40}"
    with answering(http(b"{}", head), drips) as url:
        if form == "asyncio":
            found = asyncio.run(ask())
        else:
            with Client(url, key, fallback=own) as client:
                found = client.decide("chart", TITLED)

    assert (found.local, found.outcome) == (True, "ring")
    assert max(drips) < len(head)
