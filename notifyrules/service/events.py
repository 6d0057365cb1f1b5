"""Answer events by events: CloudEvents 1.0 in, and for each person that one asks of, one out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json, to_json

from notifyrules import Decision, FactsError, Rules, UsageError
from notifyrules.answers.decisions import answer as answer_of
from notifyrules.service.decide import MAX_SUBJECT, unknown_rules
from notifyrules.service.problems import Problem
from notifyrules.service.versions import Versions

POSTED: Final = "message.posted"
RETRY: Final = "message.retry"
DECIDED: Final = "notification.decided"
HELD: Final = "notification.held"
REFUSED: Final = "notification.refused"
DUE: Final = "notification.due"
MEDIA_TYPE: Final = "application/cloudevents+json"
MAX_BYTES: Final = 512 * 1024
"""No event that answers is larger: brokers take no more than 1 MiB by default."""
_CUT: Final = 10_000

Pick: TypeAlias = Callable[[str | None], Rules]
"""Gives the rules that decide for a subject."""


class Event(BaseModel):
    """
    An event, in the form in which it is one JSON object.

    Source:
        CloudEvents 1.0.2, February 2022; its JSON format.
    """

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    """With the source it names the event: who sends the same one again gives it the same."""
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    subject: str | None = Field(default=None, min_length=1, max_length=MAX_SUBJECT)
    """The person."""
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: Any = None

    def to_json(self) -> bytes:
        """Write it; the same event is the same bytes."""
        return to_json({name: value for name, value in self.__dict__.items() if value is not None})


class Member(BaseModel):
    """One of the people that a message may reach."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str = Field(min_length=1, max_length=MAX_SUBJECT)
    facts: dict[str, Any] = {}
    """Those that are not the same for all members."""


class Posted(BaseModel):
    """What `message.posted` asks: of one person, or of many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: str | None = None
    """The name of the rules; not needed where one chart is in force."""
    facts: dict[str, Any]
    members: list[Member] | None = Field(default=None, min_length=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An event that answers, and the decision that it tells, None where it refuses."""

    event: Event
    body: bytes
    rules: Rules | None = None
    decision: Decision | None = None
    problem: str = ""
    """The kind of problem that it refuses with."""


def read_event(body: bytes) -> tuple[Event, Posted]:
    """Read what asks; a problem where it does not."""
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Problem(422, "not-json", f"the body is not JSON: {error}") from None
    event = _read(Event, found, "not-an-event", "the body is no CloudEvent 1.0 of JSON")
    if event.type != POSTED:
        detail = f"the event is of the type `{event.type[:60]}`, and only `{POSTED}` is answered"
        raise Problem(422, "unexpected-type", detail)
    posted = _read(Posted, event.data, "malformed-question", "`data` is not what a message asks by")
    if posted.members is not None:
        if event.subject is not None:
            raise Problem(422, "malformed-question", "the event has a `subject` and `members`; give it one of the two")
        if len({one.subject for one in posted.members}) < len(posted.members):
            raise Problem(422, "malformed-question", "two members have the same `subject`")
    return event, posted


def answer(body: bytes, versions: Versions) -> tuple[Answer, ...]:
    """Answer an event, whatever it is: one event for one person, and for many one each."""
    source, id_, name = "", "", ""
    try:
        event, posted = read_event(body)
        source, id_, name = event.source, event.id, posted.rules or ""
        name = _name(name, versions.charts)
        if posted.members is None:
            return (_answer_one(event, versions.pick(name, event.subject), posted.facts),)
        return tuple(_answer_many(event, posted, posted.members, lambda subject: versions.pick(name, subject)))
    except Problem as problem:
        return (refuse(body, problem, make_id(name, source, id_) if id_ else None),)


def _name(name: str, charts: Mapping[str, Rules]) -> str:
    """Find the rules that an event asks by."""
    if not name and len(charts) > 1:
        detail = f"the event does not say by which rules: there are {', '.join(charts)}"
        raise Problem(422, "unknown-rules", detail)
    if name and name not in charts:
        raise unknown_rules(name, charts)
    return name or next(iter(charts))


