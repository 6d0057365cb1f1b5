"""Read files of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from notifyrules.cli.inputs import parse_json, read_text
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.source.located import Kind, Map, Scalar, Seq
from notifyrules.source.reader import MAX_BYTES, read_yaml
from notifyrules.source.text import Source

MAX_DIGITS: Final = 40
"""Digits of a number that are looked at: no fact has so many."""


def read_facts_file(file: str) -> dict[str, tuple[object, str]]:
    """
    Read a file of facts: JSON where it is JSON, else YAML, of which JSON is not quite a part.

    Args:
        file: Its name; `-` is standard input.

    Returns:
        By dotted name the value of each fact, and where it stands: `facts.yaml:3:18`.

    Raises:
        FactsError: It names a fact twice, or is no YAML.
        UsageError: It cannot be read, or holds no facts.
    """
    name, text = read_text(file, "the facts file")
    if text.lstrip()[:1] == "{":
        try:
            return _flatten(parse_json(name, text), name)
        except UsageError:
            if name.endswith(".json"):
                raise
    if len(text.encode()) > MAX_BYTES:
        raise UsageError(
            f"the facts file `{name}` is larger than {MAX_BYTES // 1024:,} KiB", "give so many facts as JSON"
        )
    tree, problems = read_yaml(Source(name, text))
    if problems:
        # What a rule file needs says nothing about facts.
        raise FactsError(
            FactProblem(str(one.span), one.message, "" if one.what == "limit" else one.help) for one in problems
        )
    return _flatten(tree, name)


def _flatten(tree: object, name: str) -> dict[str, tuple[object, str]]:
    """Join nested names with dots: `channel: {muted: true}` is `channel.muted: true`."""
    if not isinstance(tree, Mapping):
        raise UsageError(f"`{name}` holds no facts", "write them as a mapping, such as `channel.muted: true`")
    found: dict[str, tuple[object, str]] = {}
    problems: list[FactProblem] = []
    waiting: list[tuple[str, object, str]] = [("", tree, name)]
    while waiting:
        path, value, place = waiting.pop()
        if isinstance(value, Mapping) and (value or not path):
            below = [(f"{path}.{key}" if path else str(key), one, _place(key, name)) for key, one in value.items()]
            waiting.extend(reversed(below))
        elif path in found:
            problems.append(FactProblem(f"{place}: {path}", "is given twice", f"it is given at {found[path][1]} too"))
        else:
            found[path] = plain(value), place
    if problems:
        raise FactsError(problems)
    return found


def _place(key: object, name: str) -> str:
    """Say where a fact stands: to the column where the file is YAML."""
    return str(key.span) if isinstance(key, Scalar) else name


def plain(value: object) -> object:
    """Take a value of either reader as plain data."""
    match value:
        case Scalar(kind=Kind.INT) if len(value) > MAX_DIGITS:
            # Too long for any fact, and Python refuses to convert what is much longer; the beginning tells enough.
            return int(value[:MAX_DIGITS])
        case Scalar():
            return value.plain()
        case Seq():
            return [plain(item) for item in value]
        case Map():
            return {str(key): plain(item) for key, item in value.items()}
        case _:
            return value
