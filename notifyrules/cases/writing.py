"""Write cases as a file of cases holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from notifyrules.language.values import Value, to_plain
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


def write_value(value: Value) -> str:
    """Write a value, in a flow where it has parts."""
    return _written(to_plain(value))


def write_text(text: str) -> str:
    """Write a text, in quotes where some reader of YAML needs them."""
    return text if _BARE.fullmatch(text) and text.lower() not in _OTHERS else quote_yaml(text)


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
