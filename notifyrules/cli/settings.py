"""Read facts that are set one by one on the command line: `--set fact=value`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Final

from notifyrules.cli.facts_files import MAX_DIGITS, plain
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.graph.model import Fact
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import Basic, Enumeration, ListOf
from notifyrules.language.values import conform
from notifyrules.source.located import Map, Scalar
from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source

SETTING: Final = "--set"
"""The option, as messages call it."""
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_ITEM: Final = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'\s](?:[^,]*[^,\s])?)\s*(,|$)""")
_SINGLE_QUOTED: Final = re.compile(r"'(?:[^']|'')*'")


def read_settings(facts: Mapping[str, Fact], settings: Sequence[str]) -> dict[str, object]:
    """
    Read settings, as the declarations of the facts say.

    Args:
        facts: The facts of the chart.
        settings: `fact=value`, each.

    Returns:
        The values by the names of the facts.

    Raises:
        FactsError: A setting is not what the chart declares.
        UsageError: A setting is none.
    """
    problems: list[FactProblem] = []
    values: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"`{SETTING} {setting}` sets nothing", f"write `{SETTING} fact=value`")
        if name in values:
            problems.append(FactProblem(f"{SETTING}: {name}", "is set twice", "set it once"))
            continue
        try:
            values[name] = _read_setting(facts, name, text)
        except Mismatch as mismatch:
            message = f"expected {mismatch.expected}, found {mismatch.found}"
            advice = _way_out(facts[name], text.strip()) or mismatch.help
            problems.append(FactProblem(f"{SETTING}: {name}", message, advice))
        except KeyError:
            problems.append(_undeclared(facts, name, text))
    if problems:
        raise FactsError(problems)
    return values


def _way_out(fact: Fact, text: str) -> str:
    """Say how a value is written on the command line, which has no quotes that tell a text from what it spells."""
    base = fact.type.base
    if base is Basic.BOOL and text.lower() in ("true", "false"):
        return "write it in lower case"
    if base is Basic.BOOL and text.lower() in ("yes", "no", "on", "off", "1", "0"):
        return "write true or false"
    if isinstance(base, ListOf) and base.item is not Basic.SCHEDULE and text[:1] not in ("[", ""):
        return f"write `{_setting(fact.name, f'[{text}]')}`"
    return ""


def _setting(name: str, text: str) -> str:
    """Write a setting as a shell takes it."""
    return shlex.join([SETTING, f"{name}={text}"])


def _undeclared(facts: Mapping[str, Fact], name: str, text: str) -> FactProblem:
    """Say that there is no such fact: it may be misspelt, or a group of facts."""
    members = [one for one in facts if one.startswith(f"{name}.")]
    if not members:
        declared = f"the facts are {named(facts)}" if facts else "the rules declare no facts"
        advice = did_you_mean(name, facts, declared)
        return FactProblem(f"{SETTING}: {name}", "is not a fact of these rules", advice)
    tree, _ = read_yaml(Source(SETTING, text))
    given = tree.items() if isinstance(tree, Map) else ()
    meant = {f"{name}.{key}": value for key, value in given if isinstance(value, Scalar)}
    first = next((one for one in members if one in meant), members[0])
    advice = f"set its facts one by one, such as `{_setting(first, meant.get(first, '...'))}`"
    return FactProblem(f"{SETTING}: {name}", "is a group of facts", advice)


def _read_setting(facts: Mapping[str, Fact], name: str, text: str) -> object:
    """
    Read the value of one fact from bare text, as its declared type says.

    Raises:
        KeyError: There is no such fact.
        Mismatch: The type does not hold the value.
    """
    wanted = facts[name].type
    text = text.strip()
    if text == "null" and wanted.nullable:
        return None
    if wanted.base in (Basic.SCHEDULE, ListOf(Basic.SCHEDULE)):
        return conform(wanted, _read_windows(text))
    if isinstance(wanted.base, ListOf):
        return conform(wanted, _read_list(wanted.base, text))
    assert wanted.base is not None
    return conform(wanted, _read_word(wanted.base, text))


def _read_word(base: Basic | Enumeration | ListOf, text: str) -> object:
    """Read a value that is no list; what does not fit stays text, for the message."""
    if isinstance(base, Enumeration) and text in base.values:
        return text
    if base is Basic.BOOL:
        return {"true": True, "false": False}.get(text, text)
    if base is Basic.INT:
        return int(text[:MAX_DIGITS]) if _INTEGER.fullmatch(text) else text
    return _unquoted(text)


def _unquoted(text: str) -> str:
    """Take off quotes: double ones with what JSON has in them, single ones as in YAML; other text is taken as it is."""
    if _SINGLE_QUOTED.fullmatch(text):
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def _read_list(wanted: ListOf, text: str) -> object:
    """Read `[a, "b, c", 'd']`; what is no list stays text, for the message."""
    if not (text.startswith("[") and text.endswith("]")):
        return text
    assert wanted.item is not None
    inside, items, at = text[1:-1].strip(), [], 0
    while at < len(inside):
        found = _ITEM.match(inside, at)
        if found is None:
            return text
        items.append(_read_word(wanted.item, found[1]))
        at = found.end()
    # A comma at the very end would be followed by an item.
    return text if inside.endswith(",") else items


def _read_windows(text: str) -> object:
    """Read windows as a facts file would hold them; what YAML cannot read stays text, for the message."""
    tree, problems = read_yaml(Source(SETTING, text))
    return text if problems or tree is None else plain(tree)
