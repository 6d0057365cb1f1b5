"""A client asks, tries again within its time, and decides by itself when the service is away."""

# ruff: noqa: ANN401 - both forms of the client are asked in one way
from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256

import notifyrules
from notifyrules import FactsError, UsageError
from notifyrules.client import Answer, AsyncClient, Away, Client, Credentials, Refused, Signature, Token
from notifyrules.client.doors import Fallback
from notifyrules.client.talking import TRIES, Breaker, RetryBudget
from tests.service.clients import make_sender

URL = "https://rules.example"
SENDER = make_sender()
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 900}
DECIDED = {"outcome": "yes", "notify": True, "later": False, "reason": "a.then", "digest": "d", "data": {}}
FACTS = {"channel.muted": True}
SLACK = notifyrules.load("slack")


@dataclass
class Service:
    """A service that answers as it is told, and remembers what it was asked."""

    answers: list[tuple[int, Any] | Exception] = field(default_factory=list)
    asked: list[httpx2.Request] = field(default_factory=list)
    tokens: int = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        if request.url.path == "/token":
            self.tokens += 1
            return httpx2.Response(200, json=TOKEN)
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else (200, DECIDED)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return httpx2.Response(status, **({"content": body} if isinstance(body, bytes) else {"json": body}))

    @property
    def bodies(self) -> list[Any]:
        """What the requests held."""
        return [json.loads(one.content) for one in self.asked]


Ask = Callable[..., Any]


def over(answer: Callable[[httpx2.Request], httpx2.Response]) -> Callable[[], httpx2.AsyncClient]:
    """Make what sends to *answer*, and to nobody else."""
    return lambda: httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


@pytest.fixture(params=["threads", "asyncio"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Ask by each of the two forms: `ask(service, method, *arguments)`."""

    def by_threads(
        service: Service,
        method: str,
        *arguments: Any,
        credentials: Credentials | None = None,
        fallback: Fallback = None,
        **options: Any,
    ) -> Any:
        credentials = credentials or Token("a", "b")
        with Client(URL, credentials, deadline_s=30, fallback=fallback, http=over(service)) as client:
            return getattr(client, method)(*arguments, **options)

    def by_asyncio(
        service: Service,
        method: str,
        *arguments: Any,
        credentials: Credentials | None = None,
        fallback: Fallback = None,
        **options: Any,
    ) -> Any:
        async def run() -> Any:
            shown = credentials or Token("a", "b")
            async with AsyncClient(URL, shown, deadline_s=30, fallback=fallback, http=over(service)) as client:
                return await getattr(client, method)(*arguments, **options)

        return asyncio.run(run())

    return by_threads if request.param == "threads" else by_asyncio


class TestAnswers:
    def test_decision(self, ask: Ask) -> None:
        """A decision of the service is an answer that is true when it notifies."""
        answer = ask(Service([(200, {**DECIDED, "recheck_at": "2026-01-01T00:00:00Z", "new": 1})]), "decide", "x", {})

        assert answer
        assert answer.recheck_at == datetime(2026, 1, 1, tzinfo=UTC)
        assert not answer.local

    def test_what_is_sent(self, ask: Ask) -> None:
        """Facts are sent as the language reads them; what is not given is not sent."""
        service = Service()
        facts = {
            "now": datetime(2026, 1, 1, tzinfo=UTC),
            "at": time(22),
            "for": timedelta(hours=2),
            "in": [ZoneInfo("UTC")],
        }
        ask(service, "decide", "a/b", facts, key="k")

        assert service.bodies == [
            {"facts": {"now": "2026-01-01T00:00:00Z", "at": "22:00:00", "for": "7200000ms", "in": ["UTC"]}}
        ]
        assert service.asked[0].url.raw_path == b"/v1/decide/a%2Fb"
        assert service.asked[0].headers["idempotency-key"] == '"k"'

    def test_many(self, ask: Ask) -> None:
        """Many facts go a thousand at once, and a wrong one fails alone."""
        wrong = {"problems": [{"path": "a", "message": "is missing", "help": "add it"}]}
        service = Service([(200, {"decisions": [DECIDED] * 999 + [wrong]}), (200, {"decisions": [DECIDED]})])
        rows = ask(service, "decide_many", "x", [{}] * 1001)

        assert [len(body["facts"]) for body in service.bodies] == [1000, 1]
        assert sum(isinstance(row, Answer) for row in rows) == 1000
        assert str(rows[999]) == "a: is missing\n  help: add it"

    def test_each(self, ask: Ask) -> None:
        """One decision comes for each medium."""
        service = Service([(200, {"decisions": {"mobile": DECIDED}})])
        answers = ask(service, "decide_each", "x", {}, {"mobile": {"a": True}})

        assert answers["mobile"].outcome == "yes"
        assert service.bodies == [{"facts": {}, "each": True, "per_medium": {"mobile": {"a": True}}}]

    def test_wrong_facts(self, ask: Ask) -> None:
        """Wrong facts raise what rules of one's own raise."""
        problem = {"problems": [{"path": "a", "message": "is missing"}]}

        with pytest.raises(FactsError, match="a: is missing"):
            ask(Service([(422, problem)]), "decide", "x", {})

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
    def test_refused(self, ask: Ask, status: int) -> None:
        """What another try would not change is raised at once, though there are rules to fall back on."""
        service = Service([(status, {"detail": "no"})] * 2)

        with pytest.raises(Refused, match="no"):
            ask(service, "decide", "slack", FACTS, fallback=SLACK)

    def test_no_json(self, ask: Ask) -> None:
        """What a proxy says in a form of its own is told by its status."""
        with pytest.raises(Refused, match="status 404"):
            ask(Service([(404, b"<html>")]), "decide", "x", {})


class TestRetries:
    @pytest.mark.parametrize(
        "failure", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), (503, {}), (409, {}), (500, b"")]
    )
    def test_again(self, ask: Ask, failure: Any) -> None:
        """What another try may change is tried again."""
        service = Service([failure, failure])

        assert ask(service, "decide", "x", {}).outcome == "yes"
        assert len(service.asked) == TRIES

    def test_no_more(self, ask: Ask) -> None:
        """After three tries the service is away."""
        service = Service([(503, {})] * 9)

        with pytest.raises(Away, match="did not answer"):
            ask(service, "decide", "x", {})

        assert len(service.asked) == TRIES

    def test_new_token(self, ask: Ask) -> None:
        """A token that is refused is replaced, once; one that is new is not."""
        service, token = Service(), Token("a", "b")
        ask(service, "decide", "x", {}, credentials=token)
        service.answers = [(401, {})]

        assert ask(service, "decide", "x", {}, credentials=token)
        assert service.tokens == 2
        with pytest.raises(Refused):
            ask(Service([(401, {})]), "decide", "x", {})

    def test_signed_anew(self, ask: Ask) -> None:
        """Each try is signed with a nonce of its own, and as the service wants it."""
        service = Service([(503, {})])
        (line,) = [one for one in SENDER.lines.splitlines() if one.startswith("keys")]
        secret = line.split('secret = "')[1].split('"')[0]
        ask(service, "decide", "x", {}, credentials=Signature(SENDER.key_id, secret))

        class Keys(HTTPSignatureKeyResolver):
            def resolve_public_key(self, key_id: str) -> bytes:
                """Give the key."""
                assert key_id == SENDER.key_id
                return SENDER.key

        nonces = set()
        for one in service.asked:
            (result,) = HTTPMessageVerifier(signature_algorithm=HMAC_SHA256, key_resolver=Keys()).verify(
                one,
                expect_tag="notifyrules",
                require_components=("@method", "@authority", "@target-uri", "content-digest"),
                body=one.content,
            )
            nonces.add(result.nonce)

        assert len(nonces) == 2


