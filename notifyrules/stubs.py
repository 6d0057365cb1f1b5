"""Write a typed Python module for one rule file, so that a type checker knows its facts, outcomes and reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from keyword import iskeyword

from notifyrules.graph.model import Fact, Graph, NamedType
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import Enumeration, ListOf, Type

_IMPORTS = (
    ("collections.abc", ("Mapping", "Sequence")),
    ("datetime", tuple(sorted(kind.holds.__name__ for kind in KINDS.values() if kind.holds.__module__ == "datetime"))),
    ("typing", ("TYPE_CHECKING", "Literal", "NotRequired", "TypeAlias", "TypedDict", "cast")),
    ("zoneinfo", ("ZoneInfo",)),
)
_LINE = 100
_DECISIONS = '''\
if TYPE_CHECKING:

    class Decision(notifyrules.Decision):
        """A decision of these rules: a type checker knows its outcomes and reasons."""

        @property
        def outcome(self) -> Outcome:
            """The name of the outcome reached."""

        @property
        def reason(self) -> Reason:
            """The id of the arrow that settled it."""

else:
    Decision = notifyrules.Decision


def should_notify(rules: notifyrules.Rules, facts: Facts) -> Decision:
    """Decide by these rules, loaded before."""
    return cast("Decision", rules.should_notify(facts))
'''
_ALIASED = frozenset({"Decision", "Facts", "Outcome", "Reason", *chain.from_iterable(names for _, names in _IMPORTS)})
"""Names that mean something else where a named type stands."""
_TAKEN = frozenset(kind.holds.__name__ for kind in KINDS.values())
"""Names that annotations use, which a field of the same name would hide."""


def write_stubs(graph: Graph) -> str:
    """
    Write the module.

    Returns:
        Python with one `TypedDict` for each group of facts, `Facts` for all of them in the nested form, the literals
        `Outcome` and `Reason`, and a `Decision` that has them; the same for the same chart.
    """
    reasons = [arrow.id for arrow in graph.arrows.values() if arrow.target in graph.outcomes]
    aliases = _aliases(graph)
    body = [
        *chain.from_iterable(_named(one, aliases) for one in graph.fact_types.values()),
        *_group("Facts", "", graph, aliases, set(aliases.values())),
        *_literal("Outcome", list(graph.outcomes)),
        *_literal("Reason", reasons),
    ]
    # The name may be that of a file, which may be anything: nothing of it may end the docstring.
    name = re.sub(r"[^\w .-]", "_", graph.name)
    head = f'"""\nType the facts, outcomes and reasons of `{name}`; written by `notifyrules stubs`.\n"""'
    body.append(_DECISIONS)
    names = [*sorted(["Decision", "Facts", "Outcome", "Reason", *aliases.values()]), "should_notify"]
    offered = _bracketed("__all__ = ", [f'"{name}"' for name in names])
    future = "from __future__ import annotations"
    return "\n".join([head, "", future, "", *_imports(body), "", "import notifyrules", "", *offered, "", *body])


def _imports(body: list[str]) -> Iterator[str]:
    words = set(re.findall(r"\w+", "\n".join(body)))
    for module, names in _IMPORTS:
        wanted = [name for name in names if name in words]
        if wanted:
            yield f"from {module} import {', '.join(wanted)}"


def _aliases(graph: Graph) -> dict[str, str]:
    """Choose what each named type is called in Python."""
    aliases: dict[str, str] = {}
    for name in graph.fact_types:
        alias = _capitalized(name)
        alias = alias if alias.isidentifier() else f"Type{alias}"
        while iskeyword(alias) or alias in _ALIASED or alias in aliases.values():
            alias += "_"
        aliases[name] = alias
    return aliases


def _named(one: NamedType, aliases: Mapping[str, str]) -> Iterator[str]:
    kind, alias = one.type, aliases[one.name]
    if isinstance(kind.base, Enumeration) and not kind.nullable and kind.name not in aliases:
        yield from _bracketed(f"{alias}: TypeAlias = Literal", [repr(value) for value in kind.base.values])
    else:
        yield f"{alias}: TypeAlias = {_python(kind, aliases)}"
    yield from () if one.about is None else (_text(one.about),)
    yield ""


def _capitalized(name: str) -> str:
    """Write a name as Python writes those of classes."""
    return "".join(word.capitalize() for word in re.split("[._]", name))


def _group(name: str, prefix: str, graph: Graph, aliases: Mapping[str, str], taken: set[str]) -> Iterator[str]:
    """
    Write the `TypedDict` of a group of facts, the groups inside of it first.

    Args:
        name: What the group is called.
        prefix: The path of its facts, with a dot at the end.
        graph: The chart.
        aliases: What its named types are called.
        taken: The names given so far, so that `a.b_c` and `a_b.c` get two.
    """
    parts = dict.fromkeys(fact[len(prefix) :].partition(".")[0] for fact in graph.facts if fact.startswith(prefix))
    fields: list[tuple[str, str, str | None]] = []
    for part in parts:
        path = prefix + part
        if path in graph.facts:
            fact = graph.facts[path]
            fields.append((part, _field(fact, aliases), None if fact.about is None else _text(fact.about)))
            continue
        inner = f"_{_capitalized(path)}"
        while inner in taken:
            inner += "_"
        taken.add(inner)
        yield from _group(inner, f"{path}.", graph, aliases, taken)
        needed = any(not fact.has_default for fact in graph.facts.values() if fact.name.startswith(f"{path}."))
        fields.append((part, inner if needed else f"NotRequired[{inner}]", None))
    # A class cannot hold a field that is a keyword, such as `global`; a call can, and reads the same to a type checker.
    called = [field for field in fields if iskeyword(field[0]) or field[0].startswith("__") or field[0] in _TAKEN]
    base = "TypedDict"
    if called:
        base = f"{name}_"
        while base in taken:
            base += "_"
        taken.add(base)
        yield f"{base} = TypedDict("
        yield f'    "{base}",'
        yield "    {"
        for part, kind, about in called:
            yield from () if about is None else (f"        # {about[3:-3]}",)
            yield f'        "{part}": {kind},'
        yield "    },"
        yield ")"
        yield ""
    yield f"class {name}({base}):"
    yield f'    """{"The facts, nested" if not prefix else f"The facts under `{prefix[:-1]}`"}."""'
    yield ""
    for part, kind, about in (field for field in fields if field not in called):
        yield f"    {part}: {kind}"
        yield from () if about is None else (f"    {about}",)
    yield ""


def _text(about: str) -> str:
    """Write words of the file as a docstring on one line, which nothing in them ends."""
    return f'""{json.dumps(about, ensure_ascii=not about.isprintable())}""'


def _field(fact: Fact, aliases: Mapping[str, str]) -> str:
    """Write the type of one fact; one with a default may be left out."""
    kind = _python(fact.type, aliases)
    return f"NotRequired[{kind}]" if fact.has_default else kind


def _python(kind: Type, aliases: Mapping[str, str]) -> str:
    null = " | None" if kind.nullable else ""
    if kind.name is not None and kind.name in aliases:
        return aliases[kind.name] + null
    match kind.base:
        case Enumeration(values):
            return f"Literal[{', '.join(repr(value) for value in values)}]{null}"
        case ListOf():
            return f"Sequence[{_python(kind.item, aliases)}]{null}"
        case base:
            assert base is not None
            return KINDS[base].annotation + null


def _literal(name: str, values: list[str]) -> Iterator[str]:
    """Write an alias of literal texts."""
    yield from _bracketed(f"{name}: TypeAlias = Literal", [repr(value) for value in values])
    yield ""


def _bracketed(before: str, items: list[str]) -> list[str]:
    """Write items in brackets, one a line where they are many."""
    line = f"{before}[{', '.join(items)}]"
    return [line] if len(line) <= _LINE else [f"{before}[", *(f"    {item}," for item in items), "]"]
