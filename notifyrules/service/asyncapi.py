"""Describe the events as AsyncAPI 3.0, by the rules in force: enough to post messages and to take what answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import to_json

from notifyrules import Rules
from notifyrules.answers.description import answer_schema
from notifyrules.service.decide import MAX_SUBJECT
from notifyrules.service.events import DECIDED, DUE, HELD, MEDIA_TYPE, POSTED, REFUSED
from notifyrules.service.lines import QUEUE_ARGUMENTS
from notifyrules.service.openapi import openapi, placed
from notifyrules.service.settings import Settings, WorkerSettings

_TEXT: Final = {"type": "string", "minLength": 1}
_SUBJECT: Final = {**_TEXT, "maxLength": MAX_SUBJECT, "description": "The person."}
_ASKED: Final = {
    "type": "object",
    "description": "The message that it answers.",
    "properties": {"source": _TEXT, "id": _TEXT},
    "required": ["source", "id"],
}
_ABOUT: Final = {
    POSTED: "A message: asks of one person, the `subject`, or of `members` whose own facts are added to `facts`. The id"
    " is new for each ask: a message that is asked of again after `notification.due` takes the id of that event.",
    DECIDED: "Whether to notify: the answer to a message, for one person.",
    HELD: "Not now: ask again at `recheck_at`, which is null where the rules name no time.",
    REFUSED: "A message that was not answered, with what is wrong with it, and the message itself.",
    DUE: "The time of a held notification has come: whoever owns the facts posts the message again with fresh ones.",
}
_INFO: Final = (
    "Every event is one JSON object in the structured mode of CloudEvents 1.0, with the content type"
    f" `{MEDIA_TYPE}`. Events are delivered at least once: one that is met again has the same `id` and the same bytes."
    " On NATS the address is a subject of JetStream: take it by a durable consumer of the stream that `x-nats` names,"
    " with explicit acknowledgement. On RabbitMQ it is the routing key of a durable topic exchange, and of a quorum"
    " queue bound to it; bind a queue of your own for each further consumer."
)


def asyncapi(charts: Mapping[str, Rules], settings: WorkerSettings) -> str:
    """Describe the events of a broker, as JSON."""
    # Facts are asked for like those of a call.
    schemas: dict[str, Any] = openapi(charts, Settings())["components"]["schemas"]
    del schemas["Problem"]
    for name, rules in charts.items():
        schemas[f"{name}.answer"] = _answer(name, rules)
    for kind in _ABOUT:
        schemas[kind] = _event(kind, charts)
    channels = {kind: _channel(kind, settings.prefix) for kind in _ABOUT}
    operations = {
        kind: {
            "action": "receive" if kind == POSTED else "send",
            "channel": {"$ref": f"#/channels/{kind}"},
            "summary": _ABOUT[kind],
        }
        for kind in _ABOUT
    }
    told = {
        "asyncapi": "3.0.0",
        "info": {"title": "notifyrules", "version": "1", "description": _INFO},
        "defaultContentType": MEDIA_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas},
    }
    return to_json(told, indent=2).decode()


def _channel(kind: str, prefix: str) -> dict[str, Any]:
    stream = f"{prefix}-{'messages' if kind == POSTED else 'notifications'}"
    payload = {"$ref": f"#/components/schemas/{kind}"}
    return {
        "address": f"{prefix}.{kind}",
        "description": _ABOUT[kind],
        "messages": {kind: {"contentType": MEDIA_TYPE, "payload": payload}},
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": prefix, "type": "topic", "durable": True, "vhost": "/"}}
        },
        "x-nats": {"stream": stream},
        "x-amqp": {"queue": f"{prefix}.{kind}", "arguments": QUEUE_ARGUMENTS},
    }


def _event(kind: str, charts: Mapping[str, Rules]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": _TEXT,
        "source": _TEXT,
        "type": {"const": kind},
        "subject": _SUBJECT,
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": _data(kind, charts),
    }
    return {"type": "object", "properties": properties, "required": ["specversion", "id", "source", "type", "data"]}


def _data(kind: str, charts: Mapping[str, Rules]) -> dict[str, Any]:
    match kind:
        case "message.posted":
            asked = [(name, each) for each in (False, True) for name, one in charts.items() if _media(one) or not each]
            forms = [describe(*one) for one in asked for describe in (_posted, _posted_many)]
            if len(charts) > 1:
                forms = [{**one, "required": [*one["required"], "rules"]} for one in forms]
            return {"oneOf": forms}
        case "notification.refused":
            problem = {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("path", "message", "help")},
            }
            properties: dict[str, Any] = {
                "problem": {**_TEXT, "description": "What is wrong, by a name that stays the same."},
                "detail": _TEXT,
                "problems": {"type": "array", "items": problem},
                "event": {"description": "The message as it came: text where it is no JSON, one member of many."},
                "cut": {"const": True, "description": "It was too large, and `event` is the beginning of it."},
            }
            return {"type": "object", "properties": properties, "required": ["problem", "detail", "event"]}
        case "notification.due":
            rules = {"enum": list(charts)}
            time = {"type": "string", "format": "date-time"}
            properties = {"rules": rules, "asked": _ASKED, "recheck_at": time, "held": _TEXT}
            media = {"medium": {**_TEXT, "description": "Where it was asked for each: ask for this one alone."}}
            return {"type": "object", "properties": {**properties, **media}, "required": list(properties)}
        case _:
            return {"oneOf": [{"$ref": f"#/components/schemas/{name}.answer"} for name in charts]}


def _posted(name: str, each: bool) -> dict[str, Any]:  # noqa: FBT001 - a quarter of what is described
    """Describe an ask of one person, whose facts are all given."""
    properties: dict[str, Any] = {"rules": {"const": name}, "each": {"const": each}}
    properties["facts"] = {"$ref": f"#/components/schemas/{name}.facts{'.each' if each else ''}"}
    if each:
        properties["per_medium"] = {"$ref": f"#/components/schemas/{name}.per_medium"}
    required = ["facts", *(["each"] if each else [])]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _posted_many(name: str, each: bool) -> dict[str, Any]:  # noqa: FBT001 - as above
    """Describe an ask of many, whose facts are given in part for all."""
    found = _posted(name, each)
    own = {"subject": _SUBJECT, "facts": {"type": "object", "description": "Facts of this member alone."}}
    if each:
        own["per_medium"] = found["properties"].pop("per_medium")
    member = {"type": "object", "properties": own, "required": ["subject"], "additionalProperties": False}
    found["properties"]["facts"] = {"type": "object", "description": "Facts that are the same for all members."}
    found["properties"]["members"] = {"type": "array", "minItems": 1, "items": member}
    return {**found, "required": [*found["required"], "members"]}


def _media(rules: Rules) -> dict[str, Any]:
    """Describe what is told of a medium, where there are any."""
    if (media := rules.graph.media) is None:
        return {}
    return {"medium": {"enum": list(media.names), "description": "There where it was asked for each."}}


def _answer(name: str, rules: Rules) -> dict[str, Any]:
    found = placed(name, answer_schema(rules))
    more = {"rules": {"const": name}, "digest": {**_TEXT, "description": "Of the rules that decided."}, "asked": _ASKED}
    found["properties"] = {**more, **found["properties"]}
    found["required"] = list(found["properties"])
    found["properties"] |= _media(rules)
    return dict(found)
