"""The two forms of the client, for threads and for asyncio, which differ only in how they send and wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import time as wall_time
from datetime import timedelta
from functools import partial
from typing import Any, Final, Self, TypeAlias, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx2
from pydantic_core import to_json

from notifyrules import FactsError, Rules, UsageError
from notifyrules.client.answers import Answer, Away, local_answer, read_answer, read_row
from notifyrules.client.credentials import Credentials
from notifyrules.client.talking import Reply, Request, Step, Talker, Wait

_T = TypeVar("_T")

AT_ONCE: Final = 1000
"""How many facts the service takes in one request."""
DEADLINE_S: Final = 0.25

Fallback: TypeAlias = Rules | Mapping[str, Rules] | None
Facts: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Answer | FactsError
"""What becomes of one of many facts: an answer, or what is wrong with them."""


class _Asker:
    """What both forms have in common: requests, answers, and what to decide by when there is none."""

    def __init__(self, url: str, credentials: Credentials, deadline_s: float, fallback: Fallback) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"`{url}` is no address of a service", "it begins with `https://`")
        self._talker = Talker(url.rstrip("/"), credentials, deadline_s)
        self._fallback = fallback

    def decide(self, name: str, facts: Facts, subject: str | None, key: str | None) -> Generator[Step, Any, Answer]:
        try:
            return (yield from self._ask(name, {"facts": facts, "subject": subject}, read_answer, key))
        except Away as away:
            return local_answer(self._own(name, away).decide(facts))

    def decide_many(self, name: str, facts: Sequence[Facts]) -> Generator[Step, Any, list[Row]]:
        rows: list[Row] = []
        for start in range(0, len(facts), AT_ONCE):
            part = facts[start : start + AT_ONCE]
            try:
                rows += yield from self._ask(name, {"facts": part}, partial(_read_rows, len(part)))
            except Away as away:
                rules = self._own(name, away)
                rows += [_decide_row(rules, one) for one in part]
        return rows

    def decide_each(
        self, name: str, facts: Facts, per_medium: Mapping[str, Facts] | None
    ) -> Generator[Step, Any, dict[str, Answer]]:
        try:
            return (yield from self._ask(name, {"facts": facts, "each": True, "per_medium": per_medium}, _read_each))
        except Away as away:
            decisions = self._own(name, away).should_notify_each(facts, per_medium)
            return {medium: local_answer(decision) for medium, decision in decisions.items()}

    def _own(self, name: str, away: Away) -> Rules:
        """Give the client's own rules; where it has none, say that the service is away."""
        own = {self._fallback.name: self._fallback} if isinstance(self._fallback, Rules) else self._fallback or {}
        if name not in own:
            raise away
        return own[name]

    def _ask(
        self, name: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], _T], key: str | None = None
    ) -> Generator[Step, Reply | None, _T]:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if key is not None:
            headers["idempotency-key"] = f'"{key}"'
        content = to_json({field: _plain(value) for field, value in body.items() if value is not None})
        return self._talker.ask(f"/v1/decide/{quote(name, safe='')}", content, headers, read)


