"""Claims about brokers and databases that die or hang under load: it is told, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from notifyrules.service.events import DECIDED, DUE, HELD, Told
from notifyrules.service.lines import tell
from notifyrules.service.settings import Settings, WorkerSettings
from tests.service.brokers import PATIENCE_S, address
from tests.service.deaths import kept, prefix, process, product
from tests.service.posting import held, posted, write_chart
from tests.service.servers import Server, server
from tests.service.test_worker import WORKER, by_id, working

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
__all__ = ["prefix"]
EVENTS = 1_500


@pytest.fixture
def anyio_backend() -> str:
    """Run on the loop that brokers' clients know."""
    return "asyncio"


def messages() -> list[bytes]:
    """Write messages."""
    return [posted(f"e{one}") for one in range(EVENTS)]


@pytest.mark.parametrize("kind", ["nats", "rabbitmq"])
class TestBrokers:
    async def test_killed(self, kind: str, prefix: str, tmp_path: Path) -> None:
        """A broker that is killed twice under load comes back: every event is answered, and doubles are the same."""
        rules = str(write_chart(tmp_path))
        with server(kind) as broker, process(*WORKER, broker.url, prefix, rules) as start:
            async with product(broker.url, prefix, DECIDED) as made:
                start()
                posting = asyncio.create_task(made.post(*messages(), at_once=50))
                for death in range(2):
                    await made.until(lambda part=(death + 1) * EVENTS // 4: len(made.taken[DECIDED]) > part)  # type: ignore[misc]
                    await asyncio.to_thread(broker.kill)
                    await asyncio.to_thread(broker.start)
                await asyncio.wait_for(posting, PATIENCE_S)
                await made.until(lambda: len(set(made.taken[DECIDED])) == EVENTS)
        by_id(made.taken[DECIDED])

    async def test_hangs(self, kind: str, prefix: str, tmp_path: Path) -> None:
        """A broker that hangs under load makes the worker unready, and afterwards every event is answered."""
        settings = Settings(rules=[write_chart(tmp_path)], worker=WorkerSettings(prefix=prefix, redeliver_s=2))
        with server(kind) as broker:
            async with product(broker.url, prefix, DECIDED) as made, working(broker.url, settings) as worker:
                posting = asyncio.create_task(made.post(*messages(), at_once=50))
                await made.until(lambda: len(made.taken[DECIDED]) > EVENTS // 4)
                assert await worker.reached()
                broker.signal(signal.SIGSTOP)
                reached = await worker.reached()
                # Longer than what is published is waited for.
                await asyncio.sleep(7)
                broker.signal(signal.SIGCONT)
                await asyncio.wait_for(posting, PATIENCE_S)
                await made.until(lambda: len(set(made.taken[DECIDED])) == EVENTS)
                again = await worker.reached()

        assert (reached, again) == (False, True)
        by_id(made.taken[DECIDED])

    @pytest.mark.parametrize(("command", "first"), [("work", b"answering"), ("hold", b"holding")])
    def test_left(self, command: str, first: bytes, kind: str, tmp_path: Path) -> None:
        """Who is asked to end while the broker hangs ends well, and shows no traceback."""
        with server(kind) as broker, ended(tmp_path, command, "--broker", broker.url) as told:
            broker.signal(signal.SIGSTOP)

        assert told[0].startswith(first)
        assert b"Traceback" not in told[1]


@pytest.mark.services("nats")
class TestDatabase:
    @pytest.mark.parametrize("way", ["hangs", "dies"])
    async def test_holds(self, way: str, prefix: str, tmp_path: Path) -> None:
        """A database that hangs or dies while events come in is told, and each event is due afterwards, not before."""
        url, told = address("nats"), tmp_path / "told"
        command = (sys.executable, "-m", "tests.service.holding", url, prefix)
        with server("postgres") as database, told.open("wb") as errors:
            async with product(url, prefix, DUE) as made:
                place = urlsplit(database.url)._replace(path="/holds").geturl()
                with process(*command, place, "one", errors=errors) as start:
                    start()
                    when = datetime.now(UTC) + timedelta(seconds=20)
                    bodies = [held(f"e{one}", when) for one in range(100)]
                    await tell(made.line, [Told(HELD, "", one) for one in bodies[:50]])
                    await made.until(lambda: kept(place) == 50)
                    await asyncio.to_thread(interrupt, database, way)
                    await tell(made.line, [Told(HELD, "", one) for one in bodies[50:]])
                    await made.until(lambda: b"is not taken" in told.read_bytes())
                    early = list(made.taken[DUE]) if datetime.now(UTC) < when else []
                    await asyncio.to_thread(restore, database, way)
                    await made.until(lambda: len(set(made.taken[DUE])) == 100)

        assert early == []
        assert b"Traceback" not in told.read_bytes()
        assert {json.loads(one)["id"] for one in bodies} == {json.loads(one)["data"]["held"] for one in made.taken[DUE]}

    async def test_left(self, prefix: str, tmp_path: Path) -> None:
        """A holder that is asked to end while its database hangs, with an event in hand, ends well."""
        url, settings = address("nats"), tmp_path / "settings.toml"
        with server("postgres") as database:
            place = urlsplit(database.url)._replace(path="/holds").geturl()
            settings.write_text(f'worker.prefix = "{prefix}"\nhold.database = "{place}"\n', "utf-8")
            async with product(url, prefix) as made:
                with ended(tmp_path, "hold", "--settings", str(settings), "--broker", url) as told:
                    database.signal(signal.SIGSTOP)
                    await tell(made.line, [Told(HELD, "", held("e1", datetime.now(UTC) + timedelta(days=1)))])
                    # Until it is in hand.
                    await asyncio.sleep(3)

        assert told[0] == b"holding\n"
        assert b"Traceback" not in told[1]


@contextmanager
def ended(folder: Path, *command: str) -> Iterator[list[bytes]]:
    """Run a command during a block, and ask it to end after that; give what it says first, and what then."""
    arguments = (sys.executable, "-m", "notifyrules", *command)
    with subprocess.Popen(arguments, cwd=folder, stderr=subprocess.PIPE) as popen:
        try:
            assert popen.stderr is not None
            told = [popen.stderr.readline()]
            yield told
            popen.terminate()
            told.append(popen.communicate(timeout=PATIENCE_S)[1])
        finally:
            popen.kill()

    assert popen.returncode == 0


def interrupt(database: Server, way: str) -> None:
    """Stop a database in one of two ways."""
    if way == "hangs":
        database.signal(signal.SIGSTOP)
    else:
        database.kill()


def restore(database: Server, way: str) -> None:
    """Let it go on."""
    if way == "hangs":
        database.signal(signal.SIGCONT)
    else:
        database.start()
