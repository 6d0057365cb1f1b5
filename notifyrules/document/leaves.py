"""Model the values that stand alone in a file: which scalars a key accepts, and how the JSON Schema describes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from notifyrules.diagnostics.phrases import nearest
from notifyrules.document.ends import ENDS, ends_in
from notifyrules.source.located import Kind, Located, Map, Scalar, Seq


def describe_node(value: object) -> str:
    """Say what a YAML value is, in words."""
    match value:
        case Map():
            return "a mapping"
        case Seq():
            return "a list"
        case Scalar(kind=Kind.NULL):
            return "nothing" if value == "" else "null"
        case Scalar(kind=Kind.BOOL):
            return f"the bool {value}"
        case Scalar(kind=Kind.INT):
            return f"the number {value}"
        case Scalar(kind=Kind.FLOAT):
            return f"the decimal number {value}"
        case Scalar() if not value.strip():
            return "an empty text"
        case _:
            return "text"


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """Accept one shape of value, and describe it in the JSON Schema."""

    expected: str
    """What the message says is expected."""
    accepts: Callable[[object], bool]
    json_schema: tuple[tuple[str, object], ...]

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check a value without changing it, so that it keeps its place."""

        def check(value: object) -> object:
            if self.accepts(value):
                return value
            raise PydanticCustomError(
                "shape", "{expected}|{found}", {"expected": self.expected, "found": describe_node(value)}
            )

        return core_schema.no_info_plain_validator_function(check)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.json_schema)


def _is_text(value: object) -> bool:
    return isinstance(value, Scalar) and value.kind is Kind.TEXT


def _is_condition(value: object) -> bool:
    """Accept any scalar that says something: conditions such as `true` and `5` are plain scalars of other kinds."""
    return isinstance(value, Scalar) and bool(value.strip()) and not (value.kind is Kind.NULL and value == "~")


_STRING: tuple[tuple[str, object], ...] = (("type", "string"),)
_SCALAR: tuple[tuple[str, object], ...] = (("type", ["string", "boolean", "integer"]),)

Prose: TypeAlias = Annotated[Scalar, Leaf("text", _is_text, _STRING)]
"""Words for people: titles, questions, labels."""


def _is_reason(value: object) -> bool:
    """Accept text, and a mapping that nearly names a kind of end; another mapping is text that YAML took for one."""
    named = isinstance(value, Map) and any(nearest(name, ENDS) for key in value for name in ends_in(key))
    return named or _is_text(value)


_END = f"({'|'.join(ENDS)})"
_BY_END: dict[str, object] = {
    "type": "object",
    "propertyNames": {"pattern": rf"^{_END}( *\| *{_END})*$"},
    "additionalProperties": {"type": "string"},
    "minProperties": 1,
}
Reason: TypeAlias = Annotated[Located, Leaf("text", _is_reason, (("anyOf", [{"type": "string"}, _BY_END]),))]
"""Words for a person with conditions in braces, for every end or by kind of end."""
Name: TypeAlias = Annotated[Scalar, Leaf("a name", _is_text, _STRING)]
"""The name of a fact, let, node, outcome, class or file."""
TargetName: TypeAlias = Annotated[Scalar, Leaf("a node or an outcome", _is_text, _STRING)]
"""The name of the node or outcome that an arrow leads to."""
Key: TypeAlias = Annotated[Scalar, Leaf("a key", lambda value: isinstance(value, Scalar), _STRING)]
"""A key of a mapping whose keys the author chooses."""
ConditionText: TypeAlias = Annotated[Scalar, Leaf("a condition", _is_condition, _SCALAR)]
"""A condition, not parsed yet."""
Declaration: TypeAlias = Annotated[Scalar, Leaf("a type such as `bool = false`", _is_text, _STRING)]
"""A type with its default, not parsed yet."""
NamedType: TypeAlias = Annotated[Scalar, Leaf("a type such as `low | normal | urgent`", _is_text, _STRING)]
"""What a name of a type stands for, not parsed yet."""
Flag: TypeAlias = Annotated[
    Scalar,
    Leaf("true or false", lambda value: isinstance(value, Scalar) and value.kind is Kind.BOOL, (("type", "boolean"),)),
]
Number: TypeAlias = Annotated[
    Scalar,
    Leaf(
        "a whole number",
        lambda value: isinstance(value, Scalar) and value.kind is Kind.INT and not value.startswith("-"),
        (("type", "integer"), ("minimum", 0)),
    ),
]
All: TypeAlias = Annotated[
    Scalar,
    Leaf("`all` or a list", lambda value: isinstance(value, Scalar) and value == "all", (("const", "all"),)),
]
"""Whatever is left, instead of a list of names."""
NotifyWord: TypeAlias = Annotated[
    Scalar,
    Leaf(
        "`true`, `false` or `later`",
        lambda value: (
            isinstance(value, Scalar) and ((value.kind is Kind.BOOL) or (value.kind is Kind.TEXT and value == "later"))
        ),
        (("enum", [True, False, "later"]),),
    ),
]
"""What an outcome means for the notification."""
Version: TypeAlias = Annotated[Located, Leaf("the version of the format", lambda _value: True, (("const", 1),))]
"""The version of the format; the reader has compared it before anything else."""
Anything: TypeAlias = Annotated[Located, Leaf("a value", lambda _value: True, ())]
"""A value whose type is declared elsewhere in the file."""
