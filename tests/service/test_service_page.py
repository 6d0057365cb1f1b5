"""
Do what the page of the service says, in its order: every command, every program, and what they print.

A block that begins with the name of a file is written to that file. In `sh` blocks variables live on from one to the
next; one that ends in `notifyrules serve` starts the service, in place of the one before. `export` of values that end
in `…` takes those that were shown last. A block of `json` or `text` is what the block before it prints, in which `…`
is whatever it is.
"""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import digest
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256
from ruamel.yaml import YAML

from notifyrules import LiveRules
from notifyrules.client import Client
from notifyrules.service.settings import Section, Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "service.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:#|//) (\w\S*\.\w+)\n")
_ROW = re.compile(r"^\| (.*?) ?\|$", re.MULTILINE)
_SHOWN = re.compile(r"^(client_id|client_secret|key id|key): +(\S+)$", re.MULTILINE)
_NEEDED = ("curl", "jq", "openssl")
_PATIENCE_S = 60
_CALLS = ("access", "app", "decide", "idempotency", "protocol", "server", "signatures", "store", "tokens")
"""The modules that answer calls; what others refuse are events."""


def blocks(*languages: str) -> list[str]:
    """Give the blocks in some languages."""
    return [text for language, text in _BLOCK.findall(TEXT) if language in languages]


