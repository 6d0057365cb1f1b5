"""Claims about facts: the forms in which they are given, what is wrong with them, and that they stay what they were."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum, StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import pytz
from pydantic import BaseModel

from notifyrules import Decision, FactsError, Rules, UsageError
from notifyrules.language.schedules import Schedule, Window
from tests.charts import OUTCOMES, rules_of

RULES = """\
notifyrules: 1
facts:
  muted: bool = false
  channel.name: text = "this channel"
  channel.kind: dm | group | channel
  channel.limits.push: int | null = null
  preferences.global: all | none = all
  preferences.via: list of text = []
flow:
  muted: {if: muted, then: {to: "no", because: "you muted {channel.name}"}, else: kind}
  kind: {switch: channel.kind, cases: {dm: "yes", group | channel: limit}}
  limit: {if: (channel.limits.push ?? 0) > 3, then: hold, else: preference}
  preference: {if: preferences.global == "all" and "push" in preferences.via, then: "yes", else: "no"}
"""
CHANNEL = {"name": "#random", "kind": "group", "limits": {"push": 2}}
NESTED = {
    "muted": False,
    "channel": CHANNEL,
    "preferences": {"global": "all", "via": ["push", "mail"]},
}
DOTTED = {
    "muted": False,
    "channel.name": "#random",
    "channel.kind": "group",
    "channel.limits.push": 2,
    "preferences.global": "all",
    "preferences.via": ["push", "mail"],
}
READ = {**DOTTED, "preferences.via": ("push", "mail")}


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules whose facts stand in groups, and groups in groups."""
    return rules_of(RULES + OUTCOMES)


@dataclass
class Limits:
    push: int | None = 2


@dataclass
class Channel:
    name: str = "#random"
    kind: str = "group"
    limits: Limits = field(default_factory=Limits)
    topic: str = "not a fact"


class Preferences(BaseModel):
    global_: str = "all"
    via: list[str] = ["push", "mail"]


class Message(BaseModel):
    muted: bool = False
    channel: Any = {"name": "#random", "kind": "group", "limits": {"push": 2}}
    preferences: Preferences = Preferences()


def decided(rules: Rules, given: object) -> dict[str, object]:
    """Give the facts that a decision was made by."""
    facts = rules.should_notify(given).facts
    assert facts == rules.facts(given)
    return dict(facts)


