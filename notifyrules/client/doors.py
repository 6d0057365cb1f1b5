"""The two forms of the client, for threads and for asyncio: the first asks by a loop of its own."""

from __future__ import annotations

import asyncio
import re
import threading
import weakref
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import time, timedelta
from functools import partial
from typing import Any, Final, Self, TypeAlias, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx2
from pydantic_core import to_json

from notifyrules import FactsError, Rules, UsageError
from notifyrules.client.answers import Answer, Away, local_answer, read_answer, read_row
from notifyrules.client.credentials import Credentials
from notifyrules.client.talking import Talker

_T = TypeVar("_T")

AT_ONCE: Final = 1000
"""How many facts the service takes in one request."""
DEADLINE_S: Final = 0.25
_KEY: Final = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,255}")

Fallback: TypeAlias = Rules | Mapping[str, Rules] | None
GivenFacts: TypeAlias = Mapping[str, Any]
PerMedium: TypeAlias = Mapping[str, GivenFacts] | None
RowAnswer: TypeAlias = Answer | FactsError
"""What becomes of one of many facts: an answer, or what is wrong with them."""


class _Asker:
    """What both forms have in common: what they ask, and what they decide by when there is no answer."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        deadline_s: float = DEADLINE_S,
        fallback: Fallback = None,
        http: Callable[[], httpx2.AsyncClient] = httpx2.AsyncClient,
    ) -> None:
        """
        Make a client; nothing is sent yet.

        Args:
            url: The address of the service.
            credentials: A :class:`Token` or a :class:`Signature`.
            deadline_s: How long a call may take, retries and all.
            fallback: What decides when the service is away: rules, or several by their names, such as what
                :func:`notifyrules.live` gives for a folder.
            http: Makes what sends, where certificates or proxies of your own are needed.
        """
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"`{url}` is no address of a service", "it begins with `https://`")
        self._url, self._credentials = url.rstrip("/"), credentials
        self._talker = Talker(self._url, deadline_s)
        self._fallback, self._make_http, self._http = fallback, http, http()

    async def _decide(self, name: str, facts: Any, subject: str | None, key: str | None) -> Answer:  # noqa: ANN401 - facts
        if key is not None and not _KEY.fullmatch(key):
            raise UsageError(f"`{key}` is no key", "a key has 1 to 255 visible ASCII characters, best a UUID")
        headers = {} if key is None else {"idempotency-key": f'"{key}"'}
        facts = _plain(facts)
        try:
            return await self._ask(name, read_answer, headers, facts=facts, subject=subject)
        except Away as away:
            rules = self._own(name, away)
            return local_answer(rules, rules.should_notify(facts))

    async def _decide_many(self, name: str, many: Sequence[GivenFacts]) -> list[RowAnswer]:
        rows: list[RowAnswer] = []
        for start in range(0, len(many), AT_ONCE):
            facts = [_plain(one) for one in many[start : start + AT_ONCE]]
            try:
                rows += await self._ask(name, partial(_read_rows, len(facts)), facts=facts)
            except Away as away:
                rules = self._own(name, away)
                rows += [_decide_row(rules, one) for one in facts]
                # Whoever decides alone waits for nothing, and others who wait are to be heard.
                await asyncio.sleep(0)
        return rows

    async def _decide_each(self, name: str, facts: Any, per_medium: Any) -> dict[str, Answer]:  # noqa: ANN401 - facts
        facts, per_medium = _plain(facts), _plain(per_medium)
        try:
            return await self._ask(name, _read_each, facts=facts, each=True, per_medium=per_medium)
        except Away as away:
            rules = self._own(name, away)
            decisions = rules.should_notify_each(facts, per_medium)
            return {medium: local_answer(rules, decision) for medium, decision in decisions.items()}

    async def _ask(
        self, name: str, read: Callable[[Any], _T], headers: Mapping[str, str] | None = None, **question: object
    ) -> _T:
        try:
            body = to_json({key: value for key, value in question.items() if value is not None})
        except ValueError as error:
            raise UsageError(f"what is asked cannot be written as JSON: {error}") from None
        url, told = f"{self._url}/v1/decide/{quote(name, safe='')}", {"accept": "application/json", **(headers or {})}
        told["content-type"] = "application/json"
        send = partial(self._http.post, url, content=body, headers=told, auth=self._credentials, timeout=None)
        return await self._talker.ask(send, read)

    def _own(self, name: str, away: Away) -> Rules:
        """Give the client's own rules; where it has none, say that the service is away."""
        own = {self._fallback.name: self._fallback} if isinstance(self._fallback, Rules) else self._fallback or {}
        if name not in own:
            raise away
        return own[name]