def rows(heading: str) -> list[list[str]]:
    """Give the cells of the tables of a section."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [re.split(r" *\| *", row) for row in _ROW.findall(section)]


def like(expected: object, found: object) -> bool:
    """Compare JSON with what the page shows of it."""
    match expected, found:
        case dict(), dict():
            open_ = "…" in expected
            return (open_ or expected.keys() == found.keys()) and all(
                key in found and like(value, found[key]) for key, value in expected.items() if key != "…"
            )
        case list(), list():
            return len(expected) == len(found) and all(map(like, expected, found))
        case str(), str():
            return re.fullmatch(".*".join(map(re.escape, expected.split("…"))), found, re.DOTALL) is not None
        case _:
            return expected == found


@dataclass
class Session:
    """A reader who follows the page."""

    folder: Path
    printed: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})
    server: subprocess.Popen[str] | None = None
    port: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # What a shell starts with, and `notifyrules` where a reader has it.
        self.variables = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def do(self, language: str, text: str) -> None:
        """Do what one block says."""
        text = text.replace(":8000/", f":{self.port}/").replace(":8000\n", f":{self.port}\n")
        named = _FILE.match(text)
        match language:
            case "js" | "yaml" | "toml" if named is not None:
                (self.folder / named[1]).parent.mkdir(exist_ok=True)
                (self.folder / named[1]).write_text(text, "utf-8")
            case "sh":
                self.shell(text)
            case "python":
                printed = io.StringIO()
                with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
                    patch.chdir(self.folder)
                    for name, value in self.variables.items():
                        patch.setenv(name, value)
                    exec(compile(text, "page", "exec"), self.names)  # noqa: S102 - our own words
                self.printed = printed.getvalue()
            case "text":
                assert like(text.strip().casefold(), self.printed.strip().casefold()), self.printed
            case "json":
                assert like(json.loads(text), json.loads(self.printed)), self.printed

    def shell(self, text: str) -> None:
        """Run commands."""
        if text.startswith("pip install"):
            return
        for name in ("CLIENT_ID", "CLIENT_SECRET", "KEY_ID", "KEY"):
            key = {"CLIENT_ID": "client_id", "CLIENT_SECRET": "client_secret", "KEY_ID": "key id", "KEY": "key"}[name]
            text = re.sub(rf"\b{name}=(?:[\w-]*…|\w+(?= CLIENT_SECRET))", f"{name}='{self.shown.get(key)}'", text)
        *lines, last = text.splitlines()
        serves = last.startswith("notifyrules serve") and "--new-" not in last
        script = "\n".join(lines) if serves else text
        kept = self.folder / ".variables"
        before, after = f"set -a; [ ! -f {kept} ] || . {kept}\nset -euo pipefail", f"(export -p; declare -f) > {kept}"
        whole = f"{before}\n{script}\n{after}"
        done = subprocess.run(
            ["/bin/bash", "-c", whole], cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False
        )

        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        if script:
            self.variables |= dict(re.findall(r'^declare -x (\w+)="(.*)"$', kept.read_text(), re.MULTILINE))
        self.printed = done.stdout
        if serves:
            self.serve(last)
        if "client_id:" in self.printed:
            self.printed = self.printed[self.printed.rindex("client_id:") :]
            self.shown = dict(_SHOWN.findall(self.printed))

    def serve(self, command: str) -> None:
        """Start the service, and wait until it answers."""
        self.stop()
        words = [*command.split(), "--port", str(self.port)]
        out = self.folder / "serve.out"
        with out.open("w") as told:
            program = Path(sys.executable).with_name(words[0])
            self.server = subprocess.Popen(
                [program, *words[1:]], cwd=self.folder, stdout=told, stderr=subprocess.STDOUT, text=True
            )
        end = time.monotonic() + _PATIENCE_S
        while not self.ready():
            assert self.server.poll() is None, out.read_text()
            assert time.monotonic() < end, out.read_text()
            time.sleep(0.05)
        self.printed = out.read_text().partition("\nThe client")[0]

    def ready(self) -> bool:
        """Tell whether the service is ready."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    def stop(self) -> None:
        """Stop the service."""
        if self.server is not None:
            self.server.kill()
            self.server.wait()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Give a reader with the programs that the page uses."""
    for name in _NEEDED:
        if shutil.which(name) is None:
            pytest.skip(f"`{name}` is not on this machine")
    made = Session(tmp_path)
    yield made
    made.stop()
    for one in made.names.values():
        if isinstance(one, Client | LiveRules):
            one.close()


def is_node(text: str) -> bool:
    """Tell whether a block runs Node."""
    return text.startswith("node ")


@pytest.mark.slow
def test_everything_but_node(session: Session) -> None:
    """Every command and program of the page does what the page says."""
    parts = iter(_BLOCK.findall(TEXT))
    for language, text in parts:
        if is_node(text):
            next(parts)
        else:
            session.do(language, text)


@pytest.mark.slow
def test_node(session: Session) -> None:
    """The programs for Node decide, by token and by signature."""
    if shutil.which("node") is None:
        pytest.skip("`node` is not on this machine")
    before, _, after = TEXT.partition("\n## By token\n")
    for language, text in _BLOCK.findall(before):
        session.do(language, text)
    node = _BLOCK.findall(after.partition("\n## From Node\n")[2].partition("\n## ")[0])
    for language, text in node:
        session.do(language, text)

    assert sum(is_node(text) for _, text in node) == 2


# ---- What the page states ----


def test_the_signed_request_is_right() -> None:
    """The request of the page is signed as the page says, and as RFC 9421 does."""
    (text,) = blocks("http")
    head, _, body = text.rstrip("\n").partition("\n\n")
    line, *lines = head.splitlines()
    fields = dict(one.split(": ", 1) for one in lines)
    method, path, _ = line.split()
    key = b64decode(re.findall(r"`(AAEC[^`]*=)`", TEXT)[0])
    request = SimpleNamespace(method=method, url=f"https://{fields['Host']}{path}", headers=fields)

    class Keys(HTTPSignatureKeyResolver):
        def resolve_public_key(self, key_id: str) -> bytes:
            """Give the key of the page."""
            assert key_id == "sender-1"
            return key

    found = b64encode(sha256(body.encode()).digest()).decode()
    base = (
        f'"@method": {method}\n"@authority": {fields["Host"]}\n"@target-uri": {request.url}\n'
        f'"content-digest": sha-256=:{found}:\n'
        f'"@signature-params": {fields["Signature-Input"].removeprefix("notifyrules=")}'
    )
    value = b64encode(digest(key, base.encode(), "sha256")).decode()
    assert fields["Content-Digest"] == f"sha-256=:{found}:"
    assert fields["Signature"] == f"notifyrules=:{value}:"
    HTTPMessageVerifier(signature_algorithm=HMAC_SHA256, key_resolver=Keys()).verify(
        request, max_age=timedelta(days=36500), expect_tag="notifyrules", body=body.encode()
    )


def settings(section: type[Section] = Settings, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Give every key of the settings, and its default."""
    for name, one in section.model_fields.items():
        default = one.get_default(call_default_factory=True)
        if isinstance(default, Section):
            yield from settings(type(default), f"{name}.")
        else:
            yield f"{prefix}{name}", default


