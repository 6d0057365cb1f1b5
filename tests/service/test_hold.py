"""Claims about held events: each is told to be due once its time has come, whatever dies meanwhile."""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime, timedelta

import pytest

from notifyrules.service.events import DUE, HELD, REFUSED, Told
from notifyrules.service.lines import tell
from tests.service.brokers import Product, address
from tests.service.deaths import brokers, database, databases, kept, prefix, process, product
from tests.service.posting import held

pytestmark = pytest.mark.anyio
__all__ = ["database", "prefix"]
HOLDER = (sys.executable, "-m", "tests.service.holding")


@pytest.fixture
def anyio_backend() -> str:
    """Run on the loop that brokers' clients know."""
    return "asyncio"


def told_early(bodies: list[bytes], seen: datetime) -> list[str]:
    """List what was due before its time; *seen* is when it was seen."""
    return [body.decode() for body in bodies if datetime.fromisoformat(json.loads(body)["data"]["recheck_at"]) > seen]


async def post(made: Product, count: int, when: datetime) -> set[str]:
    """Post held events, and give their ids."""
    bodies = [held(f"e{one}", when) for one in range(count)]
    await tell(made.line, [Told(HELD, "", body) for body in bodies])
    return {json.loads(body)["id"] for body in bodies}


class TestHolder:
    @pytest.mark.slow
    @brokers
    @pytest.mark.parametrize("kind", ["sqlite"])
    async def test_due(self, broker: str, prefix: str, database: str) -> None:
        """A held event is due at its time, not before; what is no held event is refused."""
        url = address(broker)
        async with product(url, prefix, DUE, REFUSED) as made:
            with process(*HOLDER, url, prefix, database, "one") as start:
                start()
                when = datetime.now(UTC) + timedelta(seconds=3)
                ids = await post(made, 2, when)
                await tell(made.line, [Told(HELD, "", b"poison")])
                await made.until(lambda: made.taken[REFUSED] != [])
                early = list(made.taken[DUE]) if datetime.now(UTC) < when else []
                await made.until(lambda: len(made.taken[DUE]) == 2)
                late = datetime.now(UTC)

        assert early == []
        assert told_early(made.taken[DUE], late) == []
        assert ids == {json.loads(body)["data"]["held"] for body in made.taken[DUE]}

    @pytest.mark.slow
    @databases
    @pytest.mark.services("nats")
    async def test_killed(self, prefix: str, database: str) -> None:
        """The holder is killed in the hold and when events are due: each is due, doubles have one id."""
        url = address("nats")
        async with product(url, prefix, DUE) as made:
            with process(*HOLDER, url, prefix, database, "one") as start:
                holder = start()
                when = datetime.now(UTC) + timedelta(seconds=15)
                ids = await post(made, 200, when)
                await made.until(lambda: kept(database) > 100)
                holder.send_signal(signal.SIGKILL)
                holder = start()
                await made.until(lambda: made.taken[DUE] != [])
                first = datetime.now(UTC)
                holder.send_signal(signal.SIGKILL)
                start()
                await made.until(lambda: len(set(made.taken[DUE])) == 200)

        assert when <= first
        assert ids == {json.loads(body)["data"]["held"] for body in made.taken[DUE]}

    @pytest.mark.slow
    @databases
    @pytest.mark.services("nats")
    async def test_other_executor(self, prefix: str, database: str) -> None:
        """A process of another name takes over what waits."""
        url = address("nats")
        async with product(url, prefix, DUE) as made:
            with process(*HOLDER, url, prefix, database, "one") as start:
                start()
                ids = await post(made, 20, datetime.now(UTC) + timedelta(seconds=15))
                await made.until(lambda: kept(database) == 20)
            with process(*HOLDER, url, prefix, database, "two") as start:
                start()
                await made.until(lambda: len(set(made.taken[DUE])) == 20)

        assert ids == {json.loads(body)["data"]["held"] for body in made.taken[DUE]}
