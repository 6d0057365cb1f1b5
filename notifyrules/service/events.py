"""Answer events by events: CloudEvents 1.0 in, and for each person that one asks of, one out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json, to_json

from notifyrules import Decision, FactsError, Rules, UsageError
from notifyrules.answers.decisions import answer as answer_of
from notifyrules.answers.decisions import fixed_answers
from notifyrules.service.decide import MAX_SUBJECT, cannot_decide, unknown_rules, wrong_facts
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

RulesFor: TypeAlias = Callable[[str | None], Rules]
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
        return _write(self.type, self.id, self.source, self.subject, self.time, self.data)


class Member(BaseModel):
    """One of the people that a message may reach."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str = Field(min_length=1, max_length=MAX_SUBJECT)
    facts: dict[str, Any] = {}
    """Those that are not the same for all members."""
    per_medium: dict[str, dict[str, Any]] = {}


class Posted(BaseModel):
    """What `message.posted` asks: of one person, or of many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: str | None = None
    """The name of the rules; not needed where one chart is in force."""
    facts: dict[str, Any]
    each: bool = False
    """Whether it asks for every medium, rather than for the one in the facts."""
    per_medium: dict[str, dict[str, Any]] = {}
    """Facts that differ between media; those of members stand with each."""
    members: list[Member] | None = Field(default=None, min_length=1)

    def wrong(self, subject: str | None) -> str:
        """Say what in it does not go together; empty where all does."""
        members = self.members or ()
        if members and subject is not None:
            return "the event has a `subject` and `members`; give it one of the two"
        if len({one.subject for one in members}) < len(members):
            return "two members have the same `subject`"
        if members and self.per_medium:
            return "the event has `members` and `per_medium`; give it to each member"
        if not self.each and any(one.per_medium for one in (self, *members)):
            return "`per_medium` is for who asks for `each` medium"
        return ""


@dataclass(frozen=True, slots=True)
class Told:
    """An event for a broker."""

    kind: str
    id: str
    """Empty for one that is moved, and keeps its own."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply(Told):
    """An event that answers, and the decision that it tells, None where it refuses."""

    subject: str | None = None
    asker: str = ""
    """The source of what it answers."""
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
    if wrong := posted.wrong(event.subject):
        raise Problem(422, "malformed-question", wrong)
    return event, posted


def answer(body: bytes, versions: Versions) -> tuple[Reply, ...]:
    """Answer an event, whatever it is: for each person that it asks of, and for each medium where it asks for all."""
    name, asked = "", None
    try:
        event, posted = read_event(body)
        name, asked = posted.rules or "", event
        name = _name(name, versions.charts)
        if posted.members is None:
            rules = versions.pick(name, event.subject)
            return tuple(_answer_one(event, rules, rules, posted, event.subject, each=posted.each))
        return tuple(_answer_many(event, posted, posted.members, lambda subject: versions.pick(name, subject)))
    except Problem as problem:
        return (refuse(body, problem, None if asked is None else make_id(name, asked.source, asked.id)),)


def _name(name: str, charts: Mapping[str, Rules]) -> str:
    """Find the rules that an event asks by."""
    if not name and len(charts) > 1:
        detail = f"the event does not say by which rules: there are {', '.join(charts)}"
        raise Problem(422, "unknown-rules", detail)
    if name and name not in charts:
        raise unknown_rules(name, charts)
    return name or next(iter(charts))


def refuse(body: bytes, problem: Problem, id_: str | None = None, subject: str | None = None) -> Reply:
    """Make the event that says why another is not answered, and holds that one, cut where it is too large for that."""
    try:
        asked = from_json(body, allow_inf_nan=False)
    except ValueError:
        asked = body.decode("utf-8", "backslashreplace")
    data = {"problem": problem.kind, "detail": problem.detail, **problem.more, "event": asked}
    if len(to_json(data)) > MAX_BYTES:
        data = {"problem": problem.kind, "detail": problem.detail, "event": str(asked)[:_CUT], "cut": True}
    id_ = id_ or make_id("", "", hashlib.sha256(body).hexdigest())
    told = _write(REFUSED, id_, "/notifyrules", subject, None, data)
    return Reply(REFUSED, id_, told, subject, problem=problem.kind)


