"""Model the values that stand alone in a file: which scalars a key accepts, and how the JSON Schema describes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from notifyrules.diagnostics.phrases import nearest
from notifyrules.document.ends import ENDS, ends_in
from notifyrules.source.located import Kind, Map, Scalar, Seq


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


def _is_text(value: object) -> bool:
    return isinstance(value, Scalar) and value.kind is Kind.TEXT


def _is_condition(value: object) -> bool:
    """Accept any scalar that says something: conditions such as `true` and `5` are plain scalars of other kinds."""
    return isinstance(value, Scalar) and bool(value.strip()) and not (value.kind is Kind.NULL and value == "~")


_STRING: tuple[tuple[str, object], ...] = (("type", "string"),)
_SCALAR: tuple[tuple[str, object], ...] = (("type", ["string", "boolean", "integer"]),)

PROSE: Final = Leaf("text", _is_text, _STRING)
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
REASON: Final = Leaf("text", _is_reason, (("anyOf", [{"type": "string"}, _BY_END]),))
"""Words for a person with conditions in braces, for every end or by kind of end."""
NAME: Final = Leaf("a name", _is_text, _STRING)
"""The name of a fact, let, node, outcome, class or file."""
TARGET_NAME: Final = Leaf("a node or an outcome", _is_text, _STRING)
"""The name of the node or outcome that an arrow leads to."""
CONDITION: Final = Leaf("a condition", _is_condition, _SCALAR)
"""A condition, not parsed yet."""
DECLARATION: Final = Leaf("a type such as `bool = false`", _is_text, _STRING)
"""A type with its default, not parsed yet."""
NAMED_TYPE: Final = Leaf("a type such as `low | normal | urgent`", _is_text, _STRING)
"""What a name of a type stands for, not parsed yet."""
FLAG: Final = Leaf(
    "true or false", lambda value: isinstance(value, Scalar) and value.kind is Kind.BOOL, (("type", "boolean"),)
)
NUMBER: Final = Leaf(
    "a whole number",
    lambda value: isinstance(value, Scalar) and value.kind is Kind.INT and not value.startswith("-"),
    (("type", "integer"), ("minimum", 0)),
)
ALL: Final = Leaf("`all` or a list", lambda value: isinstance(value, Scalar) and value == "all", (("const", "all"),))
"""Whatever is left, instead of a list of names."""
NOTIFY_WORD: Final = Leaf(
    "`true`, `false` or `later`",
    lambda value: (
        isinstance(value, Scalar) and ((value.kind is Kind.BOOL) or (value.kind is Kind.TEXT and value == "later"))
    ),
    (("enum", [True, False, "later"]),),
)
"""What an outcome means for the notification."""
VERSION: Final = Leaf("the version of the format", lambda _value: True, (("const", 1),))
"""The version of the format; the reader has compared it before anything else."""
ANYTHING: Final = Leaf("a value", lambda _value: True, ())
"""A value whose type is declared elsewhere in the file."""
