"""What callers try who would like to do more than they may: none of it works, and none of it is dear."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from notifyrules.service.decide import read_question
from notifyrules.service.problems import Problem
from notifyrules.service.settings import ChangeSettings
from notifyrules.service.versions import Versions
from tests.service.asking import CHART, TITLED, Asking, asking
from tests.service.processes import Process, running
from tests.service.test_processes import QUICK, alive, head

PUBLIC = "https://rules.example"


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Make the service as it stands behind a proxy."""
    with asking(tmp_path_factory.mktemp("proxied"), public_url=PUBLIC) as made:
        yield made


class TestSignedAddress:
    @pytest.mark.parametrize(
        "host", ["evil/v1/decide/other#", "evil/v1/decide/other?", "evil/v1/decide/other;", "a\tb"]
    )
    def test_a_host_is_no_path(self, behind_a_proxy: Asking, host: str) -> None:
        """What was signed for one path is good for no other, whatever the field `Host` holds."""
        question = json.dumps({"facts": TITLED}).encode()
        signed = behind_a_proxy.sender.sign(question, f"{PUBLIC}/v1/decide/other", nonce=os.urandom(16).hex())
        headers = {**signed.headers, "host": host, "content-type": "application/json"}
        answer = behind_a_proxy.http.post("/v1/decide/chart", content=question, headers=headers)

        assert answer.status_code == 401
        assert answer.json()["seen"] == f"{PUBLIC}/v1/decide/chart"

    @pytest.mark.parametrize("host", ["rules.example", "127.0.0.1:8000", "[::1]:8000", "a_b.c-d", ""])
    def test_any_host_behind_a_proxy(self, behind_a_proxy: Asking, host: str) -> None:
        """Behind a proxy it does not matter by what host the proxy asks."""
        question = json.dumps({"facts": TITLED}).encode()
        signed = behind_a_proxy.sender.sign(question, f"{PUBLIC}/v1/decide/chart", nonce=os.urandom(16).hex())
        headers = {**signed.headers, "host": host, "content-type": "application/json"}

        assert behind_a_proxy.http.post("/v1/decide/chart", content=question, headers=headers).status_code == 200


class TestScopes:
    @pytest.mark.parametrize("more", [{"record": True}, {"explain": "support"}])
    def test_an_answer_of_before_takes_its_scope_too(self, service: Asking, more: dict[str, object]) -> None:
        """What holds facts of people is not given again, by its key, to a token that may not ask for it."""
        form = {"grant_type": "client_credentials", "scope": "decide"}
        secrets = {"client_id": service.sender.name, "client_secret": service.sender.secret}
        narrow = service.http.post("/token", data={**form, **secrets}).json()["access_token"]
        question, key = {"facts": TITLED, **more}, os.urandom(8).hex()

        assert service.decide(question, idempotency_key=key).status_code == 200
        refused = service.decide(question, idempotency_key=key, authorization=f"Bearer {narrow}")
        assert (refused.status_code, refused.json().get("scope")) == (403, "explain")

    def test_kept_answers_are_nobody_elses(self, service: Asking) -> None:
        """The file of answers that are kept is for the service alone: some hold facts of people."""
        assert (service.folder / "store.sqlite").stat().st_mode & 0o077 == 0
        assert (service.folder / "store.sqlite-wal").stat().st_mode & 0o077 == 0


class TestDearBodies:
    def test_unknown_keys_are_told_up_to_a_number(self) -> None:
        """However many keys are unknown, so many are told."""
        with pytest.raises(Problem) as refused:
            read_question(json.dumps({"facts": {}, **{f"key_{number}": 0 for number in range(1000)}}).encode())

        assert len(refused.value.to_dict()["problems"]) == 20  # type: ignore[arg-type]

    def test_a_key_that_comes_twice_is_named(self) -> None:
        """Among however many others."""
        keys = [*(f'"key_{number}": 0' for number in range(20_000)), '"key_7": 1']
        with pytest.raises(Problem, match='the key "key_7" stands twice'):
            read_question(f'{{"facts": {{{", ".join(keys)}}}}}'.encode())


def test_what_a_candidate_refuses_is_not_quoted(tmp_path: Path) -> None:
    """A candidate that refuses a private fact is told of by the fact's name, and by no word of the fact."""
    names = '{type: text, default: "", private: true}'
    (tmp_path / "chart.yaml").write_text(CHART, "utf-8")
    (tmp_path / "new").mkdir()
    new = CHART.replace(names, "{type: int, default: 0, private: true}").replace('user.name == ""', "user.name == 0")
    (tmp_path / "new" / "chart.yaml").write_text(new, "utf-8")
    versions = Versions([tmp_path / "chart.yaml"], ChangeSettings(candidate=tmp_path / "new"))
    facts = {**TITLED, "user.name": "Ada Lovelace"}
    versions.compare(versions.charts["chart"], facts, versions.charts["chart"].decide(facts))
    told: Any = versions.to_dict()
    versions.close()

    (failed,) = told["candidate"]["comparisons"]["chart"]["failed"]
    assert (failed["raised"], failed["count"]) == ("FactsError: user.name", 1)
    assert "Lovelace" not in json.dumps(told)


