"""Describe the service as OpenAPI 3.1, by the rules in force: whoever keeps to it is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final
from zoneinfo import available_timezones

from notifyrules import Rules
from notifyrules.answers.description import answer_schema, describe
from notifyrules.service.decide import MAX_SUBJECT, READERS
from notifyrules.service.problems import MEDIA_TYPE
from notifyrules.service.settings import Settings

_FACTS: Final = "How facts are given beside this nested form stands in the documentation; a wrong one is a 422."
_TEXT: Final = {"type": "string"}
_EACH: Final = " for every medium"


def openapi(charts: Mapping[str, Rules], settings: Settings) -> dict[str, Any]:
    """Describe what can be asked of the rules, *charts*, by their names."""
    schemas: dict[str, Any] = {"Problem": _problem_schema(), "TimeZone": {"enum": sorted(available_timezones())}}
    paths: dict[str, Any] = {}
    for name, rules in charts.items():
        told = describe(rules)
        schemas[f"{name}.facts"] = _facts(rules, told["facts"])
        schemas[f"{name}.answer"] = _answer(rules)
        if told["media"] is not None:
            schemas[f"{name}.facts.each"] = _without(schemas[f"{name}.facts"], told["media"]["fact"].split("."))
        asked = {"required": True, "content": _json(_question(name, settings.limits.facts, told["media"]))}
        answered = {"oneOf": list(_answers(name, told["media"]))}
        paths[f"/v1/decide/{name}"] = {
            "post": {
                "operationId": f"decide_{name}",
                "summary": told["title"],
                "description": told["about"] or "",
                "parameters": [_KEY],
                "requestBody": asked,
                "responses": _responses({"200": _ok(answered)}, 400, 401, 403, 404, 408, 409, 413, 415, 422, 503),
            }
        }
    names = {"name": "name", "in": "path", "required": True, "schema": {"enum": list(charts)}}
    paths |= {
        "/v1/rules": {"get": _get("rules", "The rules in force", {"type": "object"})},
        "/v1/rules/{name}": {
            "parameters": [names],
            "get": _get("describe_rules", "What rules take, and what they may answer", {"type": "object"}, 404),
        },
        "/v1/rules/{name}.svg": {
            "parameters": [names],
            "get": {
                "operationId": "draw_rules",
                "responses": _responses(
                    {"200": {"description": "The chart", "content": {"image/svg+xml": {}}}}, 401, 403, 404
                ),
            },
        },
    }
    told = {
        "openapi": "3.1.0",
        "info": {"title": "notifyrules", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }
    return told if settings.public_url is None else {**told, "servers": [{"url": settings.public_url}]}


_ABOUT: Final = (
    "Whether to notify, decided by the rules in force. A call shows a token from `/token`, or is signed by RFC 9421;"
    " the documentation of notifyrules has both."
)
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A retry with the same key has the same answer, for a day.",
    "schema": {"type": "string", "pattern": "^[!#-\\[\\]-~]{1,255}$"},
}


# ---- What is asked ----


def _facts(rules: Rules, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Take the schema of facts, with time zones by their names, since what has their form need not be one."""
    found = {key: value for key, value in deepcopy(dict(schema)).items() if not key.startswith("$")}
    for fact in rules.graph.facts.values():
        kind = str(fact.type)
        if kind in ("timezone", "timezone | null", "list of timezone", "list of timezone | null"):
            *groups, last = fact.name.split(".")
            holder = found["properties"]
            for group in groups:
                holder = holder[group]["properties"]
            at = holder[last]["items"] if kind.startswith("list") else holder[last]
            null = [{"type": "null"}] if kind == "timezone | null" else []
            at |= {"anyOf": [{"$ref": "#/components/schemas/TimeZone"}, *null]}
            at.pop("type")
            at.pop("examples")
    return found


def _without(schema: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    """Take one fact out of a schema: the medium, which nobody gives who asks for all."""
    found = deepcopy(dict(schema))
    holder = found
    for group in path[:-1]:
        holder = holder["properties"][group]
    del holder["properties"][path[-1]]
    if path[-1] in holder.get("required", ()):
        holder["required"].remove(path[-1])
    return found


def _question(name: str, most: int, media: Mapping[str, Any] | None) -> dict[str, Any]:
    """Describe what may be asked: about the facts of one or of many, and for each medium where there are any."""
    forms = [*_forms(f"{name}.facts", most, {"each": {"const": False}})]
    if media is not None:
        each: dict[str, Any] = {"each": {"const": True}, "per_medium": {"const": None}}
        forms += [{**form, "required": ["facts", "each"]} for form in _forms(f"{name}.facts.each", most, each)]
    return {"oneOf": forms}


def _forms(facts: str, most: int, others: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    one = {"$ref": f"#/components/schemas/{facts}"}
    # A row that is wrong has a problem of its own in the answer, and the call none.
    many = {"type": "array", "maxItems": most, "items": {"anyOf": [one, {}]}}
    for asked in (one, many):
        properties: dict[str, Any] = {
            "facts": asked,
            "subject": {"type": ["string", "null"], "minLength": 1, "maxLength": MAX_SUBJECT},
            "explain": {"enum": [*READERS, None]},
            "record": {"type": "boolean"},
            **others,
        }
        yield {"type": "object", "properties": properties, "required": ["facts"], "additionalProperties": False}


# ---- What is answered ----


def _answer(rules: Rules) -> dict[str, Any]:
    schema = answer_schema(rules)
    told: dict[str, Any] = {"because": {"type": ["string", "null"]}, "explanation": _TEXT, "record": {"type": "object"}}
    schema["properties"] |= {"digest": _TEXT, **told}
    schema["required"] += ["digest"]
    return schema


def _answers(name: str, media: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    one = {"$ref": f"#/components/schemas/{name}.answer"}
    forms: list[dict[str, Any]] = [one]
    if media is not None:
        names = {"type": "array", "items": _TEXT}
        properties: dict[str, Any] = {"media": _TEXT, "notified": names, "held": names, "refused": names}
        properties |= {"decisions": {"type": "object", "additionalProperties": one}, "digest": _TEXT}
        forms.append({"type": "object", "properties": properties, "required": list(properties)})
    yield from forms
    rows = {"type": "array", "items": {"oneOf": [*forms, {"$ref": "#/components/schemas/Problem"}]}}
    yield {"type": "object", "properties": {"digest": _TEXT, "decisions": rows}, "required": ["digest", "decisions"]}


def _problem_schema() -> dict[str, Any]:
    """
    Describe a problem.

    Source:
        RFC 9457, July 2023.
    """
    parts = ("path", "message", "help")
    problem: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(parts, _TEXT), "required": parts}
    properties: dict[str, Any] = {
        "type": {"type": "string", "pattern": "^urn:notifyrules:problem:"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "problems": {"type": "array", "items": problem},
    }
    return {"type": "object", "properties": properties, "required": ["type", "title", "status", "detail"]}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ok(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "The answer", "content": _json(schema)}


def _responses(good: Mapping[str, Any], *refusals: int) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {**good, **{str(status): {"description": "A problem", **problem} for status in (*refusals, 500)}}


def _get(name: str, summary: str, schema: Mapping[str, Any], *refusals: int) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "responses": _responses({"200": _ok(schema)}, 401, 403, *refusals)}