def make_id(*parts: str) -> str:
    """Make the id of an event from what it answers: the same again, whoever answers, and how often."""
    return hashlib.sha256(to_json(parts)).hexdigest()


def due(held: Event) -> Told:
    """Make the event that says that the time of a held one has come."""
    data = {name: held.data[name] for name in ("rules", "asked", "recheck_at")} | {"held": held.id}
    if "medium" in held.data:
        data["medium"] = held.data["medium"]
    id_ = make_id("due", held.id)
    return Told(DUE, id_, _write(DUE, id_, held.source, held.subject, None, data))


# ---- Deciding ----


def _answer_one(  # noqa: PLR0913 - all that it is decided by
    event: Event, rules: Rules, small: Rules, asked: Posted | Member, subject: str | None, *parts: str, each: bool
) -> Iterator[Reply]:
    """Answer for one person by rules, perhaps made smaller; a problem where the facts are wrong."""
    try:
        ways: dict[str | None, Decision] = {}
        if each:
            ways.update(small.should_notify_each(asked.facts, asked.per_medium))
        else:
            ways[None] = small.should_notify(asked.facts)
    except FactsError as error:
        raise wrong_facts(rules.name, error) from None
    except UsageError as error:
        raise cannot_decide(error) from None
    for medium, decision in ways.items():
        told: dict[str, object] = {} if medium is None else {"medium": medium}
        id_ = make_id(rules.name, event.source, event.id, *parts, *(() if medium is None else ("each", medium)))
        answered = _fixed(rules).get(decision.reason) or answer_of(decision)
        told |= {"asked": {"source": event.source, "id": event.id}}
        data = {"rules": rules.name, "digest": rules.digest, **answered, **told}
        kind = HELD if decision.later else DECIDED
        body = _write(kind, id_, f"/notifyrules/{rules.name}", subject, event.time, data)
        if len(body) > MAX_BYTES:
            raise Problem(422, "answer-too-large", f"what the decision carries has more than {MAX_BYTES:,} bytes")
        yield Reply(kind, id_, body, subject, event.source, rules, decision)


def _answer_many(event: Event, posted: Posted, members: list[Member], pick: RulesFor) -> Iterator[Reply]:
    """Answer for each member, by rules that are made smaller by what is the same for all."""
    small: dict[str, Rules] = {}
    for member in members:
        rules, subject = pick(member.subject), member.subject
        try:
            if rules.digest not in small:
                small[rules.digest] = _specialize(rules, posted.facts)
            told = [*_answer_one(event, rules, small[rules.digest], member, subject, subject, each=posted.each)]
        except Problem as problem:
            alone = posted.model_copy(update={"members": [member]}).model_dump(exclude_defaults=True)
            again = event.model_copy(update={"data": alone}).to_json()
            told = [refuse(again, problem, make_id(rules.name, event.source, event.id, subject), subject)]
        yield from told


@lru_cache(maxsize=64)
def _fixed(rules: Rules) -> Mapping[str, Mapping[str, object]]:
    return fixed_answers(rules)


def _specialize(rules: Rules, facts: Mapping[str, Any]) -> Rules:
    try:
        return rules.specialize(facts)
    except FactsError as error:
        raise wrong_facts(rules.name, error) from None


def _write(  # noqa: PLR0913, PLR0917 - the parts of an event
    kind: str, id_: str, source: str, subject: str | None, time: datetime | None, data: object
) -> bytes:
    told: dict[str, object] = {"specversion": "1.0", "id": id_, "source": source, "type": kind}
    if subject is not None:
        told["subject"] = subject
    if time is not None:
        told["time"] = time
    return to_json({**told, "datacontenttype": "application/json", "data": data})


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
