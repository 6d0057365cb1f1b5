"""
Claims about what facts are given as: nothing that holds facts is passed over, and nothing that holds none is accepted.

All facts of the rules here have defaults, so whatever is not read decides as if nobody had set anything.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import concurrent.futures
import email.message
import enum
import io
import multiprocessing.managers
import re
import sqlite3
import types
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, NamedTuple
from unittest import mock

import numpy as np
import pandas as pd
import pydantic
import pytest
import sqlalchemy
from django.utils.functional import SimpleLazyObject  # type: ignore[import-untyped]

import notifyrules
from notifyrules import FactsError, Rules
from tests.charts import rules_of

RULES = """\
notifyrules: 1
facts:
  muted: bool = false
  channel.level: all | mentions | none = all
  channel.done: bool = false
flow:
  muted: {if: muted or channel.done, then: "no", else: level}
  level: {switch: channel.level, cases: {all | mentions: "yes", none: "no"}}
"""
OUTCOMES = 'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
QUIET = {"channel.level": "none"}
"""The facts that every form below gives."""
ASKS = ["facts", "should_notify", "decide", "specialize", "needs"]


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules all of whose facts have a default."""
    return rules_of(RULES + OUTCOMES)


class Level(NamedTuple):
    level: str = "none"
    more: str = "not a fact"


class Channel(NamedTuple):
    channel: object = Level()


class Other(NamedTuple):
    other: int = 1


class Colour(enum.Enum):
    RED = "red"


class Name(str, enum.Enum):  # noqa: UP042 - what callers still write
    LEVEL = "channel.level"
    SHORT = "level"


class Message:
    """Has none of the facts."""


class Keyed:
    """A mapping by what it does, and not by its class."""

    def __init__(self, held: dict[str, object]) -> None:
        """Hold what is given."""
        self.held = held

    def keys(self) -> list[str]:
        """Name what is held."""
        return list(self.held)

    def __getitem__(self, key: str) -> object:
        """Give what is held."""
        return self.held[key]


@contextmanager
def sqlite() -> Iterator[sqlalchemy.Connection]:
    """Connect to an empty database, and leave nothing open behind."""
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def row(**columns: object) -> sqlite3.Row:
    """Make a row of a database; `__` in the name of a column is a dot."""
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    names = ", ".join(f'? as "{name.replace("__", ".")}"' for name in columns)
    found: sqlite3.Row = database.execute(f"select {names}", tuple(columns.values())).fetchone()
    database.close()
    return found


def headers(**fields: str) -> email.message.Message:
    """Make headers as servers of HTTP give them."""
    found = email.message.Message()
    for name, value in fields.items():
        found[name.replace("__", ".")] = value
    return found


def columns(values: dict[str, object]) -> object:
    """Make a row of a data frame, with its columns as fields."""
    return next(pd.DataFrame([values]).itertuples())


def proxied(held: dict[str, object]) -> object:
    """Make what a manager of processes hands out for a dict, without the process."""
    proxy: Any = multiprocessing.managers.DictProxy.__new__(multiprocessing.managers.DictProxy)
    proxy._callmethod = lambda name, arguments=(), _named=None: getattr(held, name)(*arguments)  # noqa: SLF001 - asks the manager
    return proxy


async def coroutine() -> dict[str, object]:
    """Give facts, once it is awaited."""
    return dict(QUIET)


def generator() -> Iterator[dict[str, object]]:
    """Give facts one after the other."""
    yield dict(QUIET)


NONE_OF_THEM: dict[str, Callable[[], object]] = {
    "object": object,
    "an object of a class": Message,
    "a class": lambda: Message,
    "a namespace": lambda: types.SimpleNamespace(levl="none"),
    "a module": lambda: re,
    "a function": lambda: coroutine,
    "a generator": generator,
    "a coroutine": coroutine,
    "an iterator": lambda: iter([QUIET]),
    "a file": io.StringIO,
    "a future": concurrent.futures.Future,
    "a future of a loop": lambda: asyncio.Future(loop=mock.Mock()),
    "a named tuple": Other,
    "a match": lambda: re.match("a", "a"),
    "an exception": lambda: ValueError("no"),
    "an enumeration's member": lambda: Colour.RED,
    "an array": lambda: np.array([QUIET]),
    "a number of numpy": lambda: np.int64(1),
    "an index": lambda: pd.Index(["none"]),
    "a decimal": lambda: Decimal(1),
    "a day": lambda: date(2026, 11, 23),
    "a date and time": lambda: datetime(2026, 11, 23, tzinfo=UTC),
    "a time": lambda: time(22),
    "a duration": lambda: timedelta(1),
    "a list": lambda: [QUIET],
    "a tuple": lambda: (QUIET,),
    "a set": lambda: set(QUIET),
    "a text": lambda: "none",
    "bytes": lambda: b"none",
    "a number": lambda: 5,
    "a number with a fraction": lambda: 0.5,
    "true": lambda: True,
    "unknown": lambda: notifyrules.UNKNOWN,
    "rules": lambda: rules_of(RULES + OUTCOMES),
    "a view of keys": QUIET.keys,
    "a mock": mock.MagicMock,
}
"""What holds no facts, made anew for each question."""