class TestForms:
    @pytest.mark.parametrize(
        "given",
        [
            NESTED,
            DOTTED,
            {**NESTED, "channel": {"name": "#random", "kind": "group", "limits.push": 2}},
            {
                "channel.name": "#random",
                "channel": {"kind": "group", "limits": {"push": 2}},
                **NESTED | {"channel": None},
            }
            | {"channel": {"kind": "group", "limits": {"push": 2}}},
            MappingProxyType(NESTED),
            UserDict(DOTTED),
            OrderedDict(NESTED),
            {**NESTED, "channel": Channel()},
            {**NESTED, "channel": MappingProxyType(CHANNEL)},
            Message(),
            SimpleNamespace(muted=False, channel=Channel(), preferences=Preferences(), more="not a fact"),
            SimpleNamespace(
                muted=False, channel=NESTED["channel"], preferences=SimpleNamespace(global_="all", via=("push", "mail"))
            ),
        ],
        ids=[
            "nested",
            "dotted",
            "nested with a dotted key inside",
            "nested and dotted",
            "a mapping that is no dict",
            "a dotted mapping that is no dict",
            "a subclass of dict",
            "an object in a dict",
            "another mapping in a dict",
            "a pydantic object",
            "objects",
            "a dict in an object",
        ],
    )
    def test_all_forms_say_the_same(self, rules: Rules, given: object) -> None:
        """Mappings, nested or dotted or both, and objects of any kind are read alike."""
        assert decided(rules, given) == READ

    def test_a_keyword_stands_with_an_underscore(self, rules: Rules) -> None:
        """An attribute cannot be called `global`; in a mapping the fact keeps its name."""
        assert (
            decided(rules, {"channel.kind": "dm", "preferences": SimpleNamespace(global_="none")})["preferences.global"]
            == "none"
        )
        with pytest.raises(FactsError, match=r"preferences\.global_: is not a fact of these rules"):
            rules.facts({"channel.kind": "dm", "preferences": {"global_": "none"}})

    @pytest.mark.parametrize(
        "given",
        [
            {"channel": {"kind": "dm"}},
            {"channel.kind": "dm"},
            {"channel": {"kind": "dm", "limits": None}, "preferences": None},
            {"channel": SimpleNamespace(kind="dm", limits=None), "preferences": SimpleNamespace(via=())},
            SimpleNamespace(channel=SimpleNamespace(kind="dm"), preferences=None),
        ],
        ids=["nested", "dotted", "None for groups", "None and less in objects", "an object"],
    )
    def test_absent_facts_take_their_default(self, rules: Rules, given: object) -> None:
        """So does a group that is None, and an attribute that is missing."""
        assert decided(rules, given) == {
            "muted": False,
            "channel.name": "this channel",
            "channel.kind": "dm",
            "channel.limits.push": None,
            "preferences.global": "all",
            "preferences.via": (),
        }

    def test_a_dict_that_makes_up_values_is_not_changed(self, rules: Rules) -> None:
        """What a defaultdict would put in place of a missing fact is not asked for."""
        channel: defaultdict[str, object] = defaultdict(lambda: "dm", {"name": "#random", "limits": {"push": 2}})

        with pytest.raises(FactsError, match=r"channel\.kind: is missing and has no default"):
            rules.should_notify({**NESTED, "channel": channel})
        assert set(channel) == {"name", "limits"}

    def test_facts_are_facts(self, rules: Rules) -> None:
        """What `facts` returned is taken as it is, by `facts` and by decisions; facts of other rules are read anew."""
        facts = rules.facts(NESTED)
        others = rules_of(RULES + OUTCOMES).facts(NESTED)

        assert rules.facts(facts) is facts
        assert rules.should_notify(facts).facts is facts
        assert decided(rules, others) == READ

    def test_no_facts_are_needed_where_all_have_a_default(self) -> None:
        """An empty dict is as good as any."""
        rules = rules_of(
            'notifyrules: 1\nfacts: {a: bool = true}\nflow: {q: {if: a, then: "yes", else: "no"}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
        )

        assert rules.should_notify({}).outcome == "yes"


class Kind(StrEnum):
    DM = "dm"


class Means(StrEnum):
    MAIL = "mail"


class Shouted(str, Enum):  # noqa: UP042 - what callers still write
    dm = "DM"
    DM = "dm"


class Text(str):
    __slots__ = ()


class Number(int):
    __slots__ = ()


