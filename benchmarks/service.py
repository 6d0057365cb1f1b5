"""
Measure the service: decisions for each second of processor time of its process, beside a bare ASGI answer.

The process of the service answers calls of plain sockets on this machine; what the sender costs does not count.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.subjects import Subject, nest
from benchmarks.table import Table

CONNECTIONS: Final = 8
AT_ONCE: Final = 1000
_SHOWN: Final = b"/processor-time"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to ask."""

    name: str
    path: str
    decisions: int
    """For each call."""
    make: Callable[[int], bytes]
    """Makes one request of a number."""


def measure(subject: Subject, *, rounds: int, calls: int) -> Table:
    """Measure a chart in rounds of so many calls a way."""
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (port, client):
        ways = list(_ways(subject, port, client))
        rates: dict[str, list[float]] = {way.name: [] for way in ways}
        for number in range(rounds + 1):
            for way in ways:
                wanted = max(CONNECTIONS, calls if way.decisions == 1 else calls // 100)
                requests = [way.make(number * wanted + one) for one in range(wanted)]
                begun = _processor_time(port)
                _send(port, requests)
                # The first round is for code to get warm.
                if number:
                    rates[way.name].append(wanted * way.decisions / (_processor_time(port) - begun))
    bare = rates[ways[0].name]
    rows = [
        (
            way.name,
            f"{median(rates[way.name]):,.0f}",
            ""
            if way is ways[0]
            else f"{median(one / other for one, other in zip(rates[way.name], bare, strict=True)):.2f}",
        )
        for way in ways
    ]
    about = (
        f"Decisions for each second of processor time of the one process that serves {CONNECTIONS} connections.",
        f"All facts of `{subject.name}` are given, {_size(subject):,} bytes of JSON a decision.",
        "Bare is an ASGI application that reads the same body and answers as many bytes, without looking at them.",
    )
    return Table("The service", about, ("", "decisions / s", "to bare"), rows)


def _size(subject: Subject) -> int:
    return len(json.dumps(nest(subject.rows(1)[0])))


def _ways(subject: Subject, port: int, client: dict[str, str]) -> Iterator[Way]:
    rows = [nest(row) for row in subject.rows(AT_ONCE)]
    ones = [json.dumps({"facts": row}, separators=(",", ":")).encode() for row in rows]
    many = json.dumps({"facts": rows}, separators=(",", ":")).encode()
    token = {"authorization": f"Bearer {_token(port, client)}"}
    path = f"/v1/decide/{subject.name}"

    def plain(where: str, headers: dict[str, str], body: Callable[[int], bytes]) -> Callable[[int], bytes]:
        return lambda number: _request("POST", where, headers, body(number))

    def keyed(number: int) -> bytes:
        return _request("POST", path, {**token, "idempotency-key": str(uuid.uuid4())}, ones[number % AT_ONCE])

    yield Way("bare ASGI", "/bare", 1, plain("/bare", token, lambda number: ones[number % AT_ONCE]))
    yield Way("one, by token", path, 1, plain(path, token, lambda number: ones[number % AT_ONCE]))
    yield Way(f"{AT_ONCE:,} at once, by token", path, AT_ONCE, plain(path, token, lambda _: many))
    yield Way("one, by token, with a key", path, 1, keyed)
    yield Way("one, signed", path, 1, lambda number: _signed(port, path, client, ones[number % AT_ONCE]))


# ---- Requests ----


def _request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    told = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def _token(port: int, client: dict[str, str]) -> str:
    form = f"grant_type=client_credentials&client_id={client['client_id']}&client_secret={client['client_secret']}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return str(json.loads(_ask(port, _request("POST", "/token", headers, form.encode())))["access_token"])


def _signed(port: int, path: str, client: dict[str, str], body: bytes) -> bytes:
    """
    Sign a request.

    Source:
        RFC 9421, February 2024, 3.3.3; RFC 9530 for the digest.
    """
    where = f"127.0.0.1:{port}"
    told = f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
    parameters = (
        '("@method" "@authority" "@target-uri" "content-digest")'
        f';created={int(time.time())};keyid="{client["key_id"]}";alg="hmac-sha256";nonce="{uuid.uuid4().hex}"'
        ';tag="notifyrules"'
    )
    base = (
        f'"@method": POST\n"@authority": {where}\n"@target-uri": http://{where}{path}\n"content-digest": {told}\n'
        f'"@signature-params": {parameters}'
    )
    made = b64encode(digest(b64decode(client["key"]), base.encode(), "sha256")).decode()
    headers = {"host": where, "content-digest": told, "signature-input": f"s={parameters}", "signature": f"s=:{made}:"}
    return _request("POST", path, headers, body)


def _send(port: int, requests: Sequence[bytes]) -> None:
    """Send requests over some connections, the next one on each when the one before is answered."""
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        opened = 0
        for request in waiting:
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request)
            selector.register(connection, selectors.EVENT_READ, bytearray())
            opened += 1
            if opened == CONNECTIONS:
                break
        while opened:
            for key, _ in selector.select():
                connection = key.fileobj  # type: ignore[assignment]
                key.data.extend(connection.recv(1 << 18))
                if _answered(key.data) is None:
                    continue
                key.data.clear()
                if (request := next(waiting, None)) is not None:  # type: ignore[assignment]
                    connection.sendall(request)
                else:
                    selector.unregister(connection)
                    connection.close()
                    opened -= 1


