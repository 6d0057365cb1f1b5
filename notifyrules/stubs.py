"""Write a typed Python module for one rule file, so that a type checker knows its facts, outcomes and reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifyrules.graph.model import Fact, Graph
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import Base, Basic, Enumeration, ListOf

_IMPORTS = (
    ("collections.abc", ("Mapping", "Sequence")),
    ("datetime", ("datetime", "time", "timedelta")),
    ("typing", ("Literal", "NotRequired", "TypeAlias", "TypedDict")),
    ("zoneinfo", ("ZoneInfo",)),
)
_LINE = 100


def write_stubs(graph: Graph) -> str:
    """
    Write the module.

    Returns:
        Python with one `TypedDict` for each group of facts, `Facts` for all of them in the nested form, and the
        literals `Outcome` and `Reason`; the same for the same chart.
    """
    reasons = [arrow.id for arrow in graph.arrows.values() if arrow.target in graph.outcomes]
    body = [
        *_group("Facts", "", graph, set()),
        *_literal("Outcome", list(graph.outcomes)),
        *_literal("Reason", reasons),
    ]
    # The name may be that of a file, which may be anything: nothing of it may end the docstring.
    name = re.sub(r"[^\w .-]", "_", graph.name)
    head = f'"""\nType the facts, outcomes and reasons of `{name}`; written by `notifyrules stubs`.\n"""'
    return "\n".join([head, "", *_imports(body), "", '__all__ = ["Facts", "Outcome", "Reason"]', "", *body])


def _imports(body: list[str]) -> Iterator[str]:
    """Write the imports that the body needs."""
    words = set(re.findall(r"\w+", "\n".join(body)))
    for module, names in _IMPORTS:
        wanted = [name for name in names if name in words]
        if wanted:
            yield f"from {module} import {', '.join(wanted)}"


def _group(name: str, prefix: str, graph: Graph, taken: set[str]) -> Iterator[str]:
    """
    Write the `TypedDict` of a group of facts, the groups inside of it first.

    Args:
        name: What the group is called.
        prefix: The path of its facts, with a dot at the end.
        graph: The chart.
        taken: The names given so far, so that `a.b_c` and `a_b.c` get two.
    """
    parts = dict.fromkeys(fact[len(prefix) :].partition(".")[0] for fact in graph.facts if fact.startswith(prefix))
    fields: list[tuple[str, str]] = []
    for part in parts:
        path = prefix + part
        if path in graph.facts:
            fields.append((part, _field(graph.facts[path])))
            continue
        inner = "_" + "".join(word.capitalize() for word in path.replace(".", "_").split("_"))
        while inner in taken:
            inner += "_"
        taken.add(inner)
        yield from _group(inner, f"{path}.", graph, taken)
        needed = any(not fact.has_default for fact in graph.facts.values() if fact.name.startswith(f"{path}."))
        fields.append((part, inner if needed else f"NotRequired[{inner}]"))
    # The class form cannot hold a field that is a keyword, such as `global`; the call can, and reads the same to a
    # type checker.
    yield f"{name} = TypedDict("
    yield f'    "{name}",'
    yield "    {"
    yield from (f'        "{part}": {kind},' for part, kind in fields)
    yield "    },"
    yield ")"
    yield f'"""{"The facts, nested" if not prefix else f"The facts under `{prefix[:-1]}`"}."""'
    yield ""


def _field(fact: Fact) -> str:
    """Write the type of one fact; one with a default may be left out."""
    assert fact.type.base is not None
    kind = _python_base(fact.type.base) + (" | None" if fact.type.nullable else "")
    return f"NotRequired[{kind}]" if fact.has_default else kind


def _python_base(base: Base) -> str:
    """Write a type without null."""
    match base:
        case Enumeration(values):
            return f"Literal[{', '.join(repr(value) for value in values)}]"
        case ListOf(item):
            assert item is not None
            return f"Sequence[{_python_base(item)}]"
        case Basic():
            return KINDS[base].annotation


def _literal(name: str, values: list[str]) -> Iterator[str]:
    """Write an alias of literal texts, one a line where they are many."""
    line = f"{name}: TypeAlias = Literal[{', '.join(repr(value) for value in values)}]"
    if len(line) <= _LINE:
        yield line
    else:
        yield f"{name}: TypeAlias = Literal["
        yield from (f"    {value!r}," for value in values)
        yield "]"
    yield ""
