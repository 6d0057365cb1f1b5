"""Keep what is to happen later in a database, as DBOS does: delayed rows that any process takes when their time is."""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from notifyrules.errors import UsageError

_LOOK_S: Final = 0.25
"""How often it is looked for rows whose time has come."""
_AT_ONCE: Final = 100
_VERSION: Final = "1"
"""Rows are taken by processes of their own version; by default it changes with the code, and old rows wait for ever."""


@contextmanager
def durable(queue: str, database: str, executor: str) -> Iterator[None]:
    """
    Take rows of a queue until the end of the block.

    Args:
        queue: Its name, and that of the application.
        database: The URL of an SQLite file, or of a PostgreSQL.
        executor: The name of this process, the same after each start: only a process of that name goes on with what was
            running when it died. Rows that wait are taken by any.

    Raises:
        UsageError: The database cannot be used.
    """
    config = {"name": queue, "system_database_url": database, "application_version": _VERSION, "executor_id": executor}
    DBOS(config={**config, "log_level": "WARNING"})  # type: ignore[typeddict-item] # as above
    event.listen(Engine, "connect", _tell_milliseconds)
    logging.getLogger("dbos").addFilter(_in_a_line)
    try:
        try:
            DBOS.launch()
            with ThreadPoolExecutor(1) as aside:
                # DBOS refuses to wait for its database where a loop runs.
                options: dict[str, Any] = {"polling_interval_sec": _LOOK_S, "worker_concurrency": _AT_ONCE}
                aside.submit(DBOS.register_queue, queue, **options).result()
        except Exception as error:  # noqa: BLE001 - each database has its own
            shown = re.sub(r"//[^@/]*@", "//", database)
            why = re.sub(r"^\([\w.]+\) ", "", str(error).partition("\n")[0])
            raise UsageError(f"`{shown}` cannot be used: {why}", "name another by --database") from None
        yield
    finally:
        DBOS.destroy(destroy_registry=True)
        event.remove(Engine, "connect", _tell_milliseconds)


def _in_a_line(record: logging.LogRecord) -> bool:
    """Say once, and in a line, that the database is away."""
    message, error = record.getMessage(), record.exc_info and record.exc_info[1]
    if isinstance(error, SQLAlchemyError):
        message, record.exc_info = f"{message} {error}", None
    record.msg, record.args = message.partition("\n(Background on this error")[0], ()
    return "Traceback (most recent" not in message


def _tell_milliseconds(connection: object, _record: object) -> None:
    """Have `unixepoch('subsec')`, which DBOS asks from Python 3.12 on and SQLite knows since 3.42 only."""
    if isinstance(connection, sqlite3.Connection) and sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, lambda _: time.time())


@contextmanager
def at(id_: str, when: datetime | None) -> Iterator[None]:
    """Have what is enqueued in the block wait until a time, under an id that it has once."""
    # The row's time is in whole milliseconds, rounded down.
    delay = None if when is None else max(0.0, (when - datetime.now(UTC)).total_seconds() + 0.001)
    with SetWorkflowID(id_), SetEnqueueOptions(delay_seconds=delay):
        yield