class TestAway:
    @pytest.mark.parametrize("fallback", [SLACK, {"slack": SLACK}])
    def test_own_rules(self, ask: Ask, fallback: Fallback) -> None:
        """Rules of one's own decide, and the answer says so."""
        answer = ask(Service([(503, {})] * 9), "decide", "slack", FACTS, fallback=fallback)

        assert answer.local
        assert answer.digest == SLACK.digest
        assert answer.reason == SLACK.should_notify(FACTS).reason

    def test_other_rules(self, ask: Ask) -> None:
        """Rules of another name decide nothing."""
        with pytest.raises(Away):
            ask(Service([(503, {})] * 9), "decide", "zulip", FACTS, fallback=SLACK)

    def test_many(self, ask: Ask) -> None:
        """Each of many facts is decided here, and a wrong one fails alone."""
        rows = ask(Service([(503, {})] * 9), "decide_many", "slack", [FACTS, {"wrong": 1}], fallback=SLACK)

        assert rows[0].local
        assert isinstance(rows[1], FactsError)

    def test_token_cannot_be_had(self) -> None:
        """Where no token is to be had the service is away."""

        def down(_: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("x")

        http = over(down)
        with Client(URL, Token("a", "b"), fallback=SLACK, http=http, deadline_s=30) as client:
            assert client.decide("slack", FACTS).local

    def test_secret_refused(self) -> None:
        """A wrong secret is nobody's absence."""

        def refuse(_: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(401, json={"error": "invalid_client"})

        http = over(refuse)
        with Client(URL, Token("a", "b"), fallback=SLACK, http=http) as client, pytest.raises(Refused):
            client.decide("slack", FACTS)


class TestNoAnswer:
    @pytest.mark.parametrize(
        "told",
        [
            {"outcome": "yes"},
            {**DECIDED, "notify": "false"},
            {**DECIDED, "data": None},
            {**DECIDED, "recheck_at": "soon"},
            [DECIDED],
        ],
    )
    def test_decision(self, ask: Ask, told: Any) -> None:
        """What is no whole decision is none, and the client decides."""
        assert ask(Service([(200, told)] * 9), "decide", "slack", FACTS, fallback=SLACK).local

    @pytest.mark.parametrize("rows", [None, {}, [DECIDED], [DECIDED, {}], [DECIDED, {"problems": [1]}], [DECIDED] * 3])
    def test_many(self, ask: Ask, rows: Any) -> None:
        """So are rows of another number, or that say neither a decision nor what is wrong."""
        found = ask(Service([(200, {"decisions": rows})] * 9), "decide_many", "slack", [FACTS] * 2, fallback=SLACK)

        assert [one.local for one in found] == [True, True]

    @pytest.mark.parametrize("problems", [5, [5], [{"path": "a"}], {"a": 1}])
    def test_problems(self, ask: Ask, problems: Any) -> None:
        """Problems that cannot be read are a refusal all the same."""
        with pytest.raises(Refused, match="no"):
            ask(Service([(422, {"detail": "no", "problems": problems})]), "decide", "x", {})

    @pytest.mark.parametrize("token", [{"access_token": 5}, {"access_token": "é"}, {**TOKEN, "expires_in": "soon"}])
    def test_token(self, token: dict[str, object]) -> None:
        """What is no token is none."""
        http = over(lambda _: httpx2.Response(200, json=token))
        with Client(URL, Token("a", "b"), fallback=SLACK, http=http, deadline_s=30) as client:
            assert client.decide("slack", FACTS).local


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        """Give the time that it is set to."""
        return self.now


def calls(breaker: Breaker, clock: Clock, answered: Sequence[bool], step_s: float) -> int:
    """Count the requests that are let through when each call ends so."""
    sent = 0
    for end in answered:
        if breaker.lets():
            sent += 1
            breaker.tell(answered=end)
        clock.now += step_s
    return sent


class TestBreaker:
    def test_opens(self) -> None:
        """After five failures in a row hardly anything is sent."""
        clock = Clock()

        assert calls(Breaker(clock=clock), clock, [False] * 105, 0.01) == 6

    def test_closes(self) -> None:
        """One request a second finds out when the service is back."""
        clock = Clock()
        breaker = Breaker(clock=clock)
        calls(breaker, clock, [False] * 5, 0)
        clock.now += 2

        assert calls(breaker, clock, [True] * 10, 0) == 10

    def test_counts_in_a_row(self) -> None:
        """Failures between answers do no harm."""
        clock = Clock()

        assert calls(Breaker(clock=clock), clock, [False, False, True] * 10, 0) == 30


def test_budget() -> None:
    """When all calls fail a tenth of them are tried again, beside the first ten."""
    budget, spent = RetryBudget(), 0
    for _ in range(1000):
        budget.earn()
        spent += budget.spend()

    assert 105 <= spent <= 115


class TestMisuse:
    @pytest.mark.parametrize("key", ["", "é", "a\r\nb: c", 'a"', "a\\", "a" * 256])
    def test_key(self, ask: Ask, key: str) -> None:
        """What is no key is told before anything is sent."""
        service = Service()

        with pytest.raises(UsageError, match="is no key"):
            ask(service, "decide", "x", {}, key=key)
        assert service.asked == []

    @pytest.mark.parametrize("value", [object(), "\ud800"])
    def test_facts(self, ask: Ask, value: object) -> None:
        """So is what has no form in JSON."""
        with pytest.raises(UsageError, match="JSON"):
            ask(Service(), "decide", "x", {"a": value})

    def test_signing_key(self) -> None:
        """So is a key that is cut."""
        with pytest.raises(UsageError, match="Base64"):
            Signature("a", "AAA")


@pytest.mark.parametrize("url", ["rules.example", "ftp://rules.example", ""])
def test_no_address(url: str) -> None:
    """An address without its scheme is told."""
    with pytest.raises(UsageError, match="no address"):
        Client(url, Token("a", "b"))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_fork() -> None:
    """A client that was used before a process forks is good in the new one too, as web servers fork."""
    with Client(URL, Token("a", "b"), deadline_s=30, http=over(Service())) as client:
        assert client.decide("x", {})
        if (child := os.fork()) == 0:
            os._exit(0 if client.decide("x", {}) else 1)

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_nothing_is_left_running() -> None:
    """A client that nobody has any more leaves no thread."""
    client = Client(URL, Token("a", "b"), deadline_s=30, http=over(Service()))
    client.decide("x", {})
    (thread,) = [one for one in threading.enumerate() if one.name == "notifyrules-client"]
    del client
    thread.join(60)

    assert not thread.is_alive()


def test_secrets_are_not_shown() -> None:
    """What is printed of credentials holds no secret."""
    shown: Mapping[str, object] = {"a": Token("a", "hidden"), "b": Signature("a", "hidden==")}

    assert "hidden" not in str(shown)
