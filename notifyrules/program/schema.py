"""
Describe the facts of one rule file as JSON Schema.
"""

from __future__ import annotations

from typing import Any

from notifyrules.conditions.schedules import MAX_WINDOWS, WEEKDAYS
from notifyrules.conditions.types import TIME, Base, Basic, Enumeration, ListOf, Type
from notifyrules.conditions.values import MAX_INT, MAX_ITEMS, MAX_TEXT
from notifyrules.conditions.writing import to_plain
from notifyrules.graph.model import Fact, Graph

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of JSON Schema that is written."""

_FORM = 'the nested form: the fact `a.b` stands as {"a": {"b": ...}}'


def facts_schema(graph: Graph) -> dict[str, Any]:
    """
    Describe the facts of a chart, nested by their dotted names.

    Returns:
        A schema for the nested form of the facts, which is one of several that are read: a schema that took dotted
        names too could not tell a missing fact. Equal for equal charts.
    """
    schema: dict[str, Any] = {"$schema": DIALECT, "$comment": _FORM, "title": f"Facts of {graph.name}", **_group()}
    if graph.about:
        schema["description"] = graph.about
    for fact in graph.facts.values():
        *groups, last = fact.name.split(".")
        holder = schema
        required = not fact.has_default
        for group in groups:
            if required and group not in holder.setdefault("required", []):
                holder["required"].append(group)
            holder = holder["properties"].setdefault(group, _group())
        holder["properties"][last] = _fact(fact)
        if required:
            holder.setdefault("required", []).append(last)
    return schema


def _group() -> dict[str, Any]:
    """
    Begin a group of facts.
    """
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _fact(fact: Fact) -> dict[str, Any]:
    """
    Describe one fact.
    """
    schema = type_schema(fact.type)
    if fact.about:
        schema["description"] = fact.about
    if fact.has_default:
        schema["default"] = to_plain(fact.default)
    return schema


def type_schema(kind: Type) -> dict[str, Any]:
    """
    Describe the values of a type in their input forms.
    """
    assert kind.base is not None
    schema = _base_schema(kind.base)
    if not kind.nullable:
        return schema
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _base_schema(base: Base) -> dict[str, Any]:
    """
    Describe the values of a type without null.
    """
    match base:
        case Enumeration(values):
            return {"enum": list(values)}
        case ListOf(item):
            assert item is not None
            return {"type": "array", "items": _base_schema(item), "maxItems": MAX_ITEMS}
        case Basic.BOOL:
            return {"type": "boolean"}
        case Basic.INT:
            return {"type": "integer", "minimum": -MAX_INT, "maximum": MAX_INT}
        case Basic.TEXT:
            return {"type": "string", "maxLength": MAX_TEXT}
        case Basic.INSTANT:
            return {"type": "string", "format": "date-time"}
        case Basic.TIME:
            return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
        case Basic.DURATION:
            return {
                "type": "string",
                "pattern": "^-?(?=[0-9])([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$",
            }
        case Basic.TIMEZONE:
            return {"type": "string", "examples": ["Europe/Berlin", "UTC"]}
        case Basic.SCHEDULE:
            return {"type": "array", "items": _window(), "maxItems": MAX_WINDOWS}


def _window() -> dict[str, Any]:
    """
    Describe a window of a schedule.
    """
    moment = type_schema(TIME)
    days = {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1, "uniqueItems": True}
    return {**_group(), "properties": {"days": days, "from": moment, "until": moment}, "required": ["from", "until"]}
