"""
A durable workflow of three functions: gather facts, decide, and send, or hold it and ask again with fresh facts.

It is kept in a database by DBOS (the extra `hold`), and goes on where it was when the process died. `send` is called
at least once; the key that it is given makes that once with a provider that honours idempotency keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeAlias

from dbos import DBOS

from notifyrules.answers.decisions import answer
from notifyrules.errors import UsageError
from notifyrules.following import LiveRules
from notifyrules.rules import Rules, load
from notifyrules.service.durable import at, durable

Ask: TypeAlias = Mapping[str, Any]
"""What an ask is about, as data for JSON: ids, from which facts are gathered."""
AskResult: TypeAlias = dict[str, Any]
"""Outcome, `notify`, `later`, `recheck_at`, `reason`, `data`, `digest`, and `asked`: how often it was asked by then."""

_RETRIES: Final[Any] = {"retries_allowed": True, "max_attempts": 10_000, "interval_seconds": 0.5}
"""A function that raises is called again, less and less often, an hour apart in the end."""
_PARTS: Final = "#"


class Workflow:
    """Asks, holds and sends, by rules and three functions."""

    def __init__(  # noqa: PLR0913 - what it consists of
        self,
        rules: Rules | LiveRules | str,
        *,
        gather: Callable[[Ask], Any],
        send: Callable[[Ask, AskResult, str], Any],
        record: Callable[[Ask, AskResult], Any],
        most: int = 20,
        name: str = "notifyrules-asks",
    ) -> None:
        """
        Put a workflow together; :meth:`running` begins it.

        Args:
            rules: Rules, live ones of one file, or what :func:`notifyrules.load` takes.
            gather: Gives the facts of an ask, as data that can be pickled.
            send: Notifies, by an answer; its last argument is the same key whenever the ask is sent again.
            record: Is told the last answer of an ask, whether or not it was sent.
            most: How often one ask is asked; one that is to be held after that is recorded, and not sent.
            name: Of its queue, and of the application in the database; another for each workflow.
        """
        if most < 1:
            raise UsageError(f"an ask cannot be asked {most} times", "let `most` be at least 1")
        self._rules = load(rules) if isinstance(rules, str) else rules
        self._most, self._name = most, name
        self._functions = gather, send, record

    @contextmanager
    def running(self, database: str = "sqlite:///notifyrules-asks.sqlite", executor: str = "asks-0") -> Iterator[None]:
        """
        Take asks until the end of the block, those of earlier runs among them.

        Args:
            database: `sqlite:///file` or `postgresql://user@host/name`.
            executor: The name of this process, the same after each start, and another for each process: what was
                running when it died is taken up by that name alone, what was waiting by any.

        Raises:
            UsageError: The database cannot be used.
        """
        gather, send, record = self._functions

        # DBOS writes on the functions that it is given, which those of others do not all let it do.
        @DBOS.step(name="gather", **_RETRIES)
        def gathered(about: Ask) -> Any:  # noqa: ANN401 - facts are any object
            return gather(about)

        @DBOS.step(name="decide")
        def decided(facts: object) -> AskResult:
            return self._decide(facts)

        @DBOS.step(name="send", **_RETRIES)
        def sent(about: Ask, told: AskResult, key: str) -> None:
            send(about, told, key)

        @DBOS.step(name="record", **_RETRIES)
        def recorded(about: Ask, told: AskResult) -> None:
            record(about, told)

        @DBOS.workflow(name="ask", max_recovery_attempts=None)
        def ask(key: str, about: Ask, number: int) -> str:
            told = {**decided(gathered(about)), "asked": number}
            again = told["recheck_at"] if told["later"] else None
            if again is not None and number < self._most:
                # A row that waits, and no sleep: the length of a sleep is another one when the workflow is taken up.
                with at(_id(key, number + 1), datetime.fromisoformat(again)):
                    DBOS.enqueue_workflow(self._name, ask, key, about, number + 1)
                return "held"
            if told["notify"]:
                sent(about, told, key)
            recorded(about, told)
            return "sent" if told["notify"] else "not sent"

        self._ask = ask
        with durable(self._name, database, executor):
            yield

    def ask(self, key: str, about: Ask) -> None:
        """
        Ask; a key that was asked already is not asked again.

        Args:
            key: The id of the event, and of the person where it asks of many.
            about: What `gather`, `send` and `record` are given.
        """
        if _PARTS in key or not key:
            raise UsageError(f"`{key}` is no key", f"write text without `{_PARTS}`")
        with at(key, None):
            DBOS.enqueue_workflow(self._name, self._ask, key, about, 1)

    def cancel(self, key: str) -> None:
        """Ask and send no more for a key, as when the message was read; what is being sent is."""
        DBOS.cancel_workflows([_id(key, number) for number in range(1, self._most + 1)])

    def _decide(self, facts: object) -> AskResult:
        rules = self._rules.rules if isinstance(self._rules, LiveRules) else self._rules
        return {**answer(rules.should_notify(facts)), "digest": rules.digest}


def _id(key: str, number: int) -> str:
    return key if number == 1 else f"{key}{_PARTS}{number}"
