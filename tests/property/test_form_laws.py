"""Hold the law of forms: the same facts are decided, and refused, the same in whatever form they are given."""

from __future__ import annotations

import json
import sqlite3
from collections import ChainMap, OrderedDict, UserDict, defaultdict, namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import make_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from keyword import iskeyword
from types import MappingProxyType, SimpleNamespace
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import create_model

from notifyrules import Decision, FactsError, Rules
from notifyrules.compiled.facts_reader import Extras
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.values import conform
from tests.charts import OUTCOMES, rules_of
from tests.property.test_evaluator_laws import Text, Word

pytestmark = pytest.mark.slow

CHART = """\
notifyrules: 1
allow: {unused-fact: they are here to be read}
facts:
  now: instant
  urgent: bool = false
  channel.muted: bool = false
  channel.name: text = "here"
  channel.in: dm | group | "two words" = group
  channel.limits.push: int | null = null
  channel.limits.at: time = 22:00
  user.zone: timezone = UTC
  user.quiet: schedule = []
  user.words: list of text = []
  user.via: list of (push | mail) = []
  user.wait: duration = 5m
  user.born: date = 2000-01-01
  user.until: instant | null = null
flow:
  muted: {if: channel.muted and not urgent, then: "no", else: quiet}
  quiet: {if: "within(now, user.zone, user.quiet)", then: hold, else: kind}
  kind: {switch: channel.in, cases: {dm: "yes", group: words, "two words": limit}}
  words: {if: '"deploy" in user.words or (user.until is not null and now < user.until)', then: "yes", else: limit}
  limit: {if: (channel.limits.push ?? 0) > 3 or "push" in user.via or user.wait > 1h, then: hold, else: late}
  late: {if: channel.limits.at > 12:00 and user.born < 2020-01-01, then: "yes", else: "no"}
"""
Row: TypeAlias = dict[str, object]
NIGHT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
TEXTS = st.sampled_from(
    ["", '"', "\\", '\\"', "\n", "here", "deploy", "grüße", "x\ud800", "push", "x" * 70_000]
) | st.text(max_size=4)
WINDOWS: st.SearchStrategy[object] = st.fixed_dictionaries(
    {"from": st.sampled_from(["22:00", "09:00", "9:00"]), "until": st.sampled_from(["07:00", "23:59:59", time(7)])},
    optional={"days": st.sampled_from([["mon"], ["mon", "sun"], ("tue",), [], ["mo"], ["mon", "mon"]])},
)
INSTANTS: st.SearchStrategy[object] = st.sampled_from(
    [
        *(NIGHT, NIGHT.astimezone(timezone(timedelta(hours=2))), NIGHT.astimezone(ZoneInfo("Asia/Tokyo"))),
        *("2026-11-23T22:00:00Z", "2026-11-23T22:00:00.250Z", "2026-11-23t22:00:00.5+01:00", "2026-11-23 22:00:00z"),
        *("2026-11-23T22:00:00.1234567Z", "2026-11-23T22:00:00", "2200-06-01T00:00:00Z", NIGHT.replace(tzinfo=None)),
        *("2026-11-23T22:00:60Z", "2026-11-31T22:00:00Z", "2026-11-23T22:00:00.123456+23:59", "2026-11-23T22:00Z"),
    ]
)
VALUES: Mapping[str, st.SearchStrategy[object]] = {
    "now": INSTANTS,
    "urgent": st.booleans(),
    "channel.muted": st.booleans(),
    "channel.name": TEXTS,
    "channel.in": st.sampled_from(["dm", "group", "two words", Word.DM, Word.RED, Text("dm"), "other"]),
    "channel.limits.push": st.none() | st.integers(-5, 5) | st.sampled_from([2**53, 2**53 + 1, 10**9]),
    "channel.limits.at": st.sampled_from(["22:00", "07:00:30", time(9), time(9, microsecond=1), "9:00", "24:00"]),
    "user.zone": st.sampled_from(["UTC", "Europe/Berlin", ZoneInfo("Asia/Tokyo"), "Europe/Nowhere", ""]),
    "user.quiet": st.lists(WINDOWS, max_size=3),
    "user.words": st.lists(TEXTS, max_size=3) | st.just(("deploy",)),
    "user.via": st.lists(st.sampled_from(["push", "mail", Text("mail"), "fax"]), max_size=3),
    "user.wait": st.sampled_from(["5m", "2h", timedelta(minutes=1), timedelta(days=9_000), "5", "-5m"]),
    "user.born": st.sampled_from(["1999-12-31", date(2026, 1, 1), "2026-02-30", NIGHT]),
    "user.until": st.none() | INSTANTS,
}
ODD: st.SearchStrategy[object] = st.sampled_from([None, 0, 1, 2.5, "yes", [], [1], {}, {"a": 1}, b"x", True, Word.RED])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Row, Row]:
    """Draw facts of the same names twice, mostly valid."""
    names = [name for name in VALUES if name == "now" or draw(st.integers(0, 3))]
    first, second = ({name: draw(VALUES[name]) for name in names} for _ in range(2))
    for row in (first, second):
        if not draw(st.integers(0, 4)):
            row[draw(st.sampled_from(names))] = draw(ODD)
    return first, second


