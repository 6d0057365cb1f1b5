"""The command `serve`: what it makes, what it refuses, and that one command begins the service."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tomllib
from base64 import b64encode
from hashlib import sha256
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

import pytest

from notifyrules.service.clients import Clients
from tests.cli import run


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Write settings."""
    (tmp_path / "service.toml").write_text('clients = "clients.toml"\n', "utf-8")
    return tmp_path / "service.toml"


class TestNewClient:
    def test_made(self, settings: Path) -> None:
        """A client is added to the file of clients, and its secret is shown, which stands there hashed only."""
        made = run("serve", "--settings", str(settings), "--new-client", "sender", "--scopes", "decide,explain")

        shown = dict(re.split(r":\s+", line) for line in made.out.splitlines())
        written = (settings.parent / "clients.toml").read_text("utf-8")
        client = tomllib.loads(written)["clients"]["sender"]
        assert made.code == 0
        assert client["scopes"] == ["decide", "explain"]
        assert client["secrets"] == [sha256(shown["client_secret"].encode()).hexdigest()]
        assert client["keys"][0]["id"] == shown["key id"]
        assert shown["client_secret"] not in written

    def test_for_nobody_else(self, settings: Path) -> None:
        """The file holds keys, and nobody else may read it."""
        run("serve", "--settings", str(settings), "--new-client", "sender")

        assert (settings.parent / "clients.toml").stat().st_mode & 0o077 == 0

    def test_beside_others(self, settings: Path) -> None:
        """Others stay; a name that is there already is refused."""
        for name in ("a", "b"):
            run("serve", "--settings", str(settings), "--new-client", name)

        again = run("serve", "--settings", str(settings), "--new-client", "a")

        clients = Clients(settings.parent / "clients.toml")
        assert clients.get("a") is not None
        assert clients.get("b") is not None
        assert (again.code, "there is a client `a`" in again.err) == (2, True)

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--new-client", "a", "--scopes", "decide root"], "there is no scope `root`"),
            (["--new-client", "a b"], "a client cannot be called `a b`"),
        ],
    )
    def test_refused(self, settings: Path, words: list[str], told: str) -> None:
        """What no client can be is refused, and nothing is written."""
        refused = run("serve", "--settings", str(settings), *words)

        assert refused.code == 2
        assert told in refused.err
        assert not (settings.parent / "clients.toml").exists()

    def test_without_settings(self) -> None:
        """A service for trying out makes its own client."""
        assert run("serve", "--new-client", "a").code == 2


class TestRefused:
    def test_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without its packages the command says which one to install, and how."""
        monkeypatch.setattr(
            "notifyrules.cli.serve.find_spec", lambda name: None if name == "starlette" else find_spec(name)
        )

        refused = run("serve")

        assert refused.code == 2
        assert "the service needs `starlette`" in refused.err
        assert "pip install 'notifyrules[service]'" in refused.err

    def test_no_clients(self, settings: Path) -> None:
        """Where nobody may ask, it says how to make a client."""
        refused = run("serve", "--settings", str(settings))

        assert refused.code == 2
        assert "--new-client NAME" in refused.err

    def test_broken_rules(self, tmp_path: Path) -> None:
        """Rules with errors are told as `check` tells them."""
        (tmp_path / "bad.yaml").write_text("notifyrules: 1\nflow: {}\n", "utf-8")

        refused = run("serve", str(tmp_path / "bad.yaml"))

        assert refused.code == 1
        assert "error[" in refused.err

    @pytest.mark.parametrize("words", [["nonsense"], ["--settings", "gone.toml"]])
    def test_no_such_file(self, words: list[str]) -> None:
        """What cannot be opened is misuse."""
        assert run("serve", *words).code == 2


@pytest.mark.slow
class TestServed:
    def test_one_command(self) -> None:
        """One command begins the service on the shipped charts, with a client that it shows once."""
        command = [sys.executable, "-m", "notifyrules", "serve", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stderr is not None
                shown = dict(re.split(r":\s+", process.stdout.readline().strip()) for _ in range(3))
                port = next(
                    int(found[1]) for line in process.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)", line))
                )
                connection = HTTPConnection("127.0.0.1", port, timeout=30)
                basic = b64encode(f"{shown['client_id']}:{shown['client_secret']}".encode()).decode()
                form = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
                connection.request("POST", "/token", b"grant_type=client_credentials", form)
                token = json.loads(connection.getresponse().read())["access_token"]
                bearer = {"authorization": f"Bearer {token}", "content-type": "application/json"}
                connection.request("POST", "/v1/decide/slack", b'{"facts": {"channel": {"muted": true}}}', bearer)
                answer = json.loads(connection.getresponse().read())
                connection.close()
            finally:
                process.send_signal(signal.SIGTERM)
            rest = process.stderr.read()

        assert answer["outcome"] == "no"
        assert "Traceback" not in rest
        assert shown["client_secret"] not in rest
