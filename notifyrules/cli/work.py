"""The command `work`: answer the events of a broker."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import require_followed
from notifyrules.cli.output import tell, write_line
from notifyrules.errors import UsageError

SUMMARY: Final = "Decide on events of NATS or RabbitMQ, and answer them by events."
HELP: Final = """
Decide on events of NATS JetStream or RabbitMQ, and answer them by events.

RULES are rule files, folders of them, or names of those that come with notifyrules; without any, all that come with
it. Each `message.posted` is answered by a `notification.decided` or `notification.held` for each person that it asks
of, or by `notification.refused`; --asyncapi prints what they hold. All events are CloudEvents 1.0, answered at least
once: the same event is answered under the same id, so that doubles can be told.
"""
EXAMPLE: Final = "notifyrules work slack --broker nats://127.0.0.1:4222"
_NEEDED: Final = ("faststream", "nats", "aio_pika", "prometheus_client", "starlette", "uvicorn")


def work(  # noqa: PLR0913 - the options of the command
    rules: Annotated[list[str] | None, typer.Argument(metavar="RULES...", hidden=True)] = None,
    *,
    broker: Annotated[
        str, typer.Option(metavar="URL", help="`nats://host:port`, or `amqp://user:word@host:port/`.")
    ] = "nats://127.0.0.1:4222",
    settings: Annotated[
        str | None, typer.Option(metavar="FILE", help="The settings, as TOML; RULES count instead of theirs.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address at which metrics are told.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port for that; 0 for a free one.")] = 0,
    asyncapi: Annotated[bool, typer.Option("--asyncapi", help="Print the AsyncAPI document, and end.")] = False,
) -> int:
    """Answer events until it is stopped."""
    if missing := next((name for name in _NEEDED if find_spec(name) is None), None):
        raise UsageError(f"answering events needs `{missing}`", "install it with `pip install 'notifyrules[worker]'`")
    import asyncio  # noqa: PLC0415 - other commands need none of these
    import logging  # noqa: PLC0415

    from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415

    from notifyrules.service.asyncapi import asyncapi as describe  # noqa: PLC0415
    from notifyrules.service.lines import open_line  # noqa: PLC0415
    from notifyrules.service.settings import Settings, read_settings  # noqa: PLC0415
    from notifyrules.service.versions import Versions  # noqa: PLC0415
    from notifyrules.service.worker import Worker  # noqa: PLC0415
    from notifyrules.shipped import shipped_names  # noqa: PLC0415

    require_followed(rules or ())
    read = Settings() if settings is None else read_settings(Path(settings))
    line = open_line(broker, read.worker)
    versions = Versions(rules or read.rules or shipped_names(), read.changes)
    if asyncapi:
        write_line(describe(versions.charts, read.worker))
        return CLEAN
    logging.basicConfig(format="%(levelname)s: %(message)s")

    try:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(Worker(line, read, versions).run(broker, host, port, tell))
    finally:
        versions.close()
    return CLEAN
