"""Write cases as a file of cases holds them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues, Value, to_plain
from notifyrules.source.quoting import quote_yaml

_WIDTH: Final = 120
_INDENT: Final = "    "
_BARE: Final = re.compile(r"[A-Za-z_][\w./@+?()-]*(?: [\w./@+?()-]+)*")
_OTHERS: Final = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
"""What some reader of YAML takes for no text."""


def write_case(name: str, given: Mapping[str, Value], expect: Mapping[str, Value]) -> str:
    """Write a case, as an item of the list under `cases`, with a line end."""
    lines = [f"  - name: {write_text(name)}"]
    for key, facts in (("given", given), ("expect", expect)):
        written = [f"{one}: {write_value(value)}" for one, value in facts.items()]
        line = f"{_INDENT}{key}: {{{', '.join(written)}}}"
        if len(line) > _WIDTH:
            lines += [f"{_INDENT}{key}:", *(f"{_INDENT}  {one}" for one in written)]
        elif written:
            lines.append(line)
    return "\n".join(lines) + "\n"


def flow_case(name: str, given: Mapping[str, Value], expect: Mapping[str, Value]) -> str:
    """Write a case as one line, for a list in brackets."""
    parts = {"given": given, "expect": expect}
    facts = {key: {one: to_plain(value) for one, value in part.items()} for key, part in parts.items() if part}
    return _written({"name": name, **facts})


def facts_said(graph: Graph, facts: FactValues, given: FactValues) -> dict[str, Value]:
    """Give the facts that a case has to write down beside those *given* to every case of its file."""

    def is_said(name: str) -> bool:
        fact = graph.facts[name]
        if name in given:
            return given[name] != facts[name]
        return not fact.has_default or fact.default != facts[name]

    return {name: value for name, value in facts.items() if is_said(name)}


def write_value(value: Value) -> str:
    """Write a value, in a flow where it has parts."""
    return _written(to_plain(value))


def write_text(text: str) -> str:
    """Write a text, in quotes where some reader of YAML needs them."""
    if _BARE.fullmatch(text) and text.lower() not in _OTHERS:
        return text
    return quote_yaml(text) if text.isprintable() else _escaped(text)


def _escaped(text: str) -> str:
    """Write a text in double quotes, with an escape for all that would be folded, or that nobody sees."""
    named = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in named)


def _written(plain: object) -> str:
    match plain:
        case bool():
            return "true" if plain else "false"
        case None:
            return "null"
        case str():
            return write_text(plain) if not re.fullmatch(r"[0-9]+[a-z]+(?:[0-9]+[a-z]+)*", plain) else plain
        case list():
            return f"[{', '.join(map(_written, plain))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_written(one)}' for key, one in plain.items())}}}"
        case _:
            return str(plain)