def refuse(body: bytes, problem: Problem, id_: str | None = None, subject: str | None = None) -> Answer:
    """Make the event that says why another is not answered, and holds that one, cut where it is too large for that."""
    try:
        asked = from_json(body, allow_inf_nan=False)
    except ValueError:
        asked = body.decode("utf-8", "backslashreplace")
    data = {"problem": problem.kind, "detail": problem.detail, **problem.more, "event": asked}
    if len(to_json(data)) > MAX_BYTES:
        data = {"problem": problem.kind, "detail": problem.detail, "event": str(asked)[:_CUT], "cut": True}
    id_ = id_ or make_id("", "", hashlib.sha256(body).hexdigest())
    event = Event.model_construct(id=id_, source="/notifyrules", type=REFUSED, subject=subject, data=data)
    return Answer(event, event.to_json(), problem=problem.kind)


def make_id(*parts: str) -> str:
    """Make the id of an event from what it answers: the same again, whoever answers, and how often."""
    return hashlib.sha256(to_json(parts)).hexdigest()


def due(held: Event) -> Event:
    """Make the event that says that the time of a held one has come."""
    data = {name: held.data[name] for name in ("rules", "asked", "recheck_at")} | {"held": held.id}
    return Event(id=make_id("due", held.id), source=held.source, type=DUE, subject=held.subject, data=data)


# ---- Deciding ----


def _answer_one(event: Event, rules: Rules, facts: object) -> Answer:
    """Answer for one person; a problem where the facts are wrong."""
    decision = _decide(rules, facts)
    return _tell(event, rules, decision, event.subject, make_id(rules.name, event.source, event.id))


def _answer_many(event: Event, posted: Posted, members: list[Member], pick: Pick) -> Iterator[Answer]:
    """Answer for each member, by rules that are made smaller by what is the same for all."""
    small: dict[str, Rules] = {}
    for member in members:
        rules = pick(member.subject)
        id_ = make_id(rules.name, event.source, event.id, member.subject)
        try:
            if rules.digest not in small:
                small[rules.digest] = _specialize(rules, posted.facts)
            decision = _decide(small[rules.digest], member.facts)
            told = _tell(event, rules, decision, member.subject, id_)
        except Problem as problem:
            alone = posted.model_copy(update={"members": [member]}).model_dump(exclude_none=True)
            yield refuse(event.model_copy(update={"data": alone}).to_json(), problem, id_, member.subject)
        else:
            yield told


def _specialize(rules: Rules, facts: Mapping[str, Any]) -> Rules:
    try:
        return rules.specialize(facts)
    except FactsError as error:
        raise _wrong_facts(rules, error) from None


def _decide(rules: Rules, facts: object) -> Decision:
    try:
        return rules.should_notify(facts)
    except FactsError as error:
        raise _wrong_facts(rules, error) from None
    except UsageError as error:
        raise Problem(422, "cannot-decide", f"{error.message}; {error.help}") from None


def _tell(event: Event, rules: Rules, decision: Decision, subject: str | None, id_: str) -> Answer:
    data = {
        "rules": rules.name,
        "digest": rules.digest,
        **answer_of(decision),
        "asked": {"source": event.source, "id": event.id},
    }
    kind = HELD if decision.later else DECIDED
    source = f"/notifyrules/{rules.name}"
    # What is put together here is known to be right.
    told = Event.model_construct(id=id_, source=source, type=kind, subject=subject, time=event.time, data=data)
    if len(body := told.to_json()) > MAX_BYTES:
        raise Problem(422, "answer-too-large", f"what the decision carries has more than {MAX_BYTES:,} bytes")
    return Answer(told, body, rules, decision)


# ---- What is wrong ----


def _read(model: Any, found: object, kind: str, detail: str) -> Any:  # noqa: ANN401 - each its own model
    try:
        return model.model_validate(found)
    except ValidationError as error:
        problems = [
            {"path": ".".join(map(str, one["loc"])) or "(all)", "message": one["msg"][:1].lower() + one["msg"][1:]}
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise Problem(422, kind, detail, problems=problems) from None


def _wrong_facts(rules: Rules, error: FactsError) -> Problem:
    problems = [{"path": one.path, "message": one.message, "help": one.help} for one in error.problems]
    return Problem(422, "wrong-facts", f"the facts are not what `{rules.name}` declares", problems=problems)