def _answered(data: bytearray) -> bytes | None:
    """Give the body of an answer when it is whole; it must be a good one."""
    head, found, body = bytes(data).partition(b"\r\n\r\n")
    if not found:
        return None
    assert head.startswith(b"HTTP/1.1 200"), bytes(data)
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return body if len(body) >= length else None


def _ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        data = bytearray()
        while (body := _answered(data)) is None:
            data.extend(connection.recv(1 << 16))
        return body


def _processor_time(port: int) -> float:
    return float(_ask(port, _request("GET", _SHOWN.decode(), {})))


# ---- The process of the service ----


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Run the service in a process of its own; give its port, and a client."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.service", str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            assert process.stdout is not None
            client = json.loads(process.stdout.readline())
            for _ in range(200):
                try:
                    _processor_time(port)
                    break
                except OSError:
                    time.sleep(0.05)
            yield port, client
        finally:
            process.terminate()


def _serve(folder: Path, port: int) -> None:
    """Be that process."""
    from notifyrules.service import store  # noqa: PLC0415
    from notifyrules.service.app import Service  # noqa: PLC0415
    from notifyrules.service.clients import make_client  # noqa: PLC0415
    from notifyrules.service.server import Server  # noqa: PLC0415
    from notifyrules.service.settings import Identity, Limits, Settings, StoreSettings  # noqa: PLC0415

    secret, lines = make_client("bench", ["decide"])
    (folder / "clients.toml").write_text(lines, "utf-8")
    key = tomllib.loads(lines)["clients"]["bench"]["keys"][0]
    settings = Settings(
        clients=folder / "clients.toml",
        store=StoreSettings(path=folder / "store.sqlite"),
        identity=Identity(keys=folder / "keys.json"),
        limits=Limits(drain_s=0),
    )
    # A busy machine is not taken for a store that hangs.
    store.PATIENCE_S = 30  # type: ignore[misc]
    service = Service(settings)
    answer = b"x" * 180
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]

    async def call(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/bare":
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer})
        elif scope["type"] == "http" and scope["path"] == _SHOWN.decode():
            body = repr(time.process_time()).encode()
            shown = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": shown})
            await send({"type": "http.response.body", "body": body})
        else:
            await service(scope, receive, send)

    print(
        json.dumps({"client_id": "bench", "client_secret": secret, "key_id": key["id"], "key": key["secret"]}),
        flush=True,
    )
    server = Server(service, host="127.0.0.1", port=port, log_level="warning")
    server.config.app = call
    server.run()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
