"""Claims about facts that code takes without the reader: what it was not written for, the reader still sees."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from notifyrules import FactsError, Rules, UsageError
from notifyrules.compiled.other_facts import _CLASSES
from tests.charts import OUTCOMES, rules_of

RULES = """\
notifyrules: 1
facts:
  muted: bool = false
  user.away: bool = false
  user.name: text = "somebody"
flow:
  muted: {if: muted, then: {to: "no", because: "{user.name}"}, else: away}
  away: {if: user.away, then: hold, else: "yes"}
"""
LOADED = rules_of(RULES + OUTCOMES)


@dataclass
class User:
    away: bool = True


@dataclass
class Given:
    user: object
    muted: bool = False


class Slotted:
    __slots__ = ("muted", "user")

    user: object
    muted: bool


@pytest.fixture
def rules() -> Rules:
    """Give rules that have met no facts yet."""
    return Rules(LOADED.graph, LOADED.diagnostics)


class TestObjects:
    def test_are_decided_without_the_reader(self, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
        """Objects of usual classes are taken by code that was written for them."""
        monkeypatch.setattr(type(rules.program.reader), "collect", None)

        assert rules.should_notify(Given(User())).outcome == "hold"
        assert rules.facts(Given(User(away=False)))["user.away"] is False

    def test_one_that_has_more_than_the_first_is_read_whole(self, rules: Rules) -> None:
        """An attribute that instances seen before did not have counts, whatever its name."""
        rules.should_notify(Given(User()))
        named = User()
        named.name = "Ann"  # type: ignore[attr-defined]
        dotted = Given(None)
        vars(dotted)["user.away"] = True

        assert rules.should_notify(Given(named, muted=True)).because == "Ann"
        assert rules.should_notify(dotted).outcome == "hold"

    def test_one_that_lacks_what_the_first_had_has_defaults(self, rules: Rules) -> None:
        """A slot that was never set is an absent fact."""
        whole, empty = Slotted(), Slotted()
        whole.user, whole.muted, empty.user = User(), True, User()

        assert [rules.should_notify(one).outcome for one in (whole, empty, whole)] == ["no", "hold", "no"]

    @pytest.mark.parametrize(
        "user", [None, {"away": False}, SimpleNamespace(away=False), Given], ids=["none", "dict", "namespace", "class"]
    )
    def test_a_group_may_be_something_else_than_before(self, rules: Rules, user: object) -> None:
        """Of one class of facts the groups may be of several."""
        rules.should_notify(Given(User()))
        if user is Given:
            with pytest.raises(FactsError, match="expected a group of facts"):
                rules.should_notify(Given(user))
        else:
            assert rules.should_notify(Given(user)).outcome == "yes"

    def test_a_stand_in_is_not_taken_for_what_it_stands_for(self, rules: Rules) -> None:
        """An object that says that it is of a class that was met is looked at itself."""
        rules.should_notify(Given(User()))
        stand_in: Any = Mock(spec=Given, user=User(), muted=True)

        assert rules.should_notify(stand_in).outcome == "no"

    def test_no_more_classes_are_kept_than_a_few(self, rules: Rules) -> None:
        """A caller may make a class for every call; all are decided, and only some are kept."""
        for _ in range(_CLASSES + 10):
            made = type("Made", (Given,), {})

            assert rules.should_notify(made(User())).outcome == "hold"
        assert len(rules.program.holding.by_class) <= _CLASSES

    def test_a_wrong_choice_for_extras_is_refused(self, rules: Rules) -> None:
        """What `extras` may be is held to for objects, for dicts of any layout, and for mappings in mappings."""
        wrong: Any = "allow"
        ordered = OrderedDict(muted=True, user=OrderedDict(away=True, name="x"))
        for given in (Given(User()), {"user": {"away": True}, "other": 1}, ordered):
            with pytest.raises(UsageError, match="`extras` cannot be `allow`"):
                rules.should_notify(given, wrong)
        with pytest.raises(UsageError, match="`extras` cannot be `allow`"):
            rules.facts({}, extras=wrong)


class TestDicts:
    @pytest.mark.parametrize(
        "given",
        [
            {"muted": False, "user.away": True, "user": {"name": "Ann"}},
            {"muted": False, "user": {"away": True}, "user.away": True},
            {"muted": False, "user": {"away": True, "name": "x"}, "other": 1},
            {"muted": False, "user": {"away": True, "other": 1}},
            {"user": {"away": True, "name": "x"}, 1: 2, "muted": False},
            {"user": {"away": True, 1: 2}, "muted": False},
        ],
        ids=["a name and its group", "given twice", "no fact", "no fact in a group", "no text", "no text in a group"],
    )
    @pytest.mark.parametrize("extras", ["forbid", "ignore"])
    def test_are_what_the_reader_makes_of_them(self, rules: Rules, given: Any, extras: Any) -> None:  # noqa: ANN401
        """Nested, dotted or both, with other names in it: what is refused, and what is ignored, the reader says."""

        def told(read: Any) -> object:  # noqa: ANN401
            try:
                return dict(read(given, extras=extras))
            except FactsError as error:
                return str(error)

        expected = told(rules.program.reader.read)

        assert told(rules.facts) == expected
        assert told(lambda given, extras: rules.should_notify(given, extras).facts) == expected


class Making(dict[str, object]):
    """Gives something for every key."""

    def __missing__(self, key: str) -> object:
        """Make a value up."""
        return True


class Row:
    """Gives its values to whoever goes through it, as rows of databases do."""

    def __init__(self, held: dict[str, object]) -> None:
        """Hold what is given."""
        self.held = held

    def keys(self) -> list[str]:
        """Name the columns."""
        return list(self.held)

    def __getitem__(self, key: str) -> object:
        """Give a column."""
        return self.held[key]

    def __iter__(self) -> Iterator[object]:
        return iter(self.held.values())


class Made(Mapping[str, object]):
    """Gives something for every key, and names only those that it holds."""

    def __init__(self, held: dict[str, object]) -> None:
        """Hold what is given."""
        self.held = held

    def __getitem__(self, key: str) -> object:
        """Give what is held, or a value that is made up."""
        return self.held.get(key, True)

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self.held)

    def __len__(self) -> int:
        """Know no length."""
        raise NotImplementedError


class Counted(Made):
    """Counts what it names."""

    def __len__(self) -> int:
        """Count the names."""
        return len(self.held)


class Telling(Made):
    """Gives items of its own."""

    def items(self) -> Any:  # noqa: ANN401 - what gives them
        """Give the items that are held."""
        return self.held.items()


class Twofold(Made):
    """Gives an item twice."""

    def items(self) -> Any:  # noqa: ANN401 - what gives them
        """Give the first item once more, in the place of the last one."""
        held = [*self.held.items()]
        return [*held[:-1], *held[:1]]


class Shouting(dict[str, object]):
    """A dict that gives what it does not hold."""

    def __getitem__(self, key: str) -> object:
        """Give a group as it is, and anything else as it is not."""
        held = super().__getitem__(key)
        return True if held is False else held


class Named(dict[str, object]):
    """A dict by another name."""


class Repeating(Row):
    """A row one of whose columns stands twice."""

    def keys(self) -> list[str]:
        """Name the first column again, in the place of the last one."""
        names = list(self.held)
        return [*names[:-1], *names[:1]]


class Over(UserDict[str, object]):
    """Stands over another mapping."""

    def __init__(self, held: dict[str, object]) -> None:
        """Hold what is given."""
        self.data = Counted(held)  # type: ignore[assignment]


class Holding:
    """Holds what is given as attributes."""

    def __init__(self, held: dict[str, object]) -> None:
        """Hold what is given."""
        vars(self).update(held)


def alike(make: Any) -> Any:  # noqa: ANN401 - makes any mapping
    """Make mappings that hold mappings of their class."""
    return lambda held: make({name: make(one) if isinstance(one, dict) else one for name, one in held.items()})


def inside(make: Any) -> Any:  # noqa: ANN401
    """Make a dict that holds what else is made for its groups."""
    return lambda held: {name: make(one) if isinstance(one, dict) else one for name, one in held.items()}


MAKES = {
    "ordered dicts": alike(OrderedDict),
    "proxies": alike(MappingProxyType),
    "proxies of what makes values up": alike(lambda held: MappingProxyType(Making(held))),
    "rows": alike(Row),
    "rows with a column twice": alike(Repeating),
    "mappings": alike(Made),
    "mappings with items": alike(Telling),
    "mappings with an item twice": alike(Twofold),
    "dicts that make values up": alike(Making),
    "dicts that give others": alike(Shouting),
    "dicts by another name": alike(Named),
    "dicts with a default": alike(lambda held: defaultdict(bool, held)),
    "user dicts": alike(UserDict),
    "user dicts of mappings": alike(Over),
    "chains": alike(lambda held: ChainMap({}, held)),
    "chains over others": alike(lambda held: ChainMap(held, dict.fromkeys(held))),
    "chains of mappings": alike(lambda held: ChainMap(Made({}), held)),  # type: ignore[arg-type]
    "a dict of mappings": inside(Made),
    "a dict of objects": inside(Holding),
    "a dict of this and that": inside(lambda held: (Shouting if held.get("name") == "x" else Made)(held)),
    "a mapping of dicts": Made,
    "an object of dicts": Holding,
    "a row of objects": lambda held: Row(inside(Holding)(held)),
}
WHOLE: dict[str, object] = {"muted": False, "user": {"away": False, "name": "Ann"}}


class TestMappings:
    @pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
    @pytest.mark.parametrize("first", [WHOLE, {"user": {}}, {"user.away": True, "muted": True, "user.name": ""}])
    def test_are_what_the_reader_makes_of_them(self, rules: Rules, make: Any, first: Any) -> None:  # noqa: ANN401
        """Mappings and objects in each other give what the reader finds, and nothing that they make up."""

        def told(read: Any) -> object:  # noqa: ANN401
            try:
                return dict(read())
            except FactsError as error:
                return str(error)

        extras: Any
        for given, extras in product((first, *GIVEN), ("forbid", "ignore")):
            expected = told(partial(rules.program.reader.read, make(given), extras))

            assert told(partial(rules.facts, make(given), extras=extras)) == expected
            assert told(lambda: rules.should_notify(make(given), extras).facts) == expected  # noqa: B023

    @pytest.mark.parametrize(
        "make", [make for name, make in MAKES.items() if "twice" not in name and "chains of" not in name]
    )
    @pytest.mark.parametrize("given", [WHOLE, {"user": {"name": "Ann"}}], ids=["whole", "less"])
    def test_are_decided_without_the_reader(
        self,
        rules: Rules,
        make: Any,  # noqa: ANN401
        given: dict[str, object],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What is as usual is taken by code that was written for it."""
        monkeypatch.setattr(type(rules.program.reader), "collect", None)

        assert [rules.should_notify(make(one)).outcome for one in (WHOLE, given)] == ["yes", "yes"]
        assert rules.facts(make(given))["user.name"] == "Ann"


GIVEN: list[Any] = [
    WHOLE,
    {"muted": False, "user": {"name": "x", "away": False}},
    {"muted": False, "user": {"away": True}},
    {"user": {"away": True, "name": "x"}},
    {"muetd": False, "user": {"away": True, "name": "x"}},
    {"muted": False, "user": {"away": True, "nmae": "x"}},
    {"muted": False, "user": {"away": True, "name": "x", "other": 1}},
    {"muted": False, "user": {"away": True, "name": "x"}, "other": 1},
    {"muted": False, "user.away": True, "user.name": "x"},
    {"muted": False, "user.away": True, "user": {"name": "x"}},
    {"muted": False, "user": None},
    {"muted": False, "user": {"away": True, "name": 1}},
    {"muted": 0, "user": {"away": True, "name": "x"}},
]