class Client:
    """Asks a decision service. Threads may share it."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        deadline_s: float = DEADLINE_S,
        fallback: Fallback = None,
        http: httpx2.Client | None = None,
    ) -> None:
        """
        Make a client; nothing is sent yet.

        Args:
            url: The address of the service.
            credentials: A :class:`Token` or a :class:`Signature`.
            deadline_s: How long a call may take, retries and all.
            fallback: What decides when the service is away: rules, or several by their names, such as what
                :func:`notifyrules.live` gives for a folder.
            http: What sends, where certificates or proxies of your own are needed.
        """
        self._asker = _Asker(url, credentials, deadline_s, fallback)
        self._http = http or httpx2.Client()

    def decide(self, name: str, facts: Facts, *, subject: str | None = None, key: str | None = None) -> Answer:
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
        return self._run(self._asker.decide(name, facts, subject, key))

    def decide_many(self, name: str, facts: Sequence[Facts]) -> list[Row]:
        """Decide for many facts, a thousand a request; of those that are not right, what is wrong with them."""
        return self._run(self._asker.decide_many(name, facts))

    def decide_each(self, name: str, facts: Facts, per_medium: Mapping[str, Facts] | None = None) -> dict[str, Answer]:
        """Decide for each medium, as :meth:`Rules.should_notify_each` does."""
        return self._run(self._asker.decide_each(name, facts, per_medium))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, talk: Generator[Step, Reply | None, _T]) -> _T:
        reply = None
        while True:
            try:
                step = talk.send(reply)
            except StopIteration as end:
                result: _T = end.value
                return result
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                reply = None
            else:
                reply = self._send(step)

    def _send(self, request: Request) -> Reply | None:
        end = time.monotonic() + request.timeout_s
        try:
            with self._http.stream(
                request.method, request.url, headers=request.headers, content=request.body, timeout=request.timeout_s
            ) as response:
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    if time.monotonic() > end:
                        return None
                return Reply(response.status_code, body)
        except httpx2.RequestError:
            return None


class AsyncClient:
    """Asks a decision service from asyncio, like :class:`Client`."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        deadline_s: float = DEADLINE_S,
        fallback: Fallback = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        """Make a client, as :class:`Client` is made."""
        self._asker = _Asker(url, credentials, deadline_s, fallback)
        self._http = http or httpx2.AsyncClient()

    async def decide(self, name: str, facts: Facts, *, subject: str | None = None, key: str | None = None) -> Answer:
        """Decide like :meth:`Client.decide`."""
        return await self._run(self._asker.decide(name, facts, subject, key))

    async def decide_many(self, name: str, facts: Sequence[Facts]) -> list[Row]:
        """Decide like :meth:`Client.decide_many`."""
        return await self._run(self._asker.decide_many(name, facts))

    async def decide_each(
        self, name: str, facts: Facts, per_medium: Mapping[str, Facts] | None = None
    ) -> dict[str, Answer]:
        """Decide like :meth:`Client.decide_each`."""
        return await self._run(self._asker.decide_each(name, facts, per_medium))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _run(self, talk: Generator[Step, Reply | None, _T]) -> _T:
        reply = None
        while True:
            try:
                step = talk.send(reply)
            except StopIteration as end:
                result: _T = end.value
                return result
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
                reply = None
            else:
                reply = await self._send(step)

    async def _send(self, request: Request) -> Reply | None:
        try:
            async with asyncio.timeout(request.timeout_s):
                response = await self._http.request(
                    request.method, request.url, headers=request.headers, content=request.body, timeout=None
                )
                return Reply(response.status_code, response.content)
        except (httpx2.RequestError, TimeoutError):
            return None


def _decide_row(rules: Rules, facts: Facts) -> Row:
    try:
        return local_answer(rules.decide(facts))
    except FactsError as error:
        return error


def _read_rows(count: int, told: Mapping[str, Any]) -> list[Row]:
    rows = told.get("decisions")
    if not isinstance(rows, list) or len(rows) != count:
        raise ValueError("it has not one answer for each of the facts")
    return [read_row(one) for one in rows]


def _read_each(told: Mapping[str, Any]) -> dict[str, Answer]:
    if isinstance(each := told.get("decisions"), dict):
        return {medium: read_answer(one) for medium, one in each.items()}
    raise ValueError("it has not one answer for each medium")


def _plain(value: Any) -> Any:  # noqa: ANN401 - facts
    """Write values as the language reads them where JSON has another form of them, or none."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, timedelta):
        return f"{value // timedelta(milliseconds=1)}ms"
    if isinstance(value, ZoneInfo):
        return value.key
    return value.isoformat() if isinstance(value, wall_time) else value
