"""Describe rule files and cases files as JSON Schema, for editors."""

from __future__ import annotations

from typing import Annotated, Any, Union, assert_never

from pydantic import BaseModel, ConfigDict, Discriminator, JsonValue, Tag, WithJsonSchema, create_model
from pydantic import Field as Described

from notifyrules.document.cases_model import CasesDocument
from notifyrules.document.leaves import Leaf
from notifyrules.document.model import Document
from notifyrules.document.shapes import Field, ManyOf, MapOf, OneOf, Part, Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def format_schema() -> dict[str, Any]:
    """Describe rule files, those made to be included among them: the same for the same version of the package."""
    schema = _schema(Document, "notifyrules rule file")
    # A file made to be included has neither, a whole one both.
    schema["required"] = ["notifyrules"]
    schema["dependentRequired"] = {"flow": ["outcomes"], "outcomes": ["flow"]}
    return schema


def cases_schema() -> dict[str, Any]:
    """Describe cases files: the same for the same version of the package."""
    return _schema(CasesDocument, "notifyrules cases file")


def _schema(part: type[Part], title: str) -> dict[str, Any]:
    schema = _tidy(_model(part, {}).model_json_schema())
    assert isinstance(schema, dict)
    return {"$schema": DIALECT, "title": title, **schema}


def _model(part: type[Part], made: dict[type[Part], type[BaseModel]]) -> type[BaseModel]:
    """Make the model of pydantic that describes a part, unless it is among those *made* already."""
    if part not in made:
        extra: dict[str, JsonValue] = {"additionalProperties": False} | ({"minProperties": 1} if part.must_say else {})
        fields: dict[str, Any] = {key: _declared(part.fields[name], made) for key, name in part.keys.items()}
        config = ConfigDict(json_schema_extra=extra)
        made[part] = create_model(part.__name__, __config__=config, __doc__=part.__doc__, **fields)
    return made[part]


def _declared(field: Field, made: dict[type[Part], type[BaseModel]]) -> tuple[object, object]:
    """Declare a key to pydantic: the type of its values, and whether it may be absent."""
    kind = _type(field.shape, made, some=field.some)
    if field.make_default is None:
        return kind, Described(description=field.about)
    if (default := field.make_default()) is None:
        return kind | None, Described(None, description=field.about)
    return kind, Described(default_factory=type(default), description=field.about)


def _type(shape: Shape, made: dict[type[Part], type[BaseModel]], *, some: bool = False) -> Any:  # noqa: ANN401 - a type
    """Write a shape as pydantic has it; *some* of a collection that must hold something."""
    match shape:
        case Leaf():
            return Annotated[Any, WithJsonSchema(dict(shape.json_schema))]
        case ManyOf():
            return Annotated[list[_type(shape.item, made)], Described(min_length=1 if some else None)]  # type: ignore[misc]
        case MapOf():
            return Annotated[dict[str, _type(shape.value, made)], Described(min_length=1 if some else None)]  # type: ignore[misc]
        case OneOf():
            forms = [Annotated[_type(one, made, some=some), Tag(str(at))] for at, one in enumerate(shape.shapes)]
            # The model only describes: nothing is ever read by it.
            told: Any = Annotated[Union[tuple(forms)], Discriminator(lambda _value: None)]  # noqa: UP007
            return Annotated[told, Described(description=shape.about)] if shape.about else told
        case type():
            return _model(shape, made)
        case _:
            assert_never(shape)


def _tidy(schema: object) -> object:
    """Drop what an editor has no use for: generated titles, and null as a value of keys that may be left out."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # `title` is also a key of rule files, where it holds a schema and no text.
    kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    if kept.get("default", ...) is None:
        del kept["default"]
    choices = kept.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        others = [choice for choice in choices if choice != {"type": "null"}]
        del kept["anyOf"]
        if len(others) == 1:
            kept = {**others[0], **kept}
        else:
            kept["anyOf"] = others
    return {key: _tidy(value) for key, value in kept.items()}