class TestMappings:
    @pytest.mark.parametrize(
        "given",
        [
            row(channel__level="none"),
            pd.Series(QUIET),
            headers(channel__level="none"),
            Keyed(dict(QUIET)),
            Keyed({"channel": Keyed({"level": "none"})}),
            {"channel": row(level="none")},
            {"channel": pd.Series({"level": "none"})},
            {"channel": headers(level="none")},
            types.SimpleNamespace(channel=row(level="none")),
            proxied(dict(QUIET)),
            collections.ChainMap({}, QUIET),
        ],
        ids=[
            "a row",
            "a series",
            "headers",
            "what has keys and items",
            "the same in itself",
            "a row as a group",
            "a series as a group",
            "headers as a group",
            "a row in an object",
            "a proxy",
            "a chain",
        ],
    )
    @pytest.mark.parametrize("ask", ASKS)
    def test_whatever_has_keys_and_items_is_read(self, rules: Rules, given: object, ask: str) -> None:
        """A row of a database says what the dict made of it says, whatever its class."""
        read = getattr(rules, ask)(given)

        match ask:
            case "facts":
                assert read["channel.level"] == "none"
            case "specialize":
                assert read.known_facts == QUIET
            case "needs":
                assert read == rules.needs(QUIET)
            case _:
                assert (read.outcome, read.reason) == ("no", "level.none")

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (row(channel__levl="none"), "channel.levl: is not a fact of these rules\n  help: did you mean `channel.le"),
            (pd.Series({"mutd": True}), "mutd: is not a fact of these rules\n  help: did you mean `muted`?"),
            (pd.Series([True]), "(facts): the names of facts are text, found the number 0"),
            ({"channel": row(levl="none")}, "channel.levl: is not a fact of these rules"),
            ({"channel": headers(levl="none")}, "channel.levl: is not a fact of these rules"),
            (types.SimpleNamespace(channel={"levl": "none"}), "channel.levl: is not a fact of these rules"),
        ],
        ids=[
            "a row",
            "a series",
            "a series without names",
            "a row as a group",
            "headers as a group",
            "a dict in an object",
        ],
    )
    @pytest.mark.parametrize("ask", ASKS)
    def test_their_names_are_checked(self, rules: Rules, given: object, told: str, ask: str) -> None:
        """A column that is called otherwise than the fact is told, as the key of a dict is."""
        with pytest.raises(FactsError) as refused:
            getattr(rules, ask)(given)

        assert str(refused.value).startswith(told)

    def test_other_columns_may_be_passed_over(self, rules: Rules) -> None:
        """As of any mapping, when the caller asks for it."""
        given = row(channel__level="none", id=7)
        with pytest.raises(FactsError, match="id: is not a fact of these rules"):
            rules.should_notify(given)

        assert rules.should_notify(given, extras="ignore").reason == "level.none"
        assert rules.should_notify({"channel": row(level="none", id=7)}, extras="ignore").reason == "level.none"

    def test_a_name_that_comes_twice_is_told(self, rules: Rules) -> None:
        """Headers may hold a name more than once."""
        given = headers(channel__level="none")
        given["channel.level"] = "all"

        with pytest.raises(FactsError, match=r"channel\.level: given twice"):
            rules.should_notify(given)

    @pytest.mark.parametrize(
        "given",
        [{Name.LEVEL: "none"}, {np.str_("channel.level"): "none"}, {"channel": {Name.SHORT: "none"}, "muted": False}],
        ids=["a member", "a text of numpy", "a member in a group"],
    )
    def test_names_of_derived_classes_are_names(self, rules: Rules, given: object) -> None:
        """Whether they are read or accepted by sight."""
        assert rules.should_notify(given).facts == rules.facts(given)
        assert rules.should_notify(given).reason == "level.none"