def nest(row: Row) -> Row:
    """Write facts as dicts in dicts."""
    whole: Row = {}
    for name, value in row.items():
        *path, last = name.split(".")
        group: Any = whole
        for part in path:
            group = group.setdefault(part, {})
        group[last] = value
    return whole


def half(row: Row) -> Row:
    """Write the facts of every other group by their dotted names."""
    return {
        **nest({name: row[name] for name in row if "user." in name}),
        **{n: row[n] for n in row if "user." not in n},
    }


def half_inside(row: Row) -> Row:
    """Write a group inside of a group with dots."""
    whole = nest({name: row[name] for name in row if "limits" not in name})
    inner = {name.removeprefix("channel."): row[name] for name in row if "limits" in name}
    return whole | ({"channel": {**whole.get("channel", {}), **inner}} if inner else {})  # type: ignore[dict-item]


def rebuilt(make: Callable[[Row], object]) -> Callable[[Row], object]:
    """Write dicts in dicts, and each of them in another form, the inner ones first."""

    def build(whole: Row, group: frozenset[str] = frozenset({"channel", "limits", "user"})) -> object:
        return make({k: build(v) if k in group and isinstance(v, dict) else v for k, v in whole.items()})

    return lambda row: build(nest(row))


def in_a_dict(make: Callable[[Row], object]) -> Callable[[Row], object]:
    """Write the outer groups in another form."""
    return lambda row: {
        name: make(one) if isinstance(one, dict) and name in ("channel", "user") else one
        for name, one in nest(row).items()
    }


def attributes(group: Row) -> Row:
    """Write names as attributes are called."""
    return {f"{name}_" if iskeyword(name) else name: value for name, value in group.items()}


CLASSES: dict[tuple[object, ...], Any] = {}


def of_class(kind: str, make: Callable[[list[str]], Any]) -> Callable[[Row], object]:
    """Write a dict as an instance of a class with its names, which is made once."""

    def build(group: Row) -> object:
        named = attributes(group)
        key = (kind, *named)
        if key not in CLASSES:
            CLASSES[key] = make(list(named))
        made = CLASSES[key]
        return made.model_construct(**named) if hasattr(made, "model_construct") else made(**named)

    return build


class Keyed:
    """A row of a database: it has keys, iterates over values, and is no mapping."""

    def __init__(self, held: Row) -> None:
        self._held = held

    def keys(self) -> list[str]:
        """Give the names of the columns."""
        return list(self._held)

    def __getitem__(self, name: str) -> object:
        """Give a value."""
        return self._held[name]

    def __iter__(self) -> Iterator[object]:
        """Give the values."""
        return iter(self._held.values())


class Asking(Mapping[str, object]):
    """A mapping that is no dict."""

    def __init__(self, held: Row) -> None:
        self._held = held

    def __getitem__(self, name: str) -> object:
        """Give a value."""
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._held)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._held)


def aliased(row: Row) -> object:
    """Write facts as a model whose fields have the facts' names as aliases."""
    key = ("aliased", *row)
    if key not in CLASSES:
        from pydantic import Field  # noqa: PLC0415 - beside its only use

        fields: Any = {name.replace(".", "_"): (Any, Field(alias=name)) for name in row}
        CLASSES[key] = create_model("Aliased", **fields)
    return CLASSES[key](**row)


def a_dataclass(names: Sequence[str], *, slots: bool = False) -> Any:  # noqa: ANN401 - a class
    """Make a dataclass."""
    return make_dataclass("Group", [(name, object) for name in names], slots=slots)


def a_model(names: Sequence[str]) -> Any:  # noqa: ANN401 - a class
    """Make a model of pydantic."""
    fields: Any = dict.fromkeys(names, (Any, None))
    return create_model("Group", **fields)