class Client(_Asker):
    """Asks a decision service. Threads may share it."""

    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread | None = None

    def decide(self, name: str, facts: GivenFacts, *, subject: str | None = None, key: str | None = None) -> Answer:
        """
        Decide by the rules that are called *name*.

        Args:
            name: The rules.
            facts: A nested or dotted mapping, as the library takes it.
            subject: Whom it is about: what a canary chooses by, and what the log keeps.
            key: Makes a repetition of the call get the same answer, though the rules change meanwhile, and be logged
                once (`Idempotency-Key`).

        Raises:
            FactsError: The facts are not what the rules declare.
            Refused: The service will not answer.
            Away: The service did not answer in time, and `fallback` has no such rules.
        """
        return self._wait(self._decide(name, facts, subject, key))

    def decide_many(self, name: str, facts: Sequence[GivenFacts]) -> list[RowAnswer]:
        """Decide for many facts, a thousand a request; of those that are not right, what is wrong with them."""
        return self._wait(self._decide_many(name, facts))

    def decide_each(self, name: str, facts: GivenFacts, per_medium: PerMedium = None) -> dict[str, Answer]:
        """Decide for each medium, as :meth:`Rules.should_notify_each` does."""
        return self._wait(self._decide_each(name, facts, per_medium))

    def close(self) -> None:
        """Close the connections."""
        if self._thread is not None and self._thread.is_alive():
            self._wait(self._http.aclose())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait for *work* on the loop: a socket has a time for each read, and waits for who drips without end."""
        with _BEGINS:
            # A loop begins at the first call, and anew in a process that was forked, which takes no threads along.
            if self._thread is None or not self._thread.is_alive():
                if self._thread is not None:
                    self._http = self._make_http()
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="notifyrules-client", daemon=True)
                self._thread.start()
                weakref.finalize(self, _stop, self._loop)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class AsyncClient(_Asker):
    """Asks a decision service from asyncio, like :class:`Client`."""

    async def decide(
        self, name: str, facts: GivenFacts, *, subject: str | None = None, key: str | None = None
    ) -> Answer:
        """Decide like :meth:`Client.decide`."""
        return await self._decide(name, facts, subject, key)

    async def decide_many(self, name: str, facts: Sequence[GivenFacts]) -> list[RowAnswer]:
        """Decide like :meth:`Client.decide_many`."""
        return await self._decide_many(name, facts)

    async def decide_each(self, name: str, facts: GivenFacts, per_medium: PerMedium = None) -> dict[str, Answer]:
        """Decide like :meth:`Client.decide_each`."""
        return await self._decide_each(name, facts, per_medium)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


_BEGINS: Final = threading.Lock()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(loop.stop)


def _decide_row(rules: Rules, facts: Any) -> RowAnswer:  # noqa: ANN401 - plain
    try:
        return local_answer(rules, rules.should_notify(facts))
    except FactsError as error:
        return error


def _read_rows(count: int, told: Mapping[str, Any]) -> list[RowAnswer]:
    rows = told.get("decisions")
    if not isinstance(rows, list) or len(rows) != count:
        raise ValueError("it has not one answer for each of the facts")
    return [read_row(one) for one in rows]


def _read_each(told: Mapping[str, Any]) -> dict[str, Answer]:
    if isinstance(each := told.get("decisions"), dict):
        return {medium: read_answer(one) for medium, one in each.items()}
    raise ValueError("it has not one answer for each medium")


def _plain(value: Any) -> Any:  # noqa: ANN401 - facts
    """Take facts to whatever thread, written as the language reads them where JSON has another form, or none."""
    match value:
        case Mapping():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case timedelta():
            return f"{value // timedelta(milliseconds=1)}ms"
        case ZoneInfo():
            return value.key
        case time():
            return value.isoformat()
        case _:
            return value
