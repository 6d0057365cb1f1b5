"""The service inside the test's process, asked as a client would."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from notifyrules.service.app import Service
from notifyrules.service.clients import Right
from notifyrules.service.settings import Identity, Log, Settings, StoreSettings
from tests.service.clients import Sender, make_sender, write_clients

CHART = """notifyrules: 1
name: chart
title: Should we ring?
facts:
  message.urgent: bool = false
  message.title: text
  user.name: {type: text, default: "", private: true}
  user.zone: timezone = UTC
  now: {type: instant, default: "2026-11-29T10:00:00Z"}
  device.kind: desktop | mobile = desktop
  preferences.level: all | none = all
media: {fact: device.kind, per_medium: [preferences.level]}
data: {sound: text = "", title: text = ""}
flow:
  level: {ask: Wants any?, if: 'preferences.level == "none"', then: off, else: urgent}
  off: {ask: Since always?, if: 'user.name == ""', then: silent, else: {to: silent, because: "{user.name} wants none"}}
  urgent: {ask: Urgent?, if: message.urgent, then: ring, else: night}
  night: {ask: Night?, if: "local_time(now, user.zone) < 08:00", then: hold, else: ring}
outcomes:
  ring: {notify: true, data: {sound: bell, title: {expr: message.title}}}
  hold: {notify: later, recheck: 8h, because: it is night}
  silent: {notify: false, because: not wanted}
"""
"""Rules with all that an answer can have."""
TITLED = {"message": {"title": "The door"}}


@dataclass(frozen=True)
class Asking:
    """The service, and who asks it."""

    service: Service
    http: TestClient
    folder: Path
    sender: Sender
    token: str

    def ask(self, path: str, body: object = None, method: str = "POST", **headers: str) -> Any:  # noqa: ANN401 - an answer
        """Ask with the token; bytes are sent as they are, all else as JSON."""
        told = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kept = {name: value for name, value in told.items() if value}
        return self.http.request(method, path, content=None if method == "GET" else content, headers=kept)

    def decide(self, question: object, name: str = "chart", **headers: str) -> Any:  # noqa: ANN401 - an answer
        """Ask for a decision."""
        return self.ask(f"/v1/decide/{name}", question, **headers)

    def get(self, path: str, **headers: str) -> Any:  # noqa: ANN401 - an answer
        """Ask for something."""
        return self.ask(path, method="GET", **headers)


@contextmanager
def asking(
    folder: Path,
    *scopes: Right,
    rules: Mapping[str, str] | None = None,
    log: Log | None = None,
    **settings: Any,  # noqa: ANN401 - settings
) -> Iterator[Asking]:
    """Make the service in a folder, and a client with a token."""
    files = []
    for name, text in (rules or {"chart.yaml": CHART}).items():
        (folder / name).write_text(text, "utf-8")
        files.append(folder / name)
    sender = make_sender("sender", *(scopes or ("decide", "explain", "admin")))
    made = Settings(
        rules=settings.pop("files", files),
        clients=write_clients(folder / "clients.toml", sender),
        store=StoreSettings(path=folder / "store.sqlite"),
        identity=Identity(keys=folder / "keys.json"),
        log=log or Log(),
        **settings,
    )
    service = Service(made)
    with TestClient(service, raise_server_exceptions=False) as http:
        form = {"grant_type": "client_credentials", "client_id": sender.name, "client_secret": sender.secret}
        token = http.post("/token", data=form).json()["access_token"]
        yield Asking(service, http, folder, sender, token)
