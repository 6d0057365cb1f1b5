"""The service as a process of its own, asked over real sockets, and killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from tests.service.asking import CHART, TITLED
from tests.service.clients import Sender, make_sender, write_clients

_PATIENCE_S = 60


@dataclass
class Process:
    """A process of the service."""

    popen: subprocess.Popen[str]
    port: int
    folder: Path
    sender: Sender
    token: str = ""

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask over a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    @property
    def headers(self) -> dict[str, str]:
        """What a call for decisions shows."""
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}

    def raw(self, sent: bytes) -> bytes:
        """Send bytes, and give what comes back until the connection ends or rests."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_S) as connection:
            with suppress(ConnectionError):
                connection.sendall(sent)
            found = bytearray()
            with suppress(ConnectionError):
                while part := connection.recv(65536):
                    found.extend(part)
            return bytes(found)

    def call(self, connection: socket.socket, sent: bytes) -> bytes:
        """Send one call on a connection that is kept, and give the whole answer; none where the connection ends."""
        connection.sendall(sent)
        found = bytearray()
        while part := connection.recv(65536):
            found.extend(part)
            head, end, body = bytes(found).lower().partition(b"\r\n\r\n")
            if end and len(body) == int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]):
                return bytes(found)
        return b""

    def wait_for(self, path: str, status: int) -> None:
        """Wait until *path* answers with a status."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            with suppress(OSError, HTTPException):
                if self.request("GET", path)[0] == status:
                    return
            assert self.popen.poll() is None, "the service has stopped"
            time.sleep(0.02)
        raise AssertionError(f"{path} never answered with {status}")


@contextmanager
def running(
    folder: Path,
    settings: str = "",
    rules: Sequence[str] = ("chart.yaml",),
    *,
    sender: Sender | None = None,
    redis: str | None = None,
    port: int | None = None,
) -> Iterator[Process]:
    """Run the service by the command line, with a client that may do everything; *port* is a free one unless given."""
    if not (folder / "chart.yaml").exists():
        (folder / "chart.yaml").write_text(CHART, "utf-8")
    if sender is None:
        sender = make_sender("sender", "decide", "explain", "admin")
        write_clients(folder / "clients.toml", sender)
    given = f'clients = "clients.toml"\nrules = {json.dumps(rules)}\n{settings}\n[identity]\nkeys = "keys.json"\n'
    store = 'path = "store.sqlite"' if redis is None else f'redis = "{redis}"'
    (folder / "service.toml").write_text(f"{given}[store]\n{store}\n", "utf-8")
    if port is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    command = [sys.executable, "-m", "notifyrules", "serve", "--settings", "service.toml", "--port", str(port)]
    with (folder / "service.err").open("a") as told:
        popen = subprocess.Popen(command, cwd=folder, stdout=told, stderr=told, text=True)
    process = Process(popen, port, folder, sender)
    try:
        process.wait_for("/readyz", 200)
        form = {"grant_type": "client_credentials", "client_id": sender.name, "client_secret": sender.secret}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        process.token = json.loads(process.request("POST", "/token", urlencode(form).encode(), kind)[2])["access_token"]
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.kill(popen.pid, signal.SIGCONT)
        popen.kill()
        popen.wait()


@dataclass
class Load:
    """Callers that ask again and again, each over a connection that it keeps, or over a new one each time."""

    process: Process
    keep: bool = True
    answers: Counter[object] = field(default_factory=Counter)
    """The answers by their status and digest; what else became of a call, by its kind."""
    closing: int = 0
    """Answers that were the last of their connection."""
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until it is enough; a connection that is refused was never one."""
        body = json.dumps({"facts": TITLED}).encode()
        while not self.stop.is_set():
            connection = HTTPConnection("127.0.0.1", self.process.port, timeout=_PATIENCE_S)
            try:
                connection.connect()
            except OSError:
                return
            try:
                self._ask_on(connection, body)
            except (OSError, HTTPException) as error:
                self.answers[type(error).__name__] += 1
            finally:
                connection.close()

    def _ask_on(self, connection: HTTPConnection, body: bytes) -> None:
        while not self.stop.is_set():
            connection.request("POST", "/v1/decide/chart", body, self.process.headers)
            answer = connection.getresponse()
            content = answer.read()
            self.answers[answer.status, json.loads(content).get("digest")] += 1
            self.closing += answer.will_close
            if answer.will_close or not self.keep:
                return


@contextmanager
def loaded(process: Process, callers: int = 4, *, keep: bool = True) -> Iterator[Load]:
    """Ask from several threads meanwhile."""
    load = Load(process, keep)
    threads = [threading.Thread(target=load.ask, daemon=True) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(_PATIENCE_S)
