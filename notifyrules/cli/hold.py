"""The command `hold`: keep held events, and tell when they are due."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.output import tell
from notifyrules.errors import UsageError

SUMMARY: Final = "Keep held events until their time, and tell when they are due."
HELP: Final = """
Keep each `notification.held` of a broker until its `recheck_at`, and tell then by `notification.due`.

What is held is a row of a database, SQLite or PostgreSQL: nothing is lost when the process dies, and it is told at
least once, under one id. Whoever owns the facts then posts the message again with fresh ones.
"""
EXAMPLE: Final = "notifyrules hold --broker nats://127.0.0.1:4222"
_NEEDED: Final = (("dbos", "hold"), ("faststream", "worker"), ("nats", "worker"), ("aio_pika", "worker"))


def hold(
    *,
    broker: Annotated[
        str, typer.Option(metavar="URL", help="`nats://host:port`, or `amqp://user:word@host:port/`.")
    ] = "nats://127.0.0.1:4222",
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="`sqlite:///file`, or `postgresql://user@host/name`.")
    ] = None,
    settings: Annotated[str | None, typer.Option(metavar="FILE", help="The settings, as TOML.")] = None,
) -> int:
    """Hold until it is stopped."""
    if missing := next((one for one in _NEEDED if find_spec(one[0]) is None), None):
        name, extra = missing
        raise UsageError(f"holding events needs `{name}`", f"install it with `pip install 'notifyrules[{extra}]'`")
    import asyncio  # noqa: PLC0415 - other commands need none of these
    import logging  # noqa: PLC0415

    from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415

    from notifyrules.service.hold import Holder  # noqa: PLC0415
    from notifyrules.service.lines import end_by_signal, open_line  # noqa: PLC0415
    from notifyrules.service.settings import Settings, read_settings  # noqa: PLC0415

    read = Settings() if settings is None else read_settings(Path(settings))
    if database is not None:
        read = read.model_copy(update={"hold": read.hold.model_copy(update={"database": database})})
    logging.basicConfig(format="%(levelname)s: %(message)s")

    async def run() -> None:
        stop = asyncio.Event()
        end_by_signal(stop.set)
        await Holder(open_line(broker, read.worker), read).run(broker, stop, tell)

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(run())
    return CLEAN
