"""Gather the facts of a decision from the command line: a file or standard input, and single settings over it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from notifyrules.cli.inputs import parse_json, read_text
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.graph.model import Fact, Graph
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import Basic, Enumeration, ListOf
from notifyrules.language.values import conform
from notifyrules.source.json_errors import MAX_DIGITS, read_integer
from notifyrules.source.located import Kind, Map, Scalar, Seq
from notifyrules.source.reader import MAX_BYTES, read_yaml
from notifyrules.source.text import Source


@contextmanager
def given_facts(graph: Graph, settings: Sequence[str], files: Sequence[str]) -> Iterator[Mapping[str, object]]:
    """
    Gather facts for a chart, and say of each problem that is found with one where it was given.

    A later file wins over an earlier one, and what was set one by one over all.
    """
    given: dict[str, tuple[object, str]] = {}
    for file in files:
        given |= read_facts_file(file)
    given |= {name: (value, SETTING) for name, value in read_settings(graph.facts, settings).items()}
    try:
        yield {name: value for name, (value, _) in given.items()}
    except FactsError as error:
        places = {one.path: f"{given[one.path][1]}: {one.path}" for one in error.problems if one.path in given}
        raise FactsError(replace(one, path=places.get(one.path, one.path)) for one in error.problems) from None


@contextmanager
def given_for_each(
    graph: Graph, settings: Sequence[str], files: Sequence[str]
) -> Iterator[tuple[Mapping[str, object], dict[str, Mapping[str, object]]]]:
    """Gather facts for a chart like :func:`given_facts`, and those that were set for one medium, by its name."""
    common: list[str] = []
    own: dict[str, list[str]] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        fact, at, medium = name.partition("@")
        if at:
            own.setdefault(medium.strip(), []).append(f"{fact}{equals}{text}")
        else:
            common.append(setting)
    per_medium: dict[str, Mapping[str, object]] = {}
    for medium, those in own.items():
        try:
            per_medium[medium] = read_settings(graph.facts, those)
        except FactsError as error:
            problems = [replace(problem, path=f"{problem.path}@{medium}") for problem in error.problems]
            raise FactsError(problems) from None
    with given_facts(graph, common, files) as given:
        yield given, per_medium


# ---- Facts that are set one by one: `--set fact=value` ----


SETTING: Final = "--set"
"""The option, as messages call it."""
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_ITEM: Final = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'\s](?:[^,]*[^,\s])?)\s*(,|$)""")
_SINGLE_QUOTED: Final = re.compile(r"'(?:[^']|'')*'")


def read_settings(facts: Mapping[str, Fact], settings: Sequence[str]) -> dict[str, object]:
    """Read settings, `fact=value` each, as the declarations of the facts say."""
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
    if base is Basic.SCHEDULE and text[:1] != "[":
        window = '[{from: "22:00", until: "07:00"}]'
        return f"write `{_setting(fact.name, window)}`"
    if isinstance(base, ListOf) and base.item is not Basic.SCHEDULE and text[:1] not in ("[", ""):
        return f"write `{_setting(fact.name, f'[{text}]')}`"
    return ""


def _setting(name: str, text: str) -> str:
    return shlex.join([SETTING, f"{name}={text}"])


def _undeclared(facts: Mapping[str, Fact], name: str, text: str) -> FactProblem:
    members = [one for one in facts if one.startswith(f"{name}.")]
    if name.partition("@")[0] in facts:
        advice = "decide for every medium, with `--each`"
        return FactProblem(f"{SETTING}: {name}", "is set for one medium", advice)
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
    """Read the value of one fact from bare text, as its declared type says; KeyError where there is no such fact."""
    wanted = facts[name].type
    text = text.strip()
    if text == "null" and wanted.nullable:
        return None
    if wanted.base in (Basic.SCHEDULE, ListOf(Basic.SCHEDULE)):
        # As a facts file would hold them; what YAML cannot read stays text, for the message.
        tree, problems = read_yaml(Source(SETTING, text))
        return conform(wanted, text if problems or tree is None else plain(tree))
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
        return read_integer(text) if _INTEGER.fullmatch(text) else text
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
        if (found := _ITEM.match(inside, at)) is None:
            return text
        items.append(_read_word(wanted.item, found[1]))
        at = found.end()
    # A comma at the very end would be followed by an item.
    return text if inside.endswith(",") else items


# ---- Files of facts ----


def read_facts_file(file: str) -> dict[str, tuple[object, str]]:
    """
    Read a file of facts: by dotted name the value of each, and where it stands, such as `facts.yaml:3:18`.

    It is read as JSON where it is JSON, else as YAML, of which JSON is not quite a part.
    """
    name, text = read_text(file, "the facts file")
    if text.lstrip()[:1] == "{":
        try:
            return _flatten(parse_json(name, text), name)
        except UsageError:
            if name.endswith(".json"):
                raise
    if len(text.encode()) > MAX_BYTES:
        message = f"the facts file `{name}` is larger than {MAX_BYTES // 1024:,} KiB"
        raise UsageError(message, "give so many facts as JSON")
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
            for key, one in reversed(tuple(value.items())):
                # To the column where the file is YAML.
                where = str(key.span) if isinstance(key, Scalar) else name
                waiting.append((f"{path}.{key}" if path else str(key), one, where))
        elif path in found:
            problems.append(FactProblem(f"{place}: {path}", "is given twice", f"it is given at {found[path][1]} too"))
        else:
            found[path] = plain(value), place
    if problems:
        raise FactsError(problems)
    return found


def plain(value: object) -> object:
    """Take a value of either reader as plain data."""
    match value:
        case Scalar(kind=Kind.INT) if len(value) > MAX_DIGITS:
            # Too long for any fact, and Python refuses to convert what is much longer; the beginning tells enough.
            return read_integer(value)
        case Scalar():
            return value.plain()
        case Seq():
            return [plain(item) for item in value]
        case Map():
            return {str(key): plain(item) for key, item in value.items()}
        case _:
            return value
