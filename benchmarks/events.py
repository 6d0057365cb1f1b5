"""
Measure events and workflows: answers for each second of processor time, beside a client that decides nothing.

A worker in a process of its own answers what waits for it already; what the broker costs does not count.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic_core import to_json

from benchmarks.table import Table

NATS: Final = os.environ.get("NOTIFYRULES_NATS", "nats://127.0.0.1:4222")
RABBIT: Final = os.environ.get("NOTIFYRULES_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/")
POSTGRES: Final = os.environ.get("NOTIFYRULES_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def measure(*, events: int, asks: int) -> Iterator[Table]:
    """Measure so many events a way, and so many workflows a database."""
    rows = [
        (broker, what, f"{_measure(url, batch, events, bare=bare):,.0f}")
        for broker, url in (("NATS JetStream", NATS), ("RabbitMQ, quorum queues", RABBIT))
        for what, batch, bare in (
            ("client alone, 100 at once", 100, True),
            ("worker, 100 at once", 100, False),
            ("client alone, one by one", 1, True),
            ("worker, one by one", 1, False),
        )
    ]
    about = (
        f"Answers for each second of processor time of one process, of {events:,} events that wait for it.",
        "Each is read, decided by Slack's chart, published with confirmation and acknowledged. The client alone",
        "publishes as many bytes, over the same connection, without looking at what it has read.",
    )
    yield Table("Events", about, ("", "", "events / s"), rows)
    with tempfile.TemporaryDirectory() as folder:
        found = [("SQLite", f"{_workflows(f'sqlite:///{folder}/asks.sqlite', asks):,.0f}")]
    name = f"bench_{uuid.uuid4().hex[:8]}"
    try:
        found.append(("PostgreSQL", f"{_workflows(urlsplit(POSTGRES)._replace(path=f'/{name}').geturl(), asks):,.0f}"))
    finally:
        import psycopg  # noqa: PLC0415 - it comes with what is measured

        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
    told = f"{asks:,} workflows that gather, decide, send and record, for each second of processor time of the process."
    yield Table("Workflows", (told,), ("", "workflows / s"), found)


def _measure(url: str, batch: int, events: int, *, bare: bool) -> float:
    return asyncio.run(_drain(url, batch, events, bare=bare))


async def _drain(url: str, batch: int, events: int, *, bare: bool) -> float:
    """Post events, have a process answer them, and read what processor time it took."""
    from notifyrules.service.events import POSTED, Told  # noqa: PLC0415 - extras
    from notifyrules.service.lines import begin, open_line, tell  # noqa: PLC0415
    from notifyrules.service.settings import WorkerSettings  # noqa: PLC0415

    prefix = f"bench-{uuid.uuid4().hex[:8]}"
    line = open_line(url, WorkerSettings(prefix=prefix))
    await begin(line, url)
    try:
        bodies = [to_json(_event(number)) for number in range(events)]
        for first in range(0, events, 500):
            await tell(line, [Told(POSTED, "", one) for one in bodies[first : first + 500]])
        command = [sys.executable, "-m", "benchmarks.events", url, prefix, str(batch), str(events), str(int(bare))]
        return events / float(await asyncio.to_thread(subprocess.check_output, command))
    finally:
        await line.stop()
        await _clean(url, prefix)


def _event(number: int) -> dict[str, object]:
    data = {"facts": {"message": {"mentions_user": bool(number % 2)}, "channel": {"muted": not number % 3}}}
    return {"specversion": "1.0", "id": str(number), "source": "/bench", "type": "message.posted", "data": data}


async def _clean(url: str, prefix: str) -> None:
    from notifyrules.service.lines import ASKING, TELLING  # noqa: PLC0415

    if url.startswith("nats"):
        import nats  # noqa: PLC0415

        client = await nats.connect(url)
        for stream in ("messages", "notifications"):
            with suppress(nats.js.errors.NotFoundError):
                await client.jetstream().delete_stream(f"{prefix}-{stream}")
        await client.close()
    else:
        import aio_pika  # noqa: PLC0415

        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            for kind in (*ASKING, *TELLING):
                await channel.queue_delete(f"{prefix}.{kind}", if_unused=False, if_empty=False)
            await channel.exchange_delete(prefix)


async def _answer(url: str, prefix: str, batch: int, events: int, *, bare: bool) -> float:
    """Answer events in this process, and give the processor time from the first to the last."""
    from notifyrules.service.events import DECIDED, POSTED, Told  # noqa: PLC0415
    from notifyrules.service.lines import open_line, tell  # noqa: PLC0415
    from notifyrules.service.settings import Settings, WorkerSettings  # noqa: PLC0415
    from notifyrules.service.versions import Versions  # noqa: PLC0415
    from notifyrules.service.worker import Worker  # noqa: PLC0415

    settings = Settings(worker=WorkerSettings(prefix=prefix, batch=batch))
    line = open_line(url, settings.worker)
    done, left, body = asyncio.Event(), events, b"x" * 400

    async def take(received: Any) -> None:
        nonlocal left
        await tell(line, [Told(DECIDED, uuid.uuid4().hex, body) for _ in received])
        for one in received:
            await one.ack()
        left -= len(received)
        if left <= 0:
            done.set()

    if bare:
        line.subscribe(POSTED, take)
        begun = time.process_time()
        await line.start()
        await done.wait()
        took = time.process_time() - begun
        await line.stop()
        return took
    worker = Worker(line, settings, Versions(["slack"], settings.changes))
    begun = time.process_time()
    async with worker.working(url):
        while f'notifyrules_events_total{{result="answered"}} {float(events)}' not in worker.tally.page().decode():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return time.process_time() - begun


def _workflows(database: str, asks: int) -> float:
    command = [sys.executable, "-m", "benchmarks.events", database, str(asks)]
    return asks / float(subprocess.check_output(command))  # noqa: S603 - our own


def _ask(database: str, asks: int) -> float:
    """Run workflows in this process, and give the processor time."""
    from notifyrules.workflow import Workflow  # noqa: PLC0415

    recorded: list[object] = []
    workflow = Workflow(
        "slack",
        gather=lambda _: {"message": {"mentions_user": True}},
        send=lambda *_: None,
        record=lambda _, told: recorded.append(told),
    )
    with workflow.running(database):
        begun = time.process_time()
        for number in range(asks):
            workflow.ask(str(number), {})
        while len(recorded) < asks:
            time.sleep(0.05)
        return time.process_time() - begun


def _main(first: str, *rest: str) -> None:
    if len(rest) == 1:
        print(_ask(first, int(rest[0])))
    else:
        from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415

        prefix, batch, events, bare = rest
        # The loop that the worker runs on.
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            print(runner.run(_answer(first, prefix, int(batch), int(events), bare=bare == "1")))


if __name__ == "__main__":
    _main(*sys.argv[1:])
