"""
Gather the facts of a decision from the command line: a file or standard input, and single settings over it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, TypeAlias

import typer

from notifyrules.cli.inputs import parse_json, read_text
from notifyrules.conditions.types import Basic, Enumeration, ListOf
from notifyrules.conditions.values import Mismatch, conform
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.graph.model import Fact, Graph
from notifyrules.source.located import Kind, Map, Scalar, Seq
from notifyrules.source.problems import YamlProblem
from notifyrules.source.reader import MAX_BYTES, read_yaml
from notifyrules.source.text import Source

Settings: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="FACT=VALUE",
        help=(
            "One fact, such as channel.muted=true; wins over --facts; may be repeated. A list is [a, b]. Blanks around"
            " a value and an item are dropped, except in 'single' or \"double\" quotes, which are taken off."
        ),
        show_default=False,
    ),
]
"""The option `--set`, repeated."""
FactsFiles: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--facts",
        metavar="FILE",
        help="Facts as JSON or YAML; - reads standard input. May be repeated: of a fact in several, the last counts.",
        show_default=False,
    ),
]
"""The option `--facts`, repeated."""

_SETTING: Final = "--set"
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_ITEM: Final = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'\s](?:[^,]*[^,\s])?)\s*(,|$)""")
_SINGLE_QUOTED: Final = re.compile(r"'(?:[^']|'')*'")
_MAX_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class GivenFacts:
    """
    The facts of a decision as the caller gave them, not validated yet.
    """

    values: Mapping[str, object]
    """By dotted name."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each was given: `facts.yaml:3:18`, or `--set`."""

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """
        Say of each problem with the facts where the fact was given.
        """
        try:
            yield
        except FactsError as error:
            raise FactsError(self._placed(problem) for problem in error.problems) from None

    def _placed(self, problem: FactProblem) -> FactProblem:
        """
        Put the place before the name of the fact.
        """
        place = self.places.get(problem.path)
        return replace(problem, path=f"{place}: {problem.path}") if place else problem


def read_facts(graph: Graph, settings: Sequence[str], files: Sequence[str]) -> GivenFacts:
    """
    Gather facts for a chart.

    Args:
        graph: The chart, whose declarations say how a setting is read.
        settings: `fact=value`, each.
        files: Files of facts; `-` is standard input.

    Returns:
        The facts; a later file wins over an earlier one, and what was set one by one wins over all.

    Raises:
        FactsError: A setting is not what the chart declares, or the file names a fact twice.
        UsageError: The file cannot be read, or a setting is none.
    """
    given: dict[str, object] = {}
    places: dict[str, str] = {}
    for file in files:
        one = _read_file(file)
        given.update(one.values)
        places.update(one.places)
    problems: list[FactProblem] = []
    values: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"`{_SETTING} {setting}` sets nothing", f"write `{_SETTING} fact=value`")
        if name in values:
            problems.append(FactProblem(f"{_SETTING}: {name}", "is set twice", "set it once"))
            continue
        try:
            values[name] = _read_setting(graph.facts, name, text)
        except Mismatch as mismatch:
            message = f"expected {mismatch.expected}, found {mismatch.found}"
            advice = _way_out(graph.facts[name], text.strip()) or mismatch.help
            problems.append(FactProblem(f"{_SETTING}: {name}", message, advice))
        except KeyError:
            problems.append(_undeclared(graph.facts, name, text))
    if problems:
        raise FactsError(problems)
    return GivenFacts({**given, **values}, {**places, **dict.fromkeys(values, _SETTING)})


def _way_out(fact: Fact, text: str) -> str:
    """
    Say how a value is written on the command line, which has no quotes that tell a text from what it spells.
    """
    base = fact.type.base
    if base is Basic.BOOL and text.lower() in ("true", "false"):
        return "write it in lower case"
    if base is Basic.BOOL and text.lower() in ("yes", "no", "on", "off", "1", "0"):
        return "write true or false"
    if isinstance(base, ListOf) and base.item is not Basic.SCHEDULE and text[:1] not in ("[", ""):
        return f"write `{_setting(fact.name, f'[{text}]')}`"
    return ""


