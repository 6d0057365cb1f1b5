"""Claims about clients that are written from the AsyncAPI document alone: plain ones, without a line of ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aio_pika
import nats
import pytest
from jsonschema import Draft202012Validator

from notifyrules.service.settings import Settings, WorkerSettings
from tests.cli import run
from tests.service.brokers import address, clean
from tests.service.deaths import brokers, prefix
from tests.service.posting import write_chart
from tests.service.test_worker import working

pytestmark = pytest.mark.anyio
__all__ = ["prefix"]
Json = dict[str, Any]


@pytest.fixture
def anyio_backend() -> str:
    """Run on the loop that brokers' clients know."""
    return "asyncio"


def example(schema: Json, document: Json) -> Any:  # noqa: ANN401 - JSON
    """Make the simplest value that a schema takes: what is required, and nothing else."""
    while "$ref" in schema:
        found = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    if "const" in schema:
        return schema["const"]
    if "oneOf" in schema:
        return example(schema["oneOf"][0], document)
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {name: example(properties[name], document) for name in schema.get("required", ())}
    return schema["enum"][0] if "enum" in schema else "x"


def check(body: bytes, kind: str, document: Json) -> Json:
    """Read an event, and hold it to the document."""
    [message] = document["channels"][kind]["messages"].values()
    event: Json = json.loads(body)
    Draft202012Validator({**message["payload"], "components": document["components"]}).validate(event)
    return event


async def by_nats(url: str, document: Json, kind: str, body: bytes) -> bytes:
    """Post to NATS, and take one event."""
    asked, told = document["channels"]["message.posted"], document["channels"][kind]
    client = await nats.connect(url)
    streams = client.jetstream()
    taking = await streams.pull_subscribe(told["address"], "mine", told["x-nats"]["stream"])
    headers = {"content-type": asked["messages"]["message.posted"]["contentType"]}
    await streams.publish(asked["address"], body, stream=asked["x-nats"]["stream"], headers=headers)
    [message] = await taking.fetch(1, timeout=30)
    await message.ack()
    await client.close()
    return message.data


async def by_rabbit(url: str, document: Json, kind: str, body: bytes) -> bytes:
    """Post to RabbitMQ, and take one event from a queue of one's own."""
    asked, told = document["channels"]["message.posted"], document["channels"][kind]
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        named = asked["bindings"]["amqp"]["exchange"]
        exchange = await channel.declare_exchange(named["name"], named["type"], durable=named["durable"])
        mine = await channel.declare_queue(exclusive=True)
        await mine.bind(exchange, told["address"])
        content = asked["messages"]["message.posted"]["contentType"]
        message = aio_pika.Message(body, content_type=content, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await exchange.publish(message, asked["address"])
        async with asyncio.timeout(30):
            async with mine.iterator() as taking:
                async for one in taking:
                    await one.ack()
                    return one.body
    raise AssertionError("no event came")


@brokers
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["notification.decided", "notification.refused"])
async def test_client(broker: str, kind: str, prefix: str, tmp_path: Path) -> None:
    """What the document says of addresses, headers and schemas is enough to post a message and to take the answer."""
    url, chart = address(broker), write_chart(tmp_path)
    (tmp_path / "settings.toml").write_text(f'[worker]\nprefix = "{prefix}"\n', "utf-8")
    printed = await asyncio.to_thread(
        run, "work", str(chart), "--settings", str(tmp_path / "settings.toml"), "--asyncapi"
    )
    document: Json = json.loads(printed.out)
    [asked] = document["channels"]["message.posted"]["messages"].values()
    event = example(asked["payload"], document) | {"id": "e1"}
    if kind == "notification.refused":
        event["data"]["facts"]["no such fact"] = 1
    ways: dict[str, Callable[[str, Json, str, bytes], Awaitable[bytes]]] = {"nats": by_nats, "rabbitmq": by_rabbit}
    try:
        async with working(url, Settings(rules=[chart], worker=WorkerSettings(prefix=prefix))):
            answer = check(await ways[broker](url, document, kind, json.dumps(event).encode()), kind, document)
    finally:
        await clean(url, prefix)

    told = answer["data"]["event"] if kind == "notification.refused" else answer["data"]["asked"]
    assert told["id"] == "e1"
