"""Take events from a broker and give it others: what NATS JetStream and RabbitMQ do each in its own way."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

import nats
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from faststream import AckPolicy
from faststream.nats import ConsumerConfig, JStream, NatsBroker, RetentionPolicy
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitMessage, RabbitQueue
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import NotFoundError
from pamqp.commands import Queue

from notifyrules.errors import UsageError
from notifyrules.service.events import DECIDED, DUE, HELD, MEDIA_TYPE, POSTED, REFUSED, RETRY, Told
from notifyrules.service.settings import WorkerSettings

ASKING: Final = (POSTED, RETRY)
TELLING: Final = (DECIDED, HELD, REFUSED, DUE)
PATIENCE_S: Final = 5.0
"""How long the broker may take to confirm an event."""
QUEUE_ARGUMENTS: Final[Any] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000_000}
"""
No limit that is ever met: RabbitMQ 4 sets one of 20 where none is named, and its word for none, -1, is one to 3.10,
which drops what is given back for the first time.
"""
_KEPT_S: Final = 7 * 24 * 3600.0
"""How long NATS keeps events that answer; RabbitMQ keeps them until they are taken."""
_LOOK_S: Final = 1.0
"""How long one look for events lasts, and at most how long a stop waits for it."""
_GLANCE_S: Final = 0.05
"""The same where nothing is decided meanwhile."""
_DRAIN_S: Final = 15.0
_END_S: Final = 20.0
"""How long a process may take to end."""
_BEGIN_S: Final = 10.0
_MOST_IN_HAND: Final = 100_000
"""Of all processes together."""
_log = logging.getLogger("notifyrules.events")


@dataclass(frozen=True, slots=True)
class Received:
    """An event in hand."""

    body: bytes
    times: int
    """How often it was given to somebody, this time included."""
    ack: Callable[[], Awaitable[object]]
    """Says that it is done."""
    hold: Callable[[], Awaitable[object]] | None = None
    """Says that it is still in hand; None where the connection is the sign of life."""


Take: TypeAlias = Callable[[Sequence[Received]], Awaitable[None]]


class Line(Protocol):
    """A broker, and the addresses on it."""

    def subscribe(self, kind: str, take: Take) -> None:
        """Have events of a kind taken, many at once."""

    async def get(self) -> Received | None:
        """Take the next `message.retry`, if there is one; nothing is in hand before."""

    async def publish(self, events: Sequence[Told]) -> Sequence[object]:
        """Give the broker events, and wait until it has them; give an exception for each that it has not."""

    async def ask(self) -> object:
        """Wait until the broker answers; a broker that hangs is connected all the same."""

    async def start(self) -> None:
        """Connect, and have all addresses made."""

    async def stop(self) -> None:
        """Take no more, answer what is in hand, and disconnect."""


def open_line(url: str, settings: WorkerSettings) -> Line:
    """Choose the line by the scheme of a URL."""
    scheme = url.partition("://")[0]
    if scheme in ("nats", "tls"):
        return Nats(url, settings)
    if scheme in ("amqp", "amqps"):
        return Rabbit(url, settings)
    raise UsageError(
        f"`{url}` is no broker that is known", "write `nats://host:4222`, or `amqp://user:word@host:5672/`"
    )


async def begin(line: Line, url: str) -> None:
    """Start a line; UsageError where the broker cannot be reached, or holds what is in the way."""
    try:
        async with asyncio.timeout(_BEGIN_S):
            await line.start()
    except (OSError, AMQPError, nats.errors.Error) as error:
        shown = urlsplit(url)
        where = f"{shown.scheme}://{shown.hostname}" + (f":{shown.port}" if shown.port else "")
        why = "it does not answer" if isinstance(error, TimeoutError) else str(error)
        raise UsageError(f"`{where}` cannot be used: {why}", "start it, or name another by --broker") from None


async def end(line: Line) -> None:
    """Stop a line; what is in hand then comes again where the broker hangs or is away."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            await line.stop()
    except Exception as error:  # noqa: BLE001 - each broker has its own, and there is nothing left to do
        _log.warning("the broker does not end the connection: %r", error)


def end_by_signal(stop: Callable[[], object]) -> None:
    """
    Stop at the first signal, and end the process soon after that, whatever hangs.

    Threads that wait for a database, and tasks of a broker's client, may hold up the end for ever; nothing is lost with
    them, since what is not done comes again.
    """

    def begin_to_end() -> None:
        stop()
        last = Timer(_END_S, os._exit, (0,))
        last.daemon = True
        last.start()

    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, begin_to_end)


@asynccontextmanager
async def in_hand(batch: Sequence[Received], wait_s: float) -> AsyncIterator[None]:
    """Show signs of life for events, where the broker waits for them no longer than so many seconds."""

    async def show() -> None:
        while True:
            await asyncio.sleep(wait_s / 3)
            for one in batch:
                with suppress(Exception):
                    await one.hold()  # type: ignore[misc] # held below

    showing = asyncio.create_task(show()) if batch[0].hold is not None else None
    try:
        yield
    finally:
        if showing is not None:
            showing.cancel()


