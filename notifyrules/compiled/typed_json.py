"""
Decide by JSON that holds every fact nested, read by a parser that knows their types.

msgspec reads the values straight into slots and holds most of them to their types on the way. It takes the last of two
equal keys in silence, so marks are counted too; whatever is not as expected is read as any other JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, Final, Literal

from notifyrules.compiled.names import Names
from notifyrules.graph.model import Fact
from notifyrules.language.types import MAX_INT, MAX_ITEMS, MAX_TEXT, Base, Basic, Enumeration, ListOf, Type

# It only saves time, and not everybody has it.
_msgspec: Final[Any] = import_module("msgspec") if find_spec("msgspec") else None
ERRORS: Final = (ValueError, TypeError, RecursionError)
"""What reading raises where JSON is not as expected; of it the usual reader says what is wrong."""


def can_read() -> bool:
    """Tell whether the parser is installed."""
    return _msgspec is not None


def make_decoder(declared: Mapping[str, Fact]) -> Callable[[Any], Any]:
    """Make what reads JSON into an object with a slot for each fact and each group, in which none may be absent."""
    decode: Callable[[Any], Any] = _msgspec.json.Decoder(_struct(_tree(declared))).decode
    return decode


def unsettled(declared: Mapping[str, Fact]) -> dict[str, Fact]:
    """Give the facts whose values need another look when they were read."""
    return {name: fact for name, fact in declared.items() if not _is_settled(fact.type.base)}


def _is_settled(base: Base | None) -> bool:
    match base:
        case Basic.BOOL | Basic.INT | Basic.TEXT | Enumeration():
            return True
        case ListOf(item):
            return _is_settled(item)
        case _:
            return False


def write_values(declared: Mapping[str, Fact], slots: Mapping[str, str], names: Names) -> list[str]:
    """
    Write statements that put what was read into a variable for each slot, and count its texts.

    Args:
        declared: The facts.
        slots: Their variables.
        names: Takes what the statements speak of.

    Returns:
        Statements about `o`, what the decoder made. They leave in `texts` how many texts stand in the JSON, keys among
        them, when none stands twice.
    """
    lines: list[str] = []
    count, counted = names.thing("count", count_texts), []
    keys = 0
    waiting: list[tuple[str, dict[str, Any]]] = [("o", _tree(declared))]
    while waiting:
        holder, group = waiting.pop()
        keys += len(group)
        for number, (key, held) in enumerate(group.items()):
            if isinstance(held, dict):
                variable = names.new(f"{key}_read")
                waiting.append((variable, held))
            else:
                variable = slots[held.name]
                counted += _counted(held.type, variable, count)
            lines.append(f"{variable} = {holder}.a{number}")
    return [*lines, f"texts = {' + '.join([str(keys), *counted])}"]


def count_texts(found: Any) -> int:  # noqa: ANN401 - JSON
    """Count the texts that JSON holds, keys among them."""
    if found.__class__ is str:
        return 1
    if found.__class__ is dict:
        return len(found) + sum(map(count_texts, found.values()))
    return sum(map(count_texts, found)) if found.__class__ in (list, tuple) else 0


def count_marks(data: str | bytes | bytearray) -> int:
    """Count the marks in JSON that begin and end texts, and not those that are escaped in one."""
    if isinstance(data, str):
        plain = data.replace("\\\\", "")
        return plain.count('"') - plain.count('\\"')
    # Of a run of backslashes in front of a mark only an odd one escapes it.
    bare = data.replace(b"\\\\", b"")
    return bare.count(b'"') - bare.count(b'\\"')


def _counted(wanted: Type, variable: str, count: str) -> list[str]:
    """Write how many texts JSON has for a value."""
    match wanted.base:
        case Basic.BOOL | Basic.INT | ListOf(Basic.BOOL | Basic.INT):
            return []
        case Basic.SCHEDULE | ListOf():
            return [f"{count}({variable})"]
        case _:
            return [f"({variable} is not None)" if wanted.nullable else "1"]


def _tree(declared: Mapping[str, Fact]) -> dict[str, Any]:
    """Put facts into their groups, by the last part of their names."""
    whole: dict[str, Any] = {}
    for fact in declared.values():
        *path, last = fact.name.split(".")
        group = whole
        for part in path:
            group = group.setdefault(part, {})
        group[last] = fact
    return whole


def _struct(group: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a class that is made here
    fields = [
        (f"a{number}", _struct(held) if isinstance(held, dict) else _type(held.type))
        for number, held in enumerate(group.values())
    ]
    keys = {f"a{number}": key for number, key in enumerate(group)}
    return _msgspec.defstruct("Read", fields, rename=keys, forbid_unknown_fields=True, gc=False)


def _type(wanted: Type) -> Any:  # noqa: ANN401 - what the parser takes for a type
    match wanted.base:
        case ListOf(item):
            found: Any = Annotated[tuple[_type(Type(item)), ...], _msgspec.Meta(max_length=MAX_ITEMS)]  # type: ignore[misc]
        case Enumeration(values):
            found = Literal[tuple(values)]
        case Basic.BOOL:
            found = bool
        case Basic.INT:
            found = Annotated[int, _msgspec.Meta(ge=-MAX_INT, le=MAX_INT)]
        case Basic.SCHEDULE:
            found = Any
        case _:
            found = Annotated[str, _msgspec.Meta(max_length=MAX_TEXT)]
    return found | None if wanted.nullable else found
