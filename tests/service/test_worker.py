"""Claims about workers on real brokers: every event is answered, whatever dies, and poison blocks nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from nats.errors import MaxPayloadError

from notifyrules import UsageError
from notifyrules.service.events import DECIDED, HELD, POSTED, REFUSED, Told
from notifyrules.service.lines import Line, Received, begin, open_line
from notifyrules.service.settings import ChangeSettings, Log, Settings, WorkerSettings
from notifyrules.service.versions import Versions
from notifyrules.service.worker import Worker
from tests.following import EVERY, until
from tests.service.brokers import address, clean
from tests.service.deaths import brokers, prefix, process, product
from tests.service.posting import CHART, posted, write_chart
from tests.service.working import FATAL

WORKER = (sys.executable, "-m", "tests.service.working")
pytestmark = pytest.mark.anyio
__all__ = ["prefix"]


@pytest.fixture
def anyio_backend() -> str:
    """Run on the loop that brokers' clients know."""
    return "asyncio"


@asynccontextmanager
async def working(url: str, settings: Settings) -> AsyncIterator[Worker]:
    """Answer events in this process."""
    versions = Versions(settings.rules, settings.changes)
    worker = Worker(open_line(url, settings.worker), settings, versions)
    async with worker.working(url):
        yield worker
    versions.close()


def by_id(bodies: list[bytes]) -> dict[str, set[bytes]]:
    """Sort events by what they answer, and hold that doubles have one id and the same bytes."""
    found: dict[str, set[bytes]] = defaultdict(set)
    ids: dict[str, str] = {}
    for body in bodies:
        event = json.loads(body)
        asked = event["data"]["asked"]["id"]
        found[asked].add(body)
        assert ids.setdefault(asked, event["id"]) == event["id"]
    assert all(len(one) == 1 for one in found.values())
    return found