async def persist(
    what: str, work: Callable[[], Awaitable[object]], failed: Callable[[], object] = lambda: None
) -> None:
    """
    Try until it is done, with full jitter between the tries.

    The event for which it is done stays in hand: giving it back would count as another meeting.
    """
    attempt = 0
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - each broker and database has its own, and all are waited out
            failed()
            if attempt == 0:
                _log.warning("`%s` is not taken: %r; it is tried again", what, error)
            await asyncio.sleep(random.uniform(0, min(30, 0.2 * 2 ** min(attempt, 10))))  # noqa: S311 - no secret
            attempt += 1
        else:
            return


async def tell(line: Line, events: Sequence[Told], failed: Callable[[], object] = lambda: None) -> None:
    """Give the broker events until it has each."""
    left = list(events)

    async def publish() -> None:
        found = await line.publish(left)
        errors = [one for one in found if isinstance(one, BaseException)]
        left[:] = [event for event, one in zip(left, found, strict=True) if isinstance(one, BaseException)]
        if errors:
            # Of a connection that breaks, RabbitMQ's client cancels what waits for an answer.
            raise errors[0] if isinstance(errors[0], Exception) else ConnectionError("the connection broke")

    await persist(left[0].kind if left else "", publish, failed)


class Nats:
    """Two streams of JetStream: what asks goes when it is answered, what answers is kept for a week."""

    def __init__(self, url: str, settings: WorkerSettings) -> None:
        """Prepare to connect."""
        # By default a client gives a broker up that is away for two minutes, and is of no use from then on.
        self.broker = NatsBroker(
            url, logger=_log, log_level=logging.DEBUG, apply_types=False, max_reconnect_attempts=-1
        )
        self._settings = settings
        asking = [self._address(kind) for kind in ASKING]
        telling = [self._address(kind) for kind in TELLING]
        prefix = settings.prefix
        work, kept = RetentionPolicy.WORK_QUEUE, _KEPT_S
        self._asking = JStream(f"{prefix}-messages", subjects=asking, retention=work, declare=False)
        self._telling = JStream(f"{prefix}-notifications", subjects=telling, max_age=kept, declare=False)
        self._wanted: list[tuple[str, Take]] = []
        self._alone: JetStreamContext.PullSubscription | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def _address(self, kind: str) -> str:
        return f"{self._settings.prefix}.{kind}"

    async def _consumer(self, kind: str, most: int) -> JetStreamContext.PullSubscription:
        # INVARIANT (no delivery limit): events over one are dropped, and innocent ones that were in hand with them.
        config = ConsumerConfig(ack_wait=self._settings.redeliver_s, max_deliver=-1, max_ack_pending=most)
        stream = self._asking if kind in ASKING else self._telling
        address = self._address(kind)
        durable = address.replace(".", "-")
        return await self._streams.pull_subscribe(address, durable, stream.name, config)

    def subscribe(self, kind: str, take: Take) -> None:
        """Have events of a kind taken in batches: those that wait already, and at least one."""
        self._wanted.append((kind, take))

    async def _pull(self, consumer: JetStreamContext.PullSubscription, take: Take) -> None:
        # FastStream's own loop lets batches fill before it gives them, and drops them where that takes too long.
        while not self._stopping:
            try:
                if batch := await consumer.fetch(self._settings.batch, timeout=_LOOK_S):
                    await take([_from_nats(one) for one in batch])
            except TimeoutError:
                continue
            except Exception:  # noqa: BLE001 - the broker is away, or hangs
                _log.exception("events in hand are not answered now, and come again")
                await asyncio.sleep(_LOOK_S)
        await consumer.unsubscribe()

    async def get(self) -> Received | None:
        """Take the next `message.retry`, of which all processes together have one in hand."""
        if self._alone is None:
            self._alone = await self._consumer(RETRY, 1)
        try:
            return _from_nats((await self._alone.fetch(1, timeout=_GLANCE_S))[0])
        except TimeoutError:
            return None

    async def publish(self, events: Sequence[Told]) -> Sequence[object]:
        """Give JetStream events, of which it drops those that it had within two minutes."""
        if not self._client.is_connected:
            # The client would keep them, and each that it has no room for would stay among those it waits for.
            raise ConnectionError("the broker is away")
        # FastStream publishes one by one, at twice the processor time.
        sent: list[asyncio.Future[PubAck]] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                for one in events:
                    sent.append(await self._send(one))  # noqa: PERF401 - some may be sent where one is not
                return await asyncio.gather(*sent, return_exceptions=True)
        finally:
            for future in sent:
                # The client takes no more than 4,000 of which it waits to hear.
                future.cancel()

    async def _send(self, event: Told) -> asyncio.Future[PubAck]:
        stream = self._asking if event.kind in ASKING else self._telling
        headers = {"content-type": MEDIA_TYPE}
        if event.id:
            headers["Nats-Msg-Id"] = f"{event.kind}:{event.id}"
        address = self._address(event.kind)
        return await self._streams.publish_async(address, event.body, stream=stream.name, headers=headers)

    async def ask(self) -> object:
        """Wait until the broker answers."""
        # A `flush` that is given up breaks the client when the broker answers it after all.
        return await self._streams.stream_info(self._asking.name)

    async def start(self) -> None:
        """Connect, and make the streams that are not there; those that are stay as they are."""
        self._client = await self.broker.connect()
        self._streams = self._client.jetstream()
        for stream in (self._asking, self._telling):
            try:
                await self._streams.stream_info(stream.name)
            except NotFoundError:
                await self._streams.add_stream(stream.config, subjects=list(stream.subjects))
        await self.broker.start()
        for kind, take in self._wanted:
            self._tasks.append(asyncio.create_task(self._pull(await self._consumer(kind, _MOST_IN_HAND), take)))

    async def stop(self) -> None:
        """Take no more, answer what is in hand, and disconnect."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._alone is not None:
            await self._alone.unsubscribe()
        await self.broker.stop()


class Rabbit:
    """Quorum queues behind a topic exchange, one for each kind of event."""

    def __init__(self, url: str, settings: WorkerSettings) -> None:
        """Prepare to connect."""
        channel = Channel(on_return_raises=True)
        self.broker = RabbitBroker(
            url,
            logger=_log,
            log_level=logging.DEBUG,
            apply_types=False,
            default_channel=channel,
            reconnect_interval=1.0,
        )
        self._settings = settings
        self._exchange = RabbitExchange(settings.prefix, ExchangeType.TOPIC)
        self._asked: asyncio.Future[Queue.DeclareOk] | None = None

    def _queue(self, kind: str) -> RabbitQueue:
        # INVARIANT (no delivery limit): events over one are dropped, and innocent ones that were in hand with them.
        return RabbitQueue(f"{self._settings.prefix}.{kind}", QueueType.QUORUM, arguments=QUEUE_ARGUMENTS)

    def subscribe(self, kind: str, take: Take) -> None:
        """Have events of a kind taken, many beside one another."""

        async def handle(message: RabbitMessage) -> None:
            # What was in hand when a connection broke is cancelled, and comes again.
            with suppress(asyncio.CancelledError):
                await take([_from_rabbit(message.raw_message)])

        many = Channel(prefetch_count=self._settings.batch)
        subscriber = self.broker.subscriber(
            self._queue(kind), self._exchange, channel=many, ack_policy=AckPolicy.MANUAL, decoder=_whole
        )
        subscriber(handle)

    async def get(self) -> Received | None:
        """Take the next `message.retry`, of which each process has one in hand."""
        # To count costs nothing; RabbitMQ writes to disk that one was asked for, even where there is none.
        if not (await self.ask()).message_count:
            return None
        message = await self._alone.get(fail=False, timeout=None)
        return None if message is None else _from_rabbit(message)

    async def publish(self, events: Sequence[Told]) -> Sequence[object]:
        """Give RabbitMQ events, which it writes to disk before it confirms."""
        return await asyncio.gather(*map(self._send, events), return_exceptions=True)

    async def _send(self, event: Told) -> None:
        await self.broker.publish(
            event.body,
            exchange=self._exchange,
            routing_key=f"{self._settings.prefix}.{event.kind}",
            message_id=event.id or None,
            content_type=MEDIA_TYPE,
            persist=True,
            timeout=PATIENCE_S,
        )

    async def ask(self) -> Queue.DeclareOk:
        """Wait until the broker answers."""
        # The client closes the channel of a question that is given up, and with it all that is published there.
        if self._asked is None or self._asked.done():
            self._asked = asyncio.ensure_future(self._alone.declare())
            self._asked.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        return await asyncio.shield(self._asked)

    async def start(self) -> None:
        """Connect, and make the exchange and all queues."""
        connection = await self.broker.connect()
        exchange = await self.broker.declare_exchange(self._exchange)
        for kind in (*ASKING, *TELLING):
            queue = await self.broker.declare_queue(self._queue(kind))
            await queue.bind(exchange, routing_key=f"{self._settings.prefix}.{kind}")
        self._alone = await (await connection.channel()).declare_queue(f"{self._settings.prefix}.{RETRY}", passive=True)
        await self.broker.start()

    async def stop(self) -> None:
        """Take no more, answer what is in hand, and disconnect."""
        await self.broker.stop()


async def _whole(message: object) -> object:
    """Give a handler the message as it is: what is wrong with it is ours to say."""
    return message


def _from_nats(message: Msg) -> Received:
    return Received(message.data, message.metadata.num_delivered, message.ack, message.in_progress)


def _from_rabbit(message: AbstractIncomingMessage) -> Received:
    before = message.headers.get("x-delivery-count", 0)
    return Received(message.body, 1 + int(str(before)), message.ack)