def _setting(name: str, text: str) -> str:
    """
    Write a setting as a shell takes it.
    """
    return shlex.join([_SETTING, f"{name}={text}"])


def _undeclared(facts: Mapping[str, Fact], name: str, text: str) -> FactProblem:
    """
    Say that there is no such fact: it may be misspelt, or a group of facts.
    """
    members = [one for one in facts if one.startswith(f"{name}.")]
    if not members:
        declared = f"the facts are {named(facts)}" if facts else "the rules declare no facts"
        advice = did_you_mean(name, facts, declared)
        return FactProblem(f"{_SETTING}: {name}", "is not a fact of these rules", advice)
    tree, _ = read_yaml(Source(_SETTING, text))
    given = tree.items() if isinstance(tree, Map) else ()
    meant = {f"{name}.{key}": value for key, value in given if isinstance(value, Scalar)}
    first = next((one for one in members if one in meant), members[0])
    advice = f"set its facts one by one, such as `{_setting(first, meant.get(first, '...'))}`"
    return FactProblem(f"{_SETTING}: {name}", "is a group of facts", advice)


# ---- One setting ----


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
    """
    Read a value that is no list; what does not fit stays text, for the message.
    """
    if isinstance(base, Enumeration) and text in base.values:
        return text
    if base is Basic.BOOL:
        return {"true": True, "false": False}.get(text, text)
    if base is Basic.INT:
        return int(text[:_MAX_DIGITS]) if _INTEGER.fullmatch(text) else text
    return _unquoted(text)


def _unquoted(text: str) -> str:
    """
    Take off quotes: double ones with what JSON has in them, single ones as in YAML; other text is taken as it is.
    """
    if _SINGLE_QUOTED.fullmatch(text):
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def _read_list(wanted: ListOf, text: str) -> object:
    """
    Read `[a, "b, c", 'd']`; what is no list stays text, for the message.
    """
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
    """
    Read windows as a facts file would hold them; what YAML cannot read stays text, for the message.
    """
    tree, problems = read_yaml(Source(_SETTING, text))
    return text if problems or tree is None else _plain(tree)


# ---- A file of facts ----


def _read_file(file: str) -> GivenFacts:
    """
    Read a file of facts: JSON where it is JSON, else YAML, of which JSON is not quite a part.
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
        raise FactsError(FactProblem(str(one.span), one.message, _yaml_help(one)) for one in problems)
    return _flatten(tree, name)


def _yaml_help(problem: YamlProblem) -> str:
    """
    Give the way out of a problem; what a rule file needs says nothing about facts.
    """
    return "" if problem.what == "limit" else problem.help


def _flatten(tree: object, name: str) -> GivenFacts:
    """
    Join nested names with dots: `channel: {muted: true}` is `channel.muted: true`.
    """
    if not isinstance(tree, Mapping):
        raise UsageError(f"`{name}` holds no facts", "write them as a mapping, such as `channel.muted: true`")
    values: dict[str, object] = {}
    places: dict[str, str] = {}
    problems: list[FactProblem] = []
    waiting: list[tuple[str, object, str]] = [("", tree, name)]
    while waiting:
        path, value, place = waiting.pop()
        if isinstance(value, Mapping) and (value or not path):
            below = [(f"{path}.{key}" if path else str(key), one, _place(key, name)) for key, one in value.items()]
            waiting.extend(reversed(below))
        elif path in values:
            problems.append(FactProblem(f"{place}: {path}", "is given twice", f"it is given at {places[path]} too"))
        else:
            values[path], places[path] = _plain(value), place
    if problems:
        raise FactsError(problems)
    return GivenFacts(values, places)


def _place(key: object, name: str) -> str:
    """
    Say where a fact stands: to the column where the file is YAML.
    """
    return str(key.span) if isinstance(key, Scalar) else name


def _plain(value: object) -> object:
    """
    Take a value of either reader as plain data.
    """
    match value:
        case Scalar(kind=Kind.INT) if len(value) > _MAX_DIGITS:
            # Too long for any fact, and Python refuses to convert what is much longer; the beginning tells enough.
            return int(value[:_MAX_DIGITS])
        case Scalar():
            return value.plain()
        case Seq():
            return [_plain(item) for item in value]
        case Map():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value