TYPES = """\
notifyrules: 1
facts:
  b: bool = false
  i: int = 0
  t: text = ""
  e: dm | group = dm
  day: date = 2026-11-28
  at: instant = 2026-11-23T21:00:00Z
  wall: time = 22:00
  long: duration = 1h
  zone: timezone = UTC
  hours: schedule = []
  texts: list of text = []
  many: list of (push | mail) = []
  maybe: instant | null = null
flow: {q: {if: "b", then: "yes", else: "no"}}
allow: {unused-fact: not needed here}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
WEEKNIGHT = Window(("mon", "tue"), time(22), time(7))


@pytest.fixture(scope="module")
def typed() -> Rules:
    """Load rules with a fact of every type."""
    return rules_of(TYPES)


class TestValues:
    @pytest.mark.parametrize(
        ("name", "given", "value"),
        [
            ("i", 2**53, 2**53),
            ("i", Number(7), 7),
            ("t", "naïve 🦉", "naïve 🦉"),
            ("t", Text("x"), "x"),
            ("t", "x" * 65_536, "x" * 65_536),
            ("e", "group", "group"),
            ("e", Kind.DM, "dm"),
            ("e", Shouted.DM, "dm"),
            ("day", "2028-02-29", date(2028, 2, 29)),
            ("day", date(1969, 12, 31), date(1969, 12, 31)),
            ("at", NIGHT, NIGHT),
            ("at", datetime(2026, 11, 23, 23, 0, tzinfo=timezone(timedelta(hours=1))), NIGHT),
            ("at", datetime(2026, 11, 23, 23, 0, tzinfo=ZoneInfo("Europe/Berlin")), NIGHT),
            ("at", "2026-11-23T23:00:00+01:00", NIGHT),
            ("at", "2026-11-23T22:00:00Z", NIGHT),
            ("at", "2026-11-23t22:00:00.0000000z", NIGHT),
            ("at", "2200-01-01T00:00:00Z", datetime(2200, 1, 1, tzinfo=UTC)),
            ("at", datetime(2200, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)),
            ("at", datetime(1970, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=1))), datetime(1970, 1, 1, tzinfo=UTC)),
            ("wall", "07:30", time(7, 30)),
            ("wall", time(7, 30), time(7, 30)),
            ("long", "2h30m", timedelta(hours=2, minutes=30)),
            ("long", timedelta(days=-3), timedelta(days=-3)),
            ("zone", "Europe/Berlin", ZoneInfo("Europe/Berlin")),
            ("zone", ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Berlin")),
            ("zone", ZoneInfo.no_cache("Europe/Berlin"), ZoneInfo("Europe/Berlin")),
            ("hours", [{"days": ["tue", "mon"], "from": "22:00", "until": "07:00"}], Schedule((WEEKNIGHT,))),
            ("hours", [{"from": time(22), "days": ("mon", "tue"), "until": "07:00"}], Schedule((WEEKNIGHT,))),
            ("texts", ["a", "é"], ("a", "é")),
            ("texts", ("a",), ("a",)),
            ("many", ["push", "mail"], ("push", "mail")),
            ("many", [Means.MAIL], ("mail",)),
            ("texts", [Text("x")], ("x",)),
            ("maybe", None, None),
            ("maybe", NIGHT, NIGHT),
            ("at", pd.Timestamp(NIGHT), NIGHT),
            ("maybe", pd.Timestamp(NIGHT).tz_convert("Europe/Berlin"), NIGHT),
            ("long", pd.Timedelta("90min"), timedelta(minutes=90)),
            ("t", np.str_("x"), "x"),
            ("e", np.str_("dm"), "dm"),
            ("texts", [np.str_("x")], ("x",)),
        ],
    )
    @pytest.mark.parametrize("others", [False, True], ids=["alone", "among all"])
    def test_are_read_as_the_language_holds_them(
        self, typed: Rules, name: str, given: object, value: object, *, others: bool
    ) -> None:
        """A value is the same whether it was accepted by sight or read; a subclass does not get through."""
        facts = {**(dict(typed.facts({})) if others else {}), name: given}
        found = typed.should_notify(facts).facts[name]

        assert found == typed.facts(facts)[name] == value
        assert type(found) is type(value)
        assert not isinstance(value, ZoneInfo) or found is value

    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("b", 1),
            ("b", None),
            ("b", "no"),
            ("i", True),
            ("i", 1.0),
            ("i", 2**53 + 1),
            ("t", "\ud800"),
            ("t", "x" * 65_537),
            ("t", b"x"),
            ("e", "DM"),
            ("e", Shouted.dm),
            ("e", None),
            ("e", ["dm"]),
            ("at", NIGHT.replace(tzinfo=None)),
            ("at", NIGHT.replace(year=2201)),
            ("at", datetime(2200, 1, 1, 0, 0, 1, tzinfo=UTC)),
            ("at", datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=1)))),
            ("at", "2026-11-23T23:00:00"),
            ("at", "2026-11-23T23:00:60Z"),
            ("at", "2026-02-30T23:00:00Z"),
            ("at", "2026-W48-1T23:00:00Z"),
            ("at", "2026-11-23T23:00:00+00.00"),
            ("at", "2026-11-23T23:00:00.1+00"),
            ("at", "2026-11-23T23:00:00,1234Z"),
            ("at", "2026-11-23T23:00:00+24:00"),
            ("at", "2200-01-01T00:00:01Z"),
            ("t", "é\ud800"),
            ("texts", ["\ud800"]),
            ("texts", ["x" * 65_537]),
            ("texts", ["x"] * 10_001),
            ("many", ["push"] * 10_001),
            ("wall", NIGHT),
            ("long", 90),
            ("long", "90"),
            ("long", timedelta(days=4_000)),
            ("wall", time(7, 30, microsecond=1)),
            ("hours", [{"days": ["mon,tue"], "from": "22:00", "until": "07:00"}]),
            ("hours", [{"days": ["mon,tue", "wed"], "from": "22:00", "until": "07:00"}]),
            ("hours", [{"days": [], "from": "22:00", "until": "07:00"}]),
            ("hours", [{"days": [1], "from": "22:00", "until": "07:00"}]),
            ("hours", [{"days": ["mon"], "from": "22:00", "till": "07:00"}]),
            ("hours", {}),
            ("zone", "Europe/Berlinn"),
            ("zone", "UTC+1"),
            ("texts", "push"),
            ("texts", ["a", 1]),
            ("texts", {"a"}),
            ("many", ["post"]),
            ("maybe", ""),
            ("b", np.bool_(1)),
            ("i", np.int64(1)),
            ("i", Decimal(1)),
            ("t", pd.NA),
            ("e", pd.Series(["dm"])),
            ("at", pd.NaT),
            ("at", pd.Timestamp("2026-11-23")),
            ("at", pd.Timestamp("2026-11-23T22:00:00.000000001Z")),
            ("at", np.datetime64("2026-11-23")),
            ("at", NIGHT.date()),
            ("maybe", pd.NaT),
            ("long", pd.Timedelta("1ns")),
            ("zone", pytz.timezone("Europe/Berlin")),
            ("zone", UTC),
            ("texts", np.array(["a"])),
            ("texts", pd.Series(["a"])),
            ("many", (one for one in ["push"])),
        ],
        ids=lambda value: repr(value)[:40],
    )
    @pytest.mark.parametrize("others", [False, True], ids=["alone", "among all"])
    def test_wrong_ones_are_told_alike(self, typed: Rules, name: str, given: object, *, others: bool) -> None:
        """Deciding tells the same problem as validating, and only that one."""
        facts = {**(dict(typed.facts({})) if others else {}), name: given}
        with pytest.raises(FactsError) as read:
            typed.facts(facts)
        with pytest.raises(FactsError) as decided:
            typed.should_notify(facts)

        [problem] = read.value.problems
        assert decided.value.problems == (problem,)
        assert problem.path == name
        assert decided.value.__context__ is None or decided.value.__suppress_context__


class TestProblems:
    def test_very_many_names_are_not_all_told(self) -> None:
        """Of names that are no facts a hundred are told, and that there are more; facts are read all the same."""
        rules = rules_of(
            "notifyrules: 1\nfacts: {a: bool, b: int}\nflow: {q: {if: a, then: 'yes', else: 'no'}}\n" + OUTCOMES
        )
        given: dict[object, object] = {f"k{number}": 1 for number in range(50_000)}
        given |= dict.fromkeys(range(50000), 1)
        with pytest.raises(FactsError) as caught:
            rules.should_notify({**given, "a": True, "b": "x"})

        told = [problem.path for problem in caught.value.problems]
        assert told == ["b", *(f"k{number}" for number in range(100)), "(facts)"]
        assert "more names are no facts" in caught.value.problems[-1].message

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({}, ["channel.kind: is missing and has no default\n  help: give one of `dm`, `group`, `channel`"]),
            (
                {"channel": {"kind": "dm"}, "mutd": True},
                ["mutd: is not a fact of these rules\n  help: did you mean `muted`?"],
            ),
            (
                {"channel": {"kind": "dm", "nam": "x"}},
                ["channel.nam: is not a fact of these rules\n  help: did you mean `channel.name`?"],
            ),
            ({"channel": {"kind": "dm"}, "zzz": 1}, ["zzz: is not a fact of these rules"]),
            (
                {"channel.kind": "dm", "channel": {"kind": "dm"}},
                ["channel.kind: given twice\n  help: give it once, nested or dotted"],
            ),
            (
                {"channel": "dm"},
                [
                    (
                        'channel: expected a group of facts, found the text "dm"\n'
                        "  help: its facts are `channel.name`, `channel.kind`, `channel.limits.push`"
                    )
                ],
            ),
            ({"channel.kind": "dm", "channel": {1: 2}}, ["channel: the names of facts are text, found the number 1"]),
            ({"channel.kind": "dm", 1: 2}, ["(facts): the names of facts are text, found the number 1"]),
            (
                {"channel.kind": "dn", "muted": 1},
                [
                    "muted: expected true or false, found the number 1\n  help: write true or false",
                    'channel.kind: expected one of `dm`, `group`, `channel`, found the text "dn"',
                ],
            ),
        ],
        ids=[
            "missing",
            "misspelt",
            "misspelt inside",
            "nothing near",
            "twice",
            "no group",
            "odd key inside",
            "odd key",
            "two",
        ],
    )
    def test_are_told(self, rules: Rules, given: object, told: list[str]) -> None:
        """Every problem at once, in the order declared, with the way out."""
        for read in (rules.facts, rules.should_notify):
            with pytest.raises(FactsError) as refused:
                read(given)

            assert [str(problem) for problem in refused.value.problems] == told

    @pytest.mark.parametrize(
        "given", [None, "dm", 3, [("muted", True)], Rules, lambda: NESTED], ids=lambda given: type(given).__name__
    )
    def test_what_can_hold_no_facts(self, rules: Rules, given: object) -> None:
        """A function or a class is no set of facts, though it has attributes."""
        with pytest.raises(FactsError, match=r"\(facts\): expected a mapping or an object, found "):
            rules.should_notify(given)

    @pytest.mark.parametrize("group", [lambda: {"kind": "dm"}, Channel, [], 5], ids=lambda group: type(group).__name__)
    def test_what_is_no_group(self, rules: Rules, group: object) -> None:
        """A callable stands for one fact, not for a group; nothing in it is silently a default."""
        with pytest.raises(FactsError, match="channel: expected a group of facts, found "):
            rules.should_notify({"channel": group, "channel.kind": "dm"})

    def test_a_class_is_no_way_to_get_a_value(self, rules: Rules) -> None:
        """`bool` given for a bool is a slip, not something to ask: it would give False."""
        with pytest.raises(FactsError, match="muted: expected true or false, found "):
            rules.should_notify({"channel.kind": "dm", "muted": bool})


class Answering(tzinfo):
    """A time zone whose answer is whatever it holds."""

    def __init__(self, answer: object) -> None:
        """Hold an *answer*, which is raised where it is an exception."""
        self.answer = answer

    def utcoffset(self, _when: datetime | None) -> Any:  # noqa: ANN401
        """Answer."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def dst(self, _when: datetime | None) -> None:
        """Know nothing of summers."""

    def tzname(self, _when: datetime | None) -> str:
        """Have a name."""
        return "nowhere"