SLOTTED = of_class("slots", lambda names: a_dataclass(names, slots=True))
FORMS: Mapping[str, Callable[[Row], object]] = {
    "nested": nest,
    "dotted": dict,
    "half dotted": half,
    "dotted inside": half_inside,
    "proxies": rebuilt(MappingProxyType),
    "a proxy of a mapping": lambda row: MappingProxyType(UserDict(row)),
    "ordered": rebuilt(OrderedDict),
    "defaultdict": rebuilt(lambda group: defaultdict(list, group)),
    "UserDict": rebuilt(UserDict),
    "mapping": rebuilt(Asking),
    "dotted mapping": Asking,
    "mappings in a dict": lambda row: {
        n: Asking(one) if isinstance(one, dict) else one for n, one in nest(row).items()
    },
    "dict by another name": rebuilt(type("Group", (dict,), {})),
    "chain": rebuilt(lambda group: ChainMap({}, group)),
    "row with keys": Keyed,
    "dataclass": rebuilt(of_class("dataclass", a_dataclass)),
    "slots": rebuilt(SLOTTED),
    "pydantic": rebuilt(of_class("pydantic", a_model)),
    "pydantic with aliases": aliased,
    "named tuple": rebuilt(of_class("tuple", lambda names: namedtuple("Group", names))),  # noqa: PYI024
    "namespace": rebuilt(lambda group: SimpleNamespace(**attributes(group))),
    "dotted namespace": lambda row: SimpleNamespace(**row),
    "objects in a dict": in_a_dict(SLOTTED),
    "dicts in an object": lambda row: of_class("dataclass", a_dataclass)(nest(row)),
}


def found(call: Callable[[], object]) -> object:
    """Give what was found, or all problems."""
    try:
        return call()
    except FactsError as error:
        return [(one.path, one.message, one.help, one.about) for one in error.problems]


def as_read(rules: Rules, given: object, extras: Extras) -> Row:
    """Give what the one reader makes of facts."""
    return dict(rules.program.reader.read(given, extras))


def by_reader(rules: Rules, row: Row, extras: Extras = "forbid") -> tuple[object, object]:
    """Give what the one reader makes of facts, and the reference for a decision by them."""

    def decide() -> object:
        decision = rules.should_notify(rules.program.reader.read(nest(row), extras))
        return decision.outcome, decision.reason, dict(decision.facts)

    return found(partial(as_read, rules, nest(row), extras)), found(decide)


def by_form(rules: Rules, given: object, extras: Extras = "forbid") -> tuple[object, object]:
    """Give what is made of facts in another form."""

    def decide() -> object:
        decision = rules.should_notify(given, extras)
        return decision.outcome, decision.reason, dict(decision.facts)

    return found(lambda: dict(rules.facts(given, extras=extras))), found(decide)


LOADED = rules_of(CHART + OUTCOMES)


def fits(name: str, value: object) -> bool:
    """Tell whether JSON can hold a value that is valid for a fact."""
    try:
        conform(LOADED.graph.facts[name].type, value)
    except Mismatch:
        return False
    return not isinstance(value, datetime | date | time | timedelta | ZoneInfo)


@pytest.mark.parametrize("form", FORMS)
class TestForms:
    @settings(max_examples=50, deadline=None)
    @given(rows=pairs(), extras=st.sampled_from(["forbid", "ignore"]))
    def test_decide_and_refuse_alike(self, form: str, rows: tuple[Row, Row], extras: Extras) -> None:
        """Whatever form facts have, they give the facts, the decision and the problems that the reader gives."""
        rules = Rules(LOADED.graph, LOADED.diagnostics)
        for row in (*rows, rows[0]):
            assert by_form(rules, FORMS[form](row), extras) == by_reader(rules, row, extras), form


class TestJson:
    @settings(max_examples=100, deadline=None)
    @given(rows=pairs(), extras=st.sampled_from(["forbid", "ignore"]), form=st.sampled_from([nest, dict, half]))
    def test_decides_and_refuses_alike(
        self, rows: tuple[Row, Row], extras: Extras, form: Callable[[Row], object]
    ) -> None:
        """Facts that came as JSON give what the facts give that Python reads of it."""
        rules = Rules(LOADED.graph, LOADED.diagnostics)
        for row in rows:
            data = json.dumps(form(row), default=str)
            _, expected = by_form(rules, json.loads(data), extras)

            def decide(data: str = data) -> object:
                decision = rules.decide_json(data, extras)
                return decision.outcome, decision.reason, dict(decision.facts)

            assert found(decide) == expected

    @settings(max_examples=200, deadline=None)
    @given(
        row=st.fixed_dictionaries({name: values.filter(partial(fits, name)) for name, values in VALUES.items()}),
        odd=st.none() | st.tuples(st.sampled_from([*VALUES]), ODD),
        twice=st.none() | st.sampled_from([*VALUES, "channel", "user"]),
        left_out=st.none() | st.sampled_from([*VALUES]),
        in_bytes=st.booleans(),
        escaped=st.booleans(),
    )
    def test_of_whole_facts_decides_and_refuses_alike(
        self,
        row: Row,
        odd: tuple[str, object] | None,
        twice: str | None,
        left_out: str | None,
        *,
        in_bytes: bool,
        escaped: bool,
    ) -> None:
        """Whoever knows the types of the values finds what Python's own reader finds, and every key that is lost."""
        rules = Rules(LOADED.graph, LOADED.diagnostics)
        given = {name: one for name, one in (row | ({} if odd is None else dict([odd]))).items() if name != left_out}
        text = written(nest(given), twice, escaped=escaped)
        data = text.encode(errors="surrogatepass") if in_bytes else text

        def decide(call: Callable[[], Decision]) -> object:
            return found(lambda: ((decision := call()).outcome, decision.reason, dict(decision.facts)))

        by_reader = decide(lambda: rules.should_notify(rules.program.json().read_exactly(data)))

        assert decide(lambda: rules.decide_json(data)) == by_reader


