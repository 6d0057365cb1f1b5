"""Describe the facts of one rule file as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from notifyrules.graph.model import Fact, Graph, NamedType
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import MAX_ITEMS, Enumeration, ListOf, Type
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
    named = graph.fact_types
    if named:
        schema["$defs"] = {name: _named(one, named) for name, one in named.items()}
    for fact in graph.facts.values():
        *groups, last = fact.name.split(".")
        holder = schema
        required = not fact.has_default
        for group in groups:
            if required and group not in holder.setdefault("required", []):
                holder["required"].append(group)
            holder = holder["properties"].setdefault(group, _group())
        holder["properties"][last] = _fact(fact, named)
        if required:
            holder.setdefault("required", []).append(last)
    return schema


def _group() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _fact(fact: Fact, named: Mapping[str, NamedType]) -> dict[str, Any]:
    schema = type_schema(fact.type, named)
    if fact.about:
        schema["description"] = fact.about
    if fact.has_default:
        schema["default"] = to_plain(fact.default)
    return schema


def _named(one: NamedType, named: Mapping[str, NamedType]) -> dict[str, Any]:
    schema = type_schema(one.type, named)
    return schema if one.about is None else {**schema, "description": one.about}


def type_schema(kind: Type, named: Mapping[str, NamedType] = MappingProxyType({})) -> dict[str, Any]:
    """Describe the values of a type in their input forms, those of *named* types by reference."""
    assert kind.base is not None
    if kind.name is not None and kind.name in named:
        reference = {"$ref": f"#/$defs/{kind.name}"}
        added = kind.nullable and not named[kind.name].type.nullable
        return {"anyOf": [reference, {"type": "null"}]} if added else reference
    schema = _base_schema(kind, named)
    if not kind.nullable:
        return schema
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _base_schema(kind: Type, named: Mapping[str, NamedType]) -> dict[str, Any]:
    match kind.base:
        case Enumeration(values):
            return {"enum": list(values)}
        case ListOf():
            return {"type": "array", "items": type_schema(kind.item, named), "maxItems": MAX_ITEMS}
        case base:
            assert base is not None
            return deepcopy(dict(KINDS[base].schema))