class TestTimeZones:
    @pytest.mark.parametrize(
        "answer",
        [timedelta(hours=24), timedelta(hours=-30), ValueError("no"), NotImplementedError(), OSError(), "1h"],
        ids=repr,
    )
    @pytest.mark.parametrize("ask", ["facts", "should_notify", "needs", "specialize"])
    def test_that_give_no_offset_are_told_of(self, typed: Rules, ask: str, answer: object) -> None:
        """A time zone is an object of the caller's; what it does wrong is a problem of the fact."""
        with pytest.raises(FactsError) as refused:
            getattr(typed, ask)({"at": NIGHT.replace(tzinfo=Answering(answer))})

        [problem] = refused.value.problems
        assert problem.path == "at"
        assert problem.message.endswith("found a date and time whose time zone gives no valid offset")


class TestExtras:
    @pytest.mark.parametrize("ask", ["facts", "should_notify", "needs", "specialize"])
    @pytest.mark.parametrize("extras", ["forbid ", "Ignore", None])
    def test_a_word_that_is_no_choice_is_refused(self, rules: Rules, ask: str, extras: object) -> None:
        """A slip does not let undeclared facts pass."""
        with pytest.raises(UsageError, match="`extras` cannot be"):
            getattr(rules, ask)({**NESTED, "trace": "x"}, extras=extras)

    @pytest.mark.parametrize(
        "given",
        [
            {**NESTED, "trace": "x"},
            {**DOTTED, "trace": "x"},
            {**NESTED, "channel": {**CHANNEL, "topic": "x"}},
        ],
        ids=["nested", "dotted", "in a group"],
    )
    def test_are_ignored_when_asked_for(self, rules: Rules, given: object) -> None:
        """What the rules do not declare is an error unless the caller asks for it to be ignored."""
        with pytest.raises(FactsError, match="is not a fact of these rules"):
            rules.should_notify(given)

        assert dict(rules.should_notify(given, "ignore").facts) == dict(rules.facts(given, extras="ignore")) == READ
        assert rules.should_notify(given, extras="ignore").outcome == "yes"

    def test_of_objects_are_their_own_affair(self, rules: Rules) -> None:
        """An object has attributes for other reasons than these rules."""
        given = SimpleNamespace(channel=SimpleNamespace(kind="dm", kin="x"), trace="x")

        assert rules.should_notify(given).outcome == "yes"


