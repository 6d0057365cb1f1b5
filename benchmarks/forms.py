"""Measure the forms in which facts are given, beside a nested dict of the same facts."""

from __future__ import annotations

import json
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import make_dataclass
from itertools import count
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from pydantic import create_model

from benchmarks.deciding import again, plain
from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import Contender, race, ratio, typical
from notifyrules.rules import Rules

OBJECT: Final = "by hand, over an object with slots"
NESTED: Final = "nested dict"
_ROWS: Final = 3_000
Row: TypeAlias = Mapping[str, object]
_NUMBERS: Final = count()


def measure(subject: Subject, *, rounds: int) -> Table:
    """Measure every form of the facts of one chart; each has rules of its own."""
    rows = subject.rows(_ROWS)
    base = [Contender(OBJECT, subject.decide_object, subject.hold), _plain(subject, NESTED, nest)]
    found: list[Sequence[str]] = []
    for other in _contenders(subject):
        times = race([*base, other], rows, rounds)
        found += [
            [
                one.name,
                duration(typical(times, one.name)),
                multiple(ratio(times, one.name, OBJECT)),
                multiple(ratio(times, one.name, NESTED)),
            ]
            for one in ([*base, other] if not found else [other])
        ]
    return Table(
        f"The facts of `{subject.name}` in other forms",
        ["Each is validated whole at every decision, unless it says that it only validates."],
        ["", "a decision", "to object", "to nested dict"],
        found,
    )


def _plain(subject: Subject, name: str, make: Callable[[Any], object]) -> Contender:
    return Contender(name, again(subject.rules).should_notify, make)


def _contenders(subject: Subject) -> Iterator[Contender]:
    rules = again(subject.rules)
    yield Contender("`rules.facts` of the nested dict, which decides nothing", rules.facts, nest)
    ignoring = again(subject.rules).should_notify
    yield Contender("nested dict, a foreign key ignored", lambda facts: ignoring(facts, "ignore"), _with_foreign)
    yield Contender(
        "nested dict, a foreign key ignored in every group", lambda facts: ignoring(facts, "ignore"), _with_foreign_keys
    )
    yield Contender("nested dict as JSON, in bytes", again(subject.rules).decide_json, _as_json)
    open_to_others = again(subject.rules).decide_json
    yield Contender(
        "nested dict as JSON, in bytes, a foreign key ignored in every group",
        lambda data: open_to_others(data, "ignore"),
        lambda row: _json(_with_foreign_keys(row)),
    )
    for name, make in forms(subject.rules).items():
        yield _plain(subject, name, make)


def forms(rules: Rules) -> Mapping[str, Callable[[Row], object]]:
    """Give what writes the facts of a chart in each form."""

    def with_dict(name: str, fields: Sequence[str]) -> Any:
        return make_dataclass(name, [(field, object) for field in fields])

    def model(name: str, fields: Sequence[str]) -> Any:
        made: Any = dict.fromkeys(fields, (Any, None))
        return create_model(name, **made).model_construct

    def named(name: str, fields: Sequence[str]) -> Any:
        return namedtuple(name, fields)  # noqa: PYI024

    return {
        "dotted dict": dict,
        "dict half dotted": _half_dotted,
        "dataclasses with slots": objects(rules.graph.facts, slotted),
        "dataclasses": objects(rules.graph.facts, with_dict),
        "models of pydantic": objects(rules.graph.facts, model),
        "named tuples": objects(rules.graph.facts, named),
        "a dict of dataclasses with slots": _groups(objects(rules.graph.facts, slotted)),
        "mapping proxies": lambda row: _each(MappingProxyType, nest(row)),
        "a row with keys, as of a database": _Keyed,
        "ordered dicts": lambda row: _each(OrderedDict, nest(row)),
        "dicts of a class of one's own": lambda row: _each(_Dict, nest(row)),
        "mappings of a class of one's own": lambda row: _each(_Mapping, nest(row)),
    }


class _Dict(dict[str, object]):
    """A dict by another name."""


class _Mapping(Mapping[str, object]):
    """A mapping whose methods are Python."""

    __slots__ = ("_held",)

    def __init__(self, held: Row) -> None:
        self._held = held

    def __getitem__(self, key: str) -> object:
        return self._held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class _Keyed:
    """A row that gives its values by its keys, and to whoever goes through it its values."""

    __slots__ = ("_held",)

    def __init__(self, row: Row) -> None:
        self._held = dict(row)

    def keys(self) -> Iterable[str]:
        """Name the columns."""
        return self._held.keys()

    def __getitem__(self, key: str) -> object:
        return self._held[key]

    def __iter__(self) -> Iterator[object]:
        return iter(self._held.values())


def slotted(name: str, fields: Sequence[str]) -> Any:
    """Make a dataclass with slots."""
    return make_dataclass(name, [(field, object) for field in fields], slots=True)


def objects(facts: Iterable[str], make: Callable[[str, Sequence[str]], Any]) -> Callable[[Row], object]:
    """Make classes for facts and their groups, and give what makes instances of them."""
    whole = nest(dict.fromkeys(facts))

    def build(group: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], object]:
        inner = {name: build(value) for name, value in group.items() if isinstance(value, dict)}
        written = {name: f"{name}_" if iskeyword(name) else name for name in group}
        kind = make(f"Group{next(_NUMBERS)}", list(written.values()))

        def fill(given: Mapping[str, Any]) -> object:
            return kind(**{written[name]: inner.get(name, _itself)(value) for name, value in given.items()})

        return fill

    fill = build(whole)
    return lambda row: fill(nest(row))


def _itself(value: object) -> object:
    return value


def _groups(make: Callable[[Row], object]) -> Callable[[Row], object]:
    """Take the groups out of an object."""

    def build(row: Row) -> object:
        made = make(row)
        return {name: getattr(made, f"{name}_" if iskeyword(name) else name) for name in nest(row)}

    return build


def _each(make: Callable[[Any], object], group: Mapping[str, Any]) -> object:
    return make({name: _each(make, value) if isinstance(value, dict) else value for name, value in group.items()})


def _half_dotted(row: Row) -> dict[str, object]:
    """Write every other group by the dotted names of its facts."""
    dotted = {group for number, group in enumerate(nest(row)) if number % 2}
    nested = nest({name: value for name, value in row.items() if name.partition(".")[0] not in dotted})
    return nested | {name: value for name, value in row.items() if name.partition(".")[0] in dotted}


def _with_foreign(row: Row) -> dict[str, object]:
    return nest(row) | {"trace": "4bf92f35"}


def _with_foreign_keys(row: Row) -> dict[str, object]:
    groups = {name: one | {"trace": 1} if isinstance(one, dict) else one for name, one in nest(row).items()}
    return groups | {"trace": "4bf92f35"}


def _as_json(row: Row) -> bytes:
    return _json(nest(row))


def _json(given: object) -> bytes:
    return json.dumps(given, default=plain).encode()