def written(whole: Row, twice: str | None, path: str = "", *, escaped: bool) -> str:
    """Write nested facts as JSON in which one fact or group stands twice."""
    parts: list[str] = []
    for name, one in whole.items():
        inner = isinstance(one, dict) and f"{path}{name}" in ("channel", "user", "channel.limits")
        plain = json.dumps(one, ensure_ascii=escaped, default=str)
        value = written(one, twice, f"{path}{name}.", escaped=escaped) if inner else plain  # type: ignore[arg-type]
        parts += [f"{json.dumps(name)}: {value}"] * (2 if f"{path}{name}" == twice else 1)
    return "{" + ", ".join(parts) + "}"


class TestOtherNames:
    @settings(max_examples=120, deadline=None)
    @given(
        rows=pairs(),
        form=st.sampled_from([nest, half, half_inside, FORMS["proxies"], FORMS["mapping"]]),
        place=st.sampled_from(["", "channel", "channel.limits", "user"]),
        name=st.sampled_from(
            ["other", "channel.muted", "user.zone", "limits.push", "channel.limits", "push", 1, "now."]
        ),
        extras=st.sampled_from(["forbid", "ignore"]),
    )
    def test_are_refused_and_ignored_alike(
        self, rows: tuple[Row, Row], form: Callable[[Row], object], place: str, name: object, extras: Extras
    ) -> None:
        """A name that is no fact, or is one that was given before, is found wherever it stands."""
        rules = Rules(LOADED.graph, LOADED.diagnostics)
        for row in rows:
            given: Any = nest(row) if form is FORMS["proxies"] or form is FORMS["mapping"] else form(row)
            group = given
            for part in place.split(".") if place else ():
                group = group.get(part, {}) if isinstance(group, dict) else {}
            if isinstance(group, dict):
                group[name] = 1
            expected = found(partial(as_read, rules, given, extras))
            shown = MappingProxyType(given) if form is FORMS["proxies"] else given

            assert by_form(rules, shown, extras)[0] == expected
            decided = by_form(rules, shown, extras)[1]
            assert (decided == expected) if isinstance(expected, list) else decided[2] == expected  # type: ignore[index]


class TestCallables:
    @settings(max_examples=50, deadline=None)
    @given(rows=pairs(), extras=st.sampled_from(["forbid", "ignore"]))
    def test_decide_alike(self, rows: tuple[Row, Row], extras: Extras) -> None:
        """Valid facts given as something to ask lead to the same decision."""
        rules = Rules(LOADED.graph, LOADED.diagnostics)
        for row in rows:
            _, expected = by_reader(rules, row, extras)
            if isinstance(expected, tuple):
                asked: Row = {name: lambda value=value: value for name, value in row.items()}

                assert by_form(rules, nest(asked), extras)[1] == expected


class TestSQLite:
    @settings(max_examples=60, deadline=None)
    @given(
        numbers=st.lists(st.none() | st.integers(-5, 5) | st.text("ab", max_size=2), min_size=3, max_size=3),
        names=st.permutations(["channel.limits.push", "channel.name", "now", "now"]).map(lambda some: some[:3]),
    )
    def test_rows_are_read_like_dicts(self, numbers: Sequence[object], names: Sequence[str]) -> None:
        """A row of SQLite gives what a dict of its columns gives; a column that stands twice is given twice."""
        rules = Rules(LOADED.graph, LOADED.diagnostics)
        connection = sqlite3.connect(":memory:")
        connection.row_factory = sqlite3.Row
        values = [
            "2026-11-23T22:00:00Z" if name == "now" else number for name, number in zip(names, numbers, strict=True)
        ]
        columns = ", ".join(f'? AS "{name}"' for name in names)
        row = connection.execute(f"SELECT {columns}", values).fetchone()
        connection.close()

        assert by_form(rules, row)[0] == found(partial(as_read, rules, row, "forbid"))