class TestStaying:
    def test_a_decision_keeps_its_own_facts(self, rules: Rules) -> None:
        """What the caller does to its dict afterwards changes nothing about a decision, made or told."""
        given = copy.deepcopy(NESTED)
        decision = rules.should_notify(given)
        given["channel"]["name"] = "#other"  # type: ignore[index]
        given["preferences"]["via"].clear()  # type: ignore[index]
        given["muted"] = True

        assert dict(decision.facts) == READ
        assert [step.node for step in decision.steps] == ["muted", "kind", "limit", "preference"]
        assert decision.reason == decision.steps[-1].arrow == "preference.then"

    def test_facts_are_read_only(self, rules: Rules) -> None:
        """Neither values nor facts can be put into them."""
        facts = rules.facts(NESTED)

        with pytest.raises(TypeError):
            facts["muted"] = True  # type: ignore[index]
        with pytest.raises(AttributeError):
            facts.muted = True  # type: ignore[attr-defined]
        assert isinstance(facts, Mapping)
        assert list(facts) == list(DOTTED)
        assert len(facts) == len(DOTTED)
        with pytest.raises(KeyError):
            facts["channel"]
        assert repr(rules.facts({"channel.kind": "dm"})).startswith("Facts({'muted': False, 'channel.name': ")

    def test_facts_are_copied_and_pickled(self, rules: Rules) -> None:
        """A copy is the object itself; another process gets a plain dict, from which its rules read the same facts."""
        facts = rules.facts(NESTED)
        sent = pickle.loads(pickle.dumps(facts))  # noqa: S301 - our own

        assert copy.copy(facts) is copy.deepcopy(facts) is facts
        assert sent == READ
        assert type(sent) is dict
        assert rules.facts(sent) == facts

    def test_a_decision_is_copied_and_not_pickled(self, rules: Rules) -> None:
        """What another process can use of a decision is its record."""
        decision = rules.should_notify(NESTED)

        assert copy.copy(decision) is copy.deepcopy(decision) is decision
        with pytest.raises(TypeError, match=r"send `decision.record\(\)` or `decision.to_dict\(\)`"):
            pickle.dumps(decision)
        assert pickle.loads(pickle.dumps(decision.record())) == decision.record()  # noqa: S301 - our own

    def test_rules_never_change(self, rules: Rules) -> None:
        """Nobody can put another function or chart into loaded rules."""
        for name in ("graph", "should_notify", "more"):
            with pytest.raises(AttributeError, match="loaded rules never change"):
                setattr(rules, name, None)

    def test_many_threads_decide_alike(self, rules: Rules) -> None:
        """One object of rules serves all threads, and so does one decision."""
        kinds = ["dm", "group", "channel"] * 100
        decision = rules.should_notify(NESTED)

        def ask(kind: str) -> tuple[str, tuple[str, ...], Decision]:
            made = rules.should_notify({**NESTED, "channel": {"kind": kind}})
            return made.outcome, tuple(step.node for step in decision.steps), made

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, kinds))

        assert [outcome for outcome, _, _ in found] == ["yes"] * len(kinds)
        assert {path for _, path, _ in found} == {("muted", "kind", "limit", "preference")}
        assert {made.reason for _, _, made in found} == {"kind.dm", "preference.then"}


class TestAsking:
    def test_the_function_says_what_it_does(self, rules: Rules) -> None:
        """`help` finds words on the compiled function."""
        assert (rules.should_notify.__doc__ or "").strip().startswith("Decide whether to notify.")

    def test_extras_may_stand_second(self, rules: Rules) -> None:
        """Facts and what becomes of extras are the only arguments."""
        assert rules.should_notify(facts=NESTED, extras="forbid").outcome == "yes"
        with pytest.raises(TypeError):
            rules.should_notify(NESTED, "ignore", 1)  # type: ignore[call-arg]
