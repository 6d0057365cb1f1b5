"""Describe the service as OpenAPI 3.1, by the rules in force: whoever keeps to it is answered as it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from notifyrules import Rules
from notifyrules.answers.description import answer_schema, describe, time_zones
from notifyrules.service.decide import MAX_SUBJECT, READERS
from notifyrules.service.problems import MEDIA_TYPE
from notifyrules.service.settings import Settings

_NO_DAYS: Final = "1969|1970-01-01|2199-12-31|2200|.{5}(02-29|02-3|(04|06|09|11)-31)"
"""
Days that are not in every year, and those at the ends of the range, on which an offset may lead out of it.

They are read where they are right, but no pattern tells when that is.
"""
_TEXT: Final = {"type": "string"}


def openapi(charts: Mapping[str, Rules], settings: Settings) -> dict[str, Any]:
    """Describe what can be asked of the rules, *charts*, by their names."""
    schemas: dict[str, Any] = {"Problem": _problem_schema(), "TimeZone": {"enum": time_zones()}}
    paths: dict[str, Any] = {}
    for name, rules in charts.items():
        told = describe(rules)
        schemas[f"{name}.facts"] = placed(name, told["facts"])
        for one, schema in told["facts"].get("$defs", {}).items():
            schemas[f"{name}.type.{one}"] = placed(name, schema)
        schemas[f"{name}.answer"] = placed(name, _answer(rules))
        if told["media"] is not None:
            each = _without(told["facts"], *told["media"]["fact"].split("."))
            schemas[f"{name}.facts.each"] = placed(name, each)
            schemas[f"{name}.per_medium"] = _per_medium(schemas[f"{name}.facts"], told["media"])
        paths[f"/v1/decide/{name}"] = {
            "post": {
                **_operation(f"decide_{name}", told["title"], _json(_answers(name, told["media"])), *_REFUSALS),
                "description": "\n\n".join(filter(None, (told["about"], _KEY))),
                "requestBody": {
                    "required": True,
                    "content": _json(_question(name, settings.limits.facts, told["media"])),
                },
            }
        }
    listed, parameter = _json({"type": "object"}), {"name": "name", "in": "path", "required": True}
    named = {"parameters": [{**parameter, "schema": {"enum": list(charts)}}]}
    about = "What rules take, and what they may answer"
    paths["/v1/rules"] = {"get": _operation("rules", "The rules in force", listed)}
    paths["/v1/rules/{name}"] = {**named, "get": _operation("describe_rules", about, listed, 404)}
    drawn = _operation("draw_rules", "The chart", {"image/svg+xml": {}}, 404)
    paths["/v1/rules/{name}.svg"] = {**named, "get": drawn}
    told = {
        "openapi": "3.1.0",
        "info": {"title": "notifyrules", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }
    return told if settings.public_url is None else {**told, "servers": [{"url": settings.public_url}]}


_REFUSALS: Final = (400, 404, 408, 409, 413, 415, 422, 431, 503)
_ABOUT: Final = (
    "Whether to notify, decided by the rules in force. A call shows a token from `/token`, or is signed by RFC 9421;"
    " the documentation of notifyrules has both."
)
_KEY: Final = (
    "With the field `Idempotency-Key`, 1 to 255 visible characters, a retry has the same answer for a day; with another"
    " body the same key is refused with 422."
)


# ---- What is asked ----


def placed(name: str, schema: Any, *, inside: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Take a schema into the document: its own types by where they stand there, time zones by their names."""
    if isinstance(schema, list):
        return [placed(name, one, inside=True) for one in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = ("$schema", "$comment", "$defs")
    found = {key: placed(name, value, inside=True) for key, value in schema.items() if key not in left_out}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = found["$ref"].replace("#/$defs/", f"#/components/schemas/{name}.type.")
    if "format" in found and "pattern" in found:
        # Instants and dates: more is read than their format has, and less than their pattern.
        del found["format"]
        found["pattern"] = f"^(?!{_NO_DAYS}){found['pattern'].removeprefix('^')}"
    if "examples" in found and "type" in found:
        # Only time zones have examples, and what has their form need not be one.
        null = [{"type": "null"}] if "null" in found.pop("type") else []
        del found["examples"]
        found["anyOf"] = [_ref("TimeZone"), *null]
    if inside and found.get("type") == "object" and "required" not in found:
        # A group that is null is one that is absent.
        found["type"] = ["object", "null"]
    return found


def _without(schema: Mapping[str, Any], group: str, *path: str) -> dict[str, Any]:
    """Take one fact out of a schema: the medium, which nobody gives who asks for all."""
    found = {**schema, "properties": dict(schema["properties"])}
    if path:
        inside = found["properties"][group] = _without(found["properties"][group], *path)
        needed = "required" in inside
    else:
        del found["properties"][group]
        needed = False
    if not needed and (required := [one for one in found.pop("required", ()) if one != group]):
        found["required"] = required
    return found


def _question(name: str, most: int, media: Mapping[str, Any] | None) -> dict[str, Any]:
    """Describe what may be asked: about the facts of one or of many, and for each medium where there are any."""
    null = {"const": None}
    forms = [
        _form(_ref(f"{name}.facts"), null, each=False),
        _form(_many(_ref(f"{name}.facts"), most), null, each=False),
    ]
    if media is not None:
        facts, own = _ref(f"{name}.facts.each"), {"anyOf": [_ref(f"{name}.per_medium"), null]}
        # For many it is a list that is as long as that of the facts, which no schema can say.
        forms += [_form(facts, own, each=True), _form(_many(facts, most), null, each=True)]
    return {"oneOf": forms}


def _many(one: Mapping[str, Any], most: int) -> dict[str, Any]:
    # A row that is wrong has a problem of its own in the answer, and the call none.
    return {"type": "array", "maxItems": most, "items": {"anyOf": [one, {}]}}


def _form(facts: Mapping[str, Any], per_medium: Mapping[str, Any], *, each: bool) -> dict[str, Any]:
    properties = {
        "facts": facts,
        "subject": {"type": ["string", "null"], "minLength": 1, "maxLength": MAX_SUBJECT},
        "explain": {"enum": [*READERS, None]},
        "record": {"type": "boolean"},
        "each": {"const": each},
        "per_medium": per_medium,
    }
    return _object(properties, "facts", *(["each"] if each else [])) | {"additionalProperties": False}


def _per_medium(facts: Mapping[str, Any], media: Mapping[str, Any]) -> dict[str, Any]:
    """Describe facts that differ between media, each medium with those of its own."""
    own: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    for fact in media["per_medium"]:
        *groups, last = fact.split(".")
        holder, source = own, facts
        for group in groups:
            source = source["properties"][group]
            made = {"type": ["object", "null"], "properties": {}, "additionalProperties": False}
            holder = holder["properties"].setdefault(group, made)
        holder["properties"][last] = source["properties"][last]
    return {"type": "object", "properties": dict.fromkeys(media["names"], own), "additionalProperties": False}


# ---- What is answered ----


def _answer(rules: Rules) -> dict[str, Any]:
    schema = answer_schema(rules)
    told: dict[str, Any] = {"because": {"type": ["string", "null"]}, "explanation": _TEXT, "record": {"type": "object"}}
    schema["properties"] |= {"digest": _TEXT, **told}
    schema["required"] += ["digest"]
    return schema


def _answers(name: str, media: Mapping[str, Any] | None) -> dict[str, Any]:
    forms = [_ref(f"{name}.answer")]
    if media is not None:
        names = {"type": "array", "items": _TEXT}
        decisions = {"type": "object", "additionalProperties": forms[0]}
        properties = {"media": _TEXT, "notified": names, "held": names, "refused": names, "decisions": decisions}
        forms.append(_object({**properties, "digest": _TEXT}, *properties, "digest"))
    rows = {"type": "array", "items": {"oneOf": [*forms, _ref("Problem")]}}
    return {"oneOf": [*forms, _object({"digest": _TEXT, "decisions": rows}, "digest", "decisions")]}


def _problem_schema() -> dict[str, Any]:
    parts = ("path", "message", "help")
    properties = {
        "type": {"type": "string", "pattern": "^urn:notifyrules:problem:"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
    }
    problems = {"type": "array", "items": _object(dict.fromkeys(parts, _TEXT), *parts)}
    return _object({**properties, "problems": problems}, *properties)


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _operation(name: str, summary: str, content: Mapping[str, Any], *refusals: int) -> dict[str, Any]:
    problem = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}
    refused = {str(status): problem for status in (401, 403, *refusals, 500)}
    answered = {"200": {"description": "The answer", "content": content}, **refused}
    return {"operationId": name, "summary": summary, "responses": answered}