class TestNamedTuples:
    @pytest.mark.parametrize(
        "given",
        [Channel(), {"channel": Level()}, Channel({"level": "none"}), Channel(types.SimpleNamespace(level="none"))],
        ids=["in one another", "in a dict", "a dict in one", "an object in one"],
    )
    def test_are_read_by_name(self, rules: Rules, given: object) -> None:
        """Their fields are attributes like those of any object."""
        assert rules.should_notify(given).reason == "level.none"
        assert rules.facts(given)["channel.level"] == "none"

    def test_what_every_tuple_has_is_no_fact(self) -> None:
        """`count` and `index` are methods of tuples, and nothing to ask."""
        counting = rules_of(
            "notifyrules: 1\nfacts: {count: int = 0, n: int = 0}\n"
            'flow: {q: {if: count + n > 0, then: "yes", else: "no"}}\n' + OUTCOMES
        )
        fields = collections.namedtuple("fields", ["n"])  # noqa: PYI024

        assert counting.facts(fields(3)) == {"count": 0, "n": 3}

    @pytest.mark.parametrize("ask", ASKS)
    def test_fields_without_their_names_are_told(self, rules: Rules, ask: str) -> None:
        """A row of a frame as a named tuple loses the names of its columns that have a dot."""
        with pytest.raises(
            FactsError, match="the field `_2` of a named tuple has lost the name of its column\n  help: "
        ):
            getattr(rules, ask)(columns({"muted": False, **QUIET}))

    def test_fields_with_other_names_are_told(self, rules: Rules) -> None:
        """Drivers of databases put underscores where a field cannot have the dots of its column."""
        fields = collections.namedtuple("fields", ["muted", "channel_level"])  # noqa: PYI024

        with pytest.raises(FactsError, match="the field `channel_level` of a named tuple has lost the name"):
            rules.should_notify(fields(muted=False, channel_level="none"))

    @pytest.mark.parametrize("more", [{}, {"muted": False}, {"id": 7}], ids=["alone", "with another", "with a column"])
    def test_rows_that_look_like_them_are_read(self, rules: Rules, more: dict[str, object]) -> None:
        """The rows of SQLAlchemy keep the dots of their columns, and give them as attributes."""
        labels = [sqlalchemy.literal(value).label(name) for name, value in {**QUIET, **more}.items()]
        with sqlite() as connection:
            given = connection.execute(sqlalchemy.select(*labels)).one()

        assert rules.should_notify(given).reason == "level.none"


class Aliased(pydantic.BaseModel):
    channel_level: Annotated[str, pydantic.Field(alias="channel.level")] = "none"
    muted: bool = False


class Chosen(pydantic.BaseModel):
    channel_level: Annotated[str, pydantic.Field(validation_alias=pydantic.AliasChoices("level", "channel.level"))] = (
        "none"
    )
    muted: bool = False


class Renamed(pydantic.BaseModel):
    room: Annotated[Level, pydantic.Field(alias="channel")] = Level()
    muted: bool = False


class Open(pydantic.BaseModel, extra="allow"):
    muted: bool = False


class TestNamesThatNoCodeCanWrite:
    @pytest.mark.parametrize(
        "given",
        [
            argparse.Namespace(muted=False, **QUIET),
            {"channel": types.SimpleNamespace(**{"level": "none", "a.b": 1})},
            Aliased(),
            Chosen(),
            Renamed(),
            Open(**QUIET),  # type: ignore[arg-type]
        ],
        ids=["of options", "in a group", "an alias", "one of several aliases", "the alias of a group", "what is extra"],
    )
    def test_are_read_of_objects(self, rules: Rules, given: object) -> None:
        """An attribute may be called as its fact, dots and all, and a model says what a field stands for."""
        assert rules.should_notify(given).reason == "level.none"

    def test_may_be_words_of_python(self) -> None:
        """With an underscore or without."""
        rules = rules_of(
            'notifyrules: 1\nfacts: {global.off: bool = false}\nflow: {q: {if: global.off, then: "no", else: "yes"}}\n'
            + OUTCOMES
        )
        off = types.SimpleNamespace(off=True)

        assert not rules.should_notify(types.SimpleNamespace(global_=off))
        assert not rules.should_notify(types.SimpleNamespace(**{"global": off}))

    def test_that_are_no_facts_are_none(self, rules: Rules) -> None:
        """A row with nothing but a misspelt column has none of the facts."""
        with sqlite() as connection:
            given = connection.execute(sqlalchemy.text("select 'none' as \"chanel.level\"")).one()

        with pytest.raises(FactsError, match=r"`sqlalchemy\..*\.Row`, which has none of the facts"):
            rules.should_notify(given)


class TestProxies:
    @pytest.mark.parametrize(
        "held",
        [Keyed(dict(QUIET)), collections.UserDict(QUIET), Renamed()],
        ids=["of what has keys", "of a mapping", "of an object"],
    )
    @pytest.mark.parametrize("wrap", [weakref.proxy, lambda held: SimpleLazyObject(lambda: held)], ids=["weak", "lazy"])
    def test_are_what_they_stand_for(self, rules: Rules, held: object, wrap: Callable[[object], object]) -> None:
        """Whatever methods their own class has."""
        assert rules.should_notify(wrap(held)).reason == "level.none"


