"""Describe the facts of one rule file as JSON Schema."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from notifyrules.graph.model import Fact, Graph
from notifyrules.language.schedules import MAX_WINDOWS, WEEKDAYS
from notifyrules.language.types import (
    MAX_DURATION,
    MAX_INT,
    MAX_ITEMS,
    MAX_TEXT,
    TIME,
    Base,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.language.values import to_plain

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of JSON Schema that is written."""

_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]"
_CLOCK = f"[Tt ]{_MINUTE}:[0-5][0-9](\\.[0-9]{{1,6}}0*)?"
_YEARS = "(19[7-9]|2[01][0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_INSTANT = (
    f"^({_YEARS}{_CLOCK}([Zz]|[+-]{_MINUTE})|1969-12-31{_CLOCK}-{_MINUTE}"
    f"|2200-01-01({_CLOCK}\\+{_MINUTE}|[Tt ]00:00:00(\\.0+)?([Zz]|-00:00)))$"
)
"""
Instants from 1970 to the beginning of 2200. On the days at either end an offset may lead out of the range, which a
pattern cannot tell: it takes these.
"""
_UNITS = {"w": timedelta(7), "d": timedelta(1), "h": timedelta(hours=1), "m": timedelta(minutes=1)} | {
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": timedelta(microseconds=1),
}

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
    """Begin a group of facts."""
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _fact(fact: Fact) -> dict[str, Any]:
    """Describe one fact."""
    schema = type_schema(fact.type)
    if fact.about:
        schema["description"] = fact.about
    if fact.has_default:
        schema["default"] = to_plain(fact.default)
    return schema


def type_schema(kind: Type) -> dict[str, Any]:
    """Describe the values of a type in their input forms."""
    assert kind.base is not None
    schema = _base_schema(kind.base)
    if not kind.nullable:
        return schema
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _base_schema(base: Base) -> dict[str, Any]:
    """Describe the values of a type without null."""
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
            return {"type": "string", "format": "date-time", "pattern": _INSTANT}
        case Basic.TIME:
            return {"type": "string", "pattern": f"^{_MINUTE}(:[0-5][0-9])?$"}
        case Basic.DURATION:
            amounts = "".join(f"({_up_to(MAX_DURATION // size)}{unit})?" for unit, size in _UNITS.items())
            return {"type": "string", "pattern": f"^-?(?=[0-9]){amounts}$"}
        case Basic.TIMEZONE:
            return {"type": "string", "examples": ["Europe/Berlin", "UTC"]}
        case Basic.SCHEDULE:
            return {"type": "array", "items": _window(), "maxItems": MAX_WINDOWS}


def _up_to(most: int) -> str:
    """Write a pattern of the whole numbers up to one of them; zeros may stand before."""
    digits = str(most)
    size = len(digits)
    less = [f"{digits[:at]}[0-{int(one) - 1}][0-9]{{{size - at - 1}}}" for at, one in enumerate(digits) if one != "0"]
    return f"0*([0-9]{{1,{size - 1}}}|{'|'.join(less)}|{digits})"


def _window() -> dict[str, Any]:
    """Describe a window of a schedule."""
    moment = type_schema(TIME)
    days = {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1, "uniqueItems": True}
    return {**_group(), "properties": {"days": days, "from": moment, "until": moment}, "required": ["from", "until"]}