class TestWorker:
    @brokers
    @pytest.mark.slow
    async def test_answers(self, broker: str, prefix: str, tmp_path: Path) -> None:
        """Messages are answered by kind, each once, and the log and the metrics tell of it."""
        url, log = address(broker), tmp_path / "log.jsonl"
        settings = Settings(rules=[write_chart(tmp_path)], worker=WorkerSettings(prefix=prefix), log=Log(path=log))
        async with product(url, prefix, DECIDED, HELD, REFUSED) as made, working(url, settings) as worker:
            await made.post(posted("a", subject="u17"), b"poison", posted("b", {"user": {"name": "Ada"}}))
            await made.post(posted("c", {"user": {"quiet_until": "2030-01-01T00:00:00Z"}}))
            await made.until(lambda: [len(taken) for taken in made.taken.values()] == [2, 1, 1])
            page = worker.tally.page().decode()

        assert sorted(by_id(made.taken[DECIDED])) == ["a", "b"]
        assert 'notifyrules_decisions_total{outcome="ring",reason="quiet.else",rules="chart"} 2.0' in page
        assert 'notifyrules_refusals_total{problem="not-json",status="event"} 1.0' in page
        assert 'notifyrules_events_total{result="answered"} 4.0' in page
        lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        assert sorted(((one["client"], one["subject"]) for one in lines), key=lambda one: one[1] is None) == [
            ("/chat", "u17"),
            ("/chat", None),
            ("/chat", None),
        ]
        assert "Ada" not in log.read_text("utf-8")

    @brokers
    @pytest.mark.slow
    async def test_live(self, broker: str, prefix: str, tmp_path: Path) -> None:
        """Rules that change decide from then on."""
        url, chart = address(broker), write_chart(tmp_path)
        settings = Settings(rules=[chart], worker=WorkerSettings(prefix=prefix), changes=ChangeSettings(every_s=EVERY))
        async with product(url, prefix, DECIDED) as made, working(url, settings) as worker:
            await made.post(posted("a"))
            await made.until(lambda: len(made.taken[DECIDED]) == 1)
            chart.write_text(CHART.replace("sound: bell", "sound: drum"), "utf-8")
            await asyncio.to_thread(until, lambda: 'taken"} 1.0' in worker.tally.page().decode())
            await made.post(posted("b"))
            await made.until(lambda: len(made.taken[DECIDED]) == 2)

        assert [json.loads(one)["data"]["data"]["sound"] for one in made.taken[DECIDED]] == ["bell", "drum"]

    @brokers
    async def test_given_up(self, broker: str, prefix: str) -> None:
        """A question to the broker that is given up is in nobody's way."""
        async with product(address(broker), prefix) as made:
            asked = asyncio.ensure_future(made.line.ask())
            for _ in range(5):
                await asyncio.sleep(0)
            asked.cancel()

            found = await made.line.publish([Told(POSTED, "", b"after it") for _ in range(3)])

        assert [one for one in found if isinstance(one, BaseException)] == []

    @pytest.mark.services("nats")
    async def test_sent_in_part(self, prefix: str) -> None:
        """What is sent beside an event that the client refuses is waited for no more: of such it takes 4,000."""
        async with product(address("nats"), prefix) as made:
            with pytest.raises(MaxPayloadError):
                await made.line.publish(
                    [*(Told(POSTED, "", b"sent") for _ in range(9)), Told(POSTED, "", bytes(2_000_000))]
                )
            await asyncio.sleep(0)
            waited_for = made.line._streams.publish_async_pending()  # type: ignore[attr-defined] # noqa: SLF001

        # The client itself goes on to wait for the one that it refused.
        assert waited_for == 1

    @pytest.mark.parametrize("url", ["nats://127.0.0.1:9", "amqp://guest:secret@127.0.0.1:9/"])
    async def test_no_broker(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A broker that is not there is told, without what opens it."""
        monkeypatch.setattr("notifyrules.service.lines._BEGIN_S", 0.2)
        with pytest.raises(UsageError, match=r"://127\.0\.0\.1:9` cannot be used") as told:
            await begin(open_line(url, WorkerSettings()), url)

        assert "secret" not in str(told.value)

    def test_unknown_broker(self) -> None:
        """Another kind of broker is told, and what to write."""
        with pytest.raises(UsageError, match="no broker that is known") as told:
            open_line("kafka://host", WorkerSettings())

        assert "nats://" in told.value.help


@pytest.mark.slow
@brokers
def test_command(broker: str, prefix: str, tmp_path: Path) -> None:
    """The command tells over HTTP that it is ready and what it has counted, and ends well when it is asked to."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[worker]\nprefix = "{prefix}"\n', "utf-8")
    command = [sys.executable, "-m", "notifyrules", "work", str(write_chart(tmp_path)), "--broker", address(broker)]
    popen = subprocess.Popen([*command, "--settings", str(settings)], stderr=subprocess.PIPE)
    try:
        assert popen.stderr is not None
        first = popen.stderr.readline()
        port = int(first.rpartition(b"http://127.0.0.1:")[2].split()[0])
        found = {}
        for path in ("/livez", "/readyz", "/metrics", "/" + "a" * 40_000):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            answer = connection.getresponse()
            found[path[:10]] = answer.status, b"notifyrules_" in answer.read()
            connection.close()
        popen.terminate()
        code = popen.wait(60)
    finally:
        popen.kill()
        popen.communicate()
        asyncio.run(clean(address(broker), prefix))

    assert found.pop("/aaaaaaaaa") == (431, False)
    assert found == {"/livez": (200, False), "/readyz": (200, False), "/metrics": (200, True)}
    assert code == 0


class Broken:
    """A broker that takes no event at first."""

    def __init__(self) -> None:
        """Have taken nothing."""
        self.left, self.published = 3, list[tuple[str, str]]()

    async def publish(self, events: Sequence[Told]) -> Sequence[object]:
        """Fail some times."""
        self.left -= 1
        if self.left == 1:
            raise TimeoutError
        if self.left >= 0:
            return [TimeoutError() for _ in events]
        self.published.extend((one.kind, one.id) for one in events)
        return [None for _ in events]

    def subscribe(self, kind: str, take: object) -> None:
        """Do nothing."""


class TestLanes:
    @pytest.fixture
    def worker(self, tmp_path: Path) -> Iterator[Worker]:
        """Make a worker on a broken broker."""
        settings = Settings(rules=[write_chart(tmp_path)])
        versions = Versions(settings.rules, settings.changes)
        line: Line = Broken()  # type: ignore[assignment] # as far as it goes
        yield Worker(line, settings, versions)
        versions.close()

    @pytest.mark.parametrize(
        ("times", "kind"), [(1, DECIDED), (2, DECIDED), (3, "message.retry"), (9, "message.retry")]
    )
    async def test_third(self, worker: Worker, times: int, kind: str) -> None:
        """What is met for the third time is moved unlooked at, and done only when the broker has it."""
        order: list[str] = []

        async def ack() -> None:
            order.extend(kind for kind, _ in worker._line.published)  # type: ignore[attr-defined] # noqa: SLF001
            order.append("ack")

        await worker._take([Received(posted("a"), times, ack)])  # noqa: SLF001 - its lane

        assert [kind, "ack"] == order

    def test_candidate(self, tmp_path: Path) -> None:
        """Rules that may come into force decide beside those that are, and what differs is counted."""
        chart, new = write_chart(tmp_path), tmp_path / "new" / "chart.yaml"
        new.parent.mkdir()
        new.write_text(CHART.replace("if: user.muted", "if: not user.muted"), "utf-8")
        settings = Settings(rules=[chart], changes=ChangeSettings(candidate=new))
        versions = Versions(settings.rules, settings.changes)
        line: Line = Broken()  # type: ignore[assignment] # as far as it goes

        Worker(line, settings, versions)._answer(posted("a", members=[{"subject": "a"}, {"subject": "b"}]))  # noqa: SLF001
        told: Any = versions.to_dict()["candidate"]
        versions.close()

        assert 2 == told["comparisons"]["chart"]["compared"] == told["comparisons"]["chart"]["differing"][0]["count"]

    @pytest.mark.parametrize(("times", "problem"), [(3, ""), (4, "kills")])
    def test_alone(self, worker: Worker, times: int, problem: str) -> None:
        """What was alone in hand three times is refused, unlooked at."""

        async def ack() -> None:
            """Do nothing."""

        [one] = worker._answer_or_refuse(Received(posted("a"), times, ack))  # noqa: SLF001 - its lane

        assert problem == one.problem


# ---- What dies ----


async def through_deaths(url: str, prefix: str, rules: Path, events: int, deaths: int) -> None:
    """Post events while the worker is killed some times, and hold that each is answered."""
    poison, patience_s = events // 100, 60 + events / 50
    async with product(url, prefix, DECIDED, REFUSED) as made:
        with process(*WORKER, url, prefix, str(rules)) as start:
            running = start()
            posting = asyncio.create_task(
                made.post(
                    *(posted(f"e{one}") if one % 100 else b"poison %d" % one for one in range(events)),
                )
            )
            for death in range(deaths):
                part = (death + 1) * events // (deaths + 2)
                await made.until(lambda part=part: len(made.taken[DECIDED]) > part, patience_s)  # type: ignore[misc]
                running.send_signal(signal.SIGKILL)
                running = start()
            await posting
            await made.until(lambda: len(set(made.taken[DECIDED])) == events - poison, patience_s)
            await made.until(lambda: len(set(made.taken[REFUSED])) == poison, patience_s)

            assert events - poison == len(by_id(made.taken[DECIDED]))


@pytest.mark.slow
class TestDeaths:
    @brokers
    async def test_worker(self, broker: str, prefix: str, tmp_path: Path) -> None:
        """The worker is killed three times: every event is answered, and doubles are the same."""
        await through_deaths(address(broker), prefix, write_chart(tmp_path), 3_000 if broker == "nats" else 1_000, 3)

    @pytest.mark.soak
    @brokers
    async def test_worker_longer(self, broker: str, prefix: str, tmp_path: Path) -> None:
        """The same for many events."""
        await through_deaths(address(broker), prefix, write_chart(tmp_path), 20_000, 3)

    @brokers
    async def test_fatal(self, broker: str, prefix: str, tmp_path: Path) -> None:
        """Events that kill their worker end as refused, and all others are decided."""
        url, fatal = address(broker), {7, 150}
        bodies = [posted(f"e{one}", {"user": {"name": FATAL.decode() if one in fatal else ""}}) for one in range(300)]
        async with product(url, prefix, DECIDED, REFUSED) as made:
            with process(*WORKER, url, prefix, str(write_chart(tmp_path))) as start:
                await made.post(*bodies)
                running = start()

                def done() -> bool:
                    nonlocal running
                    if running.poll() is not None:
                        running = start()
                    return len(set(made.taken[DECIDED])) == 298 and len(set(made.taken[REFUSED])) == 2

                await made.until(done)

        refused = [json.loads(one)["data"] for one in set(made.taken[REFUSED])]
        assert {"kills"} == {one["problem"] for one in refused}
        assert {f"e{one}" for one in fatal} == {one["event"]["id"] for one in refused}