def as_toml(value: object) -> str:
    """Write a default as a settings file would."""
    return "" if value is None or value == [] else f"`{json.dumps(str(value) if isinstance(value, Path) else value)}`"


def test_every_setting_has_its_row() -> None:
    """The table has each key and its default, and no other."""
    told = [(row[0], row[1]) for row in rows("Settings")[1:]]

    assert told == [(f"`{key}`", as_toml(default)) for key, default in settings()]


def test_every_refusal_has_its_row() -> None:
    """The table has each problem that the code knows, with its status."""
    folder = ROOT / "notifyrules" / "service"
    source = "".join((folder / f"{name}.py").read_text("utf-8") for name in _CALLS)
    known = set(re.findall(r'\bProblem\(\s*(\d{3}), "([a-z-]+)"', source))
    known |= {("401", kind) for kind in re.findall(r'_(?:problem|refused)\("([a-z-]+)"', source)}
    told = {(row[0], kind) for row in rows("Refusals")[1:] for kind in re.findall(r"`([a-z-]+)`", row[1])}

    assert told == known


def test_every_metric_has_its_row() -> None:
    """The table has each metric of the service itself, and no other."""
    folder = ROOT / "notifyrules" / "service"
    source = "".join((folder / name).read_text("utf-8") for name in ("metrics.py", "versions.py"))
    known = re.findall(r'(Counter|Gauge)MetricFamily\(\s*"(\w+)"', source)
    told = [row[0] for row in rows("Health and metrics") if "notifyrules_" in row[0]]

    assert sorted(told) == sorted(f"`{name}{'_total' * (kind == 'Counter')}`" for kind, name in known)


@pytest.mark.parametrize("text", blocks("toml"))
def test_settings_are_read(text: str) -> None:
    """Each piece of a settings file is one; what has clients alone is a file of them."""
    written = tomllib.loads(text)

    if written.keys() != {"clients"}:
        Settings.model_validate_json(json.dumps(written))


def test_units_and_manifests_can_be_read() -> None:
    """What stands in the notes for systemd and Kubernetes has the form of its kind."""
    (unit,), manifests = blocks("ini"), blocks("yaml")
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(unit)

    assert parser["Service"]["ExecStart"].split()[1:3] == ["serve", "--settings"]
    assert YAML(typ="safe").load(manifests[-1])["containers"][0]["command"][:2] == ["notifyrules", "serve"]


@pytest.mark.parametrize("text", blocks("mermaid"))
def test_pictures_are_sequences(text: str) -> None:
    """Each line of a picture is one that Mermaid knows, blocks end, and only those who take part speak."""
    first, *lines = (line.strip() for line in text.splitlines())
    parts = {found[1] for line in lines if (found := re.match(r"participant (\w+) as ", line))}
    depth = 0
    for line in lines:
        if said := re.fullmatch(r"(\w+)--?>>(\w+): [^;#]+", line):
            assert {said[1], said[2]} <= parts
        elif re.match(r"(loop|alt|opt) ", line):
            depth += 1
        elif line == "end":
            depth -= 1
        else:
            assert re.match(r"participant \w+ as |Note over |else ", line), line

    assert first == "sequenceDiagram"
    assert depth == 0