# ---- Calls that do not end ----

STRANGER = b"POST /v1/decide/chart HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
"""Who shows nothing, and is refused before the body has come."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Run the service, with bodies of 4,096 bytes."""
    with running(tmp_path_factory.mktemp("process"), QUICK) as made:
        yield made


def poured(process: Process, begin: bytes, part: bytes) -> tuple[bytes, int]:
    """Send parts until the connection ends, 100 MB at most; give what is answered, and how much was sent."""
    sent, found = 0, b""
    with socket.create_connection(("127.0.0.1", process.port), timeout=60) as connection:
        with suppress(ConnectionError):
            connection.sendall(begin)
            while sent < 100_000_000:
                connection.sendall(part)
                sent += len(part)
        with suppress(ConnectionError):
            found = connection.recv(65536)
    return found, sent


@pytest.mark.slow
class TestWithoutEnd:
    @pytest.mark.parametrize("known", [True, False], ids=["caller", "stranger"])
    @pytest.mark.parametrize(
        ("begin", "part"),
        [
            (b"5;", b"a=b;" * 10_000),
            (b"5\r\n[true\r\n0\r\n", b"a: b\r\n" * 10_000),
            (b"5\r\n[true\r\n0\r\na: ", b"b" * 40_000),
            (b"", (b"1;" + b"x" * 1000 + b"\r\n \r\n") * 40),
            (b"", b"1000\r\n" + b" " * 4096 + b"\r\n"),
        ],
        ids=["an extension", "trailers", "a trailer", "extensions", "parts"],
    )
    def test_poured(self, process: Process, begin: bytes, part: bytes, *, known: bool) -> None:
        """What frames a body, or comes behind it, is bounded like the body, and costs no memory, whoever sends it."""
        before = resident(process)
        first = head(process, "transfer-encoding: chunked") if known else STRANGER
        found, sent = poured(process, first + begin, part)

        assert found[9:12] in ((b"413", b"") if known else (b"401", b""))
        assert sent < 100_000_000
        assert resident(process) - before < 20_000
        assert alive(process)

    def test_poured_past_an_answer(self, process: Process) -> None:
        """A body that nobody asked for ends its connection, though the answer was given long ago."""
        call = b"GET /livez HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999999999\r\n\r\n"

        assert poured(process, call, b" " * 40_000)[1] < 100_000_000

    def test_calls_without_end(self, process: Process) -> None:
        """Calls that are sent one behind the other, before any is answered, are taken up to a number."""
        before = resident(process)
        call = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"

        assert poured(process, b"", call * 10_000)[1] < 100_000_000
        assert resident(process) - before < 20_000
        assert alive(process)

    def test_answers_that_nobody_takes(self, process: Process) -> None:
        """Whoever asks, and takes no answer, is not waited for without end."""
        call, end = b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n", time.monotonic() + 60
        with socket.create_connection(("127.0.0.1", process.port)) as connection, suppress(ConnectionError):
            while time.monotonic() < end:
                connection.sendall(call * 32)
                time.sleep(0.05)

        assert time.monotonic() < end

    def test_a_body_that_rests(self, process: Process) -> None:
        """Whoever was refused, and goes on with the body but does not end it, is waited for no longer than others."""
        with socket.create_connection(("127.0.0.1", process.port), timeout=60) as connection:
            connection.sendall(STRANGER)
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 401 ")
            connection.sendall(b"1")

            assert connection.recv(65536) == b""

    def test_fields_behind_a_body(self, process: Process) -> None:
        """Nobody signs or shows anything by fields behind the body."""
        question = json.dumps({"facts": TITLED}).encode()
        shown = f"authorization: Bearer {process.token}\r\n".encode()
        whole = b"%x\r\n%b\r\n0\r\n%b\r\n" % (len(question), question, shown)
        quiet = STRANGER.replace(b"\r\n\r\n", b"\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n")

        assert process.raw(quiet + whole).startswith(b"HTTP/1.1 401 ")

    def test_small_parts(self, process: Process) -> None:
        """A body that comes a byte a part is answered like any other."""
        question = json.dumps({"facts": TITLED}).encode()
        parts = b"".join(b"1\r\n%c\r\n" % one for one in question)
        call = head(process, "transfer-encoding: chunked", "connection: close") + parts + b"0\r\nx: y\r\n\r\n"

        assert process.raw(call).startswith(b"HTTP/1.1 200 ")


def resident(process: Process) -> int:
    """Give the memory of the process, in kB."""
    told = Path(f"/proc/{process.popen.pid}/status").read_text("utf-8")
    return int(told.partition("VmRSS:")[2].split()[0])
