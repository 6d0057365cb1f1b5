"""
Name what generated code speaks of.

No text of a rule file becomes source unchecked: names are made here from letters, digits and underscores, a literal is
written out only where it can be nothing but a literal, and every other value stands in a table.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from notifyrules.language.values import Value

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST = 60
_FEW = 4
"""Values other than texts up to which a tuple is searched faster than a set."""


@dataclass(slots=True)
class Names:
    """The global names of generated code, and what stands behind them."""

    table: dict[str, object] = field(default_factory=dict)
    """What generated code finds by name, functions it defines itself left out."""
    _taken: set[str] = field(default_factory=set)
    _known: dict[tuple[object, ...], str] = field(default_factory=dict)
    _temporaries: int = 0

    def new(self, wanted: str) -> str:
        """Make a name that is not taken, close to the one wanted."""
        name = unused(safe(wanted), self._taken)
        self._taken.add(name)
        return name

    def thing(self, wanted: str, value: object) -> str:
        """Name an object, the same one by the same name."""
        return self._named(("thing", id(value)), wanted, value)

    def constant(self, value: Hashable, wanted: str = "value") -> str:
        """Name a value; equal values of one type share a name."""
        # Containers by what they show: (1,) and (True,) are equal and are not the same list.
        shown = repr(value) if isinstance(value, (tuple, frozenset)) else value
        return self._named((wanted, type(value), shown), wanted, value)

    def _named(self, key: tuple[object, ...], wanted: str, value: object) -> str:
        if key not in self._known:
            self._known[key] = self.new(wanted)
            self.table[self._known[key]] = value
        return self._known[key]

    def literal(self, value: Value) -> str:
        """Write a value of the language: what Python spells without doubt as it is, everything else by name."""
        if value is None or isinstance(value, (bool, int)):
            return repr(value)
        if isinstance(value, str) and _WORD.fullmatch(value):
            return repr(value)
        if isinstance(value, tuple):
            written = [self.literal(item) for item in value]
            return f"({', '.join(written)}{',' if len(written) == 1 else ''})"
        return self.constant(value)

    def choices(self, values: tuple[Value, ...]) -> str:
        """Write values to look something up in."""
        if all(value is None or (isinstance(value, str) and _WORD.fullmatch(value)) for value in values) and values:
            # Behind `in`, Python makes one constant of it. Of texts the hash is known, so that a set is faster at once.
            return "{" + ", ".join(map(repr, values)) + "}"
        if len(values) <= _FEW and not all(isinstance(value, str) for value in values):
            return self.literal(values)
        return self.constant(frozenset(values), "values")

    def temporary(self) -> str:
        """Name a local variable that nothing else uses."""
        self._temporaries += 1
        return f"t{self._temporaries}"


def slots(facts: Iterable[str]) -> dict[str, str]:
    """Name the slot of each fact: alone in generated code, it ends in an underscore and begins with none."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in facts:
        # INVARIANT (safe names): the reader admits letters, digits, underscores and dots; this would stop others too.
        base = unused(safe(name).lstrip("_0123456789").rstrip("_") or "fact", taken)
        taken.add(base)
        found[name] = base + "_"
    return found


def safe(wanted: str) -> str:
    """Turn any text into the beginning of a name."""
    return _UNSAFE.sub("_", wanted)[:_LONGEST]


def unused(wanted: str, taken: Iterable[str]) -> str:
    """Number a name that is taken."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def indent(lines: Iterable[str]) -> list[str]:
    """Move statements into a block."""
    return [f"    {line}" for line in lines]


def compiled(source: str, title: str) -> CodeType:
    """Compile generated code, made of names and numbers only; *title* stands in tracebacks."""
    code: CodeType = compile(source, title, "exec")
    return code


def run(code: CodeType, table: Mapping[str, object]) -> dict[str, Any]:
    """Run generated code, and give what it defines; nothing but what stands in the table is to be found by any name."""
    namespace: dict[str, Any] = {**table, "__builtins__": {}}
    exec(code, namespace)  # noqa: S102 - written here, from names and numbers only
    return namespace
