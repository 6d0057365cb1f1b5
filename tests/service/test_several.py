"""Several processes with one store, killed and reloaded under load: a key decides once, a nonce passes once."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from notifyrules import Rules, load
from tests.service.asking import CHART, TITLED
from tests.service.processes import Process, loaded, running

pytestmark = pytest.mark.slow

BODY = json.dumps({"facts": TITLED}).encode()
BROKEN = "notifyrules: 1\nflow: {}\n"


VERSIONS = [
    CHART.replace("sound: bell", "sound: bell0"),
    CHART.replace("sound: bell", "sound: bell1").replace("then: ring, else: night", "then: ring, else: off"),
    CHART.replace("sound: bell", "sound: bell2").replace("recheck: 8h", "recheck: 9h"),
]
ROWS: list[dict[str, Any]] = [
    TITLED,
    {**TITLED, "now": "2026-11-29T03:00:00Z"},
    {"message": {"title": "Fire", "urgent": True}},
    {**TITLED, "preferences": {"level": "none"}},
] * 30


def walked(rules: Rules, facts: dict[str, Any]) -> dict[str, object]:
    """Say what the walk makes of facts, in the words of an answer."""
    told = rules.decide(facts).to_dict()
    notify = told["notify"]
    found = {key: told[key] for key in ("outcome", "reason", "recheck_at", "data")}
    return {**found, "notify": notify is True, "later": notify == "later", "digest": rules.digest}


@dataclass
class Caller:
    """Asks for many decisions again and again, and holds each to the version that the answer names."""

    process: Process
    expected: dict[str, list[dict[str, object]]]
    answered: int = 0
    seen: set[str] = field(default_factory=set)

    def ask(self, stop: threading.Event) -> list[object]:
        """Ask until it is enough; give what is wrong."""
        wrong: list[object] = []
        body = json.dumps({"facts": ROWS}).encode()
        connection = HTTPConnection("127.0.0.1", self.process.port, timeout=60)
        while not stop.is_set():
            connection.request("POST", "/v1/decide/chart", body, self.process.headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            self.answered += 1
            if answer.status != 200 or told["decisions"] != self.expected[told["digest"]]:
                wrong.append(told)
            else:
                self.seen.add(told["digest"])
        connection.close()
        return wrong


def at_once(calls: list[Callable[[], object]]) -> Counter[object]:
    """Make calls at the same moment, and count what they give."""
    begun = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        begun.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Run two processes with one store and the same clients."""
    with ExitStack() as stack:
        one = stack.enter_context(running(tmp_path))
        yield one, stack.enter_context(running(tmp_path, sender=one.sender))


class TestTwo:
    def test_one_key(self, two: tuple[Process, Process]) -> None:
        """64 calls with one key at once, over two processes: one decision, and nothing but its bytes or a 409."""
        headers = {**two[0].headers, "idempotency-key": "the-same"}

        def ask(process: Process) -> object:
            status, told, body = process.request("POST", "/v1/decide/chart", BODY, headers)
            return status, told.get("idempotent-replayed"), body if status == 200 else b""

        found = at_once([lambda number=number: ask(two[number % 2]) for number in range(64)])  # type: ignore[misc]

        fresh = [answer for answer in found if answer[:2] == (200, None)]  # type: ignore[index]
        assert [found[answer] for answer in fresh] == [1]
        assert {answer[0] for answer in found} <= {200, 409}  # type: ignore[index]
        assert len({answer[2] for answer in found if answer[0] == 200}) == 1  # type: ignore[index]

    def test_one_nonce(self, two: tuple[Process, Process]) -> None:
        """One signed request 32 times at once: one passes."""
        process = two[0]
        signed = process.sender.sign(BODY, f"http://127.0.0.1:{process.port}/v1/decide/chart", nonce="n" * 16)
        headers = {**signed.headers, "content-type": "application/json", "host": f"127.0.0.1:{process.port}"}

        def ask(at: Process) -> object:
            return at.request("POST", "/v1/decide/chart", BODY, headers)[0]

        found = at_once([lambda number=number: ask(two[number % 2]) for number in range(32)])  # type: ignore[misc]

        assert found == {200: 1, 401: 31}


