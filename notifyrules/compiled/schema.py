"""Describe the facts of one rule file as JSON Schema."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from notifyrules.graph.model import Fact, Graph
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import MAX_ITEMS, Base, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import to_plain

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
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _fact(fact: Fact) -> dict[str, Any]:
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
    match base:
        case Enumeration(values):
            return {"enum": list(values)}
        case ListOf(item):
            assert item is not None
            return {"type": "array", "items": _base_schema(item), "maxItems": MAX_ITEMS}
        case Basic():
            return deepcopy(dict(KINDS[base].schema))