class TestNothing:
    @pytest.mark.parametrize("make", NONE_OF_THEM.values(), ids=NONE_OF_THEM)
    @pytest.mark.parametrize("ask", ASKS)
    def test_that_has_none_of_the_facts_is_accepted(self, rules: Rules, make: Callable[[], object], ask: str) -> None:
        """It is told what it is, and by its type unless everybody knows it by another word."""
        with pytest.raises(FactsError) as refused:
            getattr(rules, ask)(make())

        [problem] = refused.value.problems
        assert problem.path == "(facts)"
        assert "found " in problem.message
        assert problem.help

    @pytest.mark.parametrize("make", NONE_OF_THEM.values(), ids=NONE_OF_THEM)
    @pytest.mark.parametrize("outer", [dict, types.SimpleNamespace], ids=["in a dict", "in an object"])
    @pytest.mark.parametrize("ask", ASKS)
    def test_is_accepted_for_a_group(
        self, rules: Rules, make: Callable[[], object], outer: Callable[..., object], ask: str
    ) -> None:
        """What stands where a group does holds some of its facts, or is None."""
        with pytest.raises(FactsError) as refused:
            getattr(rules, ask)(outer(muted=False, channel=make()))

        [problem] = refused.value.problems
        assert problem.path == "channel"
        assert problem.message.startswith("expected a group of facts, found ")
        assert problem.help

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (
                Message(),
                (
                    f"(facts): found an object of the type `{__name__}.Message`, which has none of the facts\n"
                    "  help: give a mapping, or an object with attributes such as `muted`, `channel`"
                ),
            ),
            (
                Message,
                (
                    f"(facts): expected a mapping or an object, found the class `{__name__}.Message`\n"
                    "  help: give an instance of it"
                ),
            ),
            (
                generator(),
                (
                    "(facts): expected a mapping or an object, found an object of the type `generator`\n"
                    "  help: give facts such as {'channel.muted': True}"
                ),
            ),
            (
                {"channel": Message()},
                (
                    f"channel: expected a group of facts, found an object of the type `{__name__}.Message`, "
                    "which has none of them\n  help: its facts are `channel.level`, `channel.done`"
                ),
            ),
            (
                {"channel": Level},
                (
                    f"channel: expected a group of facts, found the class `{__name__}.Level`\n"
                    "  help: give an instance of it"
                ),
            ),
        ],
        ids=["an object", "a class", "a generator", "an object as a group", "a class as a group"],
    )
    def test_is_told_without_its_type_and_the_way_out(self, rules: Rules, given: object, told: str) -> None:
        """Whoever wires facts in sees what came, and what should have come."""
        with pytest.raises(FactsError) as refused:
            rules.should_notify(given)

        assert str(refused.value) == told

    def test_is_awaited(self, rules: Rules) -> None:
        """A coroutine is told to be awaited, whatever it stands for; Python has no need to warn of it as well."""
        for given, place in (
            (coroutine(), r"\(facts\)"),
            ({"channel": coroutine()}, "channel"),
            ({"muted": coroutine()}, "muted"),
        ):
            with pytest.raises(FactsError, match=f"(?s){place}: .*`coroutine`\n  help: await it before"):
                rules.should_notify(given)

    def test_is_needed_where_rules_have_no_facts(self) -> None:
        """Where nothing is declared, nothing is passed over."""
        rules = rules_of(
            'notifyrules: 1\nfacts: {}\nflow: {q: {if: "true", then: "yes", else: "no"}}\n'
            "allow: {constant-condition: the smallest chart}\n" + OUTCOMES
        )

        assert rules.should_notify(Message())
        assert rules.should_notify({})


class TestProperties:
    def test_that_fail_are_not_taken_for_absent(self, rules: Rules) -> None:
        """A property that misses an attribute of something else is a mistake in it, and not a fact that nobody set."""

        class Failing:
            @property
            def muted(self) -> bool:
                """Look in the wrong place."""
                return self.settings.muted  # type: ignore[attr-defined, no-any-return]

        class FailingOnce:
            @cached_property
            def channel(self) -> object:
                """Look in the wrong place."""
                return self.settings.channel  # type: ignore[attr-defined]

        class FailingLate:
            muted = False

            def __getattr__(self, name: str) -> object:
                """Look in the wrong place."""
                return object.__getattribute__(self, "settings")[name]

        for given, what in ((Failing(), "property"), (FailingOnce(), "property"), (FailingLate(), "attribute")):
            with pytest.raises(AttributeError, match="has no attribute 'settings'") as raised:
                rules.should_notify(given)
            assert f"while reading the {what}" in raised.value.__notes__[0]

    def test_of_slots_that_hold_nothing_are_absent(self, rules: Rules) -> None:
        """An attribute that was never set is a fact that nobody has set."""

        class Slotted:
            __slots__ = ("channel", "muted")

            def __init__(self) -> None:
                """Set one of the two."""
                self.channel = {"level": "none"}

        assert rules.should_notify(Slotted()).reason == "level.none"