class TestReloads:
    @pytest.mark.parametrize("changes", [100, pytest.param(1000, marks=pytest.mark.soak)])
    def test_under_load(self, tmp_path: Path, changes: int) -> None:
        """A third of the changes is broken: no call is lost, and each row of each answer is of the version it names."""
        expected = {}
        for number, text in enumerate(VERSIONS):
            (tmp_path / f"version{number}.yaml").write_text(text, "utf-8")
            rules = load(tmp_path / f"version{number}.yaml")
            expected[rules.digest] = [walked(rules, facts) for facts in ROWS]
        (tmp_path / "chart.yaml").write_text(VERSIONS[0], "utf-8")
        with running(tmp_path, "[changes]\nevery_s = 1.0\ncases = false\n") as process:
            callers = [Caller(process, expected) for _ in range(2)]
            with loaded(process, 1) as load_, ThreadPoolExecutor(len(callers)) as pool:
                asked = [pool.submit(caller.ask, load_.stop) for caller in callers]
                for number in range(changes):
                    beside = tmp_path / "beside.tmp"
                    beside.write_text(BROKEN if number % 3 == 1 else VERSIONS[number // 3 % 3], "utf-8")
                    beside.replace(tmp_path / "chart.yaml")
                    assert process.request("POST", "/v1/admin/reload", b"", process.headers)[0] == 200
                load_.stop.set()
                wrong = [one for done in asked for one in done.result(60)]
            taken = json.loads(process.request("GET", "/v1/admin/changes", b"", process.headers)[2])["rules"][0]

        assert wrong == []
        assert {answer[0] for answer in load_.answers} == {200}  # type: ignore[index]
        assert {answer[1] for answer in load_.answers} <= set(expected)  # type: ignore[index]
        assert all(caller.answered for caller in callers)
        assert set().union(*(caller.seen for caller in callers)) == set(expected)
        assert taken["status"]["refusals"] >= changes // 3

    def test_a_link_that_is_swapped(self, tmp_path: Path) -> None:
        """A folder behind a link that is swapped, as Kubernetes does it, comes into force as a whole."""
        for number in range(2):
            (tmp_path / f"v{number}").mkdir()
            (tmp_path / f"v{number}" / "chart.yaml").write_text(CHART.replace("Urgent?", f"Urgent {number}?"), "utf-8")
        (tmp_path / "data").symlink_to("v0")
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "chart.yaml").symlink_to("../data/chart.yaml")
        with running(tmp_path, "[changes]\nevery_s = 0.02\n", ["rules"]) as process, loaded(process) as load_:
            for number in range(20):
                (tmp_path / "next").symlink_to(f"v{(number + 1) % 2}")
                (tmp_path / "next").replace(tmp_path / "data")
                process.request("POST", "/v1/admin/reload", b"", process.headers)

        assert len(load_.answers) == 2
        assert {answer[0] for answer in load_.answers} == {200}  # type: ignore[index]


class TestKilled:
    def test_begun_anew(self, tmp_path: Path) -> None:
        """What was answered before a SIGKILL is answered with the same bytes by the next process."""
        with running(tmp_path) as process:
            headers = {**process.headers, "idempotency-key": "kept"}
            first = process.request("POST", "/v1/decide/chart", BODY, headers)
            os.kill(process.popen.pid, signal.SIGKILL)
            process.popen.wait()
            with running(tmp_path, sender=process.sender) as next_:
                again = next_.request("POST", "/v1/decide/chart", BODY, headers)

        assert (first[0], again[0]) == (200, 200)
        assert again[1]["idempotent-replayed"] == "true"
        assert again[2] == first[2]
