"""Run a studio beside a test, and ask it by plain HTTP."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import uvicorn

from notifyrules.studio.desk import Desk
from notifyrules.studio.server import serve

CHART = """\
notifyrules: 1
title: Does it ring?
facts:
  muted: {type: bool, default: false, about: The person muted it}
  urgent: bool = false
  word: text = ""
flow:
  muted: {ask: Muted?, if: muted and not urgent, then: {to: silent, because: you muted it}, else: ring}
outcomes:
  ring: {notify: true, because: "something happened {word}"}
  silent: {notify: false}
"""
CASES = """\
# What we agreed on.
notifyrules-cases: 1
rules: bell.yaml
cases:
  - name: it rings
    expect: ring
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A studio that runs."""

    link: str
    folder: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.link.partition("/#")[0].rpartition(":")[2])

    @property
    def token(self) -> str:
        """What opens it."""
        return self.link.partition("token=")[2]

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask as a page of the studio does, but for some *headers*; None leaves one out."""
        usual = {
            "Host": f"127.0.0.1:{self.port}",
            "Authorization": f"Bearer {self.token}",
            **({} if body is None else {"Content-Type": "application/json", "Content-Length": str(len(body))}),
        }
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {**usual, **(headers or {})}.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def ask(self, path: str, body: Mapping[str, object]) -> tuple[int, dict[str, Any]]:
        """Ask a question."""
        status, _, answer = self.send("POST", path, json.dumps(body).encode())
        return status, json.loads(answer)


@contextmanager
def studio(folder: Path, **files: str) -> Iterator[Asked]:
    """Run a studio of a folder that holds a chart and its case, and other *files* by the names before their suffix."""
    for name, text in {"bell": CHART, "bell.cases": CASES, **files}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    told: queue.Queue[tuple[str, uvicorn.Server]] = queue.Queue()
    run = threading.Thread(target=serve, args=(Desk(str(folder)), 0, lambda *found: told.put(found)), daemon=True)
    run.start()
    link, server = told.get(timeout=60)
    try:
        yield Asked(link, folder)
    finally:
        server.should_exit = True
        run.join(20)
    assert not run.is_alive()
